//! What a failed request means.

use crate::livy::error::{TransportError, TransportKind};
use std::error::Error;

pub(super) fn transport_error(url: &str, error: &reqwest::Error) -> TransportError {
    let cause = causes(error);
    let refused = chain(error).any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    });
    // Later it says nothing of what was sent.
    let tls = error.is_connect() && chain(error).any(is_tls);
    let kind = if error.is_dns() {
        TransportKind::NameNotFound
    } else if refused {
        TransportKind::Refused
    } else if tls {
        TransportKind::Tls
    } else if error.is_connect() {
        TransportKind::Unreachable
    } else if error.is_timeout() {
        TransportKind::Timeout
    } else {
        TransportKind::Cut
    };
    TransportError {
        kind,
        url: url.to_owned(),
        cause,
    }
}

/// rustls' error lies in input and output errors, whose sources skip what they hold.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    if error.is::<rustls::Error>() {
        return true;
    }
    let held = error
        .downcast_ref::<std::io::Error>()
        .and_then(|error| error.get_ref());
    held.is_some_and(|held| is_tls(held))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The innermost cause: the outer ones only say that a request failed.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

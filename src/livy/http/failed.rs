//! What a failed request means.

use crate::livy::error::{Distrust, TransportError, TransportKind};
use rustls::{AlertDescription, CertificateError};
use std::error::Error;

/// What a request meant that failed before its answer; `proxied` where a proxy was asked for.
pub(super) fn transport_error(url: &str, error: &reqwest::Error, proxied: bool) -> TransportError {
    let cause = causes(error);
    TransportError {
        kind: kind(error, proxied),
        url: url.to_owned(),
        cause,
    }
}

/// What it means that a handshake failed, or was ended by the server.
pub fn kind_of_handshake(error: &rustls::Error) -> TransportKind {
    match error {
        // Only a handshake ends so, and before it no request is looked at.
        rustls::Error::AlertReceived(alert) if is_of_certificate(*alert) => {
            TransportKind::ClientCertificate
        }
        rustls::Error::InvalidCertificate(reason) => distrust(reason),
        _ => TransportKind::Tls,
    }
}

fn kind(error: &reqwest::Error, proxied: bool) -> TransportKind {
    let tls = chain(error).find_map(tls_error).map(kind_of_handshake);
    if tls == Some(TransportKind::ClientCertificate) {
        return TransportKind::ClientCertificate;
    }
    if !error.is_connect() {
        return match error.is_timeout() {
            true => TransportKind::Timeout,
            false => TransportKind::Cut,
        };
    }
    if let Some(kind) = chain(error).find_map(|cause| of_proxy(&cause.to_string())) {
        return kind;
    }
    let refused = chain(error).any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    });
    match tls {
        Some(kind) => kind,
        None if proxied => TransportKind::Proxy,
        None if error.is_dns() => TransportKind::NameNotFound,
        None if refused => TransportKind::Refused,
        None => TransportKind::Unreachable,
    }
}

/// What the client's tunnels say; their types are not to be had.
fn of_proxy(cause: &str) -> Option<TransportKind> {
    // With socks5, and not socks5h, names are looked up here.
    if cause == "error resolving for socks proxy" {
        return Some(TransportKind::NameNotFound);
    }
    let rest = ["tunnel error: ", "SOCKS error: "]
        .iter()
        .find_map(|start| cause.strip_prefix(start))?;
    let is_identity = [
        "proxy authorization required",
        "credentials not accepted",
        "server does not support user/pass authentication",
        "server implements authentication incorrectly",
    ]
    .contains(&rest);
    Some(match is_identity {
        true => TransportKind::ProxyIdentity,
        false => TransportKind::Proxy,
    })
}

fn distrust(reason: &CertificateError) -> TransportKind {
    match reason {
        CertificateError::UnknownIssuer => TransportKind::Certificate(Distrust::Unknown),
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            TransportKind::Certificate(Distrust::OutOfDate)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TransportKind::Certificate(Distrust::OtherName)
        }
        _ => TransportKind::Tls,
    }
}

fn is_of_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}

/// rustls' error lies in input and output errors, whose sources skip what they hold.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(error) = error.downcast_ref() {
        return Some(error);
    }
    let held = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    tls_error(held)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tunnels_say_is_told_apart() {
        use TransportKind::{Proxy, ProxyIdentity};
        for (cause, expected) in [
            (
                "tunnel error: proxy authorization required",
                Some(ProxyIdentity),
            ),
            ("tunnel error: unsuccessful", Some(Proxy)),
            ("SOCKS error: credentials not accepted", Some(ProxyIdentity)),
            ("SOCKS error: host unreachable", Some(Proxy)),
            ("proxy authorization required", None),
        ] {
            assert_eq!(of_proxy(cause), expected, "{cause}");
        }
    }
}

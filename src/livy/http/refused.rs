//! An answer that is no success: the server's, or a proxy's before it.

use super::AuthHeader;
use super::url::redacted;
use crate::livy::error::{
    CORRELATION_HEADERS, Challenge, LivyError, ServerError, TransportError, TransportKind,
};
use crate::livy::retry_after::retry_after;
use reqwest::StatusCode;
use reqwest::header::{
    AsHeaderName, HeaderMap, HeaderName, LOCATION, PROXY_AUTHENTICATE, RETRY_AFTER, SERVER,
    WWW_AUTHENTICATE,
};
use std::time::SystemTime;

pub(super) fn text_of(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    Some(text.to_owned())
}

/// What it means. What a server repeats of a secret is still in it.
pub(super) fn refused(
    status: StatusCode,
    method: &'static str,
    url: String,
    headers: &HeaderMap,
    body: &[u8],
    signed_on: Option<&AuthHeader>,
    is_proxied: bool,
) -> LivyError {
    let number = status.as_u16();
    // The server has not seen the request.
    if is_proxied && is_of_proxy(number, |name| text_of(headers, name)) {
        return LivyError::Transport(TransportError {
            kind: TransportKind::ProxyIdentity,
            url,
            cause: format!("it answered {status}"),
        });
    }
    let mut error = ServerError::read(number, method, url, body);
    let ids = CORRELATION_HEADERS.map(|name| (name, text_of(headers, name)));
    if let Some((name, Some(id))) = ids.into_iter().find(|(_, id)| id.is_some()) {
        error = error.found_by(name, &id);
    }
    let asked = text_of(headers, RETRY_AFTER);
    let wait = retry_after(asked.as_deref(), &error.message, SystemTime::now());
    let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
    LivyError::Server(ServerError {
        challenge: Challenge {
            is_token_refused: signed_on.is_some_and(AuthHeader::is_kerberos),
            ..Challenge::of(challenges.filter_map(|value| value.to_str().ok()))
        },
        location: text_of(headers, LOCATION).map(|target| redacted(&target).into()),
        retry_after: wait,
        ..error
    })
}

/// Whether an answer that turns away who asks is a proxy's and not the server's. Tinyproxy says 401, as
/// a server does, to a user whom it does not know. `value` gives the first value of a header.
pub fn is_of_proxy(status: u16, value: impl Fn(&str) -> Option<String>) -> bool {
    let names_tinyproxy = |name: HeaderName| {
        let value = value(name.as_str()).map(|value| value.to_lowercase());
        value.is_some_and(|value| {
            value.starts_with("tinyproxy") || value.contains("realm=\"tinyproxy\"")
        })
    };
    match status {
        407 => true,
        401 => {
            value(PROXY_AUTHENTICATE.as_str()).is_some()
                || names_tinyproxy(SERVER)
                || names_tinyproxy(WWW_AUTHENTICATE)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_proxys_refusal_is_not_the_servers() {
        let tinyproxy = [("WWW-Authenticate", "Basic realm=\"Tinyproxy\"")];
        for (status, pairs, expected) in [
            (407, &[][..], true),
            (401, &tinyproxy, true),
            (401, &[("Server", "tinyproxy/1.11.1")], true),
            (401, &[("Proxy-Authenticate", "Basic")], true),
            (401, &[], false),
            (
                401,
                &[("WWW-Authenticate", "Basic realm=\"Ambari\"")],
                false,
            ),
            (401, &[("Server", "Jetty(9.4)")], false),
            (403, &tinyproxy, false),
        ] {
            assert_eq!(
                is_of_proxy(status, |name| text_of(&headers(pairs), name)),
                expected,
                "{status} {pairs:?}"
            );
        }
    }

    fn answer(status: u16, pairs: &[(&'static str, &str)], body: &str) -> LivyError {
        let status = StatusCode::from_u16(status).unwrap();
        refused(
            status,
            "GET",
            "http://h".to_owned(),
            &headers(pairs),
            body.as_bytes(),
            None,
            true,
        )
    }

    #[test]
    fn headers_tell_by_what_a_request_is_found_again() {
        for name in CORRELATION_HEADERS {
            let told = answer(500, &[(name, "0f1e")], r#"{"requestId":"7"}"#).to_string();
            assert!(told.ends_with(&format!("({name} 0f1e)")), "{told}");
        }
        let told = answer(500, &[], r#"{"message":"no","requestId":"7"}"#).to_string();
        assert!(told.ends_with(": no (requestId 7)"), "{told}");
    }

    #[test]
    fn whom_a_proxy_turns_away_no_server_has_turned_away() {
        let error = answer(407, &[], "");
        assert!(!error.is_identity() && !error.is_passing() && error.status().is_none());
        let told = error.to_string();
        assert!(
            told.contains("the proxy wants a user and password that it knows")
                && told.contains("407"),
            "{told}"
        );
        assert!(answer(401, &[], "").is_identity());
        // Where there is none on the way, it is the server that says so.
        let tinyproxy = headers(&[("Server", "tinyproxy/1.11.1")]);
        let direct = refused(
            StatusCode::UNAUTHORIZED,
            "GET",
            String::new(),
            &tinyproxy,
            b"",
            None,
            false,
        );
        assert!(direct.is_identity());
    }
}

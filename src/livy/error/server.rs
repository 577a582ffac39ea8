//! An answer that says that it was not done.

use super::challenge::Challenge;
use super::{body, tells_no_session};
use std::fmt;
use std::time::Duration;

/// An answer with an error status, or a redirect, which is never followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    pub status: u16,
    pub method: &'static str,
    pub url: String,
    /// What the server said, as text; empty where it said nothing.
    pub message: String,
    /// Whether it came as the JSON in which Livy says what is wrong.
    pub is_of_livy: bool,
    /// Whether it came as JSON of any kind, which no page of a gateway is.
    pub is_json: bool,
    /// Whether the service means that the session is not there.
    pub is_gone: bool,
    /// What to tell the service's people.
    pub reference: Box<Reference>,
    /// How it wants to be signed on to.
    pub challenge: Challenge,
    /// Where a redirect points.
    pub location: Option<Box<str>>,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// How a service names what went wrong, and what is known of it there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// The kind of error.
    pub code: Option<String>,
    /// The request, with the name of what it is found by.
    pub request: Option<String>,
    /// How far our clock is from the server's, where it may be for that.
    pub clock: Option<String>,
    /// What its people would try.
    pub advice: Option<String>,
}

/// The headers by which services let a request be found again.
pub const CORRELATION_HEADERS: [&str; 4] = [
    "x-ms-activity-id",
    "x-ms-request-id",
    "x-amzn-requestid",
    "requestid",
];

impl ServerError {
    /// Reads the body in whichever shape it has.
    pub fn read(status: u16, method: &'static str, url: String, body: &[u8]) -> ServerError {
        let said = body::read(body);
        let is_gone = said.is_of_livy && status == 404 && tells_no_session(&said.message);
        ServerError {
            status,
            method,
            url,
            message: said.message,
            is_of_livy: said.is_of_livy,
            is_json: said.is_json,
            is_gone,
            reference: Box::new(Reference {
                code: said.code,
                request: said.request_id.map(|id| format!("requestId {id}")),
                ..Reference::default()
            }),
            challenge: Challenge::default(),
            location: None,
            retry_after: None,
        }
    }

    /// What a header says wins over the body: it is there for this.
    pub fn found_by(mut self, name: &str, id: &str) -> ServerError {
        let id = id.trim();
        if !id.is_empty() && id.chars().count() <= body::LONGEST_NAME {
            self.reference.request = Some(format!("{name} {id}"));
        }
        self
    }

    pub(super) fn hint(&self) -> Option<String> {
        if let Some(advice) = &self.reference.advice {
            return Some(advice.clone());
        }
        if let Some(hint) = self.hint_of_gateway() {
            return Some(hint.to_owned());
        }
        let hint = match self.status {
            300..=399 => match &self.location {
                Some(location) => {
                    return Some(format!(
                        "the server points to {location}; if that is the Livy API, use its root as \
                         the URL, if it is a login page, sign on"
                    ));
                }
                None => "check the URL",
            },
            400 => self.hint_of_bad_request()?,
            401 | 403 if self.reference.clock.is_some() => {
                "set this machine's clock: what is signed holds for some minutes"
            }
            403 if self.message.contains("Credential should be scoped") => {
                "name the service's region: auth.region in the profile"
            }
            401 => return Some(self.challenge.hint()),
            403 => "ask the server's administrator for access, or sign on as another user",
            404 => {
                "check the URL (the root of the Livy API) and the session's id or name; a session \
                 that was idle for long is removed"
            }
            413 => "the code is larger than the server or a gateway takes; send it in parts",
            429 | 503 => "the server is busy; wait a little and try again",
            502 | 504 => "a gateway could not reach the Livy server behind it; try again",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// What Livy, nginx and its relatives say.
    fn hint_of_bad_request(&self) -> Option<&'static str> {
        let says = |words: &str| self.message.contains(words);
        if says("too many sessions") {
            Some("end a session that is not needed any more, or wait")
        } else if says("No content to map") {
            Some(
                "a gateway has lost what the request carries, as Apache Knox does when it sends one again; \
                 try again",
            )
        } else if says("required SSL certificate") {
            Some(
                "the server wants a certificate of yours: tls = { cert_file = \"…\", key_file = \
                 \"…\" } in the profile",
            )
        } else if says("SSL certificate error") {
            Some("the server does not trust your certificate: look at tls.cert_file in the profile")
        } else if says("plain HTTP request was sent to HTTPS port") {
            Some("use https:// in the URL")
        } else {
            None
        }
    }
}

impl std::error::Error for ServerError {}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} answered {}", self.method, self.url, self.status)?;
        if let Some(reason) = reason(self.status) {
            write!(f, " {reason}")?;
        }
        match self.sign_on_page() {
            Some(page) => write!(f, ": it wants people to sign on at {page}")?,
            None if self.message.is_empty() => {}
            None => write!(f, ": {}", self.message)?,
        }
        let Reference {
            code,
            request,
            clock,
            advice: _,
        } = self.reference.as_ref();
        if let Some(clock) = clock {
            write!(f, "; {clock}")?;
        }
        let names = [code.as_deref(), request.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        match names.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", names.join(", ")),
        }
    }
}

/// The statuses that Livy servers and gateways send, by their usual names.
pub(super) fn reason(status: u16) -> Option<&'static str> {
    Some(match status {
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> ServerError {
        let url = "http://h:1/sessions/9".to_owned();
        ServerError::read(status, "GET", url, body.as_bytes())
    }

    #[test]
    fn a_message_names_method_url_and_status() {
        let error = read(404, r#"{"msg":"Session '9' not found."}"#);
        assert_eq!(
            error.to_string(),
            "GET http://h:1/sessions/9 answered 404 Not Found: Session '9' not found."
        );
        assert!(error.hint().unwrap().contains("idle"));
    }

    #[test]
    fn a_message_tells_by_what_the_request_is_found_again() {
        let fabric = r#"{"errorCode":"X","message":"no","requestId":"7"}"#;
        let told = |error: ServerError| error.to_string().replace("GET http://h:1/sessions/9 ", "");
        assert_eq!(told(read(430, fabric)), "answered 430: no (X, requestId 7)");
        let found = read(430, fabric).found_by("x-ms-activity-id", "0f1e");
        assert_eq!(told(found), "answered 430: no (X, x-ms-activity-id 0f1e)");
        let nothing = read(500, "").found_by("x-amzn-requestid", "a");
        assert_eq!(
            told(nothing),
            "answered 500 Internal Server Error (x-amzn-requestid a)"
        );
        let odd = read(430, fabric).found_by("x-ms-activity-id", &"x".repeat(1_000));
        assert_eq!(told(odd), "answered 430: no (X, requestId 7)");
    }

    #[test]
    fn pages_about_certificates_have_hints() {
        for (title, hint) in [
            (
                "400 No required SSL certificate was sent",
                "tls = { cert_file",
            ),
            ("400 The SSL certificate error", "tls.cert_file"),
            (
                "400 The plain HTTP request was sent to HTTPS port",
                "https://",
            ),
        ] {
            let error = read(400, &format!("<html><head><title>{title}</title>"));
            let told = error.hint().unwrap();
            assert!(told.contains(hint), "{title}: {told}");
        }
        assert_eq!(read(400, "").hint(), None);
    }
}

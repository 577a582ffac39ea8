//! What it means when a request fails: before an answer came, or by the answer.
//!
//! A server's errors have five shapes: `{"msg": …}`, a bare JSON string, another JSON object (the
//! relatives' `message`, `error`, `errorMessage`), nothing at all, and a page of HTML or text made
//! by the container or a gateway.

use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A request that did not give what was asked for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LivyError {
    /// No whole answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server answered that it did not do it.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The answer is a success, but not what Livy answers.
    #[error("{url} answered {found}, not what a Livy server answers")]
    NotLivy { url: String, found: String },
    /// Its number belongs to another statement by now.
    #[error("statement {id} is another one now: the server was started anew")]
    Replaced { id: String },
    /// Nothing was sent: there is nothing to prove who asks.
    #[error("there is nothing to sign on with: {0}")]
    Identity(#[from] IdentityError),
    /// Nothing was sent: the service does not do it, as is known beforehand.
    #[error("{reason}")]
    Unsent { reason: String, hint: String },
}

/// Why there is no proof of who asks, in the words of what was to give one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct IdentityError {
    pub message: String,
    /// Whether it may be otherwise later: a person may sign on meanwhile.
    pub is_passing: bool,
}

impl IdentityError {
    fn hint(&self) -> &'static str {
        match self.is_passing {
            true => "sign on with the program that gives the secret",
            false => "look where the secret comes from: it is to be the secret alone",
        }
    }
}

impl LivyError {
    /// The status of the answer, where one came that was an error.
    pub fn status(&self) -> Option<u16> {
        match self {
            LivyError::Server(error) => Some(error.status),
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => None,
        }
    }

    /// Whether the same request may succeed a little later: the server cannot be reached, or it or
    /// a gateway before it says that it is busy.
    pub fn is_passing(&self) -> bool {
        match self {
            LivyError::Transport(error) => error.kind != TransportKind::Tls,
            LivyError::Server(error) => {
                matches!(error.status, 408 | 429 | 430 | 502 | 503 | 504 | 520..=599)
            }
            LivyError::Identity(error) => error.is_passing,
            LivyError::NotLivy { .. } | LivyError::Replaced { .. } | LivyError::Unsent { .. } => {
                false
            }
        }
    }

    /// Whether the server has no such call.
    pub fn is_no_call(&self) -> bool {
        match self.status() {
            Some(405 | 501) => true,
            Some(404) => !self.is_no_session(),
            Some(_) | None => false,
        }
    }

    /// Whether Livy says in its own words that there is no such session or batch, or not any more. What
    /// a gateway says tells nothing of it: its words often repeat the path, which names the session.
    pub fn is_no_session(&self) -> bool {
        match self {
            LivyError::Server(error) => {
                error.status == 404 && error.is_of_livy && tells_no_session(&error.message)
            }
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => false,
        }
    }

    /// Whether the session takes no statements now: it starts, recovers or is over.
    pub fn is_not_ready(&self) -> bool {
        match self {
            LivyError::Server(error) => {
                error.status == 500 && error.message.contains("Session is in state")
            }
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => false,
        }
    }

    /// Whether the server refuses a field that it does not know.
    pub fn knows_no_field(&self, name: &str) -> bool {
        match self {
            LivyError::Server(error) => {
                let words = format!("Unrecognized field \"{name}\"");
                error.status == 400 && error.message.contains(&words)
            }
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => false,
        }
    }

    /// Whether it may be a moment's defect: something failed inside the server, or the answer was not
    /// Livy's.
    pub fn is_defect(&self) -> bool {
        match self {
            LivyError::Server(error) => error.status == 500,
            LivyError::NotLivy { .. } => true,
            LivyError::Transport(_)
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => false,
        }
    }

    /// Whether the session is there, and has no statement of that number, or not any more.
    pub fn is_no_statement(&self) -> bool {
        match self {
            LivyError::Server(error) => {
                error.status == 404 && error.message.contains("Statement not found")
            }
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => false,
        }
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            LivyError::Server(error) => error.retry_after,
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => None,
        }
    }

    /// Whether the server turned down who asks.
    pub fn is_identity(&self) -> bool {
        matches!(self, LivyError::Identity(_)) || matches!(self.status(), Some(401 | 403))
    }

    /// Whether the server could be asked and knows who asks, but does not do this.
    pub fn is_refusal(&self) -> bool {
        self.status().is_some() && !self.is_identity() && !self.is_passing()
    }

    /// What to try.
    pub fn hint(&self) -> Option<String> {
        match self {
            LivyError::Transport(error) => error.hint(),
            LivyError::Server(error) => error.hint(),
            LivyError::NotLivy { .. } => Some(
                "check the URL: it must be the root of the Livy API, often with port 8998 or a \
                 path such as /livy"
                    .to_owned(),
            ),
            LivyError::Replaced { .. } => None,
            LivyError::Unsent { hint, .. } => Some(hint.clone()).filter(|hint| !hint.is_empty()),
            LivyError::Identity(error) => Some(error.hint().to_owned()),
        }
    }
}

/// How far a request got before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// The host's name has no address.
    NameNotFound,
    /// Nobody listens there, or a firewall refuses.
    Refused,
    /// The connection could not be made for another reason.
    Unreachable,
    /// The certificate or the handshake was not accepted.
    Tls,
    /// No answer within the request's time.
    Timeout,
    /// The connection ended before the answer was whole.
    Cut,
}

#[derive(Debug, Clone)]
pub struct TransportError {
    pub kind: TransportKind,
    /// Without user, password and query.
    pub url: String,
    /// The innermost cause, in the words of the system or the TLS library.
    pub cause: String,
}

impl TransportError {
    fn hint(&self) -> Option<String> {
        let hint = match self.kind {
            TransportKind::NameNotFound => {
                "check the host's name, and whether a VPN or a proxy is needed"
            }
            TransportKind::Refused => {
                "check host and port, and that the Livy server runs (its usual port is 8998)"
            }
            TransportKind::Unreachable => "check the network, a VPN or the proxy settings",
            TransportKind::Tls => "check the certificate, and whether http:// is meant",
            TransportKind::Timeout | TransportKind::Cut => {
                "the server or a gateway before it may be overloaded; try again"
            }
        };
        Some(hint.to_owned())
    }
}

impl std::error::Error for TransportError {}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TransportKind::NameNotFound => "the host's name was not found",
            TransportKind::Refused => "the connection was refused",
            TransportKind::Unreachable => "the server could not be reached",
            TransportKind::Tls => "no secure connection could be made",
            TransportKind::Timeout => "no answer came in time",
            TransportKind::Cut => "the connection was cut before the answer was whole",
        };
        write!(f, "{}: {what}", self.url)?;
        if !self.cause.is_empty() {
            write!(f, " ({})", self.cause)?;
        }
        Ok(())
    }
}

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
    /// Where a redirect points.
    pub location: Option<String>,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
}

impl ServerError {
    /// Reads the body in whichever shape it has.
    pub fn read(status: u16, method: &'static str, url: String, body: &[u8]) -> ServerError {
        ServerError {
            status,
            method,
            url,
            message: message_of(body),
            is_of_livy: is_of_livy(body),
            location: None,
            retry_after: None,
        }
    }

    fn hint(&self) -> Option<String> {
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
            401 => {
                "sign on: --auth basic with --user and the password in LIVYSH_PASSWORD, or \
                 --auth bearer with the token in LIVYSH_TOKEN"
            }
            403 => "ask the server's administrator for access, or sign on as another user",
            404 => {
                "check the URL (the root of the Livy API) and the session's id or name; a session \
                 that was idle for long is removed"
            }
            400 if self.message.contains("too many sessions") => {
                "end a session that is not needed any more, or wait"
            }
            413 => "the code is larger than the server or a gateway takes; send it in parts",
            429 | 503 => "the server is busy; wait a little and try again",
            502 | 504 => "a gateway could not reach the Livy server behind it; try again",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl std::error::Error for ServerError {}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} answered {}", self.method, self.url, self.status)?;
        if let Some(reason) = reason(self.status) {
            write!(f, " {reason}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

/// The statuses that Livy servers and gateways send, by their usual names.
fn reason(status: u16) -> Option<&'static str> {
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

/// `{"msg": …}`, or a bare string.
fn is_of_livy(body: &[u8]) -> bool {
    match serde_json::from_slice(body) {
        Ok(Value::String(_)) => true,
        Ok(Value::Object(fields)) => matches!(fields.get("msg"), Some(Value::String(_))),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | Err(_) => false,
    }
}

/// `Session '3' not found.`, of batches as well, and `Session 3 already stopped.`
fn tells_no_session(message: &str) -> bool {
    let message = message.to_lowercase();
    let of_session = message.trim().trim_end_matches('.').strip_prefix("session");
    of_session
        .is_some_and(|rest| rest.ends_with(" not found") || rest.ends_with(" already stopped"))
}

/// The longest message that is kept of a page; a server's own words are kept whole.
const MOST_OF_A_PAGE: usize = 300;

fn message_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => message_in(&value).unwrap_or_else(|| shortened(text)),
        Err(_) if text.starts_with('<') => shortened(&text_of_html(text)),
        Err(_) => shortened(text),
    }
}

/// The words in an error object, by the names that Livy and its relatives use.
fn message_in(value: &Value) -> Option<String> {
    const NAMES: [&str; 7] = [
        "msg",
        "message",
        "errorMessage",
        "error_description",
        "error",
        "detail",
        "title",
    ];
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Object(fields) => NAMES
            .iter()
            .filter_map(|name| fields.get(*name))
            .find_map(message_in)
            .filter(|text| !text.is_empty()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// The visible text of a page: tags, scripts and styles left out, white space folded.
fn text_of_html(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        text.push(' ');
        rest = &rest[start..];
        let lower: String = rest
            .chars()
            .take(8)
            .collect::<String>()
            .to_ascii_lowercase();
        let end = if lower.starts_with("<style") {
            "</style>"
        } else if lower.starts_with("<script") {
            "</script>"
        } else if lower.starts_with("<!--") {
            "-->"
        } else {
            ">"
        };
        rest = match rest.find(end) {
            Some(position) => &rest[position + end.len()..],
            None => "",
        };
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MOST_OF_A_PAGE {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(MOST_OF_A_PAGE).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_shapes_give_their_message() {
        let cases: [(&str, &str); 8] = [
            (
                r#"{"msg":"Session '9' not found."}"#,
                "Session '9' not found.",
            ),
            (r#""Statement not found""#, "Statement not found"),
            (r#"{"message":"denied","code":7}"#, "denied"),
            (r#"{"error":{"code":"X","message":"no pool"}}"#, "no pool"),
            ("", ""),
            (
                "<html><head><style>p{}</style><title>Error 400</title></head>\n<body><h2>HTTP \
                 ERROR 400</h2> &lt;none&gt;</body></html>",
                "Error 400 HTTP ERROR 400 <none>",
            ),
            ("upstream is gone", "upstream is gone"),
            (r#"{"strange":1}"#, r#"{"strange":1}"#),
        ];
        for (body, message) in cases {
            assert_eq!(message_of(body.as_bytes()), message, "{body}");
        }
    }

    #[test]
    fn a_message_names_method_url_and_status() {
        let error = ServerError::read(
            404,
            "GET",
            "http://h:1/sessions/9".to_owned(),
            br#"{"msg":"Session '9' not found."}"#,
        );
        assert_eq!(
            error.to_string(),
            "GET http://h:1/sessions/9 answered 404 Not Found: Session '9' not found."
        );
        assert!(error.hint().unwrap().contains("idle"));
    }

    #[test]
    fn only_livy_tells_that_a_session_is_gone() {
        let is_gone = |status, body: &str| {
            let url = "http://h:1/sessions/3".to_owned();
            LivyError::from(ServerError::read(status, "GET", url, body.as_bytes())).is_no_session()
        };
        for body in [
            r#"{"msg":"Session '3' not found."}"#,
            r#""Session 'my own' not found.""#,
            r#"{"msg":"session not found"}"#,
            r#"{"msg":"Session 3 already stopped."}"#,
        ] {
            assert!(is_gone(404, body), "{body}");
            assert!(!is_gone(500, body), "{body}");
        }
        for body in [
            "<html><body><h2>HTTP ERROR 404 Not Found</h2> URI: /sessions/3 not found</body></html>",
            "Session '3' not found.",
            "Cannot GET /livy/sessions/3",
            r#"{"status":404,"error":"Not Found","path":"/sessions/3"}"#,
            r#"{"message":"Session '3' not found."}"#,
            r#"{"msg":"/sessions/3 not found"}"#,
            r#""Statement not found""#,
            "",
        ] {
            assert!(!is_gone(404, body), "{body}");
        }
    }

    #[test]
    fn a_huge_page_is_shortened_and_a_broken_one_ends() {
        let page = format!("<p>{}", "x".repeat(10_000));
        assert_eq!(
            message_of(page.as_bytes()).chars().count(),
            MOST_OF_A_PAGE + 1
        );
        assert_eq!(message_of(b"<script>never closed"), "");
    }
}

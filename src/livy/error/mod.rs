//! What it means when a request fails: before an answer came, or by the answer.
//!
//! | file           | its duty                                     |
//! |----------------|----------------------------------------------|
//! | `transport.rs` | how far a request got that was not answered  |
//! | `server.rs`    | an answer that says that it was not done     |
//! | `challenge.rs` | how a server wants to be signed on to        |
//! | `body.rs`      | what the body of such an answer says         |
//! | `gateway.rs`   | what a gateway says in the server's place    |
//! | `page.rs`      | what a page says that stands in its place    |

mod body;
mod challenge;
mod gateway;
mod page;
mod server;
mod transport;

pub use challenge::Challenge;
pub use server::{CORRELATION_HEADERS, Reference, ServerError};
pub use transport::{Distrust, TransportError, TransportKind};

use std::borrow::Cow;
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
    /// What to try.
    pub hint: Cow<'static, str>,
}

impl IdentityError {
    /// One that may be otherwise later.
    pub fn passing(message: String, hint: impl Into<Cow<'static, str>>) -> IdentityError {
        IdentityError {
            message,
            is_passing: true,
            hint: hint.into(),
        }
    }

    /// One that stays.
    pub fn lasting(message: String, hint: impl Into<Cow<'static, str>>) -> IdentityError {
        IdentityError {
            message,
            is_passing: false,
            hint: hint.into(),
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
            LivyError::Transport(error) => error.kind.is_passing(),
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
            LivyError::Server(error) => error.is_gone,
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => false,
        }
    }

    /// Of a call for a session alone: a service that says it with no words of Livy's has said that the
    /// session is not there.
    pub(super) fn of_session(self) -> LivyError {
        match self {
            LivyError::Server(error) => LivyError::Server(ServerError {
                is_gone: error.is_gone || (error.status == 404 && error.is_json),
                ..error
            }),
            other => other,
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

    /// Whether a proxy lets nothing through.
    pub fn is_barred(&self) -> bool {
        matches!(self, LivyError::Transport(error) if error.kind == TransportKind::ProxyIdentity)
    }

    /// Whether the server turned down who asks, or sends people to where they sign on.
    pub fn is_identity(&self) -> bool {
        match self {
            LivyError::Identity(_) => true,
            LivyError::Server(error) => {
                matches!(error.status, 401 | 403) || error.sign_on_page().is_some()
            }
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. } => false,
        }
    }

    /// Whether what proved who asks is not taken any more, so that another proof may be. AWS says 403 to
    /// keys that have ended.
    pub fn is_turned_away(&self) -> bool {
        match self {
            LivyError::Server(error) => match error.status {
                401 => true,
                403 => {
                    let said = error.message.to_lowercase();
                    let code = error.reference.code.as_deref().unwrap_or_default();
                    code.starts_with("ExpiredToken")
                        || (said.contains("security token") && said.contains("expired"))
                }
                _ => false,
            },
            LivyError::Transport(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. }
            | LivyError::Identity(_) => false,
        }
    }

    /// With what is known of our clock, where that may be why the server turned down who asks.
    pub(super) fn by_clock(self, clock: Option<String>) -> LivyError {
        match self {
            LivyError::Server(mut error) if matches!(error.status, 401 | 403) => {
                error.reference.clock = clock;
                LivyError::Server(error)
            }
            other => other,
        }
    }

    /// Whether the server could be asked and knows who asks, but does not do this; that may be known
    /// beforehand.
    pub fn is_refusal(&self) -> bool {
        let is_answered = self.status().is_some() && !self.is_identity() && !self.is_passing();
        is_answered || matches!(self, LivyError::Unsent { .. })
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
            LivyError::Identity(error) => Some(error.hint.clone().into_owned()),
        }
    }
}

/// `Session '3' not found.`, of batches as well, and `Session 3 already stopped.`
fn tells_no_session(message: &str) -> bool {
    let message = message.to_lowercase();
    let of_session = message.trim().trim_end_matches('.').strip_prefix("session");
    of_session
        .is_some_and(|rest| rest.ends_with(" not found") || rest.ends_with(" already stopped"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

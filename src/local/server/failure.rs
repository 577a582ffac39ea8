//! Answers that are no success, in Livy's shapes: `{"msg": …}` from its own checks, a bare JSON
//! string from its exceptions.

use super::super::wire::Message;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Message(StatusCode, String),
    Text(StatusCode, String),
}

pub(super) type Answer<T> = Result<T, Failure>;

impl Failure {
    pub(super) fn not_found(id_or_name: &str) -> Failure {
        Failure::Message(
            StatusCode::NOT_FOUND,
            format!("Session '{id_or_name}' not found."),
        )
    }

    /// What cannot be created, for this reason.
    pub(super) fn rejected(reason: impl std::fmt::Display) -> Failure {
        Failure::Message(
            StatusCode::BAD_REQUEST,
            format!("Rejected, Reason: {reason}"),
        )
    }

    /// A number that is none, in Java's words.
    pub(super) fn no_number(text: &str) -> Failure {
        Failure::Message(
            StatusCode::BAD_REQUEST,
            format!("For input string: \"{text}\""),
        )
    }

    pub(super) fn inactive() -> Failure {
        Failure::Message(
            StatusCode::BAD_REQUEST,
            "requirement failed: Session isn't active.".to_owned(),
        )
    }

    /// The session takes no statements in this state.
    pub(super) fn in_state(state: &str) -> Failure {
        Failure::exception(format!(
            "java.lang.IllegalStateException: Session is in state {state}"
        ))
    }

    /// An exception that Livy's driver would throw: it comes wrapped, with a Java stack.
    pub(super) fn in_driver(exception: &str) -> Failure {
        Failure::exception(format!(
            "java.util.concurrent.ExecutionException: org.apache.livy.rsc.rpc.RpcException: \
             {exception}\n\tat org.apache.livy.repl.ReplDriver.handle(ReplDriver.scala)\n"
        ))
    }

    pub(super) fn exception(text: String) -> Failure {
        Failure::Text(StatusCode::INTERNAL_SERVER_ERROR, text)
    }

    pub(super) fn bad_body(text: String) -> Failure {
        Failure::Text(StatusCode::BAD_REQUEST, text)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Failure::Message(status, msg) => (status, Json(Message { msg })).into_response(),
            Failure::Text(status, text) => (status, Json(text)).into_response(),
        }
    }
}

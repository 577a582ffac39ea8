//! The routes of statements and of completion.

use super::Shared;
use super::body::Body;
use super::failure::{Answer, Failure};
use super::page::Query;
use super::sessions::message;
use crate::local::session::{Refused, Session};
use crate::local::wire::{self, Candidates, Message, StatementList};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

pub(super) async fn list(
    State(state): Shared,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Json<StatementList>> {
    let session = state.sessions.find(&id)?;
    readable(&session).await?;
    let all = session.statements();
    Ok(Json(StatementList {
        total_statements: all.len(),
        statements: query.of_statements(all)?,
    }))
}

pub(super) async fn submit(
    State(state): Shared,
    Path(id): Path<String>,
    body: Body,
) -> Answer<Response> {
    let session = state.sessions.find(&id)?;
    let statement = body.statement()?;
    let code = with_newlines(&statement.code);
    let statement = session.submit(code, statement.kind.as_deref()).map_err(
        |refused| match refused {
            Refused::State(state) => Failure::in_state(state),
            Refused::NoKind => Failure::in_driver(
                "java.lang.IllegalArgumentException: Code type should be specified if session kind \
                 is shared",
            ),
            Refused::Kind(kind) => invalid_kind(&kind),
        },
    )?;
    let path = format!("/sessions/{}/statements/{}", session.id, statement.id);
    Ok((StatusCode::CREATED, [(LOCATION, path)], Json(statement)).into_response())
}

pub(super) async fn show(
    State(state): Shared,
    Path((id, number)): Path<(String, String)>,
) -> Answer<Json<wire::Statement>> {
    let session = state.sessions.find(&id)?;
    let number = statement_number(&number)?;
    readable(&session).await?;
    let statement = number.and_then(|number| session.statement(number));
    statement
        .map(Json)
        .ok_or_else(|| Failure::Text(StatusCode::NOT_FOUND, "Statement not found".to_owned()))
}

pub(super) async fn cancel(
    State(state): Shared,
    Path((id, number)): Path<(String, String)>,
) -> Answer<Json<Message>> {
    let session = state.sessions.find(&id)?;
    let number = statement_number(&number)?;
    running(&session)?;
    if let Some(number) = number {
        session.cancel(number);
    }
    Ok(message("canceled"))
}

pub(super) async fn complete(
    State(state): Shared,
    Path(id): Path<String>,
    body: Body,
) -> Answer<Json<Candidates>> {
    let session = state.sessions.find(&id)?;
    let request = body.completion()?;
    running(&session)?;
    let kind = request.kind.as_deref().unwrap_or("null");
    let kind = wire::canonical_kind(kind).ok_or_else(|| invalid_kind(kind))?;
    let candidates = session.complete(kind, request.code, request.cursor).await;
    Ok(Json(Candidates { candidates }))
}

fn invalid_kind(kind: &str) -> Failure {
    Failure::in_driver(&format!(
        "java.lang.IllegalArgumentException: Invalid kind: {kind}"
    ))
}

async fn readable(session: &Session) -> Answer<()> {
    match session.is_readable().await {
        true => Ok(()),
        false => Err(Failure::inactive()),
    }
}

pub(super) fn running(session: &Session) -> Answer<()> {
    match session.takes_statements() {
        true => Ok(()),
        false => Err(Failure::in_state(session.state())),
    }
}

/// A statement's number; none for one that cannot be.
fn statement_number(text: &str) -> Answer<Option<u64>> {
    let number: i32 = text.parse().map_err(|_| Failure::no_number(text))?;
    Ok(number.try_into().ok())
}

/// Line ends as this machine has them, decided by the first that is found, as Livy decides.
fn with_newlines(code: &str) -> String {
    match code.find(['\r', '\n']) {
        Some(first) if code[first..].starts_with("\r\n") => code.replace("\r\n", "\n"),
        Some(first) if code[first..].starts_with('\r') => code.replace('\r', "\n"),
        Some(_) | None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_end_decides() {
        assert_eq!(with_newlines("a\r\nb\rc"), "a\nb\rc");
        assert_eq!(with_newlines("a\rb"), "a\nb");
        assert_eq!(with_newlines("a\nb\r\nc"), "a\nb\r\nc");
    }
}

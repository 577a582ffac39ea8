//! The routes by which a session that runs is given jars and files.

use super::Shared;
use super::body::Body;
use super::failure::{Answer, Failure};
use super::statements::running;
use crate::local::session::{FileKind, Session};
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(super) async fn upload_jar(
    state: Shared,
    id: Path<String>,
    form: Multipart,
) -> Answer<Response> {
    upload(state, id, form, FileKind::Jar, "jar").await
}

pub(super) async fn upload_python(
    state: Shared,
    id: Path<String>,
    form: Multipart,
) -> Answer<Response> {
    upload(state, id, form, FileKind::Python, "file").await
}

pub(super) async fn upload_file(
    state: Shared,
    id: Path<String>,
    form: Multipart,
) -> Answer<Response> {
    upload(state, id, form, FileKind::File, "file").await
}

pub(super) async fn add_jar(state: Shared, id: Path<String>, body: Body) -> Answer<Response> {
    add(state, id, body, FileKind::Jar).await
}

pub(super) async fn add_python(state: Shared, id: Path<String>, body: Body) -> Answer<Response> {
    add(state, id, body, FileKind::Python).await
}

pub(super) async fn add_file(state: Shared, id: Path<String>, body: Body) -> Answer<Response> {
    add(state, id, body, FileKind::File).await
}

/// Takes the file in the form's part of this name.
async fn upload(
    State(state): Shared,
    Path(id): Path<String>,
    mut form: Multipart,
    what: FileKind,
    part: &str,
) -> Answer<Response> {
    let session = state.sessions.find(&id)?;
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Failure::Text(error.status(), error.body_text())
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() != Some(part) {
            continue;
        }
        let name = field.file_name().unwrap_or(part).to_owned();
        let bytes = field.bytes().await.map_err(unreadable)?;
        running(&session)?;
        let kept = session.keep_file(&name, bytes.into()).await;
        let path =
            kept.map_err(|error| Failure::exception(format!("java.io.IOException: {error}")))?;
        return give(&session, what, path).await;
    }
    Err(Failure::bad_body(format!("No {part} sent!")))
}

async fn add(
    State(state): Shared,
    Path(id): Path<String>,
    body: Body,
    what: FileKind,
) -> Answer<Response> {
    let session = state.sessions.find(&id)?;
    let uri = body.resource()?;
    let refused = |told| Failure::Message(StatusCode::BAD_REQUEST, told);
    state.files.check([&uri]).map_err(refused)?;
    running(&session)?;
    give(&session, what, uri).await
}

async fn give(session: &Arc<Session>, what: FileKind, path: String) -> Answer<Response> {
    let failed = |error: String| {
        Failure::exception(format!("java.util.concurrent.ExecutionException: {error}"))
    };
    session.add(what, path).await.map_err(failed)?;
    let kind = [(CONTENT_TYPE, "application/json")];
    Ok((StatusCode::OK, kind).into_response())
}

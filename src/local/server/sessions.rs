//! The routes of sessions.

use super::Shared;
use super::body::Body;
use super::failure::Answer;
use super::page::Query;
use crate::local::wire::{
    self, CreateSession, Message, Resources, SessionList, SessionLog, SessionState,
};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;

/// What Livy's administrators forbid by default.
const FORBIDDEN_CONF: [&str; 2] = [
    "spark.submit.deployMode",
    "spark.submit.proxyUser.allowCustomClasspathInClusterMode",
];

pub(super) async fn list(State(state): Shared, query: Query) -> Answer<Json<SessionList>> {
    let all = state.sessions.all();
    let total = all.len();
    let (from, some) = query.of_sessions(all)?;
    Ok(Json(SessionList {
        from,
        total,
        sessions: some.iter().map(|session| session.view()).collect(),
    }))
}

pub(super) async fn create(State(state): Shared, body: Body) -> Answer<Response> {
    let request = body.session()?;
    let check = |request: &CreateSession| {
        let asked = &request.resources;
        check_conf(&asked.conf)?;
        let Resources {
            jars,
            py_files,
            files,
            archives,
            ..
        } = asked;
        let named = jars.iter().chain(py_files).chain(files).chain(archives);
        state.files.check(named)?;
        state.files.check(&named_in_conf(&asked.conf))
    };
    let session = state.sessions.create(request, check)?;
    let location = [(LOCATION, format!("/sessions/{}", session.id))];
    Ok((StatusCode::CREATED, location, Json(session.view())).into_response())
}

/// Livy's words for settings that may not be set.
pub(super) fn check_conf(conf: &BTreeMap<String, String>) -> Result<(), String> {
    let forbidden: Vec<&str> = FORBIDDEN_CONF
        .into_iter()
        .filter(|key| conf.contains_key(*key))
        .collect();
    match forbidden.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "Blacklisted configuration values in session config: {}",
            forbidden.join(", ")
        )),
    }
}

/// Files that Spark's own settings name.
pub(super) fn named_in_conf(conf: &BTreeMap<String, String>) -> Vec<String> {
    [
        "spark.jars",
        "spark.files",
        "spark.archives",
        "spark.submit.pyFiles",
    ]
    .iter()
    .filter_map(|key| conf.get(*key))
    .flat_map(|list| list.split(','))
    .map(|name| name.trim().to_owned())
    .filter(|name| !name.is_empty())
    .collect()
}

pub(super) async fn show(
    State(state): Shared,
    Path(id): Path<String>,
) -> Answer<Json<wire::Session>> {
    Ok(Json(state.sessions.find(&id)?.view()))
}

/// What keeps a session from counting as idle; it answers in every state.
pub(super) async fn connect(
    State(state): Shared,
    Path(id): Path<String>,
) -> Answer<Json<wire::Session>> {
    let session = state.sessions.find(&id)?;
    session.touch();
    Ok(Json(session.view()))
}

pub(super) async fn state(
    State(state): Shared,
    Path(id): Path<String>,
) -> Answer<Json<SessionState>> {
    let session = state.sessions.find(&id)?;
    Ok(Json(SessionState {
        id: session.id,
        state: session.state(),
    }))
}

pub(super) async fn log(
    State(state): Shared,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Json<SessionLog>> {
    let session = state.sessions.find(&id)?;
    let lines = session.log();
    let total = lines.len();
    let (from, log) = query.of_lines(lines)?;
    Ok(Json(SessionLog {
        id: session.id,
        from,
        total,
        log,
    }))
}

/// Answers when the session's processes are gone, as Livy does.
pub(super) async fn delete(State(state): Shared, Path(id): Path<String>) -> Answer<Json<Message>> {
    let session = state.sessions.find(&id)?;
    // To the end, also where the client does not wait for it.
    let deleting = tokio::spawn(async move { state.sessions.delete(&session).await });
    deleting.await.ok();
    Ok(message("deleted"))
}

/// Ends a session and keeps what is known of it.
pub(super) async fn stop(State(state): Shared, Path(id): Path<String>) -> Answer<Response> {
    state.sessions.find(&id)?.end().await;
    let kind = [(CONTENT_TYPE, "application/json")];
    Ok((StatusCode::NO_CONTENT, kind).into_response())
}

/// Ends it all the same: Livy's name for this route misleads.
pub(super) async fn interrupt(
    State(state): Shared,
    Path(id): Path<String>,
) -> Answer<Json<Message>> {
    state.sessions.find(&id)?.end().await;
    Ok(message("interrupted"))
}

pub(super) fn message(text: &str) -> Json<Message> {
    Json(Message {
        msg: text.to_owned(),
    })
}

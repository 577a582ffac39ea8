//! The Livy API on loopback: routes, status codes, error bodies, access. The only file that knows
//! axum. The shapes are those of Apache Livy 0.9: `{"msg": …}` from its own checks, a bare JSON
//! string from its exceptions.

use super::session::{Refused, Session};
use super::wire::{
    self, CreateSession, Message, NewStatement, SessionList, SessionLog, SessionState,
    StatementList, Version,
};
use super::{Options, Runtime};
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, LOCATION, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All sessions of one server.
pub struct Sessions {
    runtime: Arc<Runtime>,
    folder: PathBuf,
    token: Option<String>,
    next: AtomicU64,
    all: Mutex<BTreeMap<u64, Arc<Session>>>,
}

impl Sessions {
    pub fn new(options: &Options, runtime: Runtime, folder: PathBuf) -> Sessions {
        Sessions {
            runtime: Arc::new(runtime),
            folder,
            token: options.token.clone(),
            next: AtomicU64::new(0),
            all: Mutex::new(BTreeMap::new()),
        }
    }

    /// Ends every session and waits until nothing of them is left.
    pub async fn end_all(&self) {
        let all = std::mem::take(&mut *self.lock());
        for session in all.values() {
            session.ask_to_end();
        }
        for session in all.values() {
            session.end().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Session>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By id, or by name where it is no number, as Livy routes.
    fn find(&self, id_or_name: &str) -> Result<Arc<Session>, Failure> {
        let all = self.lock();
        let found = match id_or_name.parse::<u64>() {
            Ok(id) => all.get(&id),
            Err(_) => all
                .values()
                .find(|session| session.request.name.as_deref() == Some(id_or_name)),
        };
        found.cloned().ok_or_else(|| {
            Failure::message(
                StatusCode::NOT_FOUND,
                format!("Session '{id_or_name}' not found."),
            )
        })
    }
}

/// An answer that is no success, in one of Livy's shapes.
enum Failure {
    Message(StatusCode, String),
    Text(StatusCode, String),
}

impl Failure {
    fn message(status: StatusCode, message: impl Into<String>) -> Failure {
        Failure::Message(status, message.into())
    }

    fn text(status: StatusCode, text: impl Into<String>) -> Failure {
        Failure::Text(status, text.into())
    }

    fn inactive() -> Failure {
        Failure::message(
            StatusCode::BAD_REQUEST,
            "requirement failed: Session isn't active.",
        )
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

type Answer<T> = Result<T, Failure>;
type Shared = State<Arc<Sessions>>;

pub fn router(sessions: Arc<Sessions>) -> Router {
    Router::new()
        .route("/version", get(version))
        .route("/sessions", get(list).post(create))
        .route("/sessions/{id}", get(show).delete(delete))
        .route("/sessions/{id}/state", get(state))
        .route("/sessions/{id}/log", get(log))
        .route("/sessions/{id}/connect", post(show))
        .route("/sessions/{id}/statements", get(statements).post(submit))
        .route("/sessions/{id}/statements/{statement}", get(statement))
        .route("/sessions/{id}/statements/{statement}/cancel", post(cancel))
        .layer(middleware::from_fn_with_state(sessions.clone(), guard))
        .with_state(sessions)
}

/// A web page in the user's browser can send requests to loopback too: it is told apart by its
/// `Origin`, or by a `Host` that some name server pointed here.
async fn guard(State(sessions): Shared, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    if !host.is_some_and(is_loopback) {
        return (
            StatusCode::FORBIDDEN,
            "The Host header names no loopback address.",
        )
            .into_response();
    }
    let origin = headers
        .get(ORIGIN)
        .map(|value| value.to_str().unwrap_or(""));
    let foreign = |origin: &str| {
        !origin
            .split_once("://")
            .is_some_and(|(_, host)| is_loopback(host))
    };
    if origin.is_some_and(foreign) {
        return (StatusCode::FORBIDDEN, "Requests of web pages are refused.").into_response();
    }
    if let Some(token) = &sessions.token
        && !bears(headers, token)
    {
        let challenge = [("WWW-Authenticate", "Bearer")];
        return (
            StatusCode::UNAUTHORIZED,
            challenge,
            "A bearer token is needed.",
        )
            .into_response();
    }
    next.run(request).await
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn bears(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let Some(given) = given.and_then(|value| value.strip_prefix(b"Bearer ")) else {
        return false;
    };
    // Every byte is compared, so that the time taken tells nothing.
    given.len() == token.len()
        && given
            .iter()
            .zip(token.as_bytes())
            .fold(0, |differing, (a, b)| differing | (a ^ b))
            == 0
}

async fn version() -> Json<Version> {
    Json(Version {
        version: concat!("0.9.0-livysh-", env!("CARGO_PKG_VERSION")),
        user: "",
        revision: "",
        branch: "",
        date: "",
        url: "",
    })
}

#[derive(Deserialize)]
struct Page {
    from: Option<i64>,
    size: Option<i64>,
}

impl Page {
    /// The part that is asked for; a negative `from` stands for the last `size` items.
    fn of<T>(&self, items: Vec<T>, from: i64, size: i64) -> (usize, Vec<T>) {
        let total = items.len() as i64;
        let size = self.size.unwrap_or(size);
        let size = if size < 0 { total } else { size };
        let from = self.from.unwrap_or(from);
        let from = if from < 0 {
            (total - size).max(0)
        } else {
            from
        };
        let taken = items.into_iter().skip(from as usize).take(size as usize);
        (from as usize, taken.collect())
    }
}

async fn list(State(sessions): Shared, Query(page): Query<Page>) -> Json<SessionList> {
    let all: Vec<Arc<Session>> = sessions.lock().values().cloned().collect();
    let total = all.len();
    let (from, some) = page.of(all, 0, 100);
    Json(SessionList {
        from,
        total,
        sessions: some.iter().map(|session| session.view()).collect(),
    })
}

async fn create(State(sessions): Shared, body: Bytes) -> Answer<Response> {
    let request: CreateSession = parse(&body)?;
    let kind_name = request.kind.as_deref().unwrap_or("shared");
    let kind = wire::canonical_kind(kind_name).ok_or_else(|| {
        Failure::text(
            StatusCode::BAD_REQUEST,
            format!("Invalid kind: {kind_name}"),
        )
    })?;
    let session = {
        let mut all = sessions.lock();
        if let Some(name) = &request.name {
            check_name(name, &all)?;
        }
        let id = sessions.next.fetch_add(1, Ordering::Relaxed);
        let directory = sessions.folder.join(format!("session-{id}"));
        let session = Session::start(id, kind, request, sessions.runtime.clone(), directory);
        all.insert(id, session.clone());
        session
    };
    let location = [(LOCATION, format!("/sessions/{}", session.id))];
    Ok((StatusCode::CREATED, location, Json(session.view())).into_response())
}

fn check_name(name: &str, all: &BTreeMap<u64, Arc<Session>>) -> Answer<()> {
    let refuse = |reason: String| {
        Err(Failure::message(
            StatusCode::BAD_REQUEST,
            format!("Rejected, Reason: {reason}"),
        ))
    };
    if name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse(format!("Invalid session name: {name}"));
    }
    let same = all
        .values()
        .find(|session| session.request.name.as_deref() == Some(name));
    match same {
        Some(session) => refuse(format!(
            "Duplicate session name: Some({name}) for session {}",
            session.id
        )),
        None => Ok(()),
    }
}

async fn show(State(sessions): Shared, Path(id): Path<String>) -> Answer<Json<wire::Session>> {
    Ok(Json(sessions.find(&id)?.view()))
}

async fn state(State(sessions): Shared, Path(id): Path<String>) -> Answer<Json<SessionState>> {
    let session = sessions.find(&id)?;
    Ok(Json(SessionState {
        id: session.id,
        state: session.state(),
    }))
}

async fn log(
    State(sessions): Shared,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Answer<Json<SessionLog>> {
    let session = sessions.find(&id)?;
    let lines = session.log();
    let total = lines.len();
    let (from, log) = page.of(lines, -1, 100);
    Ok(Json(SessionLog {
        id: session.id,
        from,
        total,
        log,
    }))
}

/// Answers when the session's processes are gone, as Livy does.
async fn delete(State(sessions): Shared, Path(id): Path<String>) -> Answer<Json<Message>> {
    let session = sessions.find(&id)?;
    session.end().await;
    sessions.lock().remove(&session.id);
    Ok(Json(Message {
        msg: "deleted".to_owned(),
    }))
}

async fn statements(
    State(sessions): Shared,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Answer<Json<StatementList>> {
    let session = sessions.find(&id)?;
    if !session.is_active() {
        return Err(Failure::inactive());
    }
    let all = session.statements();
    let total_statements = all.len();
    let (_, statements) = page.of(all, 0, -1);
    Ok(Json(StatementList {
        total_statements,
        statements,
    }))
}

async fn submit(State(sessions): Shared, Path(id): Path<String>, body: Bytes) -> Answer<Response> {
    let session = sessions.find(&id)?;
    let statement: NewStatement = parse(&body)?;
    let statement = session
        .submit(statement.code, statement.kind.as_deref())
        .map_err(|refused| {
            let exception = match refused {
                Refused::State(state) => {
                    format!("java.lang.IllegalStateException: Session is in state {state}")
                }
                Refused::Kind(kind) if kind == "shared" => {
                    "java.lang.IllegalArgumentException: Code type should be specified if session \
                     kind is shared"
                        .to_owned()
                }
                Refused::Kind(kind) => {
                    format!("java.lang.IllegalArgumentException: Invalid kind: {kind}")
                }
            };
            Failure::text(StatusCode::INTERNAL_SERVER_ERROR, exception)
        })?;
    let path = format!("/sessions/{}/statements/{}", session.id, statement.id);
    Ok((StatusCode::CREATED, [(LOCATION, path)], Json(statement)).into_response())
}

async fn statement(
    State(sessions): Shared,
    Path((id, number)): Path<(String, String)>,
) -> Answer<Json<wire::Statement>> {
    let session = sessions.find(&id)?;
    if !session.is_active() {
        return Err(Failure::inactive());
    }
    session
        .statement(statement_number(&number)?)
        .map(Json)
        .ok_or_else(|| Failure::text(StatusCode::NOT_FOUND, "Statement not found"))
}

async fn cancel(
    State(sessions): Shared,
    Path((id, number)): Path<(String, String)>,
) -> Answer<Json<Message>> {
    let session = sessions.find(&id)?;
    let number = statement_number(&number)?;
    let state = session.state();
    if !matches!(state, "idle" | "busy") {
        return Err(Failure::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("java.lang.IllegalStateException: Session is in state {state}"),
        ));
    }
    session.cancel(number);
    Ok(Json(Message {
        msg: "canceled".to_owned(),
    }))
}

fn statement_number(text: &str) -> Answer<u64> {
    text.parse().map_err(|_| {
        Failure::message(
            StatusCode::BAD_REQUEST,
            format!("For input string: \"{text}\""),
        )
    })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Answer<T> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::text(StatusCode::BAD_REQUEST, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_pass() {
        for host in [
            "localhost",
            "LOCALHOST:8998",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:8998",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "10.0.0.1:8998",
            "localhost.example.com",
            "[fe80::1]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn pages_are_cut_as_livy_cuts_them() {
        let page = |from, size| Page { from, size };
        let ten: Vec<u32> = (0..10).collect();
        assert_eq!(page(None, None).of(ten.clone(), -1, 3), (7, vec![7, 8, 9]));
        assert_eq!(page(Some(8), None).of(ten.clone(), -1, 3), (8, vec![8, 9]));
        assert_eq!(page(None, Some(2)).of(ten.clone(), 0, 100), (0, vec![0, 1]));
        assert_eq!(page(Some(20), Some(2)).of(ten, 0, 100), (20, vec![]));
    }
}

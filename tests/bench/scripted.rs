//! A server whose statements take exactly as long as their code says, `0` or `350` milliseconds, one after another
//! from the moment they arrive; `rows` gives 10,000 rows of 20 columns at once, `text` 100 MB. It has every
//! session that is asked for, can be as far away as one wishes, and counts what it is asked.

use crate::far::FarListener;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

pub struct Server {
    pub url: String,
    shared: Shared,
}

#[derive(Clone)]
struct Shared {
    round_trip: Duration,
    sessions: Arc<Mutex<HashMap<String, Session>>>,
}

#[derive(Default)]
struct Session {
    /// By their numbers.
    statements: Vec<Statement>,
    /// When each request about it came.
    requests: Vec<Instant>,
}

#[derive(Clone)]
struct Statement {
    code: String,
    done: Instant,
    gives: Gives,
}

#[derive(Clone, Copy)]
enum Gives {
    /// What livysh sends on its own behalf.
    Nothing,
    /// How many milliseconds it has taken.
    Duration(u64),
    Rows,
    Text,
}

impl Server {
    /// Starts it on a thread of its own, until the process ends.
    pub fn start(round_trip: Duration) -> Server {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared {
            round_trip,
            sessions: Arc::default(),
        };
        let router = router(shared.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let near = tokio::net::TcpListener::from_std(listener).unwrap();
                let listener = FarListener { near, round_trip };
                axum::serve(listener, router).await.unwrap();
            });
        });
        Server { url, shared }
    }

    /// When each request about a session came.
    pub fn requests(&self, session: i64) -> Vec<Instant> {
        let sessions = self.shared.sessions.lock().unwrap();
        let session = sessions.get(&session.to_string());
        session.map_or(Vec::new(), |session| session.requests.clone())
    }

    pub fn count(&self, session: i64) -> usize {
        self.requests(session).len()
    }
}

impl Shared {
    fn with<T>(&self, session: &str, work: impl FnOnce(&mut Session) -> T) -> T {
        let mut sessions = self.sessions.lock().unwrap();
        work(sessions.entry(session.to_owned()).or_default())
    }
}

/// The root of one that is near.
pub fn start() -> String {
    Server::start(Duration::ZERO).url
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/version", get(version))
        .route("/sessions/{id}", get(session).delete(session))
        .route("/sessions/{id}/statements", post(submit))
        .route("/sessions/{id}/statements/{number}", get(look))
        .layer(from_fn_with_state(shared.clone(), travel))
        .with_state(shared)
}

/// A request and its answer are on their way for half a round trip each.
async fn travel(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let way = || async {
        if !shared.round_trip.is_zero() {
            tokio::time::sleep(shared.round_trip / 2).await;
        }
    };
    way().await;
    let session = request.uri().path().split('/').nth(2).unwrap_or_default();
    shared.with(session, |session| session.requests.push(Instant::now()));
    let response = next.run(request).await;
    way().await;
    response
}

async fn version() -> Json<Value> {
    Json(json!({"version": "0.9.0-incubating"}))
}

async fn session(Path(id): Path<i64>) -> Json<Value> {
    Json(json!({"id": id, "state": "idle", "kind": "pyspark", "proxyUser": null, "log": []}))
}

async fn submit(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let code = body["code"].as_str().unwrap();
    let (milliseconds, gives) = match code.trim() {
        "rows" => (0, Gives::Rows),
        "text" => (0, Gives::Text),
        other => match other.parse() {
            Ok(milliseconds) => (milliseconds, Gives::Duration(milliseconds)),
            Err(_) => (0, Gives::Nothing),
        },
    };
    let number = shared.with(&id, |session| {
        let before = session.statements.last().map(|last| last.done);
        let begins = before.unwrap_or_else(Instant::now).max(Instant::now());
        let done = begins + Duration::from_millis(milliseconds);
        let code = code.to_owned();
        session.statements.push(Statement { code, done, gives });
        session.statements.len() - 1
    });
    let waiting =
        json!({"id": number, "code": code, "state": "waiting", "output": null, "progress": 0.0});
    (StatusCode::CREATED, Json(waiting))
}

async fn look(State(shared): State<Shared>, Path((id, number)): Path<(String, usize)>) -> Response {
    let Statement { code, done, gives } =
        shared.with(&id, |session| session.statements[number].clone());
    let code = Value::String(code);
    if done > Instant::now() {
        let running = json!({"id": number, "code": code, "state": "running", "output": null, "progress": 0.0});
        return Json(running).into_response();
    }
    // What is large is written once: its number is not looked at.
    let data = match gives {
        Gives::Nothing => r#"{"text/plain": ""}"#.to_owned(),
        Gives::Duration(milliseconds) => format!(r#"{{"text/plain": "{milliseconds}"}}"#),
        Gives::Rows => ROWS.clone(),
        Gives::Text => TEXT.clone(),
    };
    let body = [
        format!(
            r#"{{"id": {number}, "code": {code}, "state": "available", "progress": 1.0, "output": {{"status": "ok", "execution_count": {number}, "data": "#
        ),
        data,
        "}}".to_owned(),
    ];
    ([(CONTENT_TYPE, "application/json")], body.concat()).into_response()
}

static ROWS: LazyLock<String> = LazyLock::new(|| {
    let fields: Vec<Value> = (0..20)
        .map(|column| json!({"name": format!("c{column}"), "type": if column == 0 { "long" } else { "string" }}))
        .collect();
    let row = |row: u64| {
        let texts = (1..20).map(|column| json!(format!("v{}", row * column)));
        Value::Array(std::iter::once(json!(row)).chain(texts).collect())
    };
    let rows: Vec<Value> = (0..10_000).map(row).collect();
    json!({"application/json": {"schema": {"type": "struct", "fields": fields}, "data": rows}})
        .to_string()
});

static TEXT: LazyLock<String> = LazyLock::new(|| json!({"text/plain": text(100)}).to_string());

/// So many megabytes, in lines.
pub fn text(megabytes: usize) -> String {
    let line = "2026-11-28 10:11:12,345 INFO  scheduler.DAGScheduler: job 17 has ended, took 0.123 s: ünï\n";
    line.repeat(megabytes * 1_000_000 / line.len() + 1)
}

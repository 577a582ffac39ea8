//! A server whose statements take exactly as long as their code says, `0` or `350` milliseconds; `rows` gives
//! 10,000 rows of 20 columns at once, `text` 100 MB.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

/// What each statement gives, by its number, and when it is done.
type Statements = Arc<Mutex<Vec<(Instant, Gives)>>>;

#[derive(Clone, Copy)]
enum Gives {
    Nothing,
    Rows,
    Text,
}

/// Starts it on a thread of its own, until the process ends; gives its root.
pub fn start() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
                stream.set_nodelay(true).unwrap();
            });
            axum::serve(listener, router()).await.unwrap();
        });
    });
    url
}

fn router() -> Router {
    Router::new()
        .route("/sessions/{id}", get(session).delete(session))
        .route("/sessions", post(session))
        .route("/sessions/{id}/statements", post(submit))
        .route("/sessions/{id}/statements/{number}", get(look))
        .with_state(Statements::default())
}

async fn session() -> Json<Value> {
    Json(json!({"id": 0, "state": "idle", "kind": "pyspark"}))
}

async fn submit(State(all): State<Statements>, Json(body): Json<Value>) -> Json<Value> {
    let (milliseconds, gives) = match body["code"].as_str().unwrap().trim() {
        "rows" => (0, Gives::Rows),
        "text" => (0, Gives::Text),
        number => (number.parse().unwrap(), Gives::Nothing),
    };
    let mut all = all.lock().unwrap();
    all.push((Instant::now() + Duration::from_millis(milliseconds), gives));
    Json(json!({"id": all.len() - 1, "state": "waiting", "output": null}))
}

async fn look(State(all): State<Statements>, Path((_, number)): Path<(String, usize)>) -> Response {
    let (done, gives) = all.lock().unwrap()[number];
    if done > Instant::now() {
        let running = json!({"id": number, "state": "running", "output": null, "progress": 0.0});
        return Json(running).into_response();
    }
    // What is large is written once: its number is not looked at.
    let data: &'static str = match gives {
        Gives::Nothing => r#"{"text/plain": ""}"#,
        Gives::Rows => &ROWS,
        Gives::Text => &TEXT,
    };
    let body = [
        format!(
            r#"{{"id": {number}, "state": "available", "progress": 1.0, "output": {{"status": "ok", "execution_count": {number}, "data": "#
        ),
        data.to_owned(),
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

//! A server whose statements take exactly as long as their code says, `0` or `350` milliseconds.

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// When each statement is done, by its number.
type Deadlines = Arc<Mutex<Vec<Instant>>>;

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
        .with_state(Deadlines::default())
}

async fn session() -> Json<Value> {
    Json(json!({"id": 0, "state": "idle", "kind": "pyspark"}))
}

async fn submit(State(all): State<Deadlines>, Json(body): Json<Value>) -> Json<Value> {
    let milliseconds = body["code"].as_str().unwrap().trim().parse().unwrap();
    let mut all = all.lock().unwrap();
    all.push(Instant::now() + Duration::from_millis(milliseconds));
    Json(json!({"id": all.len() - 1, "state": "waiting", "output": null}))
}

async fn look(
    State(all): State<Deadlines>,
    Path((_, number)): Path<(String, usize)>,
) -> Json<Value> {
    let done = all.lock().unwrap()[number] <= Instant::now();
    let output = json!({"status": "ok", "execution_count": number, "data": {"text/plain": ""}});
    Json(match done {
        true => json!({"id": number, "state": "available", "output": output, "progress": 1.0}),
        false => json!({"id": number, "state": "running", "output": null, "progress": 0.0}),
    })
}

//! The Livy API: routes, status codes, headers. The only folder that knows axum. The shapes are those
//! of Apache Livy 0.9, as recorded from it.
//!
//! | file            | its duty                                            |
//! |-----------------|-----------------------------------------------------|
//! | `access.rs`     | who may ask                                         |
//! | `body.rs`       | bodies, and what is wrong with them                 |
//! | `requests.rs`   | what they ask for                                   |
//! | `failure.rs`    | answers that are no success                         |
//! | `page.rs`       | parts of lists                                      |
//! | `files.rs`      | which local files a request may name                |
//! | `registry.rs`   | all sessions, all batches                           |
//! | `sessions.rs`   | the routes of sessions                              |
//! | `batches.rs`    | the routes of batches                               |
//! | `uploads.rs`    | the routes by which a session is given files        |
//! | `statements.rs` | the routes of statements and completion             |

mod access;
mod batches;
mod body;
mod failure;
mod files;
mod page;
mod registry;
mod requests;
mod sessions;
mod statements;
mod uploads;

use super::archive;
use super::batch::Batch;
use super::session::{Ground, Session};
use super::wire::Version;
use super::{Options, Runtime};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use registry::Registry;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

/// How often sessions are looked at that are to end by themselves.
const REAP_EVERY: Duration = Duration::from_secs(1);

/// A session's first statements come first.
const BEFORE_ARCHIVE: Duration = Duration::from_secs(5);

/// What Livy takes of a file that is uploaded; of code its driver takes less.
const LARGEST_BODY: usize = 100 << 20;

/// One server.
pub(super) struct ServerState {
    ground: Arc<Ground>,
    token: Option<String>,
    /// Whether it listens on more than loopback.
    is_open: bool,
    csrf_protection: bool,
    files: files::Rule,
    sessions: Registry<Session>,
    batches: Registry<Batch>,
}

type Shared = State<Arc<ServerState>>;

impl ServerState {
    pub(super) fn new(options: &Options, runtime: Runtime, folder: PathBuf) -> ServerState {
        let ground = Arc::new(Ground {
            runtime: Arc::new(runtime),
            strict: options.strict,
            cancel_timeout: options.cancel_timeout,
            tuning: options.tuning,
            cache: options.cache.clone(),
            first_ready: Notify::new(),
            most_output: options.most_output,
        });
        ServerState {
            token: options.token.clone(),
            ground: ground.clone(),
            is_open: !options.host.is_loopback(),
            csrf_protection: options.csrf_protection,
            files: files::Rule::of(options),
            sessions: Registry::new(ground.clone(), folder.clone()),
            batches: Registry::new(ground, folder),
        }
    }

    pub(super) async fn end_all(&self) {
        tokio::join!(self.sessions.end_all(), self.batches.end_all());
    }
}

/// Answers requests until `stopped`. Not a graceful end: a client that polls for ever would hold it
/// up.
pub(super) async fn serve(
    listener: tokio::net::TcpListener,
    state: Arc<ServerState>,
    stopped: oneshot::Receiver<()>,
) {
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        stream.set_nodelay(true).ok();
    });
    let reaper = state.clone();
    let reaping = tokio::spawn(async move {
        loop {
            tokio::time::sleep(REAP_EVERY).await;
            reaper.sessions.end_expired();
            reaper.batches.end_expired();
        }
    });
    let stop = Arc::new(Stop::default());
    let writing = tokio::spawn(write_archive(state.ground.clone(), stop.clone()));
    tokio::select! {
        _ = axum::serve(listener, router(state)).into_future() => {}
        _ = stopped => {}
    }
    reaping.abort();
    stop.flag.store(true, Ordering::Relaxed);
    stop.told.notify_one();
    writing.await.ok();
}

/// Ends what is done in the background.
#[derive(Default)]
struct Stop {
    flag: AtomicBool,
    told: Notify,
}

/// Once a session is there and has had its first seconds, later ones are made to start faster.
async fn write_archive(ground: Arc<Ground>, stop: Arc<Stop>) {
    if !ground.tuning.archive {
        return;
    }
    let has_time = async {
        ground.first_ready.notified().await;
        tokio::time::sleep(BEFORE_ARCHIVE).await;
    };
    tokio::select! {
        () = has_time => {}
        () = stop.told.notified() => return,
    }
    let writing = tokio::task::spawn_blocking(move || {
        // Without one starts are slower, and that is all.
        archive::write(&ground.runtime, &ground.cache, &stop.flag).ok();
    });
    writing.await.ok();
}

fn router(state: Arc<ServerState>) -> Router {
    Router::new()
        .route("/", get(root))
        .route("/ui", get(ui))
        .route("/version", get(version))
        .route("/sessions", get(sessions::list).post(sessions::create))
        .route(
            "/sessions/{id}",
            get(sessions::show).delete(sessions::delete),
        )
        .route("/sessions/{id}/state", get(sessions::state))
        .route("/sessions/{id}/log", get(sessions::log))
        .route("/sessions/{id}/connect", post(sessions::connect))
        .route("/sessions/{id}/stop", post(sessions::stop))
        .route("/sessions/{id}/interrupt", post(sessions::interrupt))
        .route(
            "/sessions/{id}/statements",
            get(statements::list).post(statements::submit),
        )
        .route(
            "/sessions/{id}/statements/{statement}",
            get(statements::show),
        )
        .route(
            "/sessions/{id}/statements/{statement}/cancel",
            post(statements::cancel),
        )
        .route("/sessions/{id}/completion", post(statements::complete))
        .route("/sessions/{id}/upload-jar", post(uploads::upload_jar))
        .route("/sessions/{id}/upload-pyfile", post(uploads::upload_python))
        .route("/sessions/{id}/upload-file", post(uploads::upload_file))
        .route("/sessions/{id}/add-jar", post(uploads::add_jar))
        .route("/sessions/{id}/add-pyfile", post(uploads::add_python))
        .route("/sessions/{id}/add-file", post(uploads::add_file))
        .route("/batches", get(batches::list).post(batches::create))
        .route("/batches/{id}", get(batches::show).delete(batches::delete))
        .route("/batches/{id}/state", get(batches::state))
        .route("/batches/{id}/log", get(batches::log))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(middleware::from_fn_with_state(state.clone(), access::guard))
        .layer(middleware::from_fn_with_state(state.clone(), headers))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(RequestDecompressionLayer::new())
        .layer(CompressionLayer::new())
        .with_state(state)
}

/// The headers that every answer of Livy's bears, and its name for JSON.
async fn headers(State(server): Shared, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json;charset=utf-8");
    // What its pages of errors bear is their own.
    if headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json")
        && !headers.contains_key("Cache-Control")
    {
        headers.insert(CONTENT_TYPE, json);
    }
    for (name, value) in [
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-XSS-Protection", "1; mode=block"),
        (
            "Content-Security-Policy",
            "default-src 'self'; script-src 'self' 'unsafe-inline'; img-src 'self'; \
             frame-src 'self';",
        ),
        ("X-Content-Type-Options", "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !server.ground.strict {
        // A client need not write Scala for a compiler that is fed line by line.
        headers.insert("livysh-scala", HeaderValue::from_static("whole"));
    }
    response
}

async fn unknown() -> Response {
    let kind = [(CONTENT_TYPE, "text/html;charset=utf-8")];
    (StatusCode::NOT_FOUND, kind, "").into_response()
}

/// Livy sends whoever opens it in a browser to its pages, by their whole address.
async fn root(headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let location = format!("http://{}/ui", host.unwrap_or("localhost"));
    let headers = [
        (LOCATION, location),
        (CONTENT_TYPE, "text/html;charset=utf-8".to_owned()),
    ];
    (StatusCode::FOUND, headers, "").into_response()
}

async fn ui() -> Html<&'static str> {
    Html(
        "<!DOCTYPE html>\n<title>livysh serve</title>\n<p>This is a Livy server over a local Spark. \
         Its sessions are listed at <a href=\"/sessions\">/sessions</a>.\n",
    )
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

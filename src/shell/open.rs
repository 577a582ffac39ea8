//! From settings to a conversation: a thread of its own prepares a local Spark where that is
//! wanted, opens the session and holds the conversation, so that a prompt never waits for it.

use super::link::{About, Emit, Link, OnSignal};
use super::{Event, signals};
use crate::config::Place;
use crate::engine::{self, Engine, Mailbox, OpenError, Opened, Opening, Patience};
use crate::livy::{Client, CreateSession, Id};
use crate::local;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What to open.
#[derive(Debug, Clone)]
pub struct Plan {
    pub place: Place,
    pub session: SessionPlan,
    /// The user's cache folder for livysh.
    pub cache: PathBuf,
    /// Where to look for a local Spark.
    pub search: local::Search,
}

#[derive(Debug, Clone)]
pub enum SessionPlan {
    Create(CreateSession),
    /// By id or name.
    Attach(String),
}

impl Plan {
    /// Starts to open the session and returns at once.
    pub fn open(self, on_signal: OnSignal) -> std::io::Result<Link> {
        let about = About {
            is_local: matches!(self.place, Place::Local { .. }),
            is_ours: matches!(self.session, SessionPlan::Create(_)),
            root: match &self.place {
                Place::Local { .. } => "this machine".to_owned(),
                Place::Server { url, .. } => url.trim_end_matches('/').to_owned(),
            },
        };
        Link::start(about, on_signal, |mailbox, emit, stop| {
            converse(self, mailbox, emit, stop);
        })
    }
}

/// The network thread: opens the session, holds the conversation, ends a local server.
fn converse(plan: Plan, mailbox: Mailbox, emit: Emit, stop: Arc<AtomicBool>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let failed = OpenError::Preparation {
                message: format!("the network thread cannot run: {error}"),
                hint: "check the limits on open files and processes".to_owned(),
            };
            return emit(Event::Engine(engine::Event::OpenFailed(failed)));
        }
    };
    let local = tokio::task::LocalSet::new();
    let server = Rc::new(RefCell::new(None));
    local.block_on(&runtime, async {
        let to_front_end = emit.clone();
        let signals = tokio::task::spawn_local(signals::watch(move |signal| {
            to_front_end(Event::Signal(signal));
        }));
        let preparing = emit.clone();
        let opening: Opening = Box::pin(open(plan, server.clone(), stop, preparing));
        let to_front_end = emit.clone();
        Engine::converse(mailbox, opening, Patience::default(), move |event| {
            to_front_end(Event::Engine(event));
        })
        .await;
        signals.abort();
    });
    // Ends the local server's sessions, and waits until Spark is gone.
    drop(server.take());
}

async fn open(
    plan: Plan,
    server: Rc<RefCell<Option<local::Server>>>,
    stop: Arc<AtomicBool>,
    emit: Emit,
) -> Result<Opened, OpenError> {
    let (url, credential) = match plan.place {
        Place::Server { url, credential } => (url, credential),
        Place::Local { python } => {
            let search = local::Search {
                python,
                ..plan.search
            };
            let (started, token) = start_local(search, plan.cache, stop, emit).await?;
            let url = started.url();
            server.replace(Some(started));
            (url, crate::auth::Credential::Bearer(token))
        }
    };
    let client = Client::new(&url, Arc::new(credential)).map_err(|error| {
        let hint = error.hint().to_owned();
        OpenError::Preparation {
            message: error.to_string(),
            hint,
        }
    })?;
    let session = match plan.session {
        SessionPlan::Create(request) => client.create_session(&request).await?,
        SessionPlan::Attach(name) => {
            let id = name.parse().map_or(Id::Text(name), Id::Number);
            client.session(&id).await?
        }
    };
    let client = Arc::new(client);
    Ok(Opened { client, session })
}

/// Prepares the runtime on a thread that may block for minutes, and starts the server there.
async fn start_local(
    search: local::Search,
    cache: PathBuf,
    stop: Arc<AtomicBool>,
    emit: Emit,
) -> Result<(local::Server, crate::auth::Secret), OpenError> {
    let (done, waiting) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("local-start".to_owned())
        .spawn(move || {
            let mut tell = |step: &str, detail: &str| {
                emit(Event::Preparing {
                    step: step.to_owned(),
                    detail: detail.to_owned(),
                });
            };
            done.send(prepare_and_serve(&search, cache, &stop, &mut tell))
                .ok();
        });
    let lost = |message: String| OpenError::Preparation {
        message,
        hint: "try again".to_owned(),
    };
    spawned.map_err(|error| lost(format!("a thread cannot be started: {error}")))?;
    waiting
        .await
        .unwrap_or_else(|_| Err(lost("the preparation ended without a result".to_owned())))
}

fn prepare_and_serve(
    search: &local::Search,
    cache: PathBuf,
    stop: &AtomicBool,
    tell: &mut local::Tell<'_>,
) -> Result<(local::Server, crate::auth::Secret), OpenError> {
    let runtime = local::prepare(search, stop, tell).map_err(|error| {
        if stop.load(Ordering::Relaxed) {
            return OpenError::GivenUp;
        }
        OpenError::Preparation {
            message: error.to_string(),
            hint: error.hint(),
        }
    })?;
    let failed = |error: std::io::Error| OpenError::Preparation {
        message: format!("the local server cannot start: {error}"),
        hint: format!("check the folder {}", cache.display()),
    };
    let token = local::random_token().map_err(failed)?;
    let options = local::Options {
        port: 0,
        token: Some(token.clone()),
        cache: cache.clone(),
    };
    let server = local::Server::start(&options, runtime).map_err(failed)?;
    Ok((server, crate::auth::Secret::new(token)))
}

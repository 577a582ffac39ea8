//! A local Spark behind the session: it is prepared and served on a thread of its own, and ended.

use super::Event;
use super::Signal;
use super::signals::Signals;
use super::uplink::Uplink;
use crate::auth::Secret;
use crate::engine::OpenError;
use crate::local;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// What of a local Spark runs on this machine.
#[derive(Clone, Default)]
pub(super) struct OnMachine {
    pub(super) server: Rc<RefCell<Option<local::Server>>>,
    preparing: Rc<RefCell<Option<JoinHandle<()>>>>,
}

impl OnMachine {
    /// Ends the local server's sessions and waits until Spark is gone, or an installation that was
    /// given up; a signal ends the waiting and comes back. What is left then ends with this process.
    pub(super) async fn end(&self) -> Option<Signal> {
        let (server, preparing) = (self.server.take(), self.preparing.take());
        let ending = tokio::task::spawn_blocking(move || {
            drop(server);
            preparing.map(JoinHandle::join)
        });
        let signal = async {
            match Signals::listen() {
                Ok(mut signals) => signals.next().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = ending => None,
            signal = signal => Some(signal),
        }
    }
}

/// Prepares the runtime on a thread that may block for minutes, and starts the server there.
pub(super) async fn start_local(
    search: local::Search,
    tuning: local::Tuning,
    cache: PathBuf,
    uplink: Uplink,
    on_machine: &OnMachine,
) -> Result<(local::Server, Secret), OpenError> {
    let (done, waiting) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("local-start".to_owned())
        .spawn(move || {
            let mut tell = |step: &str, detail: &str| {
                uplink.emit(Event::Preparing {
                    step: step.to_owned(),
                    detail: detail.to_owned(),
                });
            };
            done.send(prepare_and_serve(
                &search,
                tuning,
                cache,
                &uplink.stop,
                &mut tell,
            ))
            .ok();
        });
    let lost = |message: String| OpenError::Preparation {
        message,
        hint: "try again".to_owned(),
    };
    let thread = spawned.map_err(|error| lost(format!("a thread cannot be started: {error}")))?;
    on_machine.preparing.replace(Some(thread));
    waiting
        .await
        .unwrap_or_else(|_| Err(lost("the preparation ended without a result".to_owned())))
}

fn prepare_and_serve(
    search: &local::Search,
    tuning: local::Tuning,
    cache: PathBuf,
    stop: &AtomicBool,
    tell: &mut local::Tell<'_>,
) -> Result<(local::Server, Secret), OpenError> {
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
        token: Some(token.clone()),
        tuning,
        ..local::Options::new(cache.clone())
    };
    let server = local::Server::start(&options, runtime).map_err(failed)?;
    Ok((server, Secret::new(token)))
}

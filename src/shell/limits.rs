//! Limits of time.

use super::Signal;
use std::time::{Duration, Instant};

/// How long things may take; `None` is without end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// When the whole run is to be over.
    pub run: Option<Instant>,
    /// How long a session may take until it is ready.
    pub start: Option<Duration>,
}

/// The limits of a session that is opened now.
pub(super) struct Deadlines {
    run: Option<Instant>,
    /// None once it has started.
    start: Option<Instant>,
}

impl Deadlines {
    pub(super) fn of(limits: Limits) -> Deadlines {
        Deadlines {
            run: limits.run,
            start: limits
                .start
                .and_then(|length| Instant::now().checked_add(length)),
        }
    }

    /// Waits until one is passed, each once.
    pub(super) async fn passed(&mut self) -> Signal {
        let (run, start) = (self.run, self.start);
        tokio::select! {
            () = reached(run) => {
                self.run = None;
                Signal::TimeUp
            }
            () = reached(start) => {
                self.start = None;
                Signal::NotStarted { lacks_room: false }
            }
        }
    }
}

async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

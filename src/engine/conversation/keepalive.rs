//! Keeps the session from being ended for being idle. Livy counts no GET as activity, and ends a
//! session after an hour (as its administrator sets) even while a statement runs; `POST …/connect` is
//! the cheapest call that counts.

use crate::livy::LivyError;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How a session is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAlive {
    /// Between two calls; zero: none.
    pub every: Duration,
    /// After the last statement has ended it is kept for so long, so that nobody pays overnight.
    pub idle: Duration,
}

impl Default for KeepAlive {
    fn default() -> KeepAlive {
        KeepAlive {
            every: Duration::from_secs(10 * 60),
            idle: Duration::from_secs(2 * 60 * 60),
        }
    }
}

/// What the user's statements do.
#[derive(Clone)]
pub(super) struct Activity {
    is_busy: Rc<Cell<bool>>,
    last: Rc<Cell<Instant>>,
}

impl Activity {
    pub(super) fn new() -> Activity {
        Activity {
            is_busy: Rc::default(),
            last: Rc::new(Cell::new(Instant::now())),
        }
    }

    pub(super) fn set_busy(&self, is_busy: bool) {
        if self.is_busy.replace(is_busy) != is_busy {
            self.last.set(Instant::now());
        }
    }

    fn is_wanted(&self, idle: Duration) -> bool {
        self.is_busy.get() || self.last.get().elapsed() < idle
    }
}

/// Calls as long as that is wanted, and for as long as the server knows the call.
pub(super) async fn keep_alive(
    settings: KeepAlive,
    activity: Activity,
    mut call: impl AsyncFnMut() -> Result<(), LivyError>,
) {
    if settings.every.is_zero() {
        return;
    }
    loop {
        sleep(settings.every).await;
        if activity.is_wanted(settings.idle)
            && let Err(error) = call().await
            && (error.is_no_session() || matches!(error.status(), Some(405 | 501)))
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::ServerError;

    const MINUTE: Duration = Duration::from_secs(60);

    /// In virtual time: how often it calls, while the session is busy for so many minutes and then
    /// idle for so many.
    fn calls(busy: u32, idle: u32, answer: impl Fn() -> Result<(), LivyError>) -> usize {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let count = Cell::new(0);
        runtime.block_on(async {
            let activity = Activity::new();
            let calling = keep_alive(KeepAlive::default(), activity.clone(), async || {
                count.set(count.get() + 1);
                answer()
            });
            let life = async {
                activity.set_busy(true);
                sleep(busy * MINUTE).await;
                activity.set_busy(false);
                sleep(idle * MINUTE).await;
            };
            tokio::select! {
                () = life => {}
                () = async { calling.await; std::future::pending().await } => {}
            }
        });
        count.get()
    }

    #[test]
    fn it_is_kept_while_a_statement_runs_and_for_two_hours_after() {
        assert_eq!(calls(9, 0, || Ok(())), 0);
        assert_eq!(calls(605, 0, || Ok(())), 60);
        assert_eq!(calls(5, 600, || Ok(())), 12);
        assert_eq!(calls(65, 600, || Ok(())), 6 + 12);
    }

    #[test]
    fn a_server_that_knows_no_such_call_is_not_asked_again() {
        let answer =
            |status| move || Err(ServerError::read(status, "POST", String::new(), b"").into());
        assert_eq!(calls(105, 0, answer(404)), 10);
        assert_eq!(calls(100, 0, answer(405)), 1);
        assert_eq!(calls(105, 0, answer(503)), 10);
    }
}

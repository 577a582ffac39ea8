//! Keeps the session from being ended for being idle. Livy counts no GET as activity, and ends a
//! session after an hour (as its administrator sets) even while a statement runs; `POST …/connect` is
//! the cheapest call that counts.

use crate::livy::{LivyError, SessionState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How a session is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAlive {
    /// Between two calls; zero: none.
    pub every: Duration,
    /// After the last statement has ended it is kept for so long, so that nobody pays overnight.
    pub idle: Duration,
    /// The server ends no session whose statement runs.
    pub only_when_idle: bool,
}

impl Default for KeepAlive {
    fn default() -> KeepAlive {
        KeepAlive {
            every: Duration::from_secs(10 * 60),
            idle: Duration::from_secs(2 * 60 * 60),
            only_when_idle: false,
        }
    }
}

/// Whether a session is kept alive now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// There is no session yet that could be.
    NotYet,
    /// It is not wanted.
    Never,
    /// As long as a statement runs, and no longer.
    WhileRunning,
    /// For so long still, if nothing runs.
    Still(Duration),
    /// It was idle for so long; since so long it is not kept any more.
    Stopped { idle: Duration, since: Duration },
    /// The server has no call that would keep it.
    Unknown,
}

/// What the user's statements do, and what is done to keep the session. Its clones share it.
#[derive(Clone)]
pub(in crate::engine) struct Activity {
    state: Arc<Mutex<State>>,
    /// Told when it is busy no more.
    rests: Arc<Notify>,
}

struct State {
    is_busy: bool,
    /// Whether a statement may still run that nobody waits for any more.
    is_left: bool,
    /// When it was busy last.
    last: Instant,
    settings: Option<KeepAlive>,
    /// Whether the server does not know the call.
    is_unknown: bool,
}

impl Activity {
    pub(in crate::engine) fn new() -> Activity {
        let state = State {
            is_busy: false,
            is_left: false,
            last: Instant::now(),
            settings: None,
            is_unknown: false,
        };
        Activity {
            state: Arc::new(Mutex::new(state)),
            rests: Arc::default(),
        }
    }

    pub(super) fn set_busy(&self, is_busy: bool) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.is_busy, is_busy) != is_busy {
            state.last = Instant::now();
            if !is_busy {
                self.rests.notify_waiters();
            }
        }
    }

    /// A statement runs on that nobody waits for any more, or what was left has come to its end.
    pub(super) fn set_left(&self, is_left: bool) {
        self.lock().is_left = is_left;
    }

    pub(in crate::engine) fn is_busy(&self) -> bool {
        self.lock().is_busy
    }

    pub(in crate::engine) async fn rests(&self) {
        loop {
            let rests = self.rests.notified();
            if !self.is_busy() {
                return;
            }
            rests.await;
        }
    }

    pub(in crate::engine) fn kept(&self) -> Kept {
        let state = self.lock();
        let Some(settings) = state.settings else {
            return Kept::NotYet;
        };
        if state.is_unknown {
            return Kept::Unknown;
        }
        if settings.every.is_zero() {
            return Kept::Never;
        }
        if settings.idle.is_zero() || state.is_busy || state.is_left {
            return Kept::WhileRunning;
        }
        let idle = state.last.elapsed();
        match idle.checked_sub(settings.idle) {
            Some(since) => Kept::Stopped {
                idle: settings.idle,
                since,
            },
            None => Kept::Still(settings.idle - idle),
        }
    }

    fn need(&self, settings: &KeepAlive) -> Option<Need> {
        let state = self.lock();
        match (state.is_busy, state.is_left, settings.only_when_idle) {
            (true, _, true) => None,
            // Whether it still runs is to be known.
            (false, true, true) => Some(Need::Look),
            (true, _, false) | (false, true, false) => Some(Need::Call),
            (false, false, _) => (state.last.elapsed() < settings.idle).then_some(Need::Call),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The call that keeps the session.
    Call,
    /// How it is, and no more.
    Look,
}

/// Whether no statement runs in a session of this state.
pub(super) fn is_at_rest(state: &SessionState) -> bool {
    let is_busy = matches!(state, SessionState::Busy | SessionState::Running);
    state.takes_statements() && !is_busy
}

/// Calls as long as that is wanted, and for as long as the server knows the call. It ends where the
/// server says that there is no such session.
pub(super) async fn keep_alive(
    settings: KeepAlive,
    activity: Activity,
    mut call: impl AsyncFnMut(Need) -> Result<SessionState, LivyError>,
) -> Gone {
    activity.lock().settings = Some(settings);
    if settings.every.is_zero() {
        return std::future::pending().await;
    }
    // Livy's `idle` flickers.
    let mut was_idle = false;
    // A gateway that fails over may not know a call for a moment.
    let mut was_missing = false;
    loop {
        sleep(settings.every).await;
        let Some(need) = activity.need(&settings) else {
            continue;
        };
        match call(need).await {
            Err(error) if error.is_no_session() => return Gone,
            Err(error) if need == Need::Call && is_unknown(&error, was_missing) => {
                activity.lock().is_unknown = true;
                return std::future::pending().await;
            }
            // What was left running has ended, and so has the reason to keep it.
            Ok(state) if was_idle && is_at_rest(&state) => activity.set_left(false),
            Ok(state) => {
                was_idle = is_at_rest(&state);
                was_missing = false;
            }
            Err(error) => was_missing = error.status() == Some(404),
        }
    }
}

fn is_unknown(error: &LivyError, was_missing: bool) -> bool {
    match error {
        LivyError::Unsent { .. } => true,
        _ if error.status() == Some(404) => was_missing,
        _ => error.is_no_call(),
    }
}

/// The server says that the session is over, or that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone;

/// Of a session that the server ends when it is not asked for it: so many times it is asked for in that
/// time, so that one answer that is lost does no harm.
const BEATS: u32 = 3;

/// Asks for a session with a heartbeat: any request for it counts. `ask` says whether it is there.
pub(super) async fn beat(
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Result<bool, LivyError>,
) -> Gone {
    loop {
        sleep(limit / BEATS).await;
        match ask().await {
            Ok(true) => {}
            Ok(false) => return Gone,
            Err(error) if error.is_no_session() => return Gone,
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::{Meaning, ServerError};
    use std::cell::Cell;

    const MINUTE: Duration = Duration::from_secs(60);

    /// In virtual time.
    fn virtually<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(test)
    }

    /// How often it calls, while the session is busy for so many minutes and then idle for so many,
    /// and what is said of it then.
    fn calls(
        busy: u32,
        idle: u32,
        answer: impl Fn() -> Result<SessionState, LivyError>,
    ) -> (usize, Kept) {
        let count = Cell::new(0);
        let kept = virtually(async {
            let activity = Activity::new();
            assert_eq!(activity.kept(), Kept::NotYet);
            let calling = keep_alive(KeepAlive::default(), activity.clone(), async |_| {
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
            activity.kept()
        });
        (count.get(), kept)
    }

    #[test]
    fn it_is_kept_while_a_statement_runs_and_for_two_hours_after() {
        assert_eq!(
            calls(9, 0, || Ok(SessionState::Idle)),
            (0, Kept::Still(120 * MINUTE))
        );
        assert_eq!(calls(605, 0, || Ok(SessionState::Idle)).0, 60);
        assert_eq!(
            calls(5, 100, || Ok(SessionState::Idle)),
            (10, Kept::Still(20 * MINUTE))
        );
        let stopped = Kept::Stopped {
            idle: 120 * MINUTE,
            since: 480 * MINUTE,
        };
        assert_eq!(calls(5, 600, || Ok(SessionState::Idle)), (12, stopped));
        assert_eq!(calls(65, 600, || Ok(SessionState::Idle)), (6 + 12, stopped));
    }

    #[test]
    fn one_of_another_is_kept_while_a_statement_runs() {
        virtually(async {
            let activity = Activity::new();
            let settings = KeepAlive {
                idle: Duration::ZERO,
                ..KeepAlive::default()
            };
            let keeping = keep_alive(settings, activity.clone(), async |_| panic!());
            tokio::select! {
                _ = keeping => panic!(),
                () = sleep(600 * MINUTE) => {}
            }
            assert_eq!(activity.kept(), Kept::WhileRunning);
        });
    }

    #[test]
    fn a_statement_that_was_left_running_is_kept_until_it_ends() {
        virtually(async {
            let activity = Activity::new();
            let settings = KeepAlive {
                idle: Duration::ZERO,
                ..KeepAlive::default()
            };
            let began = Instant::now();
            let mut calls = 0;
            let keeping = keep_alive(settings, activity.clone(), async |_| {
                calls += 1;
                match began.elapsed() < 240 * MINUTE {
                    true => Ok(SessionState::Busy),
                    false => Ok(SessionState::Idle),
                }
            });
            activity.set_left(true);
            tokio::select! {
                _ = keeping => panic!(),
                () = sleep(600 * MINUTE) => {}
            }
            // A second `idle` is believed.
            assert_eq!(calls, 25);
        });
    }

    /// A service that ends none while a statement runs is only looked at, until it is known to be at rest.
    #[test]
    fn where_only_idle_sessions_end_a_busy_one_is_let_be() {
        virtually(async {
            let activity = Activity::new();
            let settings = KeepAlive {
                only_when_idle: true,
                ..KeepAlive::default()
            };
            let (began, mut asked) = (Instant::now(), Vec::new());
            let keeping = keep_alive(settings, activity.clone(), async |need| {
                asked.push(need);
                Ok(match began.elapsed() < 125 * MINUTE {
                    true => SessionState::Busy,
                    false => SessionState::Other("up".to_owned(), Meaning::Ready),
                })
            });
            let life = async {
                activity.set_busy(true);
                sleep(95 * MINUTE).await;
                activity.set_left(true);
                activity.set_busy(false);
                sleep(70 * MINUTE).await;
            };
            tokio::select! {
                _ = keeping => panic!(),
                () = life => {}
            }
            let looks = asked.iter().filter(|need| **need == Need::Look).count();
            // At 100, 110, 120, 130 and 140 minutes: then it is known to be at rest.
            assert_eq!((looks, asked.len() - looks), (5, 2));
        });
    }

    #[test]
    fn a_server_that_knows_no_such_call_is_not_asked_again() {
        let answer =
            |status| move || Err(ServerError::read(status, "POST", String::new(), b"").into());
        assert_eq!(calls(105, 0, answer(404)), (2, Kept::Unknown));
        assert_eq!(calls(100, 0, answer(405)), (1, Kept::Unknown));
        assert_eq!(calls(105, 0, answer(503)).0, 10);
    }

    #[test]
    fn a_session_with_a_heartbeat_is_asked_for_until_it_is_gone() {
        let asked = virtually(async {
            let mut asked = 0;
            let began = Instant::now();
            let beating = beat(MINUTE, async || {
                asked += 1;
                match asked {
                    2 => Err(ServerError::read(503, "GET", String::new(), b"").into()),
                    _ => Ok(asked < 7),
                }
            });
            assert_eq!(beating.await, Gone);
            assert_eq!(began.elapsed(), 7 * MINUTE / BEATS);
            asked
        });
        assert_eq!(asked, 7);
        let gone = br#"{"msg":"Session '3' not found."}"#;
        let answer = || Err(ServerError::read(404, "GET", String::new(), gone).into());
        assert_eq!(virtually(beat(MINUTE, async || answer())), Gone);
    }
}

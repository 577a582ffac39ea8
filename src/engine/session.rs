//! The session's life as we see it, without sockets and without a clock.
//!
//! | state    | input                         | next state | what is done then            |
//! |----------|-------------------------------|------------|------------------------------|
//! | Opening  | opened, takes statements      | Ready      |                              |
//! | Opening  | opened, starting or unknown   | Starting   | look again after a gap       |
//! | Opening  | opened, over                  | Over       | read its log                 |
//! | Opening  | it failed                     | Over       |                              |
//! | Starting | looked, takes statements      | Ready      |                              |
//! | Starting | looked, not yet               | Starting   | look again after a gap       |
//! | Starting | looked, over; or not found    | Over       | read its log                 |
//! | Starting | the look failed for good      | LostSight  | it may still be there        |
//! | Ready    | looked, over; or not found    | Over       | read its log                 |
//!
//! A ready session's state is not asked for: Livy's `idle` and `busy` flicker within one statement.
//! It is looked at when a statement fails in a way that a dead session would explain.

use crate::delivery::session_gap;
use crate::livy::{LivyError, Session, SessionState};
use std::time::Duration;

/// A start that takes longer is told with what the server says of it.
const SLOW: Duration = Duration::from_secs(180);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Opening,
    Starting {
        look_at: Duration,
    },
    Ready,
    /// Never opened, dead, killed, deleted or expired.
    Over,
    /// It cannot be asked any more, but may still be there.
    LostSight,
}

#[derive(Debug)]
pub struct Machine {
    state: State,
    began: Duration,
    /// Whether it was told that the start takes long.
    is_slow_told: bool,
    session: Option<Session>,
    failure: Option<LivyError>,
}

impl Machine {
    /// `now` is when the opening begins.
    pub fn new(now: Duration) -> Machine {
        Machine {
            state: State::Opening,
            began: now,
            is_slow_told: false,
            session: None,
            failure: None,
        }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// As it was seen last.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The look that ended it, where one did.
    pub fn failure(&self) -> Option<&LivyError> {
        self.failure.as_ref()
    }

    #[cfg(test)]
    fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    pub fn is_starting(&self) -> bool {
        matches!(self.state, State::Opening | State::Starting { .. })
    }

    /// Whether it has been starting for long; so once.
    pub fn is_slow(&mut self, now: Duration) -> bool {
        let is_slow = self.is_starting() && now.saturating_sub(self.began) >= SLOW;
        is_slow && !std::mem::replace(&mut self.is_slow_told, true)
    }

    /// Whether no statement can be sent any more.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over | State::LostSight)
    }

    pub fn is_lost(&self) -> bool {
        self.state == State::LostSight
    }

    /// It was created or found.
    pub fn on_opened(&mut self, now: Duration, chance: f64, session: Session) {
        self.take(now, chance, session);
    }

    pub fn on_open_failed(&mut self) {
        self.state = State::Over;
    }

    /// The answer to a look. A ready session stays so through odd answers, but for one that says it
    /// is gone.
    pub fn on_looked(&mut self, now: Duration, chance: f64, answer: Result<Session, LivyError>) {
        match answer {
            Ok(session) => self.take(now, chance, session),
            Err(error) if error.is_no_session() => {
                self.state = State::Over;
                self.failure = Some(error);
            }
            Err(error) if self.is_starting() => {
                self.state = State::LostSight;
                self.failure = Some(error);
            }
            Err(_) => {}
        }
    }

    fn take(&mut self, now: Duration, chance: f64, session: Session) {
        let failed_to_start =
            matches!(self.state, State::Starting { .. }) && session.state == SessionState::Error;
        self.state = if session.state.is_over() || failed_to_start {
            State::Over
        } else if session.state.takes_statements() || matches!(self.state, State::Ready) {
            State::Ready
        } else {
            let age = now.saturating_sub(self.began);
            State::Starting {
                look_at: now + session_gap(age, chance),
            }
        };
        self.session = Some(session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::ServerError;
    use serde_json::json;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn session(state: &str) -> Session {
        serde_json::from_value(json!({"id": 1, "state": state})).unwrap()
    }

    fn status(status: u16) -> LivyError {
        ServerError::read(status, "GET", String::new(), b"").into()
    }

    #[test]
    fn it_is_looked_at_with_growing_gaps_until_it_is_ready() {
        let mut machine = Machine::new(ms(0));
        machine.on_opened(ms(10), 0.0, session("starting"));
        assert!(matches!(machine.state(), State::Starting { look_at } if *look_at == ms(60)));
        machine.on_looked(ms(2_000), 0.0, Ok(session("Starting")));
        assert!(matches!(machine.state(), State::Starting { look_at } if *look_at == ms(2_300)));
        machine.on_looked(ms(9_000), 0.0, Ok(session("idle")));
        assert!(machine.is_ready());
    }

    #[test]
    fn a_start_that_takes_long_is_told_once() {
        let mut machine = Machine::new(ms(1_000));
        machine.on_opened(ms(1_010), 0.0, session("starting"));
        assert!(!machine.is_slow(ms(180_000)));
        assert!(machine.is_slow(ms(181_000)));
        assert!(!machine.is_slow(ms(999_000)));
        let mut machine = Machine::new(ms(0));
        machine.on_opened(ms(1), 0.0, session("idle"));
        assert!(!machine.is_slow(ms(999_000)));
    }

    #[test]
    fn an_attached_session_is_ready_at_once_or_over() {
        for (state, ready, over) in [
            ("idle", true, false),
            ("busy", true, false),
            // One language's interpreter died; the others go on.
            ("error", true, false),
            ("dead", false, true),
            ("killed", false, true),
            ("shutting_down", false, true),
            ("recovering", false, false),
            ("Provisioning", false, false),
        ] {
            let mut machine = Machine::new(ms(0));
            machine.on_opened(ms(1), 0.0, session(state));
            assert_eq!(
                (machine.is_ready(), machine.is_over()),
                (ready, over),
                "{state}"
            );
        }
    }

    /// In Livy's words; a gateway's page says nothing of the session.
    fn missing() -> LivyError {
        let body = br#"{"msg":"Session '3' not found."}"#;
        ServerError::read(404, "GET", String::new(), body).into()
    }

    #[test]
    fn a_start_that_fails_is_over() {
        for answer in [Ok(session("dead")), Ok(session("error")), Err(missing())] {
            let mut machine = Machine::new(ms(0));
            machine.on_opened(ms(1), 0.0, session("starting"));
            machine.on_looked(ms(500), 0.0, answer);
            assert!(matches!(machine.state(), State::Over));
        }
        let mut machine = Machine::new(ms(0));
        machine.on_open_failed();
        assert!(machine.is_over());
    }

    #[test]
    fn a_starting_session_that_cannot_be_asked_may_still_be_there() {
        let mut machine = Machine::new(ms(0));
        machine.on_opened(ms(1), 0.0, session("starting"));
        for unclear in [500, 404] {
            let mut machine = Machine::new(ms(0));
            machine.on_opened(ms(1), 0.0, session("starting"));
            machine.on_looked(ms(500), 0.0, Err(status(unclear)));
            assert!(machine.is_over() && machine.is_lost());
        }
    }

    #[test]
    fn a_ready_session_stays_ready_through_odd_answers() {
        let mut machine = Machine::new(ms(0));
        machine.on_opened(ms(1), 0.0, session("idle"));
        for answer in [
            Ok(session("busy")),
            Ok(session("recovering")),
            Err(status(503)),
        ] {
            machine.on_looked(ms(5), 0.0, answer);
            assert!(machine.is_ready());
        }
        machine.on_looked(ms(9), 0.0, Ok(session("dead")));
        assert!(machine.is_over());
    }
}

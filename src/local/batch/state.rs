//! What a batch is, without its process.
//!
//! | state    | becomes | when                                                       |
//! |----------|---------|------------------------------------------------------------|
//! | starting | running | its process runs                                           |
//! | starting | dead    | its process could not be started                           |
//! | running  | success | its process ended with exit code 0                         |
//! | running  | dead    | its process ended otherwise, or was ended with the batch   |
//!
//! One that was rejected when it already had its place in the list stays there, starting for ever
//! and without a log, as in Livy, until it is deleted.

use super::super::log::Log;
use std::time::{Duration, Instant};

/// Livy's default for `livy.server.session.state-retain.sec`.
const KEPT_FOR: Duration = Duration::from_secs(600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Starting,
    Running,
    Success,
    Dead,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Running => "running",
            State::Success => "success",
            State::Dead => "dead",
        }
    }
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) state: State,
    /// None for one that was rejected.
    log: Option<Log>,
    ended: Option<Instant>,
}

impl Inner {
    /// One whose process is about to start.
    pub(super) fn starting() -> Inner {
        Inner {
            state: State::Starting,
            log: Some(Log::default()),
            ended: None,
        }
    }

    pub(super) fn rejected() -> Inner {
        Inner {
            log: None,
            ..Inner::starting()
        }
    }

    pub(super) fn run(&mut self) {
        if self.state == State::Starting {
            self.state = State::Running;
        }
    }

    /// Its process ended, with this exit code unless a signal ended it.
    pub(super) fn end(&mut self, code: Option<i32>, now: Instant) {
        self.state = match (self.state, code) {
            (State::Running, Some(0)) => State::Success,
            (State::Success, _) => State::Success,
            (State::Starting | State::Running | State::Dead, _) => State::Dead,
        };
        self.ended.get_or_insert(now);
    }

    /// A line of its output; Livy takes both streams for one.
    pub(super) fn add_line(&mut self, line: String) {
        if let Some(log) = &mut self.log {
            log.add_stdout(line);
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.log.as_ref().map(Log::lines).unwrap_or_default()
    }

    /// What the batch's own view shows of them.
    pub(super) fn last_lines(&self) -> Vec<String> {
        self.log.as_ref().map(Log::last_lines).unwrap_or_default()
    }

    /// Whether it ended so long ago that it is forgotten.
    pub(super) fn is_forgotten(&self, now: Instant) -> bool {
        self.ended
            .is_some_and(|ended| now.saturating_duration_since(ended) > KEPT_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(codes: Option<i32>) -> &'static str {
        let mut inner = Inner::starting();
        inner.run();
        assert_eq!(inner.state.name(), "running");
        inner.end(codes, Instant::now());
        inner.state.name()
    }

    #[test]
    fn only_exit_code_zero_is_a_success() {
        assert_eq!(after(Some(0)), "success");
        assert_eq!(after(Some(1)), "dead");
        assert_eq!(after(None), "dead");
    }

    #[test]
    fn what_has_ended_stays_so() {
        let now = Instant::now();
        let mut inner = Inner::starting();
        inner.end(Some(0), now);
        inner.run();
        assert_eq!(inner.state, State::Dead);
        let mut inner = Inner::starting();
        inner.run();
        inner.end(Some(0), now);
        inner.end(Some(1), now);
        assert_eq!(inner.state, State::Success);
    }

    #[test]
    fn the_log_has_livys_two_headings_and_a_rejected_batch_has_none() {
        let mut inner = Inner::starting();
        assert_eq!(inner.lines(), ["stdout: ", "\nstderr: "]);
        inner.add_line("either stream".to_owned());
        assert_eq!(
            inner.last_lines(),
            ["stdout: ", "either stream", "\nstderr: "]
        );
        let mut rejected = Inner::rejected();
        rejected.add_line("x".to_owned());
        assert_eq!(rejected.state.name(), "starting");
        assert!(rejected.lines().is_empty() && rejected.last_lines().is_empty());
    }

    #[test]
    fn an_ended_batch_is_forgotten_after_ten_minutes() {
        let now = Instant::now();
        let later = now + KEPT_FOR + Duration::from_secs(1);
        let mut inner = Inner::starting();
        inner.run();
        assert!(!inner.is_forgotten(later));
        inner.end(Some(0), now);
        assert!(!inner.is_forgotten(now + KEPT_FOR));
        assert!(inner.is_forgotten(later));
        assert!(!Inner::rejected().is_forgotten(later));
    }
}

//! One statement's way, without sockets and without a clock: time comes in as an argument.
//!
//! | state     | input                         | next state | what is done then             |
//! |-----------|-------------------------------|------------|-------------------------------|
//! | Queued    | the session is ready          | Posting    | POST                          |
//! | Queued    | cancel                        | Over       | nothing: it was never sent    |
//! | Posting   | posted                        | Looking    | look at once                  |
//! | Posting   | the POST failed               | Over       | never sent again              |
//! | Looking   | looked, not final             | Looking    | look again after a gap        |
//! | Looking   | looked, final                 | Over       |                               |
//! | Looking   | the look failed for good      | Over       |                               |
//! | Posting, Looking | cancel                 | the same   | POST cancel, once it has an id |
//! | Posting, Looking | stop waiting           | Over       | it goes on without us         |
//!
//! A cancel changes no state here: the statement is looked at until the server calls it over, so
//! that the truth is told even where the cancel came too late or had no effect.

use super::poll;
use crate::livy::{Failure, Id, LivyError, Output, Statement, StatementState};
use std::time::Duration;

/// How a statement ended for us.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It ran to its end, well or with an error of the user's code.
    Finished(Option<Output>),
    /// The server cancelled it; some output may have come all the same.
    Cancelled(Option<Output>),
    /// It was cancelled before it was sent.
    NeverSent,
    /// It was not accepted; `received` is false where the server surely did not get it.
    NotAccepted { error: LivyError, received: bool },
    /// It was accepted, but its result cannot be had.
    ResultLost { id: Id, error: LivyError },
    /// Nobody waits for it any more; it goes on.
    LeftRunning { id: Option<Id> },
}

/// What the machine wants next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing, until something comes in.
    Wait,
    Post,
    /// Look at it, when this time has come.
    LookAt(Id, Duration),
    Over,
}

#[derive(Debug)]
enum State {
    Queued,
    ToPost,
    Posting,
    Looking { id: Id, at: Duration, asked: bool },
    Over(Outcome),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cancel {
    No,
    Asked,
    Sent,
}

#[derive(Debug)]
pub struct Machine {
    state: State,
    /// Once the server has given it one.
    id: Option<Id>,
    cancel: Cancel,
    began: Duration,
    round_trip: Duration,
    progress: f64,
    /// It was called available without an output once.
    was_without_output: bool,
}

impl Machine {
    pub fn new() -> Machine {
        Machine {
            state: State::Queued,
            id: None,
            cancel: Cancel::No,
            began: Duration::ZERO,
            round_trip: Duration::ZERO,
            progress: 0.0,
            was_without_output: false,
        }
    }

    /// Its number on the server, once that is known.
    pub fn id(&self) -> Option<Id> {
        self.id.clone()
    }

    pub fn step(&self) -> Step {
        match &self.state {
            State::Queued | State::Posting => Step::Wait,
            State::ToPost => Step::Post,
            State::Looking { asked: true, .. } => Step::Wait,
            State::Looking {
                id,
                at,
                asked: false,
            } => Step::LookAt(id.clone(), *at),
            State::Over(_) => Step::Over,
        }
    }

    /// The id to cancel, exactly once after a cancel was asked for.
    pub fn take_cancel(&mut self) -> Option<Id> {
        match (&self.state, self.cancel) {
            (State::Looking { id, .. }, Cancel::Asked) => {
                self.cancel = Cancel::Sent;
                Some(id.clone())
            }
            _ => None,
        }
    }

    /// Whether a cancel was asked for that could not be sent, because no id is known.
    pub fn owes_cancel(&self) -> bool {
        self.cancel == Cancel::Asked
    }

    pub fn progress(&self) -> f64 {
        self.progress
    }

    /// How it ended, once it is over.
    pub fn into_outcome(self) -> Option<Outcome> {
        match self.state {
            State::Over(outcome) => Some(outcome),
            State::Queued | State::ToPost | State::Posting | State::Looking { .. } => None,
        }
    }

    pub fn on_session_ready(&mut self) {
        if matches!(self.state, State::Queued) {
            self.state = State::ToPost;
        }
    }

    /// The POST is on its way.
    pub fn on_posting(&mut self, now: Duration) {
        self.state = State::Posting;
        self.began = now;
    }

    pub fn on_posted(&mut self, now: Duration, answer: Result<Statement, LivyError>) {
        if !matches!(self.state, State::Posting) {
            return;
        }
        self.round_trip = now.saturating_sub(self.began);
        // The statement's age counts from the answer: what the POST took is no work of Spark's.
        self.began = now;
        self.id = answer.as_ref().ok().map(|statement| statement.id.clone());
        match answer {
            Ok(statement) if self.is_final(&statement) => self.finish(statement),
            Ok(statement) => {
                self.state = State::Looking {
                    id: statement.id,
                    at: now,
                    asked: false,
                }
            }
            Err(error) => {
                let received = !error.proves_not_done();
                self.state = State::Over(Outcome::NotAccepted { error, received });
            }
        }
    }

    /// A look is on its way.
    pub fn on_looking(&mut self) {
        if let State::Looking { asked, .. } = &mut self.state {
            *asked = true;
        }
    }

    /// `took` is the round trip of this look; `chance` is from -1 to 1.
    pub fn on_looked(
        &mut self,
        now: Duration,
        took: Duration,
        chance: f64,
        answer: Result<Statement, LivyError>,
    ) {
        let is_final = answer.as_ref().is_ok_and(|answer| self.is_final(answer));
        let State::Looking { id, at, asked } = &mut self.state else {
            return;
        };
        match answer {
            Ok(statement) if is_final => self.finish(statement),
            Ok(statement) => {
                self.round_trip = took;
                self.progress = statement.progress;
                let age = now.saturating_sub(self.began);
                *at = now + poll::statement_gap(age, self.round_trip, chance);
                *asked = false;
            }
            Err(error) => {
                let id = id.clone();
                self.state = State::Over(Outcome::ResultLost { id, error });
            }
        }
    }

    pub fn on_cancel(&mut self) {
        match self.state {
            State::Queued | State::ToPost => self.state = State::Over(Outcome::NeverSent),
            State::Posting | State::Looking { .. } => {
                if self.cancel == Cancel::No {
                    self.cancel = Cancel::Asked;
                }
            }
            State::Over(_) => {}
        }
    }

    pub fn on_stop_waiting(&mut self) {
        match &self.state {
            State::Queued | State::ToPost => self.state = State::Over(Outcome::NeverSent),
            State::Posting => self.state = State::Over(Outcome::LeftRunning { id: None }),
            State::Looking { id, .. } => {
                let id = Some(id.clone());
                self.state = State::Over(Outcome::LeftRunning { id });
            }
            State::Over(_) => {}
        }
    }

    /// Livy's driver writes a statement while it is read: its answer can hold the state of the end
    /// and not yet the output, which the next look finds.
    fn is_final(&mut self, statement: &Statement) -> bool {
        let is_torn = statement.state == StatementState::Available && statement.output.is_none();
        let is_first = is_torn && !std::mem::replace(&mut self.was_without_output, is_torn);
        statement.state.is_final() && !is_first
    }

    fn finish(&mut self, statement: Statement) {
        self.state = State::Over(match statement.state {
            StatementState::Cancelled => Outcome::Cancelled(statement.output),
            // Livy never sends this state; a relative that does may leave the reason out.
            StatementState::Error if statement.output.is_none() => {
                Outcome::Finished(Some(Output::Error(Failure {
                    ename: "Error".to_owned(),
                    evalue: "the server says that the statement failed, and not why".to_owned(),
                    ..Failure::default()
                })))
            }
            StatementState::Available
            | StatementState::Error
            | StatementState::Waiting
            | StatementState::Running
            | StatementState::Cancelling
            | StatementState::Other(_) => Outcome::Finished(statement.output),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::{ServerError, TransportError, TransportKind};
    use serde_json::json;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn look_at(milliseconds: u64) -> Step {
        Step::LookAt(Id::Number(7), ms(milliseconds))
    }

    fn statement(state: &str) -> Statement {
        serde_json::from_value(json!({"id": 7, "state": state, "progress": 0.5,
            "output": {"status": "ok", "data": {"text/plain": "x"}}}))
        .unwrap()
    }

    fn transport(kind: TransportKind) -> LivyError {
        LivyError::Transport(TransportError {
            kind,
            url: String::new(),
            cause: String::new(),
        })
    }

    /// A machine whose POST was answered at 10 ms after 4 ms on the way.
    fn looking() -> Machine {
        let mut machine = Machine::new();
        machine.on_session_ready();
        machine.on_posting(ms(6));
        machine.on_posted(ms(10), Ok(statement("waiting")));
        machine
    }

    #[test]
    fn it_waits_for_the_session_then_posts_and_looks_at_once() {
        let mut machine = Machine::new();
        assert_eq!(machine.step(), Step::Wait);
        machine.on_session_ready();
        assert_eq!(machine.step(), Step::Post);
        machine.on_posting(ms(6));
        assert_eq!(machine.step(), Step::Wait);
        machine.on_posted(ms(10), Ok(statement("waiting")));
        assert_eq!(machine.step(), look_at(10));
    }

    #[test]
    fn looks_come_with_growing_gaps_until_it_is_final() {
        let mut machine = looking();
        machine.on_looking();
        assert_eq!(machine.step(), Step::Wait);
        machine.on_looked(ms(13), ms(3), 0.0, Ok(statement("running")));
        assert_eq!(machine.step(), look_at(16));
        machine.on_looked(ms(1_010), ms(3), 0.0, Ok(statement("Running")));
        assert_eq!(machine.step(), look_at(1_160));
        assert_eq!(machine.progress(), 0.5);
        machine.on_looked(ms(1_200), ms(3), 0.0, Ok(statement("available")));
        assert_eq!(machine.step(), Step::Over);
        assert!(matches!(
            machine.into_outcome(),
            Some(Outcome::Finished(Some(_)))
        ));
    }

    #[test]
    fn a_state_of_another_server_is_not_final() {
        let mut machine = looking();
        machine.on_looked(ms(20), ms(3), 0.0, Ok(statement("Queued")));
        assert!(matches!(machine.step(), Step::LookAt(..)));
    }

    #[test]
    fn a_failed_post_is_over_and_tells_whether_it_was_received() {
        for (error, may_be_received) in [
            (transport(TransportKind::Refused), false),
            (transport(TransportKind::NameNotFound), false),
            (transport(TransportKind::Tls), false),
            (transport(TransportKind::Timeout), true),
            (transport(TransportKind::Cut), true),
            (
                ServerError::read(400, "POST", String::new(), b"").into(),
                false,
            ),
            (
                ServerError::read(500, "POST", String::new(), b"").into(),
                true,
            ),
            (
                ServerError::read(504, "POST", String::new(), b"").into(),
                true,
            ),
        ] {
            let mut machine = Machine::new();
            machine.on_session_ready();
            machine.on_posting(ms(0));
            machine.on_posted(ms(5), Err(error));
            let Some(Outcome::NotAccepted { received, .. }) = machine.into_outcome() else {
                panic!("not over");
            };
            assert_eq!(received, may_be_received);
        }
    }

    #[test]
    fn cancelled_before_it_was_sent_it_is_never_sent() {
        let mut machine = Machine::new();
        machine.on_cancel();
        machine.on_session_ready();
        assert_eq!(machine.step(), Step::Over);
        assert!(matches!(machine.into_outcome(), Some(Outcome::NeverSent)));
    }

    #[test]
    fn a_cancel_during_the_post_is_sent_once_when_the_id_is_known() {
        let mut machine = Machine::new();
        machine.on_session_ready();
        machine.on_posting(ms(0));
        machine.on_cancel();
        assert_eq!(machine.take_cancel(), None);
        machine.on_posted(ms(4), Ok(statement("waiting")));
        machine.on_cancel();
        assert_eq!(machine.take_cancel(), Some(Id::Number(7)));
        assert_eq!(machine.take_cancel(), None);
        machine.on_looked(ms(9), ms(1), 0.0, Ok(statement("cancelling")));
        assert!(matches!(machine.step(), Step::LookAt(..)));
        machine.on_looked(ms(20), ms(1), 0.0, Ok(statement("cancelled")));
        assert!(matches!(
            machine.into_outcome(),
            Some(Outcome::Cancelled(Some(_)))
        ));
    }

    #[test]
    fn a_statement_that_ends_before_its_cancel_has_finished() {
        let mut machine = looking();
        machine.on_cancel();
        assert!(machine.take_cancel().is_some());
        machine.on_looked(ms(30), ms(1), 0.0, Ok(statement("available")));
        assert!(matches!(machine.into_outcome(), Some(Outcome::Finished(_))));
    }

    #[test]
    fn the_state_error_is_a_failure_also_without_an_output() {
        let mut machine = looking();
        let failed = json!({"id": 7, "state": "error", "output": null});
        let failed = serde_json::from_value(failed).unwrap();
        machine.on_looked(ms(30), ms(1), 0.0, Ok(failed));
        assert!(matches!(
            machine.into_outcome(),
            Some(Outcome::Finished(Some(Output::Error(_))))
        ));
    }

    #[test]
    fn an_end_without_an_output_is_looked_at_once_more() {
        let torn = || serde_json::from_value(json!({"id": 7, "state": "available"})).unwrap();
        let mut machine = looking();
        machine.on_looked(ms(30), ms(1), 0.0, Ok(torn()));
        assert!(matches!(machine.step(), Step::LookAt(..)));
        machine.on_looked(ms(40), ms(1), 0.0, Ok(statement("available")));
        let outcome = machine.into_outcome();
        assert!(matches!(outcome, Some(Outcome::Finished(Some(_)))));
        // A server that never gives one is believed.
        let mut machine = looking();
        machine.on_looked(ms(30), ms(1), 0.0, Ok(torn()));
        machine.on_looked(ms(40), ms(1), 0.0, Ok(torn()));
        let outcome = machine.into_outcome();
        assert!(matches!(outcome, Some(Outcome::Finished(None))));
    }

    #[test]
    fn stopping_to_wait_keeps_the_id() {
        let mut machine = looking();
        machine.on_cancel();
        machine.on_stop_waiting();
        let outcome = machine.into_outcome();
        assert!(matches!(
            outcome,
            Some(Outcome::LeftRunning {
                id: Some(Id::Number(7))
            })
        ));
    }

    #[test]
    fn a_look_that_fails_for_good_loses_the_result_not_the_id() {
        let mut machine = looking();
        let evicted = ServerError::read(404, "GET", String::new(), b"\"Statement not found\"");
        machine.on_looked(ms(30), ms(1), 0.0, Err(evicted.into()));
        let outcome = machine.into_outcome();
        assert!(matches!(
            outcome,
            Some(Outcome::ResultLost {
                id: Id::Number(7),
                ..
            })
        ));
    }

    /// Every input in every state: nothing panics, and what is over stays over.
    #[test]
    fn every_input_in_every_state_is_taken() {
        type Input = fn(&mut Machine);
        let inputs: [Input; 8] = [
            |machine| machine.on_session_ready(),
            |machine| machine.on_posted(ms(50), Ok(statement("waiting"))),
            |machine| machine.on_posted(ms(50), Err(transport(TransportKind::Cut))),
            |machine| machine.on_looking(),
            |machine| machine.on_looked(ms(50), ms(1), 0.0, Ok(statement("available"))),
            |machine| machine.on_looked(ms(50), ms(1), 0.0, Err(transport(TransportKind::Cut))),
            |machine| machine.on_cancel(),
            |machine| machine.on_stop_waiting(),
        ];
        let states: [fn() -> Machine; 4] = [
            Machine::new,
            || {
                let mut machine = Machine::new();
                machine.on_session_ready();
                machine.on_posting(ms(1));
                machine
            },
            looking,
            || {
                let mut machine = looking();
                machine.on_stop_waiting();
                machine
            },
        ];
        for (number, state) in states.iter().enumerate() {
            for input in inputs {
                let mut machine = state();
                input(&mut machine);
                machine.take_cancel();
                if number == 3 {
                    assert_eq!(machine.step(), Step::Over);
                }
            }
        }
    }
}

//! One statement's way, without sockets and without a clock: time comes in as an argument.
//!
//! | state     | input                         | next state | what is done then             |
//! |-----------|-------------------------------|------------|-------------------------------|
//! | Queued    | its turn has come             | Posting    | POST                          |
//! | Queued    | it is sent while another runs | Posting    | POST                          |
//! | Queued    | cancel                        | Over       | nothing: it was never sent    |
//! | Posting   | posted                        | Looking    | look at once                  |
//! | Posting   | the POST failed               | Over       | never sent again from here    |
//! | Looking   | its turn has come             | Looking    | look at once                  |
//! | Posting, Looking | numbers mean others    | Over       | not cancelled by its number   |
//! | Looking   | looked, not final             | Looking    | look again after a gap        |
//! | Looking   | looked, final                 | Over       |                               |
//! | Looking   | the look failed for good      | Over       |                               |
//! | Posting, Looking | cancel                 | the same   | POST cancel, once it has an id |
//! | Posting, Looking | stop waiting           | Over       | it goes on without us         |
//!
//! A cancel changes no state here: the statement is looked at, often again, until the server calls it
//! over, so that the truth is told even where the cancel came too late or had no effect.

use crate::delivery::{Ended, Lasted, Looks, NotSent, Received, Seen};
use crate::livy::{Failure, Id, LivyError, Output, Statement, StatementState};
use std::time::Duration;

/// How a statement ended for us.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It ran to its end, well or with an error of the user's code.
    Finished(Option<Output>),
    /// The server cancelled it; some output may have come all the same.
    Cancelled(Option<Output>),
    /// It was cancelled before it was sent; or it was to be sent early, and was not, or surely not taken then.
    NeverSent,
    /// It was not accepted, as far as is known.
    NotAccepted {
        error: LivyError,
        received: Received,
    },
    /// It was accepted, but its result cannot be had.
    ResultLost { id: Id, error: LivyError },
    /// Nobody waits for it any more; it goes on.
    LeftRunning { id: Option<Id> },
}

impl Outcome {
    /// Whether it has ended well, and gave nothing but text, which no front end finds incomplete.
    pub fn is_plain_success(&self) -> bool {
        match self {
            Outcome::Finished(Some(Output::Ok(data))) => {
                data.keys().all(|kind| kind == "text/plain")
            }
            Outcome::Finished(None | Some(Output::Error(_)))
            | Outcome::Cancelled(_)
            | Outcome::NeverSent
            | Outcome::NotAccepted { .. }
            | Outcome::ResultLost { .. }
            | Outcome::LeftRunning { .. } => false,
        }
    }
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
    /// Whether that is when it was sent.
    was_posted: bool,
    looks: Looks,
    progress: f64,
    /// Whether it waits behind another statement.
    is_waiting: bool,
    /// It was called available without an output once.
    was_without_output: bool,
    /// How long it ran by the server's clock.
    ran: Option<Duration>,
    /// How long it took by our looks.
    lasted: Option<Ended>,
}

impl Machine {
    pub fn new() -> Machine {
        Machine {
            state: State::Queued,
            id: None,
            cancel: Cancel::No,
            began: Duration::ZERO,
            was_posted: false,
            looks: Looks::default(),
            progress: 0.0,
            is_waiting: false,
            was_without_output: false,
            ran: None,
            lasted: None,
        }
    }

    /// For one that the server has already.
    pub fn resumed(now: Duration, id: Id) -> Machine {
        Machine {
            state: State::Looking {
                id: id.clone(),
                at: now,
                asked: false,
            },
            id: Some(id),
            began: now,
            ..Machine::new()
        }
    }

    /// Its number on the server, once that is known.
    pub fn id(&self) -> Option<Id> {
        self.id.clone()
    }

    /// How long it ran by the server's clock, where that tells it.
    pub fn ran(&self) -> Option<Duration> {
        self.ran
    }

    /// How long it took from its POST, where it was looked at.
    pub fn lasted(&self) -> Option<Ended> {
        self.lasted
    }

    /// It may take as long as those before it.
    pub fn resembles(&mut self, lasted: &Lasted) {
        self.looks = Looks::after(lasted);
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

    /// The id to cancel, exactly once after a cancel was asked for. From then on it is looked at as if it had just
    /// begun: however old it is, its end is near.
    pub fn take_cancel(&mut self, now: Duration) -> Option<Id> {
        let (State::Looking { id, at, .. }, Cancel::Asked) = (&mut self.state, self.cancel) else {
            return None;
        };
        self.cancel = Cancel::Sent;
        self.began = now;
        self.was_posted = false;
        self.looks = Looks::default();
        let seen = Seen {
            age: Duration::ZERO,
            round_trip: Duration::ZERO,
            progress: self.progress,
        };
        *at = now + self.looks.gap(seen, 0.0);
        Some(id.clone())
    }

    /// Whether a cancel was asked for that could not be sent, because no id is known.
    pub fn owes_cancel(&self) -> bool {
        self.cancel == Cancel::Asked
    }

    /// Whether its POST is on its way.
    pub fn is_posting(&self) -> bool {
        matches!(self.state, State::Posting)
    }

    /// Whether the server has it, and it is to run to its end: the next one may be sent meanwhile.
    pub fn is_awaited(&self) -> bool {
        matches!(self.state, State::Looking { .. }) && self.cancel == Cancel::No
    }

    /// Share of its Spark tasks done, and whether it still waits behind another statement.
    pub fn progress(&self) -> (f64, bool) {
        (self.progress, self.is_waiting)
    }

    /// How it ended, once it is over.
    pub fn into_outcome(self) -> Option<Outcome> {
        match self.state {
            State::Over(outcome) => Some(outcome),
            State::Queued | State::ToPost | State::Posting | State::Looking { .. } => None,
        }
    }

    /// The POST is on its way.
    pub fn on_posting(&mut self, now: Duration) {
        self.state = State::Posting;
        self.began = now;
    }

    pub fn on_posted(&mut self, now: Duration, answer: Result<Statement, NotSent>) {
        if !matches!(self.state, State::Posting) {
            return;
        }
        // The statement's age counts from the answer: what the POST took is no work of Spark's.
        self.began = now;
        self.was_posted = true;
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
            // It was asked for, and it surely never ran.
            Err(failed) if self.cancel != Cancel::No && failed.received != Received::Perhaps => {
                self.state = State::Over(Outcome::NeverSent);
            }
            Err(NotSent { error, received }) => {
                self.state = State::Over(Outcome::NotAccepted { error, received });
            }
        }
    }

    /// The server has surely not taken one that was sent while another ran.
    pub fn on_not_taken(&mut self) {
        if matches!(self.state, State::Posting) {
            self.state = State::Over(Outcome::NeverSent);
        }
    }

    /// No other is waited for before this one. How long it takes is not known of one that was sent
    /// before, as it may run already.
    pub fn on_its_turn(&mut self, now: Duration) {
        match &mut self.state {
            State::Queued => self.state = State::ToPost,
            State::Looking { at, .. } => {
                *at = now;
                self.began = now;
                self.was_posted = false;
            }
            State::ToPost | State::Posting | State::Over(_) => {}
        }
    }

    /// Numbers mean other statements now, or none: also the one that a POST on its way may give.
    pub fn on_replaced(&mut self, error: &LivyError) {
        let error = error.clone();
        let outcome = match &self.state {
            State::Looking { id, .. } => Outcome::ResultLost {
                id: id.clone(),
                error,
            },
            State::Posting => Outcome::NotAccepted {
                error,
                received: Received::Perhaps,
            },
            State::Queued | State::ToPost | State::Over(_) => return,
        };
        self.cancel = Cancel::No;
        self.state = State::Over(outcome);
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
        let age = now.saturating_sub(self.began);
        let State::Looking { id, at, asked } = &mut self.state else {
            return;
        };
        match answer {
            Ok(statement) if is_final => {
                self.lasted = self.was_posted.then(|| self.looks.over(age));
                self.finish(statement);
            }
            Ok(statement) => {
                self.progress = statement.progress;
                self.is_waiting = statement.state == StatementState::Waiting;
                let seen = Seen {
                    age,
                    round_trip: took,
                    progress: statement.progress,
                };
                *at = now + self.looks.gap(seen, chance);
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
        self.ran = statement.ran();
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
mod tests;

//! Questions to a session that are no statements.

use super::{Event, Link, Signal};
use crate::engine::{self, Answer, Question};
use crate::exit::Exit;
use crate::livy::LivyError;
use crate::term::Out;

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    Failed(Box<LivyError>),
    /// Ctrl-C: it is not waited for.
    Interrupted,
    SessionOver,
    End(Exit),
}

impl Link {
    /// Asks once the session is ready, and waits for the answer; Ctrl-C ends the waiting.
    pub fn ask(&mut self, out: &Out, question: Question) -> Result<Answer, NoAnswer> {
        let mut question = Some(question);
        let ticket = self.ticket();
        loop {
            if self.facts.over.is_some() {
                return Err(NoAnswer::SessionOver);
            }
            if self.facts.is_ready
                && let Some(question) = question.take()
            {
                self.engine.ask(ticket, question);
            }
            match self.next(out, None) {
                Some(Event::Engine(engine::Event::Answered {
                    ticket: answered,
                    answer,
                })) if answered == ticket => {
                    return answer.map_err(|error| NoAnswer::Failed(Box::new(error)));
                }
                Some(Event::Signal(Signal::Interrupt)) => {
                    self.engine.stop_waiting(ticket);
                    return Err(NoAnswer::Interrupted);
                }
                Some(Event::Signal(signal)) => {
                    return Err(NoAnswer::End(signal.into()));
                }
                Some(Event::ThreadLost) => return Err(NoAnswer::End(Exit::Server)),
                Some(
                    Event::Engine(_)
                    | Event::Preparing { .. }
                    | Event::Told(_)
                    | Event::InputArrived,
                )
                | None => {}
            }
        }
    }
}

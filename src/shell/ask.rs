//! Questions to a session that are no statements, and statements whose output is not shown.

use super::{Event, Link, Run, Signal, Verdict};
use crate::engine::{self, Answer, Outcome, Question};
use crate::exit::Exit;
use crate::lang::{self, Language, Snippet};
use crate::livy::{LivyError, Output};
use crate::term::Out;
use std::time::Duration;

/// How often it is told that the session is still starting.
const TICK: Duration = Duration::from_millis(500);

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
            match self.next(out, Some(TICK)) {
                Some(Event::Engine(engine::Event::Answered {
                    ticket: answered,
                    answer,
                })) if answered == ticket => {
                    return answer.map_err(|error| NoAnswer::Failed(Box::new(error)));
                }
                Some(Event::Signal(Signal::Interrupt)) => return Err(NoAnswer::Interrupted),
                Some(Event::Signal(signal)) => {
                    return Err(NoAnswer::End(signal.into()));
                }
                Some(Event::ThreadLost) => return Err(NoAnswer::End(Exit::Server)),
                Some(Event::Engine(_) | Event::Preparing { .. }) | None => {}
            }
        }
    }
}

impl Run<'_> {
    /// Runs code of ours: nothing of it is shown or recorded. Its output, or how it ended otherwise.
    /// A startup file may define classes, too: they need what other code needs beforehand.
    pub fn hidden(
        &self,
        link: &mut Link,
        language: Language,
        code: &str,
    ) -> Result<Option<Output>, Box<Verdict>> {
        if link.facts.over.is_some() {
            return Err(Box::new(Verdict::SessionOver));
        }
        let snippet = Snippet {
            language,
            code: code.to_owned(),
            first_line: 1,
            first_column: 0,
        };
        if !link.is_prepared
            && let Some(first) = lang::prerequisite(&snippet)
        {
            match self.unseen(link, &first)? {
                Some(Output::Error(failure)) => return Ok(Some(Output::Error(failure))),
                Some(Output::Ok(_)) | None => link.is_prepared = true,
            }
        }
        self.unseen(link, &snippet)
    }

    fn unseen(&self, link: &mut Link, snippet: &Snippet) -> Result<Option<Output>, Box<Verdict>> {
        let waited = self.submit(link, snippet, 0, "");
        if let Some(exit) = waited.end {
            return Err(Box::new(Verdict::End(exit)));
        }
        match waited.outcome {
            Some(Outcome::Finished(output)) => Ok(output),
            Some(outcome) => Err(Box::new(self.unfinished(link, outcome))),
            None => Err(Box::new(Verdict::LeftRunning(None))),
        }
    }
}

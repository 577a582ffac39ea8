//! The statement that is sent before it is known here how the one before it has ended.

use super::wait::Waited;
use super::{Link, Run};
use crate::engine::{self, Early, Outcome, Ticket};
use crate::lang::{self, Feeding, Snippet, Source};
use std::sync::mpsc::Receiver;

/// The statement that comes next.
#[derive(Debug, Clone, Copy)]
pub struct Next<'a> {
    pub snippet: &'a Snippet,
    pub early: Early,
}

/// A statement that was handed to the engine.
pub(super) struct Submitted {
    pub(super) ticket: Ticket,
    /// How the server feeds it to its compiler, once it was sent.
    pub(super) fed: Receiver<Feeding>,
    /// Its end, where that came before anybody waited for it.
    pub(super) ended: Option<engine::Event>,
}

/// One whose turn has not come.
pub(super) struct SentEarly {
    pub(super) submitted: Submitted,
    pub(super) snippet: Snippet,
    pub(super) source: Source,
}

impl SentEarly {
    fn is(&self, snippet: &Snippet, source: &Source) -> bool {
        self.source.is(source) && self.snippet == *snippet
    }
}

impl Run<'_> {
    /// Hands over the next statement, where it may be sent before the end of this one is known here.
    pub(super) fn hand_over_next(
        &self,
        link: &mut Link,
        (before, snippet): (Ticket, &Snippet),
        next: Option<Next<'_>>,
        source: &Source,
    ) {
        let Some(Next {
            snippet: next,
            early,
        }) = next
        else {
            return;
        };
        let may_be_sent = match early {
            // Whether an outlet takes the result is known once it is written; and a limit of time counts from
            // when a statement is waited for.
            Early::AfterSuccess => self.outlet.is_none() && self.manner.statement_timeout.is_none(),
            // What exits ends with an error, which otherwise nothing is sent behind.
            Early::Meanwhile => !lang::may_exit(snippet) && !link.past.may_exit(),
        };
        let needs_more = !link.is_prepared && lang::prerequisite(next).is_some();
        if !may_be_sent || link.early.is_some() || needs_more || lang::may_exit(next) {
            return;
        }
        let lines = lang::lines_before(next, source);
        let (code, fed) = self.code_of(next, lines);
        let ticket = link.ticket();
        let kind = next.language.kind();
        link.engine.submit_early(ticket, code, kind, early, before);
        link.early = Some(SentEarly {
            submitted: Submitted {
                ticket,
                fed,
                ended: None,
            },
            snippet: next.clone(),
            source: source.clone(),
        });
    }

    /// Waits for the end of one that was sent early; none where it was not sent after all, and is to be
    /// handed over now.
    pub(super) fn wait_for_early(
        &self,
        link: &mut Link,
        (submitted, snippet): (Submitted, &Snippet),
        next: Option<Next<'_>>,
        source: &Source,
        place: &str,
    ) -> Option<(Waited, Feeding)> {
        if let Some(engine::Event::Finished { outcome, .. }) = &submitted.ended
            && matches!(**outcome, Outcome::NeverSent)
        {
            return None;
        }
        self.hand_over_next(link, (submitted.ticket, snippet), next, source);
        let (waited, feeding) = self.wait(link, submitted, place);
        let is_unsent = matches!(waited.outcome, Some(Outcome::NeverSent));
        let is_wanted = waited.end.is_none() && waited.too_long.is_none();
        if is_unsent && is_wanted && link.facts.over.is_none() {
            // Nor is the one behind it, which may then be sent early once more.
            link.early = None;
            return None;
        }
        // It may have run before anybody waited for it.
        let took = waited.ran.map_or(waited.took, |ran| ran.max(waited.took));
        Some((Waited { took, ..waited }, feeding))
    }
}

impl Link {
    /// The statement's turn has come, where it was sent early.
    pub(super) fn take_early(&mut self, snippet: &Snippet, source: &Source) -> Option<Submitted> {
        let early = self.early.take_if(|early| early.is(snippet, source))?;
        Some(early.submitted)
    }

    /// Keeps the end of what nobody waits for yet.
    pub(super) fn note_early(&mut self, event: &engine::Event) {
        if let (engine::Event::Finished { ticket, .. }, Some(early)) = (event, &mut self.early)
            && early.submitted.ticket == *ticket
        {
            early.submitted.ended = Some(event.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::lang::Language;
    use crate::shell::{About, Echoes, Event, Interrupts, Manner, Signal, Verdict};
    use crate::term::{Colour, Out, Surroundings, Terminals};
    use std::sync::mpsc::channel;

    fn snippet(line: usize) -> Snippet {
        Snippet {
            language: Language::Scala,
            code: line.to_string(),
            first_line: line,
            first_column: 0,
        }
    }

    fn about() -> About {
        About {
            is_local: false,
            is_ours: false,
            is_made_if_missing: false,
            is_aside: false,
            root: String::new(),
            command: String::new(),
        }
    }

    /// To a network thread that has told this, and is gone.
    fn link_after(event: Event) -> Link {
        let link = Link::start(about(), |_, _, uplink| uplink.emit(event)).unwrap();
        while !link.is_gone() {
            std::thread::yield_now();
        }
        link
    }

    fn finished(ticket: Ticket, outcome: Outcome) -> engine::Event {
        engine::Event::Finished {
            ticket,
            id: None,
            outcome: Box::new(outcome),
            ran: None,
            cancelled_waiting: false,
        }
    }

    fn submitted(ticket: Ticket, ended: Option<engine::Event>) -> Submitted {
        Submitted {
            ticket,
            fed: channel().1,
            ended,
        }
    }

    fn with_run<T>(work: impl FnOnce(&Run<'_>, &Source) -> T) -> T {
        let terminals = Terminals {
            input: false,
            output: false,
            error: false,
        };
        let run = Run {
            out: &Out::new(terminals, Colour::Never, Surroundings::default()),
            interrupts: Interrupts::Script,
            manner: Manner::default(),
            echoes: &Echoes::default(),
            outlet: None,
            pictures: None,
        };
        let source = Source::new(Some("job.scala".to_owned()), "1\n2\n3\n");
        work(&run, &source)
    }

    #[test]
    fn nothing_is_sent_behind_a_signal() {
        let mut link = link_after(Event::Signal(Signal::Interrupt));
        let ticket = link.ticket();
        let next = Next {
            snippet: &snippet(3),
            early: Early::AfterSuccess,
        };
        let verdict = with_run(|run, source| {
            let has_run = finished(ticket, Outcome::Finished(None));
            link.early = Some(SentEarly {
                submitted: submitted(ticket, Some(has_run)),
                snippet: snippet(2),
                source: source.clone(),
            });
            run.snippet(&mut link, &snippet(2), source, Some(next))
        });
        assert!(matches!(verdict, Verdict::End(Exit::Interrupted)));
        assert_eq!(link.ticket(), ticket + 1);
        // What has run is still to be told.
        assert!(link.early.is_some());
    }

    /// It was handed over behind one that is handed over anew.
    #[test]
    fn what_stands_behind_one_that_was_not_sent_is_handed_over_once_more() {
        let mut link = link_after(Event::Engine(finished(1, Outcome::NeverSent)));
        let ticket = link.ticket();
        let next = Next {
            snippet: &snippet(3),
            early: Early::Meanwhile,
        };
        let waited = with_run(|run, source| {
            let early = submitted(ticket, None);
            run.wait_for_early(&mut link, (early, &snippet(2)), Some(next), source, "")
        });
        assert!(waited.is_none());
        // It had been.
        assert_eq!(link.ticket(), ticket + 2);
        assert!(link.early.is_none());
    }
}

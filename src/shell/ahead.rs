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
    /// Also where the one before it fails.
    pub comes_anyway: bool,
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
pub(super) struct Ahead {
    pub(super) submitted: Submitted,
    pub(super) early: Early,
    pub(super) snippet: Snippet,
    pub(super) source: Source,
}

impl Ahead {
    fn is(&self, snippet: &Snippet, source: &Source) -> bool {
        self.source.is(source) && self.snippet == *snippet
    }
}

impl Run<'_> {
    /// Hands over the next statement, where it may be sent before the end of this one is known here.
    pub(super) fn hand_over_next(
        &self,
        link: &mut Link,
        before: Ticket,
        next: Option<Next<'_>>,
        source: &Source,
    ) {
        let Some(next) = next else {
            return;
        };
        let early = match next.comes_anyway {
            true => Early::Ahead(before),
            // Whether that takes the result is known once it is written; and its limit of time counts from
            // when it is waited for.
            false if self.outlet.is_some() || self.manner.statement_timeout.is_some() => return,
            false => Early::Behind(before),
        };
        let next = next.snippet;
        // What ends with an error lets nothing be sent behind it.
        let may_end = matches!(early, Early::Ahead(_)) && link.past.may_exit();
        let needs_more = !link.is_prepared && lang::prerequisite(next).is_some();
        if link.ahead.is_some() || needs_more || may_end || lang::may_exit(next) {
            return;
        }
        let lines = lang::lines_before(next, source);
        let (code, fed) = self.code_of(next, lines);
        let ticket = link.ticket();
        let kind = next.language.kind();
        link.engine.submit_early(ticket, code, kind, early);
        link.ahead = Some(Ahead {
            submitted: Submitted {
                ticket,
                fed,
                ended: None,
            },
            early,
            snippet: next.clone(),
            source: source.clone(),
        });
    }

    /// Waits for the end of one that was sent ahead; none where it was not sent after all, and is to be
    /// handed over now.
    pub(super) fn wait_for_ahead(
        &self,
        link: &mut Link,
        submitted: Submitted,
        next: Option<Next<'_>>,
        source: &Source,
        place: &str,
    ) -> Option<(Waited, Feeding)> {
        if let Some(engine::Event::Finished { outcome, .. }) = &submitted.ended
            && matches!(**outcome, Outcome::NeverSent)
        {
            return None;
        }
        self.hand_over_next(link, submitted.ticket, next, source);
        let (waited, feeding) = self.wait(link, submitted, place);
        let is_unsent = matches!(waited.outcome, Some(Outcome::NeverSent));
        let is_wanted = waited.end.is_none() && waited.too_long.is_none();
        if is_unsent && is_wanted && link.facts.over.is_none() {
            return None;
        }
        // It may have run before anybody waited for it.
        let took = waited.ran.map_or(waited.took, |ran| ran.max(waited.took));
        Some((Waited { took, ..waited }, feeding))
    }
}

impl Link {
    /// The statement's turn has come, where it was sent ahead.
    pub(super) fn take_ahead(&mut self, snippet: &Snippet, source: &Source) -> Option<Submitted> {
        let ahead = self.ahead.take_if(|ahead| ahead.is(snippet, source))?;
        Some(ahead.submitted)
    }

    /// Keeps the end of what nobody waits for yet.
    pub(super) fn note_ahead(&mut self, event: &engine::Event) {
        if let (engine::Event::Finished { ticket, .. }, Some(ahead)) = (event, &mut self.ahead)
            && ahead.submitted.ticket == *ticket
        {
            ahead.submitted.ended = Some(event.clone());
        }
    }
}

//! The statement that is sent while the one before it runs, and what becomes of it where its turn does
//! not come.

use super::wait::{AFTER_SIGNAL, Waited};
use super::{Event, Link, Over, Run};
use crate::engine::{self, Outcome, Ticket};
use crate::lang::{self, Feeding, Snippet, Source};
use crate::livy::Id;
use crate::render::{Line, Role, one_line};
use crate::term::Out;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// Who leaves at once waits so long for a cancel.
const IN_HASTE: Duration = Duration::from_secs(1);

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
    submitted: Submitted,
    snippet: Snippet,
    source: Source,
}

impl Ahead {
    fn is(&self, snippet: &Snippet, source: &Source) -> bool {
        self.source.is(source) && self.snippet == *snippet
    }
}

impl Run<'_> {
    /// Hands over the next statement, where it may be sent before the end of this one is known.
    pub(super) fn send_ahead(&self, link: &mut Link, next: Option<&Snippet>, source: &Source) {
        let Some(next) = next else {
            return;
        };
        let needs_more = !link.is_prepared && lang::prerequisite(next).is_some();
        if link.ahead.is_some() || needs_more || link.past.may_exit() || lang::may_exit(next) {
            return;
        }
        let lines = lang::lines_before(next, source);
        let (code, fed) = self.code_of(next, lines);
        let ticket = link.ticket();
        link.engine.submit_ahead(ticket, code, next.language.kind());
        link.ahead = Some(Ahead {
            submitted: Submitted {
                ticket,
                fed,
                ended: None,
            },
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
        next: Option<&Snippet>,
        source: &Source,
        place: &str,
    ) -> Option<(Waited, Feeding)> {
        if let Some(engine::Event::Finished { outcome, .. }) = &submitted.ended
            && matches!(**outcome, Outcome::NeverSent)
        {
            return None;
        }
        self.send_ahead(link, next, source);
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

    /// Nothing more is to run: what was sent ahead is cancelled, and where it was too late for that, or
    /// that is not known, it is told. Who is in a hurry does not wait for it.
    pub fn take_back_ahead(&mut self, out: &Out, in_haste: bool) {
        let Some(ahead) = &self.ahead else {
            return;
        };
        let ticket = ahead.submitted.ticket;
        self.engine.cancel(ticket);
        let patience = match in_haste {
            true => IN_HASTE,
            false => AFTER_SIGNAL,
        };
        let until = Instant::now() + patience;
        while self
            .ahead
            .as_ref()
            .is_some_and(|ahead| ahead.submitted.ended.is_none())
            && !self.is_gone()
        {
            let left = until.saturating_duration_since(Instant::now());
            match self.next(out, Some(left)) {
                // The program is about to end.
                None | Some(Event::ThreadLost | Event::Signal(_)) => break,
                Some(
                    Event::Engine(_)
                    | Event::Preparing { .. }
                    | Event::Told(_)
                    | Event::InputArrived,
                ) => {}
            }
        }
        let Some(ahead) = self.ahead.take() else {
            return;
        };
        if ahead.submitted.ended.is_none() {
            self.engine.stop_waiting(ticket);
        }
        if let Some(told) = self.too_late(&ahead) {
            let name = ahead.source.name.as_deref().unwrap_or_default();
            let place = format!("{name}:{}: ", ahead.snippet.first_line);
            let place = Line::of(Role::Strong, one_line(&place));
            out.note(&place.then(Role::Error, one_line(&told)));
        }
    }

    /// What is to be told of one that was to be taken back.
    fn too_late(&mut self, ahead: &Ahead) -> Option<String> {
        let numbered = |id: &Option<Id>| match id {
            Some(id) => format!("this statement, number {id}, was sent already"),
            None => "this statement was sent already".to_owned(),
        };
        let Some(engine::Event::Finished {
            id, outcome, ran, ..
        }) = &ahead.submitted.ended
        else {
            return Some(format!("{}, and may still run", numbered(&None)));
        };
        let told = numbered(id);
        match (&**outcome, ran) {
            (Outcome::NeverSent, _) => None,
            (Outcome::Cancelled(_), None) => None,
            (Outcome::Cancelled(_), Some(_)) => {
                Some(format!("{told}, and was cancelled as it ran"))
            }
            (Outcome::Finished(_), _) => {
                let number = id.as_ref().map(Id::to_string);
                self.past.note(&ahead.source, &ahead.snippet, number);
                Some(format!("{told}, and has run"))
            }
            // With a session that is over nothing of it runs.
            (
                Outcome::LeftRunning { .. }
                | Outcome::ResultLost { .. }
                | Outcome::NotAccepted { .. },
                _,
            ) if matches!(self.facts.over, Some(Over::Died | Over::NotOpened(_))) => None,
            (Outcome::NotAccepted { received, .. }, _) => match received {
                engine::Received::No | engine::Received::NotFound => None,
                engine::Received::Perhaps => {
                    Some("this statement may have been sent, and may run".to_owned())
                }
            },
            (Outcome::LeftRunning { .. } | Outcome::ResultLost { .. }, _) => {
                Some(format!("{told}, and may still run"))
            }
        }
    }
}

//! What becomes of a statement that was sent early where its turn does not come.

use super::ahead::Ahead;
use super::wait::AFTER_SIGNAL;
use super::{Event, Link, Over};
use crate::engine::{self, Early, Outcome};
use crate::livy::Id;
use crate::render::{Line, Role, one_line};
use crate::term::Out;
use std::time::{Duration, Instant};

/// Who leaves at once waits so long for a cancel.
pub(super) const IN_HASTE: Duration = Duration::from_secs(1);

impl Link {
    /// Nothing more is to run: what was sent early is cancelled, and where it was too late for that, or
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
            // Its code is made when it is sent.
            let was_sent = ahead.submitted.fed.try_recv().is_ok();
            return was_sent.then(|| format!("{}, and may still run", numbered(&None)));
        };
        let told = numbered(id);
        match (&**outcome, ran) {
            (Outcome::NeverSent, _) => None,
            // It has waited, where another one ran.
            (Outcome::Cancelled(_), None) => match ahead.early {
                Early::Ahead(_) => None,
                Early::Behind(_) | Early::No => Some(format!("{told}, and was cancelled")),
            },
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
            // Its number may have come just when it was left.
            (Outcome::LeftRunning { id }, _) => {
                Some(format!("{}, and may still run", numbered(id)))
            }
            (Outcome::ResultLost { .. }, _) => Some(format!("{told}, and may still run")),
        }
    }
}

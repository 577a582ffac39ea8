//! What becomes of a statement that was sent early where its turn does not come.

use super::early::SentEarly;
use super::wait::AFTER_SIGNAL;
use super::{Event, Link, Over};
use crate::engine::{self, Outcome, Received};
use crate::livy::Id;
use crate::render::{Line, Role, one_line};
use crate::term::Out;
use std::time::{Duration, Instant};

/// Who leaves at once waits so long for a cancel.
pub(super) const IN_HASTE: Duration = Duration::from_secs(1);

impl Link {
    /// Nothing more is to run: what was sent early is cancelled, and where it was too late for that, or
    /// that is not known, it is told. Who is in a hurry does not wait for it.
    pub fn take_back_early(&mut self, out: &Out, in_haste: bool) {
        let Some(early) = &self.early else {
            return;
        };
        let ticket = early.submitted.ticket;
        self.engine.cancel(ticket);
        let patience = match in_haste {
            true => IN_HASTE,
            false => AFTER_SIGNAL,
        };
        let until = Instant::now() + patience;
        while self
            .early
            .as_ref()
            .is_some_and(|early| early.submitted.ended.is_none())
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
        let Some(early) = self.early.take() else {
            return;
        };
        if early.submitted.ended.is_none() {
            self.engine.stop_waiting(ticket);
        }
        if let Some(told) = self.too_late(&early) {
            let name = early.source.name.as_deref().unwrap_or_default();
            let place = format!("{name}:{}: ", early.snippet.first_line);
            let place = Line::of(Role::Strong, one_line(&place));
            out.note(&place.then(Role::Error, one_line(&told)));
        }
    }

    /// What is to be told of one that was to be taken back.
    fn too_late(&mut self, early: &SentEarly) -> Option<String> {
        let Some(ended) = &early.submitted.ended else {
            // Its code is made when it is sent.
            let was_sent = early.submitted.fed.try_recv().is_ok();
            return was_sent.then(|| format!("this statement {}", Became::MayRun.told()));
        };
        let (id, became) = Became::of(ended)?;
        // With a session that is over nothing of it runs.
        let is_over = matches!(self.facts.over, Some(Over::Died | Over::NotOpened(_)));
        if became.is_open() && is_over {
            return None;
        }
        if became == Became::HasRun {
            let number = id.as_ref().map(Id::to_string);
            self.past.note(&early.source, &early.snippet, number);
        }
        let told = became.told();
        Some(match id {
            Some(id) => format!("this statement, number {id}, {told}"),
            None => format!("this statement {told}"),
        })
    }
}

/// What became of a statement that was to be taken back, or whose end nobody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    HasRun,
    Cancelled,
    CancelledAsItRan,
    MayRun,
    PerhapsSent,
}

/// The same with its number, where that is known.
pub(super) type Numbered = (Option<Id>, Became);

impl Became {
    /// By its end; nothing of one that has not run and does not.
    pub(super) fn of(ended: &engine::Event) -> Option<Numbered> {
        let engine::Event::Finished {
            id,
            outcome,
            ran,
            cancelled_waiting,
            ..
        } = ended
        else {
            return None;
        };
        let became = match &**outcome {
            Outcome::NeverSent => return None,
            Outcome::Cancelled(_) if ran.is_none() && *cancelled_waiting => return None,
            Outcome::Cancelled(_) => match ran {
                None => Became::Cancelled,
                Some(_) => Became::CancelledAsItRan,
            },
            Outcome::Finished(_) => Became::HasRun,
            Outcome::NotAccepted { received, .. } => match received {
                Received::No | Received::NotFound => return None,
                Received::Perhaps => Became::PerhapsSent,
            },
            // Its number may have come just when it was left.
            Outcome::LeftRunning { id: late } => {
                return Some((late.clone().or(id.clone()), Became::MayRun));
            }
            Outcome::ResultLost { .. } => Became::MayRun,
        };
        Some((id.clone(), became))
    }

    /// Whether it may still run.
    pub(super) fn is_open(self) -> bool {
        match self {
            Became::HasRun | Became::Cancelled | Became::CancelledAsItRan => false,
            Became::MayRun | Became::PerhapsSent => true,
        }
    }

    /// What is said behind its name.
    pub(super) fn told(self) -> &'static str {
        match self {
            Became::HasRun => "was sent already, and has run",
            Became::Cancelled => "was sent already, and was cancelled",
            Became::CancelledAsItRan => "was sent already, and was cancelled as it ran",
            Became::MayRun => "was sent already, and may still run",
            Became::PerhapsSent => "may have been sent, and may run",
        }
    }
}

//! Finds the copies that a gateway has made of a statement, and ends them.

use super::post::{Accepted, Post};
use crate::delivery::{self, Patience, Sent};
use crate::engine::{Copies, Event};
use crate::lang::Signature;
use crate::livy::{Id, LivyError, Statement, StatementState};
use std::time::Duration;

/// Copies stand close to each other: no more statements than these are looked at for them.
const MOST_LOOKED_AT: i64 = 32;
/// What cannot be asked for so long is no reason to hold up the statement.
const PATIENCE: Duration = Duration::from_secs(2);

impl Post {
    /// The first of all that have arrived; the others are cancelled. Where the numbers leave no room
    /// for others nothing is asked.
    pub(super) async fn without_copies(&self, sent: Sent<Statement>) -> Accepted {
        let &Id::Number(made) = &sent.made.id else {
            return Accepted::alone(sent.made);
        };
        let last = match &self.known.last {
            Some(Id::Number(last)) => *last,
            Some(Id::Text(_)) => return Accepted::alone(sent.made),
            None => self.before_ours(made).await,
        };
        let mut ours: Vec<Statement> = Vec::new();
        let first_looked_at = made.saturating_sub(MOST_LOOKED_AT);
        for number in last.saturating_add(1).max(first_looked_at)..made {
            match self.look_at(number).await {
                Ok(Some(found)) if self.is_copy(&found) => ours.push(found),
                Ok(Some(found)) => self.end_late(found).await,
                Ok(None) => {}
                Err(error) if error.is_no_statement() => {}
                Err(_) => break,
            }
        }
        ours.push(sent.made);
        if sent.was_found {
            ours.extend(self.copies_after(made).await);
        }
        let last = ours.last().map_or(Id::Number(made), |last| last.id.clone());
        let first = ours.remove(0);
        self.end(Some(first.id.clone()), ours).await;
        Accepted {
            statement: first,
            last,
        }
    }

    /// The last statement before ours in a session that had others.
    async fn before_ours(&self, made: i64) -> i64 {
        let mut number = made.saturating_sub(1);
        while number >= 0
            && made - number <= MOST_LOOKED_AT
            && let Ok(Some(found)) = self.look_at(number).await
            && self.is_copy(&found)
        {
            number -= 1;
        }
        number
    }

    /// Those that have arrived behind the one that was found.
    async fn copies_after(&self, made: i64) -> Vec<Statement> {
        let mut copies = Vec::new();
        // Whatever a server answers, it is not asked for ever.
        for number in (1..=MOST_LOOKED_AT).map(|more| made.saturating_add(more)) {
            match self.look_at(number).await {
                Ok(Some(copy)) if self.is_copy(&copy) => copies.push(copy),
                Ok(Some(_) | None) | Err(_) => break,
            }
        }
        copies
    }

    /// A copy of this statement or of an earlier one; of what else stands there no large result is read.
    async fn look_at(&self, number: i64) -> Result<Option<Statement>, LivyError> {
        let patience = Patience {
            unreachable: Some(PATIENCE),
            first_contact: None,
            defect: PATIENCE,
            ..self.patience
        };
        let number = Id::Number(number);
        let is_wanted =
            |found: &Statement| self.is_copy(found) || self.late_copy_of(found).is_some();
        let look = async || {
            let asked = self.client.statement_if(&self.session, &number, is_wanted);
            asked.await
        };
        delivery::read(&patience, |_| {}, look).await
    }

    /// Whether it has the signature of what was sent: nobody else's has.
    pub(super) fn is_copy(&self, found: &Statement) -> bool {
        let stored = found.code.as_deref().and_then(Signature::in_code);
        stored.is_some() && stored == Signature::in_code(&self.statement.code)
    }

    /// The earlier statement of which it is a copy that has come only now, where it is one.
    fn late_copy_of(&self, found: &Statement) -> Option<Option<Id>> {
        let signature = found.code.as_deref().and_then(Signature::in_code);
        signature.and_then(|signature| self.known.concluded(&signature))
    }

    /// Ends what is such a copy.
    async fn end_late(&self, found: Statement) {
        if let Some(of) = self.late_copy_of(&found) {
            self.end(of, vec![found]).await;
        }
    }

    /// Cancels them, and tells what became of each, where somebody has typed them; `of` is the one that
    /// counts, where that was known to have arrived.
    async fn end(&self, of: Option<Id>, all: Vec<Statement>) {
        let Some(first) = all.first() else {
            return;
        };
        let signature = first.code.as_deref().and_then(Signature::in_code);
        let is_hidden = signature.is_some_and(|signature| signature.is_hidden());
        let mut copies = Copies::new(of);
        for copy in all {
            let id = copy.id.clone();
            let was_waiting = copy.state == StatementState::Waiting;
            let ended = match copy.state.is_final() {
                true => copy,
                false => {
                    self.cancel(&id).await;
                    match self.client.statement(&self.session, &id).await {
                        Ok(now) => now,
                        Err(_) => copy,
                    }
                }
            };
            match ended.state {
                StatementState::Waiting => copies.uncancelled.push(id),
                // Livy before 0.7 does not tell when it has begun.
                StatementState::Cancelled if was_waiting && ended.started == 0 => {
                    copies.cancelled.push(id);
                }
                StatementState::Running
                | StatementState::Cancelling
                | StatementState::Cancelled
                | StatementState::Available
                | StatementState::Error
                | StatementState::Other(_) => copies.begun.push(id),
            }
        }
        if !is_hidden {
            (self.emit)(Event::Copies(copies));
        }
    }

    /// To cancel it twice is to cancel it once.
    pub(super) async fn cancel(&self, id: &Id) {
        let cancel = async || self.client.cancel(&self.session, id).await;
        if let Err(error) = delivery::read(&self.patience, |_| {}, cancel).await {
            (self.emit)(Event::CancelFailed(error));
        }
    }
}

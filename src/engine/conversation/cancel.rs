//! Cancels what runs, and what was sent ahead of its turn.

use super::{Conversation, Emit};
use crate::delivery::{self, Patience};
use crate::engine::{Event, Ticket, statement};
use crate::livy::{Client, Id, LivyError};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// So long the cancel of what runs waits for that of what waits behind it.
const WAITING_FIRST: Duration = Duration::from_millis(1_500);

/// A request that cancels one statement.
struct Cancel {
    client: Arc<Client>,
    session: Id,
    patience: Patience,
    emit: Rc<Emit>,
}

impl Conversation {
    pub(super) fn cancel(&mut self, ticket: Ticket) {
        self.take_back(ticket);
        if let Some(waiting) = self.queue.iter_mut().find(|one| one.ticket == ticket) {
            waiting.was_cancelled_waiting = true;
        }
        self.with_statement(ticket, statement::Machine::on_cancel);
    }

    /// What waits goes first: it would begin when the other ends.
    pub(super) fn cancel_all(&mut self) {
        for ticket in self.tickets() {
            self.cancel(ticket);
        }
    }

    /// Sends the cancels that are due; where one is held back, until when.
    pub(super) fn send_cancels(&mut self, emit: &Rc<Emit>) -> Option<Instant> {
        let is_due = |one: &super::Submitted| one.machine.owes_cancel();
        let is_coming = |one: &super::Submitted| one.machine.is_posting() && is_due(one);
        if self.current.as_ref().is_some_and(is_due) && self.queue.front().is_some_and(is_coming) {
            let until = Instant::now() + WAITING_FIRST;
            let until = *self.cancel_held.get_or_insert(until);
            if Instant::now() < until {
                return Some(until);
            }
        }
        self.cancel_held = None;
        let now = self.now();
        let waiting = self.queue.front_mut();
        let waiting = waiting.and_then(|one| one.machine.take_cancel(now));
        let current = self.current.as_mut();
        let current = current.and_then(|one| one.machine.take_cancel(now));
        match (waiting, current) {
            (None, None) => {}
            (Some(id), None) => self.send_cancel(id, &self.emit),
            (None, Some(id)) => self.send_cancel(id, emit),
            (Some(first), Some(then)) => {
                let requests = self.canceller(&self.emit).zip(self.canceller(emit));
                if let Some((waiting, running)) = requests {
                    tokio::task::spawn_local(async move {
                        let first = tokio::task::spawn_local(waiting.send(first));
                        timeout(WAITING_FIRST, first).await.ok();
                        running.send(then).await;
                    });
                }
            }
        }
        None
    }

    /// Sends a cancel on a task of its own, so that nothing that happens meanwhile stops it.
    pub(super) fn send_cancel(&self, id: Id, emit: &Rc<Emit>) {
        if let Some(cancel) = self.canceller(emit) {
            tokio::task::spawn_local(cancel.send(id));
        }
    }

    fn canceller(&self, emit: &Rc<Emit>) -> Option<Cancel> {
        Some(Cancel {
            client: self.client.clone()?,
            session: self.session_id()?,
            patience: self.patience,
            emit: emit.clone(),
        })
    }
}

impl Cancel {
    async fn send(self, id: Id) {
        let mut failed = false;
        let tell = |error: &LivyError| {
            failed = true;
            (self.emit)(Event::Reconnecting(error.clone()));
        };
        // To cancel it twice is to cancel it once.
        let cancel = async || self.client.cancel(&self.session, &id).await;
        match delivery::read(&self.patience, tell, cancel).await {
            Ok(()) if failed => (self.emit)(Event::Reconnected),
            Ok(()) => {}
            Err(error) => (self.emit)(Event::CancelFailed(error)),
        }
    }
}

//! Sends the next statement while one runs, where that may be: the server keeps it until its turn. One at
//! a time is under way, so that each is searched for behind the last one that is known.

use super::post::{Accepted, Known};
use super::run::Answer;
use super::{Conversation, Emit, Submitted};
use crate::delivery::{NotSent, Received};
use crate::engine::{Early, Event};
use crate::livy::{Client, Id, LivyError};
use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

impl Conversation {
    /// Sends the next one, where what runs is known to have arrived.
    pub(super) fn send_ahead(&mut self, client: &Arc<Client>, session: &Id) {
        let lets = |one: &Submitted| one.machine.is_awaited() && one.reply.is_none();
        let goes = |one: &Submitted| one.goes_ahead() && !one.was_sent();
        if self.takes_one_at_a_time
            || !self.current.as_ref().is_some_and(lets)
            || !self.queue.front().is_some_and(goes)
        {
            return;
        }
        if let Some(mut next) = self.queue.pop_front() {
            let emit = self.emit_from_its_turn(&next);
            self.post(&mut next, client, session, emit);
            self.queue.push_front(next);
        }
    }

    /// The server has answered to what was sent ahead, before its turn.
    pub(super) fn on_sent_ahead(&mut self, answer: Answer) {
        let now = self.now();
        if let (Answer::Posted(posted), Some(next)) = (answer, self.queue.front_mut()) {
            self.takes_one_at_a_time |= next.on_posted(now, posted, &mut self.known);
        }
    }

    /// The numbers of the session mean other statements now.
    pub(super) fn lose_ahead(&mut self, error: &LivyError) {
        for submitted in &mut self.queue {
            submitted.machine.on_replaced(error);
        }
    }

    /// Before its turn, what hinders it hinders what runs, too, and is told of that.
    fn emit_from_its_turn(&self, next: &Submitted) -> Rc<Emit> {
        let (emit, is_its_turn) = (self.emit.clone(), next.is_its_turn.clone());
        let is_away = Cell::new(false);
        Rc::new(Box::new(move |event| match event {
            Event::Reconnecting(_) if !is_its_turn.get() => {}
            Event::Reconnecting(_) => {
                is_away.set(true);
                emit(event);
            }
            Event::Reconnected if !is_away.replace(false) => {}
            event => emit(event),
        }))
    }
}

impl Submitted {
    /// Whether it may be sent while the one before it runs.
    pub(super) fn goes_ahead(&self) -> bool {
        matches!(self.early, Some((Early::Meanwhile, _)))
    }

    /// The server has answered to its POST. Whether it did not take it because another one ran.
    pub(super) fn on_posted(
        &mut self,
        now: Duration,
        posted: Result<Accepted, NotSent>,
        known: &mut Known,
    ) -> bool {
        self.request = None;
        known.conclude(self.signature.clone(), &posted);
        match &posted {
            // Whether it is sent once more is not for us. A 404 may come from a gateway that has lost sight
            // of the session.
            Err(failed)
                if self.goes_ahead()
                    && failed.received != Received::Perhaps
                    && failed.error.status() != Some(404) =>
            {
                let is_refused = failed.error.status().is_some();
                self.machine.on_not_taken();
                is_refused
            }
            Ok(_) | Err(_) => {
                let answer = posted.map(|accepted| accepted.statement);
                self.machine.on_posted(now, answer);
                false
            }
        }
    }
}

/// The answer to what was sent of the first in a queue.
pub(super) async fn answer_of(next: Option<&mut Submitted>) -> Answer {
    match next.and_then(|one| one.request.as_mut()) {
        Some(request) => request.await,
        None => pending().await,
    }
}

//! Sends a statement so that it runs once.

use super::{Emit, Request};
use crate::delivery::{self, Match, NotSent, Patience, Received, Search};
use crate::engine::Event;
use crate::lang::Signature;
use crate::livy::{Client, Id, LivyError, NewStatement, Statement};
use std::cell::Cell;
use std::collections::VecDeque;
use std::future::pending;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

/// Copies may come late: between later statements they are looked for by so many signatures.
const REMEMBERED: usize = 16;

/// What is known of the session's statements.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The last one that we or a gateway have sent, or -1 where there are none yet.
    pub(super) last: Option<Id>,
    /// So many signatures were made.
    count: u64,
    /// Whether the server gives code back as it was sent, once that is known.
    keeps_code: Option<bool>,
    /// Of statements that have a number, or were not there: another one with the same is a copy.
    concluded: VecDeque<(Signature, Option<Id>)>,
}

impl Known {
    /// For the next statement.
    pub(super) fn new_signature(&mut self, is_hidden: bool) -> Signature {
        // Without chance, statements of one livysh still differ.
        self.count += 1;
        Signature::of_bits(getrandom::u64().unwrap_or(self.count), is_hidden)
    }

    /// How to tell whether what a number names is the statement with this signature.
    pub(super) fn recognises(&self, signature: Signature) -> impl Fn(&Statement) -> bool + use<> {
        let keeps_code = self.keeps_code;
        move |statement| {
            let code = statement.code.as_deref();
            match code.and_then(Signature::in_code) {
                Some(found) => found == signature,
                // Some servers cut it off, or tell no code at all.
                None => keeps_code != Some(true) || code.is_none(),
            }
        }
    }

    /// Takes in how a statement was sent.
    pub(super) fn conclude(
        &mut self,
        signature: Option<Signature>,
        answer: &Result<Accepted, NotSent>,
    ) {
        let id = match answer {
            Ok(accepted) => {
                self.last = Some(accepted.last.clone());
                let code = accepted.statement.code.as_deref();
                self.keeps_code = code.map(|code| Signature::in_code(code).is_some());
                Some(accepted.statement.id.clone())
            }
            // It may be there, and is then the only one.
            Err(failed) if failed.received == Received::Perhaps => return,
            Err(_) => None,
        };
        if let Some(signature) = signature {
            self.concluded.truncate(REMEMBERED - 1);
            self.concluded.push_front((signature, id));
        }
    }

    /// The number of an earlier statement with this signature, where there was one; the number is not
    /// known of one that had not arrived.
    pub(super) fn concluded(&self, signature: &Signature) -> Option<Option<Id>> {
        let mut concluded = self.concluded.iter();
        let found = concluded.find(|(known, _)| known == signature);
        found.map(|(_, id)| id.clone())
    }
}

/// A statement that the server has.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) statement: Statement,
    /// The last one that is known to be ours or a copy of ours.
    pub(super) last: Id,
}

impl Accepted {
    /// One that has no copies.
    pub(super) fn alone(statement: Statement) -> Accepted {
        Accepted {
            last: statement.id.clone(),
            statement,
        }
    }
}

/// A server that turns a statement down and says that it takes statements is believed so often.
const MOST_RECOVERIES: usize = 5;

/// A statement that is to be sent.
pub(super) struct Post {
    pub(super) client: Arc<Client>,
    pub(super) session: Id,
    pub(super) statement: NewStatement,
    pub(super) known: Known,
    pub(super) patience: Patience,
    pub(super) unwanted: watch::Receiver<bool>,
    /// Set when a cancel is still due for a statement that nobody waits for any more.
    pub(super) owes_cancel: Rc<Cell<bool>>,
    pub(super) emit: Rc<Emit>,
}

impl Post {
    /// Sends it on a task of its own: who stops waiting must not cut it short, and learns its id when
    /// the answer comes.
    pub(super) fn begin(self) -> Request<Result<Accepted, NotSent>> {
        let (answered, answer) = oneshot::channel();
        let task = tokio::task::spawn_local(async move {
            let posted = self.once().await;
            match answered.send(posted) {
                Ok(()) => {}
                Err(Ok(accepted)) => {
                    let id = accepted.statement.id;
                    if self.owes_cancel.get() {
                        self.cancel(&id).await;
                    }
                    (self.emit)(Event::AcceptedLate { id });
                }
                Err(Err(failed)) => (self.emit)(Event::LostLate(failed)),
            }
        });
        Box::pin(async move {
            match answer.await {
                Ok(posted) => posted,
                // A defect ends the conversation, as it would without a task.
                Err(_) => match task.await {
                    Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                    Err(_) | Ok(()) => pending().await,
                },
            }
        })
    }

    /// A session that recovers turns statements down: what it did not take is sent when it is back.
    async fn once(&self) -> Result<Accepted, NotSent> {
        for _ in 0..MOST_RECOVERIES {
            match self.try_once().await {
                Err(failed) if failed.error.is_not_ready() && self.is_back_later().await => {}
                answer => return answer,
            }
        }
        self.try_once().await
    }

    async fn try_once(&self) -> Result<Accepted, NotSent> {
        let mut failed = false;
        let tell = |error: &LivyError| {
            failed = true;
            (self.emit)(Event::Reconnecting(error.clone()));
        };
        let mut search = Search::after(self.known.last.as_ref());
        let compare = |found: &Statement| self.compare(found);
        let sent = delivery::once(
            &self.patience,
            self.unwanted.clone(),
            tell,
            async || self.client.sign_on().await,
            async || self.client.submit(&self.session, &self.statement).await,
            async || search.find(&self.client, &self.session, compare).await,
        )
        .await?;
        if failed {
            (self.emit)(Event::Reconnected);
        }
        Ok(self.without_copies(sent).await)
    }

    /// By its signature; where a server has cut that off, by the code, which others may have sent, too.
    fn compare(&self, found: &Statement) -> Match {
        let code = &self.statement.code;
        let Some(stored) = found.code.as_deref() else {
            return Match::Unsure;
        };
        match (Signature::in_code(stored), self.known.keeps_code) {
            (Some(_), _) if self.is_copy(found) => Match::Ours,
            (Some(_), _) | (None, Some(true)) => Match::Other,
            (None, _) if stored.trim_end() != code.trim_end() => Match::Other,
            (None, Some(false)) => Match::Alike,
            (None, None) => Match::Unsure,
        }
    }
}

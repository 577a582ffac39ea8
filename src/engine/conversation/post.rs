//! Sends a statement so that it runs once, and finds the copies that a gateway has made of it.

use super::{Emit, Request};
use crate::delivery::{self, Match, NotSent, Patience, Received, Search, Sent};
use crate::engine::Event;
use crate::lang::Signature;
use crate::livy::{Client, Id, LivyError, NewStatement, Statement, StatementState};
use std::cell::Cell;
use std::collections::VecDeque;
use std::future::pending;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

/// Copies may come late: between later statements they are looked for by so many signatures.
const REMEMBERED: usize = 16;
/// Copies stand close to each other: no more statements than these are looked at for them.
const MOST_LOOKED_AT: i64 = 32;

/// What is known of the session's statements.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The last one that we have sent, or -1 where there are none yet.
    pub(super) last: Option<Id>,
    /// So many signatures were made.
    count: u64,
    /// Whether the server gives code back as it was sent, once that is known.
    keeps_code: Option<bool>,
    /// Of statements that have a number, or were not there: another one with the same is a copy.
    concluded: VecDeque<Signature>,
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
        answer: &Result<Statement, NotSent>,
    ) {
        match answer {
            Ok(statement) => {
                self.last = Some(statement.id.clone());
                let code = statement.code.as_deref();
                self.keeps_code = code.map(|code| Signature::in_code(code).is_some());
            }
            // It may be there, and is then the only one.
            Err(failed) if failed.received == Received::Perhaps => return,
            Err(_) => {}
        }
        self.concluded.truncate(REMEMBERED - 1);
        self.concluded.extend(signature);
        self.concluded.rotate_right(1);
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
    pub(super) fn begin(self) -> Request<Result<Statement, NotSent>> {
        let (answered, answer) = oneshot::channel();
        let task = tokio::task::spawn_local(async move {
            let posted = self.once().await;
            match answered.send(posted) {
                Ok(()) => {}
                Err(Ok(accepted)) => {
                    if self.owes_cancel.get() {
                        self.cancel(&accepted.id).await;
                    }
                    (self.emit)(Event::AcceptedLate { id: accepted.id });
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
    async fn once(&self) -> Result<Statement, NotSent> {
        for _ in 0..MOST_RECOVERIES {
            match self.try_once().await {
                Err(failed) if failed.error.is_not_ready() && self.is_back_later().await => {}
                answer => return answer,
            }
        }
        self.try_once().await
    }

    async fn try_once(&self) -> Result<Statement, NotSent> {
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
            (Some(_), _) if is_copy(found, code) => Match::Ours,
            (Some(_), _) | (None, Some(true)) => Match::Other,
            (None, _) if stored.trim_end() != code.trim_end() => Match::Other,
            (None, Some(false)) => Match::Ours,
            (None, None) => Match::Unsure,
        }
    }

    /// The first of all that have arrived; the others are cancelled. Where the numbers leave no room
    /// for others nothing is asked.
    async fn without_copies(&self, sent: Sent<Statement>) -> Statement {
        let &Id::Number(made) = &sent.made.id else {
            return sent.made;
        };
        let last = match &self.known.last {
            Some(Id::Number(last)) => *last,
            Some(Id::Text(_)) => return sent.made,
            None => self.before_ours(made).await,
        };
        let mut ours: Vec<Statement> = Vec::new();
        let mut late: Vec<Statement> = Vec::new();
        let first_looked_at = made.saturating_sub(MOST_LOOKED_AT);
        for number in last.saturating_add(1).max(first_looked_at)..made {
            // What cannot be asked now is no reason to hold up the statement.
            let Ok(found) = self.statement(number).await else {
                continue;
            };
            if is_copy(&found, &self.statement.code) {
                ours.push(found);
            } else if self.is_earlier(&found) {
                late.push(found);
            }
        }
        ours.push(sent.made);
        if sent.was_found {
            ours.extend(self.copies_after(made).await);
        }
        let first = ours.remove(0);
        self.end_copies(&first.id, ours).await;
        self.end_copies_of_earlier(late).await;
        first
    }

    /// The last statement before ours in a session that had others.
    async fn before_ours(&self, made: i64) -> i64 {
        let mut number = made.saturating_sub(1);
        while number >= 0
            && made - number <= MOST_LOOKED_AT
            && let Ok(found) = self.statement(number).await
            && is_copy(&found, &self.statement.code)
        {
            number -= 1;
        }
        number
    }

    async fn statement(&self, number: i64) -> Result<Statement, LivyError> {
        let number = Id::Number(number);
        self.client.statement(&self.session, &number).await
    }

    /// Those that have arrived behind the one that was found.
    async fn copies_after(&self, made: i64) -> Vec<Statement> {
        let mut copies = Vec::new();
        // Whatever a server answers, it is not asked for ever.
        for number in (1..=MOST_LOOKED_AT).map(|more| made.saturating_add(more)) {
            match self.statement(number).await {
                Ok(copy) if is_copy(&copy, &self.statement.code) => copies.push(copy),
                Ok(_) | Err(_) => break,
            }
        }
        copies
    }

    fn is_earlier(&self, found: &Statement) -> bool {
        let signature = found.code.as_deref().and_then(Signature::in_code);
        signature.is_some_and(|signature| self.known.concluded.contains(&signature))
    }

    async fn end_copies_of_earlier(&self, copies: Vec<Statement>) {
        for copy in copies {
            let id = copy.id.clone();
            self.end_copies(&id, vec![copy]).await;
        }
    }

    async fn end_copies(&self, of: &Id, copies: Vec<Statement>) {
        if copies.is_empty() {
            return;
        }
        let (mut cancelled, mut begun) = (Vec::new(), Vec::new());
        for copy in copies {
            match copy.state {
                StatementState::Waiting => cancelled.push(copy.id.clone()),
                StatementState::Running
                | StatementState::Cancelling
                | StatementState::Cancelled
                | StatementState::Available
                | StatementState::Error
                | StatementState::Other(_) => begun.push(copy.id.clone()),
            }
            if !copy.state.is_final() {
                self.cancel(&copy.id).await;
            }
        }
        let of = of.clone();
        (self.emit)(Event::Copies {
            of,
            cancelled,
            begun,
        });
    }

    async fn cancel(&self, id: &Id) {
        if let Err(error) = self.client.cancel(&self.session, id).await {
            (self.emit)(Event::CancelFailed(error));
        }
    }
}

/// Whether it has the signature of what was sent: nobody else's has.
fn is_copy(found: &Statement, code: &str) -> bool {
    let stored = found.code.as_deref().and_then(Signature::in_code);
    stored.is_some() && stored == Signature::in_code(code)
}

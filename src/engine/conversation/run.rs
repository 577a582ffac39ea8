//! Runs the first statement of the queue to its end.

use super::ahead::answer_of;
use super::post::{Accepted, Post};
use super::stages::{Look, Stages, Ui};
use super::{Conversation, Emit, Request, Submitted, Turn, aside};
use crate::delivery::{self, NotSent, Patience, Received, chance};
use crate::engine::statement::{Outcome, Step};
use crate::engine::{Event, Ticket};
use crate::lang::Signature;
use crate::livy::{Client, Id, LivyError, NewStatement, Statement};
use std::future::{pending, ready};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// After a statement has failed, how long to ask whether the session is dead.
const LOOK_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// The runtime's clock ticks each millisecond: it wakes 0 to 2 ticks behind the time it is to wake at, one in the
/// mean, as it rounds that up to a tick, and counts from the tick before now.
const TICK: Duration = Duration::from_millis(1);

/// A gateway that tells of a server that is started anew may call it an error of the server's: a
/// statement that runs is worth waiting for.
const DEFECT_WHILE_RUNNING: Duration = Duration::from_secs(120);

/// What the running statement's requests answer.
pub(super) enum Answer {
    Posted(Result<Accepted, NotSent>),
    Looked {
        took: Duration,
        answer: Result<Statement, LivyError>,
    },
}

impl Conversation {
    pub(super) async fn run_statement(&mut self) -> Turn {
        let (Some(session), Some(client)) = (self.session_id(), self.client.clone()) else {
            return Turn::Next;
        };
        let Some(mut submitted) = self.queue.pop_front() else {
            return Turn::Next;
        };
        if let (Some((_, before)), false) = (submitted.early, submitted.was_sent()) {
            // Whether it runs at all is decided by what became of the one before.
            if self.ended_well != Some(before) {
                self.finish_one(submitted, None);
                return Turn::Next;
            }
            submitted.early = None;
        }
        submitted.machine.on_its_turn(self.now());
        submitted.is_its_turn.set(true);
        // One that runs already is of an unknown age.
        if submitted.code.is_some() {
            submitted.machine.resembles(&self.lasted);
        }
        self.activity.set_busy(true);
        self.cancel_held = None;
        let ticket = submitted.ticket;
        self.current = Some(submitted);
        let mut told_progress = (0.0, false);
        let emit = self.emit_of_current();
        // The bars of what is ours are nobody's.
        let mut stages = match self.is_ours() {
            true => None,
            false => self.watch_stages(),
        };
        let mut has_woken = false;
        loop {
            let cancel_at = self.send_cancels(&emit);
            let now = self.now();
            let Some(current) = &mut self.current else {
                return Turn::Next;
            };
            let is_due = std::mem::take(&mut has_woken);
            let mut look_at = None;
            let end_at = current.until;
            match current.machine.step() {
                Step::Post => {
                    if let Some(mut current) = self.current.take() {
                        self.post(&mut current, &client, &session, emit.clone());
                        self.current = Some(current);
                    }
                }
                Step::LookAt(id, at) if at <= now || is_due => {
                    current.machine.on_looking();
                    let place = (client.clone(), session.clone(), id);
                    let signature = current.signature.clone();
                    let look = self.look(place, signature, emit.clone());
                    if let Some(current) = &mut self.current {
                        current.request = Some(look);
                    }
                }
                Step::LookAt(_, at) => look_at = Some(self.began + at - TICK),
                Step::Wait => {}
                Step::Over => break,
            }
            self.send_ahead(&client, &session);
            tokio::select! {
                biased;
                command = self.commands.recv() => match self.take(command) {
                    Turn::Next => {}
                    turn => return turn,
                },
                answer = answer_of(self.current.as_mut()) => {
                    self.on_answer(ticket, answer, &mut told_progress);
                }
                answer = answer_of(self.queue.front_mut()) => self.on_sent_ahead(answer),
                Some(_) = self.keepers.join_next(), if !self.machine.is_over() => {
                    match self.on_gone().await {
                        Turn::Next => {}
                        turn => return turn,
                    }
                }
                look = Stages::next(&mut stages) => match look {
                    Look::Stages(seen) => self.emit(Event::Stages(seen)),
                    Look::Silent => {
                        // Its last stages would stand there for ever.
                        self.emit(Event::Stages(Vec::new()));
                        self.ui = Ui::Silent;
                        stages = None;
                    }
                },
                () = until(look_at) => has_woken = true,
                () = until(end_at) => self.on_its_time(),
                () = until(cancel_at) => {}
            }
        }
        let turn = match self.current.take() {
            Some(mut submitted) => {
                self.leave(&mut submitted, &emit).await;
                self.conclude(submitted, emit).await
            }
            None => Turn::Next,
        };
        self.is_waited_behind.set(false);
        turn
    }

    /// Tells a statement's end; where a dead session would explain it, that is looked at first.
    async fn conclude(&mut self, submitted: Submitted, emit: Rc<Emit>) -> Turn {
        let cancelled_waiting = submitted.was_cancelled_waiting;
        let (ticket, machine) = (submitted.ticket, submitted.machine);
        let (id, ran, lasted) = (machine.id(), machine.ran(), machine.lasted());
        let Some(outcome) = machine.into_outcome() else {
            return Turn::Next;
        };
        if outcome.is_plain_success() {
            self.ended_well = Some(ticket);
        }
        // They run one after another: behind one that has run nothing is left.
        match &outcome {
            // What cannot be asked about may still run.
            Outcome::LeftRunning { .. }
            | Outcome::ResultLost { .. }
            | Outcome::NotAccepted {
                received: Received::Perhaps,
                ..
            } => self.activity.set_left(true),
            Outcome::Finished(_) => {
                self.activity.set_left(false);
                // What nobody typed resembles nothing.
                if let Some(ended) = lasted.filter(|_| submitted.reply.is_none()) {
                    self.lasted.note(ended);
                }
            }
            Outcome::Cancelled(_) | Outcome::NeverSent | Outcome::NotAccepted { .. } => {}
        }
        // It would be cancelled by another's number.
        if let Outcome::ResultLost { error, .. } = &outcome
            && matches!(error, LivyError::Replaced { .. })
        {
            self.lose_ahead(error);
        }
        let may_be_dead = matches!(
            outcome,
            Outcome::NotAccepted { .. } | Outcome::ResultLost { .. }
        );
        let mut turn = Turn::Next;
        if may_be_dead {
            let patience = Patience {
                unreachable: Some(LOOK_AFTER_FAILURE),
                ..self.patience
            };
            turn = self.look_at_session(patience, emit).await;
            if self.machine.is_over() {
                self.tell_death().await;
            }
        }
        if let Some(reply) = submitted.reply {
            reply(aside::told(outcome));
            self.tell_next();
            return turn;
        }
        self.emit(Event::Finished {
            ticket,
            id,
            outcome: Box::new(outcome),
            ran,
            cancelled_waiting,
        });
        turn
    }

    /// Sends it once.
    pub(super) fn post(
        &mut self,
        submitted: &mut Submitted,
        client: &Arc<Client>,
        session: &Id,
        emit: Rc<Emit>,
    ) {
        submitted.machine.on_posting(self.now());
        let code = submitted.code.take();
        let code = code.map_or_else(String::new, |code| code.for_server(client.dialect()));
        let signature = self.known.new_signature(submitted.is_hidden);
        submitted.signature = Some(signature.clone());
        if let Some(refusal) = client.service().refusal_of(submitted.kind) {
            let refused = Err(NotSent::of(refusal));
            submitted.request = Some(Box::pin(ready(Answer::Posted(refused))));
            return;
        }
        let post = Post {
            client: client.clone(),
            session: session.clone(),
            statement: NewStatement {
                code: signature.sign(&code),
                kind: self.kind_to_send(client, submitted.kind),
            },
            known: self.known.clone(),
            // It has another chance when its turn comes.
            patience: Patience {
                resends: self.patience.resends && !submitted.goes_ahead(),
                ..self.patience
            },
            unwanted: submitted.take_back.subscribe(),
            owes_cancel: submitted.owes_cancel.clone(),
            emit,
        };
        let posting = post.begin();
        submitted.request = Some(Box::pin(async { Answer::Posted(posting.await) }));
    }

    /// Nobody waits for it any more. The answer to its POST may have come just then; its number, where
    /// that is known.
    pub(super) async fn leave(&self, submitted: &mut Submitted, emit: &Rc<Emit>) -> Option<Id> {
        let owes_cancel = submitted.machine.owes_cancel();
        submitted.owes_cancel.set(owes_cancel);
        let answered = tokio::select! {
            biased;
            answer = answer_of(Some(submitted)) => answer,
            () = ready(()) => return submitted.machine.id(),
        };
        let Answer::Posted(Ok(accepted)) = answered else {
            return submitted.machine.id();
        };
        let id = accepted.statement.id;
        if owes_cancel {
            self.send_cancel(id.clone(), emit);
        }
        emit(Event::AcceptedLate { id: id.clone() });
        Some(id)
    }

    fn on_answer(&mut self, ticket: Ticket, answer: Answer, told: &mut (f64, bool)) {
        let now = self.now();
        let Some(current) = &mut self.current else {
            return;
        };
        match answer {
            Answer::Posted(answer) => {
                self.takes_one_at_a_time |= current.on_posted(now, answer, &mut self.known);
            }
            Answer::Looked { took, answer } => {
                current.request = None;
                let machine = &mut current.machine;
                machine.on_looked(now, took, chance(), answer);
                let progress = machine.progress();
                if current.reply.is_none() && progress != *told {
                    *told = progress;
                    let (fraction, waits) = progress;
                    self.emit(Event::Progress {
                        ticket,
                        fraction,
                        is_waiting: waits && self.tells_waiting(),
                    });
                }
            }
        }
    }

    /// Some servers say of one that runs that it waits.
    fn tells_waiting(&self) -> bool {
        let client = self.client.as_ref();
        client.is_none_or(|client| !client.service().running_is_waiting)
    }

    /// A statement's kind is told only where it is needed.
    fn kind_to_send(&self, client: &Client, wanted: &'static str) -> Option<String> {
        let session = self.machine.session()?.kind.as_deref();
        let same = session.is_some_and(|kind| canonical(kind) == wanted);
        client.tells_kind(same).then(|| wanted.to_owned())
    }

    fn look(
        &self,
        (client, session, id): (Arc<Client>, Id, Id),
        signature: Option<Signature>,
        emit: Rc<Emit>,
    ) -> Request<Answer> {
        let patience = Patience {
            defect: self.patience.defect.max(DEFECT_WHILE_RUNNING),
            ..self.patience
        };
        let is_it = signature.map(|signature| self.known.recognises(signature));
        Box::pin(async move {
            let mut began = Instant::now();
            let mut failed = false;
            let mut tell = |error: &LivyError| {
                failed = true;
                emit(Event::Reconnecting(error.clone()));
            };
            let answer = delivery::read_made(&patience, &mut tell, async || {
                began = Instant::now();
                let found = delivery::statement(&client, &session, &id).await?;
                match is_it.as_ref().is_none_or(|is_it| is_it(&found)) {
                    true => Ok(found),
                    // A server that was started anew gives its numbers anew.
                    false => Err(LivyError::Replaced { id: id.to_string() }),
                }
            })
            .await;
            if failed && answer.is_ok() {
                emit(Event::Reconnected);
            }
            Answer::Looked {
                took: began.elapsed(),
                answer,
            }
        })
    }
}

/// A session's kind by its canonical name.
fn canonical(kind: &str) -> &str {
    match kind {
        "scala" => "spark",
        "python" | "pyspark3" | "python3" => "pyspark",
        other => other,
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => pending().await,
    }
}

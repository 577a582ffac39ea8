//! Runs the first statement of the queue to its end.

use super::post::{Accepted, Post};
use super::stages::{Look, Stages, Ui};
use super::{Conversation, Emit, Request, Submitted, Turn, aside};
use crate::delivery::{self, NotSent, Patience, Received, chance};
use crate::engine::statement::{Outcome, Step};
use crate::engine::{Event, Ticket};
use crate::lang::Signature;
use crate::livy::{Client, Id, LivyError, NewStatement, Statement};
use std::cell::Cell;
use std::future::{pending, ready};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// After a statement has failed, how long to ask whether the session is dead.
const LOOK_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// A gateway that tells of a server that is started anew may call it an error of the server's: a
/// statement that runs is worth waiting for.
const DEFECT_WHILE_RUNNING: Duration = Duration::from_secs(120);

/// What the running statement's requests answer.
enum Answer {
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
        submitted.machine.on_session_ready();
        // One that runs already is of an unknown age.
        if submitted.code.is_some() {
            submitted.machine.resembles(&self.lasted);
        }
        self.activity.set_busy(true);
        let ticket = submitted.ticket;
        let unwanted = submitted.take_back.subscribe();
        self.current = Some(submitted);
        // One that the server has already may be another client's.
        let (is_new, is_hidden) = match &self.current {
            Some(one) => (one.code.is_some(), one.is_hidden),
            None => (false, false),
        };
        let signature = is_new.then(|| self.known.new_signature(is_hidden));
        let mut request: Option<Request<Answer>> = None;
        let mut told_progress = (0.0, false);
        let emit = self.emit_of_current();
        // The bars of what is ours are nobody's.
        let mut stages = match self.is_ours() {
            true => None,
            false => self.watch_stages(),
        };
        // Set when a cancel is still due for a statement that nobody waits for any more.
        let owes_cancel = Rc::new(Cell::new(false));
        loop {
            let now = self.began.elapsed();
            let Some(current) = &mut self.current else {
                return Turn::Next;
            };
            let mut look_at = None;
            let end_at = current.until;
            match current.machine.step() {
                Step::Post => {
                    current.machine.on_posting(now);
                    let (code, kind) = (current.code.take(), current.kind);
                    let dialect = client.dialect();
                    let code = code.map_or_else(String::new, |code| code.for_server(dialect));
                    let refusal = client.service().refusal_of(kind);
                    let kind = self.kind_to_send(&client, kind);
                    let post = Post {
                        client: client.clone(),
                        session: session.clone(),
                        statement: NewStatement {
                            code: match &signature {
                                Some(signature) => signature.sign(&code),
                                None => code,
                            },
                            kind,
                        },
                        known: self.known.clone(),
                        patience: self.patience,
                        unwanted: unwanted.clone(),
                        owes_cancel: owes_cancel.clone(),
                        emit: emit.clone(),
                    };
                    let posting = match refusal {
                        None => post.begin(),
                        Some(refusal) => Box::pin(ready(Err(NotSent::of(refusal)))),
                    };
                    request = Some(Box::pin(async { Answer::Posted(posting.await) }));
                }
                Step::LookAt(id, at) if at <= now => {
                    current.machine.on_looking();
                    let place = (client.clone(), session.clone(), id);
                    request = Some(self.look(place, signature.clone(), emit.clone()));
                }
                Step::LookAt(_, at) => look_at = Some(self.began + at),
                Step::Wait => {}
                Step::Over => break,
            }
            if let Some(id) = self.take_cancel() {
                self.send_cancel(id, emit.clone());
            }
            tokio::select! {
                biased;
                command = self.commands.recv() => match self.take(command) {
                    Turn::Next => {}
                    turn => return turn,
                },
                answer = or_never(&mut request) => {
                    request = None;
                    if let Answer::Posted(posted) = &answer {
                        self.known.conclude(signature.clone(), posted);
                    }
                    self.on_answer(ticket, answer, &mut told_progress);
                }
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
                () = until(look_at) => {}
                () = until(end_at) => self.on_its_time(),
            }
        }
        let over = self.current.take();
        owes_cancel.set(over.as_ref().is_some_and(|one| one.machine.owes_cancel()));
        self.take_late(&mut request, owes_cancel.get(), &emit).await;
        let turn = match over {
            Some(submitted) => self.conclude(submitted, emit).await,
            None => Turn::Next,
        };
        self.is_waited_behind.set(false);
        turn
    }

    /// Tells a statement's end; where a dead session would explain it, that is looked at first.
    async fn conclude(&mut self, submitted: Submitted, emit: Rc<Emit>) -> Turn {
        let (ticket, machine) = (submitted.ticket, submitted.machine);
        let (id, ran, lasted) = (machine.id(), machine.ran(), machine.lasted());
        let Some(outcome) = machine.into_outcome() else {
            return Turn::Next;
        };
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
        });
        turn
    }

    /// The answer to the POST may have come just when nobody waited for it any more.
    async fn take_late(
        &mut self,
        request: &mut Option<Request<Answer>>,
        owes_cancel: bool,
        emit: &Rc<Emit>,
    ) {
        let answered = tokio::select! {
            biased;
            answer = or_never(request) => answer,
            () = std::future::ready(()) => return,
        };
        if let Answer::Posted(Ok(accepted)) = answered {
            let id = accepted.statement.id;
            if owes_cancel {
                self.send_cancel(id.clone(), emit.clone());
            }
            emit(Event::AcceptedLate { id });
        }
    }

    fn take_cancel(&mut self) -> Option<Id> {
        self.current.as_mut()?.machine.take_cancel()
    }

    fn on_answer(&mut self, ticket: Ticket, answer: Answer, told: &mut (f64, bool)) {
        let now = self.now();
        let Some(current) = &mut self.current else {
            return;
        };
        let machine = &mut current.machine;
        match answer {
            Answer::Posted(answer) => {
                machine.on_posted(now, answer.map(|accepted| accepted.statement));
            }
            Answer::Looked { took, answer } => {
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

async fn or_never<T>(request: &mut Option<Request<T>>) -> T {
    match request {
        Some(request) => request.await,
        None => pending().await,
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => pending().await,
    }
}

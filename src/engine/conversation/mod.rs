//! Carries out what the two machines want: sends requests, keeps time, tells events.
//!
//! | file      | its duty                                        |
//! |-----------|-------------------------------------------------|
//! | `create.rs` | finds a session or makes one                  |
//! | `open.rs` | opens the session, and looks at it              |
//! | `ask.rs`  | asks what is no statement                       |
//! | `aside.rs` | asks what gives way to everything else          |
//! | `run.rs`  | runs the first statement of the queue           |
//! | `ahead.rs` | sends the next one while that runs            |
//! | `cancel.rs` | cancels what runs, and what waits           |
//! | `post.rs` | sends it once, and finds its copies             |
//! | `recover.rs` | waits for a session that recovers            |
//! | `end.rs`  | ends the session                                |
//! | `stages.rs` | watches Spark's stages meanwhile              |
//! | `keepalive.rs` | keeps it from being ended for being idle   |

mod ahead;
mod aside;
mod ask;
mod cancel;
mod copies;
mod create;
mod end;
mod keepalive;
mod open;
mod post;
mod recover;
mod run;
mod stages;

pub use create::{Found, create_session, find_or_create_session, find_session};
pub(super) use keepalive::Activity;
pub use keepalive::{KeepAlive, Kept};

use super::aside::Reply;
use super::{
    AskUi, Code, Command, Early, Event, Mailbox, Opening, Patience, Ticket, session, statement,
};
use super::{Outcome, statement::Step};
use crate::delivery;
use crate::lang::Signature;
use crate::livy::{Client, Id, Session};
use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

type Emit = Box<dyn Fn(Event)>;
type Request<T> = Pin<Box<dyn Future<Output = T>>>;

struct Submitted {
    ticket: Ticket,
    code: Option<Code>,
    kind: &'static str,
    /// Nobody typed it.
    is_hidden: bool,
    /// Who takes what it gives, where that is no front end that waits.
    reply: Option<Reply>,
    /// When it has had its time.
    until: Option<Instant>,
    machine: statement::Machine,
    /// Set when it is not to be sent again.
    take_back: watch::Sender<bool>,
    /// With the statement before it, as long as it has not been sent otherwise.
    early: Option<(Early, Ticket)>,
    /// Whether nothing before it is waited for.
    is_its_turn: Rc<Cell<bool>>,
    was_cancelled_waiting: bool,
    /// What it is known by on the server; none of one that was not sent from here.
    signature: Option<Signature>,
    /// Its request that is under way.
    request: Option<Request<run::Answer>>,
    /// Set when a cancel is still due, once nobody waits for it any more.
    owes_cancel: Rc<Cell<bool>>,
}

impl Submitted {
    /// That nothing was sent of.
    fn new(ticket: Ticket, code: Option<Code>, kind: &'static str) -> Submitted {
        Submitted {
            ticket,
            code,
            kind,
            is_hidden: false,
            reply: None,
            until: None,
            machine: statement::Machine::new(),
            take_back: watch::Sender::new(false),
            early: None,
            is_its_turn: Rc::default(),
            was_cancelled_waiting: false,
            signature: None,
            request: None,
            owes_cancel: Rc::default(),
        }
    }

    /// Whether the server has it from here, or may have it.
    fn was_sent(&self) -> bool {
        self.signature.is_some()
    }
}

struct Conversation {
    /// Known once the session is open.
    client: Option<Arc<Client>>,
    patience: Patience,
    commands: mpsc::UnboundedReceiver<Command>,
    emit: Rc<Emit>,
    began: Instant,
    machine: session::Machine,
    /// The statement that is sent and looked at.
    current: Option<Submitted>,
    /// Those that wait; the first of them may have been sent.
    queue: VecDeque<Submitted>,
    /// The session's statements, as far as they are known.
    known: post::Known,
    /// Whether the server has turned down a statement because another one ran.
    takes_one_at_a_time: bool,
    /// How long the last ones took.
    lasted: delivery::Lasted,
    /// The last one that has ended well, and gave nothing but text.
    ended_well: Option<Ticket>,
    /// Until when the cancel of what runs waits for that of what was sent ahead.
    cancel_held: Option<Instant>,
    activity: Activity,
    keep_alive: KeepAlive,
    /// Whether the session was made here.
    is_new: bool,
    /// After so long without a request the server ends it.
    heartbeat: Option<Duration>,
    /// Whether it was asked for, and nobody waited for the answer.
    is_unknown: bool,
    /// What keeps the session, and tells when it is gone; it ends with the conversation.
    keepers: JoinSet<keepalive::Gone>,
    /// Spark's UI, and how it is found.
    ui: stages::Ui,
    ask_ui: Option<AskUi>,
    /// Questions whose answer is waited for.
    asked: HashMap<Ticket, AbortHandle>,
    /// The last question that nobody waits for.
    aside: Option<AbortHandle>,
    /// Whether somebody waits behind a statement of ours.
    is_waited_behind: Rc<Cell<bool>>,
    /// By which such a question becomes a statement.
    own_commands: mpsc::WeakUnboundedSender<Command>,
}

/// Holds the conversation until it is ended or its handle is dropped.
pub(super) async fn run(
    mailbox: Mailbox,
    opening: Opening,
    patience: Patience,
    keep_alive: KeepAlive,
    emit: Emit,
) {
    let conversation = Conversation {
        client: None,
        patience,
        commands: mailbox.0,
        emit: Rc::new(emit),
        began: Instant::now(),
        machine: session::Machine::new(Duration::ZERO),
        current: None,
        queue: VecDeque::new(),
        known: post::Known::default(),
        takes_one_at_a_time: false,
        lasted: delivery::Lasted::default(),
        ended_well: None,
        cancel_held: None,
        activity: mailbox.2,
        keep_alive,
        is_new: false,
        heartbeat: None,
        is_unknown: false,
        keepers: JoinSet::new(),
        ui: stages::Ui::Unknown,
        ask_ui: None,
        asked: HashMap::new(),
        aside: None,
        is_waited_behind: Rc::default(),
        own_commands: mailbox.1,
    };
    conversation.run(opening).await;
}

/// What comes next, after a wait or a statement.
enum Turn {
    Next,
    /// The session is to end within so much time.
    End(Duration),
    /// Nobody is there to talk to any more.
    HandleGone,
}

impl Conversation {
    async fn run(mut self, opening: Opening) {
        let mut turn = self.open(opening).await;
        loop {
            match turn {
                Turn::Next => {}
                Turn::End(patience) => return self.end(patience).await,
                Turn::HandleGone => return,
            }
            self.activity.set_busy(false);
            turn = if self.queue.is_empty() || self.machine.is_over() {
                tokio::select! {
                    command = self.commands.recv() => self.take(command),
                    Some(_) = self.keepers.join_next(), if !self.machine.is_over() => {
                        self.on_gone().await
                    }
                }
            } else {
                self.run_statement().await
            };
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn emit(&self, event: Event) {
        (self.emit)(event);
    }

    fn session_id(&self) -> Option<Id> {
        self.machine.session().map(|session| session.id.clone())
    }

    fn tell_session(&self, event: impl Fn(Box<Session>) -> Event) {
        if let Some(session) = self.machine.session() {
            self.emit(event(Box::new(session.clone())));
        }
    }

    async fn drop_queue(&mut self) {
        for mut submitted in std::mem::take(&mut self.queue) {
            let late = match submitted.was_sent() {
                false => None,
                true => self.leave(&mut submitted, &self.emit).await,
            };
            self.finish_one(submitted, late);
        }
    }

    /// Tells the end of one that was in the queue, as nothing is done for it any more. Its number may have come
    /// late.
    fn finish_one(&self, mut submitted: Submitted, late_id: Option<Id>) {
        let was_sent = submitted.was_sent();
        submitted.machine.on_stop_waiting();
        let id = submitted.machine.id();
        let outcome = match submitted.machine.into_outcome() {
            Some(Outcome::LeftRunning { id }) if was_sent => {
                Outcome::LeftRunning { id: id.or(late_id) }
            }
            Some(outcome) if was_sent => outcome,
            Some(_) | None => Outcome::NeverSent,
        };
        match submitted.reply {
            Some(reply) => reply(aside::told(outcome)),
            None => self.finish(submitted.ticket, id, outcome),
        }
    }

    /// The end of one that nobody waits for.
    fn finish(&self, ticket: Ticket, id: Option<Id>, outcome: Outcome) {
        self.emit(Event::Finished {
            ticket,
            id,
            outcome: Box::new(outcome),
            ran: None,
            cancelled_waiting: false,
        });
    }

    /// Takes what the handle sent, or that it is gone.
    fn take(&mut self, command: Option<Command>) -> Turn {
        match command {
            Some(Command::End { patience }) => return Turn::End(patience),
            None => return Turn::HandleGone,
            Some(Command::Submit { ticket, .. }) if self.machine.is_over() => {
                self.finish(ticket, None, Outcome::NeverSent);
            }
            Some(Command::Submit {
                ticket,
                code,
                kind,
                is_hidden,
                early,
            }) => self.enqueue(Submitted {
                is_hidden,
                early,
                ..Submitted::new(ticket, Some(code), kind)
            }),
            Some(Command::Resume { ticket, .. }) if self.machine.is_over() => {
                self.finish(ticket, None, Outcome::NeverSent);
            }
            Some(Command::Resume { ticket, id }) => self.enqueue(Submitted {
                machine: statement::Machine::resumed(self.now(), id),
                ..Submitted::new(ticket, None, "")
            }),
            Some(Command::Cancel(ticket)) => self.cancel(ticket),
            Some(Command::CancelAll) => self.cancel_all(),
            Some(Command::StopWaiting(ticket)) => {
                if let Some(asked) = self.asked.remove(&ticket) {
                    asked.abort();
                }
                self.stop_waiting(ticket);
            }
            Some(Command::StopWaitingForAll) => {
                for ticket in self.tickets() {
                    self.stop_waiting(ticket);
                }
            }
            Some(Command::CancelById(id)) => self.send_cancel(id, &self.emit),
            Some(Command::Ask(ticket, question)) => self.ask(ticket, question),
            Some(Command::AskAside(asked)) => self.ask_aside(asked),
            Some(Command::SubmitAside(asked)) => self.submit_aside(asked),
            Some(Command::BePatient(patience)) => self.patience = patience,
        }
        Turn::Next
    }

    /// What runs and is ours gives way.
    fn enqueue(&mut self, submitted: Submitted) {
        self.give_way_to(submitted.ticket);
        self.queue.push_back(submitted);
    }

    fn stop_waiting(&mut self, ticket: Ticket) {
        self.take_back(ticket);
        self.with_statement(ticket, statement::Machine::on_stop_waiting);
    }

    /// Of what waits, and then of what runs.
    fn tickets(&self) -> Vec<Ticket> {
        let all = self.queue.iter().chain(&self.current);
        all.map(|one| one.ticket).collect()
    }

    /// What was surely not received is then not sent again.
    fn take_back(&self, ticket: Ticket) {
        let mut sent = self.current.iter().chain(&self.queue);
        if let Some(submitted) = sent.find(|one| one.ticket == ticket) {
            submitted.take_back.send_replace(true);
        }
    }

    /// Passes an input to a statement's machine; one that is over before it was sent is told.
    fn with_statement(&mut self, ticket: Ticket, input: impl Fn(&mut statement::Machine)) {
        if let Some(current) = self.current.as_mut().filter(|one| one.ticket == ticket) {
            return input(&mut current.machine);
        }
        let Some(index) = self.queue.iter().position(|one| one.ticket == ticket) else {
            return;
        };
        let was_sent = self.queue[index].was_sent();
        input(&mut self.queue[index].machine);
        // Of what was sent the end is told at its turn.
        if !was_sent
            && self.queue[index].machine.step() == Step::Over
            && let Some(submitted) = self.queue.remove(index)
            && let Some(outcome) = submitted.machine.into_outcome()
        {
            self.finish(ticket, None, outcome);
        }
    }
}

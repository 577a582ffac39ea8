//! The conversation with one session. Owns the clock; formats nothing.
//!
//! The handle sends commands from any thread; events come back through a callback. Statements are
//! sent one at a time in the order of their submission, and wait while the session starts. One that
//! comes early is sent once the one before it has ended well, or while that runs.
//!
//! | file              | its duty                                             |
//! |-------------------|------------------------------------------------------|
//! | `session.rs`      | the session's states, pure                           |
//! | `statement.rs`    | a statement's states, pure                           |
//! | `aside.rs`        | what is asked without anybody waiting for it          |
//! | `conversation/`   | carries out what the machines want                   |

mod aside;
mod conversation;
mod session;
mod statement;

pub use crate::delivery::{NotSent, Patience, Received, Unwanted};
pub use crate::livy::{
    Dialect, FileKind, FollowedLog, Id, LogNews, Output, Session, Stage, Statement,
};
pub use aside::{Aside, Reply, Told};
pub use conversation::{Found, KeepAlive, Kept};
pub use conversation::{create_session, find_or_create_session, find_session};
pub use statement::Outcome;

use crate::livy::{Client, LivyError, SparkUi};
use conversation::Activity;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// A session that was just created or found, and the server that has it.
pub struct Opened {
    pub client: Arc<Client>,
    pub session: Session,
    /// Whether it was just created, so that it has no statements yet.
    pub is_new: bool,
    /// After so long without a request the server ends it.
    pub heartbeat: Option<Duration>,
    /// Finds Spark's UI at an address, for an application; `None` where nobody looks at stages.
    pub ask_ui: Option<AskUi>,
}

pub type AskUi = Box<dyn Fn(&str, &str) -> Option<SparkUi>>;

/// Why there is no session to talk to.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Livy(#[from] LivyError),
    /// The session could not be created.
    #[error("{error}")]
    NotCreated {
        error: LivyError,
        received: Received,
    },
    /// What had to come before the first request failed.
    #[error("{message}")]
    Preparation { message: String, hint: String },
    /// It was given up before it was done.
    #[error("the start was given up")]
    GivenUp,
}

/// Whatever it takes to have a session: it may install, start a server, send requests; what is told
/// to it is that nobody wants the session any more.
pub type Opening = Box<dyn FnOnce(Unwanted) -> OpeningAnswer>;

pub(crate) type OpeningAnswer = Pin<Box<dyn Future<Output = Result<Opened, OpenError>>>>;

/// Names a submitted statement before the server has given it an id.
pub type Ticket = u64;

/// When a statement is sent that does not wait until the front end knows how the one before it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Early {
    /// Once that has ended well, and gave nothing but text.
    AfterSuccess,
    /// Also while that runs: the server keeps it until that is over.
    Meanwhile,
}

/// Makes a statement's code when it is to be sent: only then it is known to what server.
pub struct Code(Box<dyn FnOnce(Dialect) -> String + Send>);

impl Code {
    pub fn new(make: impl FnOnce(Dialect) -> String + Send + 'static) -> Code {
        Code(Box::new(make))
    }

    fn for_server(self, dialect: Dialect) -> String {
        (self.0)(dialect)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code")
    }
}

/// What is asked of the session beside its statements. What only reads is asked again while the server
/// cannot be reached, the rest is sent once.
#[derive(Debug)]
pub enum Question {
    /// Those that the session still holds, oldest first.
    Statements,
    /// The last lines of its log, so many.
    Log(i64),
    /// Names that could stand at the end of a code, in a language by its Livy kind.
    Complete { code: String, kind: &'static str },
    /// To take a file that the server can read itself.
    Add { what: FileKind, uri: String },
    /// To take a file of this machine.
    Upload {
        what: FileKind,
        name: String,
        bytes: Vec<u8>,
    },
}

#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Empty where none were asked for.
    pub candidates: Vec<String>,
    pub statements: Vec<Statement>,
    pub log: Vec<String>,
    pub dialect: Dialect,
}

#[derive(Debug)]
enum Command {
    Submit {
        ticket: Ticket,
        code: Code,
        kind: &'static str,
        is_hidden: bool,
        /// With the statement before it.
        early: Option<(Early, Ticket)>,
    },
    /// To wait for a statement that the server has already.
    Resume {
        ticket: Ticket,
        id: Id,
    },
    Cancel(Ticket),
    /// What runs, and what was sent ahead of its turn.
    CancelAll,
    StopWaiting(Ticket),
    StopWaitingForAll,
    CancelById(Id),
    Ask(Ticket, Question),
    AskAside(aside::Asked),
    /// Its statement, once the session is known to rest.
    SubmitAside(aside::Asked),
    BePatient(Patience),
    End {
        patience: Duration,
    },
}

/// Copies of a statement that a gateway has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// The one that counts; none where it was not known to have arrived.
    pub of: Option<Id>,
    pub cancelled: Vec<Id>,
    pub begun: Vec<Id>,
    /// They wait, and their cancel was not taken.
    pub uncancelled: Vec<Id>,
}

impl Copies {
    fn new(of: Option<Id>) -> Copies {
        Copies {
            of,
            cancelled: Vec::new(),
            begun: Vec::new(),
            uncancelled: Vec::new(),
        }
    }
}

/// What happens in the conversation.
#[derive(Debug, Clone)]
pub enum Event {
    /// The session is not ready yet; told at each change.
    Starting {
        session: Box<Session>,
    },
    Ready {
        session: Box<Session>,
    },
    /// It has been starting for so long that whoever waits may want to know why.
    StartsSlowly {
        session: Box<Session>,
    },
    /// The server was started anew: a statement waits until the session is back.
    Recovering {
        session: Box<Session>,
    },
    Recovered,
    /// The session could not be opened.
    OpenFailed(OpenError),
    /// The session is over; everything submitted from now on is lost.
    Died(Death),
    /// The server cannot be reached; it is asked again.
    Reconnecting(LivyError),
    Reconnected,
    /// The server has accepted a statement that nobody waits for any more.
    AcceptedLate {
        id: Id,
    },
    /// One that nobody waits for any more was not accepted, as far as is known.
    LostLate(NotSent),
    Progress {
        ticket: Ticket,
        /// Share of the Spark tasks done, 0 to 1.
        fraction: f64,
        /// It has not begun: another statement runs in the session.
        is_waiting: bool,
    },
    /// The stages that run, where Spark's UI tells them.
    Stages(Vec<Stage>),
    /// A statement has arrived more than once, or after all.
    Copies(Copies),
    /// The cancel itself could not be delivered.
    CancelFailed(LivyError),
    Finished {
        ticket: Ticket,
        /// Its number on the server, once it had one.
        id: Option<Id>,
        outcome: Box<Outcome>,
        /// How long it ran by the server's clock, where that tells it.
        ran: Option<Duration>,
        /// Whether it was cancelled while another one ran before it.
        cancelled_waiting: bool,
    },
    /// What was asked under the ticket.
    Answered {
        ticket: Ticket,
        answer: Result<Answer, LivyError>,
    },
    /// The last event: the task is over.
    Ended(Ending),
}

/// Why a session is over.
#[derive(Debug, Clone, Default)]
pub struct Death {
    pub session: Option<String>,
    pub state: String,
    /// Why, where the service tells it.
    pub reason: Option<String>,
    /// The answer that says so, where the session itself could not be asked.
    pub failure: Option<LivyError>,
    /// It could not be asked, so it may still be there.
    pub may_live: bool,
    /// The last lines of its log, where they could be read.
    pub log: Vec<String>,
}

/// How the conversation was ended.
#[derive(Debug, Clone)]
pub enum Ending {
    /// There was no session to end, or it was over already.
    Nothing,
    Deleted,
    /// It was asked for, and may come to be.
    Unknown,
    /// It is still there, for this reason.
    Left {
        session: Id,
        reason: String,
    },
}

/// A handle on the conversation; when it is dropped, the session is left as it is.
pub struct Engine {
    commands: mpsc::UnboundedSender<Command>,
    activity: Activity,
}

/// A handle that does not keep the conversation going.
#[derive(Clone)]
pub struct WeakEngine(mpsc::WeakUnboundedSender<Command>, Activity);

impl WeakEngine {
    /// The handle, while there is one.
    pub fn upgrade(&self) -> Option<Engine> {
        let commands = self.0.upgrade()?;
        let activity = self.1.clone();
        Some(Engine { commands, activity })
    }

    /// Asks what nobody waits for; the answer is dropped where the conversation is over.
    pub fn ask_aside(&self, aside: Aside, reply: Reply) {
        if let Some(commands) = self.0.upgrade() {
            let asked = aside::Asked { aside, reply };
            commands.send(Command::AskAside(asked)).ok();
        }
    }
}

/// The engine's end of the handle's commands.
pub struct Mailbox(
    mpsc::UnboundedReceiver<Command>,
    mpsc::WeakUnboundedSender<Command>,
    Activity,
);

impl Engine {
    /// A handle that can be used at once, also before the conversation runs.
    pub fn new() -> (Engine, Mailbox) {
        let (commands, received) = mpsc::unbounded_channel();
        let activity = Activity::new();
        let mailbox = Mailbox(received, commands.downgrade(), activity.clone());
        (Engine { commands, activity }, mailbox)
    }

    pub fn downgrade(&self) -> WeakEngine {
        WeakEngine(self.commands.downgrade(), self.activity.clone())
    }

    /// Submits code in a language by its Livy kind; its end is told under `ticket`. Code that nobody
    /// typed is marked so.
    pub fn submit(&self, ticket: Ticket, code: Code, kind: &'static str, is_hidden: bool) {
        self.send(Command::Submit {
            ticket,
            code,
            kind,
            is_hidden,
            early: None,
        });
    }

    /// The same for code that may be sent before the front end knows how the statement before it has ended.
    /// Where that has ended otherwise than well before it was sent, or it was surely not taken, it ends as
    /// never sent.
    pub fn submit_early(
        &self,
        ticket: Ticket,
        code: Code,
        kind: &'static str,
        early: Early,
        before: Ticket,
    ) {
        self.send(Command::Submit {
            ticket,
            code,
            kind,
            is_hidden: false,
            early: Some((early, before)),
        });
    }

    /// Waits for a statement that the server has already; its end is told under `ticket`.
    pub fn resume(&self, ticket: Ticket, id: Id) {
        self.send(Command::Resume { ticket, id });
    }

    pub fn cancel(&self, ticket: Ticket) {
        self.send(Command::Cancel(ticket));
    }

    /// Cancels what runs, and before it what was sent ahead of its turn, which would begin otherwise.
    pub fn cancel_all(&self) {
        self.send(Command::CancelAll);
    }

    /// Cancels a statement that nobody waits for any more.
    pub fn cancel_by_id(&self, id: Id) {
        self.send(Command::CancelById(id));
    }

    /// How long things are waited for from now on.
    pub fn be_patient(&self, patience: Patience) {
        self.send(Command::BePatient(patience));
    }

    /// Asks something of a session that is ready; the answer is told under `ticket`.
    pub fn ask(&self, ticket: Ticket, question: Question) {
        self.send(Command::Ask(ticket, question));
    }

    /// Whether the session is kept from being ended for being idle.
    pub fn kept(&self) -> Kept {
        self.activity.kept()
    }

    /// Whether a statement is under way.
    pub fn is_busy(&self) -> bool {
        self.activity.is_busy()
    }

    /// Waits until none is.
    pub async fn rests(&self) {
        self.activity.rests().await;
    }

    /// Gives up waiting, also for the answer to a question; a statement goes on in the session.
    pub fn stop_waiting(&self, ticket: Ticket) {
        self.send(Command::StopWaiting(ticket));
    }

    /// The same for what runs, and for what was sent ahead of its turn.
    pub fn stop_waiting_for_all(&self) {
        self.send(Command::StopWaitingForAll);
    }

    /// Ends the session. One that is still starting is waited for, at most for `patience`: Livy
    /// would leave its driver running.
    pub fn end(&self, patience: Duration) {
        self.send(Command::End { patience });
    }

    /// Holds the conversation until it is ended, or the handle is dropped. Needs a `LocalSet`.
    pub async fn converse(
        mailbox: Mailbox,
        opening: Opening,
        patience: Patience,
        keep_alive: KeepAlive,
        emit: impl Fn(Event) + 'static,
    ) {
        conversation::run(mailbox, opening, patience, keep_alive, Box::new(emit)).await;
    }

    fn send(&self, command: Command) {
        // The task outlives its handle; were it gone, its last event has told so.
        self.commands.send(command).ok();
    }
}

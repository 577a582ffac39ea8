//! What the prompt and the scripts share: opening a session, running one snippet, leaving.

mod arrivals;
mod ask;
mod attach;
mod early;
mod echoes;
mod exited;
mod follower;
mod fresh;
mod hidden;
mod home;
mod journal;
mod leave;
mod ledger;
mod life;
mod limits;
mod link;
mod local;
mod open;
mod outlet;
mod picture;
mod plan;
mod restart;
mod run;
mod signals;
mod stages;
mod take_back;
mod tell;
mod timing;
mod unread;
mod uplink;
mod wait;
mod whole;
mod words;
mod write;

pub use arrivals::{Arrivals, Arrived};
pub use ask::NoAnswer;
pub use attach::{NotAttached, attach};
pub use early::Next;
pub use echoes::Echoes;
pub use exited::exit_code;
pub use fresh::{Fresh, write_fresh};
pub use home::path_of;
pub use journal::Journal;
pub use leave::leave;
pub use ledger::{Ledger, Ran};
pub use life::end_of_log;
pub use limits::Limits;
pub use link::{About, Link, Over, SessionFacts};
pub use open::{OnSignal, noticing, telling};
pub use outlet::Outlet;
pub use plan::{Attach, LAST, Plan, SessionPlan, Wanted, named};
pub use restart::restart;
pub use run::{Left, Manner, Run, Verdict};
pub use signals::{Signals, wait_for_signal};
pub use wait::Interrupts;
pub use whole::WholeFile;
pub use words::{
    asking_again, error_lines, for_shell, from_line, hint_line, livy_error, step_by_step,
};

use crate::engine;
use crate::exit::Exit;
use crate::render::Line;

/// What reaches a front end.
#[derive(Debug, Clone)]
pub enum Event {
    Engine(engine::Event),
    /// A step of the local runtime's preparation, and how far it is.
    Preparing {
        step: String,
        detail: String,
    },
    /// What is told as it is.
    Told(Vec<Line>),
    Signal(Signal),
    /// More of standard input can be read, or its end.
    InputArrived,
    /// A defect has ended the network thread.
    ThreadLost,
}

/// What asks for the end from outside: the system's signals, and the limits of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
    HangUp,
    /// The run has taken all the time that it was given.
    TimeUp,
    /// The session has not started in the time that it was given.
    NotStarted {
        /// Whether it waits for room in the cluster.
        lacks_room: bool,
    },
}

impl From<Signal> for Exit {
    fn from(signal: Signal) -> Exit {
        match signal {
            Signal::Interrupt => Exit::Interrupted,
            Signal::Terminate => Exit::Terminated,
            Signal::HangUp => Exit::HungUp,
            Signal::TimeUp => Exit::TimedOut,
            Signal::NotStarted { lacks_room: true } => Exit::NoRoom,
            Signal::NotStarted { lacks_room: false } => Exit::Server,
        }
    }
}

//! What the prompt and the scripts share: opening a session, running one snippet, leaving.

mod ask;
mod echoes;
mod hidden;
mod leave;
mod link;
mod open;
mod restart;
mod run;
mod signals;
mod tell;
mod words;
mod write;

pub use ask::NoAnswer;
pub use echoes::Echoes;
pub use leave::leave;
pub use link::{Link, Over, SessionFacts};
pub use open::{OnSignal, Plan, SessionPlan};
pub use restart::restart;
pub use run::{Interrupts, Run, Verdict};
pub use signals::wait_for_signal;
pub use words::{error_lines, hint_line};

use crate::engine;
use crate::exit::Exit;

/// What reaches a front end.
#[derive(Debug, Clone)]
pub enum Event {
    Engine(engine::Event),
    /// A step of the local runtime's preparation, and how far it is.
    Preparing {
        step: String,
        detail: String,
    },
    Signal(Signal),
    /// A defect has ended the network thread.
    ThreadLost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
    HangUp,
}

impl From<Signal> for Exit {
    fn from(signal: Signal) -> Exit {
        match signal {
            Signal::Interrupt => Exit::Interrupted,
            Signal::Terminate => Exit::Terminated,
            Signal::HangUp => Exit::HungUp,
        }
    }
}

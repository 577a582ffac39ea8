//! One table: what happened, and the code the program ends with.

use crate::config::ConfigError;
use crate::engine::OpenError;
use crate::livy::LivyError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Ok,
    /// The user's code failed.
    CodeFailed,
    /// The script has said so: `sys.exit(n)` and its like.
    Script(u8),
    /// The command line or the configuration cannot be followed.
    Usage,
    /// Server, session or connection; or the output cannot be written.
    Server,
    /// The server turned down who asks.
    Identity,
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-C again: nothing more is waited for.
    InterruptedAgain,
    /// The reader of our output is gone before everything had been sent and succeeded.
    OutputClosed,
    Terminated,
    HungUp,
    /// The cluster had no room for the session: later it may have.
    NoRoom,
    /// `--timeout`, or a statement's.
    TimedOut,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::CodeFailed => 1,
            Exit::Script(code) => code,
            Exit::Usage => 2,
            Exit::Server => 3,
            Exit::Identity => 4,
            Exit::NoRoom => 75,
            Exit::TimedOut => 124,
            Exit::HungUp => 129,
            Exit::Interrupted | Exit::InterruptedAgain => 130,
            Exit::OutputClosed => 141,
            Exit::Terminated => 143,
        }
    }
}

impl From<&LivyError> for Exit {
    fn from(error: &LivyError) -> Exit {
        match error.is_identity() {
            true => Exit::Identity,
            false => Exit::Server,
        }
    }
}

impl From<&OpenError> for Exit {
    fn from(error: &OpenError) -> Exit {
        match error {
            OpenError::Livy(error) | OpenError::NotCreated { error, .. } => Exit::from(error),
            OpenError::Preparation { .. } | OpenError::GivenUp => Exit::Server,
        }
    }
}

impl From<&ConfigError> for Exit {
    fn from(_: &ConfigError) -> Exit {
        Exit::Usage
    }
}

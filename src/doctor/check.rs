//! A check, and what came of it.

use crate::exit::Exit;
use crate::livy::{LivyError, TransportError, TransportKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ok,
    /// It works, and may not for long or not for all.
    Warning,
    /// A run would end with this code.
    Failed(Exit),
    /// What it depends on has failed, or it is not to be tried.
    Skipped,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Failed(_) => "failed",
            State::Skipped => "skipped",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) text: String,
    /// What to do.
    pub(super) hint: Option<String>,
}

impl Check {
    pub fn ok(name: &'static str, text: impl Into<String>) -> Check {
        Check {
            name,
            state: State::Ok,
            text: text.into(),
            hint: None,
        }
    }

    pub fn warning(name: &'static str, text: impl Into<String>, hint: &str) -> Check {
        Check {
            state: State::Warning,
            hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
            ..Check::ok(name, text)
        }
    }

    pub fn failed(
        name: &'static str,
        text: impl Into<String>,
        hint: Option<String>,
        exit: Exit,
    ) -> Check {
        Check {
            state: State::Failed(exit),
            hint,
            ..Check::ok(name, text)
        }
    }

    pub(super) fn skipped(name: &'static str, text: impl Into<String>) -> Check {
        Check {
            state: State::Skipped,
            ..Check::ok(name, text)
        }
    }

    /// The way to the server is closed.
    pub(super) fn barred(
        name: &'static str,
        text: impl Into<String>,
        kind: TransportKind,
    ) -> Check {
        Check::failed(name, text, hint_of(kind), Exit::Server)
    }

    /// The same, after what has come of it.
    pub(super) fn because(self, what: &str) -> Check {
        Check {
            text: format!("{what}: {}", self.text),
            ..self
        }
    }

    /// A request was not answered as it should be.
    pub(super) fn of_error(name: &'static str, error: &LivyError) -> Check {
        Check::failed(name, error.to_string(), error.hint(), Exit::from(error))
    }
}

/// What a run would tell to try.
pub(super) fn hint_of(kind: TransportKind) -> Option<String> {
    let error = TransportError {
        kind,
        url: String::new(),
        cause: String::new(),
    };
    LivyError::from(error).hint()
}

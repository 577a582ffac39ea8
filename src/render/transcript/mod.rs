//! What has run in a session as a document: from inputs and outputs to text.
//!
//! | file          | its duty                                        |
//! |---------------|-------------------------------------------------|
//! | `markdown.rs` | a transcript in Markdown, as GitHub shows it    |
//! | `notebook.rs` | a notebook of Jupyter's                         |
//! | `parts.rs`    | an output as its parts: text, rows, pictures, … |

mod markdown;
mod notebook;
mod parts;

pub use markdown::markdown;
pub use notebook::notebook;

use crate::lang::Language;
use crate::livy::Output;

/// Statements that were typed as one, and what they gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub language: Language,
    /// As it was typed, comments among it.
    pub code: String,
    pub ran: Vec<Ran>,
}

/// A statement of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    pub code: String,
    pub given: Given,
    /// Rows that were asked of the server for SQL, or none.
    pub row_limit: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    Output(Option<Output>),
    /// It was cancelled; what it had given until then, where that is told.
    Cancelled(Option<Output>),
    /// It has not ended.
    Running,
    /// What it gave is not known any more.
    Lost,
}

impl Given {
    fn output(&self) -> Option<&Output> {
        match self {
            Given::Output(output) | Given::Cancelled(output) => output.as_ref(),
            Given::Running | Given::Lost => None,
        }
    }

    /// What is to be said of a statement that did not end by itself.
    fn note(&self) -> Option<&'static str> {
        match self {
            Given::Output(_) => None,
            Given::Cancelled(_) => Some("cancelled"),
            Given::Running => Some("still running"),
            Given::Lost => Some("its result is not known any more"),
        }
    }
}

/// A picture that stands in a file of its own, beside the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What its file's name ends in.
    pub ending: &'static str,
    pub bytes: Vec<u8>,
}

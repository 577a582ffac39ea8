//! From output to document: styled text without colours. Knows widths, knows no terminal.

mod export;
mod failure;
mod fitted;
mod format;
mod kinds;
mod output;
mod picture;
mod rows;
mod sanitize;
mod schema;
mod table;
mod told;
pub mod transcript;
mod warnings;
mod width;

pub use export::csv_line;
pub use failure::{FailureText, Origin, Place, Trap, failure, untangle, whole};
pub use fitted::{Records, Screen};
pub use format::Format;
pub use output::{Rendered, View, output};
pub use picture::{Form as PictureForm, Picture};
pub use sanitize::{one_line, sanitize};
pub use schema::schema;
pub use told::{ROWS_MARK, with_rows};
pub use warnings::{place_warnings, with_places};

/// What a piece of text is, so that the terminal can choose how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A result, as the server sent it.
    Plain,
    /// What went wrong.
    Error,
    /// What matters in a message.
    Strong,
    /// What may be passed over.
    Faint,
    /// An address that can be opened.
    Link,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub role: Role,
    pub text: String,
}

/// A piece of a line or several lines of one role; its text may hold newlines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    pub fn of(role: Role, text: impl Into<String>) -> Line {
        let text = text.into();
        Line(vec![Span { role, text }])
    }

    pub fn plain(text: impl Into<String>) -> Line {
        Line::of(Role::Plain, text)
    }

    pub fn error(text: impl Into<String>) -> Line {
        Line::of(Role::Error, text)
    }

    pub fn faint(text: impl Into<String>) -> Line {
        Line::of(Role::Faint, text)
    }

    /// Adds a span at its end.
    pub fn then(mut self, role: Role, text: impl Into<String>) -> Line {
        let text = text.into();
        self.0.push(Span { role, text });
        self
    }

    /// Its text alone.
    pub fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }
}

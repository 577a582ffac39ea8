//! What is sent for a snippet: the same program, written so that the server runs it as it was meant
//! and counts its lines as the source does.

use super::{Language, Snippet, scala};

/// How a server gives Scala to its compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Feeding {
    /// As Apache Livy does: line by line, and a line that could end a statement ends it.
    #[default]
    ByLine,
    /// A statement whole.
    Whole,
}

/// The code to send.
pub fn to_send(snippet: &Snippet, feeding: Feeding) -> String {
    match (snippet.language, feeding) {
        (Language::Scala, Feeding::ByLine) => scala::for_line_feeding(&snippet.code).into_owned(),
        (Language::Scala, Feeding::Whole) => snippet.code.clone(),
        (Language::Python | Language::Sql, _) => snippet.code.clone(),
    }
}

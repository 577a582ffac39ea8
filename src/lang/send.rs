//! What is sent for a snippet: the same program, written so that the server runs it as it was meant
//! and counts its lines as the source does.

use super::{Language, Snippet, Source, scala};

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
        (Language::Python | Language::Sql | Language::R, _) => snippet.code.clone(),
    }
}

/// Code of Python that does the same and echoes nothing: Livy echoes the last expression.
pub fn without_echo(snippet: &Snippet, code: String) -> String {
    let is_magic = snippet.code.trim_start().starts_with('%');
    match snippet.language {
        Language::Python if !is_magic => format!("{code}\nNone"),
        Language::Python | Language::Scala | Language::Sql | Language::R => code,
    }
}

/// A statement that stands further down than this is not counted from the file's beginning: the
/// empty lines would be sent with each one.
const MOST_LINES_BEFORE: usize = 2_000;

/// Empty lines to send before a statement of Python, so that Python's own numbers are those of the
/// source, also in the functions that the statement defines. At a prompt lines are counted in what
/// was typed, as in Python's own shell; a magic must come first.
pub fn lines_before(snippet: &Snippet, source: &Source) -> usize {
    let before = snippet.first_line - 1;
    let counts = snippet.language == Language::Python
        && source.name.is_some()
        && before <= MOST_LINES_BEFORE
        && !snippet.code.starts_with('%');
    if counts { before } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::split;

    fn before(language: Language, name: Option<&str>, text: &str) -> Vec<usize> {
        let source = Source::new(name.map(str::to_owned), text);
        let snippets = split(language, text);
        snippets
            .iter()
            .map(|one| lines_before(one, &source))
            .collect()
    }

    #[test]
    fn python_of_a_file_is_moved_to_its_line() {
        let text = "x = 1\n\n%json x\ny = 2\n";
        assert_eq!(before(Language::Python, Some("a.py"), text), [0, 0, 3]);
        assert_eq!(before(Language::Python, None, text), [0, 0, 0]);
        assert_eq!(
            before(Language::Sql, Some("a.sql"), "select 1;\nselect 2"),
            [0, 0]
        );
        let far = |lines| format!("{}x", "\n".repeat(lines));
        assert_eq!(before(Language::Python, Some("a.py"), &far(2_000)), [2_000]);
        assert_eq!(before(Language::Python, Some("a.py"), &far(2_001)), [0]);
    }
}

//! A source as its statements, each in the language of its cell, or why it is not run at all.

use super::cell::{Cell, Refusal, cells};
use super::{Language, Snippet, newlines, python, statements};

/// A source whose cells can all be run.
pub struct Reading<'a> {
    source: &'a str,
    cells: Vec<Cell>,
}

/// Reads a text that begins in `language`; one that holds a cell that cannot be run is refused.
pub fn read(language: Language, source: &str) -> Result<Reading<'_>, Refusal> {
    let cells = cells(language, source)?;
    Ok(Reading { source, cells })
}

/// The statements of a script in their order. One that is refused has none.
pub fn split(language: Language, source: &str) -> Vec<Snippet> {
    read(language, source).map_or_else(|_| Vec::new(), |reading| reading.snippets())
}

impl Reading<'_> {
    /// Whether a part of it is in a language of its own.
    pub fn has_cells(&self) -> bool {
        self.cells.len() > 1
    }

    /// The statements in their order; blank lines and comments between them are dropped.
    pub fn snippets(&self) -> Vec<Snippet> {
        let mut snippets = Vec::new();
        let (mut line, mut column) = (1, 0);
        let mut position = 0;
        for cell in &self.cells {
            let text = &self.source[cell.range.clone()];
            let (ranges, margin) = statements(cell.language, text);
            for range in ranges {
                let start = cell.range.start + range.start;
                let passed = &self.source[position..start];
                match passed.rfind('\n') {
                    None => column += passed.chars().count(),
                    Some(at) => column = passed[at + 1..].chars().count(),
                }
                line += newlines(passed);
                position = start;
                snippets.push(Snippet {
                    language: cell.language,
                    code: python::without_margin(&text[range], margin),
                    first_line: line,
                    first_column: column,
                });
            }
        }
        snippets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_in_their_languages_or_refused() {
        let read_as = |source| {
            let reading = read(Language::Scala, source)?;
            let snippets = reading.snippets().into_iter();
            let told = snippets.map(|one| (one.language, one.first_line, one.code));
            Ok((reading.has_cells(), told.collect::<Vec<_>>()))
        };
        let one = |language, line, code: &str| (language, line, code.to_owned());
        assert_eq!(
            read_as("val a = 1\n\n%%sql\nselect 1;\nselect 2\n"),
            Ok((
                true,
                vec![
                    one(Language::Scala, 1, "val a = 1"),
                    one(Language::Sql, 4, "select 1"),
                    one(Language::Sql, 5, "select 2"),
                ]
            ))
        );
        assert_eq!(
            read_as("a"),
            Ok((false, vec![one(Language::Scala, 1, "a")]))
        );
        let refused: Result<_, Refusal> = read_as("a\n%%perl\n1");
        assert_eq!(refused.map_err(|refusal| refusal.line), Err(2));
    }
}

//! Cells, as notebooks have them: after a line `%%sql` the text is in that language, once.
//!
//! The first line of a text can be such a line, and any later one that no statement contains; a cell
//! reaches to the next one or to the end. At a prompt a blank line ends it, as in IPython.

use super::{Completeness, Language, completeness_in};
use std::ops::Range;

/// A part of a text in one language.
pub(super) struct Cell {
    pub(super) language: Language,
    pub(super) range: Range<usize>,
}

/// A cell that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line of the text on which it begins, from 1.
    pub line: usize,
    pub message: String,
}

/// A string may hold lines that look like a cell's first, and each time the text before them is read
/// again. After so many bytes no more cells are looked for: only a text made for it has as many.
const MOST_READ_IN_VAIN: usize = 64 << 20;

/// The parts of a text that begins in `language`, or the first that cannot be run.
pub(super) fn cells(language: Language, source: &str) -> Result<Vec<Cell>, Refusal> {
    let mut cells = vec![Cell {
        language,
        range: 0..source.len(),
    }];
    let mut position = 0;
    let mut read_in_vain = 0;
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let begins = position;
        position += line.len();
        let (Some(rest), Some(cell)) = (heading(line), cells.last_mut()) else {
            continue;
        };
        let before = &source[cell.range.start..begins];
        if read_in_vain > MOST_READ_IN_VAIN || is_open(cell.language, before) {
            read_in_vain += before.len();
            continue;
        }
        let language = language_of(rest).map_err(|message| Refusal {
            line: index + 1,
            message,
        })?;
        cell.range.end = begins;
        cells.push(Cell {
            language,
            range: position..source.len(),
        });
    }
    Ok(cells)
}

/// Whether a text that begins with a cell can be run as it is; none where it begins with none.
pub(super) fn completeness(code: &str) -> Option<Completeness> {
    let (first, body) = code.split_once('\n').unwrap_or((code, ""));
    let Ok(language) = language_of(heading(first)?) else {
        // It is told at once what is wrong with it.
        return Some(Completeness::Complete);
    };
    let last = code.rsplit('\n').next().unwrap_or_default();
    if code.contains('\n') && last.trim().is_empty() {
        return Some(Completeness::Complete);
    }
    let indent = match completeness_in(language, body) {
        Completeness::Incomplete { indent } => indent,
        Completeness::Complete | Completeness::Invalid => 0,
    };
    Some(Completeness::Incomplete { indent })
}

/// Whether a line could be a cell's first.
pub fn may_hold_cells(text: &str) -> bool {
    text.contains("%%") && text.lines().any(|line| heading(line).is_some())
}

/// What follows the signs, on a line that is a cell's first.
fn heading(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("%%")?;
    rest.starts_with(|c: char| c.is_alphabetic())
        .then(|| rest.trim_end())
}

/// Whether a string or a bracket reaches beyond the text.
fn is_open(language: Language, before: &str) -> bool {
    matches!(
        completeness_in(language, before),
        Completeness::Incomplete { .. }
    )
}

fn language_of(heading: &str) -> Result<Language, String> {
    let (name, options) = heading
        .split_once(char::is_whitespace)
        .unwrap_or((heading, ""));
    match Language::from_name(name) {
        Some(_) if !options.trim().is_empty() => Err(format!(
            "%%{name} takes nothing else on its line ({}): the code begins on the next one, and \
             a result stays in the session",
            options.trim()
        )),
        Some(language) => Ok(language),
        None => Err(match name {
            "local" => "%%local: livysh runs code in the session only".to_owned(),
            "configure" => "%%configure: a session's settings are options of livysh, such as \
                            --conf NAME=VALUE"
                .to_owned(),
            _ => format!("%%{name} is not known: there are %%scala, %%python, %%sql and %%r"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_string_full_of_cells_the_search_ends() {
        let cell_count = |lines| {
            let text = format!("s = '''\n{}'''\n%%sql\nselect 1\n", "%%sql\n".repeat(lines));
            cells(Language::Python, &text).unwrap().len()
        };
        assert_eq!(cell_count(2_000), 2);
        assert_eq!(cell_count(100_000), 1);
    }
}

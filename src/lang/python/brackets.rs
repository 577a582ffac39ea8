//! Code between its literals and comments: where brackets close, and what stands outside them.

use super::Strings;
use crate::lang::lexer::{Brackets, Cursor};

/// Brackets and semicolons outside literals and comments, one after the other.
struct Marks<'a> {
    cursor: Cursor<'a>,
    strings: Strings,
}

impl<'a> Marks<'a> {
    fn of(text: &'a str) -> Marks<'a> {
        Marks {
            cursor: Cursor::new(text),
            strings: Strings::new(),
        }
    }
}

impl Iterator for Marks<'_> {
    /// Its place, and what it is.
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let is_wanted = |byte| {
            let is_bracket = matches!(byte, b'(' | b'[' | b'{' | b')' | b']' | b'}');
            is_bracket || matches!(byte, b';' | b'#' | b'\'' | b'"')
        };
        loop {
            match self.cursor.skip_to(is_wanted)? {
                b'\'' | b'"' => {
                    self.strings.skip(&mut self.cursor);
                }
                b'#' => self.cursor.skip_line(),
                mark => {
                    self.cursor.position += 1;
                    return Some((self.cursor.position - 1, char::from(mark)));
                }
            }
        }
    }
}

/// The place after the bracket that closes one which stood before the text.
pub(in crate::lang) fn after_bracket(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, mark) in Marks::of(text) {
        match mark {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// All brackets outside literals and comments, each with its place.
pub(in crate::lang) fn brackets(text: &str) -> Vec<(usize, char)> {
    Marks::of(text).filter(|(_, mark)| *mark != ';').collect()
}

/// The semicolons of a line outside brackets; none where a bracket closes that was not opened.
pub(super) fn semicolons(line: &str) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let mut brackets = Brackets::new();
    for (at, mark) in Marks::of(line) {
        match mark {
            '(' | '[' | '{' => brackets.push(mark, ()),
            ';' if brackets.depth() == 0 => found.push(at),
            ';' => {}
            _ => brackets.close(mark).ok()?,
        }
    }
    Some(found)
}

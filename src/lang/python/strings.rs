//! String literals, with the expressions inside f-strings, which may reuse their quotes.

use crate::lang::lexer::{Cursor, Ended, Escape};

/// f-strings inside f-strings, deeper than anybody writes them.
const DEEPEST: usize = 8;

/// How much is read in vain, in bytes, for f-strings whose expressions do not end: a text full of
/// them would be read again for each.
const IN_VAIN: usize = 1 << 20;

/// Reads literals one after the other.
pub(super) struct Strings {
    /// What is left of that. Then every string ends at its next quote, as before Python 3.12.
    in_vain: usize,
}

impl Strings {
    pub(super) fn new() -> Strings {
        Strings { in_vain: IN_VAIN }
    }

    /// Moves past a literal; the cursor stands on its quote. A backslash keeps a quote from ending
    /// even a raw string.
    pub(super) fn skip(&mut self, cursor: &mut Cursor<'_>) -> Ended {
        if self.in_vain > 0 && is_formatted(cursor) {
            let mut ahead = cursor.clone();
            if formatted(&mut ahead, 0).is_some() {
                *cursor = ahead;
                return Ended::Yes;
            }
            let read = ahead.position - cursor.position;
            self.in_vain = self.in_vain.saturating_sub(read);
        }
        plain(cursor)
    }
}

fn plain(cursor: &mut Cursor<'_>) -> Ended {
    let quote = opening(cursor);
    let start = cursor.position;
    let many_lines = quote.len() == 3;
    match cursor.skip_quoted(quote, Escape::Backslash, many_lines) {
        // Without its quote at the end of the text it is broken, unless a backslash takes the next
        // line in.
        Ended::AtEnd if !many_lines && !ends_in_backslash(&cursor.text[start..]) => {
            Ended::AtLineEnd
        }
        ended => ended,
    }
}

/// Moves past the quotes that a literal begins with.
fn opening(cursor: &mut Cursor<'_>) -> &'static str {
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let found = quotes.into_iter().find(|quote| cursor.eat(quote));
    found.unwrap_or("'")
}

/// Whether an odd number of backslashes ends the text, with or without a newline after them.
fn ends_in_backslash(text: &str) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

/// Whether the prefix of the literal at the cursor makes it an f-string, or a t-string.
fn is_formatted(cursor: &Cursor<'_>) -> bool {
    let before = &cursor.text.as_bytes()[..cursor.position];
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || !byte.is_ascii();
    let prefix = before.iter().rev().take(3).take_while(is_word).count();
    let prefix = &before[before.len() - prefix..];
    prefix.len() < 3
        && prefix.iter().all(|byte| b"fFtTrR".contains(byte))
        && prefix.iter().any(|byte| b"fFtT".contains(byte))
}

/// Moves past an f-string; none where it does not end as one of Python 3.12 must.
fn formatted(cursor: &mut Cursor<'_>, level: usize) -> Option<()> {
    let quote = opening(cursor);
    let many_lines = quote.len() == 3;
    let first = quote.as_bytes()[0];
    loop {
        let wanted = |byte| byte == first || matches!(byte, b'{' | b'\\' | b'\n');
        match cursor.skip_to(wanted)? {
            b'\n' if !many_lines => return None,
            b'\\' => {
                cursor.position += 1;
                if cursor.eat("N{") {
                    // The name of a character.
                    cursor.skip_to(|byte| matches!(byte, b'}' | b'\n'))?;
                } else if cursor.byte() != Some(b'{') {
                    cursor.next();
                }
            }
            b'{' if cursor.eat("{{") => {}
            b'{' => {
                cursor.position += 1;
                expression(cursor, many_lines, level)?;
            }
            _ if cursor.eat(quote) => return Some(()),
            _ => cursor.position += 1,
        }
    }
}

/// Moves past an expression and its closing brace.
fn expression(cursor: &mut Cursor<'_>, many_lines: bool, level: usize) -> Option<()> {
    let mut depth = 0usize;
    loop {
        let wanted = |byte| {
            let is_bracket = matches!(byte, b'(' | b'[' | b'{' | b')' | b']' | b'}');
            is_bracket || matches!(byte, b'"' | b'\'' | b'\n' | b':')
        };
        match cursor.skip_to(wanted)? {
            b'\n' if !many_lines => return None,
            b'"' | b'\'' => {
                let is_nested = level < DEEPEST && is_formatted(cursor);
                if is_nested {
                    formatted(cursor, level + 1)?;
                } else if plain(cursor) != Ended::Yes {
                    return None;
                }
                continue;
            }
            b':' if depth == 0 => {
                cursor.position += 1;
                return specification(cursor, many_lines, level);
            }
            b'(' | b'[' | b'{' => depth += 1,
            b'}' if depth == 0 => {
                cursor.position += 1;
                return Some(());
            }
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        cursor.position += 1;
    }
}

/// Moves past how a value is written, after its colon, and the closing brace.
fn specification(cursor: &mut Cursor<'_>, many_lines: bool, level: usize) -> Option<()> {
    loop {
        let byte = cursor.skip_to(|byte| matches!(byte, b'{' | b'}' | b'\n' | b'"' | b'\''))?;
        cursor.position += 1;
        match byte {
            b'\n' if !many_lines => return None,
            b'}' => return Some(()),
            // No deeper than a text can hold quotes.
            b'{' if level < DEEPEST => expression(cursor, many_lines, level + 1)?,
            b'{' => return None,
            // A quote may be a fill character, but it would rather be the end.
            b'"' | b'\'' => return None,
            _ => {}
        }
    }
}

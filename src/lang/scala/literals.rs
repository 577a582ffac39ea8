//! Scala's literals of one line or many, with the code in interpolated ones.

use super::tokens::{Kind, is_word_part, next_token};
use crate::lang::lexer::{Cursor, Ended, Escape};

/// Interpolations inside interpolations, deeper than anybody writes them.
pub(super) const DEEPEST_INTERPOLATION: usize = 40;

pub(super) fn number(cursor: &mut Cursor<'_>) {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let digits = cursor.eat_while(is_digit);
    let mut rest = cursor.rest().chars();
    let (sign, after) = (rest.next(), rest.next());
    let exponent = digits.ends_with(['e', 'E']) && !digits.starts_with("0x");
    let continues = match sign {
        Some('.') => after.is_some_and(|c| c.is_ascii_digit()),
        Some('+' | '-') => exponent && after.is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    };
    if continues {
        cursor.next();
        number(cursor);
    }
}

/// A character literal or a symbol.
pub(super) fn quote(cursor: &mut Cursor<'_>) -> Kind {
    cursor.next();
    let mut rest = cursor.rest().chars();
    match (rest.next(), rest.next()) {
        (Some('\\'), Some(escaped)) => {
            cursor.next();
            cursor.next();
            if escaped == 'u' {
                cursor.eat_while(|c| c.is_ascii_hexdigit());
            }
            cursor.eat("'");
        }
        (Some(c), Some('\'')) if c != '\n' => {
            cursor.next();
            cursor.next();
        }
        _ => {
            cursor.eat_while(is_word_part);
        }
    }
    Kind::Literal
}

pub(super) fn plain_string(cursor: &mut Cursor<'_>) -> Ended {
    if cursor.eat("\"\"\"") {
        let ended = cursor.skip_quoted("\"\"\"", Escape::Never, true);
        // Quotes before the closing three belong to the string.
        cursor.eat_while(|c| c == '"');
        return ended;
    }
    cursor.next();
    match cursor.skip_quoted("\"", Escape::Backslash, false) {
        Ended::AtEnd => Ended::AtLineEnd,
        ended => ended,
    }
}

/// A string after its interpolator's name, with code in `${…}`.
pub(super) fn interpolated_string(cursor: &mut Cursor<'_>, level: usize) -> Ended {
    if level >= DEEPEST_INTERPOLATION {
        return plain_string(cursor);
    }
    let many_lines = cursor.eat("\"\"\"");
    let quote = if many_lines { "\"\"\"" } else { "\"" };
    if !many_lines {
        cursor.next();
    }
    loop {
        match cursor.skip_to(|byte| matches!(byte, b'"' | b'$' | b'\n' | b'\\')) {
            None if many_lines => return Ended::AtEnd,
            None => return Ended::AtLineEnd,
            Some(b'\n') if !many_lines => return Ended::AtLineEnd,
            Some(b'"') if cursor.eat(quote) => {
                if many_lines {
                    cursor.eat_while(|c| c == '"');
                }
                return Ended::Yes;
            }
            Some(b'$') if cursor.eat("$$") => {}
            Some(b'$') if cursor.eat("${") => match braced_code(cursor, level + 1) {
                Ended::Yes => {}
                ended => return ended,
            },
            Some(b'\\') if !many_lines => {
                cursor.position += 1;
                if cursor.byte() != Some(b'\n') {
                    cursor.next();
                }
            }
            Some(_) => cursor.position += 1,
        }
    }
}

/// Code after an opening brace, up to and with the closing one.
pub(super) fn braced_code(cursor: &mut Cursor<'_>, level: usize) -> Ended {
    let mut depth = 1;
    let mut ended = Ended::Yes;
    while depth > 0 {
        match next_token(cursor, &mut ended, level) {
            Some(token) if token.is("{") => depth += 1,
            Some(token) if token.is("}") => depth -= 1,
            Some(_) => {}
            None => return Ended::AtEnd,
        }
    }
    ended
}

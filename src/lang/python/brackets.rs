//! Where a bracket closes.

use super::Strings;
use crate::lang::lexer::Cursor;

/// The place after the bracket that closes one which stood before the text.
pub(in crate::lang) fn after_bracket(text: &str) -> Option<usize> {
    let mut cursor = Cursor::new(text);
    let mut strings = Strings::new();
    let mut depth = 1;
    while let Some(c) = cursor.peek() {
        match c {
            '\'' | '"' => {
                strings.skip(&mut cursor);
            }
            '#' => cursor.skip_line(),
            _ => {
                cursor.next();
                match c {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth -= 1,
                    _ => {}
                }
            }
        }
        if depth == 0 {
            return Some(cursor.position);
        }
    }
    None
}

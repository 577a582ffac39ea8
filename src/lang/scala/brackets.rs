//! Where a bracket closes.

use super::tokens::{Kind, Lexer};

/// The place after the bracket that closes one which stood before the text.
pub(in crate::lang) fn after_bracket(text: &str) -> Option<usize> {
    let mut depth = 1;
    Lexer::new(text).find_map(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            Kind::Word
            | Kind::Literal
            | Kind::Operator
            | Kind::Comma
            | Kind::Dot
            | Kind::Semicolon
            | Kind::Newline => {}
        }
        (depth == 0).then(|| token.end())
    })
}

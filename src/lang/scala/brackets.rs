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

/// All brackets outside literals and comments, each with its place.
pub(in crate::lang) fn brackets(text: &str) -> Vec<(usize, char)> {
    let is_bracket = |kind| matches!(kind, Kind::Open | Kind::Close);
    Lexer::new(text)
        .filter(|token| is_bracket(token.kind))
        .filter_map(|token| Some((token.start, token.text.chars().next()?)))
        .collect()
}

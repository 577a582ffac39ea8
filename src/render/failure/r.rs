//! Errors of R: Livy gives the text that R prints for them, and no line.

use super::place::Place;
use super::{FailureText, Origin, Piece, named};
use crate::livy::Failure;

pub(super) fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let mut lines = failure.evalue.trim().lines();
    let headline = named(&failure.ename, lines.next().unwrap_or_default());
    let message: Vec<Piece> = lines.map(Piece::plain).collect();
    let mut typed = vec![Piece::error(headline.as_str())];
    typed.extend(message.clone());
    FailureText {
        place: Place::of_statement(origin),
        headline,
        message,
        excerpt: None,
        details: Vec::new(),
        typed,
        trap: None,
        hints: Vec::new(),
    }
}

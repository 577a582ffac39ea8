//! Errors of R: Livy gives the text that R prints for them, and no line.

use super::place::Located;
use super::{FailureText, Origin, named};
use crate::livy::Failure;

pub(super) fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let mut lines = failure.evalue.trim().lines();
    let headline = named(&failure.ename, lines.next().unwrap_or_default());
    let at = Located::of_statement(origin);
    FailureText::of(at, headline, lines.map(str::to_owned).collect(), Vec::new())
}

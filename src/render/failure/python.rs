//! Errors of Python: the place is the innermost frame in the user's text.

use super::cause::{Cause, cause_of};
use super::frames::{Mapped, OURS, earlier, located, map, pieces};
use super::place::{Excerpt, Located, Place};
use super::trace::{self, Trace};
use super::{FailureText, Origin, Piece, annotations, named};
use crate::livy::Failure;

const NO_BLOCK: &str = "expected an indented block";

pub(super) fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let text = failure.traceback.concat();
    let Trace {
        entries,
        before,
        after,
    } = trace::parse(&text, &failure.ename, &failure.evalue);
    let entries: Vec<Mapped<'_>> = entries.into_iter().map(|one| map(one, origin)).collect();
    let cause = cause_of(failure, origin);
    let in_task = cause.as_ref().and_then(Cause::located);
    let at = match in_task.or_else(|| located(&entries)) {
        Some(at) if cause.is_some() || !failure.evalue.starts_with(NO_BLOCK) => at,
        Some(_) => {
            let line = line_after(origin);
            Located {
                place: Place::at(origin.source, line),
                excerpt: Excerpt::of_start(origin.source, line),
            }
        }
        None => Located::of_statement(origin),
    };
    let (headline, mut message, note) = match &cause {
        Some(cause) => (
            cause.headline.clone(),
            cause.message.clone(),
            cause.note.clone(),
        ),
        None => {
            let (headline, message) = said(failure);
            (headline, message, None)
        }
    };
    message.extend(after);
    let typed = typed(
        &before,
        &entries,
        cause.as_ref(),
        &headline,
        &message,
        origin,
    );
    let mut details = Vec::new();
    details.extend(earlier(&before, origin));
    let shown = entries
        .iter()
        .chain(cause.iter().flat_map(|cause| &cause.entries));
    let own = shown.filter(|entry| !entry.is_internal()).count();
    let has_module = entries.iter().any(|entry| entry.is_module());
    // The one frame that the headline and the excerpt show needs no list.
    if own + usize::from(!has_module) > 1 || !before.is_empty() {
        details.push(Piece::plain("Traceback (most recent call last):"));
        details.extend(pieces(&entries, (!has_module).then_some(origin)));
        details.extend(cause.iter().flat_map(|cause| pieces(&cause.entries, None)));
    } else {
        let frames = entries.iter().filter(|entry| entry.is_internal()).count();
        let folded = Piece::Folded {
            frames,
            whose: OURS,
        };
        details.extend((frames > 0).then_some(folded));
    }
    if let Some(cause) = &cause {
        details.extend(cause.folded.clone());
    }
    details.extend(note.map(Piece::faint));
    FailureText {
        typed,
        hints: annotations::is_cause(failure, origin)
            .then_some(annotations::HINT)
            .into_iter()
            .collect(),
        ..FailureText::of(at, headline, message, details)
    }
}

/// The line after the statement that is neither blank nor a comment: there Python misses a block, of
/// which only the beginning was sent.
fn line_after(origin: Origin<'_>) -> usize {
    let (last, first) = (origin.snippet.last_line(), origin.source.first_line);
    let lines = origin
        .source
        .text
        .lines()
        .enumerate()
        .skip(last + 1 - first);
    let mut code =
        lines.filter(|(_, line)| !line.trim().is_empty() && !line.trim().starts_with('#'));
    code.next().map_or(last, |(index, _)| index + first)
}

/// The headline and the other lines of an exception's own text.
fn said(failure: &Failure) -> (String, Vec<String>) {
    // A syntax error says line and file, which stand in front.
    let text = match failure.evalue.rsplit_once(" (<stdin>, line ") {
        Some((text, rest)) if rest.trim_end().ends_with(')') => text,
        _ => failure.evalue.trim(),
    };
    let mut lines = text.lines().map(str::to_owned);
    let headline = named(&failure.ename, &lines.next().unwrap_or_default());
    (
        headline,
        lines.filter(|line| !line.trim().is_empty()).collect(),
    )
}

/// The whole, as Python's own shell prints it.
fn typed(
    before: &str,
    entries: &[Mapped<'_>],
    cause: Option<&Cause<'_>>,
    headline: &str,
    message: &[String],
    origin: Origin<'_>,
) -> Vec<Piece> {
    let mut typed = earlier(before, origin);
    let is_syntax = entries
        .last()
        .is_some_and(|entry| entry.entry.name.is_empty());
    if !is_syntax {
        typed.push(Piece::plain("Traceback (most recent call last):"));
    }
    let has_module = entries.iter().any(|entry| entry.is_module());
    typed.extend(pieces(entries, (!has_module).then_some(origin)));
    if let Some(cause) = cause {
        typed.extend(pieces(&cause.entries, None));
        typed.extend(cause.folded.clone());
    }
    typed.push(Piece::error(headline));
    typed.extend(message.iter().map(|line| Piece::error(line.as_str())));
    typed.extend(cause.and_then(|cause| cause.note.clone()).map(Piece::faint));
    typed
}

#[cfg(test)]
mod tests;

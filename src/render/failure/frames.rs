//! Frames of Python in the user's sources, written as Python writes them.

use super::place::{Excerpt, Located, Place};
use super::trace::{self, Entry};
use super::{Origin, Piece, java};
use crate::lang::Source;

/// Whose frames are folded.
pub(super) const OURS: &str = "PySpark and Livy";

/// A frame, and the line of a source that it names.
pub(super) struct Mapped<'a> {
    pub(super) entry: Entry,
    spot: Option<(&'a Source, usize)>,
}

impl Mapped<'_> {
    pub(super) fn is_module(&self) -> bool {
        self.spot.is_some() && matches!(self.entry.name.as_str(), "<module>" | "")
    }

    pub(super) fn is_internal(&self) -> bool {
        self.spot.is_none() && trace::is_internal(&self.entry.file)
    }

    /// As Python writes it.
    fn written(&self) -> String {
        let (name, line) = match self.spot {
            Some((source, line)) => (source.name.as_deref().unwrap_or("<stdin>"), line),
            None => (self.entry.file.as_str(), self.entry.line),
        };
        let function = match self.entry.name.as_str() {
            "" => String::new(),
            name => format!(", in {name}"),
        };
        format!("  File \"{name}\", line {line}{function}")
    }

    /// The line with the marks that Python put under it, if it did.
    fn excerpt(&self) -> Option<Excerpt> {
        let (source, line) = self.spot?;
        let excerpt = Excerpt::of(source, line, None)?;
        let own: String = excerpt
            .text
            .chars()
            .take_while(|c| c.is_whitespace())
            .collect();
        let marks = self.entry.code.get(1).map(|marks| {
            let marks = marks.strip_prefix("    ").unwrap_or(marks);
            format!("{own}{marks}")
        });
        Some(Excerpt { marks, ..excerpt })
    }
}

pub(super) fn map(entry: Entry, origin: Origin<'_>) -> Mapped<'_> {
    let spot = (entry.file == "<stdin>")
        .then(|| spot_of(&entry, origin))
        .flatten();
    Mapped { entry, spot }
}

/// The innermost frame in the user's sources.
pub(super) fn located(entries: &[Mapped<'_>]) -> Option<Located> {
    entries.iter().rev().find_map(|entry| {
        let (source, line) = entry.spot?;
        Some(Located {
            place: Place::at(source, line),
            excerpt: entry.excerpt(),
        })
    })
}

fn spot_of<'a>(entry: &Entry, origin: Origin<'a>) -> Option<(&'a Source, usize)> {
    // A syntax error has no function: it is in the statement itself.
    if matches!(entry.name.as_str(), "<module>" | "") {
        let sent = crate::lang::lines_before(origin.snippet, origin.source);
        // The number is the server's: it may be any.
        let line = entry.line.checked_add(origin.snippet.first_line - 1)?;
        let line = line.checked_sub(sent)?;
        let lines = origin.snippet.first_line..=origin.snippet.last_line() + 1;
        return lines.contains(&line).then_some((origin.source, line));
    }
    origin.past.python_line(entry.line, &entry.name)
}

/// Frames as Python writes them, with the user's names and lines; those of PySpark folded. Livy
/// leaves out the frame of the statement itself: it is written where `outermost` is given.
pub(super) fn pieces(entries: &[Mapped<'_>], outermost: Option<Origin<'_>>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = outermost.map(module_frame).into_iter().collect();
    let mut frames = 0;
    let push_folded = |pieces: &mut Vec<Piece>, frames: &mut usize| {
        let folded = Piece::Folded {
            frames: std::mem::take(frames),
            whose: OURS,
        };
        pieces.extend((!matches!(folded, Piece::Folded { frames: 0, .. })).then_some(folded));
    };
    for mapped in entries {
        let entry = &mapped.entry;
        if mapped.is_internal() {
            frames += 1;
            continue;
        }
        push_folded(&mut pieces, &mut frames);
        pieces.push(Piece::plain(mapped.written()));
        match mapped.excerpt() {
            Some(excerpt) => pieces.extend(excerpt.lines("    ").map(Piece::plain)),
            None => pieces.extend(entry.code.iter().map(Piece::plain)),
        }
        pieces.extend(entry.after.iter().map(Piece::plain));
    }
    push_folded(&mut pieces, &mut frames);
    pieces
}

/// The errors that led to this one, with the frames of PySpark, Spark and the JVM folded.
pub(super) fn earlier(text: &str, origin: Origin<'_>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // What separates folded frames goes with them.
    let mut held: Vec<&str> = Vec::new();
    let mut is_in_folded = false;
    for line in text.lines() {
        // The lines below a frame are its code.
        if is_in_folded && line.starts_with("    ") {
            continue;
        }
        let frame = trace::frames(line).0.into_iter().next();
        let frame = frame.map(|entry| map(entry, origin));
        is_in_folded = frame.as_ref().is_some_and(Mapped::is_internal);
        let whose = match is_in_folded {
            true => Some(OURS),
            false => java::is_of_trace(line).then_some(java::JVM),
        };
        let separates = line.trim().is_empty() || line.starts_with("Driver stacktrace:");
        match (whose, pieces.last()) {
            (Some(whose), _) => {
                held.clear();
                pieces.push(Piece::Folded { frames: 1, whose });
            }
            (None, Some(Piece::Folded { .. })) if separates => held.push(line),
            (None, _) => {
                pieces.extend(held.drain(..).map(Piece::plain));
                let shown = frame.map_or_else(|| line.to_owned(), |frame| frame.written());
                pieces.push(Piece::plain(shown));
            }
        }
    }
    pieces.extend(held.into_iter().map(Piece::plain));
    pieces
}

fn module_frame(origin: Origin<'_>) -> Piece {
    let name = origin.source.name.as_deref().unwrap_or("<stdin>");
    let place = Place::of_statement(origin);
    let lines = match place.first_line == place.last_line {
        true => format!("line {}", place.first_line),
        false => format!("lines {}-{}", place.first_line, place.last_line),
    };
    Piece::plain(format!("  File \"{name}\", {lines}, in <module>"))
}

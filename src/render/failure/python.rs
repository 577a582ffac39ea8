//! Errors of Python: the place is the innermost frame in the user's text.

use super::place::{Excerpt, Place};
use super::trace::{self, Entry, Trace};
use super::{FailureText, Origin, Piece, java, named};
use crate::lang::Source;
use crate::livy::Failure;

const OURS: &str = "PySpark and Livy";

pub(super) fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let text = failure.traceback.concat();
    let Trace { entries, before } = trace::parse(&text, &failure.ename, &failure.evalue);
    let entries: Vec<Mapped<'_>> = entries.into_iter().map(|one| map(one, origin)).collect();
    let cause = cause_of(failure, origin);
    let in_task = cause.as_ref().and_then(|cause| cause.spot());
    let in_driver = entries.iter().rev().find_map(Mapped::spot);
    let excerpt_of_frame = |entries: &[Mapped<'_>]| {
        let innermost = entries.iter().rev().find(|entry| entry.spot().is_some());
        innermost.and_then(Mapped::excerpt)
    };
    let (place, excerpt) = match (in_task, in_driver) {
        (Some((source, line)), _) => {
            let entries = cause.as_ref().map_or(&[][..], |cause| &cause.entries);
            (Place::at(source, line), excerpt_of_frame(entries))
        }
        (None, Some((source, line))) => (Place::at(source, line), excerpt_of_frame(&entries)),
        (None, None) => {
            let place = Place::of_statement(origin);
            let excerpt = (place.first_line == place.last_line)
                .then(|| Excerpt::of(origin.source, place.first_line, None))
                .flatten();
            (place, excerpt)
        }
    };
    let (headline, message, note) = match &cause {
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
    let typed = typed(
        &before,
        &entries,
        cause.as_ref(),
        &headline,
        &message,
        origin,
    );
    let mut details = Vec::new();
    details.extend(before.lines().map(|line| earlier(line, origin)));
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
        place,
        headline,
        message: message.into_iter().map(Piece::plain).collect(),
        excerpt,
        details,
        typed,
        trap: None,
        hints: Vec::new(),
    }
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

/// A frame, and the line of a source that it names.
struct Mapped<'a> {
    entry: Entry,
    spot: Option<(&'a Source, usize)>,
}

impl<'a> Mapped<'a> {
    fn spot(&self) -> Option<(&'a Source, usize)> {
        self.spot
    }

    fn is_module(&self) -> bool {
        self.spot.is_some() && matches!(self.entry.name.as_str(), "<module>" | "")
    }

    fn is_internal(&self) -> bool {
        self.spot.is_none() && trace::is_internal(&self.entry.file)
    }

    /// As Python writes it.
    fn head(&self) -> String {
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

fn map(entry: Entry, origin: Origin<'_>) -> Mapped<'_> {
    let spot = (entry.file == "<stdin>")
        .then(|| spot_of(&entry, origin))
        .flatten();
    Mapped { entry, spot }
}

fn spot_of<'a>(entry: &Entry, origin: Origin<'a>) -> Option<(&'a Source, usize)> {
    // A syntax error has no function: it is in the statement itself.
    if matches!(entry.name.as_str(), "<module>" | "") {
        let sent = crate::lang::lines_before(origin.snippet, origin.source);
        let line = entry.line + origin.snippet.first_line - 1 - sent;
        let lines = origin.snippet.first_line..=origin.snippet.last_line() + 1;
        return lines.contains(&line).then_some((origin.source, line));
    }
    origin.past.python_line(entry.line, &entry.name)
}

/// Frames as Python writes them, with the user's names and lines; those of PySpark folded. Livy
/// leaves out the frame of the statement itself: it is written where `outermost` is given.
fn pieces(entries: &[Mapped<'_>], outermost: Option<Origin<'_>>) -> Vec<Piece> {
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
        pieces.push(Piece::plain(mapped.head()));
        match mapped.excerpt() {
            Some(excerpt) => pieces.extend(excerpt.lines("    ").map(Piece::plain)),
            None => pieces.extend(entry.code.iter().map(Piece::plain)),
        }
        pieces.extend(entry.after.iter().map(Piece::plain));
    }
    push_folded(&mut pieces, &mut frames);
    pieces
}

/// A line of an error that led to this one.
fn earlier(line: &str, origin: Origin<'_>) -> Piece {
    let (entries, _) = trace::frames(line);
    match entries.into_iter().next() {
        Some(entry) => {
            let mapped = map(entry, origin);
            Piece::plain(mapped.head())
        }
        None => Piece::plain(line),
    }
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

/// The whole, as Python's own shell prints it.
fn typed(
    before: &str,
    entries: &[Mapped<'_>],
    cause: Option<&Cause<'_>>,
    headline: &str,
    message: &[String],
    origin: Origin<'_>,
) -> Vec<Piece> {
    let mut typed: Vec<Piece> = before.lines().map(|line| earlier(line, origin)).collect();
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

/// What an error of Spark or Java comes from.
struct Cause<'a> {
    headline: String,
    message: Vec<String>,
    /// Python's frames on the executor.
    entries: Vec<Mapped<'a>>,
    /// Java's.
    folded: Vec<Piece>,
    note: Option<String>,
}

impl<'a> Cause<'a> {
    fn spot(&self) -> Option<(&'a Source, usize)> {
        self.entries.iter().rev().find_map(Mapped::spot)
    }
}

/// What is inside an error that Python code got from Java: the exception of a Python worker, or
/// Java's own.
fn cause_of<'a>(failure: &Failure, origin: Origin<'a>) -> Option<Cause<'a>> {
    const WORKER: &str = "Traceback (most recent call last):\n";
    let is_of_java = failure.ename == "Py4JJavaError" || failure.ename == "PythonException";
    if !is_of_java {
        return None;
    }
    let text = &failure.evalue;
    if let Some((head, worker)) = text.split_once(WORKER) {
        let (worker, java) = worker.split_once("\n\n\tat ").unwrap_or((worker, ""));
        let (entries, error) = trace::frames(trace::last_of(worker));
        let mut lines = error.trim().lines().map(str::to_owned);
        let frames = java.lines().filter(|line| java::is_of_trace(line)).count();
        let note = java::reduce(head.rsplit("\n: ").next().unwrap_or(head)).note;
        let note = note.unwrap_or_else(|| "it failed in a task, on an executor".to_owned());
        return Some(Cause {
            headline: lines.next()?,
            message: lines.collect(),
            entries: entries.into_iter().map(|one| map(one, origin)).collect(),
            folded: java_frames(frames),
            note: Some(note),
        });
    }
    let (_, java) = text.split_once("\n: ")?;
    let reduced = java::reduce(java);
    let of_trace = reduced.trace.iter().filter(|line| java::is_of_trace(line));
    Some(Cause {
        headline: reduced.headline.to_owned(),
        message: reduced
            .message
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        entries: Vec::new(),
        folded: java_frames(of_trace.count() + reduced.dropped),
        note: reduced.note,
    })
}

fn java_frames(mut frames: usize) -> Vec<Piece> {
    let mut folded = Vec::new();
    java::push_folded(&mut folded, &mut frames);
    folded
}

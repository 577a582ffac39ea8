//! An error in the user's coordinates: a headline with its file and line, the line itself with a
//! caret, and what else the server said, with the frames that are nobody's own folded.
//!
//! | file       | duty                                                                       |
//! |------------|----------------------------------------------------------------------------|
//! | `annotations` | annotations that a program asked not to be looked at, and that Livy looks at |
//! | `cause`    | what an error that Python got from Spark or Java comes from                |
//! | `compiler` | messages of Scala's compiler, and the line and column that each means      |
//! | `frames`   | Python's frames in the user's sources                                      |
//! | `java`     | exceptions of Java: the headline, the causes, the frames folded            |
//! | `place`    | a file and its lines, and a line with a caret                              |
//! | `printed`  | what a statement of Scala had printed before it failed                     |
//! | `python`   | errors of Python                                                           |
//! | `r`        | errors of R                                                                |
//! | `scala`    | errors of Scala                                                            |
//! | `sql`      | errors of SQL                                                              |
//! | `trace`    | a traceback of Python as data                                              |
//! | `traps`    | answers that mean something else than they say                             |

mod annotations;
mod cause;
mod compiler;
mod frames;
mod java;
mod place;
mod printed;
mod python;
mod r;
mod scala;
mod sql;
mod trace;
mod traps;

pub use place::Place;
pub use printed::untangle;
pub use traps::Trap;

use super::sanitize::sanitize;
use super::{Line, Role};
use crate::lang::{Feeding, Language, Past, Snippet, Source};
use crate::livy::Failure;
use place::{Excerpt, Located};
use traps::trap;

/// What was run, and the text it is from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    pub snippet: &'a Snippet,
    pub source: &'a Source,
    /// How the server gave Scala to its compiler.
    pub feeding: Feeding,
    /// All that the session was given, this statement included.
    pub past: &'a Past,
}

/// A part of what is said of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(Role, String),
    /// Frames that are not the user's.
    Folded {
        frames: usize,
        whose: &'static str,
    },
}

impl Piece {
    fn plain(text: impl Into<String>) -> Piece {
        Piece::Text(Role::Plain, text.into())
    }

    fn faint(text: impl Into<String>) -> Piece {
        Piece::Text(Role::Faint, text.into())
    }

    fn error(text: impl Into<String>) -> Piece {
        Piece::Text(Role::Error, text.into())
    }
}

/// What an error says.
#[derive(Debug, PartialEq, Eq)]
pub struct FailureText {
    pub place: Place,
    /// What went wrong, in one line.
    pub headline: String,
    /// The other lines of the message.
    message: Vec<Piece>,
    excerpt: Option<Excerpt>,
    details: Vec<Piece>,
    /// The whole as the language's own shell prints it.
    typed: Vec<Piece>,
    pub trap: Option<Trap>,
    /// What to do.
    pub hints: Vec<&'static str>,
}

impl FailureText {
    /// What most shells print: the headline, the message, then all else.
    fn of(at: Located, headline: String, message: Vec<String>, details: Vec<Piece>) -> FailureText {
        let mut typed = vec![Piece::error(headline.as_str())];
        typed.extend(message.iter().map(|line| Piece::error(line.as_str())));
        typed.extend(details.clone());
        FailureText {
            place: at.place,
            headline,
            message: message.into_iter().map(Piece::plain).collect(),
            excerpt: at.excerpt,
            details,
            typed,
            trap: None,
            hints: Vec::new(),
        }
    }

    /// The server's words mean something else: that is said first.
    fn trapped(self, trap: Trap) -> FailureText {
        let said = Piece::faint(format!("the server said: {}", self.headline));
        FailureText {
            headline: trap.what().to_owned(),
            message: vec![said.clone()],
            details: Vec::new(),
            typed: vec![Piece::error(trap.what()), said],
            trap: Some(trap),
            hints: trap.hint().into_iter().collect(),
            ..self
        }
    }

    /// For a script: the headline at its place, the line with a caret, what else was said.
    pub fn for_script(&self) -> Vec<Line> {
        let place = sanitize(&self.place.to_string()).into_owned();
        let headline = Line::of(Role::Strong, format!("{place}: "));
        let mut lines = vec![headline.then(Role::Error, self.headline.as_str())];
        lines.extend(self.message.iter().map(|piece| line_of(piece, "")));
        if let Some(excerpt) = &self.excerpt {
            lines.extend(excerpt.lines("    ").map(Line::plain));
        }
        lines.extend(self.details.iter().map(|piece| line_of(piece, "")));
        lines
    }

    /// For a prompt: as the language's own shell prints it.
    pub fn for_prompt(&self) -> Vec<Line> {
        let how = " (:trace shows them)";
        self.typed.iter().map(|piece| line_of(piece, how)).collect()
    }
}

fn line_of(piece: &Piece, how: &str) -> Line {
    match piece {
        Piece::Text(role, text) => Line::of(*role, text.as_str()),
        Piece::Folded { frames, whose } => {
            let plural = if *frames == 1 { "" } else { "s" };
            Line::faint(format!("... {frames} frame{plural} of {whose}{how}"))
        }
    }
}

/// An error in words, filtered for a terminal.
pub fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let clean = Failure {
        ename: sanitize(failure.ename.trim()).into_owned(),
        evalue: sanitize(&failure.evalue).into_owned(),
        traceback: vec![sanitize(&traceback(failure)).into_owned()],
        printed: None,
    };
    let mut text = match origin.snippet.language {
        Language::Scala => scala::failure(&clean, origin),
        Language::Python => python::failure(&clean, origin),
        Language::Sql => sql::failure(&clean, origin),
        Language::R => r::failure(&clean, origin),
    };
    text.details = merged(text.details);
    text.typed = merged(text.typed);
    match trap(failure, origin.snippet) {
        Some(trap) => text.trapped(trap),
        None => text,
    }
}

/// Folded frames that follow each other are told once.
fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        if let Piece::Folded {
            frames: more,
            whose,
        } = &piece
            && let Some(Piece::Folded {
                frames,
                whose: last,
            }) = merged.last_mut()
        {
            *frames = frames.saturating_add(*more);
            if *last != *whose {
                *last = "PySpark, Spark and the JVM";
            }
            continue;
        }
        merged.push(piece);
    }
    merged
}

/// All that the server said of an error, filtered for a terminal.
pub fn whole(failure: &Failure) -> String {
    let trace = traceback(failure);
    let (ename, evalue) = (failure.ename.trim(), failure.evalue.trim_end());
    let last_line = evalue.lines().last().unwrap_or(evalue);
    let head = match ename {
        // Python's traceback ends in the error itself.
        _ if trace.contains("Traceback (most recent call last)") && trace.contains(last_line) => {
            String::new()
        }
        "Error" | "" => format!("{evalue}\n"),
        _ => format!("{ename}: {evalue}\n"),
    };
    sanitize(&format!("{head}{}", trace.trim_end()))
        .trim_end()
        .to_owned()
}

/// Scala's and Python's lines carry their newlines, SQL's do not.
fn traceback(failure: &Failure) -> String {
    let mut text = String::new();
    for line in &failure.traceback {
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

/// `ename: text`, or what of the two is there.
fn named(ename: &str, text: &str) -> String {
    match (ename.is_empty() || ename == "Error", text.is_empty()) {
        (true, _) => text.to_owned(),
        (false, true) => ename.to_owned(),
        (false, false) => format!("{ename}: {text}"),
    }
}

#[cfg(test)]
mod testing {
    //! What the tests of the languages share.

    use super::*;
    use crate::lang::split;

    /// The failure of the last statement of a text, of which all others have run.
    pub(super) fn told(
        language: Language,
        name: Option<&str>,
        text: &str,
        feeding: Feeding,
        failure: &Failure,
    ) -> FailureText {
        let source = Source::new(name.map(str::to_owned), text);
        let mut past = Past::default();
        let snippets = split(language, text);
        for (number, snippet) in snippets.iter().enumerate() {
            past.note(&source, snippet, Some(number.to_string()));
        }
        let origin = Origin {
            snippet: snippets.last().unwrap(),
            source: &source,
            feeding,
            past: &past,
        };
        super::failure(failure, origin)
    }

    pub(super) fn error(ename: &str, evalue: &str, traceback: &[&str]) -> Failure {
        Failure {
            ename: ename.to_owned(),
            evalue: evalue.to_owned(),
            traceback: traceback.iter().map(|line| (*line).to_owned()).collect(),
            printed: None,
        }
    }

    pub(super) fn texts(lines: &[Line]) -> Vec<String> {
        lines.iter().map(Line::text).collect()
    }
}

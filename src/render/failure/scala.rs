//! Errors of Scala: of the compiler, and exceptions with the frames that the interpreter leaves.

use super::compiler::{Finder, Message, messages};
use super::place::{Located, Place};
use super::{FailureText, Origin, Piece, java, named};
use crate::lang::{Feeding, Source};
use crate::livy::Failure;
use crate::render::Role;

/// The columns by which the interpreter moves a line of code to the right.
const INDENT: &str = "       ";

pub(super) fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let text = format!("{}\n{}", failure.evalue.trim(), failure.traceback.concat());
    let (messages, others) = messages(&text);
    let (warnings, others): (Vec<&str>, Vec<&str>) = others
        .iter()
        .partition(|line| line.starts_with("warning: "));
    let mut notes: Vec<Piece> = warnings.iter().map(|line| Piece::faint(*line)).collect();
    let finder = Finder::new(origin.snippet, &messages, origin.feeding);
    let mut errors = Vec::new();
    for message in &messages {
        let found = Found::of(message, &finder, origin);
        match found.message.is_error {
            true => errors.push(found),
            false => notes.extend(found.pieces(Role::Faint, false)),
        }
    }
    match errors.is_empty() {
        false => of_compiler(&errors, &others, notes),
        true => exception(&others.join("\n"), &failure.ename, origin, notes),
    }
}

/// A message of the compiler at its place.
struct Found<'a> {
    message: &'a Message,
    at: Located,
}

impl<'a> Found<'a> {
    fn of(message: &'a Message, finder: &Finder<'_>, origin: Origin<'_>) -> Found<'a> {
        let (snippet, source) = (origin.snippet, origin.source);
        let Some(spot) = finder.find(message) else {
            let at = Located::of_statement(origin);
            return Found { message, at };
        };
        let line = snippet.first_line + spot.line;
        let first_column = if spot.line == 0 {
            snippet.first_column
        } else {
            0
        };
        let mut at = Located::at(source, line, Some(first_column + spot.column));
        if spot.is_unsure {
            at.place = Place::of_statement(origin);
        }
        Found { message, at }
    }

    /// As the compiler writes it, with the lines of the source.
    fn pieces(&self, role: Role, at_prompt: bool) -> Vec<Piece> {
        let kind = if self.message.is_error {
            "error"
        } else {
            "warning"
        };
        let place = match &self.at.place.name {
            Some(_) if !at_prompt => self.at.place.to_string(),
            _ => format!("<console>:{}", self.at.place.first_line),
        };
        let mut pieces = vec![Piece::Text(
            role,
            format!("{place}: {kind}: {}", self.message.text),
        )];
        let more = self.message.more.iter().cloned();
        let excerpt = self
            .at
            .excerpt
            .iter()
            .flat_map(|excerpt| excerpt.moved_lines(INDENT));
        pieces.extend(more.chain(excerpt).map(|line| Piece::Text(role, line)));
        pieces
    }
}

fn of_compiler(errors: &[Found<'_>], others: &[&str], notes: Vec<Piece>) -> FailureText {
    let (first, more) = (&errors[0], &errors[1..]);
    let others = others.iter().filter(|line| !line.trim().is_empty());
    let others = others.map(|line| Piece::plain(*line));
    let again = more
        .iter()
        .flat_map(|error| error.pieces(Role::Plain, false));
    let typed = errors
        .iter()
        .flat_map(|error| error.pieces(Role::Error, true));
    let headline = format!("error: {}", first.message.text);
    let details = again.chain(others.clone()).chain(notes.clone()).collect();
    FailureText {
        typed: typed.chain(others).chain(notes).collect(),
        ..FailureText::of(
            first.at.clone(),
            headline,
            first.message.more.clone(),
            details,
        )
    }
}

fn exception(text: &str, ename: &str, origin: Origin<'_>, notes: Vec<Piece>) -> FailureText {
    let reduced = java::reduce(text.trim_end());
    let headline = named(ename, reduced.headline);
    let spot = reduced
        .trace
        .iter()
        .find_map(|line| frame_spot(line, origin));
    let at = match spot {
        Some((source, line)) => Located::at(source, line, None),
        None => Located::of_statement(origin),
    };
    let show = |line: &str| shown_frame(line, origin);
    let mut details = java::fold(reduced.trace.iter().copied(), show);
    add_folded(&mut details, reduced.dropped);
    details.extend(reduced.note.map(Piece::faint));
    details.extend(notes);
    let message = reduced.message.iter().map(|line| (*line).to_owned());
    FailureText::of(at, headline, message.collect(), details)
}

fn add_folded(pieces: &mut Vec<Piece>, more: usize) {
    match pieces.last_mut() {
        Some(Piece::Folded { frames, .. }) => *frames = frames.saturating_add(more),
        _ => java::push_folded(pieces, &mut { more }),
    }
}

/// The line that a frame of the interpreter names, where the server counts as the source does: in a
/// frame `at f(<console>:3)` the lines of the statement that failed, in
/// `at f(<console>:3 in statement 7)` those of that one.
fn frame_spot<'a>(line: &str, origin: Origin<'a>) -> Option<(&'a Source, usize)> {
    if origin.feeding != Feeding::Whole {
        return None;
    }
    let (_, rest) = line.split_once("(<console>:")?;
    let inside = rest.strip_suffix(')')?;
    match inside.split_once(" in statement ") {
        None => {
            let number: usize = inside.parse().ok()?;
            let line = number.checked_add(origin.snippet.first_line - 1)?;
            let lines = origin.snippet.first_line..=origin.snippet.last_line();
            lines.contains(&line).then_some((origin.source, line))
        }
        Some((number, statement)) => {
            let number: usize = number.parse().ok()?;
            let (source, ran) = origin.past.statement(statement)?;
            let line = number.checked_add(ran.offset)?;
            ran.lines.contains(&line).then_some((source, line))
        }
    }
}

fn shown_frame(line: &str, origin: Origin<'_>) -> String {
    let Some((source, number)) = frame_spot(line, origin) else {
        return line.to_owned();
    };
    let (before, _) = line.split_once("(<console>:").unwrap_or((line, ""));
    let name = source.name.as_deref().unwrap_or("<console>");
    format!("{before}({name}:{number})")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{error, texts, told};
    use super::*;
    use crate::lang::Language;

    fn script(text: &str, feeding: Feeding, evalue: &str, traceback: &[&str]) -> Vec<String> {
        let failure = error("Error", evalue, traceback);
        let text = told(Language::Scala, Some("a.scala"), text, feeding, &failure);
        texts(&text.for_script())
    }

    const MISMATCH: [&str; 4] = [
        " found   : String(\"a\")\n",
        " required: Int\n",
        "       val x: Int = \"a\"\n",
        "                    ^\n",
    ];

    #[test]
    fn an_error_of_the_compiler_stands_at_its_line() {
        let text = "val y = 1\n  val x: Int = \"a\"\n";
        let evalue = "<console>:22: error: type mismatch;";
        assert_eq!(
            script(text, Feeding::ByLine, evalue, &MISMATCH),
            [
                "a.scala:2: error: type mismatch;",
                " found   : String(\"a\")",
                " required: Int",
                "    val x: Int = \"a\"",
                "                 ^",
            ]
        );
    }

    #[test]
    fn at_a_prompt_lines_are_those_of_the_block() {
        let failure = error("Error", "<console>:22: error: type mismatch;", &MISMATCH);
        let text = "val y = 1\nval x: Int = \"a\"";
        let text = told(Language::Scala, None, text, Feeding::ByLine, &failure);
        assert_eq!(
            texts(&text.for_prompt()),
            [
                "<console>:2: error: type mismatch;",
                " found   : String(\"a\")",
                " required: Int",
                "       val x: Int = \"a\"",
                "                    ^",
            ]
        );
    }

    #[test]
    fn numbers_of_the_server_may_be_any() {
        let most = usize::MAX;
        let trace = [
            format!("  at f(<console>:{most} in statement 1)\n"),
            format!("  at g(<console>:{most})\n"),
            "  at h(<console>:0)\n".to_owned(),
            format!("  ... {most} elided\n"),
            format!("  ... {most} more\n"),
        ];
        let trace: Vec<&str> = trace.iter().map(String::as_str).collect();
        let evalue = "java.lang.ArithmeticException: / by zero";
        let shown = script("val a = 1\nval b = 1/0", Feeding::Whole, evalue, &trace);
        assert_eq!(shown[0], format!("a.scala:2: {evalue}"));
        assert_eq!(shown[5], format!("... {most} frames of Spark and the JVM"));
    }

    #[test]
    fn one_of_several_equal_lines_is_not_guessed() {
        let text = "def f() = {\n  foo\n  1\n  foo\n}";
        let evalue = "<console>:25: error: not found: value foo";
        let trace = ["         foo\n", "         ^\n"];
        assert_eq!(
            script(text, Feeding::ByLine, evalue, &trace),
            [
                "a.scala:1-5: error: not found: value foo",
                "    foo",
                "    ^"
            ]
        );
    }

    #[test]
    fn warnings_are_told_after_the_error() {
        let evalue = "<console>:22: warning: odd";
        let trace = [
            "       def f(x: Any) = x.foo\n",
            "           ^\n",
            "<console>:22: error: value foo is not a member of Any\n",
            "       def f(x: Any) = x.foo\n",
            "                         ^\n",
        ];
        assert_eq!(
            script("def f(x: Any) = x.foo", Feeding::ByLine, evalue, &trace),
            [
                "a.scala:1: error: value foo is not a member of Any",
                "    def f(x: Any) = x.foo",
                "                      ^",
                "a.scala:1: warning: odd",
                "       def f(x: Any) = x.foo",
                "           ^",
            ]
        );
        let summary = "warning: one deprecation (since 2.12.0); for details, enable `:setting`";
        let trace = [
            "java.lang.ArithmeticException: / by zero\n",
            "  ... 51 elided\n",
        ];
        assert_eq!(
            script("val z = 1/0", Feeding::ByLine, summary, &trace),
            [
                "a.scala:1: java.lang.ArithmeticException: / by zero",
                "    val z = 1/0",
                "... 51 frames of Spark and the JVM",
                summary,
            ]
        );
    }

    #[test]
    fn an_exception_stands_at_its_statement_where_no_line_is_known() {
        let trace = ["  at f(<console>:24)\n", "  ... 51 elided\n"];
        let evalue = "java.lang.ArithmeticException: / by zero";
        assert_eq!(
            script("val a = 1\n\nf(\n  4)", Feeding::ByLine, evalue, &trace),
            [
                "a.scala:3-4: java.lang.ArithmeticException: / by zero",
                "  at f(<console>:24)",
                "... 51 frames of Spark and the JVM",
            ]
        );
    }

    #[test]
    fn a_server_that_counts_gives_the_line() {
        let trace = [
            "  at f(<console>:2 in statement 0)\n",
            "  at .<init>(<console>:2)\n",
            "  ... 38 elided\n",
        ];
        let text = "def f(x: Int) = {\n  x / 0\n}\nval b = {\n  f(1)\n}";
        let evalue = "java.lang.ArithmeticException: / by zero";
        assert_eq!(
            script(text, Feeding::Whole, evalue, &trace),
            [
                "a.scala:2: java.lang.ArithmeticException: / by zero",
                "    x / 0",
                "  at f(a.scala:2)",
                "  at .<init>(a.scala:5)",
                "... 38 frames of Spark and the JVM",
            ]
        );
    }
}

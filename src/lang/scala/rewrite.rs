//! Scala for a compiler that is fed line by line, as Apache Livy feeds it.
//!
//! Livy gives the interpreter the first line, and adds the next one for as long as the parser finds
//! the text incomplete; a line that could be the end is taken for the end. Inside brackets that does
//! no harm. Elsewhere each line break is put into a block comment that spans it: what is unclosed
//! is incomplete, so that the lines stay together, while for the scanner of the compiler a line
//! break in a comment is the same line break. No token changes and no line moves; between statements
//! of one unit comes a semicolon.

use super::statements;
use super::tokens::{Kind, Scan, Token, scan};
use crate::lang::lexer::Ended;
use std::borrow::Cow;

/// The same program; as it is where it has no end of its own.
pub(in crate::lang) fn for_line_feeding(code: &str) -> Cow<'_, str> {
    if let Some(value) = magic_of(code) {
        // Livy's magics show the result of the line before, whatever they name.
        return Cow::Owned(format!("{value}\n{code}"));
    }
    if !code.contains('\n') {
        return Cow::Borrowed(code);
    }
    let scan = scan(code);
    if scan.ended == Ended::AtEnd {
        return Cow::Borrowed(code);
    }
    join(code, &scan)
}

/// The value that a line `%json VALUE` or `%table VALUE` shows.
fn magic_of(code: &str) -> Option<&str> {
    let rest = code.strip_prefix("%json ").or(code.strip_prefix("%table "));
    rest.filter(|value| !value.contains('\n'))
}

fn join<'a>(code: &'a str, scan: &Scan<'a>) -> Cow<'a, str> {
    let starts: Vec<usize> = statements(scan).iter().map(|range| range.start).collect();
    let mut starts = starts.into_iter().peekable();
    let mut joined = String::new();
    let mut copied = 0;
    let mut depth = 0usize;
    let mut before: Option<&Token<'_>> = None;
    for token in scan.tokens.iter().filter(|one| one.kind != Kind::Newline) {
        let begins = starts.next_if(|start| *start <= token.start).is_some();
        if let Some(before) = before
            && depth == 0
        {
            let gap = &code[before.end()..token.start];
            if gap.contains('\n') {
                joined.push_str(&code[copied..before.end()]);
                push_gap(&mut joined, gap, begins);
                copied = token.start;
            }
        }
        match token.kind {
            Kind::Open => depth += 1,
            // With one too many nothing of the block is to run: the parser must see it whole.
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = Some(token);
    }
    if copied == 0 {
        return Cow::Borrowed(code);
    }
    joined.push_str(&code[copied..]);
    Cow::Owned(joined)
}

/// Blanks, comments and line breaks between two tokens, as one comment with the same line breaks.
/// The token after it keeps its column where there is room.
fn push_gap(joined: &mut String, gap: &str, begins_statement: bool) {
    joined.push_str(" /*");
    let mut lines = gap.split('\n');
    lines.next();
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        joined.push('\n');
        if lines.peek().is_some() {
            // The parser looks for blank lines also in comments: one that is not stays so.
            if !line.trim().is_empty() {
                joined.push_str("//");
            }
            continue;
        }
        joined.push_str("*/");
        let mut column = 2;
        if begins_statement {
            // The interpreter looks back from a last expression to a semicolon or a line break.
            joined.push(';');
            column += 1;
        }
        let room = line.chars().count().saturating_sub(column);
        joined.extend(std::iter::repeat_n(' ', room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_between_tokens_go_into_comments() {
        for (code, expected) in [
            ("f(1)\n    .g", "f(1) /*\n*/  .g"),
            ("f // c /* */\n.g // d", "f /*\n*/.g // d"),
            ("f\n\n  // c\n  .g", "f /*\n\n//\n*/.g"),
            ("f /* a\n b */ .g", "f /*\n*/    .g"),
            ("if (a) {\n 1\n}\nelse 2", "if (a) {\n 1\n} /*\n*/else 2"),
            ("1 +\n2", "1 + /*\n*/2"),
            ("class A\nobject A", "class A /*\n*/;object A"),
            ("val a = 1;\nval b = 2", "val a = 1; /*\n*/;val b = 2"),
            ("val a = 1; val b = 2", "val a = 1; val b = 2"),
            ("f(\n 1)", "f(\n 1)"),
            ("\"\"\"a\n.b\"\"\"\n.c", "\"\"\"a\n.b\"\"\" /*\n*/.c"),
            ("f\r\n.g", "f /*\n*/.g"),
        ] {
            assert_eq!(for_line_feeding(code), expected, "{code}");
        }
    }

    #[test]
    fn what_does_not_end_is_left_alone() {
        for code in ["f\n/* c", "val s = \"\"\"\n"] {
            assert!(matches!(for_line_feeding(code), Cow::Borrowed(same) if same == code));
        }
        // Nothing of a broken block runs.
        assert_eq!(for_line_feeding("f\ng)\nh"), "f /*\n*/;g) /*\n*/;h");
    }

    #[test]
    fn a_magic_follows_the_value_that_it_shows() {
        assert_eq!(for_line_feeding("%json x"), "x\n%json x");
        assert_eq!(for_line_feeding("%x"), "%x");
    }
}

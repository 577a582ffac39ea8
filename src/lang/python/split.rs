//! Where Python's statements stand: by indentation, and at `;` between simple ones. The margin that
//! all lines of a pasted block share counts for nothing.

use super::brackets::semicolons;
use super::{Lines, LogicalLine, Strings, begins_statement_at, completeness, is_magic};
use crate::lang::Completeness;
use crate::lang::lexer::Cursor;
use std::ops::Range;

/// The statements' places, and the white space that every logical line begins with.
pub(in crate::lang) fn statements(source: &str) -> (Vec<Range<usize>>, &str) {
    let lines: Vec<LogicalLine<'_>> = Lines::of(source).collect();
    let margin = margin(source, &lines);
    let mut statements: Vec<Range<usize>> = Vec::new();
    let mut before = None;
    for line in &lines {
        let begins = begins_statement_at(margin.len(), line, before);
        before = Some(line);
        match statements.last_mut() {
            Some(last) if !begins => last.end = line.range.end,
            // What a decorator is for may be its next line.
            _ if line.is_compound()
                || line.is_decorator()
                || is_magic(&source[line.range.clone()]) =>
            {
                statements.push(line.range.clone());
            }
            _ => statements.extend(simple_statements(source, line.range.clone())),
        }
    }
    (statements, margin)
}

/// A statement without the margin on its lines; what stands in strings stays as it is.
pub(in crate::lang) fn without_margin(code: &str, margin: &str) -> String {
    if margin.is_empty() {
        return code.to_owned();
    }
    let mut text = String::with_capacity(code.len());
    let mut cursor = Cursor::new(code);
    let mut strings = Strings::new();
    while let Some(c) = cursor.peek() {
        let start = cursor.position;
        match c {
            '\'' | '"' => {
                strings.skip(&mut cursor);
            }
            '#' => cursor.skip_line(),
            _ => {
                cursor.next();
            }
        }
        text.push_str(&code[start..cursor.position]);
        if c == '\n' {
            // A line that continues another may stand further to the left.
            let rest = cursor.rest().bytes();
            let shared = rest.zip(margin.bytes()).take_while(|(a, b)| a == b);
            cursor.position += shared.count();
        }
    }
    text
}

/// Whether a block is complete that may stand away from the margin.
pub(in crate::lang) fn completeness_at_margin(code: &str) -> Completeness {
    let first = code.lines().find(|line| !line.trim().is_empty());
    if !first.is_some_and(|line| line.starts_with([' ', '\t'])) {
        return completeness(code);
    }
    let lines: Vec<LogicalLine<'_>> = Lines::of(code).collect();
    let margin = margin(code, &lines);
    // As if a line stood before it, so that its first one loses the margin, too.
    match completeness(&without_margin(&format!("\n{code}"), margin)[1..]) {
        Completeness::Incomplete { indent } => Completeness::Incomplete {
            indent: indent + margin.len(),
        },
        Completeness::Complete => Completeness::Complete,
        Completeness::Invalid => Completeness::Invalid,
    }
}

fn margin<'a>(source: &'a str, lines: &[LogicalLine<'_>]) -> &'a str {
    let indents = lines
        .iter()
        .map(|line| &source[line.range.start - line.indent..line.range.start]);
    let shared = |a: &'a str, b: &'a str| {
        let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b);
        &a[..same.count()]
    };
    indents.reduce(shared).unwrap_or("")
}

/// A line's statements, each of which echoes. Where there is nothing between two semicolons, or a
/// bracket closes none, the line is wrong, and the server shall see it whole.
fn simple_statements(source: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = vec![];
    let mut start = line.start;
    let Some(semicolons) = semicolons(&source[line.clone()]) else {
        return vec![line];
    };
    for semicolon in semicolons {
        pieces.push(start..line.start + semicolon);
        start = line.start + semicolon + 1;
    }
    pieces.push(start..line.end);
    for piece in &mut pieces {
        *piece = trimmed(source, piece.clone());
    }
    // A semicolon may end the line.
    if pieces.len() > 1 && pieces.last().is_some_and(Range::is_empty) {
        pieces.pop();
    }
    match pieces.iter().filter(|piece| piece.is_empty()).count() {
        0 => joined_where_a_line_stays_open(source, pieces),
        empty if empty == pieces.len() => Vec::new(),
        _ => vec![line],
    }
}

/// What one statement prints ends where the next one's output begins: on a line of its own. So
/// `print(a, end=""); print(b)` stays together.
fn joined_where_a_line_stays_open(source: &str, pieces: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    let mut is_open = false;
    for piece in pieces {
        let opens = leaves_a_line_open(&source[piece.clone()]);
        match joined.last_mut() {
            Some(last) if is_open => last.end = piece.end,
            _ => joined.push(piece),
        }
        is_open = opens;
    }
    joined
}

/// Whether it is a call of `print` with an argument `end`.
fn leaves_a_line_open(code: &str) -> bool {
    let arguments = code.strip_prefix("print").map(str::trim_start);
    let Some(arguments) = arguments.and_then(|rest| rest.strip_prefix('(')) else {
        return false;
    };
    let mut cursor = Cursor::new(arguments);
    let mut strings = Strings::new();
    let mut depth = 0usize;
    let mut begins_argument = true;
    while let Some(c) = cursor.peek() {
        if begins_argument && depth == 0 && is_named(cursor.rest(), "end") {
            return true;
        }
        begins_argument = c == ',' || (begins_argument && c.is_whitespace());
        match c {
            '\'' | '"' => {
                strings.skip(&mut cursor);
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return false,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        cursor.next();
    }
    false
}

/// Whether an argument is given by that name.
fn is_named(argument: &str, name: &str) -> bool {
    let sign = argument.strip_prefix(name).map(str::trim_start);
    let value = sign.and_then(|sign| sign.strip_prefix('='));
    value.is_some_and(|value| !value.starts_with('='))
}

fn trimmed(source: &str, range: Range<usize>) -> Range<usize> {
    let text = &source[range.clone()];
    let start = range.end - text.trim_start().len();
    start..start + text.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(source: &str) -> Vec<&str> {
        let (ranges, _) = statements(source);
        ranges.into_iter().map(|range| &source[range]).collect()
    }

    #[test]
    fn a_print_that_leaves_its_line_open_keeps_what_follows() {
        for line in [
            "print(a, end=''); b",
            "print (end = '', sep=f(x)); b",
            "print(f(x, y), 'a)', end=' '); b",
        ] {
            assert_eq!(codes(line), [line]);
        }
        for first in [
            "printer(send=1)",
            "print(f(end=1))",
            "print(send=1)",
            "print(end == 1)",
            "print(', end=')",
            "print(a)",
            "print",
        ] {
            assert_eq!(codes(&format!("{first}; b")), [first, "b"]);
        }
    }

    #[test]
    fn a_line_that_is_wrong_stays_whole() {
        for code in ["a); b # c", "a; ] # b\n; c", "@a; b\nc"] {
            assert_eq!(codes(code)[0], code.split(" #").next().unwrap());
        }
    }

    /// What does not end as an f-string of Python 3.12 says nothing of the next one.
    #[test]
    fn each_f_string_is_read_for_itself() {
        let code = "f'{x!r:\"}'; f'{a['b']}'";
        assert_eq!(codes(code).last(), Some(&"f'{a['b']}'"));
    }

    #[test]
    fn a_magic_ends_with_its_line() {
        assert_eq!(
            codes("%json (\nx = 1\n%table '''\r\ny\n"),
            ["%json (", "x = 1", "%table '''", "y"]
        );
        let many = "%json (\n".repeat(40_000);
        assert_eq!(codes(&many).len(), 40_000);
    }
}

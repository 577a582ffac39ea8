//! Python: logical lines by brackets, quotes and backslashes; statements by indentation.
//!
//! Not looked at: expressions inside f-strings that reuse their own quote (Python 3.12).

mod scope;

use super::lexer::{Brackets, Cursor, Ended, Escape};
use super::{Completeness, indent_of, last_line};
use std::ops::Range;

pub(in crate::lang) use scope::holds;

const INDENT: usize = 4;
const CONTINUING: [&str; 4] = ["else", "elif", "except", "finally"];
const COMPOUND: [&str; 8] = ["if", "for", "while", "try", "with", "def", "class", "async"];
/// Names elsewhere, keywords where a colon ends their line.
const SOFT: [&str; 2] = ["match", "case"];
const LEAVING: [&str; 5] = ["return", "pass", "raise", "break", "continue"];

/// A line as Python counts it: it may reach over several lines of text.
struct LogicalLine<'a> {
    /// From its first character to its last one that is no comment.
    range: Range<usize>,
    indent: usize,
    /// Its first word, or its first character where it begins with none.
    head: &'a str,
    ends_in_colon: bool,
}

/// What is still open at the end of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Bracket,
    /// A triple-quoted string, or a line that ends in a backslash.
    Text,
    /// A string whose line has ended, or a bracket that matches none.
    Broken,
}

struct Scan<'a> {
    lines: Vec<LogicalLine<'a>>,
    open: Open,
}

fn scan(code: &str) -> Scan<'_> {
    let mut lines = Vec::new();
    let mut cursor = Cursor::new(code);
    let mut open = Open::Nothing;
    let mut broken = false;
    while cursor.position < code.len() {
        let indent = cursor
            .eat_while(|c| c == ' ' || c == '\t' || c == '\x0c')
            .len();
        match cursor.peek() {
            None => break,
            Some('\n' | '\r') => {
                cursor.next();
                continue;
            }
            Some('#') => {
                cursor.skip_line();
                continue;
            }
            Some(_) => {}
        }
        let (line, end) = logical_line(&mut cursor, indent);
        lines.push(line);
        broken |= end == Open::Broken;
        open = end;
    }
    if broken && open != Open::Text {
        open = Open::Broken;
    }
    Scan { lines, open }
}

/// Reads one logical line and its newline; the cursor stands on its first character.
fn logical_line<'a>(cursor: &mut Cursor<'a>, indent: usize) -> (LogicalLine<'a>, Open) {
    let start = cursor.position;
    let head = head(cursor.rest());
    let mut brackets: Brackets = Brackets::new();
    let mut end = start;
    let mut last = ' ';
    let mut open = Open::Nothing;
    while let Some(c) = cursor.peek() {
        match c {
            '\n' if brackets.depth() == 0 => {
                cursor.next();
                break;
            }
            '#' => {
                cursor.skip_line();
                continue;
            }
            '\'' | '"' => {
                let ended = string(cursor);
                (end, last) = (cursor.position, c);
                match ended {
                    Ended::Yes => {}
                    Ended::AtEnd => {
                        open = Open::Text;
                        break;
                    }
                    Ended::AtLineEnd => open = Open::Broken,
                }
                continue;
            }
            '\\' => {
                cursor.next();
                end = cursor.position;
                cursor.eat("\r");
                if cursor.peek().is_none() {
                    open = Open::Text;
                } else if cursor.peek() == Some('\n') {
                    cursor.next();
                    // The backslash may be the last thing there is.
                    if cursor.position == cursor.text.len() {
                        open = Open::Text;
                    }
                }
                last = '\\';
                continue;
            }
            '(' | '[' | '{' => brackets.push(c, ()),
            ')' | ']' | '}' if brackets.close(c).is_err() => {
                open = Open::Broken;
            }
            _ => {}
        }
        cursor.next();
        if !c.is_whitespace() {
            (end, last) = (cursor.position, c);
        }
    }
    if brackets.depth() > 0 && open == Open::Nothing {
        open = Open::Bracket;
    }
    let line = LogicalLine {
        range: start..end,
        indent,
        head,
        ends_in_colon: last == ':',
    };
    (line, open)
}

/// The word that a line begins with, or its first character.
fn head(line: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let end = line.find(|c| !is_word(c)).unwrap_or(line.len());
    match end {
        0 => &line[..line.chars().next().map_or(0, char::len_utf8)],
        _ => &line[..end],
    }
}

/// A string literal; the cursor stands on its quote. A backslash keeps a quote from ending even a
/// raw string, so prefixes need no attention.
fn string(cursor: &mut Cursor<'_>) -> Ended {
    for (triple, quote) in [("'''", "'"), ("\"\"\"", "\"")] {
        if cursor.eat(triple) {
            return cursor.skip_quoted(triple, Escape::Backslash, true);
        }
        if cursor.eat(quote) {
            let start = cursor.position;
            return match cursor.skip_quoted(quote, Escape::Backslash, false) {
                // Without its quote at the end of the text it is broken, unless a backslash
                // takes the next line in.
                Ended::AtEnd if !ends_in_backslash(&cursor.text[start..]) => Ended::AtLineEnd,
                ended => ended,
            };
        }
    }
    Ended::Yes
}

/// Whether an odd number of backslashes ends the text, with or without a newline after them.
fn ends_in_backslash(text: &str) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

impl LogicalLine<'_> {
    fn is_compound(&self) -> bool {
        COMPOUND.contains(&self.head)
            || CONTINUING.contains(&self.head)
            || (SOFT.contains(&self.head) && self.ends_in_colon)
    }

    fn is_decorator(&self) -> bool {
        self.head == "@"
    }
}

pub(super) fn completeness(code: &str) -> Completeness {
    let scan = scan(code);
    let indent = indent_of(last_line(code));
    match scan.open {
        Open::Broken => return Completeness::Invalid,
        Open::Text => return Completeness::Incomplete { indent: 0 },
        Open::Bracket => {
            let opens = last_line(code).trim_end().ends_with(['(', '[', '{']);
            let indent = indent + if opens { INDENT } else { 0 };
            return Completeness::Incomplete { indent };
        }
        Open::Nothing => {}
    }
    let Some(first) = scan.lines.first() else {
        return Completeness::Complete;
    };
    if first.indent > 0 {
        return Completeness::Invalid;
    }
    // The statement that the last line belongs to.
    let begin = scan
        .lines
        .iter()
        .rposition(|line| line.indent == 0 && !CONTINUING.contains(&line.head))
        .unwrap_or(0);
    let mut begin = begin;
    while begin > 0 && scan.lines[begin - 1].is_decorator() {
        begin -= 1;
    }
    let statement = &scan.lines[begin..];
    let last = &statement[statement.len() - 1];
    let is_compound = statement.iter().any(LogicalLine::is_compound);
    if !is_compound && !last.is_decorator() {
        return Completeness::Complete;
    }
    let ended_by_blank_line = code.ends_with('\n') || last_text_line_is_blank(code);
    let wants_more = last.ends_in_colon
        || last.is_decorator()
        || (statement
            .iter()
            .any(|line| line.head == "try" && line.indent == 0)
            && !statement
                .iter()
                .any(|line| line.indent == 0 && ["except", "finally"].contains(&line.head)));
    if ended_by_blank_line && !wants_more {
        return Completeness::Complete;
    }
    let indent = if last.ends_in_colon {
        last.indent + INDENT
    } else if LEAVING.contains(&last.head) {
        last.indent.saturating_sub(INDENT)
    } else if last.is_decorator() || statement.len() > 1 {
        last.indent
    } else {
        0
    };
    Completeness::Incomplete { indent }
}

fn last_text_line_is_blank(code: &str) -> bool {
    code.contains('\n')
        && code
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim().is_empty())
}

pub(super) fn statement_ranges(source: &str) -> Vec<Range<usize>> {
    let mut statements: Vec<Range<usize>> = Vec::new();
    let mut after_decorator = false;
    for line in scan(source).lines {
        let belongs_to_last = line.indent > 0 || CONTINUING.contains(&line.head) || after_decorator;
        after_decorator = line.is_decorator();
        match statements.last_mut() {
            Some(last) if belongs_to_last => last.end = line.range.end,
            _ => statements.push(line.range),
        }
    }
    statements
}

//! Python: logical lines by brackets, quotes and backslashes; statements by indentation.

mod brackets;
mod main_module;
mod scope;
mod split;
mod strings;

pub(super) use brackets::{after_bracket, brackets};
pub(super) use main_module::naming;
pub(super) use split::{completeness_at_margin, statements, without_margin};

use super::lexer::{Brackets, Cursor, Ended};
use super::{Completeness, indent_of, last_line};
use std::ops::Range;
use strings::Strings;

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
    first_word: &'a str,
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

/// Logical lines, one after the other.
struct Lines<'a> {
    cursor: Cursor<'a>,
    brackets: Brackets,
    strings: Strings,
    /// How the last line ended.
    open: Open,
    /// A line before it was broken.
    broken: bool,
}

impl<'a> Lines<'a> {
    fn of(code: &'a str) -> Lines<'a> {
        Lines {
            cursor: Cursor::new(code),
            brackets: Brackets::new(),
            strings: Strings::new(),
            open: Open::Nothing,
            broken: false,
        }
    }

    /// What is open at the end of the text.
    fn open(&self) -> Open {
        match self.open {
            open if !self.broken || open == Open::Text => open,
            _ => Open::Broken,
        }
    }

    /// Reads one logical line and its newline; the cursor stands on its first character.
    fn line(&mut self, indent: usize) -> LogicalLine<'a> {
        let start = self.cursor.position;
        self.brackets.clear();
        self.open = Open::Nothing;
        let mut end = start;
        loop {
            let begin = self.cursor.position;
            let found = self.cursor.skip_to(is_significant);
            let plain = self.cursor.text[begin..self.cursor.position].trim_end();
            if !plain.is_empty() {
                end = begin + plain.len();
            }
            let Some(byte) = found else { break };
            if byte == b'#' {
                self.cursor.skip_line();
                continue;
            }
            if byte == b'\n' {
                self.cursor.position += 1;
                match self.brackets.depth() {
                    0 => break,
                    _ => continue,
                }
            }
            self.significant(byte);
            end = self.cursor.position;
            if byte == b'\\' {
                self.continued();
            }
        }
        if self.brackets.depth() > 0 && self.open == Open::Nothing {
            self.open = Open::Bracket;
        }
        let text = self.cursor.text;
        LogicalLine {
            range: start..end,
            indent,
            first_word: first_word(&text[start..end]),
            ends_in_colon: text.as_bytes()[start..end].ends_with(b":"),
        }
    }

    /// Reads a magic, which ends with its line of text, whatever it leaves open. No more is read
    /// for it: many of them would read the text as often.
    fn magic(&mut self, indent: usize) -> LogicalLine<'a> {
        let start = self.cursor.position;
        self.cursor.skip_line();
        self.open = Open::Nothing;
        let text = &self.cursor.text[start..self.cursor.position];
        let line = Lines::of(text.trim_end()).line(indent);
        LogicalLine {
            range: start + line.range.start..start + line.range.end,
            ..line
        }
    }

    /// Moves past a bracket, a literal or a backslash.
    fn significant(&mut self, byte: u8) {
        let open = match byte {
            b'\'' | b'"' => match self.strings.skip(&mut self.cursor) {
                Ended::Yes => return,
                Ended::AtEnd => Open::Text,
                Ended::AtLineEnd => Open::Broken,
            },
            b')' | b']' | b'}' => match self.brackets.close(char::from(byte)) {
                Ok(()) => self.open,
                Err(()) => Open::Broken,
            },
            b'(' | b'[' | b'{' => {
                self.brackets.push(char::from(byte), ());
                self.open
            }
            _ => self.open,
        };
        self.open = open;
        if !matches!(byte, b'\'' | b'"') {
            self.cursor.position += 1;
        }
    }

    /// The newline after a backslash, which may be the last thing there is.
    fn continued(&mut self) {
        self.cursor.eat("\r");
        let at_end = self.cursor.position == self.cursor.text.len();
        let newline = self.cursor.eat("\n");
        if at_end || (newline && self.cursor.position == self.cursor.text.len()) {
            self.open = Open::Text;
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = LogicalLine<'a>;

    fn next(&mut self) -> Option<LogicalLine<'a>> {
        loop {
            let start = self.cursor.position;
            let is_blank = |byte| matches!(byte, b' ' | b'\t' | b'\x0c');
            match self.cursor.skip_to(|byte| !is_blank(byte))? {
                b'\n' | b'\r' => self.cursor.position += 1,
                b'#' => self.cursor.skip_line(),
                _ => {
                    self.broken |= self.open == Open::Broken;
                    let indent = self.cursor.position - start;
                    return Some(match is_magic(self.cursor.rest()) {
                        true => self.magic(indent),
                        false => self.line(indent),
                    });
                }
            }
        }
    }
}

fn is_significant(byte: u8) -> bool {
    let is_bracket = matches!(byte, b'(' | b'[' | b'{' | b')' | b']' | b'}');
    is_bracket || matches!(byte, b'\n' | b'#' | b'\'' | b'"' | b'\\')
}

/// Livy's `%json x` and its like. No Python begins so.
fn is_magic(line: &str) -> bool {
    let name = line.strip_prefix('%');
    name.is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic()))
}

/// The word that a line begins with, or its first character.
fn first_word(line: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let end = line.find(|c| !is_word(c)).unwrap_or(line.len());
    match end {
        0 => &line[..line.chars().next().map_or(0, char::len_utf8)],
        _ => &line[..end],
    }
}

impl LogicalLine<'_> {
    fn is_compound(&self) -> bool {
        COMPOUND.contains(&self.first_word)
            || CONTINUING.contains(&self.first_word)
            || (SOFT.contains(&self.first_word) && self.ends_in_colon)
    }

    fn is_decorator(&self) -> bool {
        self.first_word == "@"
    }
}

/// Whether more lines may belong to a statement, whatever it holds by now.
pub(super) fn is_compound(statement: &str) -> bool {
    Lines::of(statement).any(|line| line.is_compound() || line.is_decorator())
}

pub(super) fn completeness(code: &str) -> Completeness {
    let mut lines = Lines::of(code);
    let mut first_indent = None;
    // The statement that the last line belongs to.
    let mut statement: Vec<LogicalLine<'_>> = Vec::new();
    for line in lines.by_ref() {
        first_indent.get_or_insert(line.indent);
        if begins_statement(&line, statement.last()) {
            statement.clear();
        }
        statement.push(line);
    }
    let indent = indent_of(last_line(code));
    match lines.open() {
        Open::Broken => return Completeness::Invalid,
        Open::Text => return Completeness::Incomplete { indent: 0 },
        Open::Bracket => {
            let opens = last_line(code).trim_end().ends_with(['(', '[', '{']);
            let indent = indent + if opens { INDENT } else { 0 };
            return Completeness::Incomplete { indent };
        }
        Open::Nothing => {}
    }
    let Some(last) = statement.last() else {
        return Completeness::Complete;
    };
    if first_indent.is_some_and(|indent| indent > 0)
        || CONTINUING.contains(&statement[0].first_word)
    {
        return Completeness::Invalid;
    }
    let is_compound = statement.iter().any(LogicalLine::is_compound);
    if !is_compound && !last.is_decorator() {
        return Completeness::Complete;
    }
    let ended_by_blank_line = code.ends_with('\n') || last_text_line_is_blank(code);
    let wants_more = last.ends_in_colon || last.is_decorator() || has_bare_try(&statement);
    if ended_by_blank_line && !wants_more {
        return Completeness::Complete;
    }
    let indent = if last.ends_in_colon {
        last.indent + INDENT
    } else if LEAVING.contains(&last.first_word) {
        last.indent.saturating_sub(INDENT)
    } else if last.is_decorator() || statement.len() > 1 {
        last.indent
    } else {
        0
    };
    Completeness::Incomplete { indent }
}

/// Whether a `try` has no `except` or `finally` yet.
fn has_bare_try(statement: &[LogicalLine<'_>]) -> bool {
    let mut bare = Vec::new();
    for line in statement {
        // What is indented no further ends it, rightly or not.
        while bare.last().is_some_and(|indent| line.indent <= *indent) {
            bare.pop();
        }
        if line.first_word == "try" {
            bare.push(line.indent);
        }
    }
    !bare.is_empty()
}

fn last_text_line_is_blank(code: &str) -> bool {
    code.contains('\n')
        && code
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim().is_empty())
}

fn begins_statement(line: &LogicalLine<'_>, before: Option<&LogicalLine<'_>>) -> bool {
    begins_statement_at(0, line, before)
}

/// The same where all lines are indented by a margin.
fn begins_statement_at(
    margin: usize,
    line: &LogicalLine<'_>,
    before: Option<&LogicalLine<'_>>,
) -> bool {
    let belongs_to_last = line.indent > margin
        || CONTINUING.contains(&line.first_word)
        || before.is_some_and(LogicalLine::is_decorator);
    !belongs_to_last || before.is_none()
}

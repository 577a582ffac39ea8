//! Scala 2: tokens, then the words and signs at line ends.
//!
//! Not looked at: XML literals, and the indentation syntax of Scala 3.

mod line;
mod rewrite;
mod tokens;
mod units;

use super::lexer::{Brackets, Ended};
use super::{Completeness, indent_of, last_line};
use std::ops::Range;
use tokens::{Kind, Scan, Token, scan};

pub(in crate::lang) use line::words;
pub(in crate::lang) use rewrite::for_line_feeding;

const INDENT: usize = 2;

const DEMANDING: [&str; 32] = [
    "abstract",
    "case",
    "catch",
    "class",
    "def",
    "do",
    "else",
    "extends",
    "final",
    "finally",
    "for",
    "forSome",
    "if",
    "implicit",
    "import",
    "lazy",
    "match",
    "new",
    "object",
    "override",
    "package",
    "private",
    "protected",
    "sealed",
    "throw",
    "trait",
    "try",
    "type",
    "val",
    "var",
    "while",
    "with",
];
const DEMANDING_SIGNS: [&str; 9] = ["=", "=>", "<-", "<:", ">:", ":", "@", "#", "<%"];
const MODIFIERS: [&str; 9] = [
    "abstract",
    "case",
    "final",
    "implicit",
    "lazy",
    "override",
    "private",
    "protected",
    "sealed",
];
/// A line that begins so continues the one before.
const CONTINUING: [&str; 8] = [
    "else", "catch", "finally", "yield", "extends", "with", "match", "forSome",
];

/// A bracket's purpose, and what waits inside it.
#[derive(Default, Clone, Copy)]
struct Frame {
    /// It holds the condition of `if`, `while` or `for`: something must follow it.
    is_header: bool,
    /// `do` blocks whose `while` has not come.
    pending_do: usize,
}

/// The state after each token of a statement.
struct Walk<'a> {
    brackets: Brackets<Frame>,
    outermost: Frame,
    mismatched: bool,
    /// The next bracket opens a header.
    header_next: bool,
    /// The last token closed a header.
    header_closed: bool,
    /// An annotation is being read: its name, then its arguments.
    annotation: bool,
    /// `def`, `val` or `var` at the top, without its `=` or body yet.
    declaration: Option<&'static str>,
    /// `class`, `trait` or `object` at the top, without its body yet.
    class_header: bool,
    at_start: bool,
    last: Option<(Kind, &'a str)>,
    /// Whether the token before the last one could end an operand.
    operand_before: bool,
    after_dot: bool,
}

impl<'a> Walk<'a> {
    fn new() -> Walk<'a> {
        Walk {
            brackets: Brackets::new(),
            outermost: Frame::default(),
            mismatched: false,
            header_next: false,
            header_closed: false,
            annotation: false,
            declaration: None,
            class_header: false,
            at_start: true,
            last: None,
            operand_before: false,
            after_dot: false,
        }
    }

    fn depth(&self) -> usize {
        self.brackets.depth()
    }

    fn frame(&mut self) -> &mut Frame {
        match self.brackets.innermost() {
            Some(frame) => frame,
            None => &mut self.outermost,
        }
    }

    fn step(&mut self, token: &Token<'a>) {
        let at_top = self.depth() == 0;
        let last_ended_operand = self.last.as_ref().is_some_and(|(kind, text)| {
            matches!(kind, Kind::Literal | Kind::Close)
                || (*kind == Kind::Word && !DEMANDING.contains(text))
        });
        self.operand_before = last_ended_operand;
        self.header_closed = false;
        match token.kind {
            Kind::Open => {
                let is_header = std::mem::take(&mut self.header_next);
                if at_top && token.text == "{" {
                    if self.declaration == Some("def") {
                        self.declaration = None;
                    }
                    self.class_header = false;
                }
                let bracket = token.text.chars().next().unwrap_or('(');
                self.brackets.push(
                    bracket,
                    Frame {
                        is_header,
                        pending_do: 0,
                    },
                );
            }
            Kind::Close => {
                let bracket = token.text.chars().next().unwrap_or(')');
                match self.brackets.close(bracket) {
                    Ok(frame) => self.header_closed = frame.is_header,
                    Err(()) => self.mismatched = true,
                }
            }
            Kind::Word => self.word(token.text, at_top),
            Kind::Operator => {
                if at_top && token.text == "=" {
                    self.declaration = None;
                }
                if token.text == "@" {
                    self.annotation = true;
                }
            }
            Kind::Literal | Kind::Comma | Kind::Dot | Kind::Semicolon | Kind::Newline => {}
        }
        let is_part_of_annotation = token.text == "@"
            || token.kind == Kind::Dot
            || (token.kind == Kind::Word
                && self
                    .last
                    .as_ref()
                    .is_some_and(|(_, text)| *text == "@" || *text == "."))
            || token.kind == Kind::Open
            || token.kind == Kind::Close
            || self.depth() > 0;
        if !is_part_of_annotation {
            self.annotation = false;
        }
        self.at_start = self.at_start
            && (MODIFIERS.contains(&token.text) || self.annotation || token.text == "]");
        self.after_dot = token.kind == Kind::Dot;
        self.last = Some((token.kind, token.text));
    }

    fn word(&mut self, word: &str, at_top: bool) {
        if self.after_dot {
            return;
        }
        match word {
            "if" | "for" => self.header_next = true,
            "while" => {
                let frame = self.frame();
                if frame.pending_do > 0 {
                    frame.pending_do -= 1;
                } else {
                    self.header_next = true;
                }
            }
            "do" => self.frame().pending_do += 1,
            "def" if at_top && self.at_start => self.declaration = Some("def"),
            "val" if at_top && self.at_start => self.declaration = Some("val"),
            "var" if at_top && self.at_start => self.declaration = Some("var"),
            "class" | "trait" | "object" if at_top && self.at_start => self.class_header = true,
            _ => {}
        }
    }

    /// Whether what was read so far cannot be the end.
    fn demands_more(&self) -> bool {
        if self.depth() > 0
            || self.header_closed
            || self.annotation
            || self.outermost.pending_do > 0
        {
            return true;
        }
        let Some((kind, text)) = &self.last else {
            return false;
        };
        match kind {
            Kind::Word => {
                (*text == "yield" || DEMANDING.contains(text)) || self.declaration.is_some()
            }
            Kind::Operator => DEMANDING_SIGNS.contains(text),
            Kind::Comma | Kind::Dot => true,
            Kind::Close => self.declaration.is_some(),
            Kind::Literal | Kind::Open | Kind::Semicolon | Kind::Newline => false,
        }
    }

    /// Whether the last token is an operator with an operand before it: a line that follows is its
    /// other operand.
    fn ends_in_infix_operator(&self) -> bool {
        matches!(self.last, Some((Kind::Operator, _))) && self.operand_before
    }

    /// Whether a token at the beginning of a line continues the statement.
    fn continues_with(&self, token: &Token<'_>) -> bool {
        match token.kind {
            Kind::Dot | Kind::Close => true,
            Kind::Word => {
                CONTINUING.contains(&token.text)
                    || (token.text == "while" && self.outermost.pending_do > 0)
            }
            Kind::Operator => matches!(token.text, "=>" | "="),
            Kind::Open => token.text == "{" && (self.class_header || self.declaration.is_some()),
            Kind::Literal | Kind::Comma | Kind::Semicolon | Kind::Newline => false,
        }
    }
}

pub(super) fn completeness(code: &str) -> Completeness {
    let scan = scan(code);
    match scan.ended {
        Ended::AtEnd => return Completeness::Incomplete { indent: 0 },
        Ended::AtLineEnd => return Completeness::Invalid,
        Ended::Yes => {}
    }
    let mut walk = Walk::new();
    for token in &scan.tokens {
        if token.kind == Kind::Semicolon && walk.depth() == 0 {
            walk = Walk::new();
        } else if token.kind != Kind::Newline {
            // A new statement begins where the splitter would begin one.
            if walk.depth() == 0
                && begins_line(&scan.tokens, token)
                && !walk_continues(&walk, token)
            {
                walk = Walk::new();
            }
            walk.step(token);
        }
        if walk.mismatched {
            return Completeness::Invalid;
        }
    }
    if !walk.demands_more() {
        return Completeness::Complete;
    }
    let line = last_line(code);
    let opens = scan
        .tokens
        .iter()
        .rfind(|token| token.kind != Kind::Newline)
        .is_some_and(|token| !matches!(token.kind, Kind::Close | Kind::Comma | Kind::Literal))
        && line_opens(line, walk.depth() == 0);
    let indent = indent_of(line) + if opens { INDENT } else { 0 };
    Completeness::Incomplete { indent }
}

fn begins_line(tokens: &[Token<'_>], token: &Token<'_>) -> bool {
    let index = tokens.partition_point(|other| other.start < token.start);
    index > 0 && tokens[index - 1].kind == Kind::Newline
}

fn walk_continues(walk: &Walk<'_>, token: &Token<'_>) -> bool {
    walk.demands_more() || walk.ends_in_infix_operator() || walk.continues_with(token)
}

/// Whether the line's end asks for an indented next one.
fn line_opens(line: &str, at_top: bool) -> bool {
    let line = line.trim_end();
    at_top || line.ends_with(['{', '(', '[']) || line.ends_with("=>") || line.ends_with('=')
}

pub(super) fn statement_ranges(source: &str) -> Vec<Range<usize>> {
    let scan = scan(source);
    units::merge(&scan, statements(&scan))
}

/// Where each statement stands by itself.
fn statements(scan: &Scan<'_>) -> Vec<Range<usize>> {
    let mut statements: Vec<Range<usize>> = Vec::new();
    let mut walk = Walk::new();
    let mut inside = false;
    let mut new_line = false;
    for token in &scan.tokens {
        let at_top = walk.depth() == 0;
        match token.kind {
            Kind::Newline => {
                new_line = true;
                continue;
            }
            Kind::Semicolon if at_top => {
                // `if (a) b; else c` is one statement; `else` then finds the last one again.
                inside = false;
                new_line = false;
                continue;
            }
            _ => {}
        }
        if inside && at_top && new_line && !walk_continues(&walk, token) {
            inside = false;
        }
        new_line = false;
        let is_else = token.is("else") && !inside && !statements.is_empty();
        if inside || is_else {
            if let Some(last) = statements.last_mut() {
                last.end = token.end();
            }
            inside = true;
        } else {
            walk = Walk::new();
            statements.push(token.start..token.end());
            inside = true;
        }
        walk.step(token);
    }
    statements
}

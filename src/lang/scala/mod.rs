//! Scala 2: tokens, then the words and signs at line ends.
//!
//! Not looked at: the indentation syntax of Scala 3.

mod brackets;
mod definition;
mod keywords;
mod line;
mod literals;
mod rewrite;
mod tokens;
mod units;
mod walk;
mod xml;

use super::lexer::Ended;
use super::{Completeness, indent_of, last_line};
use std::ops::Range;
use tokens::{Gaps, Kind, Lexer, Scan, scan};
use walk::Walk;

pub(in crate::lang) use brackets::{after_bracket, brackets};
pub(in crate::lang) use definition::definition;
pub(in crate::lang) use line::words;
pub(in crate::lang) use rewrite::for_line_feeding;

const INDENT: usize = 2;

pub(super) fn completeness(code: &str) -> Completeness {
    let mut lexer = Lexer::new(code);
    let mut walk = Walk::new();
    let mut last = None;
    for (gap, token) in Gaps::of(code, lexer.by_ref()) {
        last = Some(token.kind);
        if token.kind == Kind::Semicolon && !walk.takes_semicolon() {
            walk.restart();
            continue;
        }
        // A new statement begins where the splitter would begin one.
        if !walk.continues_with(&token, gap) {
            walk.restart();
        }
        walk.step(&token);
        if walk.mismatched {
            return Completeness::Invalid;
        }
    }
    match lexer.ended {
        Ended::AtEnd => return Completeness::Incomplete { indent: 0 },
        Ended::AtLineEnd => return Completeness::Invalid,
        Ended::Yes => {}
    }
    if !walk.demands_more() {
        return Completeness::Complete;
    }
    let line = last_line(code);
    let opens = last.is_some_and(|kind| {
        !matches!(kind, Kind::Close | Kind::Comma | Kind::Literal)
            && line_opens(line, walk.depth() == 0)
    });
    let indent = indent_of(line) + if opens { INDENT } else { 0 };
    Completeness::Incomplete { indent }
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

/// To where more text can change nothing: the end of a statement that another follows, or a
/// semicolon.
pub(super) fn settled(source: &str) -> usize {
    let scan = scan(source);
    let mut statements = statements(&scan);
    let last_end = statements.last().map_or(0, |last| last.end);
    let mut after = scan.tokens.iter().rev();
    let semicolon = after
        .by_ref()
        .take_while(|token| token.start >= last_end)
        .find(|token| token.kind == Kind::Semicolon);
    let is_ended = scan.ended == Ended::Yes && semicolon.is_some();
    if !is_ended {
        statements.pop();
    }
    let closed = units::closed(&scan, &statements);
    match (closed, semicolon) {
        (0, _) => 0,
        (all, Some(semicolon)) if is_ended && all == statements.len() => semicolon.end(),
        (closed, _) => statements[closed - 1].end,
    }
}

/// Where each statement stands by itself.
fn statements(scan: &Scan<'_>) -> Vec<Range<usize>> {
    let mut statements: Vec<Range<usize>> = Vec::new();
    let mut walk = Walk::new();
    let mut inside = false;
    for (gap, token) in Gaps::of(scan.text, scan.tokens.iter().copied()) {
        if token.kind == Kind::Semicolon && !walk.takes_semicolon() {
            // `if (a) b; else c` is one statement; `else` then finds the last one again.
            inside = false;
            continue;
        }
        inside &= walk.continues_with(&token, gap);
        let is_else = token.is("else") && !inside;
        match statements.last_mut() {
            Some(last) if inside || is_else => last.end = token.end(),
            _ => {
                walk.restart();
                statements.push(token.start..token.end());
            }
        }
        inside = true;
        walk.step(&token);
    }
    statements
}

//! Draws rows in a frame.

use super::layout::Layout;
use crate::render::rows::Rows;
use crate::render::width::width;
use crate::render::{Line, Role, Span};
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands for what is not there.
const MORE: &str = "…";

/// Draws rows.
pub(super) struct Frame<'a> {
    layout: &'a Layout,
    rows: &'a Rows<'a>,
    /// Before which of the shown columns others are left out.
    gap: Option<usize>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(layout: &'a Layout, rows: &'a Rows<'a>) -> Frame<'a> {
        let behind = |(at, _): &(usize, usize)| *at >= layout.leaves_out.end;
        let gap = layout.shown.iter().position(behind);
        Frame {
            layout,
            rows,
            gap: gap.filter(|_| !layout.leaves_out.is_empty()),
        }
    }

    pub(super) fn rule(&self) -> String {
        let mut rule = String::new();
        for (place, (_, width)) in self.layout.shown.iter().enumerate() {
            if self.gap == Some(place) {
                rule.push_str("+-");
            }
            rule.push('+');
            rule.extend(std::iter::repeat_n('-', *width));
        }
        if self.ends_in_gap() {
            rule.push_str("+-");
        }
        rule.push('+');
        rule
    }

    fn ends_in_gap(&self) -> bool {
        self.gap.is_none() && !self.layout.leaves_out.is_empty()
    }

    /// Adds a row, and tells whether something of it is cut. What is of one role is one piece.
    pub(super) fn push_row<'t>(
        &self,
        line: &mut Line,
        text: impl Fn(usize) -> Cow<'t, str>,
        role: impl Fn(usize) -> Role,
    ) -> bool {
        let mut cut = false;
        for (place, (at, wide)) in self.layout.shown.iter().enumerate() {
            if self.gap == Some(place) {
                push(line, Role::Plain, "|…");
            }
            push(line, Role::Plain, "|");
            let whole = text(*at);
            let (text, used) = cut_to(&whole, *wide);
            cut |= matches!(text, Cow::Owned(_));
            let role = role(*at);
            match self.rows.columns[*at].is_number {
                true => {
                    push_blank(line, wide.saturating_sub(used));
                    push(line, role, &text);
                }
                false => {
                    push(line, role, &text);
                    push_blank(line, wide.saturating_sub(used));
                }
            }
        }
        if self.ends_in_gap() {
            push(line, Role::Plain, "|…");
        }
        push(line, Role::Plain, "|");
        cut
    }

    pub(super) fn end_row(&self, line: &mut Line) {
        push(line, Role::Plain, "\n");
    }
}

fn push(line: &mut Line, role: Role, text: &str) {
    match line.0.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.role == role => last.text.push_str(text),
        _ => line.0.push(Span {
            role,
            text: text.to_owned(),
        }),
    }
}

fn push_blank(line: &mut Line, columns: usize) {
    let blank = std::iter::repeat_n(' ', columns);
    match line.0.last_mut() {
        Some(last) if last.role == Role::Plain => last.text.extend(blank),
        _ => line.0.push(Span {
            role: Role::Plain,
            text: blank.collect(),
        }),
    }
}

/// As much of a text as is so wide with the sign that something is missing, and how wide it is.
fn cut_to(text: &str, wide: usize) -> (Cow<'_, str>, usize) {
    let whole = width(text);
    if whole <= wide {
        return (Cow::Borrowed(text), whole);
    }
    let mut used = MORE.width();
    let mut end = 0;
    for (at, character) in text.char_indices() {
        let next = used + character.width().unwrap_or(0);
        if next > wide {
            break;
        }
        used = next;
        end = at + character.len_utf8();
    }
    let mut cut = text[..end].to_owned();
    // Together characters may be wider than alone, such as those that become a picture.
    while width(&cut) + MORE.width() > wide && cut.pop().is_some() {}
    cut.push_str(MORE);
    let used = width(&cut);
    (Cow::Owned(cut), used)
}

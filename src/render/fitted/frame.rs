//! Draws rows in a frame.

use super::layout::Layout;
use crate::render::rows::Rows;
use crate::render::table::Texts;
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

    /// A row, and whether something of it is cut. What is of one role is one piece.
    pub(super) fn row(&self, texts: &Texts<'_>, role: impl Fn(usize) -> Role) -> (Line, bool) {
        let mut cut = false;
        let mut line = Line::default();
        for (place, (at, width)) in self.layout.shown.iter().enumerate() {
            if self.gap == Some(place) {
                push(&mut line, Role::Plain, "|…");
            }
            push(&mut line, Role::Plain, "|");
            let (text, is_cut) = cut_to(&texts[*at], *width);
            cut |= is_cut;
            let blank = " ".repeat(width - text.width());
            let role = role(*at);
            match self.rows.columns[*at].is_number {
                true => {
                    push(&mut line, Role::Plain, &blank);
                    push(&mut line, role, &text);
                }
                false => {
                    push(&mut line, role, &text);
                    push(&mut line, Role::Plain, &blank);
                }
            }
        }
        if self.ends_in_gap() {
            push(&mut line, Role::Plain, "|…");
        }
        push(&mut line, Role::Plain, "|");
        (line, cut)
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

/// As much of a text as is so wide, and whether something is missing.
fn cut_to<'a>(text: &'a str, width: usize) -> (Cow<'a, str>, bool) {
    if text.width() <= width {
        return (Cow::Borrowed(text), false);
    }
    let mut room = width.saturating_sub(MORE.width());
    let mut end = 0;
    for (at, character) in text.char_indices() {
        let wide = character.width().unwrap_or(0);
        if wide > room {
            break;
        }
        room -= wide;
        end = at + character.len_utf8();
    }
    (Cow::Owned(format!("{}{MORE}", &text[..end])), true)
}

//! Companions: a class and the object of its name must reach the compiler together.

use super::MODIFIERS;
use super::tokens::{Kind, next_token};
use crate::lang::lexer::{Cursor, Ended};
use std::ops::Range;

/// A statement, and what it defines: whether an object, and its name.
type Defining<'a> = (Range<usize>, Option<(bool, &'a str)>);

/// Joins neighbours that are companions.
pub(super) fn merge(source: &str, statements: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Defining<'_>> = Vec::new();
    for range in statements {
        let defined = defined_class(&source[range.clone()]);
        if let (Some((last, before)), Some((is_object, name))) = (merged.last_mut(), defined)
            && let Some((was_object, same)) = *before
            && same == name
            && was_object != is_object
        {
            last.end = range.end;
            *before = None;
            continue;
        }
        merged.push((range, defined));
    }
    merged.into_iter().map(|(range, _)| range).collect()
}

/// Whether a statement defines an object, and the name of what it defines.
fn defined_class(code: &str) -> Option<(bool, &str)> {
    let mut cursor = Cursor::new(code);
    let mut ended = Ended::Yes;
    let mut depth = 0usize;
    let mut annotation = false;
    loop {
        let token = next_token(&mut cursor, &mut ended, 0)?;
        match token.kind {
            Kind::Newline | Kind::Dot => {}
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            Kind::Operator if token.text == "@" => annotation = true,
            Kind::Word if annotation => annotation = false,
            Kind::Word if MODIFIERS.contains(&token.text) => {}
            Kind::Word if ["class", "trait", "object"].contains(&token.text) => {
                let name = next_token(&mut cursor, &mut ended, 0)?;
                return Some((token.text == "object", name.text));
            }
            _ => return None,
        }
    }
}

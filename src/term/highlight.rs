//! Code in colours by syntect, line by line, each line parsed once.
//!
//! A whole buffer of 1,000 lines costs 100 ms, so the states after each line are kept: a key costs
//! the line it changes.

use super::colour;
use crate::lang::Language;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use syntect::highlighting::{HighlightIterator, HighlightState, Highlighter, Theme};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

/// Longer lines cost more than they are worth.
const LONGEST_LINE: usize = 4096;

/// What lines are painted with.
#[derive(Clone, Copy)]
pub(super) struct Definitions<'a> {
    pub(super) syntaxes: &'a SyntaxSet,
    pub(super) theme: &'a Theme,
}

/// The lines that were painted last, from the first on.
#[derive(Default)]
pub struct Lines {
    /// In which language and theme.
    of: Option<(Language, Arc<Theme>)>,
    kept: Vec<KeptLine>,
}

struct KeptLine {
    text: String,
    painted: String,
    after: (ParseState, HighlightState),
}

/// A text in colours, from which its lines are taken.
pub struct Painted<'l>(&'l [KeptLine]);

impl Painted<'_> {
    /// These lines of it, each with its newline.
    pub fn lines(&self, range: Range<usize>) -> String {
        let end = range.end.min(self.0.len());
        let lines = &self.0[range.start.min(end)..end];
        let mut painted = String::with_capacity(lines.iter().map(|line| line.painted.len()).sum());
        lines
            .iter()
            .for_each(|line| painted.push_str(&line.painted));
        painted
    }

    pub fn all(&self) -> String {
        self.lines(0..self.0.len())
    }
}

impl Lines {
    /// `text` in colours, as it looks after `before`.
    pub(super) fn paint(
        &mut self,
        syntaxes: &SyntaxSet,
        theme: Arc<Theme>,
        language: Language,
        before: &str,
        text: &str,
    ) -> Painted<'_> {
        let is_same = self
            .of
            .as_ref()
            .is_some_and(|(kept, colours)| *kept == language && Arc::ptr_eq(colours, &theme));
        if !is_same {
            self.of = Some((language, theme.clone()));
            self.kept.clear();
        }
        let definitions = Definitions {
            syntaxes,
            theme: &theme,
        };
        let skipped = before.lines().count();
        let whole = match before {
            "" => Cow::Borrowed(text),
            _ if before.ends_with('\n') => Cow::Owned(format!("{before}{text}")),
            _ => Cow::Owned(format!("{before}\n{text}")),
        };
        paint_lines(definitions, language, &whole, &mut self.kept);
        Painted(&self.kept[skipped.min(self.kept.len())..])
    }
}

/// A text in colours that stands alone.
pub(super) fn paint_alone(definitions: Definitions<'_>, language: Language, text: &str) -> String {
    let mut lines = Vec::new();
    paint_lines(definitions, language, text, &mut lines);
    lines.into_iter().map(|line| line.painted).collect()
}

/// Brings the kept lines up to date with `text`: those at its beginning and at its end that are unchanged
/// stay as they are, the last of them from where the state before is unchanged, too.
fn paint_lines(
    definitions: Definitions<'_>,
    language: Language,
    text: &str,
    kept: &mut Vec<KeptLine>,
) {
    let (before, rest) = unchanged(kept, text);
    let lines: Vec<&str> = rest.split_inclusive('\n').collect();
    let behind = kept[before..].iter().rev().zip(lines.iter().rev());
    let behind = behind.take_while(|(old, line)| old.text == **line).count();
    let highlighter = Highlighter::new(definitions.theme);
    let first = || {
        let syntax = syntax_of(definitions.syntaxes, language);
        let state = HighlightState::new(&highlighter, ScopeStack::new());
        (ParseState::new(syntax), state)
    };
    let after = |count: usize| match count.checked_sub(1) {
        Some(last) => kept[last].after.clone(),
        None => first(),
    };
    let mut state = after(before);
    let mut painted = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let old = kept.len().checked_sub(lines.len() - number);
        if let Some(old) = old.filter(|_| number >= lines.len() - behind) {
            let agrees = match old.checked_sub(1) {
                Some(last) => kept[last].after == state,
                None => first() == state,
            };
            // What follows is still right.
            if agrees {
                break;
            }
        }
        painted.push(KeptLine {
            text: (*line).to_owned(),
            painted: paint_line(definitions, &highlighter, &mut state, line),
            after: state.clone(),
        });
    }
    let left = lines.len() - painted.len();
    kept.splice(before..kept.len() - left, painted);
}

/// How many lines at its beginning are kept, and what follows them.
fn unchanged<'t>(kept: &[KeptLine], text: &'t str) -> (usize, &'t str) {
    let (mut count, mut rest) = (0, text);
    for old in kept {
        match rest.strip_prefix(old.text.as_str()) {
            Some(after) if old.text.ends_with('\n') || after.is_empty() => rest = after,
            Some(_) | None => break,
        }
        count += 1;
    }
    (count, rest)
}

fn paint_line(
    definitions: Definitions<'_>,
    highlighter: &Highlighter<'_>,
    (parse, highlight): &mut (ParseState, HighlightState),
    line: &str,
) -> String {
    if line.len() > LONGEST_LINE {
        return line.to_owned();
    }
    let Ok(operations) = parse.parse_line(line, definitions.syntaxes) else {
        return line.to_owned();
    };
    let mut painted = String::with_capacity(line.len() * 2);
    for (style, piece) in HighlightIterator::new(highlight, &operations, line, highlighter) {
        match piece.strip_suffix('\n') {
            Some(piece) => {
                if !piece.is_empty() {
                    colour::push_styled(&mut painted, style, piece);
                }
                painted.push('\n');
            }
            None => colour::push_styled(&mut painted, style, piece),
        }
    }
    painted
}

fn syntax_of(syntaxes: &SyntaxSet, language: Language) -> &SyntaxReference {
    let name = match language {
        Language::Scala => "Scala",
        Language::Python => "Python",
        Language::Sql => "SQL",
        Language::R => "R",
    };
    syntaxes
        .find_syntax_by_name(name)
        .unwrap_or_else(|| syntaxes.find_syntax_plain_text())
}

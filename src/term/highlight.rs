//! Code in colours by syntect, line by line, each line parsed once.
//!
//! A whole buffer of 1,000 lines costs 100 ms, so the states after each line are kept: a key costs
//! the line it changes.

use super::colour;
use crate::lang::Language;
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

impl Lines {
    /// `text` in colours, as it looks after `before`.
    pub(super) fn paint(
        &mut self,
        syntaxes: &SyntaxSet,
        theme: Arc<Theme>,
        language: Language,
        before: &str,
        text: &str,
    ) -> String {
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
        let whole = match before.is_empty() || before.ends_with('\n') {
            true => format!("{before}{text}"),
            false => format!("{before}\n{text}"),
        };
        paint_lines(definitions, language, &whole, &mut self.kept);
        let painted: Vec<&str> = self
            .kept
            .iter()
            .skip(skipped)
            .map(|line| line.painted.as_str())
            .collect();
        painted.concat()
    }
}

/// A text in colours that stands alone.
pub(super) fn paint_alone(definitions: Definitions<'_>, language: Language, text: &str) -> String {
    let mut lines = Vec::new();
    paint_lines(definitions, language, text, &mut lines);
    lines.into_iter().map(|line| line.painted).collect()
}

/// Brings the kept lines up to date with `text`; lines whose text and state before are unchanged
/// stay as they are.
fn paint_lines(
    definitions: Definitions<'_>,
    language: Language,
    text: &str,
    kept: &mut Vec<KeptLine>,
) {
    let highlighter = Highlighter::new(definitions.theme);
    let syntax = syntax_of(definitions.syntaxes, language);
    let mut state = (
        ParseState::new(syntax),
        HighlightState::new(&highlighter, ScopeStack::new()),
    );
    let mut unchanged_before = true;
    let mut count = 0;
    for line in text.split_inclusive('\n') {
        if let Some(old) = kept.get(count)
            && unchanged_before
            && old.text == line
        {
            state = old.after.clone();
            count += 1;
            continue;
        }
        let painted = paint_line(definitions, &highlighter, &mut state, line);
        let new = KeptLine {
            text: line.to_owned(),
            painted,
            after: state.clone(),
        };
        match kept.get_mut(count) {
            // Where the states agree again, what follows is still right.
            Some(old) => {
                unchanged_before = old.after == new.after;
                *old = new;
            }
            None => kept.push(new),
        }
        count += 1;
    }
    kept.truncate(count);
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

//! What is shown of a line beside its text: colours, the matching bracket, a suggestion.

use super::narrow::Narrowing;
use super::state::{State, Wish};
use crate::lang::{self, Language};
use crate::repl::complete::Completer;
use crate::term::{Lines, Painter};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::SearchDirection;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper as RustylineHelper};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

const GHOST: &str = "\x1b[90m";
const RESET: &str = "\x1b[0m";
/// Bold and underlined, whatever the colour is.
const MARK: (&str, &str) = ("\x1b[1;4m", "\x1b[22;24m");
/// So many columns at least are worth a suggestion.
const NARROWEST: usize = 2;

#[derive(RustylineHelper)]
pub(super) struct Helper {
    pub(super) painter: Painter,
    pub(super) lines: RefCell<Lines>,
    /// Whether there are colours; without them a suggestion would look as if it had been typed.
    pub(super) enabled: bool,
    pub(super) suggests: bool,
    pub(super) language: Cell<Language>,
    /// The lines of the block before the one that is edited.
    pub(super) before: RefCell<String>,
    /// What is left of the history for what is typed.
    pub(super) narrowing: RefCell<Narrowing>,
    pub(super) prompt_width: Cell<usize>,
    /// Columns and rows of the terminal.
    pub(super) size: Cell<(usize, usize)>,
    /// The brackets that are marked.
    pub(super) pair: Cell<Option<(usize, usize)>>,
    pub(super) completer: Rc<RefCell<Completer>>,
    pub(super) state: Arc<State>,
}

impl Helper {
    /// A buffer taller than the screen would be redrawn into the scrollback at each key.
    fn fits(&self, line: &str) -> bool {
        line.bytes().filter(|byte| *byte == b'\n').count() + 1 < self.size.get().1
    }

    /// The rest of the newest entry that begins with what stands there, block and all.
    fn suggestion(&self, line: &str, context: &Context<'_>) -> Option<String> {
        let before = self.before.borrow();
        let begins = |entry: &str| {
            let entry = match before.is_empty() {
                true => entry,
                false => entry.strip_prefix(before.as_str())?.strip_prefix('\n')?,
            };
            let rest = entry.strip_prefix(line)?;
            let is_safe = |c: char| c == '\n' || !c.is_control();
            (!rest.trim().is_empty() && rest.chars().all(is_safe)).then(|| rest.to_owned())
        };
        let history = context.history();
        let mut narrowing = self.narrowing.borrow_mut();
        narrowing.find(line, history.len(), |index| {
            let found = history.get(index, SearchDirection::Reverse).ok()??;
            begins(&found.entry)
        })
    }
}

/// A suggestion: what of it is shown, and all of it.
pub(super) struct Ghost {
    shown: String,
    whole: String,
}

impl Ghost {
    /// On one row: a suggestion never moves what stands on the screen.
    fn fitting(whole: String, room: usize) -> Option<Ghost> {
        let first = whole.lines().next().unwrap_or_default();
        let mut shown = String::new();
        let mut width = 0;
        // The sign that more follows has room, too.
        for c in first.chars() {
            width += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
            if width + NARROWEST > room {
                break;
            }
            shown.push(c);
        }
        if room < NARROWEST {
            return None;
        }
        if shown.len() < whole.len() {
            shown.push_str(if shown.len() == first.len() {
                " …"
            } else {
                "…"
            });
        }
        Some(Ghost { shown, whole })
    }
}

impl Hint for Ghost {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        Some(&self.whole)
    }
}

impl Hinter for Helper {
    type Hint = Ghost;

    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<Ghost> {
        let is_wanted = self.enabled && self.suggests;
        if !is_wanted || position < line.len() || line.trim().is_empty() {
            return None;
        }
        // What was recalled is whole.
        if self.state.search().shows(line) {
            return None;
        }
        let rest = self.suggestion(line, context)?;
        let last = line.rsplit('\n').next().unwrap_or(line);
        let prompt = if line.contains('\n') {
            0
        } else {
            self.prompt_width.get()
        };
        let columns = self.size.get().0.max(1);
        let used = (prompt + last.width()) % columns;
        Ghost::fitting(rest, (columns - used).saturating_sub(1))
    }
}

impl Validator for Helper {
    fn validate(&self, _: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_cleared = self.state.wished() == Some(Wish::Clear);
        Ok(ValidationResult::Valid(is_cleared.then(|| "^C".to_owned())))
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        self.state.set_suggests(false);
        if !self.enabled {
            return Cow::Borrowed(line);
        }
        let language = self.language.get();
        let mut lines = self.lines.borrow_mut();
        let before = self.before.borrow();
        let painted = self.painter.paint(&mut lines, language, &before, line);
        let painted = painted.map_or(Cow::Borrowed(line), Cow::Owned);
        let mut marks: Vec<(usize, usize)> = match self.pair.get() {
            None => Vec::new(),
            Some((open, close)) => vec![(open, open + 1), (close, close + 1)],
        };
        if let Some(length) = self.state.match_at(line, position) {
            marks = vec![(position, position + length)];
        }
        match marks.is_empty() {
            true => painted,
            false => Cow::Owned(marked(&painted, &marks)),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        // What is said of a line that ends is no suggestion.
        if self.state.wished().is_some() {
            return Cow::Borrowed(hint);
        }
        self.state.set_suggests(true);
        Cow::Owned(format!("{GHOST}{hint}{RESET}"))
    }

    fn highlight_char(&self, line: &str, position: usize, kind: CmdKind) -> bool {
        if !self.enabled || !self.fits(line) {
            self.pair.set(None);
            return false;
        }
        let pair = match kind {
            CmdKind::ForcedRefresh => None,
            CmdKind::MoveCursor | CmdKind::Other => {
                lang::bracket_pair(self.language.get(), line, position)
            }
        };
        let has_changed = self.pair.replace(pair) != pair;
        match kind {
            CmdKind::Other => true,
            CmdKind::MoveCursor => has_changed,
            CmdKind::ForcedRefresh => false,
        }
    }
}

/// Marks ranges of the text in what is painted of it.
fn marked(painted: &str, ranges: &[(usize, usize)]) -> String {
    let mut text = String::with_capacity(painted.len() + 40);
    let mut position = 0;
    let mut characters = painted.chars();
    while let Some(c) = characters.next() {
        if c == '\x1b' {
            text.push(c);
            for c in characters.by_ref() {
                text.push(c);
                if c == 'm' {
                    break;
                }
            }
            // A piece that begins or ends takes the mark with it.
            if ranges
                .iter()
                .any(|(start, end)| *start < position && position < *end)
            {
                text.push_str(MARK.0);
            }
            continue;
        }
        if ranges.iter().any(|(start, _)| *start == position) {
            text.push_str(MARK.0);
        }
        text.push(c);
        position += c.len_utf8();
        if ranges.iter().any(|(_, end)| *end == position) {
            text.push_str(MARK.1);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_marked_in_what_is_painted() {
        assert_eq!(
            marked("\x1b[34mf\x1b[0m(é)", &[(1, 2), (4, 5)]),
            "\x1b[34mf\x1b[0m\x1b[1;4m(\x1b[22;24mé\x1b[1;4m)\x1b[22;24m"
        );
        assert_eq!(
            marked("a\x1b[34mb\x1b[0mc", &[(0, 3)]),
            "\x1b[1;4ma\x1b[34m\x1b[1;4mb\x1b[0m\x1b[1;4mc\x1b[22;24m"
        );
    }

    #[test]
    fn a_suggestion_stays_on_its_row() {
        let shown = |whole: &str, room| {
            let ghost = Ghost::fitting(whole.to_owned(), room)?;
            assert_eq!(ghost.completion(), Some(whole));
            assert!(ghost.display().width() <= room);
            Some(ghost.shown)
        };
        assert_eq!(shown(" = 1", 40).as_deref(), Some(" = 1"));
        assert_eq!(shown("abcdef", 5).as_deref(), Some("abc…"));
        assert_eq!(shown(" {\n  x\n}", 40).as_deref(), Some(" { …"));
        assert_eq!(shown("\n  x", 40).as_deref(), Some(" …"));
        assert_eq!(shown("日本語", 5).as_deref(), Some("日…"));
        assert_eq!(shown("x", 1), None);
    }
}

//! What is shown of a line beside its text: colours, the matching bracket, a suggestion.

use super::layout::{Layout, Margins};
use super::narrow::Narrowing;
use super::state::{State, Wish};
use super::view::{Buffer, Frame, View};
use crate::lang::{self, Language};
use crate::repl::complete::Completer;
use crate::term::{self, Lines, Painted, Painter};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::SearchDirection;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper as RustylineHelper};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::Range;
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
    /// How wide the prompt of a line is.
    pub(super) prompt_width: Cell<usize>,
    /// What stands there now, which a search changes, and its width.
    pub(super) prompt: RefCell<(String, usize)>,
    pub(super) view: View,
    /// Where the buffer stands.
    pub(super) layout: RefCell<Layout>,
    /// Whether what is drawn next is handed over.
    pub(super) is_handed_over: Cell<bool>,
    /// The brackets that are marked.
    pub(super) pair: Cell<Option<(usize, usize)>>,
    pub(super) completer: Rc<RefCell<Completer>>,
    pub(super) state: Arc<State>,
}

impl Helper {
    /// Whether a line goes over the screen.
    fn is_tall(&self, line: &str) -> bool {
        let prompt = self.prompt.borrow();
        let frame = self.frame(&prompt);
        self.lay_out(frame, line);
        self.layout.borrow().end().row >= frame.rows
    }

    fn frame<'p>(&self, prompt: &'p (String, usize)) -> Frame<'p> {
        let (columns, rows) = size();
        Frame {
            columns,
            rows,
            prompt: &prompt.0,
            prompt_width: prompt.1,
        }
    }

    fn lay_out(&self, frame: Frame<'_>, line: &str) {
        let margins = Margins {
            columns: frame.columns,
            prompt: frame.prompt_width,
        };
        self.layout.borrow_mut().renew(margins, line);
    }

    fn drawn<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        let prompt = self.prompt.borrow();
        let frame = self.frame(&prompt);
        self.lay_out(frame, line);
        let mut lines = self.lines.borrow_mut();
        let painted = match self.enabled {
            false => None,
            true => {
                let (language, before) = (self.language.get(), self.before.borrow());
                self.painter.paint(&mut lines, language, &before, line)
            }
        };
        let buffer = Coloured {
            text: line,
            layout: &self.layout.borrow(),
            painted,
            marks: self.marks(line, position),
        };
        let is_handed_over = self.is_handed_over.get();
        self.view.drawn(&buffer, position, frame, is_handed_over)
    }

    /// What is marked: what Ctrl-R has found, or the brackets at the cursor.
    fn marks(&self, line: &str, position: usize) -> Vec<Range<usize>> {
        if !self.enabled {
            return Vec::new();
        }
        if let Some(length) = self.state.match_at(line, position) {
            return std::iter::once(position..position + length).collect();
        }
        let pair = self.pair.get().map(|(open, close)| [open, close]);
        let brackets = pair.into_iter().flatten();
        brackets.map(|at| at..at + 1).collect()
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

/// The buffer as it is drawn.
struct Coloured<'t, 'b> {
    text: &'t str,
    layout: &'b Layout,
    painted: Option<Painted<'b>>,
    marks: Vec<Range<usize>>,
}

impl Coloured<'_, '_> {
    /// Marks what of a painted part, which begins there, is to be marked.
    fn marked<'p>(&self, painted: Cow<'p, str>, begin: usize) -> Cow<'p, str> {
        let behind = self.marks.iter().filter(|mark| mark.end > begin);
        let ranges: Vec<(usize, usize)> = behind
            .map(|mark| (mark.start.saturating_sub(begin), mark.end - begin))
            .collect();
        match ranges.is_empty() {
            true => painted,
            false => Cow::Owned(marked(&painted, &ranges)),
        }
    }
}

impl<'t> Buffer<'t> for Coloured<'t, '_> {
    fn text(&self) -> &'t str {
        self.text
    }

    fn layout(&self) -> &Layout {
        self.layout
    }

    fn whole(&self) -> Cow<'t, str> {
        let painted = self.painted.as_ref().map(Painted::all);
        self.marked(painted.map_or(Cow::Borrowed(self.text), Cow::Owned), 0)
    }

    fn lines(&self, lines: Range<usize>) -> Cow<'t, str> {
        let (begin, _) = self.layout.line(lines.start);
        let painted = match &self.painted {
            Some(painted) => Cow::Owned(painted.lines(lines)),
            None => Cow::Borrowed(&self.text[begin..]),
        };
        self.marked(painted, begin)
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
        let prompt = match line.contains('\n') {
            true => 0,
            false => self.prompt_width.get(),
        };
        let columns = size().0;
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
        self.drawn(line, position)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(
        &'s self,
        prompt: &'p str,
        is_own: bool,
    ) -> Cow<'b, str> {
        let width = match is_own {
            true => self.prompt_width.get(),
            false => prompt.width(),
        };
        self.prompt.replace((prompt.to_owned(), width));
        Cow::Borrowed(prompt)
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
        let is_handed_over = kind == CmdKind::ForcedRefresh;
        self.is_handed_over.set(is_handed_over);
        // What of a tall buffer is seen moves with the cursor.
        let is_tall = self.is_tall(line);
        if !self.enabled {
            return is_tall;
        }
        let pair = match is_handed_over {
            true => None,
            false => lang::bracket_pair(self.language.get(), line, position),
        };
        let has_changed = self.pair.replace(pair) != pair;
        match kind {
            CmdKind::Other => true,
            CmdKind::MoveCursor => has_changed || is_tall,
            CmdKind::ForcedRefresh => is_tall,
        }
    }
}

/// Columns and rows of the terminal, as they are now.
fn size() -> (usize, usize) {
    let known = |count: u16| if count == 0 { usize::MAX } else { count.into() };
    let (columns, rows) = term::size().unwrap_or_default();
    (known(columns), known(rows))
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

//! What keys do that do not only what they do in every shell.
//!
//! A key that wants something of the loop leaves its wish behind and ends the line.

use super::recall::Recall;
use super::state::{State, Wish};
use super::{Editor, Helper, tab};
use crate::term;
use rustyline::{
    Cmd, ConditionalEventHandler, EditMode, Event, EventContext, EventHandler, InputMode, KeyCode,
    KeyEvent, Modifiers, Movement, RepeatCount,
};
use std::sync::Arc;

/// What an opening bracket adds to the next line in Scala; Python's brackets close well there too.
const BRACKET_INDENT: usize = 2;

pub(super) fn bind(editor: &mut Editor<Helper, Recall>, state: &Arc<State>) {
    let key = |code, modifiers| Event::from(KeyEvent(code, modifiers));
    let plain = |code| key(code, Modifiers::NONE);
    let control = |c| key(KeyCode::Char(c), Modifiers::CTRL);
    let alt = |code| key(code, Modifiers::ALT);
    let after_x = |second| Event::KeySeq(vec![KeyEvent::ctrl('X'), second]);
    let does = |deed| {
        let state = state.clone();
        EventHandler::Conditional(Box::new(Key { deed, state }))
    };
    for bracket in ['}', ')', ']'] {
        let dedent = EventHandler::Conditional(Box::new(Dedent(bracket, state.clone())));
        editor.bind_sequence(plain(KeyCode::Char(bracket)), dedent);
    }
    let bindings = [
        (plain(KeyCode::Up), Deed::Older),
        (plain(KeyCode::Down), Deed::Newer),
        (plain(KeyCode::Char('k')), Deed::Opens),
        (control('P'), Deed::Before),
        (control('N'), Deed::After),
        (plain(KeyCode::Right), Deed::Accept),
        (control('F'), Deed::Accept),
        (plain(KeyCode::End), Deed::Accept),
        (control('E'), Deed::Accept),
        (key(KeyCode::Right, Modifiers::CTRL), Deed::AcceptWord),
        (alt(KeyCode::Right), Deed::AcceptWord),
        (alt(KeyCode::Char('f')), Deed::AcceptWord),
        (plain(KeyCode::Enter), Deed::Enter),
        (alt(KeyCode::Enter), Deed::Newline),
        (control('O'), Deed::Newline),
        (plain(KeyCode::Tab), Deed::Tab),
        (control('Z'), Deed::Suspend),
        (control('C'), Deed::Wish(Wish::Clear)),
        (after_x(KeyEvent::ctrl('E')), Deed::Wish(Wish::Edit)),
        (
            after_x(KeyEvent(KeyCode::Enter, Modifiers::NONE)),
            Deed::Wish(Wish::Submit),
        ),
    ];
    for (event, deed) in bindings {
        editor.bind_sequence(event, does(deed));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// Up: a line up; at the first an older entry that begins as the line does before the cursor.
    Older,
    Newer,
    /// `k` among the commands of vi: a line up, into the block where one stands above.
    Opens,
    /// Ctrl-P: the entry before.
    Before,
    After,
    /// Takes the whole suggestion.
    Accept,
    AcceptWord,
    /// Ends the line, or begins a new one in the midst of several.
    Enter,
    Newline,
    /// Completes; at the beginning of a line it indents.
    Tab,
    /// Stops the program until the shell goes on with it.
    Suspend,
    Wish(Wish),
}

struct Key {
    deed: Deed,
    state: Arc<State>,
}

impl ConditionalEventHandler for Key {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let (line, position) = (context.line(), context.pos());
        match self.deed {
            Deed::Older if line[..position].contains('\n') => None,
            Deed::Older if self.state.continues() && !self.shows(line) => self.wish(Wish::Reopen),
            Deed::Older => self.search(context, true, Cmd::HistorySearchBackward),
            Deed::Opens => self.opens(context),
            Deed::Before => self.search(context, false, Cmd::HistorySearchBackward),
            Deed::Newer if line[position..].contains('\n') => None,
            Deed::Newer | Deed::After if !self.shows(line) => None,
            Deed::Newer | Deed::After => self.search(context, true, Cmd::HistorySearchForward),
            Deed::Accept => self.suggestion(context, |_| Cmd::CompleteHint),
            Deed::AcceptWord => {
                self.suggestion(context, |rest| Cmd::Insert(1, first_word(rest).to_owned()))
            }
            // In the midst of a search that line runs which was found.
            Deed::Enter if self.state.match_at(line, position).is_some() => {
                self.state.forget_found();
                None
            }
            Deed::Enter => line[position..]
                .contains('\n')
                .then(|| newline(line, position)),
            Deed::Newline => Some(newline(line, position)),
            Deed::Tab => tab::indented(context, self.state.indent()),
            Deed::Suspend => {
                term::suspend();
                Some(Cmd::Repaint)
            }
            Deed::Wish(wish) => self.wish(wish),
        }
    }
}

impl Key {
    fn wish(&self, wish: Wish) -> Option<Cmd> {
        // It is the list that is left, as its own keys do it.
        if self.state.lists() {
            return Some(Cmd::Kill(Movement::BackwardChar(1)));
        }
        self.state.wish(wish);
        Some(Cmd::AcceptLine)
    }

    fn opens(&self, context: &EventContext) -> Option<Cmd> {
        let is_command =
            context.mode() == EditMode::Vi && context.input_mode() == InputMode::Command;
        let is_first = !context.line()[..context.pos()].contains('\n');
        let opens = is_command && is_first && self.state.continues();
        opens.then(|| self.wish(Wish::Reopen)).flatten()
    }

    fn shows(&self, line: &str) -> bool {
        self.state.search().shows(line)
    }

    fn search(&self, context: &EventContext, filters: bool, command: Cmd) -> Option<Cmd> {
        let mut search = self.state.search();
        search.press(context.line(), context.pos(), filters);
        Some(command)
    }

    /// What becomes of a suggestion, where one can stand behind the cursor.
    fn suggestion(&self, context: &EventContext, take: impl Fn(&str) -> Cmd) -> Option<Cmd> {
        let rest = context.hint_text()?;
        let is_at_end = context.pos() == context.line().len();
        match (is_at_end, self.state.suggests()) {
            (false, _) => None,
            (true, true) => Some(take(rest)),
            // What nobody sees is not taken: it is shown.
            (true, false) => Some(Cmd::Repaint),
        }
    }
}

/// A line as far in as the one before it.
fn newline(line: &str, position: usize) -> Cmd {
    let before = &line[..position];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let current = &before[start..];
    let blanks = current.len() - current.trim_start_matches([' ', '\t']).len();
    Cmd::Insert(1, format!("\n{}", &current[..blanks]))
}

/// Up to the end of the first word.
fn first_word(text: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let start = text.find(is_word).unwrap_or(text.len());
    let end = text[start..].find(|c| !is_word(c));
    &text[..end.map_or(text.len(), |end| start + end)]
}

/// A closing bracket as the first key of a line goes back under the line that opened it.
struct Dedent(char, Arc<State>);

impl ConditionalEventHandler for Dedent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let line = context.line();
        let at_end = context.pos() == line.len();
        if self.1.is_as_it_is()
            || line.is_empty()
            || !at_end
            || !line.bytes().all(|byte| byte == b' ')
        {
            return None;
        }
        let indent = " ".repeat(line.len().saturating_sub(BRACKET_INDENT));
        Some(Cmd::Replace(
            Movement::WholeLine,
            Some(format!("{indent}{}", self.0)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_line_is_as_far_in_as_the_last() {
        let of = |line: &str| match newline(line, line.len()) {
            Cmd::Insert(1, text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(of("def f(x):"), "\n");
        assert_eq!(of("def f(x):\n    y"), "\n    ");
        assert_eq!(of("  "), "\n  ");
    }

    #[test]
    fn a_suggestion_is_taken_word_by_word() {
        assert_eq!(first_word(" = spark.range(10)"), " = spark");
        assert_eq!(first_word(".range(10)"), ".range");
        assert_eq!(first_word("(10)"), "(10");
        assert_eq!(first_word(")"), ")");
        assert_eq!(first_word("é_日 x"), "é_日");
    }
}

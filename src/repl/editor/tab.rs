//! Tab: completes the word before the cursor; where there is none at the beginning of a line, it indents.

use super::helper::Helper;
use super::state::Listing;
use crate::lang::Language;
use crate::repl::complete;
use rustyline::completion::{Candidate, Completer};
use rustyline::{Cmd, Context, EditMode, EventContext, InputMode};

/// It lives as long as the list that it is shown in.
pub(super) struct Listed(complete::Candidate, #[expect(dead_code)] Listing);

impl Candidate for Listed {
    fn display(&self) -> &str {
        &self.0.shown
    }

    fn replacement(&self) -> &str {
        &self.0.text
    }
}

impl Completer for Helper {
    type Candidate = Listed;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Listed>)> {
        let mut completer = self.completer.borrow_mut();
        let before = self.before.borrow();
        let (start, found) = completer.press(self.language.get(), &before, line.split_at(position));
        let listed = |one| Listed(one, self.state.listing());
        Ok((start, found.into_iter().map(listed).collect()))
    }
}

/// Where all that is typed is taken as it is.
pub(super) const AS_IT_IS: usize = 0;

/// Columns by which a language is indented.
pub(super) fn indent(language: Language) -> usize {
    match language {
        Language::Python => 4,
        Language::Scala | Language::Sql | Language::R => 2,
    }
}

/// Blanks up to the next step, where only blanks stand before the cursor.
pub(super) fn indented(context: &EventContext, step: usize) -> Option<Cmd> {
    if context.mode() == EditMode::Vi && context.input_mode() == InputMode::Command {
        return None;
    }
    if step == AS_IT_IS {
        return Some(Cmd::Insert(1, "\t".to_owned()));
    }
    let before = &context.line()[..context.pos()];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let current = &before[start..];
    let is_blank = current.bytes().all(|byte| byte == b' ');
    is_blank.then(|| Cmd::Insert(1, " ".repeat(step - current.len() % step)))
}

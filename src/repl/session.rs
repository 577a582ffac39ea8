//! The prompt's commands about the session's statements.

use super::Repl;
use crate::commands::Again;
use crate::engine::{self, Id, Question, Statement};
use crate::exit::Exit;
use crate::lang::Signature;
use crate::render::{one_line, sanitize};
use unicode_width::UnicodeWidthChar;

/// So many of the session's statements are shown.
const SHOWN_STATEMENTS: usize = 20;
/// So much of a statement's code is shown: with the sign that it goes on it fits on 80 columns.
const SHOWN_CODE: usize = 58;

const WITHOUT_NUMBER: &str =
    "The number of the statement that was left is not known; :statements shows them all.";

fn id_of(text: String) -> Id {
    text.parse().map_or(Id::Text(text), Id::Number)
}

impl Repl<'_> {
    pub(super) fn cancel(&mut self, number: Option<String>) {
        let id = match number {
            Some(text) => Some(self.named(text)),
            None => self.take_left(),
        };
        match id {
            Some(_) if self.desk.link.facts.session.is_none() => {
                self.say("The session is not open yet.");
            }
            Some(id) => {
                let told = format!("Asking the server to cancel statement {id}.");
                self.say(&one_line(&told));
                self.desk.link.engine.cancel_by_id(id);
            }
            None if self.desk.link.has_left_unnumbered => self.say(WITHOUT_NUMBER),
            None => self.say("No statement was left running."),
        }
    }

    /// The statement that nobody waits for any more, whichever way that was learnt.
    fn take_left(&mut self) -> Option<Id> {
        let late = self.desk.link.accepted_late.take();
        self.left_running.take().or(late)
    }

    /// One that the user names is waited for or cancelled, and not left any more.
    fn named(&mut self, text: String) -> Id {
        let id = id_of(text);
        self.left_running.take_if(|left| *left == id);
        self.desk.link.accepted_late.take_if(|late| *late == id);
        id
    }

    pub(super) fn wait(&mut self, number: Option<String>) -> Option<Exit> {
        let named = number.map(|text| self.named(text));
        match named.or_else(|| self.take_left()) {
            Some(id) => self.resume(id),
            None if self.desk.link.has_left_unnumbered => {
                self.say(WITHOUT_NUMBER);
                None
            }
            None => {
                self.say("No statement was left running; :statements shows them all.");
                None
            }
        }
    }

    /// A statement that was left and is not over; the server is asked only where one was left.
    pub(super) fn still_runs(&mut self) -> Result<Option<Id>, Option<Exit>> {
        let link = &self.desk.link;
        let has_left =
            self.left_running.is_some() || link.accepted_late.is_some() || link.has_left_unnumbered;
        if !has_left {
            return Ok(None);
        }
        let answer = self.ask(Question::Statements)?;
        let mut all = answer.statements.into_iter();
        Ok(all
            .find(|statement| !statement.state.is_final())
            .map(|statement| statement.id))
    }

    /// The last result in a way of its own.
    pub(super) fn again(&mut self, again: Again) -> Option<Exit> {
        let before = self.desk.manner;
        let manner = &mut self.desk.manner;
        manner.format = again.format.unwrap_or(manner.format);
        // Who asks for one wants to know that it is none for this.
        if again.format.is_some() {
            self.desk.echoes.format_told.set(false);
        }
        manner.records = again.records.unwrap_or(manner.records);
        self.desk.outlet = again.outlet;
        let exit = self.last();
        self.desk.manner = before;
        self.desk.outlet = None;
        exit
    }

    /// The last one of this prompt; else of the session.
    fn last(&mut self) -> Option<Exit> {
        if let Some(number) = self.desk.link.past.last_number() {
            return self.resume(id_of(number.to_owned()));
        }
        let answer = match self.ask(Question::Statements) {
            Ok(answer) => answer,
            Err(exit) => return exit,
        };
        match typed(answer.statements).into_iter().next_back() {
            Some(statement) => self.resume(statement.id),
            None => {
                self.say("The session has run nothing yet.");
                None
            }
        }
    }

    /// Shows what has run in the session, and waits for what still runs.
    pub(super) fn come_back(&mut self) -> Option<Exit> {
        let answer = match self.ask(Question::Statements) {
            Ok(answer) => answer,
            Err(exit) => return exit,
        };
        let statements = typed(answer.statements);
        let exit = self.show(&statements);
        let unfinished = statements.iter().find(|one| !one.state.is_final());
        match (exit, unfinished) {
            (None, Some(statement)) => {
                let id = statement.id.clone();
                self.say(&one_line(&format!("Statement {id} still runs:")));
                self.resume(id)
            }
            (exit, _) => exit,
        }
    }

    fn resume(&mut self, id: Id) -> Option<Exit> {
        let language = self.language;
        self.working(|desk| desk.resume(id, language))
    }

    pub(super) fn statements(&mut self) -> Option<Exit> {
        let answer = match self.ask(Question::Statements) {
            Ok(answer) => answer,
            Err(exit) => return exit,
        };
        self.show(&typed(answer.statements))
    }

    fn show(&mut self, statements: &[Statement]) -> Option<Exit> {
        let first = statements.len().saturating_sub(SHOWN_STATEMENTS);
        let lines = statements[first..].iter().map(shown);
        self.print(lines.collect())
    }

    /// Asks the session; where there is no answer that is told, and the code to end with comes back.
    pub(super) fn ask(&mut self, question: Question) -> Result<engine::Answer, Option<Exit>> {
        let asked = self.desk.link.ask(self.out, question);
        asked.map_err(|none| {
            let answer = self.desk.unanswered(none, |error| error.to_string());
            self.conclude(answer)
        })
    }

    pub(super) fn print(&mut self, text: String) -> Option<Exit> {
        match self.out.data(&sanitize(&text)) {
            Ok(()) => None,
            Err(_) => Some(Exit::OutputClosed),
        }
    }
}

/// Those that somebody has typed.
fn typed(statements: Vec<Statement>) -> Vec<Statement> {
    let is_hidden = |statement: &Statement| {
        let signature = statement.code.as_deref().and_then(Signature::in_code);
        signature.is_some_and(|signature| signature.is_hidden())
    };
    let all = statements.into_iter();
    all.filter(|statement| !is_hidden(statement)).collect()
}

/// A statement on a line: its number, its state and the beginning of its code.
fn shown(statement: &Statement) -> String {
    let code = statement.code.as_deref().unwrap_or_default();
    let code = match Signature::in_code(code) {
        Some(_) => code.trim_end(),
        None => code,
    };
    let mut lines = code.lines().filter(|line| !line.trim().is_empty());
    let line = one_line(lines.next().unwrap_or_default()).into_owned();
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width <= SHOWN_CODE
    };
    let mut text: String = line.chars().take_while(fits).collect();
    if text.len() < line.len() || lines.next().is_some() {
        text.push_str(" …");
    }
    let id = one_line(&statement.id.to_string()).into_owned();
    let state = one_line(&statement.state.to_string()).into_owned();
    format!("{id:>5}  {state:<10}  {text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn a_statement_stands_on_one_line() {
        let line = |code: &str| {
            let statement = json!({"id": 7, "state": "running", "code": code});
            shown(&serde_json::from_value(statement).unwrap())
        };
        let signed = Signature::of_bits(5, false).sign("\nx = 1");
        assert_eq!(line(&signed), "    7  running     x = 1\n");
        assert_eq!(line("a\nb"), "    7  running     a …\n");
        let long = line(&"漢".repeat(40));
        assert_eq!(long, format!("    7  running     {} …\n", "漢".repeat(29)));
        assert!(long.trim_end().width() < 80);
        assert_eq!(line("a\u{1b}[2J"), "    7  running     a\\u{1b}[2J\n");
    }
}

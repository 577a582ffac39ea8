//! How checks read: a line each as they come, or a document for machines; nothing secret in it.

use super::check::{Check, State};
use crate::exit::Exit;
use crate::remote::document;
use crate::render::{Line, Role, one_line};
use crate::shell::error_lines;
use crate::term::Out;
use serde_json::{Value, json};
use std::io;
use std::time::SystemTime;

/// The longest state, and the longest name of a check.
const STATE: usize = 7;
const NAME: usize = 13;

/// Takes secrets out of a text.
pub(super) type Conceal = Box<dyn Fn(String) -> String + Send>;

pub(super) struct Report<'a> {
    out: &'a Out,
    is_json: bool,
    conceal: Option<Conceal>,
    /// The first that has failed, and the code that a run would end with.
    failed: Option<(String, Exit)>,
    warnings: usize,
    document: Vec<Value>,
    /// Whether nobody reads any more.
    is_closed: bool,
}

impl Report<'_> {
    pub(super) fn begin(out: &Out, is_json: bool) -> Report<'_> {
        let mut report = Report {
            out,
            is_json,
            conceal: None,
            failed: None,
            warnings: 0,
            document: Vec::new(),
            is_closed: false,
        };
        let heading = format!(
            "livysh {} on {} {}, {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH,
            humantime::format_rfc3339_seconds(SystemTime::now())
        );
        report.write(&[Line::faint(heading)]);
        report
    }

    /// From now on this is done to all that is told.
    pub(super) fn conceal_by(&mut self, conceal: Conceal) {
        self.conceal = Some(conceal);
    }

    pub(super) fn tell(&mut self, check: Check) {
        let clean = |text: String| match &self.conceal {
            Some(conceal) => conceal(text),
            None => text,
        };
        let check = Check {
            text: one_line(&clean(check.text)).into_owned(),
            hint: check.hint.map(clean),
            ..check
        };
        match check.state {
            State::Failed(exit) if self.failed.is_none() => {
                self.failed = Some((format!("{}: {}", check.name, check.text), exit));
            }
            State::Warning => self.warnings += 1,
            State::Ok | State::Failed(_) | State::Skipped => {}
        }
        match self.is_json {
            true => self.document.push(json!({
                "check": check.name,
                "state": check.state.name(),
                "text": check.text,
                "hint": check.hint,
            })),
            false => self.write(&lines(&check)),
        }
    }

    /// What takes its time is shown meanwhile.
    pub(super) fn progress(&self, what: &str) {
        self.out.progress(what);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Says how it is, and gives the code to end with.
    pub(super) fn end(mut self) -> Exit {
        if self.is_json {
            let text = document(&Value::Array(std::mem::take(&mut self.document)));
            self.note(self.out.data(&text));
        }
        if self.is_closed {
            return Exit::OutputClosed;
        }
        match &self.failed {
            Some((told, exit)) => {
                for line in error_lines(told, None) {
                    self.out.note(&line);
                }
                *exit
            }
            None => {
                let told = match self.warnings {
                    0 => "Nothing is wrong.".to_owned(),
                    1 => "Nothing has failed; there is a warning.".to_owned(),
                    count => format!("Nothing has failed; there are {count} warnings."),
                };
                self.write(&[Line::plain(told)]);
                Exit::Ok
            }
        }
    }

    fn write(&mut self, lines: &[Line]) {
        if !self.is_json && !self.is_closed {
            let written = self.out.lines(lines);
            self.note(written);
        }
    }

    fn note(&mut self, written: io::Result<()>) {
        self.is_closed |= written.is_err();
    }
}

/// One line, and one for each of its hint's.
fn lines(check: &Check) -> Vec<Line> {
    let role = match check.state {
        State::Ok => Role::Plain,
        State::Warning => Role::Strong,
        State::Failed(_) => Role::Error,
        State::Skipped => Role::Faint,
    };
    let state = format!("{:<STATE$}", check.state.name());
    let rest = format!("  {:<NAME$}  {}", check.name, check.text);
    let mut lines = vec![match check.state {
        State::Skipped => Line::faint(state + &rest),
        State::Ok | State::Warning | State::Failed(_) => {
            Line::of(role, state).then(Role::Plain, rest)
        }
    }];
    let indent = " ".repeat(STATE + NAME + 4);
    let hint = check.hint.as_deref().unwrap_or_default();
    for (number, line) in hint.lines().enumerate() {
        let start = if number == 0 { "hint: " } else { "      " };
        lines.push(
            Line::faint(format!("{indent}{start}")).then(Role::Plain, one_line(line).into_owned()),
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_a_line_and_its_hint_stands_below() {
        let told = |check: Check| {
            let lines = lines(&check);
            let texts: Vec<String> = lines.iter().map(Line::text).collect();
            texts.join("\n")
        };
        assert_eq!(
            told(Check::ok("name", "h is 10.0.0.1")),
            "ok       name           h is 10.0.0.1"
        );
        let failed = Check::failed(
            "configuration",
            "no",
            Some("one\ntwo".to_owned()),
            Exit::Usage,
        );
        assert_eq!(
            told(failed),
            "failed   configuration  no\n                        hint: one\n                              two"
        );
    }
}

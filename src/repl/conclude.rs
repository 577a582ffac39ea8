//! Tells how work has ended, and whether anything can follow.

use super::Repl;
use super::history::Outcome;
use crate::commands::{Answer, Stopped};
use crate::exit::Exit;
use crate::lang::Language;
use crate::render::{Line, one_line};
use crate::shell::{Left, Verdict, hint_line};

impl Repl<'_> {
    /// Tells how work has ended; the code to end with where nothing can follow.
    pub(super) fn conclude(&mut self, answer: Answer) -> Option<Exit> {
        self.outcome = outcome(&answer);
        let stopped = match answer {
            Answer::Done => return None,
            Answer::Refused(told) => {
                self.out.note(&Line::plain(told));
                return None;
            }
            Answer::Stopped(stopped) => *stopped,
        };
        let Stopped {
            verdict,
            snippet,
            source,
        } = stopped;
        match verdict {
            Verdict::Ok | Verdict::Incomplete | Verdict::NotWritten => {}
            Verdict::Failed(failure) => {
                // Of a file its place is told, too.
                let lines = match &source.name {
                    Some(_) => failure.for_script(),
                    None => failure.for_prompt(),
                };
                if self.out.failure(&lines).is_err() {
                    return Some(Exit::OutputClosed);
                }
                for hint in &failure.hints {
                    self.out.note(&hint_line(hint));
                }
            }
            Verdict::Cancelled => self.out.note(&Line::plain("Cancelled.")),
            Verdict::LeftRunning(left) => self.left_running(left),
            Verdict::Lost { error, left } => {
                if let Some(left) = left {
                    self.note_left(left);
                }
                if error.status() == Some(400) && self.speaks_another(snippet.language) {
                    let hint = "a server older than Livy 0.5 has one language for each session: \
                                :lang goes back, -l LANG makes a session of another";
                    self.out.note(&hint_line(hint));
                }
            }
            Verdict::TooLong { limit, left: None } => {
                let told = format!("Cancelled: it ran for longer than {} s.", limit.as_secs());
                self.out.note(&Line::plain(told));
            }
            Verdict::TooLong {
                limit,
                left: Some(left),
            } => {
                let told = format!("It ran for longer than {} s.", limit.as_secs());
                self.out.note(&Line::plain(told));
                self.left_running(left);
            }
            Verdict::Exited { code, message } => {
                if let Some(message) = message {
                    self.out.note(&Line::plain(message));
                }
                return Some(Exit::Script(code));
            }
            Verdict::SessionOver if self.waits_for_restart() => {
                let told = self.no_session();
                self.out.note(&Line::plain(told));
            }
            Verdict::SessionOver => return Some(self.desk.link.exit()),
            Verdict::End(exit) => return Some(exit),
            Verdict::OutputClosed { .. } => return Some(Exit::OutputClosed),
        }
        None
    }

    /// Whether the session's own kind is another language.
    fn speaks_another(&self, language: Language) -> bool {
        let session = self.desk.link.facts.session.as_ref();
        let kind = session.and_then(|session| session.kind.as_deref());
        kind.and_then(Language::from_name)
            .is_some_and(|own| own != language)
    }

    fn left_running(&mut self, left: Left) {
        let what = match &left {
            Left::Numbered(id) => {
                format!("Statement {id} goes on in the session; :cancel cancels it.")
            }
            Left::Unnumbered => "The statement is on its way to the session.".to_owned(),
        };
        self.out.note(&Line::plain(one_line(&what)));
        self.note_left(left);
    }

    /// One whose number is not known hides none that is.
    fn note_left(&mut self, left: Left) {
        self.warned_of = None;
        match left {
            Left::Numbered(id) => self.left_running = Some(id),
            Left::Unnumbered => self.desk.link.has_left_unnumbered = true,
        }
    }
}

/// How an input has ended, for the history.
fn outcome(answer: &Answer) -> Outcome {
    let verdict = match answer {
        Answer::Done => return Outcome::Ok,
        Answer::Refused(_) => return Outcome::Failed,
        Answer::Stopped(stopped) => &stopped.verdict,
    };
    match verdict {
        Verdict::Ok
        | Verdict::Incomplete
        | Verdict::Exited { code: 0, .. }
        | Verdict::OutputClosed { succeeded: true } => Outcome::Ok,
        Verdict::Failed(_)
        | Verdict::NotWritten
        | Verdict::Lost { left: None, .. }
        | Verdict::Exited { .. }
        | Verdict::OutputClosed { succeeded: false } => Outcome::Failed,
        Verdict::Cancelled
        | Verdict::TooLong { left: None, .. }
        | Verdict::End(Exit::Interrupted) => Outcome::Cancelled,
        Verdict::LeftRunning(_) | Verdict::TooLong { left: Some(_), .. } => Outcome::Left,
        Verdict::Lost { left: Some(_), .. } | Verdict::SessionOver | Verdict::End(_) => {
            Outcome::Unknown
        }
    }
}

//! Whether a script goes on after what went wrong, and the code that it ends with where not.

use super::{Ended, Options};
use crate::commands::{Answer, Desk, Halt, Halted, Stopped};
use crate::exit::Exit;
use crate::lang::Source;
use crate::render::{FailureText, Line, Role, sanitize};
use crate::shell::{Verdict, hint_line};
use crate::term::Out;
use std::ops::ControlFlow;
use std::time::Duration;

/// What has gone wrong so far, and what that means.
pub(super) struct Policy {
    keep_going: bool,
    /// Whether an error belongs to the dialogue that is written, too.
    echo: bool,
    failures: usize,
}

/// Why nothing more runs.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) exit: Exit,
    /// Of the statement that has ended it, where one did.
    pub(super) line: Option<usize>,
}

impl From<Exit> for Broken {
    fn from(exit: Exit) -> Broken {
        Broken { exit, line: None }
    }
}

fn ends(exit: Exit) -> ControlFlow<Broken> {
    ControlFlow::Break(exit.into())
}

impl Policy {
    pub(super) fn new(options: &Options) -> Policy {
        Policy {
            keep_going: options.keep_going,
            echo: options.echo,
            failures: 0,
        }
    }

    /// The end that was reached, by `:quit` or not.
    pub(super) fn ended(self, out: &Out, has_quit: bool) -> Ended {
        let exit = match self.failures {
            0 => Exit::Ok,
            failures => {
                let plural = if failures == 1 { "" } else { "s" };
                out.tell_step(&format!("{failures} statement{plural} failed"));
                Exit::CodeFailed
            }
        };
        Ended {
            exit,
            has_quit,
            stopped_at: None,
        }
    }

    /// Tells what went wrong with a step of a source, and decides. `is_last` is for the source.
    pub(super) fn after(
        &mut self,
        desk: &Desk<'_>,
        source: &Source,
        halt: Halt,
        is_last: bool,
    ) -> ControlFlow<Broken> {
        let stopped = match halt.answer {
            Answer::Done => return ControlFlow::Continue(()),
            Answer::Refused(told) => {
                tell_at(desk.out, source, halt.line, told.trim());
                return self.failed(halt.line);
            }
            Answer::Stopped(stopped) => *stopped,
        };
        let is_code = halt.what == Halted::Statement;
        match &stopped.verdict {
            Verdict::Ok => ControlFlow::Continue(()),
            Verdict::Failed(failure) => {
                if self.echo && desk.out.failure(&failure.for_prompt()).is_err() {
                    return ends(Exit::OutputClosed);
                }
                tell_failure(desk.out, failure);
                self.failed(halt.line)
            }
            Verdict::Incomplete | Verdict::NotWritten => self.failed(halt.line),
            // Of a command only Ctrl-C ends the wait.
            Verdict::Cancelled if !is_code => ends(Exit::Interrupted),
            Verdict::Cancelled => {
                tell_cancelled(
                    desk.out,
                    source,
                    halt.line,
                    &stopped,
                    "the statement was cancelled",
                );
                self.failed(halt.line)
            }
            Verdict::TooLong { limit, .. } => {
                let told = format!("it ran for longer than {}", in_words(*limit));
                tell_cancelled(desk.out, source, halt.line, &stopped, &told);
                self.failed(halt.line).map_break(|broken| Broken {
                    exit: Exit::TimedOut,
                    ..broken
                })
            }
            Verdict::Exited { code, message } => {
                if let Some(message) = message {
                    desk.out.note(&Line::plain(message));
                }
                // What has failed before is not made good by the end.
                ends(match (code, self.failures) {
                    (0, 1..) => Exit::CodeFailed,
                    (code, _) => Exit::Script(*code),
                })
            }
            Verdict::LeftRunning(_) => ends(Exit::Interrupted),
            Verdict::Lost { error, .. } => ControlFlow::Break(Broken {
                exit: Exit::from(&**error),
                line: Some(halt.line),
            }),
            Verdict::SessionOver => ends(desk.link.exit()),
            Verdict::End(exit) => ends(*exit),
            Verdict::OutputClosed { succeeded } => {
                // A command may have had more to send.
                let is_all = is_code && halt.is_last && is_last;
                ends(match *succeeded && is_all && self.failures == 0 {
                    true => Exit::Ok,
                    false => Exit::OutputClosed,
                })
            }
        }
    }

    /// Counts what is told and lets the rest run, where that is wanted.
    fn failed(&mut self, line: usize) -> ControlFlow<Broken> {
        self.failures += 1;
        match self.keep_going {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(Broken {
                exit: Exit::CodeFailed,
                line: Some(line),
            }),
        }
    }
}

/// It may stand in a file that the script has loaded.
fn tell_cancelled(out: &Out, source: &Source, line: usize, stopped: &Stopped, told: &str) {
    let (source, line) = match stopped.source.name {
        Some(_) => (&stopped.source, stopped.snippet.first_line),
        None => (source, line),
    };
    tell_at(out, source, line, told);
}

fn in_words(time: Duration) -> String {
    match time.as_millis() % 1000 {
        0 => format!("{} s", time.as_secs()),
        _ => format!("{} ms", time.as_millis()),
    }
}

fn tell_at(out: &Out, source: &Source, line: usize, told: &str) {
    let name = sanitize(source.name.as_deref().unwrap_or_default());
    let place = Line::of(Role::Strong, format!("{name}:{line}: "));
    out.note(&place.then(Role::Error, told));
}

fn tell_failure(out: &Out, failure: &FailureText) {
    let hints = failure.hints.iter().map(|hint| hint_line(hint));
    for line in failure.for_script().into_iter().chain(hints) {
        out.note(&line);
    }
}

//! Whether a script goes on after what went wrong, and the code that it ends with where not.

use super::{Ended, Options, StoppedAt};
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
    stopped_at: Option<StoppedAt>,
}

impl Policy {
    pub(super) fn new(options: &Options) -> Policy {
        Policy {
            keep_going: options.keep_going,
            echo: options.echo,
            failures: 0,
            stopped_at: None,
        }
    }

    /// The last statement that failed.
    pub(super) fn stopped_at(&self) -> Option<StoppedAt> {
        self.stopped_at.clone()
    }

    /// The end that was reached, by `:quit` or not.
    pub(super) fn ended(self, out: &Out, has_quit: bool) -> Ended {
        let exit = match self.failures {
            0 => Exit::Ok,
            failures => {
                let plural = if failures == 1 { "" } else { "s" };
                out.note(&Line::plain(format!("{failures} statement{plural} failed")));
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
    ) -> ControlFlow<Exit> {
        let place = StoppedAt {
            name: source.name.clone().unwrap_or_default(),
            line: halt.line,
        };
        let stopped = match halt.answer {
            Answer::Done => return ControlFlow::Continue(()),
            Answer::Refused(told) => {
                tell_at(desk.out, source, halt.line, told.trim());
                return self.failed(place);
            }
            Answer::Stopped(stopped) => *stopped,
        };
        let is_code = halt.what == Halted::Statement;
        match &stopped.verdict {
            Verdict::Ok => ControlFlow::Continue(()),
            Verdict::Failed(failure) => {
                if self.echo && desk.out.failure(&failure.for_prompt()).is_err() {
                    return ControlFlow::Break(Exit::OutputClosed);
                }
                tell_failure(desk.out, failure);
                self.failed(place)
            }
            Verdict::Incomplete => self.failed(place),
            // Of a command only Ctrl-C ends the wait.
            Verdict::Cancelled if !is_code => ControlFlow::Break(Exit::Interrupted),
            Verdict::Cancelled => {
                tell_cancelled(
                    desk.out,
                    source,
                    halt.line,
                    &stopped,
                    "the statement was cancelled",
                );
                self.failed(place)
            }
            Verdict::TooLong(limit) => {
                let told = format!("it ran for longer than {}", in_words(*limit));
                tell_cancelled(desk.out, source, halt.line, &stopped, &told);
                match self.failed(place) {
                    ControlFlow::Break(_) => ControlFlow::Break(Exit::TimedOut),
                    going_on => going_on,
                }
            }
            Verdict::Exited { code, message } => {
                if let Some(message) = message {
                    desk.out.note(&Line::plain(message));
                }
                // What has failed before is not made good by the end.
                ControlFlow::Break(match (code, self.failures) {
                    (0, 1..) => Exit::CodeFailed,
                    (code, _) => Exit::Script(*code),
                })
            }
            Verdict::LeftRunning(_) => ControlFlow::Break(Exit::Interrupted),
            Verdict::Lost(error) => ControlFlow::Break(Exit::from(&**error)),
            Verdict::SessionOver => ControlFlow::Break(desk.link.exit()),
            Verdict::End(exit) => ControlFlow::Break(*exit),
            Verdict::OutputClosed { succeeded } => {
                // A command may have had more to send.
                let is_all = is_code && halt.is_last && is_last;
                ControlFlow::Break(match *succeeded && is_all && self.failures == 0 {
                    true => Exit::Ok,
                    false => Exit::OutputClosed,
                })
            }
        }
    }

    /// Counts what is told and lets the rest run, where that is wanted.
    fn failed(&mut self, place: StoppedAt) -> ControlFlow<Exit> {
        self.failures += 1;
        self.stopped_at = Some(place);
        match self.keep_going {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(Exit::CodeFailed),
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

//! One snippet: submit, wait for its end, write what it gave.

use super::early::{Next, Submitted};
use super::wait::{Interrupts, Wait, Waited};
use super::write::origin;
use super::{Echoes, Link, Outlet, error_lines, timing, words};
use crate::engine::{self, Outcome, Received};
use crate::exit::Exit;
use crate::lang::{self, Echo, Feeding, Language, Snippet, Source};
use crate::livy::{Id, LivyError, Output};
use crate::render::{self, FailureText, Format, Line, Records, one_line};
use crate::term::Out;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A statement that may run in the session although nobody waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    Numbered(Id),
    /// It is on its way, or may be.
    Unnumbered,
}

impl From<Option<Id>> for Left {
    fn from(id: Option<Id>) -> Left {
        id.map_or(Left::Unnumbered, Left::Numbered)
    }
}

/// How the snippet ended, for the front end.
#[derive(Debug)]
pub enum Verdict {
    Ok,
    /// The user's code failed; nothing of the error is written yet.
    Failed(FailureText),
    /// It ran, but its result is not what was asked for: the server has cut it.
    Incomplete,
    /// It ran, but its result is not where it was to go; that is told.
    NotWritten,
    /// It was cancelled, as was asked for.
    Cancelled,
    /// Nobody waits for it any more.
    LeftRunning(Left),
    /// The server did not accept it, or its result is lost; that is told.
    Lost {
        error: Box<LivyError>,
        /// Where it may run all the same.
        left: Option<Left>,
    },
    /// There is no session any more; that is told.
    SessionOver,
    /// It ran for longer than it may, and was cancelled.
    TooLong {
        limit: Duration,
        /// Where the cancel was not confirmed.
        left: Option<Left>,
    },
    /// The code has asked for the end, with this number.
    Exited {
        code: u8,
        /// What is to be told then.
        message: Option<String>,
    },
    /// The program is to end; a statement that was to be cancelled was given time for it.
    End(Exit),
    /// Nobody reads our output any more; whether the statement itself succeeded.
    OutputClosed {
        succeeded: bool,
    },
}

impl Verdict {
    /// The error of the user's code, where that is how it ended.
    pub fn failure(&self) -> Option<&FailureText> {
        match self {
            Verdict::Failed(failure) => Some(failure),
            Verdict::Ok
            | Verdict::Incomplete
            | Verdict::NotWritten
            | Verdict::Cancelled
            | Verdict::LeftRunning(_)
            | Verdict::Lost { .. }
            | Verdict::SessionOver
            | Verdict::TooLong { .. }
            | Verdict::Exited { .. }
            | Verdict::End(_)
            | Verdict::OutputClosed { .. } => None,
        }
    }
}

impl Verdict {
    /// Whether the program is to end, and to wait for nothing.
    pub fn is_in_haste(&self) -> bool {
        matches!(self, Verdict::End(Exit::InterruptedAgain | Exit::HungUp))
    }

    /// Of a statement that was cancelled because it ran for longer than this, where that is so.
    pub(super) fn within(self, limit: Option<Duration>) -> Verdict {
        match (limit, self) {
            (Some(limit), Verdict::Cancelled | Verdict::Failed(_)) => {
                Verdict::TooLong { limit, left: None }
            }
            (Some(limit), Verdict::LeftRunning(left)) => Verdict::TooLong {
                limit,
                left: Some(left),
            },
            (_, verdict) => verdict,
        }
    }
}

/// How statements are run, and what of them is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    pub format: Format,
    /// Whether columns are named.
    pub header: bool,
    /// Whether rows are shown as records on a screen.
    pub records: Records,
    /// Rows that were asked of the server for SQL, or none.
    pub max_rows: Option<u64>,
    /// Whether it is told how long each took.
    pub timing: bool,
    /// A statement that runs longer is cancelled.
    pub statement_timeout: Option<Duration>,
    /// Nothing is waited for longer, whatever it waits for.
    pub wait_at_most: Option<Duration>,
}

/// What was sent, where it stands, and how the server fed it to its compiler.
pub(super) type Sent<'a> = (&'a Snippet, &'a Source, Feeding);

/// How results are to be written.
pub struct Run<'a> {
    pub out: &'a Out,
    pub interrupts: Interrupts,
    pub manner: Manner,
    pub echoes: &'a Echoes,
    /// Where the result goes, where that is not what standard output is for.
    pub outlet: Option<&'a Outlet>,
    /// Where pictures are kept that are not drawn.
    pub pictures: Option<&'a Path>,
}

impl Run<'_> {
    /// Runs a statement of a source. The one that comes next may be sent before this one's result is written.
    pub fn snippet(
        &self,
        link: &mut Link,
        snippet: &Snippet,
        source: &Source,
        next: Option<Next<'_>>,
    ) -> Verdict {
        if !link.is_prepared
            && let Some(first) = lang::prerequisite(snippet)
        {
            match self.statement(link, &first, source, None, true) {
                Verdict::Ok => link.is_prepared = true,
                other => return other,
            }
        }
        self.statement(link, snippet, source, next, false)
    }

    fn statement(
        &self,
        link: &mut Link,
        snippet: &Snippet,
        source: &Source,
        next: Option<Next<'_>>,
        is_hidden: bool,
    ) -> Verdict {
        if link.facts.over.is_some() {
            return Verdict::SessionOver;
        }
        let place = match &source.name {
            Some(name) => format!("{name}:{} ", snippet.first_line),
            None => String::new(),
        };
        // Before anything more is sent.
        if link.early.is_some()
            && let Some(signal) = link.signal_meanwhile(self.out)
        {
            return Verdict::End(signal.into());
        }
        let waited = match link.take_early(snippet, source) {
            Some(early) => self.wait_for_early(link, (early, snippet), next, source, &place),
            None => None,
        };
        let (waited, feeding) = waited.unwrap_or_else(|| {
            let lines = lang::lines_before(snippet, source);
            let submitted = self.hand_over(link, snippet, lines, is_hidden);
            self.hand_over_next(link, (submitted.ticket, snippet), next, source);
            self.wait(link, submitted, &place)
        });
        let id = waited.id.as_ref();
        if !is_hidden {
            let row_limit = self.manner.max_rows;
            let outcome = waited.outcome.as_ref();
            link.ledger.note(id, (snippet, source), outcome, row_limit);
        }
        link.past.note(source, snippet, id.map(Id::to_string));
        let verdict = match waited.outcome {
            Some(outcome) => self.conclude(link, (snippet, source, feeding), outcome, id),
            None => Verdict::LeftRunning(Left::Unnumbered),
        };
        if self.manner.timing && !is_hidden {
            let told = timing::told(waited.took, waited.ran);
            self.tell(&[Line::faint(told)]);
        }
        match waited.end {
            Some(exit) => Verdict::End(exit),
            None => verdict.within(waited.too_long),
        }
    }

    /// Waits for a statement that the server has already, and shows what it gave.
    pub fn resume(&self, link: &mut Link, id: Id, language: Language) -> Verdict {
        if link.facts.over.is_some() {
            return Verdict::SessionOver;
        }
        let ticket = link.ticket();
        let place = one_line(&format!("statement {id} ")).into_owned();
        link.engine.resume(ticket, id.clone());
        let waited = Wait::of(self, link, ticket, &place).until_its_end(link, None);
        // Where it came from is not known any more.
        let snippet = Snippet {
            language,
            code: String::new(),
            first_line: 1,
            first_column: 0,
        };
        let source = Source::new(None, "");
        let verdict = match waited.outcome {
            Some(outcome) => {
                let what = (&snippet, &source, Feeding::default());
                self.conclude(link, what, outcome, Some(&id))
            }
            None => Verdict::LeftRunning(Left::Unnumbered),
        };
        match waited.end {
            Some(exit) => Verdict::End(exit),
            None => verdict,
        }
    }

    /// Sends it behind so many empty lines, and waits for its end.
    /// `place` names it in what is told meanwhile; what nobody typed is hidden from lists.
    pub(super) fn submit(
        &self,
        link: &mut Link,
        snippet: &Snippet,
        lines: usize,
        place: &str,
        is_hidden: bool,
    ) -> (Waited, Feeding) {
        let submitted = self.hand_over(link, snippet, lines, is_hidden);
        self.wait(link, submitted, place)
    }

    fn hand_over(
        &self,
        link: &mut Link,
        snippet: &Snippet,
        lines: usize,
        is_hidden: bool,
    ) -> Submitted {
        let (code, fed) = self.code_of(snippet, lines);
        let ticket = link.ticket();
        let kind = snippet.language.kind();
        link.engine.submit(ticket, code, kind, is_hidden);
        Submitted {
            ticket,
            fed,
            ended: None,
        }
    }

    pub(super) fn wait(
        &self,
        link: &mut Link,
        submitted: Submitted,
        place: &str,
    ) -> (Waited, Feeding) {
        let wait = Wait::of(self, link, submitted.ticket, place);
        let waited = wait.until_its_end(link, submitted.ended);
        (waited, submitted.fed.try_recv().unwrap_or_default())
    }

    /// What is sent of it behind so many empty lines, and how that is fed to the compiler, once it is sent.
    pub(super) fn code_of(
        &self,
        snippet: &Snippet,
        lines: usize,
    ) -> (engine::Code, Receiver<Feeding>) {
        let sent = snippet.clone();
        let quietly = self.echoes.are_silent.get();
        let empty_lines = "\n".repeat(lines);
        let (tell_feeding, fed) = channel();
        let code = engine::Code::new(move |dialect| {
            let feeding = match dialect.compiles_whole {
                true => Feeding::Whole,
                false => Feeding::ByLine,
            };
            tell_feeding.send(feeding).ok();
            let code = empty_lines + &lang::to_send(&sent, feeding);
            match quietly {
                true => lang::without_echo(&sent, code),
                false => code,
            }
        });
        (code, fed)
    }

    fn conclude(
        &self,
        link: &mut Link,
        what: Sent<'_>,
        outcome: Outcome,
        id: Option<&Id>,
    ) -> Verdict {
        match outcome {
            Outcome::Finished(None) => Verdict::Ok,
            Outcome::Finished(Some(Output::Ok(data))) => {
                self.warn_out_of_step(link, what.0.language);
                let shown = self.echoes.shown(what.0, data);
                let echo = (what.0.language == Language::Scala).then(|| Echo::of(&what.0.code));
                let shown = render::with_places(shown, origin(link, what));
                self.write(link, &shown, echo.as_ref(), id)
            }
            Outcome::Finished(Some(Output::Error(failure))) => self.failed(link, failure, what),
            other => self.unfinished(link, other),
        }
    }

    pub(super) fn warn_out_of_step(&self, link: &Link, language: Language) {
        if link.is_out_of_step(language) {
            let told = "This session's Python is out of step: what it answers is not the result \
                        of this statement.";
            self.tell(&[Line::error(told)]);
        }
    }

    /// Tells of a statement that gave no result.
    pub(super) fn unfinished(&self, link: &mut Link, outcome: Outcome) -> Verdict {
        let is_over = link.facts.over.is_some();
        match outcome {
            Outcome::Finished(_) => Verdict::Ok,
            Outcome::Cancelled(output) => {
                let written = match &output {
                    Some(Output::Error(failure)) => self.write_printed(failure),
                    Some(Output::Ok(data)) => self.write(link, data, None, None),
                    None => Verdict::Ok,
                };
                match written {
                    Verdict::Ok => Verdict::Cancelled,
                    other => other,
                }
            }
            // The session's death is told, and explains it.
            Outcome::NeverSent | Outcome::NotAccepted { .. } if is_over => Verdict::SessionOver,
            Outcome::ResultLost { id, .. } if is_over => {
                let told = format!("The result of statement {id} is lost with the session.");
                self.tell(&[Line::plain(told)]);
                Verdict::SessionOver
            }
            Outcome::NeverSent => Verdict::Cancelled,
            Outcome::LeftRunning { id } => Verdict::LeftRunning(id.into()),
            Outcome::NotAccepted { error, received } => {
                let message = format!("{error}{}", words::of_statement(received));
                self.tell(&error_lines(&message, error.hint().as_deref()));
                let left = match received {
                    Received::Perhaps => Some(Left::Unnumbered),
                    Received::No | Received::NotFound => None,
                };
                Verdict::Lost {
                    error: Box::new(error),
                    left,
                }
            }
            Outcome::ResultLost { id, error } => {
                let message = format!("the result of statement {id} cannot be had: {error}");
                self.tell(&error_lines(&message, error.hint().as_deref()));
                // Of one that the server does not know nothing runs.
                let is_unknown = error.status() == Some(404);
                if !is_unknown && self.interrupts != Interrupts::Script {
                    let told = format!("it may still run: :wait {id} asks for it again");
                    self.tell(&[words::hint_line(&one_line(&told))]);
                }
                Verdict::Lost {
                    error: Box::new(error),
                    left: (!is_unknown).then_some(Left::Numbered(id)),
                }
            }
        }
    }

    pub(super) fn tell(&self, lines: &[Line]) {
        for line in lines {
            self.out.note(line);
        }
    }
}

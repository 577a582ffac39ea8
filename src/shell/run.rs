//! One snippet: submit, wait with a progress line, write what it gave.

use super::write::origin;
use super::{Echoes, Event, Link, Signal, error_lines, words};
use crate::engine::{self, Outcome};
use crate::exit::Exit;
use crate::lang::{self, Feeding, Language, Snippet, Source};
use crate::livy::{Id, LivyError, Output};
use crate::render::{self, FailureText, Format, Line, one_line};
use crate::term::Out;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// A statement that is over sooner needs no progress line.
const BEFORE_PROGRESS: Duration = Duration::from_millis(500);
/// A moving line is redrawn so often.
const REDRAW: Duration = Duration::from_millis(100);
/// Off a terminal nothing is redrawn.
const SLOW_TICK: Duration = Duration::from_secs(1);
/// How long a cancelled script's statement is waited for.
const AFTER_SIGNAL: Duration = Duration::from_secs(5);

/// How long a statement that ran for too long is waited for after its cancel: Livy itself takes half a
/// minute to give up code that cannot be interrupted.
const AFTER_LIMIT: Duration = Duration::from_secs(45);
const STILL_RUNS: &str = "Its cancel was not confirmed: the statement may still run.";

/// What Ctrl-C means while a statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupts {
    /// First press: cancel. Second: stop waiting.
    Prompt,
    /// First press: cancel and end. Second: leave at once.
    Script,
    /// Of a statement that may be another client's: the first press stops waiting.
    Watch,
}

/// How the snippet ended, for the front end.
#[derive(Debug)]
pub enum Verdict {
    Ok,
    /// The user's code failed; nothing of the error is written yet.
    Failed(FailureText),
    /// It ran, but its result is not what was asked for: the server has cut it.
    Incomplete,
    /// It was cancelled, as was asked for.
    Cancelled,
    /// Nobody waits for it any more.
    LeftRunning(Option<Id>),
    /// The server did not accept it, or its result is lost; that is told.
    Lost(Box<LivyError>),
    /// There is no session any more; that is told.
    SessionOver,
    /// It ran for longer than it may, and was cancelled.
    TooLong(Duration),
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
            | Verdict::Cancelled
            | Verdict::LeftRunning(_)
            | Verdict::Lost(_)
            | Verdict::SessionOver
            | Verdict::TooLong(_)
            | Verdict::Exited { .. }
            | Verdict::End(_)
            | Verdict::OutputClosed { .. } => None,
        }
    }
}

/// What the wait for a statement's end gave.
pub(super) struct Waited {
    pub(super) outcome: Option<Outcome>,
    /// The statement's number on the server.
    id: Option<Id>,
    /// How the server feeds Scala to its compiler.
    feeding: Feeding,
    /// Why the program is to end.
    pub(super) end: Option<Exit>,
    /// The time that it was given, where that was over before it ended.
    too_long: Option<Duration>,
}

impl Waited {
    fn without(end: Option<Exit>) -> Waited {
        Waited {
            outcome: None,
            id: None,
            feeding: Feeding::default(),
            end,
            too_long: None,
        }
    }
}

/// How statements are run, and what of them is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    pub format: Format,
    /// Whether columns are named.
    pub header: bool,
    /// Rows that were asked of the server for SQL, or none.
    pub max_rows: Option<u64>,
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
}

impl Run<'_> {
    /// Runs a statement of a source.
    pub fn snippet(&self, link: &mut Link, snippet: &Snippet, source: &Source) -> Verdict {
        if !link.is_prepared
            && let Some(first) = lang::prerequisite(snippet)
        {
            match self.statement(link, &first, source, true) {
                Verdict::Ok => link.is_prepared = true,
                other => return other,
            }
        }
        self.statement(link, snippet, source, false)
    }

    fn statement(
        &self,
        link: &mut Link,
        snippet: &Snippet,
        source: &Source,
        is_hidden: bool,
    ) -> Verdict {
        if link.facts.over.is_some() {
            return Verdict::SessionOver;
        }
        let place = match &source.name {
            Some(name) => format!("{name}:{} ", snippet.first_line),
            None => String::new(),
        };
        let lines = lang::lines_before(snippet, source);
        let waited = self.submit(link, snippet, lines, &place, is_hidden);
        let number = waited.id.as_ref().map(Id::to_string);
        link.past.note(source, snippet, number);
        let feeding = waited.feeding;
        let verdict = match waited.outcome {
            Some(outcome) => self.conclude(link, (snippet, source, feeding), outcome),
            None => Verdict::LeftRunning(None),
        };
        match (waited.end, waited.too_long, verdict) {
            (Some(exit), ..) => Verdict::End(exit),
            (
                None,
                Some(limit),
                Verdict::Cancelled | Verdict::Failed(_) | Verdict::LeftRunning(_),
            ) => Verdict::TooLong(limit),
            (None, _, verdict) => verdict,
        }
    }

    /// Waits for a statement that the server has already, and shows what it gave.
    pub fn resume(&self, link: &mut Link, id: Id, language: Language) -> Verdict {
        if link.facts.over.is_some() {
            return Verdict::SessionOver;
        }
        let ticket = link.ticket();
        let place = one_line(&format!("statement {id} ")).into_owned();
        link.engine.resume(ticket, id);
        let waited = self.wait(link, ticket, &place);
        self.out.end_progress();
        // Where it came from is not known any more.
        let snippet = Snippet {
            language,
            code: String::new(),
            first_line: 1,
            first_column: 0,
        };
        let source = Source::new(None, "");
        let verdict = match waited.outcome {
            Some(outcome) => self.conclude(link, (&snippet, &source, waited.feeding), outcome),
            None => Verdict::LeftRunning(None),
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
    ) -> Waited {
        let ticket = link.ticket();
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
        let kind = snippet.language.kind();
        link.engine.submit(ticket, code, kind, is_hidden);
        let mut waited = self.wait(link, ticket, place);
        self.out.end_progress();
        waited.feeding = fed.try_recv().unwrap_or_default();
        waited
    }

    fn wait(&self, link: &mut Link, ticket: engine::Ticket, place: &str) -> Waited {
        let began = Instant::now();
        let mut ready_at = link.facts.is_ready.then_some(began);
        let mut fraction = 0.0;
        let mut is_waiting = false;
        let mut presses = 0;
        // Off a terminal a line a minute tells that it still runs.
        let mut minutes_told = 0;
        let mut end = None;
        let mut deadline = None;
        let mut too_long = None;
        let mut give_up = None;
        loop {
            if let (Some(limit), Some(at), None, false) = (
                self.manner.statement_timeout,
                ready_at,
                too_long,
                is_waiting,
            ) && at.elapsed() >= limit
            {
                too_long = Some(limit);
                link.engine.cancel(ticket);
                give_up = Some(Instant::now() + AFTER_LIMIT);
            }
            if self
                .manner
                .wait_at_most
                .is_some_and(|most| began.elapsed() > most)
            {
                link.engine.cancel(ticket);
                link.engine.stop_waiting(ticket);
                return Waited::without(None);
            }
            if give_up.is_some_and(|time| Instant::now() > time) {
                link.engine.stop_waiting(ticket);
                self.out.note(&Line::plain(STILL_RUNS));
                return Waited {
                    too_long,
                    ..Waited::without(None)
                };
            }
            let is_short = deadline.is_some() || self.manner.wait_at_most.is_some();
            let mut tick = match is_short || self.out.terminals.error {
                true => REDRAW,
                false => SLOW_TICK,
            };
            if let (Some(limit), Some(at), None, false) = (
                self.manner.statement_timeout,
                ready_at,
                too_long,
                is_waiting,
            ) {
                tick = tick.min(limit.saturating_sub(at.elapsed()));
            }
            let event = link.next(self.out, Some(tick));
            match event {
                None if deadline.is_some_and(|deadline| Instant::now() > deadline) => {
                    // A session that is ours ends with the program.
                    if !link.about.is_ours {
                        self.out.note(&Line::plain(STILL_RUNS));
                    }
                    return Waited::without(end);
                }
                None => {}
                Some(Event::Signal(Signal::Interrupt)) => {
                    presses += 1;
                    match (self.interrupts, presses) {
                        (Interrupts::Prompt, 1) => {
                            let line =
                                "Cancelling the statement. Press Ctrl-C again to stop waiting.";
                            self.out.note(&Line::plain(line));
                            link.engine.cancel(ticket);
                        }
                        (Interrupts::Prompt, _) | (Interrupts::Watch, _) => {
                            link.engine.stop_waiting(ticket);
                        }
                        (Interrupts::Script, 1) => {
                            self.out.note(&Line::plain("Cancelling the statement."));
                            link.engine.cancel(ticket);
                            end = Some(Exit::Interrupted);
                            deadline = Some(Instant::now() + AFTER_SIGNAL);
                        }
                        (Interrupts::Script, _) => {
                            let end = Some(Exit::InterruptedAgain);
                            return Waited::without(end);
                        }
                    }
                }
                Some(Event::Signal(signal @ (Signal::Terminate | Signal::TimeUp))) => {
                    link.engine.cancel(ticket);
                    end = Some(signal.into());
                    deadline = Some(Instant::now() + AFTER_SIGNAL);
                }
                // A terminal that is gone ends nothing in the session.
                Some(Event::Signal(Signal::HangUp)) => {
                    let end = Some(Exit::HungUp);
                    return Waited::without(end);
                }
                // Nothing was sent yet.
                Some(Event::Signal(signal @ Signal::NotStarted { .. })) => {
                    link.engine.cancel(ticket);
                    return Waited::without(Some(signal.into()));
                }
                Some(Event::Engine(engine::Event::Ready { .. })) => ready_at = Some(Instant::now()),
                Some(Event::Engine(engine::Event::Progress {
                    fraction: now,
                    is_waiting: waits,
                    ..
                })) => {
                    fraction = now;
                    // Its own time begins when the other statement's has ended.
                    if std::mem::replace(&mut is_waiting, waits) && !waits {
                        ready_at = Some(Instant::now());
                    }
                }
                Some(Event::Engine(engine::Event::Finished {
                    ticket: finished,
                    id,
                    outcome,
                })) if finished == ticket => {
                    let outcome = Some(*outcome);
                    return Waited {
                        outcome,
                        id,
                        end,
                        too_long,
                        ..Waited::without(None)
                    };
                }
                Some(Event::ThreadLost) => {
                    let end = Some(Exit::Server);
                    return Waited::without(end);
                }
                Some(Event::Engine(_) | Event::Preparing { .. } | Event::InputArrived) => {}
            }
            let Some(elapsed) = ready_at.map(|at| at.elapsed()) else {
                continue;
            };
            let what = match presses > 0 || too_long.is_some() {
                true => "cancelling",
                false if is_waiting => "waiting behind another statement",
                false => "running",
            };
            let text = || format!("{place}{}", progress_text(what, fraction, elapsed));
            if self.out.terminals.error {
                if elapsed >= BEFORE_PROGRESS {
                    self.out.progress(&text());
                }
            } else if elapsed.as_secs() / 60 > minutes_told {
                minutes_told = elapsed.as_secs() / 60;
                self.out.tell_step(&text());
            }
        }
    }

    fn conclude(&self, link: &mut Link, what: Sent<'_>, outcome: Outcome) -> Verdict {
        match outcome {
            Outcome::Finished(None) => Verdict::Ok,
            Outcome::Finished(Some(Output::Ok(data))) => {
                if link.python_out_of_step && what.0.language == Language::Python {
                    let told = "This session's Python is out of step: what it answers is not the \
                                result of this statement.";
                    self.tell(&[Line::error(told)]);
                }
                let shown = self.echoes.shown(what.0, data);
                self.write(&render::with_places(shown, origin(link, what)))
            }
            Outcome::Finished(Some(Output::Error(failure))) => self.failed(link, failure, what),
            other => self.unfinished(link, other),
        }
    }

    /// Tells of a statement that gave no result.
    pub(super) fn unfinished(&self, link: &Link, outcome: Outcome) -> Verdict {
        let is_over = link.facts.over.is_some();
        match outcome {
            Outcome::Finished(_) => Verdict::Ok,
            Outcome::Cancelled(output) => {
                let written = match &output {
                    Some(Output::Error(failure)) => self.write_printed(failure),
                    Some(Output::Ok(data)) => self.write(data),
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
            Outcome::LeftRunning { id } => Verdict::LeftRunning(id),
            Outcome::NotAccepted { error, received } => {
                let message = format!("{error}{}", words::of_statement(received));
                self.tell(&error_lines(&message, error.hint().as_deref()));
                Verdict::Lost(Box::new(error))
            }
            Outcome::ResultLost { id, error } => {
                let message = format!("the result of statement {id} cannot be had: {error}");
                self.tell(&error_lines(&message, error.hint().as_deref()));
                Verdict::Lost(Box::new(error))
            }
        }
    }

    pub(super) fn tell(&self, lines: &[Line]) {
        for line in lines {
            self.out.note(line);
        }
    }
}

fn progress_text(what: &str, fraction: f64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let clock = format!("{}:{:02}", seconds / 60, seconds % 60);
    // Livy's progress reaches 1 and falls again while jobs follow each other.
    if fraction > 0.0 && fraction < 1.0 {
        format!("{what} {clock}, {:.0} %", fraction * 100.0)
    } else {
        format!("{what} {clock}")
    }
}

//! Waits for a statement's end, with a progress line, for as long as it may take.

use super::{Event, Link, Run, Signal};
use super::{stages, words};
use crate::engine::{self, Outcome, Stage, Ticket};
use crate::exit::Exit;
use crate::livy::Id;
use crate::render::Line;
use crate::term::{self, Out, clock};
use std::time::{Duration, Instant};

/// A statement that is over sooner needs no progress line.
const BEFORE_PROGRESS: Duration = Duration::from_millis(500);
/// A moving line is redrawn so often.
const REDRAW: Duration = Duration::from_millis(100);
/// Off a terminal nothing is redrawn.
const SLOW_TICK: Duration = Duration::from_secs(1);
/// How long a cancelled script's statement is waited for.
pub(super) const AFTER_SIGNAL: Duration = Duration::from_secs(5);
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
    /// Of a statement that may be another client's: the first press stops waiting. Nothing cancels it,
    /// and it has no limit.
    Watch,
}

/// What the wait for a statement's end gave.
#[derive(Default)]
pub(super) struct Waited {
    pub(super) outcome: Option<Outcome>,
    /// The statement's number on the server.
    pub(super) id: Option<Id>,
    /// Why the program is to end.
    pub(super) end: Option<Exit>,
    /// The time that it was given, where that was over before it ended.
    pub(super) too_long: Option<Duration>,
    /// How long it was waited for.
    pub(super) took: Duration,
    /// How long it ran by the server's clock.
    pub(super) ran: Option<Duration>,
}

/// Why a statement is not waited for any longer.
#[derive(Clone, Copy)]
enum Reason {
    /// It has had the time that any wait may take.
    Most,
    /// It was cancelled because of its limit.
    Limit,
    /// It was cancelled because the program is to end.
    Signal,
}

/// One statement that is waited for.
pub(super) struct Wait<'a> {
    out: &'a Out,
    interrupts: Interrupts,
    ticket: Ticket,
    began: Instant,
    /// Names it in what is told meanwhile.
    place: &'a str,
    /// How long it may run.
    limit: Option<Duration>,
    /// When its own time has begun: the session is ready, and no statement before it runs.
    runs_since: Option<Instant>,
    is_behind_another: bool,
    fraction: f64,
    stages: Vec<Stage>,
    /// Why the server is asked again, as long as it is.
    trouble: Option<String>,
    is_cancelled: bool,
    end: Option<Exit>,
    too_long: Option<Duration>,
    give_up: Option<(Instant, Reason)>,
    /// Off a terminal a line a minute tells that it still runs.
    minutes_told: u64,
}

impl<'a> Wait<'a> {
    pub(super) fn of(run: &Run<'a>, link: &Link, ticket: Ticket, place: &'a str) -> Wait<'a> {
        let now = Instant::now();
        let most = run.manner.wait_at_most;
        Wait {
            out: run.out,
            interrupts: run.interrupts,
            ticket,
            began: now,
            place,
            limit: match run.interrupts {
                Interrupts::Prompt | Interrupts::Script => run.manner.statement_timeout,
                Interrupts::Watch => None,
            },
            runs_since: link.facts.is_ready.then_some(now),
            is_behind_another: false,
            fraction: 0.0,
            stages: Vec::new(),
            trouble: None,
            is_cancelled: false,
            end: None,
            too_long: None,
            give_up: most.map(|most| (now + most, Reason::Most)),
            minutes_told: 0,
        }
    }

    /// With its end, where that has come already.
    pub(super) fn until_its_end(mut self, link: &mut Link, ended: Option<engine::Event>) -> Waited {
        if let Some(ended) = ended
            && let Some(waited) = self.on_event(link, Event::Engine(ended))
        {
            return waited;
        }
        let waited = loop {
            if let Some(waited) = self.on_time(link) {
                break waited;
            }
            if let Some(event) = link.next(self.out, Some(self.tick()))
                && let Some(waited) = self.on_event(link, event)
            {
                break waited;
            }
            self.show(link);
        };
        self.out.end_progress();
        waited
    }

    /// When it will have run for too long.
    fn limit_at(&self) -> Option<(Instant, Duration)> {
        let is_over = self.too_long.is_some() || self.end.is_some();
        let (limit, since) = (self.limit?, self.runs_since?);
        (!is_over && !self.is_behind_another).then_some((since + limit, limit))
    }

    fn tick(&self) -> Duration {
        let tick = match self.out.terminals.error {
            true => REDRAW,
            false => SLOW_TICK,
        };
        let limit_at = self.limit_at().map(|(time, _)| time);
        let give_up_at = self.give_up.map(|(time, _)| time);
        let times = [limit_at, give_up_at].into_iter().flatten();
        let now = Instant::now();
        times.fold(tick, |tick, time| tick.min(time.duration_since(now)))
    }

    fn on_time(&mut self, link: &Link) -> Option<Waited> {
        let now = Instant::now();
        if let Some((time, limit)) = self.limit_at()
            && now >= time
        {
            self.too_long = Some(limit);
            self.cancel(link);
            self.wait_no_longer_than(AFTER_LIMIT, Reason::Limit);
        }
        let (time, reason) = self.give_up?;
        if now < time {
            return None;
        }
        match reason {
            Reason::Most => link.engine.cancel(self.ticket),
            // A session that is ours ends with the program.
            Reason::Signal if link.about.is_ours => {}
            Reason::Signal => self.out.note(&Line::plain(STILL_RUNS)),
            // Who goes on in the session wants its number, which comes at once.
            Reason::Limit => {
                self.out.note(&Line::plain(STILL_RUNS));
                self.give_up = None;
                link.engine.stop_waiting(self.ticket);
                return None;
            }
        }
        link.engine.stop_waiting(self.ticket);
        Some(self.waited())
    }

    /// The first of several limits holds.
    fn wait_no_longer_than(&mut self, time: Duration, reason: Reason) {
        let at = Instant::now() + time;
        if self.give_up.is_none_or(|(known, _)| at < known) {
            self.give_up = Some((at, reason));
        }
    }

    fn on_event(&mut self, link: &Link, event: Event) -> Option<Waited> {
        match event {
            Event::Signal(signal) => return self.on_signal(link, signal),
            Event::Engine(engine::Event::Ready { .. }) => self.runs_since = Some(Instant::now()),
            Event::Engine(engine::Event::Progress {
                ticket,
                fraction,
                is_waiting,
            }) if ticket == self.ticket => {
                self.fraction = fraction;
                self.trouble = None;
                // Its own time begins when the other statement's has ended.
                if std::mem::replace(&mut self.is_behind_another, is_waiting) && !is_waiting {
                    self.runs_since = Some(Instant::now());
                }
            }
            Event::Engine(engine::Event::Stages(stages)) => self.stages = stages,
            Event::Engine(engine::Event::Reconnecting(error)) => {
                self.trouble = Some(words::asking_again(&error));
            }
            Event::Engine(engine::Event::Reconnected | engine::Event::CancelFailed(_)) => {
                self.trouble = None;
            }
            Event::Engine(engine::Event::Finished {
                ticket,
                id,
                outcome,
                ran,
                ..
            }) if ticket == self.ticket => {
                return Some(Waited {
                    outcome: Some(*outcome),
                    id,
                    ran,
                    ..self.waited()
                });
            }
            Event::ThreadLost => {
                self.end = Some(Exit::Server);
                return Some(self.waited());
            }
            Event::Engine(_) | Event::Preparing { .. } | Event::Told(_) | Event::InputArrived => {}
        }
        None
    }

    fn on_signal(&mut self, link: &Link, signal: Signal) -> Option<Waited> {
        match (signal, self.interrupts) {
            (Signal::Interrupt, Interrupts::Prompt) if !self.is_cancelled => {
                let told = "Cancelling the statement. Press Ctrl-C again to stop waiting.";
                self.out.note(&Line::plain(told));
                self.cancel(link);
            }
            (Signal::Interrupt, Interrupts::Prompt | Interrupts::Watch) => {
                link.engine.stop_waiting(self.ticket);
            }
            (Signal::Interrupt, Interrupts::Script) if self.end.is_none() => {
                self.out.note(&Line::plain("Cancelling the statement."));
                self.end_with(link, Exit::Interrupted);
            }
            (Signal::Interrupt, Interrupts::Script) => {
                self.let_go(link);
                self.end = Some(Exit::InterruptedAgain);
                return Some(self.waited());
            }
            (Signal::Terminate | Signal::TimeUp, Interrupts::Watch) => {
                link.engine.stop_waiting(self.ticket);
                self.end = Some(signal.into());
                return Some(self.waited());
            }
            (Signal::Terminate | Signal::TimeUp, Interrupts::Prompt | Interrupts::Script) => {
                self.end_with(link, signal.into())
            }
            // A terminal that is gone ends nothing in the session.
            (Signal::HangUp, _) => {
                self.let_go(link);
                self.end = Some(Exit::HungUp);
                return Some(self.waited());
            }
            // Nothing was sent yet.
            (Signal::NotStarted { .. }, _) => {
                link.engine.cancel(self.ticket);
                self.end = Some(signal.into());
                return Some(self.waited());
            }
        }
        None
    }

    /// What was sent early is to be cancelled, which is confirmed at its turn alone.
    fn let_go(&self, link: &Link) {
        if link.early.is_some() {
            link.engine.stop_waiting(self.ticket);
        }
    }

    /// The program ends once the cancel is confirmed, or has had its time.
    fn end_with(&mut self, link: &Link, exit: Exit) {
        self.is_cancelled = true;
        link.engine.cancel_all();
        self.end.get_or_insert(exit);
        self.wait_no_longer_than(AFTER_SIGNAL, Reason::Signal);
    }

    fn cancel(&mut self, link: &Link) {
        self.is_cancelled = true;
        link.engine.cancel(self.ticket);
    }

    /// Without the statement's end.
    fn waited(&self) -> Waited {
        Waited {
            outcome: None,
            id: None,
            end: self.end,
            too_long: self.too_long,
            took: self.began.elapsed(),
            ran: None,
        }
    }

    fn show(&mut self, link: &Link) {
        let Some(elapsed) = self.runs_since.map(|since| since.elapsed()) else {
            if let Some((step, detail)) = &link.phase {
                self.out.tick((step, detail), link.opened.elapsed());
            }
            return;
        };
        let minutes = elapsed.as_secs() / 60;
        if self.out.terminals.error {
            if elapsed >= BEFORE_PROGRESS {
                self.out.progress(&self.text(elapsed));
            }
        } else if minutes > self.minutes_told {
            self.minutes_told = minutes;
            self.out.tell_step(&self.text(elapsed));
        }
    }

    fn text(&self, elapsed: Duration) -> String {
        let what = match (self.is_cancelled, self.is_behind_another) {
            (true, _) => "cancelling",
            (false, true) => "waiting behind another statement",
            (false, false) => "running",
        };
        let clock = clock(elapsed);
        let place = self.place;
        if let Some(trouble) = &self.trouble {
            return format!("{place}{what} {clock}; {trouble}");
        }
        // Livy's progress reaches 1 and falls again while jobs follow each other.
        let text = match self.fraction {
            fraction if fraction > 0.0 && fraction < 1.0 => {
                format!("{place}{what} {clock}, {:.0} %", fraction * 100.0)
            }
            _ => format!("{place}{what} {clock}"),
        };
        let bars = stages::bars(&self.stages, term::columns().saturating_sub(text.len() + 3));
        match bars.is_empty() {
            true => text,
            false => format!("{text}  {bars}"),
        }
    }
}

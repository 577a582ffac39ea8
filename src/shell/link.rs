//! The line between a front end and the network thread: events come in, and while a prompt stands
//! they are told above it as they come.

use super::early::SentEarly;
use super::uplink::{Farewell, Uplink};
use super::{Event, Ledger, Signal, life, tell};
use crate::engine::{self, Engine, Mailbox, OpenError, Received, WeakEngine};
use crate::exit::Exit;
use crate::lang::{Language, Past};
use crate::livy::{Failure, LivyError, Session};
use crate::term::Out;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What is known of the session.
#[derive(Debug, Clone, Default)]
pub struct SessionFacts {
    pub session: Option<Session>,
    pub is_ready: bool,
    /// Why no statement can be sent any more.
    pub over: Option<Over>,
}

#[derive(Debug, Clone)]
pub enum Over {
    NotOpened(OpenError),
    Died,
    /// It cannot be asked any more, but may still be there.
    LostSight(LivyError),
}

/// What is known before anything is opened.
#[derive(Debug, Clone)]
pub struct About {
    pub is_local: bool,
    /// Whether the session is one that we make.
    pub is_ours: bool,
    /// Whether it is made where there is none of its name, and then stays.
    pub is_made_if_missing: bool,
    /// Whether another session has the prompt while it is opened.
    pub(super) is_aside: bool,
    /// The server, as it is shown to people.
    pub root: String,
    /// The command that comes to this server, for a shell.
    pub command: String,
}

/// A front end's line to the network thread.
pub struct Link {
    pub engine: Engine,
    pub facts: SessionFacts,
    pub about: About,
    /// What the session was given.
    pub past: Past,
    /// What has run in it since, with what it gave.
    pub ledger: Ledger,
    /// The last error, as the server sent it.
    pub last_failure: Option<Failure>,
    /// Whether nobody has chosen a language, so that Python may be taken for Scala.
    pub may_be_python: bool,
    /// Whether the session's Python answers for earlier statements.
    pub(super) python_out_of_step: bool,
    /// Whether what Python code needs beforehand has run in the session.
    pub is_prepared: bool,
    /// The next statement, where it was sent already.
    pub(super) early: Option<SentEarly>,
    events: Receiver<(Event, bool)>,
    /// What came while another program had the terminal.
    held: VecDeque<(Event, bool)>,
    pub(super) uplink: Uplink,
    thread: Option<JoinHandle<()>>,
    /// A statement that nobody waited for any more when the server took it.
    pub accepted_late: Option<engine::Id>,
    /// Whether one was left, or may have been received, whose number is not known.
    pub has_left_unnumbered: bool,
    /// Whether the session was waited for as long as was asked for.
    pub(super) is_start_given_up: bool,
    next_ticket: engine::Ticket,
    /// When the session was asked for.
    pub(super) opened: Instant,
    /// The last phase of its start: a step, and what changes within it.
    pub(super) phase: Option<(String, String)>,
}

/// What names a session to people: its name, else its number.
pub(super) fn name_of(session: &Session) -> String {
    let name = session.name.clone();
    name.unwrap_or_else(|| session.id.to_string())
}

impl Link {
    /// Starts the network thread, whose `body` holds the conversation, and returns at once.
    pub(super) fn start(
        about: About,
        body: impl FnOnce(Mailbox, WeakEngine, Uplink) + Send + 'static,
    ) -> std::io::Result<Link> {
        let (waiting, events) = channel();
        let (engine, mailbox) = Engine::new();
        let uplink = Uplink::new(waiting, about.clone());
        let (weak, thread_uplink) = (engine.downgrade(), uplink.clone());
        let thread = std::thread::Builder::new()
            .name("network".to_owned())
            .spawn(move || {
                let _farewell = Farewell(thread_uplink.clone());
                body(mailbox, weak, thread_uplink);
            })?;
        Ok(Link {
            engine,
            facts: SessionFacts::default(),
            about,
            past: Past::default(),
            ledger: Ledger::default(),
            last_failure: None,
            may_be_python: false,
            python_out_of_step: false,
            early: None,
            events,
            held: VecDeque::new(),
            uplink,
            thread: Some(thread),
            is_prepared: false,
            is_start_given_up: false,
            opened: Instant::now(),
            phase: None,
            accepted_late: None,
            has_left_unnumbered: false,
            next_ticket: 0,
        })
    }

    pub fn ticket(&mut self) -> engine::Ticket {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Whether a prompt stands; events are then told above it through `above`, where it has a way.
    pub fn set_prompt(&mut self, stands: bool, above: Option<&Out>) {
        self.uplink.set_prompt(stands, above.cloned());
    }

    /// Whoever sits at a prompt decides how long things take: limits of time are not told any more.
    pub fn lift_limits(&mut self) {
        self.uplink.lift_limits();
    }

    /// Tells what the session does that is still waited for, where that is not told yet: a line that was
    /// redrawn is gone when a prompt stands.
    pub fn tell_step(&self, out: &Out) {
        if let (Some(session), false, None) =
            (&self.facts.session, self.facts.is_ready, &self.facts.over)
        {
            let (step, detail) = life::starting(session, self.about.is_local);
            out.phase(&step, &detail);
        }
    }

    /// By name, else by id; none where it is not known yet.
    pub fn session_name(&self) -> Option<String> {
        self.facts.session.as_ref().map(name_of)
    }

    /// Whether the session was there, but is not any more.
    pub fn has_died(&self) -> bool {
        self.facts.session.is_some() && matches!(self.facts.over, Some(Over::Died))
    }

    /// The session stays when livysh ends.
    pub fn keep(&mut self) {
        self.uplink.keep();
    }

    /// It is the session that the other link has lost sight of: whose that was, its is.
    pub(super) fn take_over(&mut self, lost: &Link, keep: bool) {
        self.about.is_ours = lost.about.is_ours;
        self.about.is_made_if_missing = lost.about.is_made_if_missing;
        self.has_left_unnumbered = lost.has_left_unnumbered;
        if lost.about.is_ours && !keep {
            self.uplink.adopt();
            lost.uplink.hand_over();
        }
    }

    /// It has the prompt from now on.
    pub(super) fn come_forward(&mut self) {
        self.uplink.come_forward();
    }

    /// Whether there may be a session, or may soon be one.
    pub fn may_live(&self) -> bool {
        matches!(self.facts.over, None | Some(Over::LostSight(_)))
    }

    /// The next event, if one comes in time; what it says of the session is noted, and told where
    /// it was not yet.
    pub fn next(&mut self, out: &Out, timeout: Option<Duration>) -> Option<Event> {
        let (mut event, told) = match self.held.pop_front() {
            Some(held) => held,
            None => self.receive(timeout)?,
        };
        if let Event::Signal(Signal::NotStarted { lacks_room }) = &mut event {
            // It may have started just now.
            if self.facts.is_ready || self.facts.over.is_some() {
                return None;
            }
            let (lines, lacks) = life::not_started(self.facts.session.as_ref(), &self.about.root);
            *lacks_room = lacks;
            self.is_start_given_up = true;
            for line in lines {
                out.note(&line);
            }
        }
        if !told {
            tell::tell(out, &event, &self.about, self.uplink.reader());
        }
        self.note(&event);
        Some(event)
    }

    /// A signal that ends the program, if one comes in time. Everything else is held back untold:
    /// another program has the terminal.
    pub fn ending_signal(&mut self, timeout: Duration) -> Option<Signal> {
        let received = self.receive(Some(timeout))?;
        if let (Event::Signal(signal @ (Signal::Terminate | Signal::HangUp | Signal::TimeUp)), _) =
            received
        {
            return Some(signal);
        }
        self.held.push_back(received);
        None
    }

    /// The sender lives as long as this end: where there is nothing, none came in time.
    fn receive(&self, timeout: Option<Duration>) -> Option<(Event, bool)> {
        loop {
            let received = match timeout {
                None => self.events.recv().ok(),
                Some(timeout) => self.events.recv_timeout(timeout).ok(),
            };
            // A limit may have been on its way when it was lifted.
            match received {
                Some((Event::Signal(Signal::TimeUp | Signal::NotStarted { .. }), _))
                    if self.uplink.has_no_limits() => {}
                received => return received,
            }
        }
    }

    /// Takes in what has come while nobody waited; a signal that ends the program comes back. Ctrl-C
    /// came too late for what it was meant for.
    pub fn catch_up(&mut self, out: &Out) -> Option<Signal> {
        self.signal_meanwhile(out)
            .filter(|signal| *signal != Signal::Interrupt)
    }

    /// The same, with Ctrl-C.
    pub fn signal_meanwhile(&mut self, out: &Out) -> Option<Signal> {
        let mut interrupt = None;
        while let Some(event) = self.next(out, Some(Duration::ZERO)) {
            match event {
                Event::Signal(Signal::Interrupt) => interrupt = Some(Signal::Interrupt),
                Event::Signal(signal) => return Some(signal),
                Event::Engine(_)
                | Event::Preparing { .. }
                | Event::Told(_)
                | Event::InputArrived
                | Event::ThreadLost => {}
            }
            if self.facts.over.is_some() {
                break;
            }
        }
        interrupt
    }

    /// The session's own language, once that is known of an attached one; `fallback` for one that
    /// we make and where it says nothing. The code to end with where there is no session.
    pub fn language(&mut self, out: &Out, fallback: Language) -> Result<Language, Exit> {
        if self.about.is_ours {
            return Ok(fallback);
        }
        loop {
            if self.facts.over.is_some() {
                return Err(self.exit());
            }
            if let Some(session) = &self.facts.session {
                let kind = session.kind.as_deref().and_then(Language::from_name);
                return Ok(kind.unwrap_or(fallback));
            }
            if let Some(Event::Signal(signal)) = self.next(out, None) {
                return Err(signal.into());
            }
        }
    }

    /// The code to end with where the session could not be opened or has died.
    pub fn exit(&self) -> Exit {
        match &self.facts.over {
            Some(Over::NotOpened(error)) => Exit::from(error),
            Some(Over::LostSight(error)) => Exit::from(error),
            Some(Over::Died) | None => Exit::Server,
        }
    }

    /// Gives up what is being prepared.
    pub fn stop_preparing(&self) {
        self.uplink.stop.store(true, Ordering::Relaxed);
    }

    /// Waits until the network thread, and a local server with it, is gone.
    pub fn close(mut self) {
        self.shut();
    }

    /// The same for one that another is to take the place of.
    pub(super) fn shut(&mut self) {
        self.give_up();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }

    /// Lets it end for another to take its place, without waiting for it.
    pub(super) fn let_go(&mut self) {
        self.uplink.let_go();
        self.give_up();
    }

    /// Whether the network thread, and a local server with it, is gone.
    pub(super) fn is_gone(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Whether what comes in this language belongs to other statements.
    pub(super) fn is_out_of_step(&self, language: Language) -> bool {
        self.python_out_of_step && language == Language::Python
    }

    fn give_up(&mut self) {
        self.stop_preparing();
        // Dropping the handle ends the conversation where it has not ended yet.
        self.engine = Engine::new().0;
        self.facts.over.get_or_insert(Over::Died);
    }

    fn note(&mut self, event: &Event) {
        let event = match event {
            Event::Engine(event) => event,
            Event::ThreadLost => {
                self.facts.over.get_or_insert(Over::Died);
                return;
            }
            Event::Preparing { step, detail } => {
                self.phase = Some((step.clone(), detail.clone()));
                return;
            }
            Event::Told(_) | Event::Signal(_) | Event::InputArrived => return,
        };
        self.note_early(event);
        match event {
            engine::Event::Starting { session } => {
                self.phase = Some(life::starting(session, self.about.is_local));
                self.facts.session = Some((**session).clone());
            }
            engine::Event::Ready { session } => {
                self.facts.session = Some((**session).clone());
                self.facts.is_ready = true;
            }
            engine::Event::AcceptedLate { id } => {
                self.accepted_late = Some(id.clone());
                self.has_left_unnumbered = false;
            }
            engine::Event::LostLate(failed) => {
                self.has_left_unnumbered &= failed.received == Received::Perhaps;
            }
            engine::Event::OpenFailed(error) => {
                self.facts.over = Some(Over::NotOpened(error.clone()));
            }
            engine::Event::Died(death) => {
                self.facts.over = Some(match &death.failure {
                    Some(failure) if death.may_live => Over::LostSight(failure.clone()),
                    _ => Over::Died,
                });
            }
            engine::Event::Finished { .. } => self.uplink.has_taken_an_end(),
            engine::Event::StartsSlowly { .. }
            | engine::Event::Recovering { .. }
            | engine::Event::Recovered
            | engine::Event::Reconnecting(_)
            | engine::Event::Reconnected
            | engine::Event::Progress { .. }
            | engine::Event::Stages(_)
            | engine::Event::CancelFailed(_)
            | engine::Event::Copies(_)
            | engine::Event::Answered { .. }
            | engine::Event::Ended(_) => {}
        }
    }
}

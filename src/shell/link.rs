//! The line between a front end and the network thread: events come in, and while a prompt stands
//! they are told above it as they come.

use super::{Event, tell};
use crate::engine::{self, Engine, Mailbox, OpenError, WeakEngine};
use crate::exit::Exit;
use crate::lang::Language;
use crate::livy::Session;
use crate::term::Out;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

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
}

/// What is known before anything is opened.
pub(super) struct About {
    pub(super) is_local: bool,
    pub(super) is_ours: bool,
    pub(super) root: String,
}

/// A front end's line to the network thread.
pub struct Link {
    pub engine: Engine,
    pub facts: SessionFacts,
    pub is_local: bool,
    /// Whether the session is one that we made.
    pub is_ours: bool,
    /// The server, as it is shown to people.
    pub root: String,
    events: Receiver<(Event, bool)>,
    uplink: Uplink,
    thread: Option<JoinHandle<()>>,
    next_ticket: engine::Ticket,
}

/// Where events go: to the front end, and above a standing prompt as they come.
struct Route {
    waiting: Sender<(Event, bool)>,
    above: Option<Out>,
    is_local: bool,
    root: String,
}

impl Route {
    fn emit(&self, event: Event) {
        let told = match &self.above {
            Some(out) => tell::tell(out, &event, self.is_local, &self.root),
            None => false,
        };
        // Only a front end that is gone does not take it.
        self.waiting.send((event, told)).ok();
    }
}

/// The network thread's end of the line.
#[derive(Clone)]
pub(super) struct Uplink {
    route: Arc<Mutex<Route>>,
    /// Set when what is being prepared is not wanted any more.
    pub(super) stop: Arc<AtomicBool>,
}

impl Uplink {
    /// Takes an event to the front end, from any thread.
    pub(super) fn emit(&self, event: Event) {
        self.lock().emit(event);
    }

    /// Whether a prompt stands: nobody waits for events then.
    pub(super) fn prompt_stands(&self) -> bool {
        self.lock().above.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Route> {
        self.route.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Link {
    /// Starts the network thread, whose `body` holds the conversation, and returns at once.
    pub(super) fn start(
        about: About,
        body: impl FnOnce(Mailbox, WeakEngine, Uplink) + Send + 'static,
    ) -> std::io::Result<Link> {
        let (waiting, events) = channel();
        let (engine, mailbox) = Engine::new();
        let uplink = Uplink {
            route: Arc::new(Mutex::new(Route {
                waiting,
                above: None,
                is_local: about.is_local,
                root: about.root.clone(),
            })),
            stop: Arc::new(AtomicBool::new(false)),
        };
        let (weak, thread_uplink) = (engine.downgrade(), uplink.clone());
        let thread = std::thread::Builder::new()
            .name("network".to_owned())
            .spawn(move || body(mailbox, weak, thread_uplink))?;
        Ok(Link {
            engine,
            facts: SessionFacts::default(),
            is_local: about.is_local,
            is_ours: about.is_ours,
            root: about.root,
            events,
            uplink,
            thread: Some(thread),
            next_ticket: 0,
        })
    }

    pub fn ticket(&mut self) -> engine::Ticket {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// While a prompt stands, events are told above it through `out`.
    pub fn set_prompt(&mut self, out: Option<&Out>) {
        self.uplink.lock().above = out.cloned();
    }

    /// The next event, if one comes in time; what it says of the session is noted, and told where
    /// it was not yet.
    pub fn next(&mut self, out: &Out, timeout: Option<Duration>) -> Option<Event> {
        let received = match timeout {
            None => self
                .events
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
            Some(timeout) => self.events.recv_timeout(timeout),
        };
        let (event, told) = match received {
            Ok(received) => received,
            Err(RecvTimeoutError::Timeout) => return None,
            // The network thread is gone: only a defect in it gets here.
            Err(RecvTimeoutError::Disconnected) => {
                self.facts.over.get_or_insert(Over::Died);
                return Some(Event::Engine(engine::Event::Ended(engine::Ending::Nothing)));
            }
        };
        if !told {
            tell::tell(out, &event, self.is_local, &self.root);
        }
        self.note(&event);
        Some(event)
    }

    /// Takes in what has come while a prompt stood.
    pub fn catch_up(&mut self, out: &Out) {
        while self.next(out, Some(Duration::ZERO)).is_some() {
            if self.facts.over.is_some() {
                return;
            }
        }
    }

    /// The session's own language: of an attached one once that is known, Scala where it says
    /// nothing. The code to end with where there is no session.
    pub fn language(&mut self, out: &Out) -> Result<Language, Exit> {
        if self.is_ours {
            return Ok(Language::Scala);
        }
        loop {
            if self.facts.over.is_some() {
                return Err(self.exit());
            }
            if let Some(session) = &self.facts.session {
                let kind = session.kind.as_deref().and_then(Language::from_name);
                return Ok(kind.unwrap_or(Language::Scala));
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
            Some(Over::Died) | None => Exit::Server,
        }
    }

    /// Gives up what is being prepared.
    pub fn stop_preparing(&self) {
        self.uplink.stop.store(true, Ordering::Relaxed);
    }

    /// Waits until the network thread, and a local server with it, is gone.
    pub fn close(mut self) {
        let thread = self.thread.take();
        self.stop_preparing();
        // Dropping the handle ends the conversation where it has not ended yet.
        drop(self);
        if let Some(thread) = thread {
            thread.join().ok();
        }
    }

    fn note(&mut self, event: &Event) {
        let Event::Engine(event) = event else { return };
        match event {
            engine::Event::Starting { session } => self.facts.session = Some((**session).clone()),
            engine::Event::Ready { session } => {
                self.facts.session = Some((**session).clone());
                self.facts.is_ready = true;
            }
            engine::Event::OpenFailed(error) => {
                self.facts.over = Some(Over::NotOpened(error.clone()));
            }
            engine::Event::Died(_) => self.facts.over = Some(Over::Died),
            engine::Event::Reconnecting(_)
            | engine::Event::Reconnected
            | engine::Event::Accepted { .. }
            | engine::Event::Progress { .. }
            | engine::Event::CancelFailed(_)
            | engine::Event::Finished { .. }
            | engine::Event::Ended(_) => {}
        }
    }
}

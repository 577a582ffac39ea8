//! From settings to a conversation: a thread of its own prepares a local Spark where that is
//! wanted, opens the session and holds the conversation, so that a prompt never waits for it.

use super::{Event, Signal, words};
use crate::config::Place;
use crate::engine::{self, Engine, Mailbox, OpenError, Opened, Opening, Patience};
use crate::exit::Exit;
use crate::lang::Language;
use crate::livy::{Client, CreateSession, Id, Session};
use crate::local;
use crate::term::Out;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::signal::unix::{self, SignalKind};

/// What to open.
#[derive(Debug, Clone)]
pub struct Plan {
    pub place: Place,
    pub session: SessionPlan,
    /// The user's cache folder for livysh.
    pub cache: PathBuf,
    /// Where to look for a local Spark.
    pub search: local::Search,
}

#[derive(Debug, Clone)]
pub enum SessionPlan {
    Create(CreateSession),
    /// By id or name.
    Attach(String),
}

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

/// Called on the network thread when a signal ends the program while a prompt stands: nobody reads
/// events then.
pub type OnSignal = Box<dyn Fn(Signal) + Send>;

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
    route: Arc<Mutex<Route>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    next_ticket: engine::Ticket,
}

/// Where events go: to the front end, and above a standing prompt as they come.
struct Route {
    waiting: Sender<(Event, bool)>,
    above: Option<Out>,
    on_signal: OnSignal,
    is_local: bool,
    root: String,
}

impl Route {
    fn emit(&self, event: Event) {
        let told = match &self.above {
            Some(out) => {
                if let Event::Signal(signal @ (Signal::Terminate | Signal::HangUp)) = event {
                    return (self.on_signal)(signal);
                }
                tell(out, &event, self.is_local, &self.root)
            }
            None => false,
        };
        // Only a front end that is gone does not take it.
        self.waiting.send((event, told)).ok();
    }
}

impl Link {
    /// Starts the network thread and returns at once.
    pub fn open(plan: Plan, on_signal: OnSignal) -> std::io::Result<Link> {
        let (waiting, events) = channel();
        let (engine, mailbox) = Engine::new();
        let is_local = matches!(plan.place, Place::Local { .. });
        let root = match &plan.place {
            Place::Local { .. } => "this machine".to_owned(),
            Place::Server { url, .. } => url.trim_end_matches('/').to_owned(),
        };
        let is_ours = matches!(plan.session, SessionPlan::Create(_));
        let route = Arc::new(Mutex::new(Route {
            waiting,
            above: None,
            on_signal,
            is_local,
            root: root.clone(),
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let (thread_route, thread_stop) = (route.clone(), stop.clone());
        let thread = std::thread::Builder::new()
            .name("network".to_owned())
            .spawn(move || converse(plan, mailbox, &thread_route, thread_stop))?;
        Ok(Link {
            engine,
            facts: SessionFacts::default(),
            is_local,
            is_ours,
            root,
            events,
            route,
            stop,
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
        let mut route = self.route.lock().unwrap_or_else(PoisonError::into_inner);
        route.above = out.cloned();
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
            tell(out, &event, self.is_local, &self.root);
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
        self.stop.store(true, Ordering::Relaxed);
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

/// Tells people what an event says by itself; false where it belongs to a running statement.
fn tell(out: &Out, event: &Event, is_local: bool, root: &str) -> bool {
    let lines = match event {
        Event::Preparing { step, detail } => {
            out.phase(step, detail);
            return true;
        }
        Event::Engine(engine::Event::Starting { session }) => {
            let (step, detail) = words::starting(session, is_local);
            out.phase(&step, &detail);
            return true;
        }
        Event::Engine(engine::Event::Ready { session }) => {
            out.end_progress();
            match out.terminals.input {
                true => words::ready(session),
                false => Vec::new(),
            }
        }
        Event::Engine(engine::Event::OpenFailed(error)) => words::open_error(error),
        Event::Engine(engine::Event::Died(death)) => words::death(death, root),
        Event::Engine(engine::Event::CancelFailed(error)) => words::livy_error(error),
        Event::Engine(engine::Event::Reconnecting(error)) => {
            out.phase(
                "the server cannot be reached, asking again",
                &format!(": {error}"),
            );
            return true;
        }
        Event::Engine(engine::Event::Reconnected) => {
            out.phase("the server answers again", "");
            return true;
        }
        Event::Engine(
            engine::Event::Accepted { .. }
            | engine::Event::Progress { .. }
            | engine::Event::Finished { .. }
            | engine::Event::Ended(_),
        )
        | Event::Signal(_) => return false,
    };
    for line in lines {
        out.note(&line);
    }
    true
}

fn converse(plan: Plan, mailbox: Mailbox, route: &Arc<Mutex<Route>>, stop: Arc<AtomicBool>) {
    let emit = {
        let route = route.clone();
        move |event| {
            route
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .emit(event)
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let failed = OpenError::Preparation {
                message: format!("the network thread cannot run: {error}"),
                hint: "check the limits on open files and processes".to_owned(),
            };
            return emit(Event::Engine(engine::Event::OpenFailed(failed)));
        }
    };
    let local = tokio::task::LocalSet::new();
    let server = Rc::new(RefCell::new(None));
    local.block_on(&runtime, async {
        let signals = tokio::task::spawn_local(watch_signals(emit.clone()));
        let preparing = emit.clone();
        let opening: Opening = Box::pin(open(plan, server.clone(), stop, preparing));
        let to_front_end = emit.clone();
        Engine::converse(mailbox, opening, Patience::default(), move |event| {
            to_front_end(Event::Engine(event));
        })
        .await;
        signals.abort();
    });
    // Ends the local server's sessions, and waits until Spark is gone.
    drop(server.take());
}

async fn open(
    plan: Plan,
    server: Rc<RefCell<Option<local::Server>>>,
    stop: Arc<AtomicBool>,
    emit: impl Fn(Event) + Clone + Send + 'static,
) -> Result<Opened, OpenError> {
    let (url, credential) = match plan.place {
        Place::Server { url, credential } => (url, credential),
        Place::Local { python } => {
            let search = local::Search {
                python,
                ..plan.search
            };
            let (started, token) = start_local(search, plan.cache, stop, emit).await?;
            let url = started.url();
            server.replace(Some(started));
            (url, crate::auth::Credential::Bearer(token))
        }
    };
    let client = Client::new(&url, Arc::new(credential)).map_err(|error| {
        let hint = error.hint().to_owned();
        OpenError::Preparation {
            message: error.to_string(),
            hint,
        }
    })?;
    let session = match plan.session {
        SessionPlan::Create(request) => client.create_session(&request).await?,
        SessionPlan::Attach(name) => {
            let id = name.parse().map_or(Id::Text(name), Id::Number);
            client.session(&id).await?
        }
    };
    let client = Arc::new(client);
    Ok(Opened { client, session })
}

/// Prepares the runtime on a thread that may block for minutes, and starts the server there.
async fn start_local(
    search: local::Search,
    cache: PathBuf,
    stop: Arc<AtomicBool>,
    emit: impl Fn(Event) + Send + 'static,
) -> Result<(local::Server, crate::auth::Secret), OpenError> {
    let (done, waiting) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("local-start".to_owned())
        .spawn(move || {
            let mut tell = |step: &str, detail: &str| {
                emit(Event::Preparing {
                    step: step.to_owned(),
                    detail: detail.to_owned(),
                });
            };
            done.send(prepare_and_serve(&search, cache, &stop, &mut tell))
                .ok();
        });
    let lost = |message: String| OpenError::Preparation {
        message,
        hint: "try again".to_owned(),
    };
    spawned.map_err(|error| lost(format!("a thread cannot be started: {error}")))?;
    waiting
        .await
        .unwrap_or_else(|_| Err(lost("the preparation ended without a result".to_owned())))
}

fn prepare_and_serve(
    search: &local::Search,
    cache: PathBuf,
    stop: &AtomicBool,
    tell: &mut local::Tell<'_>,
) -> Result<(local::Server, crate::auth::Secret), OpenError> {
    let runtime = local::prepare(search, stop, tell).map_err(|error| {
        if stop.load(Ordering::Relaxed) {
            return OpenError::GivenUp;
        }
        OpenError::Preparation {
            message: error.to_string(),
            hint: error.hint(),
        }
    })?;
    let failed = |error: std::io::Error| OpenError::Preparation {
        message: format!("the local server cannot start: {error}"),
        hint: format!("check the folder {}", cache.display()),
    };
    let token = local::random_token().map_err(failed)?;
    let options = local::Options {
        port: 0,
        token: Some(token.clone()),
        cache: cache.clone(),
    };
    let server = local::Server::start(&options, runtime).map_err(failed)?;
    Ok((server, crate::auth::Secret::new(token)))
}

async fn watch_signals(emit: impl Fn(Event)) {
    if let Ok(mut signals) = Signals::listen() {
        loop {
            let signal = signals.next().await;
            emit(Event::Signal(signal));
        }
    }
}

/// Waits for a signal that ends the program.
pub fn wait_for_signal() -> std::io::Result<Signal> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async { Ok(Signals::listen()?.next().await) })
}

struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: unix::signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
        }
    }
}

//! From settings to a conversation: a thread of its own prepares a local Spark where that is
//! wanted, opens the session and holds the conversation, so that a prompt never waits for it.

use super::journal::Journal;
use super::link::{About, Link, Uplink};
use super::signals::Signals;
use super::{Event, Signal};
use crate::config::Place;
use crate::engine::{self, Engine, KeepAlive, Mailbox, OpenError, Opened, Opening, Patience};
use crate::engine::{Ending, WeakEngine};
use crate::livy::{self, Client, CreateSession, Id, LivyError};
use crate::local;
use crate::render::{Line, one_line};
use crate::term::Out;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What to open.
#[derive(Clone)]
pub struct Plan {
    pub place: Place,
    /// The command that comes to that place, for a shell.
    pub command: String,
    pub session: SessionPlan,
    /// What the name of a new session begins with.
    pub label: String,
    /// The user's cache folder for livysh.
    pub cache: PathBuf,
    /// Where to look for a local Spark.
    pub search: local::Search,
    pub tuning: local::Tuning,
    /// Whether a new session stays when livysh ends.
    pub keep: bool,
    /// Settings of the new session that must not be shown.
    pub secrets: BTreeSet<String>,
    pub limits: Limits,
    pub patience: Patience,
    pub keep_alive: KeepAlive,
    pub journal: Journal,
    /// How long a server is waited for that was not reached yet, where that was asked for.
    pub retry_for: Option<Duration>,
    /// A request's longest silence, where that is not the usual one.
    pub timeout: Option<Duration>,
    pub out: Out,
    /// Whether every request is told.
    pub is_verbose: bool,
}

/// How long things may take; `None` is without end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// When the whole run is to be over.
    pub run: Option<Instant>,
    /// How long a session may take until it is ready.
    pub start: Option<Duration>,
}

/// The limits of a session that is opened now.
struct Deadlines {
    run: Option<Instant>,
    /// None once it has started.
    start: Option<Instant>,
}

impl Deadlines {
    fn of(limits: Limits) -> Deadlines {
        Deadlines {
            run: limits.run,
            start: limits
                .start
                .and_then(|length| Instant::now().checked_add(length)),
        }
    }

    /// Waits until one is passed, each once.
    async fn passed(&mut self) -> Signal {
        let (run, start) = (self.run, self.start);
        tokio::select! {
            () = reached(run) => {
                self.run = None;
                Signal::TimeUp
            }
            () = reached(start) => {
                self.start = None;
                Signal::NotStarted { lacks_room: false }
            }
        }
    }
}

async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// Ends the process; called on the network thread when a signal comes while a prompt stands.
pub type OnSignal = Arc<dyn Fn(Signal) + Send + Sync>;

/// How long a session may take to end after a signal.
const AFTER_SIGNAL: Duration = Duration::from_secs(5);
/// A write that takes longer waits for a reader.
const WRITE_TAKES: Duration = Duration::from_millis(200);

/// How long a server that cannot be reached is asked for a session.
const ATTACHING: Duration = Duration::from_secs(20);

#[derive(Debug, Clone)]
pub enum SessionPlan {
    Create(CreateSession),
    /// By id or name.
    Attach(String),
}

impl Plan {
    /// What would be sent to create the session, as it may be shown: the address and the body.
    /// `None` where none would be created.
    pub fn request(&self) -> Option<(String, String)> {
        let SessionPlan::Create(request) = &self.session else {
            return None;
        };
        let root = match &self.place {
            Place::Local => "http://127.0.0.1".to_owned(),
            Place::Server { url, .. } => livy::shown_root(url),
        };
        let mut shown = request.clone();
        shown.name = Some(format!("{}-xxxxxxxx", self.label));
        for (key, value) in &mut shown.conf {
            if self.secrets.contains(key) {
                *value = "***".to_owned();
            }
        }
        let body = serde_json::to_string_pretty(&shown).unwrap_or_default();
        Some((format!("POST {root}/sessions"), body + "\n"))
    }

    /// The server, as it is shown to people; none where it ends with this process.
    pub fn remote_root(&self) -> Option<String> {
        match &self.place {
            Place::Local => None,
            Place::Server { url, .. } => Some(livy::shown_root(url)),
        }
    }

    /// Starts to open the session and returns at once.
    pub fn open(mut self, on_signal: OnSignal) -> std::io::Result<Link> {
        if let SessionPlan::Create(request) = &mut self.session {
            request.name = Some(format!("{}-{}", self.label, local::random_name()?));
        }
        let about = About {
            is_local: self.place == Place::Local,
            is_ours: matches!(self.session, SessionPlan::Create(_)),
            command: self.command.clone(),
            root: match &self.place {
                Place::Local => "this machine".to_owned(),
                Place::Server { url, .. } => livy::shown_root(url),
            },
        };
        Link::start(about, |mailbox, engine, uplink| {
            converse(self, mailbox, engine, uplink, on_signal);
        })
    }
}

/// The network thread: opens the session, holds the conversation, ends a local server.
fn converse(plan: Plan, mailbox: Mailbox, engine: WeakEngine, uplink: Uplink, on_signal: OnSignal) {
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
            return uplink.emit(Event::Engine(engine::Event::OpenFailed(failed)));
        }
    };
    let is_ours = matches!(plan.session, SessionPlan::Create(_));
    let ends_session = is_ours && !plan.keep;
    let (limits, patience, out) = (plan.limits, plan.patience, plan.out.clone());
    let (keep_alive, journal) = (plan.keep_alive, plan.journal.clone());
    let root = plan.remote_root();
    let local = tokio::task::LocalSet::new();
    let on_machine = OnMachine::default();
    let ended_by = local.block_on(&runtime, async {
        let opening: Opening = Box::pin(open(plan, on_machine.clone(), uplink.clone()));
        let to_front_end = uplink.clone();
        let has_started = Rc::new(Cell::new(false));
        let starts = has_started.clone();
        let writes = Entry::new(journal, root, ends_session);
        let conversation = Engine::converse(mailbox, opening, patience, keep_alive, move |event| {
            if matches!(event, engine::Event::Ready { .. }) {
                starts.set(true);
            }
            writes.follow(&event);
            to_front_end.emit(Event::Engine(event));
        });
        let mut conversation = pin!(conversation);
        let deadlines = Deadlines::of(limits);
        let signal = tokio::select! {
            () = &mut conversation => return None,
            signal = signal_to_end(&uplink, &out, deadlines, &has_started) => signal,
        };
        // A terminal that is gone ends nothing; who terminates livysh means its session too.
        if signal != Signal::HangUp
            && ends_session
            && let Some(engine) = engine.upgrade()
        {
            engine.end(AFTER_SIGNAL);
            drop(engine);
            tokio::time::timeout(AFTER_SIGNAL, conversation).await.ok();
        } else {
            uplink.tell_left(match is_ours {
                true => "left as it is",
                false => "it was there before",
            });
        }
        Some(signal)
    });
    uplink.stop.store(true, Ordering::Relaxed);
    let while_ending = runtime.block_on(on_machine.end());
    match ended_by.or(while_ending) {
        Some(signal) if uplink.is_let_go() => uplink.emit(Event::Signal(signal)),
        Some(signal) => on_signal(signal),
        None => {}
    }
}

/// The session's entry in the journal, for as long as it is there.
struct Entry {
    journal: Journal,
    root: Option<String>,
    to_end: bool,
    noted: RefCell<Option<Id>>,
}

impl Entry {
    fn new(journal: Journal, root: Option<String>, to_end: bool) -> Entry {
        Entry {
            journal,
            root,
            to_end,
            noted: RefCell::default(),
        }
    }

    fn follow(&self, event: &engine::Event) {
        let Some(root) = &self.root else { return };
        if let engine::Event::Starting { session } | engine::Event::Ready { session } = event
            && self.noted.borrow().is_none()
        {
            self.journal.note(root, session, self.to_end);
            self.noted.replace(Some(session.id.clone()));
        }
        let is_gone = match event {
            engine::Event::Died(death) => !death.may_live,
            engine::Event::Ended(ending) => matches!(ending, Ending::Deleted | Ending::Nothing),
            engine::Event::Starting { .. }
            | engine::Event::Ready { .. }
            | engine::Event::OpenFailed(_)
            | engine::Event::Reconnecting(_)
            | engine::Event::Reconnected
            | engine::Event::AcceptedLate { .. }
            | engine::Event::Progress { .. }
            | engine::Event::Copies { .. }
            | engine::Event::CancelFailed(_)
            | engine::Event::Finished { .. }
            | engine::Event::Answered { .. } => false,
        };
        if is_gone && let Some(id) = self.noted.take() {
            self.journal.forget(root, &id);
        }
    }
}

/// What of a local Spark runs on this machine.
#[derive(Clone, Default)]
struct OnMachine {
    server: Rc<RefCell<Option<local::Server>>>,
    preparing: Rc<RefCell<Option<JoinHandle<()>>>>,
}

impl OnMachine {
    /// Ends the local server's sessions and waits until Spark is gone, or an installation that was
    /// given up; a signal ends the waiting and comes back. What is left then ends with this process.
    async fn end(&self) -> Option<Signal> {
        let (server, preparing) = (self.server.take(), self.preparing.take());
        let ending = tokio::task::spawn_blocking(move || {
            drop(server);
            preparing.map(JoinHandle::join)
        });
        let signal = async {
            match Signals::listen() {
                Ok(mut signals) => signals.next().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = ending => None,
            signal = signal => Some(signal),
        }
    }
}

/// Passes signals on to the front end; one that ends the program while nobody waits for events
/// comes back: a prompt stands, or a pipe does not take what is written.
async fn signal_to_end(
    uplink: &Uplink,
    out: &Out,
    mut deadlines: Deadlines,
    has_started: &Cell<bool>,
) -> Signal {
    let Ok(mut signals) = Signals::listen() else {
        return std::future::pending().await;
    };
    // Was passed on; what is written after it may be stuck, too.
    let mut passed_on: Option<Signal> = None;
    loop {
        let signal = tokio::select! {
            signal = signals.next() => signal,
            signal = deadlines.passed() => signal,
            () = tokio::time::sleep(WRITE_TAKES), if passed_on.is_some() => {
                match passed_on {
                    Some(signal) if is_stuck(out).await => return signal,
                    _ if uplink.prompt_stands() => passed_on = None,
                    _ => {}
                }
                continue;
            }
        };
        match signal {
            Signal::NotStarted { .. } if has_started.get() => continue,
            // The front end ends, once what it writes is read.
            Signal::NotStarted { .. } => {
                uplink.emit(Event::Signal(signal));
                continue;
            }
            Signal::TimeUp if uplink.has_no_limits() => continue,
            Signal::Terminate | Signal::HangUp if uplink.prompt_stands() => return signal,
            _ if is_stuck(out).await => return signal,
            _ => uplink.emit(Event::Signal(signal)),
        }
        passed_on = (!uplink.prompt_stands()).then_some(signal);
    }
}

/// Whether a write goes on that does not end by itself.
async fn is_stuck(out: &Out) -> bool {
    let Some(write) = out.write_under_way() else {
        return false;
    };
    tokio::time::sleep(WRITE_TAKES).await;
    out.write_under_way() == Some(write)
}

async fn open(plan: Plan, on_machine: OnMachine, uplink: Uplink) -> Result<Opened, OpenError> {
    let (url, credential) = match plan.place {
        Place::Server { url, credential } => (url, credential),
        Place::Local => {
            let (started, token) = start_local(
                plan.search,
                plan.tuning,
                plan.cache,
                uplink.clone(),
                &on_machine,
            )
            .await?;
            let url = started.url();
            on_machine.server.replace(Some(started));
            (url, crate::auth::Credential::Bearer(token))
        }
    };
    let watch = plan.is_verbose.then(|| telling(plan.out.clone()));
    let client = Client::new(&url, Arc::new(credential), watch, plan.timeout).map_err(|error| {
        let hint = error.hint().to_owned();
        OpenError::Preparation {
            message: error.to_string(),
            hint,
        }
    })?;
    let tell = |error: &LivyError| {
        uplink.emit(Event::Engine(engine::Event::Reconnecting(error.clone())));
    };
    let first_contact = |default| Patience {
        first_contact: Some(plan.retry_for.unwrap_or(default)),
        ..plan.patience
    };
    let is_new = matches!(plan.session, SessionPlan::Create(_));
    let session = match plan.session {
        // A wrong address is told at once.
        SessionPlan::Create(request) => {
            let patience = first_contact(Duration::ZERO);
            engine::create_session(&client, &request, &patience, tell).await?
        }
        SessionPlan::Attach(name) => {
            let id = name.parse().map_or(Id::Text(name), Id::Number);
            let patience = first_contact(ATTACHING);
            engine::find_session(&client, &id, &patience, tell).await?
        }
    };
    Ok(Opened {
        client: Arc::new(client),
        session,
        is_new,
    })
}

/// Tells each request as a line.
fn telling(out: Out) -> livy::Watch {
    Arc::new(move |exchange: &livy::Exchange<'_>| {
        let what = format!("{} {}", exchange.method, exchange.url);
        let took = exchange.took.as_millis();
        let told = match &exchange.answer {
            Ok((status, bytes)) => format!("{what}: {status}, {bytes} bytes, {took} ms"),
            Err(error) => format!("{what}: {error}, {took} ms"),
        };
        out.note(&Line::faint(one_line(&told)));
    })
}

/// Prepares the runtime on a thread that may block for minutes, and starts the server there.
async fn start_local(
    search: local::Search,
    tuning: local::Tuning,
    cache: PathBuf,
    uplink: Uplink,
    on_machine: &OnMachine,
) -> Result<(local::Server, crate::auth::Secret), OpenError> {
    let (done, waiting) = tokio::sync::oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("local-start".to_owned())
        .spawn(move || {
            let mut tell = |step: &str, detail: &str| {
                uplink.emit(Event::Preparing {
                    step: step.to_owned(),
                    detail: detail.to_owned(),
                });
            };
            done.send(prepare_and_serve(
                &search,
                tuning,
                cache,
                &uplink.stop,
                &mut tell,
            ))
            .ok();
        });
    let lost = |message: String| OpenError::Preparation {
        message,
        hint: "try again".to_owned(),
    };
    let thread = spawned.map_err(|error| lost(format!("a thread cannot be started: {error}")))?;
    on_machine.preparing.replace(Some(thread));
    waiting
        .await
        .unwrap_or_else(|_| Err(lost("the preparation ended without a result".to_owned())))
}

fn prepare_and_serve(
    search: &local::Search,
    tuning: local::Tuning,
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
        token: Some(token.clone()),
        tuning,
        ..local::Options::new(cache.clone())
    };
    let server = local::Server::start(&options, runtime).map_err(failed)?;
    Ok((server, crate::auth::Secret::new(token)))
}

//! One session of the server in a box: what others ask of it. `state.rs` says what it is, `task.rs`
//! keeps its driver.

mod state;
mod task;

pub use state::Refused;

use super::conf;
pub use super::driver::FileKind;
use super::runtime::Runtime;
use super::tuning::Tuning;
use super::wire::{self, CreateSession, Statement};
use state::{Cancel, Inner, State};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc, oneshot, watch};

/// Livy's default for `livy.rsc.retained-statements`.
const KEPT_STATEMENTS: usize = 100;

/// Livy's default for `livy.server.session.state-retain.sec`.
const KEPT_WHEN_ENDED: Duration = Duration::from_secs(600);

/// What the session's task is asked to do.
enum Ask {
    RunNext,
    Cancel(u64, Cancel),
    Complete {
        kind: &'static str,
        code: String,
        cursor: usize,
        answer: oneshot::Sender<Vec<String>>,
    },
    Add {
        what: FileKind,
        path: String,
        answer: oneshot::Sender<Option<String>>,
    },
    End,
}

/// What all sessions of a server stand on.
pub struct Ground {
    pub runtime: Arc<Runtime>,
    /// Whether sessions behave as Livy's do where that is worse.
    pub strict: bool,
    /// `livy.rsc.job-cancel.timeout` of a session that does not set it.
    pub cancel_timeout: Duration,
    pub tuning: Tuning,
    /// The user's cache folder for livysh.
    pub cache: PathBuf,
    /// Told when a session is ready.
    pub first_ready: Notify,
    /// How many characters are kept of what a statement prints.
    pub most_output: usize,
}

/// How far the driver is: nothing can be read of it before it is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Stage {
    Starting,
    Connected,
    Ended,
}

/// When a session ends by itself.
#[derive(Debug, Clone, Copy, Default)]
struct Limits {
    idle: Option<Duration>,
    age: Option<Duration>,
    silence: Option<Duration>,
}

pub struct Session {
    pub id: u64,
    /// Its own, which goes with it.
    directory: PathBuf,
    pub request: CreateSession,
    strict: bool,
    limits: Limits,
    /// Its time has come: once it is over, it is forgotten.
    expired: AtomicBool,
    began: Instant,
    /// When a client last asked anything about it.
    seen: Mutex<Instant>,
    cancel_timeout: Duration,
    inner: Mutex<Inner>,
    asks: mpsc::UnboundedSender<Ask>,
    stage: watch::Receiver<Stage>,
}

impl Session {
    /// Makes a session and starts its driver on the current runtime; `directory` is its own. Livy's
    /// words where a time in the request is none.
    pub fn start(
        id: u64,
        request: CreateSession,
        ground: &Arc<Ground>,
        directory: PathBuf,
    ) -> Result<Arc<Session>, String> {
        let time = |text: &Option<String>| text.as_deref().map(wire::duration).transpose();
        let seconds = request.heartbeat_timeout_in_second;
        let limits = Limits {
            idle: time(&request.idle_timeout)?,
            age: time(&request.ttl)?,
            silence: (seconds > 0).then(|| Duration::from_secs(seconds.into())),
        };
        let cancel_timeout = match request.resources.conf.get("livy.rsc.job-cancel.timeout") {
            Some(text) => wire::duration(text)?,
            None => ground.cancel_timeout,
        };
        let kept = conf::number(&request.resources, "livy.rsc.retained-statements")
            .map_or(KEPT_STATEMENTS, |kept| kept as usize);
        let (asks, asked) = mpsc::unbounded_channel();
        let (tell_stage, stage) = watch::channel(Stage::Starting);
        let session = Arc::new(Session {
            id,
            directory: directory.clone(),
            strict: ground.strict,
            limits,
            expired: AtomicBool::new(false),
            began: Instant::now(),
            seen: Mutex::new(Instant::now()),
            cancel_timeout,
            inner: Mutex::new(Inner::new(request.kind, kept, ground.strict)),
            request,
            asks,
            stage,
        });
        let (task, ground) = (session.clone(), ground.clone());
        tokio::spawn(async move { task.live(&ground, directory, asked, tell_stage).await });
        Ok(session)
    }

    pub fn view(&self) -> wire::Session {
        let inner = self.lock();
        let request = self.request.clone();
        let asked = request.resources;
        wire::Session {
            id: self.id,
            name: asked.name,
            app_id: inner.app_id.clone(),
            owner: None,
            // Without impersonation Livy takes this and forgets it.
            proxy_user: None,
            state: inner.state.name(),
            kind: request.kind,
            app_info: wire::AppInfo {
                spark_ui_url: inner.ui.clone(),
                ..Default::default()
            },
            log: inner.log.last_lines(),
            ttl: request.ttl,
            idle_timeout: request.idle_timeout,
            driver_memory: asked.driver_memory,
            driver_cores: asked.driver_cores.unwrap_or(0),
            executor_memory: asked.executor_memory,
            executor_cores: asked.executor_cores.unwrap_or(0),
            conf: asked.conf,
            archives: asked.archives,
            files: asked.files,
            heartbeat_timeout_in_second: request.heartbeat_timeout_in_second,
            jars: asked.jars,
            num_executors: asked.num_executors.unwrap_or(0),
            py_files: asked.py_files,
            queue: asked.queue,
        }
    }

    pub fn state(&self) -> &'static str {
        self.lock().state.name()
    }

    /// Whether statements, cancels and completions are taken.
    pub fn takes_statements(&self) -> bool {
        self.lock().state.takes_statements()
    }

    pub fn log(&self) -> Vec<String> {
        self.lock().log.lines()
    }

    /// Waits until statements can be read; false for a session whose statements cannot be read any
    /// more.
    pub async fn is_readable(&self) -> bool {
        if self.strict {
            // Livy waits for its driver's connection, however long that takes.
            let mut stage = self.stage.clone();
            stage.wait_for(|stage| *stage > Stage::Starting).await.ok();
        }
        !matches!(self.lock().state, State::ShuttingDown | State::Dead)
    }

    /// Queues a statement and answers it as it then is.
    pub fn submit(&self, code: String, kind: Option<&str>) -> Result<Statement, Refused> {
        let statement = self.lock().submit(code, kind)?;
        self.asks.send(Ask::RunNext).ok();
        Ok(statement)
    }

    pub fn statement(&self, id: u64) -> Option<Statement> {
        self.lock().statement(id).cloned()
    }

    pub fn statements(&self) -> Vec<Statement> {
        self.lock().statements()
    }

    pub fn cancel(self: &Arc<Session>, id: u64) {
        let cancel = self.lock().cancel(id);
        if cancel == Cancel::Nothing {
            return;
        }
        self.asks.send(Ask::Cancel(id, cancel)).ok();
        if self.strict && cancel == Cancel::Interrupt {
            let (session, timeout) = (self.clone(), self.cancel_timeout);
            tokio::spawn(async move {
                tokio::time::sleep(timeout).await;
                session.lock().give_up(id);
            });
        }
    }

    /// Names that could stand at the cursor, which counts UTF-16 units.
    pub async fn complete(&self, kind: &'static str, code: String, cursor: usize) -> Vec<String> {
        self.touch();
        let (answer, candidates) = oneshot::channel();
        let ask = Ask::Complete {
            kind,
            code,
            cursor,
            answer,
        };
        self.asks.send(ask).ok();
        candidates.await.unwrap_or_default()
    }

    /// Keeps a file that was sent under its name; where it lies.
    pub async fn keep_file(&self, name: &str, bytes: Vec<u8>) -> std::io::Result<String> {
        // A folder for each: Java reads on in a jar that it has opened, whose name may come again.
        let unique = crate::local::random_name()?;
        let folder = self.directory.join("uploads").join(unique);
        let name = Path::new(name).file_name().unwrap_or(OsStr::new("file"));
        let path = folder.join(name);
        let told = path.to_string_lossy().into_owned();
        let writing = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(&path, bytes)
        });
        writing.await.map_err(std::io::Error::other)??;
        Ok(told)
    }

    /// Lets the code that runs have a file; an error is the driver's.
    pub async fn add(&self, what: FileKind, path: String) -> Result<(), String> {
        self.touch();
        let (answer, added) = oneshot::channel();
        self.asks.send(Ask::Add { what, path, answer }).ok();
        match added.await {
            Ok(None) => Ok(()),
            Ok(Some(error)) => Err(error),
            Err(_) => Err("java.lang.IllegalStateException: the driver is gone".to_owned()),
        }
    }

    /// Something was asked of it: it is not idle.
    pub fn touch(&self) {
        self.lock().active = Instant::now();
    }

    /// A client asked about it: somebody is still there.
    pub fn see(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether its processes and its directory are gone.
    pub fn is_over(&self) -> bool {
        *self.stage.borrow() == Stage::Ended
    }

    /// Whether it is to end by itself now, or ended so long ago that it is forgotten.
    pub fn has_expired(&self) -> bool {
        let over = |limit: Option<Duration>, since: Instant| {
            limit.is_some_and(|limit| since.elapsed() > limit)
        };
        if self.expired.load(Ordering::Relaxed) {
            return true;
        }
        let inner = self.lock();
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_idle = inner.state != State::Busy && inner.state != State::Starting;
        let expired = match inner.ended {
            Some(ended) => ended.elapsed() > KEPT_WHEN_ENDED,
            None => {
                over(self.limits.age, self.began)
                    || over(self.limits.silence, seen)
                    || (is_idle && over(self.limits.idle, inner.active))
            }
        };
        self.expired.store(expired, Ordering::Relaxed);
        expired
    }

    pub fn ask_to_end(&self) {
        self.asks.send(Ask::End).ok();
    }

    /// Ends the session and waits until its processes and its directory are gone.
    pub async fn end(&self) {
        self.ask_to_end();
        let mut stage = self.stage.clone();
        stage.wait_for(|stage| *stage == Stage::Ended).await.ok();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

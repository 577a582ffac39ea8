//! One session of the server in a box: its states, its queue of statements, its log.
//!
//! | state         | becomes         | when                                               |
//! |---------------|-----------------|----------------------------------------------------|
//! | starting      | idle            | the driver is ready                                |
//! | starting      | dead            | the driver ended or said why it could not start    |
//! | idle          | busy            | a statement is handed to the driver                |
//! | busy          | idle            | its result came and no other waits                 |
//! | idle, busy    | dead            | the driver ended                                   |
//! | any but dead  | shutting_down   | it is deleted                                      |
//!
//! Statements run one after another in the order of their arrival, whatever their language.

use super::conf;
use super::driver::{Driver, Event, Request, Settings, write_line};
use super::runtime::Runtime;
use super::wire::{self, CreateSession, Statement, StatementState};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, watch};

/// Livy's `livy.cache-log.size`.
const KEPT_LOG_LINES: usize = 200;
/// Livy's default for `livy.rsc.retained-statements`.
const KEPT_STATEMENTS: usize = 100;
/// Livy's default for `livy.rsc.sql.num-rows`.
const SQL_ROWS: u64 = 1000;
/// How long a driver may take to end by itself.
const END_PATIENCE: Duration = Duration::from_secs(8);

/// Why a request cannot be carried out now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The session is in this state and takes no statements.
    State(&'static str),
    /// Its kind is `shared` and the statement has no kind, or an unknown one.
    Kind(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Idle,
    Busy,
    ShuttingDown,
    Dead,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Idle => "idle",
            State::Busy => "busy",
            State::ShuttingDown => "shutting_down",
            State::Dead => "dead",
        }
    }
}

struct Inner {
    state: State,
    app_id: Option<String>,
    ui: Option<String>,
    phases: VecDeque<String>,
    log: VecDeque<String>,
    statements: VecDeque<Statement>,
    kinds: BTreeMap<u64, &'static str>,
    next_statement: u64,
    kept_statements: usize,
    running: Option<u64>,
}

/// What the session's task is asked to do.
enum Ask {
    RunNext,
    Cancel(u64),
    End,
}

pub struct Session {
    pub id: u64,
    pub kind: &'static str,
    pub request: CreateSession,
    inner: Mutex<Inner>,
    asks: mpsc::UnboundedSender<Ask>,
    ended: watch::Receiver<bool>,
}

impl Session {
    /// Makes a session and starts its driver on the current runtime; `directory` is its own.
    pub fn start(
        id: u64,
        kind: &'static str,
        request: CreateSession,
        runtime: Arc<Runtime>,
        directory: PathBuf,
    ) -> Arc<Session> {
        let (asks, asked) = mpsc::unbounded_channel();
        let (tell_end, ended) = watch::channel(false);
        let kept_statements = conf::number(&request, "livy.rsc.retained-statements")
            .map_or(KEPT_STATEMENTS, |kept| (kept as usize).max(1));
        let session = Arc::new(Session {
            id,
            kind,
            request,
            inner: Mutex::new(Inner {
                state: State::Starting,
                app_id: None,
                ui: None,
                phases: VecDeque::new(),
                log: VecDeque::new(),
                statements: VecDeque::new(),
                kinds: BTreeMap::new(),
                next_statement: 0,
                kept_statements,
                running: None,
            }),
            asks,
            ended,
        });
        let task = session.clone();
        tokio::spawn(async move {
            task.live(runtime, directory, asked).await;
            tell_end.send(true).ok();
        });
        session
    }

    pub fn view(&self) -> wire::Session {
        let inner = self.lock();
        let request = self.request.clone();
        let log = inner.log_lines();
        wire::Session {
            id: self.id,
            name: request.name,
            app_id: inner.app_id.clone(),
            owner: None,
            proxy_user: None,
            state: inner.state.name(),
            kind: self.kind,
            app_info: wire::AppInfo {
                spark_ui_url: inner.ui.clone(),
                ..Default::default()
            },
            log: log[log.len().saturating_sub(10)..].to_vec(),
            ttl: request.ttl,
            idle_timeout: request.idle_timeout,
            driver_memory: request.driver_memory,
            driver_cores: request.driver_cores.unwrap_or(0),
            executor_memory: request.executor_memory,
            executor_cores: request.executor_cores.unwrap_or(0),
            conf: request.conf,
            archives: request.archives,
            files: request.files,
            heartbeat_timeout_in_second: request.heartbeat_timeout_in_second,
            jars: request.jars,
            num_executors: request.num_executors.unwrap_or(0),
            py_files: request.py_files,
            queue: request.queue,
        }
    }

    pub fn state(&self) -> &'static str {
        self.lock().state.name()
    }

    /// False for a session whose statements cannot be read any more.
    pub fn is_active(&self) -> bool {
        !matches!(self.lock().state, State::ShuttingDown | State::Dead)
    }

    pub fn log(&self) -> Vec<String> {
        self.lock().log_lines()
    }

    /// Queues a statement and answers it as it then is.
    pub fn submit(&self, code: String, kind: Option<&str>) -> Result<Statement, Refused> {
        let kind = match kind {
            None => self.kind,
            Some(name) => {
                wire::canonical_kind(name).ok_or_else(|| Refused::Kind(name.to_owned()))?
            }
        };
        if kind == "shared" {
            return Err(Refused::Kind(kind.to_owned()));
        }
        let mut inner = self.lock();
        if !matches!(inner.state, State::Idle | State::Busy) {
            return Err(Refused::State(inner.state.name()));
        }
        let statement = Statement {
            id: inner.next_statement,
            code,
            state: StatementState::Waiting,
            output: None,
            progress: 0.0,
            started: 0,
            completed: 0,
        };
        inner.next_statement += 1;
        inner.kinds.insert(statement.id, kind);
        inner.statements.push_back(statement.clone());
        while inner.statements.len() > inner.kept_statements {
            if let Some(evicted) = inner.statements.pop_front() {
                inner.kinds.remove(&evicted.id);
            }
        }
        self.asks.send(Ask::RunNext).ok();
        Ok(statement)
    }

    pub fn statement(&self, id: u64) -> Option<Statement> {
        self.lock().find(id).cloned()
    }

    pub fn statements(&self) -> Vec<Statement> {
        self.lock().statements.iter().cloned().collect()
    }

    /// Cancels a waiting statement at once and asks the driver to end a running one; every other
    /// id is none of its business, as in Livy.
    pub fn cancel(&self, id: u64) {
        let mut inner = self.lock();
        let Some(statement) = inner.find_mut(id) else {
            return;
        };
        match statement.state {
            StatementState::Waiting => {
                statement.state = StatementState::Cancelled;
                statement.progress = 1.0;
                statement.completed = now();
            }
            StatementState::Running => {
                statement.state = StatementState::Cancelling;
                self.asks.send(Ask::Cancel(id)).ok();
            }
            StatementState::Available | StatementState::Cancelling | StatementState::Cancelled => {}
        }
    }

    pub fn ask_to_end(&self) {
        self.asks.send(Ask::End).ok();
    }

    /// Ends the session and waits until its processes and its directory are gone.
    pub async fn end(&self) {
        self.ask_to_end();
        let mut ended = self.ended.clone();
        ended.wait_for(|ended| *ended).await.ok();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn live(
        self: &Arc<Session>,
        runtime: Arc<Runtime>,
        directory: PathBuf,
        mut asked: mpsc::UnboundedReceiver<Ask>,
    ) {
        let settings = Settings {
            directory: &directory,
            java: &runtime.java,
            java_major: runtime.java_major,
            spark_home: &runtime.spark_home,
            kind: self.kind,
            sql_rows: conf::number(&self.request, "livy.rsc.sql.num-rows").unwrap_or(SQL_ROWS),
            conf: conf::spark(self.id, &self.request, &directory),
        };
        let started = async {
            prepare_directory(&directory)?;
            Driver::start(&runtime, &settings).await
        };
        let driver = match started.await {
            Ok(driver) => driver,
            Err(error) => {
                self.die(&format!("the driver could not be started: {error}"));
                std::fs::remove_dir_all(&directory).ok();
                return;
            }
        };
        let (mut requests, mut events, mut log, process) = driver.split();
        let logger = self.clone();
        let logging = tokio::spawn(async move {
            while let Some(line) = log.next().await {
                logger.lock().add_log(line);
            }
        });
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Ok(Some(event)) => {
                        self.on_event(event);
                        self.run_next(&mut requests).await;
                    }
                    Ok(None) => break,
                    Err(reason) => {
                        self.lock().add_log(reason);
                        break;
                    }
                },
                ask = asked.recv() => match ask {
                    Some(Ask::RunNext) => self.run_next(&mut requests).await,
                    Some(Ask::Cancel(id)) => {
                        write_line(&mut requests, &Request::Cancel { id }).await.ok();
                    }
                    Some(Ask::End) | None => {
                        self.lock().state = State::ShuttingDown;
                        write_line(&mut requests, &Request::Shutdown).await.ok();
                        break;
                    }
                },
            }
        }
        drop(requests);
        process.end(END_PATIENCE).await;
        // The log's pipe may be held open by a stray grandchild; the session is over anyway.
        logging.abort();
        self.die("the driver is gone");
    }

    fn on_event(&self, event: Event) {
        let mut inner = self.lock();
        match event {
            Event::Phase { text } => inner.add_phase(text),
            Event::Ready { app_id, ui, spark } => {
                inner.add_phase(format!("Spark {spark} is up"));
                inner.app_id = Some(app_id);
                inner.ui = ui;
                if inner.state == State::Starting {
                    inner.state = State::Idle;
                }
            }
            Event::Progress { id, done, total } => {
                if let Some(statement) = inner.find_mut(id) {
                    statement.progress = done as f64 / total.max(1) as f64;
                }
            }
            Event::Result {
                id,
                cancelled,
                output,
            } => inner.finish(id, cancelled, output),
            Event::Dead { reason } => inner.add_log(reason),
        }
    }

    /// Hands the oldest waiting statement to the driver when it has nothing to do.
    async fn run_next(&self, requests: &mut tokio::process::ChildStdin) {
        let next = {
            let mut inner = self.lock();
            let ready = inner.running.is_none() && matches!(inner.state, State::Idle | State::Busy);
            let waiting = inner
                .statements
                .iter_mut()
                .find(|statement| statement.state == StatementState::Waiting);
            match waiting {
                Some(statement) if ready => {
                    statement.state = StatementState::Running;
                    statement.started = now();
                    let (id, code) = (statement.id, statement.code.clone());
                    inner.running = Some(id);
                    inner.state = State::Busy;
                    let kind = inner.kinds.get(&id).copied().unwrap_or(self.kind);
                    Some((id, code, kind))
                }
                Some(_) => None,
                None => {
                    if inner.running.is_none() && inner.state == State::Busy {
                        inner.state = State::Idle;
                    }
                    None
                }
            }
        };
        if let Some((id, code, kind)) = next {
            if kind == "sparkr" {
                // As Livy words a language that it cannot start.
                let output = json!({"status": "error", "ename": "InterpreterError",
                    "evalue": "Fail to start interpreter", "traceback": []});
                if let Value::Object(output) = output {
                    self.lock().finish(id, false, output);
                }
                Box::pin(self.run_next(requests)).await;
                return;
            }
            let request = Request::Execute {
                id,
                kind,
                code: &code,
            };
            // A driver that is gone is told by its events' end.
            write_line(requests, &request).await.ok();
        }
    }

    fn die(&self, reason: &str) {
        let mut inner = self.lock();
        if inner.state != State::ShuttingDown {
            inner.add_log(reason.to_owned());
        }
        inner.state = State::Dead;
        inner.running = None;
    }
}

impl Inner {
    fn find(&self, id: u64) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.id == id)
    }

    fn find_mut(&mut self, id: u64) -> Option<&mut Statement> {
        self.statements
            .iter_mut()
            .find(|statement| statement.id == id)
    }

    fn finish(&mut self, id: u64, cancelled: bool, mut output: Map<String, Value>) {
        self.running = None;
        let Some(statement) = self.find_mut(id) else {
            return;
        };
        output.insert("execution_count".to_owned(), Value::from(id));
        let asked = statement.state == StatementState::Cancelling;
        statement.state = if cancelled || asked {
            StatementState::Cancelled
        } else {
            StatementState::Available
        };
        statement.output = Some(output);
        statement.progress = 1.0;
        statement.completed = now();
    }

    fn add_phase(&mut self, text: String) {
        self.phases.push_back(text);
    }

    fn add_log(&mut self, line: String) {
        self.log.push_back(line);
        if self.log.len() > KEPT_LOG_LINES {
            self.log.pop_front();
        }
    }

    /// In Livy's shape. While the session starts, its phases alone: the JVM's usual warnings would
    /// hide them from a client that shows the last line.
    fn log_lines(&self) -> Vec<String> {
        let mut lines = vec!["stdout: ".to_owned()];
        lines.extend(self.phases.iter().cloned());
        if self.state != State::Starting {
            lines.push("\nstderr: ".to_owned());
            lines.extend(self.log.iter().cloned());
        }
        lines
    }
}

fn prepare_directory(directory: &std::path::Path) -> std::io::Result<()> {
    for inner in ["classes", "warehouse", "local"] {
        std::fs::create_dir_all(directory.join(inner))?;
    }
    Ok(())
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

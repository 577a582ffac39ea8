//! What a service remembers: sessions whose statements run, batches, and what is to go wrong. Time is
//! counted in looks: with each one a session or a statement comes a step further.

use super::interpreter::{Given, Interpreter, is_endless};
use super::server::{Answer, Record, Request};
use super::service::{Problem, Service};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Version,
    Create,
    Sessions,
    Session,
    State,
    Log,
    Delete,
    Connect,
    ResetTimeout,
    Complete,
    Submit,
    Statements,
    Statement,
    Cancel,
    CreateBatch,
    Batches,
    Batch,
    BatchState,
    BatchLog,
    DeleteBatch,
    Other,
}

impl Call {
    /// With the ids that the path names.
    fn of<'a>(method: &str, path: &[&'a str]) -> (Call, Vec<&'a str>) {
        let call = match (method, path) {
            ("GET", ["version"]) => Call::Version,
            ("POST", ["sessions"]) => Call::Create,
            ("GET", ["sessions"]) => Call::Sessions,
            ("GET", ["sessions", _]) => Call::Session,
            ("DELETE", ["sessions", _]) => Call::Delete,
            ("GET", ["sessions", _, "state"]) => Call::State,
            ("GET", ["sessions", _, "log"]) => Call::Log,
            ("POST", ["sessions", _, "connect"]) => Call::Connect,
            ("POST" | "PUT", ["sessions", _, "reset-timeout"]) => Call::ResetTimeout,
            ("POST", ["sessions", _, "completion"]) => Call::Complete,
            ("POST", ["sessions", _, "statements"]) => Call::Submit,
            ("GET", ["sessions", _, "statements"]) => Call::Statements,
            ("GET", ["sessions", _, "statements", _]) => Call::Statement,
            ("POST", ["sessions", _, "statements", _, "cancel"]) => Call::Cancel,
            ("POST", ["batches"]) => Call::CreateBatch,
            ("GET", ["batches"]) => Call::Batches,
            ("GET", ["batches", _]) => Call::Batch,
            ("GET", ["batches", _, "state"]) => Call::BatchState,
            ("GET", ["batches", _, "log"]) => Call::BatchLog,
            ("DELETE", ["batches", _]) => Call::DeleteBatch,
            _ => Call::Other,
        };
        let ids = path.iter().skip(1).step_by(2).copied().collect();
        (call, ids)
    }
}

/// How an answer goes wrong, once.
pub enum Fault {
    /// Nothing is done.
    Instead(Answer),
    /// It is done, and that is not told.
    Behind(Answer),
}

#[derive(Default)]
pub struct World {
    pub records: Vec<Record>,
    pub sessions: Vec<Session>,
    pub batches: Vec<Batch>,
    /// Taken by the first request of its call.
    pub faults: Vec<(Call, Fault)>,
    /// After so long without activity a session is ended.
    pub idle: Option<Duration>,
    /// Why sessions do not come to be.
    pub fails: Option<&'static str>,
}

pub struct Session {
    pub number: usize,
    pub id: Value,
    /// What it was asked for with.
    pub asked: Value,
    pub looks: usize,
    pub end: Option<End>,
    pub statements: Vec<Statement>,
    /// The codes that ran, in their order.
    pub executed: Vec<String>,
    interpreter: Interpreter,
    /// How often it is not found yet.
    hidden: usize,
    /// Code that nobody could stop goes on for so many looks.
    occupied: usize,
    active: Instant,
    heard: Instant,
}

/// How a session was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Deleted,
    Idle,
    /// It did not start, for this reason.
    Failed(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Waiting,
    Running,
    Cancelling,
    Cancelled,
    Done,
}

pub struct Statement {
    pub number: usize,
    pub id: Value,
    pub asked: Value,
    pub progress: Progress,
    pub given: Option<Given>,
    hidden: usize,
}

impl Statement {
    pub fn code(&self) -> &str {
        self.asked["code"].as_str().unwrap_or_default()
    }

    fn is_over(&self) -> bool {
        matches!(self.progress, Progress::Done | Progress::Cancelled)
    }
}

pub struct Batch {
    pub number: usize,
    pub id: Value,
    pub asked: Value,
    pub looks: usize,
    pub is_killed: bool,
}

impl Batch {
    pub fn state(&self) -> &'static str {
        match (self.is_killed, self.looks) {
            (true, _) => "killed",
            (false, 0) => "starting",
            (false, 1..3) => "running",
            (false, _) => "success",
        }
    }

    /// It grows with each look.
    pub fn log(&self) -> Vec<String> {
        let lines = 1..=self.looks.min(4);
        lines
            .map(|line| format!("line {line} of the batch"))
            .collect()
    }
}

impl Session {
    pub fn is_up(&self, start: &[&'static str]) -> bool {
        self.looks >= start.len()
    }

    pub fn is_busy(&self) -> bool {
        self.statements.iter().any(|statement| !statement.is_over())
    }

    /// In Livy's words.
    pub fn state(&self, start: &[&'static str]) -> &'static str {
        match self.end {
            Some(End::Deleted) => "killed",
            Some(End::Idle) => "dead",
            Some(End::Failed(_)) => "error",
            None => match start.get(self.looks) {
                Some(state) => state,
                None if self.is_busy() => "busy",
                None => "idle",
            },
        }
    }

    pub fn name(&self) -> Option<&str> {
        self.asked["name"].as_str()
    }

    pub fn text(&self, field: &str) -> Value {
        self.asked.get(field).cloned().unwrap_or(Value::Null)
    }

    /// The first statement that is not over comes a step further.
    fn step(&mut self) {
        if self.occupied > 0 {
            self.occupied -= 1;
            return;
        }
        let Some(current) = self.statements.iter_mut().find(|one| !one.is_over()) else {
            return;
        };
        current.progress = match current.progress {
            Progress::Waiting => Progress::Running,
            Progress::Running if is_endless(current.code()) => Progress::Running,
            Progress::Running => {
                self.executed.push(current.code().to_owned());
                current.given = Some(self.interpreter.run(current.code()));
                Progress::Done
            }
            Progress::Cancelling | Progress::Cancelled => Progress::Cancelled,
            Progress::Done => Progress::Done,
        };
    }
}

impl World {
    pub fn answer(&mut self, service: &dyn Service, request: &Request) -> (Call, Answer) {
        let Some(below) = request.path.strip_prefix(service.prefix()) else {
            return (Call::Other, service.problem(&Problem::NoRoute, request));
        };
        let path: Vec<&str> = below.split('/').skip(1).collect();
        let (call, ids) = Call::of(&request.method, &path);
        let answer = match service.refused(request) {
            Some(refused) => refused,
            None if !service.has(call, request) => service.problem(&Problem::NoRoute, request),
            None => self.answered(service, request, call, &ids),
        };
        (call, service.dressed(answer))
    }

    fn answered(
        &mut self,
        service: &dyn Service,
        request: &Request,
        call: Call,
        ids: &[&str],
    ) -> Answer {
        let fault = self.faults.iter().position(|(of, _)| *of == call);
        match fault.map(|place| self.faults.remove(place).1) {
            Some(Fault::Instead(answer)) => answer,
            Some(Fault::Behind(answer)) => {
                self.done(service, request, call, ids)
                    .unwrap_or_else(|problem| service.problem(&problem, request));
                answer
            }
            None => self
                .done(service, request, call, ids)
                .unwrap_or_else(|problem| service.problem(&problem, request)),
        }
    }

    fn done(
        &mut self,
        service: &dyn Service,
        request: &Request,
        call: Call,
        ids: &[&str],
    ) -> Result<Answer, Problem> {
        self.pass_time(service);
        if service
            .limit()
            .is_some_and(|most| request.body.len() > most)
        {
            return Err(Problem::TooLarge);
        }
        match (call, ids) {
            (Call::Version, _) => Ok(service.version()),
            (Call::Create, _) => self.create(service, request),
            (Call::Sessions, _) => Ok(service.sessions(&self.sessions, request)),
            (Call::CreateBatch, _) => self.create_batch(service, request),
            (Call::Batches, _) => Ok(service.batches(&self.batches, request)),
            (Call::Batch | Call::BatchState | Call::BatchLog | Call::DeleteBatch, [id, ..]) => {
                self.of_batch(service, request, call, id)
            }
            (_, [id, rest @ ..]) => self.of_session(service, request, call, id, rest),
            (_, []) => Err(Problem::NoRoute),
        }
    }

    /// Ends what nobody has used for too long, or has not asked for.
    fn pass_time(&mut self, service: &dyn Service) {
        let now = Instant::now();
        for session in self.sessions.iter_mut().filter(|one| one.end.is_none()) {
            let is_up = session.is_up(service.start());
            let idle = |limit| is_up && !session.is_busy() && now - session.active > limit;
            let heartbeat = session.asked["heartbeatTimeoutInSecond"].as_u64();
            let unheard = heartbeat
                .filter(|seconds| *seconds > 0)
                .is_some_and(|seconds| now - session.heard > Duration::from_secs(seconds));
            if self.idle.is_some_and(idle) || unheard {
                session.end = Some(End::Idle);
            }
        }
    }

    fn create(&mut self, service: &dyn Service, request: &Request) -> Result<Answer, Problem> {
        let mut asked = checked(request, service.session_fields())?;
        service.check_session(&asked)?;
        service.rewrite(&mut asked, request);
        let name = asked["name"].as_str();
        let living = self.sessions.iter().filter(|one| one.end.is_none());
        if service.names_are_unique()
            && living
                .clone()
                .any(|one| one.name() == name && name.is_some())
        {
            return Err(Problem::Duplicate(name.unwrap_or_default().to_owned()));
        }
        let number = self.push(service, asked);
        Ok(service.created(&self.sessions[number], request))
    }

    /// Somebody else's session.
    pub fn add_other(&mut self, service: &dyn Service) {
        let name = format!("other-{}", self.sessions.len());
        self.push(service, json!({ "name": name }));
    }

    fn push(&mut self, service: &dyn Service, asked: Value) -> usize {
        let number = self.sessions.len();
        let now = Instant::now();
        self.sessions.push(Session {
            number,
            id: service.session_id(number),
            asked,
            looks: 0,
            end: None,
            statements: Vec::new(),
            executed: Vec::new(),
            interpreter: Interpreter::default(),
            hidden: service.hides(),
            occupied: 0,
            active: now,
            heard: now,
        });
        number
    }

    fn of_session(
        &mut self,
        service: &dyn Service,
        request: &Request,
        call: Call,
        id: &str,
        rest: &[&str],
    ) -> Result<Answer, Problem> {
        let missing = || Problem::NoSession(id.to_owned());
        let mut sessions = self.sessions.iter_mut();
        let is_it = |session: &&mut Session| {
            shown(&session.id) == id || (service.finds_names() && session.name() == Some(id))
        };
        let Some(session) = sessions.find(is_it) else {
            return match call {
                Call::Delete => service.deleted_nothing().ok_or_else(missing),
                _ => Err(missing()),
            };
        };
        if session.end.is_some_and(|end| !service.remembers(end)) {
            return match call {
                Call::Delete => service.deleted_nothing().ok_or_else(missing),
                _ => Err(missing()),
            };
        }
        if call == Call::Session && session.hidden > 0 {
            session.hidden -= 1;
            return Err(missing());
        }
        session.heard = Instant::now();
        if matches!(
            call,
            Call::Connect | Call::ResetTimeout | Call::Submit | Call::Cancel | Call::Complete
        ) {
            session.active = Instant::now();
        }
        match (call, rest) {
            (Call::Session, _) => {
                let answer = Answer::json(200, &service.session(session, request));
                session.looks += 1;
                if let (Some(reason), 3) = (self.fails, session.looks) {
                    session.end = Some(End::Failed(reason));
                }
                if session.looks == service.start().len() {
                    session.active = Instant::now();
                }
                Ok(answer)
            }
            (Call::State, _) => Ok(service.state(session)),
            (Call::Log, _) => Ok(service.log(session, request)),
            (Call::Delete, _) => {
                session.end.get_or_insert(End::Deleted);
                Ok(service.deleted())
            }
            (Call::Connect | Call::ResetTimeout, _) => Ok(service.kept(session, request)),
            (Call::Complete, _) => Ok(service.completed(request)),
            (Call::Submit, _) => submit(service, request, session),
            (Call::Statements, _) => {
                session.step();
                Ok(service.statements(session, request))
            }
            (Call::Statement, [number, ..]) => {
                let place = place_of(session, number)?;
                if session.statements[place].hidden > 0 {
                    session.statements[place].hidden -= 1;
                    return Err(Problem::NoStatement(
                        shown(&session.id),
                        (*number).to_owned(),
                    ));
                }
                session.step();
                let found = &session.statements[place];
                Ok(Answer::json(200, &service.statement(found, request)))
            }
            (Call::Cancel, [number, ..]) => {
                let place = place_of(session, number)?;
                let found = &mut session.statements[place];
                found.progress = match found.progress {
                    Progress::Running if service.stops_code() => Progress::Cancelling,
                    Progress::Running => {
                        session.occupied = 3;
                        Progress::Cancelled
                    }
                    Progress::Waiting => Progress::Cancelled,
                    as_it_is => as_it_is,
                };
                Ok(service.cancelled(&session.statements[place], request))
            }
            _ => Err(Problem::NoRoute),
        }
    }

    fn create_batch(
        &mut self,
        service: &dyn Service,
        request: &Request,
    ) -> Result<Answer, Problem> {
        let mut asked = checked(request, service.batch_fields())?;
        if asked["file"].as_str().is_none() {
            return Err(Problem::Missing("file"));
        }
        service.check_batch(&asked)?;
        service.rewrite(&mut asked, request);
        let number = self.batches.len();
        self.batches.push(Batch {
            number,
            id: service.session_id(number + 100),
            asked,
            looks: 0,
            is_killed: false,
        });
        let status = service.batch_created();
        Ok(Answer::json(status, &service.batch(&self.batches[number])))
    }

    fn of_batch(
        &mut self,
        service: &dyn Service,
        request: &Request,
        call: Call,
        id: &str,
    ) -> Result<Answer, Problem> {
        let mut batches = self.batches.iter_mut();
        let is_named = |batch: &Batch| service.finds_names() && batch.asked["name"] == *id;
        let found = batches.find(|batch| shown(&batch.id) == id || is_named(batch));
        let batch = found.ok_or_else(|| Problem::NoBatch(id.to_owned()))?;
        batch.looks += 1;
        Ok(match call {
            Call::BatchState => Answer::json(200, &json!({"id": batch.id, "state": batch.state()})),
            Call::BatchLog => service.batch_log(batch, request),
            Call::DeleteBatch => {
                batch.is_killed = true;
                service.deleted()
            }
            _ => Answer::json(200, &service.batch(batch)),
        })
    }
}

fn submit(
    service: &dyn Service,
    request: &Request,
    session: &mut Session,
) -> Result<Answer, Problem> {
    if session.end.is_some() {
        return Err(Problem::Over);
    }
    if !session.is_up(service.start()) {
        return Err(Problem::NotReady(session.state(service.start())));
    }
    let asked = checked(request, service.statement_fields())?;
    if asked["code"].as_str().is_none() {
        return Err(Problem::Missing("code"));
    }
    service.check_statement(&asked)?;
    let number = session.statements.len();
    session.statements.push(Statement {
        number,
        id: service.statement_id(number),
        asked,
        progress: Progress::Waiting,
        given: None,
        hidden: service.hides(),
    });
    Ok(service.submitted(session, request))
}

fn place_of(session: &Session, number: &str) -> Result<usize, Problem> {
    let mut statements = session.statements.iter();
    let found = statements.position(|one| shown(&one.id) == number);
    found.ok_or_else(|| Problem::NoStatement(shown(&session.id), number.to_owned()))
}

/// A body with none but known fields, and no nulls.
fn checked(request: &Request, known: &'static [&'static str]) -> Result<Value, Problem> {
    let Ok(Value::Object(fields)) = serde_json::from_str(&request.body) else {
        return Err(Problem::Malformed);
    };
    for (name, value) in &fields {
        if !known.contains(&name.as_str()) {
            return Err(Problem::UnknownField(name.clone(), known));
        }
        if value.is_null() {
            return Err(Problem::Null(name.clone()));
        }
    }
    Ok(Value::Object(fields))
}

/// As it stands in a path.
pub fn shown(id: &Value) -> String {
    match id {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

//! How a service behaves. What is not said of one is as on Apache Livy 0.9.

use super::interpreter::Given;
use super::server::{Answer, Request};
use super::world::{Batch, Call, End, Progress, Session, Statement};
use serde_json::{Value, json};

/// Why a request is not done.
#[derive(Debug, Clone)]
pub enum Problem {
    NoRoute,
    NoSession(String),
    NoStatement(String, String),
    NoBatch(String),
    UnknownField(String, &'static [&'static str]),
    Null(String),
    Missing(&'static str),
    Wrong(String),
    NotReady(&'static str),
    Over,
    Malformed,
    TooLarge,
    Duplicate(String),
}

impl Problem {
    /// The status that most services give, and plain words.
    pub fn told(&self) -> (u16, String) {
        match self {
            Problem::NoRoute => (404, "No resource is there.".to_owned()),
            Problem::NoSession(id) => (404, format!("The session {id} was not found.")),
            Problem::NoStatement(session, id) => {
                (404, format!("No statement {id} in the session {session}."))
            }
            Problem::NoBatch(id) => (404, format!("The batch {id} was not found.")),
            Problem::UnknownField(name, _) => (
                400,
                format!("Could not find member '{name}' on the request."),
            ),
            Problem::Null(name) => (400, format!("The field {name} must not be null.")),
            Problem::Missing(name) => (400, format!("The field {name} is required.")),
            Problem::Wrong(told) => (400, told.clone()),
            Problem::NotReady(state) => (400, format!("The session is in the state {state}.")),
            Problem::Over => (400, "The session is not active.".to_owned()),
            Problem::Malformed => (400, "The request body is malformed.".to_owned()),
            Problem::TooLarge => (413, "The request body is too large.".to_owned()),
            Problem::Duplicate(name) => (409, format!("The name {name} is taken.")),
        }
    }
}

/// Fields of a new session of Apache Livy 0.9.
pub const SESSION: [&str; 17] = [
    "kind",
    "proxyUser",
    "jars",
    "pyFiles",
    "files",
    "driverMemory",
    "driverCores",
    "executorMemory",
    "executorCores",
    "numExecutors",
    "archives",
    "queue",
    "name",
    "conf",
    "heartbeatTimeoutInSecond",
    "ttl",
    "idleTimeout",
];

/// Fields of a new batch of Apache Livy 0.9.
pub const BATCH: [&str; 16] = [
    "file",
    "proxyUser",
    "className",
    "args",
    "jars",
    "pyFiles",
    "files",
    "driverMemory",
    "driverCores",
    "executorMemory",
    "executorCores",
    "numExecutors",
    "archives",
    "queue",
    "name",
    "conf",
];

pub trait Service: Send + Sync + 'static {
    /// The preset's name.
    fn preset(&self) -> &'static str;

    /// The path of its root.
    fn prefix(&self) -> &'static str {
        ""
    }

    /// What a profile says of it beside preset and URL, and the environment that this needs.
    fn settings(&self) -> &'static [&'static str] {
        &[]
    }

    fn secrets(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Options that it needs.
    fn options(&self) -> &'static [&'static str] {
        &[]
    }

    /// The answer to who is not let in, or whose request lacks what gateways look for.
    fn refused(&self, _request: &Request) -> Option<Answer> {
        None
    }

    fn has(&self, call: Call, _request: &Request) -> bool {
        !matches!(call, Call::Other | Call::ResetTimeout)
    }

    /// What every answer carries.
    fn dressed(&self, answer: Answer) -> Answer {
        answer
    }

    fn problem(&self, problem: &Problem, _request: &Request) -> Answer {
        let words = |status, text: String| Answer::json(status, &Value::String(text));
        let message = |status, text: String| Answer::json(status, &json!({ "msg": text }));
        match problem {
            Problem::NoRoute => Answer::page(404, ""),
            Problem::NoSession(id) | Problem::NoBatch(id) => {
                message(404, format!("Session '{id}' not found."))
            }
            Problem::NoStatement(..) => words(404, "Statement not found".to_owned()),
            Problem::UnknownField(name, known) => words(
                400,
                format!(
                    "Unrecognized field \"{name}\" (class org.apache.livy.Request), not marked as \
                     ignorable ({} known properties)",
                    known.len()
                ),
            ),
            Problem::Null(_) => words(500, "java.lang.NullPointerException".to_owned()),
            Problem::Missing(name) => words(400, format!("Missing required field {name}")),
            Problem::Wrong(told) => message(400, told.clone()),
            Problem::NotReady(state) => words(
                500,
                format!("java.lang.IllegalStateException: Session is in state {state}"),
            ),
            Problem::Over => message(400, "requirement failed: Session isn't active.".to_owned()),
            Problem::Malformed => words(400, "No content to map due to end-of-input".to_owned()),
            Problem::TooLarge => Answer::page(413, "<h1>413 Request Entity Too Large</h1>"),
            Problem::Duplicate(name) => message(
                400,
                format!("Rejected, Reason: Duplicate session name: Some({name}) for session 0"),
            ),
        }
    }

    /// The longest body of a request.
    fn limit(&self) -> Option<usize> {
        None
    }

    // Sessions.

    fn session_fields(&self) -> &'static [&'static str] {
        &SESSION
    }

    fn check_session(&self, _asked: &Value) -> Result<(), Problem> {
        Ok(())
    }

    /// What a gateway changes in a body.
    fn rewrite(&self, _asked: &mut Value, _request: &Request) {}

    fn names_are_unique(&self) -> bool {
        true
    }

    /// Whether a session's name stands for its id.
    fn finds_names(&self) -> bool {
        true
    }

    fn session_id(&self, number: usize) -> Value {
        json!(number)
    }

    /// The states of a start, one for each look.
    fn start(&self) -> &'static [&'static str] {
        &["starting", "starting", "starting"]
    }

    /// How often what was just made is not found.
    fn hides(&self) -> usize {
        0
    }

    /// Whether a session can still be asked for that is over.
    fn remembers(&self, _end: End) -> bool {
        false
    }

    fn created(&self, session: &Session, request: &Request) -> Answer {
        let location = format!("/sessions/{}", session.number);
        Answer::json(201, &self.session(session, request)).with("Location", location)
    }

    fn session(&self, session: &Session, _request: &Request) -> Value {
        let is_known = session.looks > 0;
        let count = |field| session.asked[field].as_u64().unwrap_or(0);
        let list = |field| match session.text(field) {
            Value::Null => json!([]),
            other => other,
        };
        json!({
            "id": session.id,
            "name": session.text("name"),
            "appId": is_known.then(|| application(session.number)),
            "owner": null,
            "proxyUser": session.text("proxyUser"),
            "state": session.state(self.start()),
            "kind": session.asked["kind"].as_str().unwrap_or("shared"),
            "appInfo": {"driverLogUrl": null, "sparkUiUrl": null, "executorLogUrls": null},
            "log": log_of(session),
            "ttl": session.text("ttl"),
            "idleTimeout": session.text("idleTimeout"),
            "driverMemory": session.text("driverMemory"),
            "driverCores": count("driverCores"),
            "executorMemory": session.text("executorMemory"),
            "executorCores": count("executorCores"),
            "conf": session.asked.get("conf").cloned().unwrap_or(json!({})),
            "archives": list("archives"),
            "files": list("files"),
            "heartbeatTimeoutInSecond": count("heartbeatTimeoutInSecond"),
            "jars": list("jars"),
            "numExecutors": count("numExecutors"),
            "pyFiles": list("pyFiles"),
            "queue": session.text("queue"),
        })
    }

    fn sessions(&self, sessions: &[Session], request: &Request) -> Answer {
        let living = sessions.iter().filter(|one| one.end.is_none());
        let all: Vec<Value> = living.map(|one| self.session(one, request)).collect();
        let page = page(&all, request, 100);
        let from = request.number("from").unwrap_or(0);
        Answer::json(
            200,
            &json!({"from": from, "total": all.len(), "sessions": page}),
        )
    }

    fn state(&self, session: &Session) -> Answer {
        let state = session.state(self.start());
        Answer::json(200, &json!({"id": session.id, "state": state}))
    }

    fn log(&self, session: &Session, request: &Request) -> Answer {
        let all = log_of(session).into_iter().map(Value::String).collect();
        log_page(&session.id, all, request)
    }

    fn deleted(&self) -> Answer {
        Answer::json(200, &json!({"msg": "deleted"}))
    }

    /// The answer to who deletes what is not there, where that is no problem.
    fn deleted_nothing(&self) -> Option<Answer> {
        None
    }

    fn kept(&self, session: &Session, request: &Request) -> Answer {
        Answer::json(200, &self.session(session, request))
    }

    fn completed(&self, request: &Request) -> Answer {
        let asked = request.json();
        let code = asked["code"].as_str().unwrap_or_default();
        let candidates = match code.ends_with("spark.") {
            true => json!(["range", "read"]),
            false => json!([]),
        };
        Answer::json(200, &json!({ "candidates": candidates }))
    }

    // Statements.

    fn statement_fields(&self) -> &'static [&'static str] {
        &["code", "kind", "msg_type"]
    }

    fn check_statement(&self, _asked: &Value) -> Result<(), Problem> {
        Ok(())
    }

    fn statement_id(&self, number: usize) -> Value {
        json!(number)
    }

    fn submitted(&self, session: &Session, request: &Request) -> Answer {
        let made = &session.statements[session.statements.len() - 1];
        let location = format!("/sessions/{}/statements/{}", session.number, made.number);
        Answer::json(201, &self.statement(made, request)).with("Location", location)
    }

    fn statement(&self, statement: &Statement, _request: &Request) -> Value {
        let (progress, started, completed) = match statement.progress {
            Progress::Waiting => (0.0, 0, 0),
            Progress::Running | Progress::Cancelling => (0.5, 1_763_000_000_000_i64, 0),
            Progress::Cancelled | Progress::Done => (1.0, 1_763_000_000_000, 1_763_000_000_100_i64),
        };
        json!({
            "id": statement.id,
            "code": statement.code(),
            "state": state_of(statement, "available"),
            "output": output_of(statement),
            "progress": progress,
            "started": started,
            "completed": completed,
        })
    }

    fn statements(&self, session: &Session, request: &Request) -> Answer {
        let statements = session.statements.iter();
        let all: Vec<Value> = statements.map(|one| self.statement(one, request)).collect();
        Answer::json(
            200,
            &json!({"total_statements": all.len(), "statements": all}),
        )
    }

    /// Whether a cancel stops code that runs.
    fn stops_code(&self) -> bool {
        true
    }

    fn cancelled(&self, _statement: &Statement, _request: &Request) -> Answer {
        Answer::json(200, &json!({"msg": "canceled"}))
    }

    // Batches.

    fn batch_fields(&self) -> &'static [&'static str] {
        &BATCH
    }

    fn check_batch(&self, _asked: &Value) -> Result<(), Problem> {
        Ok(())
    }

    fn batch_created(&self) -> u16 {
        201
    }

    fn batch(&self, batch: &Batch) -> Value {
        json!({
            "id": batch.id,
            "name": batch.asked["name"],
            "owner": null,
            "proxyUser": batch.asked["proxyUser"],
            "state": batch.state(),
            "appId": (batch.looks > 0).then(|| application(batch.number)),
            "appInfo": {"driverLogUrl": null, "sparkUiUrl": null},
            "log": batch.log(),
        })
    }

    fn batches(&self, batches: &[Batch], request: &Request) -> Answer {
        let all: Vec<Value> = batches.iter().map(|one| self.batch(one)).collect();
        let page = page(&all, request, 100);
        let from = request.number("from").unwrap_or(0);
        Answer::json(
            200,
            &json!({"from": from, "total": all.len(), "sessions": page}),
        )
    }

    fn batch_log(&self, batch: &Batch, request: &Request) -> Answer {
        let all = batch.log().into_iter().map(Value::String).collect();
        log_page(&batch.id, all, request)
    }

    fn version(&self) -> Answer {
        Answer::json(
            200,
            &json!({"version": "0.9.0-incubating", "user": "", "revision": "", "branch": "",
                "date": "", "url": ""}),
        )
    }
}

pub fn application(number: usize) -> String {
    format!("application_1763000000000_{number:04}")
}

/// It grows while the session starts.
pub fn log_of(session: &Session) -> Vec<String> {
    let mut log = vec!["stdout: ".to_owned(), "\nstderr: ".to_owned()];
    let told = (1..=session.looks.min(3))
        .map(|step| format!("25/11/13 10:00:0{step} INFO Client: step {step} of the start"));
    log.extend(told);
    log
}

/// The part of a list that is asked for.
pub fn page(all: &[Value], request: &Request, most: usize) -> Vec<Value> {
    let from = request.number("from").unwrap_or(0).max(0) as usize;
    let size = request
        .number("size")
        .map_or(most, |size| size.max(0) as usize);
    all.iter()
        .skip(from)
        .take(size.min(most))
        .cloned()
        .collect()
}

/// Livy's `from` and `size`: below zero they mean the end, and all.
fn log_page(id: &Value, all: Vec<Value>, request: &Request) -> Answer {
    let total = all.len();
    let size = match request.number("size").unwrap_or(100) {
        size @ 0.. => size as usize,
        _ => total,
    };
    let from = match request.number("from").unwrap_or(0) {
        from @ 0.. => (from as usize).min(total),
        _ => total.saturating_sub(size),
    };
    let log = &all[from..(from + size).min(total)];
    Answer::json(
        200,
        &json!({"id": id, "from": from, "total": total, "log": log}),
    )
}

/// In Livy's words, but for one that has failed.
pub fn state_of(statement: &Statement, failed: &'static str) -> &'static str {
    match (statement.progress, &statement.given) {
        (Progress::Waiting, _) => "waiting",
        (Progress::Running, _) => "running",
        (Progress::Cancelling, _) => "cancelling",
        (Progress::Cancelled, _) => "cancelled",
        (Progress::Done, Some(Err(_))) => failed,
        (Progress::Done, _) => "available",
    }
}

/// As Livy tells it: it leaves out the frame of the statement itself.
pub fn output_of(statement: &Statement) -> Value {
    given(statement, |given| match given {
        Ok(text) => json!({
            "status": "ok",
            "execution_count": statement.number,
            "data": {"text/plain": text},
        }),
        Err(raised) => json!({
            "status": "error",
            "execution_count": statement.number,
            "ename": raised.name,
            "evalue": raised.message,
            "traceback": [
                "Traceback (most recent call last):\n",
                format!("{}: {}\n", raised.name, raised.message),
            ],
        }),
    })
}

/// Null where there is nothing yet.
pub fn given(statement: &Statement, told: impl Fn(&Given) -> Value) -> Value {
    statement.given.as_ref().map_or(Value::Null, told)
}

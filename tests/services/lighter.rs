//! Lighter: Python alone, ids that are UUIDs, states that come late, errors without their message.

use super::server::{Answer, Request};
use super::service::{Problem, Service, given, page, state_of};
use super::world::{Batch, Call, Progress, Session, Statement};
use serde_json::{Value, json};

pub struct Lighter;

impl Lighter {
    /// Two answers change with a header.
    fn is_as_for_sparkmagic(request: &Request) -> bool {
        request.header("X-Compatibility-Mode") == Some("sparkmagic")
    }

    fn list(all: &[Value], request: &Request) -> Answer {
        let page = page(all, request, 100);
        let key = match Lighter::is_as_for_sparkmagic(request) {
            true => "sessions",
            false => "applications",
        };
        let from = request.number("from").unwrap_or(0);
        Answer::json(200, &json!({"from": from, "total": page.len(), key: page}))
    }
}

const FIELDS: [&str; 15] = [
    "permanent",
    "name",
    "file",
    "master",
    "mainClass",
    "numExecutors",
    "executorCores",
    "executorMemory",
    "driverCores",
    "driverMemory",
    "args",
    "pyFiles",
    "files",
    "jars",
    "archives",
];

impl Service for Lighter {
    fn preset(&self) -> &'static str {
        "lighter"
    }

    fn prefix(&self) -> &'static str {
        "/lighter/api"
    }

    fn refused(&self, request: &Request) -> Option<Answer> {
        // As a page of a foreign site would.
        request.header("Origin").map(|_| Answer::empty(403))
    }

    fn has(&self, call: Call, _request: &Request) -> bool {
        !matches!(
            call,
            Call::Version | Call::Connect | Call::ResetTimeout | Call::Complete | Call::Other
        )
    }

    fn problem(&self, problem: &Problem, request: &Request) -> Answer {
        let (status, told) = problem.told();
        let body = json!({
            "message": told,
            "path": request.path,
            "errors": [],
            "_links": {"self": [{"href": request.path, "templated": false}]},
        });
        Answer::json(status, &body)
    }

    fn session_fields(&self) -> &'static [&'static str] {
        const WITH_CONF: [&str; 16] = {
            let mut all = ["conf"; 16];
            let mut place = 0;
            while place < FIELDS.len() {
                all[place] = FIELDS[place];
                place += 1;
            }
            all
        };
        &WITH_CONF
    }

    fn names_are_unique(&self) -> bool {
        false
    }

    fn finds_names(&self) -> bool {
        false
    }

    fn session_id(&self, number: usize) -> Value {
        json!(format!("7a1b9c2d-0000-4000-8000-{number:012}"))
    }

    fn statement_id(&self, number: usize) -> Value {
        json!(format!("8c2d0e3f-0000-4000-8000-{number:012}"))
    }

    fn start(&self) -> &'static [&'static str] {
        &["not_started", "not_started", "starting"]
    }

    fn created(&self, session: &Session, request: &Request) -> Answer {
        Answer::json(201, &self.session(session, request))
    }

    fn session(&self, session: &Session, _request: &Request) -> Value {
        json!({
            "id": session.id,
            "type": "SESSION",
            "state": session.state(self.start()),
            "appId": (session.looks > 1).then(|| format!("spark-{:032}", session.number)),
            "appInfo": null,
            "kind": "pyspark",
            "log": [],
            "submitParams": session.asked,
            "createdAt": "2025-11-13T10:00:00.123456",
            "contactedAt": null,
            "finishedAt": null,
        })
    }

    fn sessions(&self, sessions: &[Session], request: &Request) -> Answer {
        let living = sessions.iter().filter(|one| one.end.is_none());
        let all: Vec<Value> = living.map(|one| self.session(one, request)).collect();
        Lighter::list(&all, request)
    }

    /// It tells what was true two minutes ago.
    fn state(&self, session: &Session) -> Answer {
        Answer::json(200, &json!({"id": session.id, "state": self.start()[0]}))
    }

    fn log(&self, session: &Session, request: &Request) -> Answer {
        let log = match Lighter::is_as_for_sparkmagic(request) {
            true => json!(["a line", "another line"]),
            false => json!("a line\nanother line"),
        };
        Answer::json(200, &json!({"id": session.id, "log": log}))
    }

    fn deleted(&self) -> Answer {
        Answer::empty(200)
    }

    fn deleted_nothing(&self) -> Option<Answer> {
        Some(Answer::empty(200))
    }

    fn statement_fields(&self) -> &'static [&'static str] {
        &["code", "kind"]
    }

    fn submitted(&self, session: &Session, request: &Request) -> Answer {
        let made = &session.statements[session.statements.len() - 1];
        Answer::json(201, &self.statement(made, request))
    }

    fn statement(&self, statement: &Statement, _request: &Request) -> Value {
        let state = match statement.progress {
            // It knows no `running`.
            Progress::Running | Progress::Cancelling => "waiting",
            Progress::Waiting | Progress::Cancelled | Progress::Done => {
                state_of(statement, "error")
            }
        };
        json!({
            "id": statement.id,
            "code": statement.code(),
            "state": state,
            "output": given(statement, |given| match given {
                Ok(text) => json!({
                    "status": "ok",
                    "executionCount": 1,
                    "data": {"text/plain": text},
                    "evalue": null,
                    "traceback": null,
                }),
                // A list of Python's as Java writes it.
                Err(raised) => json!({
                    "status": "error",
                    "executionCount": 1,
                    "data": null,
                    "evalue": raised.name,
                    "traceback": format!(
                        "[Traceback (most recent call last):\n,   File \"/tmp/shell_wrapper.py\", line 102, \
                         in exec\n    self._exec_then_eval(code.rstrip())\n,   File \
                         \"/tmp/shell_wrapper.py\", line 95, in _exec_then_eval\n    exec(compile(last, \
                         '<string>', 'single'), self.globals)\n,   File \"<string>\", line {}, in \
                         <module>\n, {}: {}\n]",
                        raised.line, raised.name, raised.message,
                    ),
                }),
            }),
        })
    }

    /// Newest first, without a total.
    fn statements(&self, session: &Session, request: &Request) -> Answer {
        let statements = session.statements.iter().rev();
        let all: Vec<Value> = statements.map(|one| self.statement(one, request)).collect();
        Answer::json(200, &json!({ "statements": all }))
    }

    fn stops_code(&self) -> bool {
        false
    }

    fn cancelled(&self, statement: &Statement, request: &Request) -> Answer {
        Answer::json(201, &self.statement(statement, request))
    }

    fn batch_fields(&self) -> &'static [&'static str] {
        self.session_fields()
    }

    fn batch_created(&self) -> u16 {
        200
    }

    fn batches(&self, batches: &[Batch], request: &Request) -> Answer {
        let all: Vec<Value> = batches.iter().map(|one| self.batch(one)).collect();
        Lighter::list(&all, request)
    }

    fn batch_log(&self, batch: &Batch, _request: &Request) -> Answer {
        let log = batch.log().join("\n");
        Answer::json(200, &json!({"id": batch.id, "log": log}))
    }
}

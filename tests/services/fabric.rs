//! A lakehouse of Fabric: its session tells nothing but how it is acquired at first, what was just made
//! is not found for a moment, and large outputs come in parts.

use super::server::{Answer, Request};
use super::service::{Problem, Service, application, output_of, state_of};
use super::synapse::details;
use super::world::{Batch, Call, End, Session, Statement};
use serde_json::{Value, json};

pub struct Fabric;

pub const REQUEST_ID: &str = "3d0f9f7e-0000-4000-8000-0000000000bb";

impl Service for Fabric {
    fn preset(&self) -> &'static str {
        "fabric"
    }

    fn prefix(&self) -> &'static str {
        "/v1/workspaces/11111111-0000-4000-8000-000000000001/lakehouses/\
         22222222-0000-4000-8000-000000000002/livyApi/versions/2023-12-01"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["auth = { type = \"bearer\", token_env = \"FABRIC_TOKEN\" }"]
    }

    fn secrets(&self) -> &'static [(&'static str, &'static str)] {
        &[("FABRIC_TOKEN", "fabric-token")]
    }

    fn refused(&self, request: &Request) -> Option<Answer> {
        let told = json!({"errorCode": "InvalidToken", "message": "Access token is invalid",
            "requestId": REQUEST_ID});
        let is_known = request.header("Authorization") == Some("Bearer fabric-token");
        (!is_known).then(|| Answer::json(401, &told))
    }

    fn has(&self, call: Call, request: &Request) -> bool {
        match call {
            Call::ResetTimeout => request.method == "POST",
            Call::Version
            | Call::State
            | Call::Log
            | Call::Connect
            | Call::Complete
            | Call::BatchState
            | Call::BatchLog
            | Call::Other => false,
            _ => true,
        }
    }

    fn problem(&self, problem: &Problem, _request: &Request) -> Answer {
        let (status, told) = problem.told();
        let code = match problem {
            Problem::NoRoute => "EndpointNotFound",
            Problem::NoSession(_) | Problem::NoBatch(_) => "EntityNotFound",
            Problem::NoStatement(..) => "StatementNotFound",
            _ => "InvalidInput",
        };
        let body = json!({"errorCode": code, "message": told, "requestId": REQUEST_ID,
            "moreDetails": [], "relatedResource": null});
        Answer::json(status, &body)
    }

    fn session_fields(&self) -> &'static [&'static str] {
        &[
            "name",
            "archives",
            "conf",
            "tags",
            "driverMemory",
            "driverCores",
            "executorMemory",
            "executorCores",
            "numExecutors",
        ]
    }

    fn names_are_unique(&self) -> bool {
        false
    }

    fn finds_names(&self) -> bool {
        false
    }

    fn session_id(&self, number: usize) -> Value {
        json!(format!("5d3c6e0a-0000-4000-8000-{number:012}"))
    }

    fn start(&self) -> &'static [&'static str] {
        &[
            "not_submitted",
            "submitting",
            "not_started",
            "starting",
            "starting",
        ]
    }

    fn hides(&self) -> usize {
        1
    }

    fn created(&self, session: &Session, request: &Request) -> Answer {
        Answer::json(202, &self.session(session, request))
    }

    /// It tells more with each look.
    fn session(&self, session: &Session, _request: &Request) -> Value {
        let state = session.state(self.start());
        let fabric = match (session.end, session.looks) {
            (Some(End::Deleted), _) => "cancelled",
            (Some(End::Idle | End::Failed(_)), _) => "error",
            (None, 0) => "queued",
            (None, 1) => "libraryPackaging",
            (None, _) => "acquiringSession",
        };
        let mut told = json!({
            "id": session.id,
            "fabricSessionStateInfo": {"state": fabric, "errorMessage": match session.end {
                Some(End::Failed(reason)) => json!(reason),
                Some(End::Deleted | End::Idle) | None => Value::Null,
            }},
        });
        if let (Value::Object(fields), 1..) = (&mut told, session.looks) {
            fields.insert("state".to_owned(), json!(state));
            fields.insert("name".to_owned(), session.text("name"));
        }
        if let (Value::Object(fields), 2..) = (&mut told, session.looks) {
            let mut details = details(session, state);
            // Livy itself is told of last.
            if session.looks < 4 {
                details.remove("livyInfo");
            }
            fields.extend(details);
            fields.insert("appId".to_owned(), json!(application(session.number)));
            fields.insert("cancellationReason".to_owned(), Value::Null);
        }
        told
    }

    fn sessions(&self, sessions: &[Session], request: &Request) -> Answer {
        let all = sessions.iter().map(|one| {
            let mut told = self.session(one, request);
            told["name"] = one.text("name");
            told
        });
        listed(&all.collect::<Vec<Value>>(), request)
    }

    fn remembers(&self, end: End) -> bool {
        matches!(end, End::Failed(_))
    }

    fn deleted(&self) -> Answer {
        Answer::empty(200)
    }

    fn kept(&self, _session: &Session, _request: &Request) -> Answer {
        Answer::empty(204)
    }

    fn statement_fields(&self) -> &'static [&'static str] {
        &["code", "kind", "sourceId"]
    }

    fn check_statement(&self, asked: &Value) -> Result<(), Problem> {
        match asked["kind"].as_str() {
            Some("spark" | "pyspark" | "sparkr" | "sql") => Ok(()),
            Some(other) => Err(Problem::Wrong(format!(
                "The kind {other} is not supported."
            ))),
            None => Err(Problem::Missing("kind")),
        }
    }

    fn submitted(&self, session: &Session, request: &Request) -> Answer {
        let made = &session.statements[session.statements.len() - 1];
        Answer::json(200, &self.statement(made, request))
    }

    /// `from` and `size` count bytes of its output.
    fn statement(&self, statement: &Statement, request: &Request) -> Value {
        let mut output = output_of(statement);
        if let (Some(from), Some(size)) = (request.number("from"), request.number("size"))
            && let Some(text) = output.pointer_mut("/data/text~1plain")
        {
            let whole = text.as_str().unwrap_or_default();
            let end = (from + size).clamp(0, whole.len() as i64) as usize;
            let from = (from.max(0) as usize).min(end);
            *text = json!(whole[from..end]);
        }
        json!({
            "id": statement.id,
            "code": statement.code(),
            "sourceId": "default",
            "state": state_of(statement, "Error"),
            "output": output,
        })
    }

    fn batch_fields(&self) -> &'static [&'static str] {
        &[
            "name",
            "file",
            "className",
            "args",
            "jars",
            "files",
            "pyFiles",
            "archives",
            "conf",
            "tags",
            "driverMemory",
            "driverCores",
            "executorMemory",
            "executorCores",
            "numExecutors",
        ]
    }

    fn batch_created(&self) -> u16 {
        202
    }

    fn batches(&self, batches: &[Batch], request: &Request) -> Answer {
        let all: Vec<Value> = batches.iter().map(|one| self.batch(one)).collect();
        listed(&all, request)
    }
}

fn listed(all: &[Value], request: &Request) -> Answer {
    let skip = request.number("$skip").unwrap_or(0).max(0) as usize;
    let top = request.number("$top").unwrap_or(20).max(0) as usize;
    let items: Vec<&Value> = all.iter().skip(skip).take(top).collect();
    Answer::json(
        200,
        &json!({"items": items, "totalCountOfMatchedItems": all.len(), "pageSize": top}),
    )
}

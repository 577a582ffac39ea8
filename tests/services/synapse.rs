//! A Spark pool of Synapse: by its published schema and what a recorded exchange shows.

use super::server::{Answer, Request};
use super::service::{Problem, Service, application, given, output_of, page, state_of};
use super::world::{Call, End, Progress, Session, Statement};
use serde_json::{Map, Value, json};

pub struct Synapse;

const ACTIVITY: &str = "9b2f4c3e-0000-4000-8000-0000000000aa";
/// 100 kB.
const MOST: usize = 100_000;
const MOST_LISTED: usize = 20;

/// A time of the start; none before its look.
fn since(session: &Session, look: usize) -> Value {
    match session.looks >= look {
        true => json!(format!("2025-02-05T08:00:{look:02}.1234567Z")),
        false => Value::Null,
    }
}

/// What a scheduler, a plugin and Livy tell of a start, with times that come one after another.
pub fn details(session: &Session, state: &str) -> Map<String, Value> {
    let is_over = session.end.is_some();
    let scheduler = match session.looks {
        0 => "Queued",
        _ if is_over => "Ended",
        _ => "Scheduled",
    };
    // While it is queued the plugin names a step that it has not begun.
    let plugin = match session.looks {
        0 | 1 => "Preparation",
        2 => "ResourceAcquisition",
        3 => "Submission",
        _ if is_over => "Ended",
        _ => "Monitoring",
    };
    let over = |is: bool| is.then_some("2025-02-05T09:00:00.0000000Z");
    let mut details = Map::new();
    details.insert(
        "schedulerInfo".to_owned(),
        json!({
            "submittedAt": since(session, 0),
            "queuedAt": since(session, 0),
            "scheduledAt": since(session, 1),
            "endedAt": over(is_over),
            "cancellationRequestedAt": over(session.end == Some(End::Deleted)),
            "currentState": scheduler,
        }),
    );
    details.insert(
        "pluginInfo".to_owned(),
        json!({
            "preparationStartedAt": since(session, 1),
            "resourceAcquisitionStartedAt": since(session, 2),
            "submissionStartedAt": since(session, 3),
            "monitoringStartedAt": since(session, 4),
            "cleanupStartedAt": over(is_over),
            "currentState": plugin,
        }),
    );
    details.insert(
        "livyInfo".to_owned(),
        json!({
            "notStartedAt": since(session, 0),
            "startingAt": since(session, 3),
            "idleAt": since(session, 5),
            "busyAt": null,
            "deadAt": over(session.end == Some(End::Idle)),
            "shuttingDownAt": null,
            "killedAt": over(session.end == Some(End::Deleted)),
            "recoveringAt": null,
            "errorAt": null,
            "currentState": state,
            "jobCreationRequest": session.asked,
        }),
    );
    let result = match session.end {
        None => "Uncertain",
        Some(End::Deleted) => "Cancelled",
        Some(End::Idle | End::Failed(_)) => "Failed",
    };
    details.insert("result".to_owned(), json!(result));
    let error = match session.end {
        Some(End::Idle) => Some(("LIVY_JOB_TIMED_OUT", "The session was idle for too long.")),
        Some(End::Failed(reason)) => Some(("SPARK_POOL_FULL", reason)),
        Some(End::Deleted) | None => None,
    };
    // It is absent where there is none.
    if let Some((code, message)) = error {
        let told = json!([{"message": message, "errorCode": code, "source": "User"}]);
        details.insert("errorInfo".to_owned(), told);
    }
    details
}

impl Service for Synapse {
    fn preset(&self) -> &'static str {
        "synapse"
    }

    fn prefix(&self) -> &'static str {
        "/livyApi/versions/2019-11-01-preview/sparkPools/smallpool"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["auth = { type = \"bearer\", token_env = \"POOL_TOKEN\" }"]
    }

    fn secrets(&self) -> &'static [(&'static str, &'static str)] {
        &[("POOL_TOKEN", "pool-token")]
    }

    fn refused(&self, request: &Request) -> Option<Answer> {
        let told = json!({"code": "AuthenticationFailed", "message":
            "Token Authentication failed with SecurityTokenMalformedException"});
        let is_known = request.header("Authorization") == Some("Bearer pool-token");
        (!is_known).then(|| Answer::json(401, &told))
    }

    fn has(&self, call: Call, request: &Request) -> bool {
        match call {
            Call::ResetTimeout => request.method == "PUT",
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

    fn dressed(&self, answer: Answer) -> Answer {
        answer.with("x-ms-activity-id", ACTIVITY)
    }

    fn problem(&self, problem: &Problem, _request: &Request) -> Answer {
        let (status, told) = problem.told();
        let code = match problem {
            Problem::NoRoute => "NoResourceFound",
            Problem::NoSession(_) | Problem::NoStatement(..) | Problem::NoBatch(_) => "NotFound",
            Problem::TooLarge => "RequestEntityTooLarge",
            _ => "LIVY_INVALID_REQUEST",
        };
        Answer::json(status, &json!({"code": code, "message": told}))
    }

    fn limit(&self) -> Option<usize> {
        Some(MOST)
    }

    fn session_fields(&self) -> &'static [&'static str] {
        &[
            "tags",
            "artifactId",
            "name",
            "file",
            "className",
            "args",
            "jars",
            "files",
            "pyFiles",
            "archives",
            "conf",
            "driverMemory",
            "driverCores",
            "executorMemory",
            "executorCores",
            "numExecutors",
        ]
    }

    fn check_session(&self, asked: &Value) -> Result<(), Problem> {
        match asked["name"].as_str() {
            Some(_) => Ok(()),
            None => Err(Problem::Missing("name")),
        }
    }

    fn names_are_unique(&self) -> bool {
        false
    }

    fn finds_names(&self) -> bool {
        false
    }

    fn start(&self) -> &'static [&'static str] {
        &[
            "not_started",
            "not_started",
            "not_started",
            "starting",
            "starting",
        ]
    }

    fn remembers(&self, _end: End) -> bool {
        true
    }

    fn created(&self, session: &Session, request: &Request) -> Answer {
        Answer::json(200, &self.session(session, request))
    }

    fn session(&self, session: &Session, request: &Request) -> Value {
        let state = session.state(self.start());
        let mut told = json!({
            "id": session.id,
            "appId": (session.looks > 3).then(|| application(session.number)),
            "appInfo": null,
            "state": state,
            "log": null,
        });
        if session.looks > 3 {
            told["appInfo"] = json!({
                "driverLogUrl": null,
                "sparkUiUrl": null,
                "isSessionTimedOut": if session.end == Some(End::Idle) { "true" } else { "false" },
            });
        }
        if request.query("detailed") == Some("true")
            && let Value::Object(fields) = &mut told
        {
            fields.extend(details(session, state));
            let more = json!({
                "name": session.text("name"),
                "workspaceName": "myws",
                "sparkPoolName": "smallpool",
                "computeName": "smallpool",
                "submitterName": "me@example.com",
                "submitterId": "0f1e2d3c-0000-4000-8000-000000000001",
                "artifactId": null,
                "jobType": "SparkSession",
                "tags": session.text("tags"),
                "registeredSources": null,
            });
            if let Value::Object(more) = more {
                fields.extend(more);
            }
        }
        told
    }

    fn sessions(&self, sessions: &[Session], request: &Request) -> Answer {
        let all: Vec<Value> = sessions
            .iter()
            .map(|one| self.session(one, request))
            .collect();
        let page = page(&all, request, MOST_LISTED);
        let from = request.number("from").unwrap_or(0);
        Answer::json(
            200,
            &json!({"from": from, "total": all.len(), "sessions": page}),
        )
    }

    fn deleted(&self) -> Answer {
        Answer::empty(200)
    }

    fn kept(&self, _session: &Session, _request: &Request) -> Answer {
        Answer::empty(200)
    }

    fn statement_fields(&self) -> &'static [&'static str] {
        &["code", "kind"]
    }

    fn check_statement(&self, asked: &Value) -> Result<(), Problem> {
        match asked["kind"].as_str() {
            Some("spark" | "pyspark" | "dotnetspark" | "sql") => Ok(()),
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

    /// No progress, and no times.
    fn statement(&self, statement: &Statement, _request: &Request) -> Value {
        json!({
            "id": statement.id,
            "code": statement.code(),
            "sourceId": "default",
            "state": state_of(statement, "error"),
            "output": match statement.progress {
                Progress::Cancelled => Value::Null,
                _ => given(statement, |_| output_of(statement)),
            },
        })
    }

    fn batch_fields(&self) -> &'static [&'static str] {
        self.session_fields()
    }

    fn check_batch(&self, asked: &Value) -> Result<(), Problem> {
        self.check_session(asked)
    }

    fn batch_created(&self) -> u16 {
        200
    }
}

//! EMR Serverless: signed requests, a role for each session, and no more than sessions and statements.

use super::server::{Answer, Request};
use super::service::{Problem, Service};
use super::world::{Call, Session};
use crate::support::aws::{Signed, now};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

#[derive(Default)]
pub struct EmrServerless {
    /// How many seconds its clock is ahead.
    pub ahead: i64,
    /// The tokens of keys that have ended.
    pub ended: Mutex<BTreeSet<String>>,
    /// The next statement is one too late for its keys.
    pub ends_at_statement: AtomicBool,
    /// What it refuses it repeats whole.
    pub repeats: bool,
}

pub const KEY: &str = "ASIAEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//first+token==";
const REGION: &str = "eu-west-1";

const ROLE: &str = "emr-serverless.session.executionRoleArn";

impl Service for EmrServerless {
    fn preset(&self) -> &'static str {
        "emr-serverless"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["auth = { type = \"sigv4\", region = \"eu-west-1\" }"]
    }

    fn options(&self) -> &'static [&'static str] {
        &[
            "--conf",
            "emr-serverless.session.executionRoleArn=arn:aws:iam::111122223333:role/spark",
        ]
    }

    fn secrets(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_SESSION_TOKEN", TOKEN),
        ]
    }

    fn refused(&self, request: &Request) -> Option<Answer> {
        let token = request.header("X-Amz-Security-Token").unwrap_or_default();
        let is_statement = request.method == "POST" && request.path.ends_with("/statements");
        let mut ended = self.ended.lock().unwrap();
        if is_statement && self.ends_at_statement.swap(false, Ordering::SeqCst) {
            ended.insert(token.to_owned());
        }
        let time = now(self.ahead);
        let (told, kind) = match objection(request, time) {
            Some(told) if told.starts_with("Missing") => {
                (told, "MissingAuthenticationTokenException")
            }
            Some(told) => (told, "InvalidSignatureException"),
            None if ended.contains(token) => {
                let told = "The security token included in the request is expired";
                (told.to_owned(), "ExpiredTokenException")
            }
            None => return None,
        };
        let told = match self.repeats {
            true => format!("{told} {:?}", request.headers),
            false => told,
        };
        let refused = Answer::json(403, &json!({ "message": told }));
        Some(
            refused
                .with("x-amzn-ErrorType", kind)
                .with("Date", httpdate::fmt_http_date(time)),
        )
    }

    fn has(&self, call: Call, _request: &Request) -> bool {
        matches!(
            call,
            Call::Create
                | Call::Sessions
                | Call::Session
                | Call::State
                | Call::Delete
                | Call::Submit
                | Call::Statements
                | Call::Statement
                | Call::Cancel
        )
    }

    fn dressed(&self, answer: Answer) -> Answer {
        answer.with("x-amzn-RequestId", "5c1a7a50-0000-4000-8000-000000000001")
    }

    fn problem(&self, problem: &Problem, request: &Request) -> Answer {
        match problem {
            Problem::NoRoute => {
                let told = json!({"message": "Unable to determine service/operation name to be authorized"});
                Answer::json(404, &told).with("x-amzn-ErrorType", "UnknownOperationException")
            }
            Problem::Wrong(told) => Answer::json(400, &json!({ "message": told }))
                .with("x-amzn-ErrorType", "ValidationException"),
            _ => super::livy::Livy.problem(problem, request),
        }
    }

    fn check_session(&self, asked: &Value) -> Result<(), Problem> {
        match asked["conf"][ROLE].as_str() {
            Some(_) => Ok(()),
            None => Err(Problem::Wrong(format!("{ROLE} is required in conf."))),
        }
    }

    fn created(&self, session: &Session, request: &Request) -> Answer {
        let location = format!("/sessions/{}", session.number);
        Answer::json(201, &self.session(session, request)).with("Location", location)
    }
}

fn objection(request: &Request, time: SystemTime) -> Option<String> {
    let signed = Signed {
        method: &request.method,
        path: &request.path,
        query: request.query.clone(),
        headers: request.headers.clone(),
        body: request.body.as_bytes(),
    };
    signed.objection((KEY, SECRET), (REGION, "emr-serverless"), time)
}

//! EMR Serverless: signed requests, a role for each session, and no more than sessions and statements.

use super::server::{Answer, Request};
use super::service::{Problem, Service};
use super::world::{Call, Session};
use serde_json::{Value, json};

pub struct EmrServerless;

const ROLE: &str = "emr-serverless.session.executionRoleArn";

impl Service for EmrServerless {
    fn preset(&self) -> &'static str {
        "emr-serverless"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["auth = { type = \"header\", header = \"Authorization\", value_env = \"SIGNED\" }"]
    }

    fn options(&self) -> &'static [&'static str] {
        &[
            "--conf",
            "emr-serverless.session.executionRoleArn=arn:aws:iam::111122223333:role/spark",
        ]
    }

    fn secrets(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "SIGNED",
            "AWS4-HMAC-SHA256 Credential=AKIA/20251113/eu-west-1/emr-serverless/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=00",
        )]
    }

    fn refused(&self, request: &Request) -> Option<Answer> {
        let is_signed = request.header("Authorization").is_some_and(|value| {
            value.starts_with("AWS4-HMAC-SHA256 ") && value.contains("/emr-serverless/aws4_request")
        });
        let told = json!({"message": "Missing Authentication Token"});
        (!is_signed).then(|| {
            let refused = Answer::json(403, &told);
            refused.with("x-amzn-ErrorType", "MissingAuthenticationTokenException")
        })
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

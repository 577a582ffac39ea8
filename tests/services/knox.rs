//! Apache Knox before a Livy: two CSRF headers, a user of its own in each body, a cookie that keeps to
//! one server, and no patience with a slow one.

use super::server::{Answer, Request};
use super::service::{Problem, Service};
use serde_json::{Value, json};

pub struct Knox;

/// `alice:workload`
const IDENTITY: &str = "Basic YWxpY2U6d29ya2xvYWQ=";

/// What Knox answers where Livy took more than its 20 s.
pub fn gave_up() -> Answer {
    Answer::page(
        500,
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html\"/><title>Error 500 \
         Server Error</title></head><body><h2>HTTP ERROR 500</h2></body></html>",
    )
}

impl Service for Knox {
    fn preset(&self) -> &'static str {
        "knox"
    }

    fn prefix(&self) -> &'static str {
        "/gateway/cdp-proxy-api/livy"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["auth = { type = \"basic\", user = \"alice\", password_env = \"WORKLOAD_PASSWORD\" }"]
    }

    fn secrets(&self) -> &'static [(&'static str, &'static str)] {
        &[("WORKLOAD_PASSWORD", "workload")]
    }

    fn refused(&self, request: &Request) -> Option<Answer> {
        if request.header("Authorization") != Some(IDENTITY) {
            let refused = Answer::page(401, "<h1>401 Unauthorized</h1>");
            return Some(refused.with("WWW-Authenticate", "BASIC realm=\"application\""));
        }
        let wanted = ["X-XSRF-Header", "X-Requested-By"];
        let lacks = wanted.iter().find(|name| request.header(name).is_none());
        let missing = lacks.filter(|_| request.is_change())?;
        Some(Answer::page(
            400,
            &format!("Missing Required Header for CSRF Prevention: {missing}"),
        ))
    }

    fn dressed(&self, answer: Answer) -> Answer {
        answer.with(
            "Set-Cookie",
            "KNOX_BACKEND-LIVY=abc; Path=/gateway; HttpOnly",
        )
    }

    fn problem(&self, problem: &Problem, request: &Request) -> Answer {
        match problem {
            Problem::NoRoute => Answer::page(404, "<h1>404 Not Found</h1>"),
            _ => super::livy::Livy.problem(problem, request),
        }
    }

    fn rewrite(&self, asked: &mut Value, _request: &Request) {
        asked["proxyUser"] = json!("alice");
    }
}

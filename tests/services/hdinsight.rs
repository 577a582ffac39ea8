//! HDInsight: Livy behind a gateway that wants Basic and the CSRF header, and answers in pages of IIS.

use super::server::{Answer, Request};
use super::service::{Problem, Service};
use super::world::Session;

pub struct Hdinsight;

/// `admin:secret`
const IDENTITY: &str = "Basic YWRtaW46c2VjcmV0";

pub fn page(status: u16, title: &str) -> Answer {
    Answer::page(
        status,
        &format!(
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\">\n<html><head><title>IIS \
             Detailed Error - {title}</title><style>body {{ margin: 0 }}</style></head>\n<body><h3>\
             HTTP Error {title}</h3></body></html>"
        ),
    )
}

impl Service for Hdinsight {
    fn preset(&self) -> &'static str {
        "hdinsight"
    }

    fn prefix(&self) -> &'static str {
        "/livy"
    }

    fn settings(&self) -> &'static [&'static str] {
        &["auth = { type = \"basic\", user = \"admin\", password_env = \"CLUSTER_PASSWORD\" }"]
    }

    fn secrets(&self) -> &'static [(&'static str, &'static str)] {
        &[("CLUSTER_PASSWORD", "secret")]
    }

    fn refused(&self, request: &Request) -> Option<Answer> {
        if request.header("Authorization") != Some(IDENTITY) {
            return Some(page(401, "401.1 - Unauthorized"));
        }
        let lacks = request.is_change() && request.header("X-Requested-By").is_none();
        lacks.then(|| Answer::page(400, "Missing Required Header for CSRF protection."))
    }

    fn problem(&self, problem: &Problem, request: &Request) -> Answer {
        match problem {
            Problem::NoRoute => page(404, "404.0 - Not Found"),
            _ => super::livy::Livy.problem(problem, request),
        }
    }

    /// As its documents show it: of no use.
    fn created(&self, session: &Session, request: &Request) -> Answer {
        let location = format!("/{}", session.number);
        Answer::json(201, &self.session(session, request)).with("Location", location)
    }
}

//! What each cell of the matrix is to give.

use crate::support::chaos::{Call, Fault, Span};
use std::ops::RangeInclusive;

pub struct Expected {
    pub exit: i32,
    /// How often the statement may have run.
    pub executions: RangeInclusive<usize>,
    /// What is said of it; empty where nothing needs to be.
    pub said: &'static str,
}

const WELL: Expected = Expected {
    exit: 0,
    executions: 1..=1,
    said: "",
};

fn told(exit: i32, executions: RangeInclusive<usize>, said: &'static str) -> Expected {
    Expected {
        exit,
        executions,
        said,
    }
}

/// The session could not be ended, and is named.
fn left(said: &'static str) -> Expected {
    told(0, 1..=1, said)
}

pub fn expected(call: Call, fault: Fault, span: Span) -> Expected {
    let is_once = span == Span::Times(1);
    let status = match fault {
        Fault::Status(status, ..) => status.split(' ').next().unwrap(),
        _ => "",
    };
    match (call, status) {
        // Turned down: it never ran.
        (Call::Post, "401") => told(4, 0..=0, "answered 401 Unauthorized"),
        (Call::Post, "403") => told(4, 0..=0, "answered 403 Forbidden: not yours"),
        (Call::Post, "404") => told(3, 0..=0, "answered 404 Not Found"),
        (Call::Post, "302") => told(3, 0..=0, "the server points to https://login.example/"),
        (Call::Create, "401") => told(4, 0..=0, "answered 401 Unauthorized"),
        (Call::Create, "403") => told(4, 0..=0, "answered 403 Forbidden: not yours"),
        (Call::Create, "404") => told(3, 0..=0, "answered 404 Not Found"),
        (Call::Create, "302") => told(3, 0..=0, "the server points to https://login.example/"),
        // It ran, but who asks is not let in any more: the result stays on the server.
        (Call::Poll, "401") if !is_once => told(4, 1..=1, "the result of statement"),
        (Call::Poll, "403") => told(4, 1..=1, "the result of statement"),
        (Call::Poll, "404") if !is_once => told(3, 1..=1, "the result of statement"),
        (Call::Poll, "302") => told(3, 1..=1, "the result of statement"),
        (Call::Session, "401") if !is_once => told(4, 0..=0, "answered 401 Unauthorized"),
        (Call::Session, "403") => told(4, 0..=0, "answered 403 Forbidden"),
        (Call::Session, "404") if !is_once => told(3, 0..=0, "session 0 is lost"),
        (Call::Session, "302") => told(3, 0..=0, "https://login.example/"),
        (Call::Delete, "401") if !is_once => left("answered 401 Unauthorized"),
        (Call::Delete, "403") => left("answered 403 Forbidden"),
        (Call::Delete, "404") => left("answered 404 Not Found"),
        (Call::Delete, "302") => left("answered 302 Found"),
        (Call::Log, _) => told(3, 0..=0, "session 0 on "),
        (Call::Cancel, _) => told(130, 0..=0, "Cancelling the statement."),
        _ => WELL,
    }
}

//! What each cell of the matrix is to give.

use super::cells::{Break, Cell, Seen};
use crate::support::chaos::{Call, Fault};
use crate::support::program::Ran;
use std::ops::RangeInclusive;

pub struct Expected {
    pub exit: i32,
    /// How often the code may have run.
    pub executions: RangeInclusive<usize>,
    /// What is said of it; empty where nothing needs to be.
    pub said: &'static str,
    /// Whether its session may still be there afterwards.
    pub may_leave: bool,
}

const WELL: Expected = Expected {
    exit: 0,
    executions: 1..=1,
    said: "",
    may_leave: false,
};

fn told(exit: i32, executions: RangeInclusive<usize>, said: &'static str) -> Expected {
    Expected {
        exit,
        executions,
        said,
        may_leave: false,
    }
}

/// The session could not be ended, and is named.
fn left(said: &'static str) -> Expected {
    Expected {
        may_leave: true,
        ..told(0, 1..=1, said)
    }
}

pub fn expected(cell: &Cell) -> Expected {
    let is_once = cell.is_once();
    match (cell.call, cell.status()) {
        // Turned down: it never ran.
        (Call::Post | Call::Create | Call::Batch, "401") if !is_once => {
            told(4, 0..=0, "answered 401 Unauthorized")
        }
        (Call::Post | Call::Create | Call::Batch, "403") => {
            told(4, 0..=0, "answered 403 Forbidden: not yours")
        }
        (Call::Post | Call::Create | Call::Batch, "404") => {
            told(3, 0..=0, "answered 404 Not Found")
        }
        (Call::Post | Call::Create | Call::Batch, "302") => told(
            4,
            0..=0,
            "it wants people to sign on at https://login.example/",
        ),
        // It ran, but who asks is not let in any more: the result stays on the server.
        (Call::Poll, "401") if !is_once => told(4, 1..=1, "the result of statement"),
        (Call::Poll, "403") => told(4, 1..=1, "the result of statement"),
        (Call::Poll, "404") if !is_once => told(3, 1..=1, "the result of statement"),
        (Call::Poll, "302") => told(4, 1..=1, "the result of statement"),
        (Call::Session, "401") if !is_once => told(4, 0..=0, "answered 401 Unauthorized"),
        (Call::Session, "403") => told(4, 0..=0, "answered 403 Forbidden"),
        (Call::Session, "404") if !is_once => told(3, 0..=0, "is lost"),
        (Call::Session, "302") => told(4, 0..=0, "https://login.example/"),
        (Call::Delete, "401") if !is_once => left("answered 401 Unauthorized"),
        (Call::Delete, "403") => left("answered 403 Forbidden"),
        (Call::Delete, "404") => left("answered 404 Not Found"),
        (Call::Delete, "302") => left("answered 302 Found"),
        (Call::Log, _) => told(3, 0..=0, " is dead"),
        (Call::Cancel, _) => told(130, 1..=1, "Cancelling the statement."),
        _ => WELL,
    }
}

/// What of its log a session that died is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// All that was asked for.
    Whole,
    /// The last lines, which came with the session.
    End,
    /// As much as came in the time that a log is waited for.
    Either,
}

pub fn log(cell: &Cell) -> Log {
    match (cell.status(), cell.breaks()) {
        ("403" | "404" | "302", _) => Log::End,
        ("401", _) if !cell.is_once() => Log::End,
        // Each failure takes a second.
        (_, Break::Proxy(Fault::Silence)) if !cell.is_once() => Log::Either,
        _ if matches!(cell.span(), crate::support::chaos::Span::For(_)) => Log::Either,
        _ => Log::Whole,
    }
}

/// Whether it is told that a call which failed more than once is made again. The end of a session is
/// asked for again in silence, and what comes slowly or under a wrong type is still an answer. A
/// statement that arrived is found in the list and not sent again: it is the next one that fails.
fn tells_of_failures(cell: &Cell) -> bool {
    match cell.breaks() {
        Break::Proxy(Fault::Slow | Fault::WrongType) => false,
        Break::Proxy(
            Fault::ResetAfter | Fault::Cut | Fault::Silence | Fault::GaveUp | Fault::BadJson,
        ) if cell.call == Call::Post => false,
        Break::Proxy(_) | Break::Refused | Break::NoName => cell.call != Call::Delete,
    }
}

/// What is seen of a run, and what of it is not as it is to be.
pub fn compare(cell: &Cell, ran: Result<Ran, String>, executions: usize, fired: usize) -> Seen {
    let expected = expected(cell);
    let mut seen = Seen {
        executions,
        fired,
        ..Seen::default()
    };
    let ran = match ran {
        Ok(ran) => ran,
        Err(said) => {
            seen.wrong.push("it hangs".to_owned());
            seen.said = said;
            return seen;
        }
    };
    seen.exit = ran.code;
    if fired == 0 {
        seen.wrong.push("the fault did not occur".to_owned());
    }
    if ran.code != expected.exit {
        let told = format!("exit {}, not {}", ran.code, expected.exit);
        seen.wrong.push(told);
    }
    if !expected.executions.contains(&executions) {
        let told = format!("ran {executions} times, not {:?}", expected.executions);
        seen.wrong.push(told);
    }
    if !ran.err.contains(expected.said) {
        let told = format!("does not say “{}”", expected.said);
        seen.wrong.push(told);
    }
    if ran.code == 0 && fired > 1 && tells_of_failures(cell) && !ran.err.contains("asking again") {
        seen.wrong
            .push("does not tell that it asks again".to_owned());
    }
    let gives_result = match cell.call {
        Call::Batch => ran.out.starts_with("job-") && ran.out.lines().count() == 1,
        _ => ran.out == "42\n",
    };
    if ran.code == 0 && !gives_result {
        seen.wrong.push(format!("gives {:?}", ran.out));
    }
    seen.said = ran.err;
    seen
}

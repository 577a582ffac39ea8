//! The cells of the matrix: every call, every fault, every span.

use super::table;
use crate::support::chaos::{Call, Fault, HTML, JSON, Span};
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Nobody listens at the port.
    Refused,
    /// The host's name has no address.
    NoName,
    /// The proxy breaks the request or its answer.
    Proxy(Fault),
}

const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";

const fn status(status: &'static str, headers: &'static str, body: &'static str) -> Break {
    Break::Proxy(Fault::Status(status, headers, body))
}

/// Each with its name in the table.
pub const FAULTS: [(&str, Break); 22] = [
    ("refused", Break::Refused),
    ("name failure", Break::NoName),
    ("reset before", Break::Proxy(Fault::ResetBefore)),
    ("reset after", Break::Proxy(Fault::ResetAfter)),
    ("cut answer", Break::Proxy(Fault::Cut)),
    ("no answer", Break::Proxy(Fault::Silence)),
    ("slow body", Break::Proxy(Fault::Slow)),
    ("401", status("401 Unauthorized", HTML, "")),
    (
        "403",
        status("403 Forbidden", JSON, r#"{"msg":"not yours"}"#),
    ),
    ("404", status("404 Not Found", HTML, "<html>404</html>")),
    ("408", status("408 Request Timeout", HTML, "")),
    (
        "429",
        status("429 Too Many Requests", JSON, r#"{"message":"slow down"}"#),
    ),
    (
        "429 after 1 s",
        status("429 Too Many Requests", "Retry-After: 1\r\n", ""),
    ),
    (
        "430",
        status("430 No Capacity", JSON, r#"{"message":"no capacity"}"#),
    ),
    (
        "500 JSON",
        status(
            "500 Internal Server Error",
            JSON,
            r#"{"msg":"java.lang.Exception"}"#,
        ),
    ),
    (
        "500 string",
        status(
            "500 Internal Server Error",
            JSON,
            r#""java.lang.Exception""#,
        ),
    ),
    ("502", status("502 Bad Gateway", HTML, PAGE)),
    ("503", status("503 Service Unavailable", HTML, "")),
    ("504 after it ran", Break::Proxy(Fault::GaveUp)),
    ("bad JSON", Break::Proxy(Fault::BadJson)),
    ("wrong type", Break::Proxy(Fault::WrongType)),
    (
        "login page",
        status("302 Found", "Location: https://login.example/\r\n", ""),
    ),
];

pub const SPANS: [(&str, Span); 3] = [
    ("once", Span::Times(1)),
    ("three times", Span::Times(3)),
    ("5 s", Span::For(Duration::from_secs(5))),
];

/// Those of the proxy that a network makes, and that pass.
pub const PASSING: [Fault; 6] = [
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Cut,
    Fault::GaveUp,
    Fault::Status("503 Service Unavailable", HTML, ""),
    Fault::Status("502 Bad Gateway", HTML, PAGE),
];

#[derive(Debug, Clone, Copy)]
pub struct Cell {
    pub call: Call,
    /// Places in the lists.
    pub fault: usize,
    pub span: usize,
}

impl Cell {
    pub fn breaks(&self) -> Break {
        FAULTS[self.fault].1
    }

    pub fn span(&self) -> Span {
        SPANS[self.span].1
    }

    pub fn is_once(&self) -> bool {
        self.span() == Span::Times(1)
    }

    /// The status that the proxy answers, where that is the fault.
    pub fn status(&self) -> &'static str {
        match self.breaks() {
            Break::Proxy(Fault::Status(status, ..)) => status.split(' ').next().unwrap(),
            Break::Proxy(_) | Break::Refused | Break::NoName => "",
        }
    }

    fn name(&self) -> String {
        let (fault, span) = (FAULTS[self.fault].0, SPANS[self.span].0);
        format!("{:?} × {fault} × {span}", self.call)
    }
}

/// A name that has no address is given by a library that Linux alone loads so.
fn can_occur(fault: usize) -> bool {
    cfg!(target_os = "linux") || FAULTS[fault].1 != Break::NoName
}

/// All cells of some calls.
pub fn cells(calls: &[Call]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for &call in calls {
        for fault in (0..FAULTS.len()).filter(|fault| can_occur(*fault)) {
            for span in 0..SPANS.len() {
                cells.push(Cell { call, fault, span });
            }
        }
    }
    cells
}

/// What became of a cell, and what of it is wrong.
#[derive(Debug, Default)]
pub struct Seen {
    pub exit: i32,
    pub executions: usize,
    pub fired: usize,
    /// What else there is to say of it.
    pub more: &'static str,
    pub wrong: Vec<String>,
    pub said: String,
}

/// Runs cells beside each other and puts them into the table; what is wrong with each comes back as
/// a line.
pub fn play(cells: &[Cell], at_once: usize, run: impl Fn(&Cell) -> Seen + Sync) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let seen = run(cell);
                    table::note(cell, &seen);
                    if !seen.wrong.is_empty() {
                        let mut wrong = wrong.lock().unwrap();
                        let what = seen.wrong.join("; ");
                        writeln!(wrong, "{}: {what}; said {:?}", cell.name(), seen.said).unwrap();
                    }
                }
            });
        }
    });
    table::show(cells);
    let wrong = wrong.into_inner().unwrap();
    let count = cells.len();
    assert!(
        wrong.is_empty(),
        "{} of {count} cells:\n{wrong}",
        wrong.lines().count()
    );
}

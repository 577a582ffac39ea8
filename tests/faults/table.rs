//! The matrix as a table: what happened in each cell, in one glance. It is printed, and it stands in
//! `target/tmp/fault-matrix.txt`.

use super::cells::{Cell, FAULTS, SPANS, Seen};
use crate::support::chaos::Call;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

/// In the order of a session's life, with their names.
const CALLS: [(Call, &str); 8] = [
    (Call::Create, "create session"),
    (Call::Session, "poll start"),
    (Call::Post, "POST statement"),
    (Call::Poll, "poll statement"),
    (Call::Cancel, "cancel"),
    (Call::Log, "log"),
    (Call::Delete, "delete"),
    (Call::Batch, "POST batch"),
];

const LEGEND: &str = "\
Each cell: the exit code; how often the code ran; how often the fault occurred. Where a call is not
made again after its first failure, the fault occurs once in every span. All cells can occur.
";

type Rows = BTreeMap<(usize, usize), [String; 3]>;

static TABLE: Mutex<Rows> = Mutex::new(Rows::new());

fn place(call: Call) -> usize {
    CALLS.iter().position(|(known, _)| *known == call).unwrap()
}

pub fn note(cell: &Cell, seen: &Seen) {
    let mark = if seen.wrong.is_empty() { "" } else { "WRONG " };
    let Seen {
        exit,
        executions,
        fired,
        more,
        ..
    } = seen;
    let text = format!("{mark}{exit}; ran {executions}; ×{fired}{more}");
    let mut table = TABLE.lock().unwrap();
    let row = table.entry((place(cell.call), cell.fault)).or_default();
    row[cell.span] = text;
}

/// Prints the rows of some cells, and writes all that are known.
pub fn show(cells: &[Cell]) {
    let table = TABLE.lock().unwrap();
    let mut these = table.clone();
    these.retain(|(call, _), _| cells.iter().any(|cell| place(cell.call) == *call));
    let shown = format!("{}\n", text(&these));
    std::io::stdout().write_all(shown.as_bytes()).unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fault-matrix.txt");
    std::fs::write(path, format!("{}\n{LEGEND}", text(&table))).unwrap();
}

fn text(rows: &Rows) -> String {
    let mut text = format!("{:15} {:17}", "call", "fault");
    for (span, _) in SPANS {
        write!(text, " {span:28}").unwrap();
    }
    text.truncate(text.trim_end().len());
    for ((call, fault), spans) in rows {
        let mut line = format!("\n{:15} {:17}", CALLS[*call].1, FAULTS[*fault].0);
        for span in spans {
            write!(line, " {span:28}").unwrap();
        }
        text.push_str(line.trim_end());
    }
    text.push('\n');
    text
}

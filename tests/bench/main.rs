//! `cargo bench`: how fast livysh is, beside its peers and floors in the same minutes, as one table.
//!
//! Whole processes are measured from outside, in turn with what they are compared to, so that a
//! machine whose speed drifts does not decide. Nothing here passes or fails: a row tells whether it is
//! within its budget. `cargo bench starts` measures one group alone.
//!
//! The groups, in their order:
//! - [`startup`]: launch to prompt, memory there.
//! - [`statements`]: a statement of each duration at each distance, beside pylivy and sparkmagic.
//! - [`real`]: the same on a real Spark.
//! - [`share`]: the same for durations as they are in life, and what a long one asks of its server.
//! - [`scripts`]: many statements, piped.
//! - [`costs`]: the processor's time and the memory of livysh and its peers.
//! - [`resting`]: memory after a session of work, and what happens while nobody types.
//! - [`scanner`]: what a script costs before it is sent.
//! - [`starts`]: `--local` to the first result, beside pyspark and spark-shell.
//! - [`cancels`], [`interrupts`], [`keystrokes`], [`results`], [`tabs`]: at the prompt.
//! - [`instructions`]: those of a start and of a statement.
//! - [`schedule`]: the looks at a statement, computed; tables of its own.
//!
//! What they share:
//! - [`table`]: rows; [`machine`]: the lines above them.
//! - [`scripted`]: a server of exact durations, behind [`far`], a network; [`spark`]: a real one.
//! - [`live`]: programs that run a line at a time; [`peers`]: those that others wrote.
//! - [`connected`]: a client without a front end, and the tight loop.
//! - [`terminal`]: a program at a terminal; [`process`]: what the system tells of one.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod cancels;
mod connected;
mod costs;
mod far;
mod instructions;
mod interrupts;
mod keystrokes;
mod live;
mod machine;
mod peers;
mod process;
mod real;
mod resting;
mod results;
mod scanner;
mod schedule;
mod scripted;
mod scripts;
mod share;
mod spark;
mod starts;
mod startup;
mod statements;
mod table;
mod tabs;
mod terminal;

use std::process::ExitCode;
use table::Row;

/// A group's name, and what measures it.
type Group = (&'static str, fn());

const GROUPS: [Group; 16] = [
    ("startup", startup::measure),
    ("statements", statements::measure),
    ("real", real::measure),
    ("share", share::measure),
    ("scripts", scripts::measure),
    ("costs", costs::measure),
    ("resting", resting::measure),
    ("scanner", scanner::measure),
    ("starts", starts::measure),
    ("cancels", cancels::measure),
    ("interrupts", interrupts::measure),
    ("keystrokes", keystrokes::measure),
    ("results", results::measure),
    ("tabs", tabs::measure),
    ("instructions", instructions::measure),
    ("schedule", schedule::measure),
];

fn main() -> ExitCode {
    // `cargo test --benches` only asks whether this builds and starts.
    if std::env::args().any(|argument| argument == "--test") {
        return ExitCode::SUCCESS;
    }
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is_known = |one: &&String| GROUPS.iter().any(|(name, _)| name == one);
    if let Some(unknown) = named.iter().find(|one| !is_known(one)) {
        let names = GROUPS.map(|(name, _)| name).join(", ");
        eprintln!("there is no group {unknown}, but {names}");
        return ExitCode::from(2);
    }
    machine::print();
    table::head();
    for (name, measure) in GROUPS {
        if named.is_empty() || named.iter().any(|one| one == name) {
            // What has gone wrong is told on standard error; the other groups are measured all the same.
            if std::panic::catch_unwind(measure).is_err() {
                Row::figure(format!("{name}: not measured, something has failed"), "–")
                    .budget("–", false)
                    .print();
            }
        }
    }
    ExitCode::SUCCESS
}

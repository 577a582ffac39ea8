//! The CPU instructions of a start and of a statement, counted by valgrind: they do not depend on the machine's
//! speed, nor on what else it does.

#[path = "../instructions/counting.rs"]
pub mod counting;

use super::table::Row;
use counting::{count, has_valgrind};

const RUNS: usize = 3;

pub fn measure() {
    if !has_valgrind() {
        Row::figure("instructions: valgrind is not installed", "–").print();
        return;
    }
    let runs: Vec<_> = (0..RUNS)
        .map(|_| count(env!("CARGO_BIN_EXE_livysh")))
        .collect();
    let row = |what: &str, mut counts: Vec<u64>| {
        counts.sort();
        let median = format!("{:.2} million", counts[RUNS / 2] as f64 / 1e6);
        Row::figure(format!("instructions: {what}"), median).print();
    };
    row(
        "launch to prompt and out",
        runs.iter().map(|run| run.start).collect(),
    );
    row(
        "the same with a full history",
        runs.iter().map(|run| run.full_start).collect(),
    );
    row(
        "script of one statement",
        runs.iter().map(|run| run.script).collect(),
    );
    row(
        "one statement more",
        runs.iter().map(|run| run.statement).collect(),
    );
}

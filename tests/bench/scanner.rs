//! How long a script of a megabyte takes to be judged, to be split, and to be rewritten for a
//! compiler that is fed line by line.

use crate::table::{Row, Sample};
use livysh::lang::{self, Feeding, Language, Snippet};
use std::hint::black_box;
use std::time::Instant;

const BYTES: usize = 1_000_000;
const RUNS: usize = 30;

pub(crate) fn measure() {
    for (language, piece) in [
        (Language::Scala, include_str!("scanner/flights.scala")),
        (Language::Python, include_str!("scanner/flights.py")),
        (Language::Sql, include_str!("scanner/flights.sql")),
    ] {
        let script = piece.repeat(BYTES / piece.len() + 1);
        let floor = times(|| script.bytes().filter(|byte| *byte == b'\n').count());
        let report = |what: &str, ours: &Sample| {
            let speed = script.len() as f64 / 1e6 / ours.median().as_secs_f64();
            let what = format!("scanner: {what}, {language}: {speed:.0} MB/s");
            Row::of(what, ours)
                .beside("counting the lines", &floor)
                .print();
        };
        report(
            "complete?",
            &times(|| lang::completeness(language, &script)),
        );
        report("split", &times(|| lang::split(language, &script)));
        if language == Language::Scala {
            let block = Snippet {
                language,
                code: script.clone(),
                first_line: 1,
                first_column: 0,
            };
            let rewritten = times(|| lang::to_send(&block, Feeding::ByLine));
            report("rewritten as one block", &rewritten);
        }
    }
}

fn times<T>(mut work: impl FnMut() -> T) -> Sample {
    let run = |_| {
        let began = Instant::now();
        black_box(work());
        began.elapsed()
    };
    Sample::of((0..RUNS).map(run).collect())
}

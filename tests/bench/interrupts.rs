//! From Ctrl-C at a prompt to the line that acknowledges it, on a pseudo-terminal.

use crate::scripted;
use crate::table::{Row, Sample};
use crate::terminal::{Terminal, USUAL_ROWS, livysh};
use std::time::{Duration, Instant};

const RUNS: usize = 25;

pub fn measure() {
    let url = scripted::start();
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let times = (0..RUNS).map(|run| acknowledged(&url, home, run));
    let times = Sample::of(times.collect());
    // Of so few the p99 is the longest.
    let is_within = times.p99() <= Duration::from_millis(50);
    Row::of("Ctrl-C to its acknowledgement", &times)
        .budget("50 ms p99", is_within)
        .print();
}

/// A statement of a minute is interrupted after a time that differs with each run.
fn acknowledged(url: &str, home: &str, run: usize) -> Duration {
    let mut terminal = Terminal::run(livysh(url, home, "python"), USUAL_ROWS);
    terminal.until("Spark session available");
    terminal.send("60000\r");
    terminal.until("running 0:");
    std::thread::sleep(Duration::from_millis(7 * run as u64));
    let began = Instant::now();
    terminal.send("\x03");
    terminal.until("Cancelling").duration_since(began)
}

//! `cargo bench`: how fast livysh is, as ratios against a peer or a floor in the same run.
//!
//! Whole processes are measured from outside, in turn with what they are compared to, so that a
//! machine whose speed drifts does not decide. Nothing here passes or fails.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod cancels;
mod instructions;
mod interrupts;
mod keystrokes;
mod results;
mod scanner;
mod schedule;
mod scripted;
mod starts;
mod startup;
mod statements;
mod tabs;
mod terminal;

use std::time::Duration;

fn main() {
    // `cargo test --benches` only asks whether this builds and starts.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    println!("| what | minimum | median | compared with | ratio of medians |");
    println!("|---|---|---|---|---|");
    // `cargo bench starts` measures these alone.
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let groups: [(&str, fn()); 11] = [
        ("startup", startup::measure),
        ("scanner", scanner::measure),
        ("schedule", schedule::measure),
        ("instructions", instructions::measure),
        ("statements", statements::measure),
        ("starts", starts::measure),
        ("cancels", cancels::measure),
        ("interrupts", interrupts::measure),
        ("keystrokes", keystrokes::measure),
        ("results", results::measure),
        ("tabs", tabs::measure),
    ];
    for (name, measure) in groups {
        if named.is_empty() || named.iter().any(|one| one == name) {
            measure();
        }
    }
}

/// Times in their order of size.
struct Sample(Vec<Duration>);

impl Sample {
    fn of(mut times: Vec<Duration>) -> Sample {
        times.sort();
        Sample(times)
    }

    /// The time within which 99 of a hundred are, in milliseconds.
    fn p99(&self) -> f64 {
        let rank = (self.0.len() * 99).div_ceil(100);
        self.0[rank - 1].as_secs_f64() * 1e3
    }

    fn minimum(&self) -> Duration {
        self.0[0]
    }

    fn maximum(&self) -> Duration {
        self.0[self.0.len() - 1]
    }

    fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }
}

fn row(what: &str, ours: &Sample, peer: &str, theirs: Option<&Sample>) {
    let ms = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    let (peer, ratio) = match theirs {
        None => (peer.to_owned(), "–".to_owned()),
        Some(theirs) => {
            let ratio = ours.median().as_secs_f64() / theirs.median().as_secs_f64();
            let peer = format!("{peer}: {} / {}", ms(theirs.minimum()), ms(theirs.median()));
            (peer, format!("{ratio:.2}"))
        }
    };
    println!(
        "| {what} | {} | {} | {peer} | {ratio} |",
        ms(ours.minimum()),
        ms(ours.median())
    );
}

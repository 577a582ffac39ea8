//! Launch to an editable prompt, and memory there, on a pseudo-terminal.

use crate::instructions::counting::fill_history;
use crate::process::kilobytes;
use crate::table::{Row, Sample};
use crate::terminal::{Terminal, USUAL_ROWS, at_home};
use portable_pty::CommandBuilder;
use std::time::Duration;

const RUNS: usize = 25;

pub fn measure() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let binary = env!("CARGO_BIN_EXE_livysh");
    let full = tempfile::tempdir().unwrap();
    fill_history(full.path());
    let full = full.path().to_str().unwrap();
    let (mut ours, mut theirs, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    let mut with_history = Vec::new();
    let has_sqlite = std::process::Command::new("sqlite3")
        .arg("--version")
        .output()
        .is_ok();
    for _ in 0..RUNS {
        let (time, kilobytes) = launch(home, &[binary, "http://127.0.0.1:9"], "scala> ");
        ours.push(time);
        memory.push(kilobytes);
        with_history.push(launch(full, &[binary, "http://127.0.0.1:9"], "scala> ").0);
        if has_sqlite {
            theirs.push(launch(home, &["sqlite3"], "sqlite> ").0);
        }
    }
    let (ours, with_history) = (Sample::of(ours), Sample::of(with_history));
    let is_soon = |times: &Sample| times.median() <= Duration::from_millis(10);
    let row = Row::of("launch to prompt", &ours);
    match has_sqlite.then(|| Sample::of(theirs)) {
        None => row
            .beside_words("sqlite3 is not installed")
            .budget("10 ms", is_soon(&ours)),
        Some(theirs) => {
            let is_within = is_soon(&ours) && ours.times(&theirs) <= 3.0;
            row.beside("sqlite3", &theirs)
                .budget("10 ms and 3 ×", is_within)
        }
    }
    .print();
    Row::of("launch to prompt with a full history", &with_history)
        .beside("without one", &ours)
        .budget("10 ms", is_soon(&with_history))
        .print();
    memory.sort();
    let megabytes = memory[RUNS / 2] as f64 / 1024.0;
    Row::figure("memory at the prompt (VmRSS)", format!("{megabytes:.1} MB"))
        .budget("20 MB", megabytes <= 20.0)
        .print();
}

/// Time from the start of the program to its prompt on the screen, and its memory a little later,
/// when colours and network threads have warmed up.
fn launch(home: &str, command: &[&str], prompt: &str) -> (Duration, u64) {
    let mut builder = CommandBuilder::new(command[0]);
    builder.args(&command[1..]);
    at_home(&mut builder, home);
    let mut terminal = Terminal::run(builder, USUAL_ROWS);
    let time = terminal.until(prompt).duration_since(terminal.started);
    std::thread::sleep(Duration::from_millis(300));
    (time, kilobytes(terminal.process(), "VmRSS:"))
}

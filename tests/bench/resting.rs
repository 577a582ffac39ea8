//! livysh at its prompt: what it holds after a session of work, and what it does while nobody types.

use crate::process::{kilobytes, sleeps};
use crate::scripted::Server;
use crate::table::Row;
use crate::terminal::{Terminal, USUAL_ROWS, livysh};
use std::time::Duration;

const STATEMENTS: usize = 200;
const TABLES: usize = 3;
const IDLE: Duration = Duration::from_secs(30);
/// Whoever writes nothing for so long has painted all.
const SILENCE: Duration = Duration::from_millis(100);

pub fn measure() {
    let server = Server::start(Duration::ZERO);
    let home = tempfile::tempdir().unwrap();
    let mut command = livysh(&server.url, home.path().to_str().unwrap(), "python");
    command.env("PAGER", "cat");
    let mut terminal = Terminal::run(command, USUAL_ROWS);
    terminal.until("Spark session available");
    terminal.is_silent_for(Duration::from_millis(500));
    idle(&server, &terminal, "before its first statement");
    work(&mut terminal);
    let megabytes = kilobytes(terminal.process(), "VmRSS:") as f64 / 1024.0;
    let what = format!(
        "memory after {STATEMENTS} statements, {TABLES} tables of 10,000 × 20, a pasted block, completions (VmRSS)"
    );
    Row::figure(what, format!("{megabytes:.1} MB"))
        .budget("40 MB", megabytes <= 40.0)
        .print();
    // What the network keeps open for later has been closed.
    std::thread::sleep(Duration::from_secs(5));
    idle(&server, &terminal, "after work");
}

fn work(terminal: &mut Terminal) {
    for number in 0..STATEMENTS {
        terminal.send(&format!("{}\r", number % 3));
        // The mark behind an output tells that the statement has ended.
        terminal.until(&format!("{}\r\n\x1b]133;D;0", number % 3));
    }
    for _ in 0..TABLES {
        terminal.is_silent_for(SILENCE);
        terminal.send("rows\r");
        terminal.until("\r\n|    30|");
        terminal.is_silent_for(Duration::from_millis(500));
    }
    let block = ["value = frame.where(col('a') > 1)  # 'x'"; 200].join("\r");
    terminal.send(&format!("\x1b[200~(\r{block}\x1b[201~"));
    terminal.painted(Duration::from_millis(800));
    terminal.send("\x03");
    terminal.is_silent_for(Duration::from_millis(500));
    for typed in [":re\t\t", ":load /\t\t", "f\t\t"] {
        terminal.send(&format!("\x05\x15{typed}"));
        terminal.painted(Duration::from_millis(300));
    }
    terminal.send("\x05\x15");
    terminal.is_silent_for(Duration::from_millis(500));
}

/// Requests are the keep-alive's; a few threads share each.
fn idle(server: &Server, terminal: &Terminal, when: &str) {
    let (woken, asked) = (sleeps(terminal.process()), server.count(0));
    std::thread::sleep(IDLE);
    let woken = sleeps(terminal.process()) - woken;
    let asked = server.count(0) - asked;
    Row::figure(
        format!("wake-ups in {} s at the prompt, {when}", IDLE.as_secs()),
        woken.to_string(),
    )
    .requests(asked.to_string())
    .budget("none but keep-alive's", woken <= 16 * asked as u64)
    .print();
}

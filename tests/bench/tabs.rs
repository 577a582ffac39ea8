//! From Tab to the list, where all that is listed is known here: names of commands, names seen in a
//! session whose server completes nothing, and files.

use crate::scripted;
use crate::table::{Row, Sample};
use crate::terminal::{Terminal, USUAL_ROWS, livysh};
use std::time::{Duration, Instant};

const TURNS: usize = 60;
/// Whoever writes nothing for so long has painted all.
const SILENCE: Duration = Duration::from_millis(40);

pub fn measure() {
    let url = scripted::start();
    let home = tempfile::tempdir().unwrap();
    for number in 0..200 {
        std::fs::write(home.path().join(format!("file{number:03}.csv")), "").unwrap();
    }
    for (what, language, typed) in [
        ("commands", "scala", ":re"),
        ("words and names, server without completion", "scala", "f"),
        ("files, 200", "scala", ":load file0"),
    ] {
        let times = listed(&url, home.path(), language, typed);
        Row::of(format!("Tab to list, {what}"), &times)
            .budget("30 ms", times.median() <= Duration::from_millis(30))
            .print();
    }
}

/// Types, and presses Tab twice; how long the second press took to its list.
fn listed(url: &str, home: &std::path::Path, language: &str, typed: &str) -> Sample {
    let mut command = livysh(url, home.to_str().unwrap(), language);
    command.cwd(home);
    let mut terminal = Terminal::run(command, USUAL_ROWS);
    terminal.until("Spark session available");
    terminal.is_silent_for(Duration::from_millis(500));
    let times = (0..TURNS).map(|_| {
        terminal.send(&format!("\x05\x15{typed}\t"));
        // The first press may ask the server.
        terminal.painted(Duration::from_millis(120));
        let began = Instant::now();
        terminal.send("\t");
        terminal.painted(SILENCE).duration_since(began)
    });
    Sample::of(times.collect())
}

//! From a key to the line painted again, with colours, at the end of blocks of several lengths; beside
//! IPython in the same run. A screen of 40 rows, and one on which all of the block is seen. First the same
//! of a program that writes each key back: what the machine itself takes, and how seldom it takes long.

use crate::scripted;
use crate::table::{Row, Sample};
use crate::terminal::{Terminal, USUAL_ROWS, livysh};
use portable_pty::CommandBuilder;
use std::time::{Duration, Instant};

const KEYS: usize = 200;
/// Whoever writes nothing for so long has painted all.
const SILENCE: Duration = Duration::from_millis(40);
const LINES: [usize; 4] = [1, 60, 200, 1_000];

pub fn measure() {
    let url = scripted::start();
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let has_ipython = std::process::Command::new("ipython")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    let echo = typed(echo(), "ready", USUAL_ROWS, "x", 1);
    Row::of("key to its echo by cat", &echo).print();
    for lines in LINES {
        let rows = [USUAL_ROWS, lines as u16 + 20];
        for rows in &rows[usize::from(lines < usize::from(USUAL_ROWS))..] {
            for (language, prompt, line) in [
                ("python", ">>> ", "value = frame.where(col('a') > 1)  # 'x'"),
                (
                    "scala",
                    "scala> ",
                    "val x = frame.where($\"a\" > 1) // \"x\"",
                ),
            ] {
                let ours = livysh(&url, home, language);
                let ours = typed(ours, prompt, *rows, line, lines);
                let wanted = language == "python" && has_ipython;
                let theirs = wanted.then(|| typed(ipython(home), "In [", *rows, line, lines));
                let what = format!("key to repaint, {language}, {lines} lines on {rows} rows");
                let mut row = Row::of(what, &ours);
                match (&theirs, language) {
                    (Some(theirs), _) => row = row.beside("IPython", theirs),
                    (None, "python") => row = row.beside_words("IPython is not installed"),
                    (None, _) => {}
                }
                let budget = if lines <= 200 { 5 } else { 10 };
                let is_within = ours.p99() <= Duration::from_millis(budget);
                row.budget(format!("{budget} ms p99"), is_within).print();
            }
        }
    }
}

fn echo() -> CommandBuilder {
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "stty raw -echo; echo ready; exec cat"]);
    command
}

fn ipython(home: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new("ipython");
    command.args(["--no-banner", "--no-confirm-exit"]);
    command.env("IPYTHONDIR", home);
    command.env("PROMPT_TOOLKIT_NO_CPR", "1");
    command
}

/// Pastes a block whose bracket is open, and types at its end.
fn typed(command: CommandBuilder, prompt: &str, rows: u16, line: &str, lines: usize) -> Sample {
    let mut terminal = Terminal::run(command, rows);
    terminal.until(prompt);
    // Colours are warm, and the session is there.
    terminal.is_silent_for(Duration::from_millis(500));
    let block = vec![line; lines].join("\r");
    terminal.send(&format!("\x1b[200~(\r{block}\x1b[201~"));
    terminal.painted(Duration::from_millis(800));
    let times = (0..KEYS).map(|key| {
        let began = Instant::now();
        terminal.send(&"abc de"[key % 6..=key % 6]);
        terminal.painted(SILENCE).duration_since(began)
    });
    Sample::of(times.collect())
}

//! From a key to the line painted again, with colours, at the end of blocks of several lengths; beside
//! IPython in the same run. A screen of 40 rows, and one on which all of the block is seen.

use super::{Sample, row, scripted};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const KEYS: usize = 100;
/// Whoever writes nothing for so long has painted all.
const SILENCE: Duration = Duration::from_millis(40);
const LIMIT: Duration = Duration::from_secs(20);
const LINES: [usize; 4] = [1, 60, 200, 1_000];
const USUAL_ROWS: u16 = 40;

pub fn measure() {
    let url = scripted::start();
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let has_ipython = std::process::Command::new("ipython")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
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
                let p99 = ours.0[ours.0.len() * 99 / 100].as_secs_f64() * 1e3;
                let what = format!(
                    "key to repaint, {language}, {lines} lines on {rows} rows, p99 {p99:.2} ms"
                );
                let peer = match (&theirs, language) {
                    (Some(_), _) => "IPython",
                    (None, "python") => "IPython is not installed",
                    (None, _) => "budget: 5 ms to 200 lines, 10 ms at 1,000",
                };
                row(&what, &ours, peer, theirs.as_ref());
            }
        }
    }
}

fn livysh(url: &str, home: &str, language: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_livysh"));
    command.args(["--url", url, "-s", "0", "-l", language]);
    command.env("HOME", home);
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
fn typed(mut command: CommandBuilder, prompt: &str, rows: u16, line: &str, lines: usize) -> Sample {
    command.env("TERM", "xterm-256color");
    let size = PtySize {
        rows,
        cols: 100,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut keys = pair.master.take_writer().unwrap();
    let (told, shown) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            let bytes = buffer[..count].to_vec();
            told.send((Instant::now(), bytes)).ok();
        }
    });
    let deadline = Instant::now() + LIMIT;
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(prompt) {
        let left = deadline.saturating_duration_since(Instant::now());
        seen.extend(shown.recv_timeout(left).unwrap().1);
    }
    // Colours are warm, and the session is there.
    std::thread::sleep(Duration::from_millis(500));
    let block = vec![line; lines].join("\r");
    keys.write_all(format!("\x1b[200~(\r{block}\x1b[201~").as_bytes())
        .unwrap();
    painted(&shown, Duration::from_millis(800));
    let times = (0..KEYS).map(|key| {
        let began = Instant::now();
        keys.write_all(&[b"abc de"[key % 6]]).unwrap();
        painted(&shown, SILENCE)
            .expect("a key was painted")
            .duration_since(began)
    });
    let times = Sample::of(times.collect());
    child.kill().unwrap();
    child.wait().unwrap();
    times
}

/// When the last was written before a silence; none where nothing was.
fn painted(shown: &Receiver<(Instant, Vec<u8>)>, silence: Duration) -> Option<Instant> {
    let mut last = shown.recv_timeout(LIMIT).ok()?.0;
    while let Ok((at, _)) = shown.recv_timeout(silence) {
        last = at;
    }
    Some(last)
}

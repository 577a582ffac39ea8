//! From Tab to the list, where all that is listed is known here: names of commands, names seen in a
//! session whose server completes nothing, and files.

use super::{Sample, row, scripted};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const TURNS: usize = 60;
/// Whoever writes nothing for so long has painted all.
const SILENCE: Duration = Duration::from_millis(40);
const LIMIT: Duration = Duration::from_secs(20);

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
        let p99 = times.0[times.0.len() * 99 / 100].as_secs_f64() * 1e3;
        let what = format!("Tab to list, {what}, p99 {p99:.2} ms");
        row(&what, &times, "budget: 30 ms", None);
    }
}

/// Types, and presses Tab twice; how long the second press took to its list.
fn listed(url: &str, home: &std::path::Path, language: &str, typed: &str) -> Sample {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_livysh"));
    command.args(["--url", url, "-s", "0", "-l", language]);
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.cwd(home);
    let size = PtySize {
        rows: 40,
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
            told.send((Instant::now(), buffer[..count].to_vec())).ok();
        }
    });
    let deadline = Instant::now() + LIMIT;
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("Spark session available") {
        let left = deadline.saturating_duration_since(Instant::now());
        seen.extend(shown.recv_timeout(left).unwrap().1);
    }
    while shown.recv_timeout(Duration::from_millis(500)).is_ok() {}
    let times = (0..TURNS).map(|_| {
        keys.write_all(format!("\x05\x15{typed}\t").as_bytes())
            .unwrap();
        // The first press may ask the server.
        painted(&shown, Duration::from_millis(120));
        let began = Instant::now();
        keys.write_all(b"\t").unwrap();
        let painted = painted(&shown, SILENCE).expect("a list was shown");
        painted.duration_since(began)
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

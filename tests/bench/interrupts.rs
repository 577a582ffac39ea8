//! From Ctrl-C at a prompt to the line that acknowledges it, on a pseudo-terminal.

use super::{Sample, row, scripted};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const RUNS: usize = 25;
const LIMIT: Duration = Duration::from_secs(10);

pub fn measure() {
    let url = scripted::start();
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let times = (0..RUNS).map(|run| acknowledged(&url, home, run));
    let times = Sample::of(times.collect());
    let longest = times.maximum().as_secs_f64() * 1e3;
    let what = format!("Ctrl-C to its acknowledgement, {longest:.1} ms at most");
    row(&what, &times, "budget: 50 ms", None);
}

/// Waits until the program has written this; gives when that came.
fn until(shown: &Receiver<(Instant, Vec<u8>)>, seen: &mut Vec<u8>, words: &str) -> Instant {
    let deadline = Instant::now() + LIMIT;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let (at, bytes) = shown.recv_timeout(left).unwrap();
        seen.extend_from_slice(&bytes);
        if String::from_utf8_lossy(seen).contains(words) {
            seen.clear();
            return at;
        }
    }
}

/// A statement of a minute is interrupted after a time that differs with each run.
fn acknowledged(url: &str, home: &str, run: usize) -> Duration {
    let size = PtySize {
        rows: 40,
        cols: 100,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_livysh"));
    command.args(["--url", url, "-s", "0", "-l", "python"]);
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut keys = pair.master.take_writer().unwrap();
    let (told, shown) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            told.send((Instant::now(), buffer[..count].to_vec())).ok();
        }
    });
    let mut seen = Vec::new();
    until(&shown, &mut seen, "Spark session available");
    keys.write_all(b"60000\r").unwrap();
    until(&shown, &mut seen, "running 0:");
    std::thread::sleep(Duration::from_millis(7 * run as u64));
    let began = Instant::now();
    keys.write_all(b"\x03").unwrap();
    let at = until(&shown, &mut seen, "Cancelling");
    child.kill().unwrap();
    child.wait().unwrap();
    at.duration_since(began)
}

//! Runs a program to its end, hears its lines, and can be stopped.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often `on_line` hears a beat, and `stop` is looked at.
const BEAT: Duration = Duration::from_millis(200);
/// So many of the last lines tell why a program failed.
const LAST_LINES: usize = 12;

/// Why a program did not end well.
#[derive(Debug)]
pub enum Failed {
    Stopped,
    /// It could not be run.
    Io(io::Error),
    /// It ended with an error: the last lines of what it said, from standard error where it said
    /// something there.
    Said(String),
}

/// Runs a command with a text as its standard input; `on_line` gets the lines of its standard output and, in between, a beat.
pub(super) fn run(
    command: &mut Command,
    input: &str,
    stop: &AtomicBool,
    on_line: &mut dyn FnMut(Option<&str>),
) -> Result<(), Failed> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(Failed::Io)?;
    // Held to the end: whoever reads it learns from its end that we are gone.
    let mut stdin = child.stdin.take();
    if let Some(stdin) = &mut stdin {
        // One that does not read it says so by how it ends.
        stdin.write_all(input.as_bytes()).ok();
    }
    let errors = child.stderr.take();
    let error_reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut errors) = errors {
            errors.read_to_end(&mut text).ok();
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    let (lines, arriving) = channel();
    let output = child.stdout.take();
    std::thread::spawn(move || {
        let Some(output) = output else { return };
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    let mut said = Vec::new();
    loop {
        match arriving.recv_timeout(BEAT) {
            Ok(line) => {
                on_line(Some(&line));
                said.push(line);
            }
            Err(RecvTimeoutError::Timeout) => on_line(None),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if stop.load(Ordering::Relaxed) {
            // With what it has started.
            killpg(Pid::from_raw(child.id() as i32), Signal::SIGKILL).ok();
            break;
        }
    }
    let status = child.wait().map_err(Failed::Io)?;
    if stop.load(Ordering::Relaxed) {
        return Err(Failed::Stopped);
    }
    if status.success() {
        return Ok(());
    }
    let errors = error_reader.join().unwrap_or_default();
    let text = match errors.trim() {
        "" => said.join("\n"),
        _ => errors,
    };
    let lines: Vec<&str> = text.trim().lines().collect();
    Err(Failed::Said(
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(code: &str, stop: bool) -> Result<(), Failed> {
        let stop = AtomicBool::new(stop);
        run(
            Command::new("sh").args(["-c", code]),
            "",
            &stop,
            &mut |_| {},
        )
    }

    #[test]
    fn why_it_failed_is_told_from_either_stream() {
        for code in [
            "echo one; echo two; echo; exit 1",
            "echo quiet; echo one >&2; echo two >&2; exit 1",
        ] {
            let Err(Failed::Said(said)) = shell(code, false) else {
                panic!("it did not fail");
            };
            assert_eq!(said, "one\ntwo");
        }
        assert!(shell("true", false).is_ok());
    }

    #[test]
    fn it_can_be_stopped() {
        assert!(matches!(shell("sleep 60", true), Err(Failed::Stopped)));
    }
}

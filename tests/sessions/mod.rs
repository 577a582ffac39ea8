//! A session's life: found or made by its name, gone to, left, died, come back to. Mostly on a server
//! without Spark, whose sessions can be made to die and to recover.

mod left;
mod life;
mod names;
mod places;

use crate::support::livy::Livy;
use crate::support::program::Home;
use crate::support::pty::Screen;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

fn prompt(home: &Home, livy: &Livy, arguments: &[&str]) -> Screen {
    let mut all = vec!["--url", livy.url()];
    all.extend(arguments);
    Screen::start(home, &all)
}

fn send(screen: &Screen, signal: Signal) {
    kill(Pid::from_raw(screen.process_id() as i32), signal).unwrap();
}

/// Types a line, and waits for what it gives and the prompt after it.
#[track_caller]
fn gives(screen: &mut Screen, line: &str, expected: &str, prompt: &str) {
    screen.line(line);
    screen.wait_for(expected);
    screen.wait_for_prompt(prompt);
}

/// The body of the last request for a session.
fn asked(livy: &Livy) -> Value {
    let requests = livy.server.requests();
    let mut made = requests.iter().rev();
    let made = made.find(|one| one.method == "POST" && one.path == "/sessions");
    serde_json::from_str(&made.unwrap().body).unwrap()
}

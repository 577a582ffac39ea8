//! Programs that are kept alive and run one statement for each line they are given: livysh and its peers.

use crate::connected::Connected;
use crate::peers::Peers;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a statement in its session, and tells how long that took until the result was there.
pub trait Runs: Send {
    /// `answer` is what the statement gives.
    fn run(&mut self, code: &str, answer: &str) -> Duration;
}

/// The floor.
impl Runs for Connected {
    fn run(&mut self, code: &str, _answer: &str) -> Duration {
        self.statement(code, None)
    }
}

pub struct Live {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    clock: Clock,
}

/// Who takes the time.
enum Clock {
    /// From the line written to the line read.
    Ours,
    /// The program, around its one call; it tells the nanoseconds before the answer.
    Theirs,
}

impl Live {
    /// `livysh -`, whose standard input stays open.
    pub fn livysh(url: &str, session: i64) -> Live {
        let mut command = livysh(url, session, "python");
        command.arg("-").stderr(Stdio::null());
        Live::start(command, Clock::Ours)
    }

    pub fn pylivy(peers: &Peers, url: &str, session: i64) -> Live {
        Live::start(peers.command("with_pylivy.py", url, session), Clock::Theirs)
    }

    pub fn sparkmagic(peers: &Peers, url: &str, session: i64) -> Live {
        let command = peers.command("with_sparkmagic.py", url, session);
        Live::start(command, Clock::Theirs)
    }

    fn start(mut command: Command, clock: Clock) -> Live {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Live {
            child,
            input,
            output,
            clock,
        }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Runs for Live {
    fn run(&mut self, code: &str, answer: &str) -> Duration {
        let mut line = String::new();
        let began = Instant::now();
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{code}\n").as_bytes()).unwrap();
        self.output.read_line(&mut line).unwrap();
        let took = began.elapsed();
        let line = line.trim_end();
        match self.clock {
            Clock::Ours => {
                assert_eq!(line, answer);
                took
            }
            Clock::Theirs => {
                let (nanoseconds, text) = line.split_once(' ').expect("a time and an answer");
                assert_eq!(text, answer);
                Duration::from_nanos(nanoseconds.parse().unwrap())
            }
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // The end of its input is the end of each of them.
        self.input = None;
        self.child.wait().ok();
    }
}

/// livysh in a session of a server, as a script.
pub fn livysh(url: &str, session: i64, language: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_livysh"));
    command.args(["--url", url, "-s", &session.to_string(), "-l", language]);
    // Of the user's own nothing counts, and nothing is changed.
    command.env("HOME", env!("CARGO_TARGET_TMPDIR"));
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env_remove(name);
    }
    command
}

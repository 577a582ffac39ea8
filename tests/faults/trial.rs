//! A run of livysh against a server that fails at one call.

use super::TIMES;
use super::cells::{Break, Cell};
use crate::support::chaos::{Call, Chaos, Span};
use crate::support::preload;
use crate::support::program::{Home, Ran};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than any cell takes: what has not ended by then hangs.
const LONGEST: Duration = Duration::from_secs(120);

/// The name that `names.rs` gives an address, or none.
const NAME: &str = "livy.test";

pub struct Trial {
    pub home: Home,
    cell: Cell,
    chaos: Chaos,
    /// How often livysh told that it found nobody at the call.
    refusals: Arc<AtomicUsize>,
}

/// When a server that is to be away goes away.
enum Leaves {
    AtOnce,
    /// With such an answer, after which the call comes.
    With(Call, &'static str),
    /// When the test says so.
    Later,
}

fn leaves(call: Call) -> Leaves {
    match call {
        Call::Create | Call::Batch | Call::Other => Leaves::AtOnce,
        Call::Session => Leaves::With(Call::Create, ""),
        // In a session that is not its own.
        Call::Post => Leaves::With(Call::Session, ""),
        // The first one looks whether the statement before it is a copy.
        Call::Poll => Leaves::With(Call::Poll, ""),
        Call::Log => Leaves::With(Call::Session, r#""state":"dead""#),
        Call::Delete => Leaves::With(Call::Poll, r#""text/plain":"42""#),
        Call::Cancel => Leaves::Later,
    }
}

impl Trial {
    /// In a home whose profile `p` has small limits of time.
    pub fn new(home: Home, server: &str, cell: Cell) -> Trial {
        let chaos = Chaos::before(server);
        let url = match cell.breaks() {
            Break::NoName => format!("http://{NAME}:{}", chaos.port()),
            Break::Refused | Break::Proxy(_) => chaos.url.clone(),
        };
        home.profile("p", &url, &TIMES);
        let trial = Trial {
            home,
            cell,
            chaos,
            refusals: Arc::default(),
        };
        trial.prepare();
        trial
    }

    fn prepare(&self) {
        let leaves = match self.cell.breaks() {
            Break::Proxy(fault) => {
                // In a session that is not its own, the first one is not for the statement.
                let passes = usize::from(self.cell.call == Call::Poll);
                let call = Some(self.cell.call);
                return self
                    .chaos
                    .break_after(passes, call, fault, self.cell.span(), 1);
            }
            Break::Refused | Break::NoName => leaves(self.cell.call),
        };
        match leaves {
            Leaves::AtOnce => self.leaving()(),
            Leaves::With(call, says) => self.chaos.leave_after(call, says, self.leaving()),
            Leaves::Later => {}
        }
    }

    fn name_is_gone(&self) -> PathBuf {
        self.home.path().join("name-is-gone")
    }

    /// What takes the server away.
    fn leaving(&self) -> Box<dyn Fn() + Send + Sync> {
        let gone = self.name_is_gone();
        match self.cell.breaks() {
            Break::Refused => Box::new(self.chaos.closing()),
            Break::NoName => Box::new(move || std::fs::write(&gone, "").unwrap()),
            Break::Proxy(_) => Box::new(|| {}),
        }
    }

    /// For a call that a person makes happen.
    pub fn leave(&self) {
        self.leaving()();
    }

    /// How often the fault occurred at the call.
    pub fn fired(&self) -> usize {
        self.chaos.fired() + self.refusals.load(Ordering::SeqCst)
    }

    pub fn run(&self, arguments: &[&str]) -> Result<Ran, String> {
        self.start(arguments).end()
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut all = vec!["-p", "p", "-v"];
        // A wrong address is told at once, unless it is to be waited for.
        if matches!(self.cell.breaks(), Break::Refused | Break::NoName) {
            all.extend(["--retry-for", "60s"]);
        }
        all.extend(arguments);
        let mut command = self.home.command(&all);
        if self.cell.breaks() == Break::NoName {
            command
                .env("LD_PRELOAD", names_library())
                .env("NAME_IS_GONE", self.name_is_gone());
        }
        let mut child = command.spawn().unwrap();
        let mut output = child.stdout.take().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let watch = self.watch();
        Running {
            child,
            output: std::thread::spawn(move || {
                let mut text = String::new();
                output.read_to_string(&mut text).unwrap();
                text
            }),
            errors: std::thread::spawn(move || {
                let mut text = String::new();
                for line in errors.lines() {
                    let line = line.unwrap();
                    watch(&line);
                    text.push_str(&line);
                    text.push('\n');
                }
                text
            }),
        }
    }

    /// Counts what livysh tells of a server that is away, and brings it back after its span.
    fn watch(&self) -> impl Fn(&str) + Send + 'static {
        let (cell, refusals) = (self.cell, self.refusals.clone());
        let back = match cell.breaks() {
            Break::Refused => Some(self.chaos.reopening()),
            Break::NoName => {
                let gone = self.name_is_gone();
                let back: Arc<dyn Fn() + Send + Sync> =
                    Arc::new(move || drop(std::fs::remove_file(&gone)));
                Some(back)
            }
            Break::Proxy(_) => None,
        };
        move |line| {
            let Some(back) = &back else { return };
            if call_without_server(line) != Some(cell.call) {
                return;
            }
            let count = refusals.fetch_add(1, Ordering::SeqCst) + 1;
            match cell.span() {
                Span::Times(times) if times == count => back(),
                Span::For(time) if count == 1 => {
                    let back = back.clone();
                    std::thread::spawn(move || {
                        std::thread::sleep(time);
                        back();
                    });
                }
                Span::Times(_) | Span::For(_) | Span::OneIn(_) => {}
            }
        }
    }
}

/// The call of a request that found nobody, in a line that `-v` prints.
fn call_without_server(line: &str) -> Option<Call> {
    let words = [
        "the connection was refused",
        "the host's name was not found",
    ];
    words
        .iter()
        .any(|words| line.contains(words))
        .then_some(())?;
    let (method, rest) = line.split_once(" http://")?;
    matches!(method, "GET" | "POST" | "DELETE").then_some(())?;
    let (url, _) = rest.split_once(": ")?;
    let (_, path) = url.split_once('/')?;
    Some(Call::of(method, path))
}

fn names_library() -> &'static Path {
    static LIBRARY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, library) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let library = preload::library("faults/names.rs", folder.path());
        (folder, library)
    });
    library
}

/// A livysh that runs.
pub struct Running {
    child: Child,
    output: JoinHandle<String>,
    errors: JoinHandle<String>,
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it gave; what it said, where it hangs.
    pub fn end(mut self) -> Result<Ran, String> {
        let deadline = Instant::now() + LONGEST;
        let mut hangs = false;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > deadline && !hangs {
                hangs = true;
                self.child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let ran = Ran {
            out: self.output.join().unwrap(),
            err: self.errors.join().unwrap(),
            code: status.code().unwrap_or(-1),
        };
        match hangs {
            false => Ok(ran),
            true => Err(ran.err),
        }
    }
}

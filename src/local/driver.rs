//! The child process that holds the Spark session: start it, talk JSON lines, end it.
//!
//! Its Python half stands in `driver/` and is written into the session's directory. It runs in a
//! process group of its own, so that a Ctrl-C at the terminal reaches livysh alone, and it ends by
//! itself when its standard input ends, so that nothing outlives a killed livysh.

use super::runtime::Runtime;
use super::wire::CreateSession;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const PACKAGE: &str = "livysh_driver";

const MOST_KILLS: u32 = 100;
const BETWEEN_KILLS: Duration = Duration::from_millis(10);

/// The Python half, file by file.
const FILES: [(&str, &str); 30] = [
    ("__init__.py", include_str!("driver/__init__.py")),
    ("main.py", include_str!("driver/main.py")),
    ("batch.py", include_str!("driver/batch.py")),
    ("protocol.py", include_str!("driver/protocol.py")),
    ("jvm.py", include_str!("driver/jvm.py")),
    ("session.py", include_str!("driver/session.py")),
    ("later.py", include_str!("driver/later.py")),
    ("archive.py", include_str!("driver/archive.py")),
    ("runner.py", include_str!("driver/runner.py")),
    ("statement.py", include_str!("driver/statement.py")),
    ("capture.py", include_str!("driver/capture.py")),
    ("files.py", include_str!("driver/files.py")),
    ("interpreter.py", include_str!("driver/interpreter.py")),
    ("scala.py", include_str!("driver/scala.py")),
    ("scala_lines.py", include_str!("driver/scala_lines.py")),
    ("scala_magics.py", include_str!("driver/scala_magics.py")),
    (
        "scala_messages.py",
        include_str!("driver/scala_messages.py"),
    ),
    ("python.py", include_str!("driver/python.py")),
    ("sql.py", include_str!("driver/sql.py")),
    ("completion.py", include_str!("driver/completion.py")),
    ("interrupt.py", include_str!("driver/interrupt.py")),
    ("progress.py", include_str!("driver/progress.py")),
    (
        "strict/__init__.py",
        include_str!("driver/strict/__init__.py"),
    ),
    ("strict/runner.py", include_str!("driver/strict/runner.py")),
    ("strict/scala.py", include_str!("driver/strict/scala.py")),
    ("strict/sql.py", include_str!("driver/strict/sql.py")),
    ("strict/python.py", include_str!("driver/strict/python.py")),
    ("strict/magics.py", include_str!("driver/strict/magics.py")),
    ("strict/shell.py", include_str!("driver/strict/shell.py")),
    (
        "strict/Console.scala",
        include_str!("driver/strict/Console.scala"),
    ),
];

/// Imports the package from the session's directory without leaving that directory, or the
/// current one, on the path in the meantime: a user's `random.py` must not break PySpark.
pub(super) const BOOTSTRAP: &str = "\
import sys
sys.path[0] = sys.argv.pop(1)
from livysh_driver.main import main
del sys.path[0]
main()
";

/// First line to the driver.
#[derive(Debug, Serialize)]
pub struct Settings<'a> {
    pub directory: &'a Path,
    pub java: &'a Path,
    pub java_major: u32,
    pub spark_home: &'a Path,
    pub kind: &'static str,
    /// Whether it behaves as Livy's driver does where that is worse.
    pub strict: bool,
    /// How long a strict session tries to cancel.
    pub cancel_seconds: f64,
    pub sql_rows: u64,
    /// How many characters are kept of what a statement prints.
    pub most_output: usize,
    pub conf: BTreeMap<String, String>,
    pub quick_compiler: bool,
    pub prewarm: bool,
    /// A class-data archive to start from.
    pub archive: Option<PathBuf>,
    /// Where to write such an archive, in place of holding a session.
    pub build_archive: Option<&'a Path>,
}

impl<'a> Settings<'a> {
    /// For a session on this Spark, as Livy's defaults are.
    pub fn of(
        runtime: &'a Runtime,
        directory: &'a Path,
        request: &CreateSession,
        conf: BTreeMap<String, String>,
    ) -> Settings<'a> {
        Settings {
            directory,
            java: &runtime.java,
            java_major: runtime.java_major,
            spark_home: &runtime.spark_home,
            kind: request.kind,
            strict: false,
            cancel_seconds: 30.0,
            sql_rows: SQL_ROWS,
            most_output: MOST_OUTPUT,
            conf,
            quick_compiler: true,
            prewarm: false,
            archive: None,
            build_archive: None,
        }
    }
}

/// A runaway loop of prints must not take the driver's memory with it.
pub const MOST_OUTPUT: usize = 200 << 20;
/// Livy's default for `livy.rsc.sql.num-rows`.
const SQL_ROWS: u64 = 1000;

#[derive(Debug, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Request<'a> {
    Execute {
        id: u64,
        kind: &'a str,
        code: &'a str,
        /// It is cancelled: its turn passes without its code.
        skip: bool,
    },
    Cancel {
        id: u64,
    },
    /// It is cancelled and was handed over, but its code has not begun.
    Skip {
        id: u64,
    },
    Complete {
        number: u64,
        kind: &'a str,
        code: &'a str,
        /// In UTF-16 units.
        cursor: usize,
    },
    /// To take a file.
    Add {
        number: u64,
        what: FileKind,
        path: &'a str,
    },
    Shutdown,
}

/// What a session can be given while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Jar,
    Python,
    File,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    Phase {
        text: String,
    },
    /// It can be talked to; what it is to hold does not stand yet.
    Connected,
    Ready {
        app_id: String,
        ui: Option<String>,
        spark: String,
    },
    Progress {
        id: u64,
        done: u64,
        total: u64,
    },
    /// A strict driver begins to run a part of a statement, or has ended one.
    Turn {
        id: u64,
        busy: bool,
        aborted: bool,
    },
    /// A strict driver begins the statement's own code.
    Begun {
        id: u64,
    },
    Result {
        id: u64,
        cancelled: bool,
        output: Option<Map<String, Value>>,
    },
    Candidates {
        number: u64,
        candidates: Vec<String>,
    },
    /// It has taken a file, or why it has not.
    Added {
        number: u64,
        error: Option<String>,
    },
    /// What a strict session's code wrote to the JVM's standard output.
    Stdout {
        line: String,
    },
    Dead {
        reason: String,
    },
}

/// A started driver, with the two pipes that the session reads.
pub struct Driver {
    process: Process,
    pub requests: ChildStdin,
    pub events: Events,
    pub log: Lines<tokio::process::ChildStderr>,
}

impl Driver {
    /// Writes the Python half into `directory`, which must exist, and starts it.
    pub async fn start(runtime: &Runtime, settings: &Settings<'_>) -> io::Result<Driver> {
        write_package(settings.directory)?;
        let mut command = Command::new(&runtime.python);
        command
            .args(["-c", BOOTSTRAP])
            .arg(settings.directory)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        runtime.equip(command.as_std_mut());
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("the driver's pipes are missing"));
        };
        let mut driver = Driver {
            process: Process::of(child, settings.directory),
            requests: stdin,
            events: Events::of(stdout),
            log: Lines::of(stderr),
        };
        write_line(&mut driver.requests, &line_of(settings)?).await?;
        Ok(driver)
    }

    /// Splits off what a task of its own reads or writes.
    pub fn split(
        self,
    ) -> (
        ChildStdin,
        Events,
        Lines<tokio::process::ChildStderr>,
        Process,
    ) {
        (self.requests, self.events, self.log, self.process)
    }
}

/// Writes the Python half into a directory.
pub fn write_package(directory: &Path) -> io::Result<()> {
    let package = directory.join(PACKAGE);
    std::fs::create_dir_all(package.join("strict"))?;
    for (name, text) in FILES {
        std::fs::write(package.join(name), text)?;
    }
    Ok(())
}

/// The process itself: what is left to do is to end it.
pub struct Process {
    child: Child,
    group: Pid,
    directory: PathBuf,
}

impl Process {
    /// Of a child that leads a process group of its own and has a directory of its own.
    pub fn of(child: Child, directory: &Path) -> Process {
        Process {
            group: Pid::from_raw(child.id().map_or(0, |id| id as i32)),
            child,
            directory: directory.to_owned(),
        }
    }

    /// Waits until it has ended; its exit code, unless a signal ended it.
    pub async fn wait(&mut self) -> Option<i32> {
        self.child.wait().await.ok()?.code()
    }

    /// Waits for it to end by itself, then kills driver and JVM; nothing of it is left after this.
    /// How it ended, unless it had to be killed.
    pub async fn end(mut self, patience: Duration) -> Option<ExitStatus> {
        let ended = tokio::time::timeout(patience, self.child.wait()).await;
        if ended.is_err() {
            self.child.start_kill().ok();
            self.child.wait().await.ok();
        }
        // The JVM is in the driver's group; after a clean end there is no such group any more.
        if self.group.as_raw() > 0 {
            kill_group(self.group).await;
        }
        let directory = self.directory;
        tokio::task::spawn_blocking(move || std::fs::remove_dir_all(directory).ok())
            .await
            .ok();
        ended.ok()?.ok()
    }
}

/// Returns when no process of the group is left: one that dies may still make files. Where nobody
/// collects orphans, dead ones count as well, so that this gives up after a while.
async fn kill_group(group: Pid) {
    for _ in 0..MOST_KILLS {
        if killpg(group, Signal::SIGKILL).is_err() {
            return;
        }
        tokio::time::sleep(BETWEEN_KILLS).await;
    }
}

/// A request or the settings, as a line.
pub fn line_of(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value).map_err(io::Error::other)?;
    line.push(b'\n');
    Ok(line)
}

pub async fn write_line(pipe: &mut ChildStdin, line: &[u8]) -> io::Result<()> {
    pipe.write_all(line).await?;
    pipe.flush().await
}

/// The driver's events.
pub struct Events {
    pipe: BufReader<ChildStdout>,
    /// What of a line has come; it outlives a `next` that is given up for something else.
    line: Vec<u8>,
}

impl Events {
    fn of(pipe: ChildStdout) -> Events {
        Events {
            pipe: BufReader::new(pipe),
            line: Vec::new(),
        }
    }

    /// The next event; `None` when the driver is gone. After what is no event nothing it sends can
    /// be trusted.
    pub async fn next(&mut self) -> Result<Option<Event>, String> {
        match self.pipe.read_until(b'\n', &mut self.line).await {
            Ok(_) if self.line.ends_with(b"\n") => {}
            Ok(_) | Err(_) => return Ok(None),
        }
        let event = serde_json::from_slice(&self.line);
        self.line.clear();
        // A result may have been huge.
        self.line.shrink_to(1 << 16);
        event
            .map(Some)
            .map_err(|error| format!("the driver sent what is no event: {error}"))
    }
}

/// Bytes of a line that a log keeps.
const LONGEST_LINE: usize = 64 << 10;

/// Lines of text, whatever bytes they hold.
pub struct Lines<R>(BufReader<R>);

impl<R: AsyncRead + Unpin> Lines<R> {
    pub fn of(pipe: R) -> Lines<R> {
        Lines(BufReader::new(pipe))
    }

    /// The next line; what is longer than a line of a log should be is cut, so that one that never
    /// ends does not fill the memory.
    pub async fn next(&mut self) -> Option<String> {
        let mut line = Vec::new();
        loop {
            let chunk = self.0.fill_buf().await.ok()?;
            if chunk.is_empty() {
                return (!line.is_empty()).then(|| text(&line));
            }
            let newline = chunk.iter().position(|byte| *byte == b'\n');
            let end = newline.unwrap_or(chunk.len());
            let room = LONGEST_LINE.saturating_sub(line.len());
            line.extend_from_slice(&chunk[..end.min(room)]);
            let used = newline.map_or(chunk.len(), |newline| newline + 1);
            self.0.consume(used);
            if newline.is_some() {
                return Some(text(&line));
            }
        }
    }
}

fn text(line: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    if line.len() >= LONGEST_LINE {
        text.push_str(" ... the line goes on");
    }
    text
}

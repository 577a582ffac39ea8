//! The program itself, run as a user runs it, with a home of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub const BINARY: &str = env!("CARGO_BIN_EXE_livysh");

/// Variables of the person who runs the tests that would change what the program does.
const FOREIGN: [&str; 35] = [
    "LIVYSH_URL",
    "LIVYSH_PROFILE",
    "LIVYSH_CONFIG",
    "LIVYSH_TOKEN",
    "LIVYSH_PASSWORD",
    "NO_COLOR",
    "COLORTERM",
    "CLICOLOR_FORCE",
    "KITTY_WINDOW_ID",
    "KONSOLE_VERSION",
    "LC_TERMINAL",
    "STY",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "LIVYSH_PAGER",
    "LESS",
    "FORCE_COLOR",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "EDITOR",
    "VISUAL",
    "PYSPARK_PYTHON",
    "PYSPARK_DRIVER_PYTHON",
    "PYSPARK_DRIVER_PYTHON_OPTS",
    "PYTHONSTARTUP",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
];

/// Where the private Spark is installed once for all runs; not in the repository's history.
pub fn cache() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.cache")
}

/// A home folder that goes with the value.
pub struct Home(pub TempDir);

impl Home {
    pub fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A server named in its configuration, with what else is set of it, a line each.
    pub fn profile(&self, name: &str, url: &str, settings: &[&str]) {
        let folder = self.path().join("config/livysh");
        std::fs::create_dir_all(&folder).unwrap();
        let mut text = format!("[profiles.{name}]\nurl = \"{url}\"\n");
        for setting in settings {
            text.push_str(setting);
            text.push('\n');
        }
        std::fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// The environment of a run, as pairs; what is not named is inherited.
    pub fn environment(&self) -> Vec<(String, String)> {
        let home = self.path().to_str().unwrap().to_owned();
        let cache = cache().to_str().unwrap().to_owned();
        [
            ("HOME", home.clone()),
            ("XDG_CONFIG_HOME", format!("{home}/config")),
            ("XDG_STATE_HOME", format!("{home}/state")),
            ("XDG_CACHE_HOME", cache),
            ("TERM", "xterm-256color".to_owned()),
            // What is long is not to wait for a key.
            ("PAGER", "cat".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .envs(self.environment())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub fn run_with_stdin(&self, arguments: &[&str], stdin: &str) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let text = stdin.to_owned();
        // A program that does not read its input is the test's business, not this pipe's.
        let writer = std::thread::spawn(move || pipe.write_all(text.as_bytes()).ok());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ran::of(output)
    }
}

pub fn foreign_variables() -> &'static [&'static str] {
    &FOREIGN
}

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Ran {
    pub fn of(output: Output) -> Ran {
        Ran {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    #[track_caller]
    pub fn gave(&self, out: &str, code: i32) {
        assert_eq!(
            (self.out.as_str(), self.code),
            (out, code),
            "stderr: {}",
            self.err
        );
    }

    #[track_caller]
    pub fn said(&self, words: &[&str]) {
        for word in words {
            assert!(self.err.contains(word), "no “{word}” in: {}", self.err);
        }
    }
}

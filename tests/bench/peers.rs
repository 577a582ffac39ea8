//! pylivy and sparkmagic, in the environment of Python's that tests/clients names and tests/environment makes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub struct Peers {
    python: PathBuf,
}

impl Peers {
    /// Installs them where they are missing; none where that fails, of which pip tells on standard error.
    pub fn find() -> Option<Peers> {
        let made = Command::new("sh")
            .arg(tests().join("environment"))
            .args(["clients", "two Livy clients, which run beside livysh,"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        let python = tests().join(".cache/clients/bin/python");
        made.is_ok_and(|status| status.success())
            .then_some(Peers { python })
    }

    /// One of our scripts that drive them.
    pub fn command(&self, script: &str, url: &str, session: i64) -> Command {
        let mut command = Command::new(&self.python);
        // Isolated, so that a PYTHONPATH that is set for a Spark does not count.
        command
            .arg("-I")
            .arg(tests().join("bench/peers").join(script))
            .args([url, &session.to_string()]);
        command
    }
}

/// The version that is asked for of a package.
pub fn version(package: &str) -> &'static str {
    let mut lines = include_str!("../clients/requirements.txt").lines();
    let version = lines.find_map(|line| line.strip_prefix(package)?.strip_prefix("=="));
    version.unwrap_or("of no known version")
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

//! Finds a Python, a Java and a Spark that fit together, or installs a private PySpark.
//!
//! In this order: the interpreter named by `--python`, the active virtual environment, then
//! `SPARK_HOME` with a Python beside it; each where it holds the Spark asked for, or any supported
//! one where none is. Else a private environment in the cache folder, made with pip: it is built in
//! a folder of its own, checked, and renamed into place, so that it is never half there.

mod command;
mod find;
mod install;
mod lines;
mod pip;

pub use lines::SparkVersion;

pub use command::Failed;
use lines::Asked;

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicBool;

/// What a session's driver is started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    pub python: PathBuf,
    pub spark_home: PathBuf,
    pub spark_version: String,
    pub java: PathBuf,
    pub java_major: u32,
    /// PySpark's own modules where they are not installed in the interpreter.
    pub modules: Vec<PathBuf>,
    /// Whether it is livysh's own, which the user's settings for another Spark must not touch.
    pub is_private: bool,
    /// Variables of the environment that hold secrets of the server's: no program that it starts gets
    /// them.
    pub withheld: Vec<String>,
}

/// What signs livysh itself on somewhere.
const SECRETS: [&str; 2] = ["LIVYSH_TOKEN", "LIVYSH_PASSWORD"];

impl Runtime {
    /// Gives a program that runs on this Spark the environment for it.
    pub fn equip(&self, command: &mut Command) {
        if self.is_private {
            undisturbed(command);
        } else if !self.modules.is_empty() {
            let inherited = std::env::var_os("PYTHONPATH");
            let mut paths = self.modules.clone();
            paths.extend(inherited.iter().flat_map(std::env::split_paths));
            if let Ok(paths) = std::env::join_paths(paths) {
                command.env("PYTHONPATH", paths);
            }
        }
        // Workers of another version than the driver cannot read what it sends them.
        command.env("PYSPARK_PYTHON", &self.python);
        command.env("SPARK_HOME", &self.spark_home);
        command.env("SPARK_LOCAL_IP", "127.0.0.1");
        let withheld = self.withheld.iter().map(String::as_str);
        for name in SECRETS.into_iter().chain(withheld) {
            command.env_remove(name);
        }
        // They would make PySpark the client of another machine's Spark.
        for name in [
            "SPARK_REMOTE",
            "SPARK_API_MODE",
            "SPARK_CONNECT_MODE_ENABLED",
        ] {
            command.env_remove(name);
        }
    }
}

/// Runs a program to its end with a text as its standard input; it can be stopped.
pub fn run_command(command: &mut Command, input: &str, stop: &AtomicBool) -> Result<(), Failed> {
    command::run(command, input, stop, &mut |_| {})
}

/// Takes away what the user has set for another Python or Spark.
fn undisturbed(command: &mut Command) {
    for name in [
        "PYTHONPATH",
        "PYTHONHOME",
        "PYSPARK_DRIVER_PYTHON",
        "PYSPARK_SUBMIT_ARGS",
        "SPARK_CONF_DIR",
        "SPARK_DIST_CLASSPATH",
        "SPARK_LOCAL_DIRS",
    ] {
        command.env_remove(name);
    }
}

/// Where to look and where to install.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// `--spark`
    pub spark: Option<SparkVersion>,
    /// `--python`
    pub python: Option<PathBuf>,
    /// `VIRTUAL_ENV`
    pub virtual_env: Option<PathBuf>,
    /// `SPARK_HOME`
    pub spark_home: Option<PathBuf>,
    /// `JAVA_HOME`
    pub java_home: Option<PathBuf>,
    /// The user's cache folder for livysh.
    pub cache: PathBuf,
}

impl Search {
    fn asked(&self) -> Asked<'_> {
        Asked(self.spark.as_ref())
    }
}

/// Hears of each step of the preparation, in words, and of how far it is.
pub type Tell<'a> = dyn FnMut(&str, &str) + 'a;

#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    #[error("no Python was found that fits: {0}")]
    NoPython(String),
    #[error("{0} cannot be used as Python: {1}")]
    Unusable(PathBuf, String),
    #[error("{0} is Python {1}: {2}")]
    WrongPython(PathBuf, String, String),
    #[error("{python} could not make a virtual environment:\n{output}")]
    Venv { python: PathBuf, output: String },
    #[error("pip could not install {package}:\n{output}")]
    Pip { package: String, output: String },
    #[error("the private Spark in {0} does not work after its installation: {1}")]
    Broken(PathBuf, String),
    #[error("the installation was given up")]
    Stopped,
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

impl RuntimeError {
    /// What to try.
    pub fn hint(&self) -> String {
        match self {
            RuntimeError::NoPython(..) | RuntimeError::WrongPython(..) => {
                "install such a Python with its venv module, or name one with --python".to_owned()
            }
            RuntimeError::Unusable(..) => "name a working interpreter with --python".to_owned(),
            RuntimeError::Venv { .. } => {
                "install Python's venv module (on Debian the package python3-venv), or name another \
                 interpreter with --python"
                    .to_owned()
            }
            RuntimeError::Pip { .. } => {
                "check the network and pip's settings (index, proxy), then try again".to_owned()
            }
            RuntimeError::Broken(folder, _) => {
                format!("remove {} and try again", folder.display())
            }
            RuntimeError::Stopped => "start again; what was begun is removed".to_owned(),
            RuntimeError::File(..) => {
                "check the folder's permissions and the free space on its disk".to_owned()
            }
        }
    }
}

/// The runtime that is there, or the Python that one can be installed with; installs nothing.
pub fn present(search: &Search) -> Result<Result<Runtime, PathBuf>, RuntimeError> {
    if let Some(found) = find::existing(search)? {
        return Ok(Ok(found));
    }
    match install::present(search) {
        Some(found) => Ok(Ok(found)),
        None => find::base_python(search).map(|base| Err(base.python)),
    }
}

/// Finds a runtime or installs one; blocks, for minutes where it has to download. Stops early,
/// with whatever it had begun removed, once `stop` is set.
pub fn prepare(
    search: &Search,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<Runtime, RuntimeError> {
    match find::existing(search)? {
        Some(found) => Ok(found),
        None => install::private(search, stop, tell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_python_that_does_not_run_is_told() {
        let search = Search {
            python: Some(PathBuf::from("/nowhere/python")),
            ..Search::default()
        };
        let stop = AtomicBool::new(false);
        let error = prepare(&search, &stop, &mut |_, _| {}).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("/nowhere/python cannot be used")
        );
        assert!(error.hint().contains("--python"));
    }
}

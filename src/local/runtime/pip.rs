//! Installs one package with pip, and tells what pip does.

use super::command::{self, Failed};
use super::find::entries;
use super::{RuntimeError, Tell, undisturbed};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Installs one package into the environment; tells each step, how large it is, and for how long it
/// has run.
pub(super) fn install(
    environment: &Path,
    package: &str,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<(), RuntimeError> {
    let temporary = environment.join("tmp");
    std::fs::create_dir_all(&temporary)
        .map_err(|error| RuntimeError::File(temporary.clone(), error))?;
    let began = Instant::now();
    let mut step = PipStep::Starting;
    let mut command = Command::new(environment.join("bin").join("python"));
    command
        .args(["-m", "pip", "install", "--no-input", "--progress-bar=off"])
        .args(["--disable-pip-version-check", "--no-color", package])
        .env("TMPDIR", &temporary);
    undisturbed(&mut command);
    let outcome = command::run(&mut command, "", stop, &mut |line| {
        if let Some(line) = line {
            step.on_line(line);
        }
        let fetched = matches!(step, PipStep::Downloading { .. })
            .then(|| size_of(&temporary))
            .unwrap_or(0);
        tell(&step.words(), &step.detail(fetched, began.elapsed()));
    });
    std::fs::remove_dir_all(&temporary).ok();
    outcome.map_err(|failed| match failed {
        Failed::Stopped => RuntimeError::Stopped,
        Failed::Io(error) => RuntimeError::File(environment.to_owned(), error),
        Failed::Said(output) => RuntimeError::Pip {
            package: package.to_owned(),
            output,
        },
    })
}

/// What pip is doing, as its own lines tell.
#[derive(Debug, PartialEq, Eq)]
enum PipStep {
    Starting,
    Downloading { file: String, size: String },
    Building,
    Installing,
}

impl PipStep {
    fn on_line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("Downloading ") {
            let (path, size) = rest.split_once(" (").unwrap_or((rest, ""));
            let file = path.rsplit('/').next().unwrap_or(path);
            if file.ends_with(".metadata") {
                return;
            }
            *self = PipStep::Downloading {
                file: file.to_owned(),
                size: size.trim_end_matches(')').to_owned(),
            };
        } else if line.starts_with("Building wheel") {
            *self = PipStep::Building;
        } else if line.starts_with("Installing collected packages") {
            *self = PipStep::Installing;
        }
    }

    fn words(&self) -> String {
        match self {
            PipStep::Starting => "asking the package index".to_owned(),
            PipStep::Downloading { file, size } if size.is_empty() => format!("downloading {file}"),
            PipStep::Downloading { file, size } => format!("downloading {file}, {size}"),
            PipStep::Building => "unpacking".to_owned(),
            PipStep::Installing => "installing".to_owned(),
        }
    }

    fn detail(&self, fetched: u64, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs();
        let clock = format!("{}:{:02}", seconds / 60, seconds % 60);
        match fetched {
            0 => format!(" {clock}"),
            _ => format!(": {:.0} MB in {clock}", fetched as f64 / 1e6),
        }
    }
}

/// Bytes in a folder, a few levels deep; pip unpacks into deeper ones what it has fetched.
fn size_of(folder: &Path) -> u64 {
    fn walk(folder: &Path, levels: u32) -> u64 {
        entries(folder)
            .iter()
            .filter_map(|path| Some((path, std::fs::symlink_metadata(path).ok()?)))
            .map(|(path, data)| match data.is_dir() {
                true if levels > 0 => walk(path, levels - 1),
                true => 0,
                false => data.len(),
            })
            .sum()
    }
    walk(folder, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pip_lines_become_steps_with_size_and_time() {
        let mut step = PipStep::Starting;
        step.on_line("Collecting pyspark==3.5.*");
        assert_eq!(step, PipStep::Starting);
        step.on_line("  Downloading py4j-0.10.9.7-py2.py3-none-any.whl.metadata (1.5 kB)");
        assert_eq!(step, PipStep::Starting);
        step.on_line("  Downloading pyspark-3.5.9.tar.gz (317.3 MB)");
        assert_eq!(step.words(), "downloading pyspark-3.5.9.tar.gz, 317.3 MB");
        let detail = step.detail(120_400_000, Duration::from_secs(68));
        assert_eq!(detail, ": 120 MB in 1:08");
        step.on_line("Building wheels for collected packages: pyspark");
        assert_eq!(
            step.words() + &step.detail(0, Duration::from_secs(70)),
            "unpacking 1:10"
        );
        step.on_line("Installing collected packages: py4j, pyspark");
        assert_eq!(step, PipStep::Installing);
    }
}

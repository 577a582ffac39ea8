//! A class-data archive: the classes that a session loads, ready to be mapped by the next JVM.
//!
//! It is written once for each Spark and Java, after an installation or in the background while a
//! server has nothing better to do, and never outlives the server that writes it.

use super::conf;
use super::driver::{BOOTSTRAP, Settings, write_package};
use super::random_name;
use super::runtime::{self, Failed, Runtime};
use super::wire::CreateSession;
use std::collections::hash_map::DefaultHasher;
use std::fs::{File, TryLockError};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

/// What the directory is called in which a JVM runs to write an archive.
const WRITING: &str = "writing-";
/// Java writes one by itself from this version on.
const FIRST_JAVA: u32 = 13;

/// Where this Spark's archive is or will be; none where its Java knows no such thing.
pub(super) fn path(cache: &Path, runtime: &Runtime) -> Option<PathBuf> {
    if runtime.java_major < FIRST_JAVA {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    runtime.java.hash(&mut hasher);
    runtime.spark_home.hash(&mut hasher);
    let name = format!(
        "spark-{}-java-{}-{:016x}.jsa",
        runtime.spark_version,
        runtime.java_major,
        hasher.finish()
    );
    Some(cache.join("archives").join(name))
}

/// The archive, where it has been written.
pub(super) fn existing(cache: &Path, runtime: &Runtime) -> Option<PathBuf> {
    path(cache, runtime).filter(|path| path.exists())
}

/// Writes the archive where there is none; blocks for half a minute. A Java that writes none is not
/// asked again.
pub(super) fn write(runtime: &Runtime, cache: &Path, stop: &AtomicBool) -> io::Result<()> {
    let Some(path) = path(cache, runtime) else {
        return Ok(());
    };
    let tried = path.with_extension("tried");
    let folder = cache.join("archives");
    std::fs::create_dir_all(&folder)?;
    // One at a time, whichever server does it.
    let lock = File::create(folder.join("lock"))?;
    if let Err(TryLockError::WouldBlock) = lock.try_lock() {
        return Ok(());
    }
    sweep(&folder);
    if path.exists() || tried.exists() {
        return Ok(());
    }
    let directory = folder.join(format!("{WRITING}{}", random_name()?));
    for inner in ["", "classes", "warehouse", "local"] {
        std::fs::create_dir_all(directory.join(inner))?;
    }
    write_package(&directory)?;
    let request = CreateSession {
        kind: "spark",
        ..CreateSession::default()
    };
    let settings = Settings {
        build_archive: Some(&path),
        ..Settings::of(
            runtime,
            &directory,
            &request,
            conf::spark(0, &request.resources, &directory),
        )
    };
    // The user's own work comes first.
    let mut command = Command::new("nice");
    command.args(["-n", "19"]).arg(&runtime.python);
    command.args(["-c", BOOTSTRAP]).arg(&directory);
    runtime.equip(&mut command);
    let input = serde_json::to_string(&settings).map_err(io::Error::other)? + "\n";
    let written = runtime::run_command(&mut command, &input, stop);
    sweep(&folder);
    match written {
        Err(Failed::Stopped) => Ok(()),
        Err(Failed::Io(error)) => Err(error),
        // Why it failed matters to nobody: starts are a little slower.
        Err(Failed::Said(_)) => std::fs::write(tried, ""),
        Ok(()) if path.exists() => Ok(()),
        Ok(()) => std::fs::write(tried, ""),
    }
}

/// Removes what was being written when its server was killed; the lock is held.
fn sweep(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        if name.starts_with(WRITING) {
            std::fs::remove_dir_all(path).ok();
        } else if name.ends_with(".new") {
            std::fs::remove_file(path).ok();
        }
    }
}

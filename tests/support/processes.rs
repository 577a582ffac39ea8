//! What of livysh runs and lies on this machine.

use super::program::cache;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::PathBuf;

pub fn send(process: u32, signal: Signal) {
    kill(Pid::from_raw(process as i32), signal).unwrap();
}

/// Process ids whose command line holds `text`.
pub fn processes_with(text: &str) -> Vec<u32> {
    processes_that_hold(text, &["cmdline"])
}

/// The same, or whose environment holds it: also those that Spark's Java has started.
pub fn processes_around(text: &str) -> Vec<u32> {
    processes_that_hold(text, &["cmdline", "environ"])
}

fn processes_that_hold(text: &str, files: &[&str]) -> Vec<u32> {
    let ids = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        files.iter().any(|file| {
            let held = std::fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
            String::from_utf8_lossy(&held).contains(text)
        })
    })
    .collect()
}

/// The memory that a process has in use, in KiB.
pub fn memory_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

/// The directories of the sessions of one livysh process.
pub fn session_folder(process: u32) -> Option<PathBuf> {
    let folders = std::fs::read_dir(cache().join("livysh/sessions"))
        .ok()?
        .flatten();
    let mut paths = folders.map(|entry| entry.path());
    paths.find(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(&format!("{process}-"))
    })
}

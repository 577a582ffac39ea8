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
    let ids = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(text)
    })
    .collect()
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

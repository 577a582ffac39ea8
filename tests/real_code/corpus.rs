//! Real code: what this machine's Python and Spark bring, and the sources that tests/run fetches.

use crate::support::program::cache;
use std::path::{Path, PathBuf};

/// Larger files would be most of the work: they are judged at each of their lines.
const LARGEST: u64 = 14_000;

/// Folders whose files are wrong on purpose, or come from elsewhere.
const OTHERS: [&str; 4] = ["site-packages", "test", "tests", "__pycache__"];

/// As many files of a kind as asked for, always the same ones, from all over the folder.
pub fn files(folder: &Path, extension: &str, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    walk(folder, extension, &mut found);
    found.sort();
    let step = (found.len() / count).max(1);
    let chosen = found.iter().step_by(step).take(count);
    chosen
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|text| text.replace("\r\n", "\n"))
        .filter(|text| !text.contains('\0'))
        .collect()
}

fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if OTHERS.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            walk(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension)
            && entry.metadata().is_ok_and(|file| file.len() <= LARGEST)
        {
            found.push(path);
        }
    }
}

/// Where tests/run puts the sources.
pub fn scala_sources() -> PathBuf {
    cache().join("scala-sources")
}

/// A file as a REPL can take it: without its package, which is blanked so that places stay; none
/// where there is more than a clause.
pub fn without_package(file: &str) -> Option<String> {
    let is_package = |line: &str| line.trim_start().starts_with("package ");
    let mut text = String::with_capacity(file.len());
    for line in file.split_inclusive('\n') {
        if !is_package(line) {
            text.push_str(line);
        } else if line.contains('{') || line.contains("package object") {
            return None;
        } else {
            text.extend(line.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
    }
    Some(text)
}

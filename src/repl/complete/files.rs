//! Files and programs of this machine.

use super::matching::Candidate;
use crate::render::one_line;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Folders with more entries are read so far.
const MOST_ENTRIES: usize = 5_000;
/// What a shell would take for more than a name.
const SIGNS: &str = " \t\\|&;<>()\"'$`*?[]#~=%!{}";

/// The files that a path which is being typed can mean; `~` stays as it was typed.
pub(super) fn files(typed: &str, home: Option<&Path>) -> Vec<Candidate> {
    let (folder, name) = match typed.rfind('/') {
        Some(slash) => typed.split_at(slash + 1),
        None => ("", typed),
    };
    let Some(path) = place(folder, home) else {
        return Vec::new();
    };
    let Ok(entries) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    let mut found: Vec<Candidate> = entries
        .take(MOST_ENTRIES)
        .flatten()
        .filter_map(|entry| {
            let found = entry.file_name().into_string().ok()?;
            // What cannot be typed, or hides, is left out.
            let is_plain = !found.chars().any(char::is_control);
            let is_hidden = found.starts_with('.') && !name.starts_with('.');
            if !is_plain || is_hidden {
                return None;
            }
            let slash = if entry.path().is_dir() { "/" } else { "" };
            Some(Candidate {
                text: format!("{folder}{found}{slash}"),
                shown: one_line(&format!("{found}{slash}")).into_owned(),
            })
        })
        .collect();
    found.sort_by(|a, b| a.text.cmp(&b.text));
    found
}

/// The folder that is meant.
fn place(folder: &str, home: Option<&Path>) -> Option<PathBuf> {
    match folder.strip_prefix("~/") {
        Some(rest) => Some(home?.join(rest)),
        None if folder.is_empty() => Some(PathBuf::from(".")),
        None => Some(PathBuf::from(folder)),
    }
}

/// The same in a command line, where blanks and signs are marked with a backslash.
pub(super) fn shell_files(typed: &str, home: Option<&Path>) -> Vec<Candidate> {
    let plain = unescaped(typed);
    let mut found = files(&plain, home);
    for one in &mut found {
        one.text = match one.text.strip_prefix("~/") {
            Some(rest) => format!("~/{}", escaped(rest)),
            None => escaped(&one.text),
        };
    }
    found
}

/// The programs that begin so.
pub(super) fn programs(typed: &str, path: Option<&OsStr>) -> Vec<Candidate> {
    if typed.is_empty() {
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    for folder in std::env::split_paths(path.unwrap_or_default()) {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        for entry in entries.take(MOST_ENTRIES).flatten() {
            let name = entry.file_name().into_string().unwrap_or_default();
            if name.starts_with(typed) && !name.chars().any(char::is_control) {
                names.insert(name);
            }
        }
    }
    names.into_iter().map(Candidate::plain).collect()
}

fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if SIGNS.contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

fn unescaped(typed: &str) -> String {
    let mut text = String::with_capacity(typed.len());
    let mut letters = typed.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => text.extend(letters.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_beside_and_below_and_at_home() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        std::fs::create_dir(at.join("data")).unwrap();
        std::fs::write(at.join("data/my rows.csv"), "").unwrap();
        std::fs::write(at.join(".hidden"), "").unwrap();
        let texts = |found: Vec<Candidate>| -> Vec<String> {
            found.into_iter().map(|one| one.text).collect()
        };
        assert_eq!(texts(files("~/", Some(at))), ["~/data/"]);
        assert_eq!(texts(files("~/.h", Some(at))), ["~/.hidden", "~/data/"]);
        assert_eq!(files("~/", None), []);
        let typed = format!("{}/data/my", at.display());
        let whole = format!("{}/data/my rows.csv", at.display());
        assert_eq!(texts(files(&typed, None)), [whole]);
        assert_eq!(
            texts(shell_files("~/data/my\\ r", Some(at))),
            ["~/data/my\\ rows.csv"]
        );
        let shown = files("~/data/", Some(at));
        assert_eq!(shown[0].shown, "my rows.csv");
    }
}

//! The texts of a history: a file in the line editor's own format, a line for each entry.
//!
//! Written here: the line editor would write the file anew, in its place, whenever another shell has
//! added to it or it is full, and a kill in between would lose all of it.

use super::{is_torn, locked, replace};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// So many entries are kept.
pub(in crate::repl) const MOST: usize = 10_000;
const HEADER: &str = "#V2\n";

/// Makes the folder, and an empty file of mode 0600 where there is none.
pub(in crate::repl) fn prepare(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map(|_| ())
}

/// Adds an entry at the file's end, in one write.
pub(in crate::repl) fn append(path: &Path, entry: &str) -> io::Result<()> {
    let mut file = locked(path)?;
    let mut text = String::with_capacity(entry.len() + 8);
    if file.metadata()?.len() == 0 {
        text.push_str(HEADER);
    } else if is_torn(&file)? {
        text.push('\n');
    }
    text.push_str(&entry.replace('\\', "\\\\").replace('\n', "\\n"));
    text.push('\n');
    file.write_all(text.as_bytes())
}

/// Whether a file has more than twice as many entries as are kept.
pub(in crate::repl) fn is_long(text: &[u8]) -> bool {
    text.iter().filter(|byte| **byte == b'\n').count() > 2 * MOST + 1
}

/// Takes the oldest entries out of a file that is long.
pub(in crate::repl) fn trim(path: &Path) -> io::Result<()> {
    let _held = locked(path)?;
    let text = std::fs::read(path)?;
    // Another shell may have done it.
    if !is_long(&text) {
        return Ok(());
    }
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let newest = lines[lines.len() - MOST..].concat();
    replace(path, &[HEADER.as_bytes(), &newest].concat())
}

/// Moves a file that cannot be read out of the way; returns where to. The lines that can be read are
/// kept.
pub(in crate::repl) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".bk");
    let aside = PathBuf::from(aside);
    std::fs::rename(path, &aside)?;
    let text = std::fs::read(&aside)?;
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let sound: Vec<&[u8]> = lines.filter(|line| str::from_utf8(line).is_ok()).collect();
    if sound.first() == Some(&HEADER.as_bytes()) {
        replace(path, &sound.concat())?;
    }
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::super::path;
    use super::*;
    use crate::lang::Language;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_the_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder.path().join("new"), Language::Scala);
        prepare(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn an_entry_is_a_line_also_behind_one_that_was_not_written_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        append(&path, "a\\n\nb").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"#V2\na\\\\n\\nb\n");
        assert_eq!(mode(&path), 0o600);
        std::fs::write(&path, "#V2\nwhole\nto").unwrap();
        append(&path, "next").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"#V2\nwhole\nto\nnext\n");
    }

    #[test]
    fn a_broken_line_loses_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history-scala");
        std::fs::write(&path, b"#V2\na\nb\xff\nc\n").unwrap();
        assert!(set_aside(&path).unwrap().ends_with("history-scala.bk"));
        assert_eq!(std::fs::read(&path).unwrap(), b"#V2\na\nc\n");
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_file_of_twice_as_many_loses_the_oldest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let lines = |range: std::ops::Range<usize>| -> String {
            range.map(|number| format!("{number}\n")).collect()
        };
        std::fs::write(&path, format!("{HEADER}{}", lines(0..2 * MOST))).unwrap();
        let before = std::fs::read(&path).unwrap();
        trim(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), before);
        append(&path, "last").unwrap();
        trim(&path).unwrap();
        let kept = format!("{HEADER}{}last\n", lines(MOST + 1..2 * MOST));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), kept);
    }

    #[test]
    fn shells_beside_each_other_lose_nothing_of_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = &folder.path().join("history");
        std::thread::scope(|scope| {
            for shell in 0..4 {
                scope.spawn(move || {
                    for number in 0..100 {
                        append(path, &format!("{shell} {number}")).unwrap();
                    }
                });
            }
        });
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 401);
        for shell in 0..4 {
            let own = text
                .lines()
                .filter(|line| line.starts_with(&format!("{shell} ")));
            let expected: Vec<String> = (0..100).map(|n| format!("{shell} {n}")).collect();
            assert_eq!(own.collect::<Vec<_>>(), expected);
        }
    }
}

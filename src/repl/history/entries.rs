//! The files of a history: read, added to, and kept from growing for ever.
//!
//! Written here: the line editor would write the file anew, in its place, whenever another shell has
//! added to it or it is full, and a kill in between would lose all of it.

use super::held::Held;
use super::lines::{self, HEADER, Text, line};
use super::{is_torn, locked, replace};
use crate::shell::write_fresh;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// So many entries are kept.
pub(in crate::repl) const MOST: usize = 10_000;

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
    text.push_str(&line(entry));
    file.write_all(text.as_bytes())
}

/// What a file holds.
pub(in crate::repl) struct Loaded {
    pub(in crate::repl) entries: Held,
    /// How many lines are no text.
    pub(in crate::repl) lost: usize,
}

/// Reads a file, whatever is in it, and takes the oldest entries out of one that is long.
pub(in crate::repl) fn load(path: &Path) -> io::Result<Loaded> {
    let mut file = std::fs::File::open(path)?;
    // Nobody adds an entry meanwhile.
    file.lock_shared().ok();
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    drop(file);
    let is_long = is_long(&text);
    let loaded = Loaded::of(text, MOST);
    if loaded.lost == 0 && is_long {
        trim(path).ok();
    }
    Ok(loaded)
}

impl Loaded {
    /// The newest entries of a file's text: so many.
    pub(in crate::repl) fn of(text: Vec<u8>, most: usize) -> Loaded {
        let (text, lost) = Text::of(text);
        let entries = Held::of(text, most);
        Loaded { entries, lost }
    }
}

/// Whether a file has more than twice as many entries as are kept.
fn is_long(text: &[u8]) -> bool {
    lines::count(text) > 2 * MOST + 1
}

/// Takes the oldest entries out of a file that is long.
fn trim(path: &Path) -> io::Result<()> {
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

/// What was done with a file of which some lines are no text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::repl) struct Aside {
    /// Where all of it is.
    pub(in crate::repl) copy: PathBuf,
    /// How many lines it lost.
    pub(in crate::repl) lost: usize,
}

/// Takes the lines that are no text out of a file, when all of it is copied; none where it has no such
/// lines any more. Where it fails the file is as it was.
pub(in crate::repl) fn set_aside(path: &Path) -> io::Result<Option<Aside>> {
    let _held = locked(path)?;
    let text = std::fs::read(path)?;
    // Another shell may have done it.
    if str::from_utf8(&text).is_ok() {
        return Ok(None);
    }
    let names = (1..).map(|number: usize| {
        let mut name = path.as_os_str().to_owned();
        name.push(".bk");
        if number > 1 {
            name.push(number.to_string());
        }
        PathBuf::from(name)
    });
    let copy = write_fresh(names, &text, 0o600)?;
    let (text, lost) = Text::of(text);
    let entries = text.newest_first().map(|(_, found)| text.entry(found));
    let mut kept: Vec<String> = entries.map(|entry| line(&entry)).collect();
    kept.push(HEADER.to_owned());
    kept.reverse();
    replace(path, kept.concat().as_bytes()).inspect_err(|_| {
        if copy.is_made {
            std::fs::remove_file(&copy.path).ok();
        }
    })?;
    let copy = copy.path;
    Ok(Some(Aside { copy, lost }))
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
        let broken = b"#V2\na\\\\\\nb\nb\xff\nc\n";
        std::fs::write(&path, broken).unwrap();
        // What was set aside before stays.
        let before = folder.path().join("history-scala.bk");
        std::fs::write(&before, "before").unwrap();
        let copy = folder.path().join("history-scala.bk2");
        let aside = Aside {
            copy: copy.clone(),
            lost: 1,
        };
        assert_eq!(set_aside(&path).unwrap(), Some(aside));
        assert_eq!(std::fs::read(&path).unwrap(), b"#V2\na\\\\\\nb\nc\n");
        assert_eq!(std::fs::read(&before).unwrap(), b"before");
        assert_eq!(std::fs::read(&copy).unwrap(), broken);
        assert_eq!((mode(&path), mode(&copy)), (0o600, 0o600));
        assert_eq!(set_aside(&path).unwrap(), None);
        let loaded = Loaded::of(broken.to_vec(), MOST);
        let entries: Vec<_> = loaded.entries.iter().collect();
        assert_eq!(entries, ["a\\\nb", "c"]);
        assert_eq!(loaded.lost, 1);
    }

    #[test]
    fn a_file_that_cannot_be_set_aside_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history-scala");
        std::fs::write(&path, b"#V2\na\nb\xff\n").unwrap();
        // No name is free.
        for number in 1..=1000 {
            let name = match number {
                1 => "history-scala.bk".to_owned(),
                number => format!("history-scala.bk{number}"),
            };
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        set_aside(&path).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"#V2\na\nb\xff\n");
    }

    #[test]
    fn a_file_behind_a_link_stays_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let behind = folder.path().join("behind");
        let path = folder.path().join("history-scala");
        std::fs::write(&behind, b"#V2\na\nb\xff\n").unwrap();
        std::os::unix::fs::symlink(&behind, &path).unwrap();
        set_aside(&path).unwrap();
        assert!(path.is_symlink());
        assert_eq!(std::fs::read(&behind).unwrap(), b"#V2\na\n");
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

//! What was typed: kept on the disk for each language, for the user alone.
//!
//! | file         | its duty                                           |
//! |--------------|----------------------------------------------------|
//! | `entries.rs` | the files of the entries                           |
//! | `lines.rs`   | their texts, in the line editor's own format       |
//! | `held.rs`    | the entries that a prompt has at hand              |
//! | `runs.rs`    | when each ran, in which profile, and how it ended  |
//! | `table.rs`   | both, as `:history` shows them                     |

mod entries;
mod held;
mod lines;
mod runs;
mod table;

#[cfg(test)]
pub(super) use entries::Loaded;
pub(super) use entries::{MOST, append, load, prepare, set_aside};
pub(super) use held::Held;
pub(super) use runs::{Outcome, Run, Runs};
pub(super) use table::{Row, table};

use crate::lang::Language;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// So often a file is opened again that another shell has replaced meanwhile.
const ATTEMPTS: usize = 8;

pub(super) fn path(folder: &Path, language: Language) -> PathBuf {
    folder.join(format!("history-{language}"))
}

/// Whether anything was ever typed here.
pub(super) fn is_any(folder: &Path) -> bool {
    Language::ALL
        .map(|language| path(folder, language))
        .iter()
        .any(|path| path.exists())
}

/// Opens a file to add to it; none of the shells beside this one writes to it meanwhile.
fn locked(path: &Path) -> io::Result<File> {
    for _ in 0..ATTEMPTS {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        // Some disks of a network have no locks; each addition is one write all the same.
        file.lock().ok();
        let (held, named) = (file.metadata()?, std::fs::metadata(path));
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino())) {
            return Ok(file);
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Whether the last line of a file was not written to its end.
fn is_torn(mut file: &File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Puts another text in a file's place, as a whole or not at all; a link to it stays.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let path = &path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // Made for the user alone, as every file of its kind.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text)?;
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}

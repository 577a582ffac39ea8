//! A file under a name that nothing has: what is there already is another's, and stays.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// So many files of one name there may be: sessions of several servers share their numbers.
const MOST_OF_A_NAME: usize = 1000;

/// Where bytes are kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Fresh {
    pub path: PathBuf,
    /// Which of the names it was, from 0.
    pub place: usize,
    /// Whether the file was made for them; else it held them before.
    pub is_made: bool,
}

/// Writes a file of this mode under the first of the names that is free; a file that holds the same
/// already is taken for it. Links are not followed.
pub fn write_fresh(
    names: impl Iterator<Item = PathBuf>,
    bytes: &[u8],
    mode: u32,
) -> io::Result<Fresh> {
    for (place, path) in names.take(MOST_OF_A_NAME).enumerate() {
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path);
        let is_made = match made {
            Ok(file) => {
                written(file, &path, bytes)?;
                true
            }
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) if holds(&path, bytes) => false,
            Err(_) => continue,
        };
        return Ok(Fresh {
            path,
            place,
            is_made,
        });
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Half a file is none.
fn written(mut file: File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes).inspect_err(|_| {
        fs::remove_file(path).ok();
    })
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    let is_as_long = fs::symlink_metadata(path)
        .is_ok_and(|file| file.is_file() && file.len() == bytes.len() as u64);
    is_as_long && fs::read(path).is_ok_and(|held| held == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let names = || (1..).map(|number| folder.path().join(number.to_string()));
        fs::write(folder.path().join("1"), "theirs").unwrap();
        let nowhere = folder.path().join("nowhere");
        std::os::unix::fs::symlink(&nowhere, folder.path().join("2")).unwrap();
        let first = write_fresh(names(), b"ours", 0o600).unwrap();
        assert_eq!((first.place, first.is_made), (2, true));
        let again = write_fresh(names(), b"ours", 0o600).unwrap();
        assert_eq!((again.place, again.is_made), (2, false));
        assert_eq!(fs::read(folder.path().join("1")).unwrap(), b"theirs");
        assert_eq!(fs::read(first.path).unwrap(), b"ours");
        assert!(!nowhere.exists());
    }
}

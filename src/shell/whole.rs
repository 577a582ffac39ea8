//! A file that gets its name when it is complete. Until then it stands beside that under a name of its
//! own, which goes with the value.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// So many links one behind the other are followed, as the system does.
const MOST_LINKS: usize = 40;

pub struct WholeFile {
    file: BufWriter<NamedTempFile>,
    target: PathBuf,
    /// Whether another had the name before.
    replaces: bool,
    /// What has the name and is written to at the end, where it cannot be replaced.
    in_place: Option<File>,
}

impl WholeFile {
    /// One that shall have this name; what has it now stays until then.
    pub fn new(path: &Path) -> io::Result<WholeFile> {
        let target = behind_links(path);
        let found = target.metadata().ok();
        match &found {
            Some(found) if !found.is_file() => return Err(io::Error::other("it is no file")),
            // Its folder would let it be replaced all the same.
            Some(found) if found.permissions().readonly() => {
                return Err(io::Error::other("it is write-protected"));
            }
            Some(_) | None => {}
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            Some(_) | None => Path::new("."),
        };
        std::fs::metadata(folder)?;
        let mut builder = tempfile::Builder::new();
        // As any new file has them: the system takes off what the user does not want.
        builder
            .prefix(".livysh-")
            .permissions(Permissions::from_mode(0o666));
        let has_other_names = found.as_ref().is_some_and(|found| found.nlink() > 1);
        let (file, in_place) = match builder.tempfile_in(folder) {
            // The other names would keep what it holds now.
            Ok(file) if has_other_names => (file, Some(writable(&target)?)),
            Ok(file) => (file, None),
            Err(error) if found.is_some() && is_locked(&error) => {
                builder.permissions(Permissions::from_mode(0o600));
                (builder.tempfile().map_err(bare)?, Some(writable(&target)?))
            }
            Err(error) => return Err(bare(error)),
        };
        if let (Some(found), None) = (&found, &in_place) {
            file.as_file().set_permissions(found.permissions())?;
        }
        Ok(WholeFile {
            file: BufWriter::new(file),
            target,
            replaces: found.is_some(),
            in_place,
        })
    }

    /// All is written: gives it its name. Whether another file had that.
    pub fn finish(self) -> io::Result<bool> {
        let mut file = self.file.into_inner().map_err(|error| error.into_error())?;
        if let Some(mut target) = self.in_place {
            file.as_file_mut().rewind()?;
            target.set_len(0)?;
            io::copy(file.as_file_mut(), &mut target)?;
            target.sync_all()?;
            return Ok(self.replaces);
        }
        // Some disks tell only then that they are full.
        file.as_file().sync_all()?;
        file.persist(&self.target).map_err(|error| error.error)?;
        Ok(self.replaces)
    }

    /// A text as a file. What is no file, such as a pipe, is written to.
    pub fn write(path: &Path, text: &[u8]) -> io::Result<bool> {
        if path
            .metadata()
            .is_ok_and(|found| !found.is_file() && !found.is_dir())
        {
            OpenOptions::new().write(true).open(path)?.write_all(text)?;
            return Ok(false);
        }
        let mut file = WholeFile::new(path)?;
        file.write_all(text)?;
        file.finish()
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The file that is written where the name is a link, whether it is there or not.
fn behind_links(path: &Path) -> PathBuf {
    if let Ok(found) = std::fs::canonicalize(path) {
        return found;
    }
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = std::fs::read_link(&target) else {
            break;
        };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
}

fn writable(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// Whether a folder does not let itself be written to.
fn is_locked(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// An error without the name that the file has until it is complete.
fn bare(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => error.kind().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_appears_when_it_is_complete_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut file = WholeFile::new(&path).unwrap();
        file.write_all(b"one").unwrap();
        assert!(!path.exists());
        assert!(!file.finish().unwrap());
        // As the test's own files are.
        let other = folder.path().join("other");
        std::fs::write(&other, "").unwrap();
        assert_eq!(mode(&path), mode(&other));
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(WholeFile::write(&link, b"two").unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(mode(&path), 0o640);
        assert!(link.is_symlink());
    }

    #[test]
    fn a_mode_that_new_files_do_not_get_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for kept in [0o664, 0o666, 0o600] {
            std::fs::write(&path, "before").unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(kept)).unwrap();
            assert!(WholeFile::write(&path, b"x").unwrap());
            assert_eq!(mode(&path), kept);
        }
    }

    #[test]
    fn a_link_to_what_is_not_there_yet_is_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let link = |to: &str, name: &str| {
            let path = folder.path().join(name);
            std::os::unix::fs::symlink(to, &path).unwrap();
            path
        };
        link("file", "one");
        let two = link("one", "two");
        assert!(!WholeFile::write(&two, b"x").unwrap());
        assert!(two.is_symlink());
        let file = folder.path().join("file");
        assert_eq!(std::fs::read(file).unwrap(), b"x");
    }

    #[test]
    fn all_names_of_a_file_have_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&path, "before, and longer").unwrap();
        std::fs::hard_link(&path, &other).unwrap();
        let mut file = WholeFile::new(&path).unwrap();
        file.write_all(b"after").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"before, and longer");
        assert!(file.finish().unwrap());
        assert_eq!(std::fs::read(&other).unwrap(), b"after");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_in_a_folder_that_is_locked_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let locked = folder.path().join("locked");
        std::fs::create_dir(&locked).unwrap();
        let path = locked.join("a");
        std::fs::write(&path, "before").unwrap();
        std::fs::set_permissions(&locked, Permissions::from_mode(0o555)).unwrap();
        let written = WholeFile::write(&path, b"x");
        std::fs::set_permissions(&locked, Permissions::from_mode(0o755)).unwrap();
        assert!(written.unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }

    #[test]
    fn what_is_not_completed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "before").unwrap();
        let mut file = WholeFile::new(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_refused_and_a_device_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let refused = WholeFile::write(folder.path(), b"x").unwrap_err();
        assert_eq!(refused.to_string(), "it is no file");
        assert!(!WholeFile::write(Path::new("/dev/null"), b"x").unwrap());
        let nowhere = WholeFile::write(Path::new("/no/such/folder/x"), b"x").unwrap_err();
        assert_eq!(nowhere.kind(), io::ErrorKind::NotFound);
        assert!(!nowhere.to_string().contains(".livysh"), "{nowhere}");
    }
}

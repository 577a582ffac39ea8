//! A file that gets its name when it is complete. Until then it stands beside that under a name of its
//! own, which goes with the value.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

pub struct WholeFile {
    file: BufWriter<NamedTempFile>,
    target: PathBuf,
    /// Whether another had the name before.
    replaces: bool,
}

impl WholeFile {
    /// One that shall have this name; what has it now stays until then.
    pub fn new(path: &Path) -> io::Result<WholeFile> {
        // Where the name is a link, the file behind it is written.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let found = target.metadata().ok();
        let replaces = found.is_some();
        // As any new file has them: the system takes off what the user does not want.
        let permissions = match found {
            Some(found) if !found.is_file() => return Err(io::Error::other("it is no file")),
            // Its folder would let it be replaced all the same.
            Some(found) if found.permissions().readonly() => {
                return Err(io::Error::other("it is write-protected"));
            }
            Some(found) => found.permissions(),
            None => Permissions::from_mode(0o666),
        };
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            Some(_) | None => Path::new("."),
        };
        std::fs::metadata(folder)?;
        let file = tempfile::Builder::new()
            .prefix(".livysh-")
            .permissions(permissions)
            .tempfile_in(folder)
            .map_err(bare)?;
        Ok(WholeFile {
            file: BufWriter::new(file),
            target,
            replaces,
        })
    }

    /// All is written: gives it its name. Whether another file had that.
    pub fn finish(self) -> io::Result<bool> {
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
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

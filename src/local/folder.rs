//! The directory in which a server's sessions have theirs, and what killed servers have left.

use super::random_name;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Held by a living server: the system lets go of it however the server ends.
const LOCK: &str = "lock";

/// A directory of this server's own, readable by the user alone: driver code and results pass
/// through it. It goes with the value.
pub(super) struct Folder {
    path: PathBuf,
    _lock: Option<File>,
}

impl Folder {
    /// Makes one below the user's cache folder, after removing those whose servers are gone.
    pub(super) fn create(cache: &Path) -> io::Result<Folder> {
        let parent = cache.join("sessions");
        std::fs::create_dir_all(&parent)?;
        sweep(&parent);
        let path = parent.join(format!("{}-{}", std::process::id(), random_name()?));
        DirBuilder::new().mode(0o700).create(&path)?;
        let lock = File::create(path.join(LOCK))?;
        // Where the file system knows no locks, nothing is swept either.
        let _lock = lock.try_lock().is_ok().then_some(lock);
        Ok(Folder { path, _lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.path).ok();
    }
}

fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        // One without a lock is just being made, or was made where locks are not known.
        let abandoned = File::open(path.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok());
        if abandoned {
            std::fs::remove_dir_all(path).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_server_has_left_is_swept_and_a_living_one_is_not() {
        let cache = tempfile::tempdir().unwrap();
        let living = Folder::create(cache.path()).unwrap();
        let left = cache.path().join("sessions/1-left");
        std::fs::create_dir_all(left.join("session-0/classes")).unwrap();
        File::create(left.join(LOCK)).unwrap();
        let next = Folder::create(cache.path()).unwrap();
        assert!(!left.exists());
        assert!(living.path().exists() && next.path().exists());
        let path = next.path().to_owned();
        drop(next);
        assert!(!path.exists());
    }
}

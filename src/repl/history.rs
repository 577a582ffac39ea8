//! Where histories are kept: one file per language, readable by the user alone.

use crate::lang::Language;
use std::path::{Path, PathBuf};

pub(super) fn path(folder: &Path, language: Language) -> PathBuf {
    folder.join(format!("history-{language}"))
}

/// Makes the folder, and an empty file of mode 0600 where there is none.
pub(super) fn prepare(path: &Path) -> std::io::Result<()> {
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

/// Moves a file that cannot be read out of the way; returns where to.
pub(super) fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".bk");
    let aside = PathBuf::from(aside);
    std::fs::rename(path, &aside)?;
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_new_file_is_the_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder.path().join("new"), Language::Scala);
        prepare(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(set_aside(&path).unwrap().ends_with("history-scala.bk"));
        assert!(!path.exists());
    }
}

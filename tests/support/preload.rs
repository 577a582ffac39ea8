//! Libraries that stand before a program's own (`LD_PRELOAD`): what they change, they change for that
//! program alone.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles one from its source below `tests/`, into a folder.
pub fn library(source: &str, folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(source);
    let library = folder.join(source.with_extension("so").file_name().unwrap());
    let compiled = Command::new("rustc")
        .args(["--edition", "2024", "--crate-type", "cdylib", "-O", "-o"])
        .args([&library, &source])
        .status()
        .unwrap();
    assert!(compiled.success());
    library
}

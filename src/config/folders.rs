//! Where livysh's files of the user's are.

use super::Environment;
use std::path::{Path, PathBuf};

/// `LIVYSH_CONFIG`, else `config.toml` in the user's configuration folder.
pub fn config_path(environment: Environment<'_>) -> Option<PathBuf> {
    if let Some(path) = environment("LIVYSH_CONFIG") {
        return Some(PathBuf::from(path));
    }
    folder(environment, "XDG_CONFIG_HOME", ".config").map(|folder| folder.join("config.toml"))
}

/// Where the user's startup files are: beside the configuration.
pub fn startup_folder(environment: Environment<'_>) -> Option<PathBuf> {
    let path = config_path(environment)?;
    path.parent().map(Path::to_owned)
}

/// The user's cache folder for livysh, where the private Spark is.
pub fn cache_folder(environment: Environment<'_>) -> Option<PathBuf> {
    folder(environment, "XDG_CACHE_HOME", ".cache")
}

/// Where pictures are kept that are not drawn.
pub fn picture_folder(environment: Environment<'_>) -> Option<PathBuf> {
    cache_folder(environment).map(|folder| folder.join("pictures"))
}

/// Where histories are kept.
pub fn state_folder(environment: Environment<'_>) -> Option<PathBuf> {
    folder(environment, "XDG_STATE_HOME", ".local/state")
}

fn folder(environment: Environment<'_>, variable: &str, in_home: &str) -> Option<PathBuf> {
    let base = environment(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(Path::new(&environment("HOME")?).join(in_home)))?;
    Some(base.join("livysh"))
}

/// Whether a program is in one of the folders for that.
pub fn is_program(name: &str, environment: Environment<'_>) -> bool {
    let path = environment("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

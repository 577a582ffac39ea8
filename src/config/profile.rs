//! `config.toml`: named servers.

use super::{AuthKind, ConfigError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigFile {
    pub(super) default_profile: Option<String>,
    pub(super) profiles: BTreeMap<String, Profile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    pub(super) url: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) auth: AuthSettings,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AuthSettings {
    #[serde(rename = "type")]
    pub(super) kind: Option<AuthKind>,
    pub(super) user: Option<String>,
    /// Names of environment variables; a secret itself has no place in the file.
    pub(super) password_env: Option<String>,
    pub(super) token_env: Option<String>,
}

impl ConfigFile {
    /// `None` where there is no such file.
    pub(super) fn read(path: &Path) -> Result<Option<ConfigFile>, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ConfigError::Unreadable(path.to_owned(), error)),
        };
        toml::from_str(&text)
            .map(Some)
            .map_err(|error| ConfigError::Malformed {
                path: path.to_owned(),
                message: error.to_string().trim().to_owned(),
            })
    }
}

//! `config.toml`: named servers.

use super::ConfigError;
use super::credential::AuthSettings;
use super::duration::deserialized;
use super::transport::TransportSettings;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigFile {
    pub(super) default_profile: Option<String>,
    pub(super) profiles: BTreeMap<String, toml::Table>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    pub(super) url: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) auth: AuthSettings,
    #[serde(flatten)]
    pub(super) transport: TransportSettings,
    #[serde(flatten)]
    pub(super) timing: Timing,
}

/// How long things of a server may take, where that is not as usual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Timing {
    /// A request's longest silence.
    #[serde(deserialize_with = "deserialized")]
    pub timeout: Option<Duration>,
    /// A change whose connection was cut may still arrive for so long.
    #[serde(deserialize_with = "deserialized")]
    pub settle: Option<Duration>,
    /// A gateway that has given up may still hold a change for so long.
    #[serde(deserialize_with = "deserialized")]
    pub gateway_patience: Option<Duration>,
    /// Between two calls that keep a session from being ended for being idle.
    #[serde(deserialize_with = "deserialized")]
    pub keep_alive: Option<Duration>,
    /// A session is kept for so long after its last statement.
    #[serde(deserialize_with = "deserialized")]
    pub keep_idle: Option<Duration>,
    /// The server ends a new session when it has not heard of livysh for so long.
    #[serde(deserialize_with = "deserialized")]
    pub heartbeat: Option<Duration>,
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

impl Profile {
    pub(super) fn read(
        name: &str,
        table: &toml::Table,
        path: &Path,
    ) -> Result<Profile, ConfigError> {
        let profile = table.clone().try_into();
        profile.map_err(|error: toml::de::Error| ConfigError::Malformed {
            path: path.to_owned(),
            message: format!("[profiles.{name}]: {}", error.to_string().trim()),
        })
    }
}

//! `config.toml`: named servers.

use super::folders::config_path;
use super::layers::with_long_keys;
use super::profile::Profile;
use super::{ConfigError, Environment, Flags, keys, profile};
use crate::livy::{self, Service};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Table;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigFile {
    pub(super) default_profile: Option<String>,
    pub(super) profiles: BTreeMap<String, Table>,
}

/// A profile as it stands in the file.
pub(super) struct InFile {
    pub(super) name: String,
    pub(super) file: PathBuf,
    pub(super) table: Table,
    pub(super) warnings: Vec<String>,
}

/// The servers of the file by their names and URLs, and which of them holds where none is named.
#[derive(Debug, Default)]
pub struct Servers {
    pub default: Option<String>,
    pub named: Vec<(String, Option<String>)>,
}

/// None where there is no file.
pub fn servers(path: &Path) -> Result<Option<Servers>, ConfigError> {
    let Some(file) = ConfigFile::read(path)? else {
        return Ok(None);
    };
    let named = file.profiles.into_iter().map(|(name, table)| {
        let url = table.get("url").and_then(toml::Value::as_str);
        (name, url.map(livy::shown_root))
    });
    Ok(Some(Servers {
        default: file.default_profile,
        named: named.collect(),
    }))
}

/// The profile that is named, else the file's default.
pub(super) fn profile(flags: &Flags, environment: Environment<'_>) -> Result<InFile, ConfigError> {
    let named = flags
        .profile
        .clone()
        .or_else(|| environment("LIVYSH_PROFILE"));
    let Some(path) = config_path(environment) else {
        return Err(ConfigError::NoPlace);
    };
    let mut file = match ConfigFile::read(&path)? {
        Some(file) => file,
        None => match named {
            None => return Err(ConfigError::NoPlace),
            Some(name) => return Err(ConfigError::NoProfile { name, path }),
        },
    };
    let Some(name) = named.or(file.default_profile) else {
        return Err(ConfigError::NoPlace);
    };
    let Some(table) = file.profiles.remove(&name) else {
        return Err(ConfigError::NoProfile { name, path });
    };
    check(&name, &table, &path)?;
    Ok(InFile {
        warnings: unknown(&name, &table, &path),
        name,
        table,
        file: path,
    })
}

/// Where the file is wrong, without what stands there: it may be a secret.
fn without_text(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!(
            "line {}: {}",
            before.matches('\n').count() + 1,
            error.message()
        ),
        None => error.message().to_owned(),
    }
}

/// Whether its values are what they are to be, for themselves.
fn check(name: &str, table: &Table, path: &Path) -> Result<(), ConfigError> {
    let table = with_long_keys(table);
    let read =
        profile::read::<Profile>(&table).and_then(|_| profile::read::<Service>(&table).map(|_| ()));
    match read {
        Ok(()) => Ok(()),
        Err(message) => Err(ConfigError::Malformed {
            path: path.to_owned(),
            message: format!("[profiles.{name}]: {message}"),
        }),
    }
}

fn unknown(name: &str, table: &Table, path: &Path) -> Vec<String> {
    let unknown = keys::unknown(table).into_iter().map(|(key, meant)| {
        let told = format!("{}: [profiles.{name}] has no key {key}", path.display());
        match meant {
            Some(meant) => format!("{told}: is {meant} meant?"),
            None => told,
        }
    });
    unknown.collect()
}

impl ConfigFile {
    /// `None` where there is no such file.
    pub(super) fn read(path: &Path) -> Result<Option<ConfigFile>, ConfigError> {
        read(path)
    }
}

/// All that stands in the file; `None` where there is none.
pub(super) fn table(path: &Path) -> Result<Option<Table>, ConfigError> {
    read(path)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ConfigError::Unreadable(path.to_owned(), error)),
    };
    toml::from_str(&text)
        .map(Some)
        .map_err(|error| ConfigError::Malformed {
            path: path.to_owned(),
            message: without_text(&text, &error),
        })
}

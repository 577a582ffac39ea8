//! A profile's values.

use super::credential::AuthSettings;
use super::duration::deserialized;
use super::session::SessionSettings;
use super::transport::TransportSettings;
use crate::lang::Language;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use std::time::Duration;
use toml::Table;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Profile {
    pub(super) url: Option<String>,
    #[serde(deserialize_with = "language")]
    pub(super) lang: Option<Language>,
    pub(super) auth: AuthSettings,
    pub(super) on_exit: OnExit,
    pub(super) session: SessionSettings,
    #[serde(flatten)]
    pub(super) transport: TransportSettings,
    #[serde(flatten)]
    pub(super) timing: Timing,
}

/// What becomes of a session that livysh has made, when it ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OnExit {
    #[default]
    Delete,
    Keep,
}

/// How long things of a server may take.
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
    /// What was just made may be unknown for so long.
    #[serde(deserialize_with = "deserialized")]
    pub visible_after: Option<Duration>,
    pub keepalive: KeepAliveTimes,
    /// The server ends a new session when it has not heard of livysh for so long.
    #[serde(deserialize_with = "deserialized")]
    pub heartbeat: Option<Duration>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct KeepAliveTimes {
    pub mode: Option<KeepAliveMode>,
    /// Between two calls that keep a session from being ended for being idle.
    #[serde(deserialize_with = "deserialized")]
    pub every: Option<Duration>,
    /// A session is kept for so long after its last statement.
    #[serde(deserialize_with = "deserialized")]
    pub idle: Option<Duration>,
}

/// Names a way that `every` and the call say, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeepAliveMode {
    Call,
    /// By looking at it.
    Poll,
    None,
}

/// What a table says of something; why it says nothing.
pub(super) fn read<T: DeserializeOwned>(table: &Table) -> Result<T, String> {
    let read = table.clone().try_into();
    read.map_err(|error: toml::de::Error| error.to_string().trim().to_owned())
}

pub(super) fn language<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Language>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let language = Language::from_name(&text);
    language.map(Some).ok_or_else(|| {
        D::Error::custom(format!("“{text}” is no language: scala, python, sql or r"))
    })
}

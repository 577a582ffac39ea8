//! A session as a server tells of it.

use super::{Id, lenient, lines};
use crate::livy::service::PhaseSeen;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Session states [Livy's SessionState], and what its relatives add.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SessionState {
    NotStarted,
    #[default]
    Starting,
    Recovering,
    Idle,
    Running,
    Busy,
    ShuttingDown,
    Error,
    Dead,
    Killed,
    Success,
    /// A state that Livy does not have or means otherwise, as the server spells it.
    Other(String, Meaning),
}

/// What a state is for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Meaning {
    #[default]
    Unknown,
    Ready,
    Over,
}

impl Session {
    /// For whom it runs: a gateway owns what it makes for others.
    pub fn runs_for(&self) -> Option<&str> {
        let names = [&self.proxy_user, &self.owner];
        let mut names = names.into_iter().flatten();
        names.find(|name| !name.is_empty()).map(String::as_str)
    }
}

impl SessionState {
    pub(in crate::livy) fn parse(text: &str) -> SessionState {
        match text.to_ascii_lowercase().as_str() {
            "not_started" | "notstarted" => SessionState::NotStarted,
            "starting" => SessionState::Starting,
            "recovering" => SessionState::Recovering,
            "idle" => SessionState::Idle,
            "running" => SessionState::Running,
            "busy" => SessionState::Busy,
            "shutting_down" | "shuttingdown" => SessionState::ShuttingDown,
            "error" => SessionState::Error,
            "dead" => SessionState::Dead,
            "killed" => SessionState::Killed,
            "success" => SessionState::Success,
            _ => SessionState::Other(text.to_owned(), Meaning::Unknown),
        }
    }

    /// Whether statements can be sent. `error` is set when one language's interpreter has died; the
    /// others go on, and statements are still accepted.
    pub fn takes_statements(&self) -> bool {
        matches!(
            self,
            SessionState::Idle
                | SessionState::Busy
                | SessionState::Running
                | SessionState::Error
                | SessionState::Other(_, Meaning::Ready)
        )
    }

    /// Whether the session is over for good.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            SessionState::ShuttingDown
                | SessionState::Dead
                | SessionState::Killed
                | SessionState::Success
                | SessionState::Other(_, Meaning::Over)
        )
    }
}

impl fmt::Display for SessionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SessionState::NotStarted => "not_started",
            SessionState::Starting => "starting",
            SessionState::Recovering => "recovering",
            SessionState::Idle => "idle",
            SessionState::Running => "running",
            SessionState::Busy => "busy",
            SessionState::ShuttingDown => "shutting_down",
            SessionState::Error => "error",
            SessionState::Dead => "dead",
            SessionState::Killed => "killed",
            SessionState::Success => "success",
            SessionState::Other(text, _) => text,
        })
    }
}

impl<'de> Deserialize<'de> for SessionState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SessionState, D::Error> {
        String::deserialize(deserializer).map(|text| SessionState::parse(&text))
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: Id,
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub app_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub owner: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub proxy_user: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub state: SessionState,
    #[serde(default, deserialize_with = "lenient")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub app_info: AppInfo,
    #[serde(default, deserialize_with = "lenient")]
    pub queue: Option<String>,
    /// After so many seconds without a request the server ends it; 0 for never, or where it does not
    /// say (before Livy 0.8).
    #[serde(default, deserialize_with = "lenient")]
    pub heartbeat_timeout_in_second: u64,
    /// The last lines of the session's log, where the server sends them.
    #[serde(default, deserialize_with = "lines")]
    pub log: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub conf: BTreeMap<String, String>,
    /// The steps of its start that have begun, where the service tells them.
    #[serde(skip)]
    pub phases: Vec<PhaseSeen>,
    /// Why it is over, where the service tells it.
    #[serde(skip)]
    pub reason: Option<String>,
    /// All of it, as the server sent it.
    #[serde(skip)]
    pub sent: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AppInfo {
    #[serde(deserialize_with = "lenient")]
    pub driver_log_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub spark_ui_url: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionList {
    pub from: u64,
    pub total: u64,
    pub sessions: Vec<Session>,
}

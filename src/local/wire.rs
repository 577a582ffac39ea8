//! The JSON of the Livy API as a server speaks it: strict in what it reads, complete in what it
//! writes. The client has types of its own (`livy::model`), because a shared type would hide a
//! shared mistake. Field order and defaults are those of Apache Livy 0.9.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Body of `POST /sessions`. An unknown field is refused, as Livy does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateSession {
    pub kind: Option<String>,
    pub proxy_user: Option<String>,
    pub jars: Vec<String>,
    pub py_files: Vec<String>,
    pub files: Vec<String>,
    pub driver_memory: Option<String>,
    pub driver_cores: Option<u32>,
    pub executor_memory: Option<String>,
    pub executor_cores: Option<u32>,
    pub num_executors: Option<u32>,
    pub archives: Vec<String>,
    pub queue: Option<String>,
    pub name: Option<String>,
    pub conf: BTreeMap<String, String>,
    pub heartbeat_timeout_in_second: u32,
    pub ttl: Option<String>,
    pub idle_timeout: Option<String>,
}

/// A session as `GET /sessions/{id}` answers it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: u64,
    pub name: Option<String>,
    pub app_id: Option<String>,
    pub owner: Option<String>,
    pub proxy_user: Option<String>,
    pub state: &'static str,
    pub kind: &'static str,
    pub app_info: AppInfo,
    pub log: Vec<String>,
    pub ttl: Option<String>,
    pub idle_timeout: Option<String>,
    pub driver_memory: Option<String>,
    pub driver_cores: u32,
    pub executor_memory: Option<String>,
    pub executor_cores: u32,
    pub conf: BTreeMap<String, String>,
    pub archives: Vec<String>,
    pub files: Vec<String>,
    pub heartbeat_timeout_in_second: u32,
    pub jars: Vec<String>,
    pub num_executors: u32,
    pub py_files: Vec<String>,
    pub queue: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppInfo {
    pub driver_log_url: Option<String>,
    pub spark_ui_url: Option<String>,
    pub executor_log_urls: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct SessionList {
    pub from: usize,
    pub total: usize,
    pub sessions: Vec<Session>,
}

#[derive(Debug, Serialize)]
pub struct SessionState {
    pub id: u64,
    pub state: &'static str,
}

#[derive(Debug, Serialize)]
pub struct SessionLog {
    pub id: u64,
    pub from: usize,
    pub total: usize,
    pub log: Vec<String>,
}

/// Body of `POST /sessions/{id}/statements`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStatement {
    pub code: String,
    #[serde(default)]
    pub kind: Option<String>,
    #[serde(default, rename = "msg_type")]
    pub _message_type: Option<String>,
}

/// A statement; times are epoch milliseconds, 0 where not yet.
#[derive(Debug, Clone, Serialize)]
pub struct Statement {
    pub id: u64,
    pub code: String,
    pub state: StatementState,
    pub output: Option<Map<String, Value>>,
    pub progress: f64,
    pub started: u64,
    pub completed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StatementState {
    Waiting,
    Running,
    Available,
    Cancelling,
    Cancelled,
}

#[derive(Debug, Serialize)]
pub struct StatementList {
    pub total_statements: usize,
    pub statements: Vec<Statement>,
}

#[derive(Debug, Serialize)]
pub struct Message {
    pub msg: String,
}

#[derive(Debug, Serialize)]
pub struct Version {
    pub version: &'static str,
    pub user: &'static str,
    pub revision: &'static str,
    pub branch: &'static str,
    pub date: &'static str,
    pub url: &'static str,
}

/// A language as Livy names it; `None` where it knows no such kind.
pub fn canonical_kind(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "spark" | "scala" => Some("spark"),
        "pyspark" | "python" => Some("pyspark"),
        "sparkr" | "r" => Some("sparkr"),
        "sql" => Some("sql"),
        "shared" => Some("shared"),
        _ => None,
    }
}

//! The JSON of the Livy API as a server speaks it: strict in what it reads, complete in what it
//! writes. The client has types of its own (`livy::model`), because a shared type would hide a
//! shared mistake. Field order and defaults are those of Apache Livy 0.9.

use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a session and a batch are both made with.
#[derive(Debug, Clone, Default)]
pub struct Resources {
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
}

/// Body of `POST /sessions`.
#[derive(Debug, Clone, Default)]
pub struct CreateSession {
    /// By its canonical name; empty counts as `shared`.
    pub kind: &'static str,
    pub resources: Resources,
    /// 0 for none.
    pub heartbeat_timeout_in_second: u32,
    pub ttl: Option<String>,
    pub idle_timeout: Option<String>,
}

/// Body of `POST /batches`.
#[derive(Debug, Clone, Default)]
pub struct CreateBatch {
    pub file: Option<String>,
    pub args: Vec<String>,
    pub class_name: Option<String>,
    pub resources: Resources,
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

/// A batch as `GET /batches/{id}` answers it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    pub id: u64,
    pub name: Option<String>,
    pub owner: Option<String>,
    pub proxy_user: Option<String>,
    pub state: &'static str,
    pub app_id: Option<String>,
    pub app_info: AppInfo,
    pub log: Vec<String>,
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
    pub from: i64,
    pub total: usize,
    pub sessions: Vec<Session>,
}

/// Livy calls them sessions here, too.
#[derive(Debug, Serialize)]
pub struct BatchList {
    pub from: i64,
    pub total: usize,
    pub sessions: Vec<Batch>,
}

#[derive(Debug, Serialize)]
pub struct SessionState {
    pub id: u64,
    pub state: &'static str,
}

#[derive(Debug, Serialize)]
pub struct SessionLog {
    pub id: u64,
    pub from: i64,
    pub total: usize,
    pub log: Vec<String>,
}

/// Body of `POST /sessions/{id}/statements`.
#[derive(Debug)]
pub struct NewStatement {
    pub code: String,
    pub kind: Option<String>,
}

/// Body of `POST /sessions/{id}/completion`; the cursor counts UTF-16 units.
#[derive(Debug)]
pub struct Completion {
    pub code: String,
    pub kind: Option<String>,
    pub cursor: usize,
}

#[derive(Debug, Serialize)]
pub struct Candidates {
    pub candidates: Vec<String>,
}

/// A statement; times are epoch milliseconds, 0 where not yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    match name {
        "spark" | "scala" => Some("spark"),
        "pyspark" | "python" => Some("pyspark"),
        "sparkr" | "r" => Some("sparkr"),
        "sql" => Some("sql"),
        "shared" => Some("shared"),
        _ => None,
    }
}

/// A time as Livy's settings hold it: a number with `us`, `ms`, `s`, `m`, `min`, `h` or `d`, or of
/// milliseconds. Livy's words where it is none.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let invalid = || format!("Invalid time string: {text}");
    let number: u64 = text[..digits].parse().map_err(|_| invalid())?;
    let micros = match &text[digits..] {
        "us" => 1,
        "" | "ms" => 1_000,
        "s" => 1_000_000,
        "m" | "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        suffix if suffix.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            return Err(format!("Invalid suffix: \"{suffix}\""));
        }
        _ => return Err(invalid()),
    };
    Ok(Duration::from_micros(number.saturating_mul(micros)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_livys_units() {
        for (text, millis) in [
            ("5", 5),
            ("30s", 30_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(duration("abc"), Err("Invalid time string: abc".to_owned()));
        assert_eq!(duration("5x"), Err("Invalid suffix: \"x\"".to_owned()));
    }
}

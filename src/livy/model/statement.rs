//! A statement, and what it gave.

use super::{Id, lenient, null_as_default};
use crate::livy::one_text;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::fmt;
use std::time::Duration;

/// Statement states [Livy's StatementState]; `error` is in old documents and foreign servers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StatementState {
    #[default]
    Waiting,
    Running,
    Available,
    Cancelling,
    Cancelled,
    Error,
    /// A state that Livy does not have, as the server spells it; not final.
    Other(String),
}

impl fmt::Display for StatementState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StatementState::Waiting => "waiting",
            StatementState::Running => "running",
            StatementState::Available => "available",
            StatementState::Error => "error",
            StatementState::Cancelling => "cancelling",
            StatementState::Cancelled => "cancelled",
            StatementState::Other(state) => state,
        })
    }
}

impl StatementState {
    fn parse(text: &str) -> StatementState {
        match text.to_ascii_lowercase().as_str() {
            "waiting" => StatementState::Waiting,
            "running" => StatementState::Running,
            "available" => StatementState::Available,
            "cancelling" | "canceling" => StatementState::Cancelling,
            "cancelled" | "canceled" => StatementState::Cancelled,
            "error" => StatementState::Error,
            _ => StatementState::Other(text.to_owned()),
        }
    }

    pub fn is_final(&self) -> bool {
        matches!(
            self,
            StatementState::Available | StatementState::Cancelled | StatementState::Error
        )
    }
}

impl<'de> Deserialize<'de> for StatementState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StatementState, D::Error> {
        String::deserialize(deserializer).map(|text| StatementState::parse(&text))
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Statement {
    pub id: Id,
    #[serde(default, deserialize_with = "lenient")]
    pub code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub state: StatementState,
    /// Null until the statement is over, and often for a cancelled one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub output: Option<Output>,
    /// Share of the tasks done, 0 to 1; it may fall again when a new job begins.
    #[serde(default, deserialize_with = "lenient")]
    pub progress: f64,
    /// Epoch milliseconds by the driver's clock; 0 where not yet or not told (before Livy 0.7).
    #[serde(default, deserialize_with = "lenient")]
    pub started: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub completed: u64,
}

impl Statement {
    /// How long it ran by the driver's clock, where both its times are told.
    pub fn ran(&self) -> Option<Duration> {
        let ran = self.completed.checked_sub(self.started)?;
        (self.started > 0).then(|| Duration::from_millis(ran))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StatementList {
    /// How many are retained, not the highest id.
    #[serde(deserialize_with = "lenient")]
    pub total_statements: u64,
    #[serde(deserialize_with = "null_as_default")]
    pub statements: Vec<Statement>,
}

/// Names that could stand at a cursor.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Candidates {
    #[serde(deserialize_with = "lenient")]
    pub candidates: Vec<String>,
}

/// What a statement gave.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Values by MIME type.
    Ok(Map<String, Value>),
    Error(Failure),
}

/// An error of the user's code, or of the interpreter that ran it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Failure {
    pub ename: String,
    pub evalue: String,
    /// Scala's and Python's lines end in a newline, those of SQL do not.
    pub traceback: Vec<String>,
    /// What the code had printed before it failed, where the server keeps it.
    pub printed: Option<String>,
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Output, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let status = fields.get("status").and_then(Value::as_str).unwrap_or("");
        if status.eq_ignore_ascii_case("error") || fields.contains_key("ename") {
            return Ok(Output::Error(Failure::from_fields(&fields)));
        }
        let data = match fields.remove("data") {
            Some(Value::Object(data)) => data,
            _ => Map::new(),
        };
        // Livy answers a Python magic on an unknown name with status ok and the error inside.
        if let Some(Value::Object(content)) = data.get("content")
            && content.get("status").and_then(Value::as_str) == Some("error")
        {
            return Ok(Output::Error(Failure::from_fields(content)));
        }
        Ok(Output::Ok(data))
    }
}

impl Failure {
    fn from_fields(fields: &Map<String, Value>) -> Failure {
        let text = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let traceback = match fields.get("traceback") {
            Some(Value::Array(lines)) => lines
                .iter()
                .map(|line| match line {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
                .collect(),
            Some(Value::String(text)) => vec![text.clone()],
            _ => Vec::new(),
        };
        let (mut ename, mut evalue, mut traceback) = (text("ename"), text("evalue"), traceback);
        if ename.is_empty()
            && let Some(Value::String(text)) = fields.get("traceback")
            && let Some(read) = one_text::read(&evalue, text)
        {
            (ename, evalue, traceback) = read;
        }
        Failure {
            ename,
            evalue,
            traceback,
            printed: fields
                .get("data")
                .and_then(|data| data.get("text/plain"))
                .and_then(Value::as_str)
                .map(str::to_owned),
        }
    }
}

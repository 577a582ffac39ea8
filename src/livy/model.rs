//! What a Livy server answers, from Livy 0.3 to 0.9 and its relatives.
//!
//! Decoding is tolerant: any field may be missing or null, ids are numbers or strings, states are
//! compared without case and unknown ones are kept. A value of an unexpected type in a field that
//! only informs is read as missing; an answer that is no JSON object is an error.

use super::one_text;
use super::service::PhaseSeen;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The id of a session, statement or batch: a number in Livy, a string in some relatives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    Number(i64),
    Text(String),
}

impl Id {
    /// What people call something: its number, else its name, which stands for one since Livy 0.6.
    pub fn named(text: &str) -> Id {
        text.parse()
            .map_or_else(|_| Id::Text(text.to_owned()), Id::Number)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Number(number) => number.fmt(f),
            Id::Text(text) => text.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) if number.is_i64() => {
                Ok(Id::Number(number.as_i64().unwrap_or_default()))
            }
            Value::String(text) => Ok(Id::Text(text)),
            other => Err(serde::de::Error::custom(format!(
                "an id is a number or a string, not {other}"
            ))),
        }
    }
}

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
    pub(super) fn parse(text: &str) -> SessionState {
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

/// Entries of a page as they stand in an answer, under the names that services have for them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    #[serde(deserialize_with = "lenient")]
    pub(super) from: u64,
    #[serde(deserialize_with = "lenient", alias = "totalCountOfMatchedItems")]
    pub(super) total: u64,
    #[serde(
        rename = "sessions",
        deserialize_with = "null_as_default",
        alias = "applications",
        alias = "items",
        alias = "value"
    )]
    pub(super) entries: Vec<Value>,
}

impl Page {
    /// Some answer a list of one with that one alone.
    pub(super) fn of(answer: Value) -> Result<Page, serde_json::Error> {
        match answer.get("id") {
            Some(_) => Ok(Page {
                total: 1,
                entries: vec![answer],
                ..Page::default()
            }),
            None => serde_json::from_value(answer),
        }
    }
}

/// Lines of a session's or batch's log, with their place in it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Log {
    #[serde(deserialize_with = "lenient")]
    pub from: u64,
    #[serde(deserialize_with = "lenient")]
    pub total: u64,
    #[serde(deserialize_with = "lines")]
    pub log: Vec<String>,
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

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    pub id: Id,
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub owner: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub state: SessionState,
    #[serde(default, deserialize_with = "lenient")]
    pub app_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub app_info: AppInfo,
    #[serde(default, deserialize_with = "lines")]
    pub log: Vec<String>,
    /// All of it, as the server sent it.
    #[serde(skip)]
    pub sent: Value,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchList {
    pub from: u64,
    pub total: u64,
    pub batches: Vec<Batch>,
}

/// `GET /version`; empty strings where the server was built without the information.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Version {
    #[serde(deserialize_with = "lenient")]
    pub version: String,
}

/// Null as the type's default.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Null, or a value of another type, as the type's default: for fields that only inform.
fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Lines of a log, which some write as one text.
fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text.lines().map(str::to_owned).collect(),
        other => serde_json::from_value(other).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(value: Value) -> Session {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_session_of_livy_0_3_decodes() {
        let old = session(json!({"id": 3, "state": "idle", "kind": "spark", "log": []}));
        assert_eq!((old.id, old.state), (Id::Number(3), SessionState::Idle));
    }

    #[test]
    fn ids_may_be_text_and_states_in_any_case() {
        let foreign = session(json!({"id": "a-b", "state": "Idle"}));
        assert_eq!(foreign.id, Id::Text("a-b".to_owned()));
        assert!(foreign.state.takes_statements());
        let unknown = session(json!({"id": "a", "state": "Provisioning"}));
        assert_eq!(unknown.state.to_string(), "Provisioning");
        assert!(!unknown.state.is_over() && !unknown.state.takes_statements());
    }

    #[test]
    fn null_and_odd_fields_are_missing_ones() {
        let nulls = session(json!({"id": 1, "state": null, "name": null, "log": null,
            "appInfo": null, "conf": null, "kind": 7}));
        assert_eq!(nulls.state, SessionState::Starting);
        assert_eq!((nulls.kind, nulls.log), (None, vec![]));
    }

    #[test]
    fn an_error_inside_an_ok_answer_is_an_error() {
        let statement: Statement = serde_json::from_value(json!({"id": 0, "state": "available",
            "output": {"status": "ok", "execution_count": 74, "data": {"msg_type": "execute_reply",
            "content": {"ename": "KeyError", "evalue": "'nope'", "traceback": ["KeyError\n"],
            "status": "error"}}}}))
        .unwrap();
        let Some(Output::Error(failure)) = statement.output else {
            panic!("no error: {statement:?}");
        };
        assert_eq!(failure.ename, "KeyError");
    }

    #[test]
    fn what_was_printed_before_a_failure_is_kept() {
        let output: Output = serde_json::from_value(json!({"status": "error", "ename": "E",
            "evalue": "v", "traceback": null, "data": {"text/plain": "before\n"}}))
        .unwrap();
        let Output::Error(failure) = output else {
            panic!()
        };
        assert_eq!(failure.printed.as_deref(), Some("before\n"));
    }
}

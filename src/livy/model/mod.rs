//! What a Livy server answers, from Livy 0.3 to 0.9 and its relatives.
//!
//! Decoding is tolerant: any field may be missing or null, ids are numbers or strings, states are
//! compared without case and unknown ones are kept. A value of an unexpected type in a field that
//! only informs is read as missing; an answer that is no JSON object is an error.
//!
//! | file           | its duty                        |
//! |----------------|---------------------------------|
//! | `batch.rs`     | a batch                         |
//! | `head.rs`      | one whose output is to come     |
//! | `session.rs`   | a session, and its states       |
//! | `statement.rs` | a statement, and what it gave   |

mod batch;
mod head;
mod session;
mod statement;

pub use batch::{Batch, BatchList};
pub(super) use head::head_of;
pub use session::{AppInfo, Meaning, Session, SessionList, SessionState};
pub use statement::{Candidates, Failure, Output, Statement, StatementList, StatementState};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

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

//! How services differ, as data: a preset or a profile fills it, and nothing asks for a service by
//! its name. The default is Apache Livy itself.
//!
//! | file        | its duty                                         |
//! |-------------|--------------------------------------------------|
//! | `states.rs` | where a session's state stands, and what it means |
//! | `phases.rs` | what a session does while it starts              |
//! | `offers.rs` | calls that a service has not                     |
//! | `listing.rs` | how a list is asked for                         |
//! | `hints.rs`  | what to try when it says what few understand     |

mod hints;
mod listing;
mod offers;
mod phases;
mod states;

pub use hints::ServiceHint;
pub use listing::Listing;
pub use offers::{Call, Offer, Offers};
pub use phases::{Phase, PhaseSeen, lengths};
pub use states::States;

use super::error::LivyError;
use super::model::{Batch, BatchList, Page, Session, SessionList};
use super::request::CreateSession;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A service, by what is not as in Apache Livy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Service {
    /// What the preset is called, for people.
    #[serde(rename = "preset")]
    pub name: Option<String>,
    pub kind: KindPlace,
    /// The languages it has, by Livy's kinds; empty where it has all.
    pub kinds: Vec<String>,
    /// Fields of a new session that it does not know, as they stand in the request.
    pub lacks: Vec<String>,
    pub states: States,
    /// Whether 404 in JSON of its own says that a session is not there any more.
    pub gone_is_404: bool,
    pub phases: Vec<Phase>,
    pub keepalive: KeepAliveCall,
    pub capabilities: BTreeMap<Call, Offer>,
    pub limits: Limits,
    pub list: Listing,
    /// What to try where nobody answers, such as the command that opens a tunnel.
    pub tunnel_hint: Option<String>,
    /// What to try when it says something.
    pub hints: Vec<ServiceHint>,
    /// Whether a statement that runs is said to wait.
    pub running_is_waiting: bool,
}

/// Where the language of a statement is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KindPlace {
    /// Of the session; of a statement, too, where that differs.
    #[default]
    Session,
    /// Of each statement alone.
    Statement,
    /// There is one language.
    None,
}

/// The call that keeps a session from being ended for being idle.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct KeepAliveCall {
    pub method: KeepAliveMethod,
    /// Below the root; `{id}` stands for the session's.
    pub path: String,
    /// While a statement runs it is not needed.
    pub only_when_idle: bool,
}

impl Default for KeepAliveCall {
    /// The one cheap call of Apache Livy that counts as activity.
    fn default() -> KeepAliveCall {
        KeepAliveCall {
            method: KeepAliveMethod::Post,
            path: "/sessions/{id}/connect".to_owned(),
            only_when_idle: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KeepAliveMethod {
    Get,
    Post,
    Put,
}

/// What it takes and gives at once, in bytes; `None` is without a limit that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// The body of a request.
    #[serde(deserialize_with = "size")]
    pub request: Option<u64>,
    /// The output of a statement, which is asked for in parts of this size.
    #[serde(deserialize_with = "size")]
    pub output: Option<u64>,
}

impl Service {
    /// For people.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or("the server")
    }

    fn has_field(&self, field: &str) -> bool {
        !self.lacks.iter().any(|known| known == field)
    }

    /// Whether it runs this language, by Livy's kind.
    pub fn runs(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|known| known == kind)
    }

    /// Why it runs no code of this language, where that is so.
    pub fn refusal_of(&self, kind: &str) -> Option<LivyError> {
        (!self.runs(kind)).then(|| LivyError::Unsent {
            reason: format!("it was not sent: {} runs no {kind}", self.called()),
            hint: format!("it runs {}", self.kinds.join(", ")),
        })
    }

    /// An error of the service's with what to try, where that is known.
    pub fn advised(&self, error: LivyError) -> LivyError {
        hints::advised(&self.hints, error)
    }

    /// The request without what the service tells otherwise.
    pub fn fitting(&self, request: &CreateSession) -> CreateSession {
        CreateSession {
            kind: match self.kind {
                KindPlace::Session => request.kind.clone(),
                KindPlace::Statement | KindPlace::None => None,
            },
            ..request.clone()
        }
    }

    /// The first field of a request for a session that the service does not have.
    pub fn unknown_field(&self, request: &CreateSession) -> Option<String> {
        let request = serde_json::to_value(self.fitting(request)).ok()?;
        let mut fields = request.as_object()?.keys();
        fields.find(|field| !self.has_field(field)).cloned()
    }

    /// A session as it stands in an answer.
    pub fn session(&self, answer: Value) -> Result<Session, serde_json::Error> {
        let state = self.states.state_in(&answer);
        let reason = self.states.reason_in(&answer);
        let phases = phases::phases_in(&self.phases, &answer);
        let name = self.list.name_in(&answer);
        let mut session: Session = serde_json::from_value(answer.clone())?;
        session.sent = answer;
        session.name = session.name.or(name);
        if let Some(state) = state {
            session.state = state;
        }
        session.reason = reason;
        session.phases = phases;
        Ok(session)
    }

    pub fn batch(&self, answer: Value) -> Result<Batch, serde_json::Error> {
        let state = self.states.state_in(&answer);
        let name = self.list.name_in(&answer);
        let mut batch: Batch = serde_json::from_value(answer.clone())?;
        batch.sent = answer;
        batch.name = batch.name.or(name);
        if let Some(state) = state {
            batch.state = state;
        }
        Ok(batch)
    }

    pub fn sessions(&self, answer: Value) -> Result<SessionList, serde_json::Error> {
        let page = Page::of(answer)?;
        // One that cannot be read hides no other.
        let sessions = page
            .entries
            .into_iter()
            .filter_map(|one| self.session(one).ok());
        Ok(SessionList {
            from: page.from,
            total: page.total,
            sessions: sessions.collect(),
        })
    }

    pub fn batches(&self, answer: Value) -> Result<BatchList, serde_json::Error> {
        let page = Page::of(answer)?;
        let batches = page
            .entries
            .into_iter()
            .filter_map(|one| self.batch(one).ok());
        Ok(BatchList {
            from: page.from,
            total: page.total,
            batches: batches.collect(),
        })
    }
}

/// A number of bytes, or one with `kB` or `MB` behind it.
fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let wrong = || serde::de::Error::custom("a size is a number of bytes, or such as 100kB");
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::Number(bytes) => bytes.as_u64().map(Some).ok_or_else(wrong),
        Value::String(text) => {
            let text = text.trim();
            let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
                Some(end) => text.split_at(end),
                None => (text, ""),
            };
            let factor = match unit.trim() {
                "" | "B" => 1,
                "kB" => 1_000,
                "MB" => 1_000_000,
                _ => return Err(wrong()),
            };
            let number: u64 = digits.parse().map_err(|_| wrong())?;
            number.checked_mul(factor).map(Some).ok_or_else(wrong)
        }
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn limit(value: Value) -> Option<u64> {
        let limits: Limits = serde_json::from_value(json!({ "request": value })).ok()?;
        limits.request
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(limit(json!(7)), Some(7));
        assert_eq!(limit(json!("100kB")), Some(100_000));
        assert_eq!(limit(json!("2 MB")), Some(2_000_000));
        for wrong in [json!("100 kiB"), json!(-1), json!("many"), json!([1])] {
            assert_eq!(limit(wrong.clone()), None, "{wrong}");
        }
    }

    #[test]
    fn a_session_is_read_as_the_service_writes_it() {
        let service: Service = serde_json::from_value(json!({
            "states": {
                "at": ["/livyInfo/currentState", "/state"],
                "dead": ["error"],
                "reason": ["/errorInfo/0/message"],
            },
            "phases": [{ "since": "/schedulerInfo/queuedAt", "told": "queued in the pool" }],
        }))
        .unwrap();
        let read = |answer: Value| service.session(answer).unwrap();
        let early = read(json!({
            "id": 3, "state": "not_started", "livyInfo": null,
            "schedulerInfo": { "queuedAt": "2025-02-01T10:00:00Z" },
        }));
        assert!(!early.state.takes_statements() && !early.state.is_over());
        assert_eq!(early.phases[0].told, "queued in the pool");
        let over = read(json!({
            "id": 3, "state": "not_started", "livyInfo": { "currentState": "error" },
            "errorInfo": [{ "message": "no nodes" }],
        }));
        assert!(over.state.is_over());
        assert_eq!(over.state.to_string(), "error");
        assert_eq!(over.reason.as_deref(), Some("no nodes"));
        assert!(service.session(json!({ "state": "idle" })).is_err());
    }
}

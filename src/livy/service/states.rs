//! Where a session's state stands in an answer, and what it means.

use crate::livy::model::{Meaning, SessionState};
use serde::Deserialize;
use serde_json::Value;

/// Where a service tells a session's state. JSON pointers, the first that holds a text counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct States {
    /// Empty: where Livy tells it.
    pub at: Vec<String>,
    /// States in which it takes statements, beside Livy's.
    pub ready: Vec<String>,
    /// States in which it is over, beside Livy's.
    pub dead: Vec<String>,
    /// Where it tells why it is over.
    pub reason: Vec<String>,
}

impl States {
    /// What differs from how Livy tells it; none where nothing does.
    pub(super) fn state_in(&self, answer: &Value) -> Option<SessionState> {
        // One of them may lag: what is over is over.
        let mut all = self.at.iter().filter_map(|at| answer.pointer(at)?.as_str());
        if let Some(dead) = all.find(|state| is_among(state, &self.dead)) {
            return Some(self.meaning(dead));
        }
        let found = match self.at.is_empty() {
            true => answer.get("state").and_then(Value::as_str),
            false => text_at(&self.at, answer),
        }?;
        Some(self.meaning(found))
    }

    fn meaning(&self, state: &str) -> SessionState {
        match (is_among(state, &self.dead), is_among(state, &self.ready)) {
            (true, _) => SessionState::Other(state.to_owned(), Meaning::Over),
            (false, true) => SessionState::Other(state.to_owned(), Meaning::Ready),
            (false, false) => SessionState::parse(state),
        }
    }

    pub(super) fn reason_in(&self, answer: &Value) -> Option<String> {
        text_at(&self.reason, answer).map(str::to_owned)
    }
}

fn is_among(state: &str, states: &[String]) -> bool {
    states.iter().any(|one| one.eq_ignore_ascii_case(state))
}

fn text_at<'a>(pointers: &[String], answer: &'a Value) -> Option<&'a str> {
    let texts = pointers
        .iter()
        .filter_map(|pointer| answer.pointer(pointer)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty())
}

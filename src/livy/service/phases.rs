//! What a session does while it starts, where a service tells more than a state. Timestamps go before
//! states: some say what is to come.

use serde::Deserialize;
use serde_json::Value;

/// One step of a start. Those of a service stand in the order in which they begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Phase {
    /// Where the time stands at which it begins (JSON pointer); it has not begun while that is null.
    pub since: Option<String>,
    /// Where a state stands that is this step's, and the state.
    pub at: Option<String>,
    pub is: Option<String>,
    /// What people are told.
    pub told: String,
}

/// A step that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseSeen {
    pub told: String,
    /// Since when, as the server writes it.
    pub since: Option<String>,
}

/// The last step that has begun by its time, else the first whose state is told.
pub(super) fn phase_in(phases: &[Phase], answer: &Value) -> Option<PhaseSeen> {
    let text = |pointer: &Option<String>| {
        let found = answer.pointer(pointer.as_deref()?)?.as_str()?;
        Some(found.to_owned()).filter(|text| !text.is_empty())
    };
    let by_time = phases.iter().rev().find_map(|phase| {
        text(&phase.since).map(|since| PhaseSeen {
            told: phase.told.clone(),
            since: Some(since),
        })
    });
    by_time.or_else(|| {
        let is_now = |phase: &&Phase| match (text(&phase.at), &phase.is) {
            (Some(now), Some(is)) => now.eq_ignore_ascii_case(is),
            (Some(_), None) | (None, _) => false,
        };
        let phase = phases.iter().find(is_now)?;
        Some(PhaseSeen {
            told: phase.told.clone(),
            since: None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_time_goes_before_a_state_and_a_later_one_before_an_earlier() {
        let phases: Vec<Phase> = serde_json::from_value(json!([
            { "since": "/a/queuedAt", "told": "queued" },
            { "since": "/b/nodesAt", "told": "getting nodes" },
            { "at": "/c", "is": "libraryPackaging", "told": "packaging" },
        ]))
        .unwrap();
        let told = |answer: Value| phase_in(&phases, &answer).map(|phase| phase.told);
        let both =
            json!({ "a": { "queuedAt": "1" }, "b": { "nodesAt": "2" }, "c": "libraryPackaging" });
        assert_eq!(told(both).as_deref(), Some("getting nodes"));
        let first = json!({ "a": { "queuedAt": "1" }, "b": { "nodesAt": null } });
        assert_eq!(told(first).as_deref(), Some("queued"));
        let state = json!({ "c": "LibraryPackaging", "a": null });
        assert_eq!(told(state).as_deref(), Some("packaging"));
        assert_eq!(told(json!({ "c": "other" })), None);
        assert_eq!(phase_in(&[], &json!({})), None);
    }
}

//! What a session does while it starts, where a service tells more than a state. Timestamps go before
//! states: some say what is to come.

use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// One step of a start. Those of a service stand in the order in which they begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
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
    /// By the server's clock.
    pub since: Option<SystemTime>,
}

/// The steps that have begun: those with a time, else the first whose state is told.
pub(super) fn phases_in(phases: &[Phase], answer: &Value) -> Vec<PhaseSeen> {
    let text = |pointer: &Option<String>| {
        let found = answer.pointer(pointer.as_deref()?)?.as_str()?;
        Some(found.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let seen = |phase: &Phase, since: Option<SystemTime>| PhaseSeen {
        told: phase.told.clone(),
        since,
    };
    let by_time: Vec<PhaseSeen> = phases
        .iter()
        .filter_map(|phase| text(&phase.since).map(|since| seen(phase, time(&since))))
        .collect();
    if !by_time.is_empty() {
        return by_time;
    }
    let is_now = |phase: &&Phase| match (text(&phase.at), &phase.is) {
        (Some(now), Some(is)) => now.eq_ignore_ascii_case(is),
        (Some(_), None) | (None, _) => false,
    };
    let by_state = phases.iter().find(is_now);
    by_state
        .map(|phase| seen(phase, None))
        .into_iter()
        .collect()
}

/// Without an offset it is taken for UTC: only differences matter.
fn time(text: &str) -> Option<SystemTime> {
    let with_offset = OffsetDateTime::parse(text, &Rfc3339);
    let time = with_offset.or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339));
    time.ok().map(SystemTime::from)
}

/// How long each step took that has ended.
pub fn lengths(seen: &[PhaseSeen]) -> Vec<(&str, Duration)> {
    let pairs = seen.iter().zip(seen.iter().skip(1));
    pairs
        .filter_map(|(step, next)| {
            let took = next.since?.duration_since(step.since?).ok()?;
            Some((step.told.as_str(), took))
        })
        .collect()
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
        let seen = |answer: Value| phases_in(&phases, &answer);
        let told = |answer: Value| seen(answer).pop().map(|phase| phase.told);
        let both = json!({
            "a": { "queuedAt": "2025-02-01T10:00:00.5Z" },
            "b": { "nodesAt": "2025-02-01T10:00:16.5" },
            "c": "libraryPackaging",
        });
        assert_eq!(told(both.clone()).as_deref(), Some("getting nodes"));
        assert_eq!(lengths(&seen(both)), [("queued", Duration::from_secs(16))]);
        let first = json!({ "a": { "queuedAt": "odd" }, "b": { "nodesAt": null } });
        assert_eq!(told(first.clone()).as_deref(), Some("queued"));
        assert_eq!(lengths(&seen(first)), []);
        let state = json!({ "c": "LibraryPackaging", "a": null });
        assert_eq!(told(state).as_deref(), Some("packaging"));
        assert_eq!(told(json!({ "c": "other" })), None);
        assert_eq!(phases_in(&[], &json!({})), []);
    }
}

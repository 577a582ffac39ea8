//! A recorded exchange, and what of it is to be compared.

use crate::support::http::Answer;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct Recording {
    pub(super) exchanges: Vec<Recorded>,
}

#[derive(Deserialize)]
pub(super) struct Recorded {
    pub(super) request: RecordedRequest,
    pub(super) response: RecordedResponse,
}

#[derive(Deserialize)]
pub(super) struct RecordedRequest {
    pub(super) line: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Box<RawValue>,
}

#[derive(Deserialize)]
pub(super) struct RecordedResponse {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

pub(super) fn matters(header: &str) -> bool {
    !matches!(header, "Content-Length" | "Transfer-Encoding" | "Date")
}

/// What a recorded answer shows that comes with time: a state, and whether there is an output.
pub(super) fn awaited(method: &str, expected: &Value) -> Option<(String, bool)> {
    let state = expected["state"].as_str().filter(|_| method == "GET")?;
    let has_output = expected
        .get("output")
        .is_some_and(|output| !output.is_null());
    Some((state.to_owned(), has_output))
}

pub(super) fn has_come(answer: &Answer, (state, has_output): &(String, bool)) -> bool {
    let Ok(now) = serde_json::from_str::<Value>(&answer.body) else {
        return true;
    };
    let Some(now_state) = now["state"].as_str() else {
        return true;
    };
    let order = ["waiting", "running", "available", "cancelling", "cancelled"];
    let later = |state: &str| order.iter().position(|one| *one == state);
    let came = match (later(now_state), later(state)) {
        (Some(now), Some(then)) => now >= then,
        _ => now_state == state,
    };
    came && (!has_output || !now["output"].is_null())
}

/// The body as the recording client wrote it: its JSON had spaces after commas and colons.
pub(super) fn body_text(raw: &RawValue) -> String {
    match serde_json::from_str(raw.get()).unwrap() {
        Value::Null => String::new(),
        Value::String(text) => text,
        _ => {
            let mut text = String::new();
            let (mut quoted, mut escaped) = (false, false);
            for c in raw.get().chars() {
                text.push(c);
                if !quoted && (c == ',' || c == ':') {
                    text.push(' ');
                }
                quoted ^= c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
            }
            text
        }
    }
}

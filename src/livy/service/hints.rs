//! What to try when a service says what only its people understand.

use crate::livy::error::LivyError;
use crate::livy::http::host_of;
use serde::Deserialize;

/// What stands in a hint for the first label of the host, by which some services name what is theirs.
const LABEL: &str = "{label}";

/// A hint, and what an answer says that it is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ServiceHint {
    /// Parts of the answer's words, in any case, all of which are in it.
    pub says: Vec<String>,
    pub hint: String,
}

impl ServiceHint {
    fn is_for(&self, words: &str) -> bool {
        let words = words.to_lowercase();
        let mut parts = self.says.iter();
        parts.all(|part| words.contains(&part.to_lowercase()))
    }
}

/// The error with the first hint that is for it.
pub(super) fn advised(hints: &[ServiceHint], error: LivyError) -> LivyError {
    let LivyError::Server(mut error) = error else {
        return error;
    };
    if let Some(found) = hints.iter().find(|hint| hint.is_for(&error.message)) {
        let host = host_of(&error.url);
        let label = host.split('.').next().unwrap_or(&host);
        error.reference.advice = Some(found.hint.replace(LABEL, label));
    }
    LivyError::Server(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::ServerError;

    #[test]
    fn a_hint_is_for_what_says_all_of_its_words() {
        let hint = |says: &[&str], hint: &str| ServiceHint {
            says: says.iter().map(|part| (*part).to_owned()).collect(),
            hint: hint.to_owned(),
        };
        let hints = [
            hint(&["pool", "paused"], "resume it"),
            hint(&["pool"], "look at {label}"),
        ];
        let told = |body: &str| {
            let url = "https://p1.example:8443/sessions".to_owned();
            let error = ServerError::read(400, "POST", url, body.as_bytes());
            advised(&hints, error.into()).hint()
        };
        let of = |body: &str| told(body).unwrap_or_default();
        assert_eq!(of(r#"{"message": "The Pool is PAUSED"}"#), "resume it");
        assert_eq!(of(r#"{"message": "no such pool"}"#), "look at p1");
        assert_eq!(told(r#"{"message": "no"}"#), None);
    }
}

//! What a JSON web token says of itself, which is no secret.

use super::expiry;
use serde_json::Value;
use std::time::SystemTime;

/// Where tokens name who they are of, the most telling first.
const WHO: [&str; 6] = [
    "preferred_username",
    "upn",
    "unique_name",
    "email",
    "appid",
    "sub",
];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    pub who: Option<String>,
    /// For whom the token is.
    pub audience: Option<String>,
    pub until: Option<SystemTime>,
}

impl Claims {
    /// None where it is another kind of token.
    pub fn of(token: &str) -> Option<Claims> {
        let claims = expiry::claims(token)?;
        claims.as_object()?;
        let text = |name: &str| claims.get(name).and_then(first);
        Some(Claims {
            who: WHO.iter().find_map(|name| text(name)),
            audience: text("aud"),
            until: expiry::end_of(&claims),
        })
    }
}

/// A text, or the first of several.
fn first(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(all) => all.first().and_then(first),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_token_says_whose_it_is() {
        let of = |claims: &str| Claims::of(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
        let told = of(r#"{"sub":"17","upn":"a@b","aud":["x","y"],"exp":1800000000}"#).unwrap();
        assert_eq!(told.who.as_deref(), Some("a@b"));
        assert_eq!(told.audience.as_deref(), Some("x"));
        let until = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert_eq!(told.until, Some(until));
        assert_eq!(of("{}"), Some(Claims::default()));
        assert_eq!(of("7"), None);
        assert_eq!(Claims::of("opaque"), None);
    }
}

//! Where a secret stands in a text: a program's output, or the answer of a service.

use super::expiry::{self, Unit};
use super::program::Printed;
use super::secret::Secret;
use serde_json::Value;
use std::time::SystemTime;

/// Where tokens stand in what programs print as JSON, and services answer.
const USUAL_POINTERS: [&str; 6] = [
    "/accessToken",
    "/access_token",
    "/token",
    "/id_token",
    "/token/token",
    "/status/token",
];

/// JSON pointers to what is needed of it.
pub(super) struct Pointers<'a> {
    /// Without it the text is the secret, or an object with a token where one usually is.
    pub(super) secret: Option<&'a str>,
    pub(super) user: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) until: Option<&'a str>,
    pub(super) unit: Unit,
}

impl Pointers<'_> {
    /// What is wrong is told without the text: it may hold the secret.
    pub(super) fn read(&self, text: &str, now: SystemTime) -> Result<Printed, String> {
        let text = text.trim();
        let json: Option<Value> = serde_json::from_str(text).ok();
        let quoted = json.as_ref().and_then(Value::as_str);
        let text = quoted.map_or_else(|| text.to_owned(), str::to_owned);
        let json = json.filter(|value| value.is_object() || value.is_array());
        let at = |pointer: &str| json.as_ref().and_then(|json| json.pointer(pointer));
        let text_at = |pointer: &str| match at(pointer) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            _ => Err(format!("nothing that has a text at {pointer}")),
        };
        let secret = match (self.secret, &json) {
            (Some(pointer), _) => text_at(pointer)?,
            (None, None) => text,
            (None, Some(_)) => USUAL_POINTERS
                .iter()
                .find_map(|pointer| text_at(pointer).ok())
                .ok_or("JSON without a token where one is usual: name its pointer")?,
        };
        match secret.chars().any(char::is_control) {
            _ if secret.is_empty() => return Err("nothing".to_owned()),
            true => return Err("more than one line, or a control character".to_owned()),
            false => {}
        }
        let user = match self.user {
            Some(pointer) => Some(text_at(pointer)?),
            None => None,
        };
        let session = self.session.and_then(|pointer| text_at(pointer).ok());
        let told = self.until.and_then(at);
        let until = told.and_then(|value| expiry::read(value, self.unit, now));
        Ok(Printed {
            until: until.or_else(|| expiry::of_token(&secret)),
            secret: Secret::new(secret),
            user,
            session: session.map(Secret::new),
        })
    }
}

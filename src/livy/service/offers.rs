//! Calls that a service has not: said beforehand, or learnt from its first answer.

use crate::livy::error::LivyError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A call that not all services have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    Batches,
    BatchLog,
    Completion,
    /// Jars and Python files for a session that runs.
    Files,
    #[serde(rename = "keepalive")]
    KeepAlive,
    Log,
    Version,
}

impl Call {
    fn name(self) -> &'static str {
        match self {
            Call::Batches => "batches",
            Call::BatchLog => "log of batches",
            Call::Completion => "completion",
            Call::Files => "call that gives a running session files",
            Call::KeepAlive => "call that keeps a session alive",
            Call::Log => "log of sessions",
            Call::Version => "version",
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Offer {
    /// It is asked for, and not again where the answer says that there is no such call.
    #[default]
    Auto,
    /// It is there, whatever an answer says.
    On,
    Off,
}

/// What is known of a server's calls.
#[derive(Debug, Default)]
pub struct Offers {
    service: String,
    said: BTreeMap<Call, Offer>,
    missing: Mutex<Vec<Call>>,
}

impl Offers {
    pub(in crate::livy) fn new(service: &str, said: &BTreeMap<Call, Offer>) -> Offers {
        Offers {
            service: service.to_owned(),
            said: said.clone(),
            missing: Mutex::default(),
        }
    }

    /// That it may be asked for.
    pub(in crate::livy) fn check(&self, call: Call) -> Result<(), LivyError> {
        let is_missing = match self.said.get(&call).copied().unwrap_or_default() {
            Offer::On => false,
            Offer::Off => true,
            Offer::Auto => self
                .missing
                .lock()
                .is_ok_and(|missing| missing.contains(&call)),
        };
        match is_missing {
            false => Ok(()),
            true => Err(LivyError::Unsent {
                reason: format!("{} has no {}", self.service, call.name()),
                hint: String::new(),
            }),
        }
    }

    /// Learns from an answer.
    pub(in crate::livy) fn note(&self, call: Call, error: &LivyError) {
        if error.is_no_call()
            && let Ok(mut missing) = self.missing.lock()
            && !missing.contains(&call)
        {
            missing.push(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::error::ServerError;

    fn answer(status: u16, body: &str) -> LivyError {
        ServerError::read(status, "GET", String::new(), body.as_bytes()).into()
    }

    #[test]
    fn what_is_not_there_is_asked_for_once() {
        let said = [(Call::Log, Offer::Off), (Call::Version, Offer::On)];
        let offers = Offers::new("synapse", &said.into_iter().collect());
        let told = offers.check(Call::Log).unwrap_err().to_string();
        assert_eq!(told, "synapse has no log of sessions");
        for (error, is_learnt) in [
            (answer(503, ""), false),
            (answer(404, r#"{"msg":"Session '3' not found."}"#), false),
            (answer(404, "<h1>no such page</h1>"), true),
        ] {
            offers.note(Call::Completion, &error);
            assert_eq!(
                offers.check(Call::Completion).is_err(),
                is_learnt,
                "{error}"
            );
        }
        offers.note(Call::Version, &answer(405, ""));
        assert!(offers.check(Call::Version).is_ok());
        offers.note(Call::Batches, &answer(501, ""));
        assert!(offers.check(Call::Batches).is_err());
    }
}

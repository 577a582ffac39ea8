//! What the interpreters echo: whether it is shown, and what it was last.

use crate::lang::{Echo, Language, Snippet};
use serde_json::{Map, Value};
use std::cell::{Cell, RefCell};

#[derive(Debug, Default)]
pub struct Echoes {
    /// Whether what was not printed by the code itself is left out.
    pub are_silent: Cell<bool>,
    /// Whether it was told that a format does not apply to text.
    pub format_told: Cell<bool>,
    /// Whether it was told how to keep what is drawn.
    pub(super) picture_told: Cell<bool>,
    /// The name of Scala's last value.
    pub last_value: RefCell<Option<String>>,
}

impl Echoes {
    /// What of a result is to be shown.
    pub(super) fn shown(
        &self,
        snippet: &Snippet,
        mut data: Map<String, Value>,
    ) -> Map<String, Value> {
        if snippet.language == Language::Scala
            && let Some(Value::String(text)) = data.get_mut("text/plain")
        {
            let echo = Echo::of(&snippet.code);
            if let Some(name) = echo.last_value(text) {
                self.last_value.replace(Some(name));
            }
            if self.are_silent.get() {
                text.truncate(echo.start(text));
            }
        }
        data
    }
}

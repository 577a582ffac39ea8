//! Names seen in the session: those that stand in what was run.

use crate::lang::{self, Input, Language, Past};
use std::collections::HashMap;

/// Of a longer input only the end is looked at.
const MOST_TEXT: usize = 200_000;
/// So many names are kept; the oldest go first.
const MOST_NAMES: usize = 20_000;

/// The names, each with when it was seen last.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How many inputs were looked at.
    inputs: usize,
    ticks: u64,
    /// By the name, and whether it stood behind a dot.
    names: HashMap<(String, bool), u64>,
}

impl Seen {
    /// Takes in what has run since the last time; whether anything has. Fewer inputs than before are
    /// those of another session.
    pub(super) fn learn(&mut self, past: &Past) -> bool {
        if past.count() < self.inputs {
            *self = Seen::default();
        }
        let is_new = past.count() > self.inputs;
        for input in past.since(self.inputs) {
            self.take(input);
        }
        self.inputs = past.count();
        is_new
    }

    /// How many inputs were looked at.
    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    fn take(&mut self, input: &Input) {
        let Some(ran) = input.ran.last() else {
            return;
        };
        self.read(ran.language, &input.source.text);
    }

    fn read(&mut self, language: Language, text: &str) {
        let mut start = text.len().saturating_sub(MOST_TEXT);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        for name in lang::names(language, &text[start..]) {
            self.ticks += 1;
            let key = (name.text.to_owned(), name.is_member);
            self.names.insert(key, self.ticks);
        }
        if self.names.len() > MOST_NAMES {
            let mut ticks: Vec<u64> = self.names.values().copied().collect();
            ticks.sort_unstable();
            let oldest = ticks[ticks.len() - MOST_NAMES / 2];
            self.names.retain(|_, tick| *tick >= oldest);
        }
    }

    /// The newest first.
    pub(super) fn names(&self, behind_dot: bool) -> Vec<&str> {
        let names = self.names.iter();
        let mut found: Vec<(u64, &str)> = names
            .filter(|((_, is_member), _)| *is_member == behind_dot)
            .map(|((name, _), tick)| (*tick, name.as_str()))
            .collect();
        found.sort_unstable_by_key(|(tick, _)| std::cmp::Reverse(*tick));
        found.into_iter().map(|(_, name)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_name_comes_first() {
        let mut seen = Seen::default();
        seen.read(Language::Scala, "val rows = spark.range(10)");
        seen.read(Language::Scala, "rows.count() // nothing");
        assert_eq!(seen.names(false)[..2], ["rows", "spark"]);
        assert_eq!(seen.names(true), ["count", "range"]);
    }
}

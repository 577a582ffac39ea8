//! What has run in a session since livysh came to it, and what each statement gave: what `:save` makes a
//! document of.

use crate::engine::Outcome;
use crate::lang::{Snippet, Source};
use crate::livy::{Id, Output};
use crate::render::transcript::Given;
use serde_json::Value;
use std::collections::VecDeque;

/// An output that is larger is not kept: the server has it still, as a rule.
const LARGEST: usize = 1 << 20;
/// So much is kept in all; the oldest outputs go first, then the oldest inputs.
const MOST: usize = 8 << 20;

/// A statement that was run here.
#[derive(Debug)]
pub struct Ran {
    /// Its number on the server, where that is known.
    pub number: Option<String>,
    pub snippet: Snippet,
    /// Where it stands, unless that is too long to be kept.
    pub source: Option<Source>,
    /// Whether it still ran when nobody waited for it any more.
    pub is_left_running: bool,
    /// What it gave; none where that is not kept here.
    pub given: Option<Given>,
    /// Rows that were asked of the server for SQL, or none.
    pub row_limit: Option<u64>,
    size: usize,
}

#[derive(Debug, Default)]
pub struct Ledger {
    ran: VecDeque<Ran>,
    held: usize,
    /// How many of the oldest have no output any more.
    emptied: usize,
}

impl Ledger {
    pub fn ran(&self) -> impl Iterator<Item = &Ran> {
        self.ran.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.ran.is_empty()
    }

    /// Takes in how a statement has ended; one that the server did not take is none.
    pub fn note(
        &mut self,
        id: Option<&Id>,
        (snippet, source): (&Snippet, &Source),
        outcome: Option<&Outcome>,
        row_limit: Option<u64>,
    ) {
        let given = match outcome {
            Some(Outcome::NeverSent | Outcome::NotAccepted { .. }) => return,
            Some(Outcome::Finished(output)) => copy(output.as_ref()).map(Given::Output),
            Some(Outcome::Cancelled(output)) => copy(output.as_ref()).map(Given::Cancelled),
            Some(Outcome::LeftRunning { .. } | Outcome::ResultLost { .. }) | None => None,
        };
        let is_left_running = matches!(outcome, Some(Outcome::LeftRunning { .. }) | None);
        let source = source.for_blocks();
        let last = self.ran.back().and_then(|ran| ran.source.as_ref());
        let is_same = |source: &&Source| last.is_some_and(|last| last.is(source));
        let new_source = source.as_ref().filter(|source| !is_same(source));
        let size = snippet.code.len()
            + size_of::<Ran>()
            + new_source.map_or(0, |source| source.text.len())
            + given.as_ref().map_or(0, size_of_given);
        self.held += size;
        self.ran.push_back(Ran {
            number: id.map(Id::to_string),
            snippet: snippet.clone(),
            source,
            is_left_running,
            given,
            row_limit,
            size,
        });
        while self.held > MOST && self.forget() {}
    }

    /// Forgets the oldest output, or where none is left the oldest input; false where there is none.
    fn forget(&mut self) -> bool {
        if let Some(ran) = self.ran.get_mut(self.emptied) {
            let output = ran.given.take().map_or(0, |given| size_of_given(&given));
            ran.size -= output;
            self.held -= output;
            self.emptied += 1;
            return true;
        }
        let Some(oldest) = self.ran.pop_front() else {
            return false;
        };
        self.held -= oldest.size;
        self.emptied = self.emptied.saturating_sub(1);
        true
    }
}

/// A copy of an output, or none where it is too large to be kept.
fn copy(output: Option<&Output>) -> Option<Option<Output>> {
    let size = output.map_or(0, |output| size_of_output(output, LARGEST));
    (size < LARGEST).then(|| output.cloned())
}

fn size_of_given(given: &Given) -> usize {
    match given {
        Given::Output(output) | Given::Cancelled(output) => output
            .as_ref()
            .map_or(0, |output| size_of_output(output, usize::MAX)),
        Given::Running | Given::Lost => 0,
    }
}

/// About how much an output takes; counted no further than to `most`.
fn size_of_output(output: &Output, most: usize) -> usize {
    let mut size = 0;
    match output {
        Output::Ok(data) => {
            for (key, value) in data {
                add(&mut size, key.len(), most);
                add_value(&mut size, value, most);
            }
        }
        Output::Error(failure) => {
            let printed = failure.printed.as_ref().map_or(0, String::len);
            let trace: usize = failure.traceback.iter().map(String::len).sum();
            let all = failure.ename.len() + failure.evalue.len() + printed + trace;
            add(&mut size, all, most);
        }
    }
    size
}

fn add(size: &mut usize, more: usize, most: usize) {
    *size = size.saturating_add(more).min(most);
}

fn add_value(size: &mut usize, value: &Value, most: usize) {
    add(size, size_of::<Value>(), most);
    if *size == most {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => add(size, text.len(), most),
        Value::Array(values) => values
            .iter()
            .take_while(|value| {
                add_value(size, value, most);
                *size < most
            })
            .for_each(drop),
        Value::Object(values) => values.iter().for_each(|(key, value)| {
            add(size, key.len(), most);
            add_value(size, value, most);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use serde_json::json;

    fn note(ledger: &mut Ledger, code: &str, length: usize) {
        let snippet = Snippet {
            language: Language::Python,
            code: code.to_owned(),
            first_line: 1,
            first_column: 0,
        };
        let data = json!({"text/plain": "x".repeat(length)});
        let Value::Object(data) = data else { panic!() };
        let outcome = Outcome::Finished(Some(Output::Ok(data)));
        let what = (&snippet, &Source::new(None, code));
        ledger.note(Some(&Id::Number(3)), what, Some(&outcome), None);
    }

    #[test]
    fn the_oldest_outputs_go_first_then_the_oldest_inputs() {
        let mut ledger = Ledger::default();
        for _ in 0..10 {
            note(&mut ledger, "x", LARGEST - 1000);
        }
        assert!(ledger.held <= MOST);
        let kept: Vec<bool> = ledger.ran().map(|ran| ran.given.is_some()).collect();
        assert_eq!(kept.len(), 10);
        assert_eq!(kept.iter().filter(|kept| **kept).count(), 8);
        assert!(!kept[0] && kept[9]);
        note(&mut ledger, &"y".repeat(MOST - 10_000), 1);
        assert_eq!(ledger.ran().count(), 11);
        note(&mut ledger, &"z".repeat(20_000), 1);
        assert!(ledger.held <= MOST);
        assert_eq!(ledger.ran().last().unwrap().snippet.code.len(), 20_000);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let mut ledger = Ledger::default();
        note(&mut ledger, "x", LARGEST + 1);
        let ran = ledger.ran().next().unwrap();
        assert_eq!((ran.number.as_deref(), &ran.given), (Some("3"), &None));
    }
}

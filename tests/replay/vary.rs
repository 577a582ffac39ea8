//! Words and numbers of the recorded snippets, changed by a seed in what is sent and in what is
//! expected. Both keep their length, so that a caret under them stays where it is.

use crate::support::chance::Chance;
use serde_json::Value;

/// What the recorded user chose freely: names and texts that come back as they are.
const WORDS: [&str; 17] = [
    "abcde", "abc", "alpha", "b1", "before", "boom", "chained", "conerr", "hi", "life", "nope",
    "nullconf", "py1", "queued", "queued2", "syserr", "sysout",
];
/// Numbers that come back as they are; the last digit changes.
const NUMBERS: [&str; 2] = ["2020", "9007199254740993"];

pub(super) struct Variation {
    words: Vec<(String, String)>,
    /// What is added to numbers that a snippet computes with.
    add: u64,
}

impl Variation {
    /// Nothing is changed without a seed.
    pub(super) fn new(seed: Option<u64>) -> Variation {
        let Some(seed) = seed else {
            return Variation {
                words: Vec::new(),
                add: 0,
            };
        };
        let mut chance = Chance::new(seed);
        let mut letters = |count: usize| -> String {
            (0..count)
                .map(|_| (b'a' + chance.below(26) as u8) as char)
                .collect()
        };
        let words = WORDS
            .iter()
            // No word of Scala, Python or SQL begins so.
            .map(|word| ((*word).to_owned(), format!("q{}", letters(word.len() - 1))));
        let add = 1 + seed % 7;
        let numbers = NUMBERS.iter().map(|number| {
            let digits = number.len() - 1;
            let last = (number[digits..].parse::<u64>().unwrap() + add) % 10;
            ((*number).to_owned(), format!("{}{last}", &number[..digits]))
        });
        Variation {
            words: words.chain(numbers).collect(),
            add,
        }
    }

    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.replace("45000", "5000");
        for (word, other) in &self.words {
            text = with_word(&text, word, other);
        }
        if self.add > 0 {
            let sum = format!("1+{}", 1 + self.add);
            text = text.replace("1+1", &sum);
        }
        text
    }

    pub(super) fn value(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                // What a sum gives is computed, not replaced.
                let code = fields.get("code").and_then(Value::as_str);
                let sums = code.is_some_and(|code| code.ends_with("1+1"));
                let fields = fields.iter().map(|(key, item)| {
                    let mut item = self.value(item);
                    if sums && key == "output" && self.add > 0 {
                        item = self.sum(item);
                    }
                    (key.clone(), item)
                });
                Value::Object(fields.collect())
            }
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.value(item)).collect())
            }
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number) => {
                let text = number.to_string();
                let other = self.words.iter().find(|(word, _)| *word == text);
                other.map_or_else(
                    || value.clone(),
                    |(_, other)| other.parse::<u64>().unwrap().into(),
                )
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// The result of the changed sum: Scala's `res0: Int = 2`, Python's `2`.
    fn sum(&self, mut output: Value) -> Value {
        if let Some(text) = output["data"]["text/plain"].as_str() {
            let sum = (2 + self.add).to_string();
            let text = match text.trim_end().strip_suffix('2') {
                Some(before) => text.replacen(&format!("{before}2"), &format!("{before}{sum}"), 1),
                None => text.to_owned(),
            };
            output["data"]["text/plain"] = text.into();
        }
        output
    }
}

/// Each `word` that is no part of another one replaced.
fn with_word(text: &str, word: &str, other: &str) -> String {
    let mut changed = String::new();
    let mut rest = text;
    while let Some(position) = rest.find(word) {
        let after = &rest[position + word.len()..];
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let before = rest[..position].chars().next_back();
        let part = joins(before.or(changed.chars().next_back())) || joins(after.chars().next());
        changed.push_str(&rest[..position]);
        changed.push_str(if part { word } else { other });
        rest = after;
    }
    changed + rest
}

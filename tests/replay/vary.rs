//! Words and constants of the recorded snippets, changed by a seed in what is sent and in what is
//! expected. Words keep their length, so that a caret under them stays where it is.

use serde_json::Value;

/// What the recorded user chose freely: names, texts, and numbers that come back as they are.
const WORDS: [&str; 27] = [
    "abcde",
    "before",
    "boom",
    "sysout",
    "syserr",
    "conerr",
    "queued",
    "queued2",
    "chained",
    "after",
    "Item",
    "tableX",
    "alpha",
    "py1",
    "life",
    "nullconf",
    "jerry",
    "rows",
    "outside",
    "sh/ared x",
    "foo x",
    "foo d",
    "%foo",
    "nope",
    "sp",
    "pre",
    "fooz",
];

pub(super) struct Variation {
    words: Vec<(String, String)>,
    /// What is added to numbers that a snippet computes with.
    add: u64,
}

impl Variation {
    pub(super) fn new(seed: Option<u64>) -> Variation {
        let Some(seed) = seed else {
            return Variation {
                words: Vec::new(),
                add: 0,
            };
        };
        let mut state = seed | 1;
        let mut letter = |from: char| {
            // A small generator of our own keeps a seed's meaning for good.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let offset = (state >> 33) as u8 % 26;
            match from {
                'a'..='z' => (b'a' + offset) as char,
                'A'..='Z' => (b'A' + offset) as char,
                other => other,
            }
        };
        let chosen = [
            "abcde", "before", "boom", "sysout", "syserr", "conerr", "queued", "chained", "py1",
            "life", "nullconf",
        ];
        let words = WORDS
            .iter()
            .filter(|word| chosen.contains(word))
            .map(|word| {
                (
                    (*word).to_owned(),
                    format!(
                        "q{}",
                        word.chars().skip(1).map(&mut letter).collect::<String>()
                    ),
                )
            })
            .collect();
        Variation {
            words,
            add: 1 + seed % 7,
        }
    }

    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.replace("45000", "5000");
        for (word, other) in &self.words {
            text = text.replace(word.as_str(), other);
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
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
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

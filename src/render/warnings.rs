//! Warnings of Python in the user's coordinates: `<stdin>:7: SyntaxWarning: …` names the file.

use super::Origin;
use crate::lang::Language;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A result with the warnings in its text at their places.
pub fn with_places(mut data: Map<String, Value>, origin: Origin<'_>) -> Map<String, Value> {
    if let Some(Value::String(text)) = data.get_mut("text/plain")
        && let Cow::Owned(placed) = place_warnings(text, origin)
    {
        *text = placed;
    }
    data
}

/// What was printed, with the warnings in it at their places.
pub fn place_warnings<'t>(text: &'t str, origin: Origin<'_>) -> Cow<'t, str> {
    if origin.snippet.language != Language::Python || !text.contains("Warning: ") {
        return Cow::Borrowed(text);
    }
    let mut placed = String::new();
    let mut copied = 0;
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        if let Some((place, rest)) = placed_line(line, origin) {
            placed.push_str(&text[copied..position]);
            placed.push_str(&place);
            copied = position + line.len() - rest.len();
        }
        position += line.len();
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    placed.push_str(&text[copied..]);
    Cow::Owned(placed)
}

/// Where a line's warning is, and the rest of the line.
fn placed_line<'t>(line: &'t str, origin: Origin<'_>) -> Option<(String, &'t str)> {
    let after_name = line.strip_prefix("<stdin>:")?;
    let (number, message) = after_name.split_once(": ")?;
    let category = message.split(": ").next()?;
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    if !category.ends_with("Warning") || !category.chars().all(is_name) {
        return None;
    }
    let place = place_of(number.parse().ok()?, category, origin)?;
    Some((place, &after_name[number.len()..]))
}

/// The place that the server's line means. What Python says while it compiles is of the statement
/// itself; a function that warns may be of any that ran, and is known where only one has the line.
fn place_of(number: usize, category: &str, origin: Origin<'_>) -> Option<String> {
    let named = |name: Option<&str>, line| format!("{}:{line}", name.unwrap_or("<stdin>"));
    let mut places = BTreeSet::new();
    for (source, ran, line) in origin.past.python_places(number) {
        let is_this = *ran.lines.start() == origin.snippet.first_line && source.is(origin.source);
        if category != "SyntaxWarning" || is_this {
            places.insert(named(source.name.as_deref(), line));
        }
    }
    let mut places = places.into_iter();
    places.next().filter(|_| places.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Feeding, Past, Source, split};

    /// The text of the last statement of the last source, all others having run.
    fn told(sources: &[(Option<&str>, &str)], text: &str) -> String {
        let mut past = Past::default();
        let mut last = None;
        for (name, code) in sources {
            let source = Source::new(name.map(str::to_owned), *code);
            for snippet in split(Language::Python, code) {
                past.note(&source, &snippet, None);
                last = Some((source.clone(), snippet));
            }
        }
        let (source, snippet) = last.unwrap();
        let origin = Origin {
            snippet: &snippet,
            source: &source,
            feeding: Feeding::ByLine,
            past: &past,
        };
        place_warnings(text, origin).into_owned()
    }

    const A: (Option<&str>, &str) = (Some("a.py"), "x = 1\n\nif x is 1:\n    g()");

    #[test]
    fn a_warning_names_the_file_and_the_line() {
        assert_eq!(
            told(
                &[A],
                "1\n<stdin>:3: SyntaxWarning: \"is\"\n<stdin>:1: UserWarning: b\n2"
            ),
            "1\na.py:3: SyntaxWarning: \"is\"\na.py:1: UserWarning: b\n2"
        );
        let block = (None, "x = 1\nif x is 1:\n    x");
        assert_eq!(
            told(&[block], "<stdin>:1: SyntaxWarning: \"is\""),
            "<stdin>:2: SyntaxWarning: \"is\""
        );
    }

    #[test]
    fn what_is_not_sure_stays() {
        let b = (Some("b.py"), "def g():\n    y\n    warn()\n");
        let user = "<stdin>:3: UserWarning: b\n";
        assert_eq!(told(&[b, A], user), user);
        assert_eq!(
            told(&[b, A], "<stdin>:2: UserWarning: b"),
            "b.py:2: UserWarning: b"
        );
        let syntax = "<stdin>:3: SyntaxWarning: b\n";
        assert_eq!(told(&[b, A], syntax), "a.py:3: SyntaxWarning: b\n");
        for other in [
            "<stdin>:9: UserWarning: b",
            "<stdin>:3: a SyntaxWarning: b",
            "x <stdin>:3: SyntaxWarning: b",
            "<stdin>:x: SyntaxWarning: b",
            "SyntaxWarning: ",
        ] {
            assert_eq!(told(&[A], other), other);
        }
    }
}

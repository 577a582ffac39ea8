//! How lists and their entries read, for people and for machines.

use crate::render::{one_line, sanitize};
use crate::shell::end_of_log;
use serde_json::Value;
use std::fmt::Write;

/// What comes from a server, as one line.
pub fn plain(text: &str) -> String {
    one_line(text).into_owned()
}

/// Rows under the names of their columns; what is missing is a dash.
pub fn table<const N: usize>(names: [&str; N], entries: &[[Option<String>; N]]) -> String {
    let mut rows = vec![names.map(str::to_owned)];
    rows.extend(entries.iter().map(|row| {
        row.each_ref().map(|cell| match cell {
            Some(text) if !text.is_empty() => plain(text),
            Some(_) | None => "-".to_owned(),
        })
    }));
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What is known of an entry, a line each, and the last lines of its log.
pub fn details(values: &[(&str, Option<String>)], log: &[String]) -> String {
    let mut text = String::new();
    for (name, value) in values {
        if let Some(value) = value {
            text.push_str(&format!("{name:12}  {}\n", plain(value)));
        }
    }
    for line in end_of_log(log) {
        text.push_str(&sanitize(&line.text()));
        text.push('\n');
    }
    text
}

/// JSON as a server sent it, harmless to a terminal: characters that would do something to one are
/// written as their numbers, which says the same.
pub fn document(value: &Value) -> String {
    let written = serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    let mut text = String::with_capacity(written.len());
    for c in written.chars() {
        let mut bytes = [0; 4];
        let is_plain = c == '\n' || sanitize(c.encode_utf8(&mut bytes)).chars().eq([c]);
        match is_plain {
            true => text.push(c),
            false => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // A text takes it always.
                    write!(text, "\\u{unit:04x}").ok();
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_as_wide_as_their_widest() {
        let rows = [
            [Some("1".to_owned()), Some("a-1".to_owned())],
            [Some("12".to_owned()), None],
        ];
        assert_eq!(table(["ID", "NAME"], &rows), "ID  NAME\n1   a-1\n12  -\n");
    }

    #[test]
    fn a_document_says_the_same_and_does_nothing_to_a_terminal() {
        let value = json!([{"name": "a\u{1b}[2J\u{9b}31m\u{202e}é\n", "new": {"x": null}}]);
        let text = document(&value);
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text}");
        assert!(text.contains('é') && text.ends_with("]\n"));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}

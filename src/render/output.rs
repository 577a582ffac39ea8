//! A statement's result as lines: text, tables, JSON.

use super::Line;
use super::sanitize::sanitize;
use super::table::Table;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Livy's default for `livy.rsc.sql.num-rows`: it cuts there without a word.
const SQL_ROWS: u64 = 1000;

/// A result ready to be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Ends in a newline, or is empty.
    pub text: String,
    /// What is to be said beside it.
    pub notes: Vec<Line>,
    /// The number of rows at which the server has cut the result.
    pub cut_at: Option<u64>,
}

/// A result for a terminal, or as the server sent it where `raw`. `row_limit` is what was asked of
/// the server, or none.
pub fn output(data: &Map<String, Value>, raw: bool, row_limit: Option<u64>) -> Rendered {
    let mut rendered = Rendered::default();
    if let Some(text) = data.get("text/plain") {
        let text = text
            .as_str()
            .map_or_else(|| Cow::Owned(text.to_string()), Cow::Borrowed);
        rendered.add_text(&text, raw);
    }
    if let Some(value) = data.get("application/json") {
        match Table::of_sql(value) {
            Some(table) => {
                let rows = table.row_count() as u64;
                rendered.text.push_str(&table.to_text());
                if rows > 0 && rows == row_limit.unwrap_or(SQL_ROWS) {
                    rendered.cut_at = Some(rows);
                }
            }
            None => {
                let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
                rendered.add_text(&pretty, raw);
            }
        }
    }
    if let Some(value) = data.get("application/vnd.livy.table.v1+json") {
        match Table::of_livy(value) {
            Some(table) => rendered.text.push_str(&table.to_text()),
            None => rendered.add_text(&value.to_string(), raw),
        }
    }
    for (mime, value) in data {
        let shown = [
            "text/plain",
            "application/json",
            "application/vnd.livy.table.v1+json",
        ];
        // A rich form beside a plain one says the same.
        if !shown.contains(&mime.as_str()) && (mime != "text/html" || data.len() == 1) {
            let size = value.as_str().map_or(0, str::len);
            let note = format!("[{}, {size} characters, is not shown]", sanitize(mime));
            rendered.notes.push(Line::faint(note));
        }
    }
    rendered
}

impl Rendered {
    fn add_text(&mut self, text: &str, raw: bool) {
        match raw {
            true => self.text.push_str(text),
            false => self.text.push_str(&sanitize(text.trim_end_matches('\n'))),
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(data: Value) -> Rendered {
        let Value::Object(data) = data else { panic!() };
        output(&data, false, None)
    }

    #[test]
    fn text_ends_in_one_newline_or_is_nothing() {
        assert_eq!(
            shown(json!({"text/plain": "res0: Int = 2\n"})).text,
            "res0: Int = 2\n"
        );
        assert_eq!(shown(json!({"text/plain": "2"})).text, "2\n");
        assert_eq!(shown(json!({"text/plain": "\n\n"})).text, "");
        assert_eq!(shown(json!({})), Rendered::default());
    }

    #[test]
    fn raw_text_is_as_the_server_sent_it() {
        let Value::Object(data) = json!({"text/plain": "a\u{1b}[2Jb\r"}) else {
            panic!()
        };
        assert_eq!(output(&data, true, None).text, "a\u{1b}[2Jb\r\n");
        for (text, written) in [("a\n\n", "a\n\n"), ("\n", "\n"), ("", ""), ("a", "a\n")] {
            let Value::Object(data) = json!({"text/plain": text}) else {
                panic!()
            };
            assert_eq!(output(&data, true, None).text, written);
        }
        assert_eq!(output(&data, false, None).text, "ab\n");
    }

    #[test]
    fn a_result_at_the_row_limit_is_told() {
        let rows: Vec<Value> = (0..1000).map(|row| json!([row])).collect();
        let value =
            json!({"application/json": {"schema": {"fields": [{"name": "a"}]}, "data": rows}});
        assert_eq!(shown(value).cut_at, Some(1000));
        let one =
            json!({"application/json": {"schema": {"fields": [{"name": "a"}]}, "data": [[1]]}});
        assert_eq!(shown(one).cut_at, None);
    }

    #[test]
    fn what_cannot_be_shown_is_named() {
        let rendered = shown(json!({"text/plain": "x", "image/png": "AAAA"}));
        assert_eq!(
            rendered.notes[0].text(),
            "[image/png, 4 characters, is not shown]"
        );
        assert_eq!(
            shown(json!({"text/plain": "x", "text/html": "<b>x</b>"})).notes,
            vec![]
        );
    }
}

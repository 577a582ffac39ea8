//! A statement's result as lines: text, tables, JSON, and the picture among it.

use super::fitted::{Records, Screen, fitted};
use super::picture::Picture;
use super::rows::Rows;
use super::sanitize::sanitize;
use super::{Format, Line, export, table, told};
use serde_json::{Map, Value};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// Livy's default for `livy.rsc.sql.num-rows`: it cuts there without a word.
pub(super) const SQL_ROWS: u64 = 1000;

/// How results are to be shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct View {
    pub format: Format,
    /// Whether columns are named.
    pub header: bool,
    /// Rows that were asked of the server for SQL, or none.
    pub row_limit: Option<u64>,
    /// Whether a terminal shows it: nothing that it would obey is left then.
    pub at_terminal: bool,
    /// How much of rows can be seen; `None` where all of them is written.
    pub screen: Option<Screen>,
    pub records: Records,
}

/// A result ready to be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Ends in a newline, or is empty.
    pub text: String,
    /// Rows as they are shown on a screen, after the text.
    pub lines: Vec<Line>,
    /// A picture, after them.
    pub picture: Option<Picture>,
    /// What is to be said beside it.
    pub notes: Vec<Line>,
    /// The number of rows at which the server has cut the result.
    pub cut_at: Option<u64>,
    /// It is no rows, so that a format did not apply to it.
    pub is_text: bool,
}

const TEXT: &str = "text/plain";
const JSON: &str = "application/json";
const TABLE: &str = "application/vnd.livy.table.v1+json";

/// A result as it is to be shown.
pub fn output(data: &Map<String, Value>, view: View) -> Rendered {
    let mut rendered = Rendered::default();
    if view.format == Format::Raw {
        let text = Value::Object(data.clone()).to_string();
        rendered.add_text(&text, view);
        return rendered;
    }
    let data = &*told::with_rows(data);
    if let Some(text) = data.get(TEXT) {
        let text = text
            .as_str()
            .map_or_else(|| Cow::Owned(text.to_string()), Cow::Borrowed);
        rendered.add_text(&text, view);
        rendered.is_text = !rendered.text.is_empty();
    }
    if let Some(value) = data.get(JSON) {
        match Rows::of_sql(value) {
            Some(rows) => {
                let count = rows.count() as u64;
                rendered.add_rows(&rows, view);
                match told::note(value, &rows) {
                    Some(note) if note.is_empty() => {}
                    Some(note) => rendered.notes.push(Line::faint(note)),
                    None if count > 0 && count == view.row_limit.unwrap_or(SQL_ROWS) => {
                        rendered.cut_at = Some(count);
                    }
                    None => {}
                }
            }
            None => {
                let text = match matches!(view.format, Format::Json | Format::Ndjson) {
                    true => value.to_string(),
                    false => serde_json::to_string_pretty(value).unwrap_or_default(),
                };
                rendered.add_text(&text, view);
            }
        }
    }
    if let Some(value) = data.get(TABLE) {
        match Rows::of_livy(value) {
            Some(rows) => rendered.add_rows(&rows, view),
            None => rendered.add_text(&value.to_string(), view),
        }
    }
    rendered.picture = Picture::among(data);
    for (mime, value) in data {
        let is_shown = [TEXT, JSON, TABLE].contains(&mime.as_str())
            || (rendered.picture.is_some() && mime.starts_with("image/"));
        // A rich form beside a plain one says the same.
        if !is_shown && (mime != "text/html" || data.len() == 1) {
            let size = value.as_str().map_or(0, str::len);
            let note = format!("[{}, {size} characters, is not shown]", sanitize(mime));
            rendered.notes.push(Line::faint(note));
        }
    }
    rendered
}

impl Rendered {
    /// Whether some of it has left the screen when a prompt stands below it.
    pub fn is_longer_than(&self, screen: Screen) -> bool {
        let room = screen.height.saturating_sub(1);
        let rows = |line: &str| line.width().div_ceil(screen.width).max(1);
        let of_text = self.text.lines().map(rows);
        let of_lines = self
            .lines
            .iter()
            .map(|line| line.text().lines().map(rows).sum());
        let mut taken = 0;
        of_text.chain(of_lines).any(|rows: usize| {
            taken += rows;
            taken > room
        })
    }

    fn add_rows(&mut self, rows: &Rows<'_>, view: View) {
        if rows.columns.is_empty() {
            return;
        }
        if let (Format::Text, Some(screen)) = (view.format, view.screen) {
            let lines = fitted(rows, view.header, screen, view.records);
            self.lines.extend(lines);
            return;
        }
        let text = match view.format {
            Format::Text | Format::Table | Format::Raw => table::grid(rows, view.header),
            Format::Vertical => table::vertical(rows),
            Format::Csv => export::csv(rows, view.header),
            Format::Tsv => export::tsv(rows, view.header),
            Format::Json => export::json(rows),
            Format::Ndjson => export::ndjson(rows),
            Format::Markdown => export::markdown(rows),
        };
        match view.at_terminal {
            true => self.text.push_str(&sanitize(&text)),
            false => self.text.push_str(&text),
        }
    }

    fn add_text(&mut self, text: &str, view: View) {
        match view.at_terminal {
            true => self.text.push_str(&sanitize(text.trim_end_matches('\n'))),
            false => self.text.push_str(text),
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

    fn at_terminal() -> View {
        View {
            header: true,
            at_terminal: true,
            ..View::default()
        }
    }

    fn shown(data: Value) -> Rendered {
        let Value::Object(data) = data else { panic!() };
        output(&data, at_terminal())
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
        assert_eq!(output(&data, View::default()).text, "a\u{1b}[2Jb\r\n");
        for (text, written) in [("a\n\n", "a\n\n"), ("\n", "\n"), ("", ""), ("a", "a\n")] {
            let Value::Object(data) = json!({"text/plain": text}) else {
                panic!()
            };
            assert_eq!(output(&data, View::default()).text, written);
        }
        assert_eq!(output(&data, at_terminal()).text, "ab\n");
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
    fn what_has_left_the_screen_is_known() {
        let screen = Screen {
            width: 10,
            height: 4,
        };
        let is_longer = |text: &str| {
            let rendered = Rendered {
                text: text.to_owned(),
                ..Rendered::default()
            };
            rendered.is_longer_than(screen)
        };
        assert!(!is_longer("a\nb\nc\n"));
        assert!(is_longer("a\nb\nc\nd\n"));
        assert!(!is_longer("0123456789\n0123456789日\n"));
        assert!(is_longer("0123456789\n0123456789日\n\n"));
    }

    #[test]
    fn what_cannot_be_shown_is_named() {
        let rendered = shown(json!({"text/plain": "x", "audio/wav": "AAAA"}));
        assert_eq!(
            rendered.notes[0].text(),
            "[audio/wav, 4 characters, is not shown]"
        );
        let rendered = shown(json!({"text/plain": "x", "image/png": "AAAA", "image/gif": ""}));
        assert_eq!((rendered.picture.is_some(), rendered.notes), (true, vec![]));
        assert_eq!(
            shown(json!({"text/plain": "x", "text/html": "<b>x</b>"})).notes,
            vec![]
        );
    }
}

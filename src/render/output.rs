//! A statement's output as lines: text, tables, JSON, errors.

use super::Line;
use super::sanitize::sanitize;
use super::table::Table;
use crate::lang::{Language, Snippet, Source};
use crate::livy::Failure;
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
        let text = text.trim_end_matches('\n');
        if text.is_empty() {
            return;
        }
        match raw {
            true => self.text.push_str(text),
            false => self.text.push_str(&sanitize(text)),
        }
        self.text.push('\n');
    }
}

/// What was run, and the text it is from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub snippet: &'a Snippet,
    pub source: &'a Source,
}

/// What an error says: `headline` in one line as `ename: evalue`, and `details` as the language's
/// own shell would print the whole.
#[derive(Debug, PartialEq, Eq)]
pub struct FailureText {
    pub headline: String,
    /// The whole, for a prompt; ends without a newline.
    pub whole: String,
    /// What the headline does not say; may be empty.
    pub details: String,
}

/// An error in words, filtered for a terminal.
pub fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let language = origin.snippet.language;
    let evalue = sanitize(failure.evalue.trim());
    let ename = sanitize(failure.ename.trim());
    let trace = traceback(failure, language);
    let trace = sanitize(&trace);
    let mut lines = evalue.lines();
    let first = lines.next().unwrap_or("").to_owned();
    let rest = lines.collect::<Vec<_>>().join("\n");
    let headline = match (ename.is_empty(), first.is_empty()) {
        (false, false) => format!("{ename}: {first}"),
        (false, true) => ename.to_string(),
        (true, _) => first,
    };
    // Python's traceback ends in the error itself, Scala's goes on from its first line.
    let is_whole = trace.contains("Traceback (most recent call last)")
        || (!trace.is_empty() && trace.trim_end().ends_with(headline.trim_end()));
    let whole = if is_whole {
        trace.trim_end().to_owned()
    } else {
        let head = if ename == "Error" {
            &evalue
        } else {
            &Cow::Owned(format!("{ename}: {evalue}"))
        };
        join_lines(&[head, trace.trim_end()])
    };
    let details = if is_whole {
        trace.trim_end().to_owned()
    } else {
        join_lines(&[&rest, trace.trim_end()])
    };
    FailureText {
        headline,
        whole,
        details,
    }
}

/// Scala's and Python's lines carry their newlines, SQL's do not. The frames of the JVM below a
/// failed SQL statement are Livy's and Spark's own.
fn traceback(failure: &Failure, language: Language) -> String {
    if language == Language::Sql {
        return String::new();
    }
    let mut text = String::new();
    for line in &failure.traceback {
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

fn join_lines(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(data: Value) -> Rendered {
        let Value::Object(data) = data else { panic!() };
        output(&data, false, None)
    }

    fn told(failure: &Failure, language: Language) -> FailureText {
        let source = Source {
            name: None,
            text: "x".to_owned(),
        };
        let snippet = &crate::lang::split(language, &source.text)[0];
        super::failure(
            failure,
            Origin {
                snippet,
                source: &source,
            },
        )
    }

    fn error(ename: &str, evalue: &str, traceback: &[&str]) -> Failure {
        Failure {
            ename: ename.to_owned(),
            evalue: evalue.to_owned(),
            traceback: traceback.iter().map(|line| (*line).to_owned()).collect(),
            printed: None,
        }
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

    #[test]
    fn scala_errors_go_on_from_their_first_line() {
        let scala = error(
            "Error",
            "<console>:23: error: not found: value foo",
            &["       foo\n", "       ^\n"],
        );
        let text = told(&scala, Language::Scala);
        assert_eq!(
            text.whole,
            "<console>:23: error: not found: value foo\n       foo\n       ^"
        );
        assert_eq!(
            text.headline,
            "Error: <console>:23: error: not found: value foo"
        );
        assert_eq!(text.details, "       foo\n       ^");
    }

    #[test]
    fn python_tracebacks_say_everything_themselves() {
        let lines = [
            "Traceback (most recent call last):\n",
            "ZeroDivisionError: division by zero\n",
        ];
        let python = error("ZeroDivisionError", "division by zero", &lines);
        let text = told(&python, Language::Python);
        assert_eq!(text.whole, lines.concat().trim_end());
        assert_eq!(text.headline, "ZeroDivisionError: division by zero");
        let exit = told(&error("SystemExit", "3", &[]), Language::Python);
        assert_eq!(exit.whole, "SystemExit: 3");
        let syntax = [
            "  File \"<stdin>\", line 1\n",
            "    1+\n",
            "SyntaxError: invalid syntax\n",
        ];
        let syntax = error("SyntaxError", "invalid syntax (<stdin>, line 1)", &syntax);
        assert!(
            told(&syntax, Language::Python)
                .whole
                .contains("SyntaxError: invalid syntax")
        );
    }

    #[test]
    fn sql_hides_the_frames_of_the_jvm() {
        let sql = error(
            "Error",
            "\n[PARSE] near 'x'\n\n== SQL ==\nx",
            &["org.apache.X(X.scala:1)"],
        );
        assert_eq!(
            told(&sql, Language::Sql).whole,
            "[PARSE] near 'x'\n\n== SQL ==\nx"
        );
    }
}

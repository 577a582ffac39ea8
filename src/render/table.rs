//! Rows and columns as a grid, in the form of Spark's own `show()`.
//!
//! By hand: the crates take ten times as long, ten times the memory, and let control characters in
//! cells break the frame.

use super::sanitize::one_line;
use serde_json::Value;
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

pub(super) struct Table<'a> {
    names: Vec<Cow<'a, str>>,
    /// Numbers stand at the right.
    right: Vec<bool>,
    rows: Vec<Vec<Cow<'a, str>>>,
}

impl<'a> Table<'a> {
    /// SQL's `{"schema": {"fields": […]}, "data": [[…]]}`; `None` where it is something else.
    pub(super) fn of_sql(value: &'a Value) -> Option<Table<'a>> {
        let fields = value.get("schema")?.get("fields")?.as_array()?;
        let right = fields.iter().map(|field| {
            let kind = field.get("type").and_then(Value::as_str).unwrap_or("");
            is_number(kind)
        });
        Table::new(fields, right.collect(), value.get("data")?)
    }

    /// `%table`'s `{"headers": [{"name", "type"}], "data": [[…]]}`.
    pub(super) fn of_livy(value: &'a Value) -> Option<Table<'a>> {
        let headers = value.get("headers")?.as_array()?;
        let right = headers.iter().map(|header| {
            let kind = header.get("type").and_then(Value::as_str).unwrap_or("");
            ["INT", "BIGINT", "DOUBLE", "DECIMAL"]
                .iter()
                .any(|number| kind.starts_with(number))
        });
        Table::new(headers, right.collect(), value.get("data")?)
    }

    fn new(columns: &'a [Value], right: Vec<bool>, data: &'a Value) -> Option<Table<'a>> {
        let names = columns.iter().map(|column| {
            let name = column.get("name").and_then(Value::as_str).unwrap_or("");
            one_line(name)
        });
        let names: Vec<_> = names.collect();
        let rows = data.as_array()?.iter().map(|row| {
            let cells = row.as_array().map(Vec::as_slice).unwrap_or_default();
            // Livy's rows may be ragged.
            (0..names.len())
                .map(|column| cells.get(column).map_or(Cow::Borrowed(""), cell))
                .collect()
        });
        let rows = rows.collect();
        Some(Table { names, right, rows })
    }

    pub(super) fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The grid, whole: nothing is cut. A table without columns (a DDL statement's) is empty.
    pub(super) fn to_text(&self) -> String {
        if self.names.is_empty() {
            return String::new();
        }
        let mut widths: Vec<usize> = self.names.iter().map(|name| name.width().max(1)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let line_length = widths.iter().map(|width| width + 1).sum::<usize>() + 2;
        let mut text = String::with_capacity(line_length * (self.rows.len() + 4));
        self.rule(&mut text, &widths);
        self.row(&mut text, &widths, &self.names);
        self.rule(&mut text, &widths);
        for row in &self.rows {
            self.row(&mut text, &widths, row);
        }
        self.rule(&mut text, &widths);
        text
    }

    fn rule(&self, text: &mut String, widths: &[usize]) {
        for width in widths {
            text.push('+');
            text.extend(std::iter::repeat_n('-', *width));
        }
        text.push_str("+\n");
    }

    fn row(&self, text: &mut String, widths: &[usize], cells: &[Cow<'_, str>]) {
        for ((cell, width), right) in cells.iter().zip(widths).zip(&self.right) {
            let blank = std::iter::repeat_n(' ', width - cell.width());
            text.push('|');
            if *right {
                text.extend(blank);
                text.push_str(cell);
            } else {
                text.push_str(cell);
                text.extend(blank);
            }
        }
        text.push_str("|\n");
    }
}

fn is_number(kind: &str) -> bool {
    matches!(
        kind,
        "integer" | "long" | "short" | "byte" | "double" | "float"
    ) || kind.starts_with("decimal")
}

fn cell(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed("NULL"),
        Value::String(text) => one_line(text),
        Value::Bool(_) | Value::Number(_) => Cow::Owned(value.to_string()),
        Value::Array(_) | Value::Object(_) => match one_line(&value.to_string()) {
            Cow::Borrowed(text) => Cow::Owned(text.to_owned()),
            Cow::Owned(text) => Cow::Owned(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sql(fields: Value, data: Value) -> String {
        let value = json!({"schema": {"type": "struct", "fields": fields}, "data": data});
        Table::of_sql(&value).unwrap().to_text()
    }

    #[test]
    fn numbers_stand_right_and_text_left() {
        let fields = json!([{"name": "a", "type": "integer"}, {"name": "name", "type": "string"}]);
        let data = json!([[1, "x"], [20, null], [300, "日本"]]);
        assert_eq!(
            sql(fields, data),
            "+---+----+\n|  a|name|\n+---+----+\n|  1|x   |\n| 20|NULL|\n|300|日本|\n+---+----+\n"
        );
    }

    #[test]
    fn cells_cannot_break_the_frame() {
        let fields = json!([{"name": "a\n", "type": "string"}]);
        let text = sql(fields, json!([["x\ny\u{1b}[2J"], [[1, {"b": null}]], []]));
        assert!(
            text.lines()
                .all(|line| line.starts_with(['+', '|']) && line.ends_with(['+', '|']))
        );
        assert!(
            text.contains("x\\ny\\u{1b}[2J") && text.contains(r#"[1,{"b":null}]"#),
            "{text}"
        );
    }

    #[test]
    fn a_statement_without_columns_gives_nothing() {
        assert_eq!(sql(json!([]), json!([])), "");
    }

    #[test]
    fn other_json_is_no_table() {
        assert!(Table::of_sql(&json!({"a": 1})).is_none());
        assert!(Table::of_livy(&json!([1, 2])).is_none());
    }
}

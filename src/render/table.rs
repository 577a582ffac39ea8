//! Rows and columns as a grid, in the form of Spark's own `show()`.
//!
//! By hand: the crates take ten times as long, ten times the memory, and let control characters in
//! cells break the frame.

use super::rows::{Column, Rows, plain};
use super::sanitize::one_line;
use super::width::width;
use serde_json::Value;
use std::borrow::Cow;

/// The grid, whole: nothing is cut. Rows without columns (a DDL statement's) are empty.
pub(super) fn grid(rows: &Rows<'_>, header: bool) -> String {
    if rows.columns.is_empty() {
        return String::new();
    }
    let (names, cells) = texts(rows);
    let mut widths = vec![1; names.len()];
    for row in cells.iter().chain(header.then_some(&names)) {
        for (wide, cell) in widths.iter_mut().zip(row) {
            *wide = (*wide).max(width(cell));
        }
    }
    let grid = Grid {
        columns: &rows.columns,
        widths,
    };
    let mut text = String::with_capacity(grid.line_length() * (cells.len() + 4));
    grid.rule(&mut text);
    if header {
        grid.row(&mut text, &names);
        grid.rule(&mut text);
    }
    for row in &cells {
        grid.row(&mut text, row);
    }
    grid.rule(&mut text);
    text
}

/// A record after another, as Spark's `show(vertical = true)` has them.
pub(super) fn vertical(rows: &Rows<'_>) -> String {
    let (names, cells) = texts(rows);
    let widest = |texts: &mut dyn Iterator<Item = &Cow<'_, str>>| {
        texts.map(|text| width(text)).max().unwrap_or(0)
    };
    let name_width = widest(&mut names.iter());
    let value_width = widest(&mut cells.iter().flatten());
    let mut text = String::new();
    for (number, row) in cells.iter().enumerate() {
        let title = format!("-RECORD {number}");
        text.push_str(&title);
        let rule = (name_width + value_width + 5).saturating_sub(title.len());
        text.extend(std::iter::repeat_n('-', rule));
        text.push('\n');
        for (name, value) in names.iter().zip(row) {
            let blank = " ".repeat(name_width - width(name));
            text.push_str(&format!(" {name}{blank} | {value}\n"));
        }
    }
    text
}

/// The texts of a row's cells.
type Texts<'a> = Vec<Cow<'a, str>>;

/// The names, and the cells of each row.
fn texts<'a>(rows: &'a Rows<'_>) -> (Texts<'a>, Vec<Texts<'a>>) {
    let names = rows.columns.iter().map(|column| one_line(column.name));
    let cells = rows.rows().map(|row| row.map(cell).collect());
    (names.collect(), cells.collect())
}

struct Grid<'a> {
    columns: &'a [Column<'a>],
    widths: Vec<usize>,
}

impl Grid<'_> {
    fn line_length(&self) -> usize {
        self.widths.iter().map(|width| width + 1).sum::<usize>() + 2
    }

    fn rule(&self, text: &mut String) {
        for width in &self.widths {
            text.push('+');
            text.extend(std::iter::repeat_n('-', *width));
        }
        text.push_str("+\n");
    }

    fn row(&self, text: &mut String, cells: &[Cow<'_, str>]) {
        for ((cell, wide), column) in cells.iter().zip(&self.widths).zip(self.columns) {
            let blank = std::iter::repeat_n(' ', wide - width(cell));
            text.push('|');
            // Numbers stand at the right.
            if column.is_number {
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

/// A value as it stands in a table.
pub(super) fn cell(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        None => Cow::Borrowed(""),
        Some(Value::Null) => Cow::Borrowed("NULL"),
        Some(_) => match plain(value) {
            Some(Cow::Borrowed(text)) => one_line(text),
            Some(Cow::Owned(text)) => Cow::Owned(one_line(&text).into_owned()),
            None => Cow::Borrowed(""),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sql(fields: Value, data: Value) -> String {
        let value = json!({"schema": {"type": "struct", "fields": fields}, "data": data});
        grid(&Rows::of_sql(&value).unwrap(), true)
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
    fn records_stand_below_each_other() {
        let fields = json!([{"name": "a", "type": "integer"}, {"name": "name", "type": "string"}]);
        let value = json!({"schema": {"fields": fields}, "data": [[1, "long text"], [2, null]]});
        assert_eq!(
            vertical(&Rows::of_sql(&value).unwrap()),
            "-RECORD 0---------\n a    | 1\n name | long text\n\
             -RECORD 1---------\n a    | 2\n name | NULL\n"
        );
    }

    #[test]
    fn without_a_header_the_names_take_no_room() {
        let value = json!({"schema": {"fields": [{"name": "long"}]}, "data": [["x"]]});
        assert_eq!(
            grid(&Rows::of_sql(&value).unwrap(), false),
            "+-+\n|x|\n+-+\n"
        );
    }

    #[test]
    fn a_statement_without_columns_gives_nothing() {
        assert_eq!(sql(json!([]), json!([])), "");
    }

    #[test]
    fn other_json_is_no_table() {
        assert!(Rows::of_sql(&json!({"a": 1})).is_none());
        assert!(Rows::of_livy(&json!([1, 2])).is_none());
    }
}

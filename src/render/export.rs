//! Rows for other programs: nothing is cut, aligned or made safe for a terminal.
//!
//! CSV by hand: what is missing stands bare and an empty string in quotes, as Spark writes them,
//! which the csv crate cannot do for one field.

use super::rows::{Rows, plain};
use serde_json::Value;

pub(super) fn csv(rows: &Rows<'_>, header: bool) -> String {
    separated(rows, header, ',', csv_field)
}

/// Adds a line of CSV; what is missing stands bare.
pub fn csv_line(text: &mut String, fields: impl Iterator<Item = Option<impl AsRef<str>>>) {
    line(text, fields, ',', csv_field);
}

fn csv_field(text: &mut String, field: Option<&str>) {
    let Some(field) = field else { return };
    let is_bare = !field.is_empty()
        && !field.contains([',', '"', '\n', '\r'])
        && field.trim().len() == field.len();
    match is_bare {
        true => text.push_str(field),
        false => {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        }
    }
}

/// Tabs, line breaks and backslashes within a field are written `\t`, `\n`, `\r` and `\\`, what is
/// missing `\N`, as databases do.
pub(super) fn tsv(rows: &Rows<'_>, header: bool) -> String {
    separated(rows, header, '\t', tsv_field)
}

fn tsv_field(text: &mut String, field: Option<&str>) {
    let Some(field) = field else {
        return text.push_str("\\N");
    };
    for c in field.chars() {
        match c {
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\\' => text.push_str("\\\\"),
            _ => text.push(c),
        }
    }
}

/// How a field is written.
type Field = fn(&mut String, Option<&str>);

/// A line for the names, where they are wanted, and one for each row.
fn separated(rows: &Rows<'_>, header: bool, separator: char, field: Field) -> String {
    let mut text = String::new();
    if header {
        let names = rows.columns.iter().map(|column| Some(column.name));
        line(&mut text, names, separator, field);
    }
    for row in rows.rows() {
        line(&mut text, row.map(plain), separator, field);
    }
    text
}

fn line(
    text: &mut String,
    fields: impl Iterator<Item = Option<impl AsRef<str>>>,
    separator: char,
    field: Field,
) {
    for (number, value) in fields.enumerate() {
        text.extend((number > 0).then_some(separator));
        field(text, value.as_ref().map(AsRef::as_ref));
    }
    text.push('\n');
}

/// An object on each line, its keys in the order of the columns.
pub(super) fn ndjson(rows: &Rows<'_>) -> String {
    let mut text = String::new();
    for row in rows.rows() {
        object(&mut text, rows, row);
        text.push('\n');
    }
    text
}

/// One array, an object on each line.
pub(super) fn json(rows: &Rows<'_>) -> String {
    let mut text = "[".to_owned();
    for (number, row) in rows.rows().enumerate() {
        text.push_str(if number == 0 { "\n" } else { ",\n" });
        object(&mut text, rows, row);
    }
    text.push_str(if rows.count() == 0 { "]\n" } else { "\n]\n" });
    text
}

fn object<'a>(text: &mut String, rows: &Rows<'_>, values: impl Iterator<Item = Option<&'a Value>>) {
    text.push('{');
    for (number, (column, value)) in rows.columns.iter().zip(values).enumerate() {
        if number > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(column.name).to_string());
        text.push(':');
        text.push_str(&value.unwrap_or(&Value::Null).to_string());
    }
    text.push('}');
}

pub(super) fn markdown(rows: &Rows<'_>) -> String {
    let mut text = String::new();
    let names = rows.columns.iter();
    markdown_line(&mut text, names.map(|column| markdown_cell(column.name)));
    let rules = rows.columns.iter().map(|column| match column.is_number {
        true => "---:".to_owned(),
        false => "---".to_owned(),
    });
    markdown_line(&mut text, rules);
    for row in rows.rows() {
        let cells = row.map(|value| match plain(value) {
            Some(cell) => markdown_cell(&cell),
            None => "NULL".to_owned(),
        });
        markdown_line(&mut text, cells);
    }
    text
}

/// A value as a reader of Markdown shows it again: what would be its own there stands behind a backslash.
fn markdown_cell(text: &str) -> String {
    let mut cell = String::new();
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_within_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' => cell.push_str("<br>"),
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' => cell.extend(['\\', c]),
            // `snake_case` stays as it is: no reader takes that for emphasis.
            '_' if !(is_within_word(before.as_ref()) && is_within_word(rest.peek())) => {
                cell.extend(['\\', c]);
            }
            // Else `&amp;` would be shown as what it stands for.
            '&' if rest
                .peek()
                .is_some_and(|c| c.is_alphanumeric() || *c == '#') =>
            {
                cell.extend(['\\', c]);
            }
            _ => cell.push(c),
        }
        before = Some(c);
    }
    cell
}

fn markdown_line(text: &mut String, cells: impl Iterator<Item = String>) {
    for cell in cells {
        text.push_str("| ");
        text.push_str(&cell);
        text.push(' ');
    }
    text.push_str("|\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value() -> Value {
        json!({
            "schema": {"fields": [
                {"name": "n", "type": "integer"}, {"name": "s, t", "type": "string"}
            ]},
            "data": [[1, "a\tb"], [null, ""], [2.5, "say \"x\"|\n\\"], [{"k": [1]}, null], [3]],
        })
    }

    #[test]
    fn csv_tells_nothing_from_empty() {
        assert_eq!(
            csv(&Rows::of_sql(&value()).unwrap(), true),
            "n,\"s, t\"\n1,a\tb\n,\"\"\n2.5,\"say \"\"x\"\"|\n\\\"\n\"{\"\"k\"\":[1]}\",\n3,\n"
        );
    }

    #[test]
    fn tsv_keeps_a_record_on_its_line() {
        assert_eq!(
            tsv(&Rows::of_sql(&value()).unwrap(), false),
            "1\ta\\tb\n\\N\t\n2.5\tsay \"x\"|\\n\\\\\n{\"k\":[1]}\t\\N\n3\t\\N\n"
        );
    }

    #[test]
    fn json_keeps_types_and_the_order_of_columns() {
        let value = value();
        let rows = Rows::of_sql(&value).unwrap();
        let lines = "{\"n\":1,\"s, t\":\"a\\tb\"}\n{\"n\":null,\"s, t\":\"\"}\n\
                     {\"n\":2.5,\"s, t\":\"say \\\"x\\\"|\\n\\\\\"}\n\
                     {\"n\":{\"k\":[1]},\"s, t\":null}\n{\"n\":3,\"s, t\":null}\n";
        assert_eq!(ndjson(&rows), lines);
        let all: Value = serde_json::from_str(&json(&rows)).unwrap();
        let one_by_one = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        assert_eq!(all, Value::Array(one_by_one.collect()));
        let empty = serde_json::json!({"schema": {"fields": []}, "data": []});
        assert_eq!(json(&Rows::of_sql(&empty).unwrap()), "[]\n");
    }

    #[test]
    fn markdown_has_no_broken_rows() {
        assert_eq!(
            markdown(&Rows::of_sql(&value()).unwrap()),
            "| n | s, t |\n| ---: | --- |\n| 1 | a\tb |\n| NULL |  |\n\
             | 2.5 | say \"x\"\\|<br>\\\\ |\n| {\"k\":\\[1\\]} | NULL |\n| 3 | NULL |\n"
        );
    }
    #[test]
    fn a_reader_of_markdown_shows_a_cell_as_it_is() {
        for (value, written) in [
            ("a|b\\", "a\\|b\\\\"),
            ("`x` *y* _z_ a_b", "\\`x\\` \\*y\\* \\_z\\_ a_b"),
            ("<b>&lt; a & b", "\\<b>\\&lt; a & b"),
            ("[a](b) ~~c~~", "\\[a\\](b) \\~\\~c\\~\\~"),
            ("a\r\nb\nc\rd", "a<br>b<br>c<br>d"),
        ] {
            assert_eq!(markdown_cell(value), written);
        }
    }
}

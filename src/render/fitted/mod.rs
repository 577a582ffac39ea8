//! Rows as they fit on a screen: wide values are cut, and columns that have no room are left out, which a
//! last line says. A record after another where that shows all.
//!
//! | file        | its duty                                  |
//! |-------------|-------------------------------------------|
//! | `layout.rs` | which columns have room, and how much     |
//! | `frame.rs`  | draws rows in a frame                     |

mod frame;
mod layout;

use super::rows::Rows;
use super::table::{cell, vertical};
use super::{Line, Role, one_line};
use frame::Frame;
use layout::{Layout, wanted};
use serde_json::Value;
use std::borrow::Cow;

/// What there is room for, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    pub width: usize,
    pub height: usize,
}

/// Whether a record stands after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Records {
    /// Where a grid would leave columns out and all records are on the screen.
    #[default]
    Auto,
    Always,
    Never,
}

/// More rows than this are counted in the last line.
const COUNTED: usize = 20;

pub(super) fn fitted(rows: &Rows<'_>, header: bool, screen: Screen, records: Records) -> Vec<Line> {
    if rows.columns.is_empty() {
        return Vec::new();
    }
    let names: Vec<Cow<'_, str>> = rows.columns.iter().map(|one| one_line(one.name)).collect();
    let layout = Layout::of(&wanted(rows, &names, header), screen.width);
    let are_records = match records {
        Records::Always => true,
        Records::Never => false,
        Records::Auto => {
            let lines = rows.count() * (names.len() + 1);
            !layout.leaves_out.is_empty() && lines < screen.height
        }
    };
    if are_records {
        let text = vertical(rows);
        return vec![Line::plain(text.trim_end_matches('\n'))];
    }
    let frame = Frame::new(&layout, rows);
    let rule = frame.rule();
    let mut lines = vec![Line::plain(rule.clone())];
    if header {
        lines.extend(heading(&frame, rows, &names));
        lines.push(Line::plain(rule.clone()));
    }
    let mut are_cut = false;
    // One line for all of them: a line for each would cost more than its text.
    let mut body = Line::default();
    for row in 0..rows.count() {
        let values = rows.values(row);
        let role = |at| match values.get(at) {
            Some(Value::Null) => Role::Faint,
            Some(_) | None => Role::Plain,
        };
        are_cut |= frame.push_row(&mut body, |at| cell(values.get(at)), role);
        frame.end_row(&mut body);
    }
    if let Some(last) = body.0.last_mut() {
        last.text.pop();
        lines.push(body);
    }
    lines.push(Line::plain(rule));
    lines.extend(told(&layout, rows.count(), are_cut));
    lines
}

/// The names, and below them the types where some are known.
fn heading(frame: &Frame<'_>, rows: &Rows<'_>, names: &[Cow<'_, str>]) -> Vec<Line> {
    let mut of_names = Line::default();
    frame.push_row(
        &mut of_names,
        |at| Cow::Borrowed(&*names[at]),
        |_| Role::Strong,
    );
    let mut lines = vec![of_names];
    if rows.columns.iter().any(|column| !column.kind.is_empty()) {
        let mut of_kinds = Line::default();
        let kind = |at: usize| Cow::Borrowed(rows.columns[at].kind.as_str());
        frame.push_row(&mut of_kinds, kind, |_| Role::Faint);
        lines.push(of_kinds);
    }
    lines
}

/// What is not seen, and how it is.
fn told(layout: &Layout, rows: usize, are_cut: bool) -> Option<Line> {
    let mut told = Vec::new();
    if rows > COUNTED {
        told.push(format!("{rows} rows"));
    }
    let shown = layout.shown.len();
    if !layout.leaves_out.is_empty() {
        let all = shown + layout.leaves_out.len();
        told.push(format!("{all} columns, {shown} shown"));
    }
    if are_cut {
        told.push("values are cut".to_owned());
    }
    let hides = are_cut || !layout.leaves_out.is_empty();
    let how = if hides { " (:vertical shows all)" } else { "" };
    (!told.is_empty()).then(|| Line::faint(format!("{}{how}", told.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(fields: Value, data: Value, width: usize, records: Records) -> Vec<Line> {
        let value = json!({"schema": {"fields": fields}, "data": data});
        let screen = Screen { width, height: 24 };
        fitted(&Rows::of_sql(&value).unwrap(), true, screen, records)
    }

    fn text(lines: &[Line]) -> String {
        let lines: Vec<String> = lines.iter().map(Line::text).collect();
        lines.join("\n")
    }

    fn fields(names: &[(&str, &str)]) -> Value {
        let fields = names.iter();
        fields
            .map(|(name, kind)| json!({"name": name, "type": kind}))
            .collect()
    }

    #[test]
    fn names_types_and_rows_stand_in_a_frame() {
        let fields = fields(&[("id", "long"), ("name", "string")]);
        let lines = shown(fields, json!([[1, "日本"], [20, null]]), 80, Records::Auto);
        assert_eq!(
            text(&lines),
            "+------+------+\n|    id|name  |\n|bigint|string|\n+------+------+\n\
             |     1|日本  |\n|    20|NULL  |\n+------+------+"
        );
        let roles = |line: &Line| line.0.iter().map(|span| span.role).collect::<Vec<_>>();
        assert_eq!(roles(&lines[4]), [Role::Plain, Role::Faint, Role::Plain]);
        assert_eq!(lines[1].0[1].role, Role::Strong);
    }

    #[test]
    fn wide_values_are_cut_and_numbers_are_not() {
        let fields = fields(&[("n", "long"), ("text", "string"), ("short", "string")]);
        let data = json!([[1234567890123456u64, "日本語 and much more than fits", "x"]]);
        let lines = shown(fields, data, 40, Records::Auto);
        assert_eq!(
            text(&lines),
            "+----------------+--------------+------+\n\
             |               n|text          |short |\n\
             |          bigint|string        |string|\n\
             +----------------+--------------+------+\n\
             |1234567890123456|日本語 and mu…|x     |\n\
             +----------------+--------------+------+\n\
             values are cut (:vertical shows all)"
        );
    }

    #[test]
    fn columns_without_room_are_left_out_and_counted() {
        let names: Vec<String> = (0..12).map(|number| format!("column{number}")).collect();
        let names: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "int")).collect();
        let row: Value = (0..12).collect();
        let rows = vec![row.clone(); 21];
        let lines = shown(fields(&names), rows.into(), 40, Records::Auto);
        assert_eq!(lines[1].text(), "|column0|column1|…|column10|column11|");
        assert_eq!(
            lines.last().unwrap().text(),
            "21 rows, 12 columns, 4 shown (:vertical shows all)"
        );
        // A few are on the screen whole, as records.
        let few = shown(fields(&names), json!([row]), 40, Records::Auto);
        assert!(text(&few).starts_with("-RECORD 0"), "{}", text(&few));
        let few = shown(fields(&names), json!([row]), 40, Records::Never);
        assert!(text(&few).contains("|…|"));
        let wide = shown(fields(&names), json!([row]), 200, Records::Always);
        assert!(text(&wide).starts_with("-RECORD 0"));
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        use unicode_width::UnicodeWidthStr;
        let names = [
            ("a", "string"),
            ("long name of a column", "struct"),
            ("c", "int"),
        ];
        let cell = |text: &str| json!([text.repeat(30), null, 3]);
        let data = json!([
            cell("日"),
            cell("e\u{301}"),
            cell("👩‍👩‍👧"),
            cell("☺\u{fe0f}"),
            cell("x")
        ]);
        for width in 6..120 {
            let lines = shown(fields(&names), data.clone(), width, Records::Never);
            let shown = text(&lines);
            let frame = shown.lines().filter(|line| line.starts_with(['+', '|']));
            let widths: Vec<usize> = frame.map(|line| line.width()).collect();
            assert!(
                widths.iter().all(|one| *one == widths[0]),
                "{width}: {shown}"
            );
            assert!(widths[0] <= width, "{width}: {shown}");
        }
    }

    #[test]
    fn a_statement_without_columns_gives_nothing() {
        assert!(shown(json!([]), json!([]), 80, Records::Auto).is_empty());
    }
}

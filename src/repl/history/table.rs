//! A history as it is shown: numbers, how long ago each ran, what did not end well, and the text.

use super::{Outcome, Run};
use crate::render::one_line;
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};
use unicode_width::UnicodeWidthStr;

/// An entry, its number, and its last run.
pub(in crate::repl) struct Row<'a> {
    pub(in crate::repl) number: usize,
    pub(in crate::repl) text: &'a str,
    pub(in crate::repl) run: Option<&'a Run>,
}

/// As of now.
pub(in crate::repl) fn table(rows: &[Row<'_>]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    table_at(rows, now.unwrap_or_default().as_secs())
}

/// The profile stands there where several are, and an outcome where one did not end well.
fn table_at(rows: &[Row<'_>], now: u64) -> String {
    let profiles: BTreeSet<&str> = rows.iter().map(Row::profile).collect();
    let mut columns: Vec<Vec<String>> = vec![rows.iter().map(|row| row.age(now)).collect()];
    if profiles.len() > 1 {
        let names = rows.iter().map(|row| one_line(row.profile()).into_owned());
        columns.push(names.collect());
    }
    columns.push(rows.iter().map(|row| row.mark().to_owned()).collect());
    let widths: Vec<usize> = columns
        .iter()
        .map(|cells| cells.iter().map(|cell| cell.width()).max().unwrap_or(0))
        .collect();
    let mut shown = String::new();
    for (index, row) in rows.iter().enumerate() {
        let mut before = format!("{:>3}  ", row.number);
        for (column, (cells, width)) in columns.iter().zip(&widths).enumerate() {
            let blank = " ".repeat(width - cells[index].width());
            // Ages stand at the right, as numbers do.
            let (left, right) = match column {
                0 => (blank.as_str(), ""),
                _ => ("", blank.as_str()),
            };
            if *width > 0 {
                before.push_str(&format!("{left}{}{right}  ", cells[index]));
            }
        }
        let indent = format!("\n{}", " ".repeat(before.width()));
        shown.push_str(&before);
        shown.push_str(&row.text.replace('\n', &indent));
        shown.push('\n');
    }
    shown
}

impl Row<'_> {
    fn profile(&self) -> &str {
        let profile = self.run.and_then(|run| run.profile.as_deref());
        profile.unwrap_or_default()
    }

    fn age(&self, now: u64) -> String {
        self.run
            .map(|run| age(now.saturating_sub(run.at)))
            .unwrap_or_default()
    }

    fn mark(&self) -> &'static str {
        match self.run.and_then(|run| run.outcome) {
            Some(Outcome::Failed) => "failed",
            Some(Outcome::Cancelled) => "cancelled",
            Some(Outcome::Left) => "left running",
            Some(Outcome::Unknown) => "unknown",
            Some(Outcome::Ok) | None => "",
        }
    }
}

fn age(seconds: u64) -> String {
    const HOUR: u64 = 3_600;
    const DAY: u64 = 24 * HOUR;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..HOUR => format!("{} min", seconds / 60),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ => format!("{} d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(at: u64, profile: Option<&str>, outcome: &str) -> Run {
        let run = json!({"id": "x", "entry": 1, "at": at, "profile": profile, "outcome": outcome});
        serde_json::from_value(run).unwrap()
    }

    fn shown(runs: &[Option<Run>], texts: &[&str]) -> String {
        let rows: Vec<Row<'_>> = runs
            .iter()
            .zip(texts)
            .enumerate()
            .map(|(index, (run, text))| Row {
                number: index + 9,
                text,
                run: run.as_ref(),
            })
            .collect();
        table_at(&rows, 1_000_000)
    }

    #[test]
    fn only_what_there_is_to_tell_is_told() {
        assert_eq!(
            shown(&[None, None], &["a", "b\nc"]),
            "  9  a\n 10  b\n     c\n"
        );
        let ok = |ago: u64| Some(run(1_000_000 - ago, None, "ok"));
        assert_eq!(
            shown(&[ok(700_000), ok(61)], &["a", "b\nc"]),
            "  9    8 d  a\n 10  1 min  b\n            c\n"
        );
    }

    #[test]
    fn what_did_not_end_well_is_marked_and_profiles_are_told_apart() {
        let runs = [
            Some(run(990_000, Some("prod"), "failed")),
            Some(run(999_999, None, "ok")),
            Some(run(1_000_001, Some("test\u{1b}"), "cancelled")),
        ];
        assert_eq!(
            shown(&runs, &["a", "b", "c"]),
            "  9  2 h  prod        failed     a\n 10  1 s                         b\n \
             11  0 s  test\\u{1b}  cancelled  c\n"
        );
    }
}

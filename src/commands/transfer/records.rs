//! The file that is read: its records, whose texts Spark's own reader is given as they stand.

use super::driver::MISSING;
use super::format::Format;
use super::grouped;
use crate::lang;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

/// What is carried by statements; more belongs where the cluster can read it.
const LARGEST: u64 = 10 << 20;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Records {
    /// In their order. Of JSON none where names differ in their case alone.
    pub(super) columns: Vec<String>,
    pub(super) texts: Vec<String>,
}

pub(super) fn read(path: &Path, format: Format) -> Result<Records, String> {
    let name = path.display();
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let length = std::fs::metadata(path).map_err(failed)?.len();
    if length > LARGEST {
        return Err(format!(
            "{name} has {} bytes, of which {} can be carried: larger files belong where the cluster \
             reads them",
            grouped(length),
            grouped(LARGEST)
        ));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    let text = lang::decoded(bytes).map_err(|bad| format!("{name}: {bad}"))?;
    match format {
        Format::Csv => csv(&text),
        Format::Json => json(&text),
    }
    .map_err(|told| format!("{name}{told}"))
}

/// Each record between its line breaks: those within quotes belong to it.
fn csv(text: &str) -> Result<Records, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut columns: Option<Vec<String>> = None;
    let mut texts = Vec::new();
    let mut end = 0;
    loop {
        let is_record = reader
            .read_record(&mut record)
            .map_err(|error| unequal(text, &error))?;
        let (start, begins_after_cr) = (end, text[..end].ends_with('\r'));
        end = usize::try_from(reader.position().byte()).unwrap_or(text.len());
        let code = text[start..end].trim_start_matches(['\r', '\n']);
        // A blank line is a record where there is one column: its value is missing.
        if columns.as_ref().is_some_and(|columns| columns.len() == 1) {
            let gap = &text[start..end - code.len()];
            let blank = lines(gap) - usize::from(begins_after_cr && gap.starts_with('\n'));
            texts.extend(std::iter::repeat_n(MISSING.to_owned(), blank));
        }
        match (&columns, is_record) {
            (_, false) => break,
            (None, true) => columns = Some(record.iter().map(str::to_owned).collect()),
            (Some(_), true) if code.matches('"').count() % 2 == 1 => {
                return Err(format!(
                    ":{}: a quote is not closed",
                    1 + lines(&text[..end - code.len()])
                ));
            }
            (Some(_), true) => texts.push(code.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }
    let columns = columns.ok_or(": it is empty")?;
    Ok(Records {
        columns: told_apart(columns),
        texts,
    })
}

/// How many line breaks, each of one sign or of two.
fn lines(text: &str) -> usize {
    let breaks = text.matches(['\r', '\n']).count();
    breaks - text.matches("\r\n").count()
}

fn unequal(text: &str, error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos: Some(pos),
            expected_len,
            len,
        } => {
            // Blank lines may stand before it.
            let start = usize::try_from(pos.byte()).unwrap_or(text.len());
            let record = text[start..].trim_start_matches(['\r', '\n']);
            let line = 1 + lines(&text[..text.len() - record.len()]);
            format!(":{line}: {len} fields, where the first line has {expected_len}")
        }
        _ => format!(": {error}"),
    }
}

/// The names as Spark makes them, so that each column can be named.
fn told_apart(names: Vec<String>) -> Vec<String> {
    let mut count: HashMap<String, usize> = HashMap::new();
    for name in &names {
        *count.entry(name.to_lowercase()).or_default() += 1;
    }
    let named = names.into_iter().enumerate();
    named
        .map(|(index, name)| match count.get(&name.to_lowercase()) {
            _ if name.is_empty() => format!("_c{index}"),
            Some(2..) => format!("{name}{index}"),
            _ => name,
        })
        .collect()
}

/// Objects one after another, or in one array.
fn json(text: &str) -> Result<Records, String> {
    let wrong = |error: serde_json::Error| format!(":{}: {error}", error.line());
    let values: Vec<&RawValue> = match text.trim_start().starts_with('[') {
        true => serde_json::from_str(text).map_err(wrong)?,
        false => serde_json::Deserializer::from_str(text)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(wrong)?,
    };
    if values.is_empty() {
        return Err(": it has no rows".to_owned());
    }
    let texts: Vec<String> = values.iter().map(|value| value.get().to_owned()).collect();
    match texts.iter().position(|text| !text.starts_with('{')) {
        Some(index) => Err(format!(": value {} is no object", index + 1)),
        None => Ok(Records {
            columns: keys(&texts)?,
            texts,
        }),
    }
}

/// The names that objects have, in the order in which they come.
fn keys(objects: &[String]) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut found: HashSet<String> = HashSet::new();
    for (index, object) in objects.iter().enumerate() {
        let Names(own) = serde_json::from_str(object)
            .map_err(|error| format!(": value {}: {error}", index + 1))?;
        for name in own {
            if !found.contains(&name) {
                found.insert(name.clone());
                names.push(name);
            }
        }
    }
    let apart: HashSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    Ok(match apart.len() == names.len() {
        true => names,
        false => Vec::new(),
    })
}

/// An object's names.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Names, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        csv(text).unwrap().texts
    }

    #[test]
    fn a_record_keeps_its_text() {
        let text = "a,b\n1,\"x\n\n\"\"y\"\"\r\n\"\r\n\n2, c \n3,\"\"\r4,";
        assert_eq!(
            texts(text),
            ["1,\"x\n\n\"\"y\"\"\r\n\"", "2, c ", "3,\"\"", "4,"]
        );
        assert_eq!(texts("a,b\n"), [""; 0]);
    }

    #[test]
    fn a_blank_line_is_a_record_of_one_column() {
        let missing = MISSING;
        assert_eq!(
            texts("a\n1\n\n\"\"\n\n\n2\n"),
            ["1", missing, "\"\"", missing, missing, "2"]
        );
        assert_eq!(texts("a\r\n\r\n1\r\n\r\n"), [missing, "1", missing]);
        assert_eq!(texts("a\n\n"), [missing]);
        assert_eq!(texts("a"), [""; 0]);
    }

    #[test]
    fn columns_are_told_apart_as_spark_does() {
        let columns = csv("a,b,A,,\"c,\"\"d\"\n").unwrap().columns;
        assert_eq!(columns, ["a0", "b", "A2", "_c3", "c,\"d"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        assert_eq!(
            csv("a,b\n\"x\ny\",1\n\r\n2\n").unwrap_err(),
            ":5: 1 fields, where the first line has 2"
        );
        assert_eq!(csv("").unwrap_err(), ": it is empty");
        assert!(json("{}\n{\"a\":}\n").unwrap_err().starts_with(":2: "));
        assert_eq!(json("{}\n1\n").unwrap_err(), ": value 2 is no object");
        assert_eq!(json("[]").unwrap_err(), ": it has no rows");
    }

    #[test]
    fn json_comes_in_lines_or_as_an_array() {
        let expected = ["{\"a\": 12345678901234567890.10}", "{\"b\":\n1}"];
        for text in [
            "{\"a\": 12345678901234567890.10}\n\n{\"b\":\n1}\n",
            "[{\"a\": 12345678901234567890.10},\n{\"b\":\n1}]",
        ] {
            let records = json(text).unwrap();
            assert_eq!(records.texts, expected);
            assert_eq!(records.columns, ["a", "b"]);
        }
        assert_eq!(json("{\"a\":1,\"A\":2}").unwrap().columns, [""; 0]);
    }
}

//! The rows of a file that is written, which gets its name when it is complete.

use super::format::Format;
use crate::render::csv_line;
use crate::shell::WholeFile;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

pub(super) struct Sheet {
    format: Format,
    columns: usize,
    file: WholeFile,
    path: PathBuf,
    line: String,
}

impl Sheet {
    /// One that shall have this name; what has it now stays until then.
    pub(super) fn new(path: &Path, format: Format) -> Result<Sheet, String> {
        let file = WholeFile::new(path).map_err(|error| unwritable(path, &error))?;
        Ok(Sheet {
            format,
            columns: 0,
            file,
            path: path.to_owned(),
            line: String::new(),
        })
    }

    pub(super) fn begin(&mut self, columns: &[String]) -> Result<(), String> {
        self.columns = columns.len();
        match self.format {
            Format::Json => Ok(()),
            Format::Csv => {
                self.line.clear();
                csv_line(&mut self.line, columns.iter().map(Some));
                self.write()
            }
        }
    }

    /// Adds a row, given as an object of JSON whose fields are the columns.
    pub(super) fn row(&mut self, json: &str) -> Result<(), String> {
        self.line.clear();
        match self.format {
            Format::Json => {
                self.line.push_str(json);
                self.line.push('\n');
            }
            Format::Csv => {
                let fields = fields(json).filter(|fields| fields.len() == self.columns);
                let fields = fields.ok_or("a row has arrived that is not as it was announced")?;
                csv_line(&mut self.line, fields.into_iter().map(cell));
            }
        }
        self.write()
    }

    fn write(&mut self) -> Result<(), String> {
        let written = self.file.write_all(self.line.as_bytes());
        written.map_err(|error| unwritable(&self.path, &error))
    }

    /// All is written: gives it its name.
    pub(super) fn finish(self) -> Result<(), String> {
        let path = self.path;
        let finished = self.file.finish();
        finished.map_err(|error| unwritable(&path, &error))?;
        Ok(())
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// The values of an object as they stand in it, in their order; names may come twice.
fn fields(json: &str) -> Option<Vec<&RawValue>> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let fields = deserializer.deserialize_map(Values).ok()?;
    deserializer.end().ok()?;
    Some(fields)
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some((_, value)) = map.next_entry::<IgnoredAny, &RawValue>()? {
            values.push(value);
        }
        Ok(values)
    }
}

/// A value of CSV: strings as they are, all else as it is written in JSON; none for null.
fn cell(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get() {
        "null" => None,
        text if text.starts_with('"') => {
            let string = serde_json::from_str::<String>(text);
            Some(string.map_or(Cow::Borrowed(text), Cow::Owned))
        }
        other => Some(Cow::Borrowed(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    const ROW: &str =
        r#"{"a":12345678901234567890.10,"a":"x\"y\n","c":null,"d":"","e":[1,"b"],"f":1.0E10}"#;

    fn written(name: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut sheet = Sheet::new(&path, Format::to_write(&path).unwrap()).unwrap();
        let names = ["a", "a", "c", "d", "e,", "f"].map(str::to_owned);
        sheet.begin(&names).unwrap();
        sheet.row(ROW).unwrap();
        assert!(!path.exists());
        sheet.finish().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn values_stand_as_spark_wrote_them() {
        assert_eq!(
            written("a.csv"),
            "a,a,c,d,\"e,\",f\n12345678901234567890.10,\"x\"\"y\n\",,\"\",\"[1,\"\"b\"\"]\",1.0E10\n"
        );
        assert_eq!(written("a.jsonl"), format!("{ROW}\n"));
    }

    #[test]
    fn what_is_not_complete_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "old").unwrap();
        let mut sheet = Sheet::new(&path, Format::Csv).unwrap();
        sheet.begin(&["a".to_owned()]).unwrap();
        assert!(sheet.row("{\"a\":1,\"b\":2}").is_err() && sheet.row("{\"a\":").is_err());
        drop(sheet);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(Sheet::new(folder.path(), Format::Csv).is_err());
        std::fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
        assert!(Sheet::new(&path, Format::Csv).is_err());
        assert!(Sheet::new(&folder.path().join("no/a.csv"), Format::Csv).is_err());
    }
}

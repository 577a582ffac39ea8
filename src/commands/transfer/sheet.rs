//! The file that is written. It gets its name when it is complete; until then it stands beside that
//! under a name of its own, which goes with the value.

use super::format::Format;
use crate::render::csv_line;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::fs::Permissions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

pub(super) struct Sheet {
    format: Format,
    columns: usize,
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
    line: String,
}

impl Sheet {
    /// One that shall have this name; what has it now stays until then.
    pub(super) fn new(path: &Path, format: Format) -> Result<Sheet, String> {
        // Where the name is a link, the file behind it is written.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if target.exists() && !target.is_file() {
            return Err(format!("{}: it is no file", path.display()));
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            Some(_) | None => Path::new("."),
        };
        // As any new file has them: the system takes off what the user does not want.
        let permissions = match target.metadata() {
            // Its folder would let it be replaced all the same.
            Ok(found) if found.permissions().readonly() => {
                return Err(format!("{}: it is write-protected", path.display()));
            }
            Ok(found) => found.permissions(),
            Err(_) => Permissions::from_mode(0o666),
        };
        let file = tempfile::Builder::new()
            .prefix(".livysh-")
            .permissions(permissions)
            .tempfile_in(folder)
            .map_err(|error| unwritable(path, &error))?;
        Ok(Sheet {
            format,
            columns: 0,
            file: BufWriter::new(file),
            path: target,
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
        let file = self
            .file
            .into_inner()
            .map_err(|error| unwritable(&path, error.error()))?;
        // Some disks tell only then that they are full.
        let stored = file.as_file().sync_all();
        stored.map_err(|error| unwritable(&path, &error))?;
        let kept = file.persist(&path);
        kept.map_err(|error| unwritable(&path, &error.error))?;
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

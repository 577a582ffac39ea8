//! What a file's extension says of its text.

use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    /// An object on each line.
    Json,
}

impl Format {
    pub(super) fn to_write(path: &Path) -> Result<Format, String> {
        match extension(path).as_str() {
            "csv" => Ok(Format::Csv),
            "ndjson" | "jsonl" => Ok(Format::Json),
            _ => Err(format!(
                "{}: the name must end in .csv, .ndjson or .jsonl",
                path.display()
            )),
        }
    }

    pub(super) fn to_read(path: &Path) -> Result<Format, String> {
        match extension(path).as_str() {
            "json" => Ok(Format::Json),
            _ => Format::to_write(path).map_err(|_| {
                format!(
                    "{}: the name must end in .csv, .ndjson, .jsonl or .json",
                    path.display()
                )
            }),
        }
    }
}

fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides() {
        for (name, written, read) in [
            ("a.csv", Some(Format::Csv), Some(Format::Csv)),
            ("a.b/C.CSV", Some(Format::Csv), Some(Format::Csv)),
            ("a.ndjson", Some(Format::Json), Some(Format::Json)),
            ("a.jsonl", Some(Format::Json), Some(Format::Json)),
            ("a.json", None, Some(Format::Json)),
            ("a.parquet", None, None),
            ("csv", None, None),
        ] {
            assert_eq!(Format::to_write(Path::new(name)).ok(), written, "{name}");
            assert_eq!(Format::to_read(Path::new(name)).ok(), read, "{name}");
        }
    }
}

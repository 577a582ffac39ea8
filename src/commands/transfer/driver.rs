//! In which language the driver is spoken to, and what it is told.

use super::format::Format;
use super::names;
use crate::lang::Language;

const DOWNLOAD_SCALA: &str = include_str!("download.scala");
const DOWNLOAD_PYTHON: &str = include_str!("download.py");
const UPLOAD_SCALA: &str = include_str!("upload.scala");
const UPLOAD_PYTHON: &str = include_str!("upload.py");

/// What stands for a missing value of CSV: no file holds it, and Spark tells it from an empty string.
pub(super) const MISSING: &str = "\u{e000}livysh-null\u{e000}";

/// A class file of Scala's holds no longer literal.
const LONGEST_LITERAL: usize = 60_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Driver {
    Scala,
    Python,
}

impl Driver {
    /// For a command in a language; SQL has no code of its own to page with.
    pub(super) fn of(language: Language, command: &str) -> Result<Driver, String> {
        match language {
            Language::Scala | Language::Sql => Ok(Driver::Scala),
            Language::Python => Ok(Driver::Python),
            Language::R => Err(format!(
                ":{command} is for Scala, Python and SQL; R has none of it"
            )),
        }
    }

    pub(super) fn language(self) -> Language {
        match self {
            Driver::Scala => Language::Scala,
            Driver::Python => Language::Python,
        }
    }

    /// Prepares the pages of a DataFrame, and tells its columns.
    pub(super) fn opening(self, frame: &str, rows: Option<u64>) -> String {
        let most = rows.unwrap_or(i64::MAX as u64).to_string();
        let code = match self {
            Driver::Scala => DOWNLOAD_SCALA,
            Driver::Python => DOWNLOAD_PYTHON,
        };
        code.replace("{{most}}", &most).replace("{{frame}}", frame)
    }

    /// Gives the next page.
    pub(super) fn next_page(self) -> &'static str {
        match self {
            Driver::Scala => "scala.Predef.print(livysh$download())",
            Driver::Python => "__import__('builtins').print(_livysh_download.__next__())",
        }
    }

    pub(super) fn forgetting_download(self) -> &'static str {
        match self {
            Driver::Scala => "livysh$download = null",
            Driver::Python => "globals().pop('_livysh_download', None) and None",
        }
    }

    /// How much of a text one statement carries.
    pub(super) fn chunk(self) -> usize {
        match self {
            // Its compiler reads them.
            Driver::Scala => 5 * LONGEST_LITERAL,
            Driver::Python => 1 << 20,
        }
    }

    pub(super) fn beginning_upload(self) -> &'static str {
        match self {
            Driver::Scala => "var livysh$upload = new java.lang.StringBuilder",
            Driver::Python => "_livysh_upload = []",
        }
    }

    /// Adds a chunk of Base64, and tells how much there is now.
    pub(super) fn adding(self, chunk: &str) -> String {
        match self {
            Driver::Scala => {
                let mut code = "{ livysh$upload".to_owned();
                for literal in chunk.as_bytes().chunks(LONGEST_LITERAL) {
                    code.push_str(&format!(
                        ".append(\"{}\")",
                        String::from_utf8_lossy(literal)
                    ));
                }
                code + "; scala.Predef.print(\"livysh:held \" + livysh$upload.length) }"
            }
            Driver::Python => format!(
                "_livysh_upload.append('{chunk}')\n__import__('builtins').print('livysh:held', \
                 __import__('builtins').sum(p.__len__() for p in _livysh_upload))"
            ),
        }
    }

    /// Makes the DataFrame; in SQL the view is all that has the name.
    pub(super) fn loading(self, language: Language, name: &str, format: Format) -> String {
        let (code, variable) = match (self, language) {
            (Driver::Scala, Language::Sql) => (UPLOAD_SCALA, "livysh$frame"),
            (Driver::Scala, _) => (UPLOAD_SCALA, name),
            (Driver::Python, _) => (UPLOAD_PYTHON, name),
        };
        let (yes, no) = match self {
            Driver::Scala => ("true", "false"),
            Driver::Python => ("True", "False"),
        };
        let is_csv = if format == Format::Csv { yes } else { no };
        code.replace("{{variable}}", variable)
            .replace("{{view}}", name)
            .replace("{{is_csv}}", is_csv)
            .replace("{{missing}}", MISSING)
    }

    pub(super) fn forgetting_upload(self) -> &'static str {
        match self {
            Driver::Scala => "livysh$upload = null",
            Driver::Python => {
                "[globals().pop(n, None) for n in ('_livysh_upload', '_livysh_load')] and None"
            }
        }
    }
}

/// The expression that gives a DataFrame by its name.
pub(super) fn frame(language: Language, name: &str) -> Result<String, String> {
    match language {
        Language::Sql => Ok(format!("spark.table({})", quoted(name))),
        Language::Scala | Language::Python | Language::R => match names::is_variable(name) {
            true => Ok(name.to_owned()),
            false => Err(format!("{name} is no name of a variable")),
        },
    }
}

/// A text as Scala writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\\' | '"' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_cannot_leave_its_quotes() {
        assert_eq!(
            frame(Language::Sql, "a\"+\\b\n").as_deref(),
            Ok("spark.table(\"a\\\"+\\\\b\\u000a\")")
        );
        assert_eq!(frame(Language::Python, "df").as_deref(), Ok("df"));
        assert!(frame(Language::Scala, "f()").is_err());
    }

    #[test]
    fn a_chunk_of_scala_stands_on_one_line_in_literals_that_fit() {
        let code = Driver::Scala.adding(&"x".repeat(LONGEST_LITERAL + 1));
        assert_eq!(code.matches(".append(").count(), 2);
        assert!(!code.contains('\n'));
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for driver in [Driver::Scala, Driver::Python] {
            let opening = driver.opening("x", Some(7));
            let loading = driver.loading(driver.language(), "y", Format::Csv);
            assert!(!opening.contains("{{") && !loading.contains("{{"));
        }
    }
}

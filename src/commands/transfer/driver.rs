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

/// Bytes of a page, compressed. A session keeps its last hundred statements, and Livy sends their list
/// in one message of 50 MB at most: whoever asks for it must still get it.
const PAGE: usize = 256 << 10;
/// A row may be larger than a page, but not than a message.
const LARGEST_PAGE: usize = 24 << 20;

/// A class file of Scala's holds no longer literal.
const LONGEST_LITERAL: usize = 60_000;
/// How much Base64 one statement carries: as for a page, and Scala's compiler reads it.
pub(super) const CHUNK: usize = 5 * LONGEST_LITERAL;

/// Who carries out one transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Driver {
    speech: Speech,
    /// The variable that holds what is under way: another client of the session has one of its own.
    held: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speech {
    Scala,
    Python,
}

impl Driver {
    /// For a command in a language; SQL has no code of its own to page with.
    pub(super) fn of(language: Language, command: &str) -> Result<Driver, String> {
        let (speech, prefix) = match language {
            Language::Scala | Language::Sql => (Speech::Scala, "livysh$"),
            Language::Python => (Speech::Python, "_livysh_"),
            Language::R => {
                return Err(format!(
                    ":{command} is for Scala, Python and SQL; R has none of it"
                ));
            }
        };
        let number = getrandom::u64().map_err(|error| error.to_string())?;
        Ok(Driver {
            speech,
            held: format!("{prefix}{command}_{number:016x}"),
        })
    }

    pub(super) fn language(&self) -> Language {
        match self.speech {
            Speech::Scala => Language::Scala,
            Speech::Python => Language::Python,
        }
    }

    /// Prepares the pages of a DataFrame, and tells its columns.
    pub(super) fn opening(&self, frame: &str, rows: Option<u64>) -> String {
        let most = rows.unwrap_or(u64::MAX).min(i64::MAX as u64);
        let code = match self.speech {
            Speech::Scala => DOWNLOAD_SCALA,
            Speech::Python => DOWNLOAD_PYTHON,
        };
        code.replace("{{held}}", &self.held)
            .replace("{{most}}", &most.to_string())
            .replace("{{page}}", &PAGE.to_string())
            .replace("{{largest}}", &LARGEST_PAGE.to_string())
            .replace("{{frame}}", frame)
    }

    /// Gives the next page.
    pub(super) fn next_page(&self) -> String {
        let held = &self.held;
        match self.speech {
            Speech::Scala => format!("scala.Predef.print({held}())"),
            Speech::Python => format!("__import__('builtins').print({held}.__next__())"),
        }
    }

    /// Lets go of what is held.
    pub(super) fn forgetting(&self) -> String {
        let held = &self.held;
        match self.speech {
            Speech::Scala => format!("{held} = null"),
            Speech::Python => {
                format!("[globals().pop(n, None) for n in ('{held}', '{held}_load')] and None")
            }
        }
    }

    pub(super) fn beginning_upload(&self) -> String {
        let held = &self.held;
        match self.speech {
            Speech::Scala => format!("var {held} = new java.lang.StringBuilder"),
            Speech::Python => format!("{held} = []"),
        }
    }

    /// Adds a chunk of Base64, and tells how much there is now.
    pub(super) fn adding(&self, chunk: &str) -> String {
        let held = &self.held;
        match self.speech {
            Speech::Scala => {
                let mut code = format!("{{ {held}");
                for literal in chunk.as_bytes().chunks(LONGEST_LITERAL) {
                    code.push_str(&format!(
                        ".append(\"{}\")",
                        String::from_utf8_lossy(literal)
                    ));
                }
                code + &format!("; scala.Predef.print(\"livysh:held \" + {held}.length) }}")
            }
            Speech::Python => format!(
                "{held}.append('{chunk}')\n__import__('builtins').print('livysh:held', \
                 ''.join({held}).__len__())"
            ),
        }
    }

    /// Makes the DataFrame; in SQL the view is all that has the name.
    pub(super) fn loading(&self, language: Language, name: &str, format: Format) -> String {
        let (code, yes, no) = match self.speech {
            Speech::Scala => (UPLOAD_SCALA, "true", "false"),
            Speech::Python => (UPLOAD_PYTHON, "True", "False"),
        };
        let variable = match language {
            Language::Sql => format!("{}_frame", self.held),
            Language::Scala | Language::Python | Language::R => name.to_owned(),
        };
        let is_csv = if format == Format::Csv { yes } else { no };
        code.replace("{{held}}", &self.held)
            .replace("{{is_csv}}", is_csv)
            .replace("{{missing}}", MISSING)
            .replace("{{variable}}", &variable)
            .replace("{{view}}", name)
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
        let driver = Driver::of(Language::Sql, "upload").unwrap();
        let code = driver.adding(&"x".repeat(LONGEST_LITERAL + 1));
        assert_eq!(code.matches(".append(").count(), 2);
        assert!(!code.contains('\n'));
    }

    #[test]
    fn each_transfer_has_a_variable_of_its_own() {
        let [one, other] = [(); 2].map(|()| Driver::of(Language::Scala, "download").unwrap());
        assert_ne!(one.next_page(), other.next_page());
        assert!(Driver::of(Language::R, "download").is_err());
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for language in [Language::Scala, Language::Python, Language::Sql] {
            let driver = Driver::of(language, "download").unwrap();
            let opening = driver.opening("x", Some(7));
            let loading = driver.loading(language, "y", Format::Csv);
            assert!(!opening.contains("{{") && !loading.contains("{{"));
        }
    }
}

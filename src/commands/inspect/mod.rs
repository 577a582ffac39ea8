//! What a value is, asked of the session by a hidden statement that only evaluates its name.
//!
//! | file        | its duty                                       |
//! |-------------|------------------------------------------------|
//! | `asked.rs`  | `x?` and `x??`, told from code                 |
//! | `types.rs`  | `:type` and `:kind`, of Scala's compiler       |
//! | `python.rs` | a value of Python                              |
//! | `look.py`   | what the session tells of it                   |
//! | `schema.rs` | `:schema`                                      |

mod asked;
mod python;
mod schema;
mod types;

pub use asked::{Asked, asked};
pub(super) use python::quoted;
pub(super) use schema::is_table;

use super::{Answer, Desk};
use crate::lang::Language;
use crate::livy::Failure;
use crate::render::{Line, Role, one_line};

impl Desk<'_> {
    /// `x?`, or `x??` for all that there is.
    pub(super) fn inspect(&mut self, language: Language, name: &str, is_deep: bool) -> Answer {
        match language {
            Language::Python => self.inspect_python(name, is_deep),
            Language::Scala => self.inspect_scala(name),
            Language::Sql => self.schema_of(language, name),
            Language::R => Answer::Refused(format!(
                "{name}? is for Scala, Python and SQL; in R str({name}) tells what it is"
            )),
        }
    }

    fn inspect_scala(&mut self, name: &str) -> Answer {
        let kind = match self.scala_type(name) {
            Ok(kind) => kind,
            Err(answer) => return answer,
        };
        let mut lines = vec![labelled("Type", &kind)];
        if is_frame(&kind) {
            match self.scala_schema(name) {
                Ok(tree) => lines.extend(block("Schema", &tree)),
                Err(answer) => return answer,
            }
        }
        self.print_lines(&lines)
    }

    fn print_lines(&self, lines: &[Line]) -> Answer {
        match self.out.lines(lines) {
            Ok(()) => Answer::Done,
            Err(_) => self.unread(),
        }
    }
}

/// Whether a type of Scala's is that of a DataFrame or a Dataset.
fn is_frame(kind: &str) -> bool {
    let of_spark = kind.strip_prefix("org.apache.spark.sql.");
    of_spark.is_some_and(|name| name.ends_with("DataFrame") || name.contains("Dataset["))
}

/// What stands on one line behind its label.
fn labelled(label: &str, text: &str) -> Line {
    let line = Line::of(Role::Strong, format!("{label}:"));
    let gap = " ".repeat(13_usize.saturating_sub(label.len()).max(1));
    line.then(Role::Plain, format!("{gap}{}", one_line(text)))
}

/// What stands on lines of its own below its label.
fn block(label: &str, text: &str) -> Vec<Line> {
    vec![
        Line::of(Role::Strong, format!("{label}:")),
        Line::plain(text.trim_end()),
    ]
}

/// All that is told of what went wrong.
pub(super) fn whole(failure: &Failure) -> String {
    format!("{}\n{}", failure.evalue, failure.traceback.concat())
}

/// What went wrong on a line: what the compiler says, wherever that stands; else how it begins.
pub(super) fn reason(failure: &Failure) -> String {
    let text = whole(failure);
    let error = text.lines().find_map(|line| {
        let (before, told) = line.split_once("error: ")?;
        (before.trim().is_empty() || before.starts_with("<console>")).then_some(told)
    });
    let first = text.lines().find(|line| !line.trim().is_empty());
    one_line(error.or(first).unwrap_or_default().trim()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_compilers_wherever_it_stands() {
        let of = |evalue: &str, traceback: &[&str]| {
            reason(&Failure {
                evalue: evalue.to_owned(),
                traceback: traceback.iter().map(|line| format!("{line}\n")).collect(),
                ..Failure::default()
            })
        };
        let not_found = "not found: value x";
        assert_eq!(
            of("<console>:23: error: not found: value x", &["x", "^"]),
            not_found
        );
        assert_eq!(
            of("       ^", &["       error: not found: value x"]),
            not_found
        );
        let thrown = "java.lang.IllegalStateException: some error: x";
        assert_eq!(of(thrown, &["  at x"]), thrown);
    }

    #[test]
    fn frames_are_known_by_their_types() {
        for kind in [
            "org.apache.spark.sql.DataFrame",
            "org.apache.spark.sql.Dataset[Long]",
            "org.apache.spark.sql.classic.Dataset[org.apache.spark.sql.Row]",
        ] {
            assert!(is_frame(kind), "{kind}");
        }
        for kind in [
            "Int",
            "Seq[org.apache.spark.sql.DataFrame]",
            "org.apache.spark.sql.Row",
            "() => org.apache.spark.sql.DataFrame",
        ] {
            assert!(!is_frame(kind), "{kind}");
        }
    }
}

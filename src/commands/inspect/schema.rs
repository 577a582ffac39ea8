//! `:schema`: the columns of a DataFrame, or of a table in SQL. No job runs for it.

use super::python;
use crate::commands::hidden::Gave;
use crate::commands::transfer::is_variable;
use crate::commands::{Answer, Desk};
use crate::lang::Language;
use crate::render::{self, one_line};

const MARK: &str = "livysh:schema ";

impl Desk<'_> {
    pub(in crate::commands) fn schema_of(&mut self, language: Language, name: &str) -> Answer {
        let is_name = match language {
            Language::Sql => is_table(name),
            Language::Scala | Language::Python | Language::R => is_variable(name),
        };
        if !is_name {
            let told = one_line(name).into_owned();
            return Answer::Refused(format!(
                ":schema takes a name, or a member of one: {told} would run code"
            ));
        }
        let tree = match language {
            Language::Scala => self.scala_schema(name),
            Language::Python => self.look(name, false).and_then(|told| {
                let none = || {
                    let kind = one_line(python::type_of(&told)).into_owned();
                    Answer::Refused(format!("{name} is a {kind}: it has no schema"))
                };
                python::schema_of(&told).ok_or_else(none)
            }),
            Language::Sql => return self.described(name),
            Language::R => Err(Answer::Refused(format!(
                ":schema is for Scala, Python and SQL; in R printSchema({name}) shows it"
            ))),
        };
        match tree {
            Ok(tree) => self.print(&tree),
            Err(answer) => answer,
        }
    }

    pub(super) fn scala_schema(&mut self, name: &str) -> Result<String, Answer> {
        // An expression would take the next `res`.
        let code = format!(
            "val _ = scala.Predef.print(\"\\n{MARK}\" + ({name}: org.apache.spark.sql.Dataset[_]).schema.json + \"\\n\")"
        );
        let text = match self.hidden_text(Language::Scala, &code)? {
            Gave::Text(text) => text,
            Gave::Failed(failure) if super::whole(&failure).contains("type mismatch") => {
                return Err(Answer::Refused(format!(
                    "{name} is no DataFrame or Dataset"
                )));
            }
            Gave::Failed(failure) => return Err(Answer::Refused(super::reason(&failure))),
        };
        let told = text
            .split_once(MARK)
            .and_then(|(_, rest)| rest.lines().next());
        let told = told.and_then(|json| serde_json::from_str(json).ok());
        told.and_then(|schema| render::schema(&schema))
            .ok_or_else(|| Answer::Refused("The session did not tell the schema.".to_owned()))
    }

    /// As Spark describes a table.
    fn described(&mut self, table: &str) -> Answer {
        self.hidden_rows(Language::Sql, &format!("DESCRIBE TABLE {table}"))
    }
}

/// Names with dots between them, each bare or in back quotes.
pub(in crate::commands) fn is_table(name: &str) -> bool {
    let mut rest = name;
    loop {
        let after = match rest.strip_prefix('`') {
            Some(quoted) => match quoted.split_once('`') {
                Some((inner, after)) if !inner.is_empty() => after,
                Some(_) | None => return false,
            },
            None => {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                let after = rest.trim_start_matches(is_part);
                if after.len() == rest.len() {
                    return false;
                }
                after
            }
        };
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return after.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_and_nothing_else() {
        for name in ["t", "db.t", "c.db.t", "`a b`", "db.`a;b`.c", "größe", "1a"] {
            assert!(is_table(name), "{name}");
        }
        for name in [
            "",
            "a b",
            "a;b",
            "a.",
            ".a",
            "`a",
            "``",
            "(select 1)",
            "`a``b`",
            "a-b",
        ] {
            assert!(!is_table(name), "{name}");
        }
    }
}

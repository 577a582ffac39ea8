//! The tables that a statement of SQL names, and under what names. Pure text.

use crate::lang::{self, Language};

/// What is known of a statement by its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Statement {
    /// Each table as it is named, with the name that it has in the statement.
    tables: Vec<(String, Option<String>)>,
    /// Names that it gives to queries of its own.
    queries: Vec<String>,
}

impl Statement {
    pub(super) fn read(text: &str) -> Statement {
        let words = words(text);
        let mut tables = Vec::new();
        let mut rest = words.iter().peekable();
        while let Some(word) = rest.next() {
            if !names_table(word) {
                continue;
            }
            while let Some(table) = rest.next_if(|word| !is_keyword(word)) {
                rest.next_if(|word| word.eq_ignore_ascii_case("as"));
                let alias = rest.next_if(|word| !is_keyword(word)).cloned();
                tables.push((table.clone(), alias));
                if rest.next_if(|word| *word == ",").is_none() {
                    break;
                }
            }
        }
        let queries = (1..words.len()).filter_map(|at| query(&words, at));
        let queries = queries.cloned().collect();
        Statement { tables, queries }
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|(table, _)| table.as_str())
    }

    /// The names of its own queries.
    pub(super) fn queries(&self) -> impl Iterator<Item = &String> {
        self.queries.iter()
    }

    pub(super) fn is_query(&self, table: &str) -> bool {
        self.queries
            .iter()
            .any(|name| name.eq_ignore_ascii_case(table))
    }

    /// The table that has this name in the statement.
    pub(super) fn table(&self, name: &str) -> Option<&str> {
        let is_it = |(table, alias): &&(String, Option<String>)| {
            let last = table.rsplit('.').next();
            let known = [alias.as_deref(), Some(table), last];
            let mut known = known.into_iter().flatten();
            known.any(|known| known.eq_ignore_ascii_case(name))
        };
        let found = self.tables.iter().find(is_it);
        found.map(|(table, _)| table.as_str())
    }
}

/// The name of a query that begins behind the `as` there: `late as (`, `late(a, b) as (`.
fn query(words: &[String], at: usize) -> Option<&String> {
    let is_one = words[at].eq_ignore_ascii_case("as") && words.get(at + 1)?.starts_with('(');
    let before = &words[..at];
    let name = match before.last()?.ends_with(')') {
        true => {
            let open = before.iter().rposition(|word| word.starts_with('('))?;
            before[..open].last()?
        }
        false => before.last()?,
    };
    (is_one && !is_keyword(name)).then_some(name)
}

fn names_table(word: &str) -> bool {
    let words = ["from", "join", "into", "update", "table"];
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn is_keyword(word: &str) -> bool {
    word.starts_with(|c: char| !c.is_alphanumeric() && c != '_')
        || super::words::is_sql_keyword(word)
}

/// Names with their dots, without their quotes; a sign is a word of its own.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut end = 0;
    for name in lang::names(Language::Sql, text) {
        let gap = text[end..name.start].trim_matches(['`', ' ', '\t', '\n']);
        end = name.start + name.text.len();
        match (gap, words.last_mut()) {
            (".", Some(last)) => {
                last.push('.');
                last.push_str(name.text);
            }
            ("", _) => words.push(name.text.to_owned()),
            (sign, _) => words.extend([sign.to_owned(), name.text.to_owned()]),
        }
    }
    let rest = text[end..].trim_matches(['`', ' ', '\t', '\n']);
    if !rest.is_empty() {
        words.push(rest.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_known_by_their_names_and_aliases() {
        let statement = Statement::read(
            "select f.a, 'from x' from db.flights f join `airports` as a on f.a = a.b where ",
        );
        let tables: Vec<&str> = statement.tables().collect();
        assert_eq!(tables, ["db.flights", "airports"]);
        for (name, table) in [
            ("f", Some("db.flights")),
            ("flights", Some("db.flights")),
            ("A", Some("airports")),
            ("b", None),
        ] {
            assert_eq!(statement.table(name), table, "{name}");
        }
        assert_eq!(Statement::read("select a from ").tables().count(), 0);
        let joined = Statement::read("select a from flights f, db.airports a , t where a = b, c");
        let tables: Vec<&str> = joined.tables().collect();
        assert_eq!(tables, ["flights", "db.airports", "t"]);
        assert_eq!(joined.table("a"), Some("db.airports"));
        let named =
            Statement::read("with late as (select 1), `on time` as (select 2) select a from late");
        assert!(named.is_query("LATE") && !named.is_query("a"));
        let listed = Statement::read("with t as (select 1), late(a, b) as (select 1, 2) select ");
        assert!(listed.is_query("late") && listed.is_query("t") && !listed.is_query("b"));
        let inner = Statement::read("select a from (select b from t) where ");
        assert_eq!(inner.tables().collect::<Vec<_>>(), ["t"]);
    }
}

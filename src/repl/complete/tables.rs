//! Tables and columns, as statements of ours ask for them.

use super::matching::Candidate;
use crate::engine::Output;
use crate::render::one_line;
use serde_json::Value;

/// The statement that lists the tables and views of a database, or of the one in use.
pub(super) fn of_tables(database: Option<&str>) -> String {
    match database {
        Some(database) => format!("SHOW TABLES IN {}", quoted(database)),
        None => "SHOW TABLES".to_owned(),
    }
}

/// The statement that lists a table's columns.
pub(super) fn of_columns(table: &str) -> String {
    format!("DESCRIBE TABLE {}", quoted(table))
}

fn quoted(name: &str) -> String {
    let parts = name.split('.').filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(|part| format!("`{part}`")).collect();
    parts.join(".")
}

/// The tables in its output.
pub(super) fn tables(output: &Output) -> Vec<String> {
    rows(output, "tableName").unwrap_or_default()
}

/// The columns in its output; what is told of partitions and the like comes behind them.
pub(super) fn columns(output: &Output) -> Vec<String> {
    let rows = rows(output, "col_name").unwrap_or_default();
    let is_column = |name: &String| !name.is_empty() && !name.starts_with('#');
    rows.into_iter().take_while(is_column).collect()
}

/// The values of a column.
fn rows(output: &Output, column: &str) -> Option<Vec<String>> {
    let Output::Ok(data) = output else {
        return None;
    };
    let rows = data.get("application/json")?;
    let fields = rows.get("schema")?.get("fields")?.as_array()?;
    let is_it = |field: &Value| field.get("name").and_then(Value::as_str) == Some(column);
    let index = fields.iter().position(is_it)?;
    let values = rows.get("data")?.as_array()?.iter();
    let text = |row: &Value| row.get(index)?.as_str().map(str::to_owned);
    Some(values.filter_map(text).collect())
}

/// A name as SQL takes it; none where it cannot be typed.
pub(super) fn candidate(name: &str, kind: &str) -> Option<Candidate> {
    if name.is_empty() || name.chars().any(char::is_control) {
        return None;
    }
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_numeric());
    let text = match is_plain {
        true => name.to_owned(),
        false => format!("`{}`", name.replace('`', "``")),
    };
    let shown = one_line(&text).into_owned();
    Some(Candidate {
        shown: format!("{shown} ({kind})"),
        text,
    })
}

/// Words of SQL, and methods, that change which tables there are, or their columns.
const CHANGES: &str = "\
    alter cache catalog create createexternaltable createglobaltempview createorreplace \
    createorreplaceglobaltempview createorreplacetempview createtable createtempview drop \
    dropglobaltempview droptempview msck registertemptable rename replace saveastable \
    setcurrentcatalog setcurrentdatabase uncache upload use";

/// Whether code may change which tables there are, or their columns.
pub(super) fn may_change(code: &str) -> bool {
    let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| {
        let mut changes = CHANGES.split_whitespace();
        changes.any(|change| change.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn output(names: [&str; 2], data: Value) -> Output {
        let fields = names.map(|name| json!({"name": name, "type": "string"}));
        let rows = json!({"schema": {"type": "struct", "fields": fields}, "data": data});
        let data = json!({"application/json": rows});
        Output::Ok(data.as_object().cloned().unwrap())
    }

    #[test]
    fn tables_and_columns_are_read_by_the_names_of_their_columns() {
        let shown = output(
            ["namespace", "tableName"],
            json!([["db", "flights"], ["", "v"]]),
        );
        assert_eq!(tables(&shown), ["flights", "v"]);
        let described = output(
            ["col_name", "data_type"],
            json!([
                ["id", "int"],
                ["dest", "string"],
                ["# Partition Information", ""],
                ["x", ""]
            ]),
        );
        assert_eq!(columns(&described), ["id", "dest"]);
        assert_eq!(tables(&described), [""; 0]);
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(of_columns("db.t"), "DESCRIBE TABLE `db`.`t`");
        assert_eq!(of_tables(None), "SHOW TABLES");
        let odd = candidate("my col", "column").unwrap();
        assert_eq!(
            (odd.text.as_str(), odd.shown.as_str()),
            ("`my col`", "`my col` (column)")
        );
        assert_eq!(candidate("a\u{1b}[2J", "table"), None);
    }

    #[test]
    fn what_may_change_tables_is_known_by_its_words() {
        assert!(may_change("df.createOrReplaceTempView(\"x\")"));
        assert!(may_change("DROP TABLE x"));
        assert!(may_change("spark.sql('use db')"));
        assert!(may_change("rows.write.saveAsTable(\"x\")"));
        assert!(!may_change("select 1"));
        // Whole words alone.
        assert!(!may_change(
            "user.causes(views, dropped, tableau, createdAt)"
        ));
    }
}

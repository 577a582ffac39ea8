//! The types of columns in SQL's words.

use super::sanitize::one_line;
use serde_json::Value;

/// How deep types of types are told.
const DEEPEST: usize = 8;

/// Of a schema in JSON, as Spark writes it: a name, or an object for what is made of others.
pub(super) fn of_sql(kind: &Value) -> String {
    of_sql_within(kind, DEEPEST)
}

fn of_sql_within(kind: &Value, depth: usize) -> String {
    if depth == 0 {
        return "…".to_owned();
    }
    let part = |key: &str| kind.get(key).map(|inner| of_sql_within(inner, depth - 1));
    let part = |key: &str| part(key).unwrap_or_default();
    match kind {
        Value::String(name) => of_name(name),
        Value::Object(object) => match object.get("type").and_then(Value::as_str) {
            Some("array") => format!("array<{}>", part("elementType")),
            Some("map") => format!("map<{},{}>", part("keyType"), part("valueType")),
            Some("struct") => of_fields(object.get("fields"), depth),
            Some(other) => one_line(other).into_owned(),
            None => String::new(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => String::new(),
    }
}

fn of_fields(fields: Option<&Value>, depth: usize) -> String {
    let fields = fields.and_then(Value::as_array).map(Vec::as_slice);
    let fields = fields.unwrap_or_default().iter().map(|field| {
        let name = field.get("name").and_then(Value::as_str);
        let kind = field.get("type").unwrap_or(&Value::Null);
        format!(
            "{}:{}",
            one_line(name.unwrap_or_default()),
            of_sql_within(kind, depth - 1)
        )
    });
    format!("struct<{}>", fields.collect::<Vec<_>>().join(","))
}

/// A name of Spark's as SQL has it.
fn of_name(name: &str) -> String {
    match name {
        "integer" => "int".to_owned(),
        "long" => "bigint".to_owned(),
        "short" => "smallint".to_owned(),
        "byte" => "tinyint".to_owned(),
        other => one_line(other).into_owned(),
    }
}

/// Of `%table`: `BIGINT_TYPE`, `DECIMAL_TYPE`, …
pub(super) fn of_livy(kind: &Value) -> String {
    let name = kind.as_str().unwrap_or_default().to_lowercase();
    one_line(name.strip_suffix("_type").unwrap_or(&name)).into_owned()
}

pub(super) fn is_number(kind: &str) -> bool {
    ["tinyint", "smallint", "int", "bigint", "float", "double"].contains(&kind)
        || kind.starts_with("decimal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_are_in_the_words_of_sql() {
        let field = |name: &str, kind: Value| json!({"name": name, "type": kind});
        let inner = json!({"type": "struct", "fields": [field("a", json!("integer")),
            field("b", json!({"type": "array", "elementType": "long"}))]});
        let map = json!({"type": "map", "keyType": "string", "valueType": inner});
        for (kind, told) in [
            (json!("short"), "smallint"),
            (json!("decimal(10,2)"), "decimal(10,2)"),
            (json!("timestamp_ntz"), "timestamp_ntz"),
            (
                json!({"type": "array", "elementType": "byte"}),
                "array<tinyint>",
            ),
            (map, "map<string,struct<a:int,b:array<bigint>>>"),
            (json!({"type": "udt"}), "udt"),
            (json!("a\u{1b}[2J"), "a\\u{1b}[2J"),
            (json!(7), ""),
        ] {
            assert_eq!(of_sql(&kind), told);
        }
        let deep = (0..50).fold(
            json!("byte"),
            |inner, _| json!({"type": "array", "elementType": inner}),
        );
        assert!(of_sql(&deep).ends_with("array<…>>>>>>>>"));
        for (kind, told) in [("BIGINT_TYPE", "bigint"), ("NULL_TYPE", "null")] {
            assert_eq!(of_livy(&json!(kind)), told);
        }
    }

    #[test]
    fn numbers_are_known_by_their_types() {
        for kind in ["int", "decimal(3,2)", "decimal", "double"] {
            assert!(is_number(kind), "{kind}");
        }
        for kind in ["interval", "string", "", "array<int>"] {
            assert!(!is_number(kind), "{kind}");
        }
    }
}

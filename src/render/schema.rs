//! A schema as Spark prints one: a tree of columns.

use super::sanitize::one_line;
use serde_json::Value;

/// How deep types of types are told.
const DEEPEST: usize = 32;

/// Of a schema in JSON, as Spark writes it; none where it is no such thing.
pub fn schema(value: &Value) -> Option<String> {
    let mut text = "root\n".to_owned();
    value.get("fields")?.as_array()?;
    push_fields(&mut text, value, 0);
    Some(text)
}

fn push_fields(text: &mut String, of: &Value, depth: usize) {
    let fields = of.get("fields").and_then(Value::as_array);
    for field in fields.into_iter().flatten() {
        let name = field.get("name").and_then(Value::as_str);
        let nullable = told("nullable", field.get("nullable"));
        let kind = field.get("type").unwrap_or(&Value::Null);
        push(text, name.unwrap_or_default(), kind, &nullable, depth);
    }
}

/// A line, and those of the types that its type is made of.
fn push(text: &mut String, name: &str, kind: &Value, more: &str, depth: usize) {
    let margin = " |   ".repeat(depth);
    let is_deep = depth == DEEPEST;
    let named = match kind {
        Value::String(name) => name.as_str(),
        kind => kind.get("type").and_then(Value::as_str).unwrap_or("?"),
    };
    let line = format!("{margin} |-- {name}: {named}{more}");
    text.push_str(&one_line(&line));
    text.push('\n');
    if is_deep {
        return;
    }
    let of = |key: &str| kind.get(key).unwrap_or(&Value::Null);
    match named {
        "struct" => push_fields(text, kind, depth + 1),
        "array" => {
            let more = told("containsNull", kind.get("containsNull"));
            push(text, "element", of("elementType"), &more, depth + 1);
        }
        "map" => {
            push(text, "key", of("keyType"), "", depth + 1);
            let more = told("valueContainsNull", kind.get("valueContainsNull"));
            push(text, "value", of("valueType"), &more, depth + 1);
        }
        _ => {}
    }
}

fn told(name: &str, value: Option<&Value>) -> String {
    match value.and_then(Value::as_bool) {
        Some(value) => format!(" ({name} = {value})"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_a_tree_as_spark_prints_it() {
        let field = |name: &str, kind: Value| json!({"name": name, "type": kind, "nullable": true});
        let inner = json!({"type": "struct", "fields": [field("a", json!("integer"))]});
        let map = json!({"type": "map", "keyType": "string", "valueType": "decimal(10,2)",
            "valueContainsNull": false});
        let array = json!({"type": "array", "elementType": inner, "containsNull": true});
        let all = json!({"type": "struct", "fields": [
            json!({"name": "id", "type": "long", "nullable": false}),
            field("s", array), field("m", map), field("\u{1b}[2J", json!("string"))]});
        assert_eq!(
            schema(&all).unwrap(),
            "\
root
 |-- id: long (nullable = false)
 |-- s: array (nullable = true)
 |    |-- element: struct (containsNull = true)
 |    |    |-- a: integer (nullable = true)
 |-- m: map (nullable = true)
 |    |-- key: string
 |    |-- value: decimal(10,2) (valueContainsNull = false)
 |-- \\u{1b}[2J: string (nullable = true)
"
        );
        assert_eq!(schema(&json!("long")), None);
        let deep = (0..500).fold(
            json!("byte"),
            |inner, _| json!({"type": "array", "elementType": inner}),
        );
        let deep = schema(&json!({"fields": [field("x", deep)]})).unwrap();
        assert_eq!(deep.lines().count(), DEEPEST + 2);
    }
}

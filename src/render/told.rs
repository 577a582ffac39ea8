//! Rows that a statement of ours has told as text, in the form of SQL's results.
//!
//! The text's last line is `livysh:rows {"schema": …, "data": [[…]], "more": …}`: a schema as Spark writes it to
//! JSON, each value as Spark makes a text of it or null, and whether there are more rows than these. Or it is
//! `livysh:rows {"error": …}`: why there are none.

use super::rows::Rows;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// What stands before rows in a text.
pub const ROWS_MARK: &str = "livysh:rows ";

const TEXT: &str = "text/plain";
const JSON: &str = "application/json";
/// What Scala's interpreters add of a value without a name.
const ECHOES: [&str; 2] = ["\nval _: Unit = ()", "\n_: Unit = ()"];
const MORE: &str = "more";

/// An output with the rows that its text tells; itself where it tells none.
pub fn with_rows(data: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    match told(data) {
        Some(data) => Cow::Owned(data),
        None => Cow::Borrowed(data),
    }
}

fn told(data: &Map<String, Value>) -> Option<Map<String, Value>> {
    let text = data.get(TEXT)?.as_str()?.trim_end();
    let echoed = ECHOES.iter().find_map(|echo| text.strip_suffix(echo));
    let text = echoed.unwrap_or(text).trim_end();
    let start = text.rfind('\n').map_or(0, |end| end + 1);
    let (before, last) = text.split_at(start);
    let mut rows: Value = serde_json::from_str(last.strip_prefix(ROWS_MARK)?).ok()?;
    if let Some(why) = rows.get("error").and_then(Value::as_str) {
        let mut told = data.clone();
        told.insert(TEXT.to_owned(), format!("{before}{why}").into());
        return Some(told);
    }
    rows.get(MORE)?.as_bool()?;
    let is_typed: Vec<Typed> = {
        let fields = rows.get("schema")?.get("fields")?.as_array()?;
        let kinds = fields.iter().map(|field| field.get("type"));
        kinds.map(Typed::of).collect()
    };
    for row in rows.get_mut("data")?.as_array_mut()? {
        for (value, typed) in row.as_array_mut()?.iter_mut().zip(&is_typed) {
            typed.restore(value);
        }
    }
    let mut told = data.clone();
    told.remove(TEXT);
    if !before.trim().is_empty() {
        told.insert(TEXT.to_owned(), before.into());
    }
    told.insert(JSON.to_owned(), rows);
    Some(told)
}

/// What is to be said of rows that tell whether there are more.
pub(super) fn note(value: &Value, rows: &Rows<'_>) -> Option<String> {
    let has_more = value.get(MORE)?.as_bool()?;
    Some(match (has_more, rows.count()) {
        _ if rows.columns.is_empty() => "It has no columns.".to_owned(),
        (false, _) => String::new(),
        (true, 1) => "the first row; there are more".to_owned(),
        (true, count) => format!("the first {count} rows; there are more"),
    })
}

/// What a text stands for that JSON has a form for.
#[derive(Clone, Copy)]
enum Typed {
    Whole,
    Float,
    Truth,
    Text,
}

impl Typed {
    fn of(kind: Option<&Value>) -> Typed {
        match kind.and_then(Value::as_str) {
            Some("byte" | "short" | "integer" | "long") => Typed::Whole,
            Some("float" | "double") => Typed::Float,
            Some("boolean") => Typed::Truth,
            Some(_) | None => Typed::Text,
        }
    }

    /// What has none, such as NaN, stays a text.
    fn restore(self, value: &mut Value) {
        let Some(text) = value.as_str() else { return };
        let restored = match self {
            Typed::Whole => text.parse::<i64>().ok().map(Value::from),
            Typed::Float => {
                let number = text.parse().ok().and_then(Number::from_f64);
                number.map(Value::Number)
            }
            Typed::Truth => text.parse::<bool>().ok().map(Value::Bool),
            Typed::Text => None,
        };
        if let Some(restored) = restored {
            *value = restored;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(text: &str) -> Value {
        let data = json!({"text/plain": text});
        Value::Object(with_rows(data.as_object().unwrap()).into_owned())
    }

    #[test]
    fn rows_are_told_in_the_last_line() {
        let fields = [
            ("n", "long"),
            ("d", "double"),
            ("b", "boolean"),
            ("m", "decimal(10,2)"),
            ("s", "string"),
        ];
        let fields = fields.map(|(name, kind)| json!({"name": name, "type": kind}));
        let rows = json!({"schema": {"fields": fields}, "more": true, "data": [
            ["9007199254740993", "1.5", "true", "1.50", "null"],
            [null, "NaN", null, "12345678901234567890.10", null],
        ]});
        let told = of(&format!("printed\n{ROWS_MARK}{rows}\n\n"));
        assert_eq!(told["text/plain"], "printed\n");
        assert_eq!(
            of(&format!("printed\n{ROWS_MARK}{rows}\n_: Unit = ()\n")),
            told
        );
        let data = json!([
            [9_007_199_254_740_993_u64, 1.5, true, "1.50", "null"],
            [null, "NaN", null, "12345678901234567890.10", null],
        ]);
        assert_eq!(told["application/json"]["data"], data);
        assert_eq!(of(&format!("{ROWS_MARK}{rows}")).get("text/plain"), None);
    }

    #[test]
    fn why_there_are_no_rows_is_a_text() {
        let told = of(&format!("printed\n{ROWS_MARK}{{\"error\": \"a list\"}}\n"));
        assert_eq!(told, json!({"text/plain": "printed\na list"}));
    }

    #[test]
    fn other_texts_are_left_as_they_are() {
        for text in [
            "",
            "x",
            "livysh:rows ",
            "livysh:rows {\"error\": 1}",
            "livysh:rows {\"schema\": {\"fields\": []}, \"data\": []}\nx",
            " livysh:rows {\"schema\": {\"fields\": []}, \"data\": [], \"more\": false}",
        ] {
            assert_eq!(of(text), json!({"text/plain": text}), "{text}");
        }
    }

    #[test]
    fn more_rows_are_told() {
        let of = |columns: usize, rows: usize, more: Value| {
            let fields = vec![json!({"name": "a", "type": "long"}); columns];
            let data = vec![vec![json!(1); columns]; rows];
            let value = json!({"schema": {"fields": fields}, "data": data, "more": more});
            note(&value, &Rows::of_sql(&value).unwrap())
        };
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(
            of(1, 2, json!(true)),
            told("the first 2 rows; there are more")
        );
        assert_eq!(of(1, 1, json!(true)), told("the first row; there are more"));
        assert_eq!(of(1, 2, json!(false)), told(""));
        assert_eq!(of(0, 2, json!(false)), told("It has no columns."));
        assert_eq!(of(1, 2, json!(null)), None);
    }
}

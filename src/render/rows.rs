//! Rows and columns as a server sends them, before they are written in a format.

use super::kinds;
use serde_json::Value;
use std::borrow::Cow;

pub(super) struct Rows<'a> {
    pub(super) columns: Vec<Column<'a>>,
    rows: &'a [Value],
}

pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    /// Its type in SQL's words; empty where none is told.
    pub(super) kind: String,
    pub(super) is_number: bool,
}

impl<'a> Rows<'a> {
    /// SQL's `{"schema": {"fields": […]}, "data": [[…]]}`; `None` where it is something else.
    pub(super) fn of_sql(value: &'a Value) -> Option<Rows<'a>> {
        let fields = value.get("schema")?.get("fields")?.as_array()?;
        Rows::new(fields, value.get("data")?, kinds::of_sql)
    }

    /// `%table`'s `{"headers": [{"name", "type"}], "data": [[…]]}`.
    pub(super) fn of_livy(value: &'a Value) -> Option<Rows<'a>> {
        let headers = value.get("headers")?.as_array()?;
        Rows::new(headers, value.get("data")?, kinds::of_livy)
    }

    fn new(
        columns: &'a [Value],
        data: &'a Value,
        kind: impl Fn(&Value) -> String,
    ) -> Option<Rows<'a>> {
        let columns = columns.iter().map(|column| {
            let kind = kind(column.get("type").unwrap_or(&Value::Null));
            let name = column.get("name").and_then(Value::as_str);
            Column {
                name: name.unwrap_or_default(),
                is_number: kinds::is_number(&kind),
                kind,
            }
        });
        Some(Rows {
            columns: columns.collect(),
            rows: data.as_array()?,
        })
    }

    pub(super) fn count(&self) -> usize {
        self.rows.len()
    }

    /// The values of the row of this number, as many as were sent.
    pub(super) fn values(&self, row: usize) -> &'a [Value] {
        let values = self.rows.get(row).and_then(Value::as_array);
        values.map(Vec::as_slice).unwrap_or_default()
    }

    /// A row's values, one for each column. Livy's rows may be ragged: `None` is no value at all.
    pub(super) fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = Option<&'a Value>>> {
        let columns = self.columns.len();
        self.rows.iter().map(move |row| {
            let values = row.as_array().map(Vec::as_slice).unwrap_or_default();
            (0..columns).map(move |column| values.get(column))
        })
    }
}

/// A value as text: strings as they are, everything else as JSON. `None` for null and for nothing.
pub(super) fn plain(value: Option<&Value>) -> Option<Cow<'_, str>> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Some(Cow::Owned(other.to_string()))
        }
    }
}

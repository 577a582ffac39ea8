//! Bodies of requests, read as Livy's JSON library reads them: the same fields are known, the same
//! mistakes are told in the same words, with the place in the text.

use super::failure::{Answer, Failure};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// A request's body; that of a form is taken for empty, since Livy's container has read it then.
pub(super) struct Body(pub(super) Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = axum::extract::rejection::BytesRejection;

    async fn from_request(request: Request, state: &S) -> Result<Body, Self::Rejection> {
        let kind = request.headers().get(CONTENT_TYPE).cloned();
        let is_form = kind.is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
        let bytes = axum::body::Bytes::from_request(request, state).await?;
        Ok(Body(match is_form {
            true => Vec::new(),
            false => bytes.into(),
        }))
    }
}

/// What a class of Livy's takes, its fields in the order in which Livy names them.
pub(super) struct Class {
    pub(super) name: &'static str,
    pub(super) fields: &'static [&'static str],
    /// Whether an unknown field is noticed only when the whole object was read.
    pub(super) late: bool,
}

struct Field {
    name: String,
    value: Value,
    /// Where the value begins and ends in the body.
    start: usize,
    end: usize,
}

pub(super) struct Fields<'a> {
    class: &'static Class,
    text: &'a [u8],
    fields: Vec<Field>,
}

impl Body {
    pub(super) fn fields(&self, class: &'static Class) -> Answer<Fields<'_>> {
        let text = &self.0;
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(Failure::bad_body(format!(
                "No content to map due to end-of-input\n at {}",
                source("line: 1, column: 0")
            )));
        }
        let parsed: Pairs<'_> = serde_json::from_slice(text).map_err(|error| {
            let place = position(text, text.len());
            Failure::bad_body(match error.is_eof() {
                true => format!(
                    "Unexpected end-of-input: expected close marker for Object (start marker at \
                     {})\n at {}",
                    source("line: 1, column: 1"),
                    source(&place)
                ),
                false => format!("{error}\n at {}", source(&place)),
            })
        })?;
        let fields = parsed.0.into_iter().map(|(name, raw)| {
            let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
            Field {
                name,
                value: serde_json::from_str(raw.get()).unwrap_or(Value::Null),
                start,
                end: start + raw.get().len(),
            }
        });
        let fields = Fields {
            class,
            text,
            fields: fields.collect(),
        };
        fields.check()?;
        Ok(fields)
    }
}

impl Fields<'_> {
    fn check(&self) -> Answer<()> {
        let known = |name: &str| self.class.fields.contains(&name);
        let Some(unknown) = self.fields.iter().find(|field| !known(&field.name)) else {
            return Ok(());
        };
        let end = match self.class.late {
            true => self.text.trim_ascii_end().len(),
            false => unknown.end,
        };
        let names: Vec<String> = self
            .class
            .fields
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect();
        let (name, class) = (&unknown.name, self.class.name);
        Err(Failure::bad_body(format!(
            "Unrecognized field \"{name}\" (class {class}), not marked as ignorable ({} known \
             properties: {}])\n at {} (through reference chain: {class}[\"{name}\"])",
            names.len(),
            names.join(", "),
            source(&position(self.text, end))
        )))
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.get(name).map(|field| &field.value)
    }

    fn get(&self, name: &str) -> Option<&Field> {
        // Of a name that stands twice the last counts.
        self.fields.iter().rev().find(|field| field.name == name)
    }

    pub(super) fn is_null(&self, name: &str) -> bool {
        self.get(name).is_some_and(|field| field.value.is_null())
    }

    /// A text; numbers and truth values become one.
    pub(super) fn text(&self, name: &str) -> Answer<Option<String>> {
        match self.get(name) {
            None => Ok(None),
            Some(field) => match &field.value {
                Value::Null => Ok(None),
                Value::String(text) => Ok(Some(text.clone())),
                Value::Number(number) => Ok(Some(number.to_string())),
                Value::Bool(truth) => Ok(Some(truth.to_string())),
                Value::Array(_) | Value::Object(_) => Err(self.mismatch(field, "java.lang.String")),
            },
        }
    }

    pub(super) fn list(&self, name: &str) -> Answer<Vec<String>> {
        let wanted = "scala.collection.immutable.List<java.lang.String>";
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(field) => match &field.value {
                Value::Null => Ok(Vec::new()),
                Value::Array(items) => Ok(items.iter().map(plain).collect()),
                Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Object(_) => {
                    Err(self.mismatch(field, wanted))
                }
            },
        }
    }

    pub(super) fn conf(&self, name: &str) -> Answer<BTreeMap<String, String>> {
        let wanted = "scala.collection.immutable.Map<java.lang.String,java.lang.String>";
        match self.get(name) {
            None => Ok(BTreeMap::new()),
            Some(field) => match &field.value {
                Value::Null => Ok(BTreeMap::new()),
                Value::Object(pairs) => Ok(pairs
                    .iter()
                    .map(|(key, value)| (key.clone(), plain(value)))
                    .collect()),
                Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Array(_) => {
                    Err(self.mismatch(field, wanted))
                }
            },
        }
    }

    /// A whole number. Another type fails as it does in Livy: where the number is used.
    pub(super) fn number(&self, name: &str) -> Answer<Option<u32>> {
        let class = match self.get(name).map(|field| &field.value) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => match number.as_u64().and_then(|n| n.try_into().ok()) {
                Some(number) => return Ok(Some(number)),
                None => "java.lang.Double",
            },
            Some(Value::String(_)) => "java.lang.String",
            Some(Value::Bool(_)) => "java.lang.Boolean",
            Some(Value::Array(_) | Value::Object(_)) => "java.util.ArrayList",
        };
        Err(Failure::exception(format!(
            "java.lang.ClassCastException: class {class} cannot be cast to class java.lang.Integer \
             ({class} and java.lang.Integer are in module java.base of loader 'bootstrap')"
        )))
    }

    fn mismatch(&self, field: &Field, wanted: &str) -> Failure {
        let (value, token) = match &field.value {
            Value::Null => ("Null", "VALUE_NULL"),
            Value::Bool(true) => ("Boolean", "VALUE_TRUE"),
            Value::Bool(false) => ("Boolean", "VALUE_FALSE"),
            Value::Number(_) => ("Integer", "VALUE_NUMBER_INT"),
            Value::String(_) => ("String", "VALUE_STRING"),
            Value::Array(_) => ("Array", "START_ARRAY"),
            Value::Object(_) => ("Object", "START_OBJECT"),
        };
        Failure::bad_body(format!(
            "Cannot deserialize value of type `{wanted}` from {value} value (token \
             `JsonToken.{token}`)\n at {} (through reference chain: {}[\"{}\"])",
            source(&position(self.text, field.start)),
            self.class.name,
            field.name
        ))
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

fn source(place: &str) -> String {
    format!("[Source: (org.eclipse.jetty.server.HttpInputOverHTTP); {place}]")
}

/// Line and column, both from 1, of the byte at `offset`.
fn position(text: &[u8], offset: usize) -> String {
    let before = &text[..offset.min(text.len())];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    format!("line: {line}, column: {}", offset - line_start + 1)
}

/// An object's fields in their order, each with its own text.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<'de>, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

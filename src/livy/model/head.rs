//! What is known of a statement while its output is still on its way.

use super::Statement;
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// The field that may be large; what stands behind it is not known before it has come.
const OUTPUT: &str = "output";

/// Reads the beginning of a statement's answer, which may end anywhere. What it does not tell is as
/// where the server leaves it out; none where the number or the code is not among what it tells.
pub(in crate::livy) fn head_of(beginning: &[u8]) -> Option<Statement> {
    let mut fields = Fields(Map::new());
    // It ends where the beginning does, or at the output: that is no error here.
    let mut reader = serde_json::Deserializer::from_slice(beginning);
    reader.deserialize_map(&mut fields).ok();
    let fields = fields.0;
    match fields.contains_key("code") {
        true => serde_json::from_value(Value::Object(fields)).ok(),
        false => None,
    }
}

/// Those that have come whole.
struct Fields(Map<String, Value>);

impl<'de> Visitor<'de> for &mut Fields {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut last = None;
        while let Some(name) = map.next_key::<String>()? {
            // A number may go on where the beginning ends: only what follows shows that it is whole.
            self.0.extend(last.take());
            if name == OUTPUT {
                return Ok(());
            }
            last = Some((name, map.next_value()?));
        }
        self.0.extend(last);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::{Id, StatementState};

    const ANSWER: &str = r#" {"id": 12, "code": "a \"b\"\n é \t", "state": "available",
        "output": {"status": "ok", "data": {"text/plain": "{\"code\": 1}"}}, "progress": 1.0,
        "started": 1795386449031, "completed": 1795386449032}"#;

    #[test]
    fn what_comes_before_the_output_is_known_wherever_the_rest_ends() {
        let code_ends = ANSWER.find(", \"state\"").unwrap();
        let state_ends = ANSWER.find("\"output\"").unwrap();
        for length in 0..=ANSWER.len() {
            let Some(head) = head_of(&ANSWER.as_bytes()[..length]) else {
                assert!(length < code_ends + 10, "{length}");
                continue;
            };
            assert!(length > code_ends, "{length}");
            assert_eq!(head.id, Id::Number(12));
            assert_eq!(head.code.as_deref(), Some("a \"b\"\n é \t"));
            assert_eq!(head.output, None);
            if length > state_ends + 8 {
                assert_eq!(head.state, StatementState::Available);
            }
        }
    }

    #[test]
    fn a_number_that_may_go_on_is_not_known() {
        assert_eq!(head_of(br#"{"code": "x", "id": 1"#), None);
        let whole = head_of(br#"{"code": "x", "id": 1}"#).unwrap();
        assert_eq!(whole.id, Id::Number(1));
        let started = head_of(br#"{"id": 1, "code": "x", "started": 17"#).unwrap();
        assert_eq!(started.started, 0);
    }

    #[test]
    fn a_server_that_tells_no_code_is_believed() {
        assert_eq!(head_of(br#"{"id": 1, "code": null, "#), None);
        let told = head_of(br#"{"id": 1, "code": null, "output": {"#).unwrap();
        assert_eq!(told.code, None);
    }

    #[test]
    fn another_order_and_what_is_no_statement_tell_nothing() {
        for beginning in [
            "",
            "{}",
            "[1",
            "\"code\"",
            "<html>",
            r#"{"output": {"code": "x"}, "id": 1, "code": "x"}"#,
            r#"{"output": {"id": 1, "code": "x""#,
            r#"{"id": 1, "output": null, "code": "x"}"#,
            r#"{"id": 1, "data": {"code": "x"}}"#,
            r#"{"id": null, "code": "x"}"#,
        ] {
            assert_eq!(head_of(beginning.as_bytes()), None, "{beginning}");
        }
        assert_eq!(
            head_of(b"{\"id\": 1, \"code\": \"\xff\", \"state\": 1"),
            None
        );
    }
}

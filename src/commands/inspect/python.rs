//! A value of Python: what the session tells of it, as IPython lays it out.

use super::{block, labelled};
use crate::commands::hidden::Gave;
use crate::commands::{Answer, Desk};
use crate::lang::Language;
use crate::render::{self, Line, one_line};
use serde_json::Value;

const LOOK: &str = include_str!("look.py");
const MARK: &str = "livysh:object ";
/// So many lines of a docstring are shown; `x??` shows all.
const SHOWN_LINES: usize = 20;

impl Desk<'_> {
    pub(super) fn inspect_python(&mut self, name: &str, is_deep: bool) -> Answer {
        match self.look(name, is_deep) {
            Ok(mut told) => {
                if is_deep && text_of(&told, "source").is_none() {
                    self.add_typed_source(name, &mut told);
                }
                self.print_lines(&lines(name, &told, is_deep))
            }
            Err(answer) => answer,
        }
    }

    /// Livy's Python keeps no source of what it is sent, but it was typed here.
    fn add_typed_source(&self, name: &str, told: &mut Value) {
        if !matches!(type_of(told), "function" | "type") {
            return;
        }
        if let (Some(code), Value::Object(told)) = (self.inputs.defining(name), told) {
            told.insert("source".to_owned(), code.into());
        }
    }

    /// What the session tells of a value. It is looked at in a namespace of its own, so that no name is
    /// left in the user's.
    pub(super) fn look(&mut self, name: &str, is_deep: bool) -> Result<Value, Answer> {
        let deep = if is_deep { "True" } else { "False" };
        let code = format!(
            "__import__('builtins').exec({}, {{'get': lambda: {name}, 'deep': {deep}}})",
            quoted(LOOK)
        );
        let text = match self.hidden_text(Language::Python, &code)? {
            Gave::Text(text) => text,
            Gave::Failed(failure) => return Err(Answer::Refused(super::reason(&failure))),
        };
        let told = text.rsplit_once(MARK).map(|(_, rest)| rest);
        let told = told.and_then(|rest| serde_json::from_str(rest.lines().next()?).ok());
        let told: Value = told.ok_or_else(|| {
            let told = "The session did not tell what it is.";
            Answer::Refused(told.to_owned())
        })?;
        match text_of(&told, "error") {
            Some(reason) => Err(Answer::Refused(one_line(reason).into_owned())),
            None => Ok(told),
        }
    }
}

fn text_of<'a>(told: &'a Value, key: &str) -> Option<&'a str> {
    let text = told.get(key).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}

/// The type alone.
pub(super) fn type_of(told: &Value) -> &str {
    text_of(told, "type").unwrap_or("?")
}

/// The schema as a tree, where it has one.
pub(super) fn schema_of(told: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(text_of(told, "schema")?).ok()?;
    render::schema(&schema)
}

fn lines(name: &str, told: &Value, is_deep: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(signature) = text_of(told, "signature") {
        let own = name.rsplit('.').next().unwrap_or(name);
        lines.push(labelled("Signature", &format!("{own}{signature}")));
    }
    lines.push(labelled("Type", type_of(told)));
    match text_of(told, "form") {
        Some(form) if form.contains('\n') => lines.extend(block("String form", form)),
        Some(form) => lines.push(labelled("String form", form)),
        None => {}
    }
    if let Some(length) = told.get("length").and_then(Value::as_u64) {
        lines.push(labelled("Length", &length.to_string()));
    }
    for (label, key) in [("Shape", "shape"), ("File", "file")] {
        if let Some(text) = text_of(told, key) {
            lines.push(labelled(label, text));
        }
    }
    if let Some(tree) = schema_of(told) {
        lines.extend(block("Schema", &tree));
    }
    let source = text_of(told, "source");
    match text_of(told, "doc") {
        // It stands in the source, too.
        Some(_) if source.is_some() => {}
        Some(doc) => lines.extend(documented(name, doc, is_deep)),
        None => {}
    }
    match source {
        Some(source) => lines.extend(block("Source", source)),
        None if is_deep => lines.push(labelled("Source", "the session has none of it")),
        None => {}
    }
    lines
}

fn documented(name: &str, doc: &str, is_deep: bool) -> Vec<Line> {
    let all = doc.trim_end().lines().count();
    if all == 1 {
        return vec![labelled("Docstring", doc)];
    }
    let shown = if is_deep { all } else { all.min(SHOWN_LINES) };
    let text: Vec<&str> = doc.lines().take(shown).collect();
    let mut lines = block("Docstring", &text.join("\n"));
    if shown < all {
        let told = format!("… {} more lines: {name}?? shows them", all - shown);
        lines.push(Line::faint(told));
    }
    lines
}

/// A text as Python writes it, on one line.
pub(in crate::commands) fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(told: Value, is_deep: bool) -> String {
        let lines = lines("m.f", &told, is_deep);
        lines.iter().map(|line| line.text() + "\n").collect()
    }

    #[test]
    fn what_is_told_stands_under_labels() {
        let told =
            json!({"type": "function", "signature": "(x, y=2)", "doc": "Adds.", "form": null});
        assert_eq!(
            shown(told.clone(), false),
            "Signature:    f(x, y=2)\nType:         function\nDocstring:    Adds.\n"
        );
        assert!(shown(told, true).ends_with("Source:       the session has none of it\n"));
        let schema = r#"{"type":"struct","fields":[{"name":"a","type":"long","nullable":true}]}"#;
        let frame =
            json!({"type": "p.DataFrame", "form": "DataFrame[a: bigint]", "schema": schema});
        assert!(shown(frame, false).ends_with("Schema:\nroot\n |-- a: long (nullable = true)\n"));
        let odd = json!({"type": "x\u{1b}[2J\ny", "form": "a\nb", "length": 7});
        assert_eq!(
            shown(odd, false),
            "Type:         x\\u{1b}[2J\\ny\nString form:\na\nb\nLength:       7\n"
        );
    }

    #[test]
    fn a_long_text_is_cut_until_all_is_asked_for() {
        let doc = "line\n".repeat(50);
        let told = json!({"type": "t", "doc": doc});
        let short = shown(told.clone(), false);
        assert!(short.ends_with("… 30 more lines: m.f?? shows them\n"));
        assert_eq!(shown(told, true).matches("line\n").count(), 50);
    }

    #[test]
    fn the_code_is_one_line_and_needs_nothing_beforehand() {
        let code = quoted(LOOK);
        assert!(!code.contains('\n') && !code.contains("class ") && !code.contains("__name__"));
    }
}

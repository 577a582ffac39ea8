//! Names of Python, where the server tells none: a statement of ours looks at what there is. It calls
//! nothing, asks no property for its value, and leaves nothing behind: it runs in names of its own.

use crate::engine::Output;
use serde_json::json;

const LOOK: &str = include_str!("names.py");

/// The statement that tells the names behind a path, or all where that is empty; names that begin with
/// `_` where they are asked for.
pub(super) fn statement(path: &str, hidden: bool) -> String {
    // Nothing is called by a name that the user may have given to something else.
    let path: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
    let (look, path) = (json!(LOOK), json!(path));
    let hidden = if hidden { "True" } else { "False" };
    format!(
        "__import__('builtins').exec({look}, {{'names': __import__('builtins').globals(), \
         'path': {path}, 'hidden': {hidden}}})"
    )
}

/// What it has told: its last line.
pub(super) fn names(output: &Output) -> Vec<String> {
    let Output::Ok(data) = output else {
        return Vec::new();
    };
    let text = data.get("text/plain").and_then(|text| text.as_str());
    let last = text.unwrap_or_default().trim_end().lines().next_back();
    let names = last.unwrap_or_default().split(' ');
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_statement_on_one_line() {
        let code = statement("spark.read", false);
        assert!(!code.contains('\n') && code.contains(r#"["spark","read"]"#));
        assert!(statement("", true).contains("'path': [], 'hidden': True"));
    }

    #[test]
    fn the_last_line_holds_the_names() {
        let data = json!({"text/plain": "late\ncount range\n"});
        let output = Output::Ok(data.as_object().cloned().unwrap());
        assert_eq!(names(&output), ["count", "range"]);
    }
}

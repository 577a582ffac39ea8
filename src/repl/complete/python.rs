//! Names of Python, where the server tells none: a statement of ours looks at what there is. It calls
//! nothing, asks no property for its value, and leaves nothing behind: it runs in names of its own.

use crate::engine::Output;
use serde_json::json;

const LOOK: &str = include_str!("names.py");

/// What stands before names that are not all: only those that the word can mean.
const CUT: &str = "...";

/// The statement that tells the names behind a path, or all where that is empty; names that begin with
/// `_` where they are asked for. Where there are very many, it tells those that the word can mean.
pub(super) fn statement(path: &str, word: &str, hidden: bool) -> String {
    // Nothing is called by a name that the user may have given to something else.
    let path: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
    let (look, path, word) = (json!(LOOK), json!(path), json!(word));
    let hidden = if hidden { "True" } else { "False" };
    format!(
        "__import__('builtins').exec({look}, {{'names': __import__('builtins').globals(), \
         'path': {path}, 'word': {word}, 'hidden': {hidden}}})"
    )
}

/// What it has told, in its last line, and whether that is all.
pub(super) fn names(output: &Output) -> (Vec<String>, bool) {
    let Output::Ok(data) = output else {
        return (Vec::new(), true);
    };
    let text = data.get("text/plain").and_then(|text| text.as_str());
    let last = text.unwrap_or_default().trim_end().lines().next_back();
    let names = last.unwrap_or_default().split(' ');
    let mut names = names.filter(|name| !name.is_empty()).peekable();
    let is_all = names.next_if_eq(&CUT).is_none();
    (names.map(str::to_owned).collect(), is_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_statement_on_one_line() {
        let code = statement("spark.read", "", false);
        assert!(!code.contains('\n') && code.contains(r#"["spark","read"]"#));
        assert!(statement("", "a", true).contains(r#"'path': [], 'word': "a", 'hidden': True"#));
    }

    #[test]
    fn the_last_line_holds_the_names() {
        let data = json!({"text/plain": "late\ncount range\n"});
        let output = Output::Ok(data.as_object().cloned().unwrap());
        let told = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(names(&output), (told(&["count", "range"]), true));
        let data = json!({"text/plain": "... count range"});
        let output = Output::Ok(data.as_object().cloned().unwrap());
        assert_eq!(names(&output), (told(&["count", "range"]), false));
    }
}

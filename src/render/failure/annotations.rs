//! Annotations that `from __future__ import annotations` would leave alone.
//!
//! Livy compiles each part of a program by itself, so that the import holds for nothing that follows
//! it. Mostly that changes nothing; where an annotation then fails it is said why.

use super::Origin;
use crate::livy::Failure;

pub(super) const HINT: &str = "this server compiles each statement by itself, so that `from \
                               __future__ import annotations` has no effect: put the annotation \
                               in quotes";

/// Whether a statement failed for an annotation that the program asked not to be looked at.
pub(super) fn is_cause(failure: &Failure, origin: Origin<'_>) -> bool {
    let code = &origin.snippet.code;
    let in_annotation = match failure.ename.as_str() {
        "NameError" => quoted(&failure.evalue).is_some_and(|name| annotates(code, name)),
        // `int | None` before Python 3.10.
        "TypeError" => {
            failure
                .evalue
                .starts_with("unsupported operand type(s) for |")
                && annotates(code, "|")
        }
        _ => false,
    };
    in_annotation && origin.past.python_contains(is_import)
}

/// `name 'Point' is not defined`
fn quoted(text: &str) -> Option<&str> {
    text.split('\'').nth(1)
}

fn is_import(line: &str) -> bool {
    let names = line.trim_start().strip_prefix("from __future__ import");
    names.is_some_and(|names| names.contains("annotations"))
}

/// Whether a word or sign stands in an annotation: between it and a colon or an arrow is nothing
/// but what types are written with.
fn annotates(code: &str, word: &str) -> bool {
    let is_of_type = |c: char| c.is_alphanumeric() || "_.,[]|'\" \n".contains(c);
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].trim_end_matches(is_of_type);
        let is_whole = !code[at + word.len()..].starts_with(|c: char| c.is_alphanumeric());
        is_whole && (before.ends_with(':') || before.ends_with("->"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{error, told};
    use crate::lang::{Feeding, Language};

    fn hints(text: &str, ename: &str, evalue: &str) -> usize {
        let failure = error(ename, evalue, &[]);
        let name = Some("a.py");
        let text = told(Language::Python, name, text, Feeding::ByLine, &failure);
        text.hints.len()
    }

    #[test]
    fn a_later_class_is_told_from_a_wrong_name() {
        let missing = "name 'Node' is not defined";
        let with = |code: &str, evalue| {
            let text = format!("from __future__ import annotations\nx = 1\n{code}");
            hints(&text, "NameError", evalue)
        };
        assert_eq!(with("def f(a: Node): pass", missing), 1);
        assert_eq!(with("def f(a, b: int) -> list[Node]: pass", missing), 1);
        assert_eq!(
            with("class Node:\n    next: 'int' | Node = None", missing),
            1
        );
        assert_eq!(with("@Node\ndef f(a: int): pass", missing), 0);
        assert_eq!(with("def f(a: int = Node): pass", missing), 0);
        assert_eq!(with("def f(a: Nodes): return 1", missing), 0);
        assert_eq!(hints("def f(a: Node): pass", "NameError", missing), 0);
    }

    #[test]
    fn a_union_before_python_3_10_is_known() {
        let evalue = "unsupported operand type(s) for |: 'type' and 'NoneType'";
        let import = "from __future__ import annotations\n";
        let union = format!("{import}def f(a: int | None): pass");
        assert_eq!(hints(&union, "TypeError", evalue), 1);
        let sum = format!("{import}f(int | None)");
        assert_eq!(hints(&sum, "TypeError", evalue), 0);
    }
}

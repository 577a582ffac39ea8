//! Names of variables and views, as all languages take them.

use std::path::Path;

/// Keywords of Scala or Python, and what every session lives by.
const TAKEN: [&str; 64] = [
    "False",
    "None",
    "True",
    "abstract",
    "and",
    "args",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "def",
    "del",
    "do",
    "elif",
    "else",
    "except",
    "extends",
    "false",
    "final",
    "finally",
    "for",
    "forSome",
    "from",
    "global",
    "if",
    "implicit",
    "import",
    "in",
    "is",
    "lambda",
    "lazy",
    "match",
    "new",
    "nonlocal",
    "not",
    "null",
    "object",
    "or",
    "override",
    "package",
    "pass",
    "print",
    "private",
    "protected",
    "raise",
    "return",
    "sc",
    "sealed",
    "spark",
    "sqlContext",
    "super",
    "this",
    "throw",
    "trait",
    "true",
    "try",
    "type",
    "val",
    "var",
];
/// What code of the session's own lives by: packages of Scala, and Python's most used functions.
const ALSO_TAKEN: [&str; 22] = [
    "_", "while", "with", "yield", "java", "javax", "org", "scala", "dict", "filter", "input",
    "int", "len", "list", "map", "max", "min", "open", "range", "set", "str", "sum",
];

/// Whether a variable and a view can have this name.
pub(super) fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins_well = !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty();
    begins_well && name.chars().all(is_part) && !is_taken(name)
}

/// A name from that of a file.
pub(super) fn from_file(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let part = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut name: String = stem.chars().map(part).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if is_taken(&name) {
        name.push_str("_data");
    }
    name
}

/// Whether it is a variable, or a member of one: no other expression.
pub(in crate::commands) fn is_variable(name: &str) -> bool {
    let begins = |c: char| c.is_alphabetic() || c == '_' || c == '$';
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    name.split('.')
        .all(|part| part.starts_with(begins) && part.chars().all(is_part))
}

fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name) || ALSO_TAKEN.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_a_name_that_all_languages_take() {
        for (path, name) in [
            ("data.csv", "data"),
            ("/a/2026-11 sales.csv", "_2026_11_sales"),
            ("class.json", "class_data"),
            ("spark.csv", "spark_data"),
            ("größe.csv", "gr__e"),
            ("_.csv", "__data"),
            ("a.b.csv", "a_b"),
        ] {
            assert_eq!(from_file(Path::new(path)), name);
            assert!(is_name(name));
        }
        for name in ["", "1a", "a b", "a-b", "spark", "def", "é", "a;b"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_variable_is_no_other_expression() {
        for name in ["df", "größe", "_a1", "a.b", "a$b"] {
            assert!(is_variable(name), "{name}");
        }
        for name in ["", "1", "a.", "f()", "a;b", "a[0]", "`a`"] {
            assert!(!is_variable(name), "{name}");
        }
    }
}

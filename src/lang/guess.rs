//! Whether a text is of another language than it was taken for.

/// Whether a text that Scala does not understand looks like Python.
pub fn looks_like_python(text: &str) -> bool {
    text.lines().any(is_python)
}

/// Whether a line is Python and no Scala.
fn is_python(line: &str) -> bool {
    let line = line.trim_end();
    let bare = line.trim_start();
    let words: Vec<&str> = bare.split_whitespace().take(4).collect();
    let opens_block = bare.ends_with(':');
    match words.as_slice() {
        ["from", _, "import", ..] => true,
        ["import", _, "as", ..] => true,
        ["def" | "class" | "for" | "while" | "with" | "async", ..] => opens_block,
        ["if" | "elif", ..] => opens_block,
        ["else:" | "try:" | "finally:" | "except:"] | ["except", ..] => opens_block,
        ["print", argument, ..] => argument.starts_with(['"', '\'']),
        ["#", ..] => true,
        [name, "=", value, ..] => is_name(name) && is_python_value(value),
        _ => bare.starts_with("#!") && bare.contains("python"),
    }
}

fn is_name(word: &str) -> bool {
    word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A value that Scala writes otherwise. (An assignment without `val` is Scala, too.)
fn is_python_value(word: &str) -> bool {
    let word = word.trim_end_matches(',');
    matches!(word, "None" | "True" | "False" | "lambda" | "not")
        || word.starts_with(['[', '{'])
        || (word.starts_with('\'') && word.len() > 3)
        || ["f\"", "f'", "r'", "b'"]
            .iter()
            .any(|quote| word.starts_with(quote))
}

#[cfg(test)]
mod tests {
    use super::looks_like_python;

    #[test]
    fn python_is_known() {
        for text in [
            "import pandas as pd",
            "from os import path",
            "def f(x):\n    return x",
            "for i in range(3):\n    print(i)",
            "print 'hello'",
            "df = spark.range(3)\nif df:\n    pass",
            "xs = [i for i in range(3)]",
            "x = None",
            "#!/usr/bin/env python3\nx = 1",
            "name = 'abc'",
        ] {
            assert!(looks_like_python(text), "{text}");
        }
    }

    #[test]
    fn scala_is_none() {
        for text in [
            "import scala.collection.mutable",
            "import a.{b => c}",
            "def f(x: Int) = x",
            "def f(x: Int) =\n  x",
            "class A { self: B =>\n}",
            "val c = 'a'",
            "for (i <- 1 to 3) println(i)",
            "x = 3",
            "println(\"a\")",
            "if (a) b else c",
            "x match { case 1 => 2 }",
        ] {
            assert!(!looks_like_python(text), "{text}");
        }
    }
}

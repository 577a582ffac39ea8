//! What of a statement's text is the echo of Scala's interpreter.
//!
//! Livy gives what was printed and what was echoed as one text. The echo is found by the names that
//! the code defines, which begin its lines.

use super::{Language, scala, split};

/// What begins a line of the echo.
enum LineStart {
    /// The name of a value or method.
    Name(String),
    /// An expression's: `res0` and so on.
    Result,
    /// `defined class Point`
    Definition,
    Import,
}

/// Scala cuts what it shows of a value long before this; what was printed may be huge.
const LONGEST_ECHO: usize = 8 << 10;

/// What the echo of a code of Scala looks like.
pub struct Echo {
    starts: Vec<LineStart>,
}

impl Echo {
    /// The code may hold several statements, as a pasted block does.
    pub fn of(code: &str) -> Echo {
        let snippets = split(Language::Scala, code);
        Echo {
            starts: snippets.iter().flat_map(|one| starts(&one.code)).collect(),
        }
    }

    /// Where it begins in what the code gave; the text's end where there is none.
    pub fn start(&self, text: &str) -> usize {
        let mut position = 0;
        for line in text.split_inclusive('\n') {
            if self.begins(line) {
                return position;
            }
            position += line.len();
        }
        text.len()
    }

    /// The name of its last value, to which a line that begins with a dot applies.
    pub fn last_value(&self, text: &str) -> Option<String> {
        let mut start = text.len().saturating_sub(LONGEST_ECHO);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        text[start..].lines().rev().find_map(|line| {
            let (name, of_type) = without_keyword(line).split_once(": ")?;
            let is_value = of_type.contains(" = ") && is_name(name);
            (is_value && self.begins(line)).then(|| name.to_owned())
        })
    }

    /// Whether a line begins the echo of something.
    pub fn begins(&self, line: &str) -> bool {
        self.starts.iter().any(|start| start.begins(line))
    }
}

impl LineStart {
    fn begins(&self, line: &str) -> bool {
        let line = without_keyword(line);
        match self {
            LineStart::Name(name) => line
                .strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with([':', '(', '['])),
            LineStart::Result => line
                .split_once(": ")
                .and_then(|(name, _)| name.strip_prefix("res"))
                .is_some_and(|number| {
                    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
                }),
            LineStart::Definition => ["defined ", "class ", "object ", "trait ", "type "]
                .iter()
                .any(|word| line.starts_with(word)),
            LineStart::Import => line.starts_with("import "),
        }
    }
}

/// A line of Scala 2.13's echo without the word that 2.12 leaves out.
fn without_keyword(line: &str) -> &str {
    ["val ", "var ", "lazy val ", "def "]
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .unwrap_or(line)
}

fn starts(code: &str) -> Vec<LineStart> {
    let (word, rest) = scala::definition(code);
    match word {
        "class" | "object" | "trait" | "type" => vec![LineStart::Definition],
        "import" => vec![LineStart::Import],
        "val" | "var" => names(rest).map(LineStart::Name).collect(),
        "def" => {
            let rest = rest.trim_start();
            let end = rest.find(['(', '[', ':', '=', ' ']).unwrap_or(rest.len());
            vec![LineStart::Name(rest[..end].to_owned())]
        }
        _ => vec![LineStart::Result, assigned(code)],
    }
}

/// An assignment echoes the variable's name.
fn assigned(code: &str) -> LineStart {
    match code.split_once('=') {
        Some((name, _)) if is_name(name.trim()) => LineStart::Name(name.trim().to_owned()),
        _ => LineStart::Result,
    }
}

/// The names that a pattern may bind; a type is none.
fn names(pattern: &str) -> impl Iterator<Item = String> {
    let end = pattern.find('=').unwrap_or(pattern.len());
    without_types(&pattern[..end])
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .filter(|word| is_name(word))
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// A pattern without what follows its colons, each up to the comma or the bracket that ends it.
fn without_types(pattern: &str) -> String {
    let mut text = String::new();
    // Brackets that are open within a type.
    let mut in_type: Option<usize> = None;
    let mut before = ' ';
    for (at, c) in pattern.char_indices() {
        let is_operator = |c: char| ":+-*/<>|&!?~^%#@\\".contains(c);
        // `::` and its like are operators.
        let stands_alone =
            !is_operator(before) && !pattern[at + c.len_utf8()..].starts_with(is_operator);
        before = c;
        in_type = match (in_type, c) {
            (None, ':') if stands_alone => Some(0),
            (Some(depth), '(' | '[') => Some(depth + 1),
            (Some(0), ',' | ')' | ']') => None,
            (Some(depth), ')' | ']') => Some(depth - 1),
            (unchanged, _) => unchanged,
        };
        if in_type.is_none() {
            text.push(c);
        }
    }
    text
}

fn is_name(word: &str) -> bool {
    word.chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
        && word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_echo_begins_at_what_the_code_defines() {
        for (code, text, printed) in [
            ("1 + 1", "res0: Int = 2\n", ""),
            ("println(3)", "3\n", "3\n"),
            ("{ println(3); 4 }", "3\nres1: Int = 4\n", "3\n"),
            (
                "val a = f()",
                "total: Int = 3\na: Int = 1\n",
                "total: Int = 3\n",
            ),
            (
                "val a: Map[String, (Int, Int)] = f()",
                "Int: 5\na: scala.Int = 1\n",
                "Int: 5\n",
            ),
            ("val _ :: rest = f()", "rest: List[Int] = List(2)\n", ""),
            (
                "val (a: Int, List(b: Int)) = f()",
                "Int: 5\nb: Int = 1\n",
                "Int: 5\n",
            ),
            ("val (a, b) = (1, 2)", "a: Int = 1\nb: Int = 2\n", ""),
            ("private lazy val c: Int = 3", "c: Int = <lazy>\n", ""),
            ("implicit def d(x: Int) = 1", "d: (x: Int)Int\n", ""),
            ("case class E(x: Int)", "defined class E\n", ""),
            ("import x.y", "import x.y\n", ""),
            (
                "private[x] val a = f()",
                "b: Int = 2\na: Int = 1\n",
                "b: Int = 2\n",
            ),
            (
                "@tailrec final def f(x: Int): Int = 1",
                "f: (x: Int)Int\n",
                "",
            ),
            (
                "@a.b[C](\"d\", (1))\n@e protected[this] /* f */ lazy val g = h",
                "g: Int = <lazy>\n",
                "",
            ),
            ("@transient val i = 1", "i: Int = 1\n", ""),
            ("a = 3", "a: Int = 3\n", ""),
            // Scala 2.13
            ("f()", "printed\nval res0: Int = 2\n", "printed\n"),
            ("lazy val c = 3", "lazy val c: Int // unevaluated\n", ""),
            ("def d(x: Int) = 1", "def d(x: Int): Int\n", ""),
            ("case class E(x: Int)", "class E\n", ""),
            (
                "val x = 1\nprintln(x)\nx",
                "1\nx: Int = 1\nres3: Int = 1\n",
                "1\n",
            ),
        ] {
            assert_eq!(&text[..Echo::of(code).start(text)], printed, "{code}");
        }
    }

    #[test]
    fn the_last_value_has_a_name() {
        let last = |code, text| Echo::of(code).last_value(text);
        assert_eq!(last("1", "res7: Int = 1\n").as_deref(), Some("res7"));
        assert_eq!(last("val a = 1", "a: Int = 1\n").as_deref(), Some("a"));
        assert_eq!(last("1", "val res7: Int = 1\n").as_deref(), Some("res7"));
        assert_eq!(last("println(1)", "1\n"), None);
        assert_eq!(last("import a.b", "import a.b\n"), None);
    }
}

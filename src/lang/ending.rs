//! Statements that end a script: `sys.exit(n)`, `exit()`, `quit()` and `System.exit(n)` at its top
//! level. They are not sent: on a Livy server Scala's would end the driver, and Python's `exit()`
//! closes what its shell reads from.

use super::{Language, Past, Snippet, Source, python, scala};
use std::str::FromStr;

/// How a statement ends the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// With this number, as it is written.
    Code(i32),
    /// With what an expression gives.
    Computed {
        /// Runs the expression, on its own lines.
        first: Snippet,
        /// Then tells what it gave.
        then: String,
    },
}

const PYTHON: [&str; 3] = ["sys.exit", "exit", "quit"];
const SCALA: [&str; 6] = [
    "System.exit",
    "sys.exit",
    "scala.sys.exit",
    "java.lang.System.exit",
    "exit",
    "quit",
];
const SCALA_BARE: [&str; 2] = ["sys.exit", "scala.sys.exit"];
/// The name that holds what a computed ending gave.
const NAME: &str = "livyshExit";

/// The names among them that may be the user's own.
pub(super) const BARE: [&str; 2] = ["exit", "quit"];

/// How the statement ends the script; `None` where it does not, or where the session was given a
/// meaning of its own for the name.
pub fn ending(snippet: &Snippet, source: &Source, past: &Past) -> Option<Ending> {
    let code = snippet.code.as_str();
    let (callee, inside) = match snippet.language {
        Language::Python => call(code, &PYTHON, python::after_bracket)?,
        // Its `sys.exit` needs no brackets.
        Language::Scala if SCALA_BARE.iter().any(|name| is_all(code, name)) => {
            return Some(Ending::Code(0));
        }
        Language::Scala => call(code, &SCALA, scala::after_bracket)?,
        Language::Sql | Language::R => return None,
    };
    if BARE.contains(&callee) && (past.has_own(callee) || binds(&source.text, callee)) {
        return None;
    }
    if let Some(number) = number(inside) {
        return Some(Ending::Code(number));
    }
    let (before, then) = match snippet.language {
        Language::Scala => (format!("val {NAME}: Int = ("), format!("print({NAME})")),
        Language::Python | Language::Sql | Language::R => {
            (format!("{NAME} = ("), format!("raise SystemExit({NAME})"))
        }
    };
    let first = Snippet {
        code: format!("{before}{inside})"),
        ..snippet.clone()
    };
    Some(Ending::Computed { first, then })
}

/// What may end a script from within, by a part of a name: Python's readers of arguments do so, too.
const MAY_EXIT: [&str; 9] = [
    "exit",
    "quit",
    "halt",
    "abort",
    "parse_args",
    "unittest",
    "docopt",
    "click",
    "typer",
];

/// Whether a statement may end the script where that is not known before it runs, as by a `sys.exit`
/// in a function. What it imports is not looked into.
pub fn may_exit(snippet: &Snippet) -> bool {
    let code = snippet.code.to_ascii_lowercase();
    let names = |code: &str| MAY_EXIT.iter().any(|name| code.contains(name));
    match snippet.language {
        Language::Scala | Language::Python => names(&code),
        Language::R => names(&code) || calls_q(&code),
        Language::Sql => false,
    }
}

/// R's `q()`, which `seq()` is not.
fn calls_q(code: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    code.match_indices('q').any(|(at, _)| {
        let rest = code[at + 1..].trim_start();
        rest.starts_with('(') && !code[..at].ends_with(is_part)
    })
}

/// The code that Python's `exit` makes of what it is given, where that is a number or its like.
pub fn number<T: FromStr + From<bool>>(argument: &str) -> Option<T> {
    match argument.trim() {
        "" | "None" | "False" => Some(T::from(false)),
        "True" => Some(T::from(true)),
        number => number.parse().ok(),
    }
}

/// Whether a text may give a name a meaning, as `def exit` does, `exit = print` and `import exit`. An
/// import from where the name has its usual meaning is none.
pub(super) fn binds(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        if before.ends_with(is_part) || after.starts_with(is_part) {
            return false;
        }
        let statement = before.rsplit(['\n', ';']).next().unwrap_or_default();
        let line = after.split(['\n', ';']).next().unwrap_or_default();
        is_bound(statement.trim_start(), line.trim_start())
    })
}

/// The same for a name by what stands before it in its statement, and after it.
fn is_bound(before: &str, after: &str) -> bool {
    if before.contains('#') || before.contains("//") {
        return false;
    }
    if before.starts_with("import ") || before.starts_with("from ") {
        let usual = ["sys", "System", "builtins"];
        let mut words = before.split(|c: char| !c.is_alphanumeric());
        return !words.any(|word| usual.contains(&word));
    }
    let word = before.split_whitespace().next_back();
    let introduced = ["def", "val", "var", "class", "object", "as", "for"];
    if word.is_some_and(|word| introduced.contains(&word)) {
        return true;
    }
    // Alone or among others, before a sign that gives it a value.
    let is_target = |c: char| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ' | '*');
    let stands_first = before.is_empty() || (before.chars().all(is_target) && before.contains(','));
    let value = match after.strip_prefix([',', ':']) {
        Some(rest) => rest.split_once('=').map(|(_, value)| value),
        None => after.strip_prefix('='),
    };
    stands_first && value.is_some_and(|value| !value.starts_with('='))
}

/// A call of one of these names that is all of the code: the name, and what its brackets hold.
fn call<'a>(
    code: &'a str,
    names: &[&'static str],
    after_bracket: fn(&str) -> Option<usize>,
) -> Option<(&'static str, &'a str)> {
    let called = |name: &&'static str| {
        let rest = code.strip_prefix(*name)?;
        Some((*name, rest.trim_start_matches([' ', '\t'])))
    };
    let (name, rest) = names.iter().find_map(called)?;
    let rest = rest.strip_prefix('(')?;
    let end = after_bracket(rest)?;
    is_nothing(&rest[end..]).then_some((name, &rest[..end - 1]))
}

fn is_all(code: &str, name: &str) -> bool {
    code.strip_prefix(name).is_some_and(is_nothing)
}

/// Whether a semicolon and a comment are all there is.
fn is_nothing(rest: &str) -> bool {
    let rest = rest.trim().trim_start_matches(';').trim_start();
    rest.is_empty() || rest.starts_with('#') || rest.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_end_a_script_is_seen_in_its_code() {
        let may = |language: Language, code: &str| {
            may_exit(&Snippet {
                language,
                code: code.to_owned(),
                first_line: 1,
                first_column: 0,
            })
        };
        for (language, code, expected) in [
            (Language::Python, "def f():\n    sys.exit(1)", true),
            (Language::Python, "raise SystemExit", true),
            (Language::Python, "args = parser.parse_args()", true),
            (Language::Python, "x = seq(1)", false),
            (
                Language::Scala,
                "def f() = Runtime.getRuntime.halt(1)",
                true,
            ),
            (Language::Scala, "val s = Seq(1)", false),
            (Language::R, "f <- function() q (status = 1)", true),
            (Language::R, "seq(1, 2); a_q(1)", false),
            (Language::Sql, "select 'exit'", false),
        ] {
            assert_eq!(may(language, code), expected, "{code}");
        }
    }

    fn of(language: Language, code: &str) -> Option<String> {
        let snippet = Snippet {
            language,
            code: code.to_owned(),
            first_line: 1,
            first_column: 0,
        };
        let source = Source::new(None, code.to_owned());
        ending(&snippet, &source, &Past::default()).map(|ending| match ending {
            Ending::Code(number) => number.to_string(),
            Ending::Computed { first, .. } => first.code,
        })
    }

    #[test]
    fn a_call_that_is_all_of_a_statement_ends_the_script() {
        for (code, expected) in [
            ("sys.exit(3)", "3"),
            ("sys.exit()", "0"),
            ("exit()", "0"),
            ("quit( -1 ); # done", "-1"),
            ("sys.exit(None)", "0"),
            ("sys.exit(main(')', [1]))", "livyshExit = (main(')', [1]))"),
            (
                "sys.exit(\n  f(1)  # )\n)",
                "livyshExit = (\n  f(1)  # )\n)",
            ),
        ] {
            assert_eq!(
                of(Language::Python, code).as_deref(),
                Some(expected),
                "{code}"
            );
        }
        for (code, expected) in [
            ("System.exit(3)", "3"),
            ("sys.exit", "0"),
            ("sys.exit()", "0"),
            ("scala.sys.exit(2) // bad", "2"),
            (
                "System.exit(if (ok(\")\")) 0 else 1)",
                "val livyshExit: Int = (if (ok(\")\")) 0 else 1)",
            ),
        ] {
            assert_eq!(
                of(Language::Scala, code).as_deref(),
                Some(expected),
                "{code}"
            );
        }
    }

    #[test]
    fn everything_else_is_run() {
        for code in [
            "sys.exit",
            "exit",
            "exits(3)",
            "sys.exit(1) if (a) else b(2)",
            "if x: sys.exit(1)",
            "exit(3).x",
            "exit(",
        ] {
            assert_eq!(of(Language::Python, code), None, "{code}");
        }
        for code in [
            "System.exit",
            "if (a) System.exit(1)",
            "sys.exit(1) + 1",
            "exitAll(1)",
        ] {
            assert_eq!(of(Language::Scala, code), None, "{code}");
        }
        assert_eq!(of(Language::Sql, "exit()"), None);
    }

    #[test]
    fn a_name_of_the_users_own_is_called() {
        for text in [
            "def exit(n): pass",
            "exit = print",
            "x = 1; exit  = print",
            "from jobs import start, exit",
            "import quit",
            "from m import a as exit",
            "def quit(n: Int) = n",
            "val exit = f _",
            "import Jobs.{run, quit}",
            "exit, quit = f, g",
            "a, exit = f, g",
            "exit: Callable = f",
            "for exit in fs: pass",
        ] {
            let name = if text.contains("exit") {
                "exit"
            } else {
                "quit"
            };
            assert!(binds(text, name), "{text}");
            let source = Source::new(None, text);
            let mut past = Past::default();
            for language in [Language::Python, Language::Scala] {
                let given = crate::lang::split(language, text);
                past.note(&source, &given[0], None);
                let call = Source::new(None, format!("{name}(3)"));
                let snippet = &crate::lang::split(language, &call.text)[0];
                assert_eq!(ending(snippet, &call, &past), None, "{text}");
            }
        }
        for text in [
            "exit(3)",
            "x.exit = 1",
            "exits = 1",
            "if exit == 3: pass",
            "import sys.{error, exit}",
            "from sys import exit",
            "import time; exit(3)",
            "unittest.main(exit=False)",
            "# exit = 1",
            "// val exit = 1",
            "# exit",
        ] {
            assert!(!binds(text, "exit"), "{text}");
        }
    }
}

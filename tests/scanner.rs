//! The scanners against the truth tables: what CPython and Spark's Scala parser answer for the
//! same text, and how scripts split.

use livysh::lang::{self, Completeness, Language};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    code: String,
    truth: String,
}

#[derive(Deserialize)]
struct SplitCase {
    lang: String,
    code: String,
    expect: Vec<String>,
}

/// Asks for "does it continue?" in each case: those of `excepted` alone are answered otherwise than
/// the truth table says, and none of them traps whoever has typed something complete.
fn judge(language: Language, table: &str, count: usize, excepted: &[&str]) {
    let cases: Vec<Case> = serde_json::from_str(table).unwrap();
    assert_eq!(cases.len(), count);
    let wrong = cases.iter().filter(|case| {
        let answer = lang::completeness(language, &case.code);
        let continues = matches!(answer, Completeness::Incomplete { .. });
        assert!(!continues || case.truth != "complete", "{:?}", case.code);
        continues != (case.truth == "incomplete")
    });
    let wrong: Vec<&str> = wrong.map(|case| case.code.as_str()).collect();
    assert_eq!(wrong, excepted);
}

#[test]
fn python_continues_where_cpython_says_so() {
    let excepted = [
        // Brackets are looked at, not grammar: more lines cannot mend these.
        "def f(:",
        // A last line of blanks ends a block here, since the editor writes them.
        "if x:\n    pass\n    ",
        // A backslash continues whatever it stands behind.
        "with a, \\\n",
    ];
    let table = include_str!("cases/python_completeness.json");
    judge(Language::Python, table, 149, &excepted);
}

#[test]
fn scala_continues_where_spark_says_so() {
    // The last word asks for a name, and no line mends the one before it.
    let excepted = ["class class"];
    let table = include_str!("cases/scala_completeness.json");
    judge(Language::Scala, table, 225, &excepted);
}

#[test]
fn scripts_split_as_the_table_says() {
    let cases: Vec<SplitCase> =
        serde_json::from_str(include_str!("cases/statement_splits.json")).unwrap();
    for case in cases {
        let language = Language::from_name(&case.lang).unwrap();
        let codes: Vec<String> = lang::split(language, &case.code)
            .into_iter()
            .map(|snippet| snippet.code)
            .collect();
        assert_eq!(codes, case.expect, "{}", case.code);
    }
}

/// As the parser of Scala 2.12 says: what takes an argument takes it also from the next line.
#[test]
fn a_brace_on_the_next_line_is_an_argument_where_scala_takes_it_for_one() {
    for joined in [
        "f(1)\n{ 2 }",
        "f(1)\n// c\n{ 2 }",
        "f { 1 }\n{ 2 }\n{ 3 }",
        "val a: A = b.fold { 1 }\n{ 2 }",
        "new A { }.f { 1 }\n{ 2 }",
        "a + f { 1 }\n{ 2 }",
        "val a = 1\n{ 2 }",
        "class A\n{ }",
        "new A(1)\n{ def x = 1 }",
        "type A = B\n{ def x: Int }",
    ] {
        let found = lang::split(Language::Scala, joined);
        assert_eq!(found.len(), 1, "{joined}");
    }
    for apart in [
        "f(1)\n\n{ 2 }",
        "{ 1 }\n{ 2 }",
        "val a = f _\n{ 2 }",
        "def f() = { 1 }\n{ 2 }",
        "def f() { 1 }\n{ 2 }",
        "do { 1 } while (a)\n{ 2 }",
        "if (a) f else { 1 }\n{ 2 }",
        "a op { 1 }\n{ 2 }",
        "f { 1 } match { case 1 => 2 }\n{ 3 }",
        "class A { }\n{ 2 }",
        "val a = new A with B { }\n{ 2 }",
        "type A = B { def x: Int }\n{ 2 }",
        "import a.{b, c}\n{ 2 }",
    ] {
        let found = lang::split(Language::Scala, apart);
        assert_eq!(found.len(), 2, "{apart}");
    }
}

#[test]
fn sql_splits_at_semicolons_outside_quotes_and_comments() {
    let source =
        "-- c;\nselect ';' as a; /* ; */\nselect `a;b`,\n  \"x;\" from t;\n;\nselect 'it\\'s;'";
    let snippets = lang::split(Language::Sql, source);
    let found: Vec<(usize, &str)> = snippets
        .iter()
        .map(|snippet| (snippet.first_line, snippet.code.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (2, "select ';' as a"),
            (3, "select `a;b`,\n  \"x;\" from t"),
            (6, "select 'it\\'s;'"),
        ]
    );
}

#[test]
fn sql_continues_after_commas_keywords_and_open_brackets() {
    for (code, continues) in [
        ("select 1", false),
        ("select 1;", false),
        ("select", true),
        ("select a,", true),
        ("select (1", true),
        ("select 'a", true),
        ("select /* a", true),
        ("select * from t where", true),
        ("select * from t", false),
        ("select a.from", false),
        ("select )", false),
        ("", false),
    ] {
        let answer = lang::completeness(Language::Sql, code);
        assert_eq!(
            matches!(answer, Completeness::Incomplete { .. }),
            continues,
            "{code}"
        );
    }
    // Alone it lists the settings.
    assert_eq!(
        lang::completeness(Language::Sql, "set"),
        Completeness::Complete
    );
}

#[test]
fn first_lines_count_from_one() {
    let lines = |language, source| -> Vec<usize> {
        let snippets = lang::split(language, source);
        snippets.iter().map(|snippet| snippet.first_line).collect()
    };
    let scala = "// c\n\nval x = 1; val y = 2\n\ndef f = {\n 1\n}\nf";
    assert_eq!(lines(Language::Scala, scala), [3, 3, 5, 8]);
    let python = "# c\nx = 1\n\n\ndef f():\n    return 1\n\nf()";
    assert_eq!(lines(Language::Python, python), [2, 5, 8]);
}

#[test]
fn the_next_line_is_indented_as_people_do() {
    for (language, code, expected) in [
        (Language::Scala, "def f(x: Int) = {", 2),
        (Language::Scala, "def f(x: Int) = {\n  x match {", 4),
        (Language::Scala, "def f(x: Int) = {\n  val y = 1", 2),
        (Language::Scala, "val f = (x: Int) =>", 2),
        (Language::Scala, "val s = \"\"\"abc", 0),
        (Language::Python, "def f():", 4),
        (Language::Python, "def f():\n    if x:", 8),
        (Language::Python, "def f():\n    x = 1", 4),
        (Language::Python, "def f():\n    return 1", 0),
        (Language::Python, "x = [", 4),
        (Language::Python, "@dec", 0),
        (Language::Python, "s = '''abc", 0),
    ] {
        let answer = lang::completeness(language, code);
        assert_eq!(
            answer,
            Completeness::Incomplete { indent: expected },
            "{code}"
        );
    }
}

/// Text that is likely to hit the scanners' corners.
fn nasty_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\"",
        "\"\"\"",
        "'",
        "'''",
        "`",
        "${",
        "$$",
        "s\"",
        "f'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "/*",
        "*/",
        "//",
        "#",
        "--",
        ";",
        "\n",
        "\r\n",
        "\\",
        "\\\n",
        " ",
        "\t",
        ".",
        ",",
        "=",
        "=>",
        "@",
        "x",
        "1",
        "1.5e-3",
        "é",
        "日本",
        "🦀",
        "def",
        "val",
        "class A",
        "object A",
        "if",
        "else",
        "do",
        "while",
        "case",
        "try:",
        "if x:",
        "    y",
        "select",
        "%json x",
        "???",
        ":",
        "\u{0}",
        "\u{feff}",
        "'\\u0041'",
        "'a'",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The statements and what stands between them are the source again, and between them stands
    /// nothing that would be a statement.
    #[test]
    fn split_then_join_is_identity(source in nasty_text()) {
        for language in Language::ALL {
            let mut joined = String::new();
            let mut position = 0;
            for range in lang::statement_ranges(language, &source) {
                prop_assert!(range.start >= position && range.end > range.start);
                let between = &source[position..range.start];
                prop_assert!(
                    lang::statement_ranges(language, between).is_empty(),
                    "{language}: {between:?} between statements of {source:?}"
                );
                joined.push_str(between);
                joined.push_str(&source[range.clone()]);
                position = range.end;
            }
            joined.push_str(&source[position..]);
            prop_assert_eq!(&joined, &source);
        }
    }

    /// Any text gets an answer.
    #[test]
    fn nothing_makes_them_panic(source in any::<String>()) {
        for language in Language::ALL {
            lang::completeness(language, &source);
            lang::split(language, &source);
        }
    }
}

#[test]
fn deep_nesting_neither_overflows_nor_hangs() {
    for piece in [
        "s\"${",
        "(",
        "{",
        "[",
        "/*",
        "f(",
        "'''",
        "if (",
        "x match { case _ => ",
    ] {
        let source = piece.repeat(20_000);
        for language in Language::ALL {
            lang::completeness(language, &source);
            lang::split(language, &source);
        }
    }
}

//! How texts split in each language, and whether they continue: Python's lines and margins,
//! R by the language's definition, SQL's quotes and comments.

use livysh::lang::{self, Completeness, Language};

fn codes(language: Language, source: &str) -> Vec<String> {
    let snippets = lang::split(language, source).into_iter();
    snippets.map(|snippet| snippet.code).collect()
}

fn continues(language: Language, code: &str) -> bool {
    matches!(
        lang::completeness(language, code),
        Completeness::Incomplete { .. }
    )
}

#[test]
fn each_simple_statement_of_python_is_one_of_its_own() {
    for (source, expected) in [
        ("1; 2", &["1", "2"][..]),
        ("a = 1; a;  # c; d\nb", &["a = 1", "a", "b"]),
        (
            "'a;b'; [';', 1]; f(x, ';')",
            &["'a;b'", "[';', 1]", "f(x, ';')"],
        ),
        ("'''a;\nb'''; 2", &["'''a;\nb'''", "2"]),
        ("x = 1; y = (2,\n 3); z", &["x = 1", "y = (2,\n 3)", "z"]),
        (
            "x = 1; y = 2 + \\\n 3; z",
            &["x = 1", "y = 2 + \\\n 3", "z"],
        ),
        ("lambda: 1; 2", &["lambda: 1", "2"]),
        ("match = 1; match", &["match = 1", "match"]),
        // A body stays with its head.
        (
            "if x: a; b\nelse: c; d\ne; f",
            &["if x: a; b\nelse: c; d", "e", "f"],
        ),
        ("def f(): a; b\nf()", &["def f(): a; b", "f()"]),
        ("class A: a = 1; b = 2", &["class A: a = 1; b = 2"]),
        ("@dec\ndef f(): a; b", &["@dec\ndef f(): a; b"]),
        ("for i in x:\n    a; b\nc", &["for i in x:\n    a; b", "c"]),
        ("async def f(): a; b", &["async def f(): a; b"]),
        // What is left open on a line is closed by what follows.
        (
            "print(1, end=''); print(2); 3",
            &["print(1, end=''); print(2)", "3"],
        ),
        // The server shall see what is wrong.
        ("a;; b", &["a;; b"]),
        ("; a", &["; a"]),
        (";", &[]),
    ] {
        assert_eq!(codes(Language::Python, source), expected, "{source}");
    }
}

#[test]
fn a_magic_is_a_statement_of_its_own() {
    for (source, expected) in [
        ("x = 1\n%json x\ny", &["x = 1", "%json x", "y"][..]),
        ("%table x\n%matplot plt", &["%table x", "%matplot plt"]),
        ("%json it's (\nx", &["%json it's (", "x"]),
        ("%sql select 1; select 2", &["%sql select 1; select 2"]),
        // These are no magics.
        ("x = (7\n%json)", &["x = (7\n%json)"]),
        ("'''\n%json x\n'''", &["'''\n%json x\n'''"]),
        ("x = 7 \\\n%json\ny", &["x = 7 \\\n%json", "y"]),
    ] {
        assert_eq!(codes(Language::Python, source), expected, "{source}");
    }
}

#[test]
fn the_margin_of_a_pasted_block_is_taken_away() {
    for (source, expected) in [
        ("    x = 1\n    x", &["x = 1", "x"][..]),
        (
            "  if x:\n      a\n\n      b\n  c",
            &["if x:\n    a\n\n    b", "c"],
        ),
        ("\tfor i in x:\n\t\ti\n\tj", &["for i in x:\n\ti", "j"]),
        // What is in a string is no margin.
        (
            "    x = '''a\n    b\n  c'''\n    x",
            &["x = '''a\n    b\n  c'''", "x"],
        ),
        (
            "    f(\"\"\"\n\t  a\n    \"\"\",\n      2)",
            &["f(\"\"\"\n\t  a\n    \"\"\",\n  2)"],
        ),
        // Comments and lines that continue another have none.
        ("    x = [1,\n  2,\n]\n# c\n    x", &["x = [1,\n2,\n]", "x"]),
        ("    x = 1 + \\\n  2\n    x # it's", &["x = 1 + \\\n2", "x"]),
        (
            "    # it's\n    @dec\n    def f():\n        1",
            &["@dec\ndef f():\n    1"],
        ),
        ("    %json x\n    y", &["%json x", "y"]),
        ("  a; b", &["a", "b"]),
        // Without one in common all stays as it is.
        ("    x = 1\ny", &["x = 1", "y"]),
        ("if x:\n    a", &["if x:\n    a"]),
        ("if x:\n\ta\n\t'''\n\tb'''", &["if x:\n\ta\n\t'''\n\tb'''"]),
    ] {
        assert_eq!(codes(Language::Python, source), expected, "{source}");
    }
}

#[test]
fn a_block_may_stand_away_from_the_margin() {
    for (code, incomplete) in [
        ("    x = 1", false),
        ("    if x:", true),
        ("    if x:\n        a", true),
        ("    if x:\n        a\n", false),
        ("    x = '''", true),
        ("\n    f(", true),
    ] {
        assert_eq!(continues(Language::Python, code), incomplete, "{code}");
    }
    assert_eq!(
        lang::completeness(Language::Python, "  if x:"),
        Completeness::Incomplete { indent: 6 }
    );
}

#[test]
fn places_are_those_of_the_source() {
    let places = |source| -> Vec<(usize, usize)> {
        let snippets = lang::split(Language::Python, source).into_iter();
        snippets
            .map(|snippet| (snippet.first_line, snippet.first_column))
            .collect()
    };
    assert_eq!(places("é = 1; b\n\nc"), [(1, 0), (1, 7), (3, 0)]);
    assert_eq!(
        places("\n    a\n    if b:\n      c\n    d"),
        [(2, 4), (3, 4), (5, 4)]
    );
}

#[test]
fn r_continues_where_its_grammar_does() {
    for (code, incomplete) in [
        ("1", false),
        ("x <- 1", false),
        ("x <-", true),
        ("x <<-", true),
        ("1 ->", true),
        ("x =", true),
        ("1 +", true),
        ("a %in%", true),
        ("a %>%", true),
        ("a |>", true),
        ("a &&  # c", true),
        ("!", true),
        ("~", true),
        ("x$", true),
        ("a::", true),
        ("f(", true),
        ("f(1,\n", true),
        ("x[[1]", true),
        ("x[[1]]", false),
        ("{", true),
        ("{\n1\n}", false),
        ("'a", true),
        ("\"a\\\"", true),
        ("'it\\'s'", false),
        ("`a b", true),
        ("r\"(a)\" )\"", true),
        ("r\"(a\"b)\"", false),
        ("R'---[a]--']---'", false),
        ("r'{a", true),
        ("function(x)", true),
        ("f <- function(x, y = g(2))", true),
        ("function(x) x", false),
        ("\\(x)", true),
        ("\\(x) x + 1", false),
        ("if (a)", true),
        ("if (a) b", false),
        ("if (a) b else", true),
        ("while (TRUE)", true),
        ("for (i in 1:3)", true),
        ("for (i in 1:3) i", false),
        ("repeat", true),
        ("f(x)", false),
        ("(a)", false),
        ("# if (a)", false),
        ("x # (", false),
        ("5 %% 2", false),
        ("5 %%", true),
        ("1e-5", false),
        ("elsewhere", false),
        (".x", false),
        ("", false),
        ("x)", false),
        ("a %in", false),
    ] {
        assert_eq!(continues(Language::R, code), incomplete, "{code}");
    }
    for (code, indent) in [
        ("f <- function(x) {", 2),
        ("f <- function(x) {\n  if (x) {", 4),
        ("f <- function(x) {\n  y", 2),
        ("x |>", 2),
        ("s <- 'a", 0),
    ] {
        let expected = Completeness::Incomplete { indent };
        assert_eq!(lang::completeness(Language::R, code), expected, "{code}");
    }
    for code in ["x)", "a %in", "f(]"] {
        assert_eq!(lang::completeness(Language::R, code), Completeness::Invalid);
    }
}

#[test]
fn r_splits_at_lines_and_semicolons() {
    for (source, expected) in [
        ("x <- 1\ny", &["x <- 1", "y"][..]),
        ("x <- 1; y # c; d\nz;", &["x <- 1", "y", "z"]),
        ("';'; \"a;\nb\"; `;`", &["';'", "\"a;\nb\"", "`;`"]),
        ("f(1;\n2)\nx", &["f(1;\n2)", "x"]),
        (
            "f <- function(x)\n{\n  x; y\n}\nf(1)",
            &["f <- function(x)\n{\n  x; y\n}", "f(1)"],
        ),
        (
            "x <-\n  1 +\n\n  # c\n  2\ny",
            &["x <-\n  1 +\n\n  # c\n  2", "y"],
        ),
        ("x |>\n  f() |>\n  g()\ny", &["x |>\n  f() |>\n  g()", "y"]),
        ("if (a)\n  b\nc", &["if (a)\n  b", "c"]),
        ("if (a) b else\n  c\nd", &["if (a) b else\n  c", "d"]),
        (
            "{\n  if (a) {\n  }\n  else {\n  }\n}\nx",
            &["{\n  if (a) {\n  }\n  else {\n  }\n}", "x"],
        ),
        // As in R's own shell: the first line was a whole statement.
        ("if (a) {\n}\nelse b", &["if (a) {\n}", "else b"]),
        ("x\n+ 1", &["x", "+ 1"]),
        ("r\"(a;\n)\"; x", &["r\"(a;\n)\"", "x"]),
        (
            "for (i in 1:3)\n  print(i)\n5 %% 2",
            &["for (i in 1:3)\n  print(i)", "5 %% 2"],
        ),
        ("bar\"a\"", &["bar\"a\""]),
    ] {
        assert_eq!(codes(Language::R, source), expected, "{source}");
    }
}

#[test]
fn sql_splits_outside_literals_and_comments() {
    for (source, expected) in [
        ("select 1; select 2;", &["select 1", "select 2"][..]),
        (
            "select 'a;b', \"c;d\", `e;f`; x",
            &["select 'a;b', \"c;d\", `e;f`", "x"],
        ),
        ("select 'it''s;'; x", &["select 'it''s;'", "x"]),
        (
            "select 'it\\'s;', \"\\\";\"; x",
            &["select 'it\\'s;', \"\\\";\"", "x"],
        ),
        ("select `a``;b`; x", &["select `a``;b`", "x"]),
        ("select 1 -- it's; \"not\n; x", &["select 1", "x"]),
        (
            "select 1 /* ; /* ' ; */ ; */ + 1; x",
            &["select 1 /* ; /* ' ; */ ; */ + 1", "x"],
        ),
        ("/* a; */ select 1; -- ;\nx", &["select 1", "x"]),
        ("select '--'; x", &["select '--'", "x"]),
        ("select '\\\\'; x", &["select '\\\\'", "x"]),
        ("select '/*'; x -- */", &["select '/*'", "x"]),
        // Spark 4's compound statements.
        (
            "begin\n  declare x int; if x then select 1; end if;\nend; y",
            &[
                "begin\n  declare x int; if x then select 1; end if;\nend",
                "y",
            ],
        ),
        (
            "BEGIN l: LOOP SELECT CASE WHEN a THEN if(b, 1, 2) END; LEAVE l; END LOOP l; END l; y",
            &[
                "BEGIN l: LOOP SELECT CASE WHEN a THEN if(b, 1, 2) END; LEAVE l; END LOOP l; END l",
                "y",
            ],
        ),
        (
            "begin case x when 1 then a; else begin b; end; end case; while c do d; end while; end",
            &[
                "begin case x when 1 then a; else begin b; end; end case; while c do d; end while; end",
            ],
        ),
        (
            "begin; select 1; select case a when 1 then 2 end; y",
            &["begin", "select 1", "select case a when 1 then 2 end", "y"],
        ),
        ("select begin; end", &["select begin", "end"]),
        ("; ;\n;", &[]),
        ("select 'open; x", &["select 'open; x"]),
    ] {
        assert_eq!(codes(Language::Sql, source), expected, "{source}");
    }
}

#[test]
fn a_compound_statement_of_sql_continues_to_its_end() {
    for (code, incomplete) in [
        ("begin", true),
        ("begin select 1;", true),
        ("begin if a then b; end if;", true),
        ("begin if a then b; end if; end", false),
        ("begin select 1; end;", false),
        ("begin;", false),
        ("select 1; begin x;", true),
        ("select case when a then b end;", false),
    ] {
        assert_eq!(continues(Language::Sql, code), incomplete, "{code}");
    }
}

//! Blocks at the prompt and in scripts that are in another language, or away from the margin, with a
//! real Spark behind them.

use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::spark::shared;
use livysh::lang::{self, Completeness, Language, Snippet};

fn prompt(home: &Home) -> Screen {
    let (url, session) = shared();
    let screen = Screen::start(home, &["--url", url, "-s", session, "-l", "python"]);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(">>>");
    screen
}

fn run(arguments: &[&str], script: &str) -> Ran {
    let (url, session) = shared();
    let all = [&["--url", url, "-s", session], arguments].concat();
    Home::new().run_with_stdin(&all, script)
}

#[test]
fn a_typed_cell_ends_at_a_blank_line() {
    let home = Home::new();
    let mut screen = prompt(&home);
    screen.line("%%sql");
    screen.wait_for_prompt("...");
    screen.line("select 40 + 2 as answer");
    screen.wait_for_prompt("...");
    screen.line("");
    screen.wait_for("|answer|");
    screen.wait_for_prompt(">>>");
    // The prompt's own language is what it was.
    screen.line("'py' + 'thon'");
    screen.wait_for("'python'");
}

#[test]
fn a_pasted_cell_is_complete() {
    let home = Home::new();
    let mut screen = prompt(&home);
    screen.paste("%%scala\nval cellX = 20\n\nval cellY = cellX + 1");
    screen.wait_for("val cellY");
    screen.line("");
    screen.wait_for("cellY: Int = 21");
}

#[test]
fn a_cell_that_is_not_known_is_told_and_not_sent() {
    let home = Home::new();
    let mut screen = prompt(&home);
    screen.line("%%time");
    screen.wait_for("%%time is not known: there are %%scala, %%python, %%sql and %%r");
    screen.wait_for_prompt(">>>");
    screen.line("%%sql -o frame");
    screen.wait_for("%%sql takes nothing else on its line (-o frame)");
    screen.wait_for_prompt(">>>");
}

#[test]
fn a_block_is_pasted_as_it_stands_in_a_function() {
    let home = Home::new();
    let mut screen = prompt(&home);
    screen.paste("\tfor i in range(2):\n\t\tif i:\n\t\t\tprint(len('a\tb'), repr('''x\n    y'''))");
    screen.wait_for("y'''))");
    screen.line("");
    screen.wait_for("3 'x\\n    y'");
}

#[test]
fn a_script_goes_from_one_language_to_another() {
    let script = "spark.range(3).createOrReplaceTempView('three')\n\
                  %%sql\n\
                  select sum(id) as s from three\n\
                  %%scala\n\
                  spark.table(\"three\").count().toInt\n\
                  %%python\n\
                  spark.catalog.dropTempView('three'); 1 + 1\n";
    let ran = run(&["-l", "python"], script);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(lines[..5], ["+-+", "|s|", "+-+", "|3|", "+-+"]);
    assert!(lines[5].ends_with(": Int = 3"), "{ran:?}");
    assert_eq!(lines[6..], ["True", "2"]);
}

#[test]
fn an_error_in_a_cell_has_the_scripts_line() {
    let ran = run(&["-l", "scala"], "\n%%python\n\n1 / 0\n");
    ran.gave("", 1);
    ran.said(&["<stdin>:4: ZeroDivisionError"]);
}

#[test]
fn a_script_with_a_cell_that_cannot_be_run_is_not_begun() {
    let script = "print('begun')\n\n%%local\n1\n";
    let ran = run(&["-l", "python"], script);
    ran.gave("", 1);
    ran.said(&["<stdin>:3: %%local: livysh runs code in the session only"]);
    let ran = run(
        &["-l", "python", "--keep-going", "-f", "-", "-e", "1 + 1"],
        script,
    );
    ran.gave("2\n", 1);
}

#[test]
fn a_server_without_r_is_told_with_what_to_do() {
    let ran = run(&["-l", "r"], "x <- 1; x\n");
    ran.gave("", 1);
    ran.said(&[
        "<stdin>:1: the server cannot start an interpreter of R",
        "hint: R must be installed beside the server's Spark",
    ]);
}

fn parts(language: Language, source: &str) -> Vec<(Language, String, usize)> {
    let part = |snippet: Snippet| (snippet.language, snippet.code, snippet.first_line);
    lang::split(language, source)
        .into_iter()
        .map(part)
        .collect()
}

#[test]
fn a_cell_runs_in_its_own_language() {
    use Language::{Python, R, Scala, Sql};
    let one = |language, code: &str, line| (language, code.to_owned(), line);
    for (language, source, expected) in [
        (
            Python,
            "%%sql\nselect 1;\nselect 2",
            vec![one(Sql, "select 1", 2), one(Sql, "select 2", 3)],
        ),
        (
            Sql,
            "%%scala \n\nval x = 1\n",
            vec![one(Scala, "val x = 1", 3)],
        ),
        (Scala, "%%spark\n1", vec![one(Scala, "1", 2)]),
        (
            Scala,
            "\n%%pyspark\nif x:\n    a; b",
            vec![one(Python, "if x:\n    a; b", 3)],
        ),
        (Scala, "%%r\nx <- 1", vec![one(R, "x <- 1", 2)]),
        (Python, "%%sql", vec![]),
        // Later ones, too.
        (
            Python,
            "x = 1\n%%sql\nselect 1\n%%python\nx",
            vec![
                one(Python, "x = 1", 1),
                one(Sql, "select 1", 3),
                one(Python, "x", 5),
            ],
        ),
        (
            Python,
            "def f():\n    1\n%%sql\nselect 1",
            vec![one(Python, "def f():\n    1", 1), one(Sql, "select 1", 4)],
        ),
        // Within a statement it is text.
        (
            Python,
            "x = '''\n%%sql\n'''",
            vec![one(Python, "x = '''\n%%sql\n'''", 1)],
        ),
        (
            Sql,
            "select '\n%%nope '",
            vec![one(Sql, "select '\n%%nope '", 1)],
        ),
        (R, "(5\n%%two)", vec![one(R, "(5\n%%two)", 1)]),
        (
            Scala,
            "a\n%% b",
            vec![one(Scala, "a", 1), one(Scala, "%% b", 2)],
        ),
    ] {
        assert!(lang::read(language, source).is_ok(), "{source}");
        assert_eq!(parts(language, source), expected, "{source}");
    }
}

#[test]
fn a_cell_that_cannot_be_run_is_told() {
    for (source, line, words) in [
        ("%%time\nx", 1, "%%time is not known"),
        ("%%local\nx", 1, "in the session only"),
        ("%%configure -f\n{}", 1, "--conf"),
        (
            "%%sql -o df\nselect 1",
            1,
            "%%sql takes nothing else on its line (-o df)",
        ),
        ("x\n\n%%html\n<b>", 3, "%%scala, %%python, %%sql and %%r"),
    ] {
        let refusal = lang::read(Language::Python, source).err().unwrap();
        assert_eq!(refusal.line, line, "{source}");
        assert!(refusal.message.contains(words), "{}", refusal.message);
        assert!(lang::split(Language::Python, source).is_empty());
    }
}

#[test]
fn a_blank_line_ends_a_cell_at_the_prompt() {
    for (code, incomplete) in [
        ("%%sql", true),
        ("%%sql\nselect 1", true),
        ("%%sql\nselect 1;", true),
        ("%%sql\nselect 1\n", false),
        ("%%scala\nval x = {\n", false),
        ("%%nope", false),
        ("%%sql -o x", false),
    ] {
        let answer = lang::completeness(Language::Python, code);
        let continues = matches!(answer, Completeness::Incomplete { .. });
        assert_eq!(continues, incomplete, "{code}");
    }
    assert_eq!(
        lang::completeness(Language::Sql, "%%python\nif x:"),
        Completeness::Incomplete { indent: 4 }
    );
}

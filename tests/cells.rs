//! Blocks at the prompt and in scripts that are in another language, or away from the margin, with a
//! real Spark behind them.

use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::spark::shared;

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
        &["-l", "python", "--keep-going", "-", "-e", "1 + 1"],
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

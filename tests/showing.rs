//! `:show`: the first rows of a DataFrame, laid out as results of SQL are, with a real Spark behind it.

use crate::inspection::Prompt;
use crate::support::http::get;
use crate::support::program::Home;
use crate::support::session::Session;
use crate::support::spark::strict;

/// Values that other ways would bend: a long that no double holds, a decimal, microseconds, bytes, NULL beside
/// its word.
const VALUES: &str = "create or replace temp view seen as select 9007199254740993 big, \
    12345678901234567890.10 price, timestamp'2024-02-29 23:59:59.123456' at, 'null' word, X'01AB' bytes, \
    array(1, null) list, 1.5D half union all select null, null, null, null, null, null, null";
/// Whoever takes many more rows than are shown fails.
const ROWS: &str = "create or replace temp view many as \
    select if(id > 5000, raise_error('ran'), id) n from range(0, 1000000, 1, 100)";

const VALUE: &str = "|9007199254740993|12345678901234567890.10|2024-02-29 23:59:59.123456|null  |";
const NULLS: &str = "|            NULL|                   NULL|NULL                      |NULL  |";

fn wide(prompt: &mut Prompt) {
    let shown = prompt.gives(":show seen");
    assert!(shown.contains(VALUE) && shown.contains(NULLS), "{shown}");
    assert!(
        shown.contains("|          bigint|          decimal(22,2)|timestamp "),
        "{shown}"
    );
}

fn errors(prompt: &mut Prompt) {
    prompt.tells(":show missing_here", "missing_here");
    prompt.tells(":show many()", "many() would run code");
    prompt.tells(":show many 0", "ROWS is 1 to 10000");
}

/// Rows that come one after another; a cancelled job holds its threads as long as one takes.
const SLOW: &str =
    r#"spark.range(0, 8, 1, 8).selectExpr("java_method('java.lang.Thread', 'sleep', 4000L) s")"#;

/// In sessions of every sort.
pub fn few_rows(prompt: &mut Prompt, name: &str) {
    let frame = r#"spark.range(3).selectExpr("id", "id / 2.0D half", "null never")"#;
    prompt.gives(&format!("{name}{frame}"));
    let shown = prompt.gives(":show few 2");
    let rows = "|    id|  half|never|\n|bigint|double|void |";
    assert!(
        shown.contains(rows) && shown.contains("|     1|   0.5|NULL |"),
        "{shown}"
    );
    assert!(
        shown.ends_with("the first 2 rows; there are more"),
        "{shown}"
    );
}

fn cancelled(prompt: &mut Prompt, sign: &str, name: &str) {
    prompt.gives(&format!("{name}{SLOW}"));
    prompt.screen.line(":show slow");
    prompt.screen.wait_for("slow running 0:0");
    prompt.screen.send("\x03");
    prompt.screen.wait_for("Cancelled.");
    prompt.screen.wait_for_prompt(sign);
    let text = prompt.screen.text();
    assert!(
        !text.contains("Traceback") && !text.contains("cannot be shown"),
        "{text}"
    );
    let told = prompt.gives(":history 2");
    let words: Vec<&str> = told.lines().next().unwrap().split_whitespace().collect();
    assert!(words.ends_with(&["cancelled", ":show", "slow"]), "{told}");
}

/// Python that Livy's cancel does not end.
fn left_running(prompt: &mut Prompt, home: &Home) {
    let go = home.path().join("go");
    let waits = format!("iter(lambda: os.path.exists({go:?}), True)");
    prompt.gives("import os, time");
    prompt.gives(&format!(
        "late = property(lambda self: ([time.sleep(0.05) for _ in {waits}], seen)[1])"
    ));
    prompt.gives("box = type('Box', (), {'late': late})()");
    prompt.screen.line(":show box.late");
    prompt.screen.wait_for("box.late running 0:0");
    prompt.screen.send("\x03");
    prompt
        .screen
        .wait_for("Press Ctrl-C again to stop waiting.");
    prompt.screen.send("\x03");
    prompt
        .screen
        .wait_for("goes on in the session; :cancel cancels it.");
    prompt.screen.wait_for_prompt(">>>");
    std::fs::write(go, "").unwrap();
    prompt.tells(":wait", "Cancelled.");
    let told = prompt.gives(":history 3");
    assert!(
        told.contains("left") && told.contains(":show box.late"),
        "{told}"
    );
}

/// It is what one might have typed, with its rows.
fn saved(prompt: &mut Prompt, home: &Home, language: &str) {
    let mut kept = |name: &str| {
        prompt.tells(&format!(":save {name}"), &format!(" in {name}."));
        let text = std::fs::read_to_string(home.path().join(name)).unwrap();
        assert!(!text.contains("livysh:rows"), "{text}");
        text
    };
    let typed = match language {
        "scala" => "seen.show(20, false)",
        "sql" => "SELECT * FROM seen LIMIT 20",
        _ => "seen.show(20, truncate=False)",
    };
    for name in [language, "md", "ipynb"] {
        let text = kept(&format!("kept-{language}.{name}"));
        assert!(text.contains(typed), "{text}");
        assert!(
            name == language || text.contains("12345678901234567890.10"),
            "{text}"
        );
    }
}

#[test]
fn the_first_rows_of_a_frame_are_shown_as_results_of_sql_are() {
    let url = strict();
    let session = Session::start(&url, "spark");
    session.wait_until_up();
    for view in [VALUES, ROWS] {
        let made = session.run("sql", view);
        assert_eq!(made["status"], "ok", "{made}");
    }
    let home = Home::new();
    let number = session.number();

    let mut python = Prompt::sized(&home, &url, number, "python", 200);
    python.gives("seen, many = spark.table('seen'), spark.table('many')");
    python.gives("names = None; names = set(globals())");
    wide(&mut python);
    python.tells(":show seen", "|[01 AB]|[1, null] |");
    // The very rows once more, by the page of another format.
    let csv = python.gives(":last csv");
    assert!(
        csv.contains("9007199254740993,12345678901234567890.10,2024-02-29 23:59:59.123456,null,[01 AB],\"[1, null]\",1.5\n,,,,,,"),
        "{csv}"
    );
    python.gives(":last csv > seen.csv");
    let kept = std::fs::read_to_string(home.path().join("seen.csv")).unwrap();
    assert_eq!(kept.lines().count(), 3, "{kept}");
    let shown = python.gives(":show many 3");
    assert!(
        shown.ends_with("the first 3 rows; there are more"),
        "{shown}"
    );
    python.gives(":timing on");
    let shown = python.gives(":show many 3");
    let lines: Vec<&str> = shown.lines().collect();
    assert!(
        lines[lines.len() - 2].contains("the first 3 rows; there are more")
            && lines[lines.len() - 1].ends_with(" on the server"),
        "{shown}"
    );
    python.gives(":timing off");
    errors(&mut python);
    python.tells(":show names", "names is a set, and no DataFrame of Spark");
    assert_eq!(python.gives("sorted(set(globals()) - names)"), "[]");
    python.tells(":history show", "failed");
    python.gives("Panda = type('DataFrame', (), {'__module__': 'pandas'}); panda = Panda()");
    assert_eq!(
        python.gives(":show panda"),
        "panda is a pandas.DataFrame, and no DataFrame of Spark: spark.createDataFrame(panda) makes one"
    );
    saved(&mut python, &home, "py");
    // Whoever waits for its statement has the rows, or why there are none.
    for (shown, told) in [
        ("seen", VALUE),
        ("names", "names is a set, and no DataFrame"),
    ] {
        python.gives(&format!(":show {shown}"));
        let list = get(&format!("{}/statements", session.url)).json();
        let last = list["statements"].as_array().unwrap().last().unwrap()["id"].clone();
        let told_again = python.gives(&format!(":wait {last}"));
        assert!(
            told_again.contains(told) && !told_again.contains("livysh:rows"),
            "{told_again}"
        );
    }
    left_running(&mut python, &home);
    cancelled(&mut python, ">>>", "slow = ");

    let mut scala = Prompt::sized(&home, &url, number, "scala", 200);
    scala.gives("val seen = spark.table(\"seen\")");
    scala.gives("val many = spark.table(\"many\")");
    let before = scala.gives("40 + 2");
    wide(&mut scala);
    scala.tells(":show seen", "|[01 AB]|[1, null] |");
    let shown = scala.gives(":show many");
    assert!(
        shown.ends_with("the first 20 rows; there are more"),
        "{shown}"
    );
    errors(&mut scala);
    scala.tells(":show spark", "spark is no DataFrame or Dataset");
    scala.gives("val twice = spark.sql(\"select 1 a, 2 a\")");
    scala.tells(":show twice", "|  1|  2|");
    // No result has taken a number meanwhile.
    let number_of = |shown: &str| -> usize {
        let digits = shown.trim_start_matches("val ").trim_start_matches("res");
        digits.split(':').next().unwrap().parse().unwrap()
    };
    assert_eq!(number_of(&scala.gives("40 + 2")), number_of(&before) + 1);

    saved(&mut scala, &home, "scala");
    cancelled(&mut scala, "scala>", "val slow = ");

    let mut sql = Prompt::sized(&home, &url, number, "sql", 200);
    let shown = sql.gives(":show many 3");
    assert!(
        shown.ends_with("the first 3 rows; there may be more"),
        "{shown}"
    );
    sql.tells(":show missing_here", "TABLE_OR_VIEW_NOT_FOUND");
    sql.gives(":show seen");
    saved(&mut sql, &home, "sql");
    let script = std::fs::read_to_string(home.path().join("kept-sql.sql")).unwrap();
    assert_eq!(
        script,
        "SELECT * FROM many LIMIT 3;\nSELECT * FROM seen LIMIT 20;\n"
    );

    for columns in [40, 80] {
        let mut narrow = Prompt::sized(&home, &url, number, "python", columns);
        let shown = narrow.gives(":show seen");
        assert!(shown.starts_with("-RECORD 0"), "{columns}: {shown}");
        assert!(
            shown.contains(" price | 12345678901234567890.10"),
            "{shown}"
        );
        narrow.gives(":vertical off");
        let shown = narrow.gives(":show seen");
        assert!(shown.contains("7 columns, "), "{columns}: {shown}");
        // None of its lines goes on in the next row.
        let mut grid = shown.lines().filter(|line| !line.contains("7 columns, "));
        let is_whole = |line: &str| line.trim().is_empty() || line.starts_with(['|', '+']);
        assert!(grid.all(is_whole), "{columns}: {shown}");
    }
}

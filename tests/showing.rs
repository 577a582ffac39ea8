//! `:show`: the first rows of a DataFrame, laid out as results of SQL are, with a real Spark behind it.

use crate::inspection::Prompt;
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
    errors(&mut python);
    python.tells(":show names", "names is a set, and no DataFrame of Spark");
    assert_eq!(python.gives("sorted(set(globals()) - names)"), "[]");
    python.tells(":history show", "failed");

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

    let mut sql = Prompt::sized(&home, &url, number, "sql", 200);
    let shown = sql.gives(":show many 3");
    assert!(
        shown.ends_with("the first 3 rows; there may be more"),
        "{shown}"
    );
    sql.tells(":show missing_here", "TABLE_OR_VIEW_NOT_FOUND");

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
        let longest = shown.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(columns.into()), "{columns}: {shown}");
    }
}

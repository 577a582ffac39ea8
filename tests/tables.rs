//! Results on a screen: rows that fit and rows that do not, texts that are longer than it, and where else a
//! result can go.

use crate::support::eventually;
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::stub;
use livysh::local::Server;

/// Makes rows in the shape of SQL's results.
const TABLE: &str = "\
def table(kinds, rows):
    fields = [{\"name\": n, \"type\": k} for n, k in kinds]
    return {\"application/json\": {\"schema\": {\"fields\": fields}, \"data\": rows}}
def many(columns, rows):
    return table([(f\"c{n}\", \"integer\") for n in range(columns)], [list(range(columns))] * rows)
";

/// A prompt of a session in which that is defined.
fn prompt(home: &Home, rows: u16, columns: u16, pager: Option<&str>) -> (Server, Screen) {
    let server = stub::serve(home);
    home.write("table.py", TABLE);
    let url = server.url();
    let program = crate::support::program::BINARY;
    let pager = pager.map(|pager| format!("export LIVYSH_PAGER='{pager}'; "));
    let pager = pager.unwrap_or_default();
    let command = format!("{pager}exec '{program}' --url {url} -l python -I table.py");
    let screen = Screen::run(home, "sh", &["-c", &command], rows, columns);
    screen.wait_for_prompt(">>> ");
    (server, screen)
}

/// Types a line, and waits until it has run; what it printed stands below it.
fn shown(screen: &mut Screen, input: &str) -> Vec<String> {
    let before = screen.text();
    screen.line(input);
    eventually("the screen has changed", || {
        (screen.text() != before).then_some(())
    });
    screen.wait_for_prompt(">>> ");
    below(screen, input)
}

fn below(screen: &Screen, mark: &str) -> Vec<String> {
    let text = screen.text();
    // What is long has left the screen at its top.
    let after = text
        .rsplit_once(mark)
        .map_or(text.as_str(), |(_, after)| after);
    let lines = after.lines().skip(1);
    let mut lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    while lines
        .last()
        .is_some_and(|line| line.is_empty() || line == ">>>")
    {
        lines.pop();
    }
    lines
}

const NARROW: &str = r#"table([("id", "long"), ("city", "string"), ("price", "decimal(10,2)")], [[1, "東京", "1.50"], [20, "Zürich 🚀", None], [3, "e\u0301te\u0301", "12345.00"]])"#;

#[test]
fn rows_that_fit_stand_under_their_names_and_types() {
    let home = Home::new();
    for columns in [80, 200] {
        let (_server, mut screen) = prompt(&home, 30, columns, None);
        assert_eq!(
            shown(&mut screen, NARROW),
            [
                "+------+---------+-------------+",
                "|    id|city     |        price|",
                "|bigint|string   |decimal(10,2)|",
                "+------+---------+-------------+",
                "|     1|東京     |         1.50|",
                "|    20|Zürich 🚀|         NULL|",
                "|     3|e\u{301}te\u{301}      |     12345.00|",
                "+------+---------+-------------+",
            ],
            "{columns}"
        );
    }
}

#[test]
fn columns_without_room_are_left_out_and_counted() {
    let home = Home::new();
    let (_server, mut screen) = prompt(&home, 30, 40, None);
    let lines = shown(&mut screen, "many(30, 25)");
    let tail = [
        "|  0|  1|  2|  3|  4|…| 26| 27| 28| 29|",
        "+---+---+---+---+---+-+---+---+---+---+",
        "25 rows, 30 columns, 9 shown (:vertical shows all)",
    ];
    assert_eq!(lines[lines.len() - 3..], tail, "{lines:#?}");
    // The same at once with all of it.
    let all = shown(&mut screen, ":vertical");
    assert_eq!(all.last().map(String::as_str), Some(" c29 | 29"));
}

#[test]
fn a_few_rows_of_many_columns_are_records_unless_that_is_turned_off() {
    let home = Home::new();
    let (_server, mut screen) = prompt(&home, 30, 40, None);
    let one = shown(&mut screen, "many(25, 1)");
    assert_eq!(one[..2], ["-RECORD 0-", " c0  | 0"], "{one:#?}");
    shown(&mut screen, ":vertical off");
    let one = shown(&mut screen, "many(25, 1)");
    assert_eq!(one[1], "| c0| c1| c2| c3| c4|…|c21|c22|c23|c24|");
    shown(&mut screen, ":vertical on");
    let one = shown(&mut screen, "many(1, 1)");
    assert_eq!(one, ["-RECORD 0", " c0 | 0"]);
}

#[test]
fn a_long_result_goes_by_the_page_and_closing_that_is_no_error() {
    let home = Home::new();
    // It reads a little, as a pager that is closed.
    let pager = "sh -c \"head -2; echo paged\"";
    let (_server, mut screen) = prompt(&home, 24, 80, Some(pager));
    let lines = shown(&mut screen, "many(2, 10000)");
    assert_eq!(lines, ["+---+---+", "| c0| c1|", "paged"], "{lines:#?}");
    let lines = shown(&mut screen, "{'text/plain': 'x\\n' * 100000}");
    assert_eq!(lines, ["x", "x", "paged"], "{lines:#?}");
    // What fits stays.
    assert_eq!(shown(&mut screen, "7 * 6"), ["42"]);
    let lines = shown(&mut screen, "many(2, 3)");
    assert_eq!(lines.len(), 8, "{lines:#?}");
}

/// Ctrl-C is the pager's own.
#[test]
fn a_pager_may_be_interrupted() {
    let home = Home::new();
    let (_server, mut screen) = prompt(&home, 24, 80, Some("sh -c \"echo waits; exec sleep 600\""));
    screen.line("many(2, 1000)");
    screen.wait_for("waits");
    screen.send("\u{3}");
    screen.wait_for_prompt(">>> ");
    assert!(!screen.text().contains("|  0|"), "{}", screen.text());
    assert_eq!(shown(&mut screen, "7 * 6"), ["42"]);
}

#[test]
fn without_the_pager_that_is_set_a_result_is_printed() {
    let home = Home::new();
    let (_server, mut screen) = prompt(&home, 24, 80, Some("no-such-pager"));
    let lines = shown(&mut screen, "many(2, 40)");
    assert_eq!(lines.last().map(String::as_str), Some("40 rows"));
}

#[test]
fn a_result_goes_into_a_file_or_to_a_program() {
    let home = Home::new();
    let (_server, mut screen) = prompt(&home, 40, 80, None);
    let file = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    shown(&mut screen, ":once rows.csv");
    let told = shown(&mut screen, "many(3, 2)");
    assert_eq!(told, ["21 bytes are in rows.csv."]);
    assert_eq!(file("rows.csv"), "c0,c1,c2\n0,1,2\n0,1,2\n");
    // Once is once.
    assert_eq!(shown(&mut screen, "many(3, 2)")[0], "+---+---+---+");
    shown(&mut screen, ":once | wc -l");
    assert_eq!(shown(&mut screen, "many(300, 20)"), ["24"]);
    shown(&mut screen, ":once /no/such/folder/x");
    let told = shown(&mut screen, "many(1, 1)");
    assert!(
        told[0].starts_with("livysh: /no/such/folder/x cannot be written: "),
        "{told:?}"
    );
    // The history has it for failed.
    screen.line(":history many(1, 1)");
    screen.wait_until("it has failed", || {
        let text = screen.text();
        let mut rows = text.lines().map(str::trim_end);
        rows.any(|row| row.contains(" failed ") && row.ends_with("many(1, 1)"))
    });
}

#[test]
fn the_last_result_is_shown_in_another_format_without_running_it() {
    let home = Home::new();
    let (_server, mut screen) = prompt(&home, 40, 80, None);
    let file = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    let runs = home.path().join("runs");
    let code = format!("open({runs:?}, 'a').write('.') and many(3, 2)");
    assert_eq!(shown(&mut screen, &code)[0], "+---+---+---+");
    let told = shown(&mut screen, ":last json > my rows.json");
    assert_eq!(told, ["51 bytes are in my rows.json."]);
    assert!(file("my rows.json").contains("{\"c0\":0,\"c1\":1,"));
    assert_eq!(
        shown(&mut screen, ":last csv | tail -1 | tr , -"),
        ["0-1-2"]
    );
    let lines = shown(&mut screen, ":last markdown");
    assert_eq!(lines[0], "| c0 | c1 | c2 |");
    assert_eq!(file("runs"), ".");
    // One that holds for all that come.
    shown(&mut screen, ":format csv");
    assert_eq!(shown(&mut screen, "many(2, 1)"), ["c0,c1", "0,1"]);
    assert_eq!(shown(&mut screen, ":format")[0], "csv");
    let told = shown(&mut screen, ":format xml");
    assert!(
        told.join(" ")
            .contains("FORMAT is text, table, vertical, csv"),
        "{told:?}"
    );
    // A text is no rows, and that is told whenever it is asked for as rows.
    shown(&mut screen, ":format text");
    shown(&mut screen, "'plain'");
    for _ in 0..2 {
        let told = shown(&mut screen, ":last csv > plain.csv");
        let as_it_is = "the format csv is for rows of SQL: this is text, written as it is";
        assert_eq!(told, ["8 bytes are in plain.csv.", as_it_is]);
        assert_eq!(file("plain.csv"), "'plain'\n");
    }
}

//! Whole screens, at three widths, compared with the files of `screens/`: text, and below a row that has
//! any the looks of its cells.
//!
//! `LIVYSH_TEST_WRITE_SCREENS=1` writes them anew; what has changed is then to be read in the difference.

use crate::support::echoing::Prompt;
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Request, Scripted};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};

const PROMPTS: [&str; 4] = ["scala>", "     | ", ">>>", "..."];
const WIDTHS: [u16; 3] = [40, 80, 200];

/// Statements whose code names what they give.
fn serve(outputs: fn(&str) -> Value) -> Scripted {
    let codes = Mutex::new(Vec::<String>::new());
    Scripted::start(move |request| {
        let mut codes = codes.lock().unwrap();
        let value = match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/sessions/0") => session(),
            ("POST", "/sessions/0/statements") => {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                codes.push(body["code"].as_str().unwrap().trim().to_owned());
                let number = codes.len() - 1;
                json!({"id": number, "state": "available", "output": outputs(&codes[number])})
            }
            _ => return missing(request),
        };
        Answer::json("200 OK", value.to_string())
    })
}

fn session() -> Value {
    json!({"id": 0, "state": "idle", "kind": "spark"})
}

fn missing(_: &Request) -> Answer {
    Answer::json("404 Not Found", r#"{"msg":"not found"}"#)
}

fn table(fields: &[(&str, &str)], rows: &[Value]) -> Value {
    let fields: Vec<Value> = fields
        .iter()
        .map(|(name, kind)| json!({"name": name, "type": kind}))
        .collect();
    json!({"status": "ok", "execution_count": 0, "data": {"application/json":
        {"schema": {"type": "struct", "fields": fields}, "data": rows}}})
}

/// So many columns of numbers.
fn numbers(columns: usize, rows: usize) -> Value {
    let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
    let fields: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), "integer"))
        .collect();
    let row = |row: usize| (0..columns).map(|column| row * column).collect::<Vec<_>>();
    let rows: Vec<Value> = (0..rows).map(|number| json!(row(number))).collect();
    table(&fields, &rows)
}

fn tables(code: &str) -> Value {
    match code {
        "wide_characters" => table(
            &[
                ("id", "long"),
                ("城市", "string"),
                ("🚀", "string"),
                ("price", "decimal(10,2)"),
            ],
            &[
                json!([1, "東京", "👩‍👩‍👧‍👦 family", "1.50"]),
                json!([20, "Zürich e\u{301}te\u{301}", "🇨🇭", null]),
                json!([300, "ﾊﾝｶｸ ｶﾅ", "नमस्ते", "12345.00"]),
                json!([-4, "مرحبا", "a\tb\nc\u{1b}[31md", "0.00"]),
            ],
        ),
        "one_column_of_10000" => numbers(1, 10_000),
        "one_row_of_10000" => numbers(10_000, 1),
        "columns_300" => numbers(300, 5),
        "one_long_text" => table(
            &[("text", "string")],
            &[json!(["abcdefghi ".repeat(1_000)])],
        ),
        "nothing" => table(&[("id", "long"), ("name", "string")], &[]),
        other => panic!("no table {other}"),
    }
}

fn failed(name: &str, value: &str, traceback: &[&str]) -> Value {
    json!({"status": "error", "execution_count": 0, "ename": name, "evalue": value,
        "traceback": traceback})
}

fn errors(code: &str) -> Value {
    match code {
        "val x: Int = \"a\"" => failed(
            "Error",
            "<console>:23: error: type mismatch;",
            &[
                " found   : String(\"a\")\n",
                " required: Int\n",
                "       val x: Int = \"a\"\n",
                "                    ^\n",
            ],
        ),
        "def f(x):\n    return 1 / x" => json!({"status": "ok", "execution_count": 0, "data": {}}),
        "f(0)" => failed(
            "ZeroDivisionError",
            "division by zero",
            &[
                "Traceback (most recent call last):\n",
                "  File \"<stdin>\", line 2, in f\n",
                "ZeroDivisionError: division by zero\n",
            ],
        ),
        other => failed("NameError", &format!("name '{other}' is not defined"), &[]),
    }
}

#[test]
fn tables_look_as_they_did() {
    for width in WIDTHS {
        for name in [
            "wide_characters",
            "one_column_of_10000",
            "one_row_of_10000",
            "columns_300",
            "one_long_text",
            "nothing",
        ] {
            let home = Home::new();
            let mut prompt = Prompt::at(serve(tables), &home, "scala", width, &[], &[]);
            prompt.screen.line(name);
            after(&prompt.screen, 1);
            same(&prompt.screen, name, width);
        }
    }
}

#[test]
fn errors_look_as_they_did() {
    for width in WIDTHS {
        let home = Home::new();
        let mut prompt = Prompt::at(serve(errors), &home, "scala", width, &[], &[]);
        prompt.screen.line("val x: Int = \"a\"");
        after(&prompt.screen, 1);
        same(&prompt.screen, "error_of_scala", width);
        let mut prompt = Prompt::at(serve(errors), &home, "python", width, &[], &[]);
        prompt.screen.line("def f(x):");
        prompt.screen.line("return 1 / x");
        prompt.screen.line("");
        after(&prompt.screen, 1);
        prompt.screen.line("f(0)");
        after(&prompt.screen, 2);
        prompt.screen.line("nope");
        after(&prompt.screen, 3);
        same(&prompt.screen, "errors_of_python", width);
    }
}

/// Members as a server names them: humps, names of many lengths, and one that is not to be obeyed.
const MEMBERS: [&str; 14] = [
    "map",
    "mapPartitions",
    "mapPartitionsWithIndex",
    "max",
    "min",
    "memberWithAVeryLongNameThatTakesMoreThanHalfOfASmallScreen",
    "meanApprox",
    "member\u{1b}[31m",
    "mkString",
    "mod",
    "multiply",
    "mutate",
    "m1",
    "mΩ",
];

#[test]
fn lists_of_completions_look_as_they_did() {
    for width in WIDTHS {
        let home = Home::new();
        let server =
            Scripted::start(
                |request| match (request.method.as_str(), request.path.as_str()) {
                    ("GET", "/sessions/0") => Answer::json("200 OK", session().to_string()),
                    ("POST", "/sessions/0/completion") => {
                        Answer::json("200 OK", json!({"candidates": MEMBERS}).to_string())
                    }
                    _ => missing(request),
                },
            );
        let mut prompt = Prompt::at(server, &home, "scala", width, &[], &[]);
        prompt.screen.send("rdd.m\t\t");
        prompt.screen.wait_for("mutate");
        // What stands below the list is drawn after it.
        prompt
            .screen
            .wait_until("the line stands below its list", || {
                prompt.screen.text().ends_with("\nscala> rdd.m")
            });
        same(&prompt.screen, "completions_of_members", width);
        prompt.screen.send("\x15:re\t\t");
        prompt.screen.wait_for(":restart");
        prompt
            .screen
            .wait_until("the line stands below its list", || {
                prompt.screen.text().ends_with("\nscala> :re")
            });
        same_from(&prompt.screen, ":re", "completions_of_commands", width);
    }
}

#[test]
fn what_is_waited_for_looks_as_it_did() {
    for width in WIDTHS {
        let home = Home::new();
        let is_ready = Arc::new(Mutex::new(false));
        let ready = is_ready.clone();
        let ui = Scripted::start(|_| {
            let stage = json!({"stageId": 4, "numTasks": 64, "numActiveTasks": 8,
                "numCompleteTasks": 24});
            Answer::json("200 OK", json!([stage]).to_string())
        });
        let url = ui.url.clone();
        let server = Scripted::start(move |request| {
            let state = match *ready.lock().unwrap() {
                true => "idle",
                false => "starting",
            };
            let value = match (request.method.as_str(), request.path.as_str()) {
                ("GET", "/sessions/0") => json!({"id": 0, "state": state, "kind": "spark",
                    "appId": "application_1", "queue": "etl", "appInfo": {"sparkUiUrl": url},
                    "log": ["stdout: ", "\nYARN Diagnostics: ", "Application is added to the scheduler"]}),
                ("POST", _) | ("GET", "/sessions/0/statements/0") => {
                    json!({"id": 0, "state": "running", "progress": 0.375, "output": null})
                }
                _ => return missing(request),
            };
            Answer::json("200 OK", value.to_string())
        });
        let arguments = ["--url", &server.url, "-s", "0", "-l", "scala"];
        let mut screen = Screen::sized(&home, &arguments, 24, width);
        screen.wait_for("queue etl");
        screen.wait_for_prompt("scala>");
        screen.line("df.count()");
        screen.wait_until("the clock goes", || {
            let text = screen.text();
            text.contains("\n0:") && text.contains(" session 0 is starting, a")
        });
        same(&screen, "start", width);
        *is_ready.lock().unwrap() = true;
        screen.wait_for("38 %  [Stage 4:");
        // Above it stands an address, whose port is another each time.
        same_from(&screen, "running", "running", width);
    }
}

/// Waits until so many inputs have run and the next prompt stands, as its marks tell.
#[track_caller]
fn after(screen: &Screen, inputs: usize) {
    screen.wait_until("the next prompt", || {
        let written = String::from_utf8_lossy(&screen.raw()).into_owned();
        let ends: Vec<&str> = written.split("\x1b]133;D;").collect();
        ends.len() > inputs && ends[inputs].contains("\x1b]133;B")
    });
}

#[track_caller]
fn same(screen: &Screen, name: &str, width: u16) {
    same_from(screen, "", name, width);
}

/// The same from the row on that begins so, whatever time has passed.
#[track_caller]
fn same_from(screen: &Screen, begins: &str, name: &str, width: u16) {
    let shown = without_clock(&drawn(screen, begins));
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/screens")
        .join(format!("{name}-{width}.txt"));
    if std::env::var_os("LIVYSH_TEST_WRITE_SCREENS").is_some() {
        std::fs::write(&file, &shown).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        shown == known,
        "{name} at {width} columns is\n{shown}\nand was\n{known}"
    );
}

/// `0:07` becomes `0:00`.
fn without_clock(text: &str) -> String {
    (0..60).fold(text.to_owned(), |text, second| {
        text.replace(&format!("0:{second:02}"), "0:00")
    })
}

/// The rows of a screen, and of those that have looks a row of them: colours by their letters, upper case
/// where bold, `d` for faint.
fn drawn(screen: &Screen, begins: &str) -> String {
    let rows = screen.rows();
    let used = rows.iter().rposition(|row| !row.trim_end().is_empty());
    let mut drawn = String::new();
    let shown = (0..).zip(&rows[..used.map_or(0, |last| last + 1)]);
    for (row, line) in shown.skip_while(|(_, line)| !line.starts_with(begins)) {
        drawn.push_str(line.trim_end());
        drawn.push('\n');
        let looks: String = (0..screen.width())
            .map(|column| look(&screen.cell(row, column)))
            .collect();
        // What is typed has colours as soon as its language is warm.
        let is_typed = PROMPTS.iter().any(|prompt| line.starts_with(prompt));
        if !is_typed && !looks.trim_end().is_empty() {
            drawn.push_str(&format!("~{}\n", looks.trim_end()));
        }
    }
    drawn
}

fn look(cell: &vt100::Cell) -> char {
    let letter = match cell.fgcolor() {
        vt100::Color::Default if cell.bold() => return 'B',
        vt100::Color::Default if cell.dim() => return 'd',
        vt100::Color::Default => return ' ',
        vt100::Color::Idx(number) => b"krgybmcwKRGYBMCW"
            .get(usize::from(number))
            .map_or('?', |letter| char::from(*letter)),
        vt100::Color::Rgb(..) => '#',
    };
    match cell.bold() {
        true => letter.to_ascii_uppercase(),
        false => letter,
    }
}

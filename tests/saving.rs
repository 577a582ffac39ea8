//! A session that is saved as a transcript or a notebook. What Jupyter itself makes of a notebook is judged by
//! its own reader, which tests/run installs.

use crate::support::program::{Home, Ran, cache, foreign_variables};
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::{is_ours, strict};
use crate::support::stub;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

/// A picture of one point.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The notebook as Jupyter reads it; none where its reader is not installed and need not be.
fn read(path: &Path) -> Option<Value> {
    let python = cache().join("notebooks/bin/python");
    if !python.exists() {
        let optional = !is_ours() && std::env::var_os("CI").is_none_or(|value| value != "true");
        assert!(optional, "Jupyter's reader is not installed: run tests/run");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notebooks/read.py");
    let mut command = Command::new(python);
    for name in foreign_variables() {
        command.env_remove(name);
    }
    command.arg("-I").arg(script).arg(path).stdin(Stdio::null());
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    Some(serde_json::from_str(&ran.out).unwrap())
}

/// The code of each cell, and the kinds of its outputs.
fn cells(notebook: &Value) -> Vec<(&str, Vec<&str>)> {
    let cells = notebook["cells"].as_array().unwrap().iter();
    cells
        .map(|cell| {
            let source = cell["source"].as_str().unwrap();
            if cell["cell_type"] == "markdown" {
                return (source, vec!["markdown"]);
            }
            let outputs = cell["outputs"].as_array().unwrap().iter();
            let kinds = outputs.map(|one| one["output_type"].as_str().unwrap());
            (source, kinds.collect())
        })
        .collect()
}

#[test]
fn a_session_is_saved_as_a_notebook_that_jupyter_reads() {
    let url = strict();
    let home = Home::new();
    let session = Session::start(&url, "spark");
    session.wait_until_up();
    // What ran before, and what another client ran.
    session.run("spark", "val before = 5");
    session.run("sql", "select 7 as seven");
    let typed = [
        "object Pair {\n  val one = \"\"\"a\n\tb é`\"\"\" // c\n}\nclass Pair(val x: Int)",
        "// to be seen\nprintln(\"printed\") // here\n/* and its\n   length */\nbefore + Pair.one.length",
        "List(1)\n  .map(_ + 1)\n  .sum",
        "notThere",
        "%%sql\nselect 1 as one, 'a<b' as two, null as three",
        "%%python\ndef f(x):\n\n    return x + 1\nprint(f(2))",
        "%%python\n1 / 0",
    ];
    let script = typed.join("\n\n");
    // In cells a line that begins with a colon is no command.
    home.write("all.txt", &script);
    let arguments = [
        "--url",
        &url,
        "-s",
        session.number(),
        "-l",
        "scala",
        "--keep-going",
        "-f",
        "all.txt",
        "-e",
        ":save session.ipynb",
    ];
    let ran = home.run(&arguments);
    assert_eq!(ran.code, 1, "{ran:?}");
    let path = home.path().join("session.ipynb");
    let size = std::fs::metadata(&path).unwrap().len();
    ran.said(&[&format!(" cells, {size} bytes, in session.ipynb.\n")]);
    let Some(notebook) = read(&path) else { return };
    let found = cells(&notebook);
    let expected = [
        ("val before = 5", vec!["execute_result"]),
        ("%%sql\nselect 7 as seven", vec!["execute_result"]),
        (typed[0], vec!["execute_result"]),
        (typed[1], vec!["stream", "execute_result"]),
        (typed[2], vec!["execute_result"]),
        (typed[3], vec!["error"]),
        (typed[4], vec!["execute_result"]),
        (
            "Python, which the kernel Spark does not run:\n\n```python\ndef f(x):\n\n    return x + 1\n\
             print(f(2))\n```\n\n```text\n3\n```",
            vec!["markdown"],
        ),
    ];
    assert_eq!(found[..8], expected);
    let (failed, kinds) = &found[8];
    assert_eq!((found.len(), kinds), (9, &vec!["markdown"]));
    assert!(
        failed.contains("\n\n*failed*\n\n")
            && failed.contains("\nZeroDivisionError: division by zero\n"),
        "{failed}"
    );
    let counts = notebook["cells"].as_array().unwrap().iter();
    let counts: Vec<u64> = counts
        .filter_map(|cell| cell["execution_count"].as_u64())
        .collect();
    assert_eq!(counts, (1..=7).collect::<Vec<_>>());
    assert_eq!(notebook["metadata"]["kernelspec"]["language"], "scala");
    let output = |cell: usize| notebook["cells"][cell]["outputs"][0].clone();
    assert_eq!(output(0)["data"]["text/plain"], "before: Int = 5");
    assert_eq!(output(3)["text"], "printed\n");
    let html = output(6)["data"]["text/html"].clone();
    let row = "<tr><td>1</td><td>a&lt;b</td><td><i>NULL</i></td></tr>";
    assert!(html.as_str().unwrap().contains(row), "{html}");
    session.delete();
}

#[test]
fn a_session_is_saved_as_a_transcript_with_its_pictures_beside() {
    for columns in [40, 80, 200] {
        let home = Home::new();
        let server = stub::serve(&home);
        let arguments = ["--url", &server.url(), "-l", "python"];
        let mut screen = Screen::sized(&home, &arguments, 40, columns);
        screen.wait_for_prompt(">>> ");
        let rows = "{'application/json': {'schema': {'fields': [{'name': 'n', 'type': 'integer'}, {'name': 's', 'type': 'string'}]}, 'data': [[1, 'a|b'], [None, '`']]}}";
        let picture = format!("{{'image/png': '{PNG}'}}");
        let file = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
        let typed = [
            ("kept = '```'", ""),
            ("# one\nblock = 40 + 2  # b\n\n# two\nblock", "42"),
            ("kept", "'```'"),
            (rows, "a|b"),
            (&picture, "[image/png, "),
            ("1/0", "ZeroDivisionError"),
            (":nope", "No such command"),
        ];
        for (line, printed) in typed {
            screen.paste(line);
            screen.line("");
            screen.wait_until(line, || {
                screen.text().contains(printed) && !screen.is_working()
            });
            screen.wait_for_prompt(">>> ");
        }
        screen.line(":save out.md");
        screen.wait_for("6 cells with 1 picture beside,");
        let text = file("out.md");
        let expected = format!(
            "# Session 0 (local-stub)\n\n````python\nkept = '```'\n````\n\n```python\n# one\nblock = 40 + 2  # b\n\n# two\nblock\n\
             ```\n\n```text\n42\n```\n\n````python\nkept\n````\n\n\
             ````text\n'```'\n````\n\n```python\n{rows}\n```\n\n| n | s |\n| ---: | --- |\n| 1 | a\\|b |\n\
             | NULL | \\` |\n\n```python\n{picture}\n```\n\n![image/png 1](<out-1.png>)\n\n```python\n1/0\n```\n\n\
             *failed*\n\n```text\nZeroDivisionError: division by zero\n```\n"
        );
        let expected = expected.replacen("````python\nkept\n````", "```python\nkept\n```", 1);
        assert_eq!(text, expected);
        let bytes = std::fs::read(home.path().join("out-1.png")).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        // What livysh has written itself it writes again.
        std::fs::remove_file(home.path().join("out-1.png")).unwrap();
        screen.line(":save out.md");
        screen.wait_until("saved again", || home.path().join("out-1.png").exists());
        screen.wait_for_prompt(">>> ");
        // Options go before the name; a file that was there stays, or its going is told.
        home.write("out.txt", "before");
        screen.line(":save --notebook out.txt");
        screen.wait_for("replaces it");
        assert_eq!(file("out.txt"), "before");
        screen.wait_for_prompt(">>> ");
        screen.line(":save -f --notebook out.txt");
        screen.wait_until("replaced", || file("out.txt") != "before");
        screen.wait_for("in the place of what");
        let found: Value = serde_json::from_str(&file("out.txt")).unwrap();
        let data = &found["cells"][4]["outputs"][0]["data"];
        assert_eq!(data["image/png"], json!(PNG));
        std::fs::rename(home.path().join("out.txt"), home.path().join("out.ipynb")).unwrap();
        if let Some(notebook) = read(&home.path().join("out.ipynb")) {
            let kinds: Vec<Vec<&str>> = cells(&notebook)
                .into_iter()
                .map(|(_, kinds)| kinds)
                .collect();
            let expected = [
                vec![],
                vec!["stream"],
                vec!["stream"],
                vec!["execute_result"],
                vec!["display_data"],
                vec!["error"],
            ];
            assert_eq!(kinds, expected);
        }
        screen.line(":save /no/such/folder/x.md");
        screen.wait_for("/no/such/folder/x-1.png: No such");
    }
}

/// What `:save` writes as a document is there also where nothing has run here, or nothing at all.
#[test]
fn what_the_server_still_has_is_saved_by_whoever_comes() {
    let home = Home::new();
    let server = stub::serve(&home);
    let url = server.url();
    let made = home.run(&[
        "--url", &url, "-l", "python", "--keep", "-e", "x = 6", "-e", "x * 7",
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    let mut later = home.command(&[
        "--url",
        &url,
        "-s",
        "0",
        "-l",
        "python",
        "-e",
        ":save later.md",
    ]);
    let ran = Ran::of(later.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    let text = std::fs::read_to_string(home.path().join("later.md")).unwrap();
    assert_eq!(
        text,
        "# Session 0 (local-stub)\n\n```python\nx = 6\n```\n\n```python\nx * 7\n```\n\n```text\n42\n```\n"
    );
    let ran = home.run(&["--url", &url, "-l", "python", "-e", ":save none.ipynb"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    ran.said(&["Nothing has run in this session yet."]);
    assert!(!home.path().join("none.ipynb").exists());
    // A file that was there is no less safe in a script.
    home.write("later.md", "before");
    let save = |command: &str| home.run(&["--url", &url, "-s", "0", "-l", "python", "-e", command]);
    let ran = save(":save later.md");
    assert_eq!(ran.code, 1, "{ran:?}");
    ran.said(&["later.md is there already: :save -f later.md replaces it"]);
    let text = || std::fs::read_to_string(home.path().join("later.md")).unwrap();
    assert_eq!(text(), "before");
    assert_eq!(save(":save -f later.md").code, 0);
    assert!(text().contains("x * 7"));
}

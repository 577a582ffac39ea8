//! Colon commands at the prompt, on a pseudo-terminal, with a real Spark behind it.

use crate::support::program::{BINARY, Home};
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Scripted};
use crate::support::spark::shared;
use crate::support::within;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

fn prompt(home: &Home, language: &str, editor: &str) -> Screen {
    let (url, session) = shared();
    let editor = format!("EDITOR={editor}");
    let arguments = [&editor, BINARY, "--url", url, "-s", session, "-l", language];
    let screen = Screen::run(home, "env", &arguments, 60, 100);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(if language == "python" {
        ">>>"
    } else {
        "scala>"
    });
    screen
}

/// Types a line and waits for the prompt after what it gives.
#[track_caller]
fn gives(screen: &mut Screen, line: &str, text: &str) {
    screen.line(line);
    screen.wait_for(text);
    screen.wait_for_prompt("scala>");
}

#[test]
fn the_commands_of_every_day_are_typed() {
    let home = Home::new();
    home.write("day.scala", "val day = 7\nday * 6\n");
    let mut screen = prompt(&home, "scala", "vi");
    gives(
        &mut screen,
        ":he",
        "All commands can be abbreviated, e.g., :he instead of :help.",
    );
    gives(&mut screen, ":type List(1)", "\nList[Int]\n");
    gives(
        &mut screen,
        ":load day.scala",
        "Loading day.scala...\nday: Int = 7\n",
    );
    screen.wait_for(": Int = 42");
    gives(&mut screen, ".toString + \"!\"", ": String = 42!");
    screen.line(":paste");
    screen.wait_for("// Entering paste mode (ctrl-D to finish)");
    screen.line("case class Dialogue(x: Int)");
    screen.line("object Dialogue { def one = Dialogue(1) }");
    screen.send("\x04");
    screen.wait_for("// Exiting paste mode, now interpreting.");
    screen.wait_for("defined object Dialogue");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, ":silent", "Result printing is off.");
    gives(&mut screen, "\"not \" + \"shown\"", "+ \"shown\"");
    gives(&mut screen, "println(\"print\" + \"ed\")", "\nprinted\n");
    gives(&mut screen, ":sil", "Result printing is on.");
    assert!(!screen.text().contains("not shown"), "{}", screen.text());
    gives(&mut screen, ":sh echo $((6 * 111))", "\n666\n");
    gives(
        &mut screen,
        "!sh -c 'exit 7'",
        "exit 7'` ended with exit status: 7",
    );
    // A negation is Scala's.
    gives(&mut screen, "!true", ": Boolean = false");
    gives(&mut screen, ":h? day", "3 :load day.scala\n");
    let count = screen.text().matches(":load day.scala").count();
    gives(&mut screen, ":history 5", "  :sh echo $((6 * 111))\n");
    assert_eq!(screen.text().matches(":load day.scala").count(), count);
    gives(&mut screen, ":reset", "A Livy session cannot forget");
    gives(&mut screen, ":restart", "is not livysh's to end");
    gives(
        &mut screen,
        ":completions List(1).mapCo",
        "[completions] List(1).mapConserve\n",
    );
    gives(&mut screen, ":save kept.scala", ":save kept.scala");
    let kept = std::fs::read_to_string(home.path().join("kept.scala")).unwrap();
    assert!(kept.starts_with("val day = 7\nday * 6\n"), "{kept}");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn python_has_the_commands_too() {
    let home = Home::new();
    home.write(
        "part.py",
        "part = 20\n\ndef double(x):\n    return 2 * x\n\ndouble(part) + 2\n1 / 0\n",
    );
    let mut screen = prompt(&home, "python", "vi");
    screen.line(":load part.py");
    screen.wait_for("\n42\n");
    screen.wait_for("part.py:7: ZeroDivisionError: division by zero");
    screen.wait_for_prompt(">>>");
    screen.line(":silent");
    screen.wait_for("Result printing is off.");
    screen.line("'not ' + 'shown'");
    screen.wait_for_prompt(">>>");
    screen.line("print('print' + 'ed')");
    screen.wait_for("\nprinted\n");
    assert!(!screen.text().contains("not shown"), "{}", screen.text());
    screen.line(":type 1");
    screen.wait_for(":type is Scala's; in Python type(…) tells it");
    screen.line(":paste");
    screen.wait_for("// Entering paste mode (ctrl-D to finish)");
    screen.line("    for i in range(2):");
    screen.line("");
    screen.line("        print('round', i)");
    screen.send("\x04");
    screen.wait_for("\nround 0\nround 1\n");
}

#[test]
fn an_input_is_edited_and_run() {
    let home = Home::new();
    let change = home.write("change", "#!/bin/sh\nsed -i s/one/two/ \"$1\"\n");
    let editor = format!("sh {}", change.display());
    let mut screen = prompt(&home, "scala", &editor);
    gives(&mut screen, "val edited = \"one\"", "edited: String = one");
    gives(&mut screen, ":edit", "edited: String = two");
    gives(&mut screen, ":edit 77777", "There is no input 77777");
    home.write("file.scala", "val fromEdit = \"one\"\n");
    gives(&mut screen, ":edit file.scala", "fromEdit: String = two");
    home.write("change", "#!/bin/sh\nexit 3\n");
    gives(
        &mut screen,
        ":edit",
        "The editor ended with exit status: 3: nothing runs.",
    );
}

#[test]
fn a_transcript_is_pasted_whole_or_line_by_line() {
    let home = Home::new();
    let mut screen = prompt(&home, "scala", "vi");
    screen.paste(
        "scala> val pasted1 = 1\npasted1: Int = 9\n\nscala> pasted1 +\n     |  1\nres1: Int = 9\n",
    );
    screen.line("");
    screen.wait_for("// Replaying 2 commands from transcript.");
    screen.wait_for("\nscala> val pasted1 = 1\npasted1: Int = 1\n");
    screen.wait_for("\nscala> pasted1 +\n     |  1\n");
    screen.wait_for(": Int = 2\n");
    screen.wait_for_prompt("scala>");
    screen.line("scala> val pasted2 = 2");
    screen.wait_for("// Detected repl transcript. Paste more, or ctrl-D to finish.");
    screen.line("pasted2: Int = 9");
    screen.line("scala> pasted2 * 21");
    screen.send("\x04");
    screen.wait_for(": Int = 42\n");
    screen.wait_for_prompt("scala>");
    screen.paste(">>> pasted3 = 3\n>>> pasted3 * 111\n9\n");
    screen.line("");
    screen.wait_for("\n333\n");
    screen.wait_for_prompt("scala>");
}

#[test]
fn startup_files_run_unseen_in_each_new_session() {
    let home = Home::new();
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("startup.scala"),
        "val fromStartup = 41\nfromStartup + nope\nval never = 1\n",
    )
    .unwrap();
    let (url, _) = shared();
    let mut screen = Screen::start(&home, &["--url", url]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "fromStartup + 1", ": Int = 42");
    screen.wait_for("startup.scala:2: ");
    screen.wait_for("not found: value nope");
    assert!(
        !screen.text().contains("fromStartup: Int"),
        "{}",
        screen.text()
    );
    gives(&mut screen, "val gone = 1", "gone: Int = 1");
    gives(
        &mut screen,
        ":reset",
        ":restart ends this one and makes a new one like it.",
    );
    gives(&mut screen, ":restart", "A new session is being made");
    gives(&mut screen, "gone + fromStartup", "not found: value gone");
    gives(
        &mut screen,
        ":replay",
        "Replaying: val gone = 1\ngone: Int = 1",
    );
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    let mut screen = Screen::start(&home, &["--url", url, "--no-startup"]);
    screen.wait_for_prompt("scala>");
    gives(&mut screen, "fromStartup", "not found: value fromStartup");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn a_class_of_a_startup_file_finds_its_module_named() {
    const SESSION: &str = r#"{"id":1,"state":"idle","kind":"pyspark"}"#;
    let server = Scripted::start(|request| match request.path.as_str() {
        "/sessions" => Answer::json("201 Created", SESSION),
        "/sessions/1" => Answer::json("200 OK", SESSION),
        "/sessions/1/statements" => Answer::json("201 Created", r#"{"id":0,"state":"waiting"}"#),
        "/sessions/1/statements/0" => Answer::json(
            "200 OK",
            r#"{"id":0,"state":"available","output":{"status":"ok","data":{"text/plain":"done"}}}"#,
        ),
        _ => Answer::json("404 Not Found", r#"{"msg":"no"}"#),
    });
    let home = Home::new();
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("startup.py"), "class A: pass\n").unwrap();
    let mut screen = Screen::start(&home, &["--url", &server.url, "-l", "python"]);
    screen.wait_for_prompt(">>>");
    screen.line("A.__name__");
    screen.wait_for("\ndone");
    screen.wait_for_prompt(">>>");
    let sent: Vec<String> = server
        .requests()
        .iter()
        .filter(|request| request.method == "POST" && request.path.ends_with("/statements"))
        .map(|request| {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            body["code"].as_str().unwrap().to_owned()
        })
        .collect();
    let [naming, class, asked] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    assert!(naming.starts_with("__name__ = "), "{naming}");
    assert_eq!(
        (class.trim(), asked.trim()),
        ("class A: pass", "A.__name__")
    );
}

#[test]
fn a_session_of_one_language_is_told() {
    let server = Scripted::start(|request| match request.method.as_str() {
        "GET" => Answer::json("200 OK", r#"{"id": 1, "state": "idle", "kind": "spark"}"#),
        _ => Answer::json("400 Bad Request", r#""Unrecognized field \"kind\"""#),
    });
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--url", &server.url, "-s", "1", "-l", "scala"]);
    screen.wait_for_prompt("scala>");
    screen.line(":lang python");
    screen.wait_for_prompt(">>>");
    screen.line("1");
    screen.wait_for("a server older than Livy 0.5 has one language for each session");
    screen.wait_for_prompt(">>>");
}

#[test]
fn a_block_with_commands_is_pasted_whole() {
    let home = Home::new();
    let mut screen = prompt(&home, "scala", "vi");
    screen.paste(":silent\nval unseen = 41\n:silent\n:paste < END\nval seen = unseen + 1\nEND\n");
    screen.line("");
    screen.wait_for("Result printing is off.");
    screen.wait_for("seen: Int = 42");
    screen.wait_for_prompt("scala>");
    assert!(!screen.text().contains("unseen: Int"), "{}", screen.text());
    screen.line(":paste");
    screen.wait_for("// Entering paste mode (ctrl-D to finish)");
    screen.line("val dropped = 1");
    screen.send("\x03");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, "dropped", "not found: value dropped");
}

#[test]
fn a_script_that_quits_gives_no_prompt() {
    let (url, session) = shared();
    let home = Home::new();
    home.write(
        "quits.scala",
        "println(\"the \" + \"end\")\n:quit\nprintln(\"more\")\n",
    );
    let arguments = ["--url", url, "-s", session, "-i", "quits.scala"];
    let mut screen = Screen::start(&home, &arguments);
    assert_eq!(screen.wait_for_exit(), 0);
    screen.wait_for("the end");
    assert!(!screen.text().contains("more"), "{}", screen.text());
}

#[test]
fn a_program_that_a_loaded_file_runs_has_the_terminal() {
    let home = Home::new();
    let asks = ":sh echo ask\"\"ing; read answer; echo got $answer\nprintln(2)\n";
    home.write("ask.scala", asks);
    let mut screen = prompt(&home, "scala", "vi");
    screen.line(":load ask.scala");
    screen.wait_for("\nasking");
    screen.line("something");
    screen.wait_for("something\ngot something\n2");
    screen.wait_for_prompt("scala>");
}

/// A server that makes sessions as `answers` says, one after another; the last holds for all.
fn making(answers: &'static [&'static str]) -> Scripted {
    const SESSION: &str = r#"{"id":1,"state":"idle","kind":"spark"}"#;
    let made = AtomicUsize::new(0);
    Scripted::start(
        move |request| match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/sessions") => {
                let index = made.fetch_add(1, Ordering::Relaxed);
                let status = answers[index.min(answers.len() - 1)];
                Answer::json(
                    status,
                    if status.starts_with('2') {
                        SESSION
                    } else {
                        r#""full""#
                    },
                )
            }
            ("POST", "/sessions/1/statements") => {
                Answer::json("201 Created", r#"{"id":0,"state":"waiting"}"#)
            }
            ("GET", "/sessions/1/statements/0") => Answer::json(
                "200 OK",
                r#"{"id":0,"state":"available","output":{"status":"ok","data":{"text/plain":"done"}}}"#,
            ),
            _ => Answer::json("200 OK", SESSION),
        },
    )
}

#[test]
fn a_restart_that_fails_keeps_the_prompt() {
    let server = making(&[
        "201 Created",
        "400 Bad Request",
        "403 Forbidden",
        "201 Created",
    ]);
    let home = Home::new();
    let arguments = ["--url", &server.url, "-l", "scala", "--name", "again"];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for_prompt("scala>");
    gives(&mut screen, "1", "\ndone");
    gives(
        &mut screen,
        ":restart",
        "A new session is being made; :replay runs the input that has succeeded again.",
    );
    screen.wait_for("400 Bad Request");
    gives(
        &mut screen,
        "2",
        "There is no session: nothing runs. :restart tries again.",
    );
    gives(&mut screen, ":session", "there is no session on");
    gives(&mut screen, ":restart", "403 Forbidden");
    gives(&mut screen, ":restart", "A new session is being made");
    gives(&mut screen, "3", "scala> 3\n");
    gives(&mut screen, ":session", ": ready");
    assert_eq!(server.count("POST", "/sessions/1/statements"), 2);
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    let names: BTreeSet<String> = server
        .requests()
        .iter()
        .filter(|request| request.method == "POST" && request.path == "/sessions")
        .map(|request| {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            body["name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(
        names.iter().all(|name| name.starts_with("again-")),
        "{names:?}"
    );
}

#[test]
fn leaving_without_a_session_tells_why_it_is_missing() {
    let server = making(&["201 Created", "403 Forbidden"]);
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--url", &server.url, "-l", "scala"]);
    screen.wait_for_prompt("scala>");
    gives(&mut screen, ":restart", "403 Forbidden");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 4);
}

#[test]
fn a_restart_that_fails_ends_what_nobody_sits_at() {
    let server = making(&["201 Created", "403 Forbidden"]);
    let home = Home::new();
    home.write("first.scala", "1\n");
    let arguments = ["--url", &server.url, "-l", "scala", "-i", "first.scala"];
    let ran = home.run_with_stdin(&arguments, ":restart\n2\n:restart\n3\n");
    assert_eq!(ran.code, 4, "{ran:?}");
    assert_eq!(server.count("POST", "/sessions"), 2);
}

#[test]
fn a_restart_tells_how_many_inputs_can_be_replayed() {
    let server = making(&["201 Created"]);
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--url", &server.url, "-l", "scala"]);
    screen.wait_for_prompt("scala>");
    gives(&mut screen, ":restart", "A new session is being made.\n");
    screen.paste("1\n2\n3");
    screen.line("");
    screen.wait_for("done\ndone\ndone\n");
    screen.wait_for_prompt("scala>");
    gives(
        &mut screen,
        ":restart",
        "A new session is being made; :replay runs the 3 inputs that have succeeded again.",
    );
    gives(&mut screen, ":replay", "Replaying: 3");
    gives(&mut screen, "4", "4\ndone");
    gives(
        &mut screen,
        ":rest",
        ":replay runs the 4 inputs that have succeeded again.",
    );
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    assert_eq!(server.count("POST", "/sessions/1/statements"), 7);
    assert_eq!(server.count("DELETE", "/sessions/1"), 4);
}

#[test]
fn ctrl_c_does_not_wait_for_the_end_of_a_local_spark() {
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--local"]);
    screen.wait_for_within(
        Duration::from_secs(120),
        "Spark session available as 'spark'.",
    );
    gives(
        &mut screen,
        "val slow = sys.addShutdownHook(Thread.sleep(20000))",
        "slow: ",
    );
    screen.line(":restart");
    screen.wait_for("ending Spark");
    screen.send("\x03");
    screen.wait_for("The end of the old Spark is not waited for; it goes on by itself.");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, "slow", "not found: value slow");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn an_entry_of_a_full_history_keeps_its_number() {
    let home = Home::new();
    let folder = home.path().join("state/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    let entries: String = (1..=10_000).map(|n| format!("entry {n}\n")).collect();
    std::fs::write(folder.join("history-scala"), format!("#V2\n{entries}")).unwrap();
    let server = making(&["201 Created"]);
    let seen = home.path().join("seen");
    let editor = format!("EDITOR=cp \"$1\" {}; false", seen.display());
    let arguments = [&editor, BINARY, "--url", &server.url, "-l", "scala"];
    let mut screen = Screen::run(&home, "env", &arguments, 60, 100);
    screen.wait_for_prompt("scala>");
    gives(&mut screen, ":history 2", " s  :history 2\n");
    // Of what was kept by an older version nothing more is known.
    screen.wait_for("\n10000       entry 10000\n10001  ");
    gives(&mut screen, ":edit 9000", "nothing runs");
    assert_eq!(std::fs::read_to_string(&seen).unwrap(), "entry 9000");
    gives(&mut screen, ":edit 9000", "nothing runs");
    assert_eq!(std::fs::read_to_string(&seen).unwrap(), "entry 9000");
    gives(&mut screen, ":edit 1", "There is no input 1;");
}

#[test]
fn ctrl_c_in_a_startup_file_comes_to_the_prompt() {
    let home = Home::new();
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("startup.py"),
        "early = 1\nimport time; time.sleep(60)\nlate = 1\n",
    )
    .unwrap();
    std::fs::write(
        folder.join("startup.scala"),
        "val x = 1\n:silent\nval y = 1\n",
    )
    .unwrap();
    let (url, _) = shared();
    let mut screen = Screen::start(&home, &["--url", url, "-l", "python"]);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt(">>>");
    screen.line("typed = 1");
    screen.wait_for("running 0:0");
    screen.send("\x03");
    screen.wait_for("\nCancelled.");
    screen.wait_for_prompt(">>>");
    screen.line("[name in globals() for name in ('early', 'typed', 'late')]");
    screen.wait_for("\n[True, False, False]\n");
    screen.line(":lang scala");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, "x + 1", ": Int = 2");
    screen.wait_for("startup.scala:2: a startup file has no commands: :silent");
    gives(&mut screen, "y", "not found: value y");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn a_startup_file_that_was_not_begun_runs_with_the_next_input() {
    static IS_UP: AtomicBool = AtomicBool::new(false);
    let server = Scripted::start(|request| {
        let session = match IS_UP.load(Ordering::Relaxed) {
            true => r#"{"id":1,"state":"idle","kind":"pyspark"}"#,
            false => r#"{"id":1,"state":"starting","kind":"pyspark"}"#,
        };
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/sessions") => Answer::json("201 Created", session),
            ("POST", _) => Answer::json("201 Created", r#"{"id":0,"state":"waiting"}"#),
            ("GET", "/sessions/1/statements/0") => Answer::json(
                "200 OK",
                r#"{"id":0,"state":"available","output":{"status":"ok","data":{"text/plain":"done"}}}"#,
            ),
            _ => Answer::json("200 OK", session),
        }
    });
    let home = Home::new();
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("startup.py"), "early = 1\n").unwrap();
    let mut screen = Screen::start(&home, &["--url", &server.url, "-l", "python"]);
    screen.wait_for_prompt(">>>");
    screen.line("first");
    // Before it waits for the session the key is the editor's; a second one would be, too.
    within(Duration::from_secs(20), "it waits", || {
        screen.is_working().then_some(())
    });
    screen.send("\x03");
    screen.wait_for("\nCancelled.");
    screen.wait_for_prompt(">>>");
    assert_eq!(server.count("POST", "/sessions/1/statements"), 0);
    IS_UP.store(true, Ordering::Relaxed);
    screen.line("second");
    screen.wait_for("\ndone");
    assert_eq!(server.count("POST", "/sessions/1/statements"), 2);
}

#[test]
fn the_prompt_begins_on_a_line_of_its_own() {
    let home = Home::new();
    let mut screen = prompt(&home, "python", "vi");
    screen.line("print(70 + 1, end='')");
    screen.wait_for("\n71\n>>>");
    screen.line("print(70 + 2, end='')");
    screen.wait_for("\n71\n>>> print(70 + 2, end='')\n72\n>>>");
}

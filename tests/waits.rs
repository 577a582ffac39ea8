//! What is told while something is waited for, and of the session that it is waited for: a server whose
//! session and statements go on when the test says so.

use crate::support::echoing::Prompt;
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Request, Scripted};
use crate::support::spark::serve;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the session and its last statement are at this time.
struct Stage {
    session: Value,
    /// Null while the server is away.
    statement: Value,
    statements: usize,
}

/// A server with one session, 0.
struct Server {
    stage: Arc<Mutex<Stage>>,
    url: String,
}

impl Server {
    fn start(session: Value) -> Server {
        let stage = Stage {
            session,
            statement: running(0.0),
            statements: 0,
        };
        let stage = Arc::new(Mutex::new(stage));
        let seen = stage.clone();
        let scripted = Scripted::start(move |request| seen.lock().unwrap().answer(request));
        Server {
            stage,
            url: scripted.url,
        }
    }

    fn session(&self, session: Value) {
        self.stage.lock().unwrap().session = session;
    }

    fn statement(&self, statement: Value) {
        self.stage.lock().unwrap().statement = statement;
    }
}

impl Stage {
    fn answer(&mut self, request: &Request) -> Answer {
        let path = request.path.split('?').next().unwrap();
        let statement = path.strip_prefix("/sessions/0/statements/");
        let (status, value) = match (request.method.as_str(), path, statement) {
            ("GET", "/sessions/0", _) => ("200 OK", self.session.clone()),
            ("POST", "/sessions", _) => ("201 Created", self.session.clone()),
            ("DELETE", "/sessions/0", _) => ("200 OK", json!({"msg": "deleted"})),
            ("POST", "/sessions/0/statements", _) => {
                self.statements += 1;
                ("201 Created", self.numbered(self.statements - 1))
            }
            ("GET", _, Some(_)) if self.statement.is_null() => {
                ("503 Service Unavailable", json!({"msg": "away"}))
            }
            ("GET", _, Some(number)) => ("200 OK", self.numbered(number.parse().unwrap())),
            _ => ("404 Not Found", json!({"msg": "not found"})),
        };
        Answer::json(status, value.to_string())
    }

    fn numbered(&self, number: usize) -> Value {
        let mut statement = self.statement.clone();
        statement["id"] = number.into();
        statement
    }
}

/// A session in a state, whose log ends with this.
fn session(state: &str, log: &str) -> Value {
    json!({"id": 0, "state": state, "kind": "spark", "log": ["stdout: ", log]})
}

fn running(progress: f64) -> Value {
    json!({"state": "running", "progress": progress, "output": null})
}

fn available(text: &str) -> Value {
    json!({"state": "available", "progress": 1.0, "started": 1_000, "completed": 3_500,
        "output": {"status": "ok", "execution_count": 0, "data": {"text/plain": text}}})
}

#[test]
fn a_start_is_told_on_one_line_that_is_redrawn() {
    for columns in [40, 80, 200] {
        let home = Home::new();
        let server = Server::start(session("starting", &"first ".repeat(60)));
        server.statement(available("42"));
        let arguments = ["--url", &server.url, "-s", "0", "-l", "scala", "-e", "x"];
        let mut screen = Screen::sized(&home, &arguments, 24, columns);
        screen.wait_for("session 0 is starting: first");
        // Cut to the width, with a column to spare.
        assert_eq!(screen.text().chars().count() + 1, usize::from(columns));
        server.session(session("starting", "second"));
        screen.wait_until("the line is another", || {
            screen.text() == "session 0 is starting: second"
        });
        server.session(session("idle", ""));
        assert_eq!(screen.wait_for_exit(), 0);
        let text = screen.text();
        assert!(text.contains("\n42\n"), "{text}");
        assert!(!text.contains("is starting"), "{text}");
    }
}

#[test]
fn off_a_terminal_each_step_of_a_start_is_a_line() {
    let home = Home::new();
    let application = |state: &str| {
        let mut session = session(state, "log");
        session["appId"] = "application_1".into();
        session
    };
    let stages = [
        session("not_started", "log"),
        session("starting", "log"),
        session("starting", "more of the log"),
        application("starting"),
        application("idle"),
    ];
    let asked = Mutex::new(0);
    let server = Scripted::start(move |request| {
        let mut stage = Stage {
            session: Value::Null,
            statement: available("42"),
            statements: 0,
        };
        if request.path.split('?').next() == Some("/sessions/0") {
            let mut asked = asked.lock().unwrap();
            stage.session = stages[(*asked).min(stages.len() - 1)].clone();
            *asked += 1;
        }
        stage.answer(request)
    });
    let ran = home.run(&["--url", &server.url, "-s", "0", "-l", "scala", "-e", "x"]);
    ran.gave("42\n", 0);
    let told = [
        "session 0 is not_started",
        "session 0 is starting",
        "session 0 is starting, application_1",
        "session 0 is idle",
    ];
    assert_eq!(ran.err.lines().collect::<Vec<_>>(), told);
}

#[test]
fn at_a_prompt_each_step_of_a_start_stands_above_it() {
    let home = Home::new();
    let server = Server::start(session("not_started", "log"));
    let arguments = ["--url", &server.url, "-s", "0", "-l", "scala"];
    let screen = Screen::sized(&home, &arguments, 24, 40);
    screen.wait_for("session 0 is not_started\n");
    screen.wait_for_prompt("scala>");
    server.session(session("starting", "log"));
    screen.wait_for("session 0 is not_started\nsession 0 is starting\n");
    screen.wait_for_prompt("scala>");
}

#[test]
fn a_statement_that_takes_long_is_told_on_a_line_that_is_erased() {
    for columns in [40, 80] {
        let home = Home::new();
        let server = Server::start(session("idle", ""));
        let arguments = ["--url", &server.url, "-s", "0", "-l", "scala"];
        let mut screen = Screen::sized(&home, &arguments, 24, columns);
        screen.wait_for("Spark session available as 'spark'.");
        screen.wait_for_prompt("scala>");
        screen.line("slow");
        screen.wait_for("scala> slow\nrunning 0:0");
        server.statement(running(0.42));
        screen.wait_for(", 42 %");
        let last = screen.text().lines().next_back().unwrap().to_owned();
        assert!(last.starts_with("running 0:"), "{last}");
        server.statement(available("res0: Int = 7"));
        screen.wait_for("scala> slow\nres0: Int = 7\n\nscala>");
        assert!(!screen.text().contains("running"), "{}", screen.text());
    }
}

#[test]
fn an_outage_while_a_statement_runs_is_told_for_as_long_as_it_lasts() {
    let home = Home::new();
    let server = Server::start(session("idle", ""));
    let arguments = ["--url", &server.url, "-s", "0", "-l", "scala"];
    let mut screen = Screen::sized(&home, &arguments, 24, 80);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt("scala>");
    screen.line("slow");
    screen.wait_for("running 0:0");
    server.statement(Value::Null);
    // It stays there while the clock goes on.
    let mut told = Vec::new();
    screen.wait_until("the clock has gone on twice", || {
        let line = screen.text().lines().next_back().unwrap().to_owned();
        if line.contains("; asking again: ") && told.last() != Some(&line) {
            told.push(line);
        }
        told.len() == 3
    });
    server.statement(running(0.5));
    screen.wait_for(", 50 %");
    assert!(!screen.text().contains("asking again"), "{}", screen.text());
    server.statement(available("res0: Int = 7"));
    screen.wait_for("scala> slow\nres0: Int = 7\n\nscala>");
}

#[test]
fn what_is_told_of_a_statement_is_right_after_a_resize() {
    let home = Home::new();
    let name = "a_script_whose_name_is_not_a_short_one.scala";
    home.write(name, "slow\n");
    let server = Server::start(session("idle", ""));
    server.statement(running(0.42));
    let arguments = ["--url", &server.url, "-s", "0", name];
    let mut screen = Screen::sized(&home, &arguments, 24, 80);
    screen.wait_for(&format!("{name}:1 running 0:0"));
    for (columns, is_cut) in [(40, true), (80, false), (20, true), (200, false)] {
        screen.resize(24, columns);
        screen.wait_until("the line has the new width", || {
            let text = screen.text();
            let (before, line) = text.rsplit_once('\n').unwrap();
            let is_right = match is_cut {
                true => line == &name[..usize::from(columns) - 1],
                false => line.starts_with(name) && line.ends_with(", 42 %"),
            };
            is_right && !before.contains("a_script")
        });
    }
    server.statement(available("7"));
    assert_eq!(screen.wait_for_exit(), 0);
    let text = screen.text();
    assert!(
        text.contains("\n7\n") && !text.contains("a_script"),
        "{text}"
    );
}

#[test]
fn timing_tells_the_wait_and_the_servers_time() {
    for columns in [40, 80] {
        let home = Home::new();
        let server = Server::start(session("idle", ""));
        server.statement(available("res0: Int = 7"));
        let arguments = ["--url", &server.url, "-s", "0", "-l", "scala"];
        let mut screen = Screen::sized(&home, &arguments, 24, columns);
        screen.wait_for("Spark session available as 'spark'.");
        screen.wait_for_prompt("scala>");
        for (command, told) in [
            (":timing", "Timing is on."),
            (":timing off", "Timing is off."),
            (":timing on", "Timing is on."),
            (":timing x", "usage: :timing [on|off]"),
        ] {
            screen.line(command);
            screen.wait_for(&format!("scala> {command}\n{told}\n\nscala>"));
        }
        screen.line("slow");
        screen.wait_for("s, of them 2.50 s on the server\n\nscala>");
        let text = screen.text();
        let (_, told) = text.rsplit_once("res0: Int = 7\n").unwrap();
        assert!(told.starts_with(|c: char| c.is_ascii_digit()), "{text}");
        screen.line(":timing");
        screen.wait_for("scala> :timing\nTiming is off.\n\nscala>");
        screen.line("quick");
        screen.wait_for("scala> quick\nres0: Int = 7\n\nscala>");
    }
}

/// What the greeting and `:session` say of a session, and how one leaves it.
fn greeted(options: &[&str], greeting: &str, leaves: &str) {
    for columns in [40, 80] {
        let home = Home::new();
        let server = Server::start(json!({"id": 0, "state": "idle", "kind": "spark",
            "name": "etl", "appId": "application_1", "owner": "eve\u{1b}[2J", "appInfo": {
            "sparkUiUrl": "http://ui.example:4040/", "driverLogUrl": "http://logs.example/0"}}));
        let mut arguments = vec!["--url", &server.url, "-l", "scala"];
        arguments.extend(options);
        let mut screen = Screen::sized(&home, &arguments, 24, columns);
        screen.wait_for("Spark context Web UI available at http://ui.example:4040/\n");
        screen.wait_for(greeting);
        screen.wait_for_prompt("scala>");
        screen.line(":session");
        screen.wait_for(&format!("session 0 on {}: ready", server.url));
        screen.wait_for_prompt("scala>");
        for part in [
            "name: etl",
            "kind: spark",
            "application id: application_1",
            "owner: eve\\u{1b}[2J",
            "Spark UI: http://ui.example:4040/",
            "driver log: http://logs.example/0",
            leaves,
        ] {
            let part = format!("\n  {part}\n");
            assert!(screen.text().contains(&part), "{part}{}", screen.text());
        }
    }
}

#[test]
fn a_session_that_is_made_is_told_with_its_links() {
    greeted(
        &[],
        "Spark context available as 'sc' (new session 0, app id = application_1).",
        "made by livysh: it is ended when you leave",
    );
}

#[test]
fn a_session_that_is_attached_to_is_told_with_its_links() {
    greeted(
        &["-s", "0"],
        "Spark context available as 'sc' (attached to session 0, app id = application_1).",
        "it was there before: it stays when you leave",
    );
}

/// How often the bell has rung.
fn bells(screen: &Screen) -> usize {
    screen.raw().iter().filter(|byte| **byte == 7).count()
}

#[test]
fn a_bell_rings_after_a_long_statement_where_it_is_asked_for() {
    for (setting, rings) in [("", 0), ("1h", 0), ("off", 0), ("1us", 2)] {
        let home = Home::new();
        let folder = home.path().join("config/livysh");
        std::fs::create_dir_all(&folder).unwrap();
        if !setting.is_empty() {
            let text = format!("bell_after = \"{setting}\"\n");
            std::fs::write(folder.join("config.toml"), text).unwrap();
        }
        let mut prompt = Prompt::scala(&home);
        prompt.run("1 + 1");
        prompt.run("2 + 2");
        assert_eq!(bells(&prompt.screen), rings, "{setting}");
        // A script has nobody who waits.
        let arguments = [
            "--url",
            prompt.url(),
            "-s",
            "0",
            "-l",
            "scala",
            "-e",
            "3 + 3",
        ];
        let mut script = Screen::sized(&home, &arguments, 24, 80);
        assert_eq!(script.wait_for_exit(), 0);
        assert_eq!(bells(&script), 0, "{setting}");
    }
}

/// Whether the history's lines from a number on are these, each behind how long ago it ran.
fn is_numbered(prompt: &Prompt, first: usize, inputs: &[&str]) -> bool {
    let text = prompt.screen.text();
    let lines: Vec<&str> = text.lines().collect();
    let is_one = |line: &str, number: usize, input: &str| {
        let rest = line.strip_prefix(&format!("{number:>3}  "));
        let age = rest.and_then(|rest| rest.strip_suffix(&format!("  {input}")));
        age.is_some_and(|age| age.ends_with(" s") || age.ends_with(" min"))
    };
    lines.windows(inputs.len()).any(|lines| {
        let numbered = (first..).zip(lines.iter().zip(inputs));
        numbered
            .into_iter()
            .all(|(number, (line, input))| is_one(line, number, input))
    })
}

#[test]
fn inputs_are_run_again_by_their_numbers() {
    for columns in [40, 80] {
        let home = Home::new();
        let mut prompt = Prompt::wide(&home, columns);
        for line in ["val a = 1", "val b = 2", "val c = 3"] {
            prompt.run(line);
        }
        prompt.screen.line(":history");
        prompt.screen.wait_for_prompt("scala>");
        let shown = ["val a = 1", "val b = 2", "val c = 3", ":history"];
        prompt
            .screen
            .wait_until("the history is shown", || is_numbered(&prompt, 1, &shown));
        prompt.screen.line(":rerun 1-2");
        // Each is shown as if it had been typed.
        let replayed = "\nscala> val a = 1\nval a = 1\n\nscala> val b = 2\nval b = 2\n\nscala>";
        prompt
            .screen
            .wait_for(&format!("scala> :rerun 1-2\n{replayed}"));
        prompt.screen.line(":rerun");
        prompt
            .screen
            .wait_for("scala> :rerun\n\nscala> val c = 3\nval c = 3\n\nscala>");
        prompt.screen.line(":rerun 2");
        prompt
            .screen
            .wait_for("scala> :rerun 2\n\nscala> val b = 2\nval b = 2\n\nscala>");
        let typed = ["val a = 1", "val b = 2", "val c = 3"];
        let again = ["val a = 1", "val b = 2", "val c = 3", "val b = 2"];
        assert_eq!(prompt.sent(), [&typed[..], &again].concat());
        for (line, told) in [
            (":rerun 77", "There is no input 77; :history shows them."),
            (":rerun 2-77", "There is no input 77; :history shows them."),
            (":rerun 0", "There is no input 0; :history shows them."),
            (":rerun 3-2", "usage: :rerun [N|FIRST-LAST]"),
            (":rerun x", "usage: :rerun [N|FIRST-LAST]"),
        ] {
            prompt.screen.line(line);
            prompt
                .screen
                .wait_for(&format!("scala> {line}\n{told}\n\nscala>"));
        }
        assert_eq!(prompt.sent().len(), 7);
        // What is for the prompt alone is left out; other commands run.
        prompt.screen.line(":trace");
        prompt.screen.wait_for("No statement has failed.\n\nscala>");
        prompt.screen.line("!echo $((6 * 111))");
        prompt.screen.wait_for("\n666\n");
        prompt.screen.wait_for_prompt("scala>");
        prompt.screen.line("val d = 4");
        prompt.wait_for_sent("val d = 4");
        prompt.screen.line(":history 3");
        prompt.screen.wait_until("the history is shown", || {
            is_numbered(&prompt, 15, &["val d = 4"])
        });
        prompt.screen.line(":rerun 13-15");
        let replayed = "scala> :trace\n:trace is for the prompt: left out.\n\n\
                        scala> !echo $((6 * 111))\n666\n\nscala> val d = 4\nval d = 4\n\nscala>";
        prompt.screen.wait_for(replayed);
        assert_eq!(prompt.sent().len(), 9);
    }
}

/// Waits until a clock of so many seconds or more stands before a text.
#[track_caller]
fn wait_for_seconds(screen: &Screen, before: &str, seconds: u64) {
    screen.wait_until(&format!("a clock of {seconds} s"), || {
        let text = screen.text();
        let clocks = text.match_indices(before).filter_map(|(at, _)| {
            let (minutes, seconds) = text[..at].rsplit([' ', '\n']).next()?.split_once(':')?;
            Some(minutes.parse::<u64>().ok()? * 60 + seconds.parse::<u64>().ok()?)
        });
        clocks.max() >= Some(seconds)
    });
}

#[test]
fn a_start_that_takes_long_tells_for_how_long_and_in_which_queue() {
    for columns in [40, 80, 200] {
        let home = Home::new();
        let mut starting = session("starting", "last line");
        starting["queue"] = "etl".into();
        let server = Server::start(starting);
        server.statement(available("42"));
        let arguments = ["--url", &server.url, "-s", "0", "-l", "scala", "-e", "x"];
        let mut screen = Screen::sized(&home, &arguments, 24, columns);
        // The clock goes on while nothing new is heard.
        let starts = " session 0 is starting, queue etl";
        wait_for_seconds(&screen, starts, 1);
        wait_for_seconds(&screen, starts, 2);
        server.session(session("idle", ""));
        assert_eq!(screen.wait_for_exit(), 0);
        let text = screen.text();
        assert!(text.contains("\n42\n"), "{text}");
        assert!(!text.contains("is starting"), "{text}");
    }
}

/// A server whose session is an application with a UI of its own, which is asked for its stages.
fn with_stages(ui: &Scripted) -> Server {
    let mut ready = session("idle", "");
    ready["appId"] = "application_1".into();
    ready["appInfo"] = json!({"sparkUiUrl": format!("{}/ui/", ui.url), "driverLogUrl": null});
    Server::start(ready)
}

const STAGES: &str = "/ui/api/v1/applications/application_1/stages?status=active";

#[test]
fn stages_are_drawn_as_spark_shell_does_it() {
    for columns in [40, 80, 200] {
        let home = Home::new();
        let done = Arc::new(Mutex::new(1));
        let shown = done.clone();
        let ui = Scripted::start(move |request| match request.path.as_str() {
            STAGES => {
                let stage = |id: u64, done: u64| {
                    json!({"stageId": id, "attemptId": 0, "status": "ACTIVE", "numTasks": 200,
                        "numActiveTasks": 4, "numCompleteTasks": done, "name": "count at <console>:1"})
                };
                let stages = [stage(8, 0), stage(7, *shown.lock().unwrap())];
                Answer::json("200 OK", json!(stages).to_string())
            }
            _ => Answer::json("404 Not Found", "{}"),
        });
        let server = with_stages(&ui);
        let mut screen = Screen::sized(
            &home,
            &[
                "--url",
                &server.url,
                "-s",
                "0",
                "-l",
                "scala",
                "-e",
                "x",
                "--user",
                "alice",
            ],
            24,
            columns,
        );
        screen.wait_for("Password");
        screen.line("s3cret-pa55");
        match columns {
            40 => screen.wait_for("[Stage 7:"),
            _ => {
                screen.wait_for("(1 + 4) / 200][Stage 8:");
                screen.wait_for("(0 + 4) / 200]");
            }
        }
        *done.lock().unwrap() = 100;
        if columns > 40 {
            screen.wait_for("(100 + 4) / 200][Stage 8:");
            let text = screen.text();
            let line = text.lines().last().unwrap();
            // It takes the line, and no more of it.
            assert!(line.chars().count() < usize::from(columns), "{line}");
            assert!(line.chars().count() + 6 > usize::from(columns), "{line}");
            assert!(columns < 200 || line.contains("=====>"), "{line}");
        }
        server.statement(available("42"));
        assert_eq!(screen.wait_for_exit(), 0);
        assert!(!screen.text().contains("Stage"), "{}", screen.text());
        // Who asks is nothing that the UI is told.
        for request in ui.requests() {
            let head = request.head.to_ascii_lowercase();
            assert!(!head.contains("authorization"), "{head}");
        }
    }
}

#[test]
fn a_ui_that_does_not_answer_is_asked_once() {
    let home = Home::new();
    let ui = Scripted::start(|_| Answer::json("401 Unauthorized", r#"{"msg":"who are you"}"#));
    let server = with_stages(&ui);
    let arguments = ["--url", &server.url, "-s", "0", "-l", "scala"];
    let mut screen = Screen::sized(&home, &arguments, 24, 80);
    screen.wait_for_prompt("scala>");
    screen.line("one");
    // It would have been asked again by now.
    wait_for_seconds(&screen, "", 5);
    assert_eq!(ui.count("GET", STAGES), 1);
    assert!(!screen.text().contains("who are you"), "{}", screen.text());
    server.statement(available("42"));
    screen.wait_for("\n42\n");
    screen.wait_for_prompt("scala>");
    server.statement(running(0.0));
    screen.line("two");
    wait_for_seconds(&screen, "", 4);
    assert_eq!(ui.count("GET", STAGES), 1);
}

#[test]
fn nobody_asks_for_stages_where_none_are_drawn() {
    let home = Home::new();
    let ui = Scripted::start(|_| Answer::json("200 OK", "[]"));
    let ready = with_stages(&ui).stage.lock().unwrap().session.clone();
    let began = Mutex::new(None::<Instant>);
    let server = Scripted::start(move |request| {
        // It runs for as long as two looks at the stages would take.
        let mut began = began.lock().unwrap();
        if request.method == "POST" {
            *began = Some(Instant::now());
        }
        let is_over = began.is_some_and(|began| began.elapsed() > Duration::from_millis(3_500));
        let mut stage = Stage {
            session: ready.clone(),
            statement: if is_over {
                available("42")
            } else {
                running(0.5)
            },
            statements: 0,
        };
        stage.answer(request)
    });
    let ran = home.run(&["--url", &server.url, "-s", "0", "-l", "scala", "-e", "x"]);
    ran.gave("42\n", 0);
    assert_eq!(ui.requests().len(), 0);
}

#[test]
fn stages_of_a_real_spark_are_drawn() {
    let home = Home::new();
    let server = serve(|_| {});
    let url = server.url();
    let mut screen = Screen::sized(&home, &["--url", &url, "-l", "scala"], 24, 100);
    screen.wait_for_prompt("scala>");
    screen.line("sc.parallelize(1 to 12, 12).map { x => Thread.sleep(2000); x }.count()");
    screen.wait_for("[Stage 0:");
    screen.wait_for(") / 12]");
    screen.wait_for("res0: Long = 12");
    screen.wait_for_prompt("scala>");
    assert!(!screen.text().contains("[Stage"), "{}", screen.text());
    screen.line(":quit");
    screen.wait_for_exit();
}

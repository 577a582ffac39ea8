//! Limits of time, and what a run asks of the server: on a scripted server, because no cluster here
//! has queues that are full.

use crate::support::eventually;
use crate::support::program::{Home, Ran};
use crate::support::scripted::{Answer, Request, Scripted};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::io::Read;
use std::sync::Mutex;
use std::time::Duration;

const IDLE: &str = r#"{"id":7,"name":"job-1","state":"idle","kind":"pyspark"}"#;

/// A server whose session is as it says, and whose statements give what `output` says of their code;
/// one without output runs until it is cancelled.
fn server(session: &'static str, output: fn(&str) -> Option<Value>) -> Scripted {
    let codes = Mutex::new(Vec::new());
    Scripted::start(move |request: &Request| {
        let mut codes = codes.lock().unwrap();
        let statement = |codes: &[String], number: usize| {
            let state = |state: &str| json!({"id": number, "state": state});
            match (codes[number].as_str(), output(&codes[number])) {
                ("cancelled", _) => state("cancelled"),
                (_, Some(output)) => {
                    let mut done = state("available");
                    done["output"] = output;
                    done
                }
                (_, None) => state("running"),
            }
        };
        let path = request.path.split('?').next().unwrap();
        if let Some(number) = path.strip_suffix("/cancel") {
            let number: usize = number.rsplit('/').next().unwrap().parse().unwrap();
            codes[number] = "cancelled".to_owned();
        }
        match (request.method.as_str(), path) {
            ("POST", "/sessions/7/statements") => {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                codes.push(body["code"].as_str().unwrap().to_owned());
                let posted = statement(&codes, codes.len() - 1).to_string();
                Answer::json("201 Created", posted)
            }
            ("POST", "/sessions") => Answer::json("201 Created", session),
            ("POST", "/sessions/7/connect") => Answer::json("200 OK", session),
            ("POST", _) => Answer::json("200 OK", r#"{"msg":"canceled"}"#),
            ("DELETE", _) => Answer::json("200 OK", r#"{"msg":"deleted"}"#),
            ("GET", path) => match path.strip_prefix("/sessions/7/statements/") {
                Some(number) => {
                    let found = statement(&codes, number.parse().unwrap()).to_string();
                    Answer::json("200 OK", found)
                }
                None => Answer::json("200 OK", session),
            },
            _ => Answer::json("404 Not Found", r#"{"msg":"no"}"#),
        }
    })
}

fn text(text: &str) -> Option<Value> {
    Some(json!({"status": "ok", "execution_count": 0, "data": {"text/plain": text}}))
}

/// `bad…` fails, `hang…` runs for ever, `long…` gives more than a pipe holds.
fn as_named(code: &str) -> Option<Value> {
    let code = code.trim();
    if code.starts_with("hang") {
        return None;
    }
    if code.starts_with("bad") {
        return Some(
            json!({"status": "error", "execution_count": 0, "ename": "NameError",
            "evalue": "name 'bad' is not defined", "traceback": []}),
        );
    }
    if code.starts_with("long") {
        return text(&"x".repeat(300_000));
    }
    text(code)
}

fn created(server: &Scripted) -> Value {
    let requests = server.requests();
    let is_it = |request: &&Request| request.method == "POST" && request.path == "/sessions";
    serde_json::from_str(&requests.iter().find(is_it).unwrap().body).unwrap()
}

#[test]
fn a_session_that_has_started_in_time_is_not_ended_by_a_reader_that_pauses() {
    let server = server(IDLE, as_named);
    let home = Home::new();
    let mut child = home
        .command(&[
            "--url",
            &server.url,
            "-l",
            "python",
            "--start-timeout",
            "200ms",
            "-e",
            "long",
            "-e",
            "2",
        ])
        .spawn()
        .unwrap();
    eventually("the first result is there", || {
        (server.count("POST", "/sessions/7/statements") > 0).then_some(())
    });
    // Longer than the limit: nothing tells from outside that it has passed.
    std::thread::sleep(Duration::from_secs(1));
    let mut out = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(out.len(), 300_001 + 2);
    assert!(out.ends_with("x\n2\n"));
}

#[test]
fn a_session_that_waits_for_room_ends_the_run_with_75() {
    let waiting = r#"{"id":7,"name":"job-1","state":"starting","kind":"pyspark",
        "appId":"application_1_0001","queue":"etl","log":["stdout: ","\nstderr: ",
        "\nYARN Diagnostics: ","[Fri] Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded."]}"#;
    let server = server(waiting, as_named);
    let home = Home::new();
    let ran = home.run(&[
        "--url",
        &server.url,
        "--start-timeout",
        "300ms",
        "-l",
        "python",
        "-e",
        "1",
    ]);
    ran.gave("", 75);
    ran.said(&[
        "session 7 is starting, application_1_0001",
        "has not started within --start-timeout: it is starting, application application_1_0001, queue etl",
        "Queue's AM resource limit exceeded.",
        "hint: the cluster has no room for it: try again later, or in another queue",
        // To delete it now would leave its driver running, unknown to Livy.
        "Session job-1 is still there: it is still starting.",
    ]);
    assert_eq!(server.count("POST", "/sessions/7/statements"), 0);
    assert_eq!(server.count("DELETE", "/sessions/7"), 0);
}

#[test]
fn a_session_that_is_only_slow_ends_the_run_with_3() {
    let slow = r#"{"id":7,"name":"job-1","state":"starting","kind":"pyspark","log":["starting"]}"#;
    let server = server(slow, as_named);
    let home = Home::new();
    let limit = ["--start-timeout", "300ms", "-l", "python", "-e", "1"];
    let mut arguments = vec!["--url", &server.url];
    arguments.extend(limit);
    let ran = home.run(&arguments);
    ran.gave("", 3);
    ran.said(&[
        "hint: give it more time, or look at its log on the server",
        "Session job-1 is still there: it is still starting.",
    ]);
}

#[test]
fn the_limit_of_a_run_is_told_also_after_an_error() {
    let server = server(IDLE, as_named);
    let home = Home::new();
    let file = home.write("job.py", "bad\nhang\n3\n");
    let file = file.to_str().unwrap();
    for options in [
        vec![],
        vec!["--keep-going"],
        vec!["--keep-going", "--keep-on-error"],
    ] {
        let mut arguments = vec!["--url", &server.url, "--timeout", "800ms"];
        arguments.extend(&options);
        let ends = options.is_empty();
        arguments.push(file);
        let ran = home.run(&arguments);
        ran.gave("", if ends { 1 } else { 124 });
        let told = "livysh: the run did not end within --timeout\n";
        assert_eq!(ran.err.contains(told), !ends, "{options:?}: {}", ran.err);
        assert!(!ran.err.contains("Come back with"), "{}", ran.err);
    }
    assert_eq!(server.count("DELETE", "/sessions/7"), 3);
}

/// What ends the run is the signal, not the error before it.
#[test]
fn a_signal_after_an_error_ends_the_session_all_the_same() {
    let server = server(IDLE, as_named);
    let home = Home::new();
    let arguments = [
        "--url",
        &server.url,
        "-l",
        "python",
        "--keep-going",
        "--keep-on-error",
        "-e",
        "bad",
        "-e",
        "hang",
    ];
    let child = home.command(&arguments).spawn().unwrap();
    eventually("the second statement is sent", || {
        (server.count("POST", "/sessions/7/statements") == 2).then_some(())
    });
    kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 143, "{}", ran.err);
    assert_eq!(server.count("DELETE", "/sessions/7"), 1, "{}", ran.err);
}

#[test]
fn a_statement_that_takes_too_long_is_cancelled_and_named() {
    let server = server(IDLE, as_named);
    let home = Home::new();
    let file = home.write("job.py", "1\nhang\n3\n");
    let ran = home.run(&[
        "--url",
        &server.url,
        "--statement-timeout",
        "100ms",
        file.to_str().unwrap(),
    ]);
    ran.gave("1\n", 124);
    ran.said(&["job.py:2: it ran for longer than 100 ms\n"]);
    assert_eq!(server.count("POST", "/sessions/7/statements/2/cancel"), 1);
}

#[test]
fn the_way_back_is_one_command() {
    let server = server(IDLE, as_named);
    let home = Home::new();
    home.profile("prod", &server.url, &[]);
    home.write("my job.py", "1\nbad\n");
    let ran = home.run(&[
        "-p",
        "prod",
        "--keep-on-error",
        "my job.py",
        "a",
        "b c",
        "$d",
    ]);
    ran.gave("1\n", 1);
    ran.said(&[
        "Session job-1 is still there: kept, as was asked for.\nCome back with:  livysh -p prod -s job-1\n\
         Go on with:       livysh -p prod -s job-1 --from 2 'my job.py' a 'b c' '$d'\n",
    ]);
    // Code of the command line has no lines to go on at.
    let ran = home.run(&["-p", "prod", "--keep-on-error", "-l", "python", "-e", "bad"]);
    ran.gave("", 1);
    ran.said(&["Come back with:  livysh -p prod -s job-1\n"]);
    assert!(!ran.err.contains("--from"), "{}", ran.err);
    assert_eq!(server.count("DELETE", "/sessions/7"), 0);
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let home = Home::new();
    home.write("job.py", "1\n");
    let url = "http://127.0.0.1:9";
    for (arguments, told) in [
        (vec!["--from", "99", "job.py"], "job.py has no line 99"),
        (
            vec!["--no-header", "-o", "markdown", "job.py"],
            "--no-header is for text, table, csv and tsv: markdown has no line of names",
        ),
        (
            vec!["--from", "2", "-e", "1"],
            "--from needs a FILE to begin in",
        ),
        (
            vec!["--max-rows", "2", "-s", "1", "job.py"],
            "--max-rows is a setting of new sessions",
        ),
        (
            vec!["--conf", "a=b", "-s", "1", "job.py"],
            "--conf is for new sessions",
        ),
        (vec!["--dry-run", "-s", "1"], "nothing would be created"),
    ] {
        let mut all = vec!["--url", url];
        all.extend(&arguments);
        let ran = home.run(&all);
        ran.gave("", 2);
        ran.said(&[told]);
    }
}

#[test]
fn a_dry_run_shows_the_request_without_its_secrets_and_sends_nothing() {
    let server = server(IDLE, as_named);
    let home = Home::new();
    let file = home.write("key", "hidden-in-a-file\n");
    let mut command = home.command(&[
        "--url",
        &server.url,
        "--dry-run",
        "-l",
        "sql",
        "--name",
        "nightly",
        "--max-rows",
        "5",
        "--conf",
        "spark.executor.memory=4g",
        "--conf",
        "spark.a.password=env:SECRET",
        "--conf",
        &format!("spark.b.key=@{}", file.display()),
    ]);
    let ran = Ran::of(
        command
            .env("SECRET", "hidden-in-the-environment")
            .output()
            .unwrap(),
    );
    assert_eq!(ran.err, format!("POST {}/sessions\n", server.url));
    let shown: Value = serde_json::from_str(&ran.out).unwrap();
    let expected = json!({"kind": "sql", "name": "nightly-xxxxxxxx", "conf": {
        "livy.rsc.sql.num-rows": "5", "spark.executor.memory": "4g",
        "spark.a.password": "***", "spark.b.key": "***"}});
    assert_eq!((shown, ran.code), (expected, 0));
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn settings_are_sent_and_only_requests_are_told() {
    let server = server(IDLE, |_| {
        Some(
            json!({"status": "ok", "execution_count": 0, "data": {"application/json":
            {"schema": {"type": "struct", "fields": [{"name": "a", "type": "integer"}]},
             "data": [[1], [2]]}}}),
        )
    });
    let home = Home::new();
    let mut command = home.command(&[
        "--url",
        &server.url,
        "--auth",
        "bearer",
        "-v",
        "-l",
        "sql",
        "-o",
        "csv",
        "--max-rows",
        "2",
        "--conf",
        "spark.a.password=env:SECRET",
        "-e",
        "select 1 as a",
    ]);
    command
        .env("SECRET", "hidden-value")
        .env("LIVYSH_TOKEN", "hidden-token");
    let ran = Ran::of(command.output().unwrap());
    ran.gave("a\n1\n2\n", 0);
    let conf = &created(&server)["conf"];
    assert_eq!(conf["spark.a.password"], "hidden-value");
    assert_eq!(conf["livy.rsc.sql.num-rows"], "2");
    assert!(server.requests()[0].head.contains("Bearer hidden-token"));
    ran.said(&[
        &format!("POST {}/sessions: 201, ", server.url),
        "/sessions/7/statements: 201, ",
        "the result was cut at 2 rows, as was asked for",
    ]);
    assert!(!ran.err.contains("hidden"), "{}", ran.err);
}

/// Livy ends a session that is idle for too long, and one whose statement runs, too.
#[test]
fn a_session_is_kept_alive_while_a_statement_runs() {
    let server = server(IDLE, as_named);
    let home = Home::new();
    home.profile(
        "p",
        &server.url,
        &["keep_alive = \"50ms\"", "keep_idle = \"0s\""],
    );
    let child = home
        .command(&["-p", "p", "-l", "python", "-e", "hang"])
        .spawn()
        .unwrap();
    eventually("it is kept alive", || {
        (server.count("POST", "/sessions/7/connect") >= 3).then_some(())
    });
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 130, "{}", ran.err);
}

//! `livysh serve` and `--local`: the API as a client sees it, and that nothing outlives it.

use crate::support::http::{get, post, request};
use crate::support::processes::{processes_with, send, session_folder};
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::serving::Serving;
use crate::support::spark::{serve, shared, wait_until_idle};
use crate::support::{eventually, within};
use nix::sys::signal::Signal;
use serde_json::json;
use std::time::Duration;

#[test]
fn the_three_requests_of_clouderas_guide_work() {
    let server = serve(|_| {});
    let host = server.url();
    let created = post(&format!("{host}/sessions"), r#"{"kind": "spark"}"#);
    assert_eq!(created.status, 201);
    assert_eq!(created.header("Location"), Some("/sessions/0"));
    let session = created.json();
    assert_eq!(
        (&session["state"], &session["kind"]),
        (&json!("starting"), &json!("spark"))
    );
    wait_until_idle(&host, "0");

    let submitted = post(
        &format!("{host}/sessions/0/statements"),
        r#"{"code": "sc.parallelize(1 to 10).count()"}"#,
    );
    assert_eq!(submitted.status, 201);
    let location = submitted.header("Location").unwrap().to_owned();
    assert_eq!(location, "/sessions/0/statements/0");
    let statement = eventually("the statement is available", || {
        let statement = get(&format!("{host}{location}")).json();
        (statement["state"] == "available").then_some(statement)
    });
    let expected = json!({"status": "ok", "execution_count": 0,
        "data": {"text/plain": "res0: Long = 10\n"}});
    assert_eq!(statement["output"], expected);
    assert_eq!(statement["progress"], 1.0);
    assert!(statement["started"].as_u64().unwrap() <= statement["completed"].as_u64().unwrap());

    let list = get(&format!("{host}/sessions/0/statements")).json();
    assert_eq!(list["total_statements"], 1);
    let deleted = request("DELETE", &format!("{host}/sessions/0"), &[], "");
    assert_eq!(
        (deleted.status, deleted.json()),
        (200, json!({"msg": "deleted"}))
    );
    assert_eq!(get(&format!("{host}/sessions/0")).status, 404);
    assert_eq!(get(&format!("{host}/sessions")).json()["total"], 0);
}

#[test]
fn errors_have_livys_codes_and_shapes() {
    let (url, session) = shared();
    let missing = get(&format!("{url}/sessions/nobody"));
    assert_eq!(
        (missing.status, missing.json()),
        (404, json!({"msg": "Session 'nobody' not found."}))
    );
    let statement = get(&format!("{url}/sessions/{session}/statements/99999"));
    assert_eq!(
        (statement.status, statement.json()),
        (404, json!("Statement not found"))
    );
    let odd = get(&format!("{url}/sessions/{session}/statements/abc"));
    assert_eq!(
        (odd.status, odd.json()),
        (400, json!({"msg": "For input string: \"abc\""}))
    );
    let unknown = post(&format!("{url}/sessions"), r#"{"kinds":"spark"}"#);
    assert_eq!(unknown.status, 400);
    assert!(unknown.json().is_string(), "{unknown:?}");
    let cancel = post(
        &format!("{url}/sessions/{session}/statements/99999/cancel"),
        "{}",
    );
    assert_eq!(
        (cancel.status, cancel.json()),
        (200, json!({"msg": "canceled"}))
    );
    let version = get(&format!("{url}/version"));
    assert!(
        version.json()["version"]
            .as_str()
            .unwrap()
            .starts_with("0."),
        "{version:?}"
    );
}

#[test]
fn statements_wait_their_turn_and_can_be_cancelled_while_they_wait() {
    let (url, session) = shared();
    let statements = format!("{url}/sessions/{session}/statements");
    let submit = |code: &str| {
        let body = json!({"code": code, "kind": "pyspark"}).to_string();
        post(&statements, &body).json()["id"].to_string()
    };
    let state = |id: &str| get(&format!("{statements}/{id}")).json();
    let slow = submit("import time; time.sleep(30)");
    let waiting = submit("print('must not run')");
    eventually("it runs", || {
        (state(&slow)["state"] == "running").then_some(())
    });
    post(&format!("{statements}/{waiting}/cancel"), "{}");
    let cancelled = state(&waiting);
    assert_eq!(
        (&cancelled["state"], &cancelled["output"]),
        (&json!("cancelled"), &json!(null))
    );
    post(&format!("{statements}/{slow}/cancel"), "{}");
    eventually("it is cancelled", || {
        (state(&slow)["state"] == "cancelled").then_some(())
    });
    let after = submit("'goes on'");
    eventually("the next one runs", || {
        (state(&after)["state"] == "available").then_some(())
    });
    assert_eq!(state(&after)["output"]["data"]["text/plain"], "'goes on'");
}

#[test]
fn a_stranger_is_refused() {
    let server = serve(|options| options.token = Some("t0ken".to_owned()));
    let sessions = format!("{}/sessions", server.url());
    assert_eq!(get(&sessions).status, 401);
    let bearer = |token: &str| request("GET", &sessions, &[("Authorization", token)], "").status;
    assert_eq!(
        (
            bearer("Bearer t0ken"),
            bearer("Bearer t0keN"),
            bearer("Bearer t")
        ),
        (200, 401, 401)
    );
    let with = |name: &str, value: &str| {
        let headers = [("Authorization", "Bearer t0ken"), (name, value)];
        request("GET", &sessions, &headers, "").status
    };
    assert_eq!(with("Origin", "http://evil.example"), 403);
    assert_eq!(with("Host", "evil.example"), 403);
    assert_eq!(with("Origin", "http://localhost:3000"), 200);
}

#[test]
fn the_first_command_counts_to_ten() {
    let ran = Home::new().run_with_stdin(&["--local"], "sc.parallelize(1 to 10).count()\n");
    ran.gave("res0: Long = 10\n", 0);
}

#[test]
fn a_prompt_stands_before_spark_and_blocks_typed_meanwhile_run() {
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--local"]);
    screen.wait_for_within(Duration::from_secs(1), "scala>");
    assert!(
        !screen.text().contains("Spark context available"),
        "{}",
        screen.text()
    );
    screen.wait_for("starting Java");
    screen.line("val early = List(1, 2, 3)");
    screen.send("early.map { x =>\rx + 1\r}\r");
    screen.wait_for("early: List[Int] = List(1, 2, 3)");
    screen.wait_for("res0: List[Int] = List(2, 3, 4)");
    let text = screen.text();
    for words in [
        "starting Java",
        "Spark context available as 'sc'",
        "Spark session available as 'spark'.",
    ] {
        assert!(text.contains(words), "no “{words}”:\n{text}");
    }
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    assert_eq!(session_folder(screen.process_id()), None);
}

#[test]
fn a_killed_livysh_leaves_no_spark() {
    for when in ["while it starts", "when it is up"] {
        let home = Home::new();
        let screen = Screen::start(&home, &["--local", "-l", "python"]);
        let id = screen.process_id();
        let folder = eventually("the session has a directory", || session_folder(id));
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        eventually("Java runs", || {
            processes_with(&name)
                .iter()
                .any(|id| is_java(*id))
                .then_some(())
        });
        if when == "when it is up" {
            screen.wait_for("Spark session available as 'spark'.");
        }
        send(id, Signal::SIGKILL);
        within(
            Duration::from_secs(2),
            &format!("killed {when}, Spark is gone"),
            || processes_with(&name).is_empty().then_some(()),
        );
    }
}

fn is_java(process: u32) -> bool {
    std::fs::read_link(format!("/proc/{process}/exe"))
        .is_ok_and(|path| path.file_name().is_some_and(|name| name == "java"))
}

#[test]
fn a_server_that_is_ended_leaves_no_process_and_no_directory() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--port", "0", "--token-env", "SERVE_TOKEN"]);
    command.env("SERVE_TOKEN", "t0ken");
    let mut serving = Serving::run(command);
    let (child, url) = (&mut serving.child, serving.url.clone());
    assert_eq!(get(&format!("{url}/sessions")).status, 401);
    let with = |method: &str, path: &str, body: &str| {
        let headers = [("Authorization", "Bearer t0ken")];
        request(method, &format!("{url}{path}"), &headers, body)
    };
    assert_eq!(
        with("POST", "/sessions", r#"{"kind":"pyspark"}"#).status,
        201
    );
    eventually("the session is idle", || {
        (with("GET", "/sessions/0/state", "").json()["state"] == "idle").then_some(())
    });
    let folder = session_folder(child.id()).unwrap();
    assert!(!processes_with(folder.to_str().unwrap()).is_empty());
    send(child.id(), Signal::SIGTERM);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(!folder.exists() && processes_with(folder.to_str().unwrap()).is_empty());
}

#[test]
fn a_spark_that_dies_ends_its_session_with_the_reason() {
    let home = Home::new();
    let ran = home.run(&[
        "--local",
        "-l",
        "python",
        "-e",
        "import os; os._exit(3)",
        "-e",
        "1",
    ]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 3), "{ran:?}");
    ran.said(&["session 0 on this machine is dead", "hint: "]);
}

#[test]
fn ctrl_c_ends_a_script_and_its_spark() {
    let home = Home::new();
    let mut command = home.command(&[
        "--local",
        "-l",
        "python",
        "-e",
        "print('up', flush=True)",
        "-e",
        "import time; time.sleep(99)",
    ]);
    let mut child = command.spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    assert_eq!(line, "up\n");
    let id = child.id();
    let folder = session_folder(id).unwrap();
    send(id, Signal::SIGINT);
    let code = within(Duration::from_secs(20), "the script ends", || {
        child.try_wait().unwrap().map(|status| status.code())
    });
    assert_eq!(code, Some(130));
    assert!(!folder.exists() && processes_with(folder.to_str().unwrap()).is_empty());
}

#[test]
fn a_termination_at_the_prompt_ends_spark_and_leaves_the_terminal_sane() {
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--local", "-l", "python"]);
    screen.wait_for("Spark session available as 'spark'.");
    let id = screen.process_id();
    let folder = session_folder(id).unwrap();
    send(id, Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    assert!(!folder.exists() && processes_with(folder.to_str().unwrap()).is_empty());
    assert!(screen.echoes());
}

#[test]
fn sessions_end_by_themselves_when_they_are_idle_or_nobody_asks() {
    let server = serve(|_| {});
    let sessions = format!("{}/sessions", server.url());
    for limit in [
        json!({"idleTimeout": "1s"}),
        json!({"heartbeatTimeoutInSecond": 20}),
    ] {
        let mut asked = limit;
        asked["kind"] = "pyspark".into();
        assert_eq!(post(&sessions, &asked.to_string()).status, 201);
    }
    let bad = post(&sessions, r#"{"kind":"pyspark","ttl":"abc"}"#);
    assert_eq!(
        (bad.status, bad.json()),
        (
            400,
            json!({"msg": "Rejected, Reason: Invalid time string: abc"})
        )
    );
    // The list counts as no question about a session.
    eventually("both are gone", || {
        (get(&sessions).json()["total"] == 0).then_some(())
    });
    assert_eq!(get(&format!("{sessions}/0")).status, 404);
}

/// Asks with a compressed body for a compressed answer; prints both.
const COMPRESSED: &str = "\
import gzip, json, sys, urllib.request
body = gzip.compress(json.dumps({'kind': 'perl'}).encode())
headers = {'Content-Type': 'application/json', 'Content-Encoding': 'gzip', 'Accept-Encoding': 'gzip'}
request = urllib.request.Request(sys.argv[1], body, headers)
try:
    urllib.request.urlopen(request)
except urllib.error.HTTPError as error:
    print(error.code, error.headers['Content-Encoding'], json.loads(gzip.decompress(error.read())))";

#[test]
fn both_sides_may_compress() {
    let (url, _) = shared();
    let ran = std::process::Command::new("python3")
        .args(["-c", COMPRESSED, &format!("{url}/sessions")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(said.starts_with("400 gzip Invalid kind: perl"), "{ran:?}");
}

/// Gives the server's Python statements one by one; prints what each has done.
const FUTURE: &str = "\
import sys, types
sys.path.insert(0, sys.argv[1])
from driver.python import Python
python = Python({})
for code in [
    'def f(a: nope): pass',
    'from __future__ import annotations\\ndef g(a: nope): pass',
    'x = 1',
    'def h(a: nope): pass',
]:
    print(python.run(types.SimpleNamespace(number=1, code=code))['status'])
";

#[test]
fn what_is_imported_from_the_future_holds_from_then_on() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/local");
    let ran = std::process::Command::new("python3")
        .args(["-B", "-c", FUTURE, folder])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(said, "error\nok\nok\nok\n", "{ran:?}");
}

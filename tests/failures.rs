//! What the user reads, and the code the program ends with, when there is no session to be had.

use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Scripted};
use std::net::TcpListener;

fn run(url: &str) -> crate::support::program::Ran {
    Home::new().run(&["--url", url, "-e", "1"])
}

/// A port on which nobody listens.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_closed_port_is_told_with_url_cause_and_hint() {
    let url = closed_port();
    let ran = run(&url);
    ran.gave("", 3);
    ran.said(&[
        &format!("{url}/sessions"),
        "the connection was refused",
        "hint: ",
        "8998",
    ]);
}

#[test]
fn a_name_that_does_not_resolve_is_told() {
    let ran = run("http://livysh-nowhere.invalid:8998");
    ran.gave("", 3);
    ran.said(&[
        "livysh-nowhere.invalid",
        "name was not found",
        "hint: ",
        "VPN",
    ]);
}

#[test]
fn a_server_that_answers_html_is_told() {
    let server = Scripted::start(|_| Answer::page("200 OK", "<html><h1>Welcome</h1></html>"));
    let ran = run(&server.url);
    ran.gave("", 3);
    ran.said(&[
        &server.url,
        "a web page, not what a Livy server answers",
        "hint: ",
        "/livy",
    ]);
}

#[test]
fn an_unknown_identity_ends_with_four() {
    let server = Scripted::start(|_| Answer::page("401 Unauthorized", "<html>Who?</html>"));
    let ran = run(&server.url);
    ran.gave("", 4);
    ran.said(&[
        &server.url,
        "401 Unauthorized: Who?",
        "hint: ",
        "--auth basic",
    ]);
}

#[test]
fn a_redirect_is_not_followed_but_told() {
    let elsewhere = Scripted::start(|_| Answer::json("200 OK", "{}"));
    let login = format!("{}/login", elsewhere.url);
    let server = Scripted::start(move |_| Answer {
        headers: vec![("Location", login.clone())],
        ..Answer::page("302 Found", "")
    });
    let ran = run(&server.url);
    ran.gave("", 4);
    ran.said(&["302 Found", "/login", "hint: "]);
    assert!(elsewhere.requests().is_empty());
}

/// A server whose sessions never come up.
fn dying() -> Scripted {
    Scripted::start(
        |request| match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/sessions") => Answer::json(
                "201 Created",
                r#"{"id":7,"state":"starting","kind":"spark","log":[]}"#,
            ),
            ("GET", "/sessions/7") => Answer::json(
                "200 OK",
                r#"{"id":7,"state":"dead","appId":null,"log":["stdout: "]}"#,
            ),
            ("GET", path) if path.starts_with("/sessions/7/log") => Answer::json(
                "200 OK",
                r#"{"id":7,"from":0,"total":3,"log":["stdout: ","\nstderr: ","Queue root.x is full\u001b[2J"]}"#,
            ),
            _ => Answer::json("404 Not Found", r#"{"msg":"no"}"#),
        },
    )
}

#[test]
fn a_session_that_dies_while_starting_shows_the_end_of_its_log() {
    let server = dying();
    let ran = run(&server.url);
    ran.gave("", 3);
    ran.said(&[
        "session 7 on",
        &server.url,
        "is dead",
        "  Queue root.x is full\n",
        "hint: ",
    ]);
    assert_eq!(server.count("POST", "/sessions"), 1);
}

#[test]
fn at_a_prompt_the_same_is_told_and_the_prompt_stays() {
    let home = Home::new();
    let server = dying();
    let mut screen = Screen::start(&home, &[&server.url]);
    screen.wait_for("scala>");
    screen.wait_for("Queue root.x is full");
    // The next line finds that there is no session to send it to.
    screen.line("1");
    screen.wait_for("There is no session any more: nothing runs. :restart makes a new one.");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 3);
}

#[test]
fn a_session_that_does_not_exist_is_told() {
    let server = Scripted::start(|_| {
        Answer::json("404 Not Found", r#"{"msg":"Session 'nope' not found."}"#)
    });
    let ran = Home::new().run(&["--url", &server.url, "-s", "nope", "-e", "1"]);
    ran.gave("", 3);
    ran.said(&["Session 'nope' not found.", "/sessions/nope", "hint: "]);
    assert_eq!(server.count("POST", "/sessions"), 0);
}

/// Scripts a ready session 1; what a statement's POST and GET answer is the test's.
fn ready(submit: fn() -> Answer, look: fn() -> Answer) -> Scripted {
    const SESSION: &str = r#"{"id":1,"state":"idle","kind":"spark"}"#;
    Scripted::start(
        move |request| match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/sessions") => Answer::json("201 Created", SESSION),
            ("GET", "/sessions/1") => Answer::json("200 OK", SESSION),
            ("DELETE", "/sessions/1") => Answer::json("200 OK", r#"{"msg":"deleted"}"#),
            ("POST", "/sessions/1/statements") => submit(),
            ("GET", "/sessions/1/statements/0") => look(),
            _ => Answer::json("404 Not Found", r#"{"msg":"no"}"#),
        },
    )
}

fn waiting() -> Answer {
    Answer::json("201 Created", r#"{"id":0,"state":"waiting","output":null}"#)
}

#[test]
fn a_statement_whose_answer_is_cut_is_never_sent_again() {
    let server = ready(Answer::cut, waiting);
    let ran = run(&server.url);
    ran.gave("", 3);
    ran.said(&[
        "cut before the answer",
        "may have received the statement; it was not sent again",
    ]);
    assert_eq!(server.count("POST", "/sessions/1/statements"), 1);
    assert_eq!(server.count("DELETE", "/sessions/1"), 1);
}

#[test]
fn a_bad_gateway_is_no_reason_to_send_a_statement_again() {
    let gateway = || Answer::page("502 Bad Gateway", "<html><h1>502 Bad Gateway</h1></html>");
    let server = ready(gateway, waiting);
    let ran = run(&server.url);
    ran.gave("", 3);
    ran.said(&["502 Bad Gateway", "not sent again"]);
    assert_eq!(server.count("POST", "/sessions/1/statements"), 1);
}

#[test]
fn an_evicted_result_is_told_with_its_number() {
    let server = ready(waiting, || {
        Answer::json("404 Not Found", r#""Statement not found""#)
    });
    let ran = run(&server.url);
    ran.gave("", 3);
    ran.said(&[
        "the result of statement 0 cannot be had",
        "Statement not found",
    ]);
}

#[test]
fn looks_go_on_after_a_gateway_has_failed() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static LOOKS: AtomicUsize = AtomicUsize::new(0);
    let server = ready(waiting, || match LOOKS.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::page("503 Service Unavailable", "busy"),
        1 => Answer::cut(),
        _ => Answer::json(
            "200 OK",
            r#"{"id":0,"state":"available","output":{"status":"ok","data":{"text/plain":"res0: Int = 1\n"}}}"#,
        ),
    });
    let ran = run(&server.url);
    ran.gave("res0: Int = 1\n", 0);
    ran.said(&["the server cannot be reached, asking again"]);
    assert_eq!(server.count("POST", "/sessions/1/statements"), 1);
}

#[test]
fn every_request_names_itself_and_brings_its_identity() {
    let server = dying();
    let home = Home::new();
    let mut command = home.command(&["--url", &server.url, "--user", "alice", "-e", "1"]);
    let output = command.env("LIVYSH_PASSWORD", "s3cret").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    for request in server.requests() {
        let head = request.head.to_ascii_lowercase();
        assert!(head.contains("x-requested-by: livysh"), "{head}");
        assert!(head.contains("accept: application/json"), "{head}");
        assert!(
            head.contains("authorization: basic ywxpy2u6cznjcmv0"),
            "{head}"
        );
    }
    let create = &server.requests()[0];
    let body: serde_json::Value = serde_json::from_str(&create.body).unwrap();
    let name = body["name"].as_str().unwrap();
    assert!(name.starts_with("livysh-"), "{name}");
    assert_eq!(body, serde_json::json!({"kind": "spark", "name": name}));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cret"));
}

/// Livy before 0.6 gives its sessions no names, and refuses fields that it does not know.
#[test]
fn an_old_server_gets_a_session_without_a_name() {
    let server = Scripted::start(|request| {
        let is_create = request.method == "POST" && request.path == "/sessions";
        let has_name = request.body.contains("\"name\"");
        match (is_create, has_name) {
            (true, true) => Answer::json(
                "400 Bad Request",
                r#""Unrecognized field \"name\" (class CreateInteractiveRequest), not marked as ignorable""#,
            ),
            (true, false) => Answer::json("201 Created", r#"{"id":0,"state":"dead"}"#),
            _ => Answer::json("200 OK", r#"{"id":0,"state":"dead","log":[]}"#),
        }
    });
    let ran = run(&server.url);
    ran.gave("", 3);
    ran.said(&["session 0 on ", " is dead"]);
    assert_eq!(server.count("POST", "/sessions"), 2);
}

#[test]
fn plain_livysh_names_the_three_ways() {
    let ran = Home::new().run(&[]);
    ran.gave("", 2);
    ran.said(&["--url http://host:8998", "--profile NAME", "--local"]);
}

#[test]
fn a_script_that_is_not_there_costs_no_session() {
    let ran = Home::new().run(&["--local", "nothere.scala"]);
    ran.gave("", 2);
    ran.said(&["nothere.scala: there is no such file"]);
    assert!(!ran.err.contains("starting"), "{}", ran.err);
}

#[test]
fn what_is_no_url_is_a_usage_error() {
    for url in ["localhost:8998", "ftp://h", "http://u:p@h"] {
        let ran = run(url);
        ran.gave("", 2);
        ran.said(&["hint: "]);
    }
    let ran = Home::new().run(&["--nonsense"]);
    assert_eq!(ran.code, 2);
}

#[test]
fn a_hostile_answer_does_not_reach_the_terminal() {
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let server = Scripted::start(move |request| {
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/sessions") => Answer::json(
                "201 Created",
                r#"{"id":"7\u001b[2J","state":"idle\u001b[2J","kind":"pyspark"}"#,
            ),
            ("POST", path) if path.ends_with("/statements") => {
                Answer::json("201 Created", r#"{"id":"s\u001b[2J","state":"waiting"}"#)
            }
            ("GET", path) if path.contains("/statements/") => {
                match looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                    0 => Answer::json(
                        "503 Service Unavailable",
                        r#"{"msg":"\u001b]0;title\u0007\u001b[2J\nbusy"}"#,
                    ),
                    _ => Answer::json(
                        "200 OK",
                        r#"{"id":1,"state":"available","output":{"status":"ok","data":{"text/plain":"fine"}}}"#,
                    ),
                }
            }
            ("GET", path) if path.starts_with("/sessions/7") => Answer::json(
                "200 OK",
                r#"{"id":"7\u001b[2J","state":"idle","kind":"pyspark"}"#,
            ),
            ("DELETE", _) => Answer::json("500 Internal Server Error", r#""no\u001b[2J""#),
            _ => Answer::json("404 Not Found", r#"{"msg":"no"}"#),
        }
    });
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--url", &server.url, "-l", "python"]);
    screen.wait_for_prompt(">>>");
    screen.line("1");
    screen.wait_for("fine");
    screen.line(":session");
    screen.wait_for("made by livysh");
    screen.line(":quit");
    screen.wait_for_exit();
    screen.wait_for("is still there");
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    assert!(
        !raw.contains("\x1b[2J") && !raw.contains("\x1b]0;"),
        "{raw:?}"
    );
}

#[test]
fn a_lost_answer_to_the_creation_is_told_as_such() {
    let server = Scripted::start(|_| Answer::cut());
    let limit = ["--url", &server.url, "--retry-for", "1s", "-e", "1"];
    let ran = Home::new().run(&limit);
    ran.gave("", 3);
    ran.said(&["The server may have created the session all the same"]);
    assert_eq!(server.count("POST", "/sessions"), 1);
}

#[test]
fn a_session_that_cannot_be_asked_while_it_starts_is_ended_or_named() {
    let server = Scripted::start(|request| match request.method.as_str() {
        "POST" => Answer::json("201 Created", r#"{"id":7,"state":"starting"}"#),
        "DELETE" => Answer::json("200 OK", r#"{"msg":"deleted"}"#),
        _ => Answer::json("500 Internal Server Error", r#""no""#),
    });
    let ran = run(&server.url);
    ran.gave("", 3);
    ran.said(&["session 7 is lost", "500"]);
    assert_eq!(server.count("DELETE", "/sessions/7"), 1);
}

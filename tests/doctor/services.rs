//! What answers, and whether it lets changes through.

use super::{ALICE, PASSWORD, Place, checks, failed, is_well, look, one};
use crate::support::eventually;
use crate::support::http::{get, post};
use crate::support::processes::send;
use crate::support::program::{Home, Ran};
use crate::support::scripted::{Answer, Request, Scripted};
use crate::support::spark::{strict, wait_until_idle};
use nix::sys::signal::Signal;

#[test]
fn what_is_not_livy_is_told() {
    let place = Place::new();
    for (path, text, hint) in [
        ("nothing/livy", "answered 404 Not Found", "check the URL"),
        (
            "page/livy",
            "not what a Livy server answers",
            "check the URL",
        ),
    ] {
        let url = format!("http://127.0.0.1:{}/{path}", place.nginx.plain);
        place.profile(&url, &[ALICE]);
        let ran = place.look();
        failed(&ran, 3, "service", text, hint);
        assert_eq!(one(&ran, "sign-on").state, "skipped");
    }
}

#[test]
fn a_page_where_people_sign_on_is_told() {
    let place = Place::new();
    let url = format!("http://127.0.0.1:{}/moved/livy", place.nginx.plain);
    place.profile(&url, &[ALICE]);
    failed(
        &place.look(),
        4,
        "sign-on",
        "it wants people to sign on at https://login.example/sign-on",
        "livysh signs on without a browser",
    );
}

#[test]
fn a_gateway_whose_server_is_away_is_told() {
    let place = Place::new();
    std::fs::write(place.nginx.file("dead-GET"), "").unwrap();
    place.profile(&place.plain(), &[ALICE]);
    let ran = place.look();
    failed(
        &ran,
        3,
        "service",
        "answered 502 Bad Gateway",
        "a gateway could not reach",
    );
}

/// The header is there with nothing in it, which is the same to nginx as none.
#[test]
fn a_header_that_changes_need_is_told() {
    let place = Place::new();
    place.profile(
        &place.plain(),
        &[ALICE, "headers = { X-Requested-By = '' }"],
    );
    let ran = place.look();
    failed(
        &ran,
        3,
        "changes",
        "a header is missing, which the server or a gateway wants",
        "headers = { X-XSRF-Header",
    );
    // It is there, so that a header is all that is missing.
    assert_eq!(one(&ran, "sign-on").state, "ok");
    place.profile(&place.plain(), &[ALICE]);
    is_well(&place.look());
}

#[test]
fn a_session_is_made_and_ended_where_that_is_asked_for() {
    let place = Place::new();
    place.profile(&place.plain(), &[ALICE]);
    let ran = look(&place.home, &["--create"], &[("OWN", PASSWORD)]);
    is_well(&ran);
    let told = one(&ran, "create").text;
    assert!(
        told.starts_with("session 0 was made, was idle after "),
        "{told}"
    );
    assert!(told.ends_with(", and is ended"), "{told}");
    assert_eq!(place.nginx.count("POST", "/sessions", 201), 1);
    let left = get(&format!("{}/sessions", place.server.url())).json();
    assert_eq!(left["total"], 0);
}

/// Sessions may be seen by whom they may not be made by.
#[test]
fn whoever_may_make_no_session_is_told() {
    let server = Scripted::start(|request: &Request| match request.method.as_str() {
        "POST" => Answer::json("403 Forbidden", r#"{"msg":"User 'alice' may not create"}"#),
        _ if request.path.starts_with("/sessions?") => Answer::json(
            "200 OK",
            r#"{"from":0,"total":1,"sessions":[{"id":7,"state":"idle","owner":"bob"}]}"#,
        ),
        _ => Answer::json(
            "404 Not Found",
            r#"{"msg":"Session '2147483647' not found."}"#,
        ),
    });
    let ran = Home::new().run(&["doctor", &server.url, "--create"]);
    failed(
        &ran,
        4,
        "create",
        "User 'alice' may not create",
        "ask the server's administrator",
    );
    assert_eq!(server.count("POST", "/sessions"), 1);
    // Nobody is ended but a session that nobody has.
    let ended: Vec<String> = server
        .requests()
        .into_iter()
        .filter(|request| request.method == "DELETE")
        .map(|request| request.path)
        .collect();
    assert_eq!(ended, ["/sessions/2147483647"]);
    // A session of another's tells nothing of us.
    assert!(one(&ran, "owner").text.starts_with("not told"), "{ran:?}");
}

/// It is not ended while it starts, which would leave its driver: whoever goes is told.
#[test]
fn a_session_that_is_not_waited_for_is_named() {
    let server = Scripted::start(|request: &Request| match request.method.as_str() {
        "POST" => Answer::json("201 Created", r#"{"id":3,"state":"starting"}"#),
        _ if request.path.starts_with("/sessions?") => {
            Answer::json("200 OK", r#"{"from":0,"total":0,"sessions":[]}"#)
        }
        _ if request.path == "/sessions/3" => {
            Answer::json("200 OK", r#"{"id":3,"state":"starting"}"#)
        }
        _ => Answer::json(
            "404 Not Found",
            r#"{"msg":"Session '2147483647' not found."}"#,
        ),
    });
    let home = Home::new();
    let mut command = home.command(&["doctor", &server.url, "--create"]);
    let child = command.spawn().unwrap();
    eventually("it is waited for", || {
        (server.count("GET", "/sessions/3") > 1).then_some(())
    });
    send(child.id(), Signal::SIGINT);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 130, "{ran:?}");
    ran.said(&[
        "Session livysh-doctor-",
        &format!(
            " may still be there:  livysh --url {} sessions stop ",
            server.url
        ),
    ]);
    assert_eq!(server.count("DELETE", "/sessions/3"), 0);
}

/// A server that notes what it was asked to make, and answers that in its own way.
fn making(created: impl Fn() -> Answer + Send + Sync + 'static, is_listed: bool) -> Scripted {
    let made = std::sync::Arc::new(std::sync::Mutex::new(None));
    Scripted::start(move |request: &Request| {
        let named = || -> Option<String> { made.lock().unwrap().clone().filter(|_| is_listed) };
        let session = |name: &str| format!(r#"{{"id":3,"name":"{name}","state":"idle"}}"#);
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", _) => {
                let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
                *made.lock().unwrap() = Some(body["name"].as_str().unwrap().to_owned());
                created()
            }
            ("GET", path) if path.starts_with("/sessions?") => {
                let all: Vec<String> = named().iter().map(|name| session(name)).collect();
                let (count, all) = (all.len(), all.join(","));
                let list = format!(r#"{{"from":0,"total":{count},"sessions":[{all}]}}"#);
                Answer::json("200 OK", list)
            }
            ("GET", "/sessions/3") => Answer::json("200 OK", session("n")),
            ("DELETE", "/sessions/3") => Answer::json("200 OK", r#"{"msg":"deleted"}"#),
            _ => Answer::json(
                "404 Not Found",
                r#"{"msg":"Session '2147483647' not found."}"#,
            ),
        }
    })
}

#[test]
fn a_session_whose_answer_was_lost_is_found_and_ended() {
    let gateway = || Answer::page("502 Bad Gateway", "<title>502 Bad Gateway</title>");
    let server = making(gateway, true);
    let ran = Home::new().run(&["doctor", &server.url, "--create"]);
    let told = one(&ran, "create");
    assert_eq!((ran.code, told.state.as_str()), (0, "warning"), "{ran:?}");
    assert!(
        told.text.starts_with("session 3 was made, was idle after ")
            && told
                .text
                .contains(", and is ended (found by its name: POST "),
        "{told:?}"
    );
    assert_eq!(server.count("POST", "/sessions"), 1);
    assert_eq!(server.count("DELETE", "/sessions/3"), 1);
}

#[test]
fn a_session_that_may_be_there_is_named_with_what_ends_it() {
    let server = making(|| Answer::json("500 Oh", r#"{"msg":"oh"}"#), false);
    let ran = Home::new().run(&["doctor", &server.url, "--create"]);
    failed(
        &ran,
        3,
        "create",
        "answered 500 Internal Server Error: oh; session livysh-doctor-",
        &format!("livysh --url {} sessions stop livysh-doctor-", server.url),
    );
    let told = one(&ran, "create").text;
    assert!(
        told.ends_with("may have been made: it was looked for, and is not there yet"),
        "{told}"
    );
    assert_eq!(server.count("POST", "/sessions"), 1);
}

/// What limits requests stands before the server.
#[test]
fn where_nothing_was_received_nothing_may_have_been_made() {
    let server = making(
        || Answer::json("429 Too Many Requests", r#"{"msg":"slowly"}"#),
        false,
    );
    let home = Home::new();
    home.profile("p", &server.url, &["timeout = '1s'"]);
    let ran = look(&home, &["--create"], &[]);
    failed(&ran, 3, "create", "slowly", "the server is busy");
    assert!(!ran.out.contains("may have been made"), "{ran:?}");
}

/// It may wait for other clients' sessions, longer than a step may take.
#[test]
fn to_make_a_session_has_the_time_of_a_run() {
    let slow = || {
        std::thread::sleep(std::time::Duration::from_secs(11));
        Answer::json("201 Created", r#"{"id":3,"state":"starting"}"#)
    };
    let server = making(slow, false);
    let ran = Home::new().run(&["doctor", &server.url, "--create"]);
    is_well(&ran);
    assert_eq!(server.count("DELETE", "/sessions/3"), 1);
}

/// A server whose sessions have ids of another kind.
#[test]
fn where_ids_look_otherwise_changes_are_not_tried_and_sessions_are() {
    let server = making(
        || Answer::json("201 Created", r#"{"id":3,"state":"idle"}"#),
        false,
    );
    let inner = server.url.clone();
    let gate = Scripted::start(move |request: &Request| {
        if request.path == "/sessions/2147483647" {
            return Answer::json("400 Bad Request", r#"{"msg":"no id"}"#);
        }
        let url = format!("{inner}{}", request.path);
        let answer = crate::support::http::request(&request.method, &url, &[], &request.body);
        Answer::json("200 OK", answer.body)
    });
    let ran = Home::new().run(&["doctor", &gate.url, "--create"]);
    let told = one(&ran, "changes");
    assert_eq!(
        (told.state.as_str(), told.text.as_str()),
        ("skipped", "not tried: ids look otherwise here"),
        "{ran:?}"
    );
    assert_eq!(gate.count("DELETE", "/sessions/2147483647"), 0);
    assert_eq!(one(&ran, "create").state, "ok", "{ran:?}");
}

/// A gateway that lets reads through alone.
#[test]
fn a_gateway_that_lets_no_change_through_is_told() {
    let server = Scripted::start(|request: &Request| match request.method.as_str() {
        "GET" if request.path.starts_with("/sessions?") => {
            Answer::json("200 OK", r#"{"from":0,"total":0,"sessions":[]}"#)
        }
        "GET" => Answer::json("404 Not Found", r#"{"msg":"Session '2' not found."}"#),
        _ => Answer::page("405 Method Not Allowed", "<title>405</title>"),
    });
    let ran = Home::new().run(&["doctor", &server.url]);
    failed(
        &ran,
        3,
        "changes",
        "changes are not let through: DELETE ",
        "to let POST and DELETE through",
    );
}

/// One that has every session that it is asked for is asked to end none.
#[test]
fn a_server_that_has_every_session_is_not_asked_to_end_one() {
    let server = Scripted::start(|request: &Request| match request.path.as_str() {
        "/version" => Answer::json("200 OK", r#"{"version":"0.7.0"}"#),
        path if path.starts_with("/sessions?") => {
            Answer::json("200 OK", r#"{"from":0,"total":0,"sessions":[]}"#)
        }
        _ => Answer::json("200 OK", r#"{"id":2147483647,"state":"idle"}"#),
    });
    let ran = Home::new().run(&["doctor", &server.url]);
    assert_eq!(one(&ran, "changes").state, "skipped", "{ran:?}");
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.method == "GET")
    );
}

/// The owner that a server tells of a session that livysh has made here.
#[test]
fn whom_the_server_takes_us_for_is_told() {
    let list = r#"{"from":0,"total":1,"sessions":[{"id":7,"name":"NAME","state":"idle",
        "owner":"livy","proxyUser":"alice","kind":"pyspark"}]}"#;
    let made = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let noted = made.clone();
    let server = Scripted::start(move |request: &Request| {
        let name = || noted.lock().unwrap().clone();
        let session =
            |name: &str| format!(r#"{{"id":7,"name":"{name}","state":"idle","kind":"pyspark"}}"#);
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/sessions") => {
                let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
                *noted.lock().unwrap() = body["name"].as_str().unwrap().to_owned();
                Answer::json("201 Created", session(&name()))
            }
            ("GET", path) if path.starts_with("/sessions?") => {
                Answer::json("200 OK", list.replace("NAME", &name()))
            }
            ("GET", "/sessions/7") => Answer::json("200 OK", session(&name())),
            _ => Answer::json(
                "404 Not Found",
                r#"{"msg":"Session '2147483647' not found."}"#,
            ),
        }
    });
    let home = Home::new();
    // Whatever becomes of the statement: the session is noted, and kept.
    home.run(&["--url", &server.url, "--keep", "-l", "python", "-e", "1"]);
    let ran = home.run(&["doctor", &server.url]);
    let told = one(&ran, "owner").text;
    assert_eq!(
        told, "the server takes you for livy, and runs it for alice",
        "{ran:?}"
    );
}

#[test]
fn a_real_spark_behind_a_strict_server_is_well() {
    let (home, url) = (Home::new(), strict());
    let made = post(&format!("{url}/sessions"), r#"{"kind":"pyspark"}"#).json();
    let id = made["id"].to_string();
    wait_until_idle(&url, &id);
    let ran = home.run(&["doctor", &url]);
    is_well(&ran);
    assert!(
        one(&ran, "service").text.starts_with("Livy 0.9.0"),
        "{ran:?}"
    );
    // It is as it was.
    wait_until_idle(&url, &id);
    crate::support::http::request("DELETE", &format!("{url}/sessions/{id}"), &[], "");
}

/// A program that never answers is not waited for.
#[test]
fn a_python_that_hangs_is_told() {
    let place = Place::new();
    let python = place.home.write("python3", "#!/bin/sh\nexec sleep 5\n");
    std::fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    place.profile(&place.plain(), &[ALICE, "timeout = '1s'"]);
    let python = python.to_str().unwrap();
    let ran = look(&place.home, &["--python", python], &[("OWN", PASSWORD)]);
    assert_eq!(
        one(&ran, "local Spark").text,
        "Python or Java has not answered within 1 s; only --local and livysh serve need one",
        "{ran:?}"
    );
}

#[test]
fn a_spark_of_this_machine_is_looked_for() {
    let home = Home::new();
    let ran = home.run(&["--local", "doctor"]);
    is_well(&ran);
    assert!(
        one(&ran, "local Spark").text.starts_with("Spark "),
        "{ran:?}"
    );
    let ran = home.run(&["--local", "--python", "/nowhere/python", "doctor"]);
    failed(
        &ran,
        3,
        "local Spark",
        "/nowhere/python cannot be used",
        "--python",
    );
    let all = checks(&ran.out);
    assert!(all.iter().all(|told| told.name != "connection"), "{ran:?}");
}

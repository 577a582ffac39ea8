//! `livysh sessions`: on a server whose drivers are stubs, and on one that says what a test needs.

use crate::support::eventually;
use crate::support::http::{get, post};
use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Scripted};
use crate::support::spark::wait_until_idle;
use crate::support::stub;
use livysh::local::Server;
use serde_json::{Value, json};
use std::sync::Mutex;

fn ground() -> (Server, Home) {
    let home = Home::new();
    (stub::serve(&home), home)
}

fn sessions(home: &Home, url: &str, arguments: &[&str]) -> Ran {
    home.run(&[&["--url", url, "sessions"], arguments].concat())
}

fn document(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

/// Makes a session by hand, and waits for it.
fn made(url: &str, name: &str) -> String {
    let body = json!({"kind": "pyspark", "name": name}).to_string();
    let id = post(&format!("{url}/sessions"), &body).json()["id"].to_string();
    wait_until_idle(url, &id);
    id
}

#[test]
fn a_session_is_listed_shown_followed_and_stopped() {
    let (server, home) = ground();
    let url = &server.url();
    let none = "ID  NAME  STATE  KIND  OWNER  IDLE  APPLICATION\n";
    sessions(&home, url, &[]).gave(none, 0);
    assert_eq!(document(&sessions(&home, url, &["-o", "json"])), json!([]));
    let id = made(url, "etl");
    let listed = sessions(&home, url, &["list"]);
    let words: Vec<&str> = listed
        .out
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(words[..4], [&id, "etl", "idle", "pyspark"], "{listed:?}");
    let shown = sessions(&home, url, &["show", "etl"]);
    let expected = format!("id            {id}\nname          etl\nstate         idle\n");
    assert!(shown.out.starts_with(&expected), "{shown:?}");
    // What it has run tells since when it is idle.
    home.run(&["--url", url, "-s", "etl", "-l", "python", "-e", "1"])
        .gave("1\n", 0);
    let shown = sessions(&home, url, &["show", &id]);
    assert!(shown.out.contains("\nidle          "), "{shown:?}");

    let one = document(&sessions(&home, url, &["show", "etl", "-o", "json"]));
    let sent = get(&format!("{url}/sessions/{id}")).json();
    assert_eq!(one, sent);
    let before = home.run(&["--url", url, "-o", "json", "sessions", "list"]);
    assert_eq!(document(&before), json!([sent]));

    let log = sessions(&home, url, &["log", "etl"]);
    assert_eq!(log.code, 0, "{log:?}");
    let mut following = home.command(&["--url", url, "sessions", "log", "--follow", "etl"]);
    let following = following.spawn().unwrap();
    let stopped = sessions(&home, url, &["stop", "etl"]);
    stopped.gave("", 0);
    stopped.said(&["Session etl has ended.\n"]);
    // It has seen the end, or that the session is gone.
    let followed = Ran::of(following.wait_with_output().unwrap());
    assert!([0, 3].contains(&followed.code), "{followed:?}");
    for command in ["show", "log", "stop"] {
        let ran = sessions(&home, url, &[command, "etl"]);
        ran.gave("", 3);
        ran.said(&["Session 'etl' not found."]);
    }
}

#[test]
fn only_what_livysh_has_made_and_nobody_works_in_is_ended_unnamed() {
    let (server, home) = ground();
    let url = &server.url();
    made(url, "by-hand");
    let keep = ["--url", url, "--keep", "-l", "python", "-e", "1"];
    home.run(&[&keep[..], &["--name", "mine"]].concat());
    home.run(&[
        "--url", url, "-s", "created", "--create", "-l", "python", "-e", "1",
    ]);
    home.run(&["--url", url, "-s", "by-hand", "-l", "python", "-e", "1"]);
    let mut screen = Screen::start(&home, &["--url", url, "-l", "python", "--name", "open"]);
    screen.wait_for_prompt(">>> ");
    screen.line("1 + 1");
    screen.wait_for("2");
    eventually("all are idle", || {
        let list = get(&format!("{url}/sessions")).json();
        let all = list["sessions"].as_array().unwrap();
        (all.len() == 4 && all.iter().all(|one| one["state"] == "idle")).then_some(())
    });
    let none = sessions(&home, url, &["stop", "--mine", "--idle=9h"]);
    none.gave("", 0);
    none.said(&["No session of yours is idle.\n"]);
    let ran = sessions(&home, url, &["stop", "--mine", "--idle"]);
    ran.gave("", 0);
    ran.said(&[
        "Session mine-",
        "Session created has ended.\n",
        "Session open-",
    ]);
    ran.said(&["stays: another livysh works in it.\n"]);
    let list = get(&format!("{url}/sessions")).json();
    let names = list["sessions"].as_array().unwrap().iter();
    let mut names: Vec<&str> = names.map(|one| one["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(
        names.len() == 2 && names[0] == "by-hand" && names[1].starts_with("open-"),
        "{names:?}"
    );
    screen.send("\u{4}");
    screen.wait_for_exit();
}

#[test]
fn what_makes_no_sense_is_refused() {
    let home = Home::new();
    let url = "http://127.0.0.1:9";
    for (arguments, told) in [
        (&["--url", url, "sessions", "stop"][..], "ID|NAME"),
        (&["--url", url, "sessions", "stop", "--mine"], "--idle"),
        (&["--url", url, "sessions", "stop", "--idle"], "--mine"),
        (
            &["--url", url, "sessions", "stop", "1", "--mine", "--idle"],
            "cannot be used with",
        ),
        (
            &["--url", url, "sessions", "stop", "--mine", "--idle=soon"],
            "it is written like 90s",
        ),
        (
            &["--url", url, "sessions", "list", "-o", "csv"],
            "-o json is for list and show",
        ),
        (
            &["--url", url, "sessions", "log", "1", "-o", "json"],
            "-o json is for list and show",
        ),
        (
            &["--url", url, "batch", "stop", "1", "-o", "json"],
            "-o json is for list, show and submit",
        ),
        (
            &["--url", url, "-s", "1", "sessions"],
            "-s is for a conversation",
        ),
        (
            &["--url", url, "--jars", "/a", "sessions"],
            "option of Spark is for a conversation",
        ),
        (
            &["--url", url, "--dry-run", "sessions"],
            "--dry-run is for a conversation",
        ),
        (
            &["--local", "sessions"],
            "--local ends with livysh: for sessions start livysh serve",
        ),
    ] {
        let ran = home.run(arguments);
        ran.gave("", 2);
        ran.said(&[told]);
    }
    sessions(&home, url, &["list"]).gave("", 3);
}

/// A server with so many sessions in pages of two, the last of which is bob's and has a hostile name.
fn pages(count: usize) -> Scripted {
    let deleted = Mutex::new(Vec::new());
    Scripted::start(move |request| {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let view = |id: usize| {
            let owner = if id + 1 == count { "bob" } else { "alice" };
            let name = if id + 1 == count {
                "b\u{1b}]0;x\u{7}\u{9b}2J"
            } else {
                "etl"
            };
            json!({"id": id, "name": name, "state": "idle", "kind": "spark", "owner": owner,
                "appId": "\u{1b}[2Ja", "someday": {"new": [id, null]},
                "log": ["stdout: ", "\u{1b}[31mred\u{1b}[2J", "\nstderr: "]})
        };
        let ok = |value: Value| Answer::json("200 OK", value.to_string());
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match (request.method.as_str(), &parts[..]) {
            ("GET", ["sessions"]) => {
                let from = query.split('&').find_map(|part| part.strip_prefix("from="));
                let from: usize = from.unwrap().parse().unwrap();
                let page: Vec<Value> = (from..count).take(2).map(view).collect();
                ok(json!({"from": from, "total": count, "sessions": page}))
            }
            ("GET", ["sessions", id]) => match id.parse() {
                Ok(id) if id < count => ok(view(id)),
                Ok(_) | Err(_) => Answer::json("404 Not Found", r#"{"msg":"none"}"#),
            },
            ("GET", ["sessions", _, "log"]) => ok(json!({"id": 0, "log": view(0)["log"]})),
            ("GET", ["sessions", _, "statements"]) => ok(json!({"statements": []})),
            ("DELETE", ["sessions", id]) => {
                deleted.lock().unwrap().push((*id).to_owned());
                ok(json!({"msg": "deleted"}))
            }
            _ => Answer::json("404 Not Found", r#"{"msg":"no such page"}"#),
        }
    })
}

#[test]
fn all_pages_are_there_and_nothing_in_them_reaches_the_terminal() {
    let home = Home::new();
    let server = pages(5);
    let listed = sessions(&home, &server.url, &[]);
    assert_eq!(listed.out.lines().count(), 6, "{listed:?}");
    let hostile = ['\u{1b}', '\u{7}', '\u{9b}'];
    assert!(!listed.out.contains(hostile), "{listed:?}");
    let shown = sessions(&home, &server.url, &["show", "4"]);
    assert!(shown.out.contains("owner         bob\n"), "{shown:?}");
    assert!(!shown.out.contains(['\u{7}', '\u{9b}']) && !shown.out.contains("\u{1b}[2J"));
    let log = sessions(&home, &server.url, &["log", "4"]);
    assert!(
        log.out.contains("red") && !log.out.contains("\u{1b}[2J"),
        "{log:?}"
    );
    let ran = sessions(&home, &server.url, &["-o", "json"]);
    assert!(!ran.out.contains(hostile), "{ran:?}");
    let all = document(&ran);
    assert_eq!(all.as_array().unwrap().len(), 5);
    assert_eq!(all[4]["name"], "b\u{1b}]0;x\u{7}\u{9b}2J");
    assert_eq!(all[3]["someday"], json!({"new": [3, null]}));
}

#[test]
fn another_ones_session_is_ended_after_a_yes_alone() {
    let home = Home::new();
    let server = pages(3);
    let as_alice = ["--url", &server.url, "--user", "alice", "sessions", "stop"];
    let run = |more: &[&str]| {
        let mut command = home.command(&[&as_alice[..], more].concat());
        Ran::of(command.env("LIVYSH_PASSWORD", "p").output().unwrap())
    };
    let ended = || {
        let requests = server.requests().into_iter();
        let deleted = requests.filter(|one| one.method == "DELETE");
        deleted.map(|one| one.path).collect::<Vec<_>>()
    };
    let refused = run(&["2"]);
    refused.gave("", 2);
    refused.said(&[
        " belongs to bob, and was not ended\n",
        "--yes ends it all the same",
    ]);
    assert_eq!(ended(), Vec::<String>::new());
    // What can be done is done.
    let both = run(&["2", "0"]);
    assert_eq!(both.code, 2, "{both:?}");
    assert_eq!(ended(), ["/sessions/0"]);
    run(&["--mine", "--idle"]).gave("", 0);
    assert_eq!(ended(), ["/sessions/0", "/sessions/0", "/sessions/1"]);
    assert_eq!(run(&["--yes", "2"]).code, 0);
    assert_eq!(ended().last().unwrap(), "/sessions/2");
    // Who has no name is asked, too.
    for (answer, count) in [("n", 4), ("y", 5)] {
        let mut screen = Screen::start(&home, &["--url", &server.url, "sessions", "stop", "2"]);
        screen.wait_for("belongs to bob. End it? [y/N]");
        screen.line(answer);
        let code = screen.wait_for_exit();
        assert_eq!((code == 0, ended().len()), (answer == "y", count));
    }
}

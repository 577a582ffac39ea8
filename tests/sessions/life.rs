//! What befalls a session, and what is told of it.

use super::{asked, gives, prompt, send};
use crate::support::eventually;
use crate::support::http::{get, post};
use crate::support::livy::{Livy, Session};
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::spark::shared;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

#[test]
fn a_log_is_followed_until_ctrl_c() {
    let livy = Livy::start(vec![Session::named("etl", "spark")]);
    let add = |place: usize, line: &str| {
        livy.with(|world| {
            world
                .session("etl")
                .unwrap()
                .log
                .insert(place, line.to_owned())
        });
    };
    add(1, "out 1");
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-s", "etl"]);
    screen.wait_for_prompt("scala>");
    gives(&mut screen, ":log", "stdout:\nout 1\n\nstderr:", "scala>");
    screen.line(":log -f");
    screen.wait_for("Following the log; Ctrl-C ends that.");
    add(3, "err \u{1b}[2J1");
    screen.wait_for("\nerr 1");
    add(2, "out 2");
    screen.wait_for("\nstdout:\nout 2");
    add(3, "out 3");
    screen.wait_for("out 2\nout 3");
    // A server that is away is waited for.
    livy.with(|world| world.is_away = true);
    screen.wait_for("asking again");
    add(4, "out 4");
    livy.with(|world| world.is_away = false);
    screen.wait_for("out 3\nout 4");
    livy.with(|world| world.is_away = true);
    screen.wait_for("asking again");
    screen.send("\x03");
    screen.wait_for_prompt("scala>");
    livy.with(|world| world.is_away = false);
    let text = screen.text();
    // An escape of the log is not obeyed.
    assert!(
        text.contains("stdout:\nout 1\n") && text.matches("out 2").count() == 1,
        "{text}"
    );
    gives(&mut screen, "1", "done in 0", "scala>");
}

#[test]
fn a_session_that_dies_at_the_prompt_is_told_and_made_anew() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala", "--heartbeat", "1s"]);
    screen.wait_for("Spark session available as 'spark'.");
    assert_eq!(asked(&livy)["heartbeatTimeoutInSecond"], 1);
    gives(&mut screen, "1", "done in 0", "scala>");
    gives(
        &mut screen,
        ":session",
        "the server ends it 1 s later",
        "scala>",
    );
    livy.with(|world| {
        let session = world.session("0").unwrap();
        session.state = "dead".to_owned();
        session.log.push("\nYARN Diagnostics: ".to_owned());
        session.log.push("Application killed by user".to_owned());
    });
    // Nobody has typed anything: the heartbeat has noticed it.
    screen.wait_for("session 0 on");
    screen.wait_for("  Application killed by user");
    screen.wait_for("hint: :restart makes a new one, :replay then runs what has succeeded again");
    let gone = "There is no session any more: nothing runs. :restart makes a new one.";
    gives(&mut screen, "2", gone, "scala>");
    gives(
        &mut screen,
        ":session",
        "any more; :restart makes a new one",
        "scala>",
    );
    gives(
        &mut screen,
        ":detach",
        "There is no session that could be left",
        "scala>",
    );
    let again = "A new session is being made; :replay runs the input that has succeeded again.";
    gives(&mut screen, ":restart", again, "scala>");
    gives(&mut screen, ":replay", "done in 1", "scala>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

/// In the place of one that is over a new one may be made, whoever had made the other.
#[test]
fn a_session_of_another_that_has_died_is_replaced_by_one_of_ours() {
    let livy = Livy::start(vec![Session::named("etl", "pyspark")]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-s", "etl"]);
    screen.wait_for_prompt(">>>");
    gives(&mut screen, "1", "done in 0", ">>>");
    livy.with(|world| world.sessions.clear());
    screen.line("2");
    screen.wait_for("is gone: it was deleted, or it was idle for too long");
    screen.wait_for_prompt(">>>");
    gives(
        &mut screen,
        ":restart",
        "A new session is being made",
        ">>>",
    );
    gives(&mut screen, "3", "done in 1", ">>>");
    assert_eq!(asked(&livy)["kind"], "pyspark");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    assert_eq!(livy.with(|world| world.sessions.len()), 0);
}

#[test]
fn a_start_that_fails_is_told_with_its_reason() {
    let livy = Livy::start(Vec::new());
    livy.with(|world| world.made.state = "starting".to_owned());
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("session 0 is starting");
    livy.with(|world| {
        world.made.state = "idle".to_owned();
        let session = world.session("0").unwrap();
        session.state = "dead".to_owned();
        session.log.push("no such queue: etl".to_owned());
    });
    screen.wait_for("session 0 on");
    screen.wait_for("  no such queue: etl");
    gives(
        &mut screen,
        ":restart",
        "A new session is being made.",
        "scala>",
    );
    gives(&mut screen, "1", "done in 1", "scala>");
}

#[test]
fn a_statement_waits_for_a_session_that_recovers() {
    let livy = Livy::start(vec![Session::named("etl", "spark")]);
    let state = |state: &str| {
        livy.with(|world| world.session("etl").unwrap().state = state.to_owned());
    };
    state("recovering");
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-s", "etl"]);
    screen.wait_for("session 0 is recovering");
    state("idle");
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "1", "done in 0", "scala>");
    state("recovering");
    screen.line("2");
    screen.wait_for("Session 0 is recovering: the statement waits until it is back.");
    assert_eq!(
        livy.with(|world| world.session("etl").unwrap().statements.len()),
        1
    );
    state("idle");
    screen.wait_for("The session is back: the statement is sent.\ndone in 0");
    screen.wait_for_prompt("scala>");
    assert_eq!(
        livy.with(|world| world.session("etl").unwrap().statements.len()),
        2
    );
    // Ctrl-C does not wait, and nothing is sent afterwards.
    state("recovering");
    screen.line("3");
    eventually("it waits once more", || {
        (screen.text().matches("the statement waits").count() == 2).then_some(())
    });
    screen.send("\x03");
    screen.wait_for_prompt("scala>");
    state("idle");
    gives(&mut screen, "4", "4\ndone in 0", "scala>");
    assert_eq!(
        livy.with(|world| world.session("etl").unwrap().statements.len()),
        3
    );
}

#[test]
fn a_prompt_tells_how_long_the_session_is_kept() {
    let livy = Livy::start(vec![Session::named("etl", "spark")]);
    let home = Home::new();
    let told = |arguments: &[&str], expected: &str| {
        let mut screen = prompt(&home, &livy, arguments);
        screen.wait_for("Spark session available as 'spark'.");
        gives(&mut screen, ":session", expected, "scala>");
        screen.line(":quit");
        screen.wait_for_exit();
    };
    told(
        &["-l", "scala"],
        "kept alive: for 1 h 59 min still, if nothing runs",
    );
    told(
        &["-s", "etl"],
        "kept alive: while a statement runs that is waited for",
    );
    std::fs::create_dir_all(home.path().join("config/livysh")).unwrap();
    let config = format!("[profiles.p]\nurl = '{}'\nheartbeat = '90s'\n", livy.url());
    let with = |more: &str| home.write("config/livysh/config.toml", &format!("{config}{more}"));
    with("keep_idle = 0\nkeep_alive = 0\n");
    let mut screen = Screen::start(&home, &["-p", "p", "-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(
        &mut screen,
        ":session",
        "not kept alive, as keep_alive says",
        "scala>",
    );
    assert!(screen.text().contains("the server ends it 1 min later"));
    assert_eq!(asked(&livy)["heartbeatTimeoutInSecond"], 90);
    screen.line(":detach");
    screen.wait_for("the server ends it when nobody has asked for it for 90 s");
    screen.wait_for_exit();
    let ran = home.run(&["-p", "p", "-l", "scala", "--heartbeat", "0", "-e", "1"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(asked(&livy)["heartbeatTimeoutInSecond"], Value::Null);
}

/// On the server in the box, with Spark: a session of the same kind that nobody asks for is the clock.
#[test]
fn a_heartbeat_holds_a_session_for_as_long_as_livysh_lives() {
    let (url, _) = shared();
    let listed = |name: &str| {
        let list = get(&format!("{url}/sessions")).json();
        let sessions = list["sessions"].as_array().unwrap();
        sessions.iter().any(|one| one["name"] == name)
    };
    let home = Home::new();
    let arguments = ["--url", url, "-l", "python", "--heartbeat", "15s"];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, ":session", "heartbeat: it is asked for", ">>>");
    let text = screen.text();
    let name = text.split("name: ").nth(1).unwrap().lines().next().unwrap();
    let clock = format!("clock-{}", std::process::id());
    let body = json!({"kind": "pyspark", "name": clock, "heartbeatTimeoutInSecond": 15});
    assert_eq!(
        post(&format!("{url}/sessions"), &body.to_string()).status,
        201
    );
    eventually("nobody asks for the other", || {
        (!listed(&clock)).then_some(())
    });
    assert!(listed(name));
    gives(&mut screen, "6 * 7", "\n42", ">>>");
    send(&screen, Signal::SIGKILL);
    eventually("the server ends it", || (!listed(name)).then_some(()));
}

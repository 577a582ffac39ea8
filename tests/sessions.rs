//! A session's life: found or made by its name, gone to, left, died, come back to. Mostly on a server
//! without Spark, whose sessions can be made to die and to recover.

use crate::support::eventually;
use crate::support::http::{get, post, request};
use crate::support::livy::{Livy, Session};
use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::session;
use crate::support::spark::shared;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::path::PathBuf;

fn prompt(home: &Home, livy: &Livy, arguments: &[&str]) -> Screen {
    let mut all = vec!["--url", livy.url()];
    all.extend(arguments);
    Screen::start(home, &all)
}

fn send(screen: &Screen, signal: Signal) {
    kill(Pid::from_raw(screen.process_id() as i32), signal).unwrap();
}

/// Types a line, and waits for what it gives and the prompt after it.
#[track_caller]
fn gives(screen: &mut Screen, line: &str, expected: &str, prompt: &str) {
    screen.line(line);
    screen.wait_for(expected);
    screen.wait_for_prompt(prompt);
}

fn journal(home: &Home) -> PathBuf {
    home.path().join("state/livysh/sessions.json")
}

/// The body of the last request for a session.
fn asked(livy: &Livy) -> Value {
    let requests = livy.server.requests();
    let mut made = requests.iter().rev();
    let made = made.find(|one| one.method == "POST" && one.path == "/sessions");
    serde_json::from_str(&made.unwrap().body).unwrap()
}

#[test]
fn a_session_of_a_name_is_made_once_and_stays() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let arguments = ["--url", livy.url(), "-s", "etl", "--create", "-l", "python"];
    let run = |more: &[&str]| home.run(&[&arguments[..], more].concat());
    run(&["-e", "1"]).gave("done in 0\n", 0);
    let body = asked(&livy);
    assert_eq!(body, json!({"kind": "pyspark", "name": "etl"}));
    run(&["-e", "2"]).gave("done in 0\n", 0);
    let told = run(&["-e", "3", "--conf", "a=b"]);
    told.gave("done in 0\n", 0);
    told.said(&["Session etl was there: --conf, --max-rows and --heartbeat are for a new one"]);
    assert_eq!(livy.made(), 1);
    livy.with(|world| world.session("etl").unwrap().state = "dead".to_owned());
    let anew = run(&["-e", "4"]);
    anew.gave("done in 1\n", 0);
    anew.said(&["Session etl is dead: it is made anew."]);
    assert_eq!(
        (livy.made(), livy.with(|world| world.sessions.len())),
        (2, 1)
    );
    let dry = run(&["--dry-run"]);
    assert!(dry.out.contains("\"name\": \"etl\""), "{dry:?}");
}

#[test]
fn create_wants_a_name_that_can_be_taken() {
    let home = Home::new();
    for (arguments, told) in [
        (&["--create"][..], "--session"),
        (&["--create", "-s", "last"], "makes no session: last is"),
        (&["--create", "-s", "12"], "the server gives numbers"),
        (&["--create", "-s", "a/b"], "no slash"),
        (
            &["--create", "-s", "a", "--name", "b"],
            "cannot be used with",
        ),
        (
            &["--create", "-s", "a", "--heartbeat", "1m"],
            "leave out --keep and --create",
        ),
        (
            &["--keep", "--heartbeat", "1m"],
            "leave out --keep and --create",
        ),
        (
            &["-s", "a", "--heartbeat", "1m"],
            "--heartbeat is for new sessions",
        ),
    ] {
        // Nothing is asked of the server, which is not there.
        let ran = home.run(&[&["--url", "http://127.0.0.1:1", "-e", "1"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        ran.said(&[told]);
    }
}

#[test]
fn two_that_make_a_session_of_a_name_share_it() {
    let (url, _) = shared();
    let home = Home::new();
    let name = format!("raced-{}", std::process::id());
    let started: Vec<_> = ["first", "second"]
        .map(|which| {
            let code = format!("print('{which}')");
            let arguments = [
                "--url", url, "-s", &name, "--create", "-l", "python", "-e", &code,
            ];
            home.command(&arguments).spawn().unwrap()
        })
        .into();
    let ran: Vec<Ran> = started
        .into_iter()
        .map(|child| Ran::of(child.wait_with_output().unwrap()))
        .collect();
    ran[0].gave("first\n", 0);
    ran[1].gave("second\n", 0);
    let list = get(&format!("{url}/sessions")).json();
    let sessions = list["sessions"].as_array().unwrap().iter();
    assert_eq!(
        sessions.filter(|one| one["name"] == name.as_str()).count(),
        1
    );
    let statements = get(&format!("{url}/sessions/{name}/statements")).json();
    let typed = |one: &&Value| one["code"].as_str().unwrap().contains("print('");
    let statements = statements["statements"].as_array().unwrap().iter();
    assert_eq!(statements.filter(typed).count(), 2);
    request("DELETE", &format!("{url}/sessions/{name}"), &[], "");
}

#[test]
fn another_session_is_gone_to_and_ours_is_ended() {
    let livy = Livy::start(vec![Session::named("etl", "pyspark")]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "1", "done in 1", "scala>");
    gives(
        &mut screen,
        ":attach 1",
        "Nothing changes: that is this session.",
        "scala>",
    );
    gives(&mut screen, ":attach etl", "(session 0)", ">>>");
    screen.wait_for("was made by livysh and not to be kept: it is ended.");
    assert!(
        livy.with(|world| world.session("1").is_none()),
        "ours is left"
    );
    gives(&mut screen, "2", "done in 0", ">>>");
    gives(
        &mut screen,
        ":session",
        "it was there before: it stays when you leave",
        ">>>",
    );
    gives(&mut screen, ":restart", "is not livysh's to end", ">>>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    screen.wait_for("Session etl is still there: it was there before.");
    assert_eq!(livy.with(|world| world.sessions.len()), 1);
    // One that was there before is left as it is, and so is one that is kept.
    livy.with(|world| world.session("etl").unwrap().statements.clear());
    let mut screen = prompt(&home, &livy, &["-s", "etl"]);
    screen.wait_for_prompt(">>>");
    screen.line(":attach nope");
    screen.wait_for("cannot be attached to");
    screen.line(":quit");
    screen.wait_for_exit();
    let mut screen = prompt(&home, &livy, &["--keep", "--name", "kept", "-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(
        &mut screen,
        ":attach etl",
        "is still there: kept, as was asked for.",
        ">>>",
    );
    gives(&mut screen, ":attach last", "(session 2)", "scala>");
    assert_eq!(livy.with(|world| world.sessions.len()), 2);
}

/// What runs on in a session of ours is not ended in passing.
#[test]
fn a_statement_that_was_left_keeps_the_session() {
    let livy = Livy::start(vec![Session::named("etl", "pyspark")]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    screen.line("hang");
    screen.wait_for("running 0:0");
    screen.send("\x03");
    screen.wait_for("Press Ctrl-C again to stop waiting.");
    screen.send("\x03");
    screen.wait_for("goes on in the session");
    screen.wait_for_prompt("scala>");
    let told = "Statement 0 may still run in this session, which would be ended";
    gives(&mut screen, ":attach etl", told, "scala>");
    gives(
        &mut screen,
        ":session",
        "kept alive: while a statement runs",
        "scala>",
    );
    gives(
        &mut screen,
        ":cancel",
        "Asking the server to cancel",
        "scala>",
    );
    gives(&mut screen, ":attach etl", "(session 0)", ">>>");
}

#[test]
fn a_last_session_that_is_gone_is_forgotten() {
    let named = |name| Session::named(name, "spark");
    let livy = Livy::start(vec![named("one"), named("two")]);
    let home = Home::new();
    let run =
        |session: &str| home.run(&["--url", livy.url(), "-l", "scala", "-e", "1", "-s", session]);
    run("one").gave("done in 0\n", 0);
    run("two").gave("done in 1\n", 0);
    livy.with(|world| world.sessions.retain(|one| one.id == 0));
    let gone = run("last");
    gone.gave("", 3);
    gone.said(&["Session 'two' not found."]);
    run("last").gave("done in 0\n", 0);
}

#[test]
fn what_fails_leaves_the_present_session() {
    let mut starting = Session::named("slow", "pyspark");
    starting.state = "starting".to_owned();
    let mut dead = Session::named("over", "pyspark");
    dead.state = "dead".to_owned();
    let livy = Livy::start(vec![starting, dead]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    let stays = "The other session cannot be attached to; this session stays as it was.";
    gives(&mut screen, ":attach nope", stays, "scala>");
    assert!(screen.text().contains("Session 'nope' not found."));
    gives(&mut screen, ":attach over", "session 1 on", "scala>");
    gives(&mut screen, ":attach last", "no other session on", "scala>");
    screen.line(":attach slow");
    screen.wait_for("session 0 is starting");
    screen.send("\x03");
    screen.wait_for("The other session is not waited for; this session stays as it was.");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, "1", "done in 2", "scala>");
    assert_eq!(livy.with(|world| world.sessions.len()), 3);
    // A termination while the other is waited for ends the session that is ours.
    screen.line(":attach slow");
    screen.wait_for("session 0 is starting");
    send(&screen, Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    assert!(livy.with(|world| world.session("2").is_none()));
    assert!(livy.with(|world| world.session("slow").is_some()));
}

#[test]
fn a_session_that_is_detached_stays_and_is_come_back_to() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala", "--name", "mine"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "1", "done in 0", "scala>");
    screen.line(":detach");
    assert_eq!(screen.wait_for_exit(), 0);
    screen.wait_for("is still there: kept, as was asked for.");
    screen.wait_for(&format!(
        "Come back with:  livysh --url {} -s mine-",
        livy.url()
    ));
    assert_eq!(livy.server.count("DELETE", "/sessions/0"), 0);
    // It was left on purpose: the next start tells nothing.
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "2", "done in 1", "scala>");
    assert!(!screen.text().contains("was left by"), "{}", screen.text());
    screen.line(":quit");
    screen.wait_for_exit();
    let mut screen = prompt(&home, &livy, &["-s", "last"]);
    screen.wait_for("    0  available   1");
    gives(&mut screen, "3", "done in 0", "scala>");
}

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

/// As where the home folder is on a network that is away.
#[test]
fn a_journal_whose_lock_does_not_come_holds_up_nothing() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("state/livysh")).unwrap();
    let path = home.path().join("state/livysh/sessions.lock");
    let lock = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    lock.lock().unwrap();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "1", "done in 0", "scala>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    assert!(!journal(&home).exists());
}

#[test]
fn a_number_that_names_another_session_by_now_is_not_taken_for_the_last() {
    let unnamed = |application: Option<&str>| Session {
        application: application.map(str::to_owned),
        ..Session::default()
    };
    let livy = Livy::start(vec![unnamed(Some("application_1"))]);
    let home = Home::new();
    let arguments = ["--url", livy.url(), "-l", "scala", "-e", "1", "-s"];
    let run = |session: &str| home.run(&[&arguments[..], &[session]].concat());
    run("0").gave("done in 0\n", 0);
    run("last").gave("done in 0\n", 0);
    livy.with(|world| world.session("0").unwrap().application = Some("application_2".to_owned()));
    let another = run("last");
    another.gave("", 3);
    another.said(&[
        "session 0 is another one than livysh has used under this number",
        "it has application application_2, that one had application application_1",
        "hint: -s 0 attaches to it all the same",
    ]);
    assert_eq!(
        livy.with(|world| world.session("0").unwrap().statements.len()),
        2
    );
    let wanted = run("0");
    wanted.gave("done in 0\n", 0);
    wanted.said(&["is another one than livysh has used"]);
    livy.with(|world| world.session("0").unwrap().application = None);
    let unsure = run("last");
    unsure.gave("done in 0\n", 0);
    unsure.said(&["it may be another one if the server was started anew"]);
}

/// Who attaches to a session does not take it from the livysh that is to end it.
#[test]
fn a_session_stays_its_makers_when_another_attaches() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let maker = prompt(&home, &livy, &["-l", "scala"]);
    maker.wait_for("Spark session available as 'spark'.");
    home.run(&["--url", livy.url(), "-s", "last", "-l", "scala", "-e", "1"])
        .gave("done in 0\n", 0);
    send(&maker, Signal::SIGKILL);
    drop(maker);
    let next = prompt(&home, &livy, &["-l", "scala"]);
    next.wait_for("was left by a livysh that did not end it:");
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
    let arguments = ["--url", url, "-l", "python", "--heartbeat", "4s"];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, ":session", "heartbeat: it is asked for", ">>>");
    let text = screen.text();
    let name = text.split("name: ").nth(1).unwrap().lines().next().unwrap();
    let clock = format!("clock-{}", std::process::id());
    let body = json!({"kind": "pyspark", "name": clock, "heartbeatTimeoutInSecond": 4});
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

/// Each terminal sees the other's statements in the list, and only its own results.
#[test]
fn two_terminals_share_a_session_and_keep_their_results_apart() {
    let (url, _) = shared();
    let session = session::Session::start(url, "pyspark");
    session.wait_until_up();
    let number = session.url.rsplit('/').next().unwrap();
    let homes = [Home::new(), Home::new()];
    let arguments = ["--url", url, "-s", number];
    let [mut left, mut right] = homes.each_ref().map(|home| {
        let screen = Screen::start(home, &arguments);
        screen.wait_for_prompt(">>>");
        screen
    });
    let go = homes[0].path().join("go");
    let until = format!("until [ -e {} ]; do sleep 0.1; done", go.display());
    left.line(&format!(
        "'left ' + str(__import__('subprocess').call(['sh', '-c', '{until}']))"
    ));
    left.wait_for("running 0:0");
    right.line("'right ' + str(2)");
    right.wait_for("waiting behind another statement");
    std::fs::write(&go, "").unwrap();
    left.wait_for("\n'left 0'\n>>>");
    right.wait_for("\n'right 2'\n>>>");
    for round in 0..3 {
        left.line(&format!("'left', {round}"));
        right.line(&format!("'right', {round}"));
        left.wait_for(&format!("\n('left', {round})"));
        right.wait_for(&format!("\n('right', {round})"));
    }
    for (screen, other) in [(&mut left, "right"), (&mut right, "left")] {
        screen.wait_for_prompt(">>>");
        assert!(
            !screen.text().contains(&format!("('{other}'")),
            "{}",
            screen.text()
        );
        screen.line(":statements");
        screen.wait_for("    1  available   'right ' + str(2)\n");
        for round in 0..3 {
            screen.wait_for(&format!("available   'left', {round}\n"));
            screen.wait_for(&format!("available   'right', {round}\n"));
        }
        screen.wait_for_prompt(">>>");
    }
    gives(&mut left, ":last", ">>> :last\n('left', 2)\n", ">>>");
    gives(&mut right, ":last", ">>> :last\n('right', 2)\n", ">>>");
    session.delete();
}

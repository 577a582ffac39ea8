//! Found or made by its name, and known again by it: `-s`, `--create`, `last`.

use super::{asked, gives, prompt, send};
use crate::support::http::{get, request};
use crate::support::livy::{Livy, Session};
use crate::support::program::{Home, Ran};
use crate::support::spark::shared;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::fs::OpenOptions;

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
    let told = run(&["-e", "3", "--conf", "spark.a=b"]);
    told.gave("done in 0\n", 0);
    told.said(&["Session etl was there: --conf, for a new one, without effect."]);
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
    assert!(!home.path().join("state/livysh/sessions.json").exists());
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

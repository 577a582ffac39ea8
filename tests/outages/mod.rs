//! What comes over a running statement from outside: its session is deleted, its server is started
//! anew, the clock jumps.

mod kills;

use crate::support::chaos::{Call, Chaos, Fault, Span};
use crate::support::eventually;
use crate::support::http::get;
use crate::support::preload;
use crate::support::program::{Home, Ran};
use crate::support::serving::Serving;
use crate::support::session::Session;
use crate::support::spark::shared;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

/// So many, after which it is certain that one was begun when the clock had jumped.
#[cfg(target_os = "linux")]
const POLLS: usize = 3;
/// A poll takes so long that the clock jumps in the middle of one.
#[cfg(target_os = "linux")]
const LONG: Duration = Duration::from_millis(500);

/// Ends once a file is there.
fn waiting(file: &Path) -> String {
    let until = format!("until [ -e {} ]; do sleep 0.1; done", file.display());
    format!("42 + __import__('subprocess').call(['sh', '-c', {until:?}])")
}

/// A script with one statement, in a session that was there before.
fn script(home: &Home, url: &str, session: &str, code: &str) -> Command {
    home.command(&["--url", url, "-s", session, "-l", "python", "-e", code])
}

/// The number of the statement that runs.
fn running(session: &str) -> u64 {
    eventually("the statement runs", || {
        let list = get(&format!("{session}/statements")).json();
        let all = list["statements"].as_array().unwrap();
        let running = all.iter().find(|one| one["state"] == "running")?;
        running["id"].as_u64()
    })
}

fn end(child: Child) -> Ran {
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn a_session_that_is_deleted_by_another_is_told() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let home = Home::new();
    let never = home.path().join("never");
    let child = script(&home, url, session.number(), &waiting(&never))
        .spawn()
        .unwrap();
    let statement = running(&session.url);
    session.delete();
    // What still waits in the session's shell ends.
    std::fs::write(&never, "").unwrap();
    let ran = end(child);
    ran.gave("", 3);
    let lost = format!("The result of statement {statement} is lost with the session.");
    ran.said(&[&format!("session {} on {url} is ", session.number()), &lost]);
}

/// Its numbers begin at 0 again, and another client's session and statement have them now: their
/// results are not taken for ours.
#[test]
fn a_server_that_is_started_anew_in_the_middle_of_a_statement_gives_nobody_elses_result() {
    let mut serving = Serving::start();
    let chaos = Chaos::before(&serving.url);
    let session = Session::start(&serving.url, "pyspark");
    session.wait_until_up();
    let home = Home::new();
    let never = home.path().join("never");
    let child = script(&home, &chaos.url, session.number(), &waiting(&never))
        .spawn()
        .unwrap();
    let statement = running(&session.url);
    let away = Fault::Status("503 Service Unavailable", "", "");
    chaos.break_it(None, away, Span::For(Duration::from_secs(600)), 1);
    serving.kill();
    eventually("livysh notices", || (chaos.fired() > 0).then_some(()));

    let again = Serving::start();
    chaos.point_to(&again.url);
    let theirs = Session::start(&again.url, "pyspark");
    theirs.wait_until_up();
    assert_eq!(theirs.number(), session.number());
    while theirs.submit("pyspark", "'theirs'") < statement {}
    chaos.mend();
    let ran = end(child);
    ran.gave("", 3);
    ran.said(&[
        &format!("the result of statement {statement} cannot be had"),
        "is another one now: the server was started anew",
    ]);
}

/// Ahead, both clocks jump, as after a laptop's sleep: the statement's time is told with that hour, and
/// its result comes, also where a poll was on its way. Back, the wall clock alone jumps, as when it is set
/// right: no wait is measured by it, so the session is asked on, and the result comes, too.
#[cfg(target_os = "linux")]
#[test]
fn a_clock_that_jumps_loses_nothing() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let home = Home::new();
    let library = preload::library("outages/clock.rs", home.path());
    let chaos = Chaos::before(url);
    // It counts the polls, too.
    chaos.break_it(Some(Call::Poll), Fault::Late(LONG), Span::OneIn(1), 1);
    for (name, seconds, both, amid) in [
        ("ahead", "3600", true, true),
        ("between", "3600", true, false),
        ("back", "-3600", false, true),
    ] {
        let (go, jump) = (
            home.path().join(format!("{name}-go")),
            home.path().join(format!("{name}-jump")),
        );
        let mut command = script(&home, &chaos.url, session.number(), &waiting(&go));
        command
            .env("LD_PRELOAD", &library)
            .env("CLOCK_FILE", &jump)
            .env("CLOCK_SECONDS", seconds);
        if both {
            command.env("CLOCK_BOTH", "1");
        }
        let mut child = command.spawn().unwrap();
        running(&session.url);
        eventually("a poll is on its way, or none is", || {
            (chaos.is_on_the_way(Call::Poll) == amid).then_some(())
        });
        std::fs::write(&jump, "").unwrap();
        let polls = chaos.fired();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while both && !line.contains("running 60:0") {
            line.clear();
            assert!(errors.read_line(&mut line).unwrap() > 0);
        }
        eventually("livysh asks on, or has ended", || {
            let has_ended = child.try_wait().unwrap().is_some();
            (has_ended || chaos.fired() > polls + POLLS).then_some(())
        });
        std::fs::write(&go, "").unwrap();
        line.clear();
        errors.read_to_string(&mut line).unwrap();
        let ran = end(child);
        assert_eq!((ran.out.as_str(), ran.code), ("42\n", 0), "{name}: {line}");
    }
    session.delete();
}

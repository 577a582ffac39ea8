//! Statements of one session with a real Spark, which takes all of them.

use super::cells::{cells, play};
use super::expected::{compare, expected};
use super::trial::Trial;
use super::{counting, profile, runs_in};
use crate::support::chaos::{Call, Chaos, Fault, Span};
use crate::support::http::get;
use crate::support::program::{Home, Ran};
use crate::support::session::Session;
use crate::support::spark::shared;
use crate::support::{PATIENCE, eventually};
use std::fmt::Write;
use std::time::{Duration, Instant};

#[test]
fn a_statement_runs_once_whatever_fails() {
    let (url, session) = shared();
    play(&cells(&[Call::Post, Call::Poll]), 8, |cell| {
        let trial = Trial::new(Home::new(), url, *cell);
        let count = trial.home.path().join("count");
        let code = format!("_ = {}", counting(&count));
        let ran = trial.run(&["-s", session, "-l", "python", "-e", &code]);
        // Where its result is lost, it may still wait behind the others.
        let least = *expected(cell).executions.start();
        let until = Instant::now() + PATIENCE;
        while runs_in(&count) < least && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        compare(cell, ran, runs_in(&count), trial.fired())
    });
}

/// As Knox in high availability does, with every POST of a script. The first copy of a statement runs
/// until the others are seen to be cancelled.
#[test]
fn copies_that_a_gateway_makes_are_cancelled_before_they_run() {
    const STATEMENTS: usize = 3;
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let chaos = Chaos::before(url);
    let home = profile(&chaos);
    let file_of = |what: &str, number: usize| home.path().join(format!("{what}-{number}"));
    chaos.break_it(Some(Call::Post), Fault::Repeated(4), Span::OneIn(1), 1);
    let mut script = String::new();
    for number in 0..STATEMENTS {
        let (count, go) = (file_of("count", number), file_of("go", number));
        writeln!(
            script,
            "if True:\n    import os, time\n    _ = open({count:?}, 'a').write('.')\n    \
             while not os.path.exists({go:?}): time.sleep(0.1)\n    'done {number}'\n"
        )
        .unwrap();
    }
    let file = home.write("job.py", &script);
    let arguments = [
        "-p",
        "p",
        "-s",
        session.number(),
        "-f",
        file.to_str().unwrap(),
    ];
    let child = home.command(&arguments).spawn().unwrap();
    let cancelled = || {
        let list = get(&format!("{}/statements", session.url)).json();
        let all = list["statements"].as_array().unwrap().iter();
        all.filter(|one| one["state"] == "cancelled").count()
    };
    let (mut out, mut told) = (String::new(), Vec::new());
    for number in 0..STATEMENTS {
        eventually("three copies are cancelled", || {
            (cancelled() == 3 * (number + 1)).then_some(())
        });
        std::fs::write(file_of("go", number), "").unwrap();
        writeln!(out, "'done {number}'").unwrap();
        let first = 4 * number;
        let copies = [first + 1, first + 2, first + 3].map(|copy| copy.to_string());
        told.push(format!("A gateway has sent statement {first} 4 times."));
        told.push(format!(
            "Copies cancelled before they ran: {}",
            copies.join(", ")
        ));
    }
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.gave(&out, 0);
    // Each once, at its statement, and nothing else of copies.
    let is_of_copies = |line: &&str| line.contains("Copies") || line.contains("has sent");
    let said: Vec<&str> = ran.err.lines().filter(is_of_copies).collect();
    assert_eq!(said, told, "{}", ran.err);
    for number in 0..STATEMENTS {
        assert_eq!(runs_in(&file_of("count", number)), 1, "{number}");
    }
    session.delete();
}

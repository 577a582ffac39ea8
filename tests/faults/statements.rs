//! Statements of one session with a real Spark, which takes all of them.

use super::cells::{cells, play};
use super::expected::compare;
use super::trial::Trial;
use super::{counting, profile, runs_in};
use crate::support::chaos::{Call, Chaos, Fault, Span};
use crate::support::eventually;
use crate::support::http::get;
use crate::support::program::{Home, Ran};
use crate::support::session::Session;
use crate::support::spark::shared;

#[test]
fn a_statement_runs_once_whatever_fails() {
    let (url, session) = shared();
    play(&cells(&[Call::Post, Call::Poll]), 8, |cell| {
        let trial = Trial::new(Home::new(), url, *cell);
        let count = trial.home.path().join("count");
        let code = format!("_ = {}", counting(&count));
        let ran = trial.run(&["-s", session, "-l", "python", "-e", &code]);
        compare(cell, ran, runs_in(&count), trial.fired())
    });
}

/// As Knox in high availability does. The first copy runs until the others are seen to be cancelled.
#[test]
fn copies_that_a_gateway_makes_are_cancelled_before_they_run() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let chaos = Chaos::before(url);
    let home = profile(&chaos);
    let (count, go) = (home.path().join("count"), home.path().join("go"));
    chaos.break_it(Some(Call::Post), Fault::Repeated(4), Span::Times(1), 1);
    let code = format!(
        "if True:\n    import os, time\n    _ = open({count:?}, 'a').write('.')\n    \
         while not os.path.exists({go:?}): time.sleep(0.1)\n    'done'\n"
    );
    let number = session.number();
    let file = home.write("job.py", &code);
    let arguments = ["-p", "p", "-s", number, "-f", file.to_str().unwrap()];
    let child = home.command(&arguments).spawn().unwrap();
    let states = || -> Vec<String> {
        let list = get(&format!("{}/statements", session.url)).json();
        let all = list["statements"].as_array().unwrap().iter();
        all.map(|one| one["state"].as_str().unwrap().to_owned())
            .collect()
    };
    eventually("three copies are cancelled", || {
        let cancelled = states()
            .iter()
            .filter(|state| *state == "cancelled")
            .count();
        (cancelled == 3).then_some(())
    });
    std::fs::write(&go, "").unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.gave("'done'\n", 0);
    ran.said(&["sent statement 0 4 times.\nCopies cancelled before they ran: 1, 2, 3\n"]);
    assert_eq!(runs_in(&count), 1);
    session.delete();
}

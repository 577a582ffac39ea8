//! A long script through a network in which every request may fail, one in five by chance. Rounds run
//! beside each other: `LIVYSH_TEST_ROUNDS` says how many, of long scripts, and `LIVYSH_TEST_SEED` has a run again.

use super::cells::PASSING;
use super::profile;
use crate::support::chance::seed;
use crate::support::chaos::{Chaos, Span};
use crate::support::http::post;
use crate::support::program::{Home, Ran};
use crate::support::session::Session;
use crate::support::spark::shared;
use std::fmt::Write;
use std::path::Path;

/// Those that share a session: each is the other's other client.
const ROUNDS_IN_SESSION: usize = 2;

/// How many rounds, and how long their scripts are. A script of 300 takes three minutes, which it spends
/// waiting, however many others there are.
fn size() -> (usize, usize) {
    match std::env::var("LIVYSH_TEST_ROUNDS") {
        Ok(rounds) => (rounds.parse().unwrap(), 300),
        Err(_) => (2, 150),
    }
}

/// Each statement leaves its number in the file. Scripts that share a session have names of their own.
fn script(name: &str, statements: usize, count: &Path) -> String {
    let mut script = format!(
        "def {name}(n):\n    with open({count:?}, 'a') as f: _ = f.write(f'{{n}} ')\n    return n\n\n"
    );
    for statement in 0..statements {
        writeln!(script, "{name}({statement})").unwrap();
    }
    script
}

/// Runs one in a session; what it gave, and the numbers that its statements left.
fn run(home: &Home, session: &str, name: &str, statements: usize) -> (Ran, String) {
    let count = home.path().join("count");
    let file = home.write("job.py", &script(name, statements, &count));
    let ran = home.run(&["-p", "p", "-s", session, "-f", file.to_str().unwrap()]);
    let counted = std::fs::read_to_string(&count).unwrap_or_default();
    (ran, counted)
}

/// One that forgets no statement: where others may have pushed out the one that is looked for, it is
/// not sent again.
fn session(url: &str) -> Session {
    let body = r#"{"kind": "pyspark", "conf": {"livy.rsc.retained-statements": "1000"}}"#;
    let made = post(&format!("{url}/sessions"), body);
    Session {
        url: format!("{url}/sessions/{}", made.json()["id"]),
    }
}

/// The output is that of a run without faults, and each statement has run once, in its order.
#[test]
fn a_long_script_runs_in_order_through_a_bad_network() {
    let (url, _) = shared();
    let (rounds, statements) = size();
    let sessions: Vec<Session> = (0..rounds.div_ceil(ROUNDS_IN_SESSION))
        .map(|_| session(url))
        .collect();
    sessions[0].wait_until_up();
    let clean_home = Home::new();
    clean_home.profile("p", url, &[]);
    let (clean, in_order) = run(&clean_home, sessions[0].number(), "clean", statements);
    let numbers = (0..statements).fold(String::new(), |text, number| text + &format!("{number} "));
    assert_eq!((clean.code, &in_order), (0, &numbers), "{}", clean.err);

    let seed = seed();
    let play = |round: usize| {
        let session = &sessions[round / ROUNDS_IN_SESSION];
        session.wait_until_up();
        let chaos = Chaos::before(url);
        let home = profile(&chaos);
        for (index, fault) in PASSING.into_iter().enumerate() {
            let one_in = Span::OneIn(5 * PASSING.len() as u64);
            let seed = seed + (100 * round + index) as u64;
            chaos.break_it(None, fault, one_in, seed);
        }
        let (ran, counted) = run(
            &home,
            session.number(),
            &format!("round_{round}"),
            statements,
        );
        let told = format!("round {round} of LIVYSH_TEST_SEED={seed}: {}", ran.err);
        assert_eq!(counted, in_order, "{told}");
        assert_eq!((ran.code, &ran.out), (0, &clean.out), "{told}");
        let fired = chaos.fired();
        assert!(fired > statements / 5, "{fired} faults; {told}");
    };
    std::thread::scope(|scope| {
        for round in 0..rounds {
            let play = &play;
            scope.spawn(move || play(round));
        }
    });
    for session in &sessions {
        session.delete();
    }
}

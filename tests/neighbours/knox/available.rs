//! High availability: what breaks is sent to the next server, a POST too, four times in all.

use super::{BASIC, Gate};
use crate::support::chaos::{Call, Fault, Span};
use crate::support::eventually;
use crate::support::http::get;
use crate::support::program::Ran;
use crate::support::spark::strict;
use std::fmt::Write;

const STATEMENTS: usize = 2;
/// As often as Knox sends it.
const TIMES_SENT: usize = 4;

/// The server takes each POST, and its answer is lost on the way to Knox, which sends it again. The first
/// copy of a statement runs until the others are seen to be cancelled.
#[test]
fn what_knox_sends_four_times_runs_once() {
    let Some(gate) = Gate::new() else { return };
    gate.leads_to("ha", &[BASIC]);
    let chaos = &gate.knox.chaos;
    chaos.break_it(Some(Call::Create), Fault::ResetAfter, Span::Times(1), 1);
    // The first two statements give a script its arguments and its module.
    chaos.break_after(2, Some(Call::Post), Fault::ResetAfter, Span::OneIn(1), 1);
    let file_of = |what: &str, number: usize| gate.home.path().join(format!("{what}-{number}"));
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
    let file = gate.home.write("job.py", &script);
    let child = gate
        .command(&["--name", "available", file.to_str().unwrap()])
        .spawn()
        .unwrap();
    let ours = || {
        let list = get(&format!("{}/sessions", strict())).json();
        let all = list["sessions"].as_array().unwrap().clone();
        let is_ours = |one: &serde_json::Value| {
            let name = one["name"].as_str();
            name.is_some_and(|name| name.starts_with("available-"))
        };
        all.into_iter().filter(is_ours).collect::<Vec<_>>()
    };
    let session = eventually("it has a session", || ours().first().cloned());
    let url = format!("{}/sessions/{}/statements", strict(), session["id"]);
    let cancelled = || {
        let list = get(&url).json();
        let all = list["statements"].as_array().cloned().unwrap_or_default();
        all.iter().filter(|one| one["state"] == "cancelled").count()
    };
    let mut told = Vec::new();
    for number in 0..STATEMENTS {
        eventually("three copies are cancelled", || {
            (cancelled() == (TIMES_SENT - 1) * (number + 1)).then_some(())
        });
        std::fs::write(file_of("go", number), "").unwrap();
        let first = 2 + TIMES_SENT * number;
        let copies: Vec<String> = (1..TIMES_SENT)
            .map(|copy| (first + copy).to_string())
            .collect();
        told.push(format!(
            "A gateway has sent statement {first} {TIMES_SENT} times."
        ));
        told.push(format!(
            "Copies cancelled before they ran: {}",
            copies.join(", ")
        ));
    }
    assert_eq!(ours().len(), 1);
    let ran = Ran::of(child.wait_with_output().unwrap());
    gate.tells_no_secret(&ran);
    ran.gave("'done 0'\n'done 1'\n", 0);
    let is_of_copies = |line: &&str| line.contains("Copies") || line.contains("has sent");
    let said: Vec<&str> = ran.err.lines().filter(is_of_copies).collect();
    assert_eq!(said, told, "{}", ran.err);
    for number in 0..STATEMENTS {
        let runs = std::fs::read_to_string(file_of("count", number)).unwrap();
        assert_eq!(runs.len(), 1, "{number}");
    }
    assert_eq!(chaos.fired(), 1 + TIMES_SENT * STATEMENTS);
    assert!(ours().is_empty());
    chaos.mend();
    is_away(&gate);
}

/// The server behind it cannot be reached.
fn is_away(gate: &Gate) {
    let chaos = &gate.knox.chaos;
    chaos.closing()();
    let ran = gate.run(&["-l", "python", "-e", "1"]);
    chaos.reopening()();
    ran.gave("", 3);
    ran.said(&[
        "answered 500 Internal Server Error: Service connectivity error.",
        "hint: the gateway had no answer from the Livy server behind it",
    ]);
}

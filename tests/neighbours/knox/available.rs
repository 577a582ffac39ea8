//! High availability: what breaks is sent to the next server, a POST too, four times in all. Knox 2.0.0 sends
//! the body of a POST the first time alone, and passes on what Livy says to the others.

use super::{BASIC, Gate};
use crate::support::chaos::{Call, Fault, Span};
use crate::support::http::{get, request};
use crate::support::program::Ran;
use crate::support::spark::strict;
use serde_json::Value;

/// As often as Knox sends it.
const TIMES_SENT: usize = 4;

/// The server takes each POST, and its answer is lost on the way to Knox, which sends it again.
#[test]
fn what_knox_sends_again_runs_once() {
    let Some(gate) = Gate::new() else { return };
    gate.leads_to("ha", &[BASIC]);
    let chaos = &gate.knox.chaos;
    chaos.break_it(
        Some(Call::Create),
        Fault::ResetAfter,
        Span::Times(TIMES_SENT),
        1,
    );
    // Before the first statement of the script stands one that gives it its module. The second is sent twice;
    // the third four times, and then Knox gives up.
    chaos.break_after(2, Some(Call::Post), Fault::ResetAfter, Span::Times(1), 1);
    chaos.break_after(
        3,
        Some(Call::Post),
        Fault::ResetAfter,
        Span::Times(TIMES_SENT),
        1,
    );
    let count = |name: &str| gate.home.path().join(name);
    let statement = |name: &str| {
        format!(
            "(open({:?}, 'a').write('.'), '{name} is done')[1]\n",
            count(name)
        )
    };
    let script = ["first", "second", "third"].map(statement).concat();
    let file = gate.home.write("job.py", &script);
    let ran = gate.run(&["--name", "available", "--keep", file.to_str().unwrap()]);
    let sessions = ours();
    assert_eq!(sessions.len(), 1, "{sessions:?}: {}", ran.err);
    let url = format!("{}/sessions/{}", strict(), sessions[0]["id"]);
    let list = get(&format!("{url}/statements")).json();
    request("DELETE", &url, &[], "");
    let fired = chaos.fired();
    chaos.mend();
    gives_all(&ran);
    for name in ["first", "second", "third"] {
        assert_eq!(std::fs::read_to_string(count(name)).unwrap(), ".", "{name}");
    }
    let states: Vec<&Value> = list["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, vec!["available"; 4], "{list}");
    assert_eq!(fired, TIMES_SENT + 1 + TIMES_SENT);
    is_away(&gate);
}

fn gives_all(ran: &Ran) {
    ran.gave("'first is done'\n'second is done'\n'third is done'\n", 0);
    for (ends, count) in [
        ("/livy/sessions: 500", 1),
        ("/statements: 400", 1),
        ("/statements: 500", 1),
        ("/statements: 201", 2),
    ] {
        let is_it = |line: &&str| line.starts_with("POST ") && line.contains(ends);
        let found = ran.err.lines().filter(is_it).count();
        assert_eq!(found, count, "{ends} in: {}", ran.err);
    }
}

/// The sessions that this test has made.
fn ours() -> Vec<Value> {
    let list = get(&format!("{}/sessions", strict())).json();
    let all = list["sessions"].as_array().unwrap().iter();
    let is_ours = |one: &&Value| {
        let name = one["name"].as_str();
        name.is_some_and(|name| name.starts_with("available-"))
    };
    all.filter(is_ours).cloned().collect()
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

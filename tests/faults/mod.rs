//! The fault matrix: every way in which a request can fail, at every call, for once, three times and
//! for five seconds. The statements themselves count how often they ran, and the server's list says
//! which sessions are left.

mod expected;
mod server;

use crate::support::chance::seed;
use crate::support::chaos::{Call, Chaos, Fault, Span};
use crate::support::eventually;
use crate::support::http::get;
use crate::support::program::{Home, Ran};
use crate::support::session::Session;
use crate::support::spark::shared;
use expected::{Expected, expected};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
const JSON: &str = "Content-Type: application/json\r\n";
const HTML: &str = "Content-Type: text/html\r\n";

/// Each with its name in the table.
const FAULTS: [(&str, Fault); 20] = [
    ("reset before", Fault::ResetBefore),
    ("reset after", Fault::ResetAfter),
    ("cut answer", Fault::Cut),
    ("no answer", Fault::Silence),
    ("slow body", Fault::Slow),
    ("401", Fault::Status("401 Unauthorized", HTML, "")),
    (
        "403",
        Fault::Status("403 Forbidden", JSON, r#"{"msg":"not yours"}"#),
    ),
    (
        "404",
        Fault::Status("404 Not Found", HTML, "<html>404</html>"),
    ),
    ("408", Fault::Status("408 Request Timeout", HTML, "")),
    (
        "429",
        Fault::Status("429 Too Many Requests", JSON, r#"{"message":"slow down"}"#),
    ),
    (
        "429 after 1 s",
        Fault::Status("429 Too Many Requests", "Retry-After: 1\r\n", ""),
    ),
    (
        "430",
        Fault::Status("430 No Capacity", JSON, r#"{"message":"no capacity"}"#),
    ),
    (
        "500 JSON",
        Fault::Status(
            "500 Internal Server Error",
            JSON,
            r#"{"msg":"java.lang.Exception"}"#,
        ),
    ),
    (
        "500 string",
        Fault::Status(
            "500 Internal Server Error",
            JSON,
            r#""java.lang.Exception""#,
        ),
    ),
    ("502", Fault::Status("502 Bad Gateway", HTML, PAGE)),
    ("503", Fault::Status("503 Service Unavailable", HTML, "")),
    ("504 after it ran", Fault::GaveUp),
    ("bad JSON", Fault::BadJson),
    ("wrong type", Fault::WrongType),
    (
        "login page",
        Fault::Status("302 Found", "Location: https://login.example/\r\n", ""),
    ),
];

const SPANS: [(&str, Span); 3] = [
    ("once", Span::Times(1)),
    ("three times", Span::Times(3)),
    ("5 s", Span::For(Duration::from_secs(5))),
];

/// Those that a network makes, and that pass.
const PASSING: [Fault; 6] = [
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Cut,
    Fault::GaveUp,
    Fault::Status("503 Service Unavailable", HTML, ""),
    Fault::Status("502 Bad Gateway", HTML, PAGE),
];
const ROUNDS: u64 = 2;
const STATEMENTS: usize = 60;

#[derive(Clone, Copy)]
struct Cell {
    call: Call,
    fault: (&'static str, Fault),
    span: (&'static str, Span),
}

impl Cell {
    fn name(&self) -> String {
        format!("{:?} × {} × {}", self.call, self.fault.0, self.span.0)
    }
}

/// All cells of some calls.
fn cells(calls: &[Call]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for &call in calls {
        for fault in FAULTS {
            for span in SPANS {
                cells.push(Cell { call, fault, span });
            }
        }
    }
    cells
}

/// A home whose profile has small limits.
fn home(chaos: &Chaos) -> Home {
    let home = Home::new();
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    let profile = format!(
        "[profiles.p]\nurl = \"{}\"\ntimeout = \"1s\"\nsettle = \"300ms\"\ngateway_patience = \"600ms\"\n",
        chaos.url
    );
    std::fs::write(folder.join("config.toml"), profile).unwrap();
    home
}

/// Runs cells beside each other; what is wrong with each comes back as a line.
fn play(cells: &[Cell], at_once: usize, run: impl Fn(&Cell) -> Result<(), String> + Sync) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(told) = run(cell) {
                        let mut wrong = wrong.lock().unwrap();
                        writeln!(wrong, "{}: {told}", cell.name()).unwrap();
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let count = cells.len();
    assert!(
        wrong.is_empty(),
        "{} of {count} cells:\n{wrong}",
        wrong.lines().count()
    );
}

fn compare(expected: &Expected, ran: &Ran, executions: usize, fired: usize) -> Result<(), String> {
    let mut wrong = Vec::new();
    if fired == 0 {
        wrong.push("the fault did not occur".to_owned());
    }
    if ran.code != expected.exit {
        wrong.push(format!("exit {}, not {}", ran.code, expected.exit));
    }
    if !expected.executions.contains(&executions) {
        wrong.push(format!(
            "ran {executions} times, not {:?}",
            expected.executions
        ));
    }
    if !ran.err.contains(expected.said) {
        wrong.push(format!("does not say “{}”", expected.said));
    }
    if ran.code == 0 && ran.out != "42\n" {
        wrong.push(format!("gives {:?}", ran.out));
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!("{}; said {:?}", wrong.join("; "), ran.err)),
    }
}

/// The code counts its runs in a file.
fn counting(file: &Path) -> String {
    format!("open({file:?}, 'a').write('.')\n6 * 7")
}

fn runs_in(file: &Path) -> usize {
    std::fs::read_to_string(file).unwrap_or_default().len()
}

/// One session with a real Spark takes all of them.
#[test]
fn a_statement_runs_once_whatever_fails() {
    let (url, session) = shared();
    play(&cells(&[Call::Post, Call::Poll]), 8, |cell| {
        let chaos = Chaos::before(url);
        let home = home(&chaos);
        let count = home.path().join("count");
        // In a session that is not its own, livysh first looks whether the statement before it is a copy.
        let passes = usize::from(cell.call == Call::Poll);
        chaos.break_after(passes, Some(cell.call), cell.fault.1, cell.span.1, 1);
        let code = format!("_ = {}", counting(&count));
        let ran = home.run(&["-p", "p", "-s", session, "-l", "python", "-e", &code]);
        compare(
            &expected(cell.call, cell.fault.1, cell.span.1),
            &ran,
            runs_in(&count),
            chaos.fired(),
        )
    });
}

/// Whether the session is still there; where it is, that must be told.
fn left(server: &server::Server, ran: &Ran) -> Result<(), String> {
    match server.created() {
        0 | 1 => {}
        many => return Err(format!("{many} sessions were made; said {:?}", ran.err)),
    }
    let is_named = [" is still there: ", "session 0 on ", "session 0 is lost"]
        .iter()
        .any(|words| ran.err.contains(words));
    match server.sessions().is_empty() || is_named {
        true => Ok(()),
        false => Err(format!("it is left and not named; said {:?}", ran.err)),
    }
}

#[test]
fn a_session_is_made_once_and_ended_or_named_whatever_fails() {
    let calls = [Call::Create, Call::Session, Call::Delete];
    play(&cells(&calls), 12, |cell| {
        let server = server::Server::start();
        let chaos = Chaos::before(&server.url);
        let home = home(&chaos);
        chaos.break_it(Some(cell.call), cell.fault.1, cell.span.1, 1);
        let ran = home.run(&["-p", "p", "-l", "python", "-e", "6 * 7"]);
        let expected = expected(cell.call, cell.fault.1, cell.span.1);
        compare(&expected, &ran, server.executions(), chaos.fired())?;
        left(&server, &ran)
    });
}

#[test]
fn a_death_is_told_with_or_without_its_log() {
    play(&cells(&[Call::Log]), 12, |cell| {
        let server = server::Server::start();
        let chaos = Chaos::before(&server.url);
        let home = home(&chaos);
        chaos.break_it(Some(cell.call), cell.fault.1, cell.span.1, 1);
        let ran = home.run(&["-p", "p", "-l", "python", "--name", "dying", "-e", "6 * 7"]);
        compare(
            &expected(cell.call, cell.fault.1, cell.span.1),
            &ran,
            0,
            chaos.fired(),
        )
    });
}

/// Ctrl-C in a script: its session ends, cancelled or not.
#[test]
fn a_cancel_that_fails_is_sent_again_or_told() {
    play(&cells(&[Call::Cancel]), 12, |cell| {
        let server = server::Server::start();
        let chaos = Chaos::before(&server.url);
        let home = home(&chaos);
        chaos.break_it(Some(cell.call), cell.fault.1, cell.span.1, 1);
        let child = home
            .command(&["-p", "p", "-l", "python", "-e", "hang"])
            .spawn()
            .unwrap();
        eventually("it runs", || server.hangs().then_some(()));
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        compare(
            &expected(cell.call, cell.fault.1, cell.span.1),
            &ran,
            0,
            chaos.fired(),
        )?;
        left(&server, &ran)
    });
}

/// As Knox in high availability does. The first copy runs until the others are seen to be cancelled.
#[test]
fn copies_that_a_gateway_makes_are_cancelled_before_they_run() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let chaos = Chaos::before(url);
    let home = home(&chaos);
    let (count, go) = (home.path().join("count"), home.path().join("go"));
    chaos.break_it(Some(Call::Post), Fault::Repeated(4), Span::Times(1), 1);
    let code = format!(
        "if True:\n    import os, time\n    _ = open({count:?}, 'a').write('.')\n    \
         while not os.path.exists({go:?}): time.sleep(0.1)\n    'done'\n"
    );
    let number = session.url.rsplit('/').next().unwrap();
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

/// Every request may fail, one in five: the output is that of a run without faults, and each statement
/// has run once, in its order.
#[test]
fn a_long_script_runs_in_order_through_a_bad_network() {
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let number = session.url.rsplit('/').next().unwrap();
    for round in 0..ROUNDS {
        let chaos = Chaos::before(url);
        let home = home(&chaos);
        for (index, fault) in PASSING.into_iter().enumerate() {
            let one_in = Span::OneIn(5 * PASSING.len() as u64);
            chaos.break_it(None, fault, one_in, seed() + 100 * round + index as u64);
        }
        let count = home.path().join("count");
        let mut script = format!(
            "def run(n):\n    with open({count:?}, 'a') as f: _ = f.write(f'{{n}} ')\n    return n\n\n"
        );
        let (mut out, mut ran_in_order) = (String::new(), String::new());
        for statement in 0..STATEMENTS {
            writeln!(script, "run({statement})").unwrap();
            writeln!(out, "{statement}").unwrap();
            write!(ran_in_order, "{statement} ").unwrap();
        }
        let file = home.write("job.py", &script);
        let ran = home.run(&["-p", "p", "-s", number, "-f", file.to_str().unwrap()]);
        let counted = std::fs::read_to_string(&count).unwrap();
        assert_eq!(counted, ran_in_order, "round {round}: {}", ran.err);
        assert_eq!(
            (ran.code, &ran.out),
            (0, &out),
            "round {round}: {}",
            ran.err
        );
        assert!(chaos.fired() > STATEMENTS / 5, "{} faults", chaos.fired());
    }
    session.delete();
}

//! One dialogue and one script, word for word the same on all seven services and on a real Spark that
//! behaves as Apache Livy does. They are in Python, which all of them have.

use super::Place;
use super::server::Server;
use super::world::{Call, Progress};
use crate::support::http::get;
use crate::support::program::{BINARY, Home, Ran};
use crate::support::pty::Screen;
use crate::support::spark::strict;
use crate::support::{eventually, within};
use livysh::lang::Signature;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A job that a cancel ends everywhere; Lighter has no `sc`.
pub const ENDLESS: &str =
    "spark.sparkContext.parallelize([0], 1).foreach(lambda _: __import__(\"time\").sleep(300))";

/// On a busy machine.
const LONG: Duration = Duration::from_secs(40);

#[track_caller]
pub fn wait_for(screen: &Screen, text: &str) {
    screen.wait_for_within(LONG, text);
}

/// Waits until a prompt stands on the last line, with nothing behind it.
#[track_caller]
pub fn wait_for_prompt(screen: &Screen) {
    within(LONG, &format!("a prompt: {}", screen.text()), || {
        let text = screen.text();
        let last = text.lines().next_back().unwrap_or_default();
        (last.trim_end() == ">>>").then_some(())
    });
}

/// Types a line, and waits until the next prompt stands below what it gave.
#[track_caller]
pub fn say(screen: &mut Screen, line: &str) {
    let typed = format!(">>> {line}\n");
    let before = screen.text().matches(&typed).count();
    screen.line(line);
    within(LONG, &format!("an answer to {line}"), || {
        let text = screen.text();
        let (_, answer) = text.rsplit_once(&typed)?;
        if text.matches(&typed).count() == before {
            return None;
        }
        (answer.lines().next_back()?.trim_end() == ">>>").then_some(())
    });
}

/// What is typed, and what then stands on the screen.
fn talk(screen: &mut Screen) {
    wait_for(screen, "Spark session available as 'spark'.");
    wait_for_prompt(screen);
    screen.line("x = 20");
    wait_for_prompt(screen);
    screen.line("x + 1");
    wait_for(screen, ">>> x + 1\n21\n>>>");
    screen.line("print(\"told \" + \"so\")");
    wait_for(screen, "\ntold so\n>>>");
    screen.line("1 / 0");
    wait_for(screen, "\nZeroDivisionError: division by zero\n>>>");
    screen.line(ENDLESS);
    wait_for(screen, "running 0:0");
    screen.send("\x03");
    wait_for(screen, "Cancelling the statement.");
    wait_for(screen, "Cancelled.");
    wait_for_prompt(screen);
    screen.line("\"ab\" * 2 + str(x)");
    wait_for(screen, "\n'abab20'\n>>>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0, "{}", screen.text());
    screen.is_as_before();
}

/// The script: results, an error that does not stop it, and code that is interrupted.
pub fn script() -> String {
    format!(
        "x = 20\nx + 1\nprint(\"x is \" + str(x))\nprint(\"0123456789\" * {TENS})\n\n1 / 0\n\"still \" \
         + \"here\"\n{ENDLESS}\nprint(\"never\")\n"
    )
}

const TENS: usize = 20_000;

const SCRIPT_GIVES: &str = "21\nx is 20\nALL OF IT\n'still here'\n";

const SCRIPT_SAYS: [&str; 2] = [
    "job.py:6: ZeroDivisionError: division by zero\n    1 / 0\n",
    "Cancelling the statement.",
];

/// Runs it, and interrupts it where it would run on; `is_endless` says when.
fn run(home: &Home, command: &mut Command, is_endless: impl Fn() -> bool) -> Ran {
    home.write("job.py", &script());
    command.args(["-l", "python", "--keep-going", "job.py"]);
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut output = child.stdout.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).unwrap();
        text
    });
    let saying = std::thread::spawn(move || {
        let mut said = String::new();
        while errors.read_line(&mut said).unwrap() > 0 {}
        said
    });
    let mut ended = None;
    eventually("the script runs on", || {
        ended = child.try_wait().unwrap();
        (ended.is_some() || is_endless()).then_some(())
    });
    if ended.is_none() {
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    }
    let status = within(Duration::from_secs(60), "the script ends", || {
        child.try_wait().unwrap()
    });
    Ran {
        out: reading.join().unwrap(),
        err: saying.join().unwrap(),
        code: status.code().unwrap_or(-1),
    }
}

#[track_caller]
fn is_as_written(of: &str, ran: &Ran) {
    let out = ran.out.replace(&"0123456789".repeat(TENS), "ALL OF IT");
    assert_eq!(out, SCRIPT_GIVES, "{of}: {}", ran.err);
    assert_eq!(ran.code, 130, "{of}: {}", ran.err);
    for words in SCRIPT_SAYS {
        assert!(
            ran.err.contains(words),
            "{of}: no “{words}” in: {}",
            ran.err
        );
    }
}

/// Whether the statement that would run on runs; the next one may wait behind it.
fn runs_on(server: &Server) -> bool {
    let world = server.world();
    let mut statements = world.sessions.iter().flat_map(|one| &one.statements);
    statements.any(|one| one.progress == Progress::Running && one.code().contains("sleep("))
}

/// Each statement ran once, and in its order; the session was made once and ended.
#[track_caller]
fn ran_once(server: &Server, statements: usize) {
    let of = server.service.preset();
    let world = server.world();
    let [session] = &world.sessions[..] else {
        panic!("{of}: {} sessions", world.sessions.len());
    };
    let once: HashSet<_> = session.executed.iter().collect();
    assert_eq!(once.len(), session.executed.len(), "{of}: {once:#?}");
    let typed = once.iter().filter(|code| {
        let signature = Signature::in_code(code);
        !signature.is_some_and(|signature| signature.is_hidden())
    });
    assert_eq!(typed.count(), statements, "{of}: {once:#?}");
    assert!(session.end.is_some(), "{of}: the session was left");
    let other: Vec<_> = world
        .records
        .iter()
        .filter(|one| one.call == Call::Other)
        .map(|one| format!("{} {}", one.request.method, one.request.path))
        .collect();
    assert_eq!(other, Vec::<String>::new(), "{of}");
}

/// A prompt in a new session of the place.
pub fn on_screen(place: &Place) -> Screen {
    let secrets = place.server.service.secrets();
    let mut words: Vec<String> = secrets
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    words.extend([BINARY, "-p", "p", "-l", "python"].map(str::to_owned));
    let options = place.server.service.options().iter();
    words.extend(options.map(|word| (*word).to_owned()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Screen::run(&place.home, "env", &words, 60, 120)
}

pub fn run_script(place: &Place) -> Ran {
    run(&place.home, &mut place.command(&[]), || {
        runs_on(&place.server)
    })
}

/// Two tests for each service.
macro_rules! on_each_service {
    ($($name:ident),*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn the_dialogue_is_held() {
                let place = Place::of(stringify!($name));
                talk(&mut on_screen(&place));
                ran_once(&place.server, 5);
            }

            #[test]
            fn the_script_runs() {
                let place = Place::of(stringify!($name));
                let ran = run_script(&place);
                is_as_written(stringify!($name), &ran);
                ran_once(&place.server, 6);
            }
        }
    )*};
}

on_each_service!(
    livy,
    hdinsight,
    synapse,
    fabric,
    knox,
    emr_serverless,
    lighter
);

#[test]
fn the_same_dialogue_is_held_with_a_real_spark() {
    let home = Home::new();
    let mut screen = Screen::sized(&home, &["--url", &strict(), "-l", "python"], 60, 120);
    talk(&mut screen);
}

#[test]
fn the_same_script_runs_on_a_real_spark() {
    let home = Home::new();
    let mut command = home.command(&["--url", &strict(), "--name", "seven"]);
    let ran = run(&home, &mut command, is_job_running);
    is_as_written("serve --strict", &ran);
}

/// Whether the job of the session with this label is what the server runs.
fn is_job_running() -> bool {
    let root = strict();
    let list = get(&format!("{root}/sessions")).json();
    let sessions = list["sessions"].as_array().unwrap();
    let is_it = |name: &Value| name.as_str().is_some_and(|name| name.starts_with("seven-"));
    let Some(session) = sessions.iter().find(|one| is_it(&one["name"])) else {
        return false;
    };
    let statements = get(&format!("{root}/sessions/{}/statements", session["id"]));
    if statements.status != 200 {
        return false;
    }
    let statements = statements.json();
    let mut statements = statements["statements"].as_array().unwrap().iter();
    statements
        .any(|one| one["state"] == "running" && one["code"].as_str().unwrap().contains("sleep("))
}

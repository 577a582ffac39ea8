//! The calls of a session's life, and of a batch's. A stub of a driver stands for Spark; one cell of
//! each call has the real one.

use super::cells::{Cell, FAULTS, Seen, cells, play};
use super::expected::{Log, compare, expected, log};
use super::trial::Trial;
use super::{counting, runs_in};
use crate::support::chaos::Call;
use crate::support::eventually;
use crate::support::http::get;
use crate::support::program::Home;
use crate::support::spark::shared;
use crate::support::stub;
use livysh::local::Server;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::path::PathBuf;

const AT_ONCE: usize = 12;

/// A cell's server and what runs before it.
struct Ground {
    // Its files lie in the trial's home.
    _server: Option<Server>,
    trial: Trial,
    url: String,
    label: String,
    /// How often the code ran, and how often a driver started.
    count: PathBuf,
    starts: PathBuf,
    is_real: bool,
}

impl Ground {
    fn stub(cell: Cell) -> Ground {
        let home = Home::new();
        let server = stub::serve(&home);
        let url = server.url();
        Ground::on(url, Some(server), home, cell)
    }

    fn real(cell: Cell) -> Ground {
        Ground::on(shared().0.to_owned(), None, Home::new(), cell)
    }

    fn on(url: String, server: Option<Server>, home: Home, cell: Cell) -> Ground {
        let (count, starts) = (home.path().join("count"), home.path().join("starts"));
        Ground {
            is_real: server.is_none(),
            _server: server,
            trial: Trial::new(home, &url, cell),
            url,
            label: format!("cell-{:?}", cell.call).to_lowercase(),
            count,
            starts,
        }
    }

    /// The setting that has the stub count its starts.
    fn setting(&self) -> String {
        format!("spark.stub.starts={}", self.starts.display())
    }

    /// What of sessions or batches is still listed, and is not over.
    fn listed(&self, kind: &str) -> Vec<Value> {
        let list = get(&format!("{}/{kind}", self.url)).json();
        let all = list["sessions"].as_array().unwrap().iter();
        let ours = all.filter(|one| {
            let name = one["name"].as_str().unwrap_or_default();
            name.starts_with(&self.label) && one["state"] != "dead"
        });
        ours.cloned().collect()
    }

    /// Only one session may have been made. It is left where the cell says that it may be, and told.
    fn look_for_orphans(&self, cell: &Cell, seen: &mut Seen) {
        let listed = self.listed("sessions");
        let made = listed.len().max(runs_in(&self.starts));
        if made > 1 {
            seen.wrong.push(format!("{made} sessions were made"));
        }
        if !listed.is_empty() && !expected(cell).may_leave {
            seen.wrong.push("its session is left".to_owned());
        }
        for session in &listed {
            seen.more = "; left, told";
            let name = session["name"].as_str().unwrap();
            let lost = format!("session {} is lost", session["id"]);
            if !seen.said.contains(&format!("{name} is still there: "))
                && !seen.said.contains(&lost)
            {
                seen.more = "; left";
                seen.wrong.push("it is left and not named".to_owned());
            }
        }
    }
}

fn session_cell(cell: &Cell, ground: &Ground) -> Seen {
    let code = format!("_ = {}", counting(&ground.count));
    let setting = ground.setting();
    let arguments = [
        "-l",
        "python",
        "--name",
        &ground.label,
        "--conf",
        &setting,
        "-e",
        &code,
    ];
    let ran = ground.trial.run(&arguments);
    let executions = runs_in(&ground.count);
    let mut seen = compare(cell, ran, executions, ground.trial.fired());
    ground.look_for_orphans(cell, &mut seen);
    seen
}

fn log_cell(cell: &Cell, ground: &Ground) -> Seen {
    // The real one's Java does not take so little memory.
    let dies = match ground.is_real {
        true => "spark.driver.memory=1k",
        false => "spark.stub.dies=true",
    };
    let code = format!("_ = {}", counting(&ground.count));
    let setting = ground.setting();
    let arguments = [
        "-l",
        "python",
        "--name",
        &ground.label,
        "--conf",
        dies,
        "--conf",
        &setting,
        "-e",
        &code,
    ];
    let ran = ground.trial.run(&arguments);
    let executions = runs_in(&ground.count);
    let mut seen = compare(cell, ran, executions, ground.trial.fired());
    ground.look_for_orphans(cell, &mut seen);
    let (expected, says) = match ground.is_real {
        true => (Log::Either, "the end of its log:\n"),
        false => (log(cell), "  line 30\n"),
    };
    let is_whole = seen.said.contains("  line 15\n");
    let as_expected = match expected {
        Log::Whole => is_whole,
        Log::End => !is_whole,
        Log::Either => true,
    };
    if !as_expected || !seen.said.contains(says) {
        seen.wrong
            .push(format!("the log is not as expected: {expected:?}"));
    }
    seen.more = match (seen.more, is_whole) {
        ("", true) => "; log",
        ("", false) => "; log's end",
        (left, _) => left,
    };
    seen
}

/// Ctrl-C in a script: it is cancelled, or that is told, and its session ends.
fn cancel_cell(cell: &Cell, ground: &Ground) -> Seen {
    let home = &ground.trial.home;
    let cancelled = home.path().join("cancelled");
    let code = format!(
        "import time\ntry:\n    _ = open({:?}, 'a').write('.')\n    time.sleep(600)\n\
         except KeyboardInterrupt:\n    open({cancelled:?}, 'w').close()\n    raise\n",
        ground.count
    );
    let file = home.write("job.py", &code);
    let setting = ground.setting();
    let arguments = [
        "--name",
        &ground.label,
        "--conf",
        &setting,
        "-f",
        file.to_str().unwrap(),
    ];
    let running = ground.trial.start(&arguments);
    eventually("it runs", || (runs_in(&ground.count) > 0).then_some(()));
    ground.trial.leave();
    kill(Pid::from_raw(running.id() as i32), Signal::SIGINT).unwrap();
    let ran = running.end();
    let mut seen = compare(cell, ran, runs_in(&ground.count), ground.trial.fired());
    let told = |words: &str| {
        let lines = seen.said.lines();
        let mut ours = lines.filter(|line| line.contains(words));
        ours.any(|line| line.contains("/cancel"))
    };
    let (is_told, is_asked_again) = (told("livysh: "), told("asking again: "));
    ground.look_for_orphans(cell, &mut seen);
    seen.more = match (cancelled.exists(), is_told, seen.more) {
        (true, _, "") => "; cancelled",
        (false, true, "") => "; told",
        // Its session was ended before a cancel came through.
        (false, false, "") if is_asked_again => "; ended",
        (_, _, "") => {
            let told = "the cancel did not arrive, and that is not told";
            seen.wrong.push(told.to_owned());
            "; not cancelled"
        }
        (_, _, left) => left,
    };
    seen
}

fn batch_cell(cell: &Cell, ground: &Ground) -> Seen {
    let code = format!("open({:?}, 'a').write('.')\n", ground.count);
    let file = ground.trial.home.write("job.py", &code);
    let setting = ground.setting();
    let arguments = [
        "batch",
        "submit",
        "--wait",
        "--conf",
        &setting,
        file.to_str().unwrap(),
    ];
    let ran = ground.trial.run(&arguments);
    let executions = runs_in(&ground.count);
    let mut seen = compare(cell, ran, executions, ground.trial.fired());
    let list = get(&format!("{}/batches", ground.url)).json();
    let made = list["total"].as_u64().unwrap();
    let starts = runs_in(&ground.starts);
    if !ground.is_real && (made > 1 || starts > 1) {
        let told = format!("{made} batches were made, {starts} started");
        seen.wrong.push(told);
    }
    seen
}

fn play_cell(cell: &Cell, ground: &Ground) -> Seen {
    match cell.call {
        Call::Cancel => cancel_cell(cell, ground),
        Call::Log => log_cell(cell, ground),
        Call::Batch => batch_cell(cell, ground),
        Call::Create | Call::Session | Call::Delete | Call::Post | Call::Poll | Call::Other => {
            session_cell(cell, ground)
        }
    }
}

fn play_on_stub(calls: &[Call]) {
    play(&cells(calls), AT_ONCE, |cell| {
        play_cell(cell, &Ground::stub(*cell))
    });
}

#[test]
fn a_session_is_made_once_and_ended_or_named_whatever_fails() {
    play_on_stub(&[Call::Create, Call::Session, Call::Delete]);
}

#[test]
fn a_death_is_told_with_its_log_where_that_can_be_had() {
    play_on_stub(&[Call::Log]);
}

#[test]
fn a_cancel_that_fails_is_sent_again_or_told() {
    play_on_stub(&[Call::Cancel]);
}

#[test]
fn a_batch_runs_once_whatever_fails() {
    play_on_stub(&[Call::Batch]);
}

/// What the stub stands for: each call fails once before the real one, too.
#[test]
fn each_call_fails_before_a_real_spark_as_it_does_before_the_stub() {
    let fault = FAULTS
        .iter()
        .position(|(name, _)| *name == "reset after")
        .unwrap();
    let calls = [
        Call::Create,
        Call::Session,
        Call::Delete,
        Call::Log,
        Call::Cancel,
        Call::Batch,
    ];
    for call in calls {
        let cell = Cell {
            call,
            fault,
            span: 0,
        };
        let seen = play_cell(&cell, &Ground::real(cell));
        assert!(seen.wrong.is_empty(), "{call:?}: {seen:?}");
    }
}

//! A script sends the next statement once one has ended well, and with `--keep-going` while one runs, where
//! that changes nothing of what runs, what is told of it and in which order.

mod server;

use crate::support::eventually;
use crate::support::program::{Home, Ran};
use crate::support::scripted::Scripted;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use server::{MUCH, Manner, Queue, Statement};
use std::io::Read;
use std::process::Child;
use std::sync::{Arc, Mutex};

struct Server {
    scripted: Scripted,
    queue: Arc<Mutex<Queue>>,
}

impl Server {
    fn start(manner: Manner) -> Server {
        let (scripted, queue) = server::start(manner);
        Server { scripted, queue }
    }

    /// Runs a script of Python in its session.
    fn runs(&self, options: &[&str], script: &str) -> Ran {
        let home = Home::new();
        let options = [&["-s", "0"], options].concat();
        Ran::of(self.command(&home, &options, script).output().unwrap())
    }

    fn command(&self, home: &Home, options: &[&str], script: &str) -> std::process::Command {
        home.write("job.py", script);
        let mut all = vec!["--url", &self.scripted.url, "-l", "python"];
        all.extend_from_slice(options);
        all.push("job.py");
        home.command(&all)
    }

    /// The same with `--keep-going`, and with a signal once the second statement is there.
    fn is_stopped(&self, script: &str, signal: Signal) -> Ran {
        let is_there = |queue: &Queue| queue.most == 2;
        let (_home, child) = self.starts(&["--keep-going"], script, is_there);
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Starts one, and waits until the server has come so far.
    fn starts(
        &self,
        options: &[&str],
        script: &str,
        is_there: impl Fn(&Queue) -> bool,
    ) -> (Home, Child) {
        let home = Home::new();
        let options = [&["-s", "0"], options].concat();
        let child = self.command(&home, &options, script).spawn().unwrap();
        self.comes_to(is_there);
        (home, child)
    }

    fn comes_to(&self, is_there: impl Fn(&Queue) -> bool) {
        eventually("the script has come so far", || {
            is_there(&self.queue.lock().unwrap()).then_some(())
        });
    }

    /// Stops one whose output nobody reads.
    fn is_stopped_unread(
        &self,
        session: &[&str],
        script: &str,
        signal: Signal,
        is_there: impl Fn(&Queue) -> bool,
    ) -> Ran {
        let home = Home::new();
        let mut child = self.command(&home, session, script).spawn().unwrap();
        self.comes_to(is_there);
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        // Its pipes are read once it has ended.
        eventually("it ends", || child.try_wait().unwrap());
        Ran::of(child.wait_with_output().unwrap())
    }

    fn began(&self) -> Vec<String> {
        self.queue.lock().unwrap().began.clone()
    }

    fn most(&self) -> usize {
        self.queue.lock().unwrap().most
    }
}

fn two_have_ended(queue: &Queue) -> bool {
    queue.statements.get(2).is_some_and(Statement::is_over)
}

fn two_have_begun(queue: &Queue) -> bool {
    queue.began.len() == 2
}

#[test]
fn the_next_statement_is_there_before_one_ends() {
    let server = Server::start(Manner::default());
    let script = "'a meets the next'\n'b fails'\n'c meets the next'\n'd'\n";
    let ran = server.runs(&["--keep-going"], script);
    ran.gave(
        "gave 'a meets the next'\ngave 'c meets the next'\ngave 'd'\n",
        1,
    );
    ran.said(&["job.py:2: ValueError: no", "1 statement failed"]);
    let began = [
        "'a meets the next'",
        "'b fails'",
        "'c meets the next'",
        "'d'",
    ];
    assert_eq!(server.began(), began);
    assert_eq!(server.most(), 2);
}

#[test]
fn the_next_statement_begins_while_a_result_is_written() {
    // What ends the script has not ended well.
    for script in [
        "'a gives much'\n'b'\n",
        "'a gives much, and could exit'\n'b'\n",
    ] {
        let server = Server::start(Manner::default());
        let (_home, child) = server.starts(&[], script, two_have_begun);
        let ran = Ran::of(child.wait_with_output().unwrap());
        let expected = format!("{}\ngave 'b'\n", "x".repeat(MUCH));
        assert!(ran.out == expected, "{}", ran.err);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    }
}

/// As a result with too few rows, which only livysh knows.
#[test]
fn what_may_not_be_what_was_asked_for_lets_nothing_begin() {
    let server = Server::start(Manner::default());
    let ran = server.runs(&[], "'a gives rows'\n'b'\n");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(server.began(), ["'a gives rows'"]);
}

#[test]
fn what_has_begun_when_nobody_reads_any_more_is_cancelled_and_told() {
    for (hides_times, became) in [(false, "cancelled as it ran"), (true, "cancelled\n")] {
        let server = Server::start(Manner {
            hides_times,
            ..Manner::default()
        });
        let script = "'a gives much'\n'endless'\n'c'\n";
        let (_home, mut child) = server.starts(&[], script, two_have_begun);
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 141, "{}", ran.err);
        let told = "job.py:2: this statement, number 2, was sent already, and was";
        ran.said(&[&format!("{told} {became}")]);
        assert_eq!(server.queue.lock().unwrap().cancels, [2]);
        assert_eq!(server.began().len(), 2);
    }
}

/// Its limit of time counts from when it is waited for.
#[test]
fn what_has_a_limit_does_not_begin_before_its_turn() {
    let server = Server::start(Manner::default());
    let options = ["--statement-timeout", "1h"];
    let has_ended = |queue: &Queue| queue.statements.get(1).is_some_and(Statement::is_over);
    let (_home, mut child) = server.starts(&options, "'a gives much'\n'b'\n", has_ended);
    // What is written is longer than what a pipe holds: the next one would have begun.
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut vec![0; MUCH / 2]).unwrap();
    drop(output);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 141, "{}", ran.err);
    assert_eq!(server.began(), ["'a gives much'"]);
}

/// Who ends a program that is stuck ends what it has begun meanwhile.
#[test]
fn what_has_begun_while_a_result_is_not_read_is_cancelled_by_a_signal() {
    for (session, signal, code) in [
        (&["-s", "0"][..], Signal::SIGINT, 130),
        (&["-s", "0"], Signal::SIGTERM, 143),
        // With a session of its own.
        (&[], Signal::SIGINT, 130),
    ] {
        let server = Server::start(Manner::default());
        let script = "'a gives much'\n'endless'\n'c'\n";
        let ran = server.is_stopped_unread(session, script, signal, two_have_begun);
        assert_eq!(ran.code, code, "{}", ran.err);
        ran.said(&["Statement 2 was sent already, and was cancelled as it ran."]);
        let is_ended = server.scripted.count("DELETE", "/sessions/0") == 1;
        assert_eq!(is_ended, session.is_empty());
        assert_eq!(server.queue.lock().unwrap().cancels, [2]);
    }
}

/// With a session of its own it ends.
#[test]
fn what_runs_on_although_it_was_cancelled_is_told_by_its_number() {
    let told = "Statement 2 was sent already, and may still run.";
    for (session, is_told) in [(&["-s", "0"][..], true), (&[], false)] {
        let server = Server::start(Manner {
            ignores_cancels: true,
            ..Manner::default()
        });
        let script = "'a gives much'\n'endless'\n";
        let ran = server.is_stopped_unread(session, script, Signal::SIGINT, two_have_begun);
        assert_eq!(ran.code, 130, "{}", ran.err);
        assert_eq!(ran.err.contains(told), is_told, "{}", ran.err);
        assert_eq!(ran.err.contains("may still run"), is_told, "{}", ran.err);
    }
}

#[test]
fn what_has_run_while_a_result_is_not_read_is_told_by_a_signal() {
    for session in [&["-s", "0"][..], &[]] {
        let server = Server::start(Manner::default());
        let script = "'a gives much'\n'b'\n'c'\n";
        let ran = server.is_stopped_unread(session, script, Signal::SIGINT, two_have_ended);
        assert_eq!(ran.code, 130, "{}", ran.err);
        ran.said(&["Statement 2 was sent already, and has run."]);
        assert_eq!(server.began().len(), 2);
    }
}

/// What is told must not be what keeps it from ending.
#[test]
fn a_signal_ends_what_writes_all_to_one_pipe_that_nobody_reads() {
    let server = Server::start(Manner::default());
    let home = Home::new();
    let (_reader, writer) = std::io::pipe().unwrap();
    let mut command = server.command(&home, &["-s", "0"], "'a gives much'\n'b'\n'c'\n");
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = command.spawn().unwrap();
    server.comes_to(two_have_ended);
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let ended = eventually("it ends", || child.try_wait().unwrap());
    assert_eq!(ended.code(), Some(130));
}

#[test]
fn what_may_not_run_is_not_sent_ahead() {
    for (options, script, expected) in [
        // An error ends the script.
        (&[][..], "'a slow'\n'b slow, and fails'\n'c'\n", 1),
        // A function may end it, too.
        (
            &[],
            "def f():  # slow\n    sys.exit(7)\n\nf('leaves')\n'd'\n",
            7,
        ),
        // Its end is known at its turn alone.
        (
            &["--keep-going"],
            "def f():  # slow\n    sys.exit(7)\n\n'b slow'\nf('leaves')\n'd'\n",
            7,
        ),
        // A command may change what is sent.
        (&["--keep-going"], "'a slow'\n:silent\n'b'\n", 0),
    ] {
        let server = Server::start(Manner::default());
        let ran = server.runs(options, script);
        assert_eq!(
            (ran.code, server.most()),
            (expected, 1),
            "{script}: {}",
            ran.err
        );
        assert!(!server.began().contains(&"'d'".to_owned()));
    }
}

#[test]
fn a_server_that_takes_one_at_a_time_gets_each_at_its_turn() {
    for status in ["400 Bad Request", "500 Internal Server Error"] {
        let server = Server::start(Manner {
            takes_one: Some(status),
            ..Manner::default()
        });
        let script = "'a slow'\n'b slow'\n'c slow'\n'd'\n";
        let ran = server.runs(&["--keep-going"], script);
        let expected = "gave 'a slow'\ngave 'b slow'\ngave 'c slow'\ngave 'd'\n";
        ran.gave(expected, 0);
        let began = ["'a slow'", "'b slow'", "'c slow'", "'d'"];
        assert_eq!(server.began(), began);
        // It is not tried again.
        assert_eq!(server.queue.lock().unwrap().refused, 1, "{status}");
    }
    // What was refused does not run behind the end of the script.
    let server = Server::start(Manner {
        takes_one: Some("400 Bad Request"),
        ..Manner::default()
    });
    let ran = server.runs(&["--keep-going"], "'a slow, and leaves'\n'b'\n");
    ran.gave("", 7);
    assert!(server.queue.lock().unwrap().refused > 0);
    assert_eq!(server.began(), ["'a slow, and leaves'"]);
}

#[test]
fn nothing_runs_behind_a_statement_that_was_not_accepted() {
    let server = Server::start(Manner::default());
    let ran = server.runs(&["--keep-going"], "'a'\n'b is never taken'\n'c'\n");
    ran.gave("gave 'a'\n", 3);
    assert_eq!(server.began(), ["'a'"]);
}

/// As when a gateway fails over: whether it was taken cannot be known.
#[test]
fn what_a_gateway_has_lost_sight_of_is_not_sent_again() {
    let server = Server::start(Manner {
        hides: true,
        ..Manner::default()
    });
    let ran = server.runs(&["--keep-going"], "'a slow'\n'b is hidden'\n'c'\n");
    assert_ne!(ran.code, 0, "{}", ran.err);
    let codes = &server.queue.lock().unwrap().statements;
    let of_b = |one: &&Statement| one.code.contains("is hidden");
    assert_eq!(codes.iter().filter(of_b).count(), 1, "{}", ran.err);
}

#[test]
fn one_whose_answer_is_lost_runs_once() {
    let server = Server::start(Manner::default());
    let script = "'a meets the next'\n'b: its answer is lost'\n'c'\n";
    let ran = server.runs(&["--keep-going"], script);
    ran.gave(
        "gave 'a meets the next'\ngave 'b: its answer is lost'\ngave 'c'\n",
        0,
    );
    assert_eq!(server.began().len(), 3, "{:?}", server.began());
}

#[test]
fn a_signal_cancels_what_waits_before_what_runs() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let server = Server::start(Manner::default());
        let ran = server.is_stopped("'endless'\n'b'\n'c'\n", signal);
        ran.gave("", code);
        assert!(!ran.err.contains("sent already"), "{}", ran.err);
        assert_eq!(server.began(), ["'endless'"]);
        assert_eq!(server.queue.lock().unwrap().cancels, [2, 1]);
    }
}

/// Terminals that hang up end nothing that runs, and begin nothing either.
#[test]
fn what_waits_does_not_begin_when_the_terminal_is_gone() {
    let server = Server::start(Manner::default());
    let ran = server.is_stopped("'endless'\n'b'\n", Signal::SIGHUP);
    ran.gave("", 129);
    assert_eq!(server.queue.lock().unwrap().cancels, [2]);
    assert_eq!(server.began(), ["'endless'"]);
}

#[test]
fn what_runs_too_long_ends_alone() {
    let server = Server::start(Manner::default());
    let options = ["--keep-going", "--statement-timeout", "300ms"];
    let ran = server.runs(&options, "'endless'\n'b'\n");
    ran.gave("gave 'b'\n", 1);
    assert_eq!(server.most(), 2);
    assert_eq!(server.queue.lock().unwrap().cancels, [1]);
}

#[test]
fn one_that_has_run_although_the_script_has_ended_is_told() {
    let server = Server::start(Manner::default());
    let script = "'meets the next, and leaves'\n'quick'\n'c'\n";
    let ran = server.runs(&["--keep-going"], script);
    ran.gave("", 7);
    ran.said(&["job.py:2: this statement, number 2, was sent already, and has run"]);
    assert_eq!(server.began(), ["'meets the next, and leaves'", "'quick'"]);
}

#[test]
fn nothing_is_cancelled_by_a_number_that_means_another_statement() {
    let server = Server::start(Manner {
        forgets: true,
        ..Manner::default()
    });
    let ran = server.runs(&["--keep-going"], "'endless'\n'b'\n'c'\n");
    assert_ne!(ran.code, 0);
    // Its number may not have come before that was seen.
    ran.said(&["job.py:2: this statement"]);
    assert_eq!(server.queue.lock().unwrap().cancels, Vec::<usize>::new());
}

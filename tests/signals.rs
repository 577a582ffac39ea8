//! Signals in every phase of a script: while the session starts, while a statement is sent, while it
//! runs, and while its result is written. The exit code, and what became of the session, asked of
//! the server.

use crate::support::http::{get, request};
use crate::support::program::Home;
use crate::support::scripted::{Answer, Scripted};
use crate::support::spark::shared;
use crate::support::{eventually, within};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr};
use std::time::Duration;

/// A script of Python in a session of its own. Nobody reads its output: a long result fills the pipe.
struct Script {
    url: String,
    label: String,
    _home: Home,
    child: Child,
    errors: BufReader<ChildStderr>,
    said: String,
}

impl Script {
    fn start(url: &str, label: &str, code: &str) -> Script {
        let home = Home::new();
        let arguments = ["--url", url, "-l", "python", "--name", label, "-e", code];
        let mut child = home.command(&arguments).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        Script {
            url: url.to_owned(),
            label: label.to_owned(),
            _home: home,
            child,
            errors,
            said: String::new(),
        }
    }

    fn send(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    fn wait_until_it_says(&mut self, words: &str) {
        while !self.said.contains(words) {
            let read = self.errors.read_line(&mut self.said).unwrap();
            assert!(read > 0, "it ended without “{words}”: {}", self.said);
        }
    }

    /// Its name and state, where the server has it.
    fn session(&self) -> Option<(String, String)> {
        let list = get(&format!("{}/sessions", self.url)).json();
        let sessions = list["sessions"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut named = sessions.map(|session| (text(&session["name"]), text(&session["state"])));
        named.find(|(name, _)| name.starts_with(&format!("{}-", self.label)))
    }

    fn until_it_starts(&mut self) {
        self.wait_until_it_says("is starting");
    }

    /// Waits until its statement is in this state.
    fn until_statement_is(&self, state: &str) {
        eventually("its statement is there", || {
            let (name, _) = self.session()?;
            let list = get(&format!("{}/sessions/{name}/statements", self.url));
            let statements = list.json()["statements"].as_array()?.clone();
            (statements.last()?["state"] == state).then_some(())
        });
    }

    /// The exit code, and all that was said on standard error.
    fn end(&mut self) -> (Option<i32>, String) {
        let code = within(Duration::from_secs(30), "the script ends", || {
            self.child.try_wait().unwrap().map(|status| status.code())
        });
        self.errors.read_to_string(&mut self.said).unwrap();
        (code, self.said.clone())
    }

    fn delete(&self) {
        if let Some((name, _)) = self.session() {
            request("DELETE", &format!("{}/sessions/{name}", self.url), &[], "");
        }
    }
}

/// What becomes of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Ended,
    /// It is still there, and the way back was told.
    Named,
    /// One or the other: it is waited for so long, and no longer.
    EndedOrNamed,
    /// It is still there, and nobody is left to be told.
    Left,
}

use Fate::{Ended, EndedOrNamed, Left, Named};

const CANCELLING: &str = "Cancelling the statement.";

/// Sends a signal once the phase is reached, or a second one after the first was acknowledged.
fn play(label: &str, code: &str, until: impl Fn(&mut Script), cases: [(&[Signal], i32, Fate); 4]) {
    let (url, _) = shared();
    for (number, (signals, exit, fate)) in cases.into_iter().enumerate() {
        let case = format!("{label}{number}");
        let mut script = Script::start(url, &case, code);
        until(&mut script);
        for (index, signal) in signals.iter().enumerate() {
            if index > 0 && signals != UNTOLD {
                script.wait_until_it_says(CANCELLING);
            }
            script.send(*signal);
        }
        let (code, said) = script.end();
        assert_eq!(code, Some(exit), "{case}: {said}");
        let session = script.session();
        let is_named = session
            .as_ref()
            .is_some_and(|(name, _)| said.contains(&format!("--url {url} -s {name}")));
        let is_as_designed = match fate {
            Ended => session.is_none(),
            Named => is_named,
            EndedOrNamed => session.is_none() || is_named,
            Left => session.is_some(),
        };
        assert!(is_as_designed, "{case}, {fate:?}: {session:?}; {said}");
        script.delete();
    }
}

const TERMINATE: &[Signal] = &[Signal::SIGTERM];
const HANG_UP: &[Signal] = &[Signal::SIGHUP];
const INTERRUPT: &[Signal] = &[Signal::SIGINT];
const TWICE: &[Signal] = &[Signal::SIGINT, Signal::SIGINT];
/// The same where the first is not acknowledged.
const UNTOLD: &[Signal] = &[Signal::SIGINT, Signal::SIGINT, Signal::SIGINT];

#[test]
fn while_the_session_starts() {
    play(
        "sigstart",
        "1",
        Script::until_it_starts,
        [
            (TERMINATE, 143, EndedOrNamed),
            (HANG_UP, 129, Named),
            (INTERRUPT, 130, EndedOrNamed),
            (TWICE, 130, Named),
        ],
    );
}

#[test]
fn while_a_statement_runs() {
    let sleep = "import time\nuntil = time.time() + 30\nwhile time.time() < until:\n    try:\n        \
                 time.sleep(1)\n    except BaseException:\n        pass";
    play(
        "sigrun",
        sleep,
        |script| script.until_statement_is("running"),
        [
            (TERMINATE, 143, Ended),
            (HANG_UP, 129, Named),
            (INTERRUPT, 130, Ended),
            (TWICE, 130, Named),
        ],
    );
}

#[test]
fn while_a_result_is_written() {
    play(
        "sigwrite",
        "print('x' * 10_000_000)",
        |script| script.until_statement_is("available"),
        [
            (TERMINATE, 143, Ended),
            (HANG_UP, 129, Left),
            (INTERRUPT, 130, Ended),
            // The first ends a program that is stuck, and nothing acknowledges it.
            (UNTOLD, 130, Ended),
        ],
    );
}

/// The server keeps the answer to the statement back; it is asked what was asked of it.
#[test]
fn while_a_statement_is_sent() {
    for (signals, exit, is_ended) in [
        (TERMINATE, 143, true),
        (HANG_UP, 129, false),
        (INTERRUPT, 130, true),
        (TWICE, 130, false),
    ] {
        let server =
            Scripted::start(
                |request| match (request.method.as_str(), request.path.as_str()) {
                    ("POST", "/sessions/0/statements") => {
                        std::thread::sleep(Duration::from_secs(60));
                        Answer::cut()
                    }
                    ("DELETE", _) => Answer::json("200 OK", r#"{"msg":"deleted"}"#),
                    _ => Answer::json(
                        "200 OK",
                        r#"{"id":0,"name":"sent-1","state":"idle","kind":"pyspark"}"#,
                    ),
                },
            );
        let mut script = Script::start(&server.url, "sent", "1");
        eventually("the statement is sent", || {
            (server.count("POST", "/sessions/0/statements") == 1).then_some(())
        });
        for (index, signal) in signals.iter().enumerate() {
            if index > 0 {
                script.wait_until_it_says(CANCELLING);
            }
            script.send(*signal);
        }
        let (code, said) = script.end();
        assert_eq!(code, Some(exit), "{said}");
        let deleted = server.count("DELETE", "/sessions/0");
        assert_eq!(deleted, usize::from(is_ended), "{signals:?}: {said}");
        assert_eq!(said.contains("-s sent-1"), !is_ended, "{signals:?}: {said}");
        assert_eq!(server.count("POST", "/sessions/0/statements"), 1);
    }
}

//! livysh itself is killed, at each step of a session's life, and started again.

use super::{running, waiting};
use crate::support::chaos::{Call, Chaos, Fault, Span};
use crate::support::eventually;
use crate::support::http::{get, request};
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::spark::shared;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::process::Child;
use std::time::Duration;

/// A prompt's worth of livysh before a server, and what it leaves.
struct Trial {
    chaos: Chaos,
    home: Home,
    label: &'static str,
}

impl Trial {
    fn new(label: &'static str) -> Trial {
        Trial {
            chaos: Chaos::before(shared().0),
            home: Home::new(),
            label,
        }
    }

    /// A script with one statement, in a session of its own.
    fn start(&self, code: &str) -> Child {
        let arguments = [
            "--url",
            &self.chaos.url,
            "-l",
            "python",
            "--name",
            self.label,
            "-e",
            code,
        ];
        self.home.command(&arguments).spawn().unwrap()
    }

    fn session(&self) -> Option<Value> {
        let list = get(&format!("{}/sessions?size=1000", shared().0)).json();
        let all = list["sessions"].as_array().unwrap();
        let prefix = format!("{}-", self.label);
        let is_it = |one: &&Value| {
            one["name"]
                .as_str()
                .is_some_and(|name| name.starts_with(&prefix))
        };
        all.iter().find(is_it).cloned()
    }

    fn url(&self) -> String {
        let session = eventually("the session is there", || self.session());
        format!("{}/sessions/{}", shared().0, session["id"])
    }

    /// Kills it, and looks at what the next start says.
    fn kill(&self, mut child: Child, told: &str) -> Screen {
        kill(Pid::from_raw(child.id() as i32), Signal::SIGKILL).unwrap();
        child.wait().unwrap();
        self.chaos.mend();
        let session = eventually("the session is there", || self.session());
        let name = session["name"].as_str().unwrap();
        let mut next = Screen::sized(
            &self.home,
            &["--url", &self.chaos.url, "-l", "python"],
            60,
            160,
        );
        next.wait_for(&format!("Session {name} {told}"));
        next.wait_for_prompt(">>>");
        next.line(":quit");
        assert_eq!(next.wait_for_exit(), 0);
        Screen::sized(
            &self.home,
            &["--url", &self.chaos.url, "-s", "last"],
            60,
            160,
        )
    }

    fn end(&self) {
        request("DELETE", &self.url(), &[], "");
    }
}

const LEFT: &str = "was left by a livysh that did not end it:";

#[test]
fn while_the_session_is_being_made() {
    let trial = Trial::new("killed-making");
    trial
        .chaos
        .break_it(Some(Call::Create), Fault::Silence, Span::Times(1), 1);
    let child = trial.start("1");
    trial.url();
    let mut back = trial.kill(child, "was perhaps made for a livysh that did not end it:");
    back.wait_for_prompt(">>>");
    back.line("6 * 7");
    back.wait_for("\n42\n>>>");
    trial.end();
}

#[test]
fn while_the_session_starts() {
    let trial = Trial::new("killed-starting");
    // However soon it is ready, livysh does not see that.
    let long = Span::For(Duration::from_secs(600));
    trial
        .chaos
        .break_it(Some(Call::Session), Fault::Silence, long, 1);
    let child = trial.start("1");
    eventually("livysh asks for its state", || {
        (trial.chaos.fired() > 0).then_some(())
    });
    eventually("it is noted", || {
        let journal = trial.home.path().join("state/livysh/sessions.json");
        let text = std::fs::read_to_string(journal).ok()?;
        text.contains("\"id\": \"").then_some(())?;
        (!text.contains("\"id\": \"\"")).then_some(())
    });
    let mut back = trial.kill(child, LEFT);
    back.wait_for_prompt(">>>");
    back.line("6 * 7");
    back.wait_for("\n42\n>>>");
    trial.end();
}

#[test]
fn while_a_statement_is_sent() {
    let trial = Trial::new("killed-sending");
    trial
        .chaos
        .break_it(Some(Call::Post), Fault::Silence, Span::Times(1), 1);
    let count = trial.home.path().join("count");
    let child = trial.start(&format!("open({count:?}, 'a').write('.') + 41"));
    eventually("it has run", || count.exists().then_some(()));
    let mut back = trial.kill(child, LEFT);
    back.wait_for("    0  available   open(");
    back.wait_for_prompt(">>>");
    back.line(":last");
    back.wait_for("\n42\n>>>");
    assert_eq!(std::fs::read_to_string(&count).unwrap(), ".");
    trial.end();
}

#[test]
fn while_a_statement_is_cancelled() {
    let trial = Trial::new("killed-cancelling");
    trial
        .chaos
        .break_it(Some(Call::Cancel), Fault::Silence, Span::Times(1), 1);
    let never = trial.home.path().join("never");
    let child = trial.start(&waiting(&never));
    running(&trial.url());
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    eventually("the cancel is on its way", || {
        (trial.chaos.fired() > 0).then_some(())
    });
    let mut back = trial.kill(child, LEFT);
    back.wait_for("    0  cancelled   42 + ");
    back.wait_for_prompt(">>>");
    back.line("6 * 7");
    back.wait_for("\n42\n>>>");
    std::fs::write(&never, "").unwrap();
    trial.end();
}

//! What becomes of the session on every way out, asked of the server itself.

use crate::support::http::{get, request};
use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::spark::shared;
use crate::support::{eventually, within};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr};
use std::time::Duration;

const LONG: &str = "__import__('time').sleep(60)";
/// Goes on whatever asks it to end, for a while.
const STUBBORN: &str = "\
import time
until = time.time() + 12
while time.time() < until:
    try:
        time.sleep(1)
    except BaseException:
        pass";

/// Runs a program in a window and closes that once the session is up; prints how it ended.
const WINDOW: &str = "\
import os, pty, sys
child, window = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown = b''
while b'Spark session available' not in shown:
    shown += os.read(window, 4096)
os.close(window)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))";

fn send(process: u32, signal: Signal) {
    kill(Pid::from_raw(process as i32), signal).unwrap();
}

/// The state of the session whose name begins so.
fn session(label: &str) -> Option<(String, String)> {
    let (url, _) = shared();
    let list = get(&format!("{url}/sessions")).json();
    let sessions = list["sessions"].as_array().unwrap().iter();
    let mut named = sessions.filter(|session| {
        let name = session["name"].as_str().unwrap_or("");
        name.starts_with(&format!("{label}-"))
    });
    named.next().map(|session| {
        let text = |key: &str| session[key].as_str().unwrap().to_owned();
        (text("name"), text("state"))
    })
}

/// Waits until one of its statements runs; gives the session's name.
fn until_it_runs(label: &str) -> String {
    eventually("a statement runs", || {
        let (name, _) = session(label)?;
        running(&name).then_some(name)
    })
}

fn running(name: &str) -> bool {
    let (url, _) = shared();
    let list = get(&format!("{url}/sessions/{name}/statements"));
    list.status == 200
        && list.json()["statements"]
            .as_array()
            .unwrap()
            .iter()
            .any(|statement| statement["state"] == "running")
}

fn delete(name: &str) {
    let (url, _) = shared();
    request("DELETE", &format!("{url}/sessions/{name}"), &[], "");
}

/// A script in a session of its own, its standard error kept.
struct Script {
    home: Home,
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Script {
    fn start(label: &str, code: &str) -> Script {
        let (url, _) = shared();
        let home = Home::new();
        let arguments = ["--url", url, "-l", "python", "--name", label, "-e", code];
        let mut child = home.command(&arguments).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        Script {
            home,
            child,
            errors,
        }
    }

    fn wait_for(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            let read = self.errors.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended without “{words}”");
        }
    }

    /// The exit code, and what more was said on standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let code = within(Duration::from_secs(30), "the script ends", || {
            self.child.try_wait().unwrap().map(|status| status.code())
        });
        let mut rest = String::new();
        self.errors.read_to_string(&mut rest).unwrap();
        drop(self.home);
        (code, rest)
    }
}

#[test]
fn a_termination_while_a_statement_runs_at_the_prompt_ends_the_session() {
    let (url, _) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-l", "python", "--name", "term"];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for("Spark session available as 'spark'.");
    screen.line(LONG);
    let name = until_it_runs("term");
    send(screen.process_id(), Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    assert!(screen.echoes());
    assert_eq!(get(&format!("{url}/sessions/{name}")).status, 404);
}

#[test]
fn a_termination_while_a_program_has_the_terminal_ends_it_and_the_session() {
    let (url, _) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-l", "python", "--name", "termsh"];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for("Spark session available as 'spark'.");
    let (name, _) = session("termsh").unwrap();
    screen.line(":sh echo pro''cess $$; exec sleep 60");
    screen.wait_for("\nprocess ");
    let text = screen.text();
    let told = text.rsplit("\nprocess ").next().unwrap();
    let process = told.lines().next().unwrap().trim().to_owned();
    send(screen.process_id(), Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    assert!(screen.echoes());
    assert_eq!(get(&format!("{url}/sessions/{name}")).status, 404);
    // Gone, or not yet taken notice of by who is to.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    assert!(stat.is_empty() || stat.contains(") Z "), "{stat}");
}

#[test]
fn a_hang_up_cancels_nothing_and_leaves_the_session() {
    let script = Script::start("hup", LONG);
    let name = until_it_runs("hup");
    send(script.child.id(), Signal::SIGHUP);
    let (code, said) = script.end();
    assert_eq!(code, Some(129), "{said}");
    assert!(said.contains(&format!("-s {name}")), "{said}");
    assert!(running(&name));
    delete(&name);
}

#[test]
fn a_terminal_that_is_closed_leaves_the_session() {
    let (url, _) = shared();
    let home = Home::new();
    let livysh = home.command(&["--url", url, "-l", "python", "--name", "closed"]);
    let mut command = std::process::Command::new("python3");
    command
        .args(["-c", WINDOW])
        .arg(livysh.get_program())
        .args(livysh.get_args());
    command.envs(home.environment());
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.out, "129\n", "{ran:?}");
    let (name, state) = session("closed").unwrap();
    assert_eq!(state, "idle");
    delete(&name);
}

#[test]
fn a_second_ctrl_c_in_a_script_leaves_at_once_and_prints_the_way_back() {
    let (url, _) = shared();
    let mut script = Script::start("twice", STUBBORN);
    let name = until_it_runs("twice");
    send(script.child.id(), Signal::SIGINT);
    script.wait_for("Cancelling the statement.");
    send(script.child.id(), Signal::SIGINT);
    let (code, said) = script.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(
        said.contains(&format!("livysh --url {url} -s {name}")),
        "{said}"
    );
    assert_eq!(get(&format!("{url}/sessions/{name}")).status, 200);
    delete(&name);
}

#[test]
fn under_nohup_a_hang_up_is_ignored() {
    let (url, shared_session) = shared();
    let home = Home::new();
    let livysh = home.command(&[]).get_program().to_owned();
    let mut command = home.command(&[]);
    let code = "import time; nohup = 1; time.sleep(3); print('whole')";
    let quoted = format!(
        "trap '' HUP; exec '{}' --url {url} -s {shared_session} -l python -e \"{code}\"",
        livysh.to_str().unwrap()
    );
    let environment: Vec<_> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    command = std::process::Command::new("sh");
    let mut child = command
        .args(["-c", &quoted])
        .envs(environment)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    eventually("its statement runs", || {
        let list = get(&format!("{url}/sessions/{shared_session}/statements")).json();
        let statements = list["statements"].as_array().unwrap().clone();
        statements
            .iter()
            .any(|one| {
                one["code"].as_str().unwrap().contains("nohup = 1") && one["state"] != "waiting"
            })
            .then_some(())
    });
    send(child.id(), Signal::SIGHUP);
    let mut out = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    assert_eq!(
        (out.as_str(), child.wait().unwrap().code()),
        ("whole\n", Some(0))
    );
}

//! The real Apache Knox before the server that behaves as Livy does, with a real Spark behind it:
//! `LIVYSH_TEST_KNOX=1` runs these.

mod available;

use super::TIMES;
use crate::secrets::files_below;
use crate::support::neighbours::knox::{ALICE, BOB, Knox, shared};
use crate::support::program::{Home, Ran};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};

const BASIC: &str = "auth = { type = 'basic', user = 'alice', password_file = 'password' }";

/// What Knox has before it is one test's alone: tickets, and what is broken.
static ONE: Mutex<()> = Mutex::new(());

/// Knox, and a home with a profile `p`.
struct Gate {
    _one: MutexGuard<'static, ()>,
    knox: Arc<Knox>,
    home: Home,
}

impl Gate {
    fn new() -> Option<Gate> {
        // Whoever waits for its turn holds it, so that it is started once.
        let knox = shared()?;
        let gate = Gate {
            _one: ONE.lock().unwrap_or_else(|broken| broken.into_inner()),
            knox,
            home: Home::new(),
        };
        gate.secret("password", ALICE);
        Some(gate)
    }

    /// A file with a secret.
    fn secret(&self, name: &str, text: &str) {
        let path = self.home.write(name, &format!("{text}\n"));
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }

    fn leads_to(&self, topology: &str, settings: &[&str]) {
        let trust = self.knox.trust();
        let url = self.knox.url(topology, "livy");
        self.home.profile(
            "p",
            &url,
            &[&TIMES[..], &[trust.as_str()], settings].concat(),
        );
    }

    /// Signs on with a token of this topology's.
    fn bearer(&self, topology: &str, login: &str) -> String {
        let url = self.knox.url(topology, "knoxtoken/api/v1/token");
        format!(
            "auth = {{ type = 'bearer', source = 'http', token_url = {url:?}, login = {{ {login} }} }}"
        )
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let usual = ["-p", "p", "-v", "--retry-for", "20s"];
        let mut command = self.home.command(&[&usual, arguments].concat());
        command.envs(self.knox.realm.environment());
        command
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Ran {
        let ran = Ran::of(self.command(arguments).output().unwrap());
        self.tells_no_secret(&ran);
        ran
    }

    /// A session of its own, two statements, the end.
    #[track_caller]
    fn works(&self) -> Ran {
        let ran = self.run(&["-l", "python", "-e", "2 + 3\n6 * 7"]);
        ran.gave("5\n42\n", 0);
        let changes = [
            ("POST ", "/livy/sessions: 201"),
            ("POST ", "/statements: 201"),
            ("DELETE ", ": 200"),
        ];
        for ((method, ends), count) in changes.into_iter().zip([1, 2, 1]) {
            let is_it = |line: &&str| line.contains(method) && line.contains(ends);
            let found = ran.err.lines().filter(is_it).count();
            assert_eq!(found, count, "{method} … {ends} in: {}", ran.err);
        }
        ran
    }

    /// A request is answered.
    #[track_caller]
    fn lets_in(&self) -> Ran {
        let ran = self.run(&["sessions"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran
    }

    /// Nor do the history and the journal; `eyJ` begins all JSON web tokens.
    #[track_caller]
    fn tells_no_secret(&self, ran: &Ran) {
        let mut left = String::new();
        files_below(&self.home.path().join("state"), &mut left);
        let pair = |user: &str, secret: &str| STANDARD.encode(format!("{user}:{secret}"));
        let secrets = [
            ALICE,
            BOB,
            "eyJ",
            "YII",
            "node0",
            &pair("alice", ALICE),
            &pair("bob", BOB),
        ];
        for text in [&ran.out, &ran.err, &left] {
            for secret in secrets {
                assert!(!text.contains(secret), "{secret} stands in: {text}");
            }
        }
    }

    /// A token of this topology's, as somebody else gets it.
    fn token(&self, topology: &str) -> String {
        self.knox.given(topology, "access_token").unwrap()
    }
}

/// How often something was asked for and answered so.
fn count(ran: &Ran, ends: &str) -> usize {
    ran.err.lines().filter(|line| line.contains(ends)).count()
}

#[test]
fn a_password_opens_a_session() {
    let Some(gate) = Gate::new() else { return };
    gate.leads_to("basic", &[BASIC]);
    gate.works();
    gate.secret("password", BOB);
    let ran = gate.run(&["-l", "python", "-e", "1"]);
    ran.gave("", 4);
    ran.said(&[
        "answered 401 Unauthorized\n",
        "hint: sign on: --auth basic with --user",
    ]);
}

#[test]
fn a_token_is_fetched_once_for_all() {
    let Some(gate) = Gate::new() else { return };
    let login = "type = 'basic', user = 'alice', password_file = 'password'";
    gate.leads_to("token", &[&gate.bearer("basic", login)]);
    let ran = gate.works();
    assert_eq!(
        count(&ran, "/gateway/basic/knoxtoken/api/v1/token: 200"),
        1,
        "{}",
        ran.err
    );
    gate.secret("password", BOB);
    let ran = gate.run(&["-l", "python", "-e", "1"]);
    ran.gave("", 4);
    ran.said(&[
        "there is nothing to sign on with: the token service https://localhost:",
        "/gateway/basic/knoxtoken/api/v1/token answered 401 Unauthorized\n",
        "hint: look at auth.login in the profile",
    ]);
    assert_eq!(
        count(&ran, "/gateway/basic/knoxtoken/api/v1/token: 401"),
        1,
        "{}",
        ran.err
    );
}

/// A token that holds for four seconds is another one before it ends, and no statement notices.
#[test]
fn a_token_is_fetched_again_before_it_ends() {
    let Some(gate) = Gate::new() else { return };
    let login = "type = 'basic', user = 'alice', password_file = 'password'";
    gate.leads_to("token", &[&gate.bearer("brief", login)]);
    let code = "import time; ran = []\n".to_owned()
        + &"(ran.append(1), time.sleep(1.5), len(ran))[2]\n".repeat(6);
    let file = gate.home.write("work.py", &code);
    let ran = gate.run(&[file.to_str().unwrap()]);
    ran.gave("1\n2\n3\n4\n5\n6\n", 0);
    let fetched = count(&ran, "/gateway/brief/knoxtoken/api/v1/token: 200");
    assert!(fetched >= 3, "{fetched} in: {}", ran.err);
}

/// What no program fetches: a token that was had elsewhere, as it is or as a password.
#[test]
fn a_token_is_a_password_too() {
    let Some(gate) = Gate::new() else { return };
    let token = gate.token("basic");
    gate.secret("token", &token);
    gate.leads_to(
        "token",
        &["auth = { type = 'bearer', token_file = 'token' }"],
    );
    gate.lets_in();
    gate.leads_to(
        "token",
        &["auth = { type = 'basic', user = 'Token', password_file = 'token' }"],
    );
    gate.lets_in();
    gate.leads_to(
        "token",
        &["auth = { type = 'basic', user = 'Passcode', password_file = 'token' }"],
    );
    let ran = gate.run(&["sessions"]);
    ran.gave("", 4);
    ran.said(&[
        "answered 401 Unauthorized: Error while parsing the received passcode token",
        "hint: it is no passcode",
    ]);
}

#[test]
fn a_passcode_is_a_password() {
    let Some(gate) = Gate::new() else { return };
    let passcode = gate.knox.given("managed", "passcode").unwrap();
    gate.secret("passcode", &passcode);
    gate.leads_to(
        "passcode",
        &["auth = { type = 'basic', user = 'Passcode', password_file = 'passcode' }"],
    );
    let ran = gate.lets_in();
    assert!(!ran.err.contains(&passcode), "{}", ran.err);
}

#[test]
fn a_token_that_has_ended_is_told() {
    let Some(gate) = Gate::new() else { return };
    let token = gate.token("brief");
    gate.secret("token", &token);
    gate.leads_to(
        "token",
        &["auth = { type = 'bearer', token_file = 'token' }"],
    );
    let ran = crate::support::eventually("the token ends", || {
        let ran = gate.run(&["sessions"]);
        (ran.code != 0).then_some(ran)
    });
    ran.gave("", 4);
    ran.said(&[
        "answered 401 Unauthorized: Token has expired",
        "hint: the token has ended",
    ]);
}

/// Each change has the header that is wanted, the end of a session as well.
#[test]
fn the_header_of_a_topology_is_sent() {
    let Some(gate) = Gate::new() else { return };
    gate.leads_to("xsrf", &[BASIC]);
    gate.works();
    gate.leads_to("xsrf", &[BASIC, "preset = 'livy'"]);
    let ran = gate.run(&["-l", "python", "-e", "1"]);
    ran.gave("", 3);
    ran.said(&[
        "answered 400 Bad Request: Missing Required Header for Vulnerability Protection",
        "hint: a gateway wants a header of its own: preset = \"knox\"",
    ]);
}

#[test]
fn a_topology_for_browsers_is_told() {
    let Some(gate) = Gate::new() else { return };
    gate.leads_to("sso", &[BASIC]);
    let ran = gate.run(&["-l", "python", "-e", "1"]);
    ran.gave("", 4);
    ran.said(&[
        "answered 302 Found: it wants people to sign on at https://localhost:",
        "/gateway/knoxsso/api/v1/websso\n",
        "hint: livysh signs on without a browser",
    ]);
    assert!(!ran.err.contains("originalUrl"), "{}", ran.err);
}

#[test]
fn what_is_not_there_is_told() {
    let Some(gate) = Gate::new() else { return };
    for (topology, said) in [
        ("nowhere", "answered 404 Not Found\n"),
        ("brief", "answered 404 Not Found\n"),
    ] {
        gate.leads_to(topology, &[BASIC]);
        let ran = gate.run(&["-l", "python", "-e", "1"]);
        ran.gave("", 3);
        ran.said(&[
            said,
            "hint: the gateway has no such topology, or no such service in it",
        ]);
    }
}

#[test]
fn a_ticket_opens_a_session() {
    let Some(gate) = Gate::new() else { return };
    gate.knox.realm.ticket("alice", "1h");
    gate.leads_to("kerberos", &["auth = { type = 'kerberos' }"]);
    gate.works();
    // A token is had for it, too.
    gate.leads_to("token", &[&gate.bearer("kerberos", "type = 'kerberos'")]);
    let ran = gate.lets_in();
    assert_eq!(
        count(&ran, "/gateway/kerberos/knoxtoken/api/v1/token: 200"),
        1,
        "{}",
        ran.err
    );
    let mut without = gate.command(&["-l", "python", "-e", "1"]);
    without.env(
        "KRB5CCNAME",
        format!("FILE:{}", gate.home.path().join("none").display()),
    );
    let ran = Ran::of(without.output().unwrap());
    ran.gave("", 4);
    ran.said(&["there is no Kerberos ticket ("]);
}

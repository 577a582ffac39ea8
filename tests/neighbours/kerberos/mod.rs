//! A real realm of Kerberos, and a server that wants its tickets: with one, without, with one that ends, and
//! with a KDC that is silent; each request is signed on to once, and no token or cookie is ever told.

mod refused;
mod waiting;

use super::{PROXY_PASSWORD, TIMES};
use crate::secrets::files_below;
use crate::support::eventually;
use crate::support::neighbours::apache::{Answered, Apache};
use crate::support::neighbours::forward::Forward;
use crate::support::neighbours::kerberos::Realm;
use crate::support::program::{BINARY, Home, Ran};
use crate::support::pty::Screen;
use crate::support::stub;
use livysh::local::Server;
use std::collections::BTreeSet;
use std::process::Command;

const SPNEGO: &str = "auth = { type = 'spnego' }";
const ENDS: &str = "warning: the Kerberos ticket ends in";

/// A server without Spark, Apache before it, and a home with a profile `p`.
struct Door {
    home: Home,
    realm: Realm,
    apache: Apache,
    _server: Server,
}

impl Door {
    fn new() -> Door {
        let (home, realm) = (Home::new(), Realm::new());
        let server = stub::serve(&home);
        let apache = Apache::before(&server.url(), &realm);
        Door {
            home,
            realm,
            apache,
            _server: server,
        }
    }

    /// The profile leads to this port of Apache's.
    fn leads_to(&self, port: u16, settings: &[&str]) {
        let url = format!("http://localhost:{port}/livy");
        self.leads_to_url(&url, &[&[SPNEGO], settings].concat());
    }

    fn leads_to_url(&self, url: &str, settings: &[&str]) {
        self.home.profile("p", url, &[&TIMES, settings].concat());
    }

    /// Runs a script in a session of its own, with every request told.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(&self.realm.environment(), arguments)
    }

    #[track_caller]
    fn run_with(&self, variables: &[(String, String)], arguments: &[&str]) -> Ran {
        let ran = Ran::of(self.command(variables, arguments).output().unwrap());
        self.tells_no_secret(&[&ran.out, &ran.err]);
        ran
    }

    fn command(&self, variables: &[(String, String)], arguments: &[&str]) -> Command {
        let own = ["-p", "p", "-v", "-l", "python", "--retry-for", "1s"];
        let mut command = self.home.command(&[&own, arguments].concat());
        command
            .envs(variables.iter().cloned())
            .env("OWN", PROXY_PASSWORD);
        command
    }

    /// A session at a prompt.
    fn prompt(&self, variables: &[(String, String)]) -> Screen {
        let set = variables.iter();
        let set = set.map(|(name, value)| format!("export {name}='{value}'; "));
        let set: String = set.collect();
        let command = format!("{set}exec '{BINARY}' -p p -v -l python --retry-for 1s");
        Screen::run(&self.home, "sh", &["-c", &command], 60, 160)
    }

    /// A session, two statements and the end: each arrives once, each request as alice.
    #[track_caller]
    fn works(&self) -> Vec<Answered> {
        self.run(&["-e", "2 + 3\n6 * 7"]).gave("5\n42\n", 0);
        let log = self.apache.log();
        let changes = log.iter().filter(|one| !one.what.starts_with("GET "));
        let changes: Vec<&str> = changes.map(|one| one.what.as_str()).collect();
        let statement = "POST /livy/sessions/0/statements 201";
        let expected = [
            "POST /livy/sessions 201",
            statement,
            statement,
            "DELETE /livy/sessions/0 200",
        ];
        assert_eq!(changes, expected);
        let is_alice = |one: &Answered| one.user == "alice@LIVY.TEST";
        assert!(log.iter().all(is_alice), "{log:?}");
        log
    }

    /// Nor do the history and the journal.
    #[track_caller]
    fn tells_no_secret(&self, texts: &[&str]) {
        let mut left = String::new();
        files_below(&self.home.path().join("state"), &mut left);
        let secrets = self.apache.secrets();
        for text in texts.iter().copied().chain([left.as_str()]) {
            assert!(!text.contains("YII"), "a token stands in: {text}");
            for secret in &secrets {
                assert!(!text.contains(secret), "{secret} stands in: {text}");
            }
        }
    }
}

/// A profile's proxy.
fn through(proxy: &Forward) -> String {
    let url = &proxy.url;
    format!("proxy = {{ url = {url:?}, user = 'corp', password_env = 'OWN' }}")
}

fn tokens(log: &[Answered]) -> Vec<&str> {
    let tokens = log.iter().map(|one| one.token.as_str());
    tokens.filter(|token| !token.is_empty()).collect()
}

#[test]
fn each_request_has_a_token_of_its_own() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.leads_to(door.apache.each, &[]);
    let log = door.works();
    let sent: BTreeSet<&str> = tokens(&log).into_iter().collect();
    assert_eq!(sent.len(), log.len());
    let is_token = |token: &&str| token.starts_with("Negotiate YII");
    assert!(sent.iter().all(is_token), "{sent:?}");
}

/// As it is, and in a tunnel.
#[test]
fn a_session_works_over_tls() {
    let (door, proxy) = (Door::new(), Forward::tinyproxy("corp", PROXY_PASSWORD));
    door.realm.ticket("alice", "1h");
    let tls = format!("https://localhost:{}/livy", door.apache.tls);
    let trust = format!("tls.ca_file = {:?}", door.apache.authority());
    door.leads_to_url(&tls, &[SPNEGO, &trust]);
    door.run(&["-e", "6 * 7"]).gave("42\n", 0);
    door.leads_to_url(&tls, &[SPNEGO, &trust, &through(&proxy)]);
    door.run(&["-e", "6 * 7"]).gave("42\n", 0);
    assert!(proxy.log().contains("CONNECT localhost"), "{}", proxy.log());
}

#[test]
fn a_session_works_through_a_proxy() {
    let (door, proxy) = (Door::new(), Forward::tinyproxy("corp", PROXY_PASSWORD));
    door.realm.ticket("alice", "1h");
    door.leads_to(door.apache.each, &[&through(&proxy)]);
    let log = door.works();
    let came = |one: &Answered| one.via.starts_with("1.1 tinyproxy ");
    assert!(log.iter().all(came), "{log:?}");
}

/// One token is enough, and the cookie carries a script over the end of its ticket.
#[test]
fn a_cookie_stands_for_the_tokens() {
    let door = Door::new();
    door.realm.ticket("alice", "2s");
    door.leads_to(door.apache.cookie, &[]);
    let goes_on = door.home.path().join("goes-on");
    let code = format!(
        "import os, time\nwhile not os.path.exists({goes_on:?}): time.sleep(0.02)\n\n6 * 7\n"
    );
    let file = door.home.write("work.py", &code);
    let script = [file.to_str().unwrap()];
    let mut command = door.command(&door.realm.environment(), &script);
    let child = command.spawn().unwrap();
    door.realm.wait_for_its_end();
    let asked = door.apache.log().len();
    eventually("it is asked without a ticket", || {
        (door.apache.log().len() > asked + 2).then_some(())
    });
    std::fs::write(goes_on, "").unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.gave("42\n", 0);
    door.tells_no_secret(&[&ran.err]);
    assert_eq!(ran.err.matches(ENDS).count(), 1, "{}", ran.err);
    let log = door.apache.log();
    let given = log.iter().filter(|one| !one.given.is_empty());
    assert!(given.count() >= 1, "{log:?}");
    let without = |one: &&Answered| one.token.is_empty() && !one.cookie.is_empty();
    assert!(log.iter().filter(without).count() > 2, "{log:?}");
    let is_alice = |one: &Answered| one.user == "alice@LIVY.TEST";
    assert!(log.iter().all(is_alice), "{log:?}");
}

/// A cookie is of who has got it, and of that session's client alone.
#[test]
fn another_session_signs_on_anew() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.leads_to(door.apache.cookie, &[]);
    let mut screen = door.prompt(&door.realm.environment());
    screen.wait_for("Spark session available");
    door.realm.ticket("bob", "1h");
    screen.line(":restart");
    let created = |user: &str| {
        let log = door.apache.log();
        let is_it = |one: &&Answered| one.what == "POST /livy/sessions 201" && one.user == user;
        log.iter().find(is_it).cloned()
    };
    let second = eventually("bob has a session", || created("bob@LIVY.TEST"));
    assert!(second.cookie.is_empty(), "{second:?}");
    assert!(created("alice@LIVY.TEST").is_some());
    screen.wait_for_prompt(">>> ");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    door.tells_no_secret(&[&String::from_utf8_lossy(&screen.raw())]);
}

//! Tickets of a real realm, before a server that wants them.

use super::{failed, is_well, one};
use crate::support::neighbours::apache::Apache;
use crate::support::neighbours::kerberos::Realm;
use crate::support::program::{Home, Ran};
use crate::support::stub;
use livysh::local::Server;

const SPNEGO: &str = "auth = { type = 'spnego' }";

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
        let url = format!("http://localhost:{}/livy", apache.each);
        home.profile("p", &url, &[SPNEGO]);
        Door {
            home,
            realm,
            apache,
            _server: server,
        }
    }

    #[track_caller]
    fn look(&self, variables: Vec<(String, String)>) -> Ran {
        let mut command = self.home.command(&["-p", "p", "doctor"]);
        let ran = Ran::of(command.envs(variables).output().unwrap());
        let secrets = self.apache.secrets();
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains("YII"), "a token stands in {text}");
            assert!(
                secrets.iter().all(|secret| !text.contains(secret)),
                "{text}"
            );
        }
        ran
    }
}

#[test]
fn a_ticket_that_is_taken_is_told_with_its_end() {
    let door = Door::new();
    door.realm.ticket("alice", "3h30m");
    let ran = door.look(door.realm.environment());
    is_well(&ran);
    let told = one(&ran, "identity").text;
    let expected =
        "alice@LIVY.TEST, with a Kerberos ticket for HTTP/localhost, which ends in 3 hours";
    assert_eq!(told, expected);
    // Each request has a token of its own, and the first has none.
    let log = door.apache.log();
    assert!(log[0].token.is_empty() && log.len() > 3, "{log:?}");
}

#[test]
fn a_ticket_that_ends_soon_is_worth_a_word() {
    let door = Door::new();
    door.realm.ticket("alice", "5m");
    let ran = door.look(door.realm.environment());
    let told = one(&ran, "identity");
    assert_eq!(
        (told.state.as_str(), told.hint.as_str()),
        ("warning", "hint: run kinit"),
        "{ran:?}"
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn without_a_ticket_kinit_is_named() {
    let door = Door::new();
    let ran = door.look(door.realm.environment());
    failed(
        &ran,
        4,
        "identity",
        "there is no Kerberos ticket",
        "run kinit",
    );
    assert!(one(&ran, "HTTP").text.contains("401"), "{ran:?}");
}

#[test]
fn a_ticket_that_has_ended_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1s");
    door.realm.wait_for_its_end();
    let ran = door.look(door.realm.environment());
    failed(
        &ran,
        4,
        "identity",
        "the Kerberos ticket has ended",
        "run kinit",
    );
}

#[test]
fn a_host_that_is_no_service_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    let url = format!("http://127.0.0.1:{}/livy", door.apache.each);
    door.home.profile("p", &url, &[SPNEGO]);
    let ran = door.look(door.realm.environment());
    failed(
        &ran,
        4,
        "identity",
        "Kerberos knows no service HTTP/127.0.0.1",
        "name the host as it is registered",
    );
}

#[test]
fn a_kdc_that_is_silent_or_away_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    let ran = door.look(door.realm.away());
    failed(
        &ran,
        4,
        "identity",
        "no Kerberos server (KDC) can be reached",
        "krb5.conf",
    );
    let url = format!("http://localhost:{}/livy", door.apache.each);
    door.home.profile("p", &url, &[SPNEGO, "timeout = '2s'"]);
    let ran = door.look(door.realm.silent());
    failed(
        &ran,
        4,
        "identity",
        "Kerberos has not answered within 2 s",
        "krb5.conf",
    );
}

#[test]
fn a_token_that_the_server_does_not_take_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.realm.change_key("HTTP/localhost");
    let ran = door.look(door.realm.environment());
    failed(
        &ran,
        4,
        "sign-on",
        "answered 401 Unauthorized",
        "its keytab",
    );
}

#[test]
fn whoever_does_not_sign_on_is_told_how() {
    let door = Door::new();
    let url = format!("http://localhost:{}/livy", door.apache.each);
    door.home.profile("p", &url, &[]);
    let ran = door.look(Vec::new());
    failed(
        &ran,
        4,
        "sign-on",
        "answered 401",
        "sign on: --auth kerberos after kinit",
    );
}

//! What is wrong is said in words, with what to do.

use super::{Door, SPNEGO};
#[cfg(target_os = "linux")]
use crate::support::preload;

const KINIT: &str = "hint: run kinit, then it goes on";

#[test]
fn without_a_ticket_kinit_is_named() {
    let door = Door::new();
    door.leads_to(door.apache.each, &[]);
    let ran = door.run(&["-e", "1"]);
    ran.gave("", 4);
    ran.said(&["there is no Kerberos ticket (", KINIT]);
    let of_etl = [
        "--principal",
        "etl@LIVY.TEST",
        "--keytab",
        "/etc/my etl.keytab",
        "-e",
        "1",
    ];
    let ran = door.run(&of_etl);
    ran.said(&["hint: run kinit -kt '/etc/my etl.keytab' etl@LIVY.TEST, then"]);
    let auth = "auth = { type = 'kerberos', principal = 'etl' }";
    door.leads_to_url("http://localhost:1/livy", &[auth]);
    door.run(&["-e", "1"]).said(&["hint: run kinit etl, then"]);
    assert!(door.apache.log().is_empty());
}

#[test]
fn a_ticket_that_has_ended_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1s");
    door.realm.wait_for_its_end();
    door.leads_to(door.apache.each, &[]);
    let ran = door.run(&["-e", "1"]);
    ran.gave("", 4);
    ran.said(&["the Kerberos ticket has ended (", KINIT]);
}

#[test]
fn a_host_that_is_no_service_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    let address = format!("http://127.0.0.1:{}/livy", door.apache.each);
    door.leads_to_url(&address, &[SPNEGO]);
    let ran = door.run(&["-e", "1"]);
    ran.gave("", 4);
    ran.said(&["Kerberos knows no service HTTP/127.0.0.1 ("]);
    assert!(door.apache.log().is_empty());
    // The name that it has can be set.
    door.leads_to_url(
        &address,
        &["auth = { type = 'spnego', host = 'localhost' }"],
    );
    door.run(&["-e", "6 * 7"]).gave("42\n", 0);
}

#[test]
fn a_kdc_that_is_away_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.leads_to(door.apache.each, &[]);
    let ran = door.run_with(&door.realm.away(), &["-e", "1"]);
    ran.gave("", 4);
    ran.said(&["no Kerberos server (KDC) can be reached ("]);
}

/// Its ticket would still hold, but no KDC takes what is an hour off.
#[cfg(target_os = "linux")]
#[test]
fn a_clock_that_is_wrong_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "10h");
    door.leads_to(door.apache.each, &[]);
    let library = preload::library("outages/clock.rs", door.home.path());
    for seconds in ["3600", "-3600"] {
        let mut variables = door.realm.environment();
        let pairs = [
            ("LD_PRELOAD", library.to_str().unwrap()),
            ("CLOCK_FILE", "/"),
            ("CLOCK_SECONDS", seconds),
        ];
        variables.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let ran = door.run_with(&variables, &["-e", "1"]);
        ran.gave("", 4);
        ran.said(&[
            "the clocks of this machine and the KDC differ too much (",
            "hint: set this machine's clock",
        ]);
    }
    assert!(door.apache.log().is_empty());
}

#[test]
fn a_configuration_that_cannot_be_read_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.leads_to(door.apache.each, &[]);
    let odd = door.home.write("odd.conf", "[libdefaults\n");
    let mut variables = door.realm.environment();
    let path = odd.display().to_string();
    variables.push(("KRB5_CONFIG".to_owned(), path));
    let ran = door.run_with(&variables, &["-e", "1"]);
    ran.gave("", 4);
    ran.said(&[
        "Kerberos does not work on this machine (",
        "hint: klist tells what is wrong",
    ]);
}

/// Its keytab is older than its key: the ticket is good, and is of no use there.
#[test]
fn a_server_that_takes_no_token_is_told() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    door.realm.change_key("HTTP/localhost");
    door.leads_to(door.apache.each, &[]);
    let ran = door.run(&["-e", "1"]);
    ran.gave("", 4);
    ran.said(&[
        "answered 401 Unauthorized",
        "hint: the server has not accepted the Kerberos token: its keytab",
    ]);
}

#[test]
fn whoever_does_not_sign_on_is_told_how() {
    let door = Door::new();
    door.realm.ticket("alice", "1h");
    let url = format!("http://localhost:{}/livy", door.apache.each);
    door.leads_to_url(&url, &[]);
    let ran = door.run(&["-e", "1"]);
    ran.gave("", 4);
    ran.said(&["hint: sign on: --auth kerberos after kinit\n"]);
    door.run(&["--auth", "kerberos", "-e", "6 * 7"])
        .gave("42\n", 0);
}

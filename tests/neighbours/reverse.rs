//! nginx before the server: a path, a password, a rule against forged requests.

use super::{ALICE, ODD_PASSWORD, Place, WRONG};
use crate::support::neighbours::nginx::Nginx;
use crate::support::spark::strict;
use crate::support::{eventually, http};

#[test]
fn a_session_works_behind_a_path_and_a_password() {
    let place = Place::new();
    let url = format!("http://127.0.0.1:{}/livy", place.nginx.plain);
    // As HDInsight does: without the header nothing is changed.
    let alice = [("Authorization", "Basic YWxpY2U6czNjcjN0LTRmOWExYzc3")];
    let forged = http::request("POST", &format!("{url}/sessions"), &alice, "{}");
    assert_eq!(forged.status, 400, "{forged:?}");
    eventually("it is in the log", || {
        (!place.changes().is_empty()).then_some(())
    });
    std::fs::write(place.nginx.file("access.log"), "").unwrap();
    place.profile(&url, &[ALICE]);
    place.works(&[], &[]);
    let log = place.nginx.log();
    assert!(
        log.iter().all(|line| line.contains(" user=alice ")),
        "{log:?}"
    );
}

#[test]
fn a_name_with_dots_and_a_password_with_a_colon_sign_on() {
    let place = Place::new();
    place.secret("password", ODD_PASSWORD);
    let url = format!("http://127.0.0.1:{}/livy/", place.nginx.plain);
    place.profile(&url, &[&ALICE.replace("alice", "zoë")]);
    place.works(&[], &[]);
}

#[test]
fn a_wrong_password_is_told_and_changes_nothing() {
    let place = Place::new();
    let url = format!("http://127.0.0.1:{}/livy", place.nginx.plain);
    place.profile(&url, &[]);
    let ran = place.run(
        &["--user", "alice", "-e", "1"],
        &[("LIVYSH_PASSWORD", WRONG)],
    );
    ran.gave("", 4);
    ran.said(&[
        "/livy/sessions answered 401 Unauthorized",
        "hint: sign on: --auth basic",
    ]);
    assert_eq!(place.nginx.count("POST", "", 401), place.nginx.log().len());
}

/// Apache Livy's own behaviour, with a real Spark.
#[test]
fn a_real_spark_answers_behind_nginx() {
    let mut place = Place::new();
    place.nginx = Nginx::before(&strict());
    let url = format!("https://localhost:{}/livy", place.nginx.tls);
    place.profile(&url, &[ALICE, &place.trust()]);
    let ran = place.run(
        &["-l", "scala", "-e", "sc.parallelize(1 to 10).count()"],
        &[],
    );
    ran.gave("res0: Long = 10\n", 0);
    let changes = place.changes();
    assert_eq!(changes.len(), 3, "{changes:?}");
}

//! nginx with certificates: its own, good and bad, and those that it wants.

use super::{ALICE, PASSWORD, Place};
use crate::support::neighbours::authority::Authority;
use crate::support::neighbours::demanding;
use std::path::Path;

const WARNING: &str = "warning: certificates are not checked";

fn own(certificate: &Path, key: &Path, place: &Place) -> String {
    let authority = place.nginx.file("authority.pem");
    format!("tls = {{ ca_file = {authority:?}, cert_file = {certificate:?}, key_file = {key:?} }}")
}

#[test]
fn a_private_authority_is_named_in_a_flag_or_in_a_profile() {
    let place = Place::new();
    let url = format!("https://localhost:{}/livy", place.nginx.tls);
    place.profile(&url, &[ALICE, &place.trust()]);
    let ran = place.works(&[], &[]);
    assert!(!ran.err.contains(WARNING), "{}", ran.err);
    place.profile(&url, &[]);
    let authority = place.nginx.file("authority.pem");
    let arguments = [
        "--ca-file",
        authority.to_str().unwrap(),
        "--user",
        "alice",
        "-e",
        "6 * 7",
    ];
    place
        .run(&arguments, &[("LIVYSH_PASSWORD", PASSWORD)])
        .gave("42\n", 0);
}

#[test]
fn a_certificate_that_is_not_believed_is_told_each_in_its_words() {
    let place = Place::new();
    let trust = place.trust();
    for (port, settings, told, hint) in [
        (
            place.nginx.tls,
            "",
            "the server's certificate is signed by nobody who is known here",
            "hint: name the authority that has signed it: --ca-file FILE",
        ),
        (
            place.nginx.expired,
            trust.as_str(),
            "the server's certificate is out of date",
            "hint: it is the server's administrator who renews it",
        ),
        (
            place.nginx.other,
            &trust,
            "the server's certificate is of another host",
            "hint: use the name that the certificate is made for",
        ),
    ] {
        let url = format!("https://localhost:{port}/livy");
        place.profile(&url, &[ALICE, settings]);
        let ran = place.run(&["-e", "1"], &[]);
        ran.gave("", 3);
        ran.said(&[&format!("{url}/sessions: {told}"), hint]);
        assert!(!ran.err.contains("retrying"), "{}", ran.err);
    }
    assert!(place.nginx.log().is_empty());
}

#[test]
fn insecure_believes_everybody_and_warns_each_time() {
    let place = Place::new();
    for port in [place.nginx.expired, place.nginx.other] {
        let url = format!("https://localhost:{port}/livy");
        place.profile(&url, &[]);
        let ran = place.run(&["--insecure", "-e", "6 * 7"], &[]);
        ran.gave("42\n", 0);
        ran.said(&[WARNING]);
    }
    let url = format!("https://localhost:{}/livy", place.nginx.tls);
    place.profile(&url, &[ALICE, "tls.insecure = true"]);
    let ran = place.run(&["-e", "6 * 7"], &[]);
    ran.gave("42\n", 0);
    ran.said(&[WARNING]);
}

#[test]
fn a_certificate_of_ones_own_signs_on() {
    let place = Place::new();
    let (certificate, key) = (
        place.nginx.file("client.pem"),
        place.nginx.file("client.key"),
    );
    let url = format!("https://localhost:{}/livy", place.nginx.client);
    place.profile(&url, &[&own(&certificate, &key, &place)]);
    place.works(&[], &[]);
    let log = place.nginx.log();
    assert!(
        log.iter()
            .all(|line| line.ends_with(" certificate=CN=alice")),
        "{log:?}"
    );
}

/// nginx answers with a page, after a handshake that went well.
#[test]
fn a_missing_or_foreign_certificate_of_ones_own_is_told() {
    let place = Place::new();
    let url = format!("https://localhost:{}/livy", place.nginx.client);
    place.profile(&url, &[&place.trust()]);
    let ran = place.run(&["-e", "1"], &[]);
    ran.gave("", 3);
    ran.said(&[
        "answered 400 Bad Request: No required SSL certificate was sent\n",
        "hint: the server wants a certificate of yours: tls = { cert_file",
    ]);
    let (certificate, key) = (
        place.nginx.file("stranger.pem"),
        place.nginx.file("stranger.key"),
    );
    place.profile(&url, &[&own(&certificate, &key, &place)]);
    let ran = place.run(&["-e", "1"], &[]);
    ran.gave("", 3);
    ran.said(&[
        "answered 400 Bad Request: The SSL certificate error\n",
        "hint: the server does not trust your certificate",
    ]);
    assert!(place.nginx.log().iter().all(|line| line.contains(" 400 ")));
}

/// Other servers end the handshake; over TLS 1.3 the client hears of that when it has sent its request.
#[test]
fn a_handshake_that_the_server_ends_is_told_and_not_repeated() {
    let place = Place::new();
    let authority = Authority::new("an authority of the tests");
    let port = demanding::start(&authority.server(&["localhost"]));
    let trusted = place.home.write("authority.pem", &authority.pem);
    let (certificate, key) = (
        place.nginx.file("stranger.pem"),
        place.nginx.file("stranger.key"),
    );
    let nobody = format!("tls = {{ ca_file = {trusted:?} }}");
    let stranger = format!(
        "tls = {{ ca_file = {trusted:?}, cert_file = {certificate:?}, key_file = {key:?} }}"
    );
    let url = format!("https://localhost:{port}/livy");
    for settings in [nobody, stranger] {
        place.profile(&url, &[&settings]);
        let ran = place.run(&["-e", "1"], &[]);
        ran.gave("", 3);
        ran.said(&[
            "/sessions: the server wants a certificate of yours that it trusts",
            "hint: give the certificate that the server wants: tls = { cert_file",
        ]);
        // -v tells the request before it is sent, and each time how it went.
        let went = |line: &&str| line.starts_with("POST https://") && !line.contains(" {");
        assert_eq!(ran.err.lines().filter(went).count(), 1, "{}", ran.err);
    }
}

#[test]
fn http_to_a_port_of_https_is_told() {
    let place = Place::new();
    let url = format!("http://localhost:{}/livy", place.nginx.tls);
    place.profile(&url, &[ALICE]);
    let ran = place.run(&["-e", "1"], &[]);
    ran.gave("", 3);
    ran.said(&[
        "The plain HTTP request was sent to HTTPS port\n",
        "hint: use https:// in the URL",
    ]);
}

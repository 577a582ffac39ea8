//! TLS: the server's certificate, and those that it wants.

use super::{ALICE, PASSWORD, Place, failed, is_well, look, one};
use crate::support::neighbours::authority::{Authority, Signed};
use crate::support::neighbours::demanding;

#[test]
fn a_certificate_that_is_not_believed_is_told_with_what_it_says() {
    let place = Place::new();
    let trust = place.trust();
    for (port, settings, told, hint) in [
        (
            place.nginx.tls,
            "",
            "the certificate CN=server is issued by CN=an authority of the tests, whom nobody knows here",
            "--ca-file FILE",
        ),
        (
            place.nginx.expired,
            trust.as_str(),
            "the certificate CN=server is out of date since 2020-02-01",
            "it is the server's administrator who renews it",
        ),
        (
            place.nginx.other,
            &trust,
            "the certificate CN=server is for elsewhere.example, not for localhost",
            "use the name that the certificate is made for",
        ),
    ] {
        place.profile(
            &format!("https://localhost:{port}/livy"),
            &[ALICE, settings],
        );
        failed(&place.look(), 3, "TLS", told, hint);
    }
    // Nothing was asked over what is not believed.
    assert!(place.nginx.log().is_empty());
}

#[test]
fn whoever_believes_everybody_is_told_what_of() {
    let place = Place::new();
    let url = format!("https://localhost:{}/livy", place.nginx.expired);
    place.profile(&url, &["tls.insecure = true"]);
    let ran = look(&place.home, &[], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let told = one(&ran, "TLS");
    assert_eq!(told.state, "warning");
    assert!(
        told.text
            .contains("certificates are not checked (insecure), this one would not be believed"),
        "{told:?}"
    );
}

fn own(place: &Place, name: &str) -> String {
    let file = |name: &str| place.nginx.file(name);
    format!(
        "tls = {{ ca_file = {:?}, cert_file = {:?}, key_file = {:?} }}",
        file("authority.pem"),
        file(&format!("{name}.pem")),
        file(&format!("{name}.key"))
    )
}

/// nginx lets everybody in, and answers with a page.
#[test]
fn a_certificate_of_ones_own_that_is_missing_or_foreign_is_told() {
    let place = Place::new();
    let url = format!("https://localhost:{}/livy", place.nginx.client);
    place.profile(&url, &[&place.trust()]);
    failed(
        &look(&place.home, &[], &[]),
        3,
        "certificate",
        "the server wants a certificate of yours that it trusts: No required SSL certificate was sent",
        "tls = { cert_file",
    );
    place.profile(&url, &[&own(&place, "stranger")]);
    failed(
        &look(&place.home, &[], &[]),
        3,
        "certificate",
        "The SSL certificate error",
        "the server does not trust your certificate",
    );
    place.profile(&url, &[&own(&place, "client")]);
    let ran = look(&place.home, &[], &[]);
    is_well(&ran);
    assert_eq!(
        one(&ran, "certificate").text,
        "the server asked for one issued by CN=an authority of the tests; yours was shown, and is taken"
    );
}

/// Others end the handshake.
#[test]
fn a_handshake_that_the_server_ends_is_told() {
    let place = Place::new();
    let authority = Authority::new("an authority of the tests");
    let port = demanding::start(&authority.server(&["localhost"]));
    let trusted = place.home.write("authority.pem", &authority.pem);
    let trust = format!("tls.ca_file = {trusted:?}");
    place.profile(&format!("https://localhost:{port}/livy"), &[&trust]);
    failed(
        &look(&place.home, &[], &[]),
        3,
        "certificate",
        "the server wants a certificate of yours that it trusts",
        "tls = { cert_file",
    );
}

#[test]
fn a_certificate_that_ends_soon_is_worth_a_word() {
    let place = Place::new();
    let authority = Authority::new("an authority of the tests");
    let trusted = place.home.write("authority.pem", &authority.pem);
    let own = authority.soon_over(&["localhost"]);
    // Some send their authority's, too.
    let port = demanding::open(&Signed {
        certificate: own.certificate + &authority.pem,
        key: own.key,
    });
    let trust = format!("tls.ca_file = {trusted:?}");
    place.profile(&format!("https://localhost:{port}/livy"), &[&trust]);
    let ran = look(&place.home, &[], &[("OWN", PASSWORD)]);
    let told = one(&ran, "TLS");
    assert_eq!(told.state, "warning", "{ran:?}");
    assert!(
        told.text
            .ends_with("; sent with CN=an authority of the tests; it ends in 9 days"),
        "{told:?}"
    );
}

/// It is not the server's own that is over.
#[test]
fn a_certificate_between_that_is_over_is_told_by_its_name() {
    let place = Place::new();
    let authority = Authority::new("an authority of the tests");
    let between = authority.expired_below("an authority between");
    let own = between.server(&["localhost"]);
    let port = demanding::open(&Signed {
        certificate: own.certificate + &between.pem,
        key: own.key,
    });
    let trusted = place.home.write("authority.pem", &authority.pem);
    let trust = format!("tls.ca_file = {trusted:?}");
    place.profile(&format!("https://localhost:{port}/livy"), &[&trust]);
    failed(
        &look(&place.home, &[], &[]),
        3,
        "TLS",
        "the certificate CN=an authority between, which the server sends with its own, is out of date \
         since 2020-02-01",
        "it is the server's administrator who renews it",
    );
}

#[test]
fn http_and_https_that_are_mixed_up_are_told() {
    let place = Place::new();
    place.profile(&place.tls().replace("https", "http"), &[ALICE]);
    failed(
        &place.look(),
        3,
        "HTTP",
        "speaks TLS: “The plain HTTP request was sent to HTTPS port”",
        "use https:// in the URL",
    );
    let plain = place.plain().replace("http", "https");
    place.profile(&plain, &[ALICE]);
    failed(
        &place.look(),
        3,
        "TLS",
        "does not speak TLS",
        "use http:// in the URL",
    );
    // One that ends it with an alert.
    let authority = Authority::new("an authority of the tests");
    let port = demanding::start(&authority.server(&["localhost"]));
    place.profile(&format!("http://localhost:{port}/livy"), &[]);
    failed(
        &look(&place.home, &[], &[]),
        3,
        "HTTP",
        "speaks TLS, not plain HTTP",
        "use https:// in the URL",
    );
}

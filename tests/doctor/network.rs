//! Names, ports, and proxies on the way.

use super::{ALICE, PASSWORD, PROXY_PASSWORD, Place, WRONG, checks, failed, is_well, look, one};
use crate::support::neighbours::authority::Authority;
use crate::support::neighbours::forward::Forward;
use crate::support::neighbours::secured;
use crate::support::processes::send;
use crate::support::program::{Home, Ran};
use nix::sys::signal::Signal;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const USER: &str = "corp";

fn through(proxy: &str) -> String {
    format!("proxy = {{ url = '{proxy}', user = '{USER}', password_env = 'PROXY' }}")
}

#[test]
fn a_name_that_nobody_knows_is_told() {
    let home = Home::new();
    let ran = home.run(&["doctor", "http://livysh-nowhere.invalid:8998"]);
    failed(
        &ran,
        3,
        "name",
        "livysh-nowhere.invalid has no address",
        "check the host's name, and whether a VPN or a proxy is needed",
    );
    let after: Vec<String> = checks(&ran.out)
        .into_iter()
        .filter(|told| told.state == "skipped")
        .map(|told| told.name)
        .collect();
    assert_eq!(after[..2], ["connection", "sign-on"]);
}

/// Nobody but root can listen there, and nobody does.
#[test]
fn a_port_where_nobody_listens_is_told_with_the_tunnel_of_the_profile() {
    let home = Home::new();
    home.profile(
        "p",
        "http://127.0.0.1:1",
        &["tunnel_hint = 'ssh -L 1:livy:8998 edge'"],
    );
    let ran = look(&home, &[], &[]);
    failed(
        &ran,
        3,
        "connection",
        "127.0.0.1:1 refused the connection",
        "ssh -L 1:livy:8998 edge",
    );
    assert!(
        one(&ran, "connection").hint.contains("check host and port"),
        "{ran:?}"
    );
}

#[test]
fn a_server_that_is_silent_is_told() {
    let home = Home::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    home.profile("p", &format!("http://{address}"), &["timeout = '1s'"]);
    let ran = look(&home, &[], &[]);
    failed(&ran, 3, "HTTP", "nothing came within 1 s", "overloaded");
    home.profile("p", &format!("https://{address}"), &["timeout = '1s'"]);
    let ran = look(&home, &[], &[]);
    failed(
        &ran,
        3,
        "TLS",
        "no handshake within 1 s",
        "whether http:// is meant",
    );
}

/// What came is not called nothing.
#[test]
fn an_answer_that_stops_is_told() {
    let home = Home::new();
    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", slow.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for mut stream in slow.incoming().flatten() {
            stream.write_all(b"HTTP/1.1 200 OK\r\nServer: ").unwrap();
            held.push(stream);
        }
    });
    home.profile("p", &url, &["timeout = '1s'"]);
    let ran = look(&home, &[], &[]);
    failed(
        &ran,
        3,
        "HTTP",
        "only the beginning of an answer came within 1 s",
        "overloaded",
    );
}

#[test]
fn ctrl_c_ends_it() {
    let home = Home::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    home.profile("p", &url, &["timeout = '10m'"]);
    let mut child = home.command(&["-p", "p", "doctor"]).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("connection") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    send(child.id(), Signal::SIGINT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_way_through_proxies_is_told() {
    let place = Place::new();
    let (tiny, socks) = (
        Forward::tinyproxy(USER, PROXY_PASSWORD),
        Forward::microsocks(USER, PROXY_PASSWORD),
    );
    let both = [("OWN", PASSWORD), ("PROXY", PROXY_PASSWORD)];
    let named = format!("https://livy.test:{}/livy", place.nginx.tls);
    for (url, proxy) in [
        (place.plain(), &tiny),
        (named.clone(), &tiny),
        (named, &socks),
    ] {
        place.profile(&url, &[ALICE, &place.trust(), &through(&proxy.url)]);
        let mut ran = look(&place.home, &[], &both);
        // On a busy machine tinyproxy ends a connection before it has answered, now and then.
        if ran
            .err
            .contains("the connection was ended without an answer")
        {
            ran = look(&place.home, &[], &both);
        }
        is_well(&ran);
        let told = one(&ran, "proxy").text;
        let expected = format!("{}, as corp ([profiles.p] of ", proxy.url);
        assert!(told.starts_with(&expected), "{told}");
        if url.starts_with("https") {
            let told = one(&ran, "tunnel").text;
            assert!(
                told.starts_with("the proxy connects to livy.test:"),
                "{told}"
            );
        }
    }
}

/// Both handshakes are told, that with the proxy first.
#[test]
fn a_way_through_a_proxy_that_speaks_tls_is_told() {
    let (place, tiny) = (Place::new(), Forward::tinyproxy(USER, PROXY_PASSWORD));
    let authority = Authority::new("an authority of the way");
    let own = authority.server(&["localhost"]);
    let port = secured::before(tiny.url.replace("http://", ""), &own);
    let both = std::fs::read_to_string(place.nginx.file("authority.pem")).unwrap();
    let both = place.home.write("both.pem", &(both + &authority.pem));
    let url = format!("https://livy.test:{}/livy", place.nginx.tls);
    let trust = format!("tls.ca_file = {both:?}");
    let proxy = through(&format!("https://localhost:{port}"));
    place.profile(&url, &[ALICE, &trust, &proxy]);
    let variables = [("OWN", PASSWORD), ("PROXY", PROXY_PASSWORD)];
    let ran = look(&place.home, &[], &variables);
    is_well(&ran);
    let all = checks(&ran.out);
    let secured: Vec<&str> = all
        .iter()
        .filter(|told| told.name == "TLS")
        .map(|told| told.text.as_str())
        .collect();
    assert_eq!(secured.len(), 2, "{ran:?}");
    assert!(secured[0].contains("CN=an authority of the way"), "{ran:?}");
    assert!(secured[1].contains("livy.test"), "{ran:?}");
}

#[test]
fn a_password_that_everybody_on_the_way_reads_is_worth_a_word() {
    let (place, proxy) = (Place::new(), Forward::tinyproxy(USER, PROXY_PASSWORD));
    let url = format!("http://livy.test:{}/livy", place.nginx.plain);
    place.profile(&url, &[ALICE, &through(&proxy.url)]);
    let ran = look(
        &place.home,
        &[],
        &[("OWN", PASSWORD), ("PROXY", PROXY_PASSWORD)],
    );
    let told = one(&ran, "TLS");
    assert_eq!((ran.code, told.state.as_str()), (0, "warning"), "{ran:?}");
    assert!(told.text.contains("reads the password"), "{told:?}");
}

/// As each request goes through it, in a tunnel, and by SOCKS.
#[test]
fn a_proxy_that_knows_nobody_of_that_name_is_told() {
    let place = Place::new();
    let (tiny, socks) = (
        Forward::tinyproxy(USER, PROXY_PASSWORD),
        Forward::microsocks(USER, PROXY_PASSWORD),
    );
    let wrong = [("OWN", PASSWORD), ("PROXY", WRONG)];
    for (url, proxy) in [
        (place.plain(), &tiny),
        (place.tls(), &tiny),
        (place.tls(), &socks),
    ] {
        place.profile(&url, &[ALICE, &place.trust(), &through(&proxy.url)]);
        let ran = look(&place.home, &[], &wrong);
        let first = checks(&ran.out);
        let first = first.iter().find(|told| told.state == "failed").unwrap();
        assert_eq!(first.name, "proxy", "{ran:?}");
        assert!(first.hint.contains("name a user of the proxy"), "{ran:?}");
        assert_eq!(ran.code, 3, "{ran:?}");
    }
    assert!(place.nginx.log().is_empty());
}

#[test]
fn a_proxy_that_is_away_or_connects_to_nobody_is_told() {
    let place = Place::new();
    let tiny = Forward::tinyproxy(USER, PROXY_PASSWORD);
    let both = [("OWN", PASSWORD), ("PROXY", PROXY_PASSWORD)];
    let hint = "tunnel_hint = 'ssh -L 1:livy:8998 edge'";
    place.profile(&place.tls(), &[ALICE, hint, &through("http://127.0.0.1:1")]);
    let ran = look(&place.home, &[], &both);
    failed(
        &ran,
        3,
        "connection",
        "the proxy 127.0.0.1:1 refused the connection",
        "check the proxy's address, and that it runs",
    );
    // Nothing of Livy's, and of the way to it.
    assert!(
        !ran.out.contains("8998") && !ran.out.contains("ssh"),
        "{ran:?}"
    );
    place.profile("https://localhost:1/livy", &[ALICE, &through(&tiny.url)]);
    let ran = look(&place.home, &[], &both);
    failed(
        &ran,
        3,
        "tunnel",
        "the proxy does not connect to localhost:1",
        "whether it may connect to that host and port",
    );
}

/// It is for others than this machine, and told with its variable.
#[test]
fn the_environments_proxy_is_told() {
    let home = Home::new();
    let mut command = home.command(&["doctor", "http://livysh-nowhere.invalid:8998"]);
    command.env("http_proxy", "http://corp:pr0xy-8d1b02ee@127.0.0.1:1");
    let ran = Ran::of(command.output().unwrap());
    super::is_clean(&home, &[&ran.out, &ran.err]);
    failed(
        &ran,
        3,
        "connection",
        "the proxy 127.0.0.1:1 refused the connection",
        "check the proxy's address",
    );
    assert_eq!(
        one(&ran, "proxy").text,
        "http://127.0.0.1:1, as corp (environment variable http_proxy)"
    );
    let mut command = home.command(&["doctor", "http://127.0.0.1:1"]);
    command.env("http_proxy", "http://127.0.0.1:2");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(
        one(&ran, "proxy").text,
        "none: the server is this machine's own"
    );
}

//! Proxies that requests are sent through, with a user and a password of their own.

use super::{ALICE, PASSWORD, PROXY_PASSWORD, Place, WRONG, holds_no_secret};
use crate::secrets::files_below;
use crate::support::neighbours::forward::Forward;
use crate::support::pty::Screen;

const USER: &str = "corp";
const REFUSED: &str = "the proxy wants a user and password that it knows";
const HINT: &str = "hint: name a user of the proxy: proxy = { url = ";

fn tinyproxy() -> Forward {
    Forward::tinyproxy(USER, PROXY_PASSWORD)
}

/// A profile's proxy, with whom it knows.
fn through(proxy: &Forward) -> String {
    format!(
        "proxy = {{ url = {:?}, user = '{USER}', password_env = 'OWN' }}",
        proxy.url
    )
}

/// The proxy's own is not for the server.
fn nothing_of_the_proxy_arrives(place: &Place) {
    let log = place.nginx.log();
    assert!(log.iter().all(|line| line.contains(" proxy=- ")), "{log:?}");
}

#[test]
fn a_session_works_through_tinyproxy() {
    let (place, proxy) = (Place::new(), tinyproxy());
    let url = format!("http://127.0.0.1:{}/livy", place.nginx.plain);
    place.profile(&url, &[ALICE, &through(&proxy)]);
    place.works(&[], &[("OWN", PROXY_PASSWORD)]);
    nothing_of_the_proxy_arrives(&place);
    let log = place.nginx.log();
    assert!(
        log.iter().all(|line| line.contains(" via=1.1 tinyproxy ")),
        "{log:?}"
    );
}

#[test]
fn a_session_works_through_a_tunnel() {
    let (place, proxy) = (Place::new(), tinyproxy());
    let url = format!("https://livy.test:{}/livy", place.nginx.tls);
    place.profile(&url, &[ALICE, &place.trust(), &through(&proxy)]);
    place.works(&[], &[("OWN", PROXY_PASSWORD)]);
    nothing_of_the_proxy_arrives(&place);
}

/// The name is known to the proxy alone.
#[test]
fn a_session_works_through_socks() {
    let (place, proxy) = (Place::new(), Forward::microsocks(USER, PROXY_PASSWORD));
    let url = format!("https://livy.test:{}/livy", place.nginx.tls);
    place.profile(&url, &[ALICE, &place.trust(), &through(&proxy)]);
    place.works(&[], &[("OWN", PROXY_PASSWORD)]);
}

#[test]
fn a_name_that_only_a_socks_proxy_knows_is_not_found_here() {
    let (place, proxy) = (Place::new(), Forward::microsocks(USER, PROXY_PASSWORD));
    let url = format!("http://livy.test:{}/livy", place.nginx.plain);
    let local = through(&proxy).replace("socks5h", "socks5");
    for (proxy, code, told) in [(through(&proxy), 0, ""), (local, 3, "was not found")] {
        place.profile(&url, &[ALICE, &proxy]);
        let ran = place.run(
            &["--retry-for", "1s", "-e", "6 * 7"],
            &[("OWN", PROXY_PASSWORD)],
        );
        assert_eq!(ran.code, code, "{ran:?}");
        ran.said(&[told]);
    }
}

/// With plain requests, in tunnels and with SOCKS: without a user, and with a wrong password.
#[test]
fn a_proxy_that_does_not_know_who_asks_is_told() {
    let place = Place::new();
    let (tinyproxy, microsocks) = (tinyproxy(), Forward::microsocks(USER, PROXY_PASSWORD));
    let plain = format!("http://127.0.0.1:{}/livy", place.nginx.plain);
    let tls = format!("https://localhost:{}/livy", place.nginx.tls);
    // What tinyproxy says of a wrong password in a tunnel cannot be told from its other refusals.
    let no_tunnel = "the proxy made no connection";
    let password = "check the proxy's address, its user and password";
    for (url, proxy, without, wrong) in [
        (&plain, &tinyproxy, (REFUSED, HINT), (REFUSED, HINT)),
        (&tls, &tinyproxy, (REFUSED, HINT), (no_tunnel, password)),
        (&plain, &microsocks, (REFUSED, HINT), (REFUSED, HINT)),
        (&tls, &microsocks, (REFUSED, HINT), (REFUSED, HINT)),
    ] {
        let nobody = format!("proxy = {:?}", proxy.url);
        for (settings, (told, hint)) in [(nobody, without), (through(proxy), wrong)] {
            place.profile(url, &[ALICE, &place.trust(), &settings]);
            let ran = place.run(&["--retry-for", "1s", "-e", "1"], &[("OWN", WRONG)]);
            ran.gave("", 3);
            ran.said(&[&format!("{url}/sessions: {told}"), hint]);
            assert!(!ran.err.contains("LIVYSH_PASSWORD"), "{}", ran.err);
        }
    }
    assert!(place.nginx.log().is_empty());
}

/// Who asks the server has not been turned away by it.
#[test]
fn a_proxys_refusal_costs_no_token() {
    let (place, proxy) = (Place::new(), tinyproxy());
    let url = format!("http://127.0.0.1:{}/livy", place.nginx.plain);
    let auth =
        "auth = { type = 'bearer', command = ['sh', '-c', 'echo . >> runs; echo t0k3n-51c2'] }";
    place.profile(&url, &[auth, &through(&proxy)]);
    let ran = place.run(&["--retry-for", "1s", "-e", "1"], &[("OWN", WRONG)]);
    ran.gave("", 3);
    ran.said(&[REFUSED]);
    let runs = std::fs::read_to_string(place.home.path().join("runs")).unwrap();
    assert_eq!(runs, ".\n");
}

#[test]
fn a_proxy_that_is_away_and_a_server_that_is_away_behind_it_are_told() {
    let (place, proxy) = (Place::new(), tinyproxy());
    for (url, proxy, told) in [
        // Nobody but root can listen there, and nobody does.
        (
            "http://localhost/livy",
            "http://127.0.0.1:1",
            "the proxy made no connection (Connection refused",
        ),
        (
            "https://localhost/livy",
            "http://127.0.0.1:1",
            "the proxy made no connection (Connection refused",
        ),
        (
            "http://localhost/livy",
            "socks5h://127.0.0.1:1",
            "the proxy made no connection",
        ),
        (
            "https://localhost:1/livy",
            &proxy.url,
            "the proxy made no connection",
        ),
        (
            "http://localhost:1/livy",
            &proxy.url,
            "answered 500 Internal Server Error: Unable to connect",
        ),
    ] {
        let settings =
            format!("proxy = {{ url = '{proxy}', user = '{USER}', password_env = 'OWN' }}");
        place.profile(url, &[ALICE, &settings]);
        let ran = place.run(
            &["--retry-for", "1s", "-e", "1"],
            &[("OWN", PROXY_PASSWORD)],
        );
        ran.gave("", 3);
        ran.said(&[told]);
    }
}

/// The flag, and its password where no profile names another.
#[test]
fn no_secret_of_a_proxy_shows_at_a_prompt() {
    let (place, proxy) = (Place::new(), tinyproxy());
    let url = format!("http://127.0.0.1:{}/livy", place.nginx.plain);
    place.profile(&url, &[ALICE]);
    place.secret("proxy", PROXY_PASSWORD);
    let address = proxy.url.replace("//", "//corp@");
    let program = place
        .home
        .command(&[])
        .get_program()
        .to_str()
        .unwrap()
        .to_owned();
    let command = format!(
        "LIVYSH_PROXY_PASSWORD=$(cat proxy) exec '{program}' -p p -l python -v --proxy {address}"
    );
    let mut screen = Screen::run(&place.home, "sh", &["-c", &command], 60, 160);
    screen.wait_for("Spark session available");
    screen.line("6 * 7");
    screen.wait_for("\n42");
    screen.line(":session");
    screen.wait_for("made by livysh");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    let mut left = String::new();
    files_below(&place.home.path().join("state"), &mut left);
    assert!(left.contains("6 * 7"), "{left}");
    holds_no_secret(&left);
    holds_no_secret(&String::from_utf8_lossy(&screen.raw()));
    // It was signed on with.
    assert!(
        place
            .nginx
            .log()
            .iter()
            .all(|line| line.contains(" user=alice ")),
        "{PASSWORD}"
    );
}

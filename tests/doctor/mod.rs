//! `livysh doctor` before each neighbour with one thing broken: the first line that says `failed` names that
//! thing, with what to do, and no secret stands in what is told.
//!
//! | file              | what is broken                                   |
//! |-------------------|--------------------------------------------------|
//! | `network.rs`      | names, ports, proxies                            |
//! | `certificates.rs` | TLS, on either side                              |
//! | `identities.rs`   | passwords, tokens, keys, clocks                  |
//! | `kerberos.rs`     | tickets                                          |
//! | `services.rs`     | what answers, and whether it lets changes through |
//! | `inside.rs`       | `:doctor`                                        |

mod certificates;
mod identities;
mod inside;
mod kerberos;
mod network;
mod services;

use crate::secrets::files_below;
use crate::support::neighbours::nginx::Nginx;
use crate::support::program::{Home, Ran};
use crate::support::stub;
use livysh::local::Server;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

/// The passwords that nginx and the proxies know, and one that nobody does.
const PASSWORD: &str = "s3cr3t-4f9a1c77";
const PROXY_PASSWORD: &str = "pr0xy-8d1b02ee";
const WRONG: &str = "wr0ng-77ac19d0";
/// As they are, and as they are sent: alice's, corp's, both with the wrong one.
const SECRETS: [&str; 7] = [
    PASSWORD,
    PROXY_PASSWORD,
    WRONG,
    "YWxpY2U6czNjcjN0LTRmOWExYzc3",
    "Y29ycDpwcjB4eS04ZDFiMDJlZQ==",
    "Y29ycDp3cjBuZy03N2FjMTlkMA==",
    "YWxpY2U6d3IwbmctNzdhYzE5ZDA=",
];

const ALICE: &str = "auth = { type = 'basic', user = 'alice', password_env = 'OWN' }";

/// A line of what was told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    state: String,
    name: String,
    text: String,
    hint: String,
}

/// What was told, check by check.
fn checks(text: &str) -> Vec<Told> {
    let mut checks: Vec<Told> = Vec::new();
    for line in text.lines().skip(1) {
        match (line.starts_with(' '), checks.last_mut()) {
            (true, Some(last)) => last.hint.push_str(line.trim_start()),
            _ if line.len() > 24 => checks.push(Told {
                state: line[..7].trim().to_owned(),
                name: line[9..22].trim().to_owned(),
                text: line[24..].to_owned(),
                hint: String::new(),
            }),
            _ => {}
        }
    }
    checks
}

#[track_caller]
fn one(ran: &Ran, name: &str) -> Told {
    let all = checks(&ran.out);
    let found = all.iter().find(|told| told.name == name);
    found
        .cloned()
        .unwrap_or_else(|| panic!("no {name} in {ran:?}"))
}

/// The first that has failed is this one, says this, and this is to be tried; it is the last word, too.
#[track_caller]
fn failed(ran: &Ran, code: i32, name: &str, text: &str, hint: &str) {
    let all = checks(&ran.out);
    let first = all.iter().find(|told| told.state == "failed");
    let first = first.unwrap_or_else(|| panic!("nothing has failed: {ran:?}"));
    assert_eq!(first.name, name, "{ran:?}");
    assert!(first.text.contains(text), "no “{text}” in {ran:?}");
    assert!(
        first.hint.starts_with("hint: ") && first.hint.contains(hint),
        "no “{hint}” in {ran:?}"
    );
    assert_eq!(ran.code, code, "{ran:?}");
    assert_eq!(ran.err, format!("livysh: {name}: {}\n", first.text));
}

/// Nothing has failed, and nothing is worth a word.
#[track_caller]
fn is_well(ran: &Ran) {
    assert!(ran.out.ends_with("\nNothing is wrong.\n"), "{ran:?}");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let mut states = checks(&ran.out).into_iter().map(|told| told.state);
    assert!(
        states.all(|state| state == "ok" || state == "skipped"),
        "{ran:?}"
    );
}

#[track_caller]
fn is_clean(home: &Home, texts: &[&str]) {
    let mut left = String::new();
    files_below(&home.path().join("state"), &mut left);
    for text in texts.iter().copied().chain([left.as_str()]) {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} stands in {text}");
        }
    }
}

/// Looks at the profile `p`.
#[track_caller]
fn look(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = home.command(&[&["-p", "p", "doctor"], arguments].concat());
    command.envs(variables.iter().copied());
    let ran = Ran::of(command.output().unwrap());
    is_clean(home, &[&ran.out, &ran.err]);
    ran
}

/// A server without Spark, nginx before it, and a home with a profile `p`.
struct Place {
    home: Home,
    server: Server,
    nginx: Nginx,
}

impl Place {
    fn new() -> Place {
        let home = Home::new();
        let server = stub::serve(&home);
        let nginx = Nginx::before(&server.url());
        Place {
            home,
            server,
            nginx,
        }
    }

    fn profile(&self, url: &str, settings: &[&str]) {
        self.home.profile("p", url, settings);
    }

    fn plain(&self) -> String {
        format!("http://127.0.0.1:{}/livy", self.nginx.plain)
    }

    fn tls(&self) -> String {
        format!("https://localhost:{}/livy", self.nginx.tls)
    }

    /// What trusts the authority of the tests.
    fn trust(&self) -> String {
        format!("tls.ca_file = {:?}", self.nginx.file("authority.pem"))
    }

    /// Alice, with her password.
    #[track_caller]
    fn look(&self) -> Ran {
        look(&self.home, &[], &[("OWN", PASSWORD)])
    }
}

/// A file that nobody else may read.
fn private(home: &Home, name: &str, text: &str) {
    let path = home.write(name, text);
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_server_that_is_well_is_told_so() {
    let place = Place::new();
    let url = place.server.url();
    let ran = place.home.run(&["doctor", &url]);
    is_well(&ran);
    let names: Vec<String> = checks(&ran.out).into_iter().map(|told| told.name).collect();
    let expected = [
        "configuration",
        "proxy",
        "name",
        "connection",
        "TLS",
        "HTTP",
        "clock",
        "identity",
        "sign-on",
        "owner",
        "service",
        "latency",
        "changes",
        "create",
        "keep-alive",
        "terminal",
        "local Spark",
        "folder",
        "folder",
        "folder",
    ];
    assert_eq!(names, expected, "{ran:?}");
    assert!(one(&ran, "service").text.starts_with("Livy 0.9"), "{ran:?}");
    assert!(one(&ran, "create").text.contains("--create"), "{ran:?}");
    // Nothing was made.
    let made = crate::support::http::get(&format!("{url}/sessions")).json();
    assert_eq!(made["total"], 0);
}

#[test]
fn a_gateway_that_is_well_is_told_so() {
    let place = Place::new();
    place.profile(&place.tls(), &[ALICE, &place.trust()]);
    let ran = place.look();
    is_well(&ran);
    let tls = one(&ran, "TLS").text;
    for part in [
        "; the certificate CN=server for localhost, livy.test, 127.0.0.1, issued by",
        "CN=an authority of the tests",
        "nothing is sent with it",
    ] {
        assert!(tls.contains(part), "no “{part}” in {tls}");
    }
    assert_eq!(one(&ran, "identity").text, "alice, with a password");
    assert!(one(&ran, "HTTP").text.contains("401"), "{ran:?}");
}

#[test]
fn machines_read_a_document() {
    let place = Place::new();
    place.profile(&place.plain(), &[ALICE]);
    let ran = look(&place.home, &["-o", "json"], &[("OWN", WRONG)]);
    assert_eq!(ran.code, 4, "{ran:?}");
    let all: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    let failed = all.iter().find(|one| one["state"] == "failed").unwrap();
    assert_eq!(failed["check"], "sign-on");
    assert!(failed["text"].as_str().unwrap().contains("401"), "{failed}");
    assert!(failed["hint"].as_str().unwrap().contains("LIVYSH_PASSWORD"));
    assert!(all.iter().all(|one| one.as_object().unwrap().len() == 4));
}

#[test]
fn a_key_that_there_is_not_is_worth_a_word() {
    let place = Place::new();
    let url = place.server.url();
    place.profile(&url, &["proxie = 'http://h'"]);
    let ran = look(&place.home, &[], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let all = checks(&ran.out);
    let origin = format!("{url} ([profiles.p] of ");
    assert!(all[0].text.starts_with(&origin), "{ran:?}");
    assert_eq!(
        (all[1].state.as_str(), all[1].name.as_str()),
        ("warning", "configuration")
    );
    assert!(
        all[1].text.contains("has no key proxie: is proxy meant?"),
        "{ran:?}"
    );
    assert!(
        ran.out
            .ends_with("\nNothing has failed; there is a warning.\n"),
        "{ran:?}"
    );
}

#[test]
fn what_is_not_configured_is_told_first() {
    let home = Home::new();
    let ran = home.run(&["doctor"]);
    failed(
        &ran,
        2,
        "configuration",
        "no Livy server is named",
        "name one in one of three ways",
    );
    let ran = home.run(&["doctor", "--url", "http://h:1", "--user", "alice"]);
    failed(
        &ran,
        2,
        "configuration",
        "the environment variable LIVYSH_PASSWORD is needed",
        "set it in",
    );
    home.profile("p", "http://alice:s3cr3t-4f9a1c77@h", &[]);
    let ran = look(&home, &[], &[]);
    failed(
        &ran,
        2,
        "configuration",
        "the URL holds a user or password",
        "leave them out",
    );
    let ran = home.run(&["doctor", "-o", "csv"]);
    ran.gave("", 2);
}

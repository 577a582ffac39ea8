//! Passwords, tokens, keys of AWS, and clocks.

use super::{ALICE, PASSWORD, Place, WRONG, failed, is_well, look, one, private};
use crate::support::preload;
use crate::support::program::{Home, Ran};
use crate::support::scripted::{Answer, Request, Scripted};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use std::time::{Duration, SystemTime};

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI-K7MDENG"),
];

#[test]
fn a_wrong_password_is_told() {
    let place = Place::new();
    place.profile(&place.plain(), &[ALICE]);
    let ran = look(&place.home, &[], &[("OWN", WRONG)]);
    failed(
        &ran,
        4,
        "sign-on",
        "answered 401 Unauthorized",
        "sign on: --auth basic",
    );
    assert_eq!(one(&ran, "service").state, "skipped");
    // A password that is wrong is not tried a second time.
    let log = place.nginx.log();
    let with_user = log.iter().filter(|line| !line.contains(" user=- "));
    assert_eq!(with_user.count(), 1, "{log:?}");
}

/// A server that takes everybody.
fn open() -> Scripted {
    dated(0)
}

/// The same, whose clock is so many seconds ahead.
fn dated(ahead: i64) -> Scripted {
    Scripted::start(move |request: &Request| {
        let now = SystemTime::now();
        let far = Duration::from_secs(ahead.unsigned_abs());
        let date = if ahead < 0 { now - far } else { now + far };
        let mut answer = match request.path.as_str() {
            "/version" => Answer::json("200 OK", r#"{"version":"0.8.0"}"#),
            path if path.starts_with("/sessions?") => {
                Answer::json("200 OK", r#"{"from":0,"total":0,"sessions":[]}"#)
            }
            _ => Answer::json(
                "404 Not Found",
                r#"{"msg":"Session '2147483647' not found."}"#,
            ),
        };
        answer.headers.push(("Date", httpdate::fmt_http_date(date)));
        answer
    })
}

/// A token that ends so many seconds from now on.
fn token(seconds: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let end = now.unwrap().as_secs() as i64 + seconds;
    let claims = json!({"upn": "alice@example.net", "aud": "https://livy.example", "exp": end});
    format!(
        "e30.{}.c2VjcmV0",
        URL_SAFE_NO_PAD.encode(claims.to_string())
    )
}

/// One that takes nobody, whose clock is so many seconds ahead.
fn refusing(ahead: i64) -> Scripted {
    Scripted::start(move |_: &Request| {
        let now = SystemTime::now();
        let far = Duration::from_secs(ahead.unsigned_abs());
        let date = if ahead < 0 { now - far } else { now + far };
        let mut answer = Answer::json("401 Unauthorized", r#"{"msg":"not you"}"#);
        answer.headers.push(("Date", httpdate::fmt_http_date(date)));
        answer
    })
}

#[track_caller]
fn with_token(token: &str, server: &Scripted) -> Ran {
    let home = Home::new();
    let mut command = home.command(&["doctor", &server.url, "--auth", "bearer"]);
    command.env("LIVYSH_TOKEN", token);
    let ran = Ran::of(command.output().unwrap());
    for secret in [token, token.split('.').nth(1).unwrap(), "c2VjcmV0"] {
        assert!(
            !ran.out.contains(secret) && !ran.err.contains(secret),
            "{ran:?}"
        );
    }
    ran
}

#[test]
fn a_token_that_has_ended_is_told_first_where_it_is_not_taken() {
    let ran = with_token(&token(-7_200), &refusing(0));
    failed(&ran, 4, "sign-on", " ago: GET ", "get a new one");
    let ended = "a token of alice@example.net for https://livy.example, ended at ";
    assert!(one(&ran, "sign-on").text.starts_with(ended), "{ran:?}");
    // The server may take it all the same, and says so.
    let ran = with_token(&token(-7_200), &open());
    let told = one(&ran, "identity");
    assert_eq!((ran.code, told.state.as_str()), (0, "warning"), "{ran:?}");
    assert!(told.text.starts_with(ended), "{told:?}");
    // By the server's clock it holds.
    let ran = with_token(&token(-3_500), &dated(-10_800));
    let told = one(&ran, "identity");
    assert_eq!(told.state, "ok", "{ran:?}");
    assert!(told.text.ends_with(", in 2 hours"), "{told:?}");
    let ran = with_token(&token(7_300), &open());
    is_well(&ran);
    assert!(
        one(&ran, "identity").text.ends_with(", in 2 hours"),
        "{ran:?}"
    );
    let ran = with_token(&token(200), &open());
    assert_eq!(one(&ran, "identity").state, "warning", "{ran:?}");
    let ran = with_token("opaque.of-its-own.token", &open());
    assert_eq!(one(&ran, "identity").text, "a token");
}

#[test]
fn a_program_that_prints_no_token_is_told() {
    let (home, server) = (Home::new(), open());
    private(&home, "broken", "echo sign on anew >&2; exit 1");
    let auth = "auth = { type = 'bearer', command = ['sh', 'broken'] }";
    home.profile("p", &server.url, &[auth]);
    let ran = look(&home, &[], &[]);
    failed(
        &ran,
        4,
        "identity",
        "sign on anew",
        "sign on with the program",
    );
    assert_eq!(one(&ran, "sign-on").state, "skipped");
    private(&home, "works", "echo s3cr3t-4f9a1c77");
    let auth = auth.replace("broken", "works");
    home.profile("p", &server.url, &[&auth]);
    let ran = look(&home, &[], &[]);
    is_well(&ran);
    assert_eq!(one(&ran, "identity").text, "a token that sh prints");
}

/// Where it says itself until when that holds.
#[test]
fn the_end_of_a_printed_token_is_told() {
    let (home, server) = (Home::new(), open());
    private(
        &home,
        "works",
        "echo '{\"token\":\"s3cr3t-4f9a1c77\",\"left\":7300}'",
    );
    let auth = "auth = { type = 'bearer', command = ['sh', 'works'], token_pointer = '/token', \
                expiry = { pointer = '/left', unit = 'relative' } }";
    home.profile("p", &server.url, &[auth]);
    let ran = look(&home, &[], &[]);
    is_well(&ran);
    let told = one(&ran, "identity").text;
    assert!(
        told.starts_with("a token that sh prints, until ") && told.ends_with(", in 2 hours"),
        "{told}"
    );
}

/// One that is had anew before it ends is well, however short its time; who gives it is watched.
#[test]
fn a_token_of_a_service_is_well_and_how_it_came_is_told() {
    let (home, server) = (Home::new(), open());
    let (given, held) = (token(200), token(200));
    let tokens = Scripted::start(move |_: &Request| {
        let body = json!({ "access_token": given, "token_type": "Bearer" });
        Answer::json("200 OK", body.to_string())
    });
    let auth = |url: &str| {
        format!(
            "auth = {{ type = 'bearer', source = 'http', token_url = '{url}', login = {{ type = 'basic', user = 'alice', \
             password_env = 'OWN' }} }}"
        )
    };
    home.profile("p", &server.url, &[&auth(&format!("{}/token", tokens.url))]);
    let ran = look(&home, &["-v"], &[("OWN", PASSWORD)]);
    assert_eq!((ran.code, tokens.count("GET", "/token")), (0, 1), "{ran:?}");
    assert_eq!(one(&ran, "identity").state, "ok", "{ran:?}");
    let watched = format!("GET {}/token", tokens.url);
    assert!(
        ran.err.contains(&watched) || ran.out.contains(&watched),
        "{ran:?}"
    );
    // To another machine it goes for all to read.
    let url = "http://livysh-nowhere.invalid/token";
    home.profile("p", &server.url, &[&auth(url)]);
    let ran = look(&home, &[], &[("OWN", PASSWORD)]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(
        ran.out.contains(
            "warning  TLS            none to http://livysh-nowhere.invalid/token: whoever is on the way reads \
             the password and the token"
        ),
        "{ran:?}"
    );
    // So is one that a program prints.
    private(&home, "works", &format!("echo {held}"));
    let auth = "auth = { type = 'bearer', command = ['sh', 'works'] }";
    home.profile("p", &server.url, &[auth]);
    let ran = look(&home, &[], &[]);
    assert_eq!(one(&ran, "identity").state, "ok", "{ran:?}");
}

/// What was read from the environment for a session is no one's to see; what a preset sends is known to all.
#[test]
fn settings_of_a_session_are_concealed_and_headers_of_presets_are_not() {
    let server = Scripted::start(|request: &Request| {
        let mut answer = match request.method.as_str() {
            "POST" => {
                let told = json!({ "msg": format!("no: {}", request.body) });
                Answer::json("400 Bad Request", told.to_string())
            }
            _ if request.path.contains("/sessions?") => {
                Answer::json("200 OK", r#"{"from":0,"total":0,"sessions":[]}"#)
            }
            _ => Answer::json("404 Not Found", r#"{"msg":"Session '2' not found."}"#),
        };
        answer.headers.push(("Server", "sparkmagic's".to_owned()));
        answer
    });
    let home = Home::new();
    let url = format!("{}/lighter/api", server.url);
    home.profile("p", &url, &["preset = 'lighter'"]);
    let conf = [
        "-p",
        "p",
        "--conf",
        "spark.own=env:OWN",
        "doctor",
        "--create",
    ];
    let mut command = home.command(&conf);
    let ran = Ran::of(command.env("OWN", PASSWORD).output().unwrap());
    super::is_clean(&home, &[&ran.out, &ran.err]);
    let told = one(&ran, "create").text;
    assert!(
        told.contains("no: ") && told.contains("spark.own") && told.contains("***"),
        "{told}"
    );
    assert!(one(&ran, "HTTP").text.contains("sparkmagic's"), "{ran:?}");
}

/// Some repeat all that they were sent, and in a header, too.
#[test]
fn what_a_server_repeats_is_concealed() {
    let server = Scripted::start(|request: &Request| {
        let sent = request.head.replace("\r\n", " ");
        let told = json!({ "msg": format!("no: {sent}") }).to_string();
        let mut answer = Answer::json("403 Forbidden", told);
        answer.headers.push(("Server", sent));
        answer
    });
    let home = Home::new();
    for auth in [
        ALICE,
        "auth = { type = 'bearer', token_env = 'OWN' }",
        "auth = { type = 'header', header = 'X-Own', value_env = 'OWN' }",
    ] {
        home.profile(
            "p",
            &server.url,
            &["headers.X-Key = 'pr0xy-8d1b02ee'", auth],
        );
        let ran = look(&home, &[], &[("OWN", PASSWORD)]);
        assert_eq!(ran.code, 4, "{ran:?}");
        let told = one(&ran, "sign-on").text;
        assert!(told.contains("no: ") && told.contains("***"), "{told}");
    }
}

fn signed(home: &Home, url: &str, variables: &[(&str, &str)], auth: &str) -> Ran {
    home.profile("p", url, &["preset = 'emr-serverless'", auth]);
    let mut command = home.command(&["-p", "p", "doctor"]);
    command
        .env("PATH", home.path())
        .envs(variables.iter().copied());
    let ran = Ran::of(command.output().unwrap());
    let secret = KEYS[1].1;
    assert!(
        !ran.out.contains(secret) && !ran.err.contains(secret),
        "{ran:?}"
    );
    ran
}

#[test]
fn keys_of_aws_that_are_missing_are_told() {
    let home = Home::new();
    let region = "auth = { type = 'sigv4', region = 'eu-west-1' }";
    let ran = signed(&home, "http://127.0.0.1:1", &[], region);
    failed(
        &ran,
        2,
        "configuration",
        "nothing is known to give keys of AWS",
        "AWS_ACCESS_KEY_ID",
    );
    let ran = signed(
        &home,
        "http://127.0.0.1:1",
        &KEYS,
        "auth = { type = 'sigv4' }",
    );
    failed(
        &ran,
        2,
        "configuration",
        "the region of AWS is not known",
        "region = ",
    );
}

/// It is worth a word; where the server takes nobody, it is the first thing that is told for signatures.
#[test]
fn a_clock_that_is_wrong_is_told() {
    let home = Home::new();
    let region = "auth = { type = 'sigv4', region = 'eu-west-1' }";
    let server = dated(3_660);
    let ran = signed(&home, &server.url, &KEYS, region);
    assert_eq!(
        (ran.code, one(&ran, "clock").state.as_str()),
        (0, "warning"),
        "{ran:?}"
    );
    let ran = signed(&home, &refusing(3_660).url, &KEYS, region);
    failed(
        &ran,
        4,
        "sign-on",
        "this machine's clock is 60 minutes behind the server's: GET ",
        "set this machine's clock",
    );
    assert!(
        ran.err
            .starts_with("livysh: sign-on: this machine's clock is 60 minutes behind"),
        "{ran:?}"
    );
    let ran = home.run(&["doctor", &server.url]);
    assert_eq!(
        (ran.code, one(&ran, "clock").state.as_str()),
        (0, "warning"),
        "{ran:?}"
    );
}

/// Behind a gateway both tell their time.
#[test]
fn of_two_clocks_the_worse_one_counts() {
    let server = Scripted::start(|_: &Request| {
        let mut answer = Answer::json("401 Unauthorized", "{}");
        let now = SystemTime::now();
        for date in [now, now - Duration::from_secs(3_660)] {
            answer.headers.push(("Date", httpdate::fmt_http_date(date)));
        }
        answer
    });
    let ran = Home::new().run(&["doctor", &server.url]);
    let told = one(&ran, "clock").text;
    assert!(told.starts_with("this machine's clock is 6"), "{told}");
    assert!(
        told.ends_with("ahead of the server's (2 clocks have answered)"),
        "{told}"
    );
}

/// Not the server's, but this machine's.
#[cfg(target_os = "linux")]
#[test]
fn a_clock_of_this_machine_that_jumps_is_told() {
    let (home, server) = (Home::new(), dated(0));
    let library = preload::library("outages/clock.rs", home.path());
    let jump = home.write("jump", "");
    let mut command = home.command(&["doctor", &server.url]);
    command
        .env("LD_PRELOAD", &library)
        .env("CLOCK_FILE", &jump)
        .env("CLOCK_SECONDS", "3660");
    let ran = Ran::of(command.output().unwrap());
    let told = one(&ran, "clock");
    assert_eq!(told.state, "warning", "{ran:?}");
    assert!(
        told.text.contains("is 6") && told.text.contains(" minutes ahead of"),
        "{told:?}"
    );
}

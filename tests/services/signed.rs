//! Keys of AWS that end, a clock that is wrong, a region that is another: against a server that checks each
//! signature. And the same signatures as curl's.

use super::Place;
use super::emr_serverless::{EmrServerless, KEY, SECRET, TOKEN};
use super::world::Call;
use crate::secrets::files_below;
use crate::support::aws::Signed;
use crate::support::program::Ran;
use crate::support::scripted::{Answer, Request, Scripted};
use livysh::auth::{AwsKeys, AwsScope, Secret, signed};
use livysh::livy::Unsigned;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Nothing of the keys in what a run said and left.
#[track_caller]
fn is_clean(place: &Place, ran: &Ran) {
    let mut left = String::new();
    files_below(&place.home.path().join("state"), &mut left);
    for text in [&ran.out, &ran.err, &left] {
        for secret in [SECRET, TOKEN, "second-token"] {
            assert!(!text.contains(secret), "{text}");
        }
        for signature in text.split("Signature=").skip(1) {
            assert!(signature.starts_with("***"), "{text}");
        }
    }
}

fn run(place: &Place, environment: &[(&str, &str)]) -> Ran {
    let mut command = place.command(&["-l", "python", "-v", "-e", "6 * 7"]);
    command.envs(environment.iter().copied());
    let ran = Ran::of(command.output().unwrap());
    is_clean(place, &ran);
    ran
}

/// What prints keys in turn, and counts how often: a process of AWS's profile, which wins over the
/// environment where ours names it.
fn with_process(service: EmrServerless) -> Place {
    let place = Place::with(Arc::new(service), &[]);
    let url = place.server.url.clone();
    let auth = "auth = { type = \"sigv4\", region = \"eu-west-1\", profile = \"work\" }";
    place
        .home
        .profile("p", &url, &["preset = \"emr-serverless\"", auth]);
    let printed = |token: &str| {
        format!(
            r#"{{"Version":1,"AccessKeyId":"{KEY}","SecretAccessKey":"{SECRET}","SessionToken":"{token}","Expiration":"2099-01-01T00:00:00Z"}}"#
        )
    };
    place.home.write("first", &printed(TOKEN));
    place.home.write("second", &printed("second-token"));
    let script = "echo . >> runs; cat $(test $(wc -l < runs) = 1 && echo first || echo second)";
    let script = place.home.write("keys", script);
    let config = format!("[profile work]\ncredential_process = sh {:?}\n", script);
    place.home.write("aws-config", &config);
    place
}

fn of_process(place: &Place) -> Ran {
    let config = place.home.path().join("aws-config");
    let other = [
        ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ("AWS_ACCESS_KEY_ID", "ANOTHER"),
    ];
    run(place, &other)
}

/// Where AWS's own configuration names nothing that prints keys, the program `aws` is asked.
#[test]
fn the_program_aws_gives_the_keys_of_a_profile() {
    let place = with_process(EmrServerless::default());
    let home = place.home.path().to_str().unwrap();
    let aws = place
        .home
        .write("aws", "#!/bin/sh\necho \"$@\" > asked; exec cat first\n");
    std::fs::set_permissions(aws, Permissions::from_mode(0o755)).unwrap();
    let path = format!("{home}:{}", std::env::var("PATH").unwrap());
    run(&place, &[("AWS_CONFIG_FILE", "none"), ("PATH", &path)]).gave("42\n", 0);
    let asked = std::fs::read_to_string(place.home.path().join("asked")).unwrap();
    let expected = "configure export-credentials --format process --profile work\n";
    assert_eq!(asked, expected);
}

fn runs(place: &Place) -> usize {
    let runs = std::fs::read_to_string(place.home.path().join("runs"));
    runs.unwrap_or_default().lines().count()
}

#[test]
fn keys_of_a_process_are_asked_for_once() {
    let place = with_process(EmrServerless::default());
    of_process(&place).gave("42\n", 0);
    assert_eq!(runs(&place), 1);
}

#[test]
fn keys_that_end_are_renewed_and_nothing_is_sent_twice() {
    let place = with_process(EmrServerless {
        ends_at_statement: AtomicBool::new(true),
        ..EmrServerless::default()
    });
    of_process(&place).gave("42\n", 0);
    assert_eq!(runs(&place), 2);
    let submitted = place.server.calls(Call::Submit);
    let statuses: Vec<u16> = submitted.iter().map(|one| one.answer.status).collect();
    assert_eq!(statuses, [403, 201]);
}

#[test]
fn keys_that_stay_ended_are_told() {
    let service = EmrServerless::default();
    service.ended.lock().unwrap().insert(TOKEN.to_owned());
    let place = Place::new(Arc::new(service));
    let ran = run(&place, &[]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 4), "{}", ran.err);
    ran.said(&["403 Forbidden: The security token included in the request is expired"]);
    assert_eq!(place.server.calls(Call::Create).len(), 2);
}

#[test]
fn a_wrong_clock_is_told() {
    for (ahead, told) in [
        (
            1_230,
            "this machine's clock is 20 minutes behind the server's",
        ),
        (
            -7_250,
            "this machine's clock is 2 hours ahead of the server's",
        ),
    ] {
        let service = EmrServerless {
            ahead,
            repeats: true,
            ..EmrServerless::default()
        };
        let place = Place::new(Arc::new(service));
        let ran = run(&place, &[]);
        assert_eq!(ran.code, 4, "{}", ran.err);
        ran.said(&["Signature expired", told, "set this machine's clock"]);
    }
}

#[test]
fn what_is_signed_wrongly_is_told_without_the_keys() {
    let place = Place::new(Arc::new(EmrServerless {
        repeats: true,
        ..EmrServerless::default()
    }));
    let other = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEX";
    let ran = run(&place, &[("AWS_SECRET_ACCESS_KEY", other)]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    ran.said(&["does not match the signature", "Signature=***"]);
    assert!(
        !ran.err.contains(other) && !ran.err.contains("clock"),
        "{}",
        ran.err
    );
}

#[test]
fn another_region_is_told() {
    let place = Place::new(Arc::new(EmrServerless::default()));
    let auth = "auth = { type = \"sigv4\", region = \"us-east-1\" }";
    let url = &place.server.url;
    place
        .home
        .profile("p", url, &["preset = \"emr-serverless\"", auth]);
    let ran = run(&place, &[]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    ran.said(&[
        "Credential should be scoped to a valid region",
        "auth.region",
    ]);
}

#[test]
fn where_there_are_no_keys_nothing_is_sent() {
    let place = Place::new(Arc::new(EmrServerless::default()));
    let empty = place.home.path().to_str().unwrap();
    let mut command = place.plain_command(&["-l", "python", "-e", "1"]);
    command.env("PATH", empty);
    for (name, _) in place.server.service.secrets() {
        command.env_remove(name);
    }
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 2, "{}", ran.err);
    ran.said(&["nothing is known to give keys of AWS", "AWS_ACCESS_KEY_ID"]);
    assert!(place.server.records().is_empty());
}

/// A request of curl's, signed by it.
struct Curl {
    method: &'static str,
    target: &'static str,
    token: Option<&'static str>,
    body: Option<&'static str>,
}

const CURLS: [Curl; 6] = [
    Curl {
        method: "GET",
        target: "/sessions",
        token: None,
        body: None,
    },
    Curl {
        method: "GET",
        target: "/sessions?from=0&size=100",
        token: Some(TOKEN),
        body: None,
    },
    Curl {
        method: "GET",
        target: "/sessions/7/statements?from=0&order=desc&size=1",
        token: None,
        body: None,
    },
    Curl {
        method: "DELETE",
        target: "/sessions/7",
        token: Some(TOKEN),
        body: None,
    },
    Curl {
        method: "POST",
        target: "/sessions",
        token: None,
        body: Some(r#"{"kind":"pyspark"}"#),
    },
    Curl {
        method: "POST",
        target: "/sessions/7/statements",
        token: Some(TOKEN),
        body: Some("{\"code\":\"'é' * 2\\n\"}"),
    },
];

impl Curl {
    fn sent(&self, server: &Scripted) -> Request {
        let mut command = Command::new("curl");
        command
            .args(["-q", "-sS", "--noproxy", "*", "-X", self.method])
            .args(["--aws-sigv4", "aws:amz:eu-west-1:emr-serverless"])
            .args(["--user", &format!("{KEY}:{SECRET}")]);
        if let Some(token) = self.token {
            command.args(["-H", &format!("X-Amz-Security-Token: {token}")]);
        }
        if let Some(body) = self.body {
            command.args([
                "-H",
                "Content-Type: application/json",
                "--data-binary",
                body,
            ]);
        }
        let ran = command
            .arg(format!("{}{}", server.url, self.target))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "curl 7.75 or later is needed: {told}");
        server.requests().pop().unwrap()
    }
}

/// curl, livysh and the tests' judge agree, each with code of its own.
#[test]
fn signatures_are_as_curls() {
    let server = Scripted::start(|_| Answer::json("200 OK", "{}"));
    for curl in &CURLS {
        let sent = curl.sent(&server);
        let headers = sent.head.lines().filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        let (path, query) = sent.path.split_once('?').unwrap_or((&sent.path, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let seen = Signed {
            method: &sent.method,
            path,
            query: pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            headers: headers.clone().collect(),
            body: sent.body.as_bytes(),
        };
        let claim = seen.claim().unwrap();
        let judged = seen.signature(&claim, SECRET).unwrap();
        assert_eq!(judged, claim.signature, "{} {}", curl.method, curl.target);

        let mut sent_before: Vec<(String, String)> = headers.collect();
        sent_before.retain(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name != "authorization" && !name.starts_with("x-amz-")
        });
        let pairs = sent_before.iter();
        let unsigned = Unsigned {
            method: &sent.method,
            url: &format!("{}{}", server.url, sent.path),
            headers: pairs.map(|(n, v)| (n.as_str(), v.as_str())).collect(),
            body: Some(sent.body.as_bytes()),
        };
        let keys = AwsKeys {
            id: KEY.to_owned(),
            secret: Secret::new(SECRET),
            token: curl.token.map(Secret::new),
        };
        let scope = AwsScope {
            service: "emr-serverless".to_owned(),
            region: "eu-west-1".to_owned(),
        };
        let ours = signed(&keys, &scope, &unsigned, seen.time().unwrap()).unwrap();
        let ours = ours
            .iter()
            .find(|header| header.name == "authorization")
            .unwrap();
        assert_eq!(Some(ours.value.as_str()), seen.header("Authorization"));
    }
}

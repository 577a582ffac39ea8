//! What else is each service's own: how errors are found again, bodies that are too large, starts that
//! fail, ids to come back to, sessions that are kept.

use super::dialogue::{on_screen, say, wait_for, wait_for_prompt};
use super::server::Answer;
use super::world::{Call, End, Fault, shown};
use super::{Place, all, named};
use crate::support::program::Ran;
use serde_json::json;

fn run(place: &Place, arguments: &[&str]) -> Ran {
    let ran = place.command(&["-l", "python"]).args(arguments).output();
    Ran::of(ran.unwrap())
}

/// What a service says that refuses a session, and what is told of it.
#[test]
fn an_error_is_told_with_what_it_is_found_again_by() {
    let no_right = "The principal lacks the right to start sessions.";
    for (name, answer, told) in [
        (
            "livy",
            Answer::json(
                403,
                &json!({"msg": "User 'x' not allowed to impersonate 'y'."}),
            ),
            vec!["403 Forbidden", "not allowed to impersonate 'y'."],
        ),
        (
            "synapse",
            Answer::json(403, &json!({"code": "Unauthorized", "message": no_right})),
            vec![
                no_right,
                "x-ms-activity-id 9b2f4c3e-0000-4000-8000-0000000000aa",
            ],
        ),
        (
            "fabric",
            Answer::json(
                403,
                &json!({"errorCode": "InsufficientPrivileges", "message": no_right,
                    "requestId": "3d0f9f7e-0000-4000-8000-0000000000bb"}),
            ),
            vec![
                no_right,
                "InsufficientPrivileges",
                "requestId 3d0f9f7e-0000-4000-8000-0000000000bb",
            ],
        ),
        (
            "emr-serverless",
            Answer::json(403, &json!({"message": no_right})),
            vec![no_right, "5c1a7a50-0000-4000-8000-000000000001"],
        ),
        (
            "lighter",
            Answer::json(
                403,
                &json!({"message": "Forbidden", "path": "/x", "errors": []}),
            ),
            vec!["403 Forbidden"],
        ),
        (
            "hdinsight",
            super::hdinsight::page(403, "403.0 - Forbidden"),
            vec!["IIS Detailed Error - 403.0 - Forbidden"],
        ),
    ] {
        let place = Place::with(named(name), &["settle = \"100ms\""]);
        let faults = (0..3).map(|_| (Call::Create, Fault::Instead(answer.clone())));
        place.server.world().faults.extend(faults);
        let ran = run(&place, &["--retry-for", "1s", "-e", "1"]);
        assert_ne!(ran.code, 0, "{name}: {ran:?}");
        assert_eq!(ran.out, "", "{name}");
        ran.said(&told);
        assert!(!ran.err.contains('<'), "{name}: {}", ran.err);
    }
}

/// What a session of EMR Serverless needs first: a role, and an application that has been started. How the
/// service words the second is not documented but for the states' names.
#[test]
fn what_a_session_of_emr_serverless_needs_first_is_told() {
    let place = Place::of("emr_serverless");
    let ran = place.plain_command(&["-l", "python", "-e", "1"]).output();
    let ran = Ran::of(ran.unwrap());
    assert_eq!((ran.out.as_str(), ran.code), ("", 3), "{ran:?}");
    ran.said(&[
        "executionRoleArn is required in conf.",
        "hint: name the role that sessions run as: --conf emr-serverless.session.executionRoleArn=ARN",
    ]);
    for told in [
        "Application 00f1 must be in STARTED state.",
        "The application is in state STOPPED.",
    ] {
        let place = Place::with(named("emr_serverless"), &["settle = \"100ms\""]);
        let answer = Answer::json(400, &json!({ "message": told }));
        let fault = (Call::Create, Fault::Instead(answer));
        place.server.world().faults.push(fault);
        let ran = run(&place, &["-e", "1"]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 3), "{ran:?}");
        ran.said(&[
            told,
            "hint: start the application, which no session does: aws emr-serverless start-application",
        ]);
        assert_eq!(place.server.count(Call::Create), 1);
    }
}

#[test]
fn what_is_too_large_for_synapse_is_refused_before_it_is_sent() {
    let large = format!("x = \"{}\"", "y".repeat(120_000));
    let place = Place::new(named("synapse"));
    place
        .home
        .write("large.py", &format!("1 + 1\n{large}\n2 + 2\n"));
    let ran = run(&place, &["large.py"]);
    assert_eq!((ran.out.as_str(), ran.code), ("2\n", 3), "{}", ran.err);
    ran.said(&[
        "it was not sent: it has 120",
        "and synapse takes 100000",
        "send it in parts",
    ]);
    assert_eq!(place.server.world().sessions[0].end, Some(End::Deleted));
    let sent = place.server.calls(Call::Submit);
    assert!(sent.iter().all(|one| one.request.body.len() < 100_000));
    // Where there is no such limit it runs.
    let place = Place::new(named("livy"));
    place.home.write("large.py", &format!("{large}\n3 + 3\n"));
    run(&place, &["large.py"]).gave("6\n", 0);
}

#[test]
fn a_start_that_fails_says_why() {
    for (name, reason) in [
        ("synapse", "The pool has no nodes left."),
        ("fabric", "The pool has no nodes left."),
    ] {
        let place = Place::new(named(name));
        place.server.world().fails = Some(reason);
        let ran = run(&place, &["-e", "1"]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 3), "{name}: {ran:?}");
        ran.said(&[" is error", reason]);
        assert_eq!(place.server.count(Call::Submit), 0, "{name}");
    }
}

/// Each has ids of its own kind, which name a session and a statement everywhere.
#[test]
fn a_session_that_is_kept_is_come_back_to_by_its_id() {
    for service in all() {
        let name = service.preset();
        let place = Place::with(service, &["on_exit = \"keep\""]);
        let ran = run(&place, &["-e", "x = 5"]);
        assert_eq!(ran.code, 0, "{name}: {ran:?}");
        ran.said(&[" -s "]);
        assert_eq!(place.server.count(Call::Delete), 0, "{name}: {}", ran.err);
        let id = shown(&place.server.world().sessions[0].id);
        let mut command = place.plain_command(&["-l", "python", "-s", &id, "-e", "x + 1"]);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!((ran.out.as_str(), ran.code), ("6\n", 0), "{name}: {ran:?}");
        assert_eq!(place.server.count(Call::Create), 1, "{name}");
        assert_eq!(place.server.count(Call::Delete), 0, "{name}");
    }
}

/// Whatever it names the session by.
#[test]
fn the_command_that_is_printed_comes_back() {
    for service in all() {
        let name = service.preset();
        let place = Place::with(service, &["on_exit = \"keep\""]);
        let ran = run(&place, &["-e", "x = 5"]);
        let (_, rest) = ran.err.split_once(" -s ").unwrap();
        let session = rest.split_whitespace().next().unwrap();
        let mut command = place.plain_command(&["-l", "python", "-s", session, "-e", "x + 1"]);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!((ran.out.as_str(), ran.code), ("6\n", 0), "{name}: {ran:?}");
    }
}

#[test]
fn statements_are_named_by_ids_that_are_texts() {
    let place = Place::of("lighter");
    let mut screen = on_screen(&place);
    wait_for(&screen, "Spark session available as 'spark'.");
    wait_for_prompt(&screen);
    say(&mut screen, "print(\"first\")");
    say(&mut screen, "print(\"second\")");
    let id = shown(&place.server.world().sessions[0].statements[0].id);
    screen.line(&format!(":wait {id}"));
    wait_for(&screen, &format!(":wait {id}\nfirst\n>>>"));
    say(&mut screen, ":statements");
    wait_for(&screen, &format!("{id}  available   print(\"first\")"));
    screen.send("\x04");
    assert_eq!(screen.wait_for_exit(), 0);
}

/// Synapse still shows a session that was deleted.
#[test]
fn a_session_that_is_over_is_not_attached_to() {
    for (name, told) in [
        ("synapse", " is killed"),
        ("livy", "not found"),
        ("fabric", "404"),
    ] {
        let place = Place::with(named(name), &["visible_after = \"100ms\""]);
        run(&place, &["-e", "1"]).gave("1\n", 0);
        assert_eq!(place.server.world().sessions[0].end, Some(End::Deleted));
        let id = shown(&place.server.world().sessions[0].id);
        let mut command = place.plain_command(&["-l", "python", "-s", &id, "-e", "1"]);
        let ran = Ran::of(command.output().unwrap());
        assert_eq!((ran.out.as_str(), ran.code), ("", 3), "{name}: {ran:?}");
        ran.said(&[told]);
    }
}

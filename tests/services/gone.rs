//! A session that is not there any more is told so, in whatever words the service says it.

use super::Place;
use super::dialogue::on_screen;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(40);

/// The session goes between two statements.
fn told(name: &str) {
    let place = Place::of(name);
    let mut screen = on_screen(&place);
    screen.wait_for_within(LONG, "Spark session available as 'spark'.");
    screen.wait_for_prompt(">>>");
    screen.line("20 + 1");
    screen.wait_for_within(LONG, "\n21\n>>>");
    place.server.world().sessions.clear();
    screen.line("2 + 2");
    screen.wait_for_within(LONG, "is gone: it was deleted, or it was idle for too long");
    screen.wait_for_prompt(">>>");
    screen.line(":quit");
    screen.wait_for_exit();
    let text = screen.text();
    assert!(!text.contains("is still there"), "{name}: {text}");
}

#[test]
fn a_session_of_fabric_that_is_gone_is_told() {
    told("fabric");
}

#[test]
fn a_session_of_synapse_that_is_gone_is_told() {
    told("synapse");
}

#[test]
fn a_session_of_lighter_that_is_gone_is_told() {
    told("lighter");
}

#[test]
fn a_session_of_livy_that_is_gone_is_told() {
    told("livy");
}

/// It has one language, and none is told with a statement: another one would run as that.
#[test]
fn code_of_a_language_that_the_service_has_not_is_not_sent() {
    let place = Place::of("lighter");
    place.home.write("a.py", "x = 1\n");
    place.home.write("b.scala", "val x = 1\n");
    let ran = place.command(&["-f", "a.py", "-f", "b.scala"]).output();
    let ran = crate::support::program::Ran::of(ran.unwrap());
    assert_ne!(ran.code, 0, "{}", ran.err);
    ran.said(&["lighter runs no spark", "it runs pyspark"]);
    let submitted = place.server.count(super::world::Call::Submit);
    assert_eq!(submitted, 1, "{}", ran.err);
}

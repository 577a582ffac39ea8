//! `:doctor`, at a prompt and in a script.

use super::{ALICE, PASSWORD, Place, is_clean};
use crate::support::program::{BINARY, Home, Ran};
use crate::support::pty::Screen;
use crate::support::stub;

#[test]
fn a_script_looks_at_its_way_and_its_session() {
    let place = Place::new();
    place.profile(&place.tls(), &[ALICE, &place.trust()]);
    let file = place.home.write("work.py", "1 + 1\n:doctor\n6 * 7\n");
    let file = file.to_str().unwrap();
    let mut command = place.home.command(&["-p", "p", file]);
    let ran = Ran::of(command.env("OWN", PASSWORD).output().unwrap());
    is_clean(&place.home, &[&ran.out, &ran.err]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("2\nlivysh "), "{ran:?}");
    assert!(ran.out.ends_with("Nothing is wrong.\n42\n"), "{ran:?}");
    for part in [
        "\nok       TLS            TLS 1.",
        "\nok       identity       alice, with a password\n",
        "\nok       session        session 0 is idle, name livysh-",
    ] {
        assert!(ran.out.contains(part), "no “{part}” in {ran:?}");
    }
}

#[test]
fn a_prompt_looks_at_its_way_and_goes_on() {
    let place = Place::new();
    place.profile(&place.plain(), &[ALICE]);
    let command = format!("LC_ALL=C.UTF-8 OWN={PASSWORD} exec '{BINARY}' -p p -l python");
    let mut screen = Screen::run(&place.home, "sh", &["-c", &command], 60, 160);
    screen.wait_for("Spark session available");
    screen.line(":doctor");
    screen.wait_for("Nothing is wrong.");
    screen.wait_for_prompt(">>> ");
    let text = screen.text();
    assert!(text.contains("session        session 0 is idle"), "{text}");
    let told = text.lines().find(|line| line.contains(" terminal "));
    let told = told.unwrap();
    assert!(
        told.contains("xterm-256color, 160 × 60, ") && told.ends_with(", C.UTF-8"),
        "{told}"
    );
    // What has become wrong meanwhile is told, and the prompt goes on.
    std::fs::write(place.nginx.file("dead-GET"), "").unwrap();
    screen.line(":doctor");
    screen.wait_for("livysh: service: GET ");
    std::fs::remove_file(place.nginx.file("dead-GET")).unwrap();
    screen.line("6 * 7");
    screen.wait_for("\n42");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    is_clean(&place.home, &[&String::from_utf8_lossy(&screen.raw())]);
}

/// The answer that does not come is not waited for after Ctrl-C.
#[test]
fn ctrl_c_ends_it_and_not_the_prompt() {
    let place = Place::new();
    place.profile(&place.plain(), &[ALICE, "timeout = '10m'"]);
    let command = format!("OWN={PASSWORD} exec '{BINARY}' -p p -l python");
    let mut screen = Screen::run(&place.home, "sh", &["-c", &command], 60, 160);
    screen.wait_for("Spark session available");
    std::fs::write(place.nginx.file("silent-GET"), "").unwrap();
    screen.line(":doctor");
    screen.wait_for("identity       alice");
    screen.send("\x03");
    screen.wait_for_prompt(">>> ");
    std::fs::remove_file(place.nginx.file("silent-GET")).unwrap();
    screen.line("6 * 7");
    screen.wait_for("\n42");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

/// At a terminal, the way to find out more is told.
#[test]
fn a_closed_way_names_the_doctor() {
    let home = Home::new();
    let mut screen = Screen::sized(&home, &["http://127.0.0.1:1", "--retry-for", "1s"], 30, 120);
    screen.wait_for("hint: livysh --url http://127.0.0.1:1 doctor  looks at each step of the way");
    screen.line(":quit");
    screen.wait_for_exit();
    let command = ["--url", "http://127.0.0.1:1", "sessions"];
    let mut screen = Screen::sized(&home, &command, 30, 120);
    screen.wait_for("hint: livysh --url http://127.0.0.1:1 doctor  looks at each step of the way");
    assert_eq!(screen.wait_for_exit(), 3);
}

/// There is nothing on the way to it.
#[test]
fn a_server_of_ones_own_is_looked_at_without_a_profile() {
    let home = Home::new();
    let server = stub::serve(&home);
    let ran = home.run(&["--url", &server.url(), "-l", "python", "-e", ":doctor"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.ends_with("Nothing is wrong.\n"), "{ran:?}");
    assert!(ran.out.contains("(--url); service: livy"), "{ran:?}");
}

/// A Spark of this machine, with which nothing is on the way.
#[test]
fn a_local_spark_is_looked_at_inside() {
    let home = Home::new();
    let ran = home.run(&["--local", "-l", "python", "-e", "1", "-e", ":doctor"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .contains("\nok       configuration  a Spark on this machine (--local)\n"),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("\nok       session        session 0 is "),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("\nok       local Spark    Spark "),
        "{ran:?}"
    );
}

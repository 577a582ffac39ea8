//! What may still run, or be there, when the user leaves.

use super::{gives, prompt, send};
use crate::support::eventually;
use crate::support::livy::Livy;
use crate::support::program::Home;
use crate::support::pty::Screen;
use nix::sys::signal::Signal;

const ONCE_MORE: &str = "Statement 0 may still run in this session, which would be ended";

fn begun(home: &Home, livy: &Livy, arguments: &[&str]) -> Screen {
    let mut all = vec!["-l", "scala"];
    all.extend(arguments);
    let screen = prompt(home, livy, &all);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt("scala>");
    screen
}

/// Runs a statement, and leaves it.
fn leave(screen: &mut Screen, code: &str) {
    screen.line(code);
    screen.wait_for("running 0:0");
    screen.send("\x03");
    screen.wait_for("Press Ctrl-C again to stop waiting.");
    screen.send("\x03");
}

#[test]
fn a_new_session_is_warned_of_anew() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let mut screen = begun(&home, &livy, &[]);
    leave(&mut screen, "hang");
    screen.wait_for("Statement 0 goes on in the session");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, ":quit", ONCE_MORE, "scala>");
    gives(
        &mut screen,
        ":restart",
        "A new session is being made",
        "scala>",
    );
    screen.wait_for("(new session 1)");
    let twice = |screen: &Screen, text: &str| {
        eventually(text, || {
            (screen.text().matches(text).count() == 2).then_some(())
        });
    };
    screen.line("hang");
    eventually("it runs", || screen.is_working().then_some(()));
    screen.send("\x03");
    twice(&screen, "Press Ctrl-C again to stop waiting.");
    screen.send("\x03");
    twice(&screen, "Statement 0 goes on in the session");
    screen.wait_for_prompt("scala>");
    screen.line(":quit");
    twice(&screen, ONCE_MORE);
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

/// It can be neither cancelled nor waited for yet, but it is there.
#[test]
fn a_statement_that_is_on_its_way_keeps_the_session() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let mut screen = begun(&home, &livy, &[]);
    // The server answers nothing meanwhile.
    livy.with(|_| {
        leave(&mut screen, "hang");
        screen.wait_for("The statement is on its way to the session.");
        screen.wait_for_prompt("scala>");
        let told = "A statement that was left may still run in this session";
        gives(&mut screen, ":quit", told, "scala>");
        gives(
            &mut screen,
            ":cancel",
            "is not known; :statements",
            "scala>",
        );
    });
    screen.wait_for("The statement that was left is number 0");
    gives(&mut screen, ":quit", ONCE_MORE, "scala>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    assert_eq!(livy.with(|world| world.sessions.len()), 0);
}

#[test]
fn a_statement_whose_result_cannot_be_had_keeps_the_session() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let mut screen = begun(&home, &livy, &[]);
    screen.line("withheld");
    screen.wait_for("the result of statement 0 cannot be had");
    screen.wait_for("hint: it may still run: :wait 0 asks for it again");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, ":quit", ONCE_MORE, "scala>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn a_statement_whose_cancel_is_not_confirmed_is_not_called_cancelled() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let mut screen = begun(&home, &livy, &["--statement-timeout", "1s"]);
    screen.line("hang");
    screen.wait_for("cancelling 0:0");
    screen.send("\x03");
    screen.wait_for("It ran for longer than 1 s.");
    screen.wait_for("Statement 0 goes on in the session; :cancel cancels it.");
    screen.wait_for_prompt("scala>");
    assert!(!screen.text().contains("Cancelled:"), "{}", screen.text());
    gives(&mut screen, ":quit", ONCE_MORE, "scala>");
}

#[test]
fn a_session_that_is_kept_on_error_stays_after_a_termination() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    home.write("wrong.scala", ":nope\n");
    let arguments = ["--keep-on-error", "-i", "wrong.scala"];
    let mut screen = begun(&home, &livy, &arguments);
    let kept = "it is kept when you leave, as was asked for";
    gives(&mut screen, ":session", kept, "scala>");
    send(&screen, Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    assert_eq!(livy.with(|world| world.sessions.len()), 1);
}

#[test]
fn a_failure_that_was_told_is_not_followed_by_a_guess() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let arguments = ["-l", "scala", "--keep", "--retry-for", "1s"];
    let mut screen = prompt(&home, &livy, &arguments);
    livy.with(|world| {
        screen.wait_for_prompt("scala>");
        screen.line(":quit");
        screen.wait_for("waiting for the server to name the session");
        world.is_away = true;
    });
    screen.wait_for_exit();
    let text = screen.text();
    assert!(text.contains("livysh: "), "{text}");
    assert!(!text.contains("A session may have been created"), "{text}");
}

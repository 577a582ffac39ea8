//! Gone to and left: `:attach`, `:detach`, two terminals.

use super::{gives, prompt, send};
use crate::support::livy::{Livy, Session};
use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::session;
use crate::support::spark::shared;
use nix::sys::signal::Signal;

#[test]
fn another_session_is_gone_to_and_ours_is_ended() {
    let livy = Livy::start(vec![Session::named("etl", "pyspark")]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "1", "done in 1", "scala>");
    gives(
        &mut screen,
        ":attach 1",
        "Nothing changes: that is this session.",
        "scala>",
    );
    gives(&mut screen, ":attach etl", "(attached to session 0)", ">>>");
    screen.wait_for("was made by livysh and not to be kept: it is ended.");
    assert!(
        livy.with(|world| world.session("1").is_none()),
        "ours is left"
    );
    gives(&mut screen, "2", "done in 0", ">>>");
    gives(
        &mut screen,
        ":session",
        "it was there before: it stays when you leave",
        ">>>",
    );
    gives(&mut screen, ":restart", "is not livysh's to end", ">>>");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
    screen.wait_for("Session etl is still there: it was there before.");
    assert_eq!(livy.with(|world| world.sessions.len()), 1);
    // One that was there before is left as it is, and so is one that is kept.
    livy.with(|world| world.session("etl").unwrap().statements.clear());
    let mut screen = prompt(&home, &livy, &["-s", "etl"]);
    screen.wait_for_prompt(">>>");
    screen.line(":attach nope");
    screen.wait_for("cannot be attached to");
    screen.line(":quit");
    screen.wait_for_exit();
    let mut screen = prompt(&home, &livy, &["--keep", "--name", "kept", "-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(
        &mut screen,
        ":attach etl",
        "is still there: kept, as was asked for.",
        ">>>",
    );
    gives(
        &mut screen,
        ":attach last",
        "(attached to session 2)",
        "scala>",
    );
    assert_eq!(livy.with(|world| world.sessions.len()), 2);
}

/// What runs on in a session of ours is not ended in passing.
#[test]
fn a_statement_that_was_left_keeps_the_session() {
    let livy = Livy::start(vec![Session::named("etl", "pyspark")]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    screen.line("hang");
    screen.wait_for("running 0:0");
    screen.send("\x03");
    screen.wait_for("Press Ctrl-C again to stop waiting.");
    screen.send("\x03");
    screen.wait_for("goes on in the session");
    screen.wait_for_prompt("scala>");
    let told = "Statement 0 may still run in this session, which would be ended";
    gives(&mut screen, ":attach etl", told, "scala>");
    gives(
        &mut screen,
        ":session",
        "kept alive: while a statement runs",
        "scala>",
    );
    gives(
        &mut screen,
        ":cancel",
        "Asking the server to cancel",
        "scala>",
    );
    gives(&mut screen, ":attach etl", "(attached to session 0)", ">>>");
}

/// Whoever has lost sight of a session comes back to it, and not to its end.
#[test]
fn a_session_of_ours_that_was_lost_is_attached_to_again_and_stays_ours() {
    let livy = Livy::start(Vec::new());
    livy.with(|world| world.made.state = "starting".to_owned());
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala", "--retry-for", "1s"]);
    screen.wait_for("session 0 is starting");
    livy.with(|world| world.is_away = true);
    screen.wait_for("it may still be there: :attach and its number tries again");
    livy.with(|world| {
        world.is_away = false;
        world.session("0").unwrap().state = "idle".to_owned();
    });
    gives(
        &mut screen,
        ":attach 0",
        "(attached to session 0)",
        "scala>",
    );
    gives(&mut screen, "1", "done in 0", "scala>");
    assert_eq!(livy.server.count("DELETE", "/sessions/0"), 0);
    let ours = "made by livysh: it is ended when you leave";
    gives(&mut screen, ":session", ours, "scala>");
    // It is still ended where a signal comes at the prompt.
    send(&screen, Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    assert_eq!(livy.with(|world| world.sessions.len()), 0);
}

/// What another client may have sent has no limit of ours, and no signal cancels it.
#[test]
fn a_statement_that_is_only_watched_is_not_cancelled() {
    let mut etl = Session::named("etl", "pyspark");
    etl.statements.push("hang".to_owned());
    let livy = Livy::start(vec![etl]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-s", "etl", "--statement-timeout", "500ms"]);
    screen.wait_for_prompt(">>>");
    screen.line(":wait 0");
    screen.wait_for("running 0:01");
    send(&screen, Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    let requests = livy.server.requests();
    assert!(!requests.iter().any(|one| one.path.contains("cancel")));
}

#[test]
fn what_fails_leaves_the_present_session() {
    let mut starting = Session::named("slow", "pyspark");
    starting.state = "starting".to_owned();
    let mut dead = Session::named("over", "pyspark");
    dead.state = "dead".to_owned();
    let livy = Livy::start(vec![starting, dead]);
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    let stays = "The other session cannot be attached to; this session stays as it was.";
    gives(&mut screen, ":attach nope", stays, "scala>");
    assert!(screen.text().contains("Session 'nope' not found."));
    gives(&mut screen, ":attach over", "session 1 on", "scala>");
    gives(&mut screen, ":attach last", "no other session on", "scala>");
    screen.line(":attach slow");
    screen.wait_for("session 0 is starting");
    screen.send("\x03");
    screen.wait_for("The other session is not waited for; this session stays as it was.");
    screen.wait_for_prompt("scala>");
    gives(&mut screen, "1", "done in 2", "scala>");
    assert_eq!(livy.with(|world| world.sessions.len()), 3);
    // A termination while the other is waited for ends the session that is ours.
    screen.line(":attach slow");
    screen.wait_for("session 0 is starting");
    send(&screen, Signal::SIGTERM);
    assert_eq!(screen.wait_for_exit(), 143);
    assert!(livy.with(|world| world.session("2").is_none()));
    assert!(livy.with(|world| world.session("slow").is_some()));
}

#[test]
fn a_session_that_is_detached_stays_and_is_come_back_to() {
    let livy = Livy::start(Vec::new());
    let home = Home::new();
    let mut screen = prompt(&home, &livy, &["-l", "scala", "--name", "mine"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "1", "done in 0", "scala>");
    screen.line(":detach");
    assert_eq!(screen.wait_for_exit(), 0);
    screen.wait_for("is still there: kept, as was asked for.");
    screen.wait_for(&format!(
        "Come back with:  livysh --url {} -s mine-",
        livy.url()
    ));
    assert_eq!(livy.server.count("DELETE", "/sessions/0"), 0);
    // It was left on purpose: the next start tells nothing.
    let mut screen = prompt(&home, &livy, &["-l", "scala"]);
    screen.wait_for("Spark session available as 'spark'.");
    gives(&mut screen, "2", "done in 1", "scala>");
    assert!(!screen.text().contains("was left by"), "{}", screen.text());
    screen.line(":quit");
    screen.wait_for_exit();
    let mut screen = prompt(&home, &livy, &["-s", "last"]);
    screen.wait_for("    0  available   1");
    gives(&mut screen, "3", "done in 0", "scala>");
}

/// Each terminal sees the other's statements in the list, and only its own results.
#[test]
fn two_terminals_share_a_session_and_keep_their_results_apart() {
    let (url, _) = shared();
    let session = session::Session::start(url, "pyspark");
    session.wait_until_up();
    let number = session.number();
    let homes = [Home::new(), Home::new()];
    let arguments = ["--url", url, "-s", number];
    let [mut left, mut right] = homes.each_ref().map(|home| {
        let screen = Screen::start(home, &arguments);
        screen.wait_for_prompt(">>>");
        screen
    });
    let go = homes[0].path().join("go");
    let until = format!("until [ -e {} ]; do sleep 0.1; done", go.display());
    left.line(&format!(
        "'left ' + str(__import__('subprocess').call(['sh', '-c', '{until}']))"
    ));
    left.wait_for("running 0:0");
    right.line("'right ' + str(2)");
    right.wait_for("waiting behind another statement");
    std::fs::write(&go, "").unwrap();
    left.wait_for("\n'left 0'\n>>>");
    right.wait_for("\n'right 2'\n>>>");
    for round in 0..3 {
        left.line(&format!("'left', {round}"));
        right.line(&format!("'right', {round}"));
        left.wait_for(&format!("\n('left', {round})"));
        right.wait_for(&format!("\n('right', {round})"));
    }
    for (screen, other) in [(&mut left, "right"), (&mut right, "left")] {
        screen.wait_for_prompt(">>>");
        assert!(
            !screen.text().contains(&format!("('{other}'")),
            "{}",
            screen.text()
        );
        screen.line(":statements");
        screen.wait_for("    1  available   'right ' + str(2)\n");
        for round in 0..3 {
            screen.wait_for(&format!("available   'left', {round}\n"));
            screen.wait_for(&format!("available   'right', {round}\n"));
        }
        screen.wait_for_prompt(">>>");
    }
    gives(&mut left, ":last", ">>> :last\n('left', 2)\n", ">>>");
    gives(&mut right, ":last", ">>> :last\n('right', 2)\n", ">>>");
    session.delete();
}

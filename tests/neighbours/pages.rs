//! Pages of nginx's own in the place of Livy's answers: nothing is lost, nothing runs twice.

use super::{ALICE, Place};
use crate::support::chaos::{Call, Chaos, Fault, Span};
use crate::support::eventually;
use crate::support::neighbours::nginx::Nginx;
use crate::support::program::Ran;
use std::time::Duration;

/// Writes that it has run.
fn statement(name: &str) -> String {
    format!("print('{name}', file=open('ran', 'a'))")
}

impl Place {
    /// In this part of nginx.
    fn within(&self, part: &str) {
        let url = format!("http://127.0.0.1:{}{part}/livy", self.nginx.plain);
        self.profile(&url, &[ALICE]);
    }

    /// A script whose statements write their names; the home is where they write.
    fn script(&self, statements: &[String]) -> String {
        let there = format!("import os; os.chdir({:?})\n", self.home.path());
        let file = self
            .home
            .write("many.py", &(there + &statements.join("\n") + "\n"));
        file.to_str().unwrap().to_owned()
    }
}

#[test]
fn a_statement_that_is_too_large_for_nginx_is_told() {
    let place = Place::new();
    place.within("/small");
    let large = format!("large = '{}'", "x".repeat(2_000));
    let file = place.script(&[statement("a"), large, statement("b")]);
    let ran = place.run(&[&file], &[]);
    ran.gave("", 3);
    ran.said(&[
        "answered 413 Content Too Large",
        "hint: the code is larger than the server or a gateway takes; send it in parts",
    ]);
    place.ran_once(&["a"]);
}

#[test]
fn who_asks_too_often_waits() {
    let place = Place::new();
    place.within("/limited");
    let file = place.script(&["a", "b", "c"].map(statement));
    place.run(&[&file], &[]).gave("", 0);
    place.ran_once(&["a", "b", "c"]);
    let log = place.nginx.log();
    assert!(log.iter().any(|line| line.contains(" 429 ")), "{log:?}");
}

/// One statement breaks the way of the next requests; it is mended once one of them has failed.
fn broken(place: &Place, flag: &str, method: &str, status: u16) -> Ran {
    let path = place.nginx.file(&format!("{flag}-{method}"));
    let breaking = format!("open({path:?}, 'w').close()");
    let file = place.script(&[statement("a"), breaking, statement("b"), statement("c")]);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| place.run(&[&file], &[]));
        eventually("a page of nginx", || {
            let is_there = place.nginx.count(method, "", status) > 0;
            (is_there || run.is_finished()).then_some(())
        });
        std::fs::remove_file(&path).ok();
        run.join().unwrap()
    })
}

#[test]
fn a_server_that_nginx_cannot_reach_is_waited_for() {
    for method in ["POST", "GET"] {
        let place = Place::new();
        place.within("");
        let ran = broken(&place, "dead", method, 502);
        ran.gave("", 0);
        ran.said(&["answered 502 Bad Gateway"]);
        place.ran_once(&["a", "b", "c"]);
    }
}

#[test]
fn a_server_that_does_not_answer_nginx_is_waited_for() {
    for method in ["POST", "GET"] {
        let place = Place::new();
        place.within("/short");
        let ran = broken(&place, "silent", method, 504);
        ran.gave("", 0);
        ran.said(&["answered 504 Gateway Timeout"]);
        place.ran_once(&["a", "b", "c"]);
    }
}

/// nginx has given up, and the statement arrives all the same.
#[test]
fn what_arrives_after_nginx_has_given_up_runs_once() {
    let mut place = Place::new();
    let chaos = Chaos::before(&place.server.url());
    let late = Fault::Late(Duration::from_secs(2));
    chaos.break_after(1, Some(Call::Post), late, Span::Times(1), 1);
    place.nginx = Nginx::before(&chaos.url);
    let url = format!("http://127.0.0.1:{}/short/livy", place.nginx.plain);
    // It is found as soon as it is there, on a busy machine later.
    let long = "gateway_patience = '30s'";
    place.home.profile("p", &url, &[ALICE, long]);
    let file = place.script(&["a", "b", "c"].map(statement));
    let ran = place.run(&[&file], &[]);
    ran.gave("", 0);
    ran.said(&["answered 504 Gateway Timeout"]);
    place.ran_once(&["a", "b", "c"]);
    assert_eq!(chaos.fired(), 1);
}

#[test]
fn a_page_to_sign_on_is_told() {
    let place = Place::new();
    place.within("/moved");
    let ran = place.run(&["-e", "1"], &[]);
    ran.gave("", 4);
    ran.said(&[
        "answered 302 Found: it wants people to sign on at https://login.example/sign-on",
        "hint: livysh signs on without a browser",
    ]);
    place.within("/page");
    let ran = place.run(&["-e", "1"], &[]);
    ran.gave("", 3);
    ran.said(&["answered a web page, not what a Livy server answers"]);
}

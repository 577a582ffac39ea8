//! Hours of work in minutes: four sessions at once, one of which is killed on the way.

use crate::support::eventually;
use crate::support::http::get;
use crate::support::processes::{memory_of, send, session_folder};
use crate::support::serving::Serving;
use crate::support::session::Session;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

const STATEMENTS: usize = 300;
/// How many are queued at once.
const BATCH: usize = 20;
/// Which session is killed, and before which statement ends.
const VICTIM: usize = 1;
const LAST: usize = 160;

fn descriptors(server: &Serving) -> usize {
    let folder = format!("/proc/{}/fd", server.child.id());
    std::fs::read_dir(folder).unwrap().count()
}

/// The statement with this number of a session; each language builds upon its earlier ones.
fn statement(session: usize, number: usize) -> (&'static str, String) {
    match number % 6 {
        0 if number == 0 => ("spark", format!("var sum = {session}")),
        0 => ("spark", format!("sum += {number}\nsum")),
        1 if number == 1 => ("pyspark", "seen = [1]\nlen(seen)".to_owned()),
        1 | 3 => ("pyspark", format!("seen.append({number})\nlen(seen)")),
        2 => ("sql", format!("select {number} + {session} as sum")),
        4 => ("pyspark", format!("print('{session}:{number}')")),
        _ if number % 30 == 5 => ("pyspark", format!("spark.range({number}).count()")),
        _ => ("pyspark", format!("1 / ({number} - {number})")),
    }
}

fn check(session: usize, number: usize, output: &Value) {
    let text = output["data"]["text/plain"].as_str().unwrap_or_default();
    let is_right = match number % 6 {
        0 => {
            let sum = session + (0..=number).step_by(6).sum::<usize>();
            text.ends_with(&format!(": Int = {sum}\n"))
        }
        1 | 3 => text == (number / 6 * 2 + (number % 6).div_ceil(2)).to_string(),
        2 => output["data"]["application/json"]["data"] == json!([[number + session]]),
        4 => text == format!("{session}:{number}"),
        _ if number % 30 == 5 => text == number.to_string(),
        _ => output["ename"] == "ZeroDivisionError",
    };
    assert!(is_right, "session {session}, statement {number}: {output}");
}

/// Runs the statements of a session; the victim's driver is killed while its last ones wait.
fn work(session: &Session, index: usize, done: &AtomicUsize) {
    let driver = (index == VICTIM).then(|| session.place().driver);
    for first in (0..STATEMENTS).step_by(BATCH) {
        let batch: Vec<_> = (first..first + BATCH)
            .map(|number| statement(index, number))
            .collect();
        if let Some(driver) = driver
            && first + BATCH > LAST
        {
            session.begin("pyspark", "import time; time.sleep(600)");
            for (kind, code) in &batch {
                session.submit(kind, code);
            }
            send(driver, Signal::SIGKILL);
            session.is_dead("the driver was killed by signal 9");
            return;
        }
        for (number, output) in (first..).zip(session.run_all(&batch)) {
            check(index, number, &output);
        }
        done.store(first + BATCH, Ordering::Relaxed);
    }
}

#[test]
fn four_sessions_work_at_once_and_the_server_stays_as_it_was() {
    let mut server = Serving::start();
    let sessions = [(); 4].map(|()| Session::start(&server.url, "shared"));
    sessions.iter().for_each(Session::wait_until_up);
    let places = sessions.each_ref().map(Session::place);
    let before = descriptors(&server);

    let done = [const { AtomicUsize::new(0) }; 4];
    let memory = std::thread::scope(|scope| {
        let workers: Vec<_> = sessions
            .iter()
            .zip(&done)
            .enumerate()
            .map(|(index, (session, done))| scope.spawn(move || work(session, index, done)))
            .collect();
        let memory = eventually("each session has done 100 statements", || {
            let mut each = workers.iter().zip(&done);
            // One that has failed will say why.
            let is_there = each
                .all(|(worker, done)| done.load(Ordering::Relaxed) >= 100 || worker.is_finished());
            is_there.then(|| memory_of(server.child.id()))
        });
        for worker in workers {
            worker.join().unwrap();
        }
        memory
    });
    let after = memory_of(server.child.id());
    assert!(
        after < memory + memory / 10,
        "{memory} KiB, then {after} KiB"
    );
    eventually("no descriptor is left open", || {
        (descriptors(&server) <= before).then_some(())
    });

    sessions.iter().for_each(Session::delete);
    assert_eq!(get(&format!("{}/sessions", server.url)).json()["total"], 0);
    places.iter().for_each(|place| place.is_empty());
    let folder = session_folder(server.child.id()).unwrap();
    send(server.child.id(), Signal::SIGTERM);
    assert_eq!(server.child.wait().unwrap().code(), Some(143));
    assert!(!folder.exists());
}

//! What livysh adds to a statement on a real Spark, beside pylivy, sparkmagic and a tight loop, each in a session
//! of its own.

use crate::connected::Connected;
use crate::live::{Live, Runs};
use crate::peers::Peers;
use crate::spark;
use crate::table::{Row, Sample};
use livysh::livy::Id;
use std::time::Duration;

/// What is run, and how often in each round by livysh and the loop, and by the peers.
const CASES: [(&str, &str, [usize; 2]); 2] = [
    ("trivial Python statement, real Spark", "7", [40, 4]),
    (
        "350 ms Python statement, real Spark",
        "__import__('time').sleep(0.35) or 7",
        [2, 1],
    ),
];
const ANSWER: &str = "7";
const ROUNDS: usize = 5;

type Side = (&'static str, Box<dyn Runs>, bool);

pub fn measure() {
    let server = spark::server();
    let url = server.url();
    let peers = Peers::find();
    let session = || match Connected::create(&url, "pyspark").session {
        Id::Number(number) => number,
        Id::Text(text) => panic!("session {text}"),
    };
    let floor = Connected::create(&url, "pyspark");
    let mut sides: Vec<Side> = vec![
        ("livysh", Box::new(Live::livysh(&url, session())), false),
        ("tight loop", Box::new(floor), false),
    ];
    if let Some(peers) = &peers {
        let pylivy = Live::pylivy(peers, &url, session());
        let sparkmagic = Live::sparkmagic(peers, &url, session());
        sides.push(("pylivy", Box::new(pylivy), true));
        sides.push(("sparkmagic", Box::new(sparkmagic), true));
    }
    for (what, code, turns) in CASES {
        compare(&mut sides, what, code, turns);
    }
    // Who is in a session leaves before its server does.
    drop(sides);
    server.stop();
}

fn compare(sides: &mut [Side], what: &str, code: &str, turns: [usize; 2]) {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); sides.len()];
    for (_, runs, _) in sides.iter_mut() {
        runs.run(code, ANSWER);
    }
    for _ in 0..ROUNDS {
        for ((_, runs, is_peer), times) in sides.iter_mut().zip(&mut times) {
            let turn = |_| runs.run(code, ANSWER);
            times.extend((0..turns[usize::from(*is_peer)]).map(turn));
        }
    }
    let samples: Vec<Sample> = times.into_iter().map(Sample::of).collect();
    let mut row = Row::of(what, &samples[0]);
    for ((name, ..), theirs) in sides.iter().zip(&samples).skip(1) {
        row = row.beside(name, theirs);
    }
    match samples[2..].iter().map(Sample::median).min() {
        Some(best) => row.budget("less than the best peer", samples[0].median() < best),
        None => row.beside_words("pylivy and sparkmagic are not installed"),
    }
    .print();
}

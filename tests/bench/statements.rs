//! What livysh adds to a statement, beside pylivy, sparkmagic and a tight loop: on a scripted server with exact
//! durations and round trips. Each of them has a server of its own, and they take turns; from 800 ms on they
//! wait at the same time, but the tight loop, which would keep a core busy, has a turn of its own.

use crate::connected::Connected;
use crate::live::{Live, Runs};
use crate::peers::Peers;
use crate::scripted::Server;
use crate::table::{Row, Sample};
use std::time::Duration;

/// Odd ones, for whoever looks at whole seconds has seen those at once.
const SHORT: [u64; 6] = [0, 5, 30, 75, 150, 350];
/// With how often each is measured.
const LONG: [(u64, usize); 4] = [(800, 12), (1_500, 10), (2_700, 9), (10_000, 9)];
const ROUND_TRIPS: [u64; 3] = [0, 20, 80];
const ROUNDS: usize = 8;
/// How often a peer's one turn is livysh's and the loop's, whose p99 is worth more for it.
const TURNS: usize = 4;

pub fn measure() {
    let peers = Peers::find();
    let mut distances = ROUND_TRIPS.map(|round_trip| Distance::of(round_trip, peers.as_ref()));
    for distance in &mut distances {
        for duration in SHORT {
            distance.in_turn(duration);
        }
    }
    for (duration, rounds) in LONG {
        at_once(&mut distances, duration, rounds);
    }
}

/// All who are as far from their servers.
struct Distance {
    round_trip: u64,
    livysh: Side,
    floor: Side,
    peers: Vec<Side>,
}

/// One who runs statements.
struct Side {
    name: &'static str,
    server: Server,
    runs: Box<dyn Runs>,
    times: Vec<Duration>,
    requests: usize,
}

impl Distance {
    fn of(round_trip: u64, peers: Option<&Peers>) -> Distance {
        let side = |name, start: &dyn Fn(&str) -> Box<dyn Runs>| {
            let server = Server::start(Duration::from_millis(round_trip));
            let mut runs = start(&server.url);
            // Connections are made, and what is loaded on demand is there.
            runs.run("0", "0");
            Side {
                name,
                server,
                runs,
                times: Vec::new(),
                requests: 0,
            }
        };
        let livysh = side("livysh", &|url| Box::new(Live::livysh(url, 0)));
        let floor = side("tight loop", &|url| Box::new(Connected::attach(url, 0)));
        let peers = peers.map_or(Vec::new(), |peers| {
            vec![
                side("pylivy", &|url| Box::new(Live::pylivy(peers, url, 0))),
                side("sparkmagic", &|url| {
                    Box::new(Live::sparkmagic(peers, url, 0))
                }),
            ]
        });
        Distance {
            round_trip,
            livysh,
            floor,
            peers,
        }
    }

    fn in_turn(&mut self, duration: u64) {
        for _ in 0..ROUNDS {
            for _ in 0..TURNS {
                self.livysh.run(duration);
                self.floor.run(duration);
            }
            self.peers.iter_mut().for_each(|side| side.run(duration));
        }
        self.report(duration);
    }

    /// The row of what has been measured.
    fn report(&mut self, duration: u64) {
        let what = format!("{duration} ms statement, {} ms round trip", self.round_trip);
        let (ours, requests) = self.livysh.taken();
        let (floor, least) = self.floor.taken();
        let mut row = Row::of(what, &ours).beside(self.floor.name, &floor);
        let mut told = format!("{requests:.1}; {least:.1}");
        let mut best: Option<Duration> = None;
        for side in &mut self.peers {
            let (theirs, requests) = side.taken();
            row = row.beside(side.name, &theirs);
            told += &format!(", {requests:.1}");
            let median = theirs.median();
            best = Some(best.map_or(median, |best| best.min(median)));
        }
        match best {
            Some(best) => row = row.budget("less than the best peer", ours.median() < best),
            None => row = row.beside_words("pylivy and sparkmagic are not installed"),
        }
        row.requests(told).print();
    }
}

impl Side {
    fn run(&mut self, duration: u64) {
        let before = self.server.count(0);
        let code = duration.to_string();
        self.times.push(self.runs.run(&code, &code));
        self.requests += self.server.count(0) - before;
    }

    /// The times since the last row, and the requests that a statement took.
    fn taken(&mut self) -> (Sample, f64) {
        let times = std::mem::take(&mut self.times);
        let requests = std::mem::take(&mut self.requests) as f64 / times.len() as f64;
        (Sample::of(times), requests)
    }
}

/// All of all distances run the statement at the same time, then the loops.
fn at_once(distances: &mut [Distance], duration: u64, rounds: usize) {
    for _ in 0..rounds {
        std::thread::scope(|scope| {
            for distance in distances.iter_mut() {
                for side in distance.peers.iter_mut().chain([&mut distance.livysh]) {
                    scope.spawn(|| side.run(duration));
                }
            }
        });
        std::thread::scope(|scope| {
            for distance in distances.iter_mut() {
                scope.spawn(|| distance.floor.run(duration));
            }
        });
    }
    for distance in distances {
        distance.report(duration);
    }
}

//! livysh's share of a statement's time where durations are as they are in life: as many between 5 and 50 ms as
//! between 5 and 50 s. The short ones take turns, the long ones wait at the same time. Then what a minute's
//! statement asks of its server.

use crate::connected::Connected;
use crate::live::{Live, Runs};
use crate::scripted::Server;
use crate::table::{Row, Sample};
use std::time::{Duration, Instant};

const DURATIONS: u32 = 48;
const SHORTEST: f64 = 5.0;
const LONGEST: f64 = 60_000.0;
/// What takes longer waits with the others.
const SHORT: u64 = 1_000;
/// How often a short one is run.
const ROUNDS: usize = 3;
const MINUTE: u64 = 61_700;

pub fn measure() {
    let server = Server::start(Duration::ZERO);
    // What the way there and back takes, however often one looks.
    let floor = Connected::attach(&server.url, 0);
    let looks = (0..40).map(|_| floor.statement("5", None) - Duration::from_millis(5));
    let floor = Sample::of(looks.collect()).median();
    let (short, long): (Vec<u64>, Vec<u64>) = durations().partition(|duration| *duration < SHORT);
    let mut livysh = Live::livysh(&server.url, 1);
    livysh.run("0", "0");
    let mut times = vec![Vec::new(); short.len()];
    for at in (0..ROUNDS).flat_map(|_| unlike(short.len())) {
        let code = short[at].to_string();
        times[at].push(livysh.run(&code, &code));
    }
    let share = |(duration, times)| Share::of(duration, Sample::of(times).median(), floor);
    let mut shares: Vec<Share> = short.into_iter().zip(times).map(share).collect();
    let (began, times) = at_once(&server, &[long.as_slice(), &[MINUTE]].concat());
    let late = long.iter().zip(&times);
    shares.extend(late.map(|(duration, time)| Share::of(*duration, *time, floor)));
    report(&shares);
    let asked = server.requests(2 + long.len() as i64);
    requests(&asked, began);
}

/// The middles of as many equal parts of the logarithms.
fn durations() -> impl Iterator<Item = u64> {
    (0..DURATIONS).map(|part| {
        let share = (f64::from(part) + 0.5) / f64::from(DURATIONS);
        (SHORTEST * (LONGEST / SHORTEST).powf(share)).round() as u64
    })
}

/// So many places in an order in which no length tells the next one: livysh would know by it when to look.
fn unlike(count: usize) -> impl Iterator<Item = usize> {
    let half = count.div_ceil(2);
    let places = (0..half).flat_map(move |place| [place, place + half]);
    places.filter(move |place| *place < count)
}

/// Each in a session of its own, from the second on; when they began, and what each took.
fn at_once(server: &Server, durations: &[u64]) -> (Instant, Vec<Duration>) {
    let sessions = 2..2 + durations.len() as i64;
    let mut programs: Vec<Live> = sessions
        .map(|session| Live::livysh(&server.url, session))
        .collect();
    for program in &mut programs {
        program.run("0", "0");
    }
    let began = Instant::now();
    let times = std::thread::scope(|scope| {
        let threads: Vec<_> = programs
            .iter_mut()
            .zip(durations)
            .map(|(program, duration)| {
                let code = duration.to_string();
                scope.spawn(move || program.run(&code, &code))
            })
            .collect();
        let times = threads.into_iter().map(|thread| thread.join().unwrap());
        times.collect()
    });
    (began, times)
}

struct Share {
    /// More than the tight loop's.
    added: Duration,
    /// Of what may be added to it.
    of_budget: f64,
    of_duration: f64,
}

impl Share {
    fn of(duration: u64, took: Duration, floor: Duration) -> Share {
        let duration = Duration::from_millis(duration);
        let added = took.saturating_sub(duration + floor);
        let allowed = Duration::from_millis(5).max(duration / 10);
        Share {
            added,
            of_budget: added.as_secs_f64() / allowed.as_secs_f64(),
            of_duration: added.as_secs_f64() / duration.as_secs_f64(),
        }
    }
}

fn report(shares: &[Share]) {
    let mean = |what: fn(&Share) -> f64| shares.iter().map(what).sum::<f64>() / shares.len() as f64;
    let added = Sample::of(shares.iter().map(|share| share.added).collect());
    let percent = 100.0 * mean(|share| share.of_duration);
    let of_budget = mean(|share| share.of_budget);
    Row::of(
        format!("livysh's share of {DURATIONS} statements of 5 ms to 60 s, log-uniform"),
        &added,
    )
    .beside_words(format!("of the statement {percent:.1} % (mean)"))
    .beside_words("of its budget: the ratio (mean)")
    .ratio(of_budget)
    .budget("5 ms or 10 %", of_budget <= 1.0)
    .print();
}

/// Of the one statement that takes a minute.
fn requests(asked: &[Instant], began: Instant) {
    let early = Duration::from_secs(10);
    let all = asked
        .iter()
        .filter_map(|at| at.checked_duration_since(began));
    // Chance makes each gap longer or shorter: it is their sum that has a budget.
    let is_within = all.clone().zip(1..).all(|(since, count)| {
        let later = since.saturating_sub(early).as_secs_f64();
        f64::from(count) <= 60.0 + later.ceil()
    });
    let (first, later): (Vec<_>, Vec<_>) = all.partition(|since| *since < early);
    let gaps = later.len().saturating_sub(1) as f64;
    let span = match (later.first(), later.last()) {
        (Some(first), Some(last)) => (*last - *first).as_secs_f64(),
        _ => 0.0,
    };
    let a_second = gaps / span;
    Row::figure(
        "requests in a long statement's first 10 s",
        first.len().to_string(),
    )
    .budget("60", first.len() <= 60)
    .print();
    Row::figure("requests a second after that", format!("{a_second:.2}")).print();
    let all = first.len() + later.len();
    Row::figure(
        "requests in the whole of a minute's statement",
        all.to_string(),
    )
    .budget("60, then 1 a second", is_within)
    .print();
}

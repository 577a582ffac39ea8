//! What a client's looks cost, computed in virtual time: how much later than possible it sees the end of a
//! statement, and how many requests that takes.
//!
//! Ages count from the answer to the POST. A look that is sent at an age is answered a round trip later and
//! sees what was over half a round trip before: an end at age `d` is seen by looks sent at `d - round trip` or
//! later, and nobody can know of it before `d`. The server answers at once. What a client does before the POST
//! is counted among its requests, and its time is left out.

use livysh::delivery::{Lasted, Looks, Seen};
use std::time::Duration;

/// Statements of a distribution; the golden ratio's multiples spread them evenly in any order.
const STATEMENTS: usize = 600;
const GOLDEN: f64 = 0.618_033_988_749_895;
pub const ROUND_TRIPS: [u64; 3] = [0, 20, 80];
pub const DURATIONS: [u64; 10] = [0, 5, 30, 75, 150, 350, 800, 1_500, 2_700, 10_000];

/// A client's way to wait, from statement to statement.
pub trait Waits {
    /// The POST is answered; gives the wait before the first look.
    fn begin(&mut self) -> Duration;
    /// A look has been answered, and the statement is not over.
    fn gap(&mut self, seen: Seen, chance: f64) -> Duration;
    fn over(&mut self, _age: Duration) {}
}

#[derive(Default)]
pub struct Ours {
    looks: Looks,
    lasted: Lasted,
    /// Whether statements before tell it something.
    pub remembers: bool,
}

impl Waits for Ours {
    fn begin(&mut self) -> Duration {
        self.looks = Looks::after(&self.lasted);
        Duration::ZERO
    }

    fn gap(&mut self, seen: Seen, chance: f64) -> Duration {
        self.looks.gap(seen, chance)
    }

    fn over(&mut self, age: Duration) {
        if self.remembers {
            self.lasted.note(self.looks.over(age));
        }
    }
}

/// A client that waits by a list of milliseconds, of which the last one goes on.
pub struct Listed {
    first: u64,
    list: &'static [u64],
    next: usize,
}

impl Waits for Listed {
    fn begin(&mut self) -> Duration {
        self.next = 0;
        Duration::from_millis(self.first)
    }

    fn gap(&mut self, _: Seen, _: f64) -> Duration {
        let gap = self.list[self.next.min(self.list.len() - 1)];
        self.next += 1;
        Duration::from_millis(gap)
    }
}

pub struct Client {
    pub name: &'static str,
    /// Requests before the POST.
    before: usize,
    pub is_peer: bool,
    waits: Box<dyn Fn() -> Box<dyn Waits>>,
}

/// Ours, the floor, and the peers as their sources have it.
pub fn clients() -> Vec<Client> {
    let listed = |name, before, first, list: &'static [u64]| Client {
        name,
        before,
        is_peer: !list.is_empty() && list != [1],
        waits: Box::new(move || {
            Box::new(Listed {
                first,
                list,
                next: 0,
            })
        }),
    };
    vec![
        ours(),
        listed("tight loop, 1 ms", 0, 0, &[1]),
        listed("pylivy 0.8.0", 0, 100, &[200, 300, 500, 1_000]),
        listed("livyc 0.0.14", 0, 0, &[100, 200, 300, 500, 1_000]),
        listed(
            "sparkmagic 0.23",
            1,
            0,
            &[200, 500, 500, 1_000, 1_000, 2_000],
        ),
        listed("livy-uploads 0.1.5", 1, 0, &[300]),
        listed("Zeppelin, 1 s", 0, 1_000, &[1_000]),
        listed("livy-query-console, 1 s", 3, 0, &[1_000]),
    ]
}

pub fn ours() -> Client {
    with_memory("livysh", true)
}

/// As for a first statement, whenever it comes.
pub fn ours_at_first() -> Client {
    with_memory("livysh, without what was before", false)
}

fn with_memory(name: &'static str, remembers: bool) -> Client {
    Client {
        name,
        before: 0,
        is_peer: false,
        waits: Box::new(move || {
            Box::new(Ours {
                remembers,
                ..Ours::default()
            })
        }),
    }
}

/// How long statements take, by a share from 0 to 1, in milliseconds.
pub struct Durations {
    pub name: String,
    /// Of how many tasks the Spark job is whose progress is told; none without one.
    tasks: Option<f64>,
    milliseconds: Box<dyn Fn(f64) -> f64>,
}

fn durations(name: &str, milliseconds: impl Fn(f64) -> f64 + 'static) -> Durations {
    Durations {
        name: name.to_owned(),
        tasks: None,
        milliseconds: Box::new(milliseconds),
    }
}

/// About one duration: a fifth to both sides, so that no grid of looks meets it by luck. None is longer than
/// ten seconds: after them there is a look a second, and nothing to be proud of.
pub fn about(milliseconds: u64) -> Durations {
    let (middle, width) = match milliseconds {
        10_000 => (9_000.0, 2_000.0),
        other => (other as f64, 0.4 * other as f64),
    };
    durations(&format!("{milliseconds} ms"), move |share| {
        middle + width * (share - 0.5)
    })
}

/// A script's statements, that resemble each other.
pub fn alike(milliseconds: u64) -> Durations {
    let middle = milliseconds as f64;
    durations(&format!("{milliseconds} ms, alike"), move |share| {
        middle * (0.97 + 0.06 * share)
    })
}

/// A statement that is run again and again.
pub fn same(milliseconds: u64) -> Durations {
    let name = format!("{milliseconds} ms, the same");
    durations(&name, move |_| milliseconds as f64)
}

/// Shaped after a trace of Python's `6 * 7` on a Spark of the same machine, whose times are whole milliseconds:
/// most are over after 2 to 4 ms, one of ten takes more than 6.
pub fn short_ones() -> Durations {
    const SHARES: [(f64, f64); 9] = [
        (0.0, 1.8),
        (0.29, 2.7),
        (0.66, 3.6),
        (0.81, 4.6),
        (0.88, 5.6),
        (0.91, 6.6),
        (0.95, 8.0),
        (0.99, 14.0),
        (1.0, 20.0),
    ];
    by_shares("short ones, 2 to 20 ms", &SHARES)
}

/// Shaped after a trace of Scala's `println(6 * 7)` on a busy machine, a fifth shorter than there: what its
/// compiler takes, and now and then a pause.
pub fn with_pauses() -> Durations {
    const SHARES: [(f64, f64); 7] = [
        (0.0, 78.0),
        (0.1, 87.0),
        (0.5, 112.0),
        (0.85, 146.0),
        (0.9, 156.0),
        (0.95, 214.0),
        (1.0, 380.0),
    ];
    by_shares("with pauses, 80 to 380 ms", &SHARES)
}

/// By the milliseconds within which so large a share is over.
fn by_shares(name: &str, shares: &'static [(f64, f64)]) -> Durations {
    durations(name, move |share| {
        let is_within = |two: &&[(f64, f64)]| share <= two[1].0;
        let two = shares.windows(2).find(is_within).unwrap();
        let ((from, least), (to, most)) = (two[0], two[1]);
        least + (most - least) * (share - from) / (to - from)
    })
}

pub fn log_uniform() -> Durations {
    durations("log-uniform 5 ms to 60 s", |share| {
        5.0 * 12_000_f64.powf(share)
    })
}

pub fn distributions() -> Vec<Durations> {
    let mut all: Vec<Durations> = DURATIONS.into_iter().map(about).collect();
    all.extend([30, 350, 1_500].map(alike));
    all.extend([30, 350, 1_500].map(same));
    all.extend([short_ones(), with_pauses()]);
    all.push(log_uniform());
    for seconds in [0.5, 2.0, 10.0, 60.0] {
        let name = format!("uniform 0 to {seconds} s");
        all.push(durations(&name, move |share| share * seconds * 1e3));
    }
    all.push(durations("exponential, mean 2 s", |share| {
        -(1.0 - share).ln() * 2e3
    }));
    all.push(durations(
        "mix: 9 of 10 about 30 ms, else about 20 s",
        |share| {
            let (is_long, share) = (share > 0.9, (share * 10.0).fract());
            (0.8 + 0.4 * share) * if is_long { 20e3 } else { 30.0 }
        },
    ));
    all.extend(jobs());
    all
}

/// Spark jobs that tell their progress.
pub fn jobs() -> Vec<Durations> {
    let job = |name: &str, least: f64, times: f64, tasks| Durations {
        tasks: Some(tasks),
        ..durations(name, move |share| least * times.powf(share))
    };
    vec![
        job("jobs of 200 tasks, 1 to 10 s", 1e3, 10.0, 200.0),
        job("jobs of 200 tasks, 10 s to 100 s", 1e4, 10.0, 200.0),
        job("jobs of 16 tasks, 10 s to 100 s", 1e4, 10.0, 16.0),
    ]
}

impl Durations {
    /// The same without a word about progress.
    pub fn silent(self) -> Durations {
        Durations {
            tasks: None,
            ..self
        }
    }
}

/// What one statement cost.
struct Cost {
    overhead: Duration,
    lasted: Duration,
    requests: usize,
    in_ten_seconds: usize,
    /// Whether at no time there were more than sixty requests and one for each second after the tenth.
    is_within_budget: bool,
}

/// What a distribution's statements cost.
pub struct Costs(Vec<Cost>);

impl Costs {
    /// In milliseconds.
    pub fn overhead(&self) -> f64 {
        mean(self.0.iter().map(|cost| cost.overhead.as_secs_f64() * 1e3))
    }

    #[allow(dead_code)] // The bench prints it.
    pub fn overhead_p99(&self) -> f64 {
        let mut all: Vec<_> = self.0.iter().map(|cost| cost.overhead).collect();
        all.sort();
        all[all.len() * 99 / 100].as_secs_f64() * 1e3
    }

    /// Without those of the first statements, so many.
    pub fn after(self, first: usize) -> Costs {
        Costs(self.0.into_iter().skip(first).collect())
    }

    /// The mean share of what a statement took; what takes less than this counts as if it took as long.
    pub fn share(&self, least: Duration) -> f64 {
        let share = |cost: &Cost| cost.overhead.div_duration_f64(cost.lasted.max(least));
        mean(self.0.iter().map(share))
    }

    pub fn requests(&self) -> f64 {
        mean(self.0.iter().map(|cost| cost.requests as f64))
    }

    pub fn is_within_budget(&self) -> bool {
        self.0.iter().all(|cost| cost.is_within_budget)
    }

    #[allow(dead_code)]
    pub fn most_in_ten_seconds(&self) -> usize {
        self.0.iter().map(|cost| cost.in_ten_seconds).max().unwrap()
    }
}

fn mean(all: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = all.fold((0.0, 0), |(sum, count), one| (sum + one, count + 1));
    sum / f64::from(count.max(1))
}

/// Runs a session of a client.
pub fn run(client: &Client, durations: &Durations, round_trip: Duration) -> Costs {
    let mut waits = (client.waits)();
    let mut chance = 0.5;
    let costs = (0..STATEMENTS).map(|number| {
        let share = (number as f64 * GOLDEN).fract();
        let lasts = Duration::from_secs_f64((durations.milliseconds)(share) / 1e3);
        let mut cost = one(waits.as_mut(), lasts, durations.tasks, round_trip, || {
            chance = f64::fract(chance + GOLDEN * GOLDEN * 7.0 + 0.123);
            chance * 2.0 - 1.0
        });
        cost.requests += client.before;
        cost.in_ten_seconds += client.before;
        cost
    });
    Costs(costs.collect())
}

fn one(
    waits: &mut dyn Waits,
    lasts: Duration,
    tasks: Option<f64>,
    round_trip: Duration,
    mut chance: impl FnMut() -> f64,
) -> Cost {
    // The POST is a request.
    let (mut requests, mut in_ten_seconds, mut is_within_budget) = (1, 1, true);
    let mut sent = waits.begin();
    loop {
        requests += 1;
        in_ten_seconds += usize::from(sent < Duration::from_secs(10));
        let later = sent.saturating_sub(Duration::from_secs(10));
        is_within_budget &= requests <= 60 + later.as_secs_f64().ceil() as usize;
        let age = sent + round_trip;
        if age >= lasts {
            waits.over(age);
            return Cost {
                overhead: age - lasts.max(round_trip),
                lasted: lasts,
                requests,
                in_ten_seconds,
                is_within_budget,
            };
        }
        let progress = tasks.map_or(0.0, |tasks| progress(age, lasts, tasks));
        let seen = Seen {
            age,
            round_trip,
            progress,
        };
        sent = age + waits.gap(seen, chance());
    }
}

/// A tenth of the time is planning, and a twentieth is left when all tasks are done; tasks end faster at first.
fn progress(age: Duration, lasts: Duration, tasks: f64) -> f64 {
    let share = (age.div_duration_f64(lasts) - 0.1) / 0.85;
    (share.clamp(0.0, 1.0).powf(0.9) * tasks).floor() / tasks
}

/// Requests of a first statement, the POST among them, where chance shortens or lengthens every gap by this much.
pub fn requests(lasts: Duration, chance: f64, round_trip: Duration) -> usize {
    one(&mut Ours::default(), lasts, None, round_trip, || chance).requests
}

/// Requests in the first ten seconds and in the minute after them, of a statement that goes on, where chance
/// shortens or lengthens every gap by this much.
pub fn requests_of_a_long_one(chance: f64, round_trip: Duration) -> (usize, usize) {
    let cost = |seconds| {
        let lasts = Duration::from_secs(seconds);
        one(&mut Ours::default(), lasts, None, round_trip, || chance)
    };
    let minute = cost(70);
    (
        minute.in_ten_seconds,
        minute.requests - minute.in_ten_seconds,
    )
}

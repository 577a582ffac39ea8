//! A long run of one livysh through a bad network: statements of all languages and sizes, as fast as
//! the server answers. Each has run once, in its order, and livysh stays as it was. `LIVYSH_TEST_SOAK`
//! says for how long, such as `15m`; the figures then stand in `target/soak.md`.

use crate::support::chance::{Chance, by_chance};
use crate::support::chaos::{Chaos, Fault, Span};
use crate::support::processes::memory_of;
use crate::support::program::Home;
use crate::support::session::Session;
use crate::support::spark::shared;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long it takes where nobody says otherwise.
const SECONDS: u64 = 30;
/// Of requests, one in so many is broken.
const BROKEN: u64 = 12;
/// So many statements are sent ahead of what has come back.
const AHEAD: usize = 5;
/// What may be more at the end than after the first part of the run: an allocator keeps some of what
/// the largest results took.
const MORE_MEMORY: f64 = 1.25;

/// Those that a network makes, and that pass.
const PASSING: [Fault; 5] = [
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Cut,
    Fault::GaveUp,
    Fault::Status("503 Service Unavailable", "Content-Type: text/html\r\n", ""),
];

struct Runner {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    said: Arc<Mutex<String>>,
    _home: Home,
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// In KiB.
    memory: u64,
    descriptors: usize,
    threads: usize,
}

impl Runner {
    fn start(chaos: &Chaos, session: &str) -> Runner {
        let home = Home::new();
        let folder = home.path().join("config/livysh");
        std::fs::create_dir_all(&folder).unwrap();
        let limits = "timeout = \"10s\"\nsettle = \"300ms\"\ngateway_patience = \"600ms\"";
        let profile = format!("[profiles.p]\nurl = \"{}\"\n{limits}\n", chaos.url);
        std::fs::write(folder.join("config.toml"), profile).unwrap();
        let arguments = [
            "-p",
            "p",
            "-s",
            session,
            "-l",
            "python",
            "--keep-going",
            "-",
        ];
        let mut child = home
            .command(&arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (kept, errors) = (said.clone(), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                writeln!(kept.lock().unwrap(), "{line}").unwrap();
            }
        });
        Runner {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
            said,
            _home: home,
        }
    }

    fn held(&self) -> Held {
        let count = |what: &str| {
            let folder = format!("/proc/{}/{what}", self.child.id());
            std::fs::read_dir(folder).unwrap().count()
        };
        Held {
            memory: memory_of(self.child.id()),
            descriptors: count("fd"),
            threads: count("task"),
        }
    }

    /// Reads what a statement gives.
    fn takes(&mut self, expected: &str) {
        for wanted in expected.lines() {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            let (seen, wanted_start) = (shortened(line.trim_end()), shortened(wanted));
            let is_it = line.trim_end() == wanted;
            assert!(
                is_it,
                "{seen} came for {wanted_start}; said {}",
                self.said.lock().unwrap()
            );
        }
    }
}

fn shortened(line: &str) -> String {
    line.chars().take(80).collect()
}

/// A statement with this number, and the lines that it gives.
fn statement(chance: &mut Chance, number: usize, file: &str) -> (String, String) {
    let count = format!("_ = open({file:?}, 'a').write('{number} ')");
    let size = chance.pick(&[1, 10, 100, 1_000, 20_000]);
    match chance.below(7) {
        0 | 1 => (
            format!("%%python\n{count}\n{number} + 1\n\n"),
            format!("{}\n", number + 1),
        ),
        2 => (
            format!(
                "%%python\n{count}\nprint(('{number} ' + 'x' * 60 + '\\n') * {size}, end='')\n\n"
            ),
            format!("{number} {}\n", "x".repeat(60)).repeat(size),
        ),
        // Much code, and little of it comes back.
        3 => (
            format!("%%python\n{count}\nlen('''{}''')\n\n", "y\n".repeat(size)),
            format!("{}\n", size * 2),
        ),
        4 => (
            format!("%%python\n{count}\nspark.range({size}).count()\n\n"),
            format!("{size}\n"),
        ),
        5 => (
            format!("%%python\n{count}\n%%sql\nselect {number} as n\n"),
            format!(
                "+{0}+\n|{1:>2$}|\n+{0}+\n|{number}|\n+{0}+\n",
                "-".repeat(digits(number)),
                "n",
                digits(number)
            ),
        ),
        _ => (
            format!("%%python\n{count}\n%%scala\nprintln({number} * 2)\n"),
            format!("{}\n", number * 2),
        ),
    }
}

fn digits(number: usize) -> usize {
    number.to_string().len()
}

fn length() -> Option<Duration> {
    let length = std::env::var("LIVYSH_TEST_SOAK").ok()?;
    Some(humantime::parse_duration(&length).unwrap())
}

fn report(length: Duration, statements: usize, faults: usize, all: &[Held]) {
    let mut table = format!(
        "{} s, {statements} statements, {faults} broken requests\n\n| after | memory | descriptors | threads |\n|---|---|---|---|\n",
        length.as_secs()
    );
    for (index, held) in all.iter().enumerate() {
        let after = length.as_secs() * index as u64 / (all.len() - 1) as u64;
        let memory = held.memory as f64 / 1024.0;
        writeln!(
            table,
            "| {after} s | {memory:.1} MB | {} | {} |",
            held.descriptors, held.threads
        )
        .unwrap();
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/target/soak.md");
    std::fs::write(file, table).unwrap();
}

/// How many times it is looked at what the process holds, and after how many it is warm.
const LOOKS: u32 = 10;
const WARM: usize = 4;

#[test]
fn a_long_run_through_a_bad_network_leaves_livysh_as_it_was() {
    by_chance(|seed| {
        let (url, _) = shared();
        let session = Session::start(url, "shared");
        session.wait_until_up();
        let chaos = Chaos::before(url);
        for (index, fault) in PASSING.into_iter().enumerate() {
            let one_in = Span::OneIn(BROKEN * PASSING.len() as u64);
            chaos.break_it(None, fault, one_in, seed + index as u64);
        }
        let mut runner = Runner::start(&chaos, session.url.rsplit('/').next().unwrap());
        let count = runner._home.path().join("count");
        let file = count.to_str().unwrap().to_owned();
        let length_asked = length();
        let length = length_asked.unwrap_or(Duration::from_secs(SECONDS));
        let (mut chance, began) = (Chance::new(seed), Instant::now());
        let (mut sent, mut in_order) = (0, String::new());
        let mut waiting = std::collections::VecDeque::new();
        let mut all = Vec::new();
        while began.elapsed() < length {
            let (code, expected) = statement(&mut chance, sent, &file);
            runner.input.write_all(code.as_bytes()).unwrap();
            write!(in_order, "{sent} ").unwrap();
            sent += 1;
            waiting.push_back(expected);
            if waiting.len() > AHEAD {
                runner.takes(&waiting.pop_front().unwrap());
                if began.elapsed() >= length * all.len() as u32 / LOOKS {
                    all.push(runner.held());
                }
            }
        }
        // The last one ends when the next cell begins.
        runner.input.write_all(b"%%python\n'end'\n\n").unwrap();
        while let Some(expected) = waiting.pop_front() {
            runner.takes(&expected);
        }
        runner.takes("'end'");
        all.push(runner.held());
        let Runner {
            mut child,
            input,
            said,
            ..
        } = runner;
        drop(input);
        let code = child.wait().unwrap().code();
        let said = said.lock().unwrap();
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(std::fs::read_to_string(&count).unwrap(), in_order, "{said}");
        assert!(chaos.fired() > 0);
        if length_asked.is_some() {
            report(length, sent, chaos.fired(), &all);
        }
        let (warm, last) = (all[all.len().min(WARM) - 1], all[all.len() - 1]);
        assert!(
            (last.memory as f64) < warm.memory as f64 * MORE_MEMORY,
            "{all:?}"
        );
        let most = |of: fn(&Held) -> usize| all.iter().take(WARM).map(of).max().unwrap();
        assert!(last.descriptors <= most(|held| held.descriptors), "{all:?}");
        assert!(last.threads <= most(|held| held.threads), "{all:?}");
        session.delete();
    });
}

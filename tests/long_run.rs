//! A long dialogue of one livysh on a terminal, through a bad network: statements of several languages
//! and sizes, as fast as the server answers. Each runs once, in its order, and livysh stays as it was.
//! `LIVYSH_TEST_SOAK` says for how long, such as `15m`; the figures then stand in
//! `target/tmp/soak.md`.

use crate::support::PATIENCE;
use crate::support::chance::{Chance, by_chance};
use crate::support::chaos::{Chaos, Fault, Span};
use crate::support::processes::memory_of;
use crate::support::program::{BINARY, Home, foreign_variables};
use crate::support::session::Session;
use crate::support::spark::shared;
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long it takes where nobody says otherwise.
const LENGTH: Duration = Duration::from_secs(30);
/// Of requests, one in so many is broken.
const BROKEN: u64 = 12;
/// How often it is looked at what the process holds. Of the first and of the last of these looks the
/// median is taken: one alone may meet a large result on its way.
const LOOKS: u32 = 10;
const ENDS: usize = 4;
/// In KiB. A thread that meets a large result, or a broken one, for the first time keeps some megabytes
/// of what it took, which comes in steps, and a history grows. Results that are kept are more soon.
const MORE_MEMORY: usize = 16 * 1024;
/// A connection or a thread may just be there.
const MORE_OPEN: usize = 1;
/// How often the largest outputs may be needed before the process is warm.
const MOST_ROUNDS: usize = 20;
/// The largest outputs.
const LINES: usize = 10_000;
/// As many rows as a server gives without being told otherwise, at most.
const ROWS: usize = 900;

/// Those that a network makes, and that pass.
const PASSING: [Fault; 5] = [
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Cut,
    Fault::GaveUp,
    Fault::Status("503 Service Unavailable", "Content-Type: text/html\r\n", ""),
];

/// What the line editor sends when it begins to take keys.
const TAKES_KEYS: &str = "\x1b[?2004h";
/// At a prompt nothing is sent again without being asked for.
const NOT_RUN: &str = "it has not run.";

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// In KiB.
    memory: u64,
    descriptors: usize,
    threads: usize,
}

/// A terminal that only keeps what is written to it.
struct Window {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    shown: Receiver<Vec<u8>>,
    /// What has come since the last wait was over.
    seen: String,
    home: Home,
}

impl Window {
    fn start(chaos: &Chaos, session: &str) -> Window {
        let home = Home::new();
        let folder = home.path().join("config/livysh");
        std::fs::create_dir_all(&folder).unwrap();
        let limits = "timeout = \"10s\"\nsettle = \"200ms\"\ngateway_patience = \"400ms\"";
        let profile = format!("[profiles.p]\nurl = \"{}\"\n{limits}\n", chaos.url);
        std::fs::write(folder.join("config.toml"), profile).unwrap();
        let size = PtySize {
            rows: 50,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(BINARY);
        command.args(["-p", "p", "-s", session, "-l", "python"]);
        for name in foreign_variables() {
            command.env_remove(name);
        }
        for (name, value) in home.environment() {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (told, shown) = channel();
        std::thread::spawn(move || {
            let _master = pair.master;
            let mut buffer = [0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                told.send(buffer[..count].to_vec()).ok();
            }
        });
        Window {
            child,
            keys,
            shown,
            seen: String::new(),
            home,
        }
    }

    /// Waits for one of these; which came, and what had come with it.
    fn wait_for(&mut self, words: &[&str]) -> (usize, String) {
        let mut looked_at: usize = 0;
        loop {
            let mut start = looked_at.saturating_sub(100);
            while !self.seen.is_char_boundary(start) {
                start -= 1;
            }
            let found = |word: &&str| Some(start + self.seen[start..].find(*word)? + word.len());
            let first = words.iter().map(found).enumerate();
            let first = first.filter_map(|(which, at)| Some((at?, which))).min();
            if let Some((end, which)) = first {
                let rest = self.seen.split_off(end);
                return (which, std::mem::replace(&mut self.seen, rest));
            }
            looked_at = self.seen.len();
            let Ok(bytes) = self.shown.recv_timeout(PATIENCE) else {
                let end = self.seen.chars().rev().take(3000).collect::<String>();
                let end: String = end.chars().rev().collect();
                panic!("{words:?} did not come; the end of what did: {end}");
            };
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn held(&self) -> Held {
        let process = self.child.process_id().unwrap();
        let count = |what: &str| {
            let folder = format!("/proc/{process}/{what}");
            std::fs::read_dir(folder).unwrap().count()
        };
        Held {
            memory: memory_of(process),
            descriptors: count("fd"),
            threads: count("task"),
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What is typed or pasted, and what comes of it.
struct Input {
    language: &'static str,
    keys: String,
    /// Its last output.
    end: String,
    /// A line that comes so often before that.
    lines: (String, usize),
    /// Whether it counts that it runs.
    is_counted: bool,
}

fn input(chance: &mut Chance, number: usize, file: &str) -> Input {
    let count = format!("open('{file}', 'a').write('{number} ')");
    let end = format!("end {number}\r\n");
    let size = chance.pick(&[1, 10, 100, 1_000, LINES]);
    // One expression: what a line holds more than one of is sent one by one, and may fail between.
    let python = |before: String| Input {
        language: "python",
        keys: format!("({count}, {before}, print('end', {number}))[2]\r"),
        end: end.clone(),
        lines: (String::new(), 0),
        is_counted: true,
    };
    match chance.below(8) {
        0 => python("0".to_owned()),
        1 => {
            let line = format!("{number} {}", "x".repeat(60));
            Input {
                lines: (format!("{line}\r\n"), size),
                ..python(format!(
                    "print(('{number} ' + 'x' * 60 + '\\n') * {size}, end='')"
                ))
            }
        }
        // Much code, and little comes of it.
        2 => {
            let text = "a line of code\r".repeat(size.min(200));
            let code = python(format!("len('''{text}''')")).keys;
            Input {
                keys: format!("\x1b[200~{}\x1b[201~\r", code.trim_end()),
                ..python(String::new())
            }
        }
        3 => python(format!("spark.range({size}).count()")),
        4 => Input {
            end: "ZeroDivisionError: division by zero".to_owned(),
            ..python("1 / 0".to_owned())
        },
        5 | 6 => Input {
            language: "scala",
            keys: format!(
                "{{ val f = new java.io.FileWriter(\"{file}\", true); f.write(\"{number} \"); \
                 f.close(); println(\"end \" + {number}) }}\r"
            ),
            ..python(String::new())
        },
        _ => Input {
            language: "sql",
            keys: format!(
                "select id, concat('end ', '{number}') as e from range({}) order by id desc;\r",
                size.min(ROWS)
            ),
            end: format!("|     0|end {number}"),
            is_counted: false,
            ..python(String::new())
        },
    }
}

/// The largest output of each language, after which an allocator has what it ever needs.
fn largest() -> [Input; 3] {
    let print = |language, keys: String| Input {
        language,
        keys,
        end: "end largest\r\n".to_owned(),
        lines: (format!("large {}\r\n", "x".repeat(60)), LINES),
        is_counted: false,
    };
    let line = "'large ' + 'x' * 60 + '\\n'";
    let scala_line = line.replace('\'', "\"");
    [
        print(
            "python",
            format!("(print(({line}) * {LINES}, end=''), print('end', 'largest'))[1]\r"),
        ),
        print(
            "scala",
            format!("{{ print(({scala_line}) * {LINES}); println(\"end \" + \"largest\") }}\r"),
        ),
        Input {
            end: "|     0|end largest".to_owned(),
            lines: (String::new(), 0),
            ..print(
                "sql",
                format!(
                    "select id, concat('end ', 'largest') as e from range({ROWS}) order by id desc;\r"
                ),
            )
        },
    ]
}

fn length() -> Option<Duration> {
    let length = std::env::var("LIVYSH_TEST_SOAK").ok()?;
    Some(humantime::parse_duration(&length).unwrap())
}

fn report(length: Duration, inputs: usize, faults: usize, all: &[Held]) {
    let mut table = format!(
        "{} s, {inputs} inputs, {faults} broken requests\n\n\
         | after | memory | descriptors | threads |\n|---|---|---|---|\n",
        length.as_secs()
    );
    for (index, held) in all.iter().enumerate() {
        let after = length.as_secs() * index as u64 / u64::from(LOOKS);
        let memory = held.memory as f64 / 1024.0;
        let (descriptors, threads) = (held.descriptors, held.threads);
        writeln!(
            table,
            "| {after} s | {memory:.1} MB | {descriptors} | {threads} |"
        )
        .unwrap();
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak.md");
    std::fs::write(path, table).unwrap();
}

/// Gives an input until it has run, at the prompt of its language.
fn give(window: &mut Window, language: &mut &'static str, input: &Input) {
    if input.language != *language {
        *language = input.language;
        window.send(&format!(":lang {language}\r"));
        window.wait_for(&[TAKES_KEYS]);
    }
    let came = loop {
        window.send(&input.keys);
        let (which, came) = window.wait_for(&[&input.end, NOT_RUN]);
        window.wait_for(&[TAKES_KEYS]);
        if which == 0 {
            break came;
        }
    };
    let (line, times) = &input.lines;
    assert!(
        *times == 0 || came.matches(line.as_str()).count() == *times,
        "{came}"
    );
}

/// Gives the largest outputs again until they leave no more behind than the time before, twice: each
/// thread has memory of its own. What is lost with every output never comes to rest.
fn warm(window: &mut Window, language: &mut &'static str) {
    let mut memory: Vec<u64> = Vec::new();
    let is_at_rest = |memory: &[u64]| match memory {
        [.., before, _, last] => last - last / 50 <= *before,
        _ => false,
    };
    while !is_at_rest(&memory) {
        assert!(memory.len() < MOST_ROUNDS, "it grows: {memory:?}");
        for input in largest() {
            give(window, language, &input);
        }
        memory.push(window.held().memory);
    }
}

/// A dialogue for so long; what the process held meanwhile, and how many inputs there were.
fn talk(window: &mut Window, length: Duration, chance: &mut Chance) -> (Vec<Held>, usize) {
    let count = window.home.path().join("count");
    let file = count.to_str().unwrap().to_owned();
    let (mut language, mut in_order) = ("python", String::new());
    window.wait_for(&["Spark session available"]);
    window.send("\r");
    window.wait_for(&[TAKES_KEYS]);
    warm(window, &mut language);
    let (mut all, mut number, began) = (Vec::new(), 0, Instant::now());
    while began.elapsed() < length || all.len() <= LOOKS as usize {
        if began.elapsed() >= length * all.len() as u32 / LOOKS {
            all.push(window.held());
        }
        let input = input(chance, number, &file);
        give(window, &mut language, &input);
        if input.is_counted {
            write!(in_order, "{number} ").unwrap();
        }
        number += 1;
    }
    assert_eq!(std::fs::read_to_string(&count).unwrap(), in_order);
    (all, number)
}

fn median(looks: &[Held], of: fn(&Held) -> usize) -> usize {
    let mut values: Vec<usize> = looks.iter().map(of).collect();
    values.sort_unstable();
    values[values.len() / 2]
}

fn stays_as_it_was(all: &[Held]) {
    let (warm, last) = (&all[..ENDS], &all[all.len() - ENDS..]);
    let memory = |looks| median(looks, |held| held.memory as usize);
    assert!(memory(last) < memory(warm) + MORE_MEMORY, "{all:?}");
    for of in [|held: &Held| held.descriptors, |held: &Held| held.threads] {
        assert!(median(last, of) <= median(warm, of) + MORE_OPEN, "{all:?}");
    }
}

#[test]
fn a_long_dialogue_through_a_bad_network_leaves_livysh_as_it_was() {
    by_chance(|seed| {
        let (url, _) = shared();
        let session = Session::start(url, "shared");
        session.wait_until_up();
        // What takes long to begin is begun before the time is measured.
        session.text("spark", "1");
        session.run("sql", "select 1");
        let chaos = Chaos::before(url);
        for (index, fault) in PASSING.into_iter().enumerate() {
            let one_in = Span::OneIn(BROKEN * PASSING.len() as u64);
            chaos.break_it(None, fault, one_in, seed + index as u64);
        }
        let mut window = Window::start(&chaos, session.number());
        let asked = length();
        let length = asked.unwrap_or(LENGTH);
        let (all, inputs) = talk(&mut window, length, &mut Chance::new(seed));
        window.send(":quit\r");
        assert!(window.child.wait().unwrap().success());
        assert!(chaos.fired() > 0);
        if asked.is_some() {
            report(length, inputs, chaos.fired(), &all);
        }
        stays_as_it_was(&all);
        session.delete();
    });
}

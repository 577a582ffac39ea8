//! Scripts of many statements, piped: the whole of livysh from its start to its end, with and without
//! `--keep-going`, beside the tight loop of the same statements, in turn. On the scripted server and on a real
//! Spark, where there are fewer rounds of Scala: its compiler needs longer for one than all the rest takes.

use crate::connected::Connected;
use crate::live::livysh;
use crate::scripted;
use crate::spark;
use crate::table::{Row, Sample};
use livysh::livy::Id;
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

pub fn measure() {
    let near = "scripted server";
    // A session for each, as on the real one.
    let url = scripted::start();
    let sessions = [0, 1, 2].map(|session| Connected::attach(&url, session));
    // What takes no time shows what is added to it; nothing that runs on a Spark takes less than the other.
    for (milliseconds, rounds) in [("0", 9), ("5", 3)] {
        let script = Script::of("python", "pyspark", milliseconds, milliseconds, 1_000);
        script.compare(&url, &sessions, near, rounds);
    }
    let server = spark::server();
    let url = server.url();
    let sessions = [0, 1, 2].map(|_| Connected::create(&url, "pyspark"));
    let python = Script::of("python", "pyspark", "6 * 7", "42", 1_000);
    python.compare(&url, &sessions, "real Spark", 5);
    let scala = Script::of("scala", "spark", "println(6 * 7)", "42", 1_000);
    scala.compare(&url, &sessions, "real Spark", 3);
    server.stop();
}

struct Script {
    language: &'static str,
    kind: &'static str,
    code: &'static str,
    answer: &'static str,
    statements: usize,
}

impl Script {
    fn of(
        language: &'static str,
        kind: &'static str,
        code: &'static str,
        answer: &'static str,
        statements: usize,
    ) -> Script {
        Script {
            language,
            kind,
            code,
            answer,
            statements,
        }
    }

    /// Two rows: livysh as it is, and with `--keep-going`.
    fn compare(&self, url: &str, sessions: &[Connected; 3], server: &str, rounds: usize) {
        let mut times = [const { Vec::new() }; 3];
        let [floor, plain, keeps_going] = sessions;
        // What a language loads on demand is there.
        for session in sessions {
            session.statement(self.code, Some(self.kind));
        }
        for round in 0..rounds {
            // Each is the first in its turn.
            for turn in 0..3 {
                let one = (round + turn) % 3;
                times[one].push(match one {
                    0 => self.tight_loop(floor),
                    1 => self.piped(url, &plain.session, &[]),
                    _ => self.piped(url, &keeps_going.session, &["--keep-going"]),
                });
            }
        }
        let [floor, plain, keeps_going] = times.map(Sample::of);
        let Script {
            language,
            code,
            statements,
            ..
        } = self;
        let what = format!("{statements} statements of {language} piped, `{code}`, {server}");
        Row::of(&what, &plain)
            .beside("tight loop", &floor)
            .budget("1.1 ×", plain.times(&floor) <= 1.1)
            .print();
        Row::of(format!("{what}, --keep-going"), &keeps_going)
            .beside("tight loop", &floor)
            .budget("less than 1 ×", keeps_going.times(&floor) < 1.0)
            .print();
    }

    fn tight_loop(&self, session: &Connected) -> Duration {
        let one = |_| session.statement(self.code, Some(self.kind));
        (0..self.statements).map(one).sum()
    }

    fn piped(&self, url: &str, session: &Id, more: &[&str]) -> Duration {
        let Id::Number(session) = session else {
            panic!("session {session}");
        };
        let text = format!("{}\n", self.code).repeat(self.statements);
        let began = Instant::now();
        let mut child = livysh(url, *session, self.language)
            .args(more)
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
        let output = child.wait_with_output().unwrap();
        let took = began.elapsed();
        writer.join().unwrap();
        assert!(output.status.success());
        let output = String::from_utf8(output.stdout).unwrap();
        // Each has run, and nothing else is told.
        assert!(output.lines().all(|line| line == self.answer));
        assert_eq!(output.lines().count(), self.statements);
        took
    }
}

//! A program that is asked about texts: one letter, a text and a zero byte; it answers with a line.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

pub struct Oracle {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    pub fn start(command: &mut Command) -> Oracle {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Oracle { child, answers }
    }

    /// The answers, in the order of the texts.
    pub fn ask<'t>(&mut self, what: char, texts: impl Iterator<Item = &'t str>) -> Vec<String> {
        let requests: Vec<String> = texts.map(|text| format!("{what}{text}\0")).collect();
        let mut input = BufWriter::new(self.child.stdin.take().unwrap());
        let count = requests.len();
        // Both ways at once: neither pipe holds everything.
        let writer = std::thread::spawn(move || {
            for request in requests {
                input.write_all(request.as_bytes()).unwrap();
            }
            input.into_inner().unwrap()
        });
        let mut line = String::new();
        let answers = (0..count).map(|_| {
            line.clear();
            self.answers.read_line(&mut line).unwrap();
            assert!(line.ends_with('\n'), "the oracle ended too early");
            line.trim_end_matches('\n').to_owned()
        });
        let answers = answers.collect();
        self.child.stdin = Some(writer.join().unwrap());
        answers
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

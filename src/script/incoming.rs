//! Standard input as text, while it arrives.

use crate::exit::Exit;
use crate::lang::{self, Language};
use crate::shell::{Arrivals, Arrived, Link, error_lines};
use crate::term::Out;

/// Bytes of which not all are whole lines yet.
pub(super) struct Incoming {
    arrivals: Arrivals,
    name: String,
    /// The end of a line that has not ended.
    rest: Vec<u8>,
    /// Bytes and lines that were given.
    given: (usize, usize),
    is_over: bool,
    /// What is wrong with what follows what was given.
    bad: Option<String>,
    /// What its `#!` line names, once that was read.
    pub(super) language: Option<Language>,
}

impl Incoming {
    pub(super) fn new(arrivals: Arrivals, name: &str) -> Incoming {
        Incoming {
            arrivals,
            name: name.to_owned(),
            rest: Vec::new(),
            given: (0, 0),
            is_over: false,
            bad: None,
            language: None,
        }
    }

    /// Whether all has been given.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The next whole lines, and whether more of them may be there at once. Where they cannot be had
    /// that is told, and the code to end with comes back.
    pub(super) fn lines(&mut self, link: &mut Link, out: &Out) -> Result<(String, bool), Exit> {
        if let Some(told) = self.bad.take() {
            return Err(self.fail(out, &told));
        }
        let mut is_more = true;
        let mut whole = 0;
        while whole == 0 && !self.is_over {
            let arrived = match self.arrivals.now() {
                Some(arrived) => arrived,
                None => {
                    is_more = false;
                    link.arrived(out, &self.arrivals)
                }
            };
            match arrived {
                Arrived::Bytes(bytes) => {
                    let before = self.rest.len();
                    self.rest.extend(bytes);
                    let last = self.rest[before..].iter().rposition(|byte| *byte == b'\n');
                    whole = last.map_or(0, |last| before + last + 1);
                }
                Arrived::End => {
                    self.is_over = true;
                    whole = self.rest.len();
                }
                Arrived::Failed(error) => {
                    return Err(self.fail(out, &error.to_string()));
                }
                Arrived::Signal(signal) => return Err(signal.into()),
                Arrived::SessionOver => return Err(link.exit()),
            }
        }
        let rest = self.rest.split_off(whole);
        let bytes = std::mem::replace(&mut self.rest, rest);
        let text = self.decoded(bytes);
        Ok((text, is_more && self.bad.is_none()))
    }

    /// The lines as text; of bytes that are none, those before. However they arrive, the same runs.
    fn decoded(&mut self, mut bytes: Vec<u8>) -> String {
        if let Err(error) = std::str::from_utf8(&bytes) {
            let good = &bytes[..error.valid_up_to()];
            let whole = good.iter().rposition(|byte| *byte == b'\n');
            let bad = bytes.split_off(whole.map_or(0, |last| last + 1));
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
            let (bytes_before, lines_before) = (self.given.0 + bytes.len(), self.given.1 + lines);
            let bad = lang::decoded(bad).err();
            self.bad = bad.map(|bad| bad.after(bytes_before, lines_before).to_string());
            self.is_over = false;
        }
        let is_first = self.given.0 == 0;
        self.given.0 += bytes.len();
        self.given.1 += bytes.iter().filter(|byte| **byte == b'\n').count();
        if !is_first {
            return String::from_utf8(bytes).unwrap_or_default();
        }
        let text = lang::decoded(bytes).unwrap_or_default();
        self.language = lang::language_of_first_line(&text);
        lang::without_first_line(&text).to_owned()
    }

    fn fail(&self, out: &Out, told: &str) -> Exit {
        for line in error_lines(&format!("{}: {told}", self.name), None) {
            out.note(&line);
        }
        Exit::Usage
    }
}

//! The session's log: its last lines, and what comes to it.

use super::Repl;
use crate::commands::Answer;
use crate::engine::Question;
use crate::exit::Exit;
use crate::shell::{Event, Signal};
use crate::term::Quiet;
use std::time::Duration;

/// How often what is followed is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Livy keeps no more, of two streams and what YARN says.
const WHOLE: i64 = 1_000;

impl Repl<'_> {
    pub(super) fn log(&mut self, lines: i64, follows: bool) -> Option<Exit> {
        if follows {
            let quiet = Quiet::begin();
            let exit = self.follow_log(lines);
            drop(quiet);
            return exit;
        }
        match self.ask(Question::Log(lines)) {
            Ok(answer) => self.print_lines(&answer.log),
            Err(exit) => exit,
        }
    }

    /// Ctrl-C ends it.
    fn follow_log(&mut self, lines: i64) -> Option<Exit> {
        let mut before = match self.ask(Question::Log(lines.max(WHOLE))) {
            Ok(answer) => Sections::of(&answer.log),
            Err(exit) => return exit,
        };
        let mut under = before.last();
        let whole = before.lines();
        let first = whole
            .len()
            .saturating_sub(lines.try_into().unwrap_or(usize::MAX));
        let mut exit = self.print_lines(&whole[first..]);
        self.say("Following the log; Ctrl-C ends that.");
        while exit.is_none() {
            match self.pause() {
                Pause::Over => {}
                Pause::Interrupted => return None,
                Pause::Ends(exit) => return Some(exit),
            }
            if self.desk.link.facts.over.is_some() {
                return None;
            }
            let now = match self
                .desk
                .link
                .ask(self.out, Question::Log(lines.max(WHOLE)))
            {
                Ok(answer) => Sections::of(&answer.log),
                Err(crate::shell::NoAnswer::Interrupted) => return None,
                Err(none) => {
                    let answer: Answer = self.desk.unanswered(none, |error| error.to_string());
                    return self.conclude(answer);
                }
            };
            exit = self.print_lines(&now.since(&before, &mut under));
            before = now;
        }
        exit
    }

    fn print_lines(&mut self, lines: &[String]) -> Option<Exit> {
        let lines = lines.iter();
        self.print(lines.map(|line| format!("{}\n", line.trim_end())).collect())
    }

    /// Lets a moment pass; what happens meanwhile is told.
    fn pause(&mut self) -> Pause {
        let until = std::time::Instant::now() + LOOK;
        loop {
            let left = until.saturating_duration_since(std::time::Instant::now());
            match self.desk.link.next(self.out, Some(left)) {
                None => return Pause::Over,
                Some(Event::Signal(Signal::Interrupt)) => return Pause::Interrupted,
                Some(Event::Signal(signal)) => return Pause::Ends(signal.into()),
                Some(Event::ThreadLost) => return Pause::Ends(Exit::Server),
                Some(_) if self.desk.link.facts.over.is_some() => return Pause::Over,
                Some(
                    Event::Engine(_)
                    | Event::Preparing { .. }
                    | Event::Told(_)
                    | Event::InputArrived,
                ) => {}
            }
        }
    }
}

enum Pause {
    Over,
    Interrupted,
    Ends(Exit),
}

/// A log in its parts, each under its heading. Livy puts two streams behind each other, of either of
/// which it keeps the last lines: a line's place in the whole says nothing.
#[derive(Debug, Default)]
struct Sections(Vec<(String, Vec<String>)>);

impl Sections {
    fn of(log: &[String]) -> Sections {
        let mut sections = Sections::default();
        for line in log {
            let is_heading = matches!(line.trim(), "stdout:" | "stderr:" | "YARN Diagnostics:");
            match sections.0.last_mut() {
                Some((_, lines)) if !is_heading => lines.push(line.clone()),
                Some(_) | None if is_heading => {
                    sections.0.push((line.trim().to_owned(), Vec::new()));
                }
                Some(_) | None => sections.0.push((String::new(), vec![line.clone()])),
            }
        }
        sections
    }

    fn lines(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (heading, lines) in &self.0 {
            all.extend(Some(heading.clone()).filter(|heading| !heading.is_empty()));
            all.extend(lines.iter().cloned());
        }
        all
    }

    /// The part whose lines stand last.
    fn last(&self) -> String {
        let last = self.0.last();
        last.map_or_else(String::new, |(heading, _)| heading.clone())
    }

    /// What has come since: the lines behind those that were there. A heading stands where the part is
    /// another than the one that was shown last, which is `under`.
    fn since(&self, before: &Sections, under: &mut String) -> Vec<String> {
        let mut fresh = Vec::new();
        for (heading, lines) in &self.0 {
            let known = before.0.iter().find(|(known, _)| known == heading);
            let known = known.map_or(&[][..], |(_, lines)| lines);
            let new = &lines[overlap(known, lines)..];
            if !new.is_empty() && heading != under {
                fresh.push(heading.clone());
                under.clone_from(heading);
            }
            fresh.extend_from_slice(new);
        }
        fresh
    }
}

/// How many of the first lines are the last of those before: the oldest may have gone.
fn overlap(before: &[String], now: &[String]) -> usize {
    let lengths = (0..=before.len().min(now.len())).rev();
    let mut fitting = lengths.filter(|length| before.ends_with(&now[..*length]));
    fitting.next().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Sections {
        let lines: Vec<String> = text.split('|').map(str::to_owned).collect();
        Sections::of(&lines)
    }

    #[test]
    fn only_what_has_come_is_shown() {
        let before = log("stdout: |a|b|\nstderr: |x");
        assert_eq!(before.lines(), ["stdout:", "a", "b", "stderr:", "x"]);
        for (now, fresh) in [
            ("stdout: |a|b|\nstderr: |x", &[][..]),
            ("stdout: |a|b|\nstderr: |x|y", &["y"]),
            ("stdout: |a|b|c|\nstderr: |x", &["stdout:", "c"]),
            (
                "stdout: |a|b|c|\nstderr: |x|y",
                &["stdout:", "c", "stderr:", "y"],
            ),
            // The oldest has gone.
            ("stdout: |b|c|\nstderr: |x", &["stdout:", "c"]),
            ("stdout: |c|d|\nstderr: |x", &["stdout:", "c", "d"]),
            ("stdout: |a|b|a|b|\nstderr: |x", &["stdout:", "a", "b"]),
            ("stdout: |a|b|\nstderr: |x|\nYARN Diagnostics: ", &[]),
            (
                "stdout: |a|b|\nstderr: |x|\nYARN Diagnostics: |z",
                &["YARN Diagnostics:", "z"],
            ),
        ] {
            let mut under = before.last();
            assert_eq!(log(now).since(&before, &mut under), fresh, "{now}");
        }
        let mut under = log("a").last();
        assert_eq!(log("a|b").since(&log("a"), &mut under), ["b"]);
    }
}

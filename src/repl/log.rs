//! The session's log: its last lines, and what comes to it.

use super::Repl;
use crate::commands::Answer;
use crate::engine::{FollowedLog, LogNews, Question};
use crate::exit::Exit;
use crate::shell::{Event, NoAnswer, Signal};
use std::time::Duration;

/// How often what is followed is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Livy keeps no more, of two streams and what YARN says.
const WHOLE: i64 = 1_000;

impl Repl<'_> {
    pub(super) fn log(&mut self, lines: i64, follows: bool) -> Option<Exit> {
        if follows {
            self.quiet.renew();
            return self.follow_log(lines);
        }
        match self.ask(Question::Log(lines)) {
            Ok(answer) => self.print_lines(&answer.log),
            Err(exit) => exit,
        }
    }

    /// Ctrl-C ends it.
    fn follow_log(&mut self, lines: i64) -> Option<Exit> {
        let (mut log, mut under) = (FollowedLog::default(), String::new());
        let whole = match self.ask(Question::Log(lines.max(WHOLE))) {
            Ok(answer) => shown(log.news(&answer.log), &mut under),
            Err(exit) => return exit,
        };
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
            let news = match self
                .desk
                .link
                .ask(self.out, Question::Log(lines.max(WHOLE)))
            {
                Ok(answer) => log.news(&answer.log),
                Err(NoAnswer::Interrupted) => return None,
                Err(none) => {
                    let answer: Answer = self.desk.unanswered(none, |error| error.to_string());
                    return self.conclude(answer);
                }
            };
            if news.has_gap {
                self.say("Lines are missing here: the server keeps only the last ones.");
            }
            exit = self.print_lines(&shown(news, &mut under));
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

/// The lines of a log's parts, under their headings where these are others than the one that was shown
/// last, which is `under`.
fn shown(news: LogNews, under: &mut String) -> Vec<String> {
    let mut all = Vec::new();
    for (heading, lines) in news.parts {
        if !lines.is_empty() && heading != *under {
            all.push(heading.clone());
            *under = heading;
        }
        all.extend(lines);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_stands_where_the_part_is_another() {
        let mut under = String::new();
        let mut of = |parts: &[(&str, &[&str])]| {
            let parts = parts.iter().map(|(heading, lines)| {
                let lines = lines.iter().map(|line| (*line).to_owned());
                ((*heading).to_owned(), lines.collect())
            });
            let news = LogNews {
                parts: parts.collect(),
                has_gap: false,
            };
            shown(news, &mut under)
        };
        let whole = of(&[("stdout:", &["a"]), ("stderr:", &["x"]), ("YARN:", &[])]);
        assert_eq!(whole, ["stdout:", "a", "stderr:", "x"]);
        assert_eq!(of(&[("stdout:", &[]), ("stderr:", &["y"])]), ["y"]);
        assert_eq!(
            of(&[("stdout:", &["b"]), ("stderr:", &[])]),
            ["stdout:", "b"]
        );
    }
}

//! Prints a batch's log. Livy keeps the last lines of each of its parts, so that places in it move:
//! what is new is found by what was there before.

use super::{Desk, End, gap};
use crate::exit::Exit;
use crate::livy::Id;
use crate::render::{Line, sanitize};
use std::collections::BTreeMap;
use std::time::Instant;

impl Desk {
    /// Prints the log; with `follow` until the batch has ended, and then how it did.
    pub(super) async fn log(&self, id: &Id, follow: bool) -> Exit {
        let began = Instant::now();
        let mut printed = Printed::default();
        loop {
            // Before its lines: what comes between is read with them.
            let end = match follow {
                false => End::Succeeded,
                true => match self.read(async || self.client.batch(id).await).await {
                    Ok(batch) => End::of(&batch),
                    Err(error) => return self.fail(&error),
                },
            };
            let ask = async || self.client.batch_log(id, 0, -1).await;
            let log = match self.read(ask).await {
                Ok(log) => log.log,
                Err(error) => return self.fail(&error),
            };
            let news = printed.news(&log);
            if news.has_gap {
                let told = "Lines are missing here: the server keeps only the last ones.";
                self.out.note(&Line::faint(told));
            }
            match self.print(&news.text) {
                Exit::Ok => {}
                other => return other,
            }
            match end {
                End::NotYet => tokio::time::sleep(gap(began.elapsed())).await,
                End::Succeeded => return Exit::Ok,
                End::Failed => return Exit::CodeFailed,
            }
        }
    }
}

/// The lines that were printed last, under the heading of their part.
#[derive(Default)]
struct Printed(BTreeMap<String, Vec<String>>);

#[derive(Debug, Default, PartialEq)]
struct News {
    text: String,
    /// Lines came and went unseen.
    has_gap: bool,
}

impl Printed {
    fn news(&mut self, log: &[String]) -> News {
        let mut news = News::default();
        for (heading, lines) in parts(log) {
            let before = self.0.entry(heading).or_default();
            let known = overlap(before, &lines);
            news.has_gap |= known == 0 && !before.is_empty() && !lines.is_empty();
            for line in &lines[known..] {
                news.text.push_str(&sanitize(line));
                news.text.push('\n');
            }
            *before = lines;
        }
        news
    }
}

/// How many of the first lines are the last ones from before.
fn overlap(before: &[String], now: &[String]) -> usize {
    let most = before.len().min(now.len());
    (0..=most)
        .rev()
        .find(|count| before.ends_with(&now[..*count]))
        .unwrap_or(0)
}

/// The parts of a log by their headings, which are no lines of its own.
fn parts(log: &[String]) -> Vec<(String, Vec<String>)> {
    let mut parts = vec![(String::new(), Vec::new())];
    for line in log {
        match line.trim() {
            heading @ ("stdout:" | "stderr:" | "YARN Diagnostics:") => {
                parts.push((heading.to_owned(), Vec::new()));
            }
            _ => {
                if let Some((_, lines)) = parts.last_mut() {
                    lines.push(line.clone());
                }
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(stdout: &[&str], diagnostics: &[&str]) -> Vec<String> {
        let headings = [
            &["stdout: "][..],
            stdout,
            &["\nstderr: "],
            &["\nYARN Diagnostics: "],
        ];
        let lines = headings.concat();
        let all = lines.iter().chain(diagnostics);
        all.map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn each_line_is_printed_once_while_others_fall_out() {
        let mut printed = Printed::default();
        let mut news = |stdout: &[&str], diagnostics: &[&str]| {
            let news = printed.news(&log(stdout, diagnostics));
            (news.text, news.has_gap)
        };
        let text = |text: &str, has_gap| (text.to_owned(), has_gap);
        assert_eq!(news(&["a", "b"], &["waits"]), text("a\nb\nwaits\n", false));
        assert_eq!(news(&["a", "b"], &["waits"]), text("", false));
        // The oldest has gone, and a line came twice.
        assert_eq!(news(&["b", "b", "c"], &["waits"]), text("b\nc\n", false));
        assert_eq!(news(&["x", "y"], &["runs"]), text("x\ny\nruns\n", true));
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_printed() {
        let news = Printed::default().news(&log(&["\u{1b}]0;title\u{7}"], &[]));
        assert!(!news.text.contains('\u{1b}'), "{news:?}");
    }
}

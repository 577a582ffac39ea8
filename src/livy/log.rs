//! A log in its parts, and what is new in it. Livy puts two streams and what YARN says behind each other,
//! and keeps of each the last lines: a line's place in the whole says nothing.

/// Whether a line is a part's heading, which is no line of its own.
pub fn is_log_heading(line: &str) -> bool {
    matches!(line.trim(), "stdout:" | "stderr:" | "YARN Diagnostics:")
}

/// Lines under their heading, which may be empty.
pub type LogPart = (String, Vec<String>);

/// A log that is followed.
#[derive(Debug, Default)]
pub struct FollowedLog {
    before: Vec<LogPart>,
}

/// What has come to it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LogNews {
    /// Each part of the log, with its new lines alone.
    pub parts: Vec<LogPart>,
    /// Lines came and went unseen.
    pub has_gap: bool,
}

impl FollowedLog {
    /// What a log has that it had not when this was asked last; everything at first.
    pub fn news(&mut self, log: &[String]) -> LogNews {
        let now = parts(log);
        let mut news = LogNews::default();
        for (heading, lines) in &now {
            let before = self.before.iter().find(|(known, _)| known == heading);
            let before = before.map_or(&[][..], |(_, lines)| lines);
            let known = overlap(before, lines);
            news.has_gap |= known == 0 && !before.is_empty() && !lines.is_empty();
            news.parts.push((heading.clone(), lines[known..].to_vec()));
        }
        self.before = now;
        news
    }
}

/// How many of the first lines are the last ones from before: the oldest may have gone.
fn overlap(before: &[String], now: &[String]) -> usize {
    let mut lengths = (0..=before.len().min(now.len())).rev();
    let is_it = |length: &usize| before.ends_with(&now[..*length]);
    lengths.find(is_it).unwrap_or(0)
}

fn parts(log: &[String]) -> Vec<LogPart> {
    let mut parts: Vec<LogPart> = Vec::new();
    for line in log {
        match parts.last_mut() {
            _ if is_log_heading(line) => parts.push((line.trim().to_owned(), Vec::new())),
            Some((_, lines)) => lines.push(line.clone()),
            None => parts.push((String::new(), vec![line.clone()])),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    /// The parts with new lines, as `heading line line`.
    fn news(log: &mut FollowedLog, now: &str) -> (Vec<String>, bool) {
        let news = log.news(&lines(now));
        let parts = news
            .parts
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty());
        let shown = parts.map(|(heading, lines)| format!("{heading} {}", lines.join(" ")));
        (shown.collect(), news.has_gap)
    }

    #[test]
    fn each_line_is_new_once_while_others_fall_out() {
        for (now, expected) in [
            ("stdout: |a|b|\nstderr: |x", &[][..]),
            ("stdout: |a|b|\nstderr: |x|y", &["stderr: y"]),
            ("stdout: |a|b|c|\nstderr: |x|y", &["stdout: c", "stderr: y"]),
            // The oldest has gone.
            ("stdout: |b|c|\nstderr: |x", &["stdout: c"]),
            ("stdout: |a|b|a|b|\nstderr: |x", &["stdout: a b"]),
            ("stdout: |a|b|\nstderr: |x|\nYARN Diagnostics: ", &[]),
            (
                "stdout: |a|b|\nstderr: |x|\nYARN Diagnostics: |z",
                &["YARN Diagnostics: z"],
            ),
        ] {
            let mut log = FollowedLog::default();
            let whole = ["stdout: a b", "stderr: x"].map(str::to_owned);
            assert_eq!(news(&mut log, "stdout: |a|b|\nstderr: |x").0, whole);
            let (shown, has_gap) = news(&mut log, now);
            assert_eq!(shown, expected, "{now}");
            assert!(!has_gap);
        }
    }

    #[test]
    fn lines_that_came_and_went_are_a_gap() {
        let mut log = FollowedLog::default();
        news(&mut log, "stdout: |a|b");
        let gone = news(&mut log, "stdout: |c|d");
        assert_eq!(gone, (vec!["stdout: c d".to_owned()], true));
        let mut bare = FollowedLog::default();
        assert_eq!(news(&mut bare, "a"), (vec![" a".to_owned()], false));
        assert_eq!(news(&mut bare, "a|b"), (vec![" b".to_owned()], false));
    }
}

//! A session's or batch's log, in the shape in which Livy tells it.

use std::collections::VecDeque;

/// Livy's `livy.cache-log.size`, for each of the two streams.
const KEPT_LINES: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Log {
    stdout: VecDeque<String>,
    stderr: VecDeque<String>,
    /// The steps of a start, in words for people, and whether the start is over.
    phases: Vec<String>,
    shows_phases: bool,
}

impl Log {
    /// With steps of a start, which are shown alone until `end_start`: the usual warnings of a
    /// starting JVM would hide them from a client that shows the last line.
    pub(super) fn with_phases() -> Log {
        Log {
            shows_phases: true,
            ..Log::default()
        }
    }

    pub(super) fn add_phase(&mut self, text: String) {
        self.phases.push(text);
    }

    pub(super) fn end_start(&mut self) {
        self.shows_phases = false;
    }

    pub(super) fn add_stdout(&mut self, line: String) {
        add(&mut self.stdout, line);
    }

    pub(super) fn add_stderr(&mut self, line: String) {
        add(&mut self.stderr, line);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec!["stdout: ".to_owned()];
        if self.shows_phases {
            lines.extend(self.phases.iter().cloned());
            return lines;
        }
        lines.extend(self.stdout.iter().cloned());
        lines.push("\nstderr: ".to_owned());
        lines.extend(self.stderr.iter().cloned());
        lines
    }

    /// What a session's own view shows of it.
    pub(super) fn last_lines(&self) -> Vec<String> {
        let lines = self.lines();
        lines[lines.len().saturating_sub(10)..].to_vec()
    }
}

fn add(lines: &mut VecDeque<String>, line: String) {
    if lines.len() == KEPT_LINES {
        lines.pop_front();
    }
    lines.push_back(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_keep_their_last_lines() {
        let mut log = Log::default();
        assert_eq!(log.lines(), ["stdout: ", "\nstderr: "]);
        for number in 0..250 {
            log.add_stderr(number.to_string());
        }
        log.add_stdout("printed".to_owned());
        let lines = log.lines();
        assert_eq!(
            (lines.len(), lines[1].as_str(), lines[3].as_str()),
            (203, "printed", "50")
        );
        assert_eq!(log.last_lines().last().unwrap(), "249");
    }

    #[test]
    fn a_start_shows_its_steps_alone() {
        let mut log = Log::with_phases();
        log.add_stderr("a warning".to_owned());
        log.add_phase("starting Java".to_owned());
        assert_eq!(log.lines(), ["stdout: ", "starting Java"]);
        log.end_start();
        assert_eq!(log.lines(), ["stdout: ", "\nstderr: ", "a warning"]);
    }
}

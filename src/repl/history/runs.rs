//! When each entry of a history ran, in which profile, and how it ended: a file beside the history, to
//! which a line is added before an input runs and another after it.
//!
//! An entry is known by a number made of its text, so that the history's own file stays as it is.

use super::{is_torn, locked, replace};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file that is longer is cut to the newest lines: some twenty thousand.
const LONGEST: u64 = 6 << 20;
const KEPT_LINES: usize = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::repl) enum Outcome {
    Ok,
    Failed,
    Cancelled,
    /// It still ran when nobody waited for it any more.
    Left,
    /// Its result did not come, or livysh ended before it did.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::repl) struct Run {
    /// Which run it is; the last line of an id counts.
    id: String,
    /// The entry's number.
    entry: u64,
    /// Seconds since 1970.
    pub(in crate::repl) at: u64,
    /// So many microseconds behind that.
    #[serde(default)]
    micros: u32,
    /// When the history was loaded that it was typed under, in microseconds since 1970.
    #[serde(default)]
    loaded: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::repl) profile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::repl) outcome: Option<Outcome>,
    /// Whether the same was run before it, and is one entry with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    again: bool,
}

impl Run {
    /// The process that it ran in.
    fn process(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }

    /// Whether a process knows its entry, which has loaded the history then.
    fn is_known(&self, process: &str, loaded: u64) -> bool {
        let began = self.at.saturating_mul(1_000_000) + u64::from(self.micros);
        self.process() == process || began < loaded
    }
}

/// The runs of a language's history.
#[derive(Debug, Default)]
pub(in crate::repl) struct Runs {
    /// As it stands in ids.
    process: String,
    /// When the history was loaded, in microseconds since 1970.
    loaded: u64,
    /// None where nothing is kept.
    path: Option<PathBuf>,
    profile: Option<String>,
    /// Those that have not ended, with their files.
    open: Vec<(PathBuf, Run)>,
    count: usize,
}

impl Runs {
    pub(in crate::repl) fn new(profile: Option<String>) -> Runs {
        Runs {
            process: format!("{:x}", std::process::id()),
            profile,
            ..Runs::default()
        }
    }

    /// The file that is beside this history, which is loaded now.
    pub(in crate::repl) fn open(&mut self, history: Option<&Path>) {
        self.path = history.map(|history| history.with_extension("runs"));
        self.loaded = micros(since_1970());
    }

    /// An input runs now. A file that cannot be written is no reason to disturb.
    pub(in crate::repl) fn begin(&mut self, entry: &str, again: bool) {
        let Some(path) = self.path.clone() else {
            return;
        };
        let since = since_1970();
        self.count += 1;
        let run = Run {
            id: format!("{}-{:x}-{}", self.process, since.as_micros(), self.count),
            entry: number(entry),
            at: since.as_secs(),
            micros: since.subsec_micros(),
            loaded: self.loaded,
            profile: self.profile.clone(),
            outcome: None,
            again,
        };
        add(&path, &run).ok();
        self.open.push((path, run));
    }

    /// Those that run have ended so.
    pub(in crate::repl) fn end(&mut self, outcome: Outcome) {
        for (path, mut run) in self.open.drain(..) {
            run.outcome = Some(outcome);
            add(&path, &run).ok();
        }
    }

    /// The last run of each of these entries, the oldest first; one that has not ended is unknown,
    /// but for what still runs here. What another shell has run since the history was loaded is not
    /// among them, as its entries are not.
    pub(in crate::repl) fn of<'a>(
        &self,
        entries: impl DoubleEndedIterator<Item = &'a str>,
    ) -> Vec<Option<Run>> {
        let text = self.path.as_ref().map(std::fs::read);
        let text = text.and_then(Result::ok).unwrap_or_default();
        let is_known = |run: &Run| run.is_known(&self.process, self.loaded);
        let mut runs = by_entry(in_order(&text).into_iter().filter(is_known));
        let is_open = |run: &Run| self.open.iter().any(|(_, open)| open.id == run.id);
        let mut found: Vec<Option<Run>> = entries
            .rev()
            .map(|entry| {
                let mut run = runs.get_mut(&number(entry))?.pop()?;
                if !is_open(&run) {
                    run.outcome.get_or_insert(Outcome::Unknown);
                }
                Some(run)
            })
            .collect();
        found.reverse();
        found
    }
}

/// The runs of a file, each as its last line tells it. A line that is none is passed over.
fn in_order(text: &[u8]) -> Vec<Run> {
    let mut order: Vec<Run> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for line in text.split(|byte| *byte == b'\n') {
        let Ok(run) = serde_json::from_slice::<Run>(line) else {
            continue;
        };
        match places.get(&run.id) {
            Some(place) => order[*place] = run,
            None => {
                places.insert(run.id.clone(), order.len());
                order.push(run);
            }
        }
    }
    order
}

/// The runs of each entry's number, the oldest first.
fn by_entry(order: impl Iterator<Item = Run>) -> HashMap<u64, Vec<Run>> {
    let mut runs: HashMap<u64, Vec<Run>> = HashMap::new();
    for run in order {
        let same = runs.entry(run.entry).or_default();
        // Its entry is the last that its own shell knew.
        let is_before = |before: &Run| before.is_known(run.process(), run.loaded);
        match same.iter().rposition(is_before).filter(|_| run.again) {
            Some(place) => same[place] = run,
            None => same.push(run),
        }
    }
    runs
}

fn since_1970() -> Duration {
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn micros(since: Duration) -> u64 {
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

fn add(path: &Path, run: &Run) -> io::Result<()> {
    let mut file = locked(path)?;
    let mut line = match is_torn(&file)? {
        true => vec![b'\n'],
        false => Vec::new(),
    };
    line.extend(serde_json::to_vec(run)?);
    line.push(b'\n');
    file.write_all(&line)?;
    match file.metadata()?.len() > LONGEST {
        true => shorten(path),
        false => Ok(()),
    }
}

/// Keeps the newest lines of a file that is held.
fn shorten(path: &Path) -> io::Result<()> {
    let text = std::fs::read(path)?;
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let first = lines.len().saturating_sub(KEPT_LINES);
    replace(path, &lines[first..].concat())
}

/// The number by which an entry is known: FNV-1a, which is the same everywhere and for ever.
fn number(entry: &str) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    entry.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(folder: &Path, profile: &str) -> Runs {
        let mut runs = Runs::new(Some(profile.to_owned()));
        runs.open(Some(&folder.join("history-scala")));
        runs
    }

    fn outcomes(runs: &Runs, entries: &[&str]) -> Vec<Option<Outcome>> {
        let found = runs.of(entries.iter().copied());
        let outcome = |run: Option<Run>| run.and_then(|run| run.outcome);
        found.into_iter().map(outcome).collect()
    }

    #[test]
    fn each_entry_has_its_own_run() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, mut other) = (runs(folder.path(), "a"), runs(folder.path(), "b"));
        one.begin("x", false);
        other.begin("x", false);
        other.end(Outcome::Failed);
        one.end(Outcome::Ok);
        one.begin("y", false);
        one.end(Outcome::Cancelled);
        one.begin("y", true);
        one.end(Outcome::Ok);
        let entries = ["w", "x", "x", "y"];
        let expected = [
            None,
            Some(Outcome::Ok),
            Some(Outcome::Failed),
            Some(Outcome::Ok),
        ];
        assert_eq!(outcomes(&one, &entries), expected);
        let found = other.of(entries.into_iter());
        let profiles: Vec<_> = found.iter().flatten().map(|run| &run.profile).collect();
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(profiles, [&named("a"), &named("b"), &named("a")]);
    }

    #[test]
    fn what_another_shell_runs_is_not_this_ones() {
        let folder = tempfile::tempdir().unwrap();
        let (mut a, mut b) = (runs(folder.path(), "a"), runs(folder.path(), "b"));
        b.process = "other".to_owned();
        let run = |shell: &mut Runs, again, outcome| {
            shell.begin("zed + 1", again);
            shell.end(outcome);
        };
        run(&mut b, false, Outcome::Failed);
        assert_eq!(outcomes(&a, &["zed + 1"]), [None]);
        run(&mut a, false, Outcome::Ok);
        run(&mut b, true, Outcome::Failed);
        assert_eq!(outcomes(&a, &["zed + 1"]), [Some(Outcome::Ok)]);
        assert_eq!(outcomes(&b, &["zed + 1"]), [Some(Outcome::Failed)]);
        // Who comes later has both entries, in the order of the file.
        let mut later = runs(folder.path(), "c");
        later.process = "later".to_owned();
        let both = ["zed + 1", "zed + 1"];
        let expected = [Some(Outcome::Failed), Some(Outcome::Ok)];
        assert_eq!(outcomes(&later, &both), expected);
        // One that was loaded is the entry that is run again.
        run(&mut later, true, Outcome::Cancelled);
        let expected = [Some(Outcome::Failed), Some(Outcome::Cancelled)];
        assert_eq!(outcomes(&later, &both), expected);
        assert_eq!(outcomes(&a, &["zed + 1"]), [Some(Outcome::Ok)]);
    }

    #[test]
    fn what_was_killed_is_unknown_and_what_runs_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut killed = runs(folder.path(), "a");
        killed.begin("x", false);
        let mut here = runs(folder.path(), "a");
        here.begin("y", false);
        let expected = [Some(Outcome::Unknown), None];
        assert_eq!(outcomes(&here, &["x", "y"]), expected);
        drop(killed);
    }

    #[test]
    fn a_broken_line_loses_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history-scala.runs");
        let mut here = runs(folder.path(), "a");
        here.begin("x", false);
        here.end(Outcome::Ok);
        let mut text = std::fs::read(&path).unwrap();
        text.extend(b"\xff{}\n{\"id\":\"1-2-3\",\"at\":17");
        std::fs::write(&path, text).unwrap();
        here.begin("y", false);
        here.end(Outcome::Failed);
        let expected = [Some(Outcome::Ok), Some(Outcome::Failed)];
        assert_eq!(outcomes(&here, &["x", "y"]), expected);
    }

    #[test]
    fn a_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history-scala.runs");
        let line = format!("{{\"id\":\"{}\"}}\n", "x".repeat(100));
        std::fs::write(&path, line.repeat(60_000)).unwrap();
        let mut here = runs(folder.path(), "a");
        here.begin("x", false);
        here.end(Outcome::Ok);
        assert!(std::fs::metadata(&path).unwrap().len() < 3 << 20);
        assert_eq!(outcomes(&here, &["x"]), [Some(Outcome::Ok)]);
    }
}

//! What an error that Python got from Spark or Java comes from.

use super::frames::{Mapped, located, map};
use super::place::Located;
use super::{Origin, Piece, java, trace};
use crate::livy::Failure;

pub(super) struct Cause<'a> {
    pub(super) headline: String,
    pub(super) message: Vec<String>,
    /// Python's frames on the executor.
    pub(super) entries: Vec<Mapped<'a>>,
    /// Java's, folded, below the causes that Java names.
    pub(super) folded: Vec<Piece>,
    pub(super) note: Option<String>,
}

impl Cause<'_> {
    pub(super) fn located(&self) -> Option<Located> {
        located(&self.entries)
    }
}

/// What is inside an error that Python code got from Java: the exception of a Python worker, or
/// Java's own.
pub(super) fn cause_of<'a>(failure: &Failure, origin: Origin<'a>) -> Option<Cause<'a>> {
    const WORKER: &str = "Traceback (most recent call last):\n";
    let is_of_java = failure.ename == "Py4JJavaError" || failure.ename == "PythonException";
    if !is_of_java {
        return None;
    }
    let text = &failure.evalue;
    if let Some((head, worker)) = text.split_once(WORKER) {
        let end = worker.find("\n\n\tat ").unwrap_or(worker.len());
        let (worker, java) = worker.split_at(end);
        let (entries, error) = trace::frames(trace::last_of(worker));
        let mut lines = error.trim().lines().map(str::to_owned);
        let headline = lines.next()?;
        let note = java::reduce(java::through_py4j(head).unwrap_or(head)).note;
        let note = note.unwrap_or_else(|| "it failed in a task, on an executor".to_owned());
        return Some(Cause {
            folded: java::causes(java.lines(), &headline, 0),
            headline,
            message: lines.collect(),
            entries: entries.into_iter().map(|one| map(one, origin)).collect(),
            note: Some(note),
        });
    }
    let java = java::through_py4j(text)?;
    let reduced = java::reduce(java);
    let trace = reduced.trace.iter().copied();
    Some(Cause {
        headline: reduced.headline.to_owned(),
        message: reduced
            .message
            .iter()
            .map(|line| (*line).to_owned())
            .collect(),
        entries: Vec::new(),
        folded: java::causes(trace, reduced.headline, reduced.dropped),
        note: reduced.note,
    })
}

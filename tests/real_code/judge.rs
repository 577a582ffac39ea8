//! Compares the scanners' answers with an oracle's.

use super::oracle::Oracle;
use livysh::lang::{self, Completeness, Language};
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// Wrong answers that are shown.
const SHOWN: usize = 15;
/// So many of the last lines are shown.
const TAIL: usize = 8;

/// How often the scanner was asked, and how often it was wrong.
#[derive(Default)]
pub struct Report {
    pub files: usize,
    pub trees: usize,
    /// Trees that do not stand in a statement of their own.
    pub wrong_splits: usize,
    pub statements: usize,
    pub prefixes: usize,
    /// `incomplete` for what the oracle calls complete.
    pub traps: usize,
    /// `incomplete` for what the oracle calls an error.
    pub errors_continued: usize,
    /// Another answer than `incomplete` where the oracle says so.
    pub missed: usize,
    /// By kind.
    pub examples: BTreeMap<&'static str, Vec<String>>,
}

impl Report {
    pub fn wrong_prefixes(&self) -> usize {
        self.traps + self.errors_continued + self.missed
    }

    pub fn right(&self) -> f64 {
        1.0 - self.wrong_prefixes() as f64 / self.prefixes as f64
    }

    fn example(&mut self, what: &'static str, text: &str) {
        let shown = self.examples.entry(what).or_default();
        if shown.len() < SHOWN {
            let lines: Vec<&str> = text.split('\n').collect();
            shown.push(lines[lines.len().saturating_sub(TAIL)..].join("\n"));
        }
    }

    /// Whether each tree of a script stands in a statement of its own; `trees` are the places.
    pub fn judge_split(&mut self, language: Language, script: &str, trees: &[Tree]) {
        let statements = lang::statement_ranges(language, script);
        let home = |tree: &Tree| {
            statements
                .iter()
                .position(|range| range.start <= tree.start && tree.end <= range.end)
        };
        // What does not define anything is joined with nothing that follows it.
        let mut first: Option<&Tree> = None;
        for tree in trees {
            self.trees += 1;
            let mine = home(tree);
            let joined = first.filter(|first| home(first) == mine);
            if mine.is_none() || joined.is_some_and(|first| !first.goes_with(tree)) {
                self.wrong_splits += 1;
                self.example("no statement of its own", &script[tree.start..tree.end]);
            }
            first = Some(joined.unwrap_or(tree));
        }
    }

    /// Every prefix of every statement of the scripts.
    pub fn judge_prefixes(&mut self, language: Language, scripts: &[String], oracle: &mut Oracle) {
        let mut seen = HashSet::new();
        let statements: Vec<String> = scripts
            .iter()
            .flat_map(|script| lang::split(language, script))
            .map(|snippet| snippet.code)
            .filter(|code| seen.insert(code.clone()))
            .collect();
        let truths = oracle.ask('p', statements.iter().map(String::as_str));
        self.statements += statements.len();
        for (statement, truth) in statements.iter().zip(truths) {
            let ends = statement.match_indices('\n').map(|(index, _)| index);
            let ends: Vec<usize> = ends.chain([statement.len()]).collect();
            assert_eq!(ends.len(), truth.len(), "{statement}");
            for (end, truth) in ends.into_iter().zip(truth.chars()) {
                self.prefixes += 1;
                let text = &statement[..end];
                let answer = lang::completeness(language, text);
                let continues = matches!(answer, Completeness::Incomplete { .. });
                if continues == (truth == 'i') {
                    continue;
                }
                let (count, what) = match (continues, truth) {
                    (true, 'c') => (&mut self.traps, "incomplete, but it is complete"),
                    (true, _) => (&mut self.errors_continued, "incomplete, but it is an error"),
                    (false, _) => (&mut self.missed, "not incomplete, but it is"),
                };
                *count += 1;
                self.example(what, text);
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, texts) in &self.examples {
            for text in texts {
                writeln!(f, "---- {what}:\n{text}")?;
            }
        }
        writeln!(
            f,
            "{} files; {} trees, {} not in a statement of their own; {} statements; {} prefixes, \
             {:.3} % right: {} complete ones continued, {} errors continued, {} missed",
            self.files,
            self.trees,
            self.wrong_splits,
            self.statements,
            self.prefixes,
            100.0 * self.right(),
            self.traps,
            self.errors_continued,
            self.missed
        )
    }
}

/// A statement as the oracle sees it.
pub struct Tree {
    /// Whether it may be joined with what follows: it defines something that may be of use only
    /// together.
    pub defines: bool,
    pub line: usize,
    pub start: usize,
    pub end: usize,
}

impl Tree {
    /// The names of a pattern are trees within that of its `val`; in Python a line is one statement.
    fn goes_with(&self, later: &Tree) -> bool {
        self.defines || later.start < self.end || self.line == later.line
    }
}

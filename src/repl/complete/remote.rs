//! What the session knows, asked for while the line waits at most for a moment. An answer that comes
//! later is kept for the next Tab.

use super::{python, tables};
use crate::engine::{Aside, Output, Reply, Told, WeakEngine};
use crate::lang::Language;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tables and columns that were asked for so long ago are asked for again.
const KEPT: Duration = Duration::from_secs(5 * 60);

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// Names behind a code, by the server's completion; those that begin with a word.
    Code {
        language: Language,
        before: String,
        word: String,
    },
    /// Names of Python behind a path.
    Python {
        before: String,
        path: String,
        hidden: bool,
        /// What counts where there are very many; empty where all are known.
        word: String,
    },
    /// Tables of a database, or of that in use.
    Tables(Option<String>),
    Columns(String),
}

impl Key {
    /// Whether it outlives the statements that run meanwhile.
    fn is_of_sql(&self) -> bool {
        match self {
            Key::Tables(_) | Key::Columns(_) => true,
            Key::Code { .. } | Key::Python { .. } => false,
        }
    }

    /// What a look answers: it reads no code, and what stands before the path counts for nothing.
    fn by_look(&self) -> Key {
        match self {
            Key::Python {
                path, hidden, word, ..
            } => Key::Python {
                before: String::new(),
                path: path.clone(),
                hidden: *hidden,
                word: word.clone(),
            },
            Key::Code { .. } | Key::Tables(_) | Key::Columns(_) => self.clone(),
        }
    }

    /// What an answer that is whole answers, whatever the word.
    fn of_all(&self) -> Key {
        match self {
            Key::Python {
                before,
                path,
                hidden,
                ..
            } => Key::Python {
                before: before.clone(),
                path: path.clone(),
                hidden: *hidden,
                word: String::new(),
            },
            Key::Code { .. } | Key::Tables(_) | Key::Columns(_) => self.clone(),
        }
    }

    fn aside(&self, has_no_names: bool) -> Option<Aside> {
        let names = |language: Language, before: &str, word: &str| Aside::Names {
            code: format!("{before}{word}"),
            kind: language.kind(),
        };
        let of_sql = |code| Aside::Statement {
            code,
            kind: Language::Sql.kind(),
        };
        Some(match self {
            Key::Code { .. } if has_no_names => return None,
            Key::Code {
                language,
                before,
                word,
            } => names(*language, before, word),
            Key::Python {
                path, hidden, word, ..
            } if has_no_names => look(path, word, *hidden),
            Key::Python { before, .. } => names(Language::Python, before, ""),
            Key::Tables(database) => of_sql(tables::of_tables(database.as_deref())),
            Key::Columns(table) => of_sql(tables::of_columns(table)),
        })
    }

    /// The names in an output, and whether they are all.
    fn read(&self, output: &Output) -> (Vec<String>, bool) {
        match self {
            Key::Code { .. } => (Vec::new(), true),
            Key::Python { .. } => python::names(output),
            Key::Tables(_) => (tables::tables(output), true),
            Key::Columns(_) => (tables::columns(output), true),
        }
    }
}

fn look(path: &str, word: &str, hidden: bool) -> Aside {
    Aside::Statement {
        code: python::statement(path, word, hidden),
        kind: Language::Python.kind(),
    }
}

struct Answer {
    names: Vec<String>,
    /// Whether it answers whatever the word is.
    is_all: bool,
    at: Instant,
    /// What `Known` had counted when it was asked for.
    changes: u64,
}

#[derive(Default)]
struct Known {
    /// Counts what has run since: an older answer is about something else.
    epoch: u64,
    answers: HashMap<Key, Answer>,
    asking: HashSet<Key>,
    /// Counts what may have changed tables since: an older answer is served once more.
    changes: u64,
    /// Languages, by their kinds, that the server completes nothing of.
    silent: HashSet<&'static str>,
    /// Whether the server has completed Python.
    has_completed_python: bool,
}

impl Known {
    fn answer(&self, key: &Key) -> Option<&Answer> {
        let whole = self.answers.get(&key.of_all());
        whole
            .filter(|answer| answer.is_all)
            .or_else(|| self.answers.get(key))
    }
}

#[derive(Default)]
struct Shared {
    known: Mutex<Known>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
pub(super) struct Remote {
    shared: Arc<Shared>,
    engine: Option<WeakEngine>,
}

impl Remote {
    /// Whom to ask from now on.
    pub(super) fn set_engine(&mut self, engine: WeakEngine) {
        self.engine = Some(engine);
    }

    /// Forgets all: the session is another.
    pub(super) fn begin_anew(&mut self) {
        // What is still asked tells whoever has asked it.
        self.shared = Arc::default();
    }

    /// Forgets what may be another since code has run; tables and columns that may be others are known
    /// until they are asked for again, by a Tab.
    pub(super) fn has_run(&self, may_change_tables: bool) {
        let mut known = self.shared.lock();
        known.epoch += 1;
        known.answers.retain(|key, _| key.is_of_sql());
        known.changes += u64::from(may_change_tables);
    }

    /// The names, if they are known or come in time.
    pub(super) fn names(&self, key: &Key, deadline: Instant) -> Option<Vec<String>> {
        let key = &match self.is_silent(key) {
            true => key.by_look(),
            false => key.clone(),
        };
        match self.found(key) {
            Some((names, is_old)) => {
                if is_old {
                    self.ask(key);
                }
                return Some(names);
            }
            None => self.ask(key),
        }
        let mut known = self.shared.lock();
        loop {
            if let Some(found) = known.answer(key) {
                return Some(found.names.clone());
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            if !known.asking.contains(key) {
                return None;
            }
            let waited = self.shared.changed.wait_timeout(known, left);
            known = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether an answer can come.
    pub(super) fn can_tell(&self, key: &Key) -> bool {
        key.aside(self.is_silent(key)).is_some()
    }

    fn is_silent(&self, key: &Key) -> bool {
        self.shared.lock().silent.contains(kind_of(key))
    }

    /// What is known, and whether it is old; names that begin with less than the word are among the
    /// answers, too.
    fn found(&self, key: &Key) -> Option<(Vec<String>, bool)> {
        let known = self.shared.lock();
        if let Some(found) = known.answer(key) {
            let is_old = found.changes != known.changes || found.at.elapsed() > KEPT;
            return Some((found.names.clone(), is_old));
        }
        let Key::Code {
            language,
            before,
            word,
        } = key
        else {
            return None;
        };
        let ends = word.char_indices().rev().map(|(end, _)| end);
        let mut shorter = ends.filter(|end| *end > 0).map(|end| &word[..end]);
        shorter.find_map(|word| {
            let shorter = Key::Code {
                language: *language,
                before: before.clone(),
                word: word.to_owned(),
            };
            let found = known.answers.get(&shorter)?;
            (!found.names.is_empty()).then(|| (found.names.clone(), false))
        })
    }

    fn ask(&self, key: &Key) {
        let Some(engine) = &self.engine else {
            return;
        };
        let mut known = self.shared.lock();
        let has_no_names = known.silent.contains(kind_of(key));
        let Some(aside) = key.aside(has_no_names) else {
            return;
        };
        if !known.asking.insert(key.clone()) {
            return;
        }
        let asking = Asking {
            shared: self.shared.clone(),
            key: key.clone(),
            epoch: known.epoch,
            changes: known.changes,
        };
        drop(known);
        engine.ask_aside(aside, asking.reply(engine.clone()));
    }
}

fn kind_of(key: &Key) -> &'static str {
    match key {
        Key::Code { language, .. } => language.kind(),
        Key::Python { .. } => Language::Python.kind(),
        Key::Tables(_) | Key::Columns(_) => Language::Sql.kind(),
    }
}

/// A question whose answer is waited for, until this is dropped.
struct Asking {
    shared: Arc<Shared>,
    key: Key,
    epoch: u64,
    changes: u64,
}

impl Asking {
    fn reply(self, engine: WeakEngine) -> Reply {
        Box::new(move |told| self.take(told, &engine))
    }

    fn take(self, told: Told, engine: &WeakEngine) {
        let kind = kind_of(&self.key);
        let is_python = matches!(self.key, Key::Python { .. });
        match told {
            Told::Names(names) if names.is_empty() && is_python => {
                // Livy completes no Python, and answers so to whatever it is asked.
                let has_completed = self.shared.lock().has_completed_python;
                match has_completed {
                    true => self.keep(self.key.of_all(), names, true),
                    false => self.look(engine),
                }
            }
            Told::Names(names) => {
                self.shared.lock().has_completed_python |= is_python;
                self.keep(self.key.of_all(), names, true);
            }
            Told::Output(output @ Output::Ok(_)) => {
                let (names, is_all) = self.key.read(&output);
                if is_python && !names.is_empty() {
                    self.shared.lock().silent.insert(kind);
                }
                let key = match is_all {
                    true => self.key.of_all(),
                    false => self.key.clone(),
                };
                self.keep(key.by_look(), names.clone(), is_all);
                self.keep(key, names, is_all);
            }
            Told::NoCall => {
                self.shared.lock().silent.insert(kind);
                if is_python {
                    self.look(engine);
                }
            }
            // What has failed has not told that there are none.
            Told::Output(Output::Error(_)) | Told::NotNow | Told::Failed => {}
        }
    }

    /// Asks Python itself.
    fn look(self, engine: &WeakEngine) {
        if let Some(aside) = self.key.aside(true) {
            let engine = engine.clone();
            engine.ask_aside(aside, self.reply(engine.clone()));
        }
    }

    fn keep(&self, key: Key, names: Vec<String>, is_all: bool) {
        let mut known = self.shared.lock();
        if known.epoch == self.epoch || key.is_of_sql() {
            let answer = Answer {
                names,
                is_all,
                at: Instant::now(),
                changes: self.changes,
            };
            known.answers.insert(key, answer);
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.shared.lock().asking.remove(&self.key);
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(word: &str) -> Key {
        Key::Python {
            before: String::new(),
            path: "m".to_owned(),
            hidden: false,
            word: word.to_owned(),
        }
    }

    #[test]
    fn names_that_were_cut_are_not_taken_for_all() {
        let remote = Remote::default();
        let kept = |word: &str, name: &str, is_all| {
            let asking = Asking {
                shared: remote.shared.clone(),
                key: key(word),
                epoch: 0,
                changes: 0,
            };
            asking.keep(key(word), vec![name.to_owned()], is_all);
        };
        let found = |word: &str| remote.found(&key(word)).map(|(names, _)| names);
        kept("", "early", false);
        assert_eq!(found("").unwrap(), ["early"]);
        assert_eq!(found("late"), None);
        kept("late", "late1", false);
        assert_eq!(found("late").unwrap(), ["late1"]);
        kept("", "all", true);
        assert_eq!(found("late").unwrap(), ["all"]);
    }
}

//! The history as Up and Down go through it: what stands before the cursor filters, and the way back
//! ends at what was typed.
//!
//! rustyline asks a history for the entry that begins with a text. Here that question is answered
//! by what was before the cursor when the search began, so that the cursor can go to an entry's end.

use super::state::State;
use crate::repl::history::{self, Held};
use rustyline::error::ReadlineError;
use rustyline::history::{History, SearchDirection, SearchResult};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// A search by what stands before the cursor.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The line where it began, and where the cursor stood in it.
    typed: (String, usize),
    /// The line as it is now.
    current: (String, usize),
    /// What entries are to begin with.
    prefix: String,
    /// The entry that stands in the line.
    shown: Option<String>,
    is_fresh: bool,
}

impl Search {
    /// A key was pressed that goes to an older or newer entry.
    pub(super) fn press(&mut self, line: &str, position: usize, filters: bool) {
        self.is_fresh = !self.shows(line);
        self.current = (line.to_owned(), position);
        if self.is_fresh {
            self.typed = self.current.clone();
            let before = if filters { &line[..position] } else { "" };
            self.prefix = before.to_owned();
        }
    }

    /// Whether the line is an entry that a search has brought.
    pub(super) fn shows(&self, line: &str) -> bool {
        self.shown.as_deref() == Some(line)
    }

    fn wants(&self, entry: &str) -> bool {
        entry.starts_with(&self.prefix) && entry != self.current.0
    }
}

/// The entries at hand, searched so.
pub(super) struct Recall {
    pub(super) held: Held,
    state: Arc<State>,
}

impl Recall {
    pub(super) fn new(held: Held, state: Arc<State>) -> Recall {
        Recall { held, state }
    }

    /// The next entry that holds a text, from this one on; none holds an empty one.
    fn containing(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Option<SearchResult<'_>> {
        if term.is_empty() || start >= self.len() {
            return None;
        }
        let holds = |idx: usize| {
            let entry = self.held.get(idx)?;
            let pos = entry.find(term)?;
            Some(SearchResult { entry, idx, pos })
        };
        match direction {
            SearchDirection::Reverse => (0..=start).rev().find_map(holds),
            SearchDirection::Forward => (start..self.len()).find_map(holds),
        }
    }

    /// The next entry that begins as is wanted; a way that ends before one stays where it is, or goes
    /// back to what was typed.
    fn next(&self, search: &mut Search, start: usize, direction: SearchDirection) -> Found {
        let wanted = |index: usize| {
            let entry = self.held.get(index)?;
            search.wants(&entry).then_some((index, entry))
        };
        let found = match direction {
            SearchDirection::Reverse => {
                let from = if search.is_fresh {
                    self.len()
                } else {
                    start + 1
                };
                (0..from.min(self.len())).rev().find_map(wanted)
            }
            SearchDirection::Forward => (start..self.len()).find_map(wanted),
        };
        match (found, direction) {
            (Some((index, entry)), _) => {
                let entry = entry.into_owned();
                search.shown = Some(entry.clone());
                let position = entry.len();
                (entry, index, position)
            }
            (None, SearchDirection::Reverse) => {
                let (line, position) = search.current.clone();
                (line, start + 1, position)
            }
            (None, SearchDirection::Forward) => {
                search.shown = None;
                let (line, position) = search.typed.clone();
                (line, self.len(), position)
            }
        }
    }
}

/// A line, its number, and where the cursor is to stand.
type Found = (String, usize, usize);

impl History for Recall {
    fn get(&self, index: usize, _: SearchDirection) -> rustyline::Result<Option<SearchResult<'_>>> {
        Ok(self.held.get(index).map(|entry| SearchResult {
            entry,
            idx: index,
            pos: 0,
        }))
    }

    fn add(&mut self, line: &str) -> rustyline::Result<bool> {
        self.add_owned(line.to_owned())
    }

    fn add_owned(&mut self, line: String) -> rustyline::Result<bool> {
        Ok(self.held.add(line))
    }

    fn len(&self) -> usize {
        self.held.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn clear(&mut self) -> rustyline::Result<()> {
        self.held = Held::new(history::MOST);
        Ok(())
    }

    fn set_max_len(&mut self, _: usize) -> rustyline::Result<()> {
        unsupported()
    }

    fn ignore_dups(&mut self, _: bool) -> rustyline::Result<()> {
        unsupported()
    }

    fn ignore_space(&mut self, _: bool) {}

    fn save(&mut self, _: &Path) -> rustyline::Result<()> {
        unsupported()
    }

    fn append(&mut self, _: &Path) -> rustyline::Result<()> {
        unsupported()
    }

    fn load(&mut self, _: &Path) -> rustyline::Result<()> {
        unsupported()
    }

    /// Ctrl-R and Ctrl-S: an entry that is there already is passed over.
    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        let mut start = start;
        loop {
            let Some(found) = self.containing(term, start, direction) else {
                return Ok(None);
            };
            let is_shown = self.state.finds(&found.entry, term);
            let next = match direction {
                SearchDirection::Reverse => found.idx.checked_sub(1),
                SearchDirection::Forward => Some(found.idx + 1).filter(|next| *next < self.len()),
            };
            match (is_shown, next) {
                (true, Some(next)) => start = next,
                (true, None) | (false, _) => {
                    self.state.found(&found.entry, found.pos, term);
                    return Ok(Some(found));
                }
            }
        }
    }

    fn starts_with(
        &self,
        _: &str,
        start: usize,
        direction: SearchDirection,
    ) -> rustyline::Result<Option<SearchResult<'_>>> {
        let (entry, idx, pos) = self.next(&mut self.state.search(), start, direction);
        Ok(Some(SearchResult {
            entry: Cow::Owned(entry),
            idx,
            pos,
        }))
    }
}

/// What is kept, and in which file, is not rustyline's to say.
fn unsupported() -> rustyline::Result<()> {
    let error = std::io::Error::from(std::io::ErrorKind::Unsupported);
    Err(ReadlineError::Io(error))
}

#[cfg(test)]
mod agreement;

#[cfg(test)]
mod tests {
    use super::*;

    /// A line that keys are pressed in, as rustyline keeps it.
    struct Keys {
        recall: Recall,
        line: String,
        position: usize,
        index: usize,
    }

    impl Keys {
        fn typing(entries: &[&str], line: &str) -> Keys {
            let mut file = Held::new(history::MOST);
            for entry in entries {
                file.add((*entry).to_owned());
            }
            Keys {
                recall: Recall::new(file, Arc::default()),
                line: line.to_owned(),
                position: line.len(),
                index: entries.len(),
            }
        }

        fn press(&mut self, direction: SearchDirection) -> &str {
            let up = direction == SearchDirection::Reverse;
            self.recall
                .state
                .search()
                .press(&self.line, self.position, true);
            let is_end = if up {
                self.index == 0
            } else {
                self.index == self.recall.len()
            };
            if !is_end {
                self.index = if up { self.index - 1 } else { self.index + 1 };
                let found =
                    self.recall
                        .starts_with(&self.line[..self.position], self.index, direction);
                let found = found.unwrap().unwrap();
                (self.line, self.index, self.position) =
                    (found.entry.into_owned(), found.idx, found.pos);
            }
            &self.line
        }

        fn up(&mut self) -> &str {
            self.press(SearchDirection::Reverse)
        }

        fn down(&mut self) -> &str {
            self.press(SearchDirection::Forward)
        }
    }

    const ENTRIES: [&str; 5] = ["val a = 1", "def f = 2", "val b = 3", "f + 1", "val b = 3"];

    #[test]
    fn what_stands_before_the_cursor_filters() {
        let mut keys = Keys::typing(&ENTRIES, "val");
        assert_eq!(keys.up(), "val b = 3");
        assert_eq!(keys.position, 9, "the cursor stands at the end");
        assert_eq!(keys.up(), "val a = 1", "the same is not shown twice");
        assert_eq!(keys.up(), "val a = 1");
        assert_eq!(keys.down(), "val b = 3");
        assert_eq!(keys.down(), "val");
        assert_eq!(keys.down(), "val");
        assert_eq!(keys.up(), "val b = 3");
    }

    #[test]
    fn an_empty_line_goes_through_all_of_it() {
        let mut keys = Keys::typing(&ENTRIES, "");
        let all = ["val b = 3", "f + 1", "val b = 3", "def f = 2", "val a = 1"];
        for entry in all {
            assert_eq!(keys.up(), entry);
        }
        for entry in all[..4].iter().rev() {
            assert_eq!(keys.down(), *entry);
        }
        assert_eq!(keys.down(), "");
    }

    #[test]
    fn what_was_changed_is_searched_for_anew() {
        let mut keys = Keys::typing(&ENTRIES, "val");
        keys.up();
        keys.line = "f".to_owned();
        keys.position = 1;
        assert_eq!(keys.up(), "f + 1");
        assert_eq!(keys.down(), "f");
    }

    #[test]
    fn where_nothing_begins_so_the_line_stays() {
        let mut keys = Keys::typing(&ENTRIES, "x");
        assert_eq!(keys.up(), "x");
        assert_eq!(keys.up(), "x");
        assert_eq!(keys.down(), "x");
        keys.line.clear();
        keys.position = 0;
        assert_eq!(keys.up(), "val b = 3");
    }

    #[test]
    fn ctrl_r_passes_over_what_it_shows_already() {
        let keys = Keys::typing(&["a 1", "a 2", "b", "a 2"], "");
        let search = |start| {
            let found = keys.recall.search("a", start, SearchDirection::Reverse);
            let found = found.unwrap().unwrap();
            (found.entry.into_owned(), found.idx)
        };
        assert_eq!(search(3), ("a 2".to_owned(), 3));
        assert_eq!(search(2), ("a 1".to_owned(), 0));
    }
}

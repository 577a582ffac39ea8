//! The entries that a prompt has at hand. Those of a file stay in its text, as a prompt waits for ten
//! thousand of them and shows a few.

use super::lines::Text;
use std::borrow::Cow;
use std::collections::VecDeque;

/// None of them is empty, or the same as the one before.
pub(in crate::repl) struct Held {
    /// So many are kept.
    most: usize,
    text: Text,
    /// Where those of the text begin in it, the newest first.
    starts: Vec<usize>,
    /// What was added since, the oldest first.
    added: VecDeque<String>,
}

impl Held {
    pub(in crate::repl) fn new(most: usize) -> Held {
        Held {
            most,
            text: Text::default(),
            starts: Vec::new(),
            added: VecDeque::new(),
        }
    }

    /// The newest of a text.
    pub(super) fn of(text: Text, most: usize) -> Held {
        let mut starts = Vec::new();
        let mut after = None;
        for (start, line) in text.newest_first() {
            if after.is_some_and(|after| text.is_same(line, after)) {
                continue;
            }
            if starts.len() == most {
                break;
            }
            starts.push(start);
            after = Some(line);
        }
        Held {
            text,
            starts,
            ..Held::new(most)
        }
    }

    pub(in crate::repl) fn len(&self) -> usize {
        self.starts.len() + self.added.len()
    }

    pub(in crate::repl) fn is_full(&self) -> bool {
        self.len() == self.most
    }

    /// The oldest is the first.
    pub(in crate::repl) fn get(&self, index: usize) -> Option<Cow<'_, str>> {
        match self.starts.len().checked_sub(index + 1) {
            Some(place) => Some(self.text.entry_at(self.starts[place])),
            None => {
                let added = self.added.get(index - self.starts.len())?;
                Some(Cow::Borrowed(added))
            }
        }
    }

    /// All, the oldest first.
    pub(in crate::repl) fn iter(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Adds one, for which the oldest goes where they are full; says whether it is kept.
    pub(in crate::repl) fn add(&mut self, entry: String) -> bool {
        let is_last = self.iter().next_back().is_some_and(|last| last == entry);
        if entry.is_empty() || is_last {
            return false;
        }
        if self.is_full() && self.starts.pop().is_none() {
            self.added.pop_front();
        }
        self.added.push_back(entry);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(text: &str, most: usize) -> Held {
        Held::of(Text::of(text.into()).0, most)
    }

    fn entries(held: &Held) -> Vec<String> {
        held.iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn entries_of_the_file_and_of_the_session_are_one_row() {
        let mut held = held("#V2\na\nb\\nc\n", 10);
        assert!(!held.add("b\nc".to_owned()), "it is the last of the file");
        assert!(!held.add(String::new()));
        assert!(held.add("d".to_owned()));
        assert!(!held.add("d".to_owned()));
        assert!(held.add("a".to_owned()));
        assert_eq!(entries(&held), ["a", "b\nc", "d", "a"]);
        assert_eq!(held.get(3).as_deref(), Some("a"));
        assert_eq!(held.get(4), None);
    }

    #[test]
    fn the_oldest_goes_first_wherever_it_is() {
        let mut held = held("#V2\na\nb\n\nb\nc\nc\n", 2);
        assert_eq!(entries(&held), ["b", "c"]);
        for (entry, expected) in [("d", ["c", "d"]), ("e", ["d", "e"]), ("f", ["e", "f"])] {
            assert!(held.add(entry.to_owned()));
            assert_eq!(entries(&held), expected);
        }
    }

    #[test]
    fn only_an_entry_that_is_escaped_is_copied() {
        let held = held("#V2\na\nb\\nc\n", 10);
        assert!(matches!(held.get(0), Some(Cow::Borrowed("a"))));
        assert!(matches!(held.get(1), Some(Cow::Owned(_))));
    }
}

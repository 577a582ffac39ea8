//! Where a suggestion is looked for: an entry that does not begin as a line does begins as no longer
//! line does either, so that a key looks only at what its line's beginning has left.

/// The lines that were looked up while one was typed, each a beginning of the next.
#[derive(Debug, Default)]
pub(super) struct Narrowing {
    line: String,
    /// How long each was, and how many entries could still fit it.
    steps: Vec<(usize, usize)>,
}

impl Narrowing {
    /// A new line begins, of the same history or another.
    pub(super) fn begin(&mut self) {
        self.line.clear();
        self.steps.clear();
    }

    /// The newest of so many entries that fits a line.
    pub(super) fn find<T>(
        &mut self,
        line: &str,
        count: usize,
        fits: impl FnMut(usize) -> Option<T>,
    ) -> Option<T> {
        let shared = match line.starts_with(&self.line) {
            // A key at the end of a long block, nearly always.
            true => self.line.len(),
            false => {
                let shared = self.line.bytes().zip(line.bytes());
                shared.take_while(|(before, now)| before == now).count()
            }
        };
        while self
            .steps
            .last()
            .is_some_and(|(length, _)| *length > shared)
        {
            self.steps.pop();
        }
        let left = self.steps.last().map_or(count, |(_, left)| *left);
        let mut fits = fits;
        let found = (0..left)
            .rev()
            .find_map(|index| Some((index, fits(index)?)));
        let left = found.as_ref().map_or(0, |(index, _)| index + 1);
        self.line.clear();
        self.line.push_str(line);
        if self
            .steps
            .last()
            .is_none_or(|(length, _)| *length < line.len())
        {
            self.steps.push((line.len(), left));
        }
        found.map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history, and how many of its entries were looked at.
    struct Counted {
        narrowing: Narrowing,
        entries: Vec<String>,
        looks: usize,
    }

    impl Counted {
        fn of(entries: Vec<String>) -> Counted {
            Counted {
                narrowing: Narrowing::default(),
                entries,
                looks: 0,
            }
        }

        fn find(&mut self, line: &str) -> Option<String> {
            let Counted {
                narrowing,
                entries,
                looks,
            } = self;
            let found = narrowing.find(line, entries.len(), |index| {
                *looks += 1;
                Some(entries[index].strip_prefix(line)?.to_owned())
            });
            let newest = entries.iter().rev();
            let walked = newest.filter_map(|entry| entry.strip_prefix(line)).next();
            assert_eq!(found.as_deref(), walked, "{line:?}");
            found
        }
    }

    /// Each key of a text, then each Backspace that takes it away again.
    fn typed(text: &str) -> Vec<&str> {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let there: Vec<&str> = ends.map(|end| &text[..end]).collect();
        let back = there[..there.len() - 1].iter().rev().copied();
        there.iter().copied().chain(back).collect()
    }

    #[test]
    fn what_fits_nothing_is_looked_up_once() {
        let entries = (0..10_000).map(|number| format!("val x{number} = 1"));
        let mut history = Counted::of(entries.collect());
        for line in typed("zzz = spark.range(10).where(\"id > 3\").count()") {
            history.find(line);
        }
        assert_eq!(history.looks, 10_000);
    }

    #[test]
    fn no_entry_is_looked_at_again_by_each_key() {
        let entries = (0..10_000).map(|number| format!("val é{number:04} = 1"));
        let mut history = Counted::of(entries.collect());
        let keys = typed("val é0003 = 12");
        for line in &keys {
            history.find(line);
        }
        assert!(
            history.looks <= 10_000 + keys.len(),
            "{} looks",
            history.looks
        );
    }

    #[test]
    fn another_line_is_looked_up_anew() {
        let mut history = Counted::of(["abc", "abd", "xyz"].map(str::to_owned).into());
        for line in [
            "a", "ab", "abc", "abx", "ab", "x", "xyz!", "xyz", "", "abd", "abc",
        ] {
            history.find(line);
        }
        history.entries.push("abc2".to_owned());
        history.narrowing.begin();
        assert_eq!(history.find("abc").as_deref(), Some("2"));
    }
}

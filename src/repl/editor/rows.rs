//! How many rows of the screen a block takes, so that it can be taken back and edited as a whole.

use super::layout::{Layout, Margins};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) struct Rows {
    /// Messages that were printed above the prompt: they stand between the block's lines.
    printed: Arc<AtomicUsize>,
    printed_before: usize,
    size: (usize, usize),
    count: Option<usize>,
}

impl Rows {
    pub(super) fn new(printed: Arc<AtomicUsize>) -> Rows {
        Rows {
            printed,
            printed_before: 0,
            size: (0, 0),
            count: None,
        }
    }

    /// A block begins, on a screen of so many columns and rows.
    pub(super) fn begin(&mut self, size: (usize, usize)) {
        self.size = size;
        self.count = Some(0);
    }

    /// A line of it was read behind a prompt. What is printed above the first one stands above the block.
    pub(super) fn add(&mut self, prompt: usize, line: &str, size: (usize, usize)) {
        if self.count == Some(0) {
            self.printed_before = self.printed.load(Ordering::Relaxed);
        }
        let is_plain = size == self.size && !line.contains(|c: char| c.is_control() && c != '\n');
        let more = is_plain.then(|| rows(prompt, line, size.0));
        self.count = self.count.zip(more).map(|(count, more)| count + more);
    }

    /// None where not all of it is on the screen, or something stands between.
    pub(super) fn count(&self) -> Option<usize> {
        let is_alone = self.printed.load(Ordering::Relaxed) == self.printed_before;
        self.count.filter(|count| is_alone && *count < self.size.1)
    }
}

fn rows(prompt: usize, text: &str, columns: usize) -> usize {
    let mut layout = Layout::default();
    layout.renew(Margins { columns, prompt }, text);
    layout.end().row + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_as_the_terminal_wraps() {
        assert_eq!(rows(7, "val x = 1", 40), 1);
        assert_eq!(rows(7, &"x".repeat(33), 40), 2);
        assert_eq!(rows(7, &"x".repeat(32), 40), 1);
        assert_eq!(rows(7, "a\n\nb", 40), 3);
        let full = "x".repeat(40);
        assert_eq!(rows(7, &format!("a\n{full}\nb"), 40), 3);
        assert_eq!(rows(4, &"日".repeat(40), 40), 3);
    }

    #[test]
    fn what_is_not_all_there_is_not_counted() {
        let printed = Arc::<AtomicUsize>::default();
        let mut rows = Rows::new(printed.clone());
        rows.begin((40, 5));
        rows.add(7, "a", (40, 5));
        assert_eq!(rows.count(), Some(1));
        printed.fetch_add(1, Ordering::Relaxed);
        assert_eq!(rows.count(), None);
        rows.begin((40, 5));
        rows.add(7, "a\tb", (40, 5));
        assert_eq!(rows.count(), None);
        rows.begin((40, 5));
        rows.add(7, "a", (80, 5));
        assert_eq!(rows.count(), None);
        rows.begin((40, 5));
        (0..5).for_each(|_| rows.add(7, "a", (40, 5)));
        assert_eq!(rows.count(), None);
    }
}

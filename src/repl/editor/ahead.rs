//! What was typed, or pasted without marks, before the prompt stood: lines of it have their blanks already.

use crate::term;

/// What stands around a paste.
const MARKS: usize = "\x1b[200~\x1b[201~".len();

/// How much of it is left. The editor reads more at once than a line, so it is counted as lines are taken:
/// keys that are no text count for too little.
#[derive(Default)]
pub(super) struct Ahead(usize);

impl Ahead {
    /// A block is about to be read.
    pub(super) fn look(&mut self) {
        self.0 = self.0.max(term::waiting());
    }

    /// A line of so much text that was typed, or of several that were pasted.
    pub(super) fn took(&mut self, bytes: usize, is_paste: bool) {
        let marks = if is_paste { MARKS } else { 0 };
        self.0 = self.0.saturating_sub(bytes + marks + 1);
    }

    /// What is left may be the rest of what is forgotten.
    pub(super) fn forget(&mut self) {
        self.0 = 0;
    }

    /// Whether the next line has come already, or begins to. A long text comes in parts, while its first
    /// lines are read; where there was none, what waits are quick keys.
    pub(super) fn is_any(&mut self) -> bool {
        if self.0 > 0 {
            self.look();
        }
        self.0 > 0
    }
}

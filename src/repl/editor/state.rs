//! What the keys, the history and the colours of a line share.

use super::recall::Search;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a key wants of whoever reads the line; the line itself is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To forget it.
    Clear,
    /// To edit it in an editor, with the block that it belongs to.
    Edit,
    /// To edit the whole block that it belongs to.
    Reopen,
    /// To run it as it is.
    Submit,
}

/// Held by what is listed.
pub(super) struct Listing(#[expect(dead_code)] Arc<()>);

#[derive(Debug, Default)]
pub(super) struct State {
    wish: Mutex<Option<Wish>>,
    search: Mutex<Search>,
    /// What Ctrl-R has found: the entry, where the cursor stands in it, and what was searched for.
    found: Mutex<Option<(String, usize, String)>>,
    /// Whether a suggestion is on the screen.
    suggests: AtomicBool,
    /// How far Tab indents a line.
    indent: AtomicUsize,
    /// Whether the line was typed before it was asked for.
    is_as_it_is: AtomicBool,
    /// Whether lines of the same block stand above.
    continues: AtomicBool,
    /// Shared with what is listed, while it is.
    listed: Arc<()>,
}

impl State {
    /// A new line begins.
    pub(super) fn begin(&self, continues: bool) {
        *self.search() = Search::default();
        *lock(&self.wish) = None;
        *lock(&self.found) = None;
        self.continues.store(continues, Ordering::Relaxed);
    }

    pub(super) fn search(&self) -> MutexGuard<'_, Search> {
        lock(&self.search)
    }

    pub(super) fn wish(&self, wish: Wish) {
        *lock(&self.wish) = Some(wish);
    }

    pub(super) fn wished(&self) -> Option<Wish> {
        *lock(&self.wish)
    }

    pub(super) fn continues(&self) -> bool {
        self.continues.load(Ordering::Relaxed)
    }

    pub(super) fn listing(&self) -> Listing {
        Listing(self.listed.clone())
    }

    /// Whether keys are those of a list: of its question, or of its pages.
    pub(super) fn lists(&self) -> bool {
        Arc::strong_count(&self.listed) > 1
    }

    pub(super) fn set_indent(&self, columns: usize) {
        self.indent.store(columns, Ordering::Relaxed);
    }

    pub(super) fn indent(&self) -> usize {
        self.indent.load(Ordering::Relaxed)
    }

    pub(super) fn set_as_it_is(&self, is_as_it_is: bool) {
        self.is_as_it_is.store(is_as_it_is, Ordering::Relaxed);
    }

    pub(super) fn is_as_it_is(&self) -> bool {
        self.is_as_it_is.load(Ordering::Relaxed)
    }

    pub(super) fn set_suggests(&self, suggests: bool) {
        self.suggests.store(suggests, Ordering::Relaxed);
    }

    pub(super) fn suggests(&self) -> bool {
        self.suggests.load(Ordering::Relaxed)
    }

    pub(super) fn found(&self, entry: &str, position: usize, term: &str) {
        *lock(&self.found) = Some((entry.to_owned(), position, term.to_owned()));
    }

    /// Whether the same search shows this entry.
    pub(super) fn finds(&self, entry: &str, term: &str) -> bool {
        let found = lock(&self.found);
        found
            .as_ref()
            .is_some_and(|(shown, _, searched)| shown == entry && searched == term)
    }

    pub(super) fn forget_found(&self) {
        *lock(&self.found) = None;
    }

    /// How long the text is that Ctrl-R has found at the cursor of this line.
    pub(super) fn match_at(&self, line: &str, position: usize) -> Option<usize> {
        let found = lock(&self.found);
        let (entry, at, term) = found.as_ref()?;
        (entry == line && *at == position && !term.is_empty()).then_some(term.len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

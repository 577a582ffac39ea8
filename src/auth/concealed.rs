//! What is not to be seen in what servers and programs say.

use super::secret::Secret;
use std::collections::VecDeque;
use std::sync::Mutex;

/// The secrets of a program that are still looked for in what servers say: an answer may repeat one that has
/// been renewed meanwhile, but not one of long ago.
pub(super) const CONCEALED: usize = 4;

/// The last secrets; of each that was sent the parts that are not to be seen, the last one first.
#[derive(Default)]
pub(super) struct Concealed(Mutex<VecDeque<Vec<Secret>>>);

impl Concealed {
    pub(super) fn remember(&self, hidden: Vec<Secret>) {
        if let Ok(mut known) = self.0.lock() {
            known.retain(|known| *known != hidden);
            known.push_front(hidden);
            known.truncate(CONCEALED);
        }
    }

    /// A text without them.
    pub(super) fn conceal(&self, text: String) -> String {
        match self.0.lock() {
            Ok(known) => known
                .iter()
                .flatten()
                .fold(text, |text, secret| text.replace(secret.reveal(), "***")),
            Err(_) => text,
        }
    }
}

//! Prints above the prompt.

use crate::term::Above;
use rustyline::ExternalPrinter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

/// Prints from a thread of its own: the editor takes one message at a time, and none while the user
/// searches.
pub(in crate::repl) struct Printer {
    messages: Sender<String>,
    count: Arc<AtomicUsize>,
}

impl Printer {
    pub(super) fn start(mut printer: impl ExternalPrinter + Send + 'static) -> Printer {
        let (messages, received) = channel::<String>();
        std::thread::spawn(move || {
            for message in received {
                if printer.print(message).is_err() {
                    return;
                }
            }
        });
        Printer {
            messages,
            count: Arc::default(),
        }
    }

    /// How many messages were given to it.
    pub(super) fn count(&self) -> Arc<AtomicUsize> {
        self.count.clone()
    }

    /// Something else was printed between the lines of a block.
    pub(in crate::repl) fn was_passed_by(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub(in crate::repl) fn above(&self) -> Above {
        let (messages, count) = (self.messages.clone(), self.count.clone());
        Box::new(move |text| {
            count.fetch_add(1, Ordering::Relaxed);
            messages.send(text).ok();
        })
    }
}

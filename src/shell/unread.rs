//! Ends of statements that the front end has not taken: they are told where a signal ends the program while
//! a write is stuck.

use super::take_back::{Became, IN_HASTE, Numbered};
use super::uplink::Uplink;
use crate::engine::{self, Engine};
use crate::render::{Line, one_line};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use tokio::time::timeout;

/// The network thread's list of them.
pub(super) struct Unread {
    uplink: Uplink,
    emitted: Cell<usize>,
    /// The last ones.
    ends: RefCell<VecDeque<Option<Numbered>>>,
    /// Whether a statement was left that may still run.
    is_left: Cell<bool>,
}

impl Unread {
    pub(super) fn new(uplink: Uplink) -> Unread {
        Unread {
            uplink,
            emitted: Cell::new(0),
            ends: RefCell::default(),
            is_left: Cell::new(false),
        }
    }

    /// What happens, before the front end is told of it.
    pub(super) fn follow(&self, event: &engine::Event) {
        if let engine::Event::Finished { .. } = event {
            self.forget_taken();
            self.emitted.set(self.emitted.get() + 1);
            self.ends.borrow_mut().push_back(Became::of(event));
        }
    }

    /// Nobody waits for what runs: it is cancelled, and given time for that.
    pub(super) async fn cancel(&self, engine: &Engine, conversation: impl Future) {
        if !engine.is_busy() {
            return;
        }
        engine.cancel_all();
        let rests = async {
            tokio::select! {
                _ = conversation => {}
                () = engine.rests() => {}
            }
        };
        self.is_left.set(timeout(IN_HASTE, rests).await.is_err());
    }

    /// What is to be told of them; with a session that is over nothing runs any more.
    pub(super) fn told(&self, is_over: bool) -> Vec<Line> {
        self.forget_taken();
        let ends = self.ends.borrow();
        let ended = ends.iter().flatten().map(|(id, became)| match id {
            Some(id) => (format!("Statement {id} {}.", became.told()), became),
            None => (format!("A statement {}.", became.told()), became),
        });
        let left = (
            format!("A statement {}.", Became::MayRun.told()),
            &Became::MayRun,
        );
        let left = self.is_left.get().then_some(left);
        ended
            .chain(left)
            .filter(|(_, became)| !(is_over && became.is_open()))
            .map(|(told, _)| Line::plain(one_line(&told)))
            .collect()
    }

    fn forget_taken(&self) {
        let untaken = self.emitted.get() - self.uplink.ends_taken();
        let mut ends = self.ends.borrow_mut();
        while ends.len() > untaken {
            ends.pop_front();
        }
    }
}

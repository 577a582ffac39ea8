//! What becomes of statements where a signal ends the program while a write is stuck: what runs is cancelled, and
//! ends that the front end has not taken are told in its place.

use super::take_back::{Became, IN_HASTE, Numbered};
use super::uplink::Uplink;
use crate::engine::{self, Ending, Engine};
use crate::render::{Line, one_line};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::timeout;

/// The number of a statement that is left comes at once.
const AT_ONCE: Duration = Duration::from_millis(200);

pub(super) struct Unread {
    uplink: Uplink,
    /// So many ends of statements were told to the front end.
    emitted: Cell<usize>,
    /// The last ones.
    ends: RefCell<VecDeque<Option<Numbered>>>,
    /// Whether something runs whose end could not be waited for.
    is_left: Cell<bool>,
    is_session_over: Cell<bool>,
}

impl Unread {
    pub(super) fn new(uplink: Uplink) -> Unread {
        Unread {
            uplink,
            emitted: Cell::new(0),
            ends: RefCell::default(),
            is_left: Cell::new(false),
            is_session_over: Cell::new(false),
        }
    }

    /// What happens, before the front end is told of it.
    pub(super) fn follow(&self, event: &engine::Event) {
        match event {
            engine::Event::Finished { .. } => {
                self.forget_taken();
                self.emitted.set(self.emitted.get() + 1);
                self.ends.borrow_mut().push_back(Became::of(event));
            }
            engine::Event::Ended(Ending::Deleted | Ending::Nothing) => {
                self.is_session_over.set(true);
            }
            engine::Event::Died(death) if !death.may_live => self.is_session_over.set(true),
            _ => {}
        }
    }

    /// Cancels what runs, and gives it time for that. Whether the conversation has ended meanwhile.
    pub(super) async fn cancel(
        &self,
        engine: &Engine,
        mut conversation: Pin<&mut impl Future>,
    ) -> bool {
        for (patience, ask) in [
            (IN_HASTE, Engine::cancel_all as fn(&Engine)),
            (AT_ONCE, Engine::stop_waiting_for_all),
        ] {
            if !engine.is_busy() {
                break;
            }
            ask(engine);
            let ends = async {
                tokio::select! {
                    biased;
                    _ = conversation.as_mut() => true,
                    () = engine.rests() => false,
                }
            };
            if matches!(timeout(patience, ends).await, Ok(true)) {
                return true;
            }
        }
        self.is_left.set(engine.is_busy());
        false
    }

    /// What is to be told of them.
    pub(super) fn told(&self) -> Vec<Line> {
        self.forget_taken();
        let is_over = self.is_session_over.get();
        let ends = self.ends.borrow();
        let left = (None, Became::MayRun);
        let left = self.is_left.get().then_some(&left);
        let ended = ends.iter().flatten().chain(left);
        // With a session that is over nothing runs any more.
        let ended = ended.filter(|(_, became)| !(is_over && became.is_open()));
        let told = ended.map(|(id, became)| match id {
            Some(id) => format!("Statement {id} {}.", became.told()),
            None => format!("A statement {}.", became.told()),
        });
        told.map(|told| Line::plain(one_line(&told))).collect()
    }

    fn forget_taken(&self) {
        let untaken = self.emitted.get() - self.uplink.ends_taken();
        let mut ends = self.ends.borrow_mut();
        while ends.len() > untaken {
            ends.pop_front();
        }
    }
}

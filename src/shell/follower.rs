//! Keeps a session's entry in the journal, for as long as it is there. It writes on a thread of its own: a
//! file whose lock does not come, as on a network that is away, holds up neither prompt nor session.

use super::journal::{Journal, Known};
use crate::engine::{self, Ending, OpenError, Received};
use crate::livy::Session;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// What is still to be written at the end is waited for so long.
const AT_THE_END: Duration = Duration::from_secs(1);

type Work = Box<dyn FnOnce(&Journal) + Send>;

/// What becomes of a session when its conversation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// What was noted of it holds.
    AsNoted,
    /// It is kept although it was to be ended: it is nobody's to end any more.
    Stays,
    /// Another conversation of this process is to end it.
    StillToEnd,
}

pub(super) struct Follower {
    root: String,
    to_end: bool,
    /// Whether the session was made here, once that is known.
    is_ours: Rc<Cell<bool>>,
    /// The session that was used last, where that is wanted.
    last: Option<Known>,
    noted: RefCell<Option<Session>>,
    /// The name of the one that is being made.
    expected: RefCell<Option<String>>,
    work: RefCell<Option<Sender<Work>>>,
    /// Closed once all is written.
    written: Receiver<()>,
}

impl Follower {
    /// `last` is the one that was used last, where that is wanted. None where there is no
    /// thread to write, or no server that outlives this process.
    pub(super) fn new(
        journal: Journal,
        root: Option<String>,
        to_end: bool,
        is_ours: Rc<Cell<bool>>,
        last: Option<Known>,
    ) -> Option<Follower> {
        let (work, given) = channel::<Work>();
        let (writes, written) = channel::<()>();
        let thread = std::thread::Builder::new().name("journal".to_owned());
        let follower = Follower {
            root: root?,
            to_end,
            is_ours,
            last,
            noted: RefCell::default(),
            expected: RefCell::default(),
            work: RefCell::new(Some(work)),
            written,
        };
        let spawned = thread.spawn(move || {
            given.into_iter().for_each(|work| work(&journal));
            drop(writes);
        });
        spawned.ok().map(|_| follower)
    }

    /// Looks for the sessions that a livysh has left; where there are some, `tell` hears of them.
    pub(super) fn tell_left_behind(&self, tell: impl FnOnce(&[Known]) + Send + 'static) {
        let root = self.root.clone();
        self.give(move |journal| {
            let left = journal.left_behind(&root);
            if !left.is_empty() {
                tell(&left);
            }
        });
    }

    /// That a session of this name is about to be made, which is to be ended.
    pub(super) fn expect(&self, name: &str) {
        self.expected.replace(Some(name.to_owned()));
        let (root, name) = (self.root.clone(), name.to_owned());
        self.give(move |journal| journal.expect(&root, &name));
    }

    pub(super) fn follow(&self, event: &engine::Event) {
        if let engine::Event::Starting { session } | engine::Event::Ready { session } = event {
            self.note(session);
        }
        if is_decided(event)
            && let Some(name) = self.expected.take()
        {
            let root = self.root.clone();
            self.give(move |journal| journal.give_up(&root, &name));
        }
        if let engine::Event::OpenFailed(OpenError::Livy(error)) = event
            && error.is_no_session()
            && let Some(last) = self.last.clone()
        {
            let root = self.root.clone();
            self.give(move |journal| journal.forget_known(&root, &last));
        }
        let is_gone = match event {
            engine::Event::Died(death) => !death.may_live,
            engine::Event::Ended(ending) => matches!(ending, Ending::Deleted | Ending::Nothing),
            engine::Event::Starting { .. }
            | engine::Event::Ready { .. }
            | engine::Event::StartsSlowly { .. }
            | engine::Event::Recovering { .. }
            | engine::Event::Recovered
            | engine::Event::OpenFailed(_)
            | engine::Event::Reconnecting(_)
            | engine::Event::Reconnected
            | engine::Event::AcceptedLate { .. }
            | engine::Event::LostLate(_)
            | engine::Event::Progress { .. }
            | engine::Event::Stages(_)
            | engine::Event::Copies(_)
            | engine::Event::CancelFailed(_)
            | engine::Event::Finished { .. }
            | engine::Event::Answered { .. } => false,
        };
        if is_gone && let Some(session) = self.noted.take() {
            self.forget(session.id.to_string());
        }
    }

    /// The conversation is over.
    pub(super) fn finish(&self, fate: Fate) {
        let session = self.noted.take();
        match (fate, session) {
            (Fate::Stays, Some(session)) => self.write(session, false),
            (Fate::StillToEnd, Some(session)) => self.write(session, true),
            (Fate::AsNoted, _) | (Fate::Stays | Fate::StillToEnd, None) => {}
        }
        self.work.take();
        self.written.recv_timeout(AT_THE_END).ok();
    }

    /// The application's id is often known later than the session.
    fn note(&self, session: &Session) {
        let same = |noted: &Session| noted.app_id == session.app_id;
        if !self.noted.borrow().as_ref().is_some_and(same) {
            self.write(session.clone(), self.to_end);
            self.noted.replace(Some(session.clone()));
        }
    }

    fn write(&self, session: Session, to_end: bool) {
        let (root, is_ours) = (self.root.clone(), self.is_ours.get());
        self.give(move |journal| journal.note(&root, &session, to_end, is_ours));
    }

    fn forget(&self, id: String) {
        let root = self.root.clone();
        self.give(move |journal| journal.forget(&root, &id));
    }

    fn give(&self, work: impl FnOnce(&Journal) + Send + 'static) {
        if let Some(to_thread) = &*self.work.borrow() {
            // It takes everything until the end.
            to_thread.send(Box::new(work)).ok();
        }
    }
}

/// Whether it is known by now what became of a session that was asked for.
fn is_decided(event: &engine::Event) -> bool {
    match event {
        engine::Event::Starting { .. } | engine::Event::Ready { .. } => true,
        engine::Event::OpenFailed(OpenError::NotCreated { received, .. }) => {
            *received != Received::Perhaps
        }
        engine::Event::OpenFailed(_) => true,
        engine::Event::Ended(ending) => matches!(ending, Ending::Deleted | Ending::Nothing),
        engine::Event::StartsSlowly { .. }
        | engine::Event::Recovering { .. }
        | engine::Event::Recovered
        | engine::Event::Died(_)
        | engine::Event::Reconnecting(_)
        | engine::Event::Reconnected
        | engine::Event::AcceptedLate { .. }
        | engine::Event::LostLate(_)
        | engine::Event::Stages(_)
        | engine::Event::Progress { .. }
        | engine::Event::Copies { .. }
        | engine::Event::CancelFailed(_)
        | engine::Event::Finished { .. }
        | engine::Event::Answered { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs::OpenOptions;

    fn session(application: Option<&str>) -> Box<Session> {
        let value = json!({"id": 1, "name": "one", "state": "idle", "appId": application});
        Box::new(serde_json::from_value(value).unwrap())
    }

    fn entries(folder: &std::path::Path) -> serde_json::Value {
        let text = std::fs::read(folder.join("sessions.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    fn follower(folder: &std::path::Path) -> Follower {
        let journal = Journal::in_folder(Some(folder.to_owned()));
        Follower::new(
            journal,
            Some("http://a".to_owned()),
            true,
            Rc::default(),
            None,
        )
        .unwrap()
    }

    #[test]
    fn a_session_is_noted_until_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let follows = follower(folder.path());
        let session = |application| session(application);
        follows.follow(&engine::Event::Starting {
            session: session(None),
        });
        follows.follow(&engine::Event::Ready {
            session: session(Some("application_1")),
        });
        follows.finish(Fate::AsNoted);
        let noted = entries(folder.path());
        assert_eq!(noted[0]["application"], "application_1");
        assert_eq!(
            (&noted[0]["to_end"], noted[1].is_null()),
            (&json!(true), true)
        );

        let follows = follower(folder.path());
        follows.follow(&engine::Event::Ready {
            session: session(None),
        });
        follows.follow(&engine::Event::Ended(Ending::Deleted));
        follows.finish(Fate::AsNoted);
        assert_eq!(entries(folder.path()), json!([]));
    }

    #[test]
    fn a_session_that_is_kept_is_not_to_be_ended_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let follows = follower(folder.path());
        follows.follow(&engine::Event::Ready {
            session: session(None),
        });
        follows.finish(Fate::Stays);
        assert_eq!(entries(folder.path())[0]["to_end"], false);
    }

    #[test]
    fn a_session_that_another_conversation_is_to_end_is_noted_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let follows = follower(folder.path());
        follows.follow(&engine::Event::Ready {
            session: session(None),
        });
        let journal = Journal::in_folder(Some(folder.path().to_owned()));
        let other = Follower::new(
            journal,
            Some("http://a".to_owned()),
            false,
            Rc::default(),
            None,
        )
        .unwrap();
        other.follow(&engine::Event::Ready {
            session: session(None),
        });
        other.finish(Fate::AsNoted);
        follows.finish(Fate::StillToEnd);
        assert_eq!(entries(folder.path())[0]["to_end"], true);
    }

    /// As on a network file system that does not answer.
    #[test]
    fn a_lock_that_does_not_come_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.lock");
        let lock = OpenOptions::new().create(true).append(true).open(path);
        let lock = lock.unwrap();
        lock.lock().unwrap();
        let follows = follower(folder.path());
        let (tell, told) = channel();
        follows.tell_left_behind(move |left| tell.send(left.to_vec()).unwrap());
        follows.follow(&engine::Event::Ready {
            session: session(None),
        });
        // It comes to an end with the lock still held: nothing is written.
        follows.finish(Fate::AsNoted);
        assert!(!folder.path().join("sessions.json").exists());
        drop(lock);
        assert!(told.recv().is_err());
    }
}

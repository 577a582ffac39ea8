//! All sessions of one server.

use super::super::session::{Ground, Session};
use super::super::wire::CreateSession;
use super::failure::{Answer, Failure};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) struct Registry {
    ground: Arc<Ground>,
    folder: PathBuf,
    sessions: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    next: u64,
    all: BTreeMap<u64, Arc<Session>>,
}

impl Registry {
    pub(super) fn new(ground: Arc<Ground>, folder: PathBuf) -> Registry {
        Registry {
            ground,
            folder,
            sessions: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn all(&self) -> Vec<Arc<Session>> {
        self.lock().all.values().cloned().collect()
    }

    /// By id where it is a number, else by name, as Livy routes.
    pub(super) fn find(&self, id_or_name: &str) -> Answer<Arc<Session>> {
        let sessions = self.lock();
        let found = match id_or_name.parse::<u64>() {
            Ok(id) => sessions.all.get(&id),
            Err(_) => sessions
                .all
                .values()
                .find(|session| session.request.name.as_deref() == Some(id_or_name)),
        };
        found.cloned().ok_or_else(|| Failure::not_found(id_or_name))
    }

    /// Starts a session. Its id is used up also where it is rejected.
    pub(super) fn create(
        &self,
        request: CreateSession,
        check: impl FnOnce(&CreateSession) -> Result<(), String>,
    ) -> Answer<Arc<Session>> {
        let mut sessions = self.lock();
        let id = sessions.next;
        sessions.next += 1;
        check(&request).map_err(Failure::rejected)?;
        if let Some(name) = &request.name {
            sessions.check_name(name, id)?;
        }
        let directory = self.folder.join(format!("session-{id}"));
        let session =
            Session::start(id, request, &self.ground, directory).map_err(Failure::rejected)?;
        sessions.all.insert(id, session.clone());
        Ok(session)
    }

    /// Ends a session and forgets it.
    pub(super) async fn delete(&self, session: &Session) {
        session.end().await;
        self.lock().all.remove(&session.id);
    }

    /// Ends those that are to end by themselves, and forgets them.
    pub(super) fn end_expired(self: &Registry) {
        let mut sessions = self.lock();
        let expired: Vec<u64> = sessions
            .all
            .values()
            .filter(|session| session.has_expired())
            .map(|session| session.id)
            .collect();
        for id in expired {
            if let Some(session) = sessions.all.remove(&id) {
                session.ask_to_end();
            }
        }
    }

    /// Ends every session and waits until nothing of them is left.
    pub(super) async fn end_all(&self) {
        let all = std::mem::take(&mut self.lock().all);
        for session in all.values() {
            session.ask_to_end();
        }
        for session in all.values() {
            session.end().await;
        }
    }
}

impl Sessions {
    fn check_name(&self, name: &str, id: u64) -> Answer<()> {
        if name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Failure::rejected(format!("Invalid session name: {name}")));
        }
        let taken = |session: &Arc<Session>| session.request.name.as_deref() == Some(name);
        match self.all.values().any(taken) {
            true => Err(Failure::rejected(format!(
                "Duplicate session name: Some({name}) for session {id}"
            ))),
            false => Ok(()),
        }
    }
}

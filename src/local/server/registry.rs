//! All sessions of one server, and all batches: ids and names of their own, the same rules.

use super::super::batch::Batch;
use super::super::session::{Ground, Session};
use super::super::wire::{CreateBatch, CreateSession};
use super::failure::{Answer, Failure};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a registry needs to know of a session or a batch.
pub(super) trait Member {
    fn id(&self) -> u64;
    fn name(&self) -> Option<&str>;
    /// Whether it is to end by itself now, or ended so long ago that it is forgotten.
    fn has_expired(&self) -> bool;
    fn is_over(&self) -> bool;
    /// A client asked about it: somebody is still there.
    fn see(&self);
    fn ask_to_end(&self);
    /// Waits until nothing of it is left.
    fn end(&self) -> impl Future<Output = ()> + Send;
}

impl Member for Session {
    fn see(&self) {
        self.see();
    }

    fn id(&self) -> u64 {
        self.id
    }

    fn name(&self) -> Option<&str> {
        self.request.resources.name.as_deref()
    }

    fn has_expired(&self) -> bool {
        self.has_expired()
    }

    fn is_over(&self) -> bool {
        self.is_over()
    }

    fn ask_to_end(&self) {
        self.ask_to_end();
    }

    async fn end(&self) {
        self.end().await;
    }
}

impl Member for Batch {
    fn see(&self) {}

    fn id(&self) -> u64 {
        self.id
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn has_expired(&self) -> bool {
        self.has_expired()
    }

    fn is_over(&self) -> bool {
        self.is_over()
    }

    fn ask_to_end(&self) {
        self.ask_to_end();
    }

    async fn end(&self) {
        self.end().await;
    }
}

pub(super) struct Registry<T> {
    ground: Arc<Ground>,
    folder: PathBuf,
    table: Mutex<Table<T>>,
}

struct Table<T> {
    next: u64,
    all: BTreeMap<u64, Arc<T>>,
    /// The server is ending: nothing new may begin.
    closed: bool,
}

impl<T: Member> Registry<T> {
    pub(super) fn new(ground: Arc<Ground>, folder: PathBuf) -> Registry<T> {
        Registry {
            ground,
            folder,
            table: Mutex::new(Table {
                next: 0,
                all: BTreeMap::new(),
                closed: false,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table<T>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn all(&self) -> Vec<Arc<T>> {
        self.lock().all.values().cloned().collect()
    }

    /// By id where it is a number, else by name, as Livy routes.
    pub(super) fn find(&self, id_or_name: &str) -> Answer<Arc<T>> {
        let table = self.lock();
        let found = match id_or_name.parse::<u64>() {
            Ok(id) => table.all.get(&id),
            Err(_) => table
                .all
                .values()
                .find(|member| member.name() == Some(id_or_name)),
        };
        let found = found.ok_or_else(|| Failure::not_found(id_or_name))?;
        found.see();
        Ok(found.clone())
    }

    /// Ends one and forgets it.
    pub(super) async fn delete(&self, member: &T) {
        member.end().await;
        self.lock().all.remove(&member.id());
    }

    /// Ends those that are to end by themselves, and forgets them once they are over.
    pub(super) fn end_expired(&self) {
        self.lock().all.retain(|_, member| {
            if !member.has_expired() {
                return true;
            }
            member.ask_to_end();
            !member.is_over()
        });
    }

    /// Ends every one and waits until nothing of them is left; nothing new begins any more.
    pub(super) async fn end_all(&self) {
        let all = {
            let mut table = self.lock();
            table.closed = true;
            std::mem::take(&mut table.all)
        };
        for member in all.values() {
            member.ask_to_end();
        }
        for member in all.values() {
            member.end().await;
        }
    }
}

impl Registry<Session> {
    /// Starts a session.
    pub(super) fn create(
        &self,
        request: CreateSession,
        check: impl FnOnce(&CreateSession) -> Result<(), String>,
    ) -> Answer<Arc<Session>> {
        let mut table = self.lock();
        let id = table.next_id()?;
        check(&request).map_err(Failure::rejected)?;
        table.check_name(request.resources.name.as_deref(), id)?;
        let directory = self.folder.join(format!("session-{id}"));
        let session =
            Session::start(id, request, &self.ground, directory).map_err(Failure::rejected)?;
        table.all.insert(id, session.clone());
        Ok(session)
    }
}

impl Registry<Batch> {
    /// Starts a batch. One whose files may not be named has its place in the list by then, and
    /// keeps it.
    pub(super) fn create(
        &self,
        request: CreateBatch,
        check: impl FnOnce(&CreateBatch) -> Result<String, String>,
    ) -> Answer<Arc<Batch>> {
        let mut table = self.lock();
        let id = table.next_id()?;
        table.check_name(request.resources.name.as_deref(), id)?;
        match check(&request) {
            Ok(file) => {
                let directory = self.folder.join(format!("batch-{id}"));
                let batch = Batch::start(id, file, request, &self.ground.runtime, directory);
                table.all.insert(id, batch.clone());
                Ok(batch)
            }
            Err(reason) => {
                table
                    .all
                    .insert(id, Batch::rejected(id, request.resources.name));
                Err(Failure::rejected(reason))
            }
        }
    }
}

impl<T: Member> Table<T> {
    /// An id is used up also by what is rejected.
    fn next_id(&mut self) -> Answer<u64> {
        if self.closed {
            let told = "java.lang.IllegalStateException: the server is ending";
            return Err(Failure::exception(told.to_owned()));
        }
        self.next += 1;
        Ok(self.next - 1)
    }

    fn check_name(&self, name: Option<&str>, id: u64) -> Answer<()> {
        let Some(name) = name else { return Ok(()) };
        if name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Failure::rejected(format!("Invalid session name: {name}")));
        }
        match self.all.values().any(|member| member.name() == Some(name)) {
            true => Err(Failure::rejected(format!(
                "Duplicate session name: Some({name}) for session {id}"
            ))),
            false => Ok(()),
        }
    }
}

//! One batch of the server in a box: what others ask of it. `state.rs` says what it is, `process.rs`
//! keeps its process.

mod process;
mod state;

use super::runtime::Runtime;
use super::wire::{self, CreateBatch};
use state::Inner;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

pub struct Batch {
    pub id: u64,
    pub name: Option<String>,
    inner: Mutex<Inner>,
    /// Whether it was asked to end.
    ask: watch::Sender<bool>,
    /// Whether nothing of it is left.
    over: watch::Sender<bool>,
}

impl Batch {
    /// Makes a batch and starts it on the current runtime; `directory` is its own.
    pub fn start(
        id: u64,
        file: String,
        request: CreateBatch,
        runtime: &Arc<Runtime>,
        directory: PathBuf,
    ) -> Arc<Batch> {
        let batch = Arc::new(Batch::new(
            id,
            request.resources.name.clone(),
            Inner::starting(),
        ));
        let (task, runtime) = (batch.clone(), runtime.clone());
        tokio::spawn(async move { task.live(&runtime, &file, &request, &directory).await });
        batch
    }

    /// One that only has its place in the list.
    pub fn rejected(id: u64, name: Option<String>) -> Arc<Batch> {
        let batch = Batch::new(id, name, Inner::rejected());
        batch.over.send_replace(true);
        Arc::new(batch)
    }

    fn new(id: u64, name: Option<String>, inner: Inner) -> Batch {
        Batch {
            id,
            name,
            inner: Mutex::new(inner),
            ask: watch::Sender::new(false),
            over: watch::Sender::new(false),
        }
    }

    pub fn view(&self) -> wire::Batch {
        let inner = self.lock();
        wire::Batch {
            id: self.id,
            name: self.name.clone(),
            owner: None,
            // Without impersonation Livy takes this and forgets it.
            proxy_user: None,
            state: inner.state.name(),
            // Livy never learns these of a local Spark.
            app_id: None,
            app_info: wire::AppInfo::default(),
            log: inner.last_lines(),
        }
    }

    pub fn state(&self) -> &'static str {
        self.lock().state.name()
    }

    pub fn log(&self) -> Vec<String> {
        self.lock().lines()
    }

    /// Whether it ended so long ago that it is forgotten.
    pub fn has_expired(&self) -> bool {
        self.lock().is_forgotten(Instant::now())
    }

    /// Whether nothing of it is left but what is known of it.
    pub fn is_over(&self) -> bool {
        *self.over.subscribe().borrow()
    }

    pub fn ask_to_end(&self) {
        self.ask.send_replace(true);
    }

    /// Ends the batch and waits until its processes and its directory are gone.
    pub async fn end(&self) {
        self.ask_to_end();
        let mut over = self.over.subscribe();
        over.wait_for(|over| *over).await.ok();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

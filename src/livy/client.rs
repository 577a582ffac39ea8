//! One method per endpoint of the Livy API. Each is one request: no method sleeps or retries.

use super::dialect::Dialect;
use super::error::LivyError;
use super::http::{Authorizer, Http, Transport, Unreachable};
use super::model::{
    Batch, BatchList, Candidates, Id, Log, Session, SessionList, Statement, StatementList, Version,
};
use super::request::{AddFile, Completion, CreateBatch, CreateSession, NewStatement};
use super::watch::Watch;
use std::sync::Arc;
use std::time::Duration;

/// For requests that the server answers from memory.
const QUICK: Duration = Duration::from_secs(30);
/// Creating is serialised server-wide and may wait for other clients' sessions.
const CREATE: Duration = Duration::from_secs(100);
/// A statement's POST passes through the driver.
const SUBMIT: Duration = Duration::from_secs(100);
/// A file goes through the server's memory to where the driver can fetch it.
const UPLOAD: Duration = Duration::from_secs(100);
/// Livy stops the driver before it answers.
const DELETE: Duration = Duration::from_secs(60);

/// What a session can be given while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Jar,
    /// A module, a zip or an egg.
    Python,
}

impl FileKind {
    fn add(self) -> &'static str {
        match self {
            FileKind::Jar => "add-jar",
            FileKind::Python => "add-pyfile",
        }
    }

    fn upload(self) -> &'static str {
        match self {
            FileKind::Jar => "upload-jar",
            FileKind::Python => "upload-pyfile",
        }
    }

    /// The name of the form's part that holds the file.
    fn part(self) -> &'static str {
        match self {
            FileKind::Jar => "jar",
            FileKind::Python => "file",
        }
    }
}

pub struct Client {
    http: Http,
}

impl Client {
    /// `watch` is told of every request.
    pub fn new(
        root: &str,
        authorizer: Arc<dyn Authorizer>,
        watch: Option<Watch>,
        transport: Transport,
    ) -> Result<Client, Unreachable> {
        Ok(Client {
            http: Http::new(root, authorizer, watch, transport)?,
        })
    }

    /// What the answers so far say of the server.
    pub fn dialect(&self) -> Dialect {
        self.http.dialect()
    }

    /// `GET /version`; servers before Livy 0.3 and some relatives have none.
    pub async fn version(&self) -> Result<Version, LivyError> {
        self.http.get(&["version"], &[], QUICK).await
    }

    /// `GET /sessions`
    pub async fn sessions(&self, from: u64, size: u64) -> Result<SessionList, LivyError> {
        let (from, size) = (from.to_string(), size.to_string());
        self.http
            .get(&["sessions"], &[("from", &from), ("size", &size)], QUICK)
            .await
    }

    /// `POST /sessions`
    pub async fn create_session(&self, request: &CreateSession) -> Result<Session, LivyError> {
        self.http.post(&["sessions"], request, CREATE).await
    }

    /// `GET /sessions/{id}`; since Livy 0.6 a name stands for an id.
    pub async fn session(&self, id: &Id) -> Result<Session, LivyError> {
        self.http
            .get(&["sessions", &id.to_string()], &[], QUICK)
            .await
    }

    /// `GET /sessions/{id}/log`; a negative `from` asks for the last `size` lines.
    pub async fn session_log(&self, id: &Id, from: i64, size: i64) -> Result<Log, LivyError> {
        let (from, size) = (from.to_string(), size.to_string());
        self.http
            .get(
                &["sessions", &id.to_string(), "log"],
                &[("from", &from), ("size", &size)],
                QUICK,
            )
            .await
    }

    /// `DELETE /sessions/{id}`
    pub async fn delete_session(&self, id: &Id) -> Result<(), LivyError> {
        self.http
            .delete(&["sessions", &id.to_string()], DELETE)
            .await
    }

    /// `POST /sessions/{id}/connect`: the one cheap call that counts as activity.
    pub async fn connect(&self, id: &Id) -> Result<Session, LivyError> {
        let nothing = serde_json::Map::new();
        self.http
            .post(&["sessions", &id.to_string(), "connect"], &nothing, QUICK)
            .await
    }

    /// `POST /sessions/{id}/statements`
    pub async fn submit(&self, id: &Id, statement: &NewStatement) -> Result<Statement, LivyError> {
        self.http
            .post(
                &["sessions", &id.to_string(), "statements"],
                statement,
                SUBMIT,
            )
            .await
    }

    /// `GET /sessions/{id}/statements`; blocks on Livy until a starting session's driver is up.
    pub async fn statements(&self, id: &Id) -> Result<StatementList, LivyError> {
        self.http
            .get(&["sessions", &id.to_string(), "statements"], &[], QUICK)
            .await
    }

    /// `GET /sessions/{id}/statements/{n}`
    pub async fn statement(&self, id: &Id, number: &Id) -> Result<Statement, LivyError> {
        self.http
            .get(
                &[
                    "sessions",
                    &id.to_string(),
                    "statements",
                    &number.to_string(),
                ],
                &[],
                QUICK,
            )
            .await
    }

    /// `POST /sessions/{id}/statements/{n}/cancel`; a success only says that it was asked.
    pub async fn cancel(&self, id: &Id, number: &Id) -> Result<(), LivyError> {
        self.http
            .post_without_answer(
                &[
                    "sessions",
                    &id.to_string(),
                    "statements",
                    &number.to_string(),
                    "cancel",
                ],
                &serde_json::Map::new(),
                QUICK,
            )
            .await
    }

    /// `POST /sessions/{id}/completion`, since Livy 0.5; the cursor counts UTF-16 units.
    pub async fn complete(&self, id: &Id, wanted: &Completion) -> Result<Candidates, LivyError> {
        self.http
            .post(&["sessions", &id.to_string(), "completion"], wanted, SUBMIT)
            .await
    }

    /// `POST /sessions/{id}/add-jar` or `add-pyfile`: a file that the server can read itself.
    pub async fn add_file(&self, id: &Id, what: FileKind, uri: String) -> Result<(), LivyError> {
        self.http
            .post_without_answer(
                &["sessions", &id.to_string(), what.add()],
                &AddFile { uri },
                SUBMIT,
            )
            .await
    }

    /// `POST /sessions/{id}/upload-jar` or `upload-pyfile`: a file of this machine.
    pub async fn upload_file(
        &self,
        id: &Id,
        what: FileKind,
        name: String,
        bytes: Vec<u8>,
    ) -> Result<(), LivyError> {
        let path = ["sessions", &id.to_string(), what.upload()];
        self.http
            .upload(&path, what.part(), name, bytes, UPLOAD)
            .await
    }

    /// `GET /batches`
    pub async fn batches(&self, from: u64, size: u64) -> Result<BatchList, LivyError> {
        let (from, size) = (from.to_string(), size.to_string());
        self.http
            .get(&["batches"], &[("from", &from), ("size", &size)], QUICK)
            .await
    }

    /// `POST /batches`; Livy 0.3 to 0.5 know no name of it.
    pub async fn create_batch(&self, request: &CreateBatch) -> Result<Batch, LivyError> {
        self.http.post(&["batches"], request, CREATE).await
    }

    /// `GET /batches/{id}/log`; a negative `from` asks for the last `size` lines, a negative `size`
    /// for all.
    pub async fn batch_log(&self, id: &Id, from: i64, size: i64) -> Result<Log, LivyError> {
        let (from, size) = (from.to_string(), size.to_string());
        self.http
            .get(
                &["batches", &id.to_string(), "log"],
                &[("from", &from), ("size", &size)],
                QUICK,
            )
            .await
    }

    /// `DELETE /batches/{id}`: it ends, and is not listed any more.
    pub async fn delete_batch(&self, id: &Id) -> Result<(), LivyError> {
        self.http
            .delete(&["batches", &id.to_string()], DELETE)
            .await
    }

    /// `GET /batches/{id}`
    pub async fn batch(&self, id: &Id) -> Result<Batch, LivyError> {
        self.http
            .get(&["batches", &id.to_string()], &[], QUICK)
            .await
    }
}

//! One method per endpoint of the Livy API. Each is one request: no method sleeps or retries.

use super::dialect::Dialect;
use super::error::LivyError;
use super::http::{Authorizer, Http, Touch, Transport, Unreachable};
use super::model::{
    Batch, BatchList, Candidates, Id, Log, Session, SessionList, Statement, StatementList, Version,
    head_of,
};
use super::request::{AddFile, Completion, CreateBatch, CreateSession, NewStatement};
use super::service::{Call, KeepAliveMethod, KindPlace, Offers, Service};
use super::watch::Watch;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// For requests that the server answers from memory.
const QUICK: Duration = Duration::from_secs(30);
/// Creating is serialised server-wide and may wait for other clients' sessions.
const CREATE: Duration = Duration::from_secs(100);
/// A statement's POST passes through the driver. Knox in high availability needs 81 s to say that it has given
/// up: three servers more, 20 s each.
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
    service: Service,
    offers: Offers,
}

impl Client {
    /// `watch` is told of every request.
    pub fn new(
        root: &str,
        authorizer: Arc<dyn Authorizer>,
        watch: Option<Watch>,
        transport: Transport,
        service: Service,
    ) -> Result<Client, Unreachable> {
        Ok(Client {
            http: Http::new(root, authorizer, watch, transport)?,
            offers: Offers::new(service.called(), &service.capabilities),
            service,
        })
    }

    /// How the service differs.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// What the answers so far say of the server.
    pub fn dialect(&self) -> Dialect {
        self.http.dialect()
    }

    /// Waits for what the next request is to prove who asks with; without it the same would be waited for
    /// while that request is sent.
    pub async fn sign_on(&self) -> Result<(), LivyError> {
        self.http.sign_on().await
    }

    /// `GET /version`; servers before Livy 0.3 and some relatives have none.
    pub async fn version(&self) -> Result<Version, LivyError> {
        self.offers.check(Call::Version)?;
        let answer = self.http.get(&["version"], &[], QUICK).await;
        self.noted(Call::Version, answer)
    }

    /// `GET /sessions`
    pub async fn sessions(&self, from: u64, size: u64) -> Result<SessionList, LivyError> {
        let (from, size) = (from.to_string(), size.to_string());
        let query = self.page(&from, &size);
        let read = |answer| self.service.sessions(answer);
        let answer = self.http.get_as(&["sessions"], &query, QUICK, read).await;
        self.advised(answer)
    }

    /// An error with what the service's people would try.
    fn advised<T>(&self, answer: Result<T, LivyError>) -> Result<T, LivyError> {
        answer.map_err(|error| self.service.advised(error))
    }

    /// The query of a page of a list.
    fn page<'a>(&'a self, from: &'a str, size: &'a str) -> [(&'a str, &'a str); 2] {
        let list = &self.service.list;
        [(list.from.as_str(), from), (list.size.as_str(), size)]
    }

    /// `POST /sessions`
    pub async fn create_session(&self, request: &CreateSession) -> Result<Session, LivyError> {
        let request = self.service.fitting(request);
        self.check_size(&request)?;
        let read = |answer| self.service.session(answer);
        let answer = self
            .http
            .post_as(&["sessions"], &request, CREATE, read)
            .await;
        self.advised(answer)
    }

    /// `GET /sessions/{id}`; since Livy 0.6 a name stands for an id.
    pub async fn session(&self, id: &Id) -> Result<Session, LivyError> {
        let read = |answer| self.service.session(answer);
        let answer = self
            .http
            .get_as(&["sessions", &id.to_string()], &[], QUICK, read)
            .await;
        self.of_session(answer)
    }

    fn of_session<T>(&self, answer: Result<T, LivyError>) -> Result<T, LivyError> {
        match self.service.gone_is_404 {
            true => answer.map_err(LivyError::of_session),
            false => answer,
        }
    }

    /// `GET /sessions/{id}/log`; a negative `from` asks for the last `size` lines.
    pub async fn session_log(&self, id: &Id, from: i64, size: i64) -> Result<Log, LivyError> {
        self.offers.check(Call::Log)?;
        let (from, size) = (from.to_string(), size.to_string());
        let path = ["sessions", &id.to_string(), "log"];
        let query = [("from", from.as_str()), ("size", size.as_str())];
        let answer = self.http.get(&path, &query, QUICK).await;
        self.noted(Call::Log, answer)
    }

    /// `DELETE /sessions/{id}`
    pub async fn delete_session(&self, id: &Id) -> Result<(), LivyError> {
        let answer = self
            .http
            .delete(&["sessions", &id.to_string()], DELETE)
            .await;
        self.of_session(answer)
    }

    /// What counts as activity: on Livy `POST /sessions/{id}/connect`. The session, where the answer
    /// holds it.
    pub async fn keep_alive(&self, id: &Id) -> Result<Option<Session>, LivyError> {
        let call = &self.service.keepalive;
        // A session can be looked at everywhere.
        if call.method != KeepAliveMethod::Get {
            self.offers.check(Call::KeepAlive)?;
        }
        let id = id.to_string();
        let segments = call.path.split('/').filter(|segment| !segment.is_empty());
        let path: Vec<&str> = segments
            .map(|segment| match segment {
                "{id}" => id.as_str(),
                segment => segment,
            })
            .collect();
        let read = |answer: serde_json::Value| Ok(self.service.session(answer).ok());
        match call.method {
            KeepAliveMethod::Get => self.http.get_as(&path, &[], QUICK, read).await,
            KeepAliveMethod::Post => self.http.touch(Touch::Post, &path, QUICK, read).await,
            KeepAliveMethod::Put => self.http.touch(Touch::Put, &path, QUICK, read).await,
        }
    }

    /// `POST /sessions/{id}/statements`
    pub async fn submit(&self, id: &Id, statement: &NewStatement) -> Result<Statement, LivyError> {
        self.check_size(statement)?;
        let path = ["sessions", &id.to_string(), "statements"];
        let answer = self.http.post(&path, statement, SUBMIT).await;
        self.advised(answer)
    }

    /// `GET /sessions/{id}/statements`; blocks on Livy until a starting session's driver is up.
    pub async fn statements(&self, id: &Id) -> Result<StatementList, LivyError> {
        self.http
            .get(&["sessions", &id.to_string(), "statements"], &[], QUICK)
            .await
    }

    /// The same, of the last one alone where the server can tell that (since Livy 0.8).
    pub async fn last_statement(&self, id: &Id) -> Result<StatementList, LivyError> {
        let path = ["sessions", &id.to_string(), "statements"];
        let query = [("from", "0"), ("size", "1"), ("order", "desc")];
        self.http.get(&path, &query, QUICK).await
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

    /// The same where it is wanted, which its number and its code are to tell: the large output of one
    /// that is not is left, and the connection with it.
    pub async fn statement_if(
        &self,
        id: &Id,
        number: &Id,
        is_wanted: impl Fn(&Statement) -> bool,
    ) -> Result<Option<Statement>, LivyError> {
        let (id, number) = (id.to_string(), number.to_string());
        let path = ["sessions", &id, "statements", &number];
        let is_other = |come: &[u8]| head_of(come).is_some_and(|head| !is_wanted(&head));
        let whole = self.http.get_unless(&path, QUICK, is_other).await?;
        Ok(whole.filter(is_wanted))
    }

    /// The same with so many bytes of its output, from a place in it on; only some services know that.
    pub async fn statement_part(
        &self,
        id: &Id,
        number: &Id,
        from: u64,
        size: u64,
    ) -> Result<Statement, LivyError> {
        let (id, number) = (id.to_string(), number.to_string());
        let (from, size) = (from.to_string(), size.to_string());
        self.http
            .get(
                &["sessions", &id, "statements", &number],
                &[("from", &from), ("size", &size)],
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
        self.offers.check(Call::Completion)?;
        let path = ["sessions", &id.to_string(), "completion"];
        let answer = self.http.post(&path, wanted, SUBMIT).await;
        self.noted(Call::Completion, answer)
    }

    /// `POST /sessions/{id}/add-jar` or `add-pyfile`: a file that the server can read itself.
    pub async fn add_file(&self, id: &Id, what: FileKind, uri: String) -> Result<(), LivyError> {
        self.offers.check(Call::Files)?;
        let path = ["sessions", &id.to_string(), what.add()];
        let answer = self
            .http
            .post_without_answer(&path, &AddFile { uri }, SUBMIT)
            .await;
        self.noted(Call::Files, answer)
    }

    /// `POST /sessions/{id}/upload-jar` or `upload-pyfile`: a file of this machine.
    pub async fn upload_file(
        &self,
        id: &Id,
        what: FileKind,
        name: String,
        bytes: Vec<u8>,
    ) -> Result<(), LivyError> {
        self.offers.check(Call::Files)?;
        let path = ["sessions", &id.to_string(), what.upload()];
        let answer = self
            .http
            .upload(&path, what.part(), name, bytes, UPLOAD)
            .await;
        self.noted(Call::Files, answer)
    }

    /// `GET /batches`
    pub async fn batches(&self, from: u64, size: u64) -> Result<BatchList, LivyError> {
        self.offers.check(Call::Batches)?;
        let (from, size) = (from.to_string(), size.to_string());
        let query = self.page(&from, &size);
        let read = |answer| self.service.batches(answer);
        let answer = self.http.get_as(&["batches"], &query, QUICK, read).await;
        self.noted(Call::Batches, answer)
    }

    /// `POST /batches`; Livy 0.3 to 0.5 know no name of it.
    pub async fn create_batch(&self, request: &CreateBatch) -> Result<Batch, LivyError> {
        self.offers.check(Call::Batches)?;
        self.check_size(request)?;
        let read = |answer| self.service.batch(answer);
        // What a gateway says tells nothing of the call: it may be done all the same.
        self.http.post_as(&["batches"], request, CREATE, read).await
    }

    /// `GET /batches/{id}/log`; a negative `from` asks for the last `size` lines, a negative `size`
    /// for all.
    pub async fn batch_log(&self, id: &Id, from: i64, size: i64) -> Result<Log, LivyError> {
        self.offers.check(Call::Batches)?;
        self.offers.check(Call::BatchLog)?;
        let (from, size) = (from.to_string(), size.to_string());
        let path = ["batches", &id.to_string(), "log"];
        let query = [("from", from.as_str()), ("size", size.as_str())];
        self.http.get(&path, &query, QUICK).await
    }

    /// `DELETE /batches/{id}`: it ends, and is not listed any more.
    pub async fn delete_batch(&self, id: &Id) -> Result<(), LivyError> {
        self.offers.check(Call::Batches)?;
        self.http
            .delete(&["batches", &id.to_string()], DELETE)
            .await
    }

    /// `GET /batches/{id}`
    pub async fn batch(&self, id: &Id) -> Result<Batch, LivyError> {
        self.offers.check(Call::Batches)?;
        let read = |answer| self.service.batch(answer);
        self.http
            .get_as(&["batches", &id.to_string()], &[], QUICK, read)
            .await
    }

    /// Whether a statement's kind is to be told, where the session's is the same or another.
    pub fn tells_kind(&self, is_the_sessions: bool) -> bool {
        match self.service.kind {
            // Livy before 0.5 refuses the field.
            KindPlace::Session => !is_the_sessions,
            KindPlace::Statement => true,
            KindPlace::None => false,
        }
    }

    fn noted<T>(&self, call: Call, answer: Result<T, LivyError>) -> Result<T, LivyError> {
        answer.inspect_err(|error| self.offers.note(call, error))
    }

    /// That the service takes a request of this size.
    fn check_size(&self, body: &impl Serialize) -> Result<(), LivyError> {
        let Some(limit) = self.service.limits.request else {
            return Ok(());
        };
        let size = serde_json::to_vec(body).map_or(0, |body| body.len() as u64);
        match size > limit {
            false => Ok(()),
            true => Err(LivyError::Unsent {
                reason: format!(
                    "it was not sent: it has {size} bytes as it goes out, and {} takes {limit}",
                    self.service.called()
                ),
                hint: "send it in parts, or have the session read it from a file".to_owned(),
            }),
        }
    }
}

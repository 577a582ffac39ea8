//! Asks what is no statement: completion, the log, and files that the session is to take.

use super::{Conversation, Emit};
use crate::delivery::{self, Patience};
use crate::engine::{Answer, Event, Question, Ticket};
use crate::livy::{Client, Completion, Id, LivyError};
use std::rc::Rc;
use std::sync::Arc;

impl Conversation {
    /// Asks on a task of its own, beside whatever runs. What is asked before there is a session is
    /// not answered: who asks waits until it is ready.
    pub(super) fn ask(&mut self, ticket: Ticket, question: Question) {
        if let (Some(session), Some(client)) = (self.session_id(), self.client.clone()) {
            let asked = Asked {
                client,
                session,
                patience: self.patience,
                emit: self.emit.clone(),
            };
            let task = tokio::task::spawn_local(async move {
                let answer = asked.answer(question).await;
                (asked.emit)(Event::Answered { ticket, answer });
            });
            self.asked.retain(|_, task| !task.is_finished());
            self.asked.insert(ticket, task.abort_handle());
        }
    }
}

/// Whom a question is for.
struct Asked {
    client: Arc<Client>,
    session: Id,
    patience: Patience,
    emit: Rc<Emit>,
}

impl Asked {
    async fn answer(&self, question: Question) -> Result<Answer, LivyError> {
        let (client, session) = (&self.client, &self.session);
        let mut answered = Answer::default();
        match question {
            Question::Statements => {
                let list = self.read(async || client.statements(session).await);
                answered.statements = list.await?.statements;
            }
            Question::Log(lines) => {
                answered.log = self.log(lines).await?;
            }
            Question::Complete { code, kind } => {
                let wanted = Completion {
                    cursor: code.encode_utf16().count(),
                    kind: kind.to_owned(),
                    code,
                };
                let found = delivery::signed_on(async || client.complete(session, &wanted).await);
                answered.candidates = found.await?.candidates;
            }
            Question::Add { what, uri } => {
                delivery::signed_on(async || client.add_file(session, what, uri.clone()).await)
                    .await?;
            }
            Question::Upload { what, name, bytes } => {
                let upload = async || {
                    let (name, bytes) = (name.clone(), bytes.clone());
                    client.upload_file(session, what, name, bytes).await
                };
                delivery::signed_on(upload).await?;
            }
        }
        answered.dialect = client.dialect();
        Ok(answered)
    }

    /// A service without a log of its own tells its last lines with the session.
    async fn log(&self, lines: i64) -> Result<Vec<String>, LivyError> {
        let (client, session) = (&self.client, &self.session);
        let log = self.read(async || client.session_log(session, -1, lines).await);
        let failed = match log.await {
            Ok(log) => return Ok(log.log),
            Err(failed) => failed,
        };
        match &failed {
            LivyError::Unsent { .. } => {}
            _ if failed.is_no_call() => {}
            _ => return Err(failed),
        }
        let mut log = self.read(async || client.session(session).await).await?.log;
        let lines = usize::try_from(lines).unwrap_or(usize::MAX);
        log.drain(..log.len().saturating_sub(lines));
        match log.is_empty() {
            true => Err(failed),
            false => Ok(log),
        }
    }

    /// A read that is asked again; that is told.
    async fn read<T>(
        &self,
        ask: impl AsyncFnMut() -> Result<T, LivyError>,
    ) -> Result<T, LivyError> {
        let mut failed = false;
        let tell = |error: &LivyError| {
            failed = true;
            (self.emit)(Event::Reconnecting(error.clone()));
        };
        let answer = delivery::read(&self.patience, tell, ask).await;
        if failed && answer.is_ok() {
            (self.emit)(Event::Reconnected);
        }
        answer
    }
}

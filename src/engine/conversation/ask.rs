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
                let log = self.read(async || client.session_log(session, -1, lines).await);
                answered.log = log.await?.log;
            }
            Question::Complete { code, kind } => {
                let wanted = Completion {
                    cursor: code.encode_utf16().count(),
                    kind: kind.to_owned(),
                    code,
                };
                answered.candidates = client.complete(session, &wanted).await?.candidates;
            }
            Question::Add { what, uri } => client.add_file(session, what, uri).await?,
            Question::Upload { what, name, bytes } => {
                client.upload_file(session, what, name, bytes).await?;
            }
        }
        answered.dialect = client.dialect();
        Ok(answered)
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

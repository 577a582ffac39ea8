//! Asks what is no statement: completion, and files that the session is to take.

use super::Conversation;
use crate::engine::{Answer, Event, Question, Ticket};
use crate::livy::{Client, Completion, Id, LivyError};

impl Conversation {
    /// Asks on a task of its own, beside whatever runs. What is asked before there is a session is
    /// not answered: who asks waits until it is ready.
    pub(super) fn ask(&self, ticket: Ticket, question: Question) {
        if let (Some(session), Some(client)) = (self.session_id(), self.client.clone()) {
            let emit = self.emit.clone();
            tokio::task::spawn_local(async move {
                let answer = answer(&client, &session, question).await;
                emit(Event::Answered { ticket, answer });
            });
        }
    }
}

async fn answer(client: &Client, session: &Id, question: Question) -> Result<Answer, LivyError> {
    let mut answered = Answer::default();
    match question {
        Question::Statements => answered.statements = client.statements(session).await?.statements,
        Question::Log(lines) => answered.log = client.session_log(session, -1, lines).await?.log,
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

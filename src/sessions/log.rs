//! The log of a session.

use super::{Sessions, words};
use crate::exit::Exit;
use crate::livy::{Id, LivyError, Log, SessionState};
use crate::remote::{Desk, End, Logged};
use crate::render::Line;

struct SessionLog<'a> {
    desk: &'a Desk,
    id: Id,
}

impl Logged for SessionLog<'_> {
    async fn end(&self) -> Result<End, LivyError> {
        let session = self.desk.client.session(&self.id).await?;
        let has_failed = matches!(session.state, SessionState::Dead);
        Ok(match (session.state.is_over(), has_failed) {
            (false, _) => End::NotYet,
            (true, false) => End::Succeeded,
            (true, true) => End::Failed,
        })
    }

    async fn lines(&self) -> Result<Log, LivyError> {
        self.desk.client.session_log(&self.id, 0, -1).await
    }

    fn lost(&self, error: &LivyError) -> Vec<Line> {
        words::lost(error, &self.id)
    }
}

impl Sessions<'_> {
    pub(super) async fn log(&self, name: &str, follow: bool) -> Exit {
        match self.find(name).await {
            Ok(session) => {
                let of = SessionLog {
                    desk: self.desk,
                    id: session.id,
                };
                self.desk.log(&of, follow).await
            }
            Err(error) => self.desk.fail(&error),
        }
    }
}

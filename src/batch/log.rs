//! The log of a batch.

use super::{end_of, words};
use crate::exit::Exit;
use crate::livy::{Id, LivyError, Log};
use crate::remote::{Desk, End, Logged};
use crate::render::Line;

struct BatchLog<'a> {
    desk: &'a Desk,
    id: Id,
}

impl Logged for BatchLog<'_> {
    async fn end(&self) -> Result<End, LivyError> {
        let batch = self.desk.client.batch(&self.id).await;
        batch.map(|batch| end_of(&batch))
    }

    async fn lines(&self) -> Result<Log, LivyError> {
        self.desk.client.batch_log(&self.id, 0, -1).await
    }

    fn lost(&self, error: &LivyError) -> Vec<Line> {
        words::lost(error, &self.id.to_string(), &self.desk.command)
    }
}

impl Desk {
    pub(super) async fn batch_log(&self, id: Id, follow: bool) -> Exit {
        self.log(&BatchLog { desk: self, id }, follow).await
    }
}

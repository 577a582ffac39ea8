//! `livysh batch`: files that run in drivers of their own, which no conversation holds.
//!
//! | file        | its duty                                         |
//! |-------------|--------------------------------------------------|
//! | `submit.rs` | creates a batch once, and waits for its end      |
//! | `log.rs`    | prints a log, and what is added to it            |
//! | `words.rs`  | how it reads                                     |

mod log;
mod submit;
mod words;

use crate::delivery;
use crate::exit::Exit;
use crate::livy::{Batch, CreateBatch, Id};
use crate::remote::{Desk, End, document};
use serde_json::Value;

/// What is asked for.
#[derive(Debug)]
pub enum Task {
    Submit {
        request: Box<CreateBatch>,
        wait: bool,
    },
    List,
    Show(Id),
    Log {
        id: Id,
        follow: bool,
    },
    Stop(Id),
}

/// Does it, and gives the code to end with.
pub fn run(desk: &Desk, task: Task) -> Exit {
    desk.run(async |desk| match task {
        Task::Submit { request, wait } => desk.submit(&request, wait).await,
        Task::List => desk.list_batches().await,
        Task::Show(id) => desk.show_batch(&id).await,
        Task::Log { id, follow } => desk.batch_log(id, follow).await,
        Task::Stop(id) => desk.stop_batch(&id).await,
    })
}

impl Desk {
    async fn list_batches(&self) -> Exit {
        let page = async |from| {
            let list = self
                .read(async || self.client.batches(from, delivery::PAGE).await)
                .await?;
            Ok((list.batches, list.total))
        };
        match delivery::all(page).await {
            Ok(all) if self.is_json => {
                let all = all.into_iter().map(|batch| batch.sent);
                self.print(&document(&Value::Array(all.collect())))
            }
            Ok(all) => self.print(&words::table(&all)),
            Err(error) => self.fail(&error),
        }
    }

    async fn show_batch(&self, id: &Id) -> Exit {
        match self.read(async || self.client.batch(id).await).await {
            Ok(batch) if self.is_json => self.print(&document(&batch.sent)),
            Ok(batch) => self.print(&words::shown(&batch)),
            Err(error) => self.fail(&error),
        }
    }

    async fn stop_batch(&self, id: &Id) -> Exit {
        match self.end(async || self.client.delete_batch(id).await).await {
            Ok(()) => self.say(vec![words::stopped(id)], Exit::Ok),
            Err(error) => self.fail(&error),
        }
    }
}

/// What a batch's state says of its end.
fn end_of(batch: &Batch) -> End {
    use crate::livy::{Meaning, SessionState as State};
    match &batch.state {
        State::Success => End::Succeeded,
        State::Dead | State::Killed | State::Error | State::Other(_, Meaning::Over) => End::Failed,
        State::NotStarted
        | State::Starting
        | State::Recovering
        | State::Idle
        | State::Running
        | State::Busy
        | State::ShuttingDown
        | State::Other(_, Meaning::Unknown | Meaning::Ready) => End::NotYet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_success_is_one_and_an_unknown_state_is_no_end() {
        for (state, end) in [
            ("success", End::Succeeded),
            ("dead", End::Failed),
            ("killed", End::Failed),
            ("error", End::Failed),
            ("running", End::NotYet),
            ("recovering", End::NotYet),
            ("Submitting", End::NotYet),
        ] {
            let batch: Batch = serde_json::from_value(json!({"id": 1, "state": state})).unwrap();
            assert_eq!(end_of(&batch), end, "{state}");
        }
    }
}

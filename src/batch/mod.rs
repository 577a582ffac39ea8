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

use crate::delivery::{self, Patience};
use crate::exit::Exit;
use crate::livy::{Batch, Client, CreateBatch, Id, LivyError};
use crate::render::Line;
use crate::shell::{asking_again, livy_error};
use crate::term::Out;
use std::cell::Cell;
use std::io::ErrorKind;
use std::time::Duration;

/// Entries of the list that are asked for at once.
const PAGE: u64 = 100;

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

/// The server and how it is asked.
pub struct Desk {
    pub client: Client,
    /// As it is shown.
    pub root: String,
    /// The command that comes to the server, for a shell.
    pub command: String,
    /// Until the server has answered once, a wrong address is told at once.
    pub patience: Cell<Patience>,
    pub out: Out,
}

/// Does it, and gives the code to end with.
pub fn run(desk: &Desk, task: Task) -> Exit {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let told = format!("the network cannot be used: {error}");
            return desk.say(words::failed(&told), Exit::Server);
        }
    };
    let exit = runtime.block_on(async {
        match task {
            Task::Submit { request, wait } => desk.submit(&request, wait).await,
            Task::List => desk.list().await,
            Task::Show(id) => desk.show(&id).await,
            Task::Log { id, follow } => desk.log(&id, follow).await,
            Task::Stop(id) => desk.stop(&id).await,
        }
    });
    desk.out.end_progress();
    exit
}

impl Desk {
    async fn list(&self) -> Exit {
        let mut all = Vec::new();
        loop {
            let from = all.len() as u64;
            match self
                .read(async || self.client.batches(from, PAGE).await)
                .await
            {
                Ok(list) if list.batches.is_empty() => break,
                Ok(list) => {
                    all.extend(list.batches);
                    if all.len() as u64 >= list.total {
                        break;
                    }
                }
                Err(error) => return self.fail(&error),
            }
        }
        self.print(&words::table(&all))
    }

    async fn show(&self, id: &Id) -> Exit {
        match self.read(async || self.client.batch(id).await).await {
            Ok(batch) => self.print(&words::shown(&batch)),
            Err(error) => self.fail(&error),
        }
    }

    /// To end it twice is to end it once.
    async fn stop(&self, id: &Id) -> Exit {
        let mut may_be_done = false;
        let tell = |error: &LivyError| {
            may_be_done = true;
            self.out.phase(&asking_again(error), "");
        };
        let delete = async || self.client.delete_batch(id).await;
        match delivery::read(&self.patience.get(), tell, delete).await {
            Err(error) if !(may_be_done && error.is_no_session()) => self.fail(&error),
            Ok(()) | Err(_) => self.say(vec![words::stopped(id)], Exit::Ok),
        }
    }

    /// Asks until it is answered; what is waited out is told.
    async fn read<T>(
        &self,
        ask: impl AsyncFnMut() -> Result<T, LivyError>,
    ) -> Result<T, LivyError> {
        let tell = |error: &LivyError| self.out.phase(&asking_again(error), "");
        let answer = delivery::read(&self.patience.get(), tell, ask).await;
        if answer.is_ok() {
            self.has_answered();
        }
        answer
    }

    /// From now on the server is waited for as long as any.
    fn has_answered(&self) {
        self.patience.set(Patience {
            first_contact: None,
            ..self.patience.get()
        });
    }

    fn fail(&self, error: &LivyError) -> Exit {
        self.say(livy_error(error), Exit::from(error))
    }

    fn say(&self, lines: Vec<Line>, exit: Exit) -> Exit {
        for line in &lines {
            self.out.note(line);
        }
        exit
    }

    /// Writes a result.
    fn print(&self, text: &str) -> Exit {
        match self.out.data(text) {
            Ok(()) => Exit::Ok,
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::OutputClosed,
            Err(error) => self.say(words::failed(&error.to_string()), Exit::Server),
        }
    }
}

/// What a batch's state says of its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    NotYet,
    Succeeded,
    Failed,
}

impl End {
    fn of(batch: &Batch) -> End {
        use crate::livy::{Meaning, SessionState as State};
        match &batch.state {
            State::Success => End::Succeeded,
            State::Dead | State::Killed | State::Error | State::Other(_, Meaning::Over) => {
                End::Failed
            }
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
}

/// The gap before the next look at what has been looked at for so long.
fn gap(age: Duration) -> Duration {
    const SHORTEST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(2);
    let gap = age.mul_f64(0.15).clamp(SHORTEST, LONGEST);
    gap.mul_f64(1.0 + 0.2 * delivery::chance())
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
            assert_eq!(End::of(&batch), end, "{state}");
        }
    }
}

//! What the front ends share that hold no conversation: asking a server about its sessions and batches.
//!
//! | file       | its duty                                        |
//! |------------|-------------------------------------------------|
//! | `log.rs`   | prints a log, and what is added to it           |
//! | `words.rs` | tables, and documents for machines              |

mod log;
mod words;

pub use log::{End, Logged};
pub use words::{details, document, plain, table};

use crate::delivery::{self, Patience};
use crate::exit::Exit;
use crate::livy::{Client, LivyError};
use crate::render::Line;
use crate::shell::{asking_again, error_lines, livy_error, step_by_step};
use crate::term::Out;
use std::cell::Cell;
use std::io::ErrorKind;

/// The server and how it is asked.
pub struct Desk {
    pub client: Client,
    /// As it is shown.
    pub root: String,
    /// The command that comes to the server, for a shell.
    pub command: String,
    /// Who signs on, where that is known.
    pub user: Option<String>,
    /// Until the server has answered once, a wrong address is told at once.
    pub patience: Cell<Patience>,
    pub out: Out,
    /// Whether a result is for machines.
    pub is_json: bool,
}

impl Desk {
    /// Does something on the network, and gives the code to end with.
    pub fn run(&self, work: impl AsyncFnOnce(&Desk) -> Exit) -> Exit {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let exit = match runtime {
            Ok(runtime) => runtime.block_on(work(self)),
            Err(error) => {
                let told = format!("the network cannot be used: {error}");
                return self.say(failed(&told), Exit::Server);
            }
        };
        self.out.end_progress();
        exit
    }

    /// Asks until it is answered; what is waited out is told.
    pub async fn read<T>(
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

    /// Ends something on the server; to end it twice is to end it once.
    pub async fn end(
        &self,
        delete: impl AsyncFnMut() -> Result<(), LivyError>,
    ) -> Result<(), LivyError> {
        let mut may_be_done = false;
        let tell = |error: &LivyError| {
            may_be_done = true;
            self.out.phase(&asking_again(error), "");
        };
        match delivery::read(&self.patience.get(), tell, delete).await {
            Err(error) if !(may_be_done && error.is_no_session()) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// From now on the server is waited for as long as any.
    pub fn has_answered(&self) {
        self.patience.set(Patience {
            first_contact: None,
            ..self.patience.get()
        });
    }

    pub fn fail(&self, error: &LivyError) -> Exit {
        let mut lines = livy_error(error);
        // Whoever sits there may want to know how far one gets.
        if self.out.terminals.error {
            lines.extend(step_by_step(error, &self.command));
        }
        self.say(lines, Exit::from(error))
    }

    pub fn say(&self, lines: Vec<Line>, exit: Exit) -> Exit {
        for line in &lines {
            self.out.note(line);
        }
        exit
    }

    /// Writes a result.
    pub fn print(&self, text: &str) -> Exit {
        match self.out.data(text) {
            Ok(()) => Exit::Ok,
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::OutputClosed,
            Err(error) => self.say(failed(&error.to_string()), Exit::Server),
        }
    }
}

/// What went wrong on this side.
pub fn failed(told: &str) -> Vec<Line> {
    error_lines(told, None)
}

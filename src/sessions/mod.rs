//! `livysh sessions`: what runs on a server, looked at and ended from outside.
//!
//! | file       | its duty                                       |
//! |------------|------------------------------------------------|
//! | `owner.rs` | whose a session is                             |
//! | `idle.rs`  | for how long a session has run nothing         |
//! | `stop.rs`  | ends sessions, another's not unasked           |
//! | `log.rs`   | the log of one                                 |
//! | `words.rs` | how it reads                                   |

mod idle;
mod log;
mod owner;
mod stop;
mod words;

use crate::delivery;
use crate::engine;
use crate::exit::Exit;
use crate::livy::{Id, LivyError, Session};
use crate::remote::{Desk, document};
use crate::shell::{Journal, asking_again};
use serde_json::Value;
use std::time::Duration;

/// What is asked for.
#[derive(Debug)]
pub enum Task {
    List,
    Show(String),
    Log {
        session: String,
        follow: bool,
    },
    Stop {
        sessions: Vec<String>,
        /// Whether another's are ended without a question.
        is_sure: bool,
    },
    /// Those of our own that have run nothing for so long.
    StopIdle(Duration),
}

/// A server, and what livysh knows of its sessions.
struct Sessions<'a> {
    desk: &'a Desk,
    journal: &'a Journal,
}

/// Does it, and gives the code to end with.
pub fn run(desk: &Desk, journal: &Journal, task: Task) -> Exit {
    desk.run(async |desk| {
        let sessions = Sessions { desk, journal };
        match task {
            Task::List => sessions.list().await,
            Task::Show(name) => sessions.show(&name).await,
            Task::Log { session, follow } => sessions.log(&session, follow).await,
            Task::Stop {
                sessions: named,
                is_sure,
            } => sessions.stop(&named, is_sure).await,
            Task::StopIdle(length) => sessions.stop_idle(length).await,
        }
    })
}

impl Sessions<'_> {
    async fn all(&self) -> Result<Vec<Session>, LivyError> {
        let desk = self.desk;
        let page = async |from| {
            let ask = async || desk.client.sessions(from, delivery::PAGE).await;
            let list = desk.read(ask).await?;
            Ok((list.sessions, list.total))
        };
        delivery::all(page).await
    }

    /// By its number or name.
    async fn find(&self, name: &str) -> Result<Session, LivyError> {
        let desk = self.desk;
        let tell = |error: &LivyError| desk.out.phase(&asking_again(error), "");
        let id = Id::named(name);
        let found = engine::find_session(&desk.client, &id, &desk.patience.get(), tell).await?;
        desk.has_answered();
        Ok(found)
    }

    async fn list(&self) -> Exit {
        let all = match self.all().await {
            Ok(all) => all,
            Err(error) => return self.desk.fail(&error),
        };
        if self.desk.is_json {
            let all = all.into_iter().map(|session| session.sent);
            return self.desk.print(&document(&Value::Array(all.collect())));
        }
        let idle = self.idle_times(&all).await;
        self.desk.print(&words::table(&all, &idle))
    }

    async fn show(&self, name: &str) -> Exit {
        let session = match self.find(name).await {
            Ok(session) => session,
            Err(error) => return self.desk.fail(&error),
        };
        if self.desk.is_json {
            return self.desk.print(&document(&session.sent));
        }
        let one = std::slice::from_ref(&session);
        let idle = self.idle_times(one).await.pop().flatten();
        self.desk.print(&words::shown(&session, idle))
    }
}

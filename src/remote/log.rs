//! Prints the log of a session or batch, and what is added to it.

use super::Desk;
use crate::delivery::{chance, session_gap};
use crate::exit::Exit;
use crate::livy::{FollowedLog, LivyError, Log};
use crate::render::{Line, sanitize};
use std::time::Instant;

/// What a state says of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    NotYet,
    Succeeded,
    Failed,
}

/// Something that has a log.
pub trait Logged {
    /// Whether it has ended.
    fn end(&self) -> impl Future<Output = Result<End, LivyError>>;
    /// All of its log that the server has.
    fn lines(&self) -> impl Future<Output = Result<Log, LivyError>>;
    /// What is told when it cannot be asked about any more.
    fn lost(&self, error: &LivyError) -> Vec<Line>;
}

impl Desk {
    /// Prints the log; with `follow` until its end, and then the code tells how it did.
    pub async fn log(&self, of: &impl Logged, follow: bool) -> Exit {
        let began = Instant::now();
        let mut printed = FollowedLog::default();
        let mut is_found = false;
        let lose = |error: &LivyError, is_found: bool| match is_found {
            true => self.say(of.lost(error), Exit::from(error)),
            false => self.fail(error),
        };
        loop {
            // Before its lines: what comes between is read with them.
            let end = match follow {
                false => End::Succeeded,
                true => match self.read(async || of.end().await).await {
                    Ok(end) => {
                        is_found = true;
                        end
                    }
                    Err(error) => return lose(&error, is_found),
                },
            };
            let log = match self.read(async || of.lines().await).await {
                Ok(log) => log.log,
                Err(error) => return lose(&error, is_found),
            };
            let news = printed.news(&log);
            if news.has_gap {
                let told = "Lines are missing here: the server keeps only the last ones.";
                self.out.note(&Line::faint(told));
            }
            let lines = news.parts.iter().flat_map(|(_, lines)| lines);
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            match self.print(&sanitize(&text)) {
                Exit::Ok => {}
                other => return other,
            }
            match end {
                End::NotYet => tokio::time::sleep(session_gap(began.elapsed(), chance())).await,
                End::Succeeded => return Exit::Ok,
                End::Failed => return Exit::CodeFailed,
            }
        }
    }
}

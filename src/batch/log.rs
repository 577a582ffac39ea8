//! Prints a batch's log, and what is added to it.

use super::{Desk, End, gap, words};
use crate::exit::Exit;
use crate::livy::{FollowedLog, Id, LivyError};
use crate::render::{Line, sanitize};
use std::time::Instant;

impl Desk {
    /// Prints the log; with `follow` until the batch has ended, and then how it did.
    pub(super) async fn log(&self, id: &Id, follow: bool) -> Exit {
        let began = Instant::now();
        let mut printed = FollowedLog::default();
        let mut is_found = false;
        loop {
            // Before its lines: what comes between is read with them.
            let end = match follow {
                false => End::Succeeded,
                true => match self.read(async || self.client.batch(id).await).await {
                    Ok(batch) => {
                        is_found = true;
                        End::of(&batch)
                    }
                    Err(error) if is_found => return self.lose(&error, id),
                    Err(error) => return self.fail(&error),
                },
            };
            let ask = async || self.client.batch_log(id, 0, -1).await;
            let log = match self.read(ask).await {
                Ok(log) => log.log,
                Err(error) if is_found => return self.lose(&error, id),
                Err(error) => return self.fail(&error),
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
                End::NotYet => tokio::time::sleep(gap(began.elapsed())).await,
                End::Succeeded => return Exit::Ok,
                End::Failed => return Exit::CodeFailed,
            }
        }
    }

    /// Gives up what was followed.
    fn lose(&self, error: &LivyError, id: &Id) -> Exit {
        let lines = words::lost(error, &id.to_string(), &self.command);
        self.say(lines, Exit::from(error))
    }
}

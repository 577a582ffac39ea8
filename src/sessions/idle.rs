//! For how long a session has run nothing: since its last statement has ended, by the driver's clock. No
//! server tells it otherwise.

use super::Sessions;
use super::owner::Owner;
use crate::livy::{Session, SessionState, Statement};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Each costs a request.
const MOST_ASKED: usize = 20;

impl Sessions<'_> {
    /// Of each session, where it is known. Another's is left alone: to ask about it could keep it alive.
    pub(super) async fn idle_times(&self, sessions: &[Session]) -> Vec<Option<Duration>> {
        let mut times = Vec::new();
        let mut asked = 0;
        for session in sessions {
            let is_asked = is_idle(session) && asked < MOST_ASKED && !self.is_anothers(session);
            asked += usize::from(is_asked);
            times.push(match is_asked {
                true => self.idle_time(session).await,
                false => None,
            });
        }
        times
    }

    fn is_anothers(&self, session: &Session) -> bool {
        matches!(self.owner(session), Owner::Another(_))
    }

    /// None where it has run nothing yet, or its server does not say when that was.
    pub(super) async fn idle_time(&self, session: &Session) -> Option<Duration> {
        let ask = async || self.desk.client.last_statement(&session.id).await;
        let list = self.desk.read(ask).await.ok()?;
        since_last(&list.statements, SystemTime::now())
    }
}

pub(super) fn is_idle(session: &Session) -> bool {
    session.state == SessionState::Idle
}

fn since_last(statements: &[Statement], now: SystemTime) -> Option<Duration> {
    let ends = statements.iter().map(|statement| statement.completed);
    let last = ends.max().filter(|last| *last > 0)?;
    let now = now.duration_since(UNIX_EPOCH).ok()?;
    // The clocks may differ.
    Some(now.saturating_sub(Duration::from_millis(last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_counted_from_the_last_end() {
        let statements: Vec<Statement> = serde_json::from_value(json!([
            {"id": 0, "completed": 5_000}, {"id": 1, "completed": 7_000}, {"id": 2}
        ]))
        .unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(10);
        assert_eq!(since_last(&statements, now), Some(Duration::from_secs(3)));
        assert_eq!(since_last(&statements[2..], now), None);
        assert_eq!(since_last(&statements, UNIX_EPOCH), Some(Duration::ZERO));
    }
}

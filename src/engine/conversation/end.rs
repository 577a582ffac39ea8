//! Ends the session, or says why it is left.

use super::{Conversation, create::find_session};
use crate::delivery::{self, Patience, chance};
use crate::engine::{Ending, Event, Id};
use crate::livy::LivyError;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How often a starting session is looked at that is to be ended.
const ENDING_LOOK: Duration = Duration::from_millis(200);

impl Conversation {
    pub(super) async fn end(mut self, patience: Duration) {
        let ending = self.ending(patience).await;
        self.emit(Event::Ended(ending));
    }

    async fn ending(&mut self, patience: Duration) -> Ending {
        let (Some(session), Some(client)) = (self.session_id(), self.client.clone()) else {
            return match self.is_unknown {
                true => Ending::Unknown,
                false => Ending::Nothing,
            };
        };
        // Its name, where it has one: numbers are given anew.
        let name = self.machine.session().and_then(|known| known.name.clone());
        let shown = name.map_or_else(|| session.clone(), Id::Text);
        let deadline = Instant::now() + patience;
        let left = || deadline.saturating_duration_since(Instant::now());
        while self.machine.is_starting() {
            if left().is_zero() {
                let reason = "it is still starting".to_owned();
                return Ending::Left {
                    session: shown,
                    reason,
                };
            }
            tokio::time::sleep(ENDING_LOOK.min(left())).await;
            let patience = Patience {
                unreachable: Some(left()),
                ..self.patience
            };
            let looking = find_session(&client, &session, &patience, |_| {});
            if let Ok(answer) = timeout(left(), looking).await {
                self.machine.on_looked(self.now(), chance(), answer);
            }
        }
        if self.machine.is_over() && !self.machine.is_lost() {
            return Ending::Nothing;
        }
        // Whoever has given up a server does not wait for it once more.
        let longest = self.patience.unreachable.unwrap_or(Duration::MAX);
        let patience = Patience {
            unreachable: Some(left().min(longest)),
            ..self.patience
        };
        let emit = self.emit.clone();
        let tell = |error: &LivyError| emit(Event::Reconnecting(error.clone()));
        // To end it twice is to end it once.
        let deleting = delivery::read(&patience, tell, async || {
            client.delete_session(&session).await
        });
        let reason = match timeout(left(), deleting).await {
            Ok(Ok(())) => return Ending::Deleted,
            Ok(Err(error)) if error.is_no_session() => return Ending::Nothing,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the server did not confirm its end in time".to_owned(),
        };
        Ending::Left {
            session: shown,
            reason,
        }
    }
}

//! A server that was started anew finds its sessions again: they are `recovering` for a while, and turn
//! statements down until they are back.

use super::post::Post;
use crate::delivery::{self, chance, session_gap};
use crate::engine::Event;
use crate::livy::{LivyError, Session, SessionState};
use tokio::time::{Instant, sleep};

impl Post {
    /// Waits while the session recovers; whether it takes statements then.
    pub(super) async fn is_back_later(&self) -> bool {
        let began = Instant::now();
        let mut unwanted = self.unwanted.clone();
        let mut is_told = false;
        loop {
            let Ok(session) = self.session().await else {
                return false;
            };
            match session.state {
                SessionState::Recovering | SessionState::Starting | SessionState::NotStarted => {
                    if !std::mem::replace(&mut is_told, true) {
                        let session = Box::new(session);
                        (self.emit)(Event::Recovering { session });
                    }
                }
                state if state.takes_statements() => {
                    if is_told {
                        (self.emit)(Event::Recovered);
                    }
                    return true;
                }
                SessionState::Idle
                | SessionState::Busy
                | SessionState::Running
                | SessionState::Error
                | SessionState::ShuttingDown
                | SessionState::Dead
                | SessionState::Killed
                | SessionState::Success
                | SessionState::Other(..) => return false,
            }
            tokio::select! {
                () = sleep(session_gap(began.elapsed(), chance())) => {}
                Ok(_) = unwanted.wait_for(|unwanted| *unwanted) => return false,
            }
        }
    }

    async fn session(&self) -> Result<Session, LivyError> {
        let tell = |error: &LivyError| (self.emit)(Event::Reconnecting(error.clone()));
        let look = async || self.client.session(&self.session).await;
        delivery::read(&self.patience, tell, look).await
    }
}

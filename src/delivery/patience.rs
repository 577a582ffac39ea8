//! How long things are waited for, and how long between two requests.

use super::chance::chance;
use super::proof::Settles;
use crate::livy::LivyError;
use std::time::Duration;
use tokio::time::Instant;

const FIRST_GAP: Duration = Duration::from_millis(200);
const LONGEST_GAP: Duration = Duration::from_secs(5);
/// A server may ask for a longer gap, but not for any.
const LONGEST_ASKED: Duration = Duration::from_secs(600);
/// A gateway that fails over may not know for so long what is there.
const SEEN: Duration = Duration::from_secs(3);
const JITTER: f64 = 0.2;

/// How long things are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// While the server cannot be asked; `None` is without end.
    pub unreachable: Option<Duration>,
    /// The same for a server that has never been reached, where that is not as long.
    pub first_contact: Option<Duration>,
    /// While the server answers, but with a defect.
    pub defect: Duration,
    /// For a request whose connection has ended, to arrive all the same.
    pub settle: Duration,
    /// For a request that a gateway may hold, to arrive all the same.
    pub gateway: Duration,
    /// For what was just made, to be seen.
    pub visible: Duration,
    /// Whether what has not arrived by then is sent again, however often that happens.
    pub resends: bool,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            unreachable: Some(Duration::from_secs(600)),
            first_contact: None,
            defect: Duration::from_secs(15),
            settle: Duration::from_secs(3),
            gateway: Duration::from_secs(90),
            visible: Duration::from_secs(3),
            resends: true,
        }
    }
}

impl Patience {
    /// Whether a failed read is not to be repeated after this wait.
    pub(super) fn is_over(&self, error: &LivyError, since: Instant, wait: Duration) -> bool {
        let limit = match error {
            _ if error.is_defect() => Some(match self.unreachable {
                Some(limit) => limit.min(self.defect),
                None => self.defect,
            }),
            LivyError::Transport(_) | LivyError::Identity(_) => {
                self.first_contact.or(self.unreachable)
            }
            LivyError::Server(_)
            | LivyError::NotLivy { .. }
            | LivyError::Replaced { .. }
            | LivyError::Unsent { .. } => self.unreachable,
        };
        let is_hopeless = !error.is_passing() && !error.is_defect();
        is_hopeless || limit.is_some_and(|limit| since.elapsed() + wait > limit)
    }

    /// Once a request may have been received.
    pub(super) fn after_contact(self) -> Patience {
        Patience {
            first_contact: None,
            ..self
        }
    }

    /// For what is known to have been there.
    pub fn of_what_was_seen(self) -> Patience {
        Patience {
            visible: self.visible.min(SEEN),
            ..self
        }
    }

    pub(super) fn settles(&self, when: Settles) -> Duration {
        match when {
            Settles::Soon => self.settle,
            Settles::Late => self.gateway,
        }
    }
}

/// The gaps between requests while they fail: they grow, and differ between clients.
pub(super) struct Gaps {
    gap: Duration,
}

impl Default for Gaps {
    fn default() -> Gaps {
        Gaps { gap: FIRST_GAP }
    }
}

impl Gaps {
    /// The wait after this failure: as the server asks, else the next gap.
    pub(super) fn next(&mut self, error: &LivyError) -> Duration {
        if let Some(wait) = error.retry_after() {
            return wait.clamp(FIRST_GAP, LONGEST_ASKED);
        }
        let gap = self.gap;
        self.gap = (gap * 2).min(LONGEST_GAP);
        gap.mul_f64(1.0 + JITTER * chance())
    }
}

/// Who is turned away is made anew for the next request, and what was turned away is surely not done: it
/// is sent again at once, and not a second time.
#[derive(Default)]
pub(super) struct TurnedAway(bool);

impl TurnedAway {
    /// Whether to ask again at once after this failure.
    pub(super) fn asks_again(&mut self, error: &LivyError) -> bool {
        let is_turned_away = error.is_turned_away();
        let was = std::mem::replace(&mut self.0, is_turned_away);
        is_turned_away && !was
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::ServerError;

    #[test]
    fn who_is_turned_away_asks_again_once() {
        let mut turned_away = TurnedAway::default();
        let mut again = |status| {
            let error = ServerError::read(status, "GET", String::new(), b"");
            turned_away.asks_again(&error.into())
        };
        let asked = [401, 401, 401, 503, 401, 401].map(&mut again);
        assert_eq!(asked, [true, false, false, false, true, false]);
    }
}

//! A change, sent so that it is made once: what was surely not received is sent again, what may have
//! been received is looked for.

use super::patience::{Gaps, Patience, TurnedAway};
use super::proof::Proof;
use crate::livy::LivyError;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// How a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent<T> {
    pub made: T,
    /// The answer was lost; it was found afterwards.
    pub was_found: bool,
}

/// Why a change is not known to be made.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub struct NotSent {
    pub error: LivyError,
    pub received: Received,
}

impl NotSent {
    /// Of a change that was sent once and cannot be looked for.
    pub fn of(error: LivyError) -> NotSent {
        let received = match Proof::of(&error) {
            Proof::Unknown(_) => Received::Perhaps,
            Proof::NotReceived | Proof::TurnedDown => Received::No,
        };
        NotSent { error, received }
    }
}

/// What is known of a change that was not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    No,
    /// It was looked for as long as it could still arrive, and is not there.
    NotFound,
    Perhaps,
}

/// Takes a change back as long as it was not received.
pub type Unwanted = watch::Receiver<bool>;

/// What was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought<T> {
    Found(T),
    Absent,
    /// It cannot be told apart from others.
    Unsure,
}

/// What a look gave.
enum Look<T> {
    Found(T),
    Absent,
    /// The server could not be asked, or not any more.
    Unanswered,
    /// A proxy lets nothing through.
    Barred(LivyError),
}

/// Sends until it is made, turned down, taken back, or `patience` is over; `tell` hears of each failure
/// that is waited out. What `sign_on` waits for comes before the sending: whoever takes the change back
/// need not wait for it.
pub async fn once<T>(
    patience: &Patience,
    mut unwanted: Unwanted,
    mut tell: impl FnMut(&LivyError),
    mut sign_on: impl AsyncFnMut() -> Result<(), LivyError>,
    mut send: impl AsyncFnMut() -> Result<T, LivyError>,
    mut find: impl AsyncFnMut() -> Result<Sought<T>, LivyError>,
) -> Result<Sent<T>, NotSent> {
    let mut patience = *patience;
    let is_first_contact = patience.first_contact.is_some();
    // What is known of all that were sent.
    let mut received = Received::No;
    let mut first_failure = None;
    let mut gaps = Gaps::default();
    let mut turned_away = TurnedAway::default();
    loop {
        let is_signed_on = tokio::select! {
            biased;
            is_signed_on = sign_on() => is_signed_on,
            () = is_set(&mut unwanted) => {
                let error = taken_back();
                return Err(NotSent { error, received });
            }
        };
        let sent = match is_signed_on {
            Ok(()) => send().await,
            Err(error) => Err(error),
        };
        let error = match sent {
            Ok(made) => {
                let was_found = false;
                return Ok(Sent { made, was_found });
            }
            Err(error) => error,
        };
        if turned_away.asks_again(&error) {
            continue;
        }
        let since = *first_failure.get_or_insert_with(Instant::now);
        match Proof::of(&error) {
            // A gateway that fails over asks another server, which knows nothing of it.
            Proof::TurnedDown if error.status() == Some(404) => {
                return match find().await {
                    Ok(Sought::Found(made)) => {
                        let was_found = true;
                        Ok(Sent { made, was_found })
                    }
                    Ok(Sought::Absent | Sought::Unsure) | Err(_) => {
                        Err(NotSent { error, received })
                    }
                };
            }
            Proof::TurnedDown => return Err(NotSent { error, received }),
            Proof::NotReceived => {
                let wait = gaps.next(&error);
                if patience.is_over(&error, since, wait) {
                    return Err(NotSent { error, received });
                }
                tell(&error);
                let taken_back = tokio::select! {
                    () = sleep(wait) => false,
                    () = is_set(&mut unwanted) => true,
                };
                if taken_back {
                    return Err(NotSent { error, received });
                }
            }
            Proof::Unknown(when) => {
                patience = patience.after_contact();
                received = Received::NotFound;
                let settled = Instant::now() + patience.settles(when);
                match look(&patience, settled, &error, &mut tell, &mut find).await {
                    Look::Found(made) => {
                        let was_found = true;
                        return Ok(Sent { made, was_found });
                    }
                    Look::Absent => {
                        let is_over = patience.is_over(&error, since, Duration::ZERO);
                        if is_over || !patience.resends || *unwanted.borrow() {
                            return Err(NotSent { error, received });
                        }
                    }
                    Look::Unanswered => {
                        let received = Received::Perhaps;
                        return Err(NotSent { error, received });
                    }
                    // It may close before it has read the change, whose answer is then lost.
                    Look::Barred(error) => {
                        let received = match is_first_contact {
                            true => Received::No,
                            false => Received::Perhaps,
                        };
                        return Err(NotSent { error, received });
                    }
                }
            }
        }
    }
}

/// Looks for what was sent until it is found, or is not there although it had time to arrive.
async fn look<T>(
    patience: &Patience,
    settled: Instant,
    lost: &LivyError,
    tell: &mut impl FnMut(&LivyError),
    find: &mut impl AsyncFnMut() -> Result<Sought<T>, LivyError>,
) -> Look<T> {
    let since = Instant::now();
    let mut gaps = Gaps::default();
    let mut is_told = false;
    let mut turned_away = TurnedAway::default();
    loop {
        let began = Instant::now();
        match find().await {
            Ok(Sought::Found(made)) => return Look::Found(made),
            Ok(Sought::Unsure) => return Look::Unanswered,
            Ok(Sought::Absent) if began >= settled => return Look::Absent,
            Ok(Sought::Absent) => {
                if !std::mem::replace(&mut is_told, true) {
                    tell(lost);
                }
                sleep_until(settled.min(Instant::now() + gaps.next(lost))).await;
            }
            Err(error) if error.is_barred() => return Look::Barred(error),
            Err(error) => {
                if turned_away.asks_again(&error) {
                    continue;
                }
                let wait = gaps.next(&error);
                if patience.is_over(&error, since, wait) {
                    return Look::Unanswered;
                }
                is_told = true;
                tell(&error);
                sleep(wait).await;
            }
        }
    }
}

fn taken_back() -> LivyError {
    LivyError::Unsent {
        reason: "it was taken back before it was sent".to_owned(),
        hint: String::new(),
    }
}

/// Waits until it is set; for ever where nobody can set it any more.
async fn is_set(unwanted: &mut Unwanted) {
    if unwanted.wait_for(|unwanted| *unwanted).await.is_err() {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests;

//! What a program has printed or a service has given, kept while it holds.

use super::concealed::Concealed;
use super::expiry;
use super::program::{Printed, Program};
use super::secret::Secret;
use super::service::Tokens;
use crate::livy::{AuthHeader, IdentityError};
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// After none was given while the old secret still holds.
const NEXT_TRY: Duration = Duration::from_secs(30);

/// What is made of what is given.
pub(super) trait Proof: Clone {
    /// Whether it is what was sent so.
    fn is_in(&self, sent: &[AuthHeader]) -> bool;
}

impl Proof for AuthHeader {
    fn is_in(&self, sent: &[AuthHeader]) -> bool {
        sent.contains(self)
    }
}

/// Who gives secrets.
enum Giver {
    Program {
        program: Program,
        /// What to try where it fails.
        hint: &'static str,
    },
    Service(Box<Tokens>),
}

/// Who gives secrets, and what was made of the last one.
pub(super) struct Kept<T> {
    giver: Giver,
    /// Its lock is held while one is asked for, so that this is done once for all who wait.
    pub(super) last: Mutex<Option<Last<T>>>,
    /// What servers have refused since one was asked for. That may be known meanwhile.
    refused: std::sync::Mutex<Vec<Vec<AuthHeader>>>,
}

pub(super) struct Last<T> {
    pub(super) proof: T,
    pub(super) until: Option<SystemTime>,
    pub(super) renewal: Option<SystemTime>,
}

impl<T> Last<T> {
    fn holds(&self, now: SystemTime) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn is_fresh(&self, now: SystemTime) -> bool {
        self.holds(now) && self.renewal.is_none_or(|renewal| now < renewal)
    }
}

impl Giver {
    async fn next(&self, concealed: &Concealed) -> Result<Printed, IdentityError> {
        match self {
            Giver::Program { program, hint } => {
                let run = program.run(&|text| concealed.conceal(text)).await;
                run.map_err(|error| IdentityError::passing(error.to_string(), *hint))
            }
            Giver::Service(tokens) => tokens.next().await,
        }
    }
}

impl<T: Proof> Kept<T> {
    pub(super) fn new(program: Program, hint: &'static str) -> Kept<T> {
        Kept::of(Giver::Program { program, hint })
    }

    pub(super) fn of_service(tokens: Tokens) -> Kept<T> {
        Kept::of(Giver::Service(Box::new(tokens)))
    }

    fn of(giver: Giver) -> Kept<T> {
        Kept {
            giver,
            last: Mutex::default(),
            refused: std::sync::Mutex::default(),
        }
    }

    /// The last proof while it holds and is not refused, else what is made of the next secret; `write` gives that with what of it is not to be seen.
    pub(super) async fn get(
        &self,
        concealed: &Concealed,
        write: impl Fn(&Printed) -> Result<(T, Vec<Secret>), IdentityError>,
    ) -> Result<T, IdentityError> {
        let mut kept = self.last.lock().await;
        let now = SystemTime::now();
        let fresh = kept.as_ref().filter(|kept| kept.is_fresh(now));
        if let Some(kept) = fresh.filter(|kept| !self.is_refused(&kept.proof)) {
            return Ok(kept.proof.clone());
        }
        let next = self.giver.next(concealed).await;
        // It may have taken long.
        let now = SystemTime::now();
        match (next, kept.as_mut()) {
            (Ok(printed), _) => {
                let (proof, hidden) = write(&printed)?;
                concealed.remember(hidden);
                self.forget_refused();
                *kept = Some(Last {
                    proof: proof.clone(),
                    until: printed.until.filter(|until| now < *until),
                    renewal: printed.until.and_then(|until| expiry::renewal(until, now)),
                });
                Ok(proof)
            }
            // The old one is as good as before.
            (Err(_), Some(kept)) if kept.holds(now) && !self.is_refused(&kept.proof) => {
                kept.renewal = Some(now + NEXT_TRY);
                Ok(kept.proof.clone())
            }
            (Err(error), _) => Err(error),
        }
    }

    pub(super) fn refused(&self, sent: &[AuthHeader]) {
        if let Ok(mut refused) = self.refused.lock() {
            refused.push(sent.to_vec());
        }
    }

    /// A text without what the secrets were asked for with.
    pub(super) fn conceal(&self, text: String) -> String {
        match &self.giver {
            Giver::Program { .. } => text,
            Giver::Service(tokens) => tokens.conceal(text),
        }
    }

    fn is_refused(&self, proof: &T) -> bool {
        match self.refused.lock() {
            Ok(refused) => refused.iter().any(|sent| proof.is_in(sent)),
            Err(_) => false,
        }
    }

    /// What comes next may be what was refused; that is tried, too.
    fn forget_refused(&self) {
        if let Ok(mut refused) = self.refused.lock() {
            refused.clear();
        }
    }
}

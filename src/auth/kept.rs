//! What a program has printed, kept while it holds.

use super::concealed::Concealed;
use super::expiry;
use super::program::{Printed, Program};
use super::secret::Secret;
use crate::livy::{AuthHeader, IdentityError};
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// After a program has failed while the old secret still holds.
const NEXT_TRY: Duration = Duration::from_secs(30);

/// What is made of what a program prints.
pub(super) trait Proof: Clone {
    /// Whether it is what was sent so.
    fn is_in(&self, sent: &[AuthHeader]) -> bool;
}

impl Proof for AuthHeader {
    fn is_in(&self, sent: &[AuthHeader]) -> bool {
        sent.contains(self)
    }
}

/// A program, and the last that was made of its output.
pub(super) struct Kept<T> {
    program: Program,
    /// What to try where it fails.
    hint: &'static str,
    /// Its lock is held while the program runs, so that it runs once for all who wait.
    pub(super) last: Mutex<Option<Last<T>>>,
    /// What servers have refused since the program ran last. That may be known while it runs.
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

impl<T: Proof> Kept<T> {
    pub(super) fn new(program: Program, hint: &'static str) -> Kept<T> {
        Kept {
            program,
            hint,
            last: Mutex::default(),
            refused: std::sync::Mutex::default(),
        }
    }

    /// The last proof while it holds and is not refused, else what is made of the program's next output;
    /// `write` gives that with what of it is not to be seen.
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
        let run = self.program.run(&|text| concealed.conceal(text)).await;
        // It may have run for long.
        let now = SystemTime::now();
        match (run, kept.as_mut()) {
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
            (Err(error), _) => Err(IdentityError::passing(error.to_string(), self.hint)),
        }
    }

    pub(super) fn refused(&self, sent: &[AuthHeader]) {
        if let Ok(mut refused) = self.refused.lock() {
            refused.push(sent.to_vec());
        }
    }

    fn is_refused(&self, proof: &T) -> bool {
        match self.refused.lock() {
            Ok(refused) => refused.iter().any(|sent| proof.is_in(sent)),
            Err(_) => false,
        }
    }

    /// A program may print once more what was refused; that is tried, too.
    fn forget_refused(&self) {
        if let Ok(mut refused) = self.refused.lock() {
            refused.clear();
        }
    }
}

//! Signing on with a Kerberos ticket (SPNEGO, RFC 4559): a fresh token for each request, from the tickets
//! that `kinit` has left.
//!
//! | file       | its duty                              |
//! |------------|---------------------------------------|
//! | `gss.rs`   | the system's library, and its dangers |
//! | `words.rs` | what its errors mean                  |

mod gss;
mod words;

pub use gss::Holder;

use super::secret::Secret;
use crate::livy::{AuthHeader, IdentityError, length_in_words};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, oneshot};
use words::meaning;

/// A KDC that does not answer holds the library up for half a minute. A profile may be less patient.
const LONGEST: Duration = Duration::from_secs(40);
/// A token tells when it was made: one that is older than this is not sent.
const PREPARED: Duration = Duration::from_secs(10);
/// One that takes longer is worth a word.
const BEFORE_TOLD: Duration = Duration::from_millis(500);
/// A ticket that ends so soon is worth one, too.
const ENDS_SOON: Duration = Duration::from_secs(10 * 60);

/// What people are told meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Waiting(&'static str),
    Warning(String),
}

/// Tells it.
pub type Tell = Arc<dyn Fn(Notice) + Send + Sync>;

/// What is known of the ticket that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// With the host what the server is called.
    pub service: String,
    pub host: String,
    /// Whose ticket it is to be, where that is not as kinit takes it.
    pub principal: Option<String>,
    /// The file by which kinit asks for no password.
    pub keytab: Option<PathBuf>,
    /// Nothing is waited for any longer.
    pub longest: Option<Duration>,
}

/// Who has the tickets that there are; none where there are none, or that cannot be told.
pub fn holder() -> Option<Holder> {
    gss::holder().ok()
}

/// Tickets for one service.
pub(super) struct Kerberos {
    ticket: Ticket,
    tell: Option<Tell>,
    /// One at a time: where the KDC is silent, each would wait for itself.
    asking: Mutex<()>,
    /// What the next request signs on with, and since when it is there.
    prepared: std::sync::Mutex<Option<(SignedOn, Instant)>>,
    is_end_told: AtomicBool,
}

/// A header, and what of it is not to be seen.
pub(super) struct SignedOn {
    pub(super) header: AuthHeader,
    pub(super) token: Secret,
}

impl Kerberos {
    pub(super) fn new(ticket: Ticket, tell: Option<Tell>) -> Kerberos {
        Kerberos {
            ticket,
            tell,
            asking: Mutex::default(),
            prepared: std::sync::Mutex::default(),
            is_end_told: AtomicBool::new(false),
        }
    }

    /// A token for the next request.
    pub(super) async fn prepare(&self) -> Result<(), IdentityError> {
        let made = self.made().await?;
        if let Ok(mut prepared) = self.prepared.lock() {
            *prepared = Some((made, Instant::now()));
        }
        Ok(())
    }

    pub(super) async fn next(&self) -> Result<SignedOn, IdentityError> {
        let prepared = self.prepared.lock().ok().and_then(|mut kept| kept.take());
        match prepared {
            Some((made, since)) if since.elapsed() < PREPARED => Ok(made),
            Some(_) | None => self.made().await,
        }
    }

    /// A token is good for one request.
    async fn made(&self) -> Result<SignedOn, IdentityError> {
        let _one = self.asking.lock().await;
        let (service, host) = (self.ticket.service.clone(), self.ticket.host.clone());
        let (answered, answer) = oneshot::channel();
        // A thread that hangs must not hold up the end of the program.
        let thread = std::thread::Builder::new().name("kerberos".to_owned());
        let spawned = thread.spawn(move || answered.send(gss::token(&service, &host)).ok());
        if let Err(error) = spawned {
            return Err(IdentityError::passing(
                format!("no thread for Kerberos: {error}"),
                words::ASK_AGAIN,
            ));
        }
        let token = match self.patiently(answer).await {
            Some(Ok(token)) => token,
            Some(Err(error)) => return Err(meaning(&error, &self.ticket)),
            None => return Err(words::silent(self.longest())),
        };
        if let Some(left) = token.left.filter(|left| *left < ENDS_SOON) {
            self.tell_end(left);
        } else {
            self.is_end_told.store(false, Ordering::Relaxed);
        }
        let token = STANDARD.encode(token.bytes);
        let header = AuthHeader {
            name: "authorization".to_owned(),
            value: format!("Negotiate {token}"),
        };
        let token = Secret::new(token);
        Ok(SignedOn { header, token })
    }

    async fn patiently<T>(&self, mut answer: oneshot::Receiver<T>) -> Option<T> {
        if let Ok(answer) = tokio::time::timeout(BEFORE_TOLD, &mut answer).await {
            return answer.ok();
        }
        self.tell(Notice::Waiting("waiting for Kerberos"));
        let rest = self.longest().saturating_sub(BEFORE_TOLD);
        tokio::time::timeout(rest, answer).await.ok()?.ok()
    }

    fn longest(&self) -> Duration {
        let own = self.ticket.longest;
        own.map_or(LONGEST, |own| own.min(LONGEST))
    }

    fn tell_end(&self, left: Duration) {
        if !self.is_end_told.swap(true, Ordering::Relaxed) {
            let left = length_in_words(left);
            let told = format!("the Kerberos ticket ends in {left}: run kinit");
            self.tell(Notice::Warning(told));
        }
    }

    fn tell(&self, notice: Notice) {
        if let Some(tell) = &self.tell {
            tell(notice);
        }
    }
}

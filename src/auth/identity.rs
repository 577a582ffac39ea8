//! From a credential to the header that proves who asks, kept while it holds.

use super::expiry;
use super::kerberos::{Kerberos, SignedOn, Tell, Ticket};
use super::program::Program;
use super::secret::{SHORTEST_CONCEALED, Secret};
use crate::livy::{AuthHeader, Authorizer, IdentityError, Preparing, Signing};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::VecDeque;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// After a program has failed while the old secret still holds.
const NEXT_TRY: Duration = Duration::from_secs(30);
const AUTHORIZATION: &str = "authorization";
/// The secrets of a program and the tokens that are still looked for in what servers say: an answer may repeat one that has
/// been renewed meanwhile, but not one of long ago.
const CONCEALED: usize = 4;

/// How a secret is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// With a user's name.
    Basic,
    Bearer,
    /// As it is, in the header of this name.
    Header(String),
}

impl Scheme {
    /// What is sent, and what of it is the secret.
    fn write(&self, user: Option<&str>, secret: &Secret) -> Written {
        let mut hidden = vec![secret.clone()];
        let (name, value) = match self {
            Scheme::Basic => {
                let pair = format!("{}:{}", user.unwrap_or_default(), secret.reveal());
                let pair = STANDARD.encode(pair);
                let value = format!("Basic {pair}");
                hidden.push(Secret::new(pair));
                (AUTHORIZATION, value)
            }
            Scheme::Bearer => (AUTHORIZATION, format!("Bearer {}", secret.reveal())),
            Scheme::Header(name) => (name.as_str(), secret.reveal().to_owned()),
        };
        hidden.retain(|secret| secret.reveal().len() >= SHORTEST_CONCEALED);
        Written {
            header: AuthHeader {
                name: name.to_owned(),
                value,
            },
            hidden,
        }
    }
}

/// A credential as it is sent.
struct Written {
    header: AuthHeader,
    /// What is not to be seen of it.
    hidden: Vec<Secret>,
}

/// Where a user's name and a secret come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    None,
    Given {
        scheme: Scheme,
        user: Option<String>,
        secret: Secret,
    },
    Printed {
        scheme: Scheme,
        /// Where the program prints none.
        user: Option<String>,
        program: Program,
    },
    /// Tickets that others have asked for.
    Kerberos(Ticket),
}

/// A credential at work.
pub struct Identity {
    source: Source,
    /// The last header that a program's secret made. Its lock is held while the program runs, so that it runs once
    /// for all who wait.
    printed: Mutex<Option<Printed>>,
    /// What servers have refused since the program ran last. That may be known while it runs.
    refused: std::sync::Mutex<Vec<AuthHeader>>,
    /// Of each header the parts that are not to be seen, the last one first.
    concealed: std::sync::Mutex<VecDeque<Vec<Secret>>>,
}

/// Where a header comes from.
enum Source {
    Nowhere,
    Given(AuthHeader),
    Program {
        scheme: Scheme,
        user: Option<String>,
        program: Program,
    },
    Tickets(Kerberos),
}

struct Printed {
    header: AuthHeader,
    until: Option<SystemTime>,
    renewal: Option<SystemTime>,
}

impl Printed {
    fn holds(&self, now: SystemTime) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn is_fresh(&self, now: SystemTime) -> bool {
        self.holds(now) && self.renewal.is_none_or(|renewal| now < renewal)
    }
}

impl Credential {
    pub fn basic(user: impl Into<String>, password: Secret) -> Credential {
        Credential::Given {
            scheme: Scheme::Basic,
            user: Some(user.into()),
            secret: password,
        }
    }

    pub fn bearer(token: Secret) -> Credential {
        Credential::Given {
            scheme: Scheme::Bearer,
            user: None,
            secret: token,
        }
    }
}

impl Identity {
    pub fn new(credential: Credential) -> Identity {
        Identity::telling(credential, None)
    }

    /// One that tells what it waits for.
    pub fn telling(credential: Credential, tell: Option<Tell>) -> Identity {
        let (source, hidden) = match credential {
            Credential::None => (Source::Nowhere, None),
            Credential::Given {
                scheme,
                user,
                secret,
            } => {
                let Written { header, hidden } = scheme.write(user.as_deref(), &secret);
                (Source::Given(header), Some(hidden))
            }
            Credential::Printed {
                scheme,
                user,
                program,
            } => {
                let source = Source::Program {
                    scheme,
                    user,
                    program,
                };
                (source, None)
            }
            Credential::Kerberos(ticket) => (Source::Tickets(Kerberos::new(ticket, tell)), None),
        };
        Identity {
            source,
            printed: Mutex::default(),
            refused: std::sync::Mutex::default(),
            concealed: std::sync::Mutex::new(hidden.into_iter().collect()),
        }
    }

    async fn made(&self) -> Result<Option<AuthHeader>, IdentityError> {
        match &self.source {
            Source::Nowhere => Ok(None),
            Source::Tickets(kerberos) => {
                let SignedOn { header, token } = kerberos.next().await?;
                self.remember(vec![token]);
                Ok(Some(header))
            }
            Source::Given(header) => Ok(Some(header.clone())),
            Source::Program {
                scheme,
                user,
                program,
            } => self
                .printed(scheme, user.as_deref(), program)
                .await
                .map(Some),
        }
    }

    async fn prepared(&self) -> Result<(), IdentityError> {
        match &self.source {
            Source::Tickets(kerberos) => kerberos.prepare().await,
            Source::Nowhere | Source::Given(_) => Ok(()),
            Source::Program { .. } => self.made().await.map(|_| ()),
        }
    }

    async fn printed(
        &self,
        scheme: &Scheme,
        user: Option<&str>,
        program: &Program,
    ) -> Result<AuthHeader, IdentityError> {
        let mut kept = self.printed.lock().await;
        let now = SystemTime::now();
        let fresh = kept.as_ref().filter(|kept| kept.is_fresh(now));
        if let Some(kept) = fresh.filter(|kept| !self.is_refused(&kept.header)) {
            return Ok(kept.header.clone());
        }
        let run = program.run(&|text| self.conceal(text)).await;
        // It may have run for long.
        let now = SystemTime::now();
        match (run, kept.as_mut()) {
            (Ok(printed), _) => {
                let user = printed.user.as_deref().or(user);
                let Written { header, hidden } = scheme.write(user, &printed.secret);
                self.remember(hidden);
                self.forget_refused();
                *kept = Some(Printed {
                    header: header.clone(),
                    until: printed.until.filter(|until| now < *until),
                    renewal: printed.until.and_then(|until| expiry::renewal(until, now)),
                });
                Ok(header)
            }
            // The old one is as good as before.
            (Err(_), Some(kept)) if kept.holds(now) && !self.is_refused(&kept.header) => {
                kept.renewal = Some(now + NEXT_TRY);
                Ok(kept.header.clone())
            }
            (Err(error), _) => Err(IdentityError::passing(
                error.to_string(),
                "sign on with the program that gives the secret",
            )),
        }
    }

    fn is_refused(&self, header: &AuthHeader) -> bool {
        match self.refused.lock() {
            Ok(refused) => refused.contains(header),
            Err(_) => false,
        }
    }

    /// A program may print once more what was refused; that is tried, too.
    fn forget_refused(&self) {
        if let Ok(mut refused) = self.refused.lock() {
            refused.clear();
        }
    }

    /// What is hidden of the last secrets.
    fn remember(&self, hidden: Vec<Secret>) {
        if let Ok(mut concealed) = self.concealed.lock() {
            concealed.retain(|known| *known != hidden);
            concealed.push_front(hidden);
            concealed.truncate(CONCEALED);
        }
    }
}

impl Authorizer for Identity {
    fn header(&self) -> Signing<'_> {
        Box::pin(self.made())
    }

    fn is_kept_by_cookies(&self) -> bool {
        matches!(self.source, Source::Tickets(_))
    }

    fn prepare(&self) -> Preparing<'_> {
        Box::pin(self.prepared())
    }

    fn refused(&self, header: &AuthHeader) {
        if let Ok(mut refused) = self.refused.lock()
            && !refused.contains(header)
        {
            refused.push(header.clone());
        }
    }

    fn conceal(&self, text: String) -> String {
        match self.concealed.lock() {
            Ok(secrets) => secrets
                .iter()
                .flatten()
                .fold(text, |text, secret| text.replace(secret.reveal(), "***")),
            Err(_) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Unit;
    use std::path::Path;

    async fn sent(identity: &Identity) -> String {
        let header = identity.header().await.unwrap().unwrap();
        format!("{}: {}", header.name, header.value)
    }

    fn given(scheme: Scheme, user: Option<&str>, secret: &str) -> Identity {
        Identity::new(Credential::Given {
            scheme,
            user: user.map(str::to_owned),
            secret: Secret::new(secret),
        })
    }

    /// A program that counts its runs, and prints the count with what is wanted behind it.
    fn counting(folder: &Path, after: &str) -> Identity {
        let count = folder.join("count");
        let script = format!(
            "echo . >> {0}; echo t$(wc -l < {0}){after}",
            count.display()
        );
        Identity::new(Credential::Printed {
            scheme: Scheme::Bearer,
            user: None,
            program: Program {
                words: ["sh".to_owned(), "-c".to_owned(), script].into(),
                secret: None,
                user: None,
                until: None,
                unit: Unit::Auto,
            },
        })
    }

    #[tokio::test]
    async fn headers_are_as_the_standards_say() {
        let basic = given(Scheme::Basic, Some("alice"), "s:3");
        assert_eq!(sent(&basic).await, "authorization: Basic YWxpY2U6czoz");
        let bearer = given(Scheme::Bearer, None, "t");
        assert_eq!(sent(&bearer).await, "authorization: Bearer t");
        let own = given(Scheme::Header("X-Token".to_owned()), None, "t");
        assert_eq!(sent(&own).await, "X-Token: t");
        let none = Identity::new(Credential::None);
        assert!(none.header().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_a_server_repeats_is_concealed() {
        let basic = given(Scheme::Basic, Some("alice"), "hunter2");
        let header = basic.header().await.unwrap().unwrap().value;
        let told = basic.conceal(format!("bad “{header}”, alice:hunter2"));
        assert_eq!(told, "bad “Basic ***”, alice:***");
        let short = given(Scheme::Bearer, None, "t");
        short.header().await.unwrap();
        assert_eq!(short.conceal("it".to_owned()), "it");
    }

    #[tokio::test]
    async fn the_last_secrets_of_a_program_are_concealed() {
        let folder = tempfile::tempdir().unwrap();
        let identity = counting(folder.path(), "-secret");
        for _ in 0..=CONCEALED {
            let header = identity.header().await.unwrap().unwrap();
            identity.refused(&header);
        }
        let told = identity.conceal("t1-secret t2-secret t5-secret".to_owned());
        assert_eq!(told, "t1-secret *** ***");
    }

    #[tokio::test]
    async fn a_program_runs_once_until_its_secret_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let identity = counting(folder.path(), "");
        let both = tokio::join!(sent(&identity), sent(&identity));
        assert_eq!(both.0, "authorization: Bearer t1");
        assert_eq!(both.1, both.0);
        let first = identity.header().await.unwrap().unwrap();
        identity.refused(&first);
        assert_eq!(sent(&identity).await, "authorization: Bearer t2");
        // It was another one that was refused.
        identity.refused(&first);
        assert_eq!(sent(&identity).await, "authorization: Bearer t2");
    }

    #[tokio::test]
    async fn what_is_refused_while_another_is_made_is_not_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let identity = counting(folder.path(), "");
        let first = identity.header().await.unwrap().unwrap();
        let running = identity.printed.lock().await;
        identity.refused(&first);
        drop(running);
        assert_eq!(sent(&identity).await, "authorization: Bearer t2");
    }

    #[tokio::test]
    async fn what_ends_while_the_program_runs_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let failing = counting(folder.path(), "; sleep 0.3; exit 1");
        let now = SystemTime::now();
        *failing.printed.lock().await = Some(Printed {
            header: AuthHeader {
                name: AUTHORIZATION.to_owned(),
                value: "Bearer old".to_owned(),
            },
            until: Some(now + Duration::from_millis(200)),
            renewal: Some(now),
        });
        assert!(failing.header().await.is_err());
    }

    #[tokio::test]
    async fn a_failed_renewal_leaves_what_still_holds() {
        let folder = tempfile::tempdir().unwrap();
        let identity = counting(folder.path(), "; [ $(wc -l < count) = 1 ] || exit 1");
        let first = identity.header().await;
        assert!(first.is_err(), "count is elsewhere: the program fails");
        let now = SystemTime::now();
        let header = AuthHeader {
            name: AUTHORIZATION.to_owned(),
            value: "Bearer old".to_owned(),
        };
        let kept = |until: Duration| Printed {
            header: header.clone(),
            until: Some(now + until),
            renewal: Some(now),
        };
        *identity.printed.lock().await = Some(kept(Duration::from_secs(600)));
        assert_eq!(sent(&identity).await, "authorization: Bearer old");
        *identity.printed.lock().await = Some(kept(Duration::ZERO));
        assert!(identity.header().await.is_err());
    }
}

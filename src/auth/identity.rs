//! From a credential to the header that proves who asks, kept while it holds.

use super::aws::{AwsScope, AwsSource, Signer};
use super::concealed::Concealed;
use super::kept::Kept;
use super::kerberos::{Kerberos, SignedOn, Tell, Ticket};
use super::program::Program;
use super::secret::{SHORTEST_CONCEALED, Secret};
use super::service::{TokenService, Tokens};
use super::sigv4::without_signatures;
use crate::livy::{AuthHeader, Authorizer, IdentityError, Preparing, Signing, Unsigned, Watch};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::SystemTime;

const AUTHORIZATION: &str = "authorization";
const SIGN_ON: &str = "sign on with the program that gives the secret";

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
        program: Box<Program>,
    },
    /// A token that a service gives.
    Fetched {
        scheme: Scheme,
        service: Box<TokenService>,
    },
    /// Tickets that others have asked for.
    Kerberos(Ticket),
    /// Keys of AWS, which sign each request.
    Aws {
        scope: AwsScope,
        source: Box<AwsSource>,
    },
}

/// A credential at work.
pub struct Identity {
    source: Source,
    concealed: Concealed,
}

/// Where what proves it comes from.
enum Source {
    Nowhere,
    Given(AuthHeader),
    /// A program or a service.
    Giver {
        scheme: Scheme,
        user: Option<String>,
        kept: Box<Kept<AuthHeader>>,
    },
    Tickets(Kerberos),
    Signer(Signer),
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

    /// By what name the server knows us, where that is known beforehand.
    pub fn user(&self) -> Option<&str> {
        match self {
            Credential::Given { user, .. } | Credential::Printed { user, .. } => user.as_deref(),
            Credential::Fetched { service, .. } => service.login.user(),
            Credential::None | Credential::Kerberos(_) | Credential::Aws { .. } => None,
        }
    }
}

impl Identity {
    pub fn new(credential: Credential) -> Identity {
        Identity::telling(credential, None)
    }

    /// One that tells what it waits for.
    pub fn telling(credential: Credential, tell: Option<Tell>) -> Identity {
        Identity::watched(credential, tell, None)
    }

    /// One whose own requests are told, too.
    pub fn watched(credential: Credential, tell: Option<Tell>, watch: Option<Watch>) -> Identity {
        let concealed = Concealed::default();
        let source = match credential {
            Credential::None => Source::Nowhere,
            Credential::Given {
                scheme,
                user,
                secret,
            } => {
                let Written { header, hidden } = scheme.write(user.as_deref(), &secret);
                concealed.remember(hidden);
                Source::Given(header)
            }
            Credential::Printed {
                scheme,
                user,
                program,
            } => Source::Giver {
                scheme,
                user,
                kept: Box::new(Kept::new(*program, SIGN_ON)),
            },
            Credential::Fetched { scheme, service } => Source::Giver {
                scheme,
                user: None,
                kept: Box::new(Kept::of_service(Tokens::new(*service, tell, watch))),
            },
            Credential::Kerberos(ticket) => Source::Tickets(Kerberos::new(ticket, tell)),
            Credential::Aws { scope, source } => {
                Source::Signer(Signer::new(scope, *source, &concealed))
            }
        };
        Identity { source, concealed }
    }

    /// Until when what a program has printed last holds, where that is known.
    pub async fn until(&self) -> Option<SystemTime> {
        match &self.source {
            Source::Giver { kept, .. } => kept.last.lock().await.as_ref()?.until,
            Source::Nowhere | Source::Given(_) | Source::Tickets(_) | Source::Signer(_) => None,
        }
    }

    async fn made(&self, request: &Unsigned<'_>) -> Result<Vec<AuthHeader>, IdentityError> {
        let header = match &self.source {
            Source::Nowhere => return Ok(Vec::new()),
            Source::Signer(signer) => return signer.headers(request, &self.concealed).await,
            Source::Tickets(kerberos) => {
                let SignedOn { header, token } = kerberos.next().await?;
                self.concealed.remember(vec![token]);
                header
            }
            Source::Given(header) => header.clone(),
            Source::Giver { scheme, user, kept } => {
                self.of_giver(scheme, user.as_deref(), kept).await?
            }
        };
        Ok(vec![header])
    }

    async fn of_giver(
        &self,
        scheme: &Scheme,
        user: Option<&str>,
        kept: &Kept<AuthHeader>,
    ) -> Result<AuthHeader, IdentityError> {
        kept.get(&self.concealed, |printed| {
            let user = printed.user.as_deref().or(user);
            let Written { header, hidden } = scheme.write(user, &printed.secret);
            Ok((header, hidden))
        })
        .await
    }

    async fn prepared(&self) -> Result<(), IdentityError> {
        match &self.source {
            Source::Tickets(kerberos) => kerberos.prepare().await,
            Source::Giver { scheme, user, kept } => {
                let made = self.of_giver(scheme, user.as_deref(), kept).await;
                made.map(|_| ())
            }
            Source::Signer(signer) => signer.keys(&self.concealed).await.map(|_| ()),
            Source::Nowhere | Source::Given(_) => Ok(()),
        }
    }
}

impl Authorizer for Identity {
    fn headers<'a>(&'a self, request: &'a Unsigned<'a>) -> Signing<'a> {
        Box::pin(self.made(request))
    }

    fn is_kept_by_cookies(&self) -> bool {
        matches!(self.source, Source::Tickets(_))
    }

    fn prepare(&self) -> Preparing<'_> {
        Box::pin(self.prepared())
    }

    fn refused(&self, sent: &[AuthHeader]) {
        match &self.source {
            Source::Giver { kept, .. } => kept.refused(sent),
            Source::Signer(signer) => signer.refused(sent),
            Source::Nowhere | Source::Given(_) | Source::Tickets(_) => {}
        }
    }

    fn depends_on_clock(&self) -> bool {
        matches!(self.source, Source::Signer(_))
    }

    fn conceal(&self, text: String) -> String {
        let text = self.concealed.conceal(text);
        match &self.source {
            Source::Signer(_) => without_signatures(&text),
            Source::Giver { kept, .. } => kept.conceal(text),
            Source::Nowhere | Source::Given(_) | Source::Tickets(_) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Unit;
    use crate::auth::concealed::CONCEALED;
    use crate::auth::kept::Last;
    use std::path::Path;
    use std::time::Duration;

    fn request() -> Unsigned<'static> {
        Unsigned {
            method: "GET",
            url: "http://h/sessions",
            headers: Vec::new(),
            body: Some(&[]),
        }
    }

    async fn made(identity: &Identity) -> Result<AuthHeader, IdentityError> {
        let mut headers = identity.headers(&request()).await?;
        assert_eq!(headers.len(), 1);
        Ok(headers.remove(0))
    }

    fn refuse(identity: &Identity, header: &AuthHeader) {
        identity.refused(std::slice::from_ref(header));
    }

    fn kept(identity: &Identity) -> &Kept<AuthHeader> {
        match &identity.source {
            Source::Giver { kept, .. } => kept,
            _ => panic!("no program"),
        }
    }

    async fn sent(identity: &Identity) -> String {
        let header = made(identity).await.unwrap();
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
            program: Box::new(Program {
                words: ["sh".to_owned(), "-c".to_owned(), script].into(),
                secret: None,
                user: None,
                session: None,
                until: None,
                unit: Unit::Auto,
            }),
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
        assert!(none.headers(&request()).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_a_server_repeats_is_concealed() {
        let basic = given(Scheme::Basic, Some("alice"), "hunter2");
        let header = made(&basic).await.unwrap().value;
        let told = basic.conceal(format!("bad “{header}”, alice:hunter2"));
        assert_eq!(told, "bad “Basic ***”, alice:***");
        let short = given(Scheme::Bearer, None, "t");
        made(&short).await.unwrap();
        assert_eq!(short.conceal("it".to_owned()), "it");
    }

    #[tokio::test]
    async fn the_last_secrets_of_a_program_are_concealed() {
        let folder = tempfile::tempdir().unwrap();
        let identity = counting(folder.path(), "-secret");
        for _ in 0..=CONCEALED {
            let header = made(&identity).await.unwrap();
            refuse(&identity, &header);
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
        let first = made(&identity).await.unwrap();
        refuse(&identity, &first);
        assert_eq!(sent(&identity).await, "authorization: Bearer t2");
        // It was another one that was refused.
        refuse(&identity, &first);
        assert_eq!(sent(&identity).await, "authorization: Bearer t2");
    }

    #[tokio::test]
    async fn what_is_refused_while_another_is_made_is_not_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let identity = counting(folder.path(), "");
        let first = made(&identity).await.unwrap();
        let running = kept(&identity).last.lock().await;
        refuse(&identity, &first);
        drop(running);
        assert_eq!(sent(&identity).await, "authorization: Bearer t2");
    }

    #[tokio::test]
    async fn what_ends_while_the_program_runs_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let failing = counting(folder.path(), "; sleep 0.3; exit 1");
        let now = SystemTime::now();
        *kept(&failing).last.lock().await = Some(Last {
            proof: AuthHeader {
                name: AUTHORIZATION.to_owned(),
                value: "Bearer old".to_owned(),
            },
            until: Some(now + Duration::from_millis(200)),
            renewal: Some(now),
        });
        assert!(made(&failing).await.is_err());
    }

    #[tokio::test]
    async fn a_failed_renewal_leaves_what_still_holds() {
        let folder = tempfile::tempdir().unwrap();
        let identity = counting(folder.path(), "; [ $(wc -l < count) = 1 ] || exit 1");
        let first = made(&identity).await;
        assert!(first.is_err(), "count is elsewhere: the program fails");
        let now = SystemTime::now();
        let header = AuthHeader {
            name: AUTHORIZATION.to_owned(),
            value: "Bearer old".to_owned(),
        };
        let old = |until: Duration| Last {
            proof: header.clone(),
            until: Some(now + until),
            renewal: Some(now),
        };
        *kept(&identity).last.lock().await = Some(old(Duration::from_secs(600)));
        assert_eq!(sent(&identity).await, "authorization: Bearer old");
        *kept(&identity).last.lock().await = Some(old(Duration::ZERO));
        assert!(made(&identity).await.is_err());
    }
}

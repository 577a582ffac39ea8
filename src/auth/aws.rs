//! Keys of AWS, given or printed by a program, at work: each request is signed with them as it goes.

use super::concealed::Concealed;
use super::kept::{Kept, Proof};
use super::program::{Printed, Program};
use super::secret::{SHORTEST_CONCEALED, Secret};
use super::sigv4::{AUTHORIZATION, TOKEN, signed};
use crate::livy::{AuthHeader, IdentityError, Unsigned};
use std::time::SystemTime;

const SIGN_ON: &str =
    "sign on where the keys come from (aws sso login), or name what prints them: auth.command";

/// The keys of an identity of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKeys {
    pub id: String,
    pub secret: Secret,
    /// Of keys that end.
    pub token: Option<Secret>,
}

/// Where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwsSource {
    Given(AwsKeys),
    /// It prints them as a `credential_process` of AWS does.
    Printed(Program),
}

/// For what they sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsScope {
    pub service: String,
    pub region: String,
}

impl AwsKeys {
    /// As a `credential_process` prints them.
    fn of(printed: &Printed) -> Result<AwsKeys, IdentityError> {
        let id = printed.user.clone().unwrap_or_default();
        let is_whole = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match is_whole && !id.is_empty() {
            true => Ok(AwsKeys {
                id,
                secret: printed.secret.clone(),
                token: printed.session.clone(),
            }),
            false => Err(IdentityError::passing(
                "what prints the keys of AWS printed no AccessKeyId".to_owned(),
                SIGN_ON,
            )),
        }
    }

    /// What of them is not to be seen.
    fn hidden(&self) -> Vec<Secret> {
        let mut hidden = vec![self.secret.clone()];
        hidden.extend(self.token.clone());
        hidden.retain(|secret| secret.reveal().len() >= SHORTEST_CONCEALED);
        hidden
    }
}

impl Proof for AwsKeys {
    fn is_in(&self, sent: &[AuthHeader]) -> bool {
        let value = |name: &str| {
            let header = sent.iter().find(|header| header.name == name);
            header.map(|header| header.value.as_str())
        };
        let credential = format!("Credential={}/", self.id);
        value(AUTHORIZATION).is_some_and(|value| value.contains(&credential))
            && value(TOKEN) == self.token.as_ref().map(Secret::reveal)
    }
}

/// Signs with what it has.
pub(super) struct Signer {
    scope: AwsScope,
    keys: Keys,
}

enum Keys {
    Given(AwsKeys),
    Printed(Box<Kept<AwsKeys>>),
}

impl Signer {
    pub(super) fn new(scope: AwsScope, source: AwsSource, concealed: &Concealed) -> Signer {
        let keys = match source {
            AwsSource::Given(keys) => {
                concealed.remember(keys.hidden());
                Keys::Given(keys)
            }
            AwsSource::Printed(program) => Keys::Printed(Box::new(Kept::new(program, SIGN_ON))),
        };
        Signer { scope, keys }
    }

    pub(super) async fn headers(
        &self,
        request: &Unsigned<'_>,
        concealed: &Concealed,
    ) -> Result<Vec<AuthHeader>, IdentityError> {
        let keys = self.keys(concealed).await?;
        signed(&keys, &self.scope, request, SystemTime::now())
    }

    /// Those that sign now; a program that prints them runs where they have to be new.
    pub(super) async fn keys(&self, concealed: &Concealed) -> Result<AwsKeys, IdentityError> {
        match &self.keys {
            Keys::Given(keys) => Ok(keys.clone()),
            Keys::Printed(kept) => {
                kept.get(concealed, |printed| {
                    let keys = AwsKeys::of(printed)?;
                    let hidden = keys.hidden();
                    Ok((keys, hidden))
                })
                .await
            }
        }
    }

    pub(super) fn refused(&self, sent: &[AuthHeader]) {
        match &self.keys {
            Keys::Given(_) => {}
            Keys::Printed(kept) => kept.refused(sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Unit;
    use std::time::Duration;

    fn scope() -> AwsScope {
        AwsScope {
            service: "s".to_owned(),
            region: "r".to_owned(),
        }
    }

    fn request() -> Unsigned<'static> {
        Unsigned {
            method: "GET",
            url: "https://example.amazonaws.com/",
            headers: Vec::new(),
            body: Some(&[]),
        }
    }

    fn keys(token: Option<&str>) -> AwsKeys {
        AwsKeys {
            id: "AKIDEXAMPLE".to_owned(),
            secret: Secret::new("secret-key"),
            token: token.map(Secret::new),
        }
    }

    #[test]
    fn whose_keys_have_signed_is_known_again() {
        let now = SystemTime::now();
        let sent = signed(&keys(Some("token-1")), &scope(), &request(), now).unwrap();
        assert!(keys(Some("token-1")).is_in(&sent));
        assert!(!keys(Some("token-2")).is_in(&sent));
        assert!(!keys(None).is_in(&sent));
        let other = AwsKeys {
            id: "AKIDEXAMPL".to_owned(),
            ..keys(Some("token-1"))
        };
        assert!(!other.is_in(&sent));
    }

    /// The time that a program prints decides: five minutes before it, or at half of a shorter life.
    #[tokio::test]
    async fn a_program_runs_once_for_all_and_again_before_its_keys_end() {
        let folder = tempfile::tempdir().unwrap();
        let count = folder.path().join("count");
        let script = format!(
            r#"echo . >> {0}; sleep 0.1; echo '{{"Version":1,"AccessKeyId":"A'$(wc -l < {0})'",
               "SecretAccessKey":"secret-key","Expiration":"2099-01-01T00:00:00+00:00"}}'"#,
            count.display()
        );
        let program = Program {
            words: ["sh".to_owned(), "-c".to_owned(), script].into(),
            secret: Some("/SecretAccessKey".to_owned()),
            user: Some("/AccessKeyId".to_owned()),
            session: Some("/SessionToken".to_owned()),
            until: Some("/Expiration".to_owned()),
            unit: Unit::Auto,
        };
        let concealed = Concealed::default();
        let signer = Signer::new(scope(), AwsSource::Printed(program), &concealed);
        let request = request();
        let whose = async || {
            let sent = signer.headers(&request, &concealed).await.unwrap();
            let by = sent.iter().find(|header| header.name == AUTHORIZATION);
            let key = by
                .unwrap()
                .value
                .split(['=', '/'])
                .nth(1)
                .unwrap()
                .to_owned();
            (key, sent)
        };
        let (first, second) = tokio::join!(whose(), whose());
        assert_eq!((first.0.as_str(), second.0.as_str()), ("A1", "A1"));
        assert_eq!(concealed.conceal("secret-key".to_owned()), "***");
        // Refused with one, it is another for whoever asks next.
        signer.refused(&first.1);
        assert_eq!(whose().await.0, "A2");
        signer.refused(&second.1);
        assert_eq!(whose().await.0, "A2");
        let Keys::Printed(kept) = &signer.keys else {
            panic!("given")
        };
        let mut last = kept.last.lock().await;
        let last_keys = last.as_mut().unwrap();
        let (until, renewal) = (last_keys.until.unwrap(), last_keys.renewal.unwrap());
        assert_eq!(
            until.duration_since(renewal).unwrap(),
            Duration::from_secs(300)
        );
        last_keys.renewal = Some(SystemTime::now());
        drop(last);
        assert_eq!(whose().await.0, "A3");
    }
}

//! Signatures of AWS, version 4: each request is signed as it goes, with keys that may be had for a while.

use super::concealed::Concealed;
use super::kept::{Kept, Proof};
use super::program::{Printed, Program};
use super::secret::{SHORTEST_CONCEALED, Secret};
use crate::livy::{AuthHeader, IdentityError, Unsigned};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use std::time::SystemTime;

const AUTHORIZATION: &str = "authorization";
const TOKEN: &str = "x-amz-security-token";
/// What stands before the signature itself, where a server repeats it.
const BEFORE_SIGNATURE: &str = "Signature=";
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
        let keys = match &self.keys {
            Keys::Given(keys) => keys.clone(),
            Keys::Printed(kept) => {
                kept.get(concealed, |printed| {
                    let keys = AwsKeys::of(printed)?;
                    let hidden = keys.hidden();
                    Ok((keys, hidden))
                })
                .await?
            }
        };
        signed(&keys, &self.scope, request, SystemTime::now())
    }

    pub(super) fn refused(&self, sent: &[AuthHeader]) {
        match &self.keys {
            Keys::Given(_) => {}
            Keys::Printed(kept) => kept.refused(sent),
        }
    }
}

/// The headers that sign a request at this time. Signed are its method, address, query and body, and of its
/// headers those that no gateway touches: the host, the content's type, and AWS's own.
pub fn signed(
    keys: &AwsKeys,
    scope: &AwsScope,
    request: &Unsigned<'_>,
    at: SystemTime,
) -> Result<Vec<AuthHeader>, IdentityError> {
    let Some(body) = request.body else {
        return Err(unsignable("a file is sent in parts"));
    };
    let token = keys.token.as_ref().map(|token| token.reveal().to_owned());
    let credentials = Credentials::new(&keys.id, keys.secret.reveal(), token, None, "livysh");
    let identity = credentials.into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&scope.region)
        .name(&scope.service)
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .map_err(unsignable)?;
    let headers = request.headers.iter();
    let headers = headers.filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name == "content-type" || name.starts_with("x-amz-")
    });
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
    let body = SignableBody::Bytes(body);
    let request =
        SignableRequest::new(&request.method, &request.url, headers, body).map_err(unsignable)?;
    let (instructions, _) = sign(request, &params.into())
        .map_err(unsignable)?
        .into_parts();
    let headers = instructions.headers().map(|(name, value)| AuthHeader {
        name: name.to_owned(),
        value: value.to_owned(),
    });
    Ok(headers.collect())
}

fn unsignable(why: impl std::fmt::Display) -> IdentityError {
    IdentityError::lasting(
        format!("the request cannot be signed for AWS: {why}"),
        "check the URL, and auth in the profile",
    )
}

/// A text without the signatures that it repeats: each holds for some minutes.
pub(super) fn without_signatures(text: &str) -> String {
    let mut parts = text.split(BEFORE_SIGNATURE);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        let shown = if rest.len() < part.len() { "***" } else { "" };
        told.push_str(BEFORE_SIGNATURE);
        told.push_str(shown);
        told.push_str(rest);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Unit;
    use std::time::{Duration, UNIX_EPOCH};

    /// 2015-08-30T12:36:00Z
    const AT: Duration = Duration::from_secs(1_440_938_160);
    const FORM: &str = "application/x-www-form-urlencoded";

    fn keys(token: Option<&str>) -> AwsKeys {
        AwsKeys {
            id: "AKIDEXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            token: token.map(Secret::new),
        }
    }

    fn request<'a>(
        method: &str,
        rest: &str,
        headers: &[(&str, &str)],
        body: &'a str,
    ) -> Unsigned<'a> {
        let pairs = headers.iter();
        Unsigned {
            method: method.to_owned(),
            url: format!("https://example.amazonaws.com{rest}"),
            headers: pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Some(body.as_bytes()),
        }
    }

    fn of(request: &Unsigned<'_>, token: Option<&str>) -> Vec<AuthHeader> {
        let scope = AwsScope {
            service: "service".to_owned(),
            region: "us-east-1".to_owned(),
        };
        signed(&keys(token), &scope, request, UNIX_EPOCH + AT).unwrap()
    }

    fn value(headers: &[AuthHeader], name: &str) -> Option<String> {
        let header = headers.iter().find(|header| header.name == name)?;
        Some(header.value.clone())
    }

    /// Of AWS's signing test suite.
    #[test]
    fn the_published_vectors_hold() {
        let long = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMic\
                    RXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsbu\
                    rEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPk\
                    UL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
        let short = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
        let token_too = "host;x-amz-date;x-amz-security-token";
        for (name, request, token, signed, signature) in [
            (
                "get-vanilla",
                request(
                    "GET",
                    "/",
                    &[("User-Agent", "x"), ("X-Requested-By", "x")],
                    "",
                ),
                None,
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "get-vanilla-query-order-key-case",
                request("GET", "/?Param2=value2&Param1=value1", &[], ""),
                None,
                "host;x-amz-date",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-vanilla-query-order-encoded",
                request(
                    "GET",
                    "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
                    &[],
                    "",
                ),
                None,
                "host;x-amz-date",
                "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
            ),
            (
                "post-vanilla",
                request("POST", "/", &[], ""),
                None,
                "host;x-amz-date",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                "post-x-www-form-urlencoded",
                request("POST", "/", &[("Content-Type", FORM)], "Param1=value1"),
                None,
                "content-type;host;x-amz-date",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ),
            (
                "get-vanilla-with-session-token",
                request("GET", "/", &[], ""),
                Some(short),
                token_too,
                "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
            ),
            (
                "post-sts-header-before",
                request("POST", "/", &[], ""),
                Some(long),
                token_too,
                "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
            ),
        ] {
            let headers = of(&request, token);
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={signed}, Signature={signature}"
            );
            assert_eq!(value(&headers, AUTHORIZATION), Some(expected), "{name}");
            let date = value(&headers, "x-amz-date");
            assert_eq!(date.as_deref(), Some("20150830T123600Z"));
            assert_eq!(value(&headers, TOKEN).as_deref(), token, "{name}");
        }
    }

    #[test]
    fn whose_keys_have_signed_is_known_again() {
        let sent = of(&request("GET", "/", &[], ""), Some("token-1"));
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
        let scope = AwsScope {
            service: "s".to_owned(),
            region: "r".to_owned(),
        };
        let concealed = Concealed::default();
        let signer = Signer::new(scope, AwsSource::Printed(program), &concealed);
        let request = request("GET", "/", &[], "");
        let whose = async || {
            let sent = signer.headers(&request, &concealed).await.unwrap();
            let by = value(&sent, AUTHORIZATION).unwrap();
            let key = by.split(['=', '/']).nth(1).unwrap().to_owned();
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

    #[test]
    fn a_body_that_is_read_while_it_is_sent_is_not_signed() {
        let streamed = Unsigned {
            body: None,
            ..request("POST", "/", &[], "")
        };
        let scope = AwsScope {
            service: "s".to_owned(),
            region: "r".to_owned(),
        };
        let error = signed(&keys(None), &scope, &streamed, UNIX_EPOCH).unwrap_err();
        assert!(!error.is_passing);
        assert!(error.message.contains("cannot be signed"), "{error}");
    }

    #[test]
    fn a_signature_is_not_repeated() {
        for (said, told) in [
            ("no", "no"),
            (
                "'Credential=A/b, Signature=00ffAB' is wrong",
                "'Credential=A/b, Signature=***' is wrong",
            ),
            ("Signature=12, Signature=34", "Signature=***, Signature=***"),
            ("no Signature=", "no Signature="),
        ] {
            assert_eq!(without_signatures(said), told);
        }
    }
}

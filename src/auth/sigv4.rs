//! Signatures of AWS, version 4.

use super::aws::{AwsKeys, AwsScope};
use crate::livy::{AuthHeader, IdentityError, Unsigned};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use std::time::SystemTime;

pub(super) const AUTHORIZATION: &str = "authorization";
pub(super) const TOKEN: &str = "x-amz-security-token";
/// What stands before the signature itself, where a server repeats it.
const BEFORE_SIGNATURE: &str = "Signature=";

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
    let headers = headers.copied();
    let body = SignableBody::Bytes(body);
    let request =
        SignableRequest::new(request.method, request.url, headers, body).map_err(unsignable)?;
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
    use crate::auth::Secret;
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
        method: &'a str,
        rest: &str,
        headers: &[(&'a str, &'a str)],
        body: &'a str,
    ) -> Unsigned<'a> {
        Unsigned {
            method,
            url: format!("https://example.amazonaws.com{rest}").leak(),
            headers: headers.to_vec(),
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

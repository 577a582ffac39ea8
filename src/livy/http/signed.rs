//! The last thing that becomes of a request before it is sent: what proves who asks is put on it.

use super::{AuthHeader, IdentityError};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Body, Request};

/// A request as it goes, for whoever signs it: nothing of it is changed after.
#[derive(Debug, Clone)]
pub struct Unsigned<'a> {
    pub method: &'a str,
    /// With its query.
    pub url: &'a str,
    pub headers: Vec<(&'a str, &'a str)>,
    /// `None` where it is not at hand, but read while it is sent.
    pub body: Option<&'a [u8]>,
}

impl<'a> Unsigned<'a> {
    /// Beside its own headers it has those that every request has, where they are not the same.
    pub(super) fn of(request: &'a Request, every: &'a [(String, String)]) -> Unsigned<'a> {
        let own = request.headers();
        let own_pairs = own
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let others = every.iter().filter(|(name, _)| !own.contains_key(name));
        let others = others.map(|(name, value)| (name.as_str(), value.as_str()));
        Unsigned {
            method: request.method().as_str(),
            url: request.url().as_str(),
            headers: own_pairs.chain(others).collect(),
            body: request.body().map_or(Some(&[]), Body::as_bytes),
        }
    }
}

pub(super) fn put(headers: &[AuthHeader], request: &mut Request) -> Result<(), IdentityError> {
    for header in headers {
        let (name, value) = header.in_request()?;
        request.headers_mut().insert(name, value);
    }
    Ok(())
}

impl AuthHeader {
    pub(super) fn in_request(&self) -> Result<(HeaderName, HeaderValue), IdentityError> {
        let name = HeaderName::from_bytes(self.name.as_bytes()).map_err(|_| {
            IdentityError::lasting(
                format!("no header can be called “{}”", self.name),
                "a header's name has no blanks: look at auth in the profile",
            )
        })?;
        let mut value = HeaderValue::from_str(&self.value).map_err(|_| {
            IdentityError::lasting(
                "the secret cannot be sent in a header: it holds a control character".to_owned(),
                "look where the secret comes from: it is to be the secret alone",
            )
        })?;
        value.set_sensitive(true);
        Ok((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::{Method, Url};

    #[test]
    fn a_request_is_signed_as_it_goes() {
        let url: Url = "http://h:1/sessions?from=0".parse().unwrap();
        let mut request = Request::new(Method::POST, url);
        *request.body_mut() = Some("{}".into());
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert("content-type", json);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let every = [pair("Content-Type", "text/plain"), pair("X-Own", "1")];
        let unsigned = Unsigned::of(&request, &every);
        assert_eq!(unsigned.url, "http://h:1/sessions?from=0");
        let expected = [("content-type", "application/json"), ("X-Own", "1")];
        assert_eq!(unsigned.headers, expected);
        assert_eq!(unsigned.body, Some(&b"{}"[..]));
        *request.body_mut() = None;
        assert_eq!(Unsigned::of(&request, &[]).body, Some(&[][..]));
    }

    #[test]
    fn a_secret_that_no_header_takes_is_told() {
        let header = |name: &str, value: &str| AuthHeader {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let (_, value) = header("authorization", "Bearer café").in_request().unwrap();
        assert!(value.is_sensitive());
        let error = header("authorization", "Bearer a\nb").in_request();
        let error = error.unwrap_err();
        assert!(error.to_string().starts_with("the secret cannot be sent"));
        assert!(!error.is_passing);
        let told = header("X Token", "t").in_request().unwrap_err().to_string();
        assert_eq!(told, "no header can be called “X Token”");
    }
}

//! What a gateway says in the place of the server behind it, and what to do then: Apache Knox's words, and a
//! redirect to where people sign on.

use super::server::ServerError;
use crate::livy::http::host_of;

/// Of words in the address of a page to sign on, one is among these.
const SIGN_ON: [&str; 14] = [
    "login",
    "logon",
    "signin",
    "signon",
    "sign",
    "sso",
    "websso",
    "knoxsso",
    "saml",
    "saml2",
    "oauth",
    "oauth2",
    "authorize",
    "adfs",
];
const NO_HEADER: &str = "\
a gateway wants a header of its own: preset = \"knox\" in the profile, or headers = { X-XSRF-Header = \"true\" }; \
its administrator may have given it another name";

impl ServerError {
    /// Where it points to a page on which people sign on.
    pub(super) fn sign_on_page(&self) -> Option<&str> {
        let location = self.location.as_deref()?;
        // The name of a host that sends people to its other pages says nothing.
        let own = host_of(&self.url);
        let rest = location.split_once("://").map(|(_, rest)| rest);
        let elsewhere = match rest.and_then(|rest| rest.split_once('/')) {
            Some((_, path)) if host_of(location).eq_ignore_ascii_case(&own) => path,
            Some(_) | None => location,
        };
        let lower = elsewhere.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric());
        let is_page =
            (300..=399).contains(&self.status) && words.any(|word| SIGN_ON.contains(&word));
        is_page.then_some(location)
    }

    /// What to try after what Knox has said.
    pub(super) fn hint_of_gateway(&self) -> Option<&'static str> {
        if self.is_json {
            return None;
        }
        let says = |words: &str| self.message.contains(words);
        match self.status {
            300..=399 => self.sign_on_page().map(|_| {
                "livysh signs on without a browser: take a URL where the gateway takes passwords, tokens or \
                 tickets (Knox: another topology), with --auth basic, bearer or kerberos"
            }),
            400 if says("Missing Required Header for Vulnerability Protection") => Some(NO_HEADER),
            // Jetty leaves the page of a DELETE out.
            400 if self.method == "DELETE" && self.message.is_empty() => Some(NO_HEADER),
            401 if says("Token has expired") => Some(
                "the token has ended: get another, or let livysh get one whenever it needs one (livysh help \
                 knox)",
            ),
            401 if says("passcode") => Some(
                "it is no passcode token of this gateway; a JSON web token has the user Token and not Passcode",
            ),
            404 if self.url.contains("/gateway/") => Some(
                "the gateway has no such topology, or no such service in it: check the URL, which is like \
                 https://gateway:8443/gateway/TOPOLOGY/livy",
            ),
            500 if says("Service connectivity error") => Some(
                "the gateway had no answer from the Livy server behind it: that is down, or slower than the \
                 gateway waits, which is 20 s unless its administrator has set more",
            ),
            500 if self.method == "POST"
                && (says("No content to map") || says("Cannot deserialize instance")) =>
            {
                Some("the gateway does not take this body: it is to be a JSON object")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::LivyError;

    fn error(status: u16, method: &'static str, title: &str) -> ServerError {
        let url = "https://gw:8443/gateway/basic/livy/sessions".to_owned();
        let page = match title {
            "" => String::new(),
            title => format!("<html><title>Error {status} {title}</title></html>"),
        };
        ServerError::read(status, method, url, page.as_bytes())
    }

    fn pointing(location: &str) -> ServerError {
        ServerError {
            location: Some(location.into()),
            ..error(302, "POST", "")
        }
    }

    #[test]
    fn what_knox_says_has_a_hint() {
        let missing = "Missing Required Header for Vulnerability Protection";
        for (status, method, title, hint) in [
            (400, "POST", missing, "X-XSRF-Header"),
            (400, "DELETE", "", "X-XSRF-Header"),
            (401, "GET", "Token has expired", "livysh help knox"),
            (
                401,
                "GET",
                "Error while parsing the received passcode token",
                "user Token",
            ),
            (404, "GET", "Not Found", "no such topology"),
            (404, "GET", "", "no such service"),
            (
                500,
                "POST",
                "javax.servlet.ServletException: java.io.IOException: Service connectivity error.",
                "20 s",
            ),
            (
                500,
                "POST",
                "com.fasterxml.jackson.databind.exc.MismatchedInputException: No content to map",
                "a JSON object",
            ),
        ] {
            let told = error(status, method, title).hint().unwrap_or_default();
            assert!(told.contains(hint), "{status} {title}: {told}");
        }
        assert_eq!(error(500, "POST", "").hint(), None);
        assert_eq!(error(400, "POST", "").hint(), None);
        // Livy's own words are none of a gateway's.
        let url = "https://gw:8443/gateway/basic/livy/sessions/9".to_owned();
        let livys = ServerError::read(404, "GET", url, br#"{"msg":"Session '9' not found."}"#);
        assert!(livys.hint().unwrap().contains("idle"));
    }

    #[test]
    fn a_redirect_to_where_people_sign_on_is_about_who_asks() {
        for location in [
            "https://gw:8443/gateway/knoxsso/api/v1/websso",
            "https://login.example/sign-on",
            "/Login",
            "https://sso.corp.example/adfs/ls/",
            "https://idp.example/oauth2/authorize",
        ] {
            let error = pointing(location);
            let told = error.to_string();
            let expected = format!("answered 302 Found: it wants people to sign on at {location}");
            assert!(told.ends_with(&expected), "{told}");
            assert!(error.hint().unwrap().contains("without a browser"));
            assert!(LivyError::from(error).is_identity(), "{location}");
        }
        for location in ["https://h/livy/", "https://h/processors/associated"] {
            let error = pointing(location);
            assert!(error.hint().unwrap().contains(location));
            assert!(!LivyError::from(error).is_identity(), "{location}");
        }
        // A host of any name may have its pages elsewhere.
        let mut error = pointing("https://login-node.corp:8998/sessions");
        error.url = "http://login-node.corp:8998/sessions".to_owned();
        assert!(error.sign_on_page().is_none());
    }
}

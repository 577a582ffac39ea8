//! What a server has given to be known by. Some look at a cookie before they look at what a request signs on
//! with (Apache Knox does), so that cookies are of one credential alone.

use super::AuthHeader;
use reqwest::Url;
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderValue;
use std::sync::{Mutex, RwLock};

#[derive(Default)]
pub(super) struct Cookies {
    jar: RwLock<Jar>,
    /// What was last signed on with.
    of: Mutex<Option<AuthHeader>>,
}

impl Cookies {
    /// The next request signs on so: who signs on with another password is somebody else.
    pub(super) fn are_of(&self, signed_on: &[AuthHeader]) {
        let Some(header) = signed_on.first().filter(|header| header.is_password()) else {
            return;
        };
        let Ok(mut of) = self.of.lock() else {
            return;
        };
        if of.as_ref() != Some(header) {
            if of.is_some() {
                self.forget();
            }
            *of = Some(header.clone());
        }
    }

    /// They are of no use to whoever was turned away with them.
    pub(super) fn turned_away(&self, signed_on: &[AuthHeader]) {
        if signed_on.first().is_some_and(AuthHeader::is_password) {
            self.forget();
        }
    }

    fn forget(&self) {
        if let Ok(mut jar) = self.jar.write() {
            *jar = Jar::default();
        }
    }

    #[cfg(test)]
    pub(super) fn add(&self, cookie: &str, url: &Url) {
        self.jar.read().unwrap().add_cookie_str(cookie, url);
    }
}

impl CookieStore for Cookies {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        if let Ok(jar) = self.jar.read() {
            jar.set_cookies(headers, url);
        }
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        self.jar.read().ok()?.cookies(url)
    }
}

impl AuthHeader {
    /// A password, or a secret of another name. A token is another one each time, and of the same person: what
    /// keeps a session to one server stays with it.
    fn is_password(&self) -> bool {
        !["Bearer ", "Negotiate ", "AWS4-"]
            .iter()
            .any(|start| self.value.starts_with(start))
            && !self.name.starts_with("x-amz-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(value: &str) -> [AuthHeader; 1] {
        [AuthHeader {
            name: "authorization".to_owned(),
            value: value.to_owned(),
        }]
    }

    #[test]
    fn a_cookie_is_of_one_password() {
        let url: Url = "https://gw:8443/gateway/basic/livy".parse().unwrap();
        let cookies = Cookies::default();
        let known = || cookies.cookies(&url).is_some();
        let give = || cookies.add("KNOXSESSIONID=node0abc; Path=/gateway/basic; Secure", &url);
        cookies.are_of(&sent("Basic YWxpY2U6YQ=="));
        give();
        cookies.are_of(&sent("Basic YWxpY2U6YQ=="));
        assert!(known());
        cookies.are_of(&sent("Basic Ym9iOmI="));
        assert!(!known());
        give();
        cookies.turned_away(&sent("Basic Ym9iOmI="));
        assert!(!known());
    }

    #[test]
    fn a_cookie_outlives_a_token() {
        let url: Url = "https://gw:8443/gateway/ha/livy".parse().unwrap();
        for (one, other) in [
            ("Bearer a", "Bearer b"),
            ("Negotiate YIIa", "Negotiate YIIb"),
        ] {
            let cookies = Cookies::default();
            cookies.are_of(&sent(one));
            cookies.add("KNOX_BACKEND-LIVYSERVER=abc; Path=/gateway/ha", &url);
            cookies.turned_away(&sent(one));
            cookies.are_of(&sent(other));
            assert!(cookies.cookies(&url).is_some(), "{one}");
        }
    }
}

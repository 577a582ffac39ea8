//! reqwest behind one door: headers, timeouts, proxies, and what a failed request means.
//!
//! Redirects are never followed: a POST would become a GET, and credentials could leave for
//! another host. A request is never repeated here. Its `timeout` is the longest silence: a large
//! answer may take as long as it keeps coming, and what is sent has time of its own.
//!
//! | file           | its duty                                          |
//! |----------------|---------------------------------------------------|
//! | `url.rs`       | the root of a Livy API, and how it is shown       |
//! | `transport.rs` | certificates, a proxy, what every request has     |
//! | `signed.rs`    | puts on a request what proves who asks            |
//! | `calls.rs`     | what can be asked: GET, POST and the like         |
//! | `sending.rs`   | one of them, from its address to its answer       |
//! | `on_its_way.rs`| until when it is waited for, what is told of it   |
//! | `answer.rs`    | reads a success, and knows one that is not Livy's |
//! | `refused.rs`   | reads what is no success                          |
//! | `failed.rs`    | what a failed request means                       |
//! | `cookies.rs`   | what a server has given to be known by            |
//! | `clock.rs`     | how far our clock is from the server's            |

mod answer;
mod calls;
mod clock;
mod cookies;
mod draining;
mod failed;
mod large_text;
mod on_its_way;
mod refused;
mod sending;
mod signed;
mod transport;
mod url;

pub use calls::Touch;
pub use failed::kind_of_handshake;
pub use refused::is_of_proxy;
pub use signed::Unsigned;
pub use transport::{ProxyServer, Transport, TransportRefused};
pub use url::{UrlError, host_of, in_path, is_host_alone, parse_root, shown_root, with_path};

use super::dialect::Dialect;
use super::error::{IdentityError, LivyError, Reference, ServerError};
use super::watch::Watch;
use cookies::Cookies;
use reqwest::cookie::CookieStore as _;
use reqwest::header::HeaderValue;
use reqwest::{Client, Url};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use transport::SHORTEST_CONCEALED;

/// A header that proves who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthHeader {
    pub name: String,
    pub value: String,
}

impl AuthHeader {
    fn is_kerberos(&self) -> bool {
        self.value.starts_with("Negotiate ")
    }
}

pub type Signing<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<AuthHeader>, IdentityError>> + Send + 'a>>;

pub type Preparing<'a> = Pin<Box<dyn Future<Output = Result<(), IdentityError>> + Send + 'a>>;

/// Gives each request what proves who asks. Implemented by `auth`.
pub trait Authorizer: Send + Sync {
    /// The headers that this request gets beside its own; it is sent right after.
    fn headers<'a>(&'a self, request: &'a Unsigned<'a>) -> Signing<'a>;

    /// Whether a server that was shown it once may know by a cookie who asks: a ticket is shown for that.
    fn is_kept_by_cookies(&self) -> bool {
        false
    }

    /// Waits until the next header can be had at once.
    fn prepare(&self) -> Preparing<'_>;

    /// The server did not take them: the next ones are to be others, where these can be had.
    fn refused(&self, headers: &[AuthHeader]);

    /// Whether they hold for some minutes by this machine's clock, so that it must be right.
    fn depends_on_clock(&self) -> bool {
        false
    }

    /// A text of the server's without what proves it: some repeat the header that they refuse.
    fn conceal(&self, text: String) -> String;
}

pub struct Http {
    client: Client,
    root: Url,
    authorizer: Arc<dyn Authorizer>,
    compiles_whole: AtomicBool,
    watch: Option<Watch>,
    transport: Transport,
    /// What the server has given to be known by: of this credential alone.
    cookies: Arc<Cookies>,
    /// Whether requests go as they are to a proxy, which may answer them itself.
    is_proxied: bool,
    /// What of every request is not to be seen in a text of the server's.
    concealed: Vec<String>,
}

/// A server that cannot even be asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unreachable {
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error(transparent)]
    Transport(#[from] TransportRefused),
}

impl Unreachable {
    pub fn hint(&self) -> &'static str {
        match self {
            Unreachable::Url(error) => error.hint(),
            Unreachable::Transport(error) => error.hint(),
        }
    }
}

impl Http {
    /// Makes the client; for an https URL this reads the system's certificates (some 5 ms).
    pub fn new(
        root: &str,
        authorizer: Arc<dyn Authorizer>,
        watch: Option<Watch>,
        transport: Transport,
    ) -> Result<Http, Unreachable> {
        let root = parse_root(root)?;
        let cookies = Arc::new(Cookies::default());
        Ok(Http {
            client: transport.client(&root, cookies.clone())?,
            cookies,
            is_proxied: transport.meets_proxy(&root),
            root,
            authorizer,
            compiles_whole: AtomicBool::new(false),
            watch,
            concealed: transport.concealed(),
            transport,
        })
    }

    /// What the answers so far say of the server.
    pub fn dialect(&self) -> Dialect {
        Dialect {
            compiles_whole: self.compiles_whole.load(Ordering::Relaxed),
        }
    }

    /// Waits for what proves who asks.
    pub async fn sign_on(&self) -> Result<(), LivyError> {
        match self.authorizer.prepare().await {
            // Whoever was let in before may still be.
            Err(_) if self.is_known_by_cookies(&self.root) => Ok(()),
            prepared => Ok(prepared?),
        }
    }

    fn is_known_by_cookies(&self, url: &Url) -> bool {
        self.authorizer.is_kept_by_cookies() && self.cookies.cookies(url).is_some()
    }

    /// A text of the server's, which may repeat what it was sent.
    fn conceal(&self, text: String) -> String {
        let cookies = cookies_in(self.cookies.cookies(&self.root));
        let secrets = self.concealed.iter().chain(&cookies);
        secrets.fold(self.authorizer.conceal(text), |text, secret| {
            text.replace(secret, "***")
        })
    }

    fn told(&self, error: LivyError) -> LivyError {
        let conceal = |text: Option<String>| text.map(|text| self.conceal(text));
        match error {
            LivyError::NotLivy { url, found } => LivyError::NotLivy {
                url,
                found: self.conceal(found),
            },
            LivyError::Server(error) => LivyError::Server(ServerError {
                message: self.conceal(error.message),
                reference: Box::new(Reference {
                    code: conceal(error.reference.code),
                    request: conceal(error.reference.request),
                    ..*error.reference
                }),
                location: conceal(error.location.map(String::from)).map(Box::from),
                ..error
            }),
            other => other,
        }
    }
}

/// The values of cookies that may be secrets.
fn cookies_in(header: Option<HeaderValue>) -> Vec<String> {
    let header = header.as_ref().and_then(|header| header.to_str().ok());
    let pairs = header.unwrap_or_default().split("; ");
    let values = pairs.filter_map(|pair| pair.split_once('='));
    values
        .map(|(_, value)| value.trim_matches('"').to_owned())
        .filter(|value| value.len() >= SHORTEST_CONCEALED)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::answer::Answer;
    use super::on_its_way::Received;
    use super::sending::SignedOn;
    use super::*;

    struct Nobody;
    impl Authorizer for Nobody {
        fn headers<'a>(&'a self, _: &'a Unsigned<'a>) -> Signing<'a> {
            Box::pin(std::future::ready(Ok(Vec::new())))
        }

        fn prepare(&self) -> Preparing<'_> {
            Box::pin(std::future::ready(Ok(())))
        }

        fn refused(&self, _: &[AuthHeader]) {}

        fn conceal(&self, text: String) -> String {
            text
        }
    }

    #[test]
    fn a_cookie_that_a_server_repeats_is_concealed() {
        let url = "http://h/livy";
        let http = Http::new(url, Arc::new(Nobody), None, Transport::default()).unwrap();
        let given = "hadoop.auth=\"u=alice&e=17&s=c00kie=\"; Path=/; HttpOnly";
        http.cookies.add(given, &http.root);
        let told = http.conceal("no hadoop.auth=u=alice&e=17&s=c00kie= here".to_owned());
        assert_eq!(told, "no hadoop.auth=*** here");
        // Also one that is forgotten for it.
        let signed_on = SignedOn::By(vec![AuthHeader {
            name: "authorization".to_owned(),
            value: "Basic YWxpY2U6YQ==".to_owned(),
        }]);
        let received = Received {
            status: reqwest::StatusCode::UNAUTHORIZED,
            headers: Default::default(),
            body: br#"{"msg": "no u=alice&e=17&s=c00kie= here"}"#.to_vec(),
            is_left: false,
        };
        let error = http.refused(received, "GET", url.to_owned(), signed_on);
        let told = error.to_string();
        assert!(told.contains("no *** here"), "{told}");
        assert!(http.cookies.cookies(&http.root).is_none());
    }

    #[tokio::test]
    async fn what_every_request_has_is_concealed() {
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let transport = Transport {
            headers: pair("X-Key", "hunter2"),
            query: pair("key", "top secret/1"),
            ..Transport::default()
        };
        let http = Http::new("http://h", Arc::new(Nobody), None, transport).unwrap();
        let told = "hunter2 ?key=top+secret%2F1 ?key=top%20secret%2F1 (top secret/1)";
        let told = http.conceal(told.to_owned());
        assert_eq!(told, "*** ?key=*** ?key=*** (***)");
        let answer = Answer {
            url: "http://h".to_owned(),
            body: b"no hunter2 here".to_vec(),
            is_left: false,
            is_html: false,
        };
        let error = http
            .told(answer.read::<u8, u8>(Ok).unwrap_err())
            .to_string();
        assert!(error.contains("“no *** here”"), "{error}");
    }
}

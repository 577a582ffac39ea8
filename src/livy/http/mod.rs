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
//! | `on_its_way.rs`| until when it is waited for, what is told of it   |
//! | `answer.rs`    | reads a success, and knows one that is not Livy's |
//! | `refused.rs`   | reads what is no success                          |
//! | `failed.rs`    | what a failed request means                       |
//! | `cookies.rs`   | what a server has given to be known by            |
//! | `clock.rs`     | how far our clock is from the server's            |

mod answer;
mod clock;
mod cookies;
mod draining;
mod failed;
mod large_text;
mod on_its_way;
mod refused;
mod signed;
mod transport;
mod url;

pub use failed::kind_of_handshake;
pub use refused::is_of_proxy;
pub use signed::Unsigned;
pub use transport::{ProxyServer, Transport, TransportRefused};
pub use url::{UrlError, host_of, in_path, is_host_alone, parse_root, shown_root, with_path};

use super::dialect::{Dialect, SCALA_HEADER, SCALA_WHOLE};
use super::error::{IdentityError, LivyError, Reference, ServerError};
use super::watch::Watch;
use answer::Answer;
use cookies::Cookies;
use on_its_way::{OnItsWay, Received};
use refused::{refused, text_of};
use reqwest::cookie::CookieStore as _;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, Request, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};
use transport::SHORTEST_CONCEALED;
use url::shown;

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

/// What a request carries.
enum Carried<'a, T> {
    Nothing,
    Json(&'a T),
    Form(Form),
}

/// How a session is touched.
#[derive(Debug, Clone, Copy)]
pub enum Touch {
    /// With an empty object.
    Post,
    /// With nothing.
    Put,
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

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<T, LivyError> {
        self.get_as(path, query, timeout, Ok).await
    }

    /// What stands at the root itself, as text.
    pub async fn text(&self, timeout: Duration) -> Result<String, LivyError> {
        let nothing = Carried::<()>::Nothing;
        let answer = self.send(Method::GET, &[], &[], nothing, timeout).await?;
        Ok(answer.text())
    }

    /// A GET whose answer is read by somebody.
    pub async fn get_as<T: DeserializeOwned, R>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        timeout: Duration,
        read: impl FnOnce(T) -> Result<R, serde_json::Error>,
    ) -> Result<R, LivyError> {
        let answer = self
            .send(Method::GET, path, query, Carried::<()>::Nothing, timeout)
            .await?;
        answer.read(read).map_err(|error| self.told(error))
    }

    /// A GET whose large answer is left, and is none, once what has come of it is enough for that.
    pub async fn get_unless<T: DeserializeOwned>(
        &self,
        path: &[&str],
        timeout: Duration,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<T>, LivyError> {
        let nothing = Carried::<()>::Nothing;
        let answer = self
            .send_unless(Method::GET, path, &[], nothing, timeout, is_enough)
            .await?;
        match answer.is_left {
            true => Ok(None),
            false => answer.read(Ok).map(Some).map_err(|error| self.told(error)),
        }
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<T, LivyError> {
        self.post_as(path, body, timeout, Ok).await
    }

    /// A POST whose answer is read by somebody.
    pub async fn post_as<T: DeserializeOwned, R>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
        read: impl FnOnce(T) -> Result<R, serde_json::Error>,
    ) -> Result<R, LivyError> {
        let answer = self
            .send(Method::POST, path, &[], Carried::Json(body), timeout)
            .await?;
        answer.read(read).map_err(|error| self.told(error))
    }

    /// A POST whose answer says nothing that is needed.
    pub async fn post_without_answer(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<(), LivyError> {
        let answer = self
            .send(Method::POST, path, &[], Carried::Json(body), timeout)
            .await?;
        answer.confirm()
    }

    /// Sends a file as the part of a form that has this name.
    pub async fn upload(
        &self,
        path: &[&str],
        part: &'static str,
        file_name: String,
        bytes: Vec<u8>,
        timeout: Duration,
    ) -> Result<(), LivyError> {
        let form = Form::new().part(part, Part::bytes(bytes).file_name(file_name));
        let answer = self
            .send(Method::POST, path, &[], Carried::<()>::Form(form), timeout)
            .await?;
        answer.confirm()
    }

    /// A change of nothing but the time of the last one; its answer may be empty.
    pub async fn touch<T: DeserializeOwned, R: Default>(
        &self,
        how: Touch,
        path: &[&str],
        timeout: Duration,
        read: impl FnOnce(T) -> Result<R, serde_json::Error>,
    ) -> Result<R, LivyError> {
        let nothing = serde_json::Map::new();
        let (method, body) = match how {
            Touch::Post => (Method::POST, Carried::Json(&nothing)),
            Touch::Put => (Method::PUT, Carried::Nothing),
        };
        let answer = self.send(method, path, &[], body, timeout).await?;
        match answer.is_empty() {
            true => Ok(R::default()),
            false => answer.read(read).map_err(|error| self.told(error)),
        }
    }

    pub async fn delete(&self, path: &[&str], timeout: Duration) -> Result<(), LivyError> {
        let answer = self
            .send(Method::DELETE, path, &[], Carried::<()>::Nothing, timeout)
            .await?;
        answer.confirm()
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

    /// Signs a request, sends it, and tells a success from what is none.
    async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Carried<'_, impl Serialize>,
        timeout: Duration,
    ) -> Result<Answer, LivyError> {
        self.send_unless(method, path, query, body, timeout, |_| false)
            .await
    }

    /// The same, where a large success may be left once enough of it has come.
    async fn send_unless(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Carried<'_, impl Serialize>,
        timeout: Duration,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Answer, LivyError> {
        let (url, shown) = self.address(path, query);
        let way = OnItsWay {
            watch: self.watch.as_ref(),
            method: name_of(&method),
            url: &shown,
            is_proxied: self.transport.proxy.is_some(),
            began: Instant::now(),
        };
        let request = self.client.request(method, url);
        let request = match body {
            Carried::Nothing => request,
            Carried::Json(body) => request.json(body),
            Carried::Form(form) => request.multipart(form),
        };
        let mut request = request.build().map_err(|error| way.failed(&error))?;
        let signed_on = self.sign(&mut request).await?;
        let longest = self.transport.longest;
        let silence = longest.map_or(timeout, |longest| timeout.min(longest));
        let received = way.of(&self.client, request, silence, is_enough).await?;
        match received.status.is_success() {
            true => Ok(self.succeeded(received, shown)),
            false => Err(self.refused(received, way.method, shown.clone(), signed_on)),
        }
    }

    /// Where a call is, and how that is shown.
    fn address(&self, path: &[&str], query: &[(&str, &str)]) -> (Url, String) {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let shown = shown(&url);
        if !query.is_empty() || !self.transport.query.is_empty() {
            url.query_pairs_mut()
                .extend_pairs(&self.transport.query)
                .extend_pairs(query);
            with_plain_blanks(&mut url);
        }
        (url, shown)
    }

    /// The last thing that becomes of a request before it is sent.
    async fn sign(&self, request: &mut Request) -> Result<SignedOn, LivyError> {
        let whole = Unsigned::of(request, &self.transport.headers);
        let signed_on = match self.authorizer.headers(&whole).await {
            Ok(headers) => SignedOn::By(headers),
            // Whoever was let in before may still be.
            Err(error) if self.is_known_by_cookies(request.url()) => SignedOn::ByCookies(error),
            Err(error) => return Err(error.into()),
        };
        self.cookies.are_of(signed_on.headers());
        signed::put(signed_on.headers(), request)?;
        Ok(signed_on)
    }

    fn succeeded(&self, received: Received, url: String) -> Answer {
        let said = received.headers.get(SCALA_HEADER);
        let compiles_whole = said.is_some_and(|how| how == SCALA_WHOLE);
        self.compiles_whole.store(compiles_whole, Ordering::Relaxed);
        let kind = text_of(&received.headers, CONTENT_TYPE);
        Answer {
            url,
            body: received.body,
            is_left: received.is_left,
            is_html: kind.is_some_and(|kind| kind.starts_with("text/html")),
        }
    }

    fn refused(
        &self,
        received: Received,
        method: &'static str,
        url: String,
        signed_on: SignedOn,
    ) -> LivyError {
        let Received {
            status,
            headers,
            body,
            is_left: _,
        } = received;
        let sent = signed_on.headers();
        let mut error = refused(
            status,
            method,
            url,
            &headers,
            &body,
            sent.first(),
            self.is_proxied,
        );
        if self.authorizer.depends_on_clock() {
            error = error.by_clock(clock::apart(&headers, SystemTime::now()));
        }
        let is_turned_away = error.is_turned_away();
        // It may repeat cookies that are forgotten next.
        let error = self.told(error);
        if is_turned_away && !sent.is_empty() {
            self.authorizer.refused(sent);
            self.cookies.turned_away(sent);
        }
        match (status.as_u16(), signed_on) {
            (300..=399 | 401 | 403, SignedOn::ByCookies(error)) => error.into(),
            _ => error,
        }
    }
}

/// What a request shows of who asks.
enum SignedOn {
    By(Vec<AuthHeader>),
    /// Alone, as nothing else was to be had, for this reason.
    ByCookies(IdentityError),
}

impl SignedOn {
    fn headers(&self) -> &[AuthHeader] {
        match self {
            SignedOn::By(headers) => headers,
            SignedOn::ByCookies(_) => &[],
        }
    }
}

fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::DELETE => "DELETE",
        Method::PUT => "PUT",
        _ => "POST",
    }
}

/// A blank in a query is a plus in forms alone: signatures are of the other way to write it.
fn with_plain_blanks(url: &mut Url) {
    let query = url.query().unwrap_or_default().replace('+', "%20");
    url.set_query(Some(&query));
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

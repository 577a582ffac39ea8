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
//! | `answer.rs`    | reads a success, and knows one that is not Livy's |
//! | `refused.rs`   | reads what is no success                          |
//! | `failed.rs`    | what a failed request means                       |
//! | `clock.rs`     | how far our clock is from the server's            |

mod answer;
mod clock;
mod failed;
mod refused;
mod signed;
mod transport;
mod url;

pub use signed::Unsigned;
pub use transport::{ProxyServer, Transport, TransportRefused};
pub use url::{UrlError, host_of, in_path, is_host_alone, parse_root, shown_root, with_path};

use super::dialect::{Dialect, SCALA_HEADER, SCALA_WHOLE};
use super::error::{
    IdentityError, LivyError, Reference, ServerError, TransportError, TransportKind,
};
use super::watch::{Exchange, Watch};
use answer::Answer;
use failed::transport_error;
use refused::{refused, text_of};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Method, Request, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};
use transport::SHORTEST_CONCEALED;
use url::shown;

/// Bytes that the slowest line sends in a second.
const SLOWEST: u64 = 16 << 10;

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
    jar: Arc<Jar>,
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
        let jar = Arc::new(Jar::default());
        Ok(Http {
            client: transport.client(&root, jar.clone())?,
            jar,
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
        self.authorizer.is_kept_by_cookies() && self.jar.cookies(url).is_some()
    }

    /// A text of the server's, which may repeat what it was sent.
    fn conceal(&self, text: String) -> String {
        let cookies = cookies_in(self.jar.cookies(&self.root));
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

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Carried<'_, impl Serialize>,
        timeout: Duration,
    ) -> Result<Answer, LivyError> {
        let longest = self.transport.longest;
        let timeout = longest.map_or(timeout, |longest| timeout.min(longest));
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
        let method_name = match method {
            Method::GET => "GET",
            Method::DELETE => "DELETE",
            Method::PUT => "PUT",
            _ => "POST",
        };
        let url_of = url.clone();
        let began = Instant::now();
        let tell = |answer| {
            if let Some(watch) = &self.watch {
                watch(&Exchange {
                    method: method_name,
                    url: &shown,
                    answer,
                    took: began.elapsed(),
                });
            }
        };
        let request = self.client.request(method, url);
        let request = match body {
            Carried::Nothing => request,
            Carried::Json(body) => request.json(body),
            Carried::Form(form) => request.multipart(form),
        };
        let told = |error: TransportError| {
            tell(Err(error.to_string()));
            error
        };
        let proxied = self.transport.proxy.is_some();
        let failed = |error: reqwest::Error| told(transport_error(&shown, &error, proxied));
        let mut request = request.build().map_err(failed)?;
        let whole = Unsigned::of(&request, &self.transport.headers);
        let (signed_on, unsigned) = match self.authorizer.headers(&whole).await {
            Ok(headers) => (headers, None),
            // Whoever was let in before may still be.
            Err(error) if self.is_known_by_cookies(&url_of) => (Vec::new(), Some(error)),
            Err(error) => return Err(error.into()),
        };
        signed::put(&signed_on, &mut request)?;
        let until_answer = timeout + time_to_send(size_of(&request));
        let silent = |time: Duration| {
            told(TransportError {
                kind: TransportKind::Timeout,
                url: shown.clone(),
                cause: format!("nothing came for {} s", time.as_secs()),
            })
        };
        let mut response = tokio::time::timeout(until_answer, self.client.execute(request))
            .await
            .map_err(|_| silent(until_answer))?
            .map_err(failed)?;
        let status = response.status();
        if status.is_success() {
            let said = response.headers().get(SCALA_HEADER);
            let compiles_whole = said.is_some_and(|how| how == SCALA_WHOLE);
            self.compiles_whole.store(compiles_whole, Ordering::Relaxed);
        }
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = tokio::time::timeout(timeout, response.chunk())
            .await
            .map_err(|_| silent(timeout))?
            .map_err(failed)?
        {
            body.extend_from_slice(&chunk);
        }
        tell(Ok((status.as_u16(), body.len())));
        if let (300..=399 | 401 | 403, Some(error)) = (status.as_u16(), unsigned) {
            return Err(error.into());
        }
        if status.is_success() {
            let kind = text_of(&headers, CONTENT_TYPE);
            return Ok(Answer {
                url: shown,
                body,
                is_html: kind.is_some_and(|kind| kind.starts_with("text/html")),
            });
        }
        let mut error = refused(
            status,
            method_name,
            shown,
            &headers,
            &body,
            signed_on.first(),
        );
        if error.is_turned_away() && !signed_on.is_empty() {
            self.authorizer.refused(&signed_on);
        }
        if self.authorizer.depends_on_clock() {
            error = error.by_clock(clock::apart(&headers, SystemTime::now()));
        }
        Err(self.told(error))
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

/// How long so many bytes may be on their way, beside the time that the server takes.
fn time_to_send(size: u64) -> Duration {
    Duration::from_secs(size / SLOWEST)
}

/// A form tells the size of its body in a header alone.
fn size_of(request: &Request) -> u64 {
    let body = request.body().and_then(Body::as_bytes);
    let told = request.headers().get(CONTENT_LENGTH);
    let told = told.and_then(|size| size.to_str().ok()?.parse().ok());
    body.map_or(0, |body| body.len() as u64)
        .max(told.unwrap_or(0))
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
        http.jar.add_cookie_str(given, &http.root);
        let told = http.conceal("no hadoop.auth=u=alice&e=17&s=c00kie= here".to_owned());
        assert_eq!(told, "no hadoop.auth=*** here");
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
            is_html: false,
        };
        let error = http
            .told(answer.read::<u8, u8>(Ok).unwrap_err())
            .to_string();
        assert!(error.contains("“no *** here”"), "{error}");
    }

    #[test]
    fn what_is_large_has_time_to_be_sent() {
        let time = |request: reqwest::RequestBuilder| {
            time_to_send(size_of(&request.build().unwrap())).as_secs()
        };
        let http = Http::new("http://h", Arc::new(Nobody), None, Transport::default()).unwrap();
        let post = || http.client.post("http://h");
        assert_eq!(time(post()), 0);
        assert_eq!(time(post().json("short")), 0);
        assert!(time(post().json(&"x".repeat(8 << 20))) >= 500);
        let file = Part::bytes(vec![0; 64 << 20]).file_name("a.jar");
        assert!(time(post().multipart(Form::new().part("jar", file))) >= 4000);
    }
}

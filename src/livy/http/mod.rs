//! reqwest behind one door: headers, timeouts, proxies, and what a failed request means.
//!
//! Redirects are never followed: a POST would become a GET, and credentials could leave for
//! another host. A request is never repeated here. Its `timeout` is the longest silence: a large
//! answer may take as long as it keeps coming, and what is sent has time of its own.
//!
//! | file        | its duty                                        |
//! |-------------|-------------------------------------------------|
//! | `url.rs`    | the root of a Livy API, and how it is shown     |
//! | `failed.rs` | what a failed request, or an odd answer, means  |

mod failed;
mod url;

pub use url::{UrlError, parse_root, shown_root};

use super::dialect::{Dialect, SCALA_HEADER, SCALA_WHOLE};
use super::error::{LivyError, ServerError, TransportError, TransportKind};
use super::retry_after::retry_after;
use super::watch::{Exchange, Watch};
use failed::{causes, decode, transport_error};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Method, Request, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};
use url::{is_loopback, redacted, shown};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes that the slowest line sends in a second.
const SLOWEST: u64 = 16 << 10;

/// Gives each request what proves who asks. Implemented by `auth`.
pub trait Authorizer: Send + Sync {
    /// The value of the `Authorization` header, or none.
    fn authorization(&self) -> Option<String>;

    /// A text of the server's without what proves it: some repeat the header that they refuse.
    fn conceal(&self, text: String) -> String {
        text
    }
}

/// What a request carries.
enum Carried<'a, T> {
    Nothing,
    Json(&'a T),
    Form(Form),
}

pub struct Http {
    client: Client,
    root: Url,
    authorizer: Arc<dyn Authorizer>,
    compiles_whole: AtomicBool,
    watch: Option<Watch>,
    longest: Option<Duration>,
}

impl Http {
    /// Makes the client; for an https URL this reads the system's certificates (some 5 ms).
    pub fn new(
        root: &str,
        authorizer: Arc<dyn Authorizer>,
        watch: Option<Watch>,
        longest: Option<Duration>,
    ) -> Result<Http, UrlError> {
        let url = parse_root(root)?;
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let mut headers = HeaderMap::new();
        // Some servers refuse every change without this header, whatever its value.
        headers.insert("X-Requested-By", HeaderValue::from_static("livysh"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("livysh/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true);
        if url.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        }
        if is_loopback(&url) {
            // A proxy from the environment could not reach this machine's own loopback.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| UrlError::Malformed {
            url: shown(&url),
            reason: causes(&error),
        })?;
        Ok(Http {
            client,
            root: url,
            authorizer,
            compiles_whole: AtomicBool::new(false),
            watch,
            longest,
        })
    }

    /// What the answers so far say of the server.
    pub fn dialect(&self) -> Dialect {
        Dialect {
            compiles_whole: self.compiles_whole.load(Ordering::Relaxed),
        }
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<T, LivyError> {
        let (url, body) = self
            .send(Method::GET, path, query, Carried::<()>::Nothing, timeout)
            .await?;
        decode(&url, &body)
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<T, LivyError> {
        let (url, answer) = self
            .send(Method::POST, path, &[], Carried::Json(body), timeout)
            .await?;
        decode(&url, &answer)
    }

    /// A POST whose answer says nothing that is needed.
    pub async fn post_without_answer(
        &self,
        path: &[&str],
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<(), LivyError> {
        self.send(Method::POST, path, &[], Carried::Json(body), timeout)
            .await
            .map(|_| ())
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
        self.send(Method::POST, path, &[], Carried::<()>::Form(form), timeout)
            .await
            .map(|_| ())
    }

    pub async fn delete(&self, path: &[&str], timeout: Duration) -> Result<(), LivyError> {
        self.send(Method::DELETE, path, &[], Carried::<()>::Nothing, timeout)
            .await
            .map(|_| ())
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Carried<'_, impl Serialize>,
        timeout: Duration,
    ) -> Result<(String, Vec<u8>), LivyError> {
        let timeout = self.longest.map_or(timeout, |longest| timeout.min(longest));
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let shown = shown(&url);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let method_name = match method {
            Method::GET => "GET",
            Method::DELETE => "DELETE",
            _ => "POST",
        };
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
        let mut request = self.client.request(method, url);
        if let Some(authorization) = self.authorizer.authorization()
            && let Ok(mut value) = HeaderValue::from_str(&authorization)
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request = match body {
            Carried::Nothing => request,
            Carried::Json(body) => request.json(body),
            Carried::Form(form) => request.multipart(form),
        };
        let told = |error: TransportError| {
            tell(Err(error.to_string()));
            error
        };
        let failed = |error: reqwest::Error| told(transport_error(&shown, &error));
        let request = request.build().map_err(failed)?;
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
        let header = |name| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let location = header(LOCATION).map(|target| redacted(&target));
        let asked = header(RETRY_AFTER);
        let mut body = Vec::new();
        while let Some(chunk) = tokio::time::timeout(timeout, response.chunk())
            .await
            .map_err(|_| silent(timeout))?
            .map_err(failed)?
        {
            body.extend_from_slice(&chunk);
        }
        tell(Ok((status.as_u16(), body.len())));
        if status.is_success() {
            return Ok((shown, body));
        }
        let mut error = ServerError::read(status.as_u16(), method_name, shown, &body);
        error.message = self.authorizer.conceal(error.message);
        let location = location.map(|location| self.authorizer.conceal(location));
        let wait = retry_after(asked.as_deref(), &error.message, SystemTime::now());
        Err(ServerError {
            location,
            retry_after: wait,
            ..error
        }
        .into())
    }
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
        fn authorization(&self) -> Option<String> {
            None
        }
    }

    #[test]
    fn what_is_large_has_time_to_be_sent() {
        let time = |request: reqwest::RequestBuilder| {
            time_to_send(size_of(&request.build().unwrap())).as_secs()
        };
        let http = Http::new("http://h", Arc::new(Nobody), None, None).unwrap();
        let post = || http.client.post("http://h");
        assert_eq!(time(post()), 0);
        assert_eq!(time(post().json("short")), 0);
        assert!(time(post().json(&"x".repeat(8 << 20))) >= 500);
        let file = Part::bytes(vec![0; 64 << 20]).file_name("a.jar");
        assert!(time(post().multipart(Form::new().part("jar", file))) >= 4000);
    }
}

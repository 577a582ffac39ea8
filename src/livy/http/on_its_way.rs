//! One request on its way: until when it is waited for, and what is told of it.

use super::failed::transport_error;
use crate::livy::error::{TransportError, TransportKind};
use crate::livy::watch::{Exchange, Watch};
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Body, Client, Request, StatusCode};
use std::time::{Duration, Instant};

/// Bytes that the slowest line sends in a second.
const SLOWEST: u64 = 16 << 10;

/// A longer answer grows as it comes.
const LONGEST_KNOWN: u64 = 256 << 20;

/// A smaller answer is read to its end, so that the connection stays in use.
const SMALL: usize = 256 << 10;

/// Whoever watches hears once of it: how it ended.
pub(super) struct OnItsWay<'a> {
    pub(super) watch: Option<&'a Watch>,
    pub(super) method: &'static str,
    /// Its address, without what is secret.
    pub(super) url: &'a str,
    pub(super) is_proxied: bool,
    pub(super) began: Instant,
}

/// An answer that has come.
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether the rest of it was not waited for.
    pub(super) is_left: bool,
}

impl OnItsWay<'_> {
    /// Sends it and reads the answer. `silence` is how long nothing may come; a large success is left
    /// once what has come of it `is_enough`.
    pub(super) async fn of(
        &self,
        client: &Client,
        request: Request,
        silence: Duration,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Received, TransportError> {
        let until_answer = silence + time_to_send(size_of(&request));
        let mut response = tokio::time::timeout(until_answer, client.execute(request))
            .await
            .map_err(|_| self.silent(until_answer))?
            .map_err(|error| self.failed(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        // A length that is not so costs nothing: memory is taken when it is written to.
        let length = response.content_length().unwrap_or(0).min(LONGEST_KNOWN);
        let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        let (mut is_left, mut look_at) = (false, SMALL);
        while let Some(chunk) = tokio::time::timeout(silence, response.chunk())
            .await
            .map_err(|_| self.silent(silence))?
            .map_err(|error| self.failed(&error))?
        {
            body.extend_from_slice(&chunk);
            if status.is_success() && body.len() > look_at {
                is_left = is_enough(&body);
                if is_left {
                    break;
                }
                // What is looked at again and again is not to take longer than what comes.
                look_at = 2 * body.len();
            }
        }
        self.tell(Ok((status.as_u16(), body.len())));
        Ok(Received {
            status,
            headers,
            body,
            is_left,
        })
    }

    pub(super) fn failed(&self, error: &reqwest::Error) -> TransportError {
        self.told(transport_error(self.url, error, self.is_proxied))
    }

    fn silent(&self, time: Duration) -> TransportError {
        self.told(TransportError {
            kind: TransportKind::Timeout,
            url: self.url.to_owned(),
            cause: format!("nothing came for {} s", time.as_secs()),
        })
    }

    fn told(&self, error: TransportError) -> TransportError {
        self.tell(Err(error.to_string()));
        error
    }

    fn tell(&self, answer: Result<(u16, usize), String>) {
        if let Some(watch) = self.watch {
            watch(&Exchange {
                method: self.method,
                url: self.url,
                answer,
                took: self.began.elapsed(),
            });
        }
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
    use crate::livy::http::Transport;
    use reqwest::multipart::{Form, Part};
    use std::sync::Arc;

    #[test]
    fn what_is_large_has_time_to_be_sent() {
        let time = |request: reqwest::RequestBuilder| {
            time_to_send(size_of(&request.build().unwrap())).as_secs()
        };
        let root = "http://h".parse().unwrap();
        let client = Transport::default().client(&root, Arc::default());
        let client = client.unwrap();
        let post = || client.post("http://h");
        assert_eq!(time(post()), 0);
        assert_eq!(time(post().json("short")), 0);
        assert!(time(post().json(&"x".repeat(8 << 20))) >= 500);
        let file = Part::bytes(vec![0; 64 << 20]).file_name("a.jar");
        assert!(time(post().multipart(Form::new().part("jar", file))) >= 4000);
    }
}

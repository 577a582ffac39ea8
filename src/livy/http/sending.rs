//! One call, from its address to its answer.

use super::answer::Answer;
use super::on_its_way::{OnItsWay, Received};
use super::refused::{refused, text_of};
use super::url::shown;
use super::{AuthHeader, Http, Unsigned, clock, signed};
use crate::livy::dialect::{SCALA_HEADER, SCALA_WHOLE};
use crate::livy::error::{IdentityError, LivyError};
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::Form;
use reqwest::{Method, Request, Url};
use serde::Serialize;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

/// What is asked of a server.
pub(super) struct Call<'a, T> {
    pub(super) method: Method,
    /// Below the root.
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) body: Carried<'a, T>,
    /// The longest silence.
    pub(super) timeout: Duration,
}

/// What a request carries.
pub(super) enum Carried<'a, T> {
    Nothing,
    Json(&'a T),
    Form(Form),
}

impl<'a> Call<'a, ()> {
    /// With nothing in it.
    pub(super) fn of(method: Method, path: &'a [&'a str], timeout: Duration) -> Call<'a, ()> {
        Call {
            method,
            path,
            query: &[],
            body: Carried::Nothing,
            timeout,
        }
    }
}

impl<'a, T> Call<'a, T> {
    pub(super) fn post(path: &'a [&'a str], body: &'a T, timeout: Duration) -> Call<'a, T> {
        Call {
            method: Method::POST,
            path,
            query: &[],
            body: Carried::Json(body),
            timeout,
        }
    }
}

impl Http {
    /// Signs a request, sends it, and tells a success from what is none.
    pub(super) async fn send(&self, call: Call<'_, impl Serialize>) -> Result<Answer, LivyError> {
        self.send_unless(call, |_| false).await
    }

    /// The same, where a large success may be left once enough of it has come.
    pub(super) async fn send_unless(
        &self,
        call: Call<'_, impl Serialize>,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<Answer, LivyError> {
        let (url, shown) = self.address(call.path, call.query);
        let way = OnItsWay {
            watch: self.watch.as_ref(),
            method: name_of(&call.method),
            url: &shown,
            is_proxied: self.transport.proxy.is_some(),
            began: Instant::now(),
        };
        let request = self.client.request(call.method, url);
        let request = match call.body {
            Carried::Nothing => request,
            Carried::Json(body) => request.json(body),
            Carried::Form(form) => request.multipart(form),
        };
        let mut request = request.build().map_err(|error| way.failed(&error))?;
        let signed_on = self.sign(&mut request).await?;
        let longest = self.transport.longest;
        let silence = longest.map_or(call.timeout, |longest| call.timeout.min(longest));
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

    pub(super) fn refused(
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
pub(super) enum SignedOn {
    By(Vec<AuthHeader>),
    /// Alone, as nothing else was to be had, for this reason.
    ByCookies(IdentityError),
}

impl SignedOn {
    pub(super) fn headers(&self) -> &[AuthHeader] {
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

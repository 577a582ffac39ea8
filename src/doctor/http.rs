//! What answers there, asked by nobody: a GET of the list of sessions without anything that signs on.

use super::check::{Check, hint_of};
use super::proxy::{self, Proxy};
use super::report::Report;
use super::stream::{Stream, head};
use super::target::Target;
use super::tls;
use crate::livy::{LivyError, ServerError, TransportKind, kind_of_handshake};
use std::io;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// So much of a page is read.
const MOST_OF_A_PAGE: u64 = 16 << 10;

/// An answer, as far as it is looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Between these it was made.
    pub(super) asked: Option<(SystemTime, SystemTime)>,
}

impl Answer {
    fn read(head: &[u8], body: Vec<u8>) -> Option<Answer> {
        let head = String::from_utf8_lossy(head).into_owned();
        let mut lines = head.lines();
        let line = lines.next()?.to_owned();
        let status = line
            .starts_with("HTTP/")
            .then(|| line.split(' ').nth(1)?.parse().ok())??;
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Some(Answer {
            status,
            headers: headers.collect(),
            line,
            body,
            asked: None,
        })
    }

    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Whether it is the proxy's, which lets nobody through whom it does not know; tinyproxy says 401.
    fn is_of_proxy(&self) -> bool {
        let names_tinyproxy = |name| {
            let mut values = self.values(name);
            values.any(|value| value.to_lowercase().contains("tinyproxy"))
        };
        self.status == 407
            || self.status == 401
                && (self.values("proxy-authenticate").next().is_some()
                    || names_tinyproxy("server")
                    || names_tinyproxy("www-authenticate"))
    }

    fn told(&self) -> String {
        match self.values("server").next() {
            Some(server) => format!("“{}” from {server}", self.line),
            None => format!("“{}”", self.line),
        }
    }
}

/// The answer, where it is a server's.
pub(super) async fn ask(
    mut stream: Stream,
    target: &Target,
    proxy: Option<&Proxy>,
    limit: Duration,
    report: &mut Report<'_>,
) -> Option<Answer> {
    report.progress("asking");
    let through = proxy.filter(|proxy| !target.is_tls && !proxy.is_socks());
    let (place, header) = match through {
        Some(proxy) => (format!("http://{}", target.authority), proxy.header()),
        None => (String::new(), String::new()),
    };
    let request = format!(
        "GET {place}{}?from=0&size=1 HTTP/1.1\r\nHost: {}\r\nAccept: application/json\r\n\
         User-Agent: livysh/{}\r\nConnection: close\r\n{header}\r\n",
        target.path,
        target.authority,
        env!("CARGO_PKG_VERSION")
    );
    let began = SystemTime::now();
    let exchange = async {
        stream.write_all(request.as_bytes()).await?;
        let head = head(&mut stream).await?;
        let ended = SystemTime::now();
        let mut body = Vec::new();
        // What is there of it is enough.
        let mut rest = (&mut stream).take(MOST_OF_A_PAGE);
        let read = rest.read_to_end(&mut body);
        timeout(Duration::from_secs(1), read).await.ok();
        io::Result::Ok((head, body, ended))
    };
    let check = match timeout(limit, exchange).await {
        Ok(Ok((head, body, ended))) => match Answer::read(&head, body) {
            Some(answer) => {
                let answer = Answer {
                    asked: Some((began, ended)),
                    ..answer
                };
                let check = judged(&answer, target);
                let is_ok = check.state == super::check::State::Ok;
                report.tell(check);
                return is_ok.then_some(answer);
            }
            None => garbled(&head, target),
        },
        Ok(Err(error)) => cut(&error, target),
        Err(_) => {
            let told = format!("nothing came within {} s", limit.as_secs());
            Check::barred("HTTP", told, TransportKind::Timeout)
        }
    };
    report.tell(check);
    None
}

fn judged(answer: &Answer, target: &Target) -> Check {
    if answer.is_of_proxy() {
        let told = proxy::refused(&answer.line);
        return Check::barred("proxy", told, TransportKind::ProxyIdentity);
    }
    let error = ServerError::read(answer.status, "GET", String::new(), &answer.body);
    let says = |words: &str| error.message.contains(words);
    if answer.status == 400 && (says("SSL certificate")) {
        let told = error.message.clone();
        let hint = LivyError::from(error).hint();
        return Check {
            hint: hint.or_else(|| hint_of(TransportKind::ClientCertificate)),
            ..tls::of_ones_own(&told)
        };
    }
    if answer.status == 400 && says("plain HTTP request was sent to HTTPS port") {
        let told = format!("{} speaks TLS: “{}”", target.at(), error.message);
        let hint = LivyError::from(error).hint();
        return Check {
            hint,
            ..Check::barred("HTTP", told, TransportKind::Tls)
        };
    }
    Check::ok(
        "HTTP",
        format!("{} to whoever does not sign on", answer.told()),
    )
}

/// What is no HTTP.
fn garbled(head: &[u8], target: &Target) -> Check {
    let (told, hint) = match head {
        // An alert, or a handshake's record.
        [0x15 | 0x16, 3, ..] => (
            format!("{} speaks TLS, not plain HTTP", target.at()),
            "use https:// in the URL",
        ),
        _ => (
            format!("{} does not speak HTTP", target.at()),
            "check host and port: Livy's usual port is 8998",
        ),
    };
    Check {
        hint: Some(hint.to_owned()),
        ..Check::barred("HTTP", told, TransportKind::Cut)
    }
}

fn cut(error: &io::Error, target: &Target) -> Check {
    if let Some(reason) = tls::reason(error)
        && kind_of_handshake(reason) == TransportKind::ClientCertificate
    {
        return tls::of_ones_own(&format!("it ended the handshake ({reason})"));
    }
    let told = format!("the connection was ended without an answer ({error})");
    let hint = match target.is_tls {
        true => hint_of(TransportKind::Cut),
        false => Some("check the port, and whether https:// is meant".to_owned()),
    };
    Check {
        hint,
        ..Check::barred("HTTP", told, TransportKind::Cut)
    }
}

//! What answers there, asked by nobody: a GET of the list of sessions without anything that signs on.

use super::check::{Check, hint_of};
use super::proxy::{self, Proxy};
use super::report::Report;
use super::short::short;
use super::stream::{Stream, head};
use super::target::Target;
use super::tls;
use crate::livy::{LivyError, ServerError, TransportKind, is_of_proxy, kind_of_handshake};
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
        let headers = lines.by_ref().filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        let answer = Answer {
            status,
            headers: headers.collect(),
            line,
            body,
            asked: None,
        };
        let mut codings = answer.values("transfer-encoding");
        let is_chunked = codings.any(|coding| coding.to_lowercase().contains("chunked"));
        drop(codings);
        let body = match is_chunked {
            true => joined(&answer.body),
            false => answer.body.clone(),
        };
        Some(Answer { body, ..answer })
    }

    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    fn is_of_proxy(&self) -> bool {
        is_of_proxy(self.status, |name| {
            self.values(name).next().map(str::to_owned)
        })
    }

    fn told(&self) -> String {
        match self.values("server").next() {
            Some(server) => format!("“{}” from {}", short(&self.line), short(server)),
            None => format!("“{}”", short(&self.line)),
        }
    }
}

/// What came in chunks, as far as it came, without their sizes.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = size.split(';').next().unwrap_or_default().trim();
        let Ok(size @ 1..) = usize::from_str_radix(size, 16) else {
            break;
        };
        rest = &rest[end + 1..];
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        // Each ends with a line's end.
        rest = rest.get(size.saturating_add(2)..).unwrap_or_default();
    }
    body
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
    let mut read = Vec::new();
    let exchange = async {
        stream.write_all(request.as_bytes()).await?;
        head(&mut stream, &mut read).await?;
        let ended = SystemTime::now();
        let mut body = Vec::new();
        // What is there of it is enough.
        let mut rest = (&mut stream).take(MOST_OF_A_PAGE);
        let read = rest.read_to_end(&mut body);
        timeout(Duration::from_secs(1), read).await.ok();
        io::Result::Ok((body, ended))
    };
    let check = match timeout(limit, exchange).await {
        Ok(Ok((body, ended))) => match Answer::read(&read, body) {
            Some(answer) => {
                let answer = Answer {
                    asked: Some((began, ended)),
                    ..answer
                };
                let check = judged(&answer, target, through.is_some());
                let is_ok = check.state == super::check::State::Ok;
                report.tell(check);
                return is_ok.then_some(answer);
            }
            None => garbled(&read, target),
        },
        Ok(Err(error)) => cut(&error, target),
        Err(_) => {
            let seconds = limit.as_secs();
            let told = match read.is_empty() {
                true => format!("nothing came within {seconds} s"),
                false => format!("only the beginning of an answer came within {seconds} s"),
            };
            Check::barred("HTTP", told, TransportKind::Timeout)
        }
    };
    report.tell(check);
    None
}

/// It may be the proxy's where requests go to it as they are.
fn judged(answer: &Answer, target: &Target, is_proxied: bool) -> Check {
    if is_proxied && answer.is_of_proxy() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_as_far_as_they_came() {
        let text = |body: &[u8]| String::from_utf8(joined(body)).unwrap();
        assert_eq!(
            text(b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"),
            "hello world"
        );
        assert_eq!(text(b"5\r\nhello\r\nff\r\n wor"), "hello wor");
        assert_eq!(text(b"ffffffffffffffff\r\nhello"), "hello");
        assert_eq!(text(b"no size\r\n"), "");
    }

    #[test]
    fn what_is_told_of_an_answer_is_bounded() {
        let head = format!(
            "HTTP/1.1 400 {}\r\nServer: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
            "x".repeat(5_000),
            "y".repeat(5_000)
        );
        let body = b"2e\r\n{\"msg\":\"no SSL certificate came with the ask\"}\r\n0\r\n\r\n";
        let answer = Answer::read(head.as_bytes(), body.to_vec()).unwrap();
        assert!(answer.told().len() < 500);
        let target = Target::of("http://h").unwrap();
        let told = judged(&answer, &target, false).text;
        assert!(
            told.ends_with(": no SSL certificate came with the ask"),
            "{told}"
        );
    }

    /// Where no proxy is on the way, a server may say of itself what it likes.
    #[test]
    fn only_a_proxy_is_taken_for_one() {
        let head = b"HTTP/1.1 401 No\r\nServer: tinyproxy/1.11\r\n\r\n";
        let answer = Answer::read(head, Vec::new()).unwrap();
        let target = Target::of("http://h").unwrap();
        assert_eq!(judged(&answer, &target, true).name, "proxy");
        assert_eq!(judged(&answer, &target, false).name, "HTTP");
    }
}

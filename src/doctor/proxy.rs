//! A proxy on the way: which one, who has named it, and whether it lets us through.

use super::Server;
use super::short::short;
use super::stream::{Stream, head};
use super::target::{Target, bare, place};
use crate::livy::TransportKind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::client::proxy::matcher::Matcher;
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use tower_service::Service;

#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) port: u16,
    user: Option<(String, String)>,
    /// The value of `Proxy-Authorization`.
    basic: Option<String>,
    /// Who has named it.
    origin: String,
}

impl Proxy {
    /// The server's own, else that of the environment, which is not for this machine's own servers.
    pub(super) fn of(server: &Server, target: &Target) -> Option<Proxy> {
        if let Some(proxy) = &server.transport.proxy {
            let url = proxy.with_user().ok()?.to_string();
            let origin = server.proxy_origin.clone();
            let matcher = Matcher::builder().all(url).build();
            return Proxy::found(&matcher, target, origin.unwrap_or_default());
        }
        if target.is_loopback() {
            return None;
        }
        Proxy::found(&Matcher::from_system(), target, variable(target.is_tls))
    }

    /// Its user and password as the client of requests reads them.
    fn found(matcher: &Matcher, target: &Target, origin: String) -> Option<Proxy> {
        let found = matcher.intercept(&target.uri)?;
        let basic = found.basic_auth().and_then(|value| value.to_str().ok());
        let raw = found.raw_auth();
        let raw = raw.map(|(user, password)| (user.to_owned(), password.to_owned()));
        Some(Proxy {
            user: raw.or_else(|| basic.and_then(pair)),
            basic: basic.map(str::to_owned),
            ..Proxy::at(found.uri(), origin)?
        })
    }

    fn at(uri: &Uri, origin: String) -> Option<Proxy> {
        let scheme = uri.scheme_str().unwrap_or("http").to_owned();
        let usual = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => 1080,
        };
        Some(Proxy {
            host: bare(uri.host()?),
            port: uri.port_u16().unwrap_or(usual),
            scheme,
            user: None,
            basic: None,
            origin,
        })
    }

    pub(super) fn is_socks(&self) -> bool {
        self.scheme.starts_with("socks")
    }

    /// What it is, without its password.
    pub(super) fn told(&self) -> String {
        let user = match &self.user {
            Some((user, _)) if user.is_empty() => ", with a password".to_owned(),
            Some((user, _)) => format!(", as {user}"),
            None => String::new(),
        };
        let at = place(&self.host, self.port);
        format!("{}://{at}{user} ({})", self.scheme, self.origin)
    }

    /// The header that signs on to it, as a line.
    pub(super) fn header(&self) -> String {
        match &self.basic {
            Some(basic) => format!("Proxy-Authorization: {basic}\r\n"),
            None => String::new(),
        }
    }

    /// What of it is not to be seen.
    pub(super) fn secrets(&self) -> Vec<String> {
        let password = self.user.as_ref().map(|(_, password)| password.clone());
        let pair = self
            .basic
            .as_ref()
            .and_then(|basic| basic.strip_prefix("Basic "));
        let secrets = password.into_iter().chain(pair.map(str::to_owned));
        secrets.filter(|secret| secret.len() >= 6).collect()
    }

    /// A way through it to the server.
    pub(super) async fn tunnel(
        &self,
        mut stream: Stream,
        target: &Target,
        limit: Duration,
    ) -> Result<Stream, (String, TransportKind)> {
        let at = target.at();
        let request = format!(
            "CONNECT {at} HTTP/1.1\r\nHost: {at}\r\n{}\r\n",
            self.header()
        );
        let asked = async {
            stream.write_all(request.as_bytes()).await?;
            let mut read = Vec::new();
            head(&mut stream, &mut read).await?;
            io::Result::Ok(read)
        };
        let answer = match timeout(limit, asked).await {
            Ok(Ok(answer)) => String::from_utf8_lossy(&answer).into_owned(),
            Ok(Err(error)) => {
                return Err((
                    format!("the proxy ended it ({error})"),
                    TransportKind::Proxy,
                ));
            }
            Err(_) => {
                let told = format!("the proxy has not answered within {} s", limit.as_secs());
                return Err((told, TransportKind::Proxy));
            }
        };
        let line = answer.lines().next().unwrap_or_default();
        match line.split(' ').nth(1) {
            Some(status) if status.starts_with('2') => Ok(stream),
            // Tinyproxy says 401, as a server does.
            Some("401" | "407") => Err((refused(line), TransportKind::ProxyIdentity)),
            _ => Err((
                format!("the proxy does not connect to {at} (“{}”)", short(line)),
                TransportKind::Proxy,
            )),
        }
    }

    /// The same by SOCKS, on a connection of its own.
    pub(super) async fn socks(
        &self,
        target: &Target,
        limit: Duration,
    ) -> Result<Stream, (String, TransportKind)> {
        let unusable = || {
            (
                "the proxy's address is none".to_owned(),
                TransportKind::Proxy,
            )
        };
        let at = place(&self.host, self.port);
        let own = format!("http://{at}").parse().map_err(|_| unusable())?;
        let to = format!("https://{}", target.at());
        let to = to.parse().map_err(|_| unusable())?;
        let mut connector =
            SocksV5::new(own, HttpConnector::new()).local_dns(self.scheme == "socks5");
        if let Some((user, password)) = &self.user {
            connector = connector.with_auth(user.clone(), password.clone());
        }
        match timeout(limit, connector.call(to)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream.into_inner())),
            Ok(Err(error)) => {
                let told = error.to_string();
                let words = ["credentials", "user/pass", "auth"];
                let kind = match words.iter().any(|word| told.contains(word)) {
                    true => TransportKind::ProxyIdentity,
                    false => TransportKind::Proxy,
                };
                Err((
                    format!("the proxy does not connect to {} ({told})", target.at()),
                    kind,
                ))
            }
            Err(_) => {
                let told = format!("the proxy has not answered within {} s", limit.as_secs());
                Err((told, TransportKind::Proxy))
            }
        }
    }
}

pub(super) fn refused(line: &str) -> String {
    format!(
        "the proxy wants a user and password that it knows (“{}”)",
        short(line)
    )
}

/// What stands in a header.
fn pair(basic: &str) -> Option<(String, String)> {
    let pair = STANDARD.decode(basic.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (user, password) = pair.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The variable that names a proxy, as the client of requests looks for it.
fn variable(is_tls: bool) -> String {
    let own = match is_tls {
        true => ["HTTPS_PROXY", "https_proxy"],
        false => ["HTTP_PROXY", "http_proxy"],
    };
    let mut all = own.into_iter().chain(["ALL_PROXY", "all_proxy"]);
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match all.find(is_set) {
        Some(name) => format!("environment variable {name}"),
        None => "the system's settings".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::livy::ProxyServer;

    fn found(url: &str, user: Option<&str>, password: Option<&str>, to: &str) -> Proxy {
        let proxy = ProxyServer {
            url: url.to_owned(),
            user: user.map(str::to_owned),
            password: password.map(str::to_owned),
        };
        let url = proxy.with_user().unwrap().to_string();
        let matcher = Matcher::builder().all(url).build();
        Proxy::found(&matcher, &Target::of(to).unwrap(), "here".to_owned()).unwrap()
    }

    #[test]
    fn who_signs_on_to_a_proxy_is_read_as_the_client_does() {
        let basic = |pair: &str| Some(format!("Basic {}", STANDARD.encode(pair)));
        for to in ["http://h", "https://h"] {
            let proxy = found("http://a%40b@p:3128", None, Some("s%cr:t"), to);
            assert_eq!(proxy.basic, basic("a@b:s%cr:t"));
            assert_eq!(proxy.told(), "http://p:3128, as a@b (here)");
            let proxy = found("http://p:3128", Some("a@b"), None, to);
            assert_eq!(proxy.basic, basic("a@b:"));
            let proxy = found("http://p:3128", None, Some("s3cret"), to);
            assert_eq!(proxy.basic, basic(":s3cret"));
            assert_eq!(proxy.told(), "http://p:3128, with a password (here)");
            assert!(proxy.secrets().contains(&"s3cret".to_owned()));
            let proxy = found("http://p:3128", None, None, to);
            assert_eq!((&proxy.basic, proxy.header().as_str()), (&None, ""));
            let proxy = found("socks5h://a%40b@p", None, Some("x y"), to);
            let user = ("a@b".to_owned(), "x y".to_owned());
            assert_eq!((proxy.user, proxy.port), (Some(user), 1080));
        }
    }
}

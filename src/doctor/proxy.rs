//! A proxy on the way: which one, who has named it, and whether it lets us through.

use super::Server;
use super::stream::{Stream, head};
use super::target::{Target, bare, place};
use crate::livy::{ProxyServer, TransportKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::client::proxy::matcher::Matcher;
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
            let origin = server.proxy_origin.clone();
            return Proxy::configured(proxy, origin.unwrap_or_default());
        }
        if target.is_loopback() {
            return None;
        }
        let found = Matcher::from_system().intercept(&target.uri)?;
        let basic = found.basic_auth().and_then(|value| value.to_str().ok());
        let user = found.raw_auth();
        Some(Proxy {
            basic: basic.map(str::to_owned),
            user: user.map(|(user, password)| (user.to_owned(), password.to_owned())),
            ..Proxy::at(found.uri(), variable(target.is_tls))?
        })
    }

    fn configured(proxy: &ProxyServer, origin: String) -> Option<Proxy> {
        let uri: Uri = proxy.url.parse().ok()?;
        let in_url = uri.authority()?.as_str().rsplit_once('@');
        let in_url = in_url.map(|(user, _)| user.to_owned());
        let user = proxy.user.clone().or(in_url);
        let password = proxy.password.clone().unwrap_or_default();
        let user = user.map(|user| (user, password));
        let basic = user.as_ref().map(|(user, password)| {
            let pair = STANDARD.encode(format!("{user}:{password}"));
            format!("Basic {pair}")
        });
        Some(Proxy {
            user,
            basic,
            ..Proxy::at(&uri, origin)?
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
        let user = match (&self.user, &self.basic) {
            (Some((user, _)), _) => format!(", as {user}"),
            (None, Some(_)) => ", with a user and password".to_owned(),
            (None, None) => String::new(),
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
            head(&mut stream).await
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
                format!("the proxy does not connect to {at} (“{line}”)"),
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
    format!("the proxy wants a user and password that it knows (“{line}”)")
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

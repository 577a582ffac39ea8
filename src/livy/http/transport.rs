//! How a server is reached: certificates, a proxy, and what every request carries.

use super::cookies::Cookies;
use super::failed::causes;
use super::url::{is_loopback, redacted, shown};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Identity, Proxy, Url};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// A shorter value would be found in words that have nothing to do with it.
pub(super) const SHORTEST_CONCEALED: usize = 6;

/// How a server is reached, where that is not as usual.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// Of every request, beside or instead of the usual ones.
    pub headers: Vec<(String, String)>,
    /// Of every request.
    pub query: Vec<(String, String)>,
    /// Authorities that are trusted beside the system's, as PEM.
    pub authorities: Option<Vec<u8>>,
    /// The client's own certificate and its key, as PEM.
    pub certificate: Option<Vec<u8>>,
    pub proxy: Option<ProxyServer>,
    /// Whoever answers is believed.
    pub is_insecure: bool,
    /// Answers are not to be compressed.
    pub is_unpacked: bool,
    /// No request waits for longer.
    pub longest: Option<Duration>,
}

/// What requests go through.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyServer {
    /// Of the scheme `http`, `https`, `socks5` or `socks5h`.
    pub url: String,
    pub user: Option<String>,
    pub password: Option<String>,
}

/// Keys and passwords are not shown.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field(
                "proxy",
                &self.proxy.as_ref().map(|proxy| redacted(&proxy.url)),
            )
            .field("is_insecure", &self.is_insecure)
            .field("longest", &self.longest)
            .finish_non_exhaustive()
    }
}

/// What cannot be as it was asked for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TransportRefused {
    #[error("the header “{0}” cannot be sent")]
    Header(String),
    #[error("{what} cannot be used: {reason}")]
    Pem { what: &'static str, reason: String },
    #[error("{url} is no proxy's URL: {reason}")]
    Proxy { url: String, reason: String },
    #[error("{url}: {reason}")]
    Other { url: String, reason: String },
}

impl TransportRefused {
    pub fn hint(&self) -> &'static str {
        match self {
            TransportRefused::Header(_) => "a name has no blanks, a value is one line",
            TransportRefused::Pem { .. } => {
                "it is to be PEM: text between -----BEGIN …----- and -----END …-----"
            }
            TransportRefused::Proxy { .. } => {
                "it looks like http://host:3128 or socks5h://host:1080"
            }
            TransportRefused::Other { .. } => "check the URL and the settings of TLS",
        }
    }
}

impl Transport {
    /// What of its headers and query may be a secret, as it is and as it stands in a URL; the longest
    /// first, for one may hold another.
    pub fn concealed(&self) -> Vec<String> {
        let given = self.headers.iter().chain(&self.query);
        let given = given.filter(|(_, value)| value.chars().count() >= SHORTEST_CONCEALED);
        let mut all: Vec<String> = given
            .flat_map(|(_, value)| {
                let sent = in_url(value);
                [value.clone(), sent.replace('+', "%20"), sent]
            })
            .collect();
        all.sort_by_key(|text| std::cmp::Reverse(text.len()));
        all.dedup();
        all
    }

    /// Whether a proxy answers what it does not let through in the server's place. The environment may name
    /// one, too; in a tunnel it answers nothing.
    pub(super) fn meets_proxy(&self, url: &Url) -> bool {
        let is_tunnel = url.scheme() == "https";
        !is_tunnel && (self.proxy.is_some() || !is_loopback(url))
    }

    /// The same way to where nobody is to know who asks: without what every request has, and without the
    /// client's certificate.
    pub(in crate::livy) fn of_nobody(&self) -> Transport {
        Transport {
            headers: Vec::new(),
            query: Vec::new(),
            certificate: None,
            ..self.clone()
        }
    }

    /// The same way to another address. What every request has is the API's own, and goes to its host alone.
    pub fn beside(&self, api: &str, other: &str) -> Transport {
        let origin = |url: &str| Url::parse(url.trim()).ok().map(|url| url.origin());
        let headers = match origin(api) == origin(other) {
            true => self.headers.clone(),
            false => Vec::new(),
        };
        Transport {
            headers,
            query: Vec::new(),
            ..self.clone()
        }
    }

    /// Makes the client; for an https URL this reads the system's certificates (some 5 ms).
    pub(super) fn client(
        &self,
        url: &Url,
        cookies: Arc<Cookies>,
    ) -> Result<Client, TransportRefused> {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let mut builder = Client::builder()
            .default_headers(self.header_map()?)
            .user_agent(concat!("livysh/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .cookie_provider(cookies)
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_nodelay(true);
        let pem = |what| {
            move |error: reqwest::Error| TransportRefused::Pem {
                what,
                reason: causes(&error),
            }
        };
        if url.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        } else if let Some(authorities) = &self.authorities {
            let authorities = Certificate::from_pem_bundle(authorities)
                .map_err(pem("the file of authorities"))?;
            builder = builder.tls_certs_merge(authorities);
        }
        if let Some(certificate) = &self.certificate {
            let identity =
                Identity::from_pem(certificate).map_err(pem("the client's certificate"))?;
            builder = builder.identity(identity);
        }
        if self.is_unpacked {
            builder = builder.no_gzip();
        }
        if self.is_insecure {
            builder = builder.tls_danger_accept_invalid_certs(true);
        }
        match &self.proxy {
            Some(proxy) => {
                builder = builder.proxy(proxy.for_client()?);
            }
            // A proxy from the environment could not reach this machine's own loopback.
            None if is_loopback(url) => builder = builder.no_proxy(),
            None => {}
        }
        builder.build().map_err(|error| TransportRefused::Other {
            url: shown(url),
            reason: causes(&error),
        })
    }

    fn header_map(&self) -> Result<HeaderMap, TransportRefused> {
        let mut headers = HeaderMap::new();
        // Some servers refuse every change without this header, whatever its value.
        headers.insert("X-Requested-By", HeaderValue::from_static("livysh"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if self.is_unpacked {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        for (name, value) in &self.headers {
            let refused = || TransportRefused::Header(name.clone());
            let key: HeaderName = name.parse().map_err(|_| refused())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| refused())?;
            value.set_sensitive(true);
            headers.insert(key, value);
        }
        Ok(headers)
    }
}

impl ProxyServer {
    fn for_client(&self) -> Result<Proxy, TransportRefused> {
        Proxy::all(self.with_user()?).map_err(|error| self.refused(causes(&error)))
    }

    fn refused(&self, reason: String) -> TransportRefused {
        TransportRefused::Proxy {
            url: redacted(&self.url),
            reason,
        }
    }

    /// Its URL as the client is given it: with the user and the password.
    pub fn with_user(&self) -> Result<Url, TransportRefused> {
        let refused = |reason: String| self.refused(reason);
        let mut url = Url::parse(&self.url).map_err(|error| refused(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
            return Err(refused(format!("{} is not spoken", url.scheme())));
        }
        if url.password().is_some() {
            return Err(refused("it holds a password".to_owned()));
        }
        let is_set = match &self.user {
            Some(user) => url.set_username(user),
            None => Ok(()),
        };
        is_set
            .and_then(|()| url.set_password(self.password.as_deref()))
            .map_err(|()| refused("it has no host".to_owned()))?;
        Ok(url)
    }
}

/// How a value is written in a query.
fn in_url(value: &str) -> String {
    match Url::parse_with_params("http://h", [("", value)]) {
        Ok(url) => url
            .query()
            .unwrap_or_default()
            .trim_start_matches('=')
            .to_owned(),
        Err(_) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(transport: Transport) -> String {
        let url = Url::parse("https://h").unwrap();
        transport
            .client(&url, Arc::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_cannot_be_is_told_without_its_secrets() {
        let proxy = |url: &str| Transport {
            proxy: Some(ProxyServer {
                url: url.to_owned(),
                user: None,
                password: Some("hunter2".to_owned()),
            }),
            ..Transport::default()
        };
        let told = refused(proxy("ftp://me:hunter3@proxy"));
        assert_eq!(told, "ftp://***@proxy is no proxy's URL: ftp is not spoken");
        let told = refused(proxy("http://me:hunter3@proxy"));
        assert_eq!(
            told,
            "http://***@proxy is no proxy's URL: it holds a password"
        );
        assert!(refused(proxy("proxy:3128:4")).contains("is no proxy's URL"));
        assert!(!format!("{:?}", proxy("http://me:hunter3@proxy")).contains("hunter"));
        let header = Transport {
            headers: vec![("a b".to_owned(), "c".to_owned())],
            ..Transport::default()
        };
        assert_eq!(refused(header), "the header “a b” cannot be sent");
        let certificate = Transport {
            certificate: Some(b"hunter2".to_vec()),
            ..Transport::default()
        };
        let told = refused(certificate);
        assert!(
            told.starts_with("the client's certificate cannot be used: "),
            "{told}"
        );
        assert!(!told.contains("hunter2"));
    }

    #[test]
    fn what_is_the_apis_goes_to_no_other_host() {
        let pair = |name: &str| vec![(name.to_owned(), "s3cret".to_owned())];
        let transport = Transport {
            headers: pair("X-Key"),
            query: pair("key"),
            is_insecure: true,
            ..Transport::default()
        };
        let api = "https://gw:8443/gateway/a/livy";
        for (other, is_same) in [
            ("https://gw:8443/gateway/b/knoxtoken/api/v1/token", true),
            ("https://gw/gateway/b", false),
            ("http://gw:8443/gateway/b", false),
            ("https://other:8443/gateway/b", false),
        ] {
            let beside = transport.beside(api, other);
            assert_eq!(beside.headers.len(), usize::from(is_same), "{other}");
            assert!(beside.query.is_empty() && beside.is_insecure);
        }
    }

    #[test]
    fn nobody_shows_nothing_of_who_asks() {
        let transport = Transport {
            headers: vec![("X-Key".to_owned(), "hunter2".to_owned())],
            query: vec![("key".to_owned(), "hunter2".to_owned())],
            certificate: Some(b"key".to_vec()),
            authorities: Some(b"authority".to_vec()),
            ..Transport::default()
        };
        let shown = Transport {
            authorities: Some(b"authority".to_vec()),
            ..Transport::default()
        };
        assert!(transport.of_nobody() == shown);
    }

    #[test]
    fn its_own_headers_win() {
        let transport = Transport {
            headers: vec![
                ("x-requested-by".to_owned(), "ambari".to_owned()),
                ("X-XSRF-Header".to_owned(), "1".to_owned()),
            ],
            ..Transport::default()
        };
        let headers = transport.header_map().unwrap();
        assert_eq!(headers["x-requested-by"], "ambari");
        assert_eq!(
            (&headers["x-xsrf-header"], headers.len()),
            (&HeaderValue::from_static("1"), 3)
        );
    }
}

//! The server's address, taken apart.

use http::Uri;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) is_tls: bool,
    /// As it is looked up: an address without its brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// As it stands in the URL.
    pub(super) authority: String,
    /// Of the list of sessions.
    pub(super) path: String,
    pub(super) uri: Uri,
}

impl Target {
    /// From the root of a Livy API, as it is shown.
    pub(super) fn of(root: &str) -> Option<Target> {
        let uri: Uri = root.parse().ok()?;
        let is_tls = uri.scheme_str() == Some("https");
        let usual = if is_tls { 443 } else { 80 };
        let path = uri.path().trim_end_matches('/');
        Some(Target {
            is_tls,
            host: bare(uri.host()?),
            port: uri.port_u16().unwrap_or(usual),
            authority: uri.authority()?.as_str().to_owned(),
            path: format!("{path}/sessions"),
            uri,
        })
    }

    /// Whether it is this machine's own.
    pub(super) fn is_loopback(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// As a proxy is asked for it.
    pub(super) fn at(&self) -> String {
        place(&self.host, self.port)
    }
}

/// A host without the brackets of an address.
pub(super) fn bare(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned()
}

/// A host and a port as people write them.
pub(super) fn place(host: &str, port: u16) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let target = Target::of("https://gw.example/livy").unwrap();
        assert_eq!(target.at(), "gw.example:443");
        assert_eq!(target.path, "/livy/sessions");
        assert!(target.is_tls && !target.is_loopback());
        let own = Target::of("http://[::1]:8998").unwrap();
        assert_eq!(
            (own.host.as_str(), own.at().as_str(), own.path.as_str()),
            ("::1", "[::1]:8998", "/sessions")
        );
        assert!(own.is_loopback() && !own.is_tls);
    }
}

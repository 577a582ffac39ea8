//! A request that was not answered.

use std::fmt;

/// How far a request got before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// The host's name has no address.
    NameNotFound,
    /// Nobody listens there, or a firewall refuses.
    Refused,
    /// The connection could not be made for another reason.
    Unreachable,
    /// The proxy cannot be reached, or makes no connection to the server.
    Proxy,
    /// The proxy wants to know who asks, or does not accept it.
    ProxyIdentity,
    /// The handshake was not accepted.
    Tls,
    /// The server's certificate is not believed.
    Certificate(Distrust),
    /// The server wants the client's certificate, or does not believe it.
    ClientCertificate,
    /// No answer within the request's time.
    Timeout,
    /// The connection ended before the answer was whole.
    Cut,
}

/// Why a server's certificate is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// Nobody who is known has signed it.
    Unknown,
    /// Its time is over, or has not begun.
    OutOfDate,
    /// It is of another host.
    OtherName,
}

impl TransportKind {
    /// Whether the same request may succeed a little later.
    pub(super) fn is_passing(self) -> bool {
        match self {
            TransportKind::NameNotFound
            | TransportKind::Refused
            | TransportKind::Unreachable
            | TransportKind::Proxy
            | TransportKind::Timeout
            | TransportKind::Cut => true,
            TransportKind::ProxyIdentity
            | TransportKind::Tls
            | TransportKind::Certificate(_)
            | TransportKind::ClientCertificate => false,
        }
    }
}

#[derive(Debug, Clone)]
pub struct TransportError {
    pub kind: TransportKind,
    /// Without user, password and query.
    pub url: String,
    /// The innermost cause, in the words of the system or the TLS library.
    pub cause: String,
}

impl TransportError {
    pub(super) fn hint(&self) -> Option<String> {
        let hint = match self.kind {
            TransportKind::NameNotFound => {
                "check the host's name, and whether a VPN or a proxy is needed"
            }
            TransportKind::Refused => {
                "check host and port, and that the Livy server runs (its usual port is 8998)"
            }
            TransportKind::Unreachable => "check the network, a VPN or the proxy settings",
            TransportKind::Proxy => {
                "check the proxy's address, its user and password, and whether it may connect to \
                 that host and port"
            }
            TransportKind::ProxyIdentity => {
                "name a user of the proxy: proxy = { url = \"…\", user = \"…\", password_env = \
                 \"…\" } in the profile, or --proxy http://USER@HOST:PORT with the password in \
                 LIVYSH_PROXY_PASSWORD"
            }
            TransportKind::Tls => "check the certificate, and whether http:// is meant",
            TransportKind::Certificate(Distrust::Unknown) => {
                "name the authority that has signed it: --ca-file FILE, or tls = { ca_file = \"…\" } \
                 in the profile"
            }
            TransportKind::Certificate(Distrust::OutOfDate) => {
                "it is the server's administrator who renews it; check this machine's clock, too"
            }
            TransportKind::Certificate(Distrust::OtherName) => {
                "use the name that the certificate is made for"
            }
            TransportKind::ClientCertificate => {
                "give the certificate that the server wants: tls = { cert_file = \"…\", key_file = \
                 \"…\" } in the profile"
            }
            TransportKind::Timeout | TransportKind::Cut => {
                "the server or a gateway before it may be overloaded; try again"
            }
        };
        Some(hint.to_owned())
    }
}

impl std::error::Error for TransportError {}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TransportKind::NameNotFound => "the host's name was not found",
            TransportKind::Refused => "the connection was refused",
            TransportKind::Unreachable => "the server could not be reached",
            TransportKind::Proxy => "the proxy made no connection",
            TransportKind::ProxyIdentity => "the proxy wants a user and password that it knows",
            TransportKind::Tls => "no secure connection could be made",
            TransportKind::Certificate(Distrust::Unknown) => {
                "the server's certificate is signed by nobody who is known here"
            }
            TransportKind::Certificate(Distrust::OutOfDate) => {
                "the server's certificate is out of date"
            }
            TransportKind::Certificate(Distrust::OtherName) => {
                "the server's certificate is of another host"
            }
            TransportKind::ClientCertificate => {
                "the server wants a certificate of yours that it trusts"
            }
            TransportKind::Timeout => "no answer came in time",
            TransportKind::Cut => "the connection was cut before the answer was whole",
        };
        write!(f, "{}: {what}", self.url)?;
        if !self.cause.is_empty() {
            write!(f, " ({})", self.cause)?;
        }
        Ok(())
    }
}

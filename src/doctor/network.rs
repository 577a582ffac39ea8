//! The name and the connection.

use super::check::{Check, hint_of};
use super::report::Report;
use super::target::place;
use crate::livy::{TransportKind, length_in_words};
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// So many addresses of a name are told.
const TOLD: usize = 4;

/// Where to, and how long each step may take.
pub(super) struct Way<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) limit: Duration,
    pub(super) whose: Whose<'a>,
}

/// Who is to be there.
pub(super) enum Whose<'a> {
    Server {
        /// What a profile says to try.
        tunnel_hint: Option<&'a str>,
    },
    Proxy,
}

impl Whose<'_> {
    /// Before an address.
    fn called(&self) -> &'static str {
        match self {
            Whose::Server { .. } => "",
            Whose::Proxy => "the proxy ",
        }
    }
}

/// A connection, where there is one. Its addresses have the time of one step together.
pub(super) async fn dial(way: &Way<'_>, report: &mut Report<'_>) -> Option<TcpStream> {
    report.progress("looking up the name");
    let addresses = match addresses(way).await {
        Ok(addresses) => addresses,
        Err(told) => {
            report.tell(barred("name", told, TransportKind::NameNotFound, way));
            report.tell(Check::skipped("connection", "there is no address"));
            return None;
        }
    };
    report.tell(Check::ok("name", named(way.host, &addresses)));
    report.progress("connecting");
    let began = Instant::now();
    match connect(&addresses, way).await {
        Ok(made) => {
            let took = began.elapsed().as_millis();
            let called = way.whose.called();
            let told = format!("{called}{} takes connections ({took} ms)", made.address);
            report.tell(connected(told, &made.before));
            Some(made.stream)
        }
        Err((told, kind)) => {
            report.tell(barred("connection", told, kind, way));
            None
        }
    }
}

async fn addresses(way: &Way<'_>) -> Result<Vec<SocketAddr>, String> {
    match timeout(way.limit, lookup_host((way.host, way.port))).await {
        Err(_) => Err(format!(
            "{}{} was not found within {} s",
            way.whose.called(),
            way.host,
            way.limit.as_secs()
        )),
        Ok(Err(error)) => Err(format!(
            "{}{} has no address ({error})",
            way.whose.called(),
            way.host
        )),
        Ok(Ok(found)) => {
            let found: Vec<SocketAddr> = found.collect();
            match found.is_empty() {
                true => Err(format!("{} has no address", way.host)),
                false => Ok(found),
            }
        }
    }
}

fn named(host: &str, addresses: &[SocketAddr]) -> String {
    if host.parse::<IpAddr>().is_ok() {
        return format!("{host} is an address");
    }
    let told = addresses.iter().take(TOLD);
    let told: Vec<String> = told.map(|address| address.ip().to_string()).collect();
    let more = match addresses.len() {
        count if count > TOLD => format!(" and {} more", count - TOLD),
        _ => String::new(),
    };
    format!("{host} is {}{more}", told.join(", "))
}

/// A connection, and what became of the addresses that were tried before it.
struct Made {
    stream: TcpStream,
    address: SocketAddr,
    before: Vec<Tried>,
}

/// An address that took no connection.
struct Tried {
    told: String,
    kind: TransportKind,
    /// Whether nothing was heard of it.
    is_silent: bool,
}

/// To the first that takes it; else why the last one does not. One that is silent leaves time for the others,
/// as in the client of requests.
async fn connect(addresses: &[SocketAddr], way: &Way<'_>) -> Result<Made, (String, TransportKind)> {
    let deadline = Instant::now() + way.limit;
    let mut before: Vec<Tried> = Vec::new();
    for (number, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / (addresses.len() - number).try_into().unwrap_or(u32::MAX);
        match attempt(address, share, way).await {
            Ok(stream) => {
                return Ok(Made {
                    stream,
                    address: *address,
                    before,
                });
            }
            Err(tried) => before.push(tried),
        }
    }
    let last = before.pop().map(|last| (last.told, last.kind));
    Err(last.unwrap_or((String::new(), TransportKind::Unreachable)))
}

async fn attempt(address: &SocketAddr, limit: Duration, way: &Way<'_>) -> Result<TcpStream, Tried> {
    let at = place(&address.ip().to_string(), address.port());
    let at = format!("{}{at}", way.whose.called());
    let (told, kind, is_silent) = match timeout(limit, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => (
            format!("{at} refused the connection"),
            TransportKind::Refused,
            false,
        ),
        Ok(Err(error)) => (
            format!("{at} cannot be reached ({error})"),
            TransportKind::Unreachable,
            false,
        ),
        Err(_) => (
            format!("{at} has not answered within {}", length_in_words(limit)),
            TransportKind::Unreachable,
            true,
        ),
    };
    Err(Tried {
        told,
        kind,
        is_silent,
    })
}

/// A name often has an address where nobody listens; each connection waits for one that is silent.
fn connected(told: String, before: &[Tried]) -> Check {
    let others: Vec<&str> = before
        .iter()
        .take(TOLD)
        .map(|tried| tried.told.as_str())
        .collect();
    let told = match others.is_empty() {
        true => told,
        false => format!("{told}; {}", others.join("; ")),
    };
    match before.iter().any(|tried| tried.is_silent) {
        true => Check::warning(
            "connection",
            told,
            "each connection may wait for it: ask who has registered the name to take that address out",
        ),
        false => Check::ok("connection", told),
    }
}

/// A profile's own hint goes first; it says nothing of a proxy.
fn barred(name: &'static str, told: String, kind: TransportKind, way: &Way<'_>) -> Check {
    let hint = match way.whose {
        Whose::Proxy => {
            "check the proxy's address, and that it runs; the line above says who has named it"
                .to_owned()
        }
        Whose::Server { tunnel_hint } => {
            let hints = tunnel_hint.map(str::to_owned).into_iter();
            let hints: Vec<String> = hints.chain(hint_of(kind)).collect();
            hints.join("\n")
        }
    };
    Check {
        hint: Some(hint),
        ..Check::barred(name, told, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[tokio::test]
    async fn an_address_where_nobody_listens_is_named() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = listener.local_addr().unwrap();
        // Nobody but root can listen there.
        let nobody: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let way = Way {
            host: "h",
            port: 1,
            limit: Duration::from_secs(60),
            whose: Whose::Server { tunnel_hint: None },
        };
        let made = connect(&[nobody, there], &way).await.ok().unwrap();
        assert_eq!(made.address, there);
        let check = connected(format!("{there} takes connections"), &made.before);
        assert_eq!(check.state, State::Ok);
        assert!(
            check
                .text
                .ends_with("connections; 127.0.0.1:1 refused the connection"),
            "{}",
            check.text
        );
        let silent = Tried {
            told: "10.0.0.1:1 has not answered within 5 s".to_owned(),
            kind: TransportKind::Unreachable,
            is_silent: true,
        };
        let check = connected("h takes connections".to_owned(), &[silent]);
        assert_eq!(check.state, State::Warning);
        assert!(check.text.contains("10.0.0.1:1"), "{}", check.text);
        assert!(connect(&[nobody], &way).await.is_err());
    }
}

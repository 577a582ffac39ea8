//! The name and the connection.

use super::check::{Check, hint_of};
use super::report::Report;
use super::target::place;
use crate::livy::TransportKind;
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
    /// What a profile says to try.
    pub(super) tunnel_hint: Option<&'a str>,
}

/// A connection, where there is one.
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
    match connect(&addresses, way.limit).await {
        Ok((stream, address)) => {
            let took = began.elapsed().as_millis();
            let told = format!("{address} takes connections ({took} ms)");
            report.tell(Check::ok("connection", told));
            Some(stream)
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
            "{} was not found within {} s",
            way.host,
            way.limit.as_secs()
        )),
        Ok(Err(error)) => Err(format!("{} has no address ({error})", way.host)),
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

/// To the first that takes it; else why the last one does not.
async fn connect(
    addresses: &[SocketAddr],
    limit: Duration,
) -> Result<(TcpStream, SocketAddr), (String, TransportKind)> {
    let mut failed = (String::new(), TransportKind::Unreachable);
    for address in addresses {
        let at = place(&address.ip().to_string(), address.port());
        failed = match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => (
                format!("{at} refused the connection"),
                TransportKind::Refused,
            ),
            Ok(Err(error)) => (
                format!("{at} cannot be reached ({error})"),
                TransportKind::Unreachable,
            ),
            Err(_) => (
                format!("{at} has not answered within {} s", limit.as_secs()),
                TransportKind::Unreachable,
            ),
        };
    }
    Err(failed)
}

/// A profile's own hint goes first.
fn barred(name: &'static str, told: String, kind: TransportKind, way: &Way<'_>) -> Check {
    let hints = way.tunnel_hint.map(str::to_owned).into_iter();
    let hints: Vec<String> = hints.chain(hint_of(kind)).collect();
    Check {
        hint: Some(hints.join("\n")),
        ..Check::barred(name, told, kind)
    }
}

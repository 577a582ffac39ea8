//! The handshake, as the client of requests makes it, and what is learnt from it.

use super::Server;
use super::certificate::{Facts, distinguished};
use super::check::{Check, hint_of};
use super::report::Report;
use super::short::short;
use super::stream::Stream;
use super::target::Target;
use super::times::day;
use super::verifier::{Asked, Verifier, config};
use crate::livy::{Distrust, TransportKind, kind_of_handshake, length_in_words};
use rustls::pki_types::ServerName;
use rustls::{InvalidMessage, ProtocolVersion};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// One that ends so soon is worth a word.
const ENDS_SOON: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A connection that nobody reads on the way, and what the server has asked for.
pub(super) struct Secured {
    pub(super) stream: Stream,
    pub(super) asked: Arc<Asked>,
}

pub(super) async fn secure(
    stream: Stream,
    target: &Target,
    server: &Server,
    limit: Duration,
    report: &mut Report<'_>,
) -> Option<Secured> {
    report.progress("TLS");
    let (verifier, asked) = match Verifier::of(&server.transport) {
        Ok(made) => made,
        Err(told) => {
            report.tell(Check::barred("TLS", told, TransportKind::Tls));
            return None;
        }
    };
    let name = ServerName::try_from(target.host.clone());
    let (Ok(config), Ok(name)) = (config(verifier.clone(), asked.clone()), name) else {
        let told = format!("{} is no name for a handshake", target.host);
        report.tell(Check::barred("TLS", told, TransportKind::Tls));
        return None;
    };
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let check = match timeout(limit, shaken).await {
        Ok(Ok(stream)) => {
            let version = stream.get_ref().1.protocol_version();
            report.tell(believed(&verifier, version, server.transport.is_insecure));
            return Some(Secured {
                stream: Box::new(stream),
                asked,
            });
        }
        Ok(Err(error)) => broken(&error, &verifier, target),
        Err(_) => {
            let told = format!("no handshake within {} s", limit.as_secs());
            let hint = "check the port, and whether http:// is meant";
            Check {
                hint: Some(hint.to_owned()),
                ..Check::barred("TLS", told, TransportKind::Tls)
            }
        }
    };
    report.tell(check);
    None
}

fn believed(verifier: &Verifier, version: Option<ProtocolVersion>, is_insecure: bool) -> Check {
    let version = match version {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        Some(_) | None => "TLS",
    };
    let seen = verifier.seen();
    let now = SystemTime::now();
    let Some(own) = seen.chain.first().and_then(|der| Facts::of(der)) else {
        let told = format!("{version}; the certificate cannot be read");
        return Check::warning("TLS", told, "");
    };
    let until = day(own.until);
    let others = seen.chain.iter().skip(1).filter_map(|der| Facts::of(der));
    let others: Vec<String> = others.map(|facts| facts.subject).collect();
    let chain = match others.is_empty() {
        true => "nothing is sent with it".to_owned(),
        false => format!("sent with {}", short(&others.join(", "))),
    };
    let told = format!(
        "{version}; {} for {}, issued by {}, until {until}; {chain}",
        own.called(),
        own.hosts(),
        short(&own.issuer),
    );
    if is_insecure {
        let verdict = match &seen.objection {
            Some(error) => format!("this one would not be believed: {error}"),
            None => "this one would be believed without that".to_owned(),
        };
        let told = format!("{told}; certificates are not checked (insecure), {verdict}");
        let hint = "take insecure away, and name the authority in tls.ca_file";
        return Check::warning("TLS", told, hint);
    }
    match own.left(now) {
        Some(left) if left < ENDS_SOON => {
            let told = format!("{told}; it ends in {}", length_in_words(left));
            let hint = "it is the server's administrator who renews it";
            Check::warning("TLS", told, hint)
        }
        Some(_) | None => Check::ok("TLS", told),
    }
}

/// What a handshake's end means.
fn broken(error: &std::io::Error, verifier: &Verifier, target: &Target) -> Check {
    let Some(reason) = reason(error) else {
        let told = format!("the connection was ended in the handshake ({error})");
        return Check::barred("TLS", told, TransportKind::Tls);
    };
    if let rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) = reason {
        let told = format!("{} does not speak TLS", target.at());
        return Check {
            hint: Some("use http:// in the URL, or the port of https".to_owned()),
            ..Check::barred("TLS", told, TransportKind::Tls)
        };
    }
    let kind = kind_of_handshake(reason);
    let seen = verifier.seen();
    let chain: Vec<Facts> = seen.chain.iter().filter_map(|der| Facts::of(der)).collect();
    let told = match (kind, chain.first()) {
        (TransportKind::Certificate(Distrust::OutOfDate), Some(own)) => {
            out_of_date(own, &chain, SystemTime::now())
        }
        (TransportKind::Certificate(why), Some(own)) => distrusted(why, own, target),
        (TransportKind::ClientCertificate, _) => {
            return of_ones_own(&format!("the server ended the handshake ({reason})"));
        }
        (_, Some(facts)) => format!("{} is not taken ({reason})", facts.called()),
        (_, None) => format!("no secure connection could be made ({reason})"),
    };
    Check::barred("TLS", told, kind)
}

fn distrusted(why: Distrust, facts: &Facts, target: &Target) -> String {
    let called = facts.called();
    match why {
        Distrust::Unknown => format!(
            "{called} is issued by {}, whom nobody knows here",
            short(&facts.issuer)
        ),
        Distrust::OutOfDate => format!("{called} is out of date"),
        Distrust::OtherName => {
            format!("{called} is for {}, not for {}", facts.hosts(), target.host)
        }
    }
}

/// Which of those that were sent it is whose time is over, or has not begun.
fn out_of_date(own: &Facts, chain: &[Facts], now: SystemTime) -> String {
    let is_over = |facts: &&Facts| facts.left(now).is_none();
    if let Some(over) = chain.iter().find(is_over) {
        let with_it = match over == own {
            true => "",
            false => ", which the server sends with its own,",
        };
        let (called, since) = (over.called(), day(over.until));
        return format!("{called}{with_it} is out of date since {since}");
    }
    match chain.iter().find(|facts| facts.from > now) {
        Some(early) => format!(
            "{} holds from {} on, not yet",
            early.called(),
            day(early.from)
        ),
        None => format!("an authority of {} is out of date", own.called()),
    }
}

/// The server wants a certificate of the client's.
pub(super) fn of_ones_own(told: &str) -> Check {
    Check {
        hint: hint_of(TransportKind::ClientCertificate),
        ..Check::barred(
            "certificate",
            format!("the server wants a certificate of yours that it trusts: {told}"),
            TransportKind::ClientCertificate,
        )
    }
}

/// What is known of one's own certificate once the server has answered.
pub(super) fn own_certificate(asked: &Asked, has_one: bool) -> Option<Check> {
    let issuers = asked.issuers()?;
    let names: Vec<String> = issuers
        .iter()
        .filter_map(|der| distinguished(der))
        .collect();
    let wanted = match names.is_empty() {
        true => String::new(),
        false => format!(" issued by {}", short(&names.join(" or "))),
    };
    Some(match has_one {
        true => Check::ok(
            "certificate",
            format!("the server asked for one{wanted}; yours was shown, and is taken"),
        ),
        false => Check::ok(
            "certificate",
            format!("the server asked for one{wanted}, and takes whoever has none, too"),
        ),
    })
}

/// The reason of rustls' in an error of the connection.
pub(super) fn reason(error: &std::io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// The handshake with a proxy of the scheme `https`.
pub(super) async fn to_proxy(
    stream: Stream,
    proxy: &super::proxy::Proxy,
    server: &Server,
    report: &mut Report<'_>,
) -> Option<Stream> {
    let uri = format!("https://{}", super::target::place(&proxy.host, proxy.port));
    let target = Target::of(&uri)?;
    let secured = secure(stream, &target, server, server.limit, report).await?;
    Some(secured.stream)
}

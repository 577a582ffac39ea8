//! The way to the server, up to the first answer.

use super::Server;
use super::check::Check;
use super::http::{self, Answer};
use super::network::{self, Way, Whose};
use super::proxy::Proxy;
use super::report::Report;
use super::stream::Stream;
use super::target::Target;
use super::tls;
use crate::auth::Credential;
use crate::livy::TransportKind;

/// The answer to a question that nobody signs on for, where one came from the server.
pub(super) async fn to(
    server: &Server,
    target: &Target,
    report: &mut Report<'_>,
) -> Option<Answer> {
    let proxy = Proxy::of(server, target);
    report.tell(Check::ok(
        "proxy",
        match &proxy {
            Some(proxy) => proxy.told(),
            None if target.is_loopback() => "none: the server is this machine's own".to_owned(),
            None => "none".to_owned(),
        },
    ));
    let stream = match &proxy {
        None => {
            let tunnel_hint = server.service.tunnel_hint.as_deref();
            let whose = Whose::Server { tunnel_hint };
            connected(server, &target.host, target.port, whose, report).await?
        }
        Some(proxy) => through(proxy, server, target, report).await?,
    };
    if !target.is_tls {
        report.tell(unencrypted(server, target));
        return http::ask(stream, target, proxy.as_ref(), server.limit, report).await;
    }
    let secured = tls::secure(stream, target, server, server.limit, report).await?;
    let asked = secured.asked;
    let answer = http::ask(secured.stream, target, None, server.limit, report).await?;
    if let Some(check) = tls::own_certificate(&asked, server.transport.certificate.is_some()) {
        report.tell(check);
    }
    Some(answer)
}

/// Who is on the way to another machine reads what is sent.
fn unencrypted(server: &Server, target: &Target) -> Check {
    match &server.credential {
        Credential::Given { .. } | Credential::Printed { .. } | Credential::Fetched { .. }
            if !target.is_loopback() =>
        {
            let told = "none: whoever is on the way reads the password or token";
            Check::warning(
                "TLS",
                told,
                "use https:// in the URL, where the server has it",
            )
        }
        Credential::None
        | Credential::Given { .. }
        | Credential::Printed { .. }
        | Credential::Fetched { .. }
        | Credential::Kerberos(_)
        | Credential::Aws { .. } => Check::skipped("TLS", "the URL begins with http://"),
    }
}

async fn connected(
    server: &Server,
    host: &str,
    port: u16,
    whose: Whose<'_>,
    report: &mut Report<'_>,
) -> Option<Stream> {
    let way = Way {
        host,
        port,
        limit: server.limit,
        whose,
    };
    let stream = network::dial(&way, report).await?;
    Some(Box::new(stream))
}

/// Names are looked up by the proxy, but for `socks5`.
async fn through(
    proxy: &Proxy,
    server: &Server,
    target: &Target,
    report: &mut Report<'_>,
) -> Option<Stream> {
    let stream = connected(server, &proxy.host, proxy.port, Whose::Proxy, report).await?;
    let stream = match proxy.scheme.as_str() {
        "https" => tls::to_proxy(stream, proxy, server, report).await?,
        _ => stream,
    };
    let made = match (proxy.is_socks(), target.is_tls) {
        (true, _) => proxy.socks(target, server.limit).await,
        (false, true) => proxy.tunnel(stream, target, server.limit).await,
        // Each request goes to it as it is.
        (false, false) => return Some(stream),
    };
    match made {
        Ok(stream) => {
            let told = format!("the proxy connects to {}", target.at());
            report.tell(Check::ok("tunnel", told));
            Some(stream)
        }
        Err((told, kind @ TransportKind::ProxyIdentity)) => {
            report.tell(Check::barred("proxy", told, kind));
            None
        }
        Err((told, kind)) => {
            report.tell(Check::barred("tunnel", told, kind));
            None
        }
    }
}

//! From what is configured to the service that gives tokens, and who it knows us as.

use super::credential::{AuthSettings, credential};
use super::{Ask, AuthKind, ConfigError, Environment, Flags};
use crate::auth::TokenService;
use crate::livy::{self, Transport};
use serde::Deserialize;

/// Between a topology of Knox and its service of tokens.
const OF_KNOX: &str = "/gateway/";
const TOKENS_OF_KNOX: &str = "/knoxtoken/api/v1/token";
/// Where the time until which a token holds usually stands.
const EXPIRY: &str = "/expires_in";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TokenSource {
    /// A service.
    Http,
}

/// The service that gives tokens for this server.
pub(super) fn service(
    flags: &Flags,
    auth: &AuthSettings,
    token: &Option<String>,
    server: &str,
    transport: &Transport,
    environment: Environment<'_>,
    ask: Ask<'_>,
) -> Result<TokenService, ConfigError> {
    let url = match &auth.token_url {
        Some(url) => url.clone(),
        None => of_topology(server).ok_or(ConfigError::NoTokenUrl)?,
    };
    livy::check_url(&url).map_err(|error| ConfigError::WrongUrl(error.to_string()))?;
    let mut login = auth.login.as_deref().cloned().unwrap_or_default();
    match login.kind.get_or_insert(AuthKind::Basic) {
        AuthKind::Basic | AuthKind::Spnego | AuthKind::None => {}
        kind @ (AuthKind::Bearer | AuthKind::Header | AuthKind::Sigv4) => {
            return Err(ConfigError::OddLogin(kind.name()));
        }
    }
    let transport = transport.beside(server, &url);
    let shown = livy::shown_root(&url);
    // Of what the command line says of signing on the ticket is meant for the service.
    let flags = Flags {
        principal: flags.principal.clone(),
        keytab: flags.keytab.clone(),
        ..Flags::default()
    };
    let login = credential(&flags, &login, &shown, &transport, environment, ask)?;
    Ok(TokenService {
        url,
        login,
        token: token.clone(),
        until: Some(
            auth.expiry
                .pointer
                .clone()
                .unwrap_or_else(|| EXPIRY.to_owned()),
        ),
        unit: auth.expiry.unit,
        transport,
    })
}

/// Where Knox gives tokens for a server that it stands before: the same topology does, unless another is
/// named.
fn of_topology(server: &str) -> Option<String> {
    let (before, after) = server.split_once(OF_KNOX)?;
    let (topology, _) = after.split_once('/')?;
    Some(format!("{before}{OF_KNOX}{topology}{TOKENS_OF_KNOX}")).filter(|_| !topology.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Credential, Scheme, Secret, Unit};

    const LIVY: &str = "https://gw:8443/gateway/tokens/livy";

    fn of(auth: &str, server: &str) -> Result<TokenService, ConfigError> {
        let auth: AuthSettings = toml::from_str(auth).unwrap();
        let environment = |name: &str| (name == "MINE").then(|| "m".to_owned());
        let ask = |question: &str, _: bool| Some(format!("({question})"));
        let (flags, transport) = (Flags::default(), Transport::default());
        match credential(&flags, &auth, server, &transport, &environment, &ask)? {
            Credential::Fetched {
                scheme: Scheme::Bearer,
                service,
            } => Ok(*service),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_topology_of_the_server_gives_the_tokens() {
        let service = of("type = 'bearer'\nsource = 'http'\nlogin.user = 'me'", LIVY).unwrap();
        let url = "https://gw:8443/gateway/tokens/knoxtoken/api/v1/token";
        assert_eq!(service.url, url);
        let asked = format!("(Password for me on {url}: )");
        assert_eq!(service.login, Credential::basic("me", Secret::new(asked)));
        assert_eq!(
            (service.until.as_deref(), service.unit, service.token),
            (Some("/expires_in"), Unit::Auto, None)
        );
        for server in [
            "http://h:8998",
            "https://gw/cluster/cdp-proxy-api/livy",
            "https://gw/gateway/livy",
        ] {
            let none = of("type = 'bearer'\nsource = 'http'", server).unwrap_err();
            assert!(none.hint().contains("token_url = "), "{server}");
        }
    }

    #[test]
    fn another_service_and_another_login_can_be_named() {
        let named = "type = 'bearer'\nsource = 'http'\ntoken_url = 'https://gw:8443/t'\n\
                     token_pointer = '/t'\nexpiry = { pointer = '/e', unit = 'epoch_ms' }\n\
                     login = { type = 'basic', user = 'me', password_env = 'MINE' }";
        let service = of(named, LIVY).unwrap();
        assert_eq!(service.url, "https://gw:8443/t");
        assert_eq!(service.login, Credential::basic("me", Secret::new("m")));
        assert_eq!(
            (
                service.until.as_deref(),
                service.unit,
                service.token.as_deref()
            ),
            (Some("/e"), Unit::EpochMs, Some("/t"))
        );
        let kerberos = of(
            "type = 'bearer'\nsource = 'http'\nlogin.type = 'kerberos'",
            LIVY,
        )
        .unwrap();
        assert!(matches!(kerberos.login, Credential::Kerberos(ticket) if ticket.host == "gw"));
    }

    #[test]
    fn what_gets_no_token_is_told() {
        for (auth, told) in [
            (
                "type = 'basic'\nuser = 'u'\nsource = 'http'",
                "takes nothing from a source",
            ),
            (
                "type = 'bearer'\nsource = 'http'\nlogin.type = 'sigv4'",
                "of the type sigv4 gets no token",
            ),
            (
                "type = 'bearer'\nsource = 'http'\ntoken_url = 'https://me:hunter2@gw/t'",
                "the URL holds a user or password",
            ),
        ] {
            let error = of(auth, LIVY).unwrap_err().to_string();
            assert!(
                error.contains(told) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}

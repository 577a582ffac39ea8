//! From what is configured to how a server is reached.

use super::credential::{check_private, clean};
use super::{ConfigError, Environment, Flags};
use crate::livy::{ProxyServer, Transport};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The variable with the password that a proxy asks for.
const PROXY_PASSWORD: &str = "LIVYSH_PROXY_PASSWORD";

/// What of a profile says how its server is reached.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct TransportSettings {
    pub(super) headers: BTreeMap<String, String>,
    pub(super) query: BTreeMap<String, String>,
    pub(super) proxy: Option<ProxySettings>,
    pub(super) tls: Tls,
    pub(super) http: Http,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Http {
    accept_encoding: Encoding,
}

/// How answers may be packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[default]
    Gzip,
    Identity,
}

/// A URL alone, or with whom the proxy asks for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum ProxySettings {
    Url(String),
    WithUser {
        url: String,
        user: Option<String>,
        password_env: Option<String>,
    },
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Tls {
    /// Authorities beside the system's, PEM.
    ca_file: Option<PathBuf>,
    /// The client's certificate, PEM; its key may stand in the same file.
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    insecure: bool,
}

/// What the flags say wins.
pub(super) fn transport(
    flags: &Flags,
    settings: &TransportSettings,
    environment: Environment<'_>,
) -> Result<Transport, ConfigError> {
    let tls = &settings.tls;
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))
    };
    let authorities = flags.ca_file.as_ref().or(tls.ca_file.as_ref());
    let mut certificate = tls.cert_file.as_deref().map(read).transpose()?;
    if let (Some(path), Some(text)) = (&tls.cert_file, &certificate)
        && holds_key(text)
    {
        check_private(path)?;
    }
    if let Some(key) = &tls.key_file {
        let certificate = certificate.as_mut().ok_or(ConfigError::KeyAlone)?;
        check_private(key)?;
        certificate.push(b'\n');
        certificate.extend(read(key)?);
    }
    let pairs = |pairs: &BTreeMap<String, String>| {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    let proxy = flags.proxy.clone().map(ProxySettings::Url);
    let proxy = proxy.or_else(|| settings.proxy.clone());
    Ok(Transport {
        headers: pairs(&settings.headers),
        query: pairs(&settings.query),
        authorities: authorities.map(|path| read(path)).transpose()?,
        certificate,
        proxy: proxy
            .map(|proxy| proxy_server(proxy, environment))
            .transpose()?,
        is_insecure: flags.insecure || tls.insecure,
        is_unpacked: settings.http.accept_encoding == Encoding::Identity,
        longest: None,
    })
}

/// Whether a file of PEM holds a private key, of whichever kind.
fn holds_key(pem: &[u8]) -> bool {
    const KEY: &[u8] = b"PRIVATE KEY-----";
    pem.windows(KEY.len()).any(|part| part == KEY)
}

fn proxy_server(
    settings: ProxySettings,
    environment: Environment<'_>,
) -> Result<ProxyServer, ConfigError> {
    let (url, user, named) = match settings {
        ProxySettings::Url(url) => (url, None, None),
        ProxySettings::WithUser {
            url,
            user,
            password_env,
        } => (url, user, password_env),
    };
    let variable = named.as_deref().unwrap_or(PROXY_PASSWORD);
    let password = match environment(variable) {
        Some(text) => Some(clean(&text, || {
            ConfigError::OddSecret(variable.to_owned())
        })?),
        None if named.is_some() => {
            return Err(ConfigError::NoSecret {
                what: format!("the environment variable {variable}"),
                kind: "of the proxy",
            });
        }
        None => None,
    };
    Ok(ProxyServer {
        url,
        user,
        password: password.map(|password| password.reveal().to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    fn of(
        settings: &str,
        flags: &Flags,
        variables: &[(&str, &str)],
    ) -> Result<Transport, ConfigError> {
        let settings: TransportSettings = toml::from_str(settings).unwrap();
        transport(flags, &settings, &|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_proxy_has_a_user_and_its_password_elsewhere() {
        let secrets = [("LIVYSH_PROXY_PASSWORD", "p\n"), ("MINE", "m")];
        let proxy =
            |settings: &str, flags: &Flags| of(settings, flags, &secrets).unwrap().proxy.unwrap();
        let plain = proxy("proxy = 'http://proxy:3128'", &Flags::default());
        assert_eq!(
            (plain.url.as_str(), plain.password.as_deref()),
            ("http://proxy:3128", Some("p"))
        );
        let settings = "proxy = { url = 'socks5h://p', user = 'u', password_env = 'MINE' }";
        let own = proxy(settings, &Flags::default());
        assert_eq!(
            (own.user.as_deref(), own.password.as_deref()),
            (Some("u"), Some("m"))
        );
        let flags = Flags {
            proxy: Some("http://other".to_owned()),
            ..Flags::default()
        };
        assert_eq!(proxy(settings, &flags).url, "http://other");
        assert!(matches!(
            of(settings, &Flags::default(), &[]),
            Err(ConfigError::NoSecret { .. })
        ));
    }

    #[test]
    fn files_are_read_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("ca"), "authority").unwrap();
        std::fs::write(path("cert"), "certificate").unwrap();
        std::fs::write(path("key"), "key").unwrap();
        let settings = format!(
            "[tls]\nca_file = {:?}\ncert_file = {:?}\nkey_file = {:?}",
            path("ca"),
            path("cert"),
            path("key")
        );
        let with_mode = |mode| {
            let mode = Permissions::from_mode(mode);
            std::fs::set_permissions(path("key"), mode).unwrap();
            of(&settings, &Flags::default(), &[])
        };
        assert!(matches!(with_mode(0o644), Err(ConfigError::OpenSecret(_))));
        let transport = with_mode(0o600).unwrap();
        assert_eq!(transport.authorities.as_deref(), Some(&b"authority"[..]));
        assert_eq!(
            transport.certificate.as_deref(),
            Some(&b"certificate\nkey"[..])
        );
        let alone = of(
            &format!("tls.key_file = {:?}", path("key")),
            &Flags::default(),
            &[],
        );
        assert!(matches!(alone, Err(ConfigError::KeyAlone)));
        let both = format!("tls.cert_file = {:?}", path("both"));
        for (mode, is_open) in [(0o644, true), (0o600, false)] {
            let text = "certificate\n-----BEGIN EC PRIVATE KEY-----\n";
            std::fs::write(path("both"), text).unwrap();
            std::fs::set_permissions(path("both"), Permissions::from_mode(mode)).unwrap();
            let read = of(&both, &Flags::default(), &[]);
            assert_eq!(matches!(read, Err(ConfigError::OpenSecret(_))), is_open);
        }
        let missing = of("tls.ca_file = '/none'", &Flags::default(), &[]);
        assert!(matches!(missing, Err(ConfigError::Unreadable(..))));
    }
}

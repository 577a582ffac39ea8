//! What the user set: default < preset < profile < environment < flag, each value with its origin.
//!
//! The environment comes in as a function, so that this is pure but for reading the file.
//!
//! | file            | its duty                                             |
//! |-----------------|------------------------------------------------------|
//! | `layers.rs`     | one layer over the other, with who has set what      |
//! | `presets.toml`  | what services have of their own                      |
//! | `presets.rs`    | reads that, and knows a service by its address       |
//! | `file.rs`       | reads `config.toml`                                  |
//! | `edit.rs`       | changes it                                           |
//! | `example.toml`  | what a new one holds                                 |
//! | `keys.rs`       | all keys of a profile                                |
//! | `profile.rs`    | a profile's values                                   |
//! | `credential.rs` | who you are                                          |
//! | `transport.rs`  | how a server is reached                              |
//! | `session.rs`    | what new sessions are made with                      |
//! | `spark_options.rs` | what each option of Spark's shells becomes            |
//! | `properties.rs` | reads files of settings                             |
//! | `spark_conf.rs` | settings of Spark on the command line                |
//! | `folders.rs`    | where files of the user's are                        |

mod credential;
mod duration;
mod edit;
mod error;
mod file;
mod folders;
mod keys;
mod layers;
mod presets;
mod profile;
mod properties;
mod session;
mod spark_conf;
mod spark_options;
mod transport;

pub use credential::Ask;
pub use duration::{duration, duration_text};
pub use edit::{NewProfile, add, init, set_default};
pub use error::ConfigError;
pub use file::{Servers, servers};
pub use folders::{cache_folder, config_path, startup_folder, state_folder};
pub use layers::{Layers, Origin};
pub use presets::names as presets;
pub use profile::Timing;
pub use session::SessionSettings;
pub use spark_conf::{ConfValue, names_secret, spark_conf};
pub use spark_options::{SparkGiven, Target, Wanted, unread_variables};
pub use toml::Value;

use crate::auth::Credential;
use crate::lang::Language;
use crate::livy::{Service, Transport};
use credential::credential;
use presets::Preset;
use profile::OnExit;
use std::path::PathBuf;
use transport::transport;

/// What the command line says, as far as it is layered over something.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub url: Option<String>,
    pub profile: Option<String>,
    pub preset: Option<String>,
    pub local: bool,
    pub auth: Option<AuthKind>,
    pub user: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub proxy: Option<String>,
    pub insecure: bool,
}

/// Something to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Code(String),
    File(PathBuf),
    Stdin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthKind {
    None,
    Basic,
    Bearer,
    /// In a header of another name.
    Header,
    /// A Kerberos ticket.
    #[serde(alias = "kerberos")]
    Spnego,
    Sigv4,
}

impl AuthKind {
    pub fn name(self) -> &'static str {
        match self {
            AuthKind::None => "none",
            AuthKind::Basic => "basic",
            AuthKind::Bearer => "bearer",
            AuthKind::Header => "header",
            AuthKind::Spnego => "kerberos",
            AuthKind::Sigv4 => "sigv4",
        }
    }
}

/// Where the session is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Local,
    Server {
        url: String,
        credential: Credential,
        transport: Box<Transport>,
        service: Box<Service>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub place: Place,
    /// The profile that was used.
    pub profile: Option<String>,
    pub timing: Timing,
    /// The profile's: it decides where neither a flag nor a file nor the session does.
    pub language: Option<Language>,
    /// What new sessions are made with, as the profile says.
    pub session: SessionSettings,
    /// Whether a new session stays when livysh ends, as the profile says.
    pub keeps: bool,
    /// What of the file has no effect.
    pub warnings: Vec<String>,
}

/// Reads an environment variable; an empty one counts as missing.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What holds for a run; who sits there is asked for what is missing.
pub fn settings(
    flags: &Flags,
    environment: Environment<'_>,
    ask: Ask<'_>,
) -> Result<Settings, ConfigError> {
    if flags.local {
        return match flags.url {
            Some(_) => Err(ConfigError::TwoPlaces),
            None => Ok(Settings {
                place: Place::Local,
                profile: None,
                timing: Timing::default(),
                language: None,
                session: SessionSettings::default(),
                keeps: false,
                warnings: Vec::new(),
            }),
        };
    }
    let configured = configured(flags, environment, ask)?;
    let table = configured.layers.table();
    let used: profile::Profile = profile::read(table).map_err(ConfigError::Inconsistent)?;
    let service: Service = profile::read(table).map_err(ConfigError::Inconsistent)?;
    let url = used
        .url
        .ok_or_else(|| ConfigError::NoUrl(flags.profile.clone().unwrap_or_default()))?;
    let server = crate::livy::shown_root(&url);
    let transport = Transport {
        longest: used.timing.timeout.filter(|limit| !limit.is_zero()),
        ..transport(flags, &used.transport, environment)?
    };
    let credential = credential(flags, &used.auth, &server, environment, ask)?;
    Ok(Settings {
        place: Place::Server {
            url,
            credential,
            transport: Box::new(transport),
            service: Box::new(service),
        },
        profile: configured.profile,
        timing: used.timing,
        language: used.lang.or(used.session.kind),
        session: used.session,
        keeps: used.on_exit == OnExit::Keep,
        warnings: configured.warnings,
    })
}

/// All keys of a server, with who has set each.
pub struct Configured {
    pub layers: Layers,
    /// The profile that is used.
    pub profile: Option<String>,
    /// What of the file has no effect.
    pub warnings: Vec<String>,
}

/// Lays what is set over what holds where nothing is. Who sits there is asked for what a URL lacks.
pub fn configured(
    flags: &Flags,
    environment: Environment<'_>,
    ask: Ask<'_>,
) -> Result<Configured, ConfigError> {
    let (url, used) = match (&flags.url, &flags.profile) {
        // A URL replaces that of a profile that is named beside it, and no more of it.
        (Some(url), Some(_)) => (
            Some((url.clone(), Origin::Flag("--url"))),
            Some(file::profile(flags, environment)?),
        ),
        // A profile that is not named on the command line has no say: its secrets belong to its
        // own server.
        (Some(url), None) => (Some((url.clone(), Origin::Flag("--url"))), None),
        (None, Some(_)) => (None, Some(file::profile(flags, environment)?)),
        (None, None) => match environment("LIVYSH_URL") {
            Some(url) => (Some((url, Origin::Environment("LIVYSH_URL"))), None),
            None => (None, Some(file::profile(flags, environment)?)),
        },
    };
    let mut layers = Layers::default();
    layers.put(&presets::default(), &Origin::Default);
    let in_profile = |key: &str| used.as_ref()?.table.get(key)?.as_str();
    let given = url.as_ref().map(|(url, _)| url.as_str());
    let address = given.or(in_profile("url")).map(str::to_owned);
    let address = address.ok_or_else(|| {
        let profile = used.as_ref().map(|used| used.name.clone());
        ConfigError::NoUrl(profile.unwrap_or_default())
    })?;
    let named = flags.preset.as_deref().or(in_profile("preset"));
    let preset = match named {
        Some(name) => Some(Preset::named(name)?),
        None => Preset::of_url(&address),
    };
    if let Some(preset) = &preset {
        let origin = Origin::Preset {
            name: preset.name.clone(),
            is_known_by_url: named.is_none(),
        };
        layers.put(&preset.table, &origin);
        layers.set("preset", preset.name.clone(), origin);
    }
    if let Some(used) = &used {
        let origin = Origin::Profile {
            name: used.name.clone(),
            file: used.file.clone(),
        };
        layers.put(&used.table, &origin);
    }
    if let Some((url, origin)) = url {
        layers.set("url", url, origin);
    }
    flags.put(&mut layers);
    if let Some(preset) = &preset {
        let server = crate::livy::shown_root(&address);
        let mut origin = layers.origin("path").unwrap_or(Origin::Default);
        let fill = |called: &str| {
            origin = Origin::Asked;
            ask(&format!("{called} on {server}: "), false)
        };
        let path = layers.table().get("path").and_then(toml::Value::as_str);
        let root = preset.root(&address, path, fill)?;
        if root != address {
            layers.set("url", root, origin);
        }
    }
    Ok(Configured {
        layers,
        profile: used.as_ref().map(|used| used.name.clone()),
        warnings: used.map_or_else(Vec::new, |used| used.warnings),
    })
}

impl Flags {
    /// Each over what is set below it.
    fn put(&self, layers: &mut Layers) {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        for (key, flag, value) in [
            ("preset", "--preset", self.preset.clone()),
            (
                "auth.type",
                "--auth",
                self.auth.map(|kind| kind.name().to_owned()),
            ),
            ("auth.user", "--user", self.user.clone()),
            ("tls.ca_file", "--ca-file", path(&self.ca_file)),
            ("proxy", "--proxy", self.proxy.clone()),
        ] {
            if let Some(value) = value {
                layers.set(key, value, Origin::Flag(flag));
            }
        }
        if self.insecure {
            layers.set("tls.insecure", true, Origin::Flag("--insecure"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Secret;

    fn with(variables: &[(&str, &str)], flags: &Flags) -> Result<Settings, ConfigError> {
        let variables: Vec<(String, String)> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        settings(
            flags,
            &|name| {
                let found = variables.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone())
            },
            &|_, _| None,
        )
    }

    fn url(settings: Settings) -> String {
        match settings.place {
            Place::Server { url, .. } => url,
            Place::Local => "local".to_owned(),
        }
    }

    fn config_file(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap().to_owned();
        (folder, path)
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let (_folder, path) = config_file(
            "default_profile = 'a'\n[profiles.a]\nurl = 'http://a'\n[profiles.b]\nurl = 'http://b'\n",
        );
        let file = ("LIVYSH_CONFIG", path.as_str());
        let flags = Flags::default();
        assert_eq!(url(with(&[file], &flags).unwrap()), "http://a");
        let environment = [file, ("LIVYSH_PROFILE", "b")];
        assert_eq!(url(with(&environment, &flags).unwrap()), "http://b");
        let environment = [file, ("LIVYSH_URL", "http://env")];
        assert_eq!(url(with(&environment, &flags).unwrap()), "http://env");
        let profile = Flags {
            profile: Some("b".to_owned()),
            ..Flags::default()
        };
        assert_eq!(url(with(&environment, &profile).unwrap()), "http://b");
        let flag = Flags {
            url: Some("http://flag".to_owned()),
            ..Flags::default()
        };
        assert_eq!(url(with(&environment, &flag).unwrap()), "http://flag");
        let both = Flags {
            profile: Some("b".to_owned()),
            ..flag
        };
        assert_eq!(url(with(&environment, &both).unwrap()), "http://flag");
    }

    #[test]
    fn nothing_configured_names_the_three_ways() {
        let error = with(&[("HOME", "/nowhere")], &Flags::default()).unwrap_err();
        let hint = error.hint();
        assert!(
            ["--url", "--profile", "--local"]
                .iter()
                .all(|way| hint.contains(way))
        );
    }

    #[test]
    fn secrets_come_from_the_environment() {
        let flags = Flags {
            url: Some("http://h".to_owned()),
            user: Some("alice".to_owned()),
            ..Flags::default()
        };
        let error = with(&[], &flags).unwrap_err();
        assert!(error.hint().contains("LIVYSH_PASSWORD"), "{}", error.hint());
        let settings = with(&[("LIVYSH_PASSWORD", "s")], &flags).unwrap();
        let Place::Server { credential, .. } = settings.place else {
            panic!()
        };
        let newline = with(&[("LIVYSH_PASSWORD", "s\n")], &flags).unwrap();
        assert!(
            matches!(newline.place, Place::Server { credential: same, .. } if same == credential)
        );
        let odd = with(&[("LIVYSH_PASSWORD", "s\nt")], &flags).unwrap_err();
        assert!(matches!(odd, ConfigError::OddSecret(_)));
        let expected = Credential::basic("alice", Secret::new("s"));
        assert_eq!(credential, expected);
    }

    #[test]
    fn a_profile_names_its_own_variables_and_language() {
        let (_folder, path) = config_file(
            "[profiles.p]\nurl = 'http://p'\nlang = 'python'\n\
             auth = { type = 'bearer', token_env = 'MINE' }\n",
        );
        let flags = Flags {
            profile: Some("p".to_owned()),
            ..Flags::default()
        };
        let settings = with(&[("LIVYSH_CONFIG", &path), ("MINE", "t")], &flags).unwrap();
        assert_eq!(settings.language, Some(Language::Python));
        let Place::Server { credential, .. } = settings.place else {
            panic!()
        };
        assert_eq!(credential, Credential::bearer(Secret::new("t")));
    }

    #[test]
    fn a_broken_file_is_told_with_its_line() {
        let (_folder, path) = config_file("[profiles.p]\nurl = \n");
        let error = with(&[("LIVYSH_CONFIG", &path)], &Flags::default()).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
        let (_folder, path) = config_file("[profiles.p]\nurl = 'http://h'\ntimeout = 'soon'\n");
        let flags = Flags {
            profile: Some("p".to_owned()),
            ..Flags::default()
        };
        let error = with(&[("LIVYSH_CONFIG", &path)], &flags).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains("[profiles.p]: it is written like 90s"),
            "{told}"
        );
    }

    #[test]
    fn a_key_that_has_no_effect_is_told() {
        let (_folder, path) = config_file("[profiles.p]\nurl = 'http://h'\ntiemout = '3s'\n");
        let flags = Flags {
            profile: Some("p".to_owned()),
            ..Flags::default()
        };
        let settings = with(&[("LIVYSH_CONFIG", &path)], &flags).unwrap();
        let told = format!("{path}: [profiles.p] has no key tiemout: is timeout meant?");
        assert_eq!(settings.warnings, [told]);
    }
}

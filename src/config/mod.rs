//! What the user set: default < file < profile < environment < flag.
//!
//! The environment comes in as a function, so that this is pure but for reading the file.

mod credential;
mod duration;
mod keys;
mod profile;
mod spark_conf;
mod transport;

pub use credential::Ask;
pub use duration::{duration, duration_text};
pub use profile::Timing;
pub use spark_conf::{ConfValue, spark_conf};

use crate::auth::Credential;
use crate::lang::Language;
use crate::livy::Transport;
use credential::{AuthSettings, credential};
use profile::ConfigFile;
use std::path::{Path, PathBuf};
use transport::{TransportSettings, transport};

/// What the command line says, as far as it is layered over something.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub url: Option<String>,
    pub profile: Option<String>,
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
}

impl AuthKind {
    pub fn name(self) -> &'static str {
        match self {
            AuthKind::None => "none",
            AuthKind::Basic => "basic",
            AuthKind::Bearer => "bearer",
            AuthKind::Header => "header",
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
    /// What of the file has no effect.
    pub warnings: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("no Livy server is named")]
    NoPlace,
    #[error("--local and a Livy URL exclude each other")]
    TwoPlaces,
    #[error("{0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error("{path}: {message}")]
    Malformed { path: PathBuf, message: String },
    #[error("there is no profile “{name}” in {path}")]
    NoProfile { name: String, path: PathBuf },
    #[error("the profile “{0}” has no url")]
    NoUrl(String),
    #[error("{0} is empty or holds a control character, which no secret does")]
    OddSecret(String),
    #[error("{0} holds a secret, and others may read it")]
    OpenSecret(PathBuf),
    #[error("auth of the type header names no header")]
    NoHeader,
    #[error("a command of auth is empty")]
    NoProgram,
    #[error("tls names a key_file and no cert_file")]
    KeyAlone,
    #[error("{what} is needed to sign on ({kind})")]
    NoSecret { what: String, kind: &'static str },
    #[error("“{0}” is no setting")]
    NoSetting(String),
    #[error("the environment variable {name}, for {key}, is not set")]
    NoVariable { name: String, key: String },
}

impl ConfigError {
    pub fn hint(&self) -> String {
        match self {
            ConfigError::NoPlace => "\
name one in one of three ways:
  livysh --url http://host:8998      a Livy server (or set LIVYSH_URL)
  livysh --profile NAME              a server named in config.toml
  livysh --local                     a Spark on this machine, installed if need be"
                .to_owned(),
            ConfigError::TwoPlaces => "leave one of them out".to_owned(),
            ConfigError::Unreadable(..) => "check the path and its permissions".to_owned(),
            ConfigError::Malformed { .. } => {
                "mend the file, or name another with LIVYSH_CONFIG".to_owned()
            }
            ConfigError::NoProfile { .. } => "add a [profiles.NAME] table with a url".to_owned(),
            ConfigError::NoUrl(name) => {
                format!("add url = \"http://host:8998\" to [profiles.{name}]")
            }
            ConfigError::NoSetting(_) => {
                "write --conf KEY=VALUE, KEY=env:NAME or KEY=@FILE".to_owned()
            }
            ConfigError::NoVariable { name, .. } => format!("set {name}, or name another"),
            ConfigError::OddSecret(_) => "it is to be the secret alone, on one line".to_owned(),
            ConfigError::OpenSecret(path) => format!("chmod 600 {}", path.display()),
            ConfigError::NoHeader => "add header = \"NAME\" to it".to_owned(),
            ConfigError::KeyAlone => "add cert_file = \"PATH\" to it".to_owned(),
            ConfigError::NoProgram => "write it as [\"PROGRAM\", \"ARGUMENT\"]".to_owned(),
            ConfigError::NoSecret { what, .. } if what.starts_with("a user") => {
                "name it with --user".to_owned()
            }
            ConfigError::NoSecret { what, .. } => {
                let variable = what.rsplit(' ').next().unwrap_or(what);
                format!("set it in the environment variable {variable}")
            }
        }
    }
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
                warnings: Vec::new(),
            }),
        };
    }
    let (url, used) = match (&flags.url, &flags.profile) {
        // A URL replaces that of a profile that is named beside it, and no more of it.
        (Some(url), Some(_)) => (Some(url.clone()), of_profile(flags, environment)?),
        // A profile that is not named on the command line has no say: its secrets belong to its
        // own server.
        (Some(url), None) => (Some(url.clone()), Profile::default()),
        (None, Some(_)) => (None, of_profile(flags, environment)?),
        (None, None) => match environment("LIVYSH_URL") {
            Some(url) => (Some(url), Profile::default()),
            None => (None, of_profile(flags, environment)?),
        },
    };
    let url = url.or(used.url);
    let url = url.ok_or_else(|| ConfigError::NoUrl(flags.profile.clone().unwrap_or_default()))?;
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
        },
        profile: used.name,
        timing: used.timing,
        language: used.language,
        warnings: used.warnings,
    })
}

/// What a profile gives; nothing where none is used.
#[derive(Default)]
struct Profile {
    name: Option<String>,
    url: Option<String>,
    auth: AuthSettings,
    transport: TransportSettings,
    timing: Timing,
    language: Option<Language>,
    warnings: Vec<String>,
}

fn of_profile(flags: &Flags, environment: Environment<'_>) -> Result<Profile, ConfigError> {
    let named = flags
        .profile
        .clone()
        .or_else(|| environment("LIVYSH_PROFILE"));
    let Some(path) = config_path(environment) else {
        return Err(ConfigError::NoPlace);
    };
    let file = match ConfigFile::read(&path)? {
        Some(file) => file,
        None => match named {
            None => return Err(ConfigError::NoPlace),
            Some(name) => return Err(ConfigError::NoProfile { name, path }),
        },
    };
    let Some(name) = named.or(file.default_profile) else {
        return Err(ConfigError::NoPlace);
    };
    let Some(table) = file.profiles.get(&name) else {
        return Err(ConfigError::NoProfile { name, path });
    };
    let profile = profile::Profile::read(&name, table, &path)?;
    let unknown = keys::unknown(table).into_iter().map(|(key, meant)| {
        let told = format!("{}: [profiles.{name}] has no key {key}", path.display());
        match meant {
            Some(meant) => format!("{told}: is {meant} meant?"),
            None => told,
        }
    });
    let warnings = unknown.collect();
    if profile.url.is_none() && flags.url.is_none() {
        return Err(ConfigError::NoUrl(name));
    }
    let language = match &profile.lang {
        None => None,
        Some(text) => Some(
            Language::from_name(text).ok_or_else(|| ConfigError::Malformed {
                path,
                message: format!("“{text}” is no language: scala, python, sql or r"),
            })?,
        ),
    };
    Ok(Profile {
        url: profile.url.clone(),
        auth: profile.auth.clone(),
        transport: profile.transport.clone(),
        timing: profile.timing,
        language,
        warnings,
        name: Some(name),
    })
}

/// `LIVYSH_CONFIG`, else `config.toml` in the user's configuration folder.
fn config_path(environment: Environment<'_>) -> Option<PathBuf> {
    if let Some(path) = environment("LIVYSH_CONFIG") {
        return Some(PathBuf::from(path));
    }
    folder(environment, "XDG_CONFIG_HOME", ".config").map(|folder| folder.join("config.toml"))
}

/// Where the user's startup files are: beside the configuration.
pub fn startup_folder(environment: Environment<'_>) -> Option<PathBuf> {
    let path = config_path(environment)?;
    path.parent().map(Path::to_owned)
}

/// The user's cache folder for livysh, where the private Spark is.
pub fn cache_folder(environment: Environment<'_>) -> Option<PathBuf> {
    folder(environment, "XDG_CACHE_HOME", ".cache")
}

/// Where histories are kept.
pub fn state_folder(environment: Environment<'_>) -> Option<PathBuf> {
    folder(environment, "XDG_STATE_HOME", ".local/state")
}

fn folder(environment: Environment<'_>, variable: &str, in_home: &str) -> Option<PathBuf> {
    let base = environment(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(Path::new(&environment("HOME")?).join(in_home)))?;
    Some(base.join("livysh"))
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

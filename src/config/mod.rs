//! What the user set: default < preset < profile < environment < flag, each value with its origin.
//!
//! The environment comes in as a function, so that this is pure but for reading the file.
//!
//! | file            | its duty                                             |
//! |-----------------|------------------------------------------------------|
//! | `configured.rs` | all keys of a server, as they hold                   |
//! | `layers.rs`     | one layer over the other, with who has set what      |
//! | `presets.toml`  | what services have of their own                      |
//! | `presets.rs`    | reads that, and knows a service by its address       |
//! | `file.rs`       | reads `config.toml`                                  |
//! | `flags.rs`      | what the command line says over that                 |
//! | `edit.rs`       | changes it                                           |
//! | `example.toml`  | what a new one holds                                 |
//! | `looks.rs`      | how the prompt looks and is edited                   |
//! | `keys.rs`       | all keys of a profile                                |
//! | `profile.rs`    | a profile's values                                   |
//! | `credential.rs` | who you are                                          |
//! | `aws.rs`        | where keys of AWS come from                          |
//! | `aws_files.rs`  | what AWS's own files say of a profile                |
//! | `tokens.rs`     | which service gives tokens                           |
//! | `transport.rs`  | how a server is reached                              |
//! | `session.rs`    | what new sessions are made with                      |
//! | `spark_options.rs` | what each option of Spark's shells becomes            |
//! | `properties.rs` | reads files of settings                             |
//! | `spark_conf.rs` | settings of Spark on the command line                |
//! | `folders.rs`    | where files of the user's are                        |

mod aws;
mod aws_files;
mod configured;
mod credential;
mod duration;
mod edit;
mod error;
mod file;
mod flags;
mod folders;
mod keys;
mod layers;
mod looks;
mod presets;
mod profile;
mod properties;
mod session;
mod spark_conf;
mod spark_options;
mod tokens;
mod transport;

pub use configured::{Configured, configured};
pub use credential::Ask;
pub use duration::{duration, duration_text};
pub use edit::{NewProfile, add, init, set_default};
pub use error::ConfigError;
pub use file::{Servers, servers};
pub use flags::Flags;
pub use folders::{
    cache_folder, config_path, is_program, picture_folder, startup_folder, state_folder,
};
pub use keys::is_key;
pub use layers::{Layers, Origin};
pub use looks::{EditMode, Images, Looks, looks};
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
use profile::OnExit;
use std::path::PathBuf;
use transport::transport;

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
    /// Signatures of AWS.
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

#[derive(Debug, Clone, PartialEq)]
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
    /// The keys of the server, with who has set each.
    pub layers: Layers,
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
                layers: Layers::default(),
            }),
        };
    }
    let configured = configured(flags, environment, Some(ask))?;
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
    let credential = credential(flags, &used.auth, &server, &transport, environment, ask)?;
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
        layers: configured.layers,
    })
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

    fn credential_of(url: &str, flags: &Flags, variables: &[(&str, &str)]) -> Credential {
        let flags = Flags {
            url: Some(url.to_owned()),
            ..flags.clone()
        };
        match with(variables, &flags).unwrap().place {
            Place::Server { credential, .. } => credential,
            Place::Local => panic!(),
        }
    }

    #[test]
    fn who_signs_on_otherwise_takes_nothing_of_the_presets_way() {
        let synapse = "https://w.dev.azuresynapse.net/livyApi/versions/1/sparkPools/p";
        let secrets = [("LIVYSH_TOKEN", "t"), ("LIVYSH_PASSWORD", "p")];
        let of = |auth: Option<AuthKind>, user: Option<&str>| {
            let flags = Flags {
                auth,
                user: user.map(str::to_owned),
                ..Flags::default()
            };
            credential_of(synapse, &flags, &secrets)
        };
        assert!(matches!(of(None, None), Credential::Printed { .. }));
        let token = Credential::bearer(Secret::new("t"));
        assert_eq!(of(Some(AuthKind::Bearer), None), token);
        let basic = Credential::basic("me", Secret::new("p"));
        assert_eq!(of(Some(AuthKind::Basic), Some("me")), basic);
        assert_eq!(of(None, Some("me")), basic);
        assert_eq!(of(Some(AuthKind::None), None), Credential::None);
    }

    #[test]
    fn a_secret_that_stands_in_the_file_is_not_repeated() {
        for wrong in [
            "auth = { type = 'bearer', token = 'hunter2' }",
            "headers = { X-Key = 'hunter2\n",
            "auth = { type = 'hunter2' ",
        ] {
            let (_folder, path) =
                config_file(&format!("[profiles.p]\nurl = 'http://h'\n{wrong}\n"));
            let flags = Flags {
                profile: Some("p".to_owned()),
                ..Flags::default()
            };
            let told = with(&[("LIVYSH_CONFIG", &path)], &flags)
                .unwrap_err()
                .to_string();
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn what_is_no_way_to_keep_a_session_is_told() {
        for (wrong, told) in [
            ("keepalive = { mode = 'off' }", "unknown variant `off`"),
            ("phases = [{ sincee = '/a' }]", "unknown field `sincee`"),
        ] {
            let (_folder, path) =
                config_file(&format!("[profiles.p]\nurl = 'http://h'\n{wrong}\n"));
            let flags = Flags {
                profile: Some("p".to_owned()),
                ..Flags::default()
            };
            let error = with(&[("LIVYSH_CONFIG", &path)], &flags).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
    }

    #[test]
    fn a_path_of_ones_own_is_for_a_host_alone() {
        let (_folder, path) =
            config_file("[profiles.p]\nurl = 'http://h/sessions'\npath = '/livy'\n");
        let flags = Flags {
            profile: Some("p".to_owned()),
            ..Flags::default()
        };
        let settings = with(&[("LIVYSH_CONFIG", &path)], &flags).unwrap();
        assert_eq!(url(settings), "http://h/livy");
    }
}

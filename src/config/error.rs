//! What is wrong with what the user set, and what to do.

use super::presets;
use std::path::PathBuf;

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
    #[error("no service is named that gives tokens")]
    NoTokenUrl,
    #[error("auth of the type {0} takes nothing from a source")]
    OddSource(&'static str),
    #[error("auth.login of the type {0} gets no token")]
    OddLogin(&'static str),
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
    #[error("what is configured does not hold together: {0}")]
    Inconsistent(String),
    #[error("{0}")]
    WrongUrl(String),
    #[error("a profile needs a name")]
    NoName,
    #[error("{0} is there already")]
    Exists(PathBuf),
    #[error("there is a profile “{name}” in {path} already")]
    ProfileExists { name: String, path: PathBuf },
    #[error("{0} could not be written: {1}")]
    Unwritten(PathBuf, std::io::Error),
    #[error("there is no preset “{0}”")]
    NoPreset(String),
    #[error("the URL names a host alone: {called} is needed ({path})")]
    NoPart { called: String, path: String },
    #[error("the region of AWS is not known, which signatures are for")]
    NoRegion,
    #[error("nothing is known to give keys of AWS")]
    NoAwsKeys,
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
            ConfigError::NoProfile { name, .. } => {
                format!("add it: livysh config add {name} URL")
            }
            ConfigError::NoUrl(name) => {
                format!("add url = \"http://host:8998\" to [profiles.{name}]")
            }
            ConfigError::NoSetting(_) => {
                "write --conf KEY=VALUE, KEY=env:NAME or KEY=@FILE".to_owned()
            }
            ConfigError::NoVariable { name, .. } => format!("set {name}, or name another"),
            ConfigError::OddSecret(_) => "it is to be the secret alone, on one line".to_owned(),
            ConfigError::OpenSecret(path) => format!("chmod 600 {}", path.display()),
            ConfigError::Inconsistent(_) => "livysh config show tells who has set what".to_owned(),
            ConfigError::NoName => "it is what -p takes".to_owned(),
            ConfigError::WrongUrl(_) => {
                "a Livy URL looks like http://host:8998 or https://gateway/livy".to_owned()
            }
            ConfigError::Exists(_) => {
                "change it with an editor, livysh config add and livysh config use".to_owned()
            }
            ConfigError::ProfileExists { .. } => "take another name, or edit the file".to_owned(),
            ConfigError::Unwritten(..) => {
                "check the folder's permissions, or name another with LIVYSH_CONFIG".to_owned()
            }
            ConfigError::NoPreset(_) => format!("there are {}", presets::names().join(", ")),
            ConfigError::NoPart { .. } => "give the whole URL of the Livy API".to_owned(),
            ConfigError::NoRegion => "add region = \"eu-west-1\" to auth in the profile".to_owned(),
            ConfigError::NoAwsKeys => "\
set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, put them into ~/.aws/credentials, name a \
credential_process in ~/.aws/config, or install version 2 of the program aws"
                .to_owned(),
            ConfigError::NoTokenUrl => "\
add token_url = \"https://gateway:8443/gateway/TOPOLOGY/knoxtoken/api/v1/token\" to auth in the profile"
                .to_owned(),
            ConfigError::OddSource(_) => "source is for type = \"bearer\" and \"header\"".to_owned(),
            ConfigError::OddLogin(_) => "it is of the type basic, kerberos or none".to_owned(),
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

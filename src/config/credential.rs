//! From what is configured to who you are: which secret, and where it comes from.

use super::aws::{self, Wanted};
use super::tokens::{self, TokenSource};
use super::{AuthKind, ConfigError, Environment, Flags};
use crate::auth::{Credential, Program, Scheme, Secret, Ticket, Unit};
use crate::livy::{self, Transport};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Asks who sits there; the flag is for what is not to be seen. `None` where nobody can be asked.
pub type Ask<'a> = &'a dyn Fn(&str, bool) -> Option<String>;

/// Others may read it.
const OTHERS: u32 = 0o077;

/// The table `auth` of a profile. A secret itself has no place in it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct AuthSettings {
    #[serde(rename = "type")]
    pub(super) kind: Option<AuthKind>,
    user: Option<String>,
    /// Where a token comes from that neither stands somewhere nor is printed.
    source: Option<TokenSource>,
    /// Of the service that gives it, and who it knows us as.
    pub(super) token_url: Option<String>,
    pub(super) login: Option<Box<AuthSettings>>,
    /// What the server is called in Kerberos, where that is not HTTP on the URL's host; the service that AWS's
    /// signatures are for.
    service: Option<String>,
    host: Option<String>,
    region: Option<String>,
    /// A profile of AWS's own.
    profile: Option<String>,
    /// Whose ticket it is, and from what file.
    principal: Option<String>,
    keytab: Option<PathBuf>,
    /// The header's name, for the type `header`.
    header: Option<String>,
    #[serde(deserialize_with = "place")]
    password: SecretPlace,
    #[serde(deserialize_with = "place")]
    token: SecretPlace,
    #[serde(deserialize_with = "place")]
    value: SecretPlace,
    password_env: Option<String>,
    password_file: Option<PathBuf>,
    password_command: Option<Vec<String>>,
    token_env: Option<String>,
    token_file: Option<PathBuf>,
    token_command: Option<Vec<String>>,
    value_env: Option<String>,
    value_file: Option<PathBuf>,
    value_command: Option<Vec<String>>,
    /// A program that prints all that is needed.
    command: Option<Vec<String>>,
    user_pointer: Option<String>,
    password_pointer: Option<String>,
    token_pointer: Option<String>,
    value_pointer: Option<String>,
    pub(super) expiry: Expiry,
}

/// Where a secret is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
struct SecretPlace {
    env: Option<String>,
    file: Option<PathBuf>,
    command: Option<Vec<String>>,
    prompt: bool,
}

/// Where a program's output says until when its secret holds. A JSON web token says it itself.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Expiry {
    pub(super) pointer: Option<String>,
    pub(super) unit: Unit,
    /// A JSON web token is read where nothing else tells it, whether that is said or not.
    fallback: Option<Fallback>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fallback {
    Jwt,
}

/// A secret that stands there itself is not repeated.
fn place<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretPlace, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::Table(table) => table.try_into().map_err(D::Error::custom),
        _ => Err(D::Error::custom(
            "no secret stands in the file: password_env, token_file and their like say where it is",
        )),
    }
}

/// What a kind of sign-on calls its secret.
struct Words {
    secret: &'static str,
    /// The variable that is looked at where nothing is configured.
    variable: &'static str,
}

const PASSWORD: Words = Words {
    secret: "password",
    variable: "LIVYSH_PASSWORD",
};
const TOKEN: Words = Words {
    secret: "token",
    variable: "LIVYSH_TOKEN",
};

impl SecretPlace {
    fn or(
        &self,
        env: &Option<String>,
        file: &Option<PathBuf>,
        command: &Option<Vec<String>>,
    ) -> SecretPlace {
        SecretPlace {
            env: self.env.clone().or_else(|| env.clone()),
            file: self.file.clone().or_else(|| file.clone()),
            command: self.command.clone().or_else(|| command.clone()),
            prompt: self.prompt,
        }
    }
}

/// Who you are on this server, by its name for whoever is asked. What gives tokens is reached as it is.
pub(super) fn credential(
    flags: &Flags,
    auth: &AuthSettings,
    server: &str,
    transport: &Transport,
    environment: Environment<'_>,
    ask: Ask<'_>,
) -> Result<Credential, ConfigError> {
    let user = flags.user.clone().or_else(|| auth.user.clone());
    let has_password = auth.password != SecretPlace::default()
        || auth.password_env.is_some()
        || auth.password_file.is_some()
        || auth.password_command.is_some();
    // A user alone means a password.
    let kind = flags
        .auth
        .or(auth.kind)
        .or((user.is_some() || has_password).then_some(AuthKind::Basic))
        .unwrap_or(AuthKind::None);
    let find = Finder {
        flags,
        auth,
        kind,
        server,
        transport,
        environment,
        ask,
    };
    if auth.source.is_some() && !matches!(kind, AuthKind::Bearer | AuthKind::Header) {
        return Err(ConfigError::OddSource(kind.name()));
    }
    match kind {
        AuthKind::None => Ok(Credential::None),
        AuthKind::Basic => {
            let place = auth.password.or(
                &auth.password_env,
                &auth.password_file,
                &auth.password_command,
            );
            let is_printed = auth.command.is_some() && auth.user_pointer.is_some();
            let user = match user {
                Some(user) => Some(user),
                None if is_printed => None,
                None => Some(find.user()?),
            };
            find.credential(
                Scheme::Basic,
                user,
                place,
                &auth.password_pointer,
                &PASSWORD,
            )
        }
        AuthKind::Bearer => {
            let place = auth
                .token
                .or(&auth.token_env, &auth.token_file, &auth.token_command);
            find.credential(Scheme::Bearer, None, place, &auth.token_pointer, &TOKEN)
        }
        AuthKind::Spnego => Ok(Credential::Kerberos(Ticket {
            service: auth.service.clone().unwrap_or_else(|| "HTTP".to_owned()),
            host: auth.host.clone().unwrap_or_else(|| livy::host_of(server)),
            principal: flags.principal.clone().or_else(|| auth.principal.clone()),
            keytab: flags.keytab.clone().or_else(|| auth.keytab.clone()),
            longest: transport.longest,
        })),
        AuthKind::Sigv4 => {
            let wanted = Wanted {
                service: auth.service.as_deref(),
                region: auth.region.as_deref(),
                profile: auth.profile.as_deref(),
                command: auth.command.as_deref(),
            };
            aws::credential(wanted, server, environment)
        }
        AuthKind::Header => {
            let name = auth.header.clone().ok_or(ConfigError::NoHeader)?;
            let place = auth
                .value
                .or(&auth.value_env, &auth.value_file, &auth.value_command);
            let scheme = Scheme::Header(name);
            find.credential(scheme, None, place, &auth.value_pointer, &TOKEN)
        }
    }
}

struct Finder<'a> {
    flags: &'a Flags,
    auth: &'a AuthSettings,
    kind: AuthKind,
    server: &'a str,
    transport: &'a Transport,
    environment: Environment<'a>,
    ask: Ask<'a>,
}

impl Finder<'_> {
    fn user(&self) -> Result<String, ConfigError> {
        let asked = (self.ask)(&format!("User for {}: ", self.server), false);
        asked
            .filter(|user| !user.is_empty())
            .ok_or_else(|| ConfigError::NoSecret {
                what: "a user's name".to_owned(),
                kind: self.kind.name(),
            })
    }

    fn credential(
        &self,
        scheme: Scheme,
        user: Option<String>,
        place: SecretPlace,
        pointer: &Option<String>,
        words: &Words,
    ) -> Result<Credential, ConfigError> {
        if let Some(TokenSource::Http) = self.auth.source {
            let service = tokens::service(
                self.flags,
                self.auth,
                pointer,
                self.server,
                self.transport,
                self.environment,
                self.ask,
            )?;
            let service = Box::new(service);
            return Ok(Credential::Fetched { scheme, service });
        }
        if let Some(command) = place.command.as_ref().or(self.auth.command.as_ref()) {
            if command.is_empty() {
                return Err(ConfigError::NoProgram);
            }
            let program = Program {
                words: command.clone(),
                secret: pointer.clone(),
                user: self.auth.user_pointer.clone(),
                session: None,
                until: self.auth.expiry.pointer.clone(),
                unit: self.auth.expiry.unit,
            };
            return Ok(Credential::Printed {
                scheme,
                user,
                program: Box::new(program),
            });
        }
        let secret = self.secret(&place, user.as_deref(), words)?;
        Ok(Credential::Given {
            scheme,
            user,
            secret,
        })
    }

    fn secret(
        &self,
        place: &SecretPlace,
        user: Option<&str>,
        words: &Words,
    ) -> Result<Secret, ConfigError> {
        if let Some(file) = &place.file {
            return read(file);
        }
        let variable = place.env.as_deref().unwrap_or(words.variable);
        let is_named = place.env.is_some();
        if let Some(text) = (self.environment)(variable).filter(|_| is_named || !place.prompt) {
            return clean(&text, || ConfigError::OddSecret(variable.to_owned()));
        }
        let whose = match user {
            Some(user) => format!("{user} on {}", self.server),
            None => self.server.to_owned(),
        };
        let secret = words.secret;
        let asked = match is_named {
            true => None,
            false => (self.ask)(
                &format!(
                    "{}{} for {whose}: ",
                    secret[..1].to_uppercase(),
                    &secret[1..]
                ),
                true,
            ),
        };
        match asked.filter(|text| !text.is_empty()) {
            Some(text) => clean(&text, || ConfigError::OddSecret(format!("the {secret}"))),
            None => Err(ConfigError::NoSecret {
                what: format!("the environment variable {variable}"),
                kind: self.kind.name(),
            }),
        }
    }
}

fn read(file: &Path) -> Result<Secret, ConfigError> {
    check_private(file)?;
    let unreadable = |error| ConfigError::Unreadable(file.to_owned(), error);
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    clean(&text, || ConfigError::OddSecret(file.display().to_string()))
}

/// A file with a secret is its owner's to read.
pub(super) fn check_private(file: &Path) -> Result<(), ConfigError> {
    let unreadable = |error| ConfigError::Unreadable(file.to_owned(), error);
    let mode = std::fs::metadata(file).map_err(unreadable)?.mode();
    match mode & OTHERS {
        0 => Ok(()),
        _ => Err(ConfigError::OpenSecret(file.to_owned())),
    }
}

/// A secret that was read from a file often ends in a newline.
pub(super) fn clean(text: &str, odd: impl FnOnce() -> ConfigError) -> Result<Secret, ConfigError> {
    let text = text.trim_end_matches(['\r', '\n']);
    match text.is_empty() || text.chars().any(char::is_control) {
        true => Err(odd()),
        false => Ok(Secret::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    fn nobody(_: &str, _: bool) -> Option<String> {
        None
    }

    fn of(auth: &str, variables: &[(&str, &str)], ask: Ask<'_>) -> Result<Credential, ConfigError> {
        let auth: AuthSettings = toml::from_str(auth).unwrap();
        let environment = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let (flags, transport) = (Flags::default(), Transport::default());
        credential(&flags, &auth, "h", &transport, &environment, ask)
    }

    #[test]
    fn secrets_come_from_where_they_are_said_to_be() {
        let basic = |auth| of(auth, &[("LIVYSH_PASSWORD", "d"), ("MINE", "m\n")], &nobody).unwrap();
        let with = |secret| Credential::basic("u", Secret::new(secret));
        assert_eq!(basic("user = 'u'"), with("d"));
        assert_eq!(basic("user = 'u'\npassword_env = 'MINE'"), with("m"));
        assert_eq!(basic("user = 'u'\npassword = { env = 'MINE' }"), with("m"));
        let missing = of("user = 'u'\npassword_env = 'NONE'", &[], &|_, _| {
            Some("x".into())
        });
        assert!(matches!(missing, Err(ConfigError::NoSecret { .. })));
        let own = of(
            "type = 'header'\nheader = 'X-Token'\nvalue_env = 'T'",
            &[("T", "t")],
            &nobody,
        );
        let expected = Credential::Given {
            scheme: Scheme::Header("X-Token".to_owned()),
            user: None,
            secret: Secret::new("t"),
        };
        assert_eq!(own.unwrap(), expected);
        assert!(matches!(
            of("type = 'header'", &[], &nobody),
            Err(ConfigError::NoHeader)
        ));
    }

    #[test]
    fn a_file_of_a_secret_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "t\n").unwrap();
        let auth = format!("type = 'bearer'\ntoken_file = {:?}", path.to_str().unwrap());
        let with_mode = |mode| {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            of(&auth, &[], &nobody)
        };
        assert_eq!(
            with_mode(0o600).unwrap(),
            Credential::bearer(Secret::new("t"))
        );
        assert!(matches!(with_mode(0o640), Err(ConfigError::OpenSecret(_))));
    }

    #[test]
    fn a_program_prints_all_or_the_secret_alone() {
        let auth = "type = 'basic'\ncommand = ['aws', 'x']\nuser_pointer = '/u'\n\
                    password_pointer = '/p'\nexpiry = { pointer = '/e', unit = 'iso' }";
        let Credential::Printed { user, program, .. } = of(auth, &[], &nobody).unwrap() else {
            panic!()
        };
        assert_eq!((user, program.user.as_deref()), (None, Some("/u")));
        assert_eq!(
            (program.secret.as_deref(), program.unit),
            (Some("/p"), Unit::Iso)
        );
        let pass = of("user = 'u'\npassword_command = ['pass', 'x']", &[], &nobody).unwrap();
        assert!(matches!(pass, Credential::Printed { user: Some(user), .. } if user == "u"));
        let none = of("type = 'bearer'\ncommand = []", &[], &nobody);
        assert!(matches!(none, Err(ConfigError::NoProgram)));
    }

    #[test]
    fn whoever_sits_there_is_asked_for_what_is_missing() {
        let asked = RefCell::new(Vec::new());
        let ask = |question: &str, is_secret: bool| {
            asked.borrow_mut().push((question.to_owned(), is_secret));
            Some("answer".to_owned())
        };
        let both = of("type = 'basic'", &[], &ask).unwrap();
        assert_eq!(both, Credential::basic("answer", Secret::new("answer")));
        let questions = [
            ("User for h: ".to_owned(), false),
            ("Password for answer on h: ".to_owned(), true),
        ];
        assert_eq!(*asked.borrow(), questions);
        // What is to be asked for is not taken from a variable that happens to be set.
        let prompted = "user = 'u'\npassword = { prompt = true }";
        let prompted = of(prompted, &[("LIVYSH_PASSWORD", "d")], &ask).unwrap();
        assert_eq!(prompted, Credential::basic("u", Secret::new("answer")));
    }
}

//! Where the keys of AWS come from, and what they sign for.

use super::credential::clean;
use super::{ConfigError, Environment};
use crate::auth::{AwsKeys, AwsScope, AwsSource, Credential, Program, Unit};
use crate::livy;
use std::path::{Path, PathBuf};

const SERVICE: &str = "emr-serverless";
/// A region that is to be found.
const AUTO: &str = "auto";
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// The program that gives keys of every kind that it knows.
const AWS: &str = "aws";

/// What a profile of ours says of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    pub(super) service: Option<&'a str>,
    pub(super) region: Option<&'a str>,
    /// A profile of AWS's own.
    pub(super) profile: Option<&'a str>,
    /// What prints keys as a `credential_process` does.
    pub(super) command: Option<&'a [String]>,
}

/// What signs requests to a server. Where our profile names the keys, those of the environment have no say:
/// they may be another account's.
pub(super) fn credential(
    wanted: Wanted<'_>,
    server: &str,
    environment: Environment<'_>,
) -> Result<Credential, ConfigError> {
    let scope = AwsScope {
        service: wanted.service.unwrap_or(SERVICE).to_owned(),
        region: region(wanted.region, server, environment)?,
    };
    let source = match (wanted.command, wanted.profile) {
        (Some([]), _) => return Err(ConfigError::NoProgram),
        (Some(words), _) => printed(words.to_vec()),
        (None, Some(profile)) => of_profile(profile, true, environment)?,
        (None, None) => match of_environment(environment)? {
            Some(keys) => AwsSource::Given(keys),
            None => {
                let profile = environment("AWS_PROFILE");
                of_profile(profile.as_deref().unwrap_or("default"), false, environment)?
            }
        },
    };
    Ok(Credential::Aws {
        scope,
        source: Box::new(source),
    })
}

fn region(
    wanted: Option<&str>,
    server: &str,
    environment: Environment<'_>,
) -> Result<String, ConfigError> {
    if let Some(region) = wanted.filter(|region| *region != AUTO) {
        return Ok(region.to_owned());
    }
    let host = livy::host_of(server);
    let labels = host.split('.').rev();
    let is_of_aws = labels
        .clone()
        .any(|label| label == "amazonaws" || label == "aws");
    let told = labels.clone().find(|label| is_of_aws && is_region(label));
    told.map(str::to_owned)
        .or_else(|| REGIONS.iter().find_map(|name| environment(name)))
        .ok_or(ConfigError::NoRegion)
}

/// `eu-west-1`, `us-gov-east-1` and their like.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let [place, words @ .., number] = parts.as_slice() else {
        return false;
    };
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    (2..=4).contains(&place.len())
        && is_word(place)
        && !words.is_empty()
        && words.iter().all(is_word)
        && (1..=2).contains(&number.len())
        && number.chars().all(|c| c.is_ascii_digit())
}

fn of_environment(environment: Environment<'_>) -> Result<Option<AwsKeys>, ConfigError> {
    let Some(id) = environment("AWS_ACCESS_KEY_ID") else {
        return Ok(None);
    };
    let secret = |name: &str| {
        let text = environment(name);
        text.map(|text| clean(&text, || ConfigError::OddSecret(name.to_owned())))
            .transpose()
    };
    Ok(Some(AwsKeys {
        id: clean(&id, || {
            ConfigError::OddSecret("AWS_ACCESS_KEY_ID".to_owned())
        })?
        .reveal()
        .to_owned(),
        secret: secret("AWS_SECRET_ACCESS_KEY")?.ok_or_else(|| ConfigError::NoSecret {
            what: "the environment variable AWS_SECRET_ACCESS_KEY".to_owned(),
            kind: "sigv4",
        })?,
        token: secret("AWS_SESSION_TOKEN")?,
    }))
}

/// What AWS's profile names, else whatever the program `aws` knows of it.
fn of_profile(
    name: &str,
    is_named: bool,
    environment: Environment<'_>,
) -> Result<AwsSource, ConfigError> {
    let path = environment("AWS_CONFIG_FILE").map(PathBuf::from);
    let path = path.or_else(|| Some(Path::new(&environment("HOME")?).join(".aws").join("config")));
    if let Some(path) = path
        && let Ok(text) = std::fs::read_to_string(&path)
        && let Some(line) = process_in(&text, name)
    {
        let words = shlex::split(line).filter(|words| !words.is_empty());
        return words.map(printed).ok_or_else(|| ConfigError::Malformed {
            path,
            message: format!("the credential_process of the profile “{name}” is no command"),
        });
    }
    if !is_program(AWS, environment) {
        return Err(ConfigError::NoAwsKeys);
    }
    let mut words = [
        AWS,
        "configure",
        "export-credentials",
        "--format",
        "process",
    ]
    .map(str::to_owned)
    .to_vec();
    if is_named {
        words.extend(["--profile".to_owned(), name.to_owned()]);
    }
    Ok(printed(words))
}

/// The `credential_process` of a profile, in the text of AWS's own configuration.
fn process_in<'a>(text: &'a str, profile: &str) -> Option<&'a str> {
    let mut is_in = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(section) = trimmed.strip_prefix('[') {
            let section = section.split(']').next().unwrap_or_default().trim();
            let named = section.strip_prefix("profile ").map(str::trim);
            is_in = named == Some(profile) || (profile == "default" && section == profile);
            continue;
        }
        if let Some((key, value)) = line.split_once('=')
            && is_in
            && key.trim_end() == "credential_process"
        {
            return Some(value.trim());
        }
    }
    None
}

fn is_program(name: &str, environment: Environment<'_>) -> bool {
    let path = environment("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn printed(words: Vec<String>) -> AwsSource {
    AwsSource::Printed(Program {
        words,
        secret: Some("/SecretAccessKey".to_owned()),
        user: Some("/AccessKeyId".to_owned()),
        session: Some("/SessionToken".to_owned()),
        until: Some("/Expiration".to_owned()),
        unit: Unit::Auto,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Secret;

    const SERVER: &str = "https://00f.livy.emr-serverless-services.eu-west-1.amazonaws.com";

    fn of(wanted: Wanted<'_>, variables: &[(&str, &str)]) -> Result<AwsSource, ConfigError> {
        let environment = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match credential(wanted, SERVER, &environment)? {
            Credential::Aws { source, .. } => Ok(*source),
            other => panic!("{other:?}"),
        }
    }

    fn words(source: AwsSource) -> String {
        match source {
            AwsSource::Printed(program) => program.words.join("|"),
            AwsSource::Given(keys) => panic!("{keys:?}"),
        }
    }

    const KEYS: [(&str, &str); 2] = [
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];

    #[test]
    fn a_region_stands_in_the_name_of_the_host() {
        let nothing = |_: &str| None;
        let variable = |name: &str| (name == "AWS_DEFAULT_REGION").then(|| "sa-east-1".to_owned());
        let host = |region: &str| format!("https://00f.livy.emr-serverless-services.{region}");
        for (host, expected) in [
            (host("eu-west-1.amazonaws.com"), "eu-west-1"),
            (host("us-gov-west-1.amazonaws.com"), "us-gov-west-1"),
            (host("cn-north-1.amazonaws.com.cn"), "cn-north-1"),
            (host("eusc-de-east-1.amazonaws.eu"), "eusc-de-east-1"),
        ] {
            for wanted in [None, Some(AUTO)] {
                assert_eq!(region(wanted, &host, &variable).unwrap(), expected);
            }
            assert_eq!(region(Some("x"), &host, &nothing).unwrap(), "x");
        }
        let own = "http://my-proxy-1.example:8998";
        assert_eq!(region(Some(AUTO), own, &variable).unwrap(), "sa-east-1");
        assert!(matches!(
            region(None, own, &nothing),
            Err(ConfigError::NoRegion)
        ));
    }

    #[test]
    fn keys_come_from_the_environment_unless_the_profile_names_others() {
        let with_token = [KEYS[0], KEYS[1], ("AWS_SESSION_TOKEN", "t")];
        let given = |token: Option<&str>| {
            AwsSource::Given(AwsKeys {
                id: "AKIA".to_owned(),
                secret: Secret::new("s"),
                token: token.map(Secret::new),
            })
        };
        assert_eq!(of(Wanted::default(), &KEYS).unwrap(), given(None));
        assert_eq!(
            of(Wanted::default(), &with_token).unwrap(),
            given(Some("t"))
        );
        let half = of(Wanted::default(), &KEYS[..1]);
        assert!(matches!(half, Err(ConfigError::NoSecret { .. })));
        let own = ["vault".to_owned(), "aws".to_owned()];
        let wanted = Wanted {
            command: Some(&own),
            ..Wanted::default()
        };
        assert_eq!(words(of(wanted, &KEYS).unwrap()), "vault|aws");
        let none = Wanted {
            command: Some(&[]),
            ..Wanted::default()
        };
        assert!(matches!(of(none, &[]), Err(ConfigError::NoProgram)));
    }

    #[test]
    fn a_profile_of_aws_names_what_prints_its_keys() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        let text = "[default]\nregion = eu-west-1\ncredential_process = first\n\
                    [profile  work]\n  # credential_process = no\n\
                    credential_process=\"/opt/my keys\" --for 'a b'\n\
                    [profile bare]\noutput = json\n[profile odd]\ncredential_process = 'x\n";
        std::fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap();
        let home = folder.path().to_str().unwrap();
        let asked = |profile: Option<&str>, more: &[(&str, &str)]| {
            let mut variables = vec![("AWS_CONFIG_FILE", config)];
            variables.extend(more);
            let wanted = Wanted {
                profile,
                ..Wanted::default()
            };
            of(wanted, &variables)
        };
        assert_eq!(words(asked(None, &[]).unwrap()), "first");
        let work = "/opt/my keys|--for|a b";
        assert_eq!(words(asked(Some("work"), &KEYS).unwrap()), work);
        let by_variable = asked(None, &[("AWS_PROFILE", "work")]);
        assert_eq!(words(by_variable.unwrap()), work);
        assert!(matches!(
            asked(Some("odd"), &[]),
            Err(ConfigError::Malformed { .. })
        ));
        // No program there, and then one.
        let path = [("PATH", home)];
        assert!(matches!(
            asked(Some("bare"), &path),
            Err(ConfigError::NoAwsKeys)
        ));
        std::fs::write(folder.path().join("aws"), "").unwrap();
        let export = "aws|configure|export-credentials|--format|process";
        let named = words(asked(Some("bare"), &path).unwrap());
        assert_eq!(named, format!("{export}|--profile|bare"));
        let by_variable = asked(None, &[path[0], ("AWS_PROFILE", "bare")]);
        assert_eq!(words(by_variable.unwrap()), export);
    }
}

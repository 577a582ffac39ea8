//! Where the keys of AWS come from, and what they sign for.

use super::aws_files::AwsProfile;
use super::credential::clean;
use super::folders::is_program;
use super::{ConfigError, Environment};
use crate::auth::{AwsKeys, AwsScope, AwsSource, Credential, Program, Unit};
use crate::livy;

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

/// The keys that stand in AWS's own files, or what these name, else whatever the program `aws` knows.
fn of_profile(
    name: &str,
    is_named: bool,
    environment: Environment<'_>,
) -> Result<AwsSource, ConfigError> {
    let profile = AwsProfile::read(name, environment);
    if !profile.is_left_to_aws() {
        // Keys that end are written anew meanwhile, and that program reads them again.
        let is_lasting = |keys: &AwsKeys| keys.token.is_none() || !is_program(AWS, environment);
        if let Some(keys) = of_file(&profile)?.filter(is_lasting) {
            return Ok(AwsSource::Given(keys));
        }
        if let Some(source) = of_process(&profile)? {
            return Ok(source);
        }
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

/// Keys that stand in a file.
fn of_file(profile: &AwsProfile<'_>) -> Result<Option<AwsKeys>, ConfigError> {
    let Some(file) = profile.with("aws_access_key_id") else {
        return Ok(None);
    };
    let value = |key: &str| {
        let text = file.value(profile.name, key);
        let odd = || ConfigError::OddSecret(format!("{key} in {}", file.path.display()));
        text.map(|text| clean(text, odd)).transpose()
    };
    let without = || ConfigError::NoSecret {
        what: format!("aws_secret_access_key in {}", file.path.display()),
        kind: "sigv4",
    };
    let id = value("aws_access_key_id")?;
    Ok(Some(AwsKeys {
        id: id.map_or_else(String::new, |id| id.reveal().to_owned()),
        secret: value("aws_secret_access_key")?.ok_or_else(without)?,
        token: value("aws_session_token")?,
    }))
}

/// A program that prints them.
fn of_process(profile: &AwsProfile<'_>) -> Result<Option<AwsSource>, ConfigError> {
    let Some(file) = profile.with("credential_process") else {
        return Ok(None);
    };
    let line = file.value(profile.name, "credential_process");
    let words = shlex::split(line.unwrap_or_default()).filter(|words| !words.is_empty());
    let name = profile.name;
    let source = words.map(printed).ok_or_else(|| ConfigError::Malformed {
        path: file.path.clone(),
        message: format!("the credential_process of the profile “{name}” is no command"),
    });
    source.map(Some)
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
                    [profile bare]\noutput = json\n[profile role]\nrole_arn = arn\n[profile odd]\ncredential_process = 'x\n";
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
        // Keys that stand in a file are as good, unless the profile is one that only AWS can read.
        let keys = "[bare]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s/+=\n[odd]\n\
                    aws_access_key_id=A\n[role]\naws_access_key_id=A\naws_secret_access_key=s\n";
        let credentials = folder.path().join("credentials");
        std::fs::write(&credentials, keys).unwrap();
        let file = [("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap())];
        let given = asked(Some("bare"), &file).unwrap();
        let expected = AwsKeys {
            id: "AKIAFILE".to_owned(),
            secret: Secret::new("s/+="),
            token: None,
        };
        assert_eq!(given, AwsSource::Given(expected));
        // Those that end are AWS's own program's, where that is there.
        let ending = format!(
            "{keys}[ends]\naws_access_key_id=A\naws_secret_access_key=s\naws_session_token=t\n[role]\n"
        );
        std::fs::write(&credentials, ending).unwrap();
        assert!(matches!(
            asked(Some("ends"), &file),
            Ok(AwsSource::Given(_))
        ));
        let told = asked(Some("odd"), &file).unwrap_err().to_string();
        assert!(told.contains("aws_secret_access_key in "), "{told}");
        let of_role = asked(Some("role"), &file);
        assert!(matches!(of_role, Err(ConfigError::NoAwsKeys)));
        // No program there, and then one.
        let path = [("PATH", home)];
        assert!(matches!(
            asked(Some("bare"), &path),
            Err(ConfigError::NoAwsKeys)
        ));
        std::fs::write(folder.path().join("aws"), "").unwrap();
        let both = [path[0], file[0]];
        assert!(words(asked(Some("ends"), &both).unwrap()).starts_with("aws|configure|"));
        assert!(matches!(
            asked(Some("bare"), &both),
            Ok(AwsSource::Given(_))
        ));
        let export = "aws|configure|export-credentials|--format|process";
        let named = words(asked(Some("bare"), &path).unwrap());
        assert_eq!(named, format!("{export}|--profile|bare"));
        let by_variable = asked(None, &[path[0], ("AWS_PROFILE", "bare")]);
        assert_eq!(words(by_variable.unwrap()), export);
    }
}

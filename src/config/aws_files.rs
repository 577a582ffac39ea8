//! What AWS's own files say of a profile: `~/.aws/config` and `~/.aws/credentials`.

use super::Environment;
use std::path::{Path, PathBuf};

/// Of a profile whose keys only AWS's own program can get.
const LEFT_TO_AWS: [&str; 5] = [
    "role_arn",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
    "login_session",
];

/// One of them, as text.
pub(super) struct AwsFile {
    pub(super) path: PathBuf,
    text: String,
    /// How a section of it is called.
    is_config: bool,
}

/// A profile as both files tell it.
pub(super) struct AwsProfile<'a> {
    pub(super) name: &'a str,
    pub(super) config: Option<AwsFile>,
    pub(super) credentials: Option<AwsFile>,
}

impl<'a> AwsProfile<'a> {
    pub(super) fn read(name: &'a str, environment: Environment<'_>) -> AwsProfile<'a> {
        let file = |variable: &str, name: &str, is_config| {
            let named = environment(variable).map(PathBuf::from);
            let usual = || Some(Path::new(&environment("HOME")?).join(".aws").join(name));
            let path = named.or_else(usual)?;
            let text = std::fs::read_to_string(&path).ok()?;
            Some(AwsFile {
                path,
                text,
                is_config,
            })
        };
        AwsProfile {
            name,
            config: file("AWS_CONFIG_FILE", "config", true),
            credentials: file("AWS_SHARED_CREDENTIALS_FILE", "credentials", false),
        }
    }

    /// Whether only AWS's own program can get its keys.
    pub(super) fn is_left_to_aws(&self) -> bool {
        LEFT_TO_AWS.iter().any(|key| self.of_config(key).is_some())
    }

    pub(super) fn of_config(&self, key: &str) -> Option<&str> {
        self.config.as_ref()?.value(self.name, key)
    }

    /// Both files may hold keys; that of credentials counts first.
    pub(super) fn with(&self, key: &str) -> Option<&AwsFile> {
        let files = [&self.credentials, &self.config];
        let files = files.into_iter().flatten();
        files
            .into_iter()
            .find(|file| file.value(self.name, key).is_some())
    }
}

impl AwsFile {
    /// A value of a profile's section.
    pub(super) fn value(&self, profile: &str, key: &str) -> Option<&str> {
        let mut is_in = false;
        for line in self.text.lines() {
            if let Some(section) = line.trim().strip_prefix('[') {
                let section = section.split(']').next().unwrap_or_default().trim();
                is_in = self.is_called(section, profile);
                continue;
            }
            if let Some((named, value)) = line.split_once('=')
                && is_in
                && named.trim_end() == key
            {
                let value = value.trim();
                return (!value.is_empty()).then_some(value);
            }
        }
        None
    }

    fn is_called(&self, section: &str, profile: &str) -> bool {
        let named = section.strip_prefix("profile ").map(str::trim);
        match self.is_config {
            true => named == Some(profile) || (profile == "default" && section == profile),
            false => section == profile,
        }
    }
}

//! Settings of a new session's Spark, as `--conf KEY=VALUE` gives them. A secret need not stand on
//! the command line, where other users see it: `KEY=env:NAME` and `KEY=@FILE` read it.

use super::{ConfigError, Environment};
use std::collections::BTreeMap;

/// A setting's value.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfValue {
    pub text: String,
    /// Whether it must not be shown.
    pub is_secret: bool,
}

impl std::fmt::Debug for ConfValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.shown())
    }
}

impl ConfValue {
    /// A value as it stands.
    pub fn plain(key: &str, text: &str) -> ConfValue {
        ConfValue {
            text: text.to_owned(),
            is_secret: names_secret(key) || names_secret(text),
        }
    }

    pub fn shown(&self) -> &str {
        match self.is_secret {
            true => "***",
            false => &self.text,
        }
    }
}

/// Reads the settings; of one that is given twice the last counts, as in spark-submit.
pub fn spark_conf(
    given: &[String],
    environment: Environment<'_>,
) -> Result<BTreeMap<String, ConfValue>, ConfigError> {
    given.iter().map(|one| setting(one, environment)).collect()
}

fn setting(given: &str, environment: Environment<'_>) -> Result<(String, ConfValue), ConfigError> {
    let Some((key, value)) = given.split_once('=') else {
        return Err(ConfigError::NoSetting(given.to_owned()));
    };
    let key = key.trim();
    if key.is_empty() {
        return Err(ConfigError::NoSetting(given.to_owned()));
    }
    Ok((key.to_owned(), self::value(key, value, environment)?))
}

/// The value of a key, from where its text says.
pub(super) fn value(
    key: &str,
    text: &str,
    environment: Environment<'_>,
) -> Result<ConfValue, ConfigError> {
    let read = if let Some(name) = text.strip_prefix("env:") {
        let text = environment(name).ok_or_else(|| ConfigError::NoVariable {
            name: name.to_owned(),
            key: key.to_owned(),
        })?;
        Some(text)
    } else if let Some(path) = text.strip_prefix('@') {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Unreadable(path.into(), error))?;
        Some(text)
    } else {
        None
    };
    Ok(match read {
        // What was read from a file often ends in a newline.
        Some(text) => ConfValue {
            text: text.trim_end_matches(['\r', '\n']).to_owned(),
            is_secret: true,
        },
        None => ConfValue::plain(key, text),
    })
}

/// As Spark itself decides what to redact (`spark.redaction.regex`), by a key or a value.
pub fn names_secret(text: &str) -> bool {
    let key = text.to_ascii_lowercase();
    let words = ["secret", "password", "token", "access.key", "accesskey"];
    words.iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str]) -> Result<BTreeMap<String, ConfValue>, ConfigError> {
        let given: Vec<String> = given.iter().map(|one| (*one).to_owned()).collect();
        spark_conf(&given, &|name| (name == "KEY").then(|| "k\n".to_owned()))
    }

    #[test]
    fn values_come_from_the_line_the_environment_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "from file\r\n").unwrap();
        let file = format!("c=@{}", path.display());
        let conf = read(&["a=1=2", "b=env:KEY", &file, "a=3", "x.password=p", " d = e"]).unwrap();
        let text = |key: &str| conf[key].text.as_str();
        assert_eq!(
            [text("a"), text("b"), text("c"), text("d")],
            ["3", "k", "from file", " e"]
        );
        let shown = |key: &str| conf[key].shown().to_owned();
        assert_eq!([shown("a"), shown("b"), shown("c")], ["3", "***", "***"]);
        assert_eq!(format!("{:?}", conf["x.password"]), "***");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (given, told) in [
            ("a", "“a” is no setting"),
            ("=1", "“=1” is no setting"),
            (
                "a=env:NONE",
                "the environment variable NONE, for a, is not set",
            ),
            ("a=@/no/such/file", "/no/such/file: "),
        ] {
            let error = read(&[given]).unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }
}

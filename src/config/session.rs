//! `[profiles.NAME.session]`: what the new sessions of a server are made with.

use super::duration::deserialized;
use super::spark_conf::{ConfValue, value};
use super::{ConfigError, Environment};
use crate::lang::Language;
use crate::livy::{Resources, SESSION_FIELDS};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SessionSettings {
    /// With `{user}` and `{rand}`.
    pub name: Option<String>,
    /// The language, by Livy's name.
    #[serde(deserialize_with = "super::profile::language")]
    pub kind: Option<Language>,
    proxy_user: Option<String>,
    queue: Option<String>,
    #[serde(deserialize_with = "list")]
    jars: Vec<String>,
    #[serde(deserialize_with = "list")]
    py_files: Vec<String>,
    #[serde(deserialize_with = "list")]
    files: Vec<String>,
    #[serde(deserialize_with = "list")]
    archives: Vec<String>,
    driver_memory: Option<String>,
    driver_cores: Option<u32>,
    executor_memory: Option<String>,
    executor_cores: Option<u32>,
    num_executors: Option<u32>,
    #[serde(deserialize_with = "deserialized")]
    pub heartbeat_timeout_in_second: Option<Duration>,
    #[serde(deserialize_with = "deserialized")]
    pub ttl: Option<Duration>,
    #[serde(deserialize_with = "deserialized")]
    pub idle_timeout: Option<Duration>,
    #[serde(deserialize_with = "settings")]
    conf: BTreeMap<String, String>,
    /// Fields that Livy has not.
    #[serde(deserialize_with = "fields")]
    pub extra: Map<String, Value>,
}

impl SessionSettings {
    pub fn resources(&self) -> Resources {
        Resources {
            proxy_user: self.proxy_user.clone(),
            queue: self.queue.clone(),
            jars: self.jars.clone(),
            py_files: self.py_files.clone(),
            files: self.files.clone(),
            archives: self.archives.clone(),
            driver_memory: self.driver_memory.clone(),
            driver_cores: self.driver_cores,
            executor_memory: self.executor_memory.clone(),
            executor_cores: self.executor_cores,
            num_executors: self.num_executors,
        }
    }

    /// Settings of Spark; a value is written as for `--conf`.
    pub fn conf(
        &self,
        environment: Environment<'_>,
    ) -> Result<BTreeMap<String, ConfValue>, ConfigError> {
        let conf = self.conf.iter();
        conf.map(|(key, text)| Ok((key.clone(), value(key, text, environment)?)))
            .collect()
    }
}

/// A list, or a text with commas as on a command line.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::List(list) => list,
        Written::Text(text) => text.split(',').map(|one| one.trim().to_owned()).collect(),
    })
}

/// Spark takes texts; numbers and truths may stand as they are.
fn settings<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let written = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let settings = written.into_iter().map(|(key, value)| match value {
        Value::String(text) => Ok((key, text)),
        Value::Bool(_) | Value::Number(_) => {
            let text = value.to_string();
            Ok((key, text))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => Err(D::Error::custom(format!(
            "session.conf: the value of {key} is no text: write the key in quotes, \"{key}\""
        ))),
    });
    settings.collect()
}

/// What has a key of its own is not said twice.
fn fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let fields = Map::<String, Value>::deserialize(deserializer)?;
    let twice = SESSION_FIELDS
        .iter()
        .find(|name| fields.contains_key(**name));
    match twice {
        None => Ok(fields),
        Some(name) => Err(D::Error::custom(format!(
            "session.extra is for fields that Livy has not: {name} is the key {}",
            snake(name)
        ))),
    }
}

/// `numExecutors` as it is written in a profile.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Result<SessionSettings, String> {
        let table: toml::Table = text.parse().unwrap();
        super::super::profile::read(&table)
    }

    #[test]
    fn every_field_has_a_key() {
        let all = read(
            "name = 'n'\nkind = 'pyspark'\nproxy_user = 'u'\nqueue = 'q'\njars = ['/a.jar']\n\
             py_files = '/a.py, /b.py'\nfiles = ['/a']\narchives = ['/a.zip#a']\n\
             driver_memory = '1g'\ndriver_cores = 1\nexecutor_memory = '2g'\nexecutor_cores = 2\n\
             num_executors = 3\nheartbeat_timeout_in_second = 60\nttl = '8h'\nidle_timeout = '90m'\n\
             conf = { 'spark.a' = 'x', 'spark.b' = 2, 'spark.c' = true, 'spark.d' = 'env:D' }\n\
             extra = { tags = { a = 'b' } }",
        )
        .unwrap();
        let sent = serde_json::to_value(all.resources()).unwrap();
        let expected = json!({"proxyUser": "u", "queue": "q", "jars": ["/a.jar"],
            "pyFiles": ["/a.py", "/b.py"], "files": ["/a"], "archives": ["/a.zip#a"],
            "driverMemory": "1g", "driverCores": 1, "executorMemory": "2g", "executorCores": 2,
            "numExecutors": 3});
        assert_eq!(sent, expected);
        let environment = |name: &str| (name == "D").then(|| "hidden".to_owned());
        let conf = all.conf(&environment).unwrap();
        let conf: Vec<(&str, &str)> = conf
            .iter()
            .map(|(key, value)| (key.as_str(), value.shown()))
            .collect();
        let expected = [
            ("spark.a", "x"),
            ("spark.b", "2"),
            ("spark.c", "true"),
            ("spark.d", "***"),
        ];
        assert_eq!(conf, expected);
        assert_eq!(all.kind, Some(Language::Python));
        assert_eq!(all.idle_timeout, Some(Duration::from_secs(5_400)));
        assert_eq!(
            all.heartbeat_timeout_in_second,
            Some(Duration::from_secs(60))
        );
        assert_eq!(all.extra["tags"]["a"], "b");
        assert!(all.conf(&|_| None).is_err());
    }

    #[test]
    fn nothing_set_is_nothing_sent() {
        let none = read("").unwrap();
        assert_eq!(serde_json::to_value(none.resources()).unwrap(), json!({}));
        assert!(none.conf(&|_| None).unwrap().is_empty() && none.extra.is_empty());
    }

    #[test]
    fn what_cannot_be_is_told() {
        for (text, told) in [
            ("extra = { numExecutors = 2 }", "is the key num_executors"),
            ("conf = { spark.a = 'x' }", "write the key in quotes"),
            ("driver_cores = 'two'", "invalid type"),
            ("ttl = 'soon'", "it is written like 90s"),
            ("kind = 'cobol'", "is no language"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}

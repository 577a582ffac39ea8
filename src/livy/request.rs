//! What is sent to a Livy server. Livy refuses unknown fields and chokes on nulls, so a field that
//! the user did not set is not serialised.

use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Body of `POST /sessions`: Livy's CreateInteractiveRequest, and what a service wants beyond.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSession {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(flatten)]
    pub resources: Resources,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conf: BTreeMap<String, String>,
    /// The server ends the session when it is not asked for it for so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_timeout_in_second: Option<u64>,
    /// Such as `8h`: since Livy 0.9 its whole life, in 0.8 its longest idleness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<String>,
    /// Its longest idleness, since Livy 0.9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<String>,
    /// Fields that Livy has not.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of `POST /batches`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateBatch {
    /// Where the server finds what is to run: by its scheme, or its whole path.
    pub file: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(flatten)]
    pub resources: Resources,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conf: BTreeMap<String, String>,
}

/// What a session and a batch are both made with.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jars: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub py_files: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver_memory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver_cores: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor_memory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor_cores: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_executors: Option<u32>,
}

/// The fields of a request for a session, as they stand in it.
pub const SESSION_FIELDS: [&str; 17] = [
    "kind",
    "name",
    "proxyUser",
    "queue",
    "jars",
    "pyFiles",
    "files",
    "archives",
    "driverMemory",
    "driverCores",
    "executorMemory",
    "executorCores",
    "numExecutors",
    "conf",
    "heartbeatTimeoutInSecond",
    "ttl",
    "idleTimeout",
];

/// Body of `POST /sessions/{id}/statements`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewStatement {
    pub code: String,
    /// Needed where the language differs from the session's kind; unknown to Livy before 0.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Body of `POST /sessions/{id}/completion`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completion {
    pub code: String,
    pub kind: String,
    /// Where in the code, in UTF-16 units.
    pub cursor: usize,
}

/// Body of `POST /sessions/{id}/add-jar` and its like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AddFile {
    pub uri: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_unset_is_sent() {
        let text = |value: &CreateSession| serde_json::to_string(value).unwrap();
        assert_eq!(text(&CreateSession::default()), "{}");
        let kind = CreateSession {
            kind: Some("spark".to_owned()),
            ..CreateSession::default()
        };
        assert_eq!(text(&kind), r#"{"kind":"spark"}"#);
        let batch = CreateBatch {
            file: "/a.jar".to_owned(),
            class_name: Some("A".to_owned()),
            resources: Resources {
                num_executors: Some(2),
                ..Resources::default()
            },
            ..CreateBatch::default()
        };
        assert_eq!(
            serde_json::to_string(&batch).unwrap(),
            r#"{"file":"/a.jar","className":"A","numExecutors":2}"#
        );
    }

    #[test]
    fn all_that_livy_has_is_a_field_and_more_may_stand_beside_it() {
        let text = |text: &str| Some(text.to_owned());
        let list = |text: &str| vec![text.to_owned()];
        let whole = CreateSession {
            kind: text("spark"),
            name: text("n"),
            resources: Resources {
                proxy_user: text("u"),
                queue: text("q"),
                jars: list("/a.jar"),
                py_files: list("/a.py"),
                files: list("/a"),
                archives: list("/a.zip#a"),
                driver_memory: text("1g"),
                driver_cores: Some(1),
                executor_memory: text("2g"),
                executor_cores: Some(2),
                num_executors: Some(3),
            },
            conf: [("k".to_owned(), "v".to_owned())].into(),
            heartbeat_timeout_in_second: Some(60),
            ttl: text("8h"),
            idle_timeout: text("2h"),
            extra: [("tags".to_owned(), json!({"a": "b"}))]
                .into_iter()
                .collect(),
        };
        let sent = serde_json::to_value(&whole).unwrap();
        let expected = json!({"kind": "spark", "name": "n", "proxyUser": "u", "queue": "q",
            "jars": ["/a.jar"], "pyFiles": ["/a.py"], "files": ["/a"], "archives": ["/a.zip#a"],
            "driverMemory": "1g", "driverCores": 1, "executorMemory": "2g", "executorCores": 2,
            "numExecutors": 3, "conf": {"k": "v"}, "heartbeatTimeoutInSecond": 60, "ttl": "8h",
            "idleTimeout": "2h", "tags": {"a": "b"}});
        assert_eq!(sent, expected);
        let mut names: Vec<&str> = sent
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.retain(|name| *name != "tags");
        let mut fields = SESSION_FIELDS;
        fields.sort_unstable();
        assert_eq!(names, fields);
    }
}

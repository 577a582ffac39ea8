//! What is sent to a Livy server. Livy refuses unknown fields and chokes on nulls, so a field that
//! the user did not set is not serialised.

use serde::Serialize;
use std::collections::BTreeMap;

/// Body of `POST /sessions`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSession {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conf: BTreeMap<String, String>,
    /// The server ends the session when it is not asked for it for so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_timeout_in_second: Option<u64>,
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conf: BTreeMap<String, String>,
}

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
            num_executors: Some(2),
            ..CreateBatch::default()
        };
        assert_eq!(
            serde_json::to_string(&batch).unwrap(),
            r#"{"file":"/a.jar","className":"A","numExecutors":2}"#
        );
    }
}

//! A batch as a server tells of it.

use super::{AppInfo, Id, SessionState, lenient, lines};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    pub id: Id,
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub owner: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub state: SessionState,
    #[serde(default, deserialize_with = "lenient")]
    pub app_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub app_info: AppInfo,
    #[serde(default, deserialize_with = "lines")]
    pub log: Vec<String>,
    /// All of it, as the server sent it.
    #[serde(skip)]
    pub sent: Value,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchList {
    pub from: u64,
    pub total: u64,
    pub batches: Vec<Batch>,
}

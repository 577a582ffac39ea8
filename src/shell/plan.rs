//! What to open: an existing session or a new one, and where.

use super::journal::Journal;
use super::limits::Limits;
use crate::config::Place;
use crate::engine::{KeepAlive, Patience};
use crate::livy::{self, CreateSession};
use crate::local;
use crate::term::Out;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// What to open.
#[derive(Clone)]
pub struct Plan {
    pub place: Place,
    /// The command that comes to that place, for a shell.
    pub command: String,
    pub session: SessionPlan,
    /// What the name of a new session begins with.
    pub label: String,
    /// The user's cache folder for livysh.
    pub cache: PathBuf,
    /// Where to look for a local Spark.
    pub search: local::Search,
    pub tuning: local::Tuning,
    /// Whether a new session stays when livysh ends.
    pub keep: bool,
    /// Settings of the new session that must not be shown.
    pub secrets: BTreeSet<String>,
    pub limits: Limits,
    pub patience: Patience,
    pub keep_alive: KeepAlive,
    pub journal: Journal,
    /// How long a server is waited for that was not reached yet, where that was asked for.
    pub retry_for: Option<Duration>,
    /// A request's longest silence, where that is not the usual one.
    pub timeout: Option<Duration>,
    pub out: Out,
    /// Whether every request is told.
    pub is_verbose: bool,
}

#[derive(Debug, Clone)]
pub enum SessionPlan {
    Create(CreateSession),
    /// By id or name.
    Attach(String),
}

impl Plan {
    /// What would be sent to create the session, as it may be shown: the address and the body.
    /// `None` where none would be created.
    pub fn request(&self) -> Option<(String, String)> {
        let SessionPlan::Create(request) = &self.session else {
            return None;
        };
        let root = match &self.place {
            Place::Local => "http://127.0.0.1".to_owned(),
            Place::Server { url, .. } => livy::shown_root(url),
        };
        let mut shown = request.clone();
        shown.name = Some(format!("{}-xxxxxxxx", self.label));
        for (key, value) in &mut shown.conf {
            if self.secrets.contains(key) {
                *value = "***".to_owned();
            }
        }
        let body = serde_json::to_string_pretty(&shown).unwrap_or_default();
        Some((format!("POST {root}/sessions"), body + "\n"))
    }

    /// The server, as it is shown to people; none where it ends with this process.
    pub fn remote_root(&self) -> Option<String> {
        match &self.place {
            Place::Local => None,
            Place::Server { url, .. } => Some(livy::shown_root(url)),
        }
    }
}

//! What to open: an existing session or a new one, and where.

use super::journal::{Journal, Known};
use super::limits::Limits;
use crate::config::{Place, names_secret};
use crate::engine::{KeepAlive, Patience};
use crate::lang::Language;
use crate::livy::{self, CreateSession, Session};
use crate::local;
use crate::term::Out;
use serde_json::{Map, Value};
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
    /// What a new session is made with.
    pub fresh: CreateSession,
    /// What the name of a new session is made of.
    pub label: String,
    /// The options that say something of a new session.
    pub set_up_by: Vec<&'static str>,
    /// Files of this machine that a new session is given once it runs.
    pub files: Vec<String>,
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
    /// Whether sessions are told that a livysh has left on the server.
    pub tells_left: bool,
    /// The command that keeps the server as a profile, where that is offered.
    pub offer: Option<String>,
    /// Whether another session has the prompt while this one is opened.
    pub is_aside: bool,
    /// How long a server is waited for that was not reached yet, where that was asked for.
    pub retry_for: Option<Duration>,
    pub out: Out,
    /// Whether every request is told.
    pub is_verbose: bool,
}

#[derive(Debug, Clone)]
pub enum SessionPlan {
    Create(CreateSession),
    /// Attach to the one of the request's name, which is made where there is none, and stays.
    FindOrCreate(CreateSession),
    Attach(Attach),
}

/// A session that is to be there.
#[derive(Debug, Clone)]
pub struct Attach {
    /// By id or name.
    pub session: String,
    /// What livysh knows of it.
    pub(super) known: Option<Known>,
    /// Whether it is the one that is known, and no other.
    pub(super) is_last: bool,
}

/// What `-s` and `:attach` take for the session that was used last.
pub const LAST: &str = "last";

impl Attach {
    /// To one by its id or name, or to the one that was used last before the `present` one.
    pub fn to(
        name: &str,
        journal: &Journal,
        root: &str,
        present: Option<&Session>,
    ) -> Result<Attach, String> {
        if name != LAST {
            let is_number = name.parse::<i64>().is_ok();
            return Ok(Attach {
                session: name.to_owned(),
                known: journal.numbered(root, name).filter(|_| is_number),
                is_last: false,
            });
        }
        let Some(known) = journal.last(root, present) else {
            let other = if present.is_some() { "other " } else { "" };
            return Err(format!(
                "no {other}session on {root} is known that livysh has used"
            ));
        };
        Ok(Attach {
            session: known.called().to_owned(),
            known: Some(known),
            is_last: true,
        })
    }
}

/// A name that is one of its own: `{rand}` or the end of a label is what makes it so.
pub fn named(label: &str, unique: &str) -> String {
    match label.contains("{rand}") {
        true => label.replace("{rand}", unique),
        false => format!("{label}-{unique}"),
    }
}

/// Without values whose names tell that they are secret.
fn conceal(fields: &mut Map<String, Value>) {
    for (name, value) in fields {
        match value {
            Value::Object(inner) => conceal(inner),
            Value::String(text) if names_secret(name) || names_secret(text) => {
                *text = "***".to_owned();
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {}
        }
    }
}

/// What a prompt opens later.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// One like the first; where that was there before, one of this language.
    New(Language),
    /// One that is there, beside the present one.
    Existing {
        name: &'a str,
        present: Option<&'a Session>,
    },
}

impl Plan {
    /// What would be sent to create the session, as it may be shown: the address and the body.
    /// `None` where none would be created.
    pub fn request(&self) -> Option<(String, String)> {
        let (request, name) = match &self.session {
            SessionPlan::Create(request) => (request, Some(named(&self.label, "xxxxxxxx"))),
            SessionPlan::FindOrCreate(request) => (request, request.name.clone()),
            SessionPlan::Attach(_) => return None,
        };
        let root = match &self.place {
            Place::Local => "http://127.0.0.1".to_owned(),
            Place::Server { url, .. } => livy::shown_root(url),
        };
        let mut shown = match &self.place {
            Place::Local => request.clone(),
            Place::Server { service, .. } => service.fitting(request),
        };
        shown.name = name;
        for (key, value) in &mut shown.conf {
            if self.secrets.contains(key) {
                *value = "***".to_owned();
            }
        }
        conceal(&mut shown.extra);
        let body = serde_json::to_string_pretty(&shown).unwrap_or_default();
        Some((format!("POST {root}/sessions"), body + "\n"))
    }

    /// The plan for what a prompt opens later.
    pub fn wanting(mut self, wanted: Wanted<'_>) -> Result<Plan, String> {
        match (wanted, &self.session) {
            (Wanted::New(_), SessionPlan::Create(_) | SessionPlan::FindOrCreate(_)) => {}
            (Wanted::New(language), SessionPlan::Attach(_)) => {
                self.session = SessionPlan::Create(CreateSession {
                    kind: Some(language.kind().to_owned()),
                    ..self.fresh.clone()
                });
            }
            (Wanted::Existing { name, present }, _) => {
                let Some(root) = self.remote_root() else {
                    return Err("a local Spark has one session".to_owned());
                };
                let attach = Attach::to(name, &self.journal, &root, present)?;
                self.session = SessionPlan::Attach(attach);
                self.is_aside = true;
                self.offer = None;
            }
        }
        Ok(self)
    }

    /// The session that was used last, where that is wanted.
    pub(super) fn last(&self) -> Option<Known> {
        match &self.session {
            SessionPlan::Attach(Attach {
                known: Some(known),
                is_last: true,
                ..
            }) => Some(known.clone()),
            SessionPlan::Attach(_) | SessionPlan::Create(_) | SessionPlan::FindOrCreate(_) => None,
        }
    }

    /// The server, as it is shown to people; none where it ends with this process.
    pub fn remote_root(&self) -> Option<String> {
        match &self.place {
            Place::Local => None,
            Place::Server { url, .. } => Some(livy::shown_root(url)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_one_of_its_own() {
        assert_eq!(named("etl", "x1"), "etl-x1");
        assert_eq!(named("a-{rand}-b", "x1"), "a-x1-b");
    }

    #[test]
    fn fields_of_a_service_are_shown_without_secrets() {
        let fields =
            json!({"tags": {"team": "etl", "apiToken": "t"}, "size": 3, "a": "password=x"});
        let Value::Object(mut fields) = fields else {
            panic!()
        };
        conceal(&mut fields);
        let expected = json!({"tags": {"team": "etl", "apiToken": "***"}, "size": 3, "a": "***"});
        assert_eq!(Value::Object(fields), expected);
    }
}

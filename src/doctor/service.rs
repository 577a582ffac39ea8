//! Whether the server takes who asks, who that is there, and what it is.

use super::check::Check;
use super::report::Report;
use super::{Case, Inside, Left, Server, lives};
use crate::auth::Credential;
use crate::delivery::{PAGE, signed_on};
use crate::livy::{Client, LivyError, Session, SessionList, TransportKind};
use std::time::{Duration, Instant};

/// So often an answer is timed.
const TIMED: usize = 5;
/// Beyond it a prompt feels slow.
const SLOW: Duration = Duration::from_secs(1);

/// A server that answers, and how it is asked.
pub(super) struct Asked<'a> {
    pub(super) case: &'a Case,
    pub(super) server: &'a Server,
    pub(super) client: &'a Client,
    /// One whose requests have the time of a run's.
    pub(super) maker: &'a Client,
    pub(super) left: &'a Left,
}

impl Asked<'_> {
    /// Whether it takes who asks, and is what it is taken for. Where it does not, it may be for what is
    /// suspect already.
    pub(super) async fn signs_on(&self, suspects: &[Check], report: &mut Report<'_>) -> bool {
        report.progress("asking for the sessions");
        let list = match self.sessions().await {
            Ok(list) => list,
            Err(error) => {
                if error.is_identity() {
                    report.tell(turned_down(&error, suspects));
                    report.tell(Check::skipped("service", "who asks is not taken"));
                } else {
                    report.tell(Check::skipped("sign-on", "the server does not tell"));
                    report.tell(Check::of_error("service", &error));
                }
                return false;
            }
        };
        let taken = match &self.server.credential {
            Credential::None => "the server lets in whoever asks",
            Credential::Given { .. }
            | Credential::Printed { .. }
            | Credential::Fetched { .. }
            | Credential::Kerberos(_)
            | Credential::Aws { .. } => "the server takes it",
        };
        report.tell(Check::ok("sign-on", taken));
        report.tell(Check::ok("owner", self.owner(&list)));
        report.tell(Check::ok("service", self.version(&list).await));
        true
    }

    /// Once more where a program may print something else; a password that is wrong is not tried again.
    async fn sessions(&self) -> Result<SessionList, LivyError> {
        let ask = async || self.client.sessions(0, PAGE).await;
        match &self.server.credential {
            Credential::Printed { .. } | Credential::Fetched { .. } | Credential::Aws { .. } => {
                signed_on(ask).await
            }
            Credential::None | Credential::Given { .. } | Credential::Kerberos(_) => ask().await,
        }
    }

    /// What the server calls who asks: it tells that of what was made alone.
    fn owner(&self, list: &SessionList) -> String {
        let is_ours = |session: &&Session| self.case.journal.has_made(&self.server.root, session);
        match list.sessions.iter().find(is_ours).map(owner) {
            Some(Some(told)) => told,
            Some(None) => "your sessions have no owner there".to_owned(),
            None => {
                "not told: the server names it in a session of yours, and there is none".to_owned()
            }
        }
    }

    async fn version(&self, list: &SessionList) -> String {
        let called = match self.server.service.name.as_deref() {
            Some("livy") | None => "Livy",
            Some(name) => name,
        };
        let version = match read(async || self.client.version().await).await {
            Ok(version) if !version.version.is_empty() => format!("{called} {}", version.version),
            Ok(_) | Err(_) => format!("{called}, which tells no version"),
        };
        let shown = list.sessions.len() as u64;
        match list.total.max(shown) {
            1 => format!("{version}, with a session"),
            count => format!("{version}, with {count} sessions"),
        }
    }

    /// What is asked from memory, over one connection.
    pub(super) async fn latency(&self, report: &mut Report<'_>) {
        report.progress("timing");
        let mut took = Vec::new();
        for _ in 0..TIMED {
            let began = Instant::now();
            if let Err(error) = read(async || self.client.sessions(0, 1).await).await {
                let told = format!("the server answers no more: {error}");
                report.tell(Check::warning("latency", told, "run livysh doctor again"));
                return;
            }
            took.push(began.elapsed());
        }
        took.sort();
        let median = took[TIMED / 2];
        let told = format!(
            "{} ms, the median of {TIMED} answers",
            median.as_millis().max(1)
        );
        report.tell(match median > SLOW {
            true => Check::warning("latency", told, "the network or a gateway is slow"),
            false => Check::ok("latency", told),
        });
    }

    /// The session that a dialogue is in, as the server tells it now.
    pub(super) async fn session(&self, inside: &Inside) -> Check {
        let known = lives(inside);
        let (Some(session), None) = (&inside.session, &inside.over) else {
            return known;
        };
        match read(async || self.client.session(&session.id).await).await {
            Err(error) => Check::of_error("session", &error),
            Ok(now) => {
                let mut told = format!("session {} is {}", now.id, now.state);
                for (what, value) in [("name", &now.name), ("application", &now.app_id)] {
                    if let Some(value) = value {
                        told.push_str(&format!(", {what} {value}"));
                    }
                }
                if let Some(owner) = owner(&now) {
                    told.push_str(&format!("; {owner}"));
                }
                Check::ok("session", told)
            }
        }
    }
}

/// A read, asked again where the connection was a kept one that the server, or a proxy on the way, closed just
/// then.
async fn read<T>(mut ask: impl AsyncFnMut() -> Result<T, LivyError>) -> Result<T, LivyError> {
    match ask().await {
        Err(LivyError::Transport(error)) if error.kind == TransportKind::Cut => ask().await,
        answer => answer,
    }
}

/// What is suspect goes first, with what is to be done about it.
fn turned_down(error: &LivyError, suspects: &[Check]) -> Check {
    let refused = Check::of_error("sign-on", error);
    suspects.iter().rev().fold(refused, |check, suspect| {
        let hints = [suspect.hint.clone(), check.hint.clone()];
        let hints: Vec<String> = hints.into_iter().flatten().collect();
        Check {
            hint: Some(hints.join("\n")),
            ..check.because(&suspect.text)
        }
    })
}

/// Whom the server takes for the owner of a session.
pub(super) fn owner(session: &Session) -> Option<String> {
    let said = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    match (said(&session.owner), said(&session.proxy_user)) {
        (Some(owner), Some(user)) if owner != user => Some(format!(
            "the server takes you for {owner}, and runs it for {user}"
        )),
        (Some(owner), _) => Some(format!("the server takes you for {owner}")),
        (None, Some(user)) => Some(format!("the server runs it for {user}")),
        (None, None) => None,
    }
}

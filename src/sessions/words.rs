//! How what is told of sessions reads.

use crate::livy::{Id, LivyError, Session};
use crate::remote::{self, plain};
use crate::render::Line;
use crate::shell::{error_lines, livy_error};
use std::time::Duration;

/// Its name, else its number.
fn called(session: &Session) -> String {
    let name = session.name.as_ref().filter(|name| !name.is_empty());
    plain(&name.cloned().unwrap_or_else(|| session.id.to_string()))
}

/// The list, a session a line under the names of its columns.
pub(super) fn table(sessions: &[Session], idle: &[Option<Duration>]) -> String {
    let rows: Vec<_> = sessions
        .iter()
        .zip(idle)
        .map(|(session, idle)| {
            [
                Some(session.id.to_string()),
                session.name.clone(),
                Some(session.state.to_string()),
                session.kind.clone(),
                session.runs_for().map(str::to_owned),
                idle.map(length),
                session.app_id.clone(),
            ]
        })
        .collect();
    let names = [
        "ID",
        "NAME",
        "STATE",
        "KIND",
        "OWNER",
        "IDLE",
        "APPLICATION",
    ];
    remote::table(names, &rows)
}

/// A session with the last lines of its log, where the server sends them.
pub(super) fn shown(session: &Session, idle: Option<Duration>) -> String {
    let values = [
        ("id", Some(session.id.to_string())),
        ("name", session.name.clone()),
        ("state", Some(session.state.to_string())),
        ("because", session.reason.clone()),
        ("kind", session.kind.clone()),
        ("owner", session.owner.clone()),
        ("runs for", session.proxy_user.clone()),
        ("idle", idle.map(length)),
        ("queue", session.queue.clone()),
        ("application", session.app_id.clone()),
        ("driver's log", session.app_info.driver_log_url.clone()),
        ("Spark UI", session.app_info.spark_ui_url.clone()),
    ];
    remote::details(&values, &session.log)
}

/// In the largest unit of which there is one: `3d`, `2h`, `5m`, `9s`.
fn length(length: Duration) -> String {
    match length.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

pub(super) fn ended(session: &Session) -> Line {
    Line::plain(format!("Session {} has ended.", called(session)))
}

pub(super) fn stays(session: &Session) -> Line {
    Line::plain(format!("Session {} stays.", called(session)))
}

pub(super) fn in_use(session: &Session) -> Line {
    let called = called(session);
    Line::plain(format!(
        "Session {called} stays: another livysh works in it."
    ))
}

pub(super) fn none_is_idle() -> Line {
    Line::plain("No session of yours is idle.")
}

/// The question before another's is ended.
pub(super) fn may_be_ended(session: &Session, owner: &str) -> String {
    format!(
        "Session {} belongs to {}. End it? [y/N] ",
        called(session),
        plain(owner)
    )
}

pub(super) fn is_anothers(session: &Session, owner: &str) -> Vec<Line> {
    let told = format!(
        "session {} belongs to {}, and was not ended",
        called(session),
        plain(owner)
    );
    error_lines(&told, Some("--yes ends it all the same"))
}

/// One that cannot be asked about any more.
pub(super) fn lost(error: &LivyError, id: &Id) -> Vec<Line> {
    match error.is_no_session() {
        true => {
            let told = format!("session {id} is not there any more: it was ended");
            error_lines(&plain(&told), None)
        }
        false => livy_error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_list_obeys_nothing_and_says_what_is_known() {
        let session = |value| serde_json::from_value::<Session>(value).unwrap();
        let all = [
            session(
                json!({"id": 1, "name": "a\u{1b}[2J", "state": "idle", "kind": "pyspark",
                "owner": "knox", "proxyUser": "alice", "appId": "application_1"}),
            ),
            session(json!({"id": "x-2", "state": "Queued"})),
        ];
        assert_eq!(
            table(&all, &[Some(Duration::from_secs(7_300)), None]),
            "ID   NAME        STATE   KIND     OWNER  IDLE  APPLICATION\n\
             1    a\\u{1b}[2J  idle    pyspark  alice  2h    application_1\n\
             x-2  -           Queued  -        -      -     -\n"
        );
        assert_eq!(length(Duration::from_secs(59)), "59s");
        assert_eq!(length(Duration::from_secs(90_000)), "1d");
    }
}

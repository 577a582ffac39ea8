//! How a session's life reads: its start, what holds that up, and its end.

use super::link::About;
use super::tell::Reader;
use super::words::{error_lines, hint_line};
use crate::engine::Death;
use crate::livy::{LivyError, Session, is_log_heading, lengths};
use crate::render::{Line, Role, one_line, sanitize};

/// How much of its log tells why a session does not start.
const LINES_OF_REASON: usize = 3;

/// What a starting session does: the step, and what may change often within it.
pub(super) fn starting(session: &Session, is_local: bool) -> (String, String) {
    let last = session
        .log
        .iter()
        .rev()
        .map(|line| line.trim())
        .find(|line| !line.is_empty() && !is_log_heading(line));
    if is_local {
        // Our own server's log holds nothing but its steps until it is up.
        let step = last.unwrap_or("starting the session");
        return (one_line(step).into_owned(), String::new());
    }
    let mut step = format!("session {} is {}", session.id, session.state);
    if let Some(phase) = session.phases.last() {
        step.push_str(": ");
        step.push_str(&phase.told);
    }
    if let Some(application) = &session.app_id {
        step.push_str(", ");
        step.push_str(application);
    }
    if let Some(queue) = &session.queue {
        step.push_str(", queue ");
        step.push_str(queue);
    }
    let detail = last.map_or_else(String::new, |line| format!(": {}", one_line(line)));
    (one_line(&step).into_owned(), detail)
}

/// That a session can be used.
pub(super) fn up(session: &Session, is_local: bool) -> String {
    match is_local {
        true => "Spark is up".to_owned(),
        false => one_line(&format!("session {} is {}", session.id, session.state)).into_owned(),
    }
}

/// Why a session has not started in time, and whether it waits for room in the cluster.
pub(super) fn not_started(session: Option<&Session>, root: &str) -> (Vec<Line>, bool) {
    let Some(session) = session else {
        let told = format!("{root} has not created a session within --start-timeout");
        return (error_lines(&told, None), false);
    };
    let mut what = format!(
        "session {} on {root} has not started within --start-timeout: it is {}",
        session.id, session.state
    );
    for (name, value) in [
        ("application", session.app_id.as_ref()),
        ("queue", session.queue.as_ref()),
    ] {
        if let Some(value) = value {
            what.push_str(&format!(", {name} {value}"));
        }
    }
    let lacks_room = session.log.iter().any(|line| waits_for_room(line));
    let hint = match lacks_room {
        true => "the cluster has no room for it: try again later, or in another queue",
        false => "give it more time, or look at its log on the server",
    };
    let mut lines = error_lines(&what, None);
    lines.extend(reason_in(&session.log));
    lines.push(hint_line(hint));
    (lines, lacks_room)
}

/// That a start takes long, with what the cluster says of it.
pub(super) fn starts_slowly(session: &Session, about: &About, reader: Reader) -> Vec<Line> {
    let root = &about.root;
    let mut what = format!(
        "Session {} on {root} is still {}",
        session.id, session.state
    );
    if let Some(application) = &session.app_id {
        what.push_str(&format!(", application {application}"));
    }
    let mut lines = vec![Line::plain(one_line(&format!("{what}.")).into_owned())];
    lines.extend(reason_in(&session.log));
    let why = match session.log.iter().any(|line| waits_for_room(line)) {
        true => "the cluster has no room for it yet",
        false => "it is waited for",
    };
    let way_out = match (reader, about.is_ours) {
        (Reader::Beside, _) => "Ctrl-C does not wait",
        (Reader::OfScript | Reader::AtPrompt, true) => ":restart tries another, :quit gives up",
        (Reader::OfScript | Reader::AtPrompt, false) => ":quit gives up",
    };
    lines.push(hint_line(&format!("{why}; {way_out}")));
    lines
}

/// The last lines of a log, which tell most.
fn reason_in(log: &[String]) -> Vec<Line> {
    let log = log.iter().map(|line| line.trim());
    let said: Vec<&str> = log
        .filter(|line| !line.is_empty() && !is_log_heading(line))
        .collect();
    let last = &said[said.len().saturating_sub(LINES_OF_REASON)..];
    let shown = |line: &&str| Line::faint(format!("  {}", sanitize(line)));
    last.iter().map(shown).collect()
}

/// That a server that was started anew finds its sessions again.
pub(super) fn recovering(session: &Session) -> Line {
    let told = format!(
        "Session {} is {}: the statement waits until it is back.",
        session.id, session.state
    );
    Line::plain(one_line(&told).into_owned())
}

/// What YARN and Kubernetes say of an application that waits for resources.
fn waits_for_room(line: &str) -> bool {
    const SIGNS: [&str; 8] = [
        "state: ACCEPTED",
        "is not yet activated",
        "waiting for AM container",
        "Queue's AM resource limit exceeded",
        "Skipping AM assignment",
        "Insufficient",
        "Unschedulable",
        "exceeded quota",
    ];
    SIGNS.iter().any(|sign| line.contains(sign))
}

/// The two lines that spark-shell prints, which people look for.
pub(super) fn ready(session: &Session, about: &About) -> Vec<Line> {
    let made = match (about.is_ours, about.is_made_if_missing) {
        (true, _) if !about.is_local => "new ",
        (false, false) => "attached to ",
        (true, _) | (false, true) => "",
    };
    let mut which = vec![format!("{made}session {}", session.id)];
    which.extend(session.app_id.iter().map(|id| format!("app id = {id}")));
    let context = format!("Spark context available as 'sc' ({}).", which.join(", "));
    let ui = session.app_info.spark_ui_url.iter();
    let mut lines: Vec<Line> = ui
        .map(|url| {
            let said = Line::faint("Spark context Web UI available at ");
            said.then(Role::Link, one_line(url))
        })
        .collect();
    lines.push(Line::faint(one_line(&context)));
    lines.push(Line::faint("Spark session available as 'spark'."));
    lines
}

/// What a start has taken, where the service tells its steps.
pub(super) fn steps(session: &Session) -> Option<Line> {
    let steps = lengths(&session.phases);
    let lengthy = steps.iter().filter(|(_, took)| took.as_secs() > 0);
    let told: Vec<String> = lengthy
        .map(|(step, took)| format!("{step} {} s", took.as_secs()))
        .collect();
    match told.is_empty() {
        true => None,
        false => Some(Line::faint(one_line(&format!(
            "The start: {}.",
            told.join(", ")
        )))),
    }
}

/// Why a session is over, with the end of its log.
pub(super) fn death(death: &Death, root: &str, reader: Reader) -> Vec<Line> {
    let name = death.session.as_deref().unwrap_or("");
    let what = match (&death.failure, death.state.as_str()) {
        (Some(error), _) if error.is_no_session() => {
            format!("session {name} on {root} is gone: it was deleted, or it was idle for too long")
        }
        (Some(error), _) => format!("session {name} is lost: {error}"),
        (None, "") => format!("session {name} on {root} is over"),
        (None, state) => format!("session {name} on {root} is {state}"),
    };
    let what = match &death.reason {
        Some(reason) => format!("{what}: {}", one_line(reason)),
        None => what,
    };
    let mut lines = error_lines(&what, None);
    lines.extend(end_of_log(&death.log));
    if let Some(hint) = death.failure.as_ref().and_then(LivyError::hint) {
        lines.push(hint_line(&hint));
    }
    let hint = match (reader, death.may_live) {
        (Reader::Beside, _) => return lines,
        (Reader::AtPrompt, true) => "it may still be there: :attach and its number tries again",
        (Reader::AtPrompt, false) => {
            ":restart makes a new one, :replay then runs what has succeeded again"
        }
        (Reader::OfScript, true) => "it may still be there: try again with -s and its number",
        (Reader::OfScript, false) => {
            "the log tells what ended it; start livysh again for a new session"
        }
    };
    lines.push(hint_line(hint));
    lines
}

/// The last lines of a log under a heading; nothing where it holds none.
pub fn end_of_log(log: &[String]) -> Vec<Line> {
    let lines = log.iter().map(|line| line.trim());
    let said = lines.filter(|line| !line.is_empty() && !is_log_heading(line));
    let mut told: Vec<Line> = said
        .map(|line| Line::faint(format!("  {}", sanitize(line))))
        .collect();
    if !told.is_empty() {
        told.insert(0, Line::plain("the end of its log:"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(value: serde_json::Value) -> Session {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_local_start_tells_its_last_step() {
        let session = session(json!({"id": 0, "log": ["stdout: ", "starting Java", "\nstderr: "]}));
        assert_eq!(
            starting(&session, true),
            ("starting Java".to_owned(), String::new())
        );
    }

    #[test]
    fn a_remote_start_tells_state_application_and_log() {
        let session = session(
            json!({"id": 3, "state": "starting", "appId": "application_1", "queue": "etl",
            "log": ["stdout: ", "\nstderr: ", "submitted \u{1b}[2J"]}),
        );
        let (step, detail) = starting(&session, false);
        assert_eq!(step, "session 3 is starting, application_1, queue etl");
        assert_eq!(detail, ": submitted \\u{1b}[2J");
    }

    #[test]
    fn a_session_that_waits_for_room_says_for_what() {
        let waiting = session(
            json!({"id": 3, "state": "starting", "appId": "application_1",
            "queue": "etl", "log": ["stdout: ", "\nstderr: ", "\nYARN Diagnostics: ",
            "[Mon] Application is added to the scheduler and is not yet activated. \
             Queue's AM resource limit exceeded."]}),
        );
        let (told, lacks_room) = not_started(Some(&waiting), "http://h:1");
        let text: Vec<String> = told.iter().map(Line::text).collect();
        assert!(lacks_room);
        assert_eq!(
            text[0],
            "livysh: session 3 on http://h:1 has not started within --start-timeout: it is \
             starting, application application_1, queue etl"
        );
        assert!(
            text[1].starts_with("  [Mon] Application is added"),
            "{text:?}"
        );
        let slow = session(json!({"id": 3, "log": ["starting Java"]}));
        assert!(!not_started(Some(&slow), "http://h:1").1);
        assert!(!not_started(None, "http://h:1").1);
    }

    #[test]
    fn a_start_that_takes_long_says_what_can_be_done() {
        let waiting = session(
            json!({"id": 3, "state": "starting", "appId": "application_1",
            "log": ["stdout: ", "\nYARN Diagnostics: ",
            "Application is added to the scheduler and is not yet activated.\u{1b}[2J"]}),
        );
        let told = |is_ours, reader| {
            let about = About {
                is_local: false,
                is_ours,
                is_made_if_missing: false,
                is_aside: false,
                root: "http://h:1".to_owned(),
                command: String::new(),
            };
            let lines = starts_slowly(&waiting, &about, reader);
            lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            told(true, Reader::AtPrompt),
            "Session 3 on http://h:1 is still starting, application application_1.\n  Application is \
             added to the scheduler and is not yet activated.\nhint: the cluster has no room for it \
             yet; :restart tries another, :quit gives up"
        );
        assert!(told(false, Reader::AtPrompt).ends_with("yet; :quit gives up"));
        assert!(told(true, Reader::Beside).ends_with("yet; Ctrl-C does not wait"));
    }

    #[test]
    fn a_death_names_the_server_and_shows_the_log() {
        let told = death(
            &Death {
                session: Some("3".to_owned()),
                state: "dead".to_owned(),
                log: vec!["stdout: ".to_owned(), "no memory".to_owned()],
                ..Death::default()
            },
            "http://h:1",
            Reader::OfScript,
        );
        let text: Vec<String> = told.iter().map(Line::text).collect();
        assert_eq!(text[0], "livysh: session 3 on http://h:1 is dead");
        assert_eq!(text[2], "  no memory");
        assert!(text[3].starts_with("hint: "));
    }
}

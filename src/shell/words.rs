//! How the conversation's events read.

use crate::engine::{Death, Id, OpenError, Received};
use crate::livy::{LivyError, Session};
use crate::render::{Line, Role, one_line, sanitize};
use std::borrow::Cow;

/// How much of its log tells why a session does not start.
const LINES_OF_REASON: usize = 3;

/// A message of ours about an error, with what to try.
pub fn error_lines(message: &str, hint: Option<&str>) -> Vec<Line> {
    let mut lines = vec![Line::error("livysh: ").then(Role::Plain, sanitize(message))];
    lines.extend(hint.map(hint_line));
    lines
}

pub fn hint_line(hint: &str) -> Line {
    Line::faint("hint: ").then(Role::Plain, sanitize(hint))
}

pub(super) fn livy_error(error: &LivyError) -> Vec<Line> {
    error_lines(&error.to_string(), error.hint().as_deref())
}

pub(super) fn open_error(error: &OpenError) -> Vec<Line> {
    match error {
        OpenError::Livy(error) => livy_error(error),
        OpenError::NotCreated { error, received } => {
            let mut lines = livy_error(error);
            let told = match received {
                Received::No => None,
                Received::NotFound => {
                    Some("The server has no session of that name: it was not created.")
                }
                Received::Perhaps => Some(
                    "The server may have created the session all the same; it was not asked again. \
                     Its list of sessions (GET /sessions) shows it.",
                ),
            };
            if let Some(told) = told {
                lines.insert(1, Line::plain(told));
            }
            lines
        }
        OpenError::Preparation { message, hint } => error_lines(message, Some(hint)),
        OpenError::GivenUp => error_lines(&error.to_string(), None),
    }
}

/// What is known of a statement that was not accepted.
pub(super) fn of_statement(received: Received) -> &'static str {
    match received {
        Received::No => "",
        Received::NotFound => "\nThe statement did not reach the session: it has not run.",
        Received::Perhaps => "\nThe server may have received the statement; it was not sent again.",
    }
}

/// That a statement has arrived more than once.
pub(super) fn copies(of: &Id, cancelled: &[Id], begun: &[Id]) -> Vec<Line> {
    let numbers = |ids: &[Id]| {
        let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
        one_line(&ids.join(", ")).into_owned()
    };
    let count = cancelled.len() + begun.len() + 1;
    let mut lines = Vec::new();
    let of = one_line(&of.to_string()).into_owned();
    lines.push(Line::plain(format!(
        "A gateway has sent statement {of} {count} times."
    )));
    if !cancelled.is_empty() {
        let told = format!("Copies cancelled before they ran: {}", numbers(cancelled));
        lines.push(Line::plain(told));
    }
    if !begun.is_empty() {
        let told = format!("Copies that had begun to run: {}", numbers(begun));
        lines.push(Line::error(told));
    }
    lines
}

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
    if let Some(application) = &session.app_id {
        step.push_str(", ");
        step.push_str(application);
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
pub(super) fn starts_slowly(session: &Session, root: &str) -> Vec<Line> {
    let mut what = format!(
        "Session {} on {root} is still {}",
        session.id, session.state
    );
    if let Some(application) = &session.app_id {
        what.push_str(&format!(", application {application}"));
    }
    let mut lines = vec![Line::plain(one_line(&format!("{what}.")).into_owned())];
    lines.extend(reason_in(&session.log));
    let lacks_room = session.log.iter().any(|line| waits_for_room(line));
    lines.push(hint_line(match lacks_room {
        true => "the cluster has no room for it yet; :quit gives it up",
        false => "it is waited for; :restart tries another, :quit gives it up",
    }));
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
pub(super) fn ready(session: &Session) -> Vec<Line> {
    let mut about = Vec::new();
    about.push(format!("session {}", session.id));
    about.extend(session.app_id.iter().map(|id| format!("app id = {id}")));
    let context = format!("Spark context available as 'sc' ({}).", about.join(", "));
    let ui = session.app_info.spark_ui_url.iter();
    let mut lines: Vec<Line> = ui
        .map(|url| {
            Line::faint(one_line(&format!(
                "Spark context Web UI available at {url}"
            )))
        })
        .collect();
    lines.push(Line::faint(one_line(&context)));
    lines.push(Line::faint("Spark session available as 'spark'."));
    lines
}

/// A session that is still there, and how to come back to it.
pub(super) fn left(name: &str, why: &str, command: &str) -> Vec<Line> {
    let name = one_line(name);
    let back = attaching(command, &name);
    vec![
        Line::plain(format!("Session {name} is still there: {}.", one_line(why))),
        Line::plain(format!("Come back with:  {back}")),
    ]
}

/// What becomes of a session that is left, where it was asked for with a heartbeat.
pub(super) fn heartbeat_ends(seconds: u64) -> Line {
    Line::plain(format!(
        "It has a heartbeat: the server ends it when nobody has asked for it for {seconds} s."
    ))
}

/// That one of the same name was over.
pub(super) fn made_anew(removed: &Session) -> Line {
    let name = removed.name.clone().unwrap_or_default();
    let told = format!("Session {name} is {}: it is made anew.", removed.state);
    Line::plain(one_line(&told).into_owned())
}

pub(super) fn settings_without_effect(session: &Session) -> Line {
    let name = session.name.clone().unwrap_or_default();
    let told = format!(
        "Session {name} was there: --conf, --max-rows and --heartbeat are for a new one, and have no effect."
    );
    Line::plain(one_line(&told).into_owned())
}

/// That a number names another session than it did.
pub(super) fn is_another(session: &Session, has: &str, had: &str) -> Line {
    let told = format!(
        "session {} is another one than livysh has used under this number: it has {has}, that one had {had}",
        session.id
    );
    Line::plain(one_line(&told).into_owned())
}

/// That a number may name another session than it did.
pub(super) fn perhaps_another(session: &Session) -> Line {
    let told = format!(
        "Session {} was used under this number; the server gives sessions no names, so that it may be \
         another one if the server was started anew.",
        session.id
    );
    Line::plain(one_line(&told).into_owned())
}

/// Sessions that a livysh that was killed has left.
pub(super) fn left_behind(sessions: &[String], command: &str) -> Vec<Line> {
    let told = |session: &String| {
        let back = attaching(command, session);
        let name = one_line(session);
        let told = format!("Session {name} was left by a livysh that did not end it:  {back}");
        Line::plain(one_line(&told).into_owned())
    };
    sessions.iter().map(told).collect()
}

/// How a script goes on in the session: `rest` is what names it, for a shell.
pub fn from_line(command: &str, session: &str, rest: &str) -> Line {
    let told = format!("{} {rest}", attaching(command, session));
    Line::plain(format!("Go on with:       {}", one_line(&told)))
}

fn attaching(command: &str, session: &str) -> String {
    format!("{command} -s {}", for_shell(&one_line(session)))
}

/// A word as a shell takes it for one.
pub fn for_shell(word: &str) -> Cow<'_, str> {
    shlex::try_quote(word).unwrap_or(Cow::Borrowed(word))
}

/// A session whose creation was on its way when we left.
pub(super) fn perhaps_left(root: &str) -> Vec<Line> {
    vec![Line::plain(format!(
        "A session may have been created on {root}; it was not waited for. Its list of sessions \
         (GET /sessions) shows it."
    ))]
}

/// Why a session is over, with the end of its log.
pub(super) fn death(death: &Death, root: &str, at_prompt: bool) -> Vec<Line> {
    let name = death.session.as_deref().unwrap_or("");
    let what = match (&death.failure, death.state.as_str()) {
        (Some(error), _) if error.is_no_session() => {
            format!("session {name} on {root} is gone: it was deleted, or it was idle for too long")
        }
        (Some(error), _) => format!("session {name} is lost: {error}"),
        (None, "") => format!("session {name} on {root} is over"),
        (None, state) => format!("session {name} on {root} is {state}"),
    };
    let mut lines = error_lines(&what, None);
    let log = death.log.iter().map(|line| line.trim());
    let log: Vec<&str> = log
        .filter(|line| !line.is_empty() && !is_log_heading(line))
        .collect();
    if !log.is_empty() {
        lines.push(Line::plain("the end of its log:"));
        for line in log {
            lines.push(Line::faint(format!("  {}", sanitize(line))));
        }
    }
    if let Some(hint) = death.failure.as_ref().and_then(LivyError::hint) {
        lines.push(hint_line(&hint));
    }
    lines.push(hint_line(match (at_prompt, death.may_live) {
        (true, true) => "it may still be there: :attach and its number tries again",
        (true, false) => ":restart makes a new one, :replay then runs what has succeeded again",
        (false, true) => "it may still be there: try again with -s and its number",
        (false, false) => "the log tells what ended it; start livysh again for a new session",
    }));
    lines
}

fn is_log_heading(line: &str) -> bool {
    matches!(line, "stdout:" | "stderr:" | "YARN Diagnostics:")
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
            json!({"id": 3, "state": "starting", "appId": "application_1",
            "log": ["stdout: ", "\nstderr: ", "submitted \u{1b}[2J"]}),
        );
        let (step, detail) = starting(&session, false);
        assert_eq!(step, "session 3 is starting, application_1");
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
    fn a_death_names_the_server_and_shows_the_log() {
        let told = death(
            &Death {
                session: Some("3".to_owned()),
                state: "dead".to_owned(),
                log: vec!["stdout: ".to_owned(), "no memory".to_owned()],
                ..Death::default()
            },
            "http://h:1",
            false,
        );
        let text: Vec<String> = told.iter().map(Line::text).collect();
        assert_eq!(text[0], "livysh: session 3 on http://h:1 is dead");
        assert_eq!(text[2], "  no memory");
        assert!(text[3].starts_with("hint: "));
    }
}

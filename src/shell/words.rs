//! How the conversation's events read.

use super::journal::Known;
use crate::engine::{Copies, Id, OpenError, Received};
use crate::livy::{LivyError, Session};
use crate::render::{Line, Role, one_line, sanitize};
use std::borrow::Cow;

/// A message of ours about an error, with what to try.
pub fn error_lines(message: &str, hint: Option<&str>) -> Vec<Line> {
    let mut lines = vec![Line::error("livysh: ").then(Role::Plain, sanitize(message))];
    lines.extend(hint.map(hint_line));
    lines
}

pub fn hint_line(hint: &str) -> Line {
    Line::faint("hint: ").then(Role::Plain, sanitize(hint))
}

/// Something that will go wrong.
pub(super) fn warning(told: &str) -> Line {
    Line::plain(format!("warning: {}", one_line(told)))
}

pub fn livy_error(error: &LivyError) -> Vec<Line> {
    error_lines(&error.to_string(), error.hint().as_deref())
}

/// That a failure is waited out.
pub fn asking_again(error: &LivyError) -> String {
    let step = match error {
        LivyError::Transport(_) => format!("the server cannot be reached, asking again: {error}"),
        LivyError::Server(_)
        | LivyError::NotLivy { .. }
        | LivyError::Replaced { .. }
        | LivyError::Unsent { .. } => format!("asking again: {error}"),
        // It is for whoever sits there, and first what may be cut off last.
        LivyError::Identity(error) => format!("{}: {error}", error.hint),
    };
    one_line(&step).into_owned()
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

/// What tells more of the way to a server, where that is closed.
pub fn step_by_step(error: &LivyError, command: &str) -> Option<Line> {
    let is_closed = match error {
        LivyError::Transport(_) | LivyError::NotLivy { .. } | LivyError::Identity(_) => true,
        LivyError::Server(_) => error.is_identity(),
        LivyError::Replaced { .. } | LivyError::Unsent { .. } => false,
    };
    is_closed.then(|| hint_line(&format!("{command} doctor  looks at each step of the way")))
}

/// That a session is not for whom it was asked for.
pub(super) fn made_for_another(session: &Session, asked: Option<&str>) -> Option<Line> {
    let made_for = session
        .proxy_user
        .as_deref()
        .filter(|user| !user.is_empty())?;
    let asked = asked.filter(|asked| *asked != made_for)?;
    Some(warning(&format!(
        "the server has made this session for {made_for}, not for {asked}: a gateway makes it for who signs on"
    )))
}

/// What is known of a statement that was not accepted.
pub(super) fn of_statement(received: Received) -> &'static str {
    match received {
        Received::No => "",
        Received::NotFound => "\nThe statement did not reach the session: it has not run.",
        Received::Perhaps => "\nThe server may have received the statement; it was not sent again.",
    }
}

/// That a statement has arrived more than once, or after all.
pub(super) fn copies(copies: &Copies) -> Vec<Line> {
    let numbers = |ids: &[Id]| {
        let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
        one_line(&ids.join(", ")).into_owned()
    };
    let others = [&copies.cancelled, &copies.begun, &copies.uncancelled];
    let count = others.iter().map(|ids| ids.len()).sum::<usize>() + 1;
    let told = match &copies.of {
        Some(of) => format!("A gateway has sent statement {of} {count} times."),
        None => "A statement that did not reach the session has arrived after all.".to_owned(),
    };
    let mut lines = vec![Line::plain(one_line(&told))];
    let mut tell = |ids: &[Id], what: &str, is_bad: bool| {
        if !ids.is_empty() {
            let told = format!("{what}: {}", numbers(ids));
            lines.push(match is_bad {
                true => Line::error(told),
                false => Line::plain(told),
            });
        }
    };
    let [cancelled, begun, uncancelled] = match copies.of {
        Some(_) => [
            "Copies cancelled before they ran",
            "Copies that had begun to run",
            "Copies that could not be cancelled, and will run",
        ],
        None => [
            "Cancelled before it ran",
            "It had begun to run",
            "It could not be cancelled, and will run",
        ],
    };
    tell(&copies.cancelled, cancelled, false);
    tell(&copies.begun, begun, true);
    tell(&copies.uncancelled, uncancelled, true);
    lines
}

/// A session that is still there, and how to come back to it.
pub(super) fn left(name: &str, why: &str, command: &str) -> Vec<Line> {
    let name = one_line(name);
    let back = attaching(command, &name);
    let why = one_line(why);
    let why = why.trim_end_matches('.');
    vec![
        Line::plain(format!("Session {name} is still there: {why}.")),
        Line::plain(format!("Come back with:  {back}")),
    ]
}

/// What becomes of a session that is left, where it was asked for with a heartbeat.
pub(super) fn heartbeat_ends(seconds: u64) -> Line {
    Line::plain(format!(
        "It has a heartbeat: the server ends it when nobody has asked for it for {seconds} s."
    ))
}

/// That a session of ours ends, because another takes its place.
pub(super) fn is_ended(name: &str) -> Line {
    let told = format!("Session {name} was made by livysh and not to be kept: it is ended.");
    Line::plain(one_line(&told).into_owned())
}

/// That one of the same name was over.
pub(super) fn made_anew(removed: &Session) -> Line {
    let name = removed.name.clone().unwrap_or_default();
    let told = format!("Session {name} is {}: it is made anew.", removed.state);
    Line::plain(one_line(&told).into_owned())
}

pub(super) fn settings_without_effect(session: &Session, options: &[&str]) -> Line {
    let name = session.name.clone().unwrap_or_default();
    let told = format!(
        "Session {name} was there: {}, for a new one, without effect.",
        options.join(", ")
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
pub(super) fn left_behind(sessions: &[Known], command: &str) -> Vec<Line> {
    let told = |session: &Known| {
        let back = attaching(command, session.called());
        let name = one_line(session.called());
        let told = match session.is_numbered() {
            true => format!("Session {name} was left by a livysh that did not end it:  {back}"),
            false => {
                format!("Session {name} was perhaps made for a livysh that did not end it:  {back}")
            }
        };
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

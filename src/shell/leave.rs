//! What happens to the session on every way out, and the line that says how to come back.

use super::{Event, Link, Over, Signal};
use crate::engine::{self, Ending};
use crate::render::{Line, one_line};
use crate::term::Out;
use std::time::{Duration, Instant};

/// A session that is ended in passing may still be starting; it is waited for so long.
const AT_LEISURE: Duration = Duration::from_secs(120);
const IN_HASTE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// The work is done, or the user wants to go.
    AtLeisure,
    /// A signal.
    InHaste,
    /// The second signal: without another request.
    AtOnce,
}

/// Ends the session where it is ours and not to be kept, and says what is left of it.
pub fn leave(mut link: Link, out: &Out, keep: bool, leaving: Leaving) {
    link.set_prompt(None);
    let is_open = link.facts.over.is_none();
    // A local session cannot outlive its server, which ends it better than a request would.
    if link.is_local {
        out.phase("ending Spark", "");
        link.close();
        return out.end_progress();
    }
    let ends = link.is_ours && !keep && is_open;
    if ends && leaving != Leaving::AtOnce {
        let patience = match leaving {
            Leaving::AtLeisure => AT_LEISURE,
            Leaving::InHaste | Leaving::AtOnce => IN_HASTE,
        };
        link.engine.end(patience);
        match wait_for_end(&mut link, out, patience) {
            Some(Ending::Deleted | Ending::Nothing) => {}
            Some(Ending::Left { session, reason }) => {
                tell_left(out, &session.to_string(), &reason, &link.root);
            }
            None => {
                if let Some(name) = session_name(&link) {
                    tell_left(out, &name, "its end was not waited for", &link.root);
                }
            }
        }
    } else if is_open && let Some(name) = session_name(&link) {
        let why = match link.is_ours {
            true if keep => "kept, as was asked for",
            true => "left as it is",
            false => "it was there before",
        };
        if leaving == Leaving::AtOnce || (link.is_ours && keep) || out.terminals.input {
            tell_left(out, &name, why, &link.root);
        }
    }
    out.end_progress();
    // A request that hangs must not hold up the exit.
    if leaving == Leaving::AtLeisure {
        link.close();
    }
}

fn session_name(link: &Link) -> Option<String> {
    let session = link.facts.session.as_ref()?;
    Some(
        session
            .name
            .clone()
            .unwrap_or_else(|| session.id.to_string()),
    )
}

fn tell_left(out: &Out, name: &str, why: &str, root: &str) {
    let name = one_line(name);
    out.note(&Line::plain(format!(
        "Session {name} is still there: {why}."
    )));
    out.note(&Line::plain(format!(
        "Come back with:  livysh --url {root} -s {name}"
    )));
}

/// Waits for the conversation's last event; a Ctrl-C ends the waiting.
fn wait_for_end(link: &mut Link, out: &Out, patience: Duration) -> Option<Ending> {
    let deadline = Instant::now() + patience + Duration::from_secs(1);
    while Instant::now() < deadline {
        match link.next(out, Some(Duration::from_millis(200))) {
            Some(Event::Engine(engine::Event::Ended(ending))) => return Some(ending),
            Some(Event::Signal(Signal::Interrupt)) => return None,
            Some(_) => {}
            None if !link.facts.is_ready && link.facts.over.is_none() => {
                out.progress("waiting for the session to start, to end it; Ctrl-C leaves it");
            }
            None => {}
        }
        if matches!(link.facts.over, Some(Over::NotOpened(_))) {
            return Some(Ending::Nothing);
        }
    }
    None
}

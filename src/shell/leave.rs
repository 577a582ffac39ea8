//! What happens to the session on every way out, and the line that says how to come back.

use super::{Event, Link, Signal, words};
use crate::engine;
use crate::exit::Exit;
use crate::term::Out;
use std::time::{Duration, Instant};

/// A session that is ended in passing may still be starting; it is waited for so long.
pub(super) const AT_LEISURE: Duration = Duration::from_secs(120);
const IN_HASTE: Duration = Duration::from_secs(5);

/// How much time there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// The work is done, or the user wants to go.
    AtLeisure,
    /// A signal.
    InHaste,
    /// The terminal is gone, or the signal came twice: without another request.
    AtOnce,
}

impl From<Exit> for Leaving {
    fn from(exit: Exit) -> Leaving {
        match exit {
            Exit::Interrupted | Exit::Terminated | Exit::TimedOut | Exit::NoRoom => {
                Leaving::InHaste
            }
            Exit::InterruptedAgain | Exit::HungUp => Leaving::AtOnce,
            Exit::Ok
            | Exit::CodeFailed
            | Exit::Script(_)
            | Exit::Usage
            | Exit::Server
            | Exit::Identity
            | Exit::OutputClosed => Leaving::AtLeisure,
        }
    }
}

/// Ends the session where it is ours and not to be kept, and says what is left of it.
pub fn leave(mut link: Link, out: &Out, keep: bool, exit: Exit) {
    let leaving = match link.is_start_given_up {
        true => Leaving::InHaste,
        false => Leaving::from(exit),
    };
    link.set_prompt(false, None);
    // A local session cannot outlive its server, which ends it better than a request would; nor
    // can it outlive this process.
    if link.about.is_local {
        if exit != Exit::InterruptedAgain {
            out.phase("ending Spark", "");
            link.close();
            out.end_progress();
        }
        return;
    }
    part(link, out, keep, leaving);
}

/// The same for one that may outlive this process, also where another takes its place; how the wait for
/// its end was over.
pub(super) fn part(mut link: Link, out: &Out, keep: bool, leaving: Leaving) -> Waited {
    if !link.may_live() {
        link.close();
        return Waited::Ended;
    }
    let is_ours = link.about.is_ours;
    if keep && is_ours {
        link.keep();
        if leaving != Leaving::AtOnce {
            wait_until_known(&mut link, out);
        }
        // It has turned out that there is none, and that was told.
        if !link.may_live() {
            link.close();
            return Waited::Ended;
        }
    }
    if is_ours && !keep && leaving != Leaving::AtOnce {
        let patience = match leaving {
            Leaving::AtLeisure => AT_LEISURE,
            Leaving::InHaste | Leaving::AtOnce => IN_HASTE,
        };
        link.engine.end(patience);
        // A request that hangs must not hold up the exit.
        let waited = wait_for_end(&mut link, out, patience);
        match waited {
            Waited::Ended => link.close(),
            Waited::Signal(_) | Waited::TooLong => {
                tell_left(&link, out, "its end was not waited for");
            }
        }
        out.end_progress();
        return waited;
    }
    if is_ours || out.terminals.input {
        tell_left(&link, out, why_left(&link, keep));
    }
    if leaving == Leaving::AtLeisure {
        link.close();
    }
    out.end_progress();
    Waited::Ended
}

fn why_left(link: &Link, keep: bool) -> &'static str {
    match (link.about.is_ours, link.about.is_made_if_missing) {
        (true, _) if keep => "kept, as was asked for",
        (true, _) => "left as it is",
        (false, true) => "it stays, as --create says",
        (false, false) => "it was there before",
    }
}

pub(super) fn tell_left(link: &Link, out: &Out, why: &str) {
    out.end_progress();
    match link.session_name() {
        Some(name) => {
            for line in words::left(&name, why, &link.about.command) {
                out.note(&line);
            }
            let session = link.facts.session.as_ref();
            let seconds = session.map_or(0, |session| session.heartbeat_timeout_in_second);
            if seconds > 0 {
                out.note(&words::heartbeat_ends(seconds));
            }
        }
        None => {
            for line in words::perhaps_left(&link.about.root) {
                out.note(&line);
            }
        }
    }
}

/// A session that is to be kept must be known by name; Ctrl-C ends the waiting.
fn wait_until_known(link: &mut Link, out: &Out) {
    let deadline = Instant::now() + AT_LEISURE;
    while link.facts.session.is_none() && link.facts.over.is_none() && Instant::now() < deadline {
        match link.next(out, Some(Duration::from_millis(200))) {
            Some(Event::Signal(_)) => return,
            Some(_) => {}
            None => out.progress("waiting for the server to name the session; Ctrl-C leaves it"),
        }
    }
}

/// How the wait for a session's end was over.
pub(super) enum Waited {
    Ended,
    Signal(Signal),
    TooLong,
}

/// Waits for the conversation's last event; a signal ends the waiting.
pub(super) fn wait_for_end(link: &mut Link, out: &Out, patience: Duration) -> Waited {
    let deadline = Instant::now() + patience + Duration::from_secs(1);
    while Instant::now() < deadline {
        match link.next(out, Some(Duration::from_millis(200))) {
            Some(Event::Engine(engine::Event::Ended(_))) => return Waited::Ended,
            Some(Event::Signal(signal)) => return Waited::Signal(signal),
            Some(_) => {}
            None if !link.facts.is_ready => {
                out.progress("waiting for the session to start, to end it; Ctrl-C leaves it");
            }
            None => {}
        }
        if !link.may_live() {
            return Waited::Ended;
        }
    }
    Waited::TooLong
}

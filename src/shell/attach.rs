//! Another session of the server in the place of the present one.

use super::leave::{Leaving, Waited, part};
use super::{Event, Link, Signal, words};
use crate::term::Out;
use std::time::Duration;

/// How often the present session is looked at while the other is opened.
const TICK: Duration = Duration::from_millis(50);

/// Why the present session stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAttached {
    /// Why, where that is not told yet.
    Refused(String),
    /// That is told.
    Failed,
    /// Ctrl-C.
    Interrupted,
    /// The program is to end.
    End(Signal),
}

/// Opens the other session, and leaves the present one when that is ready. Whatever fails before
/// leaves everything as it was; a signal that ends the program afterwards comes back.
pub fn attach(
    link: &mut Link,
    out: &Out,
    keep: bool,
    open: impl FnOnce() -> Result<Link, String>,
) -> Result<Option<Signal>, NotAttached> {
    let mut other = open().map_err(NotAttached::Refused)?;
    other.lift_limits();
    let waited = wait_until_ready(link, &mut other, out);
    out.end_progress();
    if let Err(failed) = waited {
        other.close();
        return Err(failed);
    }
    let id = |link: &Link| {
        link.facts
            .session
            .as_ref()
            .map(|session| session.id.clone())
    };
    if link.facts.over.is_none() && id(link) == id(&other) {
        other.close();
        let told = "that is this session";
        return Err(NotAttached::Refused(told.to_owned()));
    }
    if let (true, false, true, Some(name)) = (
        link.about.is_ours,
        keep,
        link.may_live(),
        link.session_name(),
    ) {
        out.note(&words::is_ended(&name));
    }
    let present = std::mem::replace(link, other);
    let waited = part(present, out, keep, Leaving::AtLeisure);
    link.come_forward();
    Ok(match waited {
        Waited::Signal(
            signal @ (Signal::Terminate
            | Signal::HangUp
            | Signal::TimeUp
            | Signal::NotStarted { .. }),
        ) => Some(signal),
        Waited::Ended | Waited::Signal(Signal::Interrupt) | Waited::TooLong => None,
    })
}

/// Signals are told by the present session's thread.
fn wait_until_ready(link: &mut Link, other: &mut Link, out: &Out) -> Result<(), NotAttached> {
    loop {
        while let Some(event) = link.next(out, Some(Duration::ZERO)) {
            match event {
                Event::Signal(Signal::Interrupt) => return Err(NotAttached::Interrupted),
                Event::Signal(signal) => return Err(NotAttached::End(signal)),
                Event::ThreadLost => break,
                Event::Engine(_)
                | Event::Preparing { .. }
                | Event::Told(_)
                | Event::InputArrived => {}
            }
        }
        if other.facts.over.is_some() {
            return Err(NotAttached::Failed);
        }
        if other.facts.is_ready {
            return Ok(());
        }
        other.next(out, Some(TICK));
    }
}

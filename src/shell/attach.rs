//! Another session of the server in the place of the present one.

use super::journal::{Known, Same};
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
    match (Likeness::of(link, &other), &link.facts.over) {
        (Likeness::None, _) => {}
        (Likeness::Same | Likeness::Alike, None) => {
            other.close();
            let told = "that is this session";
            return Err(NotAttached::Refused(told.to_owned()));
        }
        // To end the present one would be to end the one that was just attached to.
        (likeness, Some(_)) => {
            if likeness == Likeness::Same && link.may_live() {
                other.take_over(link, keep);
            }
            std::mem::replace(link, other).close();
            link.come_forward();
            return Ok(None);
        }
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

/// How two sessions of a server are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    None,
    /// A request for the one would reach the other.
    Alike,
    /// They are one.
    Same,
}

impl Likeness {
    fn of(present: &Link, other: &Link) -> Likeness {
        let (Some(present), Some(other)) = (&present.facts.session, &other.facts.session) else {
            return Likeness::None;
        };
        let has_its_name = present.name.is_some() && present.name == other.name;
        match (present.id == other.id, Known::of(present).is(other)) {
            (true, Same::Yes) => Likeness::Same,
            (true, Same::No(..) | Same::Unsure) => Likeness::Alike,
            (false, _) if has_its_name => Likeness::Alike,
            (false, _) => Likeness::None,
        }
    }
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

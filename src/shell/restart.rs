//! A new session in the place of one of ours.

use super::leave::{AT_LEISURE, Waited, tell_left, wait_for_end};
use super::{Event, Link, Over, SessionFacts, Signal};
use crate::render::Line;
use crate::term::Out;
use std::time::Duration;

/// How often it is looked whether a local Spark is gone.
const TICK: Duration = Duration::from_millis(50);

/// Ends the session, which must be ours or over, and opens another in its place. Ctrl-C does not wait for
/// the end; a signal that ends the program comes back, and then nothing is opened. After an error
/// there is no session.
pub fn restart(
    link: &mut Link,
    out: &Out,
    open: impl FnOnce() -> Result<Link, String>,
) -> Result<Option<Signal>, String> {
    match end(link, out) {
        Waited::Ended => link.shut(),
        Waited::Signal(
            signal @ (Signal::Terminate
            | Signal::HangUp
            | Signal::TimeUp
            | Signal::NotStarted { .. }),
        ) => {
            return Ok(Some(signal));
        }
        // The network thread may still be at it: to wait for that would be to wait for the end.
        Waited::Signal(Signal::Interrupt) | Waited::TooLong => match link.about.is_local {
            true => {
                out.end_progress();
                let told = "The end of the old Spark is not waited for; it goes on by itself.";
                out.note(&Line::plain(told));
            }
            false => {
                tell_left(link, out, "its end was not waited for");
                link.stop_preparing();
            }
        },
    }
    out.end_progress();
    match open() {
        Ok(opened) => *link = opened,
        Err(error) => {
            link.facts = SessionFacts {
                over: Some(Over::Died),
                ..SessionFacts::default()
            };
            return Err(error);
        }
    }
    Ok(None)
}

fn end(link: &mut Link, out: &Out) -> Waited {
    if link.about.is_local {
        out.phase("ending Spark", "");
        link.let_go();
        return wait_until_gone(link, out);
    }
    match link.may_live() {
        true => {
            link.engine.end(AT_LEISURE);
            wait_for_end(link, out, AT_LEISURE)
        }
        false => Waited::Ended,
    }
}

/// Waits for a local Spark's end; a signal ends the waiting.
fn wait_until_gone(link: &mut Link, out: &Out) -> Waited {
    while !link.is_gone() {
        if let Some(Event::Signal(signal)) = link.next(out, Some(TICK)) {
            return Waited::Signal(signal);
        }
    }
    Waited::Ended
}

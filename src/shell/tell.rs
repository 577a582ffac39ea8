//! Tells people what happens to the session, wherever messages go at that time.

use super::{Event, words};
use crate::engine;
use crate::render::Line;
use crate::term::Out;

/// Tells people what an event says by itself; false where it belongs to a running statement.
pub(super) fn tell(out: &Out, event: &Event, is_local: bool, root: &str) -> bool {
    let lines = match event {
        Event::Preparing { step, detail } => {
            out.phase(step, detail);
            return true;
        }
        Event::Engine(engine::Event::Starting { session }) => {
            let (step, detail) = words::starting(session, is_local);
            out.phase(&step, &detail);
            return true;
        }
        Event::Engine(engine::Event::Ready { session }) => {
            out.end_progress();
            match out.terminals.input {
                true => words::ready(session),
                false => Vec::<Line>::new(),
            }
        }
        Event::Engine(engine::Event::OpenFailed(error)) => words::open_error(error),
        Event::Engine(engine::Event::Died(death)) => words::death(death, root),
        Event::Engine(engine::Event::CancelFailed(error)) => words::livy_error(error),
        Event::Engine(engine::Event::Reconnecting(error)) => {
            out.phase(
                "the server cannot be reached, asking again",
                &format!(": {error}"),
            );
            return true;
        }
        Event::Engine(engine::Event::Reconnected) => {
            out.phase("the server answers again", "");
            return true;
        }
        Event::Engine(
            engine::Event::Accepted { .. }
            | engine::Event::Progress { .. }
            | engine::Event::Finished { .. }
            | engine::Event::Ended(_),
        )
        | Event::Signal(_) => return false,
    };
    for line in lines {
        out.note(&line);
    }
    true
}

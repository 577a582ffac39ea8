//! Tells people what happens to the session, wherever messages go at that time.

use super::link::About;
use super::{Event, life, words};
use crate::engine::{self, Ending, OpenError};
use crate::render::{Line, one_line};
use crate::term::Out;

/// What whoever is told can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    OfScript,
    AtPrompt,
    /// Somebody at the prompt of another session.
    Beside,
}

/// Tells people what an event says by itself; false where it belongs to a running statement.
pub(super) fn tell(out: &Out, event: &Event, about: &About, reader: Reader) -> bool {
    let lines = match event {
        Event::Preparing { step, detail } => {
            out.phase(step, detail);
            return true;
        }
        Event::Engine(engine::Event::Starting { session }) => {
            let (step, detail) = life::starting(session, about.is_local);
            out.phase(&step, &detail);
            return true;
        }
        Event::Told(lines) => lines.clone(),
        // A script has a limit for it, and tells when that is over.
        Event::Engine(engine::Event::StartsSlowly { session }) if reader != Reader::OfScript => {
            life::starts_slowly(session, about, reader)
        }
        Event::Engine(engine::Event::Recovering { session }) => vec![life::recovering(session)],
        Event::Engine(engine::Event::Recovered) => {
            vec![Line::plain("The session is back: the statement is sent.")]
        }
        Event::Engine(engine::Event::Ready { session }) => {
            out.end_progress();
            match out.terminals.input {
                true => {
                    let steps = life::steps(session).filter(|_| about.is_ours);
                    steps
                        .into_iter()
                        .chain(life::ready(session, about))
                        .collect()
                }
                false => {
                    out.end_phases(&life::up(session, about.is_local));
                    Vec::new()
                }
            }
        }
        Event::Engine(engine::Event::OpenFailed(error)) => {
            let mut lines = words::open_error(error);
            // Whoever sits there may want to know how far one gets.
            if let OpenError::Livy(error) | OpenError::NotCreated { error, .. } = error
                && out.terminals.error
                && !about.is_local
            {
                lines.extend(words::step_by_step(error, &about.command));
            }
            lines
        }
        Event::Engine(engine::Event::Died(death)) => life::death(death, &about.root, reader),
        Event::Engine(engine::Event::Copies(copies)) => words::copies(copies),
        Event::Engine(engine::Event::CancelFailed(error)) => words::livy_error(error),
        Event::Engine(engine::Event::Reconnecting(error)) => {
            out.phase(&words::asking_again(error), "");
            return true;
        }
        Event::Engine(engine::Event::Reconnected) => {
            out.phase("the server answers again", "");
            return true;
        }
        Event::Engine(engine::Event::AcceptedLate { id }) => {
            let id = one_line(&id.to_string()).into_owned();
            vec![Line::plain(format!(
                "The statement that was left is number {id}; :cancel {id} cancels it."
            ))]
        }
        Event::Engine(engine::Event::LostLate(failed)) => {
            let told = format!("{}{}", failed.error, words::of_statement(failed.received));
            words::error_lines(&told, failed.error.hint().as_deref())
        }
        Event::Engine(engine::Event::Ended(Ending::Unknown))
            if about.is_ours && !about.is_local =>
        {
            words::perhaps_left(&about.root)
        }
        Event::Engine(engine::Event::Ended(Ending::Left { session, reason })) => {
            words::left(&session.to_string(), reason, &about.command)
        }
        Event::Engine(
            engine::Event::StartsSlowly { .. }
            | engine::Event::Progress { .. }
            | engine::Event::Stages(_)
            | engine::Event::Finished { .. }
            | engine::Event::Answered { .. }
            | engine::Event::Ended(Ending::Nothing | Ending::Deleted | Ending::Unknown),
        )
        | Event::Signal(_)
        | Event::InputArrived => return false,
        Event::ThreadLost => words::error_lines(
            "the connection to the server has ended in a defect of livysh",
            None,
        ),
    };
    for line in lines {
        out.note(&line);
    }
    true
}

//! `:doctor`.

use super::{Answer, Desk};
use crate::exit::Exit;
use crate::shell::{Event, NoAnswer, SessionFacts};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Looks at the way to the server, and at the session of which this is known, until it is stopped.
pub type Doctor = Arc<dyn Fn(SessionFacts, oneshot::Receiver<()>) -> Exit + Send + Sync>;

/// How often it is looked whether it has ended.
const TICK: Duration = Duration::from_millis(20);

impl Desk<'_> {
    /// What is found wrong is told, and ends no script.
    pub(super) fn doctor(&mut self) -> Answer {
        let Some(doctor) = self.doctor.clone() else {
            return Answer::Refused(":doctor does not know the way here".to_owned());
        };
        let facts = self.link.facts.clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("doctor".to_owned());
        let running = match thread.spawn(move || doctor(facts, stopped)) {
            Ok(running) => running,
            Err(error) => return Answer::Refused(format!("no thread for :doctor: {error}")),
        };
        while !running.is_finished() {
            let Some(Event::Signal(signal)) = self.link.next(self.out, Some(TICK)) else {
                continue;
            };
            drop(stop);
            running.join().ok();
            let none = match Exit::from(signal) {
                Exit::Interrupted => NoAnswer::Interrupted,
                exit => NoAnswer::End(exit),
            };
            return self.unanswered(none, |error| error.to_string());
        }
        match running.join() {
            Ok(Exit::OutputClosed) => Answer::ended(Exit::OutputClosed),
            Ok(_) | Err(_) => Answer::Done,
        }
    }
}

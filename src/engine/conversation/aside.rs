//! Asks what gives way to everything else: nothing of it is sent while a statement runs, or before the
//! session is ready; it is cancelled when a statement comes, and when it takes too long.

use super::keepalive::is_at_rest;
use super::{Conversation, Emit, Submitted};
use crate::delivery;
use crate::engine::aside::{Aside, Asked, Told};
use crate::engine::{Code, Command, Event, Outcome, Ticket, session};
use crate::livy::{Client, Completion, Id, LivyError};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Of what nobody submitted; those of a front end begin at 1.
const TICKET: u64 = 0;
/// So long a statement of ours may take; a metastore that was not asked before takes seconds.
const LIMIT: Duration = Duration::from_secs(10);
/// So long its end is waited for when it was cancelled.
const AFTER_CANCEL: Duration = Duration::from_secs(3);

impl Conversation {
    /// Asks on a task of its own. A newer question takes the place of an older one.
    pub(super) fn ask_aside(&mut self, asked: Asked) {
        let Asked { aside, reply } = asked;
        let (Some(session), Some(client), true) =
            (self.session_id(), self.client.clone(), self.is_idle())
        else {
            return reply(Told::NotNow);
        };
        if let Some(older) = self.aside.take() {
            older.abort();
        }
        let commands = self.own_commands.clone();
        let task = tokio::task::spawn_local(async move {
            match aside {
                Aside::Names { code, kind } => {
                    // What other clients run is known to the server alone.
                    if !rests(&client, &session).await {
                        return reply(Told::NotNow);
                    }
                    reply(names(&client, &session, code, kind).await);
                }
                Aside::Statement { code, kind } => {
                    if !rests(&client, &session).await {
                        return reply(Told::NotNow);
                    }
                    if let Some(commands) = commands.upgrade() {
                        let aside = Aside::Statement { code, kind };
                        commands
                            .send(Command::SubmitAside(Asked { aside, reply }))
                            .ok();
                    }
                }
            }
        });
        self.aside = Some(task.abort_handle());
    }

    /// A statement of ours, now that the session is known to rest.
    pub(super) fn submit_aside(&mut self, asked: Asked) {
        let Asked { aside, reply } = asked;
        let (Aside::Statement { code, kind }, true) = (aside, self.is_idle()) else {
            return reply(Told::NotNow);
        };
        let code = Code::new(move |_| code);
        self.queue.push_back(Submitted {
            is_hidden: true,
            reply: Some(reply),
            until: Some(Instant::now() + LIMIT),
            ..Submitted::new(TICKET, Some(code), kind)
        });
    }

    /// Whether what runs was submitted by nobody.
    pub(super) fn is_ours(&self) -> bool {
        self.current.as_ref().is_some_and(|one| one.reply.is_some())
    }

    /// Somebody's statement comes: one of ours ends, and until then that waits behind it.
    pub(super) fn give_way_to(&mut self, ticket: Ticket) {
        if self.is_ours() {
            self.is_waited_behind.set(true);
            self.give_way();
            self.tell_waiting(ticket, true);
        }
    }

    /// What runs has had its time. One that does not end by its cancel is left to the server.
    pub(super) fn on_its_time(&mut self) {
        let Some(current) = &mut self.current else {
            return;
        };
        let is_cancelled = *current.take_back.borrow();
        match (is_cancelled, current.machine.id()) {
            (false, _) => self.give_way(),
            (true, Some(_)) => current.machine.on_stop_waiting(),
            // What is being sent is not left before it has a number to be cancelled by.
            (true, None) => current.until = Some(Instant::now() + AFTER_CANCEL),
        }
    }

    /// Who hears of what runs. Of a statement of ours nobody does, but of what holds up whoever waits behind
    /// it, and of copies, which may be of another one.
    pub(super) fn emit_of_current(&self) -> Rc<Emit> {
        let emit = self.emit.clone();
        if !self.is_ours() {
            return emit;
        }
        let (is_waited_behind, is_away) = (self.is_waited_behind.clone(), Cell::new(false));
        Rc::new(Box::new(move |event| {
            let matters = match &event {
                Event::Copies(_) => true,
                Event::Reconnecting(_) | Event::Recovering { .. } => {
                    is_away.set(is_waited_behind.get());
                    is_away.get()
                }
                Event::Reconnected | Event::Recovered => is_away.replace(false),
                Event::Starting { .. }
                | Event::Ready { .. }
                | Event::StartsSlowly { .. }
                | Event::OpenFailed(_)
                | Event::Died(_)
                | Event::AcceptedLate { .. }
                | Event::LostLate(_)
                | Event::Progress { .. }
                | Event::Stages(_)
                | Event::CancelFailed(_)
                | Event::Finished { .. }
                | Event::Answered { .. }
                | Event::Ended(_) => false,
            };
            if matters {
                emit(event);
            }
        }))
    }

    fn give_way(&mut self) {
        if let Some(current) = &mut self.current
            && !current.take_back.send_replace(true)
        {
            current.machine.on_cancel();
            current.until = Some(Instant::now() + AFTER_CANCEL);
        }
    }

    /// The next one waits behind ours no longer.
    pub(super) fn tell_next(&self) {
        if let Some(next) = self.queue.front() {
            self.tell_waiting(next.ticket, false);
        }
    }

    fn tell_waiting(&self, ticket: Ticket, is_waiting: bool) {
        self.emit(Event::Progress {
            ticket,
            fraction: 0.0,
            is_waiting,
        });
    }

    fn is_idle(&self) -> bool {
        *self.machine.state() == session::State::Ready
            && self.current.is_none()
            && self.queue.is_empty()
    }
}

/// What a statement of ours has given.
pub(super) fn told(outcome: Outcome) -> Told {
    match outcome {
        Outcome::Finished(Some(output)) => Told::Output(output),
        Outcome::Finished(None)
        | Outcome::Cancelled(_)
        | Outcome::NeverSent
        | Outcome::LeftRunning { .. }
        | Outcome::NotAccepted { .. }
        | Outcome::ResultLost { .. } => Told::Failed,
    }
}

async fn rests(client: &Client, session: &Id) -> bool {
    let found = delivery::signed_on(async || client.session(session).await).await;
    found.is_ok_and(|session| is_at_rest(&session.state))
}

async fn names(client: &Arc<Client>, session: &Id, code: String, kind: &'static str) -> Told {
    let wanted = Completion {
        cursor: code.encode_utf16().count(),
        kind: kind.to_owned(),
        code,
    };
    let found = delivery::signed_on(async || client.complete(session, &wanted).await).await;
    match found {
        Ok(found) => Told::Names(found.candidates),
        Err(LivyError::Unsent { .. }) => Told::NoCall,
        Err(error) if error.is_no_call() => Told::NoCall,
        Err(_) => Told::Failed,
    }
}

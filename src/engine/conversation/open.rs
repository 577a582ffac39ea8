//! Opens the session and waits until it is ready; looks at it when that is needed; tells its death.

use super::keepalive::{Need, beat, keep_alive};
use super::{Conversation, Emit, Request, Turn};
use crate::delivery::{self, Patience, Received, chance};
use crate::engine::{Command, Death, Event, OpenError, Opened, Opening, session};
use crate::livy::{Id, LivyError, Session};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How much of the log is told when a session dies.
const LOG_LINES_OF_DEATH: i64 = 20;
/// The log is an addition: nobody should wait long for it.
const LOG_PATIENCE: Duration = Duration::from_secs(5);

impl Conversation {
    /// Opens the session and waits until it is ready or over.
    pub(super) async fn open(&mut self, opening: Opening) -> Turn {
        let (take_back, unwanted) = watch::channel(false);
        let mut opening = opening(unwanted);
        let answer = loop {
            tokio::select! {
                answer = &mut opening => break answer,
                command = self.commands.recv() => match command {
                    // A POST that is on its way is waited for: its session must not be forgotten.
                    Some(Command::End { patience }) => {
                        take_back.send_replace(true);
                        let began = Instant::now();
                        match tokio::time::timeout(patience, opening).await {
                            Ok(Ok(opened)) => self.take_opened(opened),
                            Ok(Err(OpenError::NotCreated { received: Received::No, .. })) => {}
                            Ok(Err(error)) => self.emit(Event::OpenFailed(error)),
                            Err(_) => self.is_unknown = true,
                        }
                        return Turn::End(patience.saturating_sub(began.elapsed()));
                    }
                    other => match self.take(other) {
                        Turn::Next => {}
                        turn => return turn,
                    },
                },
            }
        };
        match answer {
            Ok(opened) => self.take_opened(opened),
            Err(error) => {
                self.machine.on_open_failed();
                self.emit(Event::OpenFailed(error));
                self.drop_queue().await;
                return Turn::Next;
            }
        }
        let mut told = None;
        loop {
            let turn = match *self.machine.state() {
                session::State::Opening => Turn::Next,
                session::State::Ready => {
                    self.tell_session(|session| Event::Ready { session });
                    self.keep_alive();
                    return Turn::Next;
                }
                session::State::Over | session::State::LostSight => {
                    self.tell_death().await;
                    return Turn::Next;
                }
                session::State::Starting { look_at } => {
                    if told.as_ref() != self.machine.session() {
                        told = self.machine.session().cloned();
                        self.tell_session(|session| Event::Starting { session });
                    }
                    if self.machine.is_slow(self.now()) {
                        self.tell_session(|session| Event::StartsSlowly { session });
                    }
                    match self.wait_until(look_at).await {
                        Turn::Next => self.look_at_session(self.patience, self.emit.clone()).await,
                        turn => turn,
                    }
                }
            };
            if !matches!(turn, Turn::Next) {
                return turn;
            }
        }
    }

    fn take_opened(&mut self, opened: Opened) {
        self.client = Some(opened.client);
        // Ids begin at 0.
        self.known.last = opened.is_new.then_some(Id::Number(-1));
        self.is_new = opened.is_new;
        self.heartbeat = opened.heartbeat;
        self.ask_ui = opened.ask_ui;
        self.machine.on_opened(self.now(), chance(), opened.session);
    }

    fn keep_alive(&mut self) {
        let (Some(client), Some(session)) = (self.client.clone(), self.session_id()) else {
            return;
        };
        let activity = self.activity.clone();
        let mut settings = self.keep_alive;
        if !self.is_new {
            // How long it may be idle is for whoever made it.
            settings.idle = Duration::ZERO;
        }
        let (to_connect, connected) = (client.clone(), session.clone());
        self.keepers
            .spawn_local(keep_alive(settings, activity, async move |need| {
                let touched = match need {
                    Need::Call => to_connect.keep_alive(&connected).await?,
                    Need::Look => None,
                };
                match touched {
                    Some(session) => Ok(session.state),
                    None => Ok(to_connect.session(&connected).await?.state),
                }
            }));
        if let Some(limit) = self.heartbeat {
            self.keepers.spawn_local(beat(limit, async move || {
                let found = client.session(&session).await?;
                Ok(!found.state.is_over())
            }));
        }
    }

    /// Whoever keeps the session has learnt that it is gone.
    pub(super) async fn on_gone(&mut self) -> Turn {
        let turn = self.look_at_session(self.patience, self.emit.clone()).await;
        match self.machine.is_over() {
            true => self.tell_death().await,
            // It was not said of this session.
            false => {
                self.keepers = JoinSet::new();
                self.keep_alive();
            }
        }
        turn
    }

    /// Sleeps and takes commands.
    async fn wait_until(&mut self, time: Duration) -> Turn {
        let at = self.began + time;
        loop {
            let turn = tokio::select! {
                () = tokio::time::sleep_until(at) => return Turn::Next,
                command = self.commands.recv() => self.take(command),
            };
            if !matches!(turn, Turn::Next) {
                return turn;
            }
        }
    }

    /// Asks for the session's state, and takes commands meanwhile.
    pub(super) async fn look_at_session(&mut self, patience: Patience, emit: Rc<Emit>) -> Turn {
        let (Some(client), Some(id)) = (self.client.clone(), self.session_id()) else {
            return Turn::Next;
        };
        let tells = emit.clone();
        let patience = match self.machine.is_starting() {
            true => patience,
            // It was seen: what is not there any more is not still to come.
            false => patience.of_what_was_seen(),
        };
        let mut looking: Request<(bool, Result<Session, LivyError>)> = Box::pin(async move {
            let mut failed = false;
            let tell = |error: &LivyError| {
                failed = true;
                tells(Event::Reconnecting(error.clone()));
            };
            let look = async || client.session(&id).await;
            let answer = delivery::read_made(&patience, tell, look).await;
            (failed, answer)
        });
        loop {
            let turn = tokio::select! {
                (failed, answer) = &mut looking => {
                    if failed && answer.is_ok() {
                        emit(Event::Reconnected);
                    }
                    self.machine.on_looked(self.now(), chance(), answer);
                    return Turn::Next;
                }
                command = self.commands.recv() => self.take(command),
            };
            if !matches!(turn, Turn::Next) {
                return turn;
            }
        }
    }

    /// Tells why the session is over, with the end of its log where that can be read.
    pub(super) async fn tell_death(&mut self) {
        let mut death = Death {
            failure: self.machine.failure().cloned(),
            may_live: self.machine.is_lost(),
            ..Death::default()
        };
        if let Some(session) = self.machine.session() {
            death.session = Some(session.id.to_string());
            death.state = session.state.to_string();
            death.log = session.log.clone();
            death.reason = session.reason.clone();
            if let Some(client) = &self.client {
                let ask = async || {
                    let lines = LOG_LINES_OF_DEATH;
                    client.session_log(&session.id, -1, lines).await
                };
                let log = delivery::read(&self.patience, |_| {}, ask);
                if let Ok(Ok(log)) = tokio::time::timeout(LOG_PATIENCE, log).await {
                    death.log = log.log;
                }
            }
        }
        self.emit(Event::Died(death));
        self.drop_queue().await;
    }
}

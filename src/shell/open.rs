//! From settings to a conversation: a thread of its own prepares a local Spark where that is
//! wanted, opens the session and holds the conversation, so that a prompt never waits for it.

use super::follower::{Fate, Follower};
use super::journal::Same;
use super::limits::Deadlines;
use super::link::{About, Link};
use super::local::{OnMachine, start_local};
use super::plan::{Attach, Plan, SessionPlan, named};
use super::signals::{Signals, signal_to_end};
use super::unread::Unread;
use super::uplink::Uplink;
use super::{Event, Signal, words};
use crate::auth::{self, Credential, Identity, Notice};
use crate::config::Place;
use crate::engine::{
    self, AskUi, Engine, Mailbox, OpenError, Opened, Opening, Patience, Unwanted, WeakEngine,
};
use crate::livy::{self, Client, Id, LivyError, Service, Session, SparkUi, Transport};
use crate::local;
use crate::render::{Line, one_line};
use crate::term::Out;
use std::cell::Cell;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// Ends the process; called on the network thread when a signal comes while a prompt stands, or what is written
/// is stuck.
pub type OnSignal = Arc<dyn Fn(Signal) + Send + Sync>;

/// How long a session may take to end after a signal.
const AFTER_SIGNAL: Duration = Duration::from_secs(5);

/// How long a server that cannot be reached is asked for a session.
const ATTACHING: Duration = Duration::from_secs(20);

impl Plan {
    /// Starts to open the session and returns at once.
    pub fn open(mut self, on_signal: OnSignal) -> io::Result<Link> {
        if let SessionPlan::Create(request) = &mut self.session {
            request.name = Some(named(&self.label, &local::random_name()?));
        }
        let about = About {
            is_local: self.place == Place::Local,
            is_ours: matches!(self.session, SessionPlan::Create(_)),
            is_made_if_missing: matches!(self.session, SessionPlan::FindOrCreate(_)),
            is_aside: self.is_aside,
            command: self.command.clone(),
            root: match &self.place {
                Place::Local => "this machine".to_owned(),
                Place::Server { url, .. } => livy::shown_root(url),
            },
        };
        // Before a prompt changes the terminal's modes: a signal must not end the program unawares.
        let listening = Listening::begin()
            .map_err(|error| io::Error::other(format!("the network thread cannot run: {error}")))?;
        Link::start(about, |mailbox, engine, uplink| {
            converse(self, listening, mailbox, engine, uplink, on_signal);
        })
    }
}

/// What the network thread runs on; signals are caught already.
struct Listening {
    runtime: Runtime,
    signals: Signals,
}

impl Listening {
    fn begin() -> io::Result<Listening> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let signals = {
            let _inside = runtime.enter();
            Signals::listen()?
        };
        Ok(Listening { runtime, signals })
    }
}

/// The network thread: opens the session, holds the conversation, ends a local server.
fn converse(
    plan: Plan,
    listening: Listening,
    mailbox: Mailbox,
    engine: WeakEngine,
    uplink: Uplink,
    on_signal: OnSignal,
) {
    let Listening { runtime, signals } = listening;
    let is_ours = matches!(plan.session, SessionPlan::Create(_));
    let is_made_if_missing = matches!(plan.session, SessionPlan::FindOrCreate(_));
    let ends_session = is_ours && !plan.keep;
    let (limits, patience, out) = (plan.limits, plan.patience, plan.out.clone());
    let (keep_alive, journal) = (plan.keep_alive, plan.journal.clone());
    let made = Rc::new(Cell::new(is_ours));
    let (root, last) = (plan.remote_root(), plan.last());
    let writes = Follower::new(journal, root, ends_session, made.clone(), last).map(Rc::new);
    if let Some(writes) = writes.as_ref().filter(|_| plan.tells_left) {
        let (uplink, command) = (uplink.clone(), plan.command.clone());
        writes.tell_left_behind(move |left| {
            uplink.emit(Event::Told(words::left_behind(left, &command)));
        });
    }
    if let (Some(writes), SessionPlan::Create(request), true) =
        (&writes, &plan.session, ends_session)
        && let Some(name) = &request.name
    {
        writes.expect(name);
    }
    let local = tokio::task::LocalSet::new();
    let on_machine = OnMachine::default();
    let unread = Rc::new(Unread::new(uplink.clone()));
    let ended_by = local.block_on(&runtime, async {
        let (machine, tells) = (on_machine.clone(), uplink.clone());
        let opening: Opening =
            Box::new(move |unwanted| Box::pin(open(plan, machine, tells, made, unwanted)));
        let to_front_end = uplink.clone();
        let has_started = Rc::new(Cell::new(false));
        let starts = has_started.clone();
        let follows = writes.clone();
        let keeps = unread.clone();
        let conversation = Engine::converse(mailbox, opening, patience, keep_alive, move |event| {
            if matches!(event, engine::Event::Ready { .. }) {
                starts.set(true);
            }
            if let Some(follows) = &follows {
                follows.follow(&event);
            }
            keeps.follow(&event);
            to_front_end.emit(Event::Engine(event));
        });
        let mut conversation = pin!(conversation);
        let deadlines = Deadlines::of(limits);
        let signal = tokio::select! {
            () = &mut conversation => return None,
            signal = signal_to_end(signals, &uplink, &out, deadlines, &has_started) => signal,
        };
        // A terminal that is gone ends nothing; who terminates livysh means its session too.
        let engine = engine.upgrade().filter(|_| signal != Signal::HangUp);
        let ends = (ends_session || uplink.is_adopted()) && !uplink.is_kept();
        let mut has_ended = false;
        if let Some(engine) = &engine
            && !uplink.prompt_stands()
        {
            has_ended = unread.cancel(engine, conversation.as_mut()).await;
        }
        match engine {
            Some(engine) if ends => {
                // What became of it is told before the time is over.
                engine.end(AFTER_SIGNAL.mul_f64(0.8));
                drop(engine);
                if !has_ended && timeout(AFTER_SIGNAL, conversation).await.is_err() {
                    uplink.tell_unconfirmed();
                }
            }
            Some(_) | None => {
                uplink.tell_left(match (is_ours || uplink.is_adopted(), is_made_if_missing) {
                    (true, _) => "left as it is",
                    (false, true) => "it stays, as --create says",
                    (false, false) => "it was there before",
                });
            }
        }
        Some(signal)
    });
    uplink.stop.store(true, Ordering::Relaxed);
    if let Some(writes) = writes {
        writes.finish(match ends_session || uplink.is_adopted() {
            true if uplink.is_kept() => Fate::Stays,
            true if uplink.is_handed_over() => Fate::StillToEnd,
            true | false => Fate::AsNoted,
        });
    }
    let while_ending = runtime.block_on(on_machine.end());
    // A name that is still looked up, of Spark's UI, is not waited for.
    drop(local);
    runtime.shutdown_background();
    if ended_by.is_some() && !uplink.prompt_stands() {
        for line in unread.told() {
            out.note_if_taken(&line);
        }
    }
    match ended_by.or(while_ending) {
        Some(signal) if uplink.is_let_go() => uplink.emit(Event::Signal(signal)),
        Some(signal) => on_signal(signal),
        None => {}
    }
}

async fn open(
    plan: Plan,
    on_machine: OnMachine,
    uplink: Uplink,
    made: Rc<Cell<bool>>,
    unwanted: Unwanted,
) -> Result<Opened, OpenError> {
    let (url, credential, transport, service) = match plan.place {
        Place::Server {
            url,
            credential,
            transport,
            service,
        } => (url, credential, *transport, *service),
        Place::Local => {
            let (started, token) = start_local(
                plan.search,
                plan.tuning,
                plan.cache,
                uplink.clone(),
                &on_machine,
            )
            .await?;
            let url = started.url();
            on_machine.server.replace(Some(started));
            (
                url,
                Credential::bearer(token),
                Transport::default(),
                Service::default(),
            )
        }
    };
    let watch = plan.is_verbose.then(|| telling(plan.out.clone()));
    let tells = uplink.clone();
    let tell_notice: auth::Tell = Arc::new(move |notice| {
        tells.emit(match notice {
            Notice::Waiting(what) => Event::Preparing {
                step: what.to_owned(),
                detail: String::new(),
            },
            Notice::Warning(told) => Event::Told(vec![words::warning(&told)]),
        });
    });
    let identity = Arc::new(Identity::watched(
        credential,
        Some(tell_notice),
        watch.clone(),
    ));
    let redraws = plan.out.redraws();
    let ask_ui = redraws.then(|| asks_ui(&transport, watch.clone()));
    let client = Client::new(&url, identity, watch, transport, service).map_err(|error| {
        let hint = error.hint().to_owned();
        OpenError::Preparation {
            message: error.to_string(),
            hint,
        }
    })?;
    let tunnel_hint = Cell::new(client.service().tunnel_hint.clone());
    let tell_tunnel = |error: &LivyError| {
        if let LivyError::Transport(_) = error
            && let Some(hint) = tunnel_hint.take()
        {
            uplink.emit(Event::Told(vec![words::hint_line(&hint)]));
        }
    };
    let tell = |error: &LivyError| {
        tell_tunnel(error);
        uplink.emit(Event::Engine(engine::Event::Reconnecting(error.clone())));
    };
    let told = |error: &OpenError| match error {
        OpenError::Livy(error) | OpenError::NotCreated { error, .. } => tell_tunnel(error),
        OpenError::Preparation { .. } | OpenError::GivenUp => {}
    };
    let first_contact = |default| Patience {
        first_contact: Some(plan.retry_for.unwrap_or(default)),
        ..plan.patience
    };
    let tell_lines = |lines| uplink.emit(Event::Told(lines));
    let offer = plan.offer;
    let (session, is_new, asked) = match plan.session {
        // A wrong address is told at once.
        SessionPlan::Create(request) => {
            let patience = first_contact(Duration::ZERO);
            let session =
                engine::create_session(&client, &request, &patience, unwanted, tell).await;
            let session = session.inspect_err(told)?;
            let asked = request.resources.proxy_user.as_deref();
            tell_lines(
                words::made_for_another(&session, asked)
                    .into_iter()
                    .collect(),
            );
            (session, true, request.heartbeat_timeout_in_second)
        }
        SessionPlan::FindOrCreate(request) => {
            let patience = first_contact(ATTACHING);
            let found =
                engine::find_or_create_session(&client, &request, &patience, unwanted, tell)
                    .await
                    .inspect_err(told)?;
            made.set(found.is_new);
            let asked = request.resources.proxy_user.as_deref();
            tell_lines(told_of(&found, asked, &plan.set_up_by));
            (
                found.session,
                found.is_new,
                request.heartbeat_timeout_in_second,
            )
        }
        SessionPlan::Attach(attach) => {
            let id = Id::named(&attach.session);
            let patience = first_contact(ATTACHING);
            let session = engine::find_session(&client, &id, &patience, tell).await;
            let session = session.inspect_err(tell_tunnel)?;
            tell_lines(check(&attach, &session)?);
            (session, false, None)
        }
    };
    // Whoever was let in may want to come back.
    if let Some(offer) = offer {
        tell_lines(vec![words::hint_line(&format!(
            "{offer}  keeps this server"
        ))]);
    }
    // Servers before Livy 0.8 do not tell it.
    let seconds = match session.heartbeat_timeout_in_second {
        0 => asked.filter(|_| is_new).unwrap_or(0),
        told => told,
    };
    Ok(Opened {
        client: Arc::new(client),
        session,
        is_new,
        heartbeat: (seconds > 0).then(|| Duration::from_secs(seconds)),
        ask_ui,
    })
}

/// How Spark's UI is asked.
fn asks_ui(transport: &Transport, watch: Option<livy::Watch>) -> AskUi {
    let transport = transport.clone();
    Box::new(move |url, application| SparkUi::new(url, application, &transport, watch.clone()))
}

/// What is to be known of a session that was found or made by its name.
fn told_of(found: &engine::Found, asked: Option<&str>, set_up_by: &[&str]) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(removed) = &found.removed {
        lines.push(words::made_anew(removed));
    }
    lines.extend(words::made_for_another(&found.session, asked));
    if !found.is_new && !set_up_by.is_empty() {
        lines.push(words::settings_without_effect(&found.session, set_up_by));
    }
    lines
}

/// Numbers are given anew: the session that was used last must be that one.
fn check(attach: &Attach, session: &Session) -> Result<Vec<Line>, OpenError> {
    let Some(known) = &attach.known else {
        return Ok(Vec::new());
    };
    match (known.is(session), attach.is_last) {
        (Same::Yes, _) | (Same::Unsure, false) => Ok(Vec::new()),
        (Same::Unsure, true) => Ok(vec![words::perhaps_another(session)]),
        (Same::No(has, had), false) => Ok(vec![words::is_another(session, &has, &had)]),
        (Same::No(has, had), true) => Err(OpenError::Preparation {
            message: words::is_another(session, &has, &had).text(),
            hint: format!("-s {} attaches to it all the same", session.id),
        }),
    }
}

/// Tells what signing on waits for, a line each.
pub fn noticing(out: Out) -> auth::Tell {
    Arc::new(move |notice| {
        out.note(&match notice {
            Notice::Waiting(what) => Line::faint(what),
            Notice::Warning(told) => words::warning(&told),
        });
    })
}

/// Tells each request as a line.
pub fn telling(out: Out) -> livy::Watch {
    Arc::new(move |exchange: &livy::Exchange<'_>| {
        let what = format!("{} {}", exchange.method, exchange.url);
        let took = exchange.took.as_millis();
        let told = match &exchange.answer {
            Ok((status, bytes)) => format!("{what}: {status}, {bytes} bytes, {took} ms"),
            Err(error) => format!("{what}: {error}, {took} ms"),
        };
        out.note(&Line::faint(one_line(&told)));
    })
}

//! The network thread's end of the line to the front end: events go to it, and above a standing prompt
//! as they come.

use super::link::{About, name_of};
use super::tell::{self, Reader};
use super::{Event, Signal, words};
use crate::engine;
use crate::term::Out;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where events go: to the front end, and above a standing prompt as they come.
struct Route {
    waiting: Sender<(Event, bool)>,
    /// Whether a prompt stands: nobody waits for events then.
    prompt_stands: bool,
    above: Option<Out>,
    about: About,
    session_name: Option<String>,
}

impl Route {
    fn emit(&mut self, event: Event) {
        if let Event::Engine(
            engine::Event::Starting { session } | engine::Event::Ready { session },
        ) = &event
        {
            self.session_name = Some(name_of(session));
        }
        let told = match &self.above {
            // Only a prompt has an above.
            Some(out) => tell::tell(out, &event, &self.about, Reader::AtPrompt),
            None => false,
        };
        // Only a front end that is gone does not take it.
        self.waiting.send((event, told)).ok();
    }
}

/// The network thread's end of the line.
#[derive(Clone)]
pub(super) struct Uplink {
    route: Arc<Mutex<Route>>,
    /// Set when what is being prepared is not wanted any more.
    pub(super) stop: Arc<AtomicBool>,
    /// Set when another session is to take this one's place: a signal that comes while this one
    /// ends is then the front end's.
    is_let_go: Arc<AtomicBool>,
    /// Set when time is not limited any more: somebody sits at a prompt.
    has_no_limits: Arc<AtomicBool>,
    /// Set while another session has the prompt: signals are told by that one.
    is_aside: Arc<AtomicBool>,
    /// Set when the session is to stay although it was to be ended.
    is_kept: Arc<AtomicBool>,
    /// Set when the session was made by livysh and is to be ended, although it was attached to.
    is_adopted: Arc<AtomicBool>,
    /// Set when another link is to end the session in this one's place.
    is_handed_over: Arc<AtomicBool>,
    /// So many ends of statements the front end has taken.
    ends_taken: Arc<AtomicUsize>,
}

impl Uplink {
    pub(super) fn new(waiting: Sender<(Event, bool)>, about: About) -> Uplink {
        let is_aside = about.is_aside;
        let route = Route {
            waiting,
            prompt_stands: false,
            above: None,
            about,
            session_name: None,
        };
        Uplink {
            route: Arc::new(Mutex::new(route)),
            stop: Arc::default(),
            is_let_go: Arc::default(),
            has_no_limits: Arc::default(),
            is_aside: Arc::new(AtomicBool::new(is_aside)),
            is_kept: Arc::default(),
            is_adopted: Arc::default(),
            is_handed_over: Arc::default(),
            ends_taken: Arc::default(),
        }
    }

    /// Takes an event to the front end, from any thread.
    pub(super) fn emit(&self, event: Event) {
        self.lock().emit(event);
    }

    pub(super) fn prompt_stands(&self) -> bool {
        self.lock().prompt_stands
    }

    /// Passes Ctrl-C on and says so, unless a prompt stands: it may be the line editor's.
    pub(super) fn interrupt(&self) -> bool {
        let mut route = self.lock();
        if !route.prompt_stands {
            route.emit(Event::Signal(Signal::Interrupt));
        }
        !route.prompt_stands
    }

    pub(super) fn has_no_limits(&self) -> bool {
        self.has_no_limits.load(Ordering::Relaxed)
    }

    pub(super) fn lift_limits(&self) {
        self.has_no_limits.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_let_go(&self) -> bool {
        self.is_let_go.load(Ordering::Relaxed)
    }

    pub(super) fn let_go(&self) {
        self.is_let_go.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_aside(&self) -> bool {
        self.is_aside.load(Ordering::Relaxed)
    }

    /// From now on it tells signals, too.
    pub(super) fn come_forward(&self) {
        self.is_aside.store(false, Ordering::Relaxed);
    }

    pub(super) fn reader(&self) -> Reader {
        match (self.is_aside(), self.has_no_limits()) {
            (true, _) => Reader::Beside,
            (false, true) => Reader::AtPrompt,
            (false, false) => Reader::OfScript,
        }
    }

    pub(super) fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::Relaxed)
    }

    pub(super) fn keep(&self) {
        self.is_kept.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_adopted(&self) -> bool {
        self.is_adopted.load(Ordering::Relaxed)
    }

    pub(super) fn adopt(&self) {
        self.is_adopted.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_handed_over(&self) -> bool {
        self.is_handed_over.load(Ordering::Relaxed)
    }

    pub(super) fn hand_over(&self) {
        self.is_handed_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_taken_an_end(&self) {
        self.ends_taken.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ends_taken(&self) -> usize {
        self.ends_taken.load(Ordering::Relaxed)
    }

    /// Whether a prompt stands; events are then told above it through `above`, where it has a way.
    pub(super) fn set_prompt(&self, stands: bool, above: Option<Out>) {
        let mut route = self.lock();
        route.prompt_stands = stands;
        route.above = above;
    }

    /// Tells above the prompt that the session is left.
    pub(super) fn tell_left(&self, why: &str) {
        let route = self.lock();
        if let (Some(out), Some(name)) = (&route.above, &route.session_name) {
            for line in words::left(name, why, &route.about.command) {
                out.note(&line);
            }
        }
    }

    /// Tells above the prompt that the end of a session, or of its creation, was not seen.
    pub(super) fn tell_unconfirmed(&self) {
        let route = self.lock();
        let Some(out) = route.above.as_ref().filter(|_| !route.about.is_local) else {
            return;
        };
        let lines = match &route.session_name {
            Some(name) => words::left(name, "its end was not waited for", &route.about.command),
            None => words::perhaps_left(&route.about.root),
        };
        for line in lines {
            out.note(&line);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Route> {
        self.route.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the front end when a defect ends the network thread: it would wait for ever.
pub(super) struct Farewell(pub(super) Uplink);

impl Drop for Farewell {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.emit(Event::ThreadLost);
        }
    }
}

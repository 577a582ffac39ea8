//! A proxy on loopback that breaks what a test names, and counts how often it did.

mod fault;
mod port;

pub use fault::{Fault, HTML, JSON};

use super::chance::Chance;
use port::Port;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A request by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Create,
    Session,
    Post,
    Poll,
    Cancel,
    Log,
    Delete,
    Batch,
    Other,
}

impl Call {
    pub fn of(method: &str, path: &str) -> Call {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (method, parts.as_slice()) {
            ("POST", ["sessions"]) => Call::Create,
            ("GET", ["sessions", _]) => Call::Session,
            ("DELETE", ["sessions", _]) => Call::Delete,
            ("GET", ["sessions", _, "log"]) => Call::Log,
            ("POST", ["sessions", _, "statements"]) => Call::Post,
            ("GET", ["sessions", _, "statements", _]) => Call::Poll,
            ("POST", ["sessions", _, "statements", _, "cancel"]) => Call::Cancel,
            ("POST", ["batches"]) => Call::Batch,
            _ => Call::Other,
        }
    }
}

/// How long it is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    Times(usize),
    /// From the first time on.
    For(Duration),
    /// One in so many, by chance.
    OneIn(u64),
}

struct Rule {
    call: Option<Call>,
    fault: Fault,
    span: Span,
    /// So many such calls pass before.
    passes: usize,
    began: Option<Instant>,
    fired: usize,
    chance: Chance,
}

impl Rule {
    fn breaks(&mut self, call: Call) -> Option<Fault> {
        if self.call.is_some_and(|wanted| wanted != call) {
            return None;
        }
        if self.passes > 0 {
            self.passes -= 1;
            return None;
        }
        let breaks = match self.span {
            Span::Times(count) => self.fired < count,
            Span::For(time) => self.began.get_or_insert_with(Instant::now).elapsed() < time,
            Span::OneIn(count) => self.chance.below(count) == 0,
        };
        self.fired += usize::from(breaks);
        breaks.then_some(self.fault)
    }
}

/// When the server goes away: once such an answer has come from it.
struct Leaving {
    after: Call,
    says: &'static str,
    leave: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    /// Host and port of the server behind it.
    server: Mutex<String>,
    rules: Mutex<Vec<Rule>>,
    leaving: Mutex<Option<Leaving>>,
    /// The requests on their way.
    on_the_way: Mutex<Vec<Call>>,
}

impl State {
    /// For as long as `pass` lasts.
    fn on_the_way<T>(&self, call: Call, pass: impl FnOnce() -> T) -> T {
        self.on_the_way.lock().unwrap().push(call);
        let passed = pass();
        let mut all = self.on_the_way.lock().unwrap();
        let place = all.iter().position(|one| *one == call).unwrap();
        all.swap_remove(place);
        passed
    }

    fn fault(&self, call: Call) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        rules.iter_mut().find_map(|rule| rule.breaks(call))
    }

    /// Before the answer is passed on, so that the request after it finds nobody.
    fn on_answer(&self, call: Call, answer: &[u8]) {
        let mut leaving = self.leaving.lock().unwrap();
        let is_it = leaving.as_ref().is_some_and(|one| {
            one.after == call && String::from_utf8_lossy(answer).contains(one.says)
        });
        if is_it && let Some(one) = leaving.take() {
            (one.leave)();
        }
    }
}

pub struct Chaos {
    pub url: String,
    port: Arc<Port>,
    state: Arc<State>,
}

impl Chaos {
    /// In front of a server, until the test process ends.
    pub fn before(server: &str) -> Chaos {
        let state: Arc<State> = Arc::default();
        let known = state.clone();
        let port = Port::open(move |stream| {
            let server = known.server.lock().unwrap().clone();
            // A client that goes away is none of the proxy's business.
            fault::pass(stream, &server, &known).ok();
        });
        let chaos = Chaos {
            url: format!("http://127.0.0.1:{}", port.number()),
            port: Arc::new(port),
            state,
        };
        chaos.point_to(server);
        chaos
    }

    /// From now on another server stands behind it.
    pub fn point_to(&self, server: &str) {
        let server = server.trim_start_matches("http://").to_owned();
        *self.state.server.lock().unwrap() = server;
    }

    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// What closes its port.
    pub fn closing(&self) -> impl Fn() + Send + Sync + 'static {
        let port = self.port.clone();
        move || port.close()
    }

    /// What opens it again.
    pub fn reopening(&self) -> Arc<dyn Fn() + Send + Sync> {
        let port = self.port.clone();
        Arc::new(move || port.reopen())
    }

    /// Does something when such a call is answered so, before the answer is passed on.
    pub fn leave_after(
        &self,
        after: Call,
        says: &'static str,
        leave: impl Fn() + Send + Sync + 'static,
    ) {
        let leave = Box::new(leave);
        *self.state.leaving.lock().unwrap() = Some(Leaving { after, says, leave });
    }

    /// Breaks a call, or any.
    pub fn break_it(&self, call: Option<Call>, fault: Fault, span: Span, seed: u64) {
        self.break_after(0, call, fault, span, seed);
    }

    /// The same after so many such calls.
    pub fn break_after(
        &self,
        passes: usize,
        call: Option<Call>,
        fault: Fault,
        span: Span,
        seed: u64,
    ) {
        self.state.rules.lock().unwrap().push(Rule {
            passes,
            call,
            fault,
            span,
            began: None,
            fired: 0,
            chance: Chance::new(seed),
        });
    }

    /// From now on nothing is broken.
    pub fn mend(&self) {
        self.state.rules.lock().unwrap().clear();
    }

    /// Whether such a request, or its answer, is on its way.
    pub fn is_on_the_way(&self, call: Call) -> bool {
        self.state.on_the_way.lock().unwrap().contains(&call)
    }

    /// How often a request was broken.
    pub fn fired(&self) -> usize {
        self.state
            .rules
            .lock()
            .unwrap()
            .iter()
            .map(|rule| rule.fired)
            .sum()
    }
}

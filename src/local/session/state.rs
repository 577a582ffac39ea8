//! What a session is and does, without processes and without sockets.
//!
//! | session state | becomes       | when                                                    |
//! |---------------|---------------|---------------------------------------------------------|
//! | starting      | idle          | the driver is ready                                     |
//! | starting      | dead          | the driver ended or said why it could not start         |
//! | idle          | busy          | the driver begins to run something                      |
//! | busy          | idle          | it ended, and no later statement was submitted          |
//! | busy          | error         | a language's interpreter died; the others go on         |
//! | error         | busy          | the driver begins to run something                      |
//! | any but dead  | shutting_down | it is deleted or stopped                                |
//! | any           | dead          | the driver is gone                                      |
//!
//! | statement  | becomes    | when                                                      |
//! |------------|------------|-----------------------------------------------------------|
//! | waiting    | running    | the driver begins its code                                |
//! | waiting    | cancelled  | it is cancelled                                           |
//! | running    | available  | its result came                                           |
//! | running    | cancelling | it is cancelled                                           |
//! | cancelling | cancelled  | its result came, or it was waited for long enough (strict) |
//!
//! Statements run one after another in the order of their arrival, whatever their language. What is
//! retained of them is another matter: the oldest are forgotten, also before they have run.

use super::super::log::Log;
use super::super::wire::{self, Statement, StatementState};
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Starting,
    Idle,
    Busy,
    Error,
    ShuttingDown,
    Dead,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Idle => "idle",
            State::Busy => "busy",
            State::Error => "error",
            State::ShuttingDown => "shutting_down",
            State::Dead => "dead",
        }
    }

    pub(super) fn takes_statements(self) -> bool {
        matches!(self, State::Idle | State::Busy | State::Error)
    }
}

/// Why a request cannot be carried out now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The session is in this state and takes no statements.
    State(&'static str),
    /// Its kind is `shared` and the statement has none.
    NoKind,
    /// Livy knows no such kind.
    Kind(String),
}

/// A statement whose turn has not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Queued {
    pub(super) id: u64,
    pub(super) kind: &'static str,
    pub(super) code: String,
    /// It was cancelled meanwhile: its turn passes without its code.
    pub(super) cancelled: bool,
}

/// What a cancel asks of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cancel {
    Nothing,
    /// The driver has it but has not begun its code.
    Skip,
    Interrupt,
}

pub(super) struct Inner {
    pub(super) state: State,
    pub(super) app_id: Option<String>,
    pub(super) ui: Option<String>,
    pub(super) log: Log,
    /// When something was last asked of it, or its last statement ended.
    pub(super) active: Instant,
    /// When it died.
    pub(super) ended: Option<Instant>,
    /// Whether it behaves as Livy does where that is worse.
    strict: bool,
    kind: &'static str,
    /// Those that are retained, by id.
    statements: VecDeque<Statement>,
    queue: VecDeque<Queued>,
    next_statement: u64,
    kept_statements: usize,
    /// The one that the driver has.
    running: Option<u64>,
}

impl Inner {
    pub(super) fn new(kind: &'static str, kept_statements: usize, strict: bool) -> Inner {
        Inner {
            state: State::Starting,
            app_id: None,
            ui: None,
            log: match strict {
                true => Log::default(),
                false => Log::with_phases(),
            },
            active: Instant::now(),
            ended: None,
            strict,
            kind,
            statements: VecDeque::new(),
            queue: VecDeque::new(),
            next_statement: 0,
            kept_statements: kept_statements.max(1),
            running: None,
        }
    }

    pub(super) fn statements(&self) -> Vec<Statement> {
        self.statements.iter().cloned().collect()
    }

    pub(super) fn statement(&self, id: u64) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.id == id)
    }

    fn find(&mut self, id: u64) -> Option<&mut Statement> {
        self.statements
            .iter_mut()
            .find(|statement| statement.id == id)
    }

    /// Queues a statement and gives it as it then is.
    pub(super) fn submit(
        &mut self,
        code: String,
        kind: Option<&str>,
    ) -> Result<Statement, Refused> {
        if !self.state.takes_statements() {
            return Err(Refused::State(self.state.name()));
        }
        let kind = match kind {
            None if self.kind == "shared" => return Err(Refused::NoKind),
            None => self.kind,
            Some(name) => {
                wire::canonical_kind(name).ok_or_else(|| Refused::Kind(name.to_owned()))?
            }
        };
        self.active = Instant::now();
        let statement = Statement {
            id: self.next_statement,
            code,
            state: StatementState::Waiting,
            output: None,
            progress: 0.0,
            started: 0,
            completed: 0,
        };
        self.next_statement += 1;
        self.statements.push_back(statement.clone());
        if self.statements.len() > self.kept_statements {
            self.statements.pop_front();
        }
        // Livy lets a statement of this kind wait for ever, and later ones overtake it.
        if kind != "shared" {
            self.queue.push_back(Queued {
                id: statement.id,
                kind,
                code: statement.code.clone(),
                cancelled: false,
            });
        }
        Ok(statement)
    }

    /// The next statement for the driver, when it has nothing to do.
    pub(super) fn next(&mut self) -> Option<Queued> {
        if self.running.is_some() || !self.state.takes_statements() {
            return None;
        }
        let next = loop {
            let next = self.queue.pop_front()?;
            // Livy's own driver gives it its turn all the same.
            if self.strict || !next.cancelled {
                break next;
            }
        };
        self.running = Some(next.id);
        if !self.strict {
            self.state = State::Busy;
            self.begin(next.id);
        }
        Some(next)
    }

    /// The driver begins to run a part of a statement, or has ended one. With each of them Livy's
    /// state changes, so that it flickers.
    pub(super) fn on_turn(&mut self, id: u64, busy: bool, aborted: bool) {
        if !self.state.takes_statements() {
            return;
        }
        if busy {
            self.state = State::Busy;
        } else if aborted {
            self.state = State::Error;
        } else if id + 1 == self.next_statement {
            self.state = State::Idle;
            self.active = Instant::now();
        }
    }

    /// The driver begins a statement's own code.
    pub(super) fn begin(&mut self, id: u64) {
        if let Some(statement) = self.find(id)
            && statement.state == StatementState::Waiting
        {
            statement.state = StatementState::Running;
            statement.started = now();
        }
    }

    pub(super) fn on_progress(&mut self, id: u64, done: u64, total: u64) {
        if let Some(statement) = self.find(id)
            && statement.completed == 0
        {
            statement.progress = done as f64 / total.max(1) as f64;
        }
    }

    /// The driver has ended a statement; `output` is none where its code never ran.
    pub(super) fn finish(&mut self, id: u64, cancelled: bool, output: Option<Map<String, Value>>) {
        self.running = None;
        if let Some(statement) = self.find(id) {
            statement.state = match statement.state {
                StatementState::Running if !cancelled => StatementState::Available,
                StatementState::Waiting
                | StatementState::Running
                | StatementState::Cancelling
                | StatementState::Cancelled => StatementState::Cancelled,
                StatementState::Available => StatementState::Available,
            };
            if let Some(mut output) = output {
                output.insert("execution_count".to_owned(), Value::from(id));
                statement.output = Some(output);
            }
            statement.progress = 1.0;
            statement.completed = now();
        }
        if !self.strict && self.state == State::Busy && self.queue.is_empty() {
            self.state = State::Idle;
            self.active = Instant::now();
        }
    }

    /// Cancels a waiting statement at once; says what a running one asks of the driver. Every other
    /// id is none of its business, as in Livy.
    pub(super) fn cancel(&mut self, id: u64) -> Cancel {
        self.active = Instant::now();
        let handed_over = self.running == Some(id);
        let Some(statement) = self.find(id) else {
            return Cancel::Nothing;
        };
        match statement.state {
            StatementState::Waiting => {
                statement.state = StatementState::Cancelled;
                statement.progress = 1.0;
                statement.completed = now();
                if let Some(queued) = self.queue.iter_mut().find(|queued| queued.id == id) {
                    queued.cancelled = true;
                }
                match handed_over {
                    true => Cancel::Skip,
                    false => Cancel::Nothing,
                }
            }
            StatementState::Running => {
                statement.state = StatementState::Cancelling;
                Cancel::Interrupt
            }
            StatementState::Available | StatementState::Cancelling | StatementState::Cancelled => {
                Cancel::Nothing
            }
        }
    }

    /// Calls a statement cancelled that does not end: its code goes on, and the next one waits.
    pub(super) fn give_up(&mut self, id: u64) {
        if let Some(statement) = self.find(id)
            && statement.state == StatementState::Cancelling
        {
            statement.state = StatementState::Cancelled;
            statement.progress = 1.0;
            statement.completed = now();
        }
    }

    pub(super) fn die(&mut self) {
        self.log.end_start();
        self.state = State::Dead;
        self.ended = Some(Instant::now());
        self.running = None;
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(strict: bool) -> Inner {
        let mut inner = Inner::new("pyspark", 2, strict);
        inner.state = State::Idle;
        inner
    }

    fn submit(inner: &mut Inner, code: &str) -> u64 {
        inner.submit(code.to_owned(), None).unwrap().id
    }

    fn output() -> Option<Map<String, Value>> {
        Some(Map::new())
    }

    #[test]
    fn statements_are_forgotten_but_run() {
        let mut inner = ready(false);
        let ids: Vec<u64> = (0..4).map(|n| submit(&mut inner, &n.to_string())).collect();
        assert_eq!(inner.statements().len(), 2);
        assert!(inner.statement(0).is_none());
        for id in ids {
            assert_eq!(inner.next().unwrap().id, id);
            assert_eq!(inner.next(), None);
            inner.finish(id, false, output());
        }
        assert_eq!(inner.state, State::Idle);
    }

    #[test]
    fn a_waiting_one_is_cancelled_at_once_and_its_turn_passes() {
        for strict in [false, true] {
            let mut inner = ready(strict);
            submit(&mut inner, "a");
            let waiting = submit(&mut inner, "b");
            inner.next();
            inner.begin(0);
            assert_eq!(inner.cancel(waiting), Cancel::Nothing);
            let cancelled = inner.statement(waiting).unwrap();
            assert_eq!(cancelled.state, StatementState::Cancelled);
            inner.finish(0, false, output());
            // Livy's driver goes through the motions.
            assert_eq!(
                inner.next().map(|next| next.cancelled),
                strict.then_some(true)
            );
        }
    }

    #[test]
    fn a_statement_that_does_not_end_is_called_cancelled_and_may_still_give_a_result() {
        let mut inner = ready(true);
        let id = submit(&mut inner, "sleep");
        inner.next();
        inner.begin(id);
        assert_eq!(inner.cancel(id), Cancel::Interrupt);
        inner.give_up(id);
        let given_up = inner.statement(id).unwrap();
        assert_eq!(
            (given_up.state, given_up.output.is_none()),
            (StatementState::Cancelled, true)
        );
        assert_eq!(inner.next(), None);
        inner.finish(id, false, output());
        let late = inner.statement(id).unwrap();
        assert_eq!(
            (late.state, late.output.is_some()),
            (StatementState::Cancelled, true)
        );
    }

    #[test]
    fn one_that_is_cancelled_before_its_code_begins_is_skipped() {
        let mut inner = ready(true);
        let id = submit(&mut inner, "a");
        inner.next();
        assert_eq!(inner.cancel(id), Cancel::Skip);
        inner.begin(id);
        assert_eq!(
            inner.statement(id).unwrap().state,
            StatementState::Cancelled
        );
    }

    #[test]
    fn livys_state_flickers_and_an_error_is_not_the_end() {
        let mut inner = ready(true);
        submit(&mut inner, "a");
        inner.next();
        for (busy, state) in [
            (true, State::Busy),
            (false, State::Idle),
            (true, State::Busy),
        ] {
            inner.on_turn(0, busy, false);
            assert_eq!(inner.state, state);
        }
        submit(&mut inner, "b");
        inner.on_turn(0, false, false);
        assert_eq!(inner.state, State::Busy, "a later statement waits");
        inner.on_turn(0, false, true);
        assert_eq!(inner.state, State::Error);
        assert!(inner.submit("c".to_owned(), None).is_ok());
    }

    #[test]
    fn a_shared_session_needs_a_kind() {
        let mut inner = Inner::new("shared", 100, true);
        assert_eq!(
            inner.submit("1".to_owned(), None),
            Err(Refused::State("starting"))
        );
        inner.state = State::Idle;
        assert_eq!(inner.submit("1".to_owned(), None), Err(Refused::NoKind));
        let odd = inner.submit("1".to_owned(), Some("perl"));
        assert_eq!(odd, Err(Refused::Kind("perl".to_owned())));
        assert!(inner.submit("1".to_owned(), Some("shared")).is_ok());
        assert_eq!(inner.next(), None, "it waits for ever");
    }
}

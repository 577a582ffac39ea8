//! Carries out what the two machines want: sends requests, keeps time, tells events.

use super::statement::{Outcome, Step};
use super::{
    Command, Death, Ending, Event, Opened, Opening, Patience, Ticket, poll, session, statement,
};
use crate::delivery;
use crate::livy::{Client, Id, LivyError, NewStatement, Session, Statement};
use std::collections::VecDeque;
use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How much of the log is told when a session dies.
const LOG_LINES_OF_DEATH: i64 = 20;
/// How often a starting session is looked at that is to be ended.
const ENDING_LOOK: Duration = Duration::from_millis(200);
/// After a statement has failed, how long to ask whether the session is dead.
const LOOK_AFTER_FAILURE: Duration = Duration::from_secs(5);

type Emit = Box<dyn Fn(Event)>;
type Request<T> = Pin<Box<dyn Future<Output = T>>>;

struct Submitted {
    ticket: Ticket,
    code: String,
    kind: &'static str,
    machine: statement::Machine,
}

struct Conversation {
    /// Known once the session is open.
    client: Option<Arc<Client>>,
    patience: Patience,
    commands: mpsc::UnboundedReceiver<Command>,
    emit: Rc<Emit>,
    began: Instant,
    machine: session::Machine,
    /// The statement that is sent and looked at.
    current: Option<Submitted>,
    /// Those that wait.
    queue: VecDeque<Submitted>,
}

/// Holds the conversation until it is ended or its handle is dropped.
pub(super) async fn run(
    commands: mpsc::UnboundedReceiver<Command>,
    opening: Opening,
    patience: Patience,
    emit: Emit,
) {
    let conversation = Conversation {
        client: None,
        patience,
        commands,
        emit: Rc::new(emit),
        began: Instant::now(),
        machine: session::Machine::new(Duration::ZERO),
        current: None,
        queue: VecDeque::new(),
    };
    conversation.run(opening).await;
}

/// What comes after a statement or a command.
enum Turn {
    Next,
    /// Within so much time.
    End(Duration),
    /// Nobody is there to talk to any more.
    HandleGone,
}

/// What the running statement's requests answer.
enum Answer {
    Posted(Result<Statement, LivyError>),
    Looked {
        took: Duration,
        answer: Result<Statement, LivyError>,
    },
}

impl Conversation {
    async fn run(mut self, opening: Opening) {
        if let Some(patience) = self.open(opening).await {
            return self.end(patience).await;
        }
        loop {
            let turn = if self.queue.is_empty() || self.machine.is_over() {
                match self.commands.recv().await {
                    Some(Command::End { patience }) => Turn::End(patience),
                    Some(command) => {
                        self.on_command(command);
                        Turn::Next
                    }
                    None => Turn::HandleGone,
                }
            } else {
                self.run_statement().await
            };
            match turn {
                Turn::Next => {}
                Turn::End(patience) => return self.end(patience).await,
                Turn::HandleGone => return,
            }
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn emit(&self, event: Event) {
        (self.emit)(event);
    }

    /// Opens the session and waits until it is ready or over. A command to end it comes back.
    async fn open(&mut self, mut opening: Opening) -> Option<Duration> {
        let answer = loop {
            tokio::select! {
                answer = &mut opening => break answer,
                command = self.commands.recv() => match command {
                    // A POST that is on its way is waited for: its session must not be forgotten.
                    Some(Command::End { patience }) => {
                        if let Ok(Ok(opened)) = tokio::time::timeout(patience, opening).await {
                            self.take_opened(opened);
                        }
                        return Some(patience);
                    }
                    Some(command) => self.on_command(command),
                    None => return Some(Duration::ZERO),
                },
            }
        };
        match answer {
            Ok(opened) => self.take_opened(opened),
            Err(error) => {
                self.machine.on_open_failed();
                self.emit(Event::OpenFailed(error));
                self.drop_queue();
                return None;
            }
        }
        let mut told = None;
        loop {
            match *self.machine.state() {
                session::State::Opening => {}
                session::State::Ready => {
                    self.tell_session(|session| Event::Ready { session });
                    return None;
                }
                session::State::Over => {
                    self.tell_death().await;
                    return None;
                }
                session::State::Starting { look_at } => {
                    if told.as_ref() != self.machine.session() {
                        told = self.machine.session().cloned();
                        self.tell_session(|session| Event::Starting { session });
                    }
                    if let Some(patience) = self.wait_until(look_at).await {
                        return Some(patience);
                    }
                    if let Some(patience) = self.look_at_session(self.patience.reads).await {
                        return Some(patience);
                    }
                }
            }
        }
    }

    fn take_opened(&mut self, opened: Opened) {
        self.client = Some(opened.client);
        self.machine
            .on_opened(self.now(), poll::chance(), opened.session);
    }

    /// Sleeps and takes commands; one to end comes back.
    async fn wait_until(&mut self, time: Duration) -> Option<Duration> {
        let at = self.began + time;
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(at) => return None,
                command = self.commands.recv() => match command {
                    Some(Command::End { patience }) => return Some(patience),
                    Some(command) => self.on_command(command),
                    None => return Some(Duration::ZERO),
                },
            }
        }
    }

    /// Asks for the session's state; takes commands meanwhile, and one to end comes back.
    async fn look_at_session(&mut self, patience: Duration) -> Option<Duration> {
        let (client, id) = (self.client.clone()?, self.session_id()?);
        let emit = self.emit.clone();
        let mut looking: Request<Result<Session, LivyError>> = Box::pin(async move {
            delivery::read(
                patience,
                |error| emit(Event::Reconnecting(error.clone())),
                async || client.session(&id).await,
            )
            .await
        });
        loop {
            tokio::select! {
                answer = &mut looking => {
                    self.machine.on_looked(self.now(), poll::chance(), answer);
                    return None;
                }
                command = self.commands.recv() => match command {
                    Some(Command::End { patience }) => return Some(patience),
                    Some(command) => self.on_command(command),
                    None => return Some(Duration::ZERO),
                },
            }
        }
    }

    fn session_id(&self) -> Option<Id> {
        self.machine.session().map(|session| session.id.clone())
    }

    fn tell_session(&self, event: impl Fn(Box<Session>) -> Event) {
        if let Some(session) = self.machine.session() {
            self.emit(event(Box::new(session.clone())));
        }
    }

    /// Tells why the session is over, with the end of its log where that can be read.
    async fn tell_death(&mut self) {
        let mut death = Death {
            failure: self.machine.failure().cloned(),
            ..Death::default()
        };
        if let Some(session) = self.machine.session() {
            death.session = Some(session.id.to_string());
            death.state = session.state.to_string();
            death.log = session.log.clone();
            if let Some(client) = &self.client {
                let log = client.session_log(&session.id, -1, LOG_LINES_OF_DEATH);
                if let Ok(log) = log.await {
                    death.log = log.log;
                }
            }
        }
        self.emit(Event::Died(death));
        self.drop_queue();
    }

    fn drop_queue(&mut self) {
        for submitted in std::mem::take(&mut self.queue) {
            self.finish(submitted.ticket, Outcome::NeverSent);
        }
    }

    fn finish(&self, ticket: Ticket, outcome: Outcome) {
        let outcome = Box::new(outcome);
        self.emit(Event::Finished { ticket, outcome });
    }

    /// Everything but `End`, which ends the loops themselves.
    fn on_command(&mut self, command: Command) {
        match command {
            Command::Submit { ticket, code, kind } => {
                if self.machine.is_over() {
                    return self.finish(ticket, Outcome::NeverSent);
                }
                self.queue.push_back(Submitted {
                    ticket,
                    code,
                    kind,
                    machine: statement::Machine::new(),
                });
            }
            Command::Cancel(ticket) => self.with_statement(ticket, statement::Machine::on_cancel),
            Command::StopWaiting(ticket) => {
                self.with_statement(ticket, statement::Machine::on_stop_waiting);
            }
            Command::CancelById(id) => {
                if let (Some(session), Some(client)) = (self.session_id(), self.client.clone()) {
                    let emit = self.emit.clone();
                    tokio::task::spawn_local(async move {
                        if let Err(error) = client.cancel(&session, &id).await {
                            emit(Event::CancelFailed(error));
                        }
                    });
                }
            }
            Command::End { .. } => {}
        }
    }

    /// Passes an input to a statement's machine; one that is over before it was sent is told.
    fn with_statement(&mut self, ticket: Ticket, input: impl Fn(&mut statement::Machine)) {
        if let Some(current) = self.current.as_mut().filter(|one| one.ticket == ticket) {
            return input(&mut current.machine);
        }
        let Some(index) = self.queue.iter().position(|one| one.ticket == ticket) else {
            return;
        };
        input(&mut self.queue[index].machine);
        if self.queue[index].machine.step() == Step::Over
            && let Some(submitted) = self.queue.remove(index)
            && let Some(outcome) = submitted.machine.into_outcome()
        {
            self.finish(ticket, outcome);
        }
    }

    /// Runs the first statement of the queue to its end.
    async fn run_statement(&mut self) -> Turn {
        let (Some(session), Some(client)) = (self.session_id(), self.client.clone()) else {
            return Turn::Next;
        };
        let Some(mut submitted) = self.queue.pop_front() else {
            return Turn::Next;
        };
        submitted.machine.on_session_ready();
        let ticket = submitted.ticket;
        self.current = Some(submitted);
        let mut request: Option<Request<Answer>> = None;
        let mut cancelling: Option<Request<Result<(), LivyError>>> = None;
        let mut told_progress = 0.0;
        loop {
            let now = self.began.elapsed();
            let Some(current) = &mut self.current else {
                return Turn::Next;
            };
            let mut look_at = None;
            match current.machine.step() {
                Step::Post => {
                    current.machine.on_posting(now);
                    let (code, kind) = (std::mem::take(&mut current.code), current.kind);
                    let kind = self.kind_to_send(kind);
                    request = Some(post(client.clone(), session.clone(), code, kind));
                }
                Step::LookAt(id, at) if at <= now => {
                    current.machine.on_looking();
                    request = Some(self.look(client.clone(), session.clone(), id));
                }
                Step::LookAt(_, at) => look_at = Some(self.began + at),
                Step::Wait => {}
                Step::Over => break,
            }
            if let Some(id) = self.take_cancel() {
                let (client, session) = (client.clone(), session.clone());
                cancelling = Some(Box::pin(async move { client.cancel(&session, &id).await }));
            }
            tokio::select! {
                biased;
                command = self.commands.recv() => match command {
                    Some(Command::End { patience }) => return Turn::End(patience),
                    Some(command) => self.on_command(command),
                    None => return Turn::HandleGone,
                },
                answer = or_never(&mut cancelling) => {
                    cancelling = None;
                    if let Err(error) = answer {
                        self.emit(Event::CancelFailed(error));
                    }
                }
                answer = or_never(&mut request) => {
                    request = None;
                    self.on_answer(ticket, answer, &mut told_progress);
                }
                () = until(look_at) => {}
            }
        }
        let over = self.current.take();
        match over.and_then(|submitted| submitted.machine.into_outcome()) {
            Some(outcome) => self.conclude(ticket, outcome).await,
            None => Turn::Next,
        }
    }

    /// Tells a statement's end; where a dead session would explain it, that is looked at first.
    async fn conclude(&mut self, ticket: Ticket, outcome: Outcome) -> Turn {
        let may_be_dead = matches!(
            outcome,
            Outcome::NotAccepted { .. } | Outcome::ResultLost { .. }
        );
        let mut end = None;
        if may_be_dead {
            end = self.look_at_session(LOOK_AFTER_FAILURE).await;
            if self.machine.is_over() {
                self.tell_death().await;
            }
        }
        self.finish(ticket, outcome);
        end.map_or(Turn::Next, Turn::End)
    }

    fn take_cancel(&mut self) -> Option<Id> {
        self.current.as_mut()?.machine.take_cancel()
    }

    fn on_answer(&mut self, ticket: Ticket, answer: Answer, told: &mut f64) {
        let now = self.now();
        let Some(current) = &mut self.current else {
            return;
        };
        let machine = &mut current.machine;
        match answer {
            Answer::Posted(answer) => {
                machine.on_posted(now, answer);
                if let Some(id) = machine.id().cloned() {
                    self.emit(Event::Accepted { ticket, id });
                }
            }
            Answer::Looked { took, answer } => {
                machine.on_looked(now, took, poll::chance(), answer);
                let fraction = machine.progress();
                if fraction != *told {
                    *told = fraction;
                    self.emit(Event::Progress { ticket, fraction });
                }
            }
        }
    }

    /// A statement's kind is told only where it is needed: Livy before 0.5 refuses the field.
    fn kind_to_send(&self, wanted: &'static str) -> Option<String> {
        let session = self.machine.session()?.kind.as_deref();
        let same = session.is_some_and(|kind| canonical(kind) == wanted);
        (!same).then(|| wanted.to_owned())
    }

    fn look(&self, client: Arc<Client>, session: Id, id: Id) -> Request<Answer> {
        let (emit, patience) = (self.emit.clone(), self.patience.reads);
        Box::pin(async move {
            let mut began = Instant::now();
            let mut failed = false;
            let answer = delivery::read(
                patience,
                |error| {
                    failed = true;
                    emit(Event::Reconnecting(error.clone()));
                },
                async || {
                    began = Instant::now();
                    client.statement(&session, &id).await
                },
            )
            .await;
            if failed && answer.is_ok() {
                emit(Event::Reconnected);
            }
            Answer::Looked {
                took: began.elapsed(),
                answer,
            }
        })
    }

    /// Ends the session, or says why it is left.
    async fn end(mut self, patience: Duration) {
        let ending = self.ending(patience).await;
        self.emit(Event::Ended(ending));
    }

    async fn ending(&mut self, patience: Duration) -> Ending {
        let (Some(session), Some(client)) = (self.session_id(), self.client.clone()) else {
            return Ending::Nothing;
        };
        let deadline = Instant::now() + patience;
        while self.machine.is_starting() {
            if Instant::now() >= deadline {
                let reason = "it is still starting".to_owned();
                return Ending::Left { session, reason };
            }
            tokio::time::sleep(ENDING_LOOK).await;
            let answer = client.session(&session).await;
            self.machine.on_looked(self.now(), poll::chance(), answer);
        }
        if self.machine.is_over() {
            return Ending::Nothing;
        }
        let wait = deadline.saturating_duration_since(Instant::now());
        let reason = match tokio::time::timeout(wait, client.delete_session(&session)).await {
            Ok(Ok(())) => return Ending::Deleted,
            Ok(Err(error)) if error.status() == Some(404) => return Ending::Nothing,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the server did not confirm its end in time".to_owned(),
        };
        Ending::Left { session, reason }
    }
}

fn post(client: Arc<Client>, session: Id, code: String, kind: Option<String>) -> Request<Answer> {
    Box::pin(async move {
        let statement = NewStatement { code, kind };
        Answer::Posted(client.submit(&session, &statement).await)
    })
}

/// A session's kind by its canonical name.
fn canonical(kind: &str) -> &str {
    match kind {
        "scala" => "spark",
        "python" | "pyspark3" | "python3" => "pyspark",
        other => other,
    }
}

async fn or_never<T>(request: &mut Option<Request<T>>) -> T {
    match request {
        Some(request) => request.await,
        None => pending().await,
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => pending().await,
    }
}

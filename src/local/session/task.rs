//! Keeps a session's driver: starts it, passes it what is asked, takes in what it tells, ends it.

use super::state::{Cancel, State};
use super::{Ask, Ground, Session, Stage};
use crate::local::archive;
use crate::local::conf;
use crate::local::driver::{Driver, Event, Request, Settings, line_of, write_line};
use serde_json::json;
use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::ChildStdin;
use tokio::sync::{mpsc, oneshot, watch};

/// How long a driver may take to end by itself.
const END_PATIENCE: Duration = Duration::from_secs(8);

/// What the driver has not answered.
#[derive(Default)]
struct Questions {
    next: u64,
    completions: HashMap<u64, oneshot::Sender<Vec<String>>>,
    files: HashMap<u64, oneshot::Sender<Option<String>>>,
}

/// The way to the driver. A task of its own writes, so that a driver that does not read holds nobody
/// up but itself.
struct Requests(mpsc::UnboundedSender<Vec<u8>>);

impl Requests {
    fn to(mut pipe: ChildStdin) -> Requests {
        let (lines, mut queued) = mpsc::unbounded_channel::<Vec<u8>>();
        tokio::spawn(async move {
            while let Some(line) = queued.recv().await {
                if write_line(&mut pipe, &line).await.is_err() {
                    return;
                }
            }
        });
        Requests(lines)
    }

    /// A driver that is gone is told by its events' end.
    fn send(&self, request: &Request<'_>) {
        if let Ok(line) = line_of(request) {
            self.0.send(line).ok();
        }
    }
}

impl Session {
    pub(super) async fn live(
        self: &Arc<Session>,
        ground: &Ground,
        directory: PathBuf,
        asked: mpsc::UnboundedReceiver<Ask>,
        stage: watch::Sender<Stage>,
    ) {
        if let Err(error) = self.run(ground, &directory, asked, &stage).await {
            let told = format!("the driver could not be started: {error}");
            self.lock().log.add_stderr(told);
            std::fs::remove_dir_all(&directory).ok();
        }
        self.lock().die();
        stage.send_replace(Stage::Ended);
    }

    async fn run(
        self: &Arc<Session>,
        ground: &Ground,
        directory: &Path,
        mut asked: mpsc::UnboundedReceiver<Ask>,
        stage: &watch::Sender<Stage>,
    ) -> std::io::Result<()> {
        let runtime = &ground.runtime;
        let tuning = ground.tuning;
        let conf = conf::spark(self.id, &self.request.resources, directory);
        let defaults = Settings::of(runtime, directory, &self.request, conf);
        let settings = Settings {
            strict: ground.strict,
            cancel_seconds: self.cancel_timeout.as_secs_f64(),
            sql_rows: conf::number(&self.request.resources, "livy.rsc.sql.num-rows")
                .unwrap_or(defaults.sql_rows),
            quick_compiler: tuning.quick_compiler,
            prewarm: tuning.prewarm,
            archive: match tuning.archive {
                true => archive::existing(&ground.cache, runtime),
                false => None,
            },
            most_output: ground.most_output,
            ..defaults
        };
        prepare_directory(directory)?;
        let driver = Driver::start(runtime, &settings).await?;
        let (pipe, mut events, mut errors, process) = driver.split();
        let requests = Requests::to(pipe);
        let logger = self.clone();
        let logging = tokio::spawn(async move {
            while let Some(line) = errors.next().await {
                logger.lock().log.add_stderr(line);
            }
        });
        let mut questions = Questions::default();
        let mut reason = None;
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Ok(Some(Event::Connected)) => {
                        stage.send_replace(Stage::Connected);
                    }
                    Ok(Some(Event::Candidates { number, candidates })) => {
                        if let Some(answer) = questions.completions.remove(&number) {
                            answer.send(candidates).ok();
                        }
                    }
                    Ok(Some(Event::Added { number, error })) => {
                        if let Some(answer) = questions.files.remove(&number) {
                            answer.send(error).ok();
                        }
                    }
                    Ok(Some(Event::Dead { reason: told })) => reason = Some(told),
                    Ok(Some(event)) => {
                        if matches!(event, Event::Ready { .. }) {
                            ground.first_ready.notify_one();
                        }
                        self.on_event(event);
                        self.run_next(&requests);
                    }
                    Ok(None) => break,
                    Err(told) => {
                        reason = Some(told);
                        break;
                    }
                },
                ask = asked.recv() => match ask {
                    Some(Ask::End) | None => {
                        self.lock().state = State::ShuttingDown;
                        requests.send(&Request::Shutdown);
                        break;
                    }
                    Some(ask) => self.on_ask(ask, &requests, &mut questions),
                },
            }
        }
        drop(requests);
        let ended = process.end(END_PATIENCE).await;
        // The log's pipe may be held open by a stray grandchild; the session is over anyway.
        tokio::time::timeout(Duration::from_millis(200), logging)
            .await
            .ok();
        // Last, because a client shows the log's end.
        let mut inner = self.lock();
        if inner.state != State::ShuttingDown {
            inner.log.add_stderr(reason.unwrap_or_else(|| told(ended)));
        }
        Ok(())
    }

    /// Passes on what is asked. A driver that is gone is told by its events' end.
    fn on_ask(&self, ask: Ask, requests: &Requests, questions: &mut Questions) {
        match ask {
            Ask::RunNext => self.run_next(requests),
            Ask::Cancel(id, cancel) => {
                let request = match cancel {
                    Cancel::Skip => Request::Skip { id },
                    Cancel::Interrupt | Cancel::Nothing => Request::Cancel { id },
                };
                requests.send(&request);
            }
            Ask::Complete {
                kind,
                code,
                cursor,
                answer,
            } => {
                questions.next += 1;
                let number = questions.next;
                questions.completions.insert(number, answer);
                let request = Request::Complete {
                    number,
                    kind,
                    code: &code,
                    cursor,
                };
                requests.send(&request);
            }
            Ask::Add { what, path, answer } => {
                questions.next += 1;
                let number = questions.next;
                questions.files.insert(number, answer);
                let path = &path;
                requests.send(&Request::Add { number, what, path });
            }
            Ask::End => {}
        }
    }

    fn on_event(&self, event: Event) {
        let mut inner = self.lock();
        match event {
            Event::Phase { text } => inner.log.add_phase(text),
            Event::Ready { app_id, ui, spark } => {
                inner.log.add_phase(format!("Spark {spark} is up"));
                inner.log.end_start();
                // Livy never learns these of a local Spark.
                if !self.strict {
                    inner.app_id = Some(app_id);
                    inner.ui = ui;
                }
                if inner.state == State::Starting {
                    inner.state = State::Idle;
                }
            }
            Event::Progress { id, done, total } => inner.on_progress(id, done, total),
            Event::Turn { id, busy, aborted } => inner.on_turn(id, busy, aborted),
            Event::Begun { id } => inner.begin(id),
            Event::Result {
                id,
                cancelled,
                output,
            } => inner.finish(id, cancelled, output),
            Event::Stdout { line } => inner.log.add_stdout(line),
            Event::Connected
            | Event::Candidates { .. }
            | Event::Added { .. }
            | Event::Dead { .. } => {}
        }
    }

    /// Hands the next statement to the driver when it has nothing to do.
    fn run_next(&self, requests: &Requests) {
        loop {
            let Some(next) = self.lock().next() else {
                return;
            };
            // In strict mode the driver answers this, after the motions that Livy's goes through.
            if next.kind == "sparkr" && !self.strict {
                let output = json!({"status": "error", "ename": "InterpreterError",
                    "evalue": "Fail to start interpreter", "traceback": []});
                let output = output.as_object().cloned();
                self.lock().finish(next.id, false, output);
                continue;
            }
            let request = Request::Execute {
                id: next.id,
                kind: next.kind,
                code: &next.code,
                skip: next.cancelled,
            };
            requests.send(&request);
            return;
        }
    }
}

/// How a driver ended that did not say so.
fn told(ended: Option<ExitStatus>) -> String {
    let code = ended.and_then(|ended| ended.code());
    match (code, ended.and_then(|ended| ended.signal())) {
        (Some(code), _) => format!("the driver ended with exit code {code}"),
        (None, Some(signal)) => format!("the driver was killed by signal {signal}"),
        (None, None) => "the driver is gone".to_owned(),
    }
}

fn prepare_directory(directory: &Path) -> std::io::Result<()> {
    for inner in ["classes", "warehouse", "local"] {
        std::fs::create_dir_all(directory.join(inner))?;
    }
    Ok(())
}

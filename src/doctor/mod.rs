//! `livysh doctor`: the way to a server, step by step, so that the first that has failed is what is broken.
//!
//! | file             | its duty                                                     |
//! |------------------|--------------------------------------------------------------|
//! | `check.rs`       | a check, and what came of it                                 |
//! | `report.rs`      | how checks read, without secrets                             |
//! | `configured.rs`  | what is set, and by whom                                     |
//! | `server.rs`      | a server, as far as one can get                              |
//! | `target.rs`      | the server's address, taken apart                            |
//! | `network.rs`     | the name and the connection                                  |
//! | `proxy.rs`       | a proxy on the way                                           |
//! | `stream.rs`      | a connection of whichever kind                               |
//! | `tls.rs`         | the handshake, and what it means where there is none         |
//! | `verifier.rs`    | believes as the client does, and remembers                   |
//! | `certificate.rs` | what a certificate says                                      |
//! | `way.rs`         | all of these, up to an answer                                |
//! | `http.rs`        | what answers there                                           |
//! | `clock.rs`       | how far the clocks are apart                                 |
//! | `identity.rs`    | who livysh signs on as, and until when                       |
//! | `service.rs`     | whether the server takes that, and what it is                |
//! | `changes.rs`     | whether changes are let through, and how sessions are kept   |
//! | `create.rs`      | makes a session and ends it                                  |
//! | `machine.rs`     | the terminal, a local Spark, folders                         |
//! | `times.rs`       | times in words                                               |
//! | `short.rs`       | texts of others' of any length                               |
//!
//! Nothing is asked twice that a run asks once, and each step has a limit. The address is reached by hand and by the crates
//! that the client of requests stands on, which itself tells neither a chain of certificates nor how
//! far it got; who asks is proved by that client alone.

mod certificate;
mod changes;
mod check;
mod clock;
mod configured;
mod create;
mod http;
mod identity;
mod machine;
mod network;
mod proxy;
mod report;
mod server;
mod service;
mod short;
mod stream;
mod target;
mod times;
mod tls;
mod verifier;
mod way;

pub use check::{Check, State};
pub use configured::configured;
pub use machine::Machine;
pub use server::Server;

use crate::exit::Exit;
use crate::render::{Line, one_line};
use crate::shell::{Journal, Over, SessionFacts, Signals};
use crate::term::Out;
use report::Report;
use std::cell::RefCell;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// What is looked at.
#[derive(Clone)]
pub struct Case {
    pub out: Out,
    pub is_json: bool,
    /// What came of reading what is set.
    pub configuration: Vec<Check>,
    /// None where none is configured, or it is this machine.
    pub server: Option<Server>,
    pub journal: Journal,
    pub machine: Machine,
}

/// The session that a dialogue is in.
pub type Inside = SessionFacts;

/// The name of a session that was made, or may have been, and is not ended.
type Left = RefCell<Option<String>>;

/// Looks at all of it, and gives the code to end with.
pub fn run(case: &Case) -> Exit {
    let left = Left::default();
    on_runtime(case, async {
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(_) => return examined(case, None, &left).await,
        };
        tokio::select! {
            exit = examined(case, None, &left) => exit,
            signal = signals.next() => {
                tell_left(case, &left);
                Exit::from(signal)
            }
        }
    })
}

fn tell_left(case: &Case, left: &Left) {
    if let (Some(name), Some(server)) = (left.take(), &case.server) {
        case.out.end_progress();
        let told = format!(
            "Session {name} may still be there:  {} sessions stop {name}",
            server.command
        );
        case.out.note(&Line::plain(one_line(&told).into_owned()));
    }
}

/// The same from inside a dialogue, until it is stopped.
pub fn run_inside(case: &Case, inside: &Inside, stop: oneshot::Receiver<()>) -> Exit {
    // Inside, none is made.
    let left = Left::default();
    on_runtime(case, async {
        tokio::select! {
            exit = examined(case, Some(inside), &left) => exit,
            _ = stop => Exit::Interrupted,
        }
    })
}

fn on_runtime(case: &Case, work: impl Future<Output = Exit>) -> Exit {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let exit = match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(work);
            // A name that is still looked up is not waited for.
            Runtime::shutdown_background(runtime);
            exit
        }
        Err(error) => {
            let mut report = Report::begin(&case.out, case.is_json);
            let told = format!("it cannot be used: {error}");
            report.tell(Check::failed("network", told, None, Exit::Server));
            report.end()
        }
    };
    case.out.end_progress();
    exit
}

async fn examined(case: &Case, inside: Option<&Inside>, left: &Left) -> Exit {
    let mut report = Report::begin(&case.out, case.is_json);
    for check in &case.configuration {
        report.tell(check.clone());
    }
    match &case.server {
        Some(server) if !report.has_failed() => {
            server::examine(case, server, inside, left, &mut report).await;
        }
        Some(_) => report.tell(Check::skipped("server", "no server is known")),
        None if report.has_failed() => {
            report.tell(Check::skipped("server", "no server is known"));
        }
        None => {
            if let Some(inside) = inside {
                report.tell(lives(inside));
            }
        }
    }
    case.machine.examine(&case.out, &mut report).await;
    report.end()
}

/// What is known of the session without asking.
fn lives(inside: &Inside) -> Check {
    match (&inside.session, &inside.over) {
        (_, Some(Over::NotOpened(error))) => {
            let told = format!("it could not be opened: {error}");
            Check::failed("session", told, None, Exit::from(error))
        }
        (_, Some(Over::Died | Over::LostSight(_))) => {
            let hint = ":restart makes a new one".to_owned();
            Check::failed("session", "it is over", Some(hint), Exit::Server)
        }
        (None, None) => Check::skipped("session", "it is not there yet"),
        (Some(session), None) => {
            let told = format!("session {} is {}", session.id, session.state);
            Check::ok("session", told)
        }
    }
}

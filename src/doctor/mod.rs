//! `livysh doctor`: the way to a server, step by step, so that the first that has failed is what is broken.
//!
//! | file             | its duty                                                     |
//! |------------------|--------------------------------------------------------------|
//! | `check.rs`       | a check, and what came of it                                 |
//! | `report.rs`      | how checks read, without secrets                             |
//! | `configured.rs`  | what is set, and by whom                                     |
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

use crate::auth::{Credential, Identity, Ticket, TokenService};
use crate::delivery::Patience;
use crate::exit::Exit;
use crate::livy::{Authorizer, Client, CreateSession, Service, Transport, Watch};
use crate::render::{Line, one_line};
use crate::shell::{Journal, Over, SessionFacts, Signals};
use crate::term::Out;
use report::Report;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;
use target::Target;
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

/// A server, and how it is to be reached.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    /// As it is shown.
    pub root: String,
    /// The command that comes to it, for a shell.
    pub command: String,
    pub credential: Credential,
    pub transport: Transport,
    pub service: Service,
    /// How long each step may take.
    pub limit: Duration,
    /// Who has named the proxy.
    pub proxy_origin: Option<String>,
    /// How often a session is kept from being ended, and for how long after its last statement.
    pub keep_alive: (Duration, Duration),
    /// A session that is made and ended, where that is asked for.
    pub create: Option<CreateSession>,
    /// Headers by their names whose values everybody knows: a preset's.
    pub public: Vec<String>,
    /// What of the session's settings is not to be seen.
    pub hidden: Vec<String>,
    /// How long it is looked for what was just made.
    pub patience: Patience,
    /// Hears of each request that signs on.
    pub watch: Option<Watch>,
}

impl Server {
    /// The headers whose values may be secrets.
    fn own_headers(&self) -> Vec<(String, String)> {
        let is_public = |name: &str| {
            let mut public = self.public.iter();
            public.any(|known| known.eq_ignore_ascii_case(name))
        };
        let all = self.transport.headers.iter();
        all.filter(|(name, _)| !is_public(name)).cloned().collect()
    }
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
            of_server(case, server, inside, left, &mut report).await;
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

/// The server, as far as one can get.
async fn of_server(
    case: &Case,
    server: &Server,
    inside: Option<&Inside>,
    left: &Left,
    report: &mut Report<'_>,
) {
    let credential = within(&server.credential, server.limit);
    let identity = Arc::new(Identity::watched(credential, None, server.watch.clone()));
    let transport = Transport {
        longest: Some(server.limit),
        ..server.transport.clone()
    };
    let client = |transport| {
        Client::new(
            &server.url,
            identity.clone(),
            server.watch.clone(),
            transport,
            server.service.clone(),
        )
    };
    // What makes a session takes its time.
    let maker = client(server.transport.clone());
    let clients = client(transport).and_then(|client| Ok((client, maker?)));
    let (client, maker, target) = match (clients, Target::of(&server.root)) {
        (Ok((client, maker)), Some(target)) => (client, maker, target),
        (Err(error), _) => {
            let hint = error.hint().to_owned();
            report.tell(Check::failed(
                "configuration",
                error.to_string(),
                Some(hint),
                Exit::Usage,
            ));
            return;
        }
        (Ok(_), None) => {
            let told = format!("{} names no host", server.root);
            report.tell(Check::failed("configuration", told, None, Exit::Usage));
            return;
        }
    };
    conceal(server, identity.clone(), report);
    let answer = way::to(server, &target, report).await;
    let Some(answer) = answer else {
        report.tell(identity::known(&server.credential));
        report.tell(Check::skipped("sign-on", "the server was not reached"));
        return;
    };
    let clocks = clock::look(&answer, &server.credential);
    report.tell(clocks.check.clone());
    if let Some(check) = identity::unencrypted(&server.credential) {
        report.tell(check);
    }
    let known = identity::look(server, &identity, clocks.now(), report).await;
    report.tell(known.check.clone());
    if matches!(known.check.state, State::Failed(_)) {
        report.tell(Check::skipped(
            "sign-on",
            "there is nothing to sign on with",
        ));
        return;
    }
    let asked = service::Asked {
        case,
        server,
        client: &client,
        maker: &maker,
        left,
    };
    let suspects = [
        (clocks.is_suspect, clocks.check),
        (known.has_ended, known.check),
    ];
    let suspects = suspects.into_iter();
    let suspects: Vec<Check> = suspects
        .filter_map(|(is_suspect, check)| is_suspect.then_some(check))
        .collect();
    if !asked.signs_on(&suspects, report).await {
        return;
    }
    if let Some(inside) = inside {
        report.tell(asked.session(inside).await);
    }
    asked.latency(report).await;
    changes::examine(&asked, report).await;
}

/// What a ticket is waited for, too.
fn within(credential: &Credential, limit: Duration) -> Credential {
    match credential {
        Credential::Kerberos(ticket) => Credential::Kerberos(Ticket {
            longest: Some(limit),
            ..ticket.clone()
        }),
        Credential::Fetched { scheme, service } => Credential::Fetched {
            scheme: scheme.clone(),
            service: Box::new(TokenService {
                login: within(&service.login, limit),
                transport: Transport {
                    longest: Some(limit),
                    ..service.transport.clone()
                },
                ..*service.clone()
            }),
        },
        Credential::None
        | Credential::Given { .. }
        | Credential::Printed { .. }
        | Credential::Aws { .. } => credential.clone(),
    }
}

/// Nothing that signs on anywhere is told.
fn conceal(server: &Server, identity: Arc<Identity>, report: &mut Report<'_>) {
    let proxy = Target::of(&server.root).and_then(|target| proxy::Proxy::of(server, &target));
    let mut secrets = proxy.map_or_else(Vec::new, |proxy| proxy.secrets());
    let own = Transport {
        headers: server.own_headers(),
        ..server.transport.clone()
    };
    secrets.extend(own.concealed());
    // A shorter one would be found in words that have nothing to do with it.
    let hidden = server.hidden.iter().filter(|value| value.len() >= 6);
    secrets.extend(hidden.cloned());
    // One may hold another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    report.conceal_by(Box::new(move |text| {
        let text = identity.conceal(text);
        let secrets = secrets.iter();
        secrets.fold(text, |text, secret| text.replace(secret, "***"))
    }));
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

//! A server, and how far one can get to it.

use super::check::{Check, State};
use super::proxy::Proxy;
use super::report::Report;
use super::target::Target;
use super::{Case, Inside, Left, changes, clock, identity, service, way};
use crate::auth::{Credential, Identity, Ticket, TokenService};
use crate::delivery::Patience;
use crate::exit::Exit;
use crate::livy::{Authorizer, Client, CreateSession, Service, Transport, Unreachable, Watch};
use std::sync::Arc;
use std::time::Duration;

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

    /// One that keeps each step's limit, and one that makes sessions, which takes its time.
    fn clients(&self, identity: &Arc<Identity>) -> Result<(Client, Client), Unreachable> {
        let client = |transport| {
            Client::new(
                &self.url,
                identity.clone(),
                self.watch.clone(),
                transport,
                self.service.clone(),
            )
        };
        let limited = Transport {
            longest: Some(self.limit),
            ..self.transport.clone()
        };
        Ok((client(limited)?, client(self.transport.clone())?))
    }
}

/// The way to it, and what it says.
pub(super) async fn examine(
    case: &Case,
    server: &Server,
    inside: Option<&Inside>,
    left: &Left,
    report: &mut Report<'_>,
) {
    let credential = within(&server.credential, server.limit);
    let identity = Arc::new(Identity::watched(credential, None, server.watch.clone()));
    let clients = server.clients(&identity);
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
    let proxy = Target::of(&server.root).and_then(|target| Proxy::of(server, &target));
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

//! The benches' own client: livysh's protocol without its front end, and the tight loop, which is the floor.

use livysh::auth::{Credential, Identity};
use livysh::livy::{Client, CreateSession, Id, NewStatement, Service, Transport};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

pub struct Connected {
    pub runtime: Runtime,
    pub client: Client,
    pub session: Id,
}

impl Connected {
    /// To a session that is there.
    pub fn attach(url: &str, session: i64) -> Connected {
        let connected = Connected::to(url, session);
        let found = connected.client.session(&connected.session);
        connected.runtime.block_on(found).unwrap();
        connected
    }

    /// To a new session, once it takes statements.
    pub fn create(url: &str, kind: &str) -> Connected {
        let mut connected = Connected::to(url, 0);
        let client = &connected.client;
        let created = connected.runtime.block_on(async {
            let request = CreateSession {
                kind: Some(kind.to_owned()),
                ..Default::default()
            };
            let mut session = client.create_session(&request).await.unwrap();
            while !session.state.takes_statements() {
                tokio::time::sleep(Duration::from_millis(100)).await;
                session = client.session(&session.id).await.unwrap();
            }
            session.id
        });
        connected.session = created;
        connected
    }

    fn to(url: &str, session: i64) -> Connected {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let identity = Arc::new(Identity::new(Credential::None));
        let client = Client::new(
            url,
            identity,
            None,
            Transport::default(),
            Service::default(),
        );
        Connected {
            runtime,
            client: client.unwrap(),
            session: Id::Number(session),
        }
    }

    /// How long a statement takes that is looked at every millisecond.
    pub fn statement(&self, code: &str, kind: Option<&str>) -> Duration {
        let began = Instant::now();
        let statement = NewStatement {
            code: code.to_owned(),
            kind: kind.map(str::to_owned),
        };
        let posting = self.client.submit(&self.session, &statement);
        let posted = self.runtime.block_on(posting).unwrap();
        loop {
            let looking = self.client.statement(&self.session, &posted.id);
            let found = self.runtime.block_on(looking).unwrap();
            if found.state.is_final() {
                assert!(found.output.is_some());
                break;
            }
            // The runtime's own clock is not fine enough for one.
            std::thread::sleep(Duration::from_millis(1));
        }
        began.elapsed()
    }
}

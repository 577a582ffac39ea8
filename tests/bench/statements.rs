//! What livysh adds to a statement, against a tight loop that looks every millisecond: on a
//! scripted server with exact durations, and on a real Spark.

use super::{Sample, row, scripted};
use livysh::auth::{Credential, Identity};
use livysh::livy::{Client, Id, NewStatement, Service, Transport};
use livysh::local::{Options, Search, Server, prepare};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;

pub fn measure() {
    let url = scripted::start();
    compare("trivial statement, scripted server", &url, "0", 200);
    compare("350 ms statement, scripted server", &url, "350", 8);
    let server = spark();
    compare(
        "trivial Python statement, real Spark",
        &server.url(),
        "None",
        200,
    );
    let sleep = "__import__('time').sleep(0.35)";
    compare(
        "350 ms Python statement, real Spark",
        &server.url(),
        sleep,
        8,
    );
}

/// One row: `count` statements as a script of livysh, and by the tight loop, in turn.
fn compare(what: &str, url: &str, code: &str, count: usize) {
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        // The difference between a long and a short script is free of start and end.
        let (short, long) = (script(url, code, 1), script(url, code, count + 1));
        ours.push(long.saturating_sub(short) / count as u32);
        floor.push(tight_loop(url, code, count) / count as u32);
    }
    row(
        what,
        &Sample::of(ours),
        "tight loop",
        Some(&Sample::of(floor)),
    );
}

fn script(url: &str, code: &str, count: usize) -> Duration {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_livysh"))
        .args(["--url", url, "-s", "0", "-l", "python", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let text = format!("{code}\n").repeat(count);
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    began.elapsed()
}

fn tight_loop(url: &str, code: &str, count: usize) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = Client::new(
            url,
            Arc::new(Identity::new(Credential::None)),
            None,
            Transport::default(),
            Service::default(),
        )
        .unwrap();
        let session = Id::Number(0);
        client.session(&session).await.unwrap();
        let began = Instant::now();
        for _ in 0..count {
            let statement = NewStatement {
                code: code.to_owned(),
                kind: None,
            };
            let posted = client.submit(&session, &statement).await.unwrap();
            while !client
                .statement(&session, &posted.id)
                .await
                .unwrap()
                .state
                .is_final()
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        began.elapsed()
    })
}

/// A real Spark with a ready Python session 0.
pub(crate) fn spark() -> Server {
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.cache/livysh");
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let search = Search {
        spark: None,
        python: None,
        virtual_env: path("VIRTUAL_ENV"),
        spark_home: path("SPARK_HOME"),
        java_home: path("JAVA_HOME"),
        cache: cache.clone(),
    };
    let runtime = prepare(&search, &AtomicBool::new(false), &mut |_, _| {}).unwrap();
    let server = Server::start(&Options::new(cache), runtime).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = Client::new(
            &server.url(),
            Arc::new(Identity::new(Credential::None)),
            None,
            Transport::default(),
            Service::default(),
        )
        .unwrap();
        let request = livysh::livy::CreateSession {
            kind: Some("pyspark".to_owned()),
            ..Default::default()
        };
        let mut session = client.create_session(&request).await.unwrap();
        while !session.state.takes_statements() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            session = client.session(&session.id).await.unwrap();
        }
    });
    server
}

//! From a cancel to the statement's end, on our own server without `--strict`.

use crate::statements::spark;
use crate::{Sample, row};
use livysh::auth::{Credential, Identity};
use livysh::livy::{Client, Id, NewStatement, Service, Transport};
use std::sync::Arc;
use std::time::{Duration, Instant};

const CASES: [(&str, &str, &str); 7] = [
    ("Python sleep", "pyspark", "import time; time.sleep(60)"),
    ("endless Python loop", "pyspark", "while True: pass"),
    (
        "Spark job from Python",
        "pyspark",
        "import time; sc.parallelize(range(4), 2).map(lambda x: time.sleep(30)).count()",
    ),
    (
        "Spark job from Scala",
        "spark",
        "sc.parallelize(1 to 4, 2).map { x => Thread.sleep(30000); x }.count()",
    ),
    (
        "Spark job from SQL",
        "sql",
        "select count(*) from range(0, 100000000000, 1, 2) where sha2(string(id), 512) = 'x'",
    ),
    ("Thread.sleep in Scala", "spark", "Thread.sleep(60000)"),
    ("endless Scala loop", "spark", "while (true) {}"),
];
const RUNS: usize = 3;

pub(crate) fn measure() {
    let server = spark();
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
        let id = Id::Number(0);
        for (what, kind, code) in CASES {
            let mut times = Vec::new();
            for _ in 0..RUNS {
                times.push(cancel(&client, &id, kind, code).await);
            }
            row(
                &format!("cancel: {what}"),
                &Sample::of(times),
                "from cancel to end",
                None,
            );
        }
    });
    server.stop();
}

async fn cancel(client: &Client, session: &Id, kind: &str, code: &str) -> Duration {
    let statement = NewStatement {
        code: code.to_owned(),
        kind: Some(kind.to_owned()),
    };
    let id = client.submit(session, &statement).await.unwrap().id;
    // Long enough to be in the midst of it.
    let wait = |time| tokio::time::sleep(Duration::from_millis(time));
    while client.statement(session, &id).await.unwrap().started == 0 {
        wait(10).await;
    }
    wait(1500).await;
    let began = Instant::now();
    client.cancel(session, &id).await.unwrap();
    while !client
        .statement(session, &id)
        .await
        .unwrap()
        .state
        .is_final()
    {
        wait(2).await;
    }
    began.elapsed()
}

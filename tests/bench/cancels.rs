//! From a cancel to the statement's end, on our own server without `--strict`.

use crate::connected::Connected;
use crate::spark;
use crate::table::{Row, Sample};
use livysh::livy::{Client, Id, NewStatement};
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
    let server = spark::server();
    let connected = Connected::create(&server.url(), "pyspark");
    for (what, kind, code) in CASES {
        let (client, session) = (&connected.client, &connected.session);
        let one = |_| {
            let cancelled = cancel(client, session, kind, code);
            connected.runtime.block_on(cancelled)
        };
        let times = Sample::of((0..RUNS).map(one).collect());
        Row::of(format!("cancel to the end: {what}"), &times).print();
    }
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

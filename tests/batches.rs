//! Batches on `livysh serve`: Livy's answers, files that really run, and nothing that outlives them.

use crate::support::http::{Answer, get, post, request};
use crate::support::processes::{processes_with, session_folder};
use crate::support::program::Home;
use crate::support::serving::Serving;
use crate::support::spark::{jar, serve};
use crate::support::{eventually, within};
use livysh::local::Server;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Counts on Spark, and says what it was given.
const COUNTS: &str = "\
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print('given', sys.argv[1:], 'counted', spark.range(7).count())
print('named', spark.sparkContext.appName, 'x', spark.conf.get('spark.x'))
print('memory', spark.conf.get('spark.driver.memory'))
";

const LONG: &str = "import time\nprint('began')\ntime.sleep(300)\n";

fn submit(root: &str, body: &Value) -> Answer {
    post(&format!("{root}/batches"), &body.to_string())
}

fn delete(root: &str, path: &str) -> (u16, Value) {
    let answer = request("DELETE", &format!("{root}{path}"), &[], "");
    (answer.status, answer.json())
}

/// Waits until it has ended; the state in which it did.
fn end_of(root: &str, id: &str) -> String {
    eventually("the batch ends", || {
        let state = get(&format!("{root}/batches/{id}/state")).json()["state"].clone();
        let state = state.as_str().unwrap().to_owned();
        (state != "starting" && state != "running").then_some(state)
    })
}

fn log(root: &str, id: &str) -> Vec<String> {
    let log = get(&format!("{root}/batches/{id}/log?size=-1&from=0")).json();
    serde_json::from_value(log["log"].clone()).unwrap()
}

fn wait_for_line(root: &str, id: &str, line: &str) {
    eventually(line, || {
        log(root, id)
            .iter()
            .any(|known| known == line)
            .then_some(())
    });
}

/// A server that lets files below this folder be named, as Livy's administrators do.
fn strict_server(folder: &Path) -> Server {
    serve(|options| {
        options.strict = true;
        options.allowed_folders = vec![folder.to_owned()];
    })
}

fn rejected(why: &str) -> Value {
    json!({"msg": format!("Rejected, Reason: {why}")})
}

#[test]
fn a_batch_runs_a_file_with_its_arguments() {
    let home = Home::new();
    let file = home.write("counts.py", COUNTS);
    let server = strict_server(home.path());
    let root = server.url();
    let created = submit(
        &root,
        &json!({"file": file, "args": ["a", "b c"], "name": "b1", "driverMemory": "700m",
            "conf": {"spark.x": "y z"}}),
    );
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.header("Location"), Some("/batches/0"));
    assert_eq!(
        created.header("Content-Type"),
        Some("application/json;charset=utf-8")
    );
    let state = created.json()["state"].clone();
    assert!(state == "starting" || state == "running", "{state}");
    let expected = format!(
        r#"{{"id":0,"name":"b1","owner":null,"proxyUser":null,"state":{state},"appId":null,"appInfo":{{"driverLogUrl":null,"sparkUiUrl":null,"executorLogUrls":null}},"log":["stdout: ","\nstderr: "]}}"#
    );
    assert_eq!(created.body, expected);

    assert_eq!(end_of(&root, "b1"), "success");
    let lines = log(&root, "0");
    for line in [
        "given ['a', 'b c'] counted 7",
        "named b1 x y z",
        "memory 700m",
    ] {
        assert!(lines.iter().any(|known| known == line), "{lines:#?}");
    }
    // Spark's own log is among it, as in Livy.
    assert!(
        lines
            .iter()
            .any(|line| line.contains("INFO SparkContext: Running Spark version"))
    );
    assert_eq!(
        (lines[0].as_str(), lines.last().unwrap().as_str()),
        ("stdout: ", "\nstderr: ")
    );
    let tail = get(&format!("{root}/batches/0/log?size=5")).json();
    assert_eq!(tail["total"], lines.len());
    assert_eq!(tail["from"], lines.len() - 5);
    assert_eq!(tail["log"], json!(lines[lines.len() - 5..]));
    let shown = get(&format!("{root}/batches/b1")).json();
    assert_eq!(shown["log"], json!(lines[lines.len() - 10..]));
    assert_eq!(
        get(&format!("{root}/batches/0/state")).body,
        r#"{"id":0,"state":"success"}"#
    );
}

#[test]
fn batches_that_fail_are_dead() {
    let home = Home::new();
    let bad = home.write("bad.py", "import sys\nsys.exit('bad batch')\n");
    let missing = home.path().join("missing.py");
    let server = strict_server(home.path());
    let root = server.url();
    assert_eq!(submit(&root, &json!({"file": bad})).status, 201);
    let created = submit(&root, &json!({"file": missing}));
    assert_eq!(
        (created.status, created.header("Location")),
        (201, Some("/batches/1"))
    );
    assert_eq!(end_of(&root, "0"), "dead");
    let lines = log(&root, "0");
    // The recorded one has the same five lines.
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert_eq!(lines[1], "bad batch");
    assert!(lines[2].ends_with("INFO ShutdownHookManager: Shutdown hook called"));
    assert_eq!(end_of(&root, "1"), "dead");
    let lines = log(&root, "1");
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(
        lines[1].ends_with("missing.py': [Errno 2] No such file or directory"),
        "{lines:#?}"
    );
}

#[test]
fn what_is_rejected_keeps_its_place_in_the_list_but_not_a_taken_name() {
    let home = Home::new();
    let outside = Home::new().write("outside.py", "");
    let file = home.write("long.py", LONG);
    let server = strict_server(home.path());
    let root = server.url();
    let answer = |body: Value| {
        let answer = submit(&root, &body);
        (answer.status, answer.json())
    };
    assert_eq!(answer(json!({"file": file, "name": "long"})).0, 201);
    assert_eq!(
        answer(json!({"file": file, "name": "long"})),
        (
            400,
            rejected("Duplicate session name: Some(long) for session 1")
        )
    );
    let message = format!(
        "requirement failed: Local path {} cannot be added to user sessions.",
        outside.display()
    );
    assert_eq!(answer(json!({"file": outside})), (400, rejected(&message)));
    assert_eq!(
        answer(json!({"name": "zombie"})),
        (400, rejected("requirement failed: File is required."))
    );
    assert_eq!(
        answer(json!({"file": "rel.py"})),
        (
            400,
            rejected("requirement failed: Path 'rel.py' is not absolute.")
        )
    );
    assert_eq!(
        answer(json!({"file": file, "jars": [outside]})),
        (400, rejected(&message))
    );
    let (status, unknown) = answer(json!({"file": "/home/me/ok.py", "kind": "pyspark"}));
    assert_eq!(status, 400);
    let class = "org.apache.livy.server.batch.CreateBatchRequest";
    let beginning = format!(
        "Unrecognized field \"kind\" (class {class}), not marked as ignorable (16 known \
         properties: \"executorCores\", \"className\", \"conf\", \"driverMemory\", \"name\", \
         \"driverCores\", \"pyFiles\", \"archives\", \"executorMemory\", \"files\", \"jars\", \
         \"proxyUser\", \"numExecutors\", \"file\", \"args\", \"queue\"])\n at "
    );
    assert!(
        unknown.as_str().unwrap().starts_with(&beginning),
        "{unknown}"
    );

    // Neither the taken name nor what could not be read is there; only the latter took no id.
    let list = get(&format!("{root}/batches")).json();
    let sessions = list["sessions"].as_array().unwrap();
    let ids: Vec<u64> = sessions
        .iter()
        .map(|batch| batch["id"].as_u64().unwrap())
        .collect();
    assert_eq!((&list["from"], &list["total"]), (&json!(0), &json!(5)));
    assert_eq!(ids, [0, 2, 3, 4, 5]);
    for zombie in &sessions[1..] {
        assert_eq!(
            (&zombie["state"], &zombie["log"]),
            (&json!("starting"), &json!([]))
        );
    }
    let log = get(&format!("{root}/batches/zombie/log")).json();
    assert_eq!(log, json!({"id": 3, "from": 0, "total": 0, "log": []}));
    let part = get(&format!("{root}/batches?from=1&size=2")).json();
    let ids: Vec<&Value> = part["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|batch| &batch["id"])
        .collect();
    assert_eq!(
        (&part["from"], ids),
        (&json!(1), vec![&json!(2), &json!(3)])
    );
    for id in [2, 3, 4, 5] {
        assert_eq!(
            delete(&root, &format!("/batches/{id}")),
            (200, json!({"msg": "deleted"}))
        );
    }
    assert_eq!(get(&format!("{root}/batches")).json()["total"], 1);
    let missing = get(&format!("{root}/batches/77"));
    assert_eq!(
        (missing.status, missing.json()),
        (404, json!({"msg": "Session '77' not found."}))
    );
    // Sessions know nothing of them.
    assert_eq!(get(&format!("{root}/sessions")).json()["total"], 0);
    assert_eq!(get(&format!("{root}/sessions/long")).status, 404);
}

#[test]
fn a_batch_deleted_while_it_runs_leaves_no_process() {
    let home = Home::new();
    // Its helper is to go with it; how long that sleeps tells it from others.
    let seconds = (1_000_000 + std::process::id()).to_string();
    let helped = format!("import subprocess\nsubprocess.Popen(['sleep', '{seconds}'])\n{LONG}");
    let file = home.write("long.py", &helped);
    let server = serve(|_| {});
    let root = server.url();
    submit(&root, &json!({"file": file, "name": "long"}));
    wait_for_line(&root, "0", "began");
    let name = file.to_str().unwrap();
    assert!(processes_with(name).len() >= 2, "Java and Python run");
    assert!(!processes_with(&seconds).is_empty());
    assert_eq!(
        delete(&root, "/batches/long"),
        (200, json!({"msg": "deleted"}))
    );
    assert_eq!(processes_with(name), [0; 0]);
    assert_eq!(processes_with(&seconds), [0; 0]);
    assert_eq!(get(&format!("{root}/batches/0")).status, 404);
    // Its name is free again.
    let again = submit(&root, &json!({"file": file, "name": "long"}));
    assert_eq!(again.json()["id"], 1);
    wait_for_line(&root, "1", "began");
    server.stop();
    assert_eq!(processes_with(name), [0; 0]);
}

#[test]
fn a_jar_runs_by_its_class() {
    let home = Home::new();
    let source = r#"object Tiny { def main(args: Array[String]): Unit = {
        println("tiny " + args.mkString("|"))
        System.err.println("and " + System.getProperty("spark.master")) } }"#;
    let file = jar(home.path(), "Tiny", source);
    let server = serve(|_| {});
    let root = server.url();
    submit(
        &root,
        &json!({"file": file, "className": "Tiny", "args": ["--conf", "x"]}),
    );
    submit(&root, &json!({"file": file, "className": "Tony"}));
    assert_eq!(end_of(&root, "0"), "success", "{:#?}", log(&root, "0"));
    let lines = log(&root, "0");
    for line in ["tiny --conf|x", "and local[*]"] {
        assert!(lines.iter().any(|known| known == line), "{lines:#?}");
    }
    assert_eq!(end_of(&root, "1"), "dead");
}

#[test]
fn a_killed_server_leaves_no_batch() {
    let home = Home::new();
    let file = home.write("long.py", LONG);
    let name = file.to_str().unwrap();
    let mut serving = Serving::start();
    let root = serving.url.clone();
    // One that runs and one that starts.
    submit(&root, &json!({"file": file}));
    wait_for_line(&root, "0", "began");
    submit(&root, &json!({"file": file}));
    let folder = session_folder(serving.child.id()).unwrap();
    let second = folder.join("batch-1");
    eventually("the second one's Java is there", || {
        (processes_with(second.to_str().unwrap()).len() > 1).then_some(())
    });
    serving.kill();
    within(Duration::from_secs(2), "the batches are gone", || {
        let folder = folder.to_str().unwrap();
        (processes_with(folder).is_empty() && processes_with(name).is_empty()).then_some(())
    });
    // The next server to start sweeps what is left of the folder itself.
    let left = std::fs::read_dir(&folder).map_or(0, |entries| {
        let names = entries.flatten().map(|entry| entry.file_name());
        names
            .filter(|name| name.to_str().unwrap().starts_with("batch-"))
            .count()
    });
    assert_eq!(left, 0, "their directories are gone, too");
}

//! Every field of the request tables of the four documents: what the user sets is sent under its name
//! there, and nothing that was not set.

use super::world::Call;
use super::{Place, named};
use crate::support::program::Ran;
use serde_json::{Value, json};

/// A field, how it is set, and what is sent.
type Row = (&'static str, &'static [&'static str], fn() -> Value);

/// Of HDInsight's batches and of Synapse's `SparkRequest`, but for `file`, which all have, and `name`.
const BATCH: [Row; 13] = [
    ("proxyUser", &["--proxy-user", "alice"], || json!("alice")),
    ("className", &["--class", "com.sample.Job1"], || {
        json!("com.sample.Job1")
    }),
    ("jars", &["--jars", "wasb:///helper.jar"], || {
        json!(["wasb:///helper.jar"])
    }),
    (
        "pyFiles",
        &["--py-files", "wasb:///a.py,wasb:///b.zip"],
        || json!(["wasb:///a.py", "wasb:///b.zip"]),
    ),
    ("files", &["--files", "wasb:///config.xml"], || {
        json!(["wasb:///config.xml"])
    }),
    ("archives", &["--archives", "wasb:///e.tgz#e"], || {
        json!(["wasb:///e.tgz#e"])
    }),
    ("driverMemory", &["--driver-memory", "1G"], || json!("1G")),
    ("driverCores", &["--driver-cores", "2"], || json!(2)),
    ("executorMemory", &["--executor-memory", "1G"], || {
        json!("1G")
    }),
    ("executorCores", &["--executor-cores", "10"], || json!(10)),
    ("numExecutors", &["--num-executors", "10"], || json!(10)),
    ("conf", &["--conf", "spark.a=b"], || json!({"spark.a": "b"})),
    ("queue", &["--queue", "root.q"], || json!("root.q")),
];

const FILE: &str = "wasb:///sample.jar";

/// Of HDInsight's sessions.
const SESSION: [Row; 13] = [
    ("proxyUser", &["--proxy-user", "alice"], || json!("alice")),
    ("jars", &["--jars", "wasb:///helper.jar"], || {
        json!(["wasb:///helper.jar"])
    }),
    ("pyFiles", &["--py-files", "wasb:///a.py"], || {
        json!(["wasb:///a.py"])
    }),
    ("files", &["--files", "wasb:///config.xml"], || {
        json!(["wasb:///config.xml"])
    }),
    ("archives", &["--archives", "wasb:///e.tgz#e"], || {
        json!(["wasb:///e.tgz#e"])
    }),
    ("driverMemory", &["--driver-memory", "1G"], || json!("1G")),
    ("driverCores", &["--driver-cores", "2"], || json!(2)),
    ("executorMemory", &["--executor-memory", "1G"], || {
        json!("1G")
    }),
    ("executorCores", &["--executor-cores", "10"], || json!(10)),
    ("numExecutors", &["--num-executors", "10"], || json!(10)),
    ("conf", &["--conf", "spark.a=b"], || json!({"spark.a": "b"})),
    ("queue", &["--queue", "root.q"], || json!("root.q")),
    ("heartbeatTimeoutInSecond", &["--heartbeat", "60s"], || {
        json!(60)
    }),
];

/// The body of a session that is made so, without its name.
fn created(service: &str, language: &str, options: &[&str]) -> Value {
    let place = Place::new(named(service));
    let words = [&["-l", language], options, &["-e", "1"]].concat();
    let ran = Ran::of(place.plain_command(&words).output().unwrap());
    assert_eq!(
        (ran.out.as_str(), ran.code),
        ("1\n", 0),
        "{words:?}: {ran:?}"
    );
    let created = place.server.calls(Call::Create);
    assert_eq!(created.len(), 1, "{words:?}");
    let mut body = created[0].request.json();
    let name = body.as_object_mut().unwrap().remove("name");
    assert!(name.unwrap().as_str().unwrap().starts_with("livysh-"));
    body
}

#[test]
fn every_field_of_a_session_is_sent_as_it_is_set() {
    for (field, options, value) in SESSION {
        let expected = json!({"kind": "pyspark", field: value()});
        assert_eq!(created("hdinsight", "python", options), expected);
        // The kind stands with statements there.
        if !matches!(field, "proxyUser" | "queue" | "heartbeatTimeoutInSecond") {
            let expected = json!({ field: value() });
            assert_eq!(created("synapse", "python", options), expected);
        }
    }
    for (language, kind) in [("python", "pyspark"), ("scala", "spark"), ("r", "sparkr")] {
        let body = created("hdinsight", language, &[]);
        assert_eq!(body, json!({ "kind": kind }));
    }
}

/// It is sent as the user wrote it; Knox has its own.
#[test]
fn knox_puts_its_own_user_into_a_session() {
    let place = Place::new(named("knox"));
    let words = ["-l", "python", "--proxy-user", "bob", "-e", "1"];
    let ran = Ran::of(place.plain_command(&words).output().unwrap());
    assert_eq!((ran.out.as_str(), ran.code), ("1\n", 0), "{ran:?}");
    ran.said(&["the server has made this session for alice, not for bob"]);
    let sent = &place.server.calls(Call::Create)[0].request;
    assert_eq!(sent.json()["proxyUser"], "bob");
    assert_eq!(place.server.world().sessions[0].asked["proxyUser"], "alice");
}

/// The body of a batch that is submitted so, without its name.
fn submitted(service: &str, options: &[&str], arguments: &[&str]) -> Value {
    let place = Place::new(named(service));
    let words = [&["batch", "submit"], options, &[FILE], arguments].concat();
    let output = place.plain_command(&words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let created = place.server.calls(Call::CreateBatch);
    let [created] = &created[..] else {
        panic!("{words:?}: {said}");
    };
    assert!(output.status.success(), "{words:?}: {said}");
    let mut body = created.request.json();
    let name = body.as_object_mut().unwrap().remove("name");
    assert!(name.unwrap().as_str().unwrap().starts_with("sample-"));
    body
}

#[test]
fn every_field_of_a_batch_is_sent_as_it_is_set() {
    for (field, options, value) in BATCH {
        let expected = json!({"file": FILE, field: value()});
        assert_eq!(submitted("hdinsight", options, &[]), expected);
        // Synapse has no users to impersonate, and no queues.
        if !matches!(field, "proxyUser" | "queue") {
            assert_eq!(submitted("synapse", options, &[]), expected);
        }
    }
    let arguments = json!({"file": FILE, "args": ["arg0", "arg 1"]});
    for service in ["hdinsight", "synapse"] {
        assert_eq!(submitted(service, &[], &["arg0", "arg 1"]), arguments);
        assert_eq!(submitted(service, &[], &[]), json!({ "file": FILE }));
    }
}

#[test]
fn all_fields_of_a_batch_are_sent_at_once() {
    let options: Vec<&str> = BATCH.iter().flat_map(|row| row.1).copied().collect();
    let mut expected = json!({"file": FILE, "args": ["arg0"]});
    for (field, _, value) in BATCH {
        expected[field] = value();
    }
    assert_eq!(submitted("hdinsight", &options, &["arg0"]), expected);
}

#[test]
fn what_a_service_does_not_know_of_a_batch_is_told_in_its_words() {
    for (field, options) in [
        ("proxyUser", ["--proxy-user", "alice"]),
        ("queue", ["--queue", "root.q"]),
    ] {
        let place = Place::new(named("synapse"));
        let words = [&["batch", "submit"], &options[..], &[FILE]].concat();
        let ran = Ran::of(place.plain_command(&words).output().unwrap());
        assert_eq!((ran.out.as_str(), ran.code), ("", 3), "{ran:?}");
        ran.said(&[&format!("Could not find member '{field}'")]);
        assert_eq!(place.server.count(Call::CreateBatch), 1);
        assert!(place.server.world().batches.is_empty());
    }
}

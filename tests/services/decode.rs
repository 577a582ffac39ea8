//! Answers of Synapse and Fabric, written by hand from their published schemas: they decode whole, and
//! with any of their fields missing or null, at any depth. So do the answers of the four documents.

use super::named;
use livysh::config::{Flags, Place, settings};
use livysh::livy::{
    Batch, BatchList, Id, Log, Output, Service, Session, SessionList, SessionState, Statement,
    StatementList,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// As its preset describes it.
fn service(name: &str) -> Service {
    let flags = Flags {
        url: Some(format!("http://127.0.0.1:1{}", named(name).prefix())),
        preset: Some(name.to_owned()),
        ..Flags::default()
    };
    let environment = |variable: &str| (variable == "LIVYSH_TOKEN").then(|| "t".to_owned());
    match settings(&flags, &environment, &|_, _| None).unwrap().place {
        Place::Server { service, .. } => *service,
        Place::Local => panic!("{name} is a server"),
    }
}

/// Every field of `SparkRequest`.
fn request() -> Value {
    json!({
        "name": "nightly", "file": "abfss://c@a.dfs.core.windows.net/job.py",
        "className": "com.example.Job", "args": ["--day", "1"], "jars": ["abfss://c@a/one.jar"],
        "files": ["abfss://c@a/settings.json"], "pyFiles": ["abfss://c@a/helper.py"],
        "archives": ["abfss://c@a/env.tar.gz#env"], "conf": {"spark.a": "b"},
        "driverMemory": "28g", "driverCores": 4, "executorMemory": "28g", "executorCores": 4,
        "numExecutors": 2
    })
}

/// Every field of `SparkScheduler`, of `SparkServicePlugin`, and of a session's or batch's Livy state.
fn scheduler() -> Value {
    json!({
        "submittedAt": "2025-02-05T08:00:00.1Z", "queuedAt": "2025-02-05T08:00:00.2Z",
        "scheduledAt": "2025-02-05T08:00:16.0Z", "endedAt": null,
        "cancellationRequestedAt": null, "currentState": "Scheduled"
    })
}

fn plugin() -> Value {
    json!({
        "preparationStartedAt": "2025-02-05T08:00:17.0Z",
        "resourceAcquisitionStartedAt": "2025-02-05T08:00:18.0Z",
        "submissionStartedAt": "2025-02-05T08:00:22.0Z",
        "monitoringStartedAt": "2025-02-05T08:00:30.0Z", "cleanupStartedAt": null,
        "currentState": "Monitoring"
    })
}

fn livy_info(state: &str) -> Value {
    json!({
        "notStartedAt": "2025-02-05T08:00:22.0Z", "startingAt": "2025-02-05T08:00:24.0Z",
        "runningAt": null, "idleAt": "2025-02-05T08:00:56.0Z", "busyAt": null, "deadAt": null,
        "successAt": null, "shuttingDownAt": null, "killedAt": null, "recoveringAt": null,
        "errorAt": null, "currentState": state, "jobCreationRequest": request()
    })
}

fn errors() -> Value {
    json!([{
        "message": "[plugins.myws.pool] The pool has no nodes left.",
        "errorCode": "SPARK_POOL_FULL", "source": "User"
    }])
}

/// Every field of `SparkSession`, and those that a real answer adds.
fn synapse_session(state: &str) -> Value {
    json!({
        "livyInfo": livy_info(state), "name": "nightly", "workspaceName": "myws",
        "sparkPoolName": "pool", "computeName": "pool", "submitterName": "me@example.com",
        "submitterId": "0f1e2d3c-0000-4000-8000-000000000001", "artifactId": "an-artifact",
        "jobType": "SparkSession", "result": "Uncertain", "schedulerInfo": scheduler(),
        "pluginInfo": plugin(), "errorInfo": errors(), "tags": {"team": "flights"},
        "registeredSources": ["a source"], "id": 7, "appId": "application_1_0007",
        "appInfo": {"driverLogUrl": "https://logs", "sparkUiUrl": "https://ui",
            "isSessionTimedOut": "false", "executorLogUrls": null},
        "state": state, "log": ["one", "two"]
    })
}

/// Every field of Fabric's session.
fn fabric_session(state: &str) -> Value {
    let mut session = synapse_session(state);
    let more = json!({
        "id": "5d3c6e0a-0000-4000-8000-000000000001",
        "fabricSessionStateInfo": {"state": "acquiringSession", "errorMessage": "none yet"},
        "cancellationReason": "none", "displayName": "nightly", "itemName": "lake",
        "attemptNumber": 1, "creatorItem": {"id": "x", "displayName": "lake"}
    });
    for (name, value) in more.as_object().unwrap() {
        session[name] = value.clone();
    }
    session
}

fn statement() -> Value {
    json!({
        "id": 3, "code": "1 / 0", "sourceId": "default", "state": "error", "progress": 0.5,
        "started": 1_738_742_400_000_u64, "completed": 1_738_742_400_100_u64,
        "output": {"status": "error", "execution_count": 3, "executionCount": 3,
            "data": {"text/plain": "before", "application/json": {"a": [1, null]}},
            "ename": "ZeroDivisionError", "evalue": "division by zero",
            "traceback": ["Traceback (most recent call last):\n", "ZeroDivisionError: division by zero\n"]}
    })
}

fn batch(id: Value) -> Value {
    json!({
        "livyInfo": livy_info("running"), "name": "nightly", "workspaceName": "myws",
        "sparkPoolName": "pool", "submitterName": "me", "submitterId": "x", "artifactId": "y",
        "jobType": "SparkBatch", "result": "Uncertain", "schedulerInfo": scheduler(),
        "pluginInfo": plugin(), "errorInfo": errors(), "tags": {"a": "b"}, "id": id,
        "appId": "application_1_0008",
        "appInfo": {"driverLogUrl": null, "sparkUiUrl": "https://ui"}, "state": "running",
        "log": ["one"], "fabricBatchStateInfo": {"state": "submitting", "errorMessage": null}
    })
}

/// Takes fields away, or makes them null, one choice for each field at any depth. Whoever has no id is
/// nobody.
fn thinned(value: &Value, choices: &mut impl Iterator<Item = u8>) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter_map(|(name, value)| {
                if name == "id" {
                    return Some((name.clone(), value.clone()));
                }
                match choices.next().unwrap_or(0) % 4 {
                    0 => None,
                    1 => Some((name.clone(), Value::Null)),
                    _ => Some((name.clone(), thinned(value, choices))),
                }
            });
            Value::Object(kept.collect())
        }
        Value::Array(all) => Value::Array(all.iter().map(|one| thinned(one, choices)).collect()),
        other => other.clone(),
    }
}

/// Each field alone, missing and null.
fn each_thinned(whole: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for (name, value) in whole.as_object().unwrap() {
        if name == "id" {
            continue;
        }
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        all.push(without);
        let mut with = |inner: Value| {
            let mut thinned = whole.clone();
            thinned[name] = inner;
            all.push(thinned);
        };
        with(Value::Null);
        if value.is_object() {
            each_thinned(value).into_iter().for_each(&mut with);
        }
        if let [Value::Object(_)] = value.as_array().map_or(&[][..], Vec::as_slice) {
            let inner = each_thinned(&value[0]);
            inner.into_iter().for_each(|one| with(json!([one])));
        }
    }
    all
}

#[track_caller]
fn session(service: &Service, answer: &Value) -> Session {
    let read = service.session(answer.clone());
    read.unwrap_or_else(|error| panic!("{error}: {answer}"))
}

#[test]
fn whole_sessions_tell_all_that_is_shown() {
    for (name, whole) in [
        ("synapse", synapse_session("idle")),
        ("fabric", fabric_session("idle")),
    ] {
        let read = session(&service(name), &whole);
        assert_eq!(read.state, SessionState::Idle, "{name}");
        assert_eq!(read.name.as_deref(), Some("nightly"), "{name}");
        assert_eq!(read.app_id.as_deref(), Some("application_1_0007"));
        assert_eq!(read.app_info.spark_ui_url.as_deref(), Some("https://ui"));
        assert_eq!(read.log, ["one", "two"]);
        assert!(read.reason.is_some(), "{name}");
    }
}

#[test]
fn all_eleven_states_mean_what_they_mean_on_livy() {
    for (state, is_ready, is_over) in [
        ("not_started", false, false),
        ("starting", false, false),
        ("recovering", false, false),
        ("idle", true, false),
        ("running", true, false),
        ("busy", true, false),
        ("shutting_down", false, true),
        ("error", false, true),
        ("dead", false, true),
        ("killed", false, true),
        ("success", false, true),
    ] {
        for (name, whole) in [
            ("synapse", synapse_session(state)),
            ("fabric", fabric_session(state)),
        ] {
            let service = service(name);
            let mut plain = whole.clone();
            plain["livyInfo"] = Value::Null;
            for answer in [whole, plain] {
                let read = session(&service, &answer).state;
                assert_eq!(read.to_string(), state, "{name}");
                let meaning = (read.takes_statements(), read.is_over());
                assert_eq!(meaning, (is_ready, is_over), "{name}: {state}");
            }
        }
    }
}

#[test]
fn every_field_may_be_missing_or_null() {
    let (synapse, fabric) = (service("synapse"), service("fabric"));
    for answer in each_thinned(&synapse_session("starting")) {
        assert_eq!(session(&synapse, &answer).id, Id::Number(7));
    }
    for answer in each_thinned(&fabric_session("starting")) {
        assert!(matches!(session(&fabric, &answer).id, Id::Text(_)));
    }
    for service in [&synapse, &fabric] {
        for answer in each_thinned(&batch(json!(8))) {
            let read = service.batch(answer.clone());
            assert_eq!(read.unwrap().id, Id::Number(8));
        }
    }
    for answer in each_thinned(&statement()) {
        let read: Result<Statement, _> = serde_json::from_value(answer.clone());
        assert_eq!(read.unwrap().id, Id::Number(3));
    }
    // Whoever has no id is no session.
    assert!(synapse.session(json!({"state": "idle"})).is_err());
}

static SYNAPSE: LazyLock<Service> = LazyLock::new(|| service("synapse"));
static FABRIC: LazyLock<Service> = LazyLock::new(|| service("fabric"));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_of_the_fields_may_be_missing_or_null(choices in prop::collection::vec(any::<u8>(), 120)) {
        let mut choices = choices.into_iter().cycle();
        for (name, service) in [("synapse", &*SYNAPSE), ("fabric", &*FABRIC)] {
            let whole = match name {
                "synapse" => synapse_session("busy"),
                _ => fabric_session("busy"),
            };
            let thin = thinned(&whole, &mut choices);
            prop_assert!(service.session(thin.clone()).is_ok(), "{}", thin);
            let thin = thinned(&batch(json!("a-batch")), &mut choices);
            prop_assert!(service.batch(thin.clone()).is_ok(), "{}", thin);
            let list = json!({"from": 0, "total": 2, "sessions": [whole, synapse_session("idle")]});
            let thin = thinned(&list, &mut choices);
            prop_assert!(service.sessions(thin.clone()).is_ok(), "{}", thin);
            let list = json!({"items": [batch(json!(1))], "totalCountOfMatchedItems": 1, "pageSize": 9});
            let thin = thinned(&list, &mut choices);
            prop_assert!(service.batches(thin.clone()).is_ok(), "{}", thin);
        }
        let thin = thinned(&statement(), &mut choices);
        let read: Result<Statement, _> = serde_json::from_value(thin.clone());
        prop_assert!(read.is_ok(), "{}", thin);
    }
}

/// Their examples, with the quotes that a program understands.
#[test]
fn the_answers_of_the_four_documents_decode() {
    let (livy, synapse) = (Service::default(), service("synapse"));
    let made: Session = session(
        &livy,
        &json!({"id": 1, "state": "starting", "kind": "spark", "log": ["logline"]}),
    );
    assert_eq!(
        (made.id, made.kind.as_deref()),
        (Id::Number(1), Some("spark"))
    );
    let list: SessionList = livy
        .sessions(json!({"from": 0, "total": 2, "sessions": [
            {"id": 1, "state": "starting", "kind": "spark", "log": ["logline"]},
            {"id": 0, "state": "idle", "kind": "spark", "log": ["logline"]}]}))
        .unwrap();
    assert_eq!((list.total, list.sessions.len()), (2, 2));
    let list: StatementList = serde_json::from_value(json!({"total_statements": 1, "statements": [
        {"id": 0, "state": "available", "output": {"status": "ok", "execution_count": 1,
            "data": {"text/plain": "res1: Int = 2"}}}]}))
    .unwrap();
    let Some(Output::Ok(data)) = &list.statements[0].output else {
        panic!("{list:?}");
    };
    assert_eq!(data["text/plain"], "res1: Int = 2");
    let made: Statement =
        serde_json::from_value(json!({"id": 1, "state": "running", "output": null})).unwrap();
    assert_eq!(made.output, None);
    let made: Batch = livy
        .batch(json!({"id": 1, "state": "starting", "log": ["logline"]}))
        .unwrap();
    assert_eq!((made.id, made.log.len()), (Id::Number(1), 1));
    let list: BatchList = livy
        .batches(json!({"from": 0, "total": 2, "sessions": [
            {"id": 1, "state": "starting", "log": ["logline"]},
            {"id": 0, "state": "idle", "log": ["logline"]}]}))
        .unwrap();
    assert_eq!(list.batches.len(), 2);
    let log: Log =
        serde_json::from_value(json!({"id": 1, "from": 0, "total": 54, "log": ["a", "b"]}))
            .unwrap();
    assert_eq!((log.total, log.log.len()), (54, 2));
    // Its state is a placeholder.
    let read = session(
        &synapse,
        &json!({"livyInfo": null, "name": "jobname", "workspaceName": "myWorkspace",
            "sparkPoolName": "mySparkPool", "submitterName": "thetime",
            "submitterId": "thesubmitterid", "artifactId": "fill in here",
            "jobType": "SparkSession", "result": "Failed", "schedulerInfo": null,
            "pluginInfo": null, "errorInfo": [], "tags": null, "id": 1,
            "appId": "fill in here", "appInfo": null, "state": "the state", "log": []}),
    );
    assert_eq!(read.state.to_string(), "the state");
    assert!(!read.state.takes_statements() && !read.state.is_over());
    assert_eq!(read.reason, None);
}

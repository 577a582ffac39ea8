//! Every exchange recorded from a real Livy 0.9.0 decodes, and means what it should.

use livysh::livy::{
    Batch, Log, Output, ServerError, Service, Session, Statement, StatementList, StatementState,
    Version,
};
use serde_json::Value;
use std::path::Path;

struct Exchange {
    file: String,
    method: String,
    path: String,
    status: u16,
    body: Value,
}

fn exchanges() -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/livy-0.9");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let recording: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for exchange in recording["exchanges"].as_array().unwrap() {
            let line = exchange["request"]["line"].as_str().unwrap();
            let mut words = line.split(' ');
            let method = words.next().unwrap().to_owned();
            let target = words.next().unwrap();
            let path = target.split('?').next().unwrap().to_owned();
            let response = &exchange["response"];
            all.push(Exchange {
                file: file.clone(),
                method,
                path,
                status: response["status"].as_u64().unwrap() as u16,
                body: response["body"].clone(),
            });
        }
    }
    all
}

fn decode<T: serde::de::DeserializeOwned>(exchange: &Exchange) -> T {
    serde_json::from_value(exchange.body.clone()).unwrap_or_else(|error| {
        let Exchange {
            file,
            method,
            path,
            body,
            ..
        } = exchange;
        panic!("{file} {method} {path}: {error}\n{body}")
    })
}

/// Decodes a success by its route; false for what the client has no method for.
fn decode_success(exchange: &Exchange) -> bool {
    let parts: Vec<&str> = exchange.path.trim_matches('/').split('/').collect();
    match (exchange.method.as_str(), parts.as_slice()) {
        ("GET", ["version"]) => {
            let version = decode::<Version>(exchange).version;
            assert_eq!(Some(version.as_str()), exchange.body["version"].as_str());
        }
        ("GET", ["sessions"]) => {
            Service::default().sessions(exchange.body.clone()).unwrap();
        }
        ("POST", ["sessions"])
        | ("GET", ["sessions", _])
        | ("POST", ["sessions", _, "connect"]) => {
            let session = decode::<Session>(exchange);
            let named = session.state.to_string();
            assert_eq!(Some(named.as_str()), exchange.body["state"].as_str());
            assert_eq!(session.name.as_deref(), exchange.body["name"].as_str());
        }
        ("GET", ["sessions" | "batches", _, "log"]) => {
            let log = decode::<Log>(exchange);
            assert_eq!(
                log.log.len(),
                exchange.body["log"].as_array().unwrap().len()
            );
        }
        ("GET", ["sessions", _, "statements"]) => {
            let list = decode::<StatementList>(exchange);
            let whole = exchange.body["statements"].as_array().unwrap();
            assert_eq!(list.statements.len(), whole.len());
        }
        ("POST", ["sessions", _, "statements"]) | ("GET", ["sessions", _, "statements", _]) => {
            let statement = decode::<Statement>(exchange);
            assert!(
                !matches!(statement.state, StatementState::Other(_)),
                "{statement:?}"
            );
            check_output(exchange, statement.output.as_ref());
        }
        ("GET", ["batches"]) => {
            Service::default().batches(exchange.body.clone()).unwrap();
        }
        ("POST", ["batches"]) | ("GET", ["batches", _]) => {
            decode::<Batch>(exchange);
        }
        _ => return false,
    }
    true
}

fn check_output(exchange: &Exchange, output: Option<&Output>) {
    let wire = &exchange.body["output"];
    match output {
        None => assert!(wire.is_null()),
        Some(Output::Error(failure)) if wire["status"] == "error" => {
            assert_eq!(Some(failure.ename.as_str()), wire["ename"].as_str());
            assert_eq!(Some(failure.evalue.as_str()), wire["evalue"].as_str());
            assert_eq!(
                failure.traceback.len(),
                wire["traceback"].as_array().unwrap().len()
            );
        }
        // A Python magic on an unknown name fails inside an ok answer.
        Some(Output::Error(failure)) => {
            assert_eq!(
                Some(failure.ename.as_str()),
                wire["data"]["content"]["ename"].as_str()
            );
        }
        Some(Output::Ok(data)) => assert_eq!(Some(data), wire["data"].as_object()),
    }
}

#[test]
fn every_recorded_success_decodes() {
    // What says nothing that the client reads.
    let silent = ["cancel", "completion", "state", "stop", "interrupt", "ui"];
    let mut decoded = 0;
    for exchange in exchanges().iter().filter(|exchange| exchange.status < 300) {
        let Exchange { method, path, .. } = exchange;
        if decode_success(exchange) {
            decoded += 1;
        } else {
            let last = path.rsplit('/').next().unwrap();
            assert!(
                method == "DELETE" || silent.contains(&last),
                "{method} {path} is not decoded"
            );
        }
    }
    assert!(decoded > 450, "only {decoded}");
}

#[test]
fn every_recorded_error_gives_its_words() {
    let mut words = 0;
    for exchange in exchanges().iter().filter(|exchange| exchange.status >= 400) {
        let body = match &exchange.body {
            Value::Null => Vec::new(),
            // A page was recorded as text, Livy's bare JSON strings as strings too.
            Value::String(text) => text.clone().into_bytes(),
            other => serde_json::to_vec(other).unwrap(),
        };
        let error = ServerError::read(exchange.status, "GET", "http://h".to_owned(), &body);
        let message = &error.message;
        assert!(
            !message.starts_with('{') && !message.contains("<html"),
            "{message}"
        );
        if let Some(expected) = exchange.body["msg"].as_str() {
            assert_eq!(message, expected.trim());
        }
        words += usize::from(!message.is_empty());
    }
    assert!(words > 30, "only {words}");
}

//! Asks a server what a recorded client asked, and compares the answers.

use super::normal;
use super::recording::{Recorded, Recording, awaited, body_text, has_come, matters};
use super::vary::Variation;
use crate::support::http::{Answer, request};
use crate::support::within;
use livysh::local::Server;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

/// What is recorded to happen may take longer here.
const PATIENCE: Duration = Duration::from_secs(90);

pub(super) struct Replay {
    url: String,
    variation: Variation,
    /// The folder whose files may be named, and one whose may not.
    files: Option<(String, String)>,
    /// Ids of sessions and batches by those that they had when they were recorded.
    ids: BTreeMap<String, String>,
    /// The id that a session's next statement gets.
    next_statement: BTreeMap<String, u64>,
    /// What was posted to the session before the recording began, by id.
    earlier: Vec<Value>,
    pub(super) wrong: Vec<String>,
    pub(super) checked: usize,
}

impl Replay {
    pub(super) fn new(
        server: &Server,
        seed: Option<u64>,
        files: Option<(String, String)>,
    ) -> Replay {
        Replay {
            url: server.url(),
            files,
            variation: Variation::new(seed),
            ids: BTreeMap::new(),
            next_statement: BTreeMap::new(),
            earlier: Vec::new(),
            wrong: Vec::new(),
            checked: 0,
        }
    }

    pub(super) fn run(&mut self, file: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/livy-0.9")
            .join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let recording: Recording = serde_json::from_str(&text).unwrap();
        // This list of statements was posted twice, and recorded the second time.
        self.earlier = match file.starts_with("03-") {
            true => self.statements_of(&recording),
            false => Vec::new(),
        };
        let mut before: Option<JoinHandle<Answer>> = None;
        for (index, recorded) in recording.exchanges.iter().enumerate() {
            let place = format!("{file} #{index}");
            let next = recording.exchanges.get(index + 1);
            // Two clients deleted the session at once.
            if next.is_some_and(|next| {
                next.request.line == recorded.request.line
                    && next.request.line.starts_with("DELETE")
                    && next.response.status == 200
            }) {
                let target = recorded.request.line.split(' ').nth(1).unwrap();
                let url = format!("{}{}", self.url, self.translated(target));
                before = Some(std::thread::spawn(move || request("DELETE", &url, &[], "")));
                continue;
            }
            self.exchange(&place, recorded);
            if let Some(before) = before.take() {
                let answer = before.join().unwrap();
                self.compare(&place, "DELETE", recorded, &recorded.response.body, &answer);
            }
        }
    }

    /// The bodies of a recording's accepted statements, in their order.
    fn statements_of(&self, recording: &Recording) -> Vec<Value> {
        let accepted = recording.exchanges.iter().filter(|recorded| {
            recorded.response.status == 201 && recorded.request.line.contains("/statements ")
        });
        accepted
            .filter_map(|recorded| {
                let text = self.variation.text(&body_text(&recorded.request.body));
                serde_json::from_str(&text).ok()
            })
            .collect()
    }

    fn exchange(&mut self, place: &str, recorded: &Recorded) {
        let mut words = recorded.request.line.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let body = self.variation.text(&body_text(&recorded.request.body));
        let body = self.located(&body);
        let expected = self.variation.value(&recorded.response.body);
        let target = &self.variation.text(&self.translated(target));
        let parts: Vec<&str> = target.trim_matches('/').split(['/', '?']).collect();
        self.fill(method, &parts, &body, &expected);
        if parts.last() == Some(&"cancel") {
            self.await_running(&parts);
        }
        let headers: Vec<(&str, &str)> = recorded
            .request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let url = format!("{}{target}", self.url);
        let ask = || request(method, &url, &headers, &body);
        // What is recorded as over is waited for.
        let mut answer = ask();
        if let Some(awaited) = awaited(method, &expected) {
            let began = std::time::Instant::now();
            while !has_come(&answer, &awaited) && began.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(20));
                answer = ask();
            }
        }
        let creates = target.split('?').next().unwrap().matches('/').count() == 1;
        if method == "POST" && answer.status == 201 && creates {
            let recorded = format!("{}/{}", parts[0], expected["id"]);
            self.ids.insert(recorded, answer.json()["id"].to_string());
        }
        if method == "POST" && parts.len() == 3 && parts[2] == "statements" && answer.status == 201
        {
            let next = answer.json()["id"].as_u64().unwrap() + 1;
            self.next_statement.insert(parts[1].to_owned(), next);
            // Recorded as over in the very answer: how soon is a matter of time.
            if !expected["output"].is_null() {
                answer.body = self.end_of(parts[1], next - 1).to_string();
            }
        }
        self.compare(
            place,
            &format!("{method} {target} {body}"),
            recorded,
            &expected,
            &answer,
        );
    }

    /// The recorded files, where they are on this machine.
    fn located(&self, body: &str) -> String {
        match &self.files {
            Some((allowed, forbidden)) => body
                .replace("/home/me/outside.py", &format!("{forbidden}/outside.py"))
                .replace("/home/me/", &format!("{allowed}/")),
            None => body.to_owned(),
        }
    }

    /// A statement once it is over.
    fn end_of(&self, session: &str, id: u64) -> Value {
        let url = format!("{}/sessions/{session}/statements/{id}", self.url);
        within(PATIENCE, "a statement ends", || {
            let statement = request("GET", &url, &[], "").json();
            (!statement["output"].is_null()).then_some(statement)
        })
    }

    /// The recorded id of a session in its place, where it got another one here.
    fn translated(&self, target: &str) -> String {
        let mut parts: Vec<&str> = target.split('/').collect();
        let (room, rest) = (parts.get(1).copied(), parts.get(2).copied());
        if let (Some(room), Some(rest)) = (room, rest) {
            let (id, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
            if query.is_empty()
                && let Some(ours) = self.ids.get(&format!("{room}/{id}"))
            {
                parts[2] = ours;
            }
        }
        parts.join("/")
    }

    fn kind_of(&self, session: &str) -> Option<String> {
        let session = request("GET", &format!("{}/sessions/{session}", self.url), &[], "");
        let session = serde_json::from_str::<Value>(&session.body).ok()?;
        session["kind"].as_str().map(str::to_owned)
    }

    /// Posts what was posted between the recorded exchanges.
    fn fill(&mut self, method: &str, parts: &[&str], body: &str, expected: &Value) {
        if parts.len() < 3 || parts[0] != "sessions" || parts[2] != "statements" {
            return;
        }
        let list = expected["statements"].as_array();
        let last = list.and_then(|list| list.iter().filter_map(|one| one["id"].as_u64()).max());
        let until = match (method, parts.len()) {
            ("POST", 3) => expected["id"].as_u64(),
            ("GET", _) if list.is_some() => last.map(|last| last + 1).max(
                expected["total_statements"]
                    .as_u64()
                    .filter(|total| *total < 100),
            ),
            _ => None,
        };
        let Some(until) = until else { return };
        let kind = serde_json::from_str::<Value>(body).ok();
        let kind = kind.and_then(|body| body["kind"].as_str().map(str::to_owned));
        let kind = kind.or_else(|| self.kind_of(parts[1]));
        let session = parts[1].to_owned();
        loop {
            let next = self.next_statement.get(&session).copied().unwrap_or(0);
            if next >= until {
                return;
            }
            let known = list
                .and_then(|list| list.iter().find(|one| one["id"].as_u64() == Some(next)))
                .and_then(|one| one["code"].as_str());
            let filler = match self.earlier.get(next as usize) {
                Some(earlier) => earlier.clone(),
                None => {
                    let kind = kind
                        .as_deref()
                        .filter(|kind| *kind != "sql")
                        .unwrap_or("pyspark");
                    // A later statement uses this module.
                    let unknown = if kind == "pyspark" {
                        "import time"
                    } else {
                        "0"
                    };
                    json!({"code": known.unwrap_or(unknown), "kind": kind})
                }
            };
            let url = format!("{}/sessions/{session}/statements", self.url);
            let json = [("Content-Type", "application/json")];
            let posted = request("POST", &url, &json, &filler.to_string());
            if posted.status != 201 {
                let told = format!("a filler for {method} {parts:?} is refused: {posted:?}");
                return self.wrong.push(told);
            }
            let id = posted.json()["id"].as_u64().unwrap();
            self.next_statement.insert(session.clone(), id + 1);
            let url = format!("{url}/{id}");
            within(PATIENCE, "a filler ends", || {
                let state = request("GET", &url, &[], "").json()["state"].clone();
                (state == "available" || state == Value::Null).then_some(())
            });
        }
    }

    /// A cancel was recorded of a statement that ran, or of one that waited behind it. Its Spark job
    /// may begin later: Livy goes on cancelling until the statement ends.
    fn await_running(&self, parts: &[&str]) {
        let statements = format!("{}/sessions/{}/statements", self.url, parts[1]);
        let states = || -> BTreeMap<String, String> {
            let list = request("GET", &statements, &[], "");
            let list = serde_json::from_str::<Value>(&list.body).unwrap_or_default();
            let list = list["statements"].as_array().cloned().unwrap_or_default();
            let pairs = list.iter().map(|one| {
                (
                    one["id"].to_string(),
                    one["state"].as_str().unwrap().to_owned(),
                )
            });
            pairs.collect()
        };
        let number = parts[3];
        within(PATIENCE, "a statement runs", || {
            let states = states();
            let waits = states.get(number).is_some_and(|state| state == "waiting");
            let runs = |state: &String| state == "running" || state == "cancelling";
            (!waits || states.values().any(runs)).then_some(())
        });
    }

    fn compare(
        &mut self,
        place: &str,
        asked: &str,
        recorded: &Recorded,
        expected: &Value,
        answer: &Answer,
    ) {
        self.checked += 1;
        let mut told =
            |what: &str, expected: &dyn std::fmt::Display, got: &dyn std::fmt::Display| {
                let told = format!("{place} {asked}\n  {what}: {got}\n  recorded: {expected}");
                self.wrong.push(told);
            };
        let response = &recorded.response;
        if answer.status != response.status {
            told(
                "status",
                &response.status,
                &format!("{} {}", answer.status, answer.body),
            );
            return;
        }
        for (name, value) in &response.headers {
            if matters(name) {
                let got = answer.header(name).unwrap_or("none");
                let got = normal::location(got);
                if got != normal::location(value) {
                    told(name, value, &got);
                }
            }
        }
        let got = serde_json::from_str(&answer.body)
            .unwrap_or_else(|_| Value::String(answer.body.clone()));
        let (expected, got) = normal::pair(asked, expected, &got);
        if expected != got {
            told("body", &expected, &got);
        }
    }
}

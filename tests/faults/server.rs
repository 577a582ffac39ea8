//! A server that keeps sessions and runs nothing: for calls that a real driver would make slow.

use crate::support::scripted::{Answer, Request, Scripted};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct State {
    /// Each with its name, and how often it was looked at.
    sessions: Vec<(usize, String, usize)>,
    created: usize,
    codes: Vec<String>,
}

pub struct Server {
    pub url: String,
    state: Arc<Mutex<State>>,
    _scripted: Scripted,
}

/// Looks until a session is idle.
const STARTS: usize = 2;

impl Server {
    pub fn start() -> Server {
        let state: Arc<Mutex<State>> = Arc::default();
        let known = state.clone();
        let scripted = Scripted::start(move |request| known.lock().unwrap().answer(request));
        Server {
            url: scripted.url.clone(),
            state,
            _scripted: scripted,
        }
    }

    pub fn created(&self) -> usize {
        self.state.lock().unwrap().created
    }

    /// The names of those that are there.
    pub fn sessions(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state
            .sessions
            .iter()
            .map(|(_, name, _)| name.clone())
            .collect()
    }

    /// Whether a statement runs that does not end.
    pub fn hangs(&self) -> bool {
        self.state
            .lock()
            .unwrap()
            .codes
            .iter()
            .any(|code| code.starts_with("hang"))
    }

    pub fn executions(&self) -> usize {
        let state = self.state.lock().unwrap();
        state
            .codes
            .iter()
            .filter(|code| code.starts_with("6 * 7"))
            .count()
    }
}

fn shown((id, name, looks): &(usize, String, usize)) -> Value {
    let state = match looks {
        0..STARTS => "starting",
        _ if name.starts_with("dying") => "dead",
        _ => "idle",
    };
    json!({"id": id, "name": name, "state": state, "kind": "pyspark", "log": []})
}

fn missing(what: &str) -> Answer {
    Answer::json(
        "404 Not Found",
        json!({"msg": format!("Session '{what}' not found.")}).to_string(),
    )
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        let path = request.path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["sessions"]) => self.create(&request.body),
            ("GET", ["sessions"]) => {
                let all: Vec<Value> = self.sessions.iter().map(shown).collect();
                let list = json!({"from": 0, "total": all.len(), "sessions": all});
                Answer::json("200 OK", list.to_string())
            }
            (method, ["sessions", which, rest @ ..]) => {
                let is_it =
                    |one: &(usize, String, usize)| one.0.to_string() == **which || one.1 == **which;
                let Some(index) = self.sessions.iter().position(is_it) else {
                    return missing(which);
                };
                self.of_session(method, index, rest, &request.body)
            }
            _ => missing(path),
        }
    }

    fn create(&mut self, body: &str) -> Answer {
        let body: Value = serde_json::from_str(body).unwrap();
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        if self.sessions.iter().any(|(_, known, _)| *known == name) {
            let told = format!("Duplicate session name: Some({name})");
            return Answer::json("400 Bad Request", json!({"msg": told}).to_string());
        }
        let session = (self.created, name, 0);
        self.created += 1;
        let made = shown(&session).to_string();
        self.sessions.push(session);
        Answer::json("201 Created", made)
    }

    fn of_session(&mut self, method: &str, index: usize, rest: &[&str], body: &str) -> Answer {
        match (method, rest) {
            ("GET", []) => {
                self.sessions[index].2 += 1;
                Answer::json("200 OK", shown(&self.sessions[index]).to_string())
            }
            ("DELETE", []) => {
                self.sessions.remove(index);
                Answer::json("200 OK", r#"{"msg":"deleted"}"#)
            }
            ("POST", ["statements"]) => {
                let body: Value = serde_json::from_str(body).unwrap();
                self.codes.push(body["code"].as_str().unwrap().to_owned());
                Answer::json(
                    "201 Created",
                    self.statement(self.codes.len() - 1).to_string(),
                )
            }
            ("GET", ["statements", number]) => {
                let number: usize = number.parse().unwrap();
                match number < self.codes.len() {
                    true => Answer::json("200 OK", self.statement(number).to_string()),
                    false => Answer::json("404 Not Found", r#""Statement not found""#),
                }
            }
            ("POST", ["statements", number, "cancel"]) => {
                self.codes[number.parse::<usize>().unwrap()] = "cancelled".to_owned();
                Answer::json("200 OK", r#"{"msg":"canceled"}"#)
            }
            ("GET", ["log"]) => {
                let log = r#"{"id":0,"from":0,"total":1,"log":["stdout: ","no memory"]}"#;
                Answer::json("200 OK", log)
            }
            _ => missing("nothing"),
        }
    }

    fn statement(&self, number: usize) -> Value {
        let code = &self.codes[number];
        let state = match code.as_str() {
            "cancelled" => "cancelled",
            hanging if hanging.starts_with("hang") => "running",
            _ => "available",
        };
        if state != "available" {
            return json!({"id": number, "code": code, "state": state});
        }
        let text = if code.starts_with("6 * 7") { "42" } else { "" };
        json!({"id": number, "code": code, "state": state, "progress": 1.0,
            "output": {"status": "ok", "execution_count": number, "data": {"text/plain": text}}})
    }
}

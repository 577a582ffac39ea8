//! A server with one session, 0, that completes what a test has it complete, when the test lets it.

use crate::support::scripted::{Answer, Request, Scripted};
use serde_json::{Value, json};
use std::sync::{Arc, Condvar, Mutex};

/// What a statement of this kind gives: values by their MIME type.
pub type Gives = fn(kind: &str, code: &str) -> Value;

struct Stage {
    state: &'static str,
    /// None where the server has no such call.
    names: Option<Vec<String>>,
    /// Whether answers to completions wait.
    is_held: bool,
    /// Whether statements run on.
    runs_on: bool,
    /// Those that never end, unless they are cancelled and that is heard.
    endless: Option<(&'static str, bool)>,
    cancelled: Vec<usize>,
    /// Whether statements fail.
    fails: bool,
    /// Whether statements cannot be asked about.
    is_away: bool,
    statements: Vec<(String, String)>,
}

type Shared = Arc<(Mutex<Stage>, Condvar)>;

pub struct Server {
    stage: Shared,
    scripted: Scripted,
}

impl Server {
    pub fn start(names: Option<&[&str]>, gives: Gives) -> Server {
        let stage = Stage {
            state: "idle",
            names: names.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            is_held: false,
            runs_on: false,
            endless: None,
            cancelled: Vec::new(),
            fails: false,
            is_away: false,
            statements: Vec::new(),
        };
        let stage: Shared = Arc::new((Mutex::new(stage), Condvar::new()));
        let seen = stage.clone();
        let scripted = Scripted::start(move |request| answer(&seen, gives, request));
        Server { stage, scripted }
    }

    pub fn url(&self) -> &str {
        &self.scripted.url
    }

    fn change(&self, change: impl FnOnce(&mut Stage)) {
        change(&mut self.stage.0.lock().unwrap());
        self.stage.1.notify_all();
    }

    pub fn hold(&self, is_held: bool) {
        self.change(|stage| stage.is_held = is_held);
    }

    pub fn state(&self, state: &'static str) {
        self.change(|stage| stage.state = state);
    }

    pub fn run_on(&self, runs_on: bool) {
        self.change(|stage| stage.runs_on = runs_on);
    }

    /// Statements of this code do not end by themselves, by their cancel where they hear it.
    pub fn endless(&self, code: &'static str, hears_cancel: bool) {
        self.change(|stage| stage.endless = Some((code, hears_cancel)));
    }

    /// Nothing is endless any more.
    pub fn all_end(&self) {
        self.change(|stage| stage.endless = None);
    }

    pub fn fail(&self, fails: bool) {
        self.change(|stage| stage.fails = fails);
    }

    pub fn be_away(&self, is_away: bool) {
        self.change(|stage| stage.is_away = is_away);
    }

    /// How often it was asked about a statement.
    pub fn looks(&self) -> usize {
        let requests = self.scripted.requests().into_iter();
        let is_look = |request: &Request| {
            request.method == "GET" && request.path.starts_with("/sessions/0/statements/")
        };
        requests.filter(is_look).count()
    }

    /// How often it was asked about the session.
    pub fn sessions(&self) -> usize {
        self.scripted.count("GET", "/sessions/0")
    }

    /// The numbers of those that were to be cancelled.
    pub fn cancelled(&self) -> Vec<usize> {
        self.stage.0.lock().unwrap().cancelled.clone()
    }

    pub fn names(&self, names: Vec<String>) {
        self.change(|stage| stage.names = Some(names));
    }

    /// The bodies of the questions for names.
    pub fn completions(&self) -> Vec<Value> {
        let requests = self.scripted.requests().into_iter();
        let asked = requests.filter(|request| request.path == "/sessions/0/completion");
        asked
            .map(|request| serde_json::from_str(&request.body).unwrap())
            .collect()
    }

    /// The kinds and codes of statements, as they came.
    pub fn statements(&self) -> Vec<(String, String)> {
        self.stage.0.lock().unwrap().statements.clone()
    }

    /// Their codes, without their marks.
    pub fn codes(&self) -> Vec<String> {
        let statements = self.statements().into_iter();
        statements.map(|(_, code)| code.trim().to_owned()).collect()
    }
}

fn answer(shared: &Shared, gives: Gives, request: &Request) -> Answer {
    let (stage, changed) = &**shared;
    let mut stage = stage.lock().unwrap();
    let path = request.path.split('?').next().unwrap();
    let not_found = || Answer::json("404 Not Found", r#"{"msg":"not found"}"#);
    let value = match (request.method.as_str(), path) {
        ("GET", "/sessions/0") => json!({"id": 0, "state": stage.state, "kind": "spark"}),
        ("POST", "/sessions/0/completion") => {
            while stage.is_held {
                stage = changed.wait(stage).unwrap();
            }
            match &stage.names {
                None => return not_found(),
                Some(names) => json!({"candidates": names}),
            }
        }
        ("POST", "/sessions/0/statements") => {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let kind = body["kind"].as_str().unwrap_or("spark").to_owned();
            let code = body["code"].as_str().unwrap().to_owned();
            stage.statements.push((kind, code));
            statement(&stage, stage.statements.len() - 1, gives)
        }
        ("POST", path) if path.ends_with("/cancel") => {
            stage.cancelled.extend(number_in(path));
            json!({"msg": "canceled"})
        }
        ("GET", path) if stage.is_away && number_in(path).is_some() => {
            return Answer::json("503 Service Unavailable", r#"{"msg":"away for now"}"#);
        }
        ("GET", path) => match number_in(path).filter(|number| *number < stage.statements.len()) {
            Some(number) => statement(&stage, number, gives),
            None => return not_found(),
        },
        _ => return not_found(),
    };
    Answer::json("200 OK", value.to_string())
}

/// The statement that a path names.
fn number_in(path: &str) -> Option<usize> {
    let rest = path.strip_prefix("/sessions/0/statements/")?;
    let number = rest.strip_suffix("/cancel").unwrap_or(rest);
    number.parse().ok()
}

/// Whether it never ends.
fn is_endless(stage: &Stage, number: usize) -> bool {
    let hears_cancel = match stage.endless {
        Some((code, hears_cancel)) if stage.statements[number].1.trim() == code => hears_cancel,
        _ => return false,
    };
    !(hears_cancel && stage.cancelled.contains(&number))
}

/// They run one after another.
fn state(stage: &Stage, number: usize) -> &'static str {
    let is_behind = (0..number).any(|earlier| is_endless(stage, earlier));
    match stage.endless {
        _ if is_behind => "waiting",
        _ if stage.runs_on || is_endless(stage, number) => "running",
        Some(_) if stage.cancelled.contains(&number) => "cancelled",
        _ => "available",
    }
}

fn statement(stage: &Stage, number: usize, gives: Gives) -> Value {
    let (kind, code) = &stage.statements[number];
    let state = state(stage, number);
    if state != "available" {
        return json!({"id": number, "code": code, "state": state, "output": null, "progress": 0.0});
    }
    let output = match stage.fails {
        true => json!({"status": "error", "execution_count": number, "ename": "Error",
            "evalue": "no metastore", "traceback": []}),
        false => json!({"status": "ok", "execution_count": number, "data": gives(kind, code)}),
    };
    json!({"id": number, "code": code, "state": state, "progress": 1.0, "output": output})
}

/// Rows as SQL gives them.
pub fn rows(names: &[&str], data: Value) -> Value {
    let fields: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "type": "string", "nullable": true, "metadata": {}}))
        .collect();
    json!({"application/json": {"schema": {"type": "struct", "fields": fields}, "data": data}})
}

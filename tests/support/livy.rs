//! A Livy server without Spark, whose sessions are as a test says: for what befalls a session's life, and
//! for what old servers do.

use super::scripted::{Answer, Request, Scripted};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

pub struct Livy {
    pub server: Scripted,
    world: Arc<Mutex<World>>,
}

pub struct World {
    pub sessions: Vec<Session>,
    /// What a new session is at first.
    pub made: Session,
    /// Whether no request is answered.
    pub is_away: bool,
    /// Each is the number of the next.
    next: u64,
}

#[derive(Clone)]
pub struct Session {
    pub id: u64,
    pub name: Option<String>,
    pub state: String,
    pub kind: String,
    pub application: Option<String>,
    pub heartbeat: u64,
    pub log: Vec<String>,
    /// The code of each.
    pub statements: Vec<String>,
}

impl Default for Session {
    fn default() -> Session {
        Session {
            id: 0,
            name: None,
            state: "idle".to_owned(),
            kind: "spark".to_owned(),
            application: None,
            heartbeat: 0,
            log: vec!["stdout: ".to_owned(), "\nstderr: ".to_owned()],
            statements: Vec::new(),
        }
    }
}

impl Session {
    pub fn named(name: &str, kind: &str) -> Session {
        Session {
            name: Some(name.to_owned()),
            kind: kind.to_owned(),
            ..Session::default()
        }
    }

    fn view(&self) -> Value {
        json!({"id": self.id, "name": self.name, "state": self.state, "kind": self.kind,
            "appId": self.application, "heartbeatTimeoutInSecond": self.heartbeat,
            "log": self.log})
    }
}

impl Livy {
    pub fn start(sessions: Vec<Session>) -> Livy {
        let mut world = World {
            sessions: Vec::new(),
            made: Session::default(),
            is_away: false,
            next: 0,
        };
        for session in sessions {
            world.add(session);
        }
        let world = Arc::new(Mutex::new(world));
        let answering = world.clone();
        let server = Scripted::start(move |request| answering.lock().unwrap().answer(request));
        Livy { server, world }
    }

    pub fn url(&self) -> &str {
        &self.server.url
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.lock().unwrap())
    }

    /// How many sessions were asked for.
    pub fn made(&self) -> usize {
        self.server.count("POST", "/sessions")
    }
}

impl World {
    fn add(&mut self, session: Session) -> u64 {
        let id = self.next;
        self.next += 1;
        self.sessions.push(Session { id, ..session });
        id
    }

    /// By its number or name.
    pub fn session(&mut self, key: &str) -> Option<&mut Session> {
        let is_it =
            |one: &&mut Session| one.id.to_string() == key || one.name.as_deref() == Some(key);
        self.sessions.iter_mut().find(is_it)
    }

    fn answer(&mut self, request: &Request) -> Answer {
        if self.is_away {
            return Answer::cut();
        }
        let path = request.path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let ok = |value: Value| Answer::json("200 OK", value.to_string());
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["sessions"]) => self.make(&body),
            ("GET", ["sessions"]) => {
                let all: Vec<Value> = self.sessions.iter().map(Session::view).collect();
                ok(json!({"from": 0, "total": all.len(), "sessions": all}))
            }
            (method, ["sessions", key, rest @ ..]) => {
                let Some(session) = self.session(key) else {
                    let told = json!({"msg": format!("Session '{key}' not found.")});
                    return Answer::json("404 Not Found", told.to_string());
                };
                match (method, rest) {
                    ("DELETE", []) => {
                        let id = session.id;
                        self.sessions.retain(|one| one.id != id);
                        ok(json!({"msg": "deleted"}))
                    }
                    (_, [] | ["connect"]) => ok(session.view()),
                    (_, ["log"]) => ok(json!({"id": session.id, "from": 0,
                        "total": session.log.len(), "log": session.log})),
                    (method, rest) => session.statement(method, rest, &body),
                }
            }
            _ => Answer::json("404 Not Found", r#"{"msg":"no such page"}"#),
        }
    }

    fn make(&mut self, body: &Value) -> Answer {
        let name = body["name"].as_str().map(str::to_owned);
        let is_taken = |one: &&Session| name.is_some() && one.name == name;
        if let Some(taken) = self.sessions.iter().find(is_taken) {
            let told = format!(
                "Rejected, Reason: Duplicate session name: Some({}) for session {}",
                name.unwrap(),
                taken.id + 1
            );
            return Answer::json("400 Bad Request", json!({"msg": told}).to_string());
        }
        let id = self.add(Session {
            name,
            kind: body["kind"].as_str().unwrap_or("shared").to_owned(),
            heartbeat: body["heartbeatTimeoutInSecond"].as_u64().unwrap_or(0),
            ..self.made.clone()
        });
        let view = self.session(&id.to_string()).unwrap().view();
        Answer::json("201 Created", view.to_string())
    }
}

impl Session {
    fn statement(&mut self, method: &str, rest: &[&str], body: &Value) -> Answer {
        let seen = |number: usize, code: &str| {
            // One that hangs runs until it is cancelled, and longer; so does one whose result nobody gets.
            if matches!(code.trim(), "hang" | "withheld") {
                return json!({"id": number, "state": "running", "code": code});
            }
            json!({"id": number, "state": "available", "code": code, "progress": 1.0,
                "output": {"status": "ok", "execution_count": number,
                    "data": {"text/plain": format!("done in {}", self.id)}}})
        };
        match (method, rest) {
            ("POST", ["statements"]) if self.state != "idle" => {
                let told = format!(
                    "java.lang.IllegalStateException: Session is in state {}",
                    self.state
                );
                Answer::json("500 Internal Server Error", json!(told).to_string())
            }
            ("POST", ["statements"]) => {
                let code = body["code"].as_str().unwrap().to_owned();
                let view = seen(self.statements.len(), &code);
                self.statements.push(code);
                Answer::json("201 Created", view.to_string())
            }
            ("GET", ["statements"]) => {
                let all = self.statements.iter().enumerate();
                let all: Vec<Value> = all.map(|(number, code)| seen(number, code)).collect();
                let list = json!({"total_statements": all.len(), "statements": all});
                Answer::json("200 OK", list.to_string())
            }
            ("GET", ["statements", number]) => {
                let number: usize = number.parse().unwrap();
                match self.statements.get(number) {
                    Some(code) if code.trim() == "withheld" => {
                        Answer::json("403 Forbidden", r#"{"msg":"not for you"}"#)
                    }
                    Some(code) => Answer::json("200 OK", seen(number, code).to_string()),
                    None => Answer::json("404 Not Found", r#""Statement not found""#),
                }
            }
            _ => Answer::json("404 Not Found", r#"{"msg":"no such page"}"#),
        }
    }
}

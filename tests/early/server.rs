//! A scripted server that runs statements one after another, by what their code says, and tells what it has run.

use crate::support::scripted::{Answer, Request, Scripted};
use livysh::lang::Signature;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// More than a pipe holds that nobody reads.
pub const MUCH: usize = 1 << 20;

/// What is different about a server.
#[derive(Default, Clone, Copy)]
pub struct Manner {
    /// It takes a statement only while none runs, and says so with this status.
    pub takes_one: Option<&'static str>,
    /// It takes a statement that says so, and a gateway says that the session is not there.
    pub hides: bool,
    /// It does not say when statements have begun.
    pub hides_times: bool,
    /// Cancels have no effect.
    pub ignores_cancels: bool,
    /// After the first look it has forgotten its statements, and has others under their numbers.
    pub forgets: bool,
}

#[derive(Default)]
pub struct Queue {
    manner: Manner,
    pub statements: Vec<Statement>,
    /// Codes in the order in which they began.
    pub began: Vec<String>,
    /// Numbers in the order of their cancels.
    pub cancels: Vec<usize>,
    /// The most that were there at a time without an end.
    pub most: usize,
    pub refused: usize,
    has_forgotten: bool,
    is_hidden: bool,
}

pub struct Statement {
    looks: usize,
    pub code: String,
    state: &'static str,
    output: Value,
    times: (u64, u64),
}

impl Statement {
    pub fn is_over(&self) -> bool {
        !matches!(self.state, "waiting" | "running")
    }
}

impl Queue {
    fn running(&self) -> Option<usize> {
        self.statements.iter().position(|one| !one.is_over())
    }

    fn begin_next(&mut self) {
        if let Some(number) = self.running()
            && self.statements[number].state == "waiting"
        {
            self.statements[number].state = "running";
            self.statements[number].times.0 = 1_000;
            let code = &self.statements[number].code;
            let is_hidden = |code| Signature::in_code(code).is_some_and(|one| one.is_hidden());
            if !is_hidden(code) {
                self.began.push(typed(code));
            }
        }
    }

    fn post(&mut self, code: &str) -> Answer {
        if code.contains("never taken") {
            return Answer::json("400 Bad Request", r#"{"msg":"not this one"}"#);
        }
        if let Some(status) = self.manner.takes_one
            && self.running().is_some()
        {
            self.refused += 1;
            return Answer::json(status, r#"{"msg":"a statement runs already"}"#);
        }
        self.statements.push(Statement {
            looks: 0,
            code: code.to_owned(),
            state: "waiting",
            output: Value::Null,
            times: (0, 0),
        });
        let open = self.statements.iter().filter(|one| !one.is_over()).count();
        self.most = self.most.max(open);
        self.begin_next();
        if self.manner.hides && code.contains("is hidden") {
            self.is_hidden = true;
            return Answer::page("404 Not Found", "no such page");
        }
        match code.contains("answer is lost") {
            true => Answer::cut(),
            false => self.shown(self.statements.len() - 1),
        }
    }

    /// A look at what runs may end it.
    fn look(&mut self, number: usize) -> Answer {
        if self.statements.get(number).is_none() {
            return Answer::json("404 Not Found", r#"{"msg":"Statement not found"}"#);
        }
        if self.manner.forgets && self.statements.len() > 2 {
            self.has_forgotten = true;
        }
        let code = typed(&self.statements[number].code);
        let is_next_there = self.statements.len() > number + 1;
        self.statements[number].looks += 1;
        let is_slow = code.contains("slow") && self.statements[number].looks < 4;
        let ends = !is_slow
            && !code.contains("endless")
            && (is_next_there || !code.contains("meets the next"));
        if self.running() == Some(number) && ends {
            let data = given(&code);
            let failed = |name: &str, value: &str| {
                json!({"status": "error", "execution_count": number, "ename": name,
                    "evalue": value, "traceback": []})
            };
            self.statements[number].output = match &code {
                code if code.contains("fails") => failed("ValueError", "no"),
                code if code.contains("leaves") => failed("SystemExit", "7"),
                _ => json!({"status": "ok", "execution_count": number, "data": data}),
            };
            self.statements[number].state = "available";
            self.statements[number].times.1 = 1_005;
            self.begin_next();
            // What is quick has run before anybody asks.
            if let Some(next) = self.running()
                && self.statements[next].code.contains("quick")
            {
                self.look(next);
            }
        }
        self.shown(number)
    }

    fn cancel(&mut self, number: usize) -> Answer {
        self.cancels.push(number);
        if self.manner.ignores_cancels {
            return Answer::json("200 OK", r#"{"msg":"canceled"}"#);
        }
        let one = &mut self.statements[number];
        if !one.is_over() {
            // Of one that has begun.
            if one.state == "running" {
                one.times.1 = 1_005;
            }
            one.state = "cancelled";
            self.begin_next();
        }
        Answer::json("200 OK", r#"{"msg":"canceled"}"#)
    }

    fn shown(&self, number: usize) -> Answer {
        let one = &self.statements[number];
        let code = match self.has_forgotten {
            true => Signature::of_bits(number as u64, false).sign("another's"),
            false => one.code.clone(),
        };
        let mut shown = json!({"id": number, "code": code, "state": one.state, "output": one.output,
            "progress": 0.0});
        if !self.manner.hides_times {
            shown["started"] = json!(one.times.0);
            shown["completed"] = json!(one.times.1);
        }
        Answer::json("200 OK", shown.to_string())
    }
}

/// What a statement gives that ends well.
fn given(code: &str) -> Value {
    match code {
        code if code.contains("much") => json!({"text/plain": "x".repeat(MUCH)}),
        code if code.contains("rows") => {
            let fields = json!([{"name": "n", "type": "integer", "nullable": true}]);
            let rows = vec![json!([1]); 1_000];
            json!({"application/json": {"schema": {"type": "struct", "fields": fields}, "data": rows}})
        }
        code => json!({"text/plain": format!("gave {code}")}),
    }
}

/// Without the signature that livysh adds.
fn typed(code: &str) -> String {
    let lines = code
        .lines()
        .filter(|line| Signature::in_code(line).is_none());
    let code: Vec<&str> = lines
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    code.join("\n")
}

/// Starts one, with what it knows.
pub fn start(manner: Manner) -> (Scripted, Arc<Mutex<Queue>>) {
    let queue = Arc::new(Mutex::new(Queue {
        manner,
        ..Queue::default()
    }));
    let of_server = queue.clone();
    let scripted = Scripted::start(move |request| answer(&mut of_server.lock().unwrap(), request));
    (scripted, queue)
}

fn answer(queue: &mut Queue, request: &Request) -> Answer {
    let path = request.path.split('?').next().unwrap();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    // The search for what was hidden finds no more.
    if queue.is_hidden && request.method == "GET" && path.contains("statements") {
        let is_known = |number: &&str| number.parse().is_ok_and(|number: usize| number < 2);
        if !parts.last().is_some_and(is_known) {
            return Answer::page("404 Not Found", "no such page");
        }
    }
    match (request.method.as_str(), &parts[..]) {
        ("DELETE", ["sessions", "0"]) => Answer::json("200 OK", r#"{"msg":"deleted"}"#),
        ("GET" | "POST", ["sessions"] | ["sessions", "0"]) => {
            let state = if queue.running().is_some() {
                "busy"
            } else {
                "idle"
            };
            let session = json!({"id": 0, "state": state, "kind": "pyspark"});
            Answer::json("200 OK", session.to_string())
        }
        ("GET", ["sessions", "0", "statements"]) => {
            let all: Vec<Value> = (0..queue.statements.len())
                .map(|number| serde_json::from_str(&queue.shown(number).body).unwrap())
                .collect();
            let all = json!({"total_statements": all.len(), "statements": all});
            Answer::json("200 OK", all.to_string())
        }
        ("POST", ["sessions", "0", "statements"]) => {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            queue.post(body["code"].as_str().unwrap())
        }
        ("GET", ["sessions", "0", "statements", number]) => queue.look(number.parse().unwrap()),
        ("POST", ["sessions", "0", "statements", number, "cancel"]) => {
            queue.cancel(number.parse().unwrap())
        }
        _ => Answer::json("404 Not Found", r#"{"msg":"not found"}"#),
    }
}

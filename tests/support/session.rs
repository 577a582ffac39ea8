//! A session of a Livy server, asked as a client asks it.

use super::http::{get, post, request};
use super::processes::processes_around;
use super::{eventually, within};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

pub struct Session {
    pub url: String,
}

/// Where a session lives on this machine.
pub struct Place {
    pub driver: u32,
    pub java: u32,
    pub folder: PathBuf,
}

impl Session {
    /// Asks for one; `wait_until_up` waits for it.
    pub fn start(server: &str, kind: &str) -> Session {
        let made = post(
            &format!("{server}/sessions"),
            &json!({"kind": kind}).to_string(),
        );
        assert_eq!(made.status, 201, "{made:?}");
        Session {
            url: format!("{server}/sessions/{}", made.json()["id"]),
        }
    }

    /// Its id, which names it.
    pub fn number(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    pub fn wait_until_up(&self) {
        let (server, id) = self.url.rsplit_once("/sessions/").unwrap();
        super::spark::wait_until_idle(server, id);
    }

    pub fn state(&self) -> String {
        let state = get(&format!("{}/state", self.url)).json();
        state["state"].as_str().unwrap().to_owned()
    }

    pub fn submit(&self, kind: &str, code: &str) -> u64 {
        let body = json!({"kind": kind, "code": code}).to_string();
        let made = post(&format!("{}/statements", self.url), &body);
        assert_eq!(made.status, 201, "{code}: {made:?}");
        made.json()["id"].as_u64().unwrap()
    }

    fn statement_is(&self, id: u64, state: &str) {
        eventually(&format!("statement {id} is {state}"), || {
            let found = get(&format!("{}/statements/{id}", self.url));
            assert_eq!(found.status, 200, "{found:?}");
            (found.json()["state"] == state).then_some(())
        });
    }

    /// Submits one and waits until it runs.
    pub fn begin(&self, kind: &str, code: &str) {
        let id = self.submit(kind, code);
        self.statement_is(id, "running");
    }

    /// Runs statements one after another, no more than a session retains; their outputs.
    pub fn run_all(&self, statements: &[(&str, String)]) -> Vec<Value> {
        let ids: Vec<u64> = statements
            .iter()
            .map(|(kind, code)| self.submit(kind, code))
            .collect();
        let (first, last) = (ids[0], ids[ids.len() - 1]);
        self.statement_is(last, "available");
        let mut list = get(&format!("{}/statements", self.url)).json();
        let all = list["statements"].as_array_mut().unwrap();
        all.retain(|statement| statement["id"].as_u64().unwrap() >= first);
        all.iter_mut()
            .map(|statement| statement["output"].take())
            .collect()
    }

    pub fn run(&self, kind: &str, code: &str) -> Value {
        let id = self.submit(kind, code);
        self.statement_is(id, "available");
        get(&format!("{}/statements/{id}", self.url)).json()["output"].take()
    }

    /// The text that code gives that ends well.
    pub fn text(&self, kind: &str, code: &str) -> String {
        let output = self.run(kind, code);
        assert_eq!(output["status"], "ok", "{code}: {output}");
        let text = output["data"]["text/plain"].as_str();
        text.unwrap_or_default().to_owned()
    }

    pub fn place(&self) -> Place {
        let told = self.text(
            "pyspark",
            "import os\nprint(os.getpid(), sc._jvm.java.lang.ProcessHandle.current().pid(), \
             os.path.dirname(sc.getConf().get('spark.local.dir')))",
        );
        let words: Vec<&str> = told.split(' ').collect();
        let number = |word: &str| word.parse().unwrap();
        Place {
            driver: number(words[0]),
            java: number(words[1]),
            folder: words[2].into(),
        }
    }

    /// Waits until it is dead for this reason.
    pub fn is_dead(&self, reason: &str) {
        within(Duration::from_secs(30), reason, || {
            (self.state() == "dead").then_some(())
        });
        let session = get(&self.url).json();
        let last = session["log"].as_array().unwrap().last().cloned();
        assert_eq!(last, Some(json!(reason)), "{session}");
        let statements = get(&format!("{}/statements", self.url));
        assert_eq!(statements.status, 400, "{statements:?}");
    }

    pub fn delete(&self) {
        let deleted = request("DELETE", &self.url, &[], "");
        assert_eq!(deleted.status, 200, "{deleted:?}");
    }
}

impl Place {
    /// Nothing is left of it. Spark's Python workers notice by themselves that their Java is gone.
    pub fn is_empty(&self) {
        assert!(!self.folder.exists());
        let folder = self.folder.to_str().unwrap();
        within(Duration::from_secs(5), "no process is left", || {
            processes_around(folder).is_empty().then_some(())
        });
    }
}

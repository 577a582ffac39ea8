//! A session whose statements end at once: what each gives is its code, or what is asked for. Beside it a
//! prompt on a pseudo-terminal, for what keys do and how it looks.

use super::program::{BINARY, Home};
use super::pty::Screen;
use super::scripted::{Answer, Request, Scripted};
use serde_json::{Value, json};
use std::sync::Mutex;

/// What a statement's code gives.
pub type Gives = fn(&str) -> String;

/// Answers as Livy does for one session, 0.
pub fn serve(gives: Gives) -> Scripted {
    let codes = Mutex::new(Vec::<String>::new());
    Scripted::start(move |request| answer(&codes, gives, request))
}

fn answer(codes: &Mutex<Vec<String>>, gives: Gives, request: &Request) -> Answer {
    let path = request.path.split('?').next().unwrap();
    let mut codes = codes.lock().unwrap();
    let statement = |number: usize, code: &str| {
        json!({"id": number, "code": code, "state": "available", "progress": 1.0,
            "output": {"status": "ok", "execution_count": number, "data": {"text/plain": gives(code)}}})
    };
    let value = match (request.method.as_str(), path) {
        ("GET", "/sessions/0") => json!({"id": 0, "state": "idle", "kind": "spark"}),
        ("POST", "/sessions/0/statements") => {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            codes.push(body["code"].as_str().unwrap().to_owned());
            let number = codes.len() - 1;
            statement(number, &codes[number])
        }
        ("GET", path) => {
            let number = path.strip_prefix("/sessions/0/statements/");
            let number = number.and_then(|number| number.parse::<usize>().ok());
            match number.and_then(|number| Some((number, codes.get(number)?))) {
                Some((number, code)) => statement(number, code),
                None => return Answer::json("404 Not Found", r#"{"msg":"not found"}"#),
            }
        }
        _ => return Answer::json("404 Not Found", r#"{"msg":"not found"}"#),
    };
    Answer::json("200 OK", value.to_string())
}

/// A prompt in such a session.
pub struct Prompt {
    pub screen: Screen,
    server: Scripted,
    prompt: &'static str,
}

impl Prompt {
    /// In Scala, on a screen of 24 rows and so many columns.
    pub fn wide(home: &Home, columns: u16) -> Prompt {
        Prompt::with(home, "scala", columns, &[], &[])
    }

    pub fn scala(home: &Home) -> Prompt {
        Prompt::wide(home, 80)
    }

    pub fn python(home: &Home) -> Prompt {
        Prompt::with(home, "python", 80, &[], &[])
    }

    /// `variables` as `NAME=value`.
    pub fn with(
        home: &Home,
        language: &str,
        columns: u16,
        variables: &[&str],
        options: &[&str],
    ) -> Prompt {
        let server = serve(|code| code.trim().to_owned());
        Prompt::at(server, home, language, columns, variables, options)
    }

    pub fn at(
        server: Scripted,
        home: &Home,
        language: &str,
        columns: u16,
        variables: &[&str],
        options: &[&str],
    ) -> Prompt {
        let mut arguments = variables.to_vec();
        arguments.extend([BINARY, "--url", &server.url, "-s", "0", "-l", language]);
        arguments.extend(options);
        let screen = Screen::run(home, "env", &arguments, 24, columns);
        let prompt = match language {
            "python" => ">>>",
            "sql" => "sql>",
            "r" => ">",
            _ => "scala>",
        };
        let prompt = Prompt {
            screen,
            server,
            prompt,
        };
        prompt
            .screen
            .wait_for("Spark session available as 'spark'.");
        prompt.screen.wait_for_prompt(prompt.prompt);
        prompt
    }

    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// The codes that came, without their marks.
    pub fn sent(&self) -> Vec<String> {
        let requests = self.server.requests().into_iter();
        let posted = requests
            .filter(|request| request.method == "POST" && request.path.ends_with("/statements"));
        posted
            .map(|request| {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                body["code"].as_str().unwrap().trim().to_owned()
            })
            .collect()
    }

    /// Waits until the last code that came is this.
    #[track_caller]
    pub fn wait_for_sent(&self, code: &str) {
        let what = format!("“{code}” is sent");
        self.screen.wait_until(&what, || {
            self.sent().last().is_some_and(|sent| sent == code)
        });
        self.screen.wait_for_prompt(self.prompt);
    }

    /// Runs a line.
    #[track_caller]
    pub fn run(&mut self, line: &str) {
        self.screen.line(line);
        self.wait_for_sent(line);
    }

    /// Presses keys, and waits until a text stands behind the last prompt.
    #[track_caller]
    pub fn keys(&mut self, keys: &str, shows: &str) {
        self.screen.send(keys);
        self.wait_for_line(shows);
    }

    #[track_caller]
    pub fn wait_for_line(&self, shows: &str) {
        let wanted = format!("{} {shows}", self.prompt);
        let wanted = wanted.trim_end();
        self.screen.wait_until(wanted, || {
            let text = self.screen.text();
            let at = text.rfind(self.prompt);
            at.is_some_and(|at| text[at..].trim_end() == wanted)
        });
    }
}

//! What others have sent to the same session: their results are not read to find ours.

use crate::support::program::Home;
use crate::support::scripted::{Answer, Request, Scripted};
use livysh::lang::Signature;
use serde_json::{Value, json};
use std::sync::Mutex;

/// The text of a result, in bytes.
const LARGE: usize = 8 << 20;
/// More is not read of one that is left: what it is known by, and what has come with that.
const MOST: usize = 1 << 20;

/// In which order a server tells of a statement.
#[derive(Clone, Copy)]
enum Order {
    Livys,
    OutputFirst,
}

/// Session 0, to which somebody else sends a statement before each one of ours; all are over at once.
struct World {
    order: Order,
    /// How long the text is that the others' give.
    text: usize,
    /// The codes.
    statements: Vec<String>,
}

impl World {
    fn start(order: Order, text: usize) -> Scripted {
        let statements = vec!["theirs".to_owned()];
        let world = Mutex::new(World {
            order,
            text,
            statements,
        });
        Scripted::start(move |request| world.lock().unwrap().answer(request))
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let path = request.path.split('?').next().unwrap();
        let number = path.strip_prefix("/sessions/0/statements/");
        let known = number.and_then(|number| number.parse().ok());
        let known = known.filter(|number| *number < self.statements.len());
        match (request.method.as_str(), path, known) {
            ("GET", "/sessions/0", _) => {
                let session = json!({"id": 0, "state": "idle", "kind": "pyspark"});
                Answer::json("200 OK", session.to_string())
            }
            ("POST", "/sessions/0/statements", _) => self.take(request),
            ("GET", _, Some(number)) => Answer::json("200 OK", self.told(number)),
            _ => Answer::json("404 Not Found", r#""Statement not found""#),
        }
    }

    fn take(&mut self, request: &Request) -> Answer {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let code = body["code"].as_str().unwrap().to_owned();
        let typed = Signature::unsigned(&code).trim().to_owned();
        match typed.as_str() {
            "copied" => self.statements.push(code.clone()),
            _ => self.statements.push("theirs".to_owned()),
        }
        self.statements.push(code.clone());
        match typed.as_str() {
            "lost" => Answer::cut(),
            _ => {
                let number = self.statements.len() - 1;
                let code = Value::from(code);
                let told =
                    format!(r#"{{"id":{number},"code":{code},"state":"waiting","output":null}}"#);
                Answer::json("201 Created", told)
            }
        }
    }

    fn told(&self, number: usize) -> String {
        let code = &self.statements[number];
        let text = match Signature::in_code(code) {
            // A copy's result is as large as another's.
            Some(_) if code.trim().starts_with("copied") => "c".repeat(self.text),
            Some(_) => format!("gives {number}"),
            None => "x".repeat(self.text),
        };
        let code = Value::from(code.as_str());
        let head = format!(r#""id":{number},"code":{code},"state":"available""#);
        let data = format!(r#"{{"status":"ok","data":{{"text/plain":"{text}"}}}}"#);
        match self.order {
            Order::Livys => format!(r#"{{{head},"output":{data},"progress":1.0}}"#),
            Order::OutputFirst => format!(r#"{{"output":{data},{head},"progress":1.0}}"#),
        }
    }
}

/// What the script gives, what is told beside it, and the bytes that were read with each look at a
/// statement.
fn run(order: Order, text: usize, script: &str) -> (String, String, Vec<(usize, usize)>) {
    let home = Home::new();
    let server = World::start(order, text);
    let url = server.url.as_str();
    home.profile("p", url, &["settle = \"100ms\""]);
    let ran = home.run_with_stdin(&["-v", "-p", "p", "-s", "0", "-l", "python"], script);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let start = format!("GET {url}/sessions/0/statements/");
    let looks = ran.err.lines().filter_map(|line| {
        let (number, rest) = line.strip_prefix(&start)?.split_once(": 200, ")?;
        let (bytes, _) = rest.split_once(" bytes")?;
        Some((number.parse().ok()?, bytes.parse().ok()?))
    });
    let looks = looks.collect();
    (ran.out, ran.err, looks)
}

fn numbers(looks: &[(usize, usize)]) -> Vec<usize> {
    looks.iter().map(|(number, _)| *number).collect()
}

/// Others' have the odd numbers, and the first.
#[track_caller]
fn are_left(looks: &[(usize, usize)]) {
    let is_left = |(number, bytes): &(usize, usize)| number % 2 == 0 || *bytes < MOST;
    assert!(looks.iter().all(is_left), "{looks:?}");
}

#[test]
fn a_large_result_of_anothers_is_left_where_copies_are_looked_for() {
    let (out, _, looks) = run(Order::Livys, LARGE, "first\nsecond\n");
    assert_eq!(out, "gives 2\ngives 4\n");
    assert_eq!(numbers(&looks), [1, 2, 3, 4]);
    are_left(&looks);
}

#[test]
fn a_large_result_of_anothers_is_left_where_ours_is_looked_for() {
    let (out, _, looks) = run(Order::Livys, LARGE, "first\nlost\n");
    assert_eq!(out, "gives 2\ngives 4\n");
    // Found, and then its copies are looked for.
    assert_eq!(numbers(&looks), [1, 2, 3, 4, 3]);
    are_left(&looks);
}

#[test]
fn a_result_that_comes_first_or_is_small_is_read_whole() {
    for (order, text) in [(Order::OutputFirst, LARGE), (Order::Livys, 100_000)] {
        let (out, _, looks) = run(order, text, "first\nlost\n");
        assert_eq!(out, "gives 2\ngives 4\n");
        assert_eq!(numbers(&looks), [1, 2, 3, 4, 3]);
        let is_whole = |(number, bytes): &(usize, usize)| number % 2 == 0 || *bytes > text;
        assert!(looks.iter().all(is_whole), "{looks:?}");
    }
}

#[test]
fn a_large_result_of_a_copy_is_ours() {
    let (out, told, looks) = run(Order::Livys, LARGE, "first\ncopied\n");
    let (first, copied) = out.split_once('\n').unwrap();
    assert_eq!(first, "gives 2");
    assert_eq!(copied.len(), LARGE + 1);
    assert!(copied.trim_end().bytes().all(|byte| byte == b'c'));
    assert!(
        told.contains("A gateway has sent statement 3 2 times."),
        "{told}"
    );
    assert_eq!(numbers(&looks)[..3], [1, 2, 3]);
}

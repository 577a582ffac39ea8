//! What a hostile server writes into every text that livysh shows, and what of it reaches a terminal:
//! nothing that the terminal would obey.

use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Request, Scripted};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Titles, the clipboard, links, device strings, moves of the cursor, other screens, resets, questions
/// that a terminal answers by typing, C1 controls, character sets, and texts that run backwards.
const ATTACKS: [&str; 26] = [
    "\u{1b}]0;owned\u{7}x",
    "\u{1b}]0;owned\u{1b}\\x",
    "\u{1b}]52;c;ZXZpbA==\u{7}x",
    "\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}P1$r0m\u{1b}\\x",
    "\u{1b}_Gf=100;AAAA\u{1b}\\x",
    "\u{1b}^private\u{1b}\\x",
    "a\u{1b}[2Jb",
    "a\u{1b}[1;1Hb",
    "a\u{1b}[10Ab",
    "a\u{1b}[?1049hb",
    "a\u{1b}[6nb",
    "a\u{1b}[cb",
    "a\u{1b}cb",
    "a\u{1b}(0b",
    "a\u{1b}7b\u{1b}8",
    "a\u{9b}2Jb",
    "a\u{9d}0;t\u{9c}b",
    "a\u{90}q\u{9c}b",
    "a\u{0}b\u{8}c\u{7}",
    "a\u{e}b\u{f}c",
    "a\u{7f}b\u{85}c",
    "a\u{202e}b\u{2066}c\u{200f}",
    "a\u{1b}]0;never closed\nb",
    "a\u{1b}",
    "a\u{1b}[31",
];
const ROUNDS: usize = ATTACKS.len() / 2;
/// Dialogues beside each other.
const AT_ONCE: usize = 3;

/// Each text has a number, by which it is found again, and in each round another attack.
#[derive(Clone, Copy)]
struct Round(usize);

impl Round {
    /// Two attacks at once.
    fn attack(self, number: usize) -> String {
        let one = |number: usize| ATTACKS[number % ATTACKS.len()];
        format!("{}|{}", one(self.0 + number), one(self.0 + number + ROUNDS))
    }

    fn text(self, number: usize) -> String {
        format!("F{number:02}({})", self.attack(number))
    }

    fn object(self, number: usize, fields: &[&str]) -> Value {
        let texts = (number..).map(|number| json!(self.text(number)));
        fields
            .iter()
            .map(|field| (*field).to_owned())
            .zip(texts)
            .collect()
    }

    /// Of a session; those of its state differ.
    fn session(self, state: &str, id: &Value) -> Value {
        let mut session = self.object(1, &["name", "owner", "proxyUser", "kind", "appId", "queue"]);
        session["appInfo"] = self.object(7, &["sparkUiUrl", "driverLogUrl"]);
        session["id"] = id.clone();
        session["state"] = json!(state);
        session["log"] = json!([self.text(9), self.text(10)]);
        session
    }

    fn output(self, code: &str) -> Value {
        let data = match code.split_whitespace().next().unwrap_or_default() {
            "error" => {
                let mut error = self.object(21, &["ename", "evalue"]);
                error["status"] = json!("error");
                error["traceback"] = json!([self.text(23), format!("  {}\n", self.text(24))]);
                return error;
            }
            "rows" => json!({"application/json": {
                "schema": {"fields": [{"name": self.text(25), "type": self.text(26)}]},
                "data": [[self.text(27)], [{"key": self.text(28)}]]}}),
            "table" => json!({"application/vnd.livy.table.v1+json": {
                "headers": [{"name": self.text(29), "type": self.text(30)}],
                "data": [[self.text(31)]]}}),
            "object" => json!({"application/json": {"key": self.text(32)}}),
            "picture" => json!({"text/plain": "a picture", self.text(33): "AAAA"}),
            _ => json!({"text/plain": self.text(20)}),
        };
        json!({"status": "ok", "execution_count": 0, "data": data})
    }

    fn statement(self, number: usize, code: &str) -> Value {
        json!({"id": number, "state": "available", "code": code, "output": self.output(code)})
    }

    fn message(self, status: &'static str, number: usize) -> Answer {
        Answer::json(status, json!({"msg": self.text(number)}).to_string())
    }

    fn submit(self, code: &str, number: usize) -> Answer {
        match code.split_whitespace().next().unwrap_or_default() {
            "refuse" => self.message("400 Bad Request", 34),
            "string" => Answer::json("400 Bad Request", json!(self.text(35)).to_string()),
            "page" => Answer::page("413 Too Large", &format!("<p>{}</p>", self.text(36))),
            "moved" => {
                let mut answer = Answer::page("302 Found", "");
                answer
                    .headers
                    .push(("Location", self.text(37).replace('\n', "")));
                answer
            }
            // A status line of its own making.
            "reason" => {
                let reason = format!("403 {}", self.text(38).replace('\n', ""));
                self.message(reason.leak(), 39)
            }
            _ => Answer::json("201 Created", self.statement(number, code).to_string()),
        }
    }
}

/// Answers everything with hostile texts.
fn answer(
    round: Round,
    looks: &AtomicUsize,
    codes: &Mutex<Vec<String>>,
    request: &Request,
) -> Answer {
    let path = request.path.split('?').next().unwrap();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let ok = |body: Value| Answer::json("200 OK", body.to_string());
    let id = json!(format!("7{}", round.attack(0)));
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["sessions"]) => ok(round.session("starting", &id)),
        ("GET", ["sessions", _]) => match looks.fetch_add(1, Ordering::Relaxed) {
            0 => ok(round.session(&round.text(11), &id)),
            1 => round.message("503 Service Unavailable", 12),
            _ => ok(round.session("idle", &id)),
        },
        ("DELETE", ["sessions", _]) => round.message("500 Internal Server Error", 13),
        ("GET", ["sessions", _, "log"]) => ok(json!({"log": [round.text(14), round.text(15)]})),
        ("POST", ["sessions", _, "completion"]) => ok(json!({"candidates": [round.text(16)]})),
        ("POST", ["sessions", _, "statements"]) => {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let code = body["code"].as_str().unwrap().to_owned();
            let mut codes = codes.lock().unwrap();
            let answer = round.submit(&code, codes.len());
            if answer.status.starts_with("201") {
                codes.push(code);
            }
            answer
        }
        ("GET", ["sessions", _, "statements"]) => {
            let mut other = round.statement(0, &round.text(17));
            other["id"] = json!(round.text(18));
            other["state"] = json!(round.text(19));
            ok(json!({"total_statements": 1, "statements": [other]}))
        }
        ("GET", ["sessions", _, "statements", number]) => {
            let number = number.parse().unwrap_or(usize::MAX);
            match codes.lock().unwrap().get(number) {
                Some(code) => ok(round.statement(number, code)),
                None => Answer::json("404 Not Found", r#""Statement not found""#),
            }
        }
        _ => Answer::json("404 Not Found", r#"{"msg":"no"}"#),
    }
}

fn server(round: Round) -> Scripted {
    let (looks, codes) = (AtomicUsize::new(0), Mutex::default());
    Scripted::start(move |request| answer(round, &looks, &codes, request))
}

/// What livysh and its line editor send by themselves: colours, marks of pastes, and small moves and
/// erasures on the line that is drawn.
fn is_own(sequence: &str) -> bool {
    let Some(rest) = sequence.strip_prefix('[') else {
        return false;
    };
    let (parameters, end) = rest.split_at(rest.len() - 1);
    let is_small = parameters.len() <= 1 && parameters.bytes().all(|byte| byte.is_ascii_digit());
    match end {
        "m" => parameters
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b';'),
        "K" | "J" => matches!(parameters, "" | "0"),
        "A" | "B" => is_small,
        "C" | "D" => parameters.bytes().all(|byte| byte.is_ascii_digit()),
        "h" | "l" => matches!(parameters, "?2004" | "?2026" | "?25"),
        // The window's name is kept, and given back.
        "t" => matches!(parameters, "22;0" | "23;0"),
        _ => false,
    }
}

/// What it tells the terminal beside text, without its beginning and its end: marks, the window's name,
/// which is the address that the user gave, and a link to an address that the server tells.
fn is_own_sign(sign: &str) -> bool {
    let is_plain = |text: &str| text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if let Some(mark) = sign.strip_prefix("133;") {
        return matches!(mark, "A" | "B" | "C" | "D;0" | "D;1");
    }
    if let Some(name) = sign.strip_prefix("2;livysh http://127.0.0.1:") {
        return is_plain(name.trim_end_matches(": running"));
    }
    let link = sign.strip_prefix("8;;");
    link.is_some_and(|address| {
        address.is_empty() || (address.starts_with("http") && is_plain(address))
    })
}

/// Nothing that a terminal obeys is written but livysh's own.
#[track_caller]
fn is_harmless(raw: &[u8]) {
    let text = std::str::from_utf8(raw).expect("it writes UTF-8");
    // Where the sign ends that has begun last.
    let mut ends_at = None;
    for (at, c) in text.char_indices() {
        let is_live = match c {
            '\n' | '\r' => false,
            '\u{1b}' if ends_at == Some(at) => false,
            '\u{1b}' => {
                let rest = &text[at + 1..];
                let sign = rest
                    .strip_prefix(']')
                    .and_then(|sign| sign.split_once("\x1b\\"));
                match sign {
                    Some((sign, _)) => {
                        ends_at = Some(at + 2 + sign.len());
                        !is_own_sign(sign)
                    }
                    None => {
                        let end = rest.find(|c: char| c.is_ascii_alphabetic());
                        !end.is_some_and(|end| is_own(&rest[..=end]))
                    }
                }
            }
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' => true,
            '\u{2066}'..='\u{2069}' => true,
            _ => false,
        };
        let around: String = text[..at].chars().rev().take(60).collect();
        let before: String = around.chars().rev().collect();
        let after: String = text[at..].chars().take(40).collect();
        assert!(!is_live, "{before:?} then {after:?}");
    }
}

/// Plays rounds beside each other.
fn play(round: impl Fn(Round) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    match number < ROUNDS {
                        true => round(Round(number)),
                        false => break,
                    }
                }
            });
        }
    });
}

/// What was typed first still stands where it was typed, and the texts have been shown.
#[track_caller]
fn stands(screen: &Screen, first: &str, shown: impl IntoIterator<Item = usize>) {
    is_harmless(&screen.raw());
    let text = screen.text();
    assert!(
        !screen.is_on_alternate_screen() && text.contains(first),
        "{text}"
    );
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    for number in shown {
        assert!(
            raw.contains(&format!("F{number:02}(")),
            "no text {number} in {text}"
        );
    }
}

#[test]
fn no_text_of_a_server_is_obeyed_by_the_terminal() {
    play(|round| {
        let server = server(round);
        let home = Home::new();
        let folder = home.path().join("config/livysh");
        std::fs::create_dir_all(&folder).unwrap();
        let profile = format!(
            "[profiles.p]\nurl = \"{}\"\nsettle = \"50ms\"\n",
            server.url
        );
        std::fs::write(folder.join("config.toml"), profile).unwrap();
        let arguments = ["-p", "p", "-l", "python", "-v", "--retry-for", "1s"];
        let mut screen = Screen::sized(&home, &arguments, 220, 120);
        screen.wait_for("Spark session available");
        screen.wait_for_prompt(">>>");
        for line in [
            "text 'typed first'",
            "error 1",
            ":trace",
            "rows 2",
            "table 3",
            "object 4",
            "picture 5",
            "refuse 6",
            "string 7",
            "page 8",
            "moved 9",
            "reason 10",
            ":session",
            ":statements",
            ":log",
            ":last",
            ":completions x",
            ":wait 99",
            ":cancel 99",
        ] {
            screen.line(line);
            screen.wait_for(&format!(">>> {line}"));
            screen.wait_for_prompt(">>>");
        }
        for (language, prompt) in [("scala", "scala>"), ("sql", "sql>"), ("r", ">")] {
            screen.line(&format!(":lang {language}"));
            screen.wait_for_prompt(prompt);
            screen.line("error 11;");
            screen.wait_for(&format!("{prompt} error 11;"));
            screen.wait_for_prompt(prompt);
        }
        screen.line(":quit");
        screen.wait_for_exit();
        screen.wait_for("is still there");
        let shown = (1..=2).chain(4..=5).chain([7, 13, 14, 15, 16]);
        let shown = shown.chain(17..=25).chain([27, 29, 31, 32, 33, 34, 35, 36]);
        stands(&screen, ">>> text 'typed first'", shown);
        screen.is_as_before();
    });
}

/// A session that is dead at once, and one that is not to be found.
#[test]
fn no_text_of_a_server_is_obeyed_when_nothing_starts() {
    play(|round| {
        let server = Scripted::start(move |request| {
            let id = json!(round.text(0));
            match request.method.as_str() {
                "POST" => Answer::json("201 Created", round.session("dead", &id).to_string()),
                _ => round.message("404 Not Found", 3),
            }
        });
        let home = Home::new();
        let limits = ["--retry-for", "1s", "-v"];
        for arguments in [
            &["--url", &server.url, "-e", "1"][..],
            &[
                "--url",
                &server.url,
                "-s",
                &round.text(40).replace('\0', ""),
            ],
            &[
                "--url",
                &server.url,
                &format!("{}.py", round.text(41).replace('\0', "")),
            ],
            &["--url", &round.text(42).replace('\0', "")],
            &["--profile", &round.text(43).replace('\0', "")],
        ] {
            let all = [&limits[..], arguments].concat();
            let mut screen = Screen::sized(&home, &all, 60, 160);
            screen.wait_for("livysh: ");
            screen.wait_for_exit();
            stands(&screen, "livysh: ", []);
        }
    });
}

/// Names of files that others have made.
#[test]
fn no_name_of_a_file_is_obeyed_by_the_terminal() {
    play(|round| {
        let server = server(round);
        let home = Home::new();
        let name = format!("{}.py", round.text(50).replace('\0', "").replace('/', "_"));
        home.write(&name, "error 1\n");
        let mut screen = Screen::sized(&home, &["--url", &server.url, &name], 60, 160);
        screen.wait_for_exit();
        stands(&screen, "F50(", [21, 50]);
    });
}

#[test]
fn no_text_of_a_batch_is_obeyed_by_the_terminal() {
    play(|round| {
        let server = Scripted::start(move |request| {
            let batch = round.session(&round.text(11), &json!(7));
            let path = request.path.split('?').next().unwrap();
            let body = match path.split('/').skip(2).collect::<Vec<_>>()[..] {
                [] => json!({"from": 0, "total": 1, "sessions": [batch]}),
                [_] => batch,
                _ => json!({"from": 0, "total": 2, "log": [round.text(14), round.text(15)]}),
            };
            Answer::json("200 OK", body.to_string())
        });
        let home = Home::new();
        for (command, shown) in [
            (&["batch", "list"][..], 1),
            (&["batch", "show", "7"], 1),
            (&["batch", "log", "7"], 14),
        ] {
            let all = [command, &["--url", &server.url]].concat();
            let mut screen = Screen::sized(&home, &all, 60, 160);
            screen.wait_for_exit();
            stands(&screen, "", [shown]);
        }
    });
}

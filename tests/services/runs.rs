//! The runs from which the matrix takes what it asserts.

use super::dialogue::{ENDLESS, on_screen, say, wait_for, wait_for_prompt};
use super::server::{Answer, Record};
use super::service::Service;
use super::world::{Call, Fault, shown};
use super::{Place, hdinsight, knox};
use crate::support::eventually;
use crate::support::program::Ran;
use livysh::lang::Signature;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// So many calls keep a session, each a fifth of the time after which it would be ended.
const CALLS: usize = 10;
const EVERY: &str = "keepalive = { every = \"200ms\" }";
const IDLE: Duration = Duration::from_secs(1);

/// A day at the prompt: what was asked, and what stood on the screen.
pub struct Day {
    pub records: Vec<Record>,
    pub screen: String,
    /// All that was written to it.
    pub raw: String,
}

impl Day {
    pub fn of(&self, call: Call) -> Vec<&Record> {
        let records = self.records.iter();
        records.filter(|record| record.call == call).collect()
    }

    /// The lines that a command gave, up to the next prompt.
    pub fn behind(&self, command: &str) -> String {
        let prompt = format!(">>> {command}\n");
        let last = self.screen.rsplit(&prompt).next().unwrap_or_default();
        last.split(">>>")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    }
}

/// How the service is called that keeps a session.
pub fn keeping(service: &dyn Service) -> Option<Call> {
    match service.preset() {
        "synapse" | "fabric" => Some(Call::ResetTimeout),
        // Whatever asks for the session.
        "emr-serverless" => Some(Call::Session),
        "lighter" => None,
        _ => Some(Call::Connect),
    }
}

pub fn day(service: &Arc<dyn Service>) -> Day {
    let kept_by = keeping(service.as_ref());
    let settings = match service.preset() {
        "emr-serverless" => "heartbeat = \"1s\"",
        _ => EVERY,
    };
    let place = Place::with(service.clone(), &[settings]);
    if kept_by.is_some_and(|call| call != Call::Session) {
        place.server.world().idle = Some(IDLE);
    }
    let mut screen = on_screen(&place);
    wait_for(&screen, "Spark session available as 'spark'.");
    wait_for_prompt(&screen);
    for line in [
        "x = 20",
        "1 / 0",
        ":completions spark.",
        ":completions spark.",
        ":log",
        ":log",
    ] {
        say(&mut screen, line);
    }
    screen.line(ENDLESS);
    wait_for(&screen, "running 0:0");
    screen.send("\x03");
    wait_for(&screen, "Cancelled.");
    wait_for_prompt(&screen);
    if let Some(call) = kept_by {
        let before = place.server.count(call);
        eventually("the session is kept", || {
            (place.server.count(call) >= before + CALLS).then_some(())
        });
    }
    screen.line(":session");
    wait_for(&screen, "kept alive");
    screen.line("x + 1");
    wait_for(&screen, "\n21\n>>>");
    let text = screen.text();
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0, "{}", screen.text());
    assert!(place.server.world().sessions[0].end.is_some());
    Day {
        records: place.server.records(),
        screen: text,
        raw: String::from_utf8_lossy(&screen.raw()).into_owned(),
    }
}

/// What was told of a start; of nothing else.
pub fn start(service: &Arc<dyn Service>) -> (Ran, usize) {
    let place = Place::new(service.clone());
    let ran = Ran::of(
        place
            .command(&["-l", "python", "-e", "1"])
            .output()
            .unwrap(),
    );
    assert_eq!((ran.out.as_str(), ran.code), ("1\n", 0), "{}", ran.err);
    (ran, place.server.count(Call::Session))
}

/// The kinds of the languages that run; the others are refused in words, before anything is sent.
pub fn languages(service: &Arc<dyn Service>) -> Vec<String> {
    let mut kinds = Vec::new();
    for language in ["scala", "python", "sql", "r"] {
        let place = Place::new(service.clone());
        let ran = Ran::of(
            place
                .command(&["-l", language, "-e", "1"])
                .output()
                .unwrap(),
        );
        let created = place.server.calls(Call::Create);
        let Some(sent) = place.server.calls(Call::Submit).pop() else {
            assert_eq!((created.len(), ran.code), (0, 2), "{language}: {}", ran.err);
            let told = format!("{} does not run {language}", service.preset());
            assert!(ran.err.contains(&told), "{language}: {}", ran.err);
            continue;
        };
        assert_eq!(ran.code, 0, "{language}: {}", ran.err);
        let kind = [sent.request.json(), created[0].request.json()]
            .iter()
            .find_map(|body| body["kind"].as_str().map(str::to_owned));
        kinds.push(kind.unwrap_or_else(|| language.to_owned()));
    }
    kinds
}

/// How a session's end is told that was idle for too long, with nothing that keeps it.
pub fn expiry(service: &Arc<dyn Service>) -> String {
    let place = Place::with(
        service.clone(),
        &["keepalive = { every = \"0s\" }", "visible_after = \"1s\""],
    );
    let mut screen = on_screen(&place);
    wait_for(&screen, "Spark session available as 'spark'.");
    wait_for_prompt(&screen);
    say(&mut screen, "x = 20");
    place.server.world().idle = Some(Duration::ZERO);
    say(&mut screen, "x + 1");
    let text = screen.text();
    screen.send("\x04");
    screen.wait_for_exit();
    text
}

fn busy(status: u16, seconds: u32) -> Answer {
    let told = json!({"code": "TooManyRequests", "message": "Too many requests."});
    Answer::json(status, &told).with("Retry-After", seconds.to_string())
}

/// Fabric's words for a second from now.
fn until() -> Answer {
    let then = SystemTime::now() + Duration::from_secs(1);
    let http = httpdate_of(then);
    let told = format!("Request is blocked by the upstream service until: {http} (UTC)");
    Answer::json(
        429,
        &json!({"errorCode": "RequestBlocked", "message": told}),
    )
}

/// `4/17/2026 12:22:35 PM`
fn httpdate_of(time: SystemTime) -> String {
    let seconds = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let (day, second) = ((seconds / 86_400) as i64, seconds % 86_400);
    // Days since March of the year 0, by whole eras of 400 years.
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = match month {
        0..10 => (month + 3, year + era * 400),
        _ => (month - 9, year + era * 400 + 1),
    };
    let hour = second / 3_600;
    let half = if hour < 12 { "AM" } else { "PM" };
    let (twelfth, minute, second) = ((hour + 11) % 12 + 1, second / 60 % 60, second % 60);
    format!("{month}/{date}/{year} {twelfth}:{minute:02}:{second:02} {half}")
}

/// What each service does to who asks too much, or at a bad time.
fn faults(service: &dyn Service) -> Vec<(Call, &'static str, Fault)> {
    let bad = || hdinsight::page(502, "502.3 - Bad Gateway");
    match service.preset() {
        "hdinsight" => vec![
            (Call::Session, "502", Fault::Instead(bad())),
            (Call::Submit, "502 behind", Fault::Behind(bad())),
            (Call::Statement, "502", Fault::Instead(bad())),
        ],
        "synapse" => vec![
            (Call::Create, "429", Fault::Instead(busy(429, 1))),
            (Call::Session, "429", Fault::Instead(busy(429, 1))),
            (Call::Submit, "429", Fault::Instead(busy(429, 1))),
            (Call::Statement, "429", Fault::Instead(busy(429, 1))),
        ],
        "fabric" => vec![
            (Call::Create, "430", Fault::Instead(busy(430, 1))),
            (Call::Session, "408", Fault::Instead(busy(408, 0))),
            (Call::Submit, "429 until", Fault::Instead(until())),
            (Call::Statement, "408", Fault::Instead(busy(408, 0))),
        ],
        "knox" => vec![
            (Call::Submit, "20 s", Fault::Behind(knox::gave_up())),
            (Call::Delete, "20 s", Fault::Behind(knox::gave_up())),
        ],
        "emr-serverless" => vec![
            (Call::Create, "429", Fault::Instead(busy(429, 0))),
            (Call::Submit, "429", Fault::Instead(busy(429, 0))),
        ],
        _ => Vec::new(),
    }
}

/// A script under all of them: it gives what it would give, and each statement ran once.
pub fn throttled(service: &Arc<dyn Service>) -> String {
    let place = Place::with(
        service.clone(),
        &["settle = \"1s\"", "gateway_patience = \"1s\""],
    );
    let mut told = Vec::new();
    for (call, name, fault) in faults(service.as_ref()) {
        told.push(format!("{call:?} {name}"));
        place.server.world().faults.push((call, fault));
    }
    let arguments = ["-l", "python", "-e", "x = 20", "-e", "print(x + 1)"];
    let ran = Ran::of(place.command(&arguments).output().unwrap());
    assert_eq!((ran.out.as_str(), ran.code), ("21\n", 0), "{}", ran.err);
    let world = place.server.world();
    assert!(world.faults.is_empty());
    assert_eq!(world.sessions.len(), 1);
    assert!(world.sessions[0].end.is_some(), "{}", ran.err);
    let typed = world.sessions[0].executed.iter().filter(|code| {
        let signature = Signature::in_code(code);
        !signature.is_some_and(|signature| signature.is_hidden())
    });
    assert_eq!(typed.count(), 2);
    match told.is_empty() {
        true => too_many(service),
        false => told.join(", "),
    }
}

/// Those without a limiter refuse a session that is one too many: that is told, and not asked again.
fn too_many(service: &Arc<dyn Service>) -> String {
    let words = match service.preset() {
        "lighter" => "Maximum number of running sessions: 5",
        _ => "Rejected, too many sessions are being created!",
    };
    let body = match service.preset() {
        "lighter" => json!({"message": words, "path": "/lighter/api/sessions", "errors": []}),
        _ => json!({ "msg": words }),
    };
    let place = Place::new(service.clone());
    let fault = Fault::Instead(Answer::json(400, &body));
    place.server.world().faults.push((Call::Create, fault));
    let ran = Ran::of(
        place
            .command(&["-l", "python", "-e", "1"])
            .output()
            .unwrap(),
    );
    assert_eq!((ran.out.as_str(), ran.code), ("", 3), "{}", ran.err);
    ran.said(&[words]);
    assert_eq!(place.server.count(Call::Create), 1);
    "Create 400: told".to_owned()
}

/// The answers to the creation and to the statement are lost, and others have sessions, too: the session
/// is found in the list, the statement by its signature.
pub fn lost_creation(service: &Arc<dyn Service>) -> String {
    let place = Place::with(
        service.clone(),
        &["settle = \"1s\"", "gateway_patience = \"1s\""],
    );
    for _ in 0..25 {
        place.server.world().add_other(service.as_ref());
    }
    let lost = Answer::page(504, "<h1>504 Gateway Time-out</h1>");
    for call in [Call::Create, Call::Submit] {
        let fault = Fault::Behind(lost.clone());
        place.server.world().faults.push((call, fault));
    }
    let ran = Ran::of(
        place
            .command(&["-l", "python", "-e", "1 + 1"])
            .output()
            .unwrap(),
    );
    let lists = place.server.calls(Call::Sessions);
    let key = lists.last().map_or_else(String::new, |list| {
        let body: serde_json::Value = serde_json::from_str(&list.answer.body).unwrap();
        let keys = body.as_object().unwrap().iter();
        let mut lists = keys.filter(|(_, value)| value.is_array());
        lists
            .next()
            .map_or_else(String::new, |(key, _)| key.clone())
    });
    assert_eq!((ran.out.as_str(), ran.code), ("2\n", 0), "{}", ran.err);
    let world = place.server.world();
    assert_eq!(world.sessions.len(), 26, "{}", ran.err);
    assert_eq!(world.sessions[25].executed.len(), 1, "{}", ran.err);
    key
}

/// A batch that is waited for; where there are none, that is told and nothing is sent.
pub fn batch(service: &Arc<dyn Service>) -> String {
    let place = Place::new(service.clone());
    let submit = ["batch", "submit", "--wait", "abfs://c@a/job.py"];
    let ran = Ran::of(place.plain_command(&submit).output().unwrap());
    let records = place.server.records();
    if records.is_empty() {
        ran.said(&[&format!("{} has no batches", service.preset())]);
        assert_ne!(ran.code, 0);
        return "-".to_owned();
    }
    assert_eq!(ran.code, 0, "{}", ran.err);
    let listed = Ran::of(place.plain_command(&["batch", "list"]).output().unwrap());
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert!(listed.out.contains("success"), "{}", listed.out);
    let id = shown(&place.server.world().batches[0].id);
    let log = Ran::of(
        place
            .plain_command(&["batch", "log", &id])
            .output()
            .unwrap(),
    );
    let log = match log.code {
        0 => {
            let all = "line 1 of the batch\nline 2 of the batch\n";
            assert!(log.out.starts_with(all), "{log:?}");
            "with its log"
        }
        _ => {
            log.said(&["has no log of batches"]);
            "without a log"
        }
    };
    let created = place.server.calls(Call::CreateBatch);
    assert_eq!(created.len(), 1);
    format!("{}, {log}", created[0].answer.status)
}

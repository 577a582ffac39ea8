//! What services have and have not, a row for each capability and a column for each preset; each cell
//! is asserted from what livysh asked and showed. It is printed, and stands in
//! `target/tmp/services-matrix.txt`.

use super::runs::{self, Day};
use super::server::{Record, Request};
use super::service::Service;
use super::world::Call;
use super::{all, named};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// In the order of `all()`.
const ROWS: [(&str, [&str; 7]); 26] = [
    (
        "path prefix",
        [
            "none",
            "/livy",
            "/livyApi/versions/V/sparkPools/P",
            "/v1/workspaces/W/lakehouses/L/livyApi/versions/V",
            "/gateway/T/livy",
            "none",
            "/lighter/api",
        ],
    ),
    ("query", ["-", "-", "detailed=true", "-", "-", "-", "-"]),
    (
        "auth",
        [
            "none",
            "Basic",
            "Bearer",
            "Bearer",
            "Basic",
            "AWS4-HMAC-SHA256",
            "none",
        ],
    ),
    (
        "CSRF headers",
        [
            "X-Requested-By",
            "X-Requested-By",
            "X-Requested-By",
            "X-Requested-By",
            "X-Requested-By X-XSRF-Header",
            "X-Requested-By",
            "X-Requested-By",
        ],
    ),
    (
        "create code",
        ["201", "201", "200", "202", "201", "201", "201"],
    ),
    (
        "session id",
        ["int", "int", "int", "GUID", "int", "int", "GUID"],
    ),
    (
        "statement id",
        ["int", "int", "int", "int", "int", "int", "GUID"],
    ),
    (
        "Location",
        [
            "/sessions/0",
            "/0",
            "absent",
            "absent",
            "/sessions/0",
            "/sessions/0",
            "absent",
        ],
    ),
    (
        "create fields",
        [
            "kind name",
            "kind name",
            "name",
            "name",
            "kind name",
            "conf heartbeatTimeoutInSecond kind name",
            "name",
        ],
    ),
    (
        "kind",
        [
            "session",
            "session",
            "statement",
            "statement",
            "session",
            "session",
            "nowhere",
        ],
    ),
    (
        "statement code",
        ["201", "201", "200", "200", "201", "201", "201"],
    ),
    (
        "languages",
        [
            "spark pyspark sql sparkr",
            "spark pyspark sql sparkr",
            "spark pyspark sql",
            "spark pyspark sql sparkr",
            "spark pyspark sql sparkr",
            "spark pyspark sql",
            "python",
        ],
    ),
    (
        "failed statement",
        [
            "available",
            "available",
            "error",
            "Error",
            "available",
            "available",
            "error",
        ],
    ),
    ("progress", ["50 %", "50 %", "-", "-", "50 %", "50 %", "-"]),
    (
        "completion",
        ["2 asked", "2 asked", "-", "-", "2 asked", "-", "-"],
    ),
    ("cancel", ["200", "200", "200", "200", "200", "200", "201"]),
    (
        "session log",
        ["2 asked", "2 asked", "-", "-", "2 asked", "-", "2 asked"],
    ),
    (
        "start phases",
        [
            "starting",
            "starting",
            "queued in the pool > preparing > getting nodes > starting Spark",
            "queued > packaging libraries > getting nodes > submitting > starting Spark",
            "starting",
            "starting",
            "not_started > starting",
        ],
    ),
    (
        "keep-alive",
        [
            "POST connect",
            "POST connect",
            "PUT reset-timeout",
            "POST reset-timeout",
            "POST connect",
            "GET session",
            "-",
        ],
    ),
    (
        "idle",
        [
            "gone",
            "gone",
            "dead: The session was idle for too long.",
            "gone",
            "gone",
            "gone",
            "gone",
        ],
    ),
    (
        "DELETE",
        [
            "200 msg",
            "200 msg",
            "200 empty",
            "200 empty",
            "200 msg",
            "200 msg",
            "200 empty",
        ],
    ),
    (
        "throttling",
        [
            "Create 400: told",
            "Session 502, Submit 502 behind, Statement 502",
            "Create 429, Session 429, Submit 429, Statement 429",
            "Create 430, Session 408, Submit 429 until, Statement 408",
            "Submit 20 s, Delete 20 s",
            "Create 429, Submit 429",
            "Create 400: told",
        ],
    ),
    ("big output", ["-", "-", "-", "from size", "-", "-", "-"]),
    (
        "list key",
        [
            "sessions", "sessions", "sessions", "items", "sessions", "sessions", "sessions",
        ],
    ),
    (
        "batches",
        [
            "201, with its log",
            "201, with its log",
            "200, without a log",
            "202, without a log",
            "201, with its log",
            "-",
            "200, with its log",
        ],
    ),
    ("looks until ready", ["4", "4", "6", "7", "4", "4", "4"]),
];

/// What is seen of a column, by its row.
fn seen(service: &Arc<dyn Service>) -> BTreeMap<&'static str, String> {
    let mut seen = BTreeMap::new();
    let day = runs::day(service);
    let created = day.of(Call::Create)[0];
    let submitted = day.of(Call::Submit);
    seen.insert("path prefix", prefix(service.as_ref(), &day));
    seen.insert("query", query(&day));
    seen.insert("auth", auth(&day));
    seen.insert("CSRF headers", csrf_headers(&day));
    seen.insert("create code", created.answer.status.to_string());
    seen.insert("session id", id_in(&day, Call::Session, 1));
    seen.insert("statement id", id_in(&day, Call::Statement, 3));
    seen.insert("Location", location(created));
    seen.insert("create fields", fields(&created.request));
    seen.insert("kind", kind(created, &submitted));
    seen.insert("statement code", submitted[0].answer.status.to_string());
    seen.insert("languages", runs::languages(service).join(" "));
    seen.insert("failed statement", failed(&day));
    seen.insert("progress", progress(&day));
    seen.insert("completion", completion(&day));
    seen.insert("cancel", day.of(Call::Cancel)[0].answer.status.to_string());
    seen.insert("session log", log(service.as_ref(), &day));
    let (ran, looks) = runs::start(service);
    seen.insert("start phases", phases(&ran.err));
    seen.insert("looks until ready", looks.to_string());
    seen.insert("keep-alive", keep_alive(service.as_ref(), &day));
    seen.insert("idle", idle(&runs::expiry(service)));
    seen.insert("DELETE", deleted(&day));
    seen.insert("throttling", runs::throttled(service));
    seen.insert("big output", parts(&day));
    seen.insert("list key", runs::lost_creation(service));
    seen.insert("batches", runs::batch(service));
    seen
}

/// All requests stand below it.
fn prefix(service: &dyn Service, day: &Day) -> String {
    for record in &day.records {
        let below = record.request.path.strip_prefix(service.prefix());
        assert!(
            below.is_some_and(|path| path.starts_with('/')),
            "{record:?}"
        );
    }
    let created = &day.of(Call::Create)[0].request.path;
    let path = created.strip_suffix("/sessions").unwrap();
    let mut last = "";
    let words = path.split('/').map(|word| {
        let shown = match last {
            "versions" => "V",
            "sparkPools" => "P",
            "workspaces" => "W",
            "lakehouses" => "L",
            "gateway" => "T",
            _ => word,
        };
        last = word;
        shown
    });
    let shown = words.collect::<Vec<_>>().join("/");
    if shown.is_empty() {
        "none".to_owned()
    } else {
        shown
    }
}

/// What all requests have.
fn query(day: &Day) -> String {
    let first = day.records[0].request.query.iter();
    let common = first.filter(|pair| {
        let mut all = day.records.iter();
        all.all(|record| record.request.query.contains(pair))
    });
    let shown: Vec<String> = common
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    match shown.is_empty() {
        true => "-".to_owned(),
        false => shown.join(" "),
    }
}

/// The same for all requests.
fn auth(day: &Day) -> String {
    let scheme = |record: &Record| {
        let value = record.request.header("Authorization");
        let word = value.and_then(|value| value.split(' ').next());
        word.unwrap_or("none").to_owned()
    };
    let mut all: Vec<String> = day.records.iter().map(scheme).collect();
    all.dedup();
    all.join(" ")
}

/// Those of all changes.
fn csrf_headers(day: &Day) -> String {
    let changes = || day.records.iter().filter(|one| one.request.is_change());
    let names = ["X-Requested-By", "X-XSRF-Header"].into_iter();
    let sent = names.filter(|name| changes().all(|one| one.request.header(name).is_some()));
    sent.collect::<Vec<_>>().join(" ")
}

fn id_in(day: &Day, call: Call, place: usize) -> String {
    let path = &day.of(call)[0].request.path;
    let from = path.rfind("/sessions/").unwrap() + 1;
    let id = path[from..].split('/').nth(place).unwrap();
    let is_number = id.chars().all(|c| c.is_ascii_digit());
    assert!(is_number || id.len() == 36, "{id}");
    if is_number { "int" } else { "GUID" }.to_owned()
}

fn location(created: &Record) -> String {
    let mut headers = created.answer.headers.iter();
    let found = headers.find(|(name, _)| *name == "Location");
    found.map_or("absent", |(_, value)| value).to_owned()
}

fn fields(request: &Request) -> String {
    let body = request.json();
    let names: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.join(" ")
}

fn kind(created: &Record, submitted: &[&Record]) -> String {
    let is_told = |record: &Record| record.request.json()["kind"] == "pyspark";
    let places = [is_told(created), submitted.iter().all(|one| is_told(one))];
    match places {
        [true, false] => "session",
        [false, true] => "statement",
        [true, true] => "both",
        [false, false] => "nowhere",
    }
    .to_owned()
}

fn body(record: &Record) -> Value {
    serde_json::from_str(&record.answer.body).unwrap_or(Value::Null)
}

/// It is shown as one that has failed.
fn failed(day: &Day) -> String {
    let told = day.behind("1 / 0");
    assert!(
        told.ends_with("ZeroDivisionError: division by zero"),
        "{told}"
    );
    let mut answers = day.of(Call::Statement).into_iter().map(body);
    let failed = answers.find(|one| one["output"]["status"] == "error");
    failed.unwrap()["state"].as_str().unwrap().to_owned()
}

/// Of the statement that was cancelled: what was last shown of it.
fn progress(day: &Day) -> String {
    let mut answers = day.of(Call::Statement).into_iter().map(body);
    match answers.any(|one| one["progress"].is_number()) {
        true => {
            assert!(day.raw.contains("50 %"));
            "50 %"
        }
        false => {
            assert!(!day.raw.contains(" %"));
            "-"
        }
    }
    .to_owned()
}

/// How a part of an output is asked for.
fn parts(day: &Day) -> String {
    let looks = day.of(Call::Statement);
    let names = ["from", "size"].into_iter();
    let asked = names.filter(|name| looks.iter().any(|one| one.request.query(name).is_some()));
    match asked.collect::<Vec<_>>().join(" ") {
        none if none.is_empty() => "-".to_owned(),
        names => names,
    }
}

/// Either the answers are shown, or it is said that there are none, and nothing was asked.
fn completion(day: &Day) -> String {
    let told = day.behind(":completions spark.");
    let asked = day.of(Call::Complete).len();
    match asked {
        0 => assert_eq!(told, "This server completes no code."),
        _ => assert_eq!(told, "[completions] spark.range\n[completions] spark.read"),
    }
    count(asked)
}

fn log(service: &dyn Service, day: &Day) -> String {
    let told = day.behind(":log");
    let asked = day.of(Call::Log).len();
    match (asked, service.preset()) {
        // The session itself holds the last lines.
        (0, "emr-serverless") => assert!(told.contains("step 3 of the start"), "{told}"),
        (0, preset) => assert_eq!(told, format!("{preset} has no log of sessions")),
        (_, "lighter") => assert_eq!(told, "a line\nanother line"),
        (_, _) => assert!(told.contains("INFO Client: step 3 of the start"), "{told}"),
    }
    count(asked)
}

fn count(asked: usize) -> String {
    match asked {
        0 => "-".to_owned(),
        asked => format!("{asked} asked"),
    }
}

/// The steps that were told, without repetition.
fn phases(said: &str) -> String {
    let lines = said.lines().filter_map(|line| {
        let (_, rest) = line.strip_prefix("session ")?.split_once(" is ")?;
        Some(rest)
    });
    let steps = lines.filter(|line| !line.starts_with("idle")).map(|line| {
        let state = line.split(", ").next().unwrap_or_default();
        let state = state.split(':').next_back().unwrap_or_default();
        state.trim()
    });
    let mut steps: Vec<&str> = steps.collect();
    steps.dedup();
    steps.join(" > ")
}

fn keep_alive(service: &dyn Service, day: &Day) -> String {
    let called = match runs::keeping(service) {
        Some(Call::Session) => "GET session".to_owned(),
        Some(call) => {
            let request = &day.of(call)[0].request;
            let route = request.path.rsplit('/').next().unwrap();
            format!("{} {route}", request.method)
        }
        None => "-".to_owned(),
    };
    if called == "-" {
        let told = "not kept alive: this server has no call for it";
        assert!(day.screen.contains(told), "{}", day.screen);
    }
    called
}

/// How it is told, without what differs.
fn idle(screen: &str) -> String {
    if screen.contains(" is gone: it was deleted, or it was idle for too long") {
        return "gone".to_owned();
    }
    let reason = "The session was idle for too long.";
    assert!(screen.contains(reason), "{screen}");
    format!("dead: {reason}")
}

fn deleted(day: &Day) -> String {
    let answers = day.of(Call::Delete);
    assert_eq!(answers.len(), 1);
    let answer = &answers[0].answer;
    let what = if answer.body.is_empty() {
        "empty"
    } else {
        "msg"
    };
    format!("{} {what}", answer.status)
}

static TABLE: Mutex<BTreeMap<usize, BTreeMap<&'static str, String>>> = Mutex::new(BTreeMap::new());

fn column_holds(name: &str) {
    let service = named(name);
    let column = all()
        .iter()
        .position(|one| one.preset() == service.preset())
        .unwrap();
    let seen = seen(&service);
    note(column, &seen);
    let wrong: Vec<String> = ROWS
        .iter()
        .filter(|(row, cells)| seen[row] != cells[column])
        .map(|(row, cells)| format!("{row}: “{}”, not “{}”", seen[row], cells[column]))
        .collect();
    assert_eq!(seen.len(), ROWS.len());
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

/// A block for each row: cells are too long to stand beside each other.
fn note(column: usize, seen: &BTreeMap<&'static str, String>) {
    let mut table = TABLE.lock().unwrap();
    table.insert(column, seen.clone());
    let names: Vec<&str> = all().iter().map(|one| one.preset()).collect();
    let mut text = String::new();
    for (row, cells) in ROWS {
        writeln!(text, "{row}").unwrap();
        for (column, seen) in table.iter() {
            let mark = if seen[row] == cells[*column] {
                ""
            } else {
                "WRONG "
            };
            writeln!(text, "  {:15} {mark}{}", names[*column], seen[row]).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("services-matrix.txt");
    std::fs::write(path, &text).unwrap();
}

macro_rules! columns {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            column_holds(stringify!($name));
        }
    )*};
}

columns!(
    livy,
    hdinsight,
    synapse,
    fabric,
    knox,
    emr_serverless,
    lighter
);

//! The one normalisation of the replays: what no two runs have in common is made the same on both
//! sides. Times, ports, paths, host names, the numbers of results, jobs, stages and expressions,
//! progress, lines of session logs, and everything from the first line of a JVM stack on.

use serde_json::{Map, Value, json};

/// Both bodies, made comparable.
pub(super) fn pair(asked: &str, expected: &Value, got: &Value) -> (Value, Value) {
    if asked.starts_with("GET /version") {
        return (version(expected), version(got));
    }
    let (before, after) = (expected, got);
    let (mut expected, mut got) = (value(expected), value(got));
    // So many lines of a log as were asked for; what they say differs from run to run.
    if asked.contains("/log?size=") {
        let lines = |value: &Value| value["log"].as_array().map(Vec::len);
        return (json!(lines(before)), json!(lines(after)));
    }
    // Whether a batch runs when it is answered is a matter of time.
    if asked.starts_with("POST /batches") && expected.get("state").is_some() {
        expected["state"] = "in time".into();
        got["state"] = "in time".into();
    }
    // A look at a statement that is not over, on either side.
    let unfinished = |value: &Value| {
        let state = value["state"].as_str().unwrap_or("");
        value.get("code").is_some() && matches!(state, "waiting" | "running")
    };
    if unfinished(&expected) {
        for value in [&mut expected, &mut got] {
            for key in ["state", "output", "started", "completed"] {
                value[key] = "in time".into();
            }
        }
    }
    let list = |value: &mut Value| {
        value
            .get_mut("statements")?
            .as_array_mut()
            .map(std::mem::take)
    };
    if let (Some(mut some), Some(mut other)) = (list(&mut expected), list(&mut got)) {
        for (one, other) in some.iter_mut().zip(other.iter_mut()) {
            if unfinished(one) {
                *one = json!({"id": one["id"], "code": one["code"]});
                *other = json!({"id": other["id"], "code": other["code"]});
            }
        }
        expected["statements"] = some.into();
        got["statements"] = other.into();
    }
    // Any name at all may stand there: those that Spark itself brings must be among them.
    if let (Some(some), Some(other)) = (
        expected["candidates"].as_array(),
        got["candidates"].as_array(),
    ) && some.len() > 500
    {
        let from_spark = |names: &Vec<Value>| {
            ["sc", "spark", "sql", "println", "List", "Array"]
                .iter()
                .all(|name| names.contains(&(*name).into()))
        };
        let many =
            |names: &Vec<Value>| json!({"many": names.len() > 800, "spark": from_spark(names)});
        return (many(some), many(other));
    }
    (expected, got)
}

fn version(value: &Value) -> Value {
    let keys = value
        .as_object()
        .map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    let begins = value["version"]
        .as_str()
        .is_some_and(|text| text.starts_with("0.9.0-"));
    json!({"keys": keys, "is 0.9": begins})
}

fn value(value: &Value) -> Value {
    match value {
        Value::Object(fields) => object(fields),
        Value::Array(items) => Value::Array(items.iter().map(self::value).collect()),
        Value::String(text) => Value::String(string(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn object(fields: &Map<String, Value>) -> Value {
    // Ids of statements stay: their order is fixed.
    let is_session = !fields.contains_key("code") && fields.contains_key("id");
    let is_log = fields.contains_key("log") && fields.contains_key("total");
    // When Livy notes the end of one that was cancelled before it ran is a matter of time.
    let never_ran = fields.get("state") == Some(&"cancelled".into())
        && fields.get("output") == Some(&Value::Null);
    let fields = fields.iter().map(|(key, item)| {
        let item = match (key.as_str(), item) {
            ("completed", _) if never_ran => json!("in time"),
            ("started" | "completed", Value::Number(time)) => json!(time.as_u64() != Some(0)),
            ("id", Value::Number(_)) if is_session => json!("session"),
            ("progress", Value::Number(_)) => json!("progress"),
            ("log", Value::Array(_)) => json!("log"),
            // Counts of lines; what was asked for stays as it is.
            ("total", Value::Number(_)) if is_log => json!("lines"),
            ("from", Value::Number(from)) if is_log && from.as_i64() != Some(99999) => {
                json!("line")
            }
            ("traceback", Value::Array(lines)) => traceback(lines),
            _ => value(item),
        };
        (key.clone(), item)
    });
    Value::Object(fields.collect())
}

/// Up to the first line of a JVM stack.
fn traceback(lines: &[Value]) -> Value {
    let until = lines
        .iter()
        .position(|line| line.as_str().is_some_and(is_jvm_frame));
    let lines = &lines[..until.unwrap_or(lines.len())];
    // What Livy's own shell does while it compiles is shown with its source.
    let quotes_livy = |line: &Value| {
        line.as_str()
            .is_some_and(|line| line.contains("compile(") && line.contains("<stdin>"))
    };
    lines
        .iter()
        .filter(|line| !quotes_livy(line))
        .map(value)
        .collect()
}

fn is_jvm_frame(line: &str) -> bool {
    let line = line.trim();
    let elided = line.starts_with("... ") && line.ends_with(" elided");
    // Not the place in a body, ` at [Source: …]`, which is compared.
    let frame = line.starts_with("at ") && !line.starts_with("at [");
    if elided || frame {
        return true;
    }
    // `package.Class.method(File.scala:12)`
    line.ends_with(')')
        && line.split_once('(').is_some_and(|(before, inside)| {
            before.contains('.')
                && !before.contains(' ')
                && (inside.contains(".scala:")
                    || inside.contains(".java:")
                    || inside == "Unknown Source)"
                    || inside == "Native Method)")
        })
}

/// A header or text with its host and port made the same.
pub(super) fn location(text: &str) -> String {
    let room = text
        .strip_prefix("/sessions/")
        .or_else(|| text.strip_prefix("/batches/"));
    if let Some(rest) = room {
        let id = rest.split('/').next().unwrap_or("");
        let room = &text[..text.len() - rest.len()];
        return format!("{room}id{}", &rest[id.len()..]);
    }
    match text
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
    {
        Some((_, path)) => format!("http://host/{path}"),
        None => text.to_owned(),
    }
}

fn string(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        if is_jvm_frame(line) {
            break;
        }
        lines.push(line);
    }
    let text = lines.join("\n");
    if let Some(position) = text.find("Interpreter died:\n") {
        return text[..position + "Interpreter died:\n".len()].to_owned();
    }
    let text = numbered(
        &text,
        "res",
        |before| !before.is_some_and(char::is_alphanumeric),
        ":",
    );
    let mut text = numbered(&text, "#", |_| true, "");
    for word in ["for session ", "Session '"] {
        text = numbered(&text, word, |_| true, "");
    }
    for word in ["Job ", "Task ", "stage ", "TID ", "task ", "job group "] {
        text = numbered(&text, word, |_| true, "");
    }
    text = hashed(&text, '@');
    // A library's lines move with its version.
    text = numbered(&paths(&text), "\"PATH\", line ", |_| true, "");
    hosts(&text)
}

/// The number after each `word` made the same, where `fits` the character before it.
fn numbered(text: &str, word: &str, fits: impl Fn(Option<char>) -> bool, after: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(position) = rest.find(word) {
        let (before, found) = rest.split_at(position + word.len());
        normal.push_str(before);
        let previous = rest[..position].chars().next_back();
        let digits: usize = found
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let digits = found[..digits].trim_end_matches('.').len();
        if digits > 0 && fits(previous) && found[digits..].starts_with(after) {
            normal.push('#');
            rest = &found[digits..];
        } else {
            rest = found;
        }
    }
    normal + rest
}

/// Object hashes, `P@7c4b5476`.
fn hashed(text: &str, mark: char) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(position) = rest.find(mark) {
        let (before, found) = rest.split_at(position + mark.len_utf8());
        normal.push_str(before);
        let digits = found.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits >= 5 {
            normal.push('#');
        }
        rest = if digits >= 5 { &found[digits..] } else { found };
    }
    normal + rest
}

/// Absolute paths of a home, a temporary or a working folder.
fn paths(text: &str) -> String {
    let mut normal = String::new();
    let mut rest = text;
    let home = std::env::var("HOME").unwrap_or_default();
    // A home that is the root would be in every path.
    let home = home.strip_suffix('/').unwrap_or(&home);
    let mut starts = vec!["/home/", "/tmp/", "/usr/", "/opt/"];
    starts.extend([home, env!("CARGO_MANIFEST_DIR")]);
    starts.retain(|start| !start.is_empty());
    loop {
        let Some(position) = starts.iter().filter_map(|start| rest.find(start)).min() else {
            return normal + rest;
        };
        normal.push_str(&rest[..position]);
        normal.push_str("PATH");
        let path = &rest[position..];
        let end = path
            .find(|c: char| !(c.is_alphanumeric() || "/._-".contains(c)))
            .unwrap_or(path.len());
        rest = &path[end..];
    }
}

/// `(localhost executor driver)`, `127.0.0.1:4040`.
fn hosts(text: &str) -> String {
    let text = text
        .replace("127.0.0.1", "HOST")
        // The recording machine's name was replaced inside this word too.
        .replace("._jlocalhost.", "._jvm.")
        .replace("localhost", "HOST");
    let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    // The name alone, not where it is part of a word.
    text.replace(&format!("({} executor", own.trim()), "(HOST executor")
}

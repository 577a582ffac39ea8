//! Who may import whom. Every `crate::…` path in the sources is an edge between rooms; any edge that
//! is not listed here fails, as does a crate outside its home.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A room and the rooms it may use.
const MAY_USE: [(&str, &[&str]); 25] = [
    ("lang", &[]),
    ("help", &[]),
    ("livy", &[]),
    ("auth", &["livy"]),
    ("delivery", &["livy"]),
    ("engine", &["lang", "livy", "delivery"]),
    ("render", &["lang", "livy"]),
    ("term", &["lang", "render"]),
    ("config", &["lang", "livy", "auth"]),
    ("local", &[]),
    (
        "shell",
        &[
            "lang", "livy", "auth", "engine", "render", "term", "config", "local", "exit",
        ],
    ),
    (
        "commands",
        &["shell", "engine", "lang", "livy", "render", "term", "exit"],
    ),
    (
        "repl",
        &[
            "commands", "shell", "engine", "lang", "render", "term", "config", "exit",
        ],
    ),
    (
        "script",
        &[
            "commands", "shell", "engine", "lang", "render", "term", "config", "exit",
        ],
    ),
    (
        "remote",
        &["livy", "delivery", "render", "term", "shell", "exit"],
    ),
    (
        "sessions",
        &[
            "livy", "delivery", "engine", "remote", "render", "shell", "exit",
        ],
    ),
    (
        "batch",
        &["livy", "delivery", "remote", "render", "shell", "exit"],
    ),
    (
        "doctor",
        &[
            "auth", "config", "delivery", "livy", "local", "remote", "render", "shell", "term",
            "exit",
        ],
    ),
    (
        "configure",
        &["config", "livy", "render", "term", "shell", "exit"],
    ),
    ("serve", &["local", "shell", "render", "term", "exit"]),
    ("exit", &["config", "engine", "livy"]),
    ("cli", &["config", "lang", "render"]),
    ("plan", &["*"]),
    ("lib", &["*"]),
    ("main", &["*"]),
];

/// A crate and the files or folders that may name it.
const HOMES: [(&str, &[&str]); 24] = [
    ("rustyline", &["repl/editor/"]),
    ("memchr", &["repl/history/"]),
    ("crossterm", &["term/"]),
    ("rustix", &["term/input.rs"]),
    ("syntect", &["term/"]),
    ("reqwest", &["livy/http/"]),
    ("axum", &["local/server/"]),
    ("tower_http", &["local/server/"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/generate.rs"]),
    ("clap_mangen", &["cli/generate.rs"]),
    ("toml", &["config/"]),
    ("toml_edit", &["config/edit.rs"]),
    ("flate2", &["commands/transfer/"]),
    ("aws_sigv4", &["auth/sigv4.rs"]),
    ("aws_credential_types", &["auth/sigv4.rs"]),
    ("libloading", &["auth/kerberos/gss.rs"]),
    ("hyper_util", &["doctor/proxy.rs"]),
    ("tower_service", &["doctor/proxy.rs"]),
    ("tokio_rustls", &["doctor/tls.rs"]),
    ("rustls_platform_verifier", &["doctor/verifier.rs"]),
    ("x509_cert", &["doctor/certificate.rs"]),
    ("csv", &["commands/transfer/records.rs"]),
    ("png", &["term/image/blocks.rs"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, found),
                false if path.extension().is_some_and(|e| e == "rs") => found.push(path),
                false => {}
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&root).unwrap().to_owned(), text)
        })
        .collect()
}

fn room(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str();
    first.to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The names after `prefix`, also those in braces: `crate::{a, b::c}`.
fn names_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (position, _) in text.match_indices(prefix) {
        let rest = &text[position + prefix.len()..];
        let word = |text: &str| -> String {
            let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
            text.trim_start().chars().take_while(is_word).collect()
        };
        match rest.strip_prefix('{') {
            None => {
                names.insert(word(rest));
            }
            Some(list) => {
                let (mut depth, mut start) = (0, 0);
                for (index, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth > 0 => depth -= 1,
                        ',' | '}' if depth == 0 => {
                            names.insert(word(&list[start..index]));
                            start = index + 1;
                            if c == '}' {
                                break;
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names.remove("");
    names
}

/// Code without its comments.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        let (_, allowed) = MAY_USE
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("the room {room} is not in the table"));
        if allowed.contains(&"*") {
            continue;
        }
        for used in names_after(&code(&text), "crate::") {
            if used != room && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
        // A path that climbs out of its room would go unseen.
        let depth = path.components().count() - usize::from(path.ends_with("mod.rs"));
        let climbs = "super::".repeat(depth.max(1));
        let code = code(&text);
        let before_tests = code.split("mod tests").next().unwrap();
        if depth > 0 && before_tests.contains(&climbs) {
            wrong.push(format!("{} climbs out of its room", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn crates_stay_in_their_homes() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (name, homes) in HOMES {
            let at_home = homes
                .iter()
                .any(|home| path.to_str().unwrap().starts_with(home));
            if !at_home && code(&text).contains(&format!("{name}::")) {
                wrong.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn braces_and_paths_are_both_seen() {
    let names = names_after("use crate::{a::b, c::{d, e}, f}; crate::g::h()", "crate::");
    let expected = ["a", "c", "f", "g"].map(str::to_owned);
    assert_eq!(names, expected.into());
}

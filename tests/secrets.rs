//! A secret in every place where one can be given, and where it must not be found again: in what is
//! printed, in files, in what other users see of processes, in the environment of code that is run.

use crate::support::http;
use crate::support::processes::{processes_around, processes_with, send};
use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Request, Scripted};
use crate::support::serving::Serving;
use crate::support::{eventually, within};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

const SECRET: &str = "s3cr3t-4f9a1c77";
/// `alice:` and the secret, in base64.
const PAIR: &str = "YWxpY2U6czNjcjN0LTRmOWExYzc3";

/// A way to give a secret.
struct Way {
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    /// The end of the URL.
    query: &'static str,
    profile: &'static str,
    /// What the server is to see of it, in a request's line, head or body.
    sent: &'static str,
}

const PLAIN: Way = Way {
    name: "",
    variables: &[],
    arguments: &[],
    query: "",
    profile: "",
    sent: SECRET,
};

const WAYS: [Way; 16] = [
    Way {
        name: "a token in the environment",
        variables: &[("LIVYSH_TOKEN", SECRET)],
        arguments: &["--auth", "bearer"],
        sent: "Bearer s3cr3t-4f9a1c77",
        ..PLAIN
    },
    Way {
        name: "a password in the environment",
        variables: &[("LIVYSH_PASSWORD", SECRET)],
        arguments: &["--user", "alice"],
        sent: PAIR,
        ..PLAIN
    },
    Way {
        name: "a profile's token",
        variables: &[("OWN_TOKEN", SECRET)],
        profile: "auth = { type = \"bearer\", token_env = \"OWN_TOKEN\" }",
        ..PLAIN
    },
    Way {
        name: "a profile's password",
        variables: &[("OWN_PASSWORD", SECRET)],
        profile: "auth = { type = \"basic\", user = \"alice\", password_env = \"OWN_PASSWORD\" }",
        sent: PAIR,
        ..PLAIN
    },
    Way {
        name: "a profile's file",
        profile: "auth = { type = \"bearer\", token_file = \"key\" }",
        sent: "Bearer s3cr3t-4f9a1c77",
        ..PLAIN
    },
    Way {
        name: "a program",
        profile: "auth = { type = \"bearer\", command = [\"cat\", \"key\"] }",
        sent: "Bearer s3cr3t-4f9a1c77",
        ..PLAIN
    },
    Way {
        name: "a program that prints a password, and says it too",
        profile: "auth = { user = \"alice\", password_command = [\"sh\", \"-c\", \"cat key; cat key >&2\"] }",
        sent: PAIR,
        ..PLAIN
    },
    Way {
        name: "a header of another name",
        variables: &[("OWN_KEY", SECRET)],
        profile: "auth = { type = \"header\", header = \"X-Key\", value_env = \"OWN_KEY\" }",
        ..PLAIN
    },
    Way {
        name: "a token of AWS",
        variables: &[
            ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "never-sent"),
            ("AWS_SESSION_TOKEN", SECRET),
        ],
        profile: "auth = { type = \"sigv4\", region = \"eu-west-1\" }",
        ..PLAIN
    },
    Way {
        name: "a key of AWS, which a program prints and says too",
        profile: "auth = { type = \"sigv4\", region = \"eu-west-1\", command = [\"sh\", \"-c\", \"echo '{\\\"AccessKeyId\\\":\\\"ASIAEXAMPLE\\\",\\\"SecretAccessKey\\\":\\\"'$(cat key)'\\\"}'; cat key >&2\"] }",
        sent: "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/",
        ..PLAIN
    },
    Way {
        name: "a header of every request",
        profile: "headers = { X-Key = \"s3cr3t-4f9a1c77\" }",
        ..PLAIN
    },
    Way {
        name: "a query of every request",
        profile: "query = { key = \"s3cr3t-4f9a1c77\" }",
        ..PLAIN
    },
    Way {
        name: "a setting from the environment",
        variables: &[("OWN_KEY", SECRET)],
        arguments: &["--conf", "spark.own=env:OWN_KEY"],
        ..PLAIN
    },
    Way {
        name: "a setting from a file",
        arguments: &["--conf", "spark.own=@key"],
        ..PLAIN
    },
    Way {
        name: "a setting whose name tells it",
        arguments: &["--conf", "spark.own.password=s3cr3t-4f9a1c77"],
        ..PLAIN
    },
    Way {
        name: "the query of the URL",
        query: "?key=s3cr3t-4f9a1c77",
        ..PLAIN
    },
];

impl Way {
    fn is_credential(&self) -> bool {
        !self.arguments.contains(&"--conf") && self.query.is_empty()
    }

    /// Whether the user has shown it to everyone by themselves.
    fn is_on_the_command_line(&self) -> bool {
        self.query.contains(SECRET) || self.arguments.iter().any(|one| one.contains(SECRET))
    }

    fn home(&self, url: &str) -> Home {
        let home = Home::new();
        let folder = home.path().join("config/livysh");
        std::fs::create_dir_all(&folder).unwrap();
        let profile = format!(
            "[profiles.p]\nurl = \"{url}{}\"\nsettle = \"50ms\"\n{}\n",
            self.query, self.profile
        );
        std::fs::write(folder.join("config.toml"), profile).unwrap();
        let key = home.write("key", &format!("{SECRET}\n"));
        std::fs::set_permissions(key, Permissions::from_mode(0o600)).unwrap();
        home
    }

    fn run(&self, home: &Home, arguments: &[&str]) -> Ran {
        let all = [
            &["-p", "p", "-l", "python", "--retry-for", "1s", "-v"],
            self.arguments,
            arguments,
        ];
        let mut command = home.command(&all.concat());
        command.envs(self.variables.iter().copied());
        Ran::of(command.output().unwrap())
    }
}

/// One session, whose statements are done at once.
fn session(request: &Request) -> Answer {
    let path = request.path.split('?').next().unwrap();
    let path = path.trim_start_matches("http://livy.example");
    let statement = json!({"id": 0, "state": "available",
        "output": {"status": "ok", "execution_count": 0, "data": {"text/plain": "42"}}});
    let one = json!({"id": 0, "name": "one", "state": "idle", "kind": "pyspark"});
    let body = match path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()[..]
    {
        [_] | [_, _] => one,
        _ => statement,
    };
    Answer::json("200 OK", body.to_string())
}

/// All of a request as it came, as some servers repeat it.
fn whole(request: &Request) -> String {
    format!(
        "{} {}\n{}\n{}",
        request.method, request.path, request.head, request.body
    )
}

pub fn files_below(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => files_below(&entry.path(), found),
            false => {
                let bytes = std::fs::read(entry.path()).unwrap();
                found.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[track_caller]
fn holds_none(what: &str, text: &str) {
    for secret in [SECRET, PAIR] {
        assert!(!text.contains(secret), "{what}: {text}");
    }
}

/// Nothing of it stands in what a run said and left.
#[track_caller]
fn is_clean(way: &Way, home: &Home, ran: &Ran) {
    let mut left = String::new();
    files_below(&home.path().join("state"), &mut left);
    for text in [&ran.out, &ran.err, &left] {
        holds_none(way.name, text);
    }
}

#[test]
fn no_secret_is_printed_or_kept() {
    for way in &WAYS {
        let server = Scripted::start(session);
        let home = way.home(&server.url);
        let ran = way.run(&home, &["-e", "6 * 7", "--keep"]);
        ran.gave("42\n", 0);
        ran.said(&["POST http://127.0.0.1"]);
        is_clean(way, &home, &ran);
        let requests = server.requests();
        let is_sent = requests
            .iter()
            .any(|request| whole(request).contains(way.sent));
        assert!(is_sent, "{}: {requests:?}", way.name);

        let dry = way.run(&home, &["--dry-run"]);
        assert_eq!(dry.code, 0, "{dry:?}");
        is_clean(way, &home, &dry);
    }
}

/// Servers that are away, that are none, and that repeat what they refuse.
#[test]
fn no_secret_stands_in_an_error() {
    // Nobody but root can listen there, and nobody does.
    let nobody = "http://127.0.0.1:1".to_owned();
    let page = Scripted::start(|_| Answer::page("200 OK", "<html>Welcome</html>"));
    let repeats = Scripted::start(|request| {
        let body = json!({"msg": format!("refused: {}", whole(request))});
        Answer::json("401 Unauthorized", body.to_string())
    });
    let points = Scripted::start(|request| {
        let mut answer = Answer::page("302 Found", "");
        let target = format!("http://login.example/?{}", request.path);
        answer.headers.push(("Location", target));
        answer
    });
    for way in &WAYS {
        for (url, code) in [
            (&nobody, 3),
            (&page.url, 3),
            (&points.url, 4),
            (&repeats.url, 4),
        ] {
            // What a server repeats of a setting is its own to tell.
            if url == &repeats.url && !way.is_credential() {
                continue;
            }
            let home = way.home(url);
            let ran = way.run(&home, &["-e", "1"]);
            assert_eq!(ran.code, code, "{}: {ran:?}", way.name);
            is_clean(way, &home, &ran);
        }
    }
}

#[test]
fn a_url_with_a_password_is_refused_and_not_shown() {
    for url in [
        "http://alice:s3cr3t-4f9a1c77@h:1",
        "htp://alice:s3cr3t-4f9a1c77@h",
        "http://a:s3cr3t-4f9a1c77@h:x/",
    ] {
        let home = Home::new();
        for arguments in [
            &["--url", url, "-e", "1"][..],
            &[url, "-e", "1"],
            &["--url", url, "--dry-run"],
        ] {
            let ran = home.run(arguments);
            assert_eq!(ran.code, 2, "{ran:?}");
            holds_none(url, &(ran.out + &ran.err));
        }
        let mut command = home.command(&["-e", "1"]);
        let ran = Ran::of(command.env("LIVYSH_URL", url).output().unwrap());
        assert_eq!(ran.code, 2, "{ran:?}");
        holds_none(url, &(ran.out + &ran.err));
    }
}

/// A proxy gets what is its own, and nobody else is told.
#[test]
fn a_proxys_password_is_not_told() {
    let proxy = Scripted::start(session);
    let refusing = Scripted::start(|_| Answer::page("407 Proxy Authentication Required", "who?"));
    let address = |url: &str| url.replace("http://", &format!("http://alice:{SECRET}@"));
    let run = |proxy: &str| {
        let home = Home::new();
        let arguments = [
            "--url",
            "http://livy.example",
            "-l",
            "python",
            "-v",
            "--retry-for",
            "1s",
            "-e",
            "1",
        ];
        let mut command = home.command(&arguments);
        command
            .env("http_proxy", proxy)
            .env_remove("no_proxy")
            .env_remove("NO_PROXY");
        let ran = Ran::of(command.output().unwrap());
        let mut left = String::new();
        files_below(home.path(), &mut left);
        holds_none(proxy, &format!("{}{}{left}", ran.out, ran.err));
        ran
    };
    run(&address(&proxy.url)).gave("42\n", 0);
    assert!(
        proxy
            .requests()
            .iter()
            .all(|request| request.head.contains(PAIR))
    );
    assert_eq!(run(&address(&refusing.url)).code, 3);
    assert_eq!(run(&format!("http://alice:{SECRET}@127.0.0.1:1")).code, 3);
    assert_eq!(
        run(&format!("http://alice:{SECRET}@127.0.0.1:port")).code,
        3
    );
}

/// At a prompt: what it says of itself, its history and its journal, and what other users see.
#[test]
fn no_secret_shows_at_a_prompt() {
    for way in WAYS.iter().filter(|way| !way.is_on_the_command_line()) {
        let server = Scripted::start(session);
        let home = way.home(&server.url);
        // The environment of a window is its shell's.
        let variables: Vec<String> = way
            .variables
            .iter()
            .map(|(name, _)| format!("{name}=$(cat key)"))
            .collect();
        let program = home.command(&[]).get_program().to_str().unwrap().to_owned();
        let command = format!(
            "{} exec '{program}' -p p -l python -v {}",
            variables.join(" "),
            way.arguments.join(" ")
        );
        let mut screen = Screen::run(&home, "sh", &["-c", &command], 60, 160);
        screen.wait_for("Spark session available");
        screen.line("6 * 7");
        screen.wait_for("\n42");
        screen.line(":session");
        screen.wait_for("made by livysh");
        let others_see = processes_with(SECRET);
        let own = processes_around(home.path().to_str().unwrap());
        assert!(!own.is_empty() && !own.iter().any(|id| others_see.contains(id)));
        screen.line(":quit");
        assert_eq!(screen.wait_for_exit(), 0);
        holds_none(way.name, &String::from_utf8_lossy(&screen.raw()));
        let mut left = String::new();
        files_below(&home.path().join("state"), &mut left);
        assert!(left.contains("6 * 7"), "{left}");
        holds_none(way.name, &left);
    }
}

#[test]
fn history_keeps_no_credential_and_nothing_behind_a_blank() {
    let server = Scripted::start(session);
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--url", &server.url, "-l", "python"]);
    screen.wait_for("Spark session available");
    let mut type_it = |line: &str| {
        screen.wait_for_prompt(">>>");
        screen.line(line);
        screen.wait_for(&format!(">>> {line}"));
    };
    type_it("kept = 1");
    type_it("password = 'hunter2'");
    type_it(" unseen = 2");
    type_it(" :session");
    type_it(":sh true --token=hunter3");
    screen.wait_for_prompt(">>>");
    screen.paste("def f():\n    return connect(user='a', password='hunter4')");
    screen.line("");
    screen.wait_for_prompt(">>>");
    // Up gives the last that is kept.
    screen.send("\x1b[A");
    within(Duration::from_secs(20), "the last input", || {
        let text = screen.text();
        text.ends_with(">>> kept = 1").then_some(())
    });
    screen.send("\x03");
    screen.wait_for_prompt(">>>");
    screen.line(":quit");
    screen.wait_for_exit();
    let history = std::fs::read_to_string(home.path().join("state/livysh/history-python")).unwrap();
    assert_eq!(history, "#V2\nkept = 1\n:quit\n");
}

/// The server's own token, and a setting that is a secret, beside a real Spark.
#[test]
fn code_that_runs_on_a_server_sees_none_of_its_secrets() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--port", "0", "--token-env", "OWN_TOKEN"]);
    command
        .env("OWN_TOKEN", SECRET)
        .env("LIVYSH_PASSWORD", SECRET);
    let mut serving = Serving::run(command);
    let (server, url) = (serving.child.id(), serving.url.clone());
    let bearer = format!("Bearer {SECRET}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let ask = |method: &str, path: &str, body: &Value| {
        let answer = http::request(method, &format!("{url}{path}"), &headers, &body.to_string());
        assert!(answer.status < 300, "{answer:?}");
        answer.json()
    };
    let key = "another-s3cr3t";
    ask(
        "POST",
        "/sessions",
        &json!({"kind": "pyspark", "conf": {"spark.own.password": key}}),
    );
    eventually("the session is idle", || {
        let state = ask("GET", "/sessions/0", &json!({}))["state"].clone();
        (state == "idle").then_some(())
    });
    // Its Python, its Java, and what they have started.
    let mut own = processes_around(home.path().to_str().unwrap());
    own.retain(|id| *id != server);
    assert!(own.len() >= 2, "{own:?}");
    for secret in [SECRET, key] {
        let told = processes_around(secret);
        assert!(
            !own.iter().any(|id| told.contains(id)),
            "{secret}: {told:?} of {own:?}"
        );
    }
    assert!(!processes_with(key).contains(&server));
    let code = format!(
        "import os\n[name for name, value in os.environ.items() if '{SECRET}' in value], \
         sc.getConf().get('spark.own.password')"
    );
    ask("POST", "/sessions/0/statements", &json!({"code": code}));
    let text = eventually("the statement is done", || {
        let statement = ask("GET", "/sessions/0/statements/0", &json!({}));
        let text = statement["output"]["data"]["text/plain"]
            .as_str()?
            .to_owned();
        Some(text)
    });
    assert_eq!(text, format!("([], '{key}')"));
    for path in ["/sessions", "/sessions/0", "/sessions/0/log?size=-1"] {
        holds_none(path, &ask("GET", path, &json!({})).to_string());
    }
    send(server, Signal::SIGTERM);
    assert_eq!(serving.child.wait().unwrap().code(), Some(143));
    holds_none("what the server said", &serving.said());
}

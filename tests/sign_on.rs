//! Signing on while the work goes on: programs that print secrets, secrets that end, questions at the
//! terminal.

use crate::support::eventually;
use crate::support::http::{get, request};
use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::scripted::{Answer, Request, Scripted};
use crate::support::session::Session;
use crate::support::spark::shared;
use crate::support::stub;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A gateway that lets in whose `Authorization` it accepts, to the server that all tests share.
fn gateway(accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Scripted {
    gateway_to(shared().0.to_owned(), accepts)
}

fn gateway_to(url: String, accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked: &Request| {
        let told = asked.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("authorization")
                .then(|| value.trim())
        });
        if !told.is_some_and(&accepts) {
            return Answer::page("401 Unauthorized", "<html>Token has expired</html>");
        }
        let headers = [("Content-Type", "application/json")];
        let answer = request(
            &asked.method,
            &format!("{url}{}", asked.path),
            &headers,
            &asked.body,
        );
        let status = answer
            .head
            .lines()
            .next()
            .unwrap()
            .split_once(' ')
            .unwrap()
            .1;
        Answer::json(status.to_owned().leak(), answer.body)
    })
}

/// A home whose profile `p` has a program that prints a token.
fn home(gateway: &Scripted, script: &str) -> Home {
    let home = Home::new();
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    let auth = "expiry = { pointer = '/until' }\ntype = 'bearer'";
    let command = format!("command = ['sh', '-c', {script:?}]");
    let profile = format!(
        "[profiles.p]\nurl = {:?}\n[profiles.p.auth]\n{command}\n{auth}\n",
        gateway.url
    );
    std::fs::write(folder.join("config.toml"), profile).unwrap();
    home
}

fn lines_in(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().count()
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// How long a script with such tokens lasts: as `LIVYSH_TEST_TOKEN` says, such as `3m`, else so many seconds.
const LENGTH: u64 = 30;
/// For how many seconds a token holds.
const LIFE: f64 = 10.0;
/// How long statements take; one outlives its token.
const TAKE: [u64; 3] = [1, 2, 12];

fn length() -> u64 {
    match std::env::var("LIVYSH_TEST_TOKEN") {
        Ok(length) => humantime::parse_duration(&length).unwrap().as_secs(),
        Err(_) => LENGTH,
    }
}

/// The server takes the token alone that was printed last, and for so long.
#[test]
fn a_token_that_ends_again_and_again_costs_no_statement() {
    let place = Home::new();
    let server = stub::serve(&place);
    let last = place.path().join("last");
    // What was accepted and what was not, by the number of its token.
    let seen: Arc<Mutex<Vec<(String, bool)>>> = Arc::default();
    let (known, noted) = (last.clone(), seen.clone());
    let gateway = gateway_to(server.url(), move |told| {
        let token = told.strip_prefix("Bearer ").unwrap();
        let (number, made) = token.split_once('-').unwrap();
        let made: f64 = made.parse().unwrap();
        let is_last = std::fs::read_to_string(&known).unwrap().trim() == token;
        let is_good = is_last && now().as_secs_f64() < made + LIFE;
        noted.lock().unwrap().push((number.to_owned(), is_good));
        is_good
    });
    let home = home(
        &gateway,
        &format!(
            "echo . >> runs; now=$(date +%s.%N); token=$(wc -l < runs)-$now; \
             echo $token > {last:?}.new; mv {last:?}.new {last:?}; \
             echo \"{{\\\"accessToken\\\": \\\"$token\\\", \\\"until\\\": $(echo $now | awk '{{ printf \"%.3f\", $1 + {LIFE} }}')}}\""
        ),
    );
    let (mut code, mut total, mut statements) = ("import time\nran = []\n".to_owned(), 0, 0);
    while total < length() {
        let takes = TAKE[statements % TAKE.len()];
        code.push_str(&format!(
            "(ran.append({statements}), time.sleep({takes}), len(ran))[2]\n"
        ));
        total += takes;
        statements += 1;
    }
    code.push_str("ran\n");
    let file = home.write("many.py", &code);
    let ran = home.run(&["-p", "p", "-l", "python", "-v", file.to_str().unwrap()]);
    let counted: String = (1..=statements).map(|count| format!("{count}\n")).collect();
    let all: Vec<usize> = (0..statements).collect();
    ran.gave(&format!("{counted}{all:?}\n"), 0);
    // Each run has made a token that was then used: none was for nothing.
    let runs = lines_in(&home.path().join("runs"));
    let seen = seen.lock().unwrap();
    let accepted = seen.iter().filter(|(_, is_good)| *is_good);
    let accepted: BTreeSet<&String> = accepted.map(|(number, _)| number).collect();
    assert_eq!(accepted.len(), runs, "{seen:?}");
    // What was asked for in time was not refused; a busy machine may be late, once for each.
    let refused = seen.iter().filter(|(_, is_good)| !is_good).count();
    assert!(refused <= runs, "{seen:?}");
    assert!(
        runs as f64 >= total as f64 / LIFE,
        "{runs} runs in {total} s"
    );
}

/// The server takes tokens with the current number alone.
#[test]
fn a_token_that_is_withdrawn_is_replaced_once() {
    let valid = Arc::new(AtomicU64::new(1));
    let known = valid.clone();
    let gateway = gateway(move |told| told == format!("Bearer t{}", known.load(Ordering::SeqCst)));
    let home = home(&gateway, "echo . >> runs; echo t$(wc -l < runs)");
    let (_, session) = shared();
    let go = home.path().join("go");
    let code = format!(
        "import os, time\nprint('first')\nwhile not os.path.exists({go:?}): time.sleep(0.05)\n\nprint('last')\n"
    );
    let file = home.write("wait.py", &code);
    let child = home
        .command(&["-p", "p", "-s", session, file.to_str().unwrap()])
        .spawn()
        .unwrap();
    eventually("it has signed on", || {
        (lines_in(&home.path().join("runs")) == 1).then_some(())
    });
    valid.store(2, Ordering::SeqCst);
    eventually("it signs on anew", || {
        (lines_in(&home.path().join("runs")) == 2).then_some(())
    });
    std::fs::write(&go, "").unwrap();
    Ran::of(child.wait_with_output().unwrap()).gave("first\nlast\n", 0);
    assert_eq!(lines_in(&home.path().join("runs")), 2);
}

/// The statement runs on, whatever becomes of who asks.
#[test]
fn a_program_that_needs_a_person_is_told_in_its_words_and_asked_again() {
    let valid = Arc::new(AtomicU64::new(1));
    let known = valid.clone();
    let gateway = gateway(move |told| told == format!("Bearer t{}", known.load(Ordering::SeqCst)));
    let home = home(
        &gateway,
        "cat token 2>/dev/null || { echo 'Please run az login.' >&2; exit 1; }",
    );
    let token = home.write("token", "t1");
    let (url, _) = shared();
    let session = Session::start(url, "pyspark");
    session.wait_until_up();
    let number = session.number();
    let (go, errors) = (home.path().join("go"), home.path().join("errors"));
    let code =
        format!("import os, time\nwhile not os.path.exists({go:?}): time.sleep(0.05)\n\n6 * 7");
    let file = home.write("wait.py", &code);
    let child = home
        .command(&["-p", "p", "-s", number, file.to_str().unwrap()])
        .stderr(std::fs::File::create(&errors).unwrap())
        .spawn()
        .unwrap();
    eventually("it runs", || {
        let list = get(&format!("{}/statements", session.url)).json();
        let all = list["statements"].as_array().unwrap();
        all.iter()
            .any(|one| one["state"] == "running")
            .then_some(())
    });
    std::fs::remove_file(&token).unwrap();
    valid.store(2, Ordering::SeqCst);
    eventually("the program's words are told", || {
        let told = std::fs::read_to_string(&errors).unwrap();
        told.contains("sh failed (exit status: 1): Please run az login.")
            .then_some(())
    });
    std::fs::write(&token, "t2").unwrap();
    std::fs::write(&go, "").unwrap();
    Ran::of(child.wait_with_output().unwrap()).gave("42\n", 0);
    session.delete();
}

/// A person reads the words, signs on in another window, and what was typed runs.
#[test]
fn a_prompt_waits_for_the_person_whom_a_program_needs() {
    let place = Home::new();
    let server = stub::serve(&place);
    let valid = Arc::new(AtomicU64::new(1));
    let known = valid.clone();
    let gateway = gateway_to(server.url(), move |told| {
        told == format!("Bearer t{}", known.load(Ordering::SeqCst))
    });
    let home = home(
        &gateway,
        "cat token 2>/dev/null || { echo 'Please run az login.' >&2; exit 1; }",
    );
    let token = home.write("token", "t1");
    let mut screen = Screen::start(&home, &["-p", "p", "-l", "python"]);
    screen.wait_for("Spark session available");
    screen.line("ran = []");
    screen.wait_for_prompt(">>>");
    std::fs::remove_file(&token).unwrap();
    valid.store(2, Ordering::SeqCst);
    screen.line("(ran.append(1), len(ran))[1]");
    screen.wait_for("sh failed (exit status: 1): Please run az login.");
    assert!(screen.is_working() && !screen.text().ends_with(">>>"));
    std::fs::write(&token, "t2").unwrap();
    screen.wait_for("\n1\n");
    screen.wait_for_prompt(">>>");
    screen.line("ran");
    screen.wait_for("\n[1]\n");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

/// Nobody comes: the statement runs on, its script has waited for as long as it was told.
#[test]
fn a_script_waits_for_a_person_as_long_as_it_was_told() {
    let place = Home::new();
    let server = stub::serve(&place);
    let gone = place.path().join("gone");
    let is_gone = gone.clone();
    let gateway = gateway_to(server.url(), move |_| !is_gone.exists());
    let home = home(
        &gateway,
        &format!("test ! -e {gone:?} && echo t1 || {{ echo 'Please run az login.' >&2; exit 1; }}"),
    );
    let code = format!("(open({gone:?}, 'w').close(), __import__('time').sleep(600))\n");
    let file = home.write("work.py", &code);
    let ran = home.run(&[
        "--keep",
        "-p",
        "p",
        "-l",
        "python",
        "--retry-for",
        "1s",
        file.to_str().unwrap(),
    ]);
    ran.gave("", 4);
    ran.said(&[
        "sh failed (exit status: 1): Please run az login.",
        "hint: sign on with the program",
        "is still there: kept, as was asked for.",
    ]);
    let state = get(&format!("{}/sessions/0/statements", server.url())).json();
    let last = state["statements"].as_array().unwrap().last().unwrap()["state"].clone();
    assert_eq!(last, "running");
}

#[test]
fn a_program_that_fails_at_the_start_ends_a_script_with_four() {
    let gateway = gateway(|_| true);
    let home = home(&gateway, "echo 'Please run az login.' >&2; exit 1");
    let ran = home.run(&["-p", "p", "-e", "1"]);
    ran.gave("", 4);
    ran.said(&["sh failed (exit status: 1): Please run az login."]);
    assert!(gateway.requests().is_empty());
}

#[test]
fn a_password_is_asked_for_and_never_shown() {
    // alice:hunter2
    let gateway = gateway(|told| told == "Basic YWxpY2U6aHVudGVyMg==");
    let (_, session) = shared();
    let home = Home::new();
    let arguments = [
        "--url",
        &gateway.url,
        "--auth",
        "basic",
        "-s",
        session,
        "-l",
        "python",
    ];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for(&format!("User for {}:", gateway.url));
    screen.line("alice");
    screen.wait_for(&format!("Password for alice on {}:", gateway.url));
    eventually("keys are not shown", || (!screen.echoes()).then_some(()));
    screen.line("hunter3\u{7f}2");
    screen.wait_for_prompt(">>>");
    screen.line("6 * 7");
    screen.wait_for("\n42\n");
    screen.wait_for_prompt(">>>");
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    assert!(!raw.contains("hunter"), "{raw}");
    screen.line(":quit");
    assert_eq!(screen.wait_for_exit(), 0);
}

#[test]
fn whoever_gives_no_password_has_the_terminal_as_it_was() {
    let gateway = gateway(|_| true);
    let home = Home::new();
    let mut screen = Screen::start(&home, &["--url", &gateway.url, "--user", "alice"]);
    screen.wait_for("Password for alice on ");
    eventually("keys are not shown", || (!screen.echoes()).then_some(()));
    screen.send("hunter\u{3}");
    assert_eq!(screen.wait_for_exit(), 2);
    assert!(screen.echoes());
    assert!(!screen.text().contains("hunter"), "{}", screen.text());
    screen.wait_for("the environment variable LIVYSH_PASSWORD is needed to sign on (basic)");
    assert!(gateway.requests().is_empty());
}

#[test]
fn a_file_of_a_secret_that_others_may_read_is_refused() {
    let home = Home::new();
    let token = home.write("token", "hunter2\n");
    let folder = home.path().join("config/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    let profile = format!(
        "[profiles.p]\nurl = \"http://h\"\nauth = {{ type = \"bearer\", token_file = {token:?} }}\n"
    );
    std::fs::write(folder.join("config.toml"), profile).unwrap();
    std::fs::set_permissions(&token, Permissions::from_mode(0o644)).unwrap();
    let ran = home.run(&["-p", "p", "-e", "1"]);
    ran.gave("", 2);
    let path = token.display();
    ran.said(&[&format!(
        "{path} holds a secret, and others may read it\nhint: chmod 600 {path}"
    )]);
}

/// The profile's own headers and query go with every request, and are not told.
#[test]
fn headers_and_a_query_go_with_every_request() {
    let gateway = gateway(|told| told == "Bearer t1");
    let home = home(&gateway, "echo t1");
    let config = home.path().join("config/livysh/config.toml");
    let mut profile = std::fs::read_to_string(&config).unwrap();
    profile.push_str(
        "[profiles.p.headers]\nX-XSRF-Header = 'hunter2'\n[profiles.p.query]\ndetailed = 'true'\n",
    );
    std::fs::write(&config, profile).unwrap();
    let (_, session) = shared();
    let ran = home.run(&[
        "-p", "p", "-v", "-s", session, "-l", "python", "-e", "6 * 7",
    ]);
    ran.gave("42\n", 0);
    assert!(
        !ran.err.contains("hunter2") && !ran.err.contains("t1"),
        "{}",
        ran.err
    );
    let requests = gateway.requests();
    assert!(requests.len() > 2);
    for request in requests {
        assert!(request.path.contains("?detailed=true"), "{request:?}");
        assert!(
            request
                .head
                .to_lowercase()
                .contains("x-xsrf-header: hunter2"),
            "{request:?}"
        );
    }
}

/// As Apache Knox does, the server looks at a cookie first: the one of another user would let that one in.
#[test]
fn a_cookie_goes_with_the_user_it_was_given_to() {
    let place = Home::new();
    let server = stub::serve(&place);
    let url = server.url();
    let gateway = Scripted::start(move |asked: &Request| {
        let (user, cookie) = (user_of(asked), header_of(asked, "cookie"));
        let headers = [("Content-Type", "application/json")];
        let answer = request(
            &asked.method,
            &format!("{url}{}", asked.path),
            &headers,
            &asked.body,
        );
        let (_, status) = answer.head.lines().next().unwrap().split_once(' ').unwrap();
        let mut answer = Answer::json(status.to_owned().leak(), answer.body);
        if cookie.is_empty() {
            answer.headers.push((
                "Set-Cookie",
                format!("KNOXSESSIONID=node0-of-{user}; Path=/"),
            ));
        }
        answer
    });
    // Alice's password holds for two seconds, and then it is bob's.
    let home = Home::new();
    let script = "echo . >> runs; [ $(wc -l < runs) = 1 ] && user=alice || user=bob; \
                  until=$(( $(date +%s) + 3 )); [ $user = bob ] && until=4000000000; \
                  echo \"{\\\"u\\\": \\\"$user\\\", \\\"p\\\": \\\"w0rd\\\", \\\"until\\\": $until}\"";
    let command = format!("command = ['sh', '-c', {script:?}]");
    let auth = [
        "[profiles.p.auth]",
        "type = 'basic'",
        &command,
        "user_pointer = '/u'",
        "password_pointer = '/p'",
        "expiry.pointer = '/until'",
    ];
    home.profile("p", &gateway.url, &auth);
    let code = "import time; ran = []\n".to_owned()
        + &"(ran.append(1), time.sleep(1), len(ran))[2]\n".repeat(5);
    let file = home.write("work.py", &code);
    let ran = home.run(&["-p", "p", "-l", "python", file.to_str().unwrap()]);
    ran.gave("1\n2\n3\n4\n5\n", 0);
    let sent = gateway.requests();
    let sent: BTreeSet<(String, String)> = sent
        .iter()
        .map(|one| (user_of(one), header_of(one, "cookie")))
        .collect();
    let of = |user: &str, cookie: &str| (user.to_owned(), cookie.to_owned());
    let expected = [
        of("alice", ""),
        of("alice", "KNOXSESSIONID=node0-of-alice"),
        of("bob", ""),
        of("bob", "KNOXSESSIONID=node0-of-bob"),
    ];
    assert_eq!(sent, expected.into());
}

fn header_of(asked: &Request, wanted: &str) -> String {
    let values = asked.head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted)
            .then(|| value.trim().to_owned())
    });
    values.collect()
}

fn user_of(asked: &Request) -> String {
    let pair = header_of(asked, "authorization");
    let pair = STANDARD
        .decode(pair.strip_prefix("Basic ").unwrap())
        .unwrap();
    let pair = String::from_utf8(pair).unwrap();
    pair.split(':').next().unwrap().to_owned()
}

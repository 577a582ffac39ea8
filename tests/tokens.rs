//! Tokens that a service gives: once for all, again before they end and when one is not taken, and clear words
//! where none is to be had.

use crate::secrets::files_below;
use crate::support::eventually;
use crate::support::http::request;
use crate::support::program::{Home, Ran};
use crate::support::scripted::{Answer, Request, Scripted};
use crate::support::stub;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use livysh::local::Server;
use serde_json::json;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PASSWORD: &str = "s3cr3t-51c0be9d";
const TOKENS: &str = "/gateway/t/knoxtoken/api/v1/token";
const LIVY: &str = "/gateway/t/livy";
const LOGIN: &str = "login = { type = 'basic', user = 'alice', password_file = 'password' }";

/// What the gateway knows of its tokens.
struct State {
    /// For how long each holds.
    life: Duration,
    /// When each was given.
    given: Mutex<Vec<Duration>>,
    /// Those before it are not taken any more.
    first: AtomicU64,
    /// What is answered in the place of a token.
    instead: Mutex<Option<(&'static str, &'static str)>>,
}

/// A server behind a gateway that wants a token, and gives it for a password.
struct Place {
    home: Home,
    state: Arc<State>,
    gateway: Scripted,
    _server: Server,
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

fn pair() -> String {
    STANDARD.encode(format!("alice:{PASSWORD}"))
}

fn header(request: &Request, wanted: &str) -> String {
    let values = request.head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted)
            .then(|| value.trim().to_owned())
    });
    values.collect()
}

impl State {
    fn token(&self, asked: &Request) -> Answer {
        if let Some((status, body)) = *self.instead.lock().unwrap() {
            return Answer::page(status, body);
        }
        if header(asked, "authorization") != format!("Basic {}", pair()) {
            let mut answer = Answer::page("401 Unauthorized", "");
            let challenge = "BASIC realm=\"application\"".to_owned();
            answer.headers.push(("WWW-Authenticate", challenge));
            return answer;
        }
        let mut given = self.given.lock().unwrap();
        given.push(now());
        let ends = (now() + self.life).as_millis() as u64;
        let token = format!("tok3n-7f12-{}", given.len() - 1);
        let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": ends});
        Answer::json("200 OK", answer.to_string())
    }

    fn takes(&self, authorization: &str) -> bool {
        let number = authorization.strip_prefix("Bearer tok3n-7f12-");
        let Some(number) = number.and_then(|number| number.parse::<u64>().ok()) else {
            return false;
        };
        let given = self.given.lock().unwrap()[number as usize];
        number >= self.first.load(Ordering::SeqCst) && now() < given + self.life
    }

    fn count(&self) -> usize {
        self.given.lock().unwrap().len()
    }
}

impl Place {
    fn new(life: Duration) -> Place {
        let home = Home::new();
        let server = stub::serve(&home);
        let state = Arc::new(State {
            life,
            given: Mutex::default(),
            first: AtomicU64::new(0),
            instead: Mutex::default(),
        });
        let (known, url) = (state.clone(), server.url());
        let gateway = Scripted::start(move |asked| match asked.path.strip_prefix(LIVY) {
            None if asked.path == TOKENS => known.token(asked),
            None => Answer::page("404 Not Found", ""),
            Some(_) if !known.takes(&header(asked, "authorization")) => Answer::page(
                "401 Unauthorized",
                "<title>Error 401 Token has expired</title>",
            ),
            Some(path) => {
                let headers = [("Content-Type", "application/json")];
                let answer = request(
                    &asked.method,
                    &format!("{url}{path}"),
                    &headers,
                    &asked.body,
                );
                let (_, status) = answer.head.lines().next().unwrap().split_once(' ').unwrap();
                Answer::json(status.to_owned().leak(), answer.body)
            }
        });
        let place = Place {
            home,
            state,
            gateway,
            _server: server,
        };
        place.password(PASSWORD);
        place.profile(&[LOGIN]);
        place
    }

    fn password(&self, password: &str) {
        let path = self.home.write("password", password);
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }

    fn profile(&self, auth: &[&str]) {
        let url = format!("{}{LIVY}", self.gateway.url);
        let own = [
            "headers = { X-Own = 'its-own-words' }",
            "[profiles.p.auth]",
            "type = 'bearer'",
            "source = 'http'",
        ];
        self.home.profile("p", &url, &[&own, auth].concat());
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Ran {
        let own = ["-p", "p", "-v", "-l", "python", "--retry-for", "1s"];
        let ran = self.home.run(&[&own, arguments].concat());
        self.tells_no_secret(&ran);
        ran
    }

    #[track_caller]
    fn tells_no_secret(&self, ran: &Ran) {
        let mut left = String::new();
        files_below(&self.home.path().join("state"), &mut left);
        for text in [&ran.out, &ran.err, &left] {
            for secret in [PASSWORD, &pair(), "tok3n-7f12"] {
                assert!(!text.contains(secret), "{secret} stands in: {text}");
            }
        }
    }

    fn asked(&self) -> usize {
        self.gateway.count("GET", TOKENS)
    }
}

#[test]
fn a_token_is_fetched_once_for_all_requests() {
    let place = Place::new(Duration::from_secs(3_600));
    let ran = place.run(&["-e", "2 + 3\n6 * 7"]);
    ran.gave("5\n42\n", 0);
    assert_eq!(place.state.count(), 1);
    // It is told as every request is, and has what they have where it is the same host.
    ran.said(&[&format!("{TOKENS}: 200")]);
    let requests = place.gateway.requests();
    let own = requests
        .iter()
        .filter(|one| header(one, "x-own") == "its-own-words");
    assert_eq!(own.count(), requests.len());
    let login = requests
        .iter()
        .filter(|one| header(one, "authorization").starts_with("Basic "));
    assert_eq!(login.count(), 1);
}

#[test]
fn the_doctor_tells_who_is_asked_for_a_token_and_until_when_it_holds() {
    let place = Place::new(Duration::from_secs(7_300));
    let look = || {
        let ran = place.home.run(&["-p", "p", "doctor"]);
        place.tells_no_secret(&ran);
        let mut lines = ran.out.lines().map(str::to_owned);
        let told = lines.find(|line| line.contains(" identity "));
        (told.unwrap(), ran)
    };
    let (told, ran) = look();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let whose = format!(
        "of the service {}{TOKENS}, for alice, with a password",
        place.gateway.url
    );
    assert!(told.starts_with("ok ") && told.contains(&whose), "{told}");
    assert!(told.ends_with(", in 2 hours"), "{told}");
    place.password("wr0ng-0c1d");
    let (told, ran) = look();
    assert!(
        told.starts_with("failed ") && told.contains("401"),
        "{ran:?}"
    );
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(
        !ran.out[..ran.out.find(&told).unwrap()].contains("\nfailed"),
        "{ran:?}"
    );
}

/// Each holds for four seconds: at half of that another is asked for, and none that has ended is sent.
#[test]
fn a_token_is_fetched_again_before_it_ends() {
    let place = Place::new(Duration::from_secs(4));
    let code = "import time; ran = []\n".to_owned()
        + &"(ran.append(1), time.sleep(1.5), len(ran))[2]\n".repeat(5);
    let file = place.home.write("work.py", &code);
    let ran = place.run(&[file.to_str().unwrap()]);
    ran.gave("1\n2\n3\n4\n5\n", 0);
    let fetched = place.state.count();
    assert!(fetched >= 3, "{fetched}");
}

#[test]
fn a_token_that_is_not_taken_is_fetched_again_once() {
    let place = Place::new(Duration::from_secs(3_600));
    let go = place.home.path().join("go");
    let code =
        format!("import os, time\nwhile not os.path.exists({go:?}): time.sleep(0.02)\n\n6 * 7\n");
    let file = place.home.write("wait.py", &code);
    let arguments = ["-p", "p", "-l", "python", file.to_str().unwrap()];
    let child = place.home.command(&arguments).spawn().unwrap();
    let state = &place.state;
    eventually("it has signed on", || (state.count() == 1).then_some(()));
    state.first.store(1, Ordering::SeqCst);
    eventually("it signs on anew", || (state.count() == 2).then_some(()));
    std::fs::write(&go, "").unwrap();
    Ran::of(child.wait_with_output().unwrap()).gave("42\n", 0);
    assert_eq!(state.count(), 2);
}

/// It is asked once: too often, and an account may be locked.
#[test]
fn a_login_that_is_refused_is_told() {
    let place = Place::new(Duration::from_secs(3_600));
    place.password("s3cr3t-another");
    let ran = place.run(&["-e", "1"]);
    ran.gave("", 4);
    ran.said(&[
        "there is nothing to sign on with: the token service http://127.0.0.1:",
        &format!("{TOKENS} answered 401 Unauthorized\n"),
        "hint: look at auth.login in the profile",
    ]);
    assert!(!ran.err.contains("s3cr3t-another"));
    assert_eq!(place.asked(), 1);
    assert_eq!(place.gateway.requests().len(), 1);
}

/// A program that prints the password is asked for another one.
#[test]
fn a_login_that_a_program_prints_is_renewed() {
    let place = Place::new(Duration::from_secs(3_600));
    let program =
        format!("echo . >> runs; [ $(wc -l < runs) = 1 ] && echo 0ld-word || echo {PASSWORD}");
    let login =
        format!("login = {{ user = 'alice', password_command = ['sh', '-c', {program:?}] }}");
    place.profile(&[&login]);
    place.run(&["-e", "6 * 7"]).gave("42\n", 0);
    assert_eq!((place.asked(), place.state.count()), (2, 1));
}

#[test]
fn what_gives_no_token_is_told() {
    let place = Place::new(Duration::from_secs(3_600));
    let said = |instead: (&'static str, &'static str), code: i32, told: &[&str]| {
        *place.state.instead.lock().unwrap() = Some(instead);
        let ran = place.run(&["-e", "1"]);
        ran.gave("", code);
        ran.said(told);
        assert!(!ran.err.contains("0dd-tok3n"), "{}", ran.err);
    };
    let url = "look at auth.token_url in the profile";
    said(
        ("200 OK", "<html>who are you?</html>"),
        4,
        &[&format!("{TOKENS} answered a web page\n"), url],
    );
    said(
        ("200 OK", "0dd-tok3n\n0dd-tok3n"),
        4,
        &["answered more than one line", url],
    );
    said(
        ("200 OK", "{\"acess_token\": \"0dd-tok3n\"}"),
        4,
        &["answered JSON without a token", url],
    );
    said(("404 Not Found", ""), 4, &["answered 404 Not Found\n", url]);
    said(
        (
            "500 Server Error",
            "<title>Error 500 java.io.IOException: no realm</title>",
        ),
        4,
        &["answered 500 Internal Server Error: no realm"],
    );
    // Nothing but the token service was asked.
    assert!(
        place
            .gateway
            .requests()
            .iter()
            .all(|one| one.path == TOKENS)
    );
}

/// A redirect is not followed: what is sent with it would be in another's hands.
#[test]
fn a_redirect_is_never_followed() {
    let caught = Scripted::start(|_| Answer::json("200 OK", "{}"));
    let target = format!("{}/sso/login", caught.url);
    let gateway = Scripted::start(move |_| {
        let mut answer = Answer::page("302 Found", "");
        answer.headers.push(("Location", target.clone()));
        answer
    });
    let home = Home::new();
    home.write("password", PASSWORD);
    let path = home.path().join("password");
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    let url = format!("{}{LIVY}", gateway.url);
    let basic = "auth = { type = 'basic', user = 'alice', password_file = 'password' }";
    let fetched = format!("auth = {{ type = 'bearer', source = 'http', {LOGIN} }}");
    for (auth, method) in [(basic, "POST"), (fetched.as_str(), "GET")] {
        home.profile("p", &url, &[auth]);
        let ran = home.run(&["-p", "p", "-e", "1", "--retry-for", "1s"]);
        ran.gave("", 4);
        ran.said(&[
            "answered 302 Found: it wants people to sign on at http://127.0.0.1:",
            "hint: livysh signs on without a browser",
        ]);
        let last = gateway.requests().pop().unwrap();
        assert_eq!(last.method, method);
    }
    assert!(caught.requests().is_empty());
}

//! A proxy on loopback that breaks what a test names, and counts how often it did.

use super::chance::Chance;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A request by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Create,
    Session,
    Post,
    Poll,
    Cancel,
    Log,
    Delete,
    Other,
}

impl Call {
    fn of(method: &str, path: &str) -> Call {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (method, parts.as_slice()) {
            ("POST", ["sessions"]) => Call::Create,
            ("GET", ["sessions", _]) => Call::Session,
            ("DELETE", ["sessions", _]) => Call::Delete,
            ("GET", ["sessions", _, "log"]) => Call::Log,
            ("POST", ["sessions", _, "statements"]) => Call::Post,
            ("GET", ["sessions", _, "statements", _]) => Call::Poll,
            ("POST", ["sessions", _, "statements", _, "cancel"]) => Call::Cancel,
            _ => Call::Other,
        }
    }
}

/// How a request is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset; the server never sees the request.
    ResetBefore,
    /// The server answers, and the connection is reset.
    ResetAfter,
    /// Half of the answer comes.
    Cut,
    /// The server answers, and nothing of it comes.
    Silence,
    /// The answer comes byte by byte.
    Slow,
    /// The server never sees the request; this is answered.
    Status(&'static str, &'static str, &'static str),
    /// The server does it, and a gateway says that it gave up.
    GaveUp,
    /// The answer is half a JSON document.
    BadJson,
    /// The answer calls itself a page.
    WrongType,
    /// Each is sent to the server so many times, as by a gateway that repeats.
    Repeated(usize),
}

/// How long it is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    Times(usize),
    /// From the first time on.
    For(Duration),
    /// One in so many, by chance.
    OneIn(u64),
}

struct Rule {
    call: Option<Call>,
    fault: Fault,
    span: Span,
    /// So many such calls pass before.
    passes: usize,
    began: Option<Instant>,
    fired: usize,
    chance: Chance,
}

impl Rule {
    fn breaks(&mut self, call: Call) -> Option<Fault> {
        if self.call.is_some_and(|wanted| wanted != call) {
            return None;
        }
        if self.passes > 0 {
            self.passes -= 1;
            return None;
        }
        let breaks = match self.span {
            Span::Times(count) => self.fired < count,
            Span::For(time) => self.began.get_or_insert_with(Instant::now).elapsed() < time,
            Span::OneIn(count) => self.chance.below(count) == 0,
        };
        self.fired += usize::from(breaks);
        breaks.then_some(self.fault)
    }
}

pub struct Chaos {
    pub url: String,
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Chaos {
    /// In front of a server, until the test process ends.
    pub fn before(server: &str) -> Chaos {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let rules: Arc<Mutex<Vec<Rule>>> = Arc::default();
        let (known, server) = (
            rules.clone(),
            server.trim_start_matches("http://").to_owned(),
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (rules, server) = (known.clone(), server.clone());
                std::thread::spawn(move || {
                    // A client that goes away is none of the proxy's business.
                    pass(stream, &server, &rules).ok();
                });
            }
        });
        Chaos { url, rules }
    }

    /// Breaks a call, or any.
    pub fn break_it(&self, call: Option<Call>, fault: Fault, span: Span, seed: u64) {
        self.break_after(0, call, fault, span, seed);
    }

    /// The same after so many such calls.
    pub fn break_after(
        &self,
        passes: usize,
        call: Option<Call>,
        fault: Fault,
        span: Span,
        seed: u64,
    ) {
        self.rules.lock().unwrap().push(Rule {
            passes,
            call,
            fault,
            span,
            began: None,
            fired: 0,
            chance: Chance::new(seed),
        });
    }

    /// From now on nothing is broken.
    pub fn mend(&self) {
        self.rules.lock().unwrap().clear();
    }

    /// How often a request was broken.
    pub fn fired(&self) -> usize {
        self.rules
            .lock()
            .unwrap()
            .iter()
            .map(|rule| rule.fired)
            .sum()
    }
}

struct Request {
    call: Call,
    /// As it is passed on.
    bytes: Vec<u8>,
}

fn read_request(stream: &TcpStream) -> std::io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let call = Call::of(method, path);
    let mut bytes = Vec::new();
    for line in head.lines() {
        let is_left_out = ["connection:", "accept-encoding:"]
            .iter()
            .any(|name| line.to_ascii_lowercase().starts_with(name));
        if !is_left_out {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
    }
    bytes.extend_from_slice(b"Connection: close\r\n\r\n");
    bytes.extend_from_slice(&body);
    Ok(Some(Request { call, bytes }))
}

fn ask(server: &str, request: &Request) -> std::io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(&request.bytes)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// The client closes with what was sent: a reset.
fn reset(stream: &TcpStream) {
    nix::sys::socket::setsockopt(
        stream,
        nix::sys::socket::sockopt::Linger,
        &nix::libc::linger {
            l_onoff: 1,
            l_linger: 0,
        },
    )
    .unwrap();
}

fn pass(mut stream: TcpStream, server: &str, rules: &Mutex<Vec<Rule>>) -> std::io::Result<()> {
    let Some(request) = read_request(&stream)? else {
        return Ok(());
    };
    let mut rules = rules.lock().unwrap();
    let fault = rules.iter_mut().find_map(|rule| rule.breaks(request.call));
    drop(rules);
    match fault {
        None => stream.write_all(&ask(server, &request)?),
        Some(Fault::ResetBefore) => {
            reset(&stream);
            Ok(())
        }
        Some(Fault::ResetAfter) => {
            ask(server, &request)?;
            reset(&stream);
            Ok(())
        }
        Some(Fault::Cut) => {
            let answer = ask(server, &request)?;
            stream.write_all(&answer[..answer.len() - answer.len() / 4 - 1])
        }
        Some(Fault::Silence) => {
            ask(server, &request)?;
            // Until the client has had enough.
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).map(|_| ())
        }
        Some(Fault::Slow) => {
            for byte in ask(server, &request)? {
                stream.write_all(&[byte])?;
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(())
        }
        Some(Fault::Status(status, headers, body)) => answer(&mut stream, status, headers, body),
        Some(Fault::GaveUp) => {
            ask(server, &request)?;
            let page = "<html><title>504 Gateway Time-out</title></html>";
            answer(
                &mut stream,
                "504 Gateway Timeout",
                "Content-Type: text/html\r\n",
                page,
            )
        }
        Some(Fault::BadJson) => {
            let whole = ask(server, &request)?;
            let (head, body) = parts(&whole);
            let status = head
                .split_once(' ')
                .unwrap()
                .1
                .lines()
                .next()
                .unwrap()
                .to_owned();
            let half = &body[..body.len() / 2];
            answer(
                &mut stream,
                &status,
                "Content-Type: application/json\r\n",
                half,
            )
        }
        Some(Fault::WrongType) => {
            let whole = ask(server, &request)?;
            let (head, body) = parts(&whole);
            let status = head
                .split_once(' ')
                .unwrap()
                .1
                .lines()
                .next()
                .unwrap()
                .to_owned();
            answer(&mut stream, &status, "Content-Type: text/html\r\n", body)
        }
        Some(Fault::Repeated(count)) => {
            for _ in 1..count {
                ask(server, &request)?;
            }
            stream.write_all(&ask(server, &request)?)
        }
    }
}

fn parts(answer: &[u8]) -> (String, &str) {
    let text = std::str::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body)
}

fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

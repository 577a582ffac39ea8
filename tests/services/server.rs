//! HTTP/1.1 with connections that stay, as gateways keep them; all that a request holds is recorded.

use super::service::Service;
use super::world::{Call, World};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// As it was sent, without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A number of the query.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// Whether it changes something.
    pub fn is_change(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            headers: vec![("Content-Type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    pub fn page(status: u16, body: &str) -> Answer {
        Answer {
            status,
            headers: vec![("Content-Type", "text/html".to_owned())],
            body: body.to_owned(),
        }
    }

    pub fn empty(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

/// A request, what it was taken for, and how it was answered.
#[derive(Debug, Clone)]
pub struct Record {
    pub request: Request,
    pub call: Call,
    pub answer: Answer,
}

/// A service on a port of its own, until the test process ends.
pub struct Server {
    /// The root of its API.
    pub url: String,
    pub service: Arc<dyn Service>,
    world: Arc<Mutex<World>>,
}

impl Server {
    pub fn start(service: Arc<dyn Service>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server {
            url: format!("http://{address}{}", service.prefix()),
            service: service.clone(),
            world: Arc::default(),
        };
        let world = server.world.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (world, service) = (world.clone(), service.clone());
                std::thread::spawn(move || {
                    serve(&stream, |request| {
                        let mut world = world.lock().unwrap();
                        let (call, answer) = world.answer(service.as_ref(), request);
                        world.records.push(Record {
                            request: request.clone(),
                            call,
                            answer: answer.clone(),
                        });
                        answer
                    })
                });
            }
        });
        server
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn records(&self) -> Vec<Record> {
        self.world().records.clone()
    }

    /// The requests of one call.
    pub fn calls(&self, call: Call) -> Vec<Record> {
        let mut records = self.records();
        records.retain(|record| record.call == call);
        records
    }

    pub fn count(&self, call: Call) -> usize {
        self.calls(call).len()
    }
}

/// Reads requests and answers them, until one of both sides has enough.
fn serve(stream: &TcpStream, handler: impl Fn(&Request) -> Answer) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let request = read(&mut reader)?;
        let answer = handler(&request);
        let mut text = format!("HTTP/1.1 {} Scripted\r\n", answer.status);
        for (name, value) in &answer.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if answer.status != 204 {
            text.push_str(&format!("Content-Length: {}\r\n", answer.body.len()));
        }
        text.push_str("\r\n");
        if answer.status != 204 {
            text.push_str(&answer.body);
        }
        (&mut &*stream).write_all(text.as_bytes()).ok()?;
    }
}

/// Of a query: `$` is written otherwise there.
fn decoded(text: &str) -> String {
    text.replace("%24", "$")
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let query = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    let (path, query) = (path.to_owned(), query.collect());
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        query,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

//! How a request is broken on its way.

use super::{Call, State};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub const JSON: &str = "Content-Type: application/json\r\n";
pub const HTML: &str = "Content-Type: text/html\r\n";

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
    /// The request arrives so much later, and so does its answer.
    Late(Duration),
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

struct Request {
    call: Call,
    /// As it is passed on.
    bytes: Vec<u8>,
}

/// Reads a request, to be passed on under the server's own name.
fn read_request(stream: &TcpStream, server: &str) -> std::io::Result<Option<Request>> {
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
    if header("transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
        body = read_chunks(&mut reader)?;
    }
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let call = Call::of(method, path);
    let mut bytes = Vec::new();
    for line in head.lines() {
        let is_left_out = ["connection:", "accept-encoding:", "host:"]
            .iter()
            .any(|name| line.to_ascii_lowercase().starts_with(name));
        if !is_left_out {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
    }
    let ours = format!("Host: {server}\r\nConnection: close\r\n\r\n");
    bytes.extend_from_slice(ours.as_bytes());
    bytes.extend_from_slice(&body);
    Ok(Some(Request { call, bytes }))
}

/// The chunks of a body as they come, to be passed on so.
fn read_chunks(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        body.extend_from_slice(line.as_bytes());
        // A line ends each of them, the last one, which is empty, too.
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk)?;
        body.extend_from_slice(&chunk);
        if size == 0 {
            return Ok(body);
        }
    }
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

/// Serves a connection: a request and its answer, whole or broken.
pub(super) fn pass(stream: TcpStream, server: &str, state: &State) -> std::io::Result<()> {
    let Some(request) = read_request(&stream, server)? else {
        return Ok(());
    };
    state.on_the_way(request.call, || pass_on(stream, &request, server, state))
}

fn pass_on(
    mut stream: TcpStream,
    request: &Request,
    server: &str,
    state: &State,
) -> std::io::Result<()> {
    match state.fault(request.call) {
        None => {
            let answer = ask(server, request)?;
            state.on_answer(request.call, &answer);
            stream.write_all(&answer)
        }
        Some(Fault::ResetBefore) => {
            reset(&stream);
            Ok(())
        }
        Some(Fault::ResetAfter) => {
            ask(server, request)?;
            reset(&stream);
            Ok(())
        }
        Some(Fault::Cut) => {
            let answer = ask(server, request)?;
            stream.write_all(&answer[..answer.len() - answer.len() / 4 - 1])
        }
        Some(Fault::Silence) => {
            ask(server, request)?;
            // Until the client has had enough.
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).map(|_| ())
        }
        Some(Fault::Slow) => {
            for byte in ask(server, request)? {
                stream.write_all(&[byte])?;
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(())
        }
        Some(Fault::Late(time)) => {
            std::thread::sleep(time);
            let answer = ask(server, request)?;
            std::thread::sleep(time);
            stream.write_all(&answer)
        }
        Some(Fault::Status(status, headers, body)) => answer(&mut stream, status, headers, body),
        Some(Fault::GaveUp) => {
            ask(server, request)?;
            let page = "<html><title>504 Gateway Time-out</title></html>";
            answer(&mut stream, "504 Gateway Timeout", HTML, page)
        }
        Some(Fault::BadJson) => {
            let whole = ask(server, request)?;
            let (status, body) = parts(&whole);
            answer(&mut stream, status, JSON, &body[..body.len() / 2])
        }
        Some(Fault::WrongType) => {
            let whole = ask(server, request)?;
            let (status, body) = parts(&whole);
            answer(&mut stream, status, HTML, body)
        }
        Some(Fault::Repeated(count)) => {
            for _ in 1..count {
                ask(server, request)?;
            }
            stream.write_all(&ask(server, request)?)
        }
    }
}

/// The status and the body of an answer.
fn parts(answer: &[u8]) -> (&str, &str) {
    let text = std::str::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let first = head.lines().next().unwrap();
    (first.split_once(' ').unwrap().1, body)
}

fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

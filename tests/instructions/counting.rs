//! Counts the CPU instructions of a run under valgrind, on a server whose statements are over at their first
//! look.

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

/// Statements by whose difference one is counted.
const MANY: u64 = 21;

/// Instructions of all threads, where nothing else is told.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// From the start to the prompt and out again by Ctrl-D, of the main thread: how far the others have come
    /// with what they make ready by then is chance.
    pub start: u64,
    /// The same where the history is full.
    pub full_start: u64,
    /// Of a script of one statement.
    pub script: u64,
    /// Of one more.
    pub statement: u64,
}

pub fn has_valgrind() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// Counts them of this program.
pub fn count(binary: &str) -> Counts {
    let url = serve();
    let (one, many) = (script(binary, &url, 1), script(binary, &url, MANY));
    Counts {
        start: start(binary, &url, false),
        full_start: start(binary, &url, true),
        script: one,
        statement: many.saturating_sub(one) / (MANY - 1),
    }
}

/// A script of so many statements.
fn script(binary: &str, url: &str, statements: u64) -> u64 {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("log");
    let mut command = Command::new("valgrind");
    command
        .args(valgrind(&log, Path::new("/dev/null")))
        .arg(binary)
        .args(["--url", url, "-s", "0", "-l", "python", "-"])
        .env_clear()
        .envs(environment(home.path()))
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let text = "1\n".repeat(statements as usize);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let lines = output.stdout.iter().filter(|&&byte| byte == b'\n').count();
    assert_eq!(lines as u64, statements, "{told}");
    number_after("Collected : ", &log)
}

/// On a terminal, until the prompt stands; then Ctrl-D.
fn start(binary: &str, url: &str, is_full: bool) -> u64 {
    let home = tempfile::tempdir().unwrap();
    if is_full {
        fill_history(home.path());
    }
    let (log, counts) = (home.path().join("log"), home.path().join("counts"));
    let size = PtySize {
        rows: 24,
        cols: 80,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("valgrind");
    command.args(valgrind(&log, &counts));
    command.arg("--separate-threads=yes");
    command.args([binary, "--url", url, "-s", "0", "-l", "scala"]);
    command.env_clear();
    for (name, value) in environment(home.path()) {
        command.env(name, value);
    }
    command.cwd(home.path());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut keys = pair.master.take_writer().unwrap();
    let (mut seen, mut buffer, mut has_left) = (Vec::new(), [0; 4096], false);
    // The terminal has no more to say once nobody holds its other side.
    while let Ok(count @ 1..) = output.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..count]);
        if !has_left && String::from_utf8_lossy(&seen).contains("scala> ") {
            keys.write_all(b"\x04").unwrap();
            has_left = true;
        }
    }
    let told = String::from_utf8_lossy(&seen);
    assert!(has_left, "no prompt: {told}");
    assert!(child.wait().unwrap().success(), "{told}");
    number_after("totals: ", &home.path().join("counts-01"))
}

/// Ten thousand entries, of which some are blocks.
pub fn fill_history(home: &Path) {
    let folder = home.join(".local/state/livysh");
    std::fs::create_dir_all(&folder).unwrap();
    let line = |number: usize| match number % 10 {
        0 => format!("def f{number}(x: Int) = {{\\n  val y = x + {number}\\n  y * 2\\n}}\n"),
        _ => format!(
            "val flights{number} = spark.read.parquet(\"/data/flights/{number}\").count()\n"
        ),
    };
    let entries: String = (0..10_000).map(line).collect();
    std::fs::write(folder.join("history-scala"), format!("#V2\n{entries}")).unwrap();
}

fn valgrind(log: &Path, counts: &Path) -> [String; 3] {
    [
        "--tool=callgrind".to_owned(),
        format!("--callgrind-out-file={}", counts.display()),
        format!("--log-file={}", log.display()),
    ]
}

fn environment(home: &Path) -> [(&'static str, String); 4] {
    [
        ("HOME", home.to_str().unwrap().to_owned()),
        ("PATH", std::env::var("PATH").unwrap()),
        ("TERM", "xterm-256color".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
    ]
}

fn number_after(word: &str, file: &Path) -> u64 {
    let text = std::fs::read_to_string(file).unwrap();
    let number = text
        .lines()
        .find_map(|line| line.split_once(word))
        .and_then(|(_, number)| number.trim().parse().ok());
    number.unwrap_or_else(|| panic!("no number in {}: {text}", file.display()))
}

/// A session whose connections stay: a statement waits at first, and is over when it is looked at.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || talk(stream));
        }
    });
    url
}

fn talk(mut stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut statements = 0;
    loop {
        let mut line = String::new();
        reader
            .read_line(&mut line)
            .ok()
            .filter(|&count| count > 0)?;
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let header = header.trim().to_ascii_lowercase();
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if header.is_empty() {
                break;
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        let path = line.split(' ').nth(1)?;
        let body = match path.strip_prefix("/sessions/0/statements") {
            None => r#"{"id":0,"state":"idle","kind":"pyspark"}"#.to_owned(),
            Some("") => {
                statements += 1;
                let id = statements - 1;
                format!(r#"{{"id":{id},"state":"waiting","output":null}}"#)
            }
            Some(id) => format!(
                r#"{{"id":{},"state":"available","progress":1.0,"output":{{"status":"ok","execution_count":0,"data":{{"text/plain":"1"}}}}}}"#,
                id.trim_start_matches('/')
            ),
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

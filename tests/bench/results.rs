//! Large results: from Enter to the first screen of 10,000 rows of 20 columns, and 100 MB of text.
//!
//! The floor has a server of its own, and a process that is measured a new one: of a statement whose number
//! leaves room for others livysh reads those, too, for they could be copies of it.

use super::terminal::{self, Terminal, USUAL_ROWS, kilobytes};
use super::{Sample, row, scripted};
use livysh::auth::{Credential, Identity};
use livysh::livy::{Client, Id, NewStatement, Service, Transport};
use livysh::render::{self, View};
use serde_json::json;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const RUNS: usize = 15;
const MEGABYTES: usize = 100;

pub fn measure() {
    first_screen();
    rendering();
    text();
}

fn first_screen() {
    let (url, beside) = (scripted::start(), scripted::start());
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    for pager in ["cat", "less"] {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        let mut command = terminal::livysh(&url, home, "python");
        command.env("PAGER", pager);
        let mut terminal = Terminal::run(command, USUAL_ROWS);
        terminal.until("Spark session available");
        terminal.is_silent_for(Duration::from_millis(500));
        for _ in 0..RUNS {
            let began = Instant::now();
            terminal.send("rows\r");
            // The last line that has room.
            let shown = terminal.until("\r\n|    30|");
            ours.push(shown.duration_since(began));
            terminal.is_silent_for(Duration::from_millis(100));
            if pager == "less" {
                terminal.send("q");
                terminal.until(">>> ");
            }
            terminal.is_silent_for(Duration::from_millis(100));
            floor.push(fetched(&beside, "rows"));
        }
        let peer = "budget: 50 ms; reading the JSON alone";
        let what = format!("10,000 × 20 table to first screen, {pager}");
        row(&what, &Sample::of(ours), peer, Some(&Sample::of(floor)));
    }
}

/// How long the statement's answer takes without livysh's front end.
fn fetched(url: &str, code: &str) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = Client::new(
            url,
            Arc::new(Identity::new(Credential::None)),
            None,
            Transport::default(),
            Service::default(),
        )
        .unwrap();
        let session = Id::Number(0);
        client.session(&session).await.unwrap();
        let began = Instant::now();
        let statement = NewStatement {
            code: code.to_owned(),
            kind: None,
        };
        let posted = client.submit(&session, &statement).await.unwrap();
        let found = client.statement(&session, &posted.id).await.unwrap();
        assert!(found.output.is_some());
        began.elapsed()
    })
}

fn rendering() {
    let data = json!({ "text/plain": scripted::text(MEGABYTES) });
    let data = data.as_object().unwrap();
    let view = View {
        at_terminal: true,
        ..View::default()
    };
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let began = Instant::now();
        let rendered = render::output(data, view);
        ours.push(began.elapsed());
        let began = Instant::now();
        let copy = rendered.text.clone();
        floor.push(began.elapsed());
        assert!(copy.len() >= MEGABYTES * 1_000_000);
    }
    let ours = Sample::of(ours);
    let speed = MEGABYTES as f64 / ours.median().as_secs_f64();
    let what = format!("rendering {MEGABYTES} MB of text: {speed:.0} MB/s (budget: 200)");
    row(&what, &ours, "copying it", Some(&Sample::of(floor)));
}

fn text() {
    let (mut ours, mut floor, mut peak) = (Vec::new(), Vec::new(), 0);
    for _ in 0..5 {
        let (url, beside) = (scripted::start(), scripted::start());
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_livysh"))
            .args(["--url", &url, "-s", "0", "-l", "python", "-e", "text"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut buffer = vec![0; 1 << 20];
        let mut read = 0;
        while let Ok(count @ 1..) = output.read(&mut buffer) {
            read += count;
            peak = peak.max(kilobytes(child.id(), "VmHWM:"));
        }
        assert!(child.wait().unwrap().success());
        assert!(read >= MEGABYTES * 1_000_000);
        ours.push(began.elapsed());
        floor.push(fetched(&beside, "text"));
    }
    let ours = Sample::of(ours);
    let speed = MEGABYTES as f64 / ours.median().as_secs_f64();
    let times = peak as f64 * 1024.0 / (MEGABYTES as f64 * 1e6);
    let what = format!(
        "{MEGABYTES} MB of text to a pipe: {speed:.0} MB/s (budget: 80), \
         peak {times:.2} × the payload (budget: 3)"
    );
    row(
        &what,
        &ours,
        "reading the JSON alone",
        Some(&Sample::of(floor)),
    );
}

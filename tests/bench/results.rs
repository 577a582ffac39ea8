//! Large results: from Enter to the first screen of 10,000 rows of 20 columns, and 100 MB of text.
//!
//! The floor has a server of its own, and a process that is measured a new one: of a statement whose number
//! leaves room for others livysh reads those, too, for they could be copies of it.

use crate::connected::Connected;
use crate::live;
use crate::process::kilobytes;
use crate::scripted;
use crate::table::{Row, Sample};
use crate::terminal::{self, Terminal, USUAL_ROWS};
use livysh::render::{self, View};
use serde_json::json;
use std::io::Read;
use std::process::Stdio;
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
    // The server has made them.
    fetched(&beside, "rows");
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
        let ours = Sample::of(ours);
        Row::of(format!("10,000 × 20 table to first screen, {pager}"), &ours)
            .beside("reading the JSON alone", &Sample::of(floor))
            .budget("50 ms", ours.median() <= Duration::from_millis(50))
            .print();
    }
}

/// How long the statement's answer takes without livysh's front end.
fn fetched(url: &str, code: &str) -> Duration {
    Connected::attach(url, 0).statement(code, None)
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
    Row::of(
        format!("rendering {MEGABYTES} MB of text: {speed:.0} MB/s"),
        &ours,
    )
    .beside("copying it", &Sample::of(floor))
    .budget("200 MB/s", speed >= 200.0)
    .print();
}

fn text() {
    let (mut ours, mut floor, mut peak) = (Vec::new(), Vec::new(), 0);
    // The server has made it.
    fetched(&scripted::start(), "text");
    for _ in 0..5 {
        let (url, beside) = (scripted::start(), scripted::start());
        let began = Instant::now();
        let mut child = live::livysh(&url, 0, "python")
            .args(["-e", "text"])
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
    Row::of(
        format!("{MEGABYTES} MB of text to a pipe: {speed:.0} MB/s"),
        &ours,
    )
    .beside("reading the JSON alone", &Sample::of(floor))
    .budget("80 MB/s", speed >= 80.0)
    .print();
    let times = peak as f64 * 1024.0 / (MEGABYTES as f64 * 1e6);
    let megabytes = peak as f64 / 1024.0;
    Row::figure(
        format!("peak memory with {MEGABYTES} MB of text (VmHWM)"),
        format!("{megabytes:.0} MB"),
    )
    .beside_words(format!("the text {MEGABYTES} MB"))
    .ratio(times)
    .budget("3 ×", times <= 3.0)
    .print();
}

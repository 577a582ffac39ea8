//! From launch to the first result on a local Spark, beside the shells of the same Spark: all at a
//! terminal, the line typed at once, in turn in the same minutes.

use crate::{Sample, row};
use livysh::local::{Runtime, Search, prepare};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const RUNS: usize = 3;
/// Gives a number that stands nowhere in what is typed, nor in a greeting.
const SUM: &str = "spark.range(7).count() * 1111111";
const QUERY: &str = "select 7 * 1111111 as a;";
const RESULT: &str = "7777777";

fn cache() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.cache")
}

fn runtime() -> Runtime {
    let search = Search {
        java_home: std::env::var_os("JAVA_HOME").map(PathBuf::from),
        cache: cache().join("livysh"),
        ..Search::default()
    };
    prepare(&search, &AtomicBool::new(false), &mut |_, _| {}).unwrap()
}

/// Starts the program, types the line, and waits until the result is on the screen.
fn first_result(mut command: CommandBuilder, line: &str) -> Duration {
    command.env("TERM", "dumb");
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let began = Instant::now();
    let mut child = pair.slave.spawn_command(command).unwrap();
    let mut writer = pair.master.take_writer().unwrap();
    writer.write_all(format!("{line}\r").as_bytes()).unwrap();
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut shown = Vec::new();
    let mut chunk = [0; 4096];
    while !String::from_utf8_lossy(&shown).contains(RESULT) {
        let read = reader.read(&mut chunk).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&shown));
        shown.extend_from_slice(&chunk[..read]);
    }
    let took = began.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    took
}

fn livysh(language: &str, more: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_livysh"));
    command.args(["--local", "-l", language]);
    command.args(more);
    command.env("XDG_CACHE_HOME", cache());
    command
}

/// A shell that Spark itself brings.
fn shell(runtime: &Runtime, name: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(runtime.spark_home.join("bin").join(name));
    command.args(["--master", "local[*]"]);
    command.env("SPARK_HOME", &runtime.spark_home);
    command.env("PYSPARK_PYTHON", &runtime.python);
    command.env("PYSPARK_DRIVER_PYTHON", &runtime.python);
    command.env("SPARK_LOCAL_IP", "127.0.0.1");
    command
}

/// Keeps a server going until it has written its archive of classes.
fn write_archive() {
    let archives = cache().join("livysh/archives");
    let written = || {
        std::fs::read_dir(&archives).is_ok_and(|entries| {
            let mut names = entries.flatten().map(|entry| entry.file_name());
            names.any(|name| name.to_string_lossy().ends_with(".jsa"))
        })
    };
    if written() {
        return;
    }
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut child = pair.slave.spawn_command(livysh("python", &[])).unwrap();
    let deadline = Instant::now() + Duration::from_secs(180);
    while !written() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(500));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

pub(crate) fn measure() {
    let runtime = runtime();
    write_archive();
    let cold = ["--without", "archive"];
    let mut times = vec![Vec::new(); 8];
    for _ in 0..RUNS {
        for (index, took) in [
            first_result(livysh("python", &[]), SUM),
            first_result(shell(&runtime, "pyspark"), SUM),
            first_result(livysh("scala", &[]), SUM),
            first_result(shell(&runtime, "spark-shell"), SUM),
            first_result(livysh("sql", &[]), QUERY),
            first_result(livysh("python", &cold), SUM),
            first_result(livysh("scala", &cold), SUM),
            first_result(livysh("sql", &cold), QUERY),
        ]
        .into_iter()
        .enumerate()
        {
            times[index].push(took);
        }
    }
    let mut samples = times.into_iter().map(Sample::of);
    let mut next = || samples.next().unwrap();
    let (python, pyspark, scala, spark_shell, sql) = (next(), next(), next(), next(), next());
    row(
        "launch to first Python result, warm",
        &python,
        "pyspark",
        Some(&pyspark),
    );
    row(
        "launch to first Scala result, warm",
        &scala,
        "spark-shell",
        Some(&spark_shell),
    );
    row(
        "launch to first SQL result, warm",
        &sql,
        "pyspark's first result",
        Some(&pyspark),
    );
    row(
        "launch to first Python result, no archive",
        &next(),
        "pyspark",
        Some(&pyspark),
    );
    row(
        "launch to first Scala result, no archive",
        &next(),
        "spark-shell",
        Some(&spark_shell),
    );
    row(
        "launch to first SQL result, no archive",
        &next(),
        "pyspark's first result",
        Some(&pyspark),
    );
}

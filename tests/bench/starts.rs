//! From launch to the first result on a local Spark, beside the shells of the same Spark: all at a
//! terminal, the line typed at once, in turn in the same minutes.

use crate::spark::{self, cache};
use crate::table::{Row, Sample};
use crate::terminal::at_home;
use livysh::local::Runtime;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

const RUNS: usize = 3;
/// Gives a number that stands nowhere in what is typed, nor in a greeting.
const SUM: &str = "spark.range(7).count() * 1111111";
const QUERY: &str = "select 7 * 1111111 as a;";
const RESULT: &str = "7777777";

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
    at_home(&mut command, env!("CARGO_TARGET_TMPDIR"));
    command.env("XDG_CACHE_HOME", cache());
    // The shells' Spark is the one in the cache.
    for name in ["SPARK_HOME", "VIRTUAL_ENV"] {
        command.env_remove(name);
    }
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
    let runtime = spark::private();
    write_archive();
    let cold = ["--without", "archive"];
    let programs: [(&dyn Fn() -> CommandBuilder, &str); 8] = [
        (&|| shell(&runtime, "pyspark"), SUM),
        (&|| shell(&runtime, "spark-shell"), SUM),
        (&|| livysh("python", &[]), SUM),
        (&|| livysh("scala", &[]), SUM),
        (&|| livysh("sql", &[]), QUERY),
        (&|| livysh("python", &cold), SUM),
        (&|| livysh("scala", &cold), SUM),
        (&|| livysh("sql", &cold), QUERY),
    ];
    let mut times = programs.map(|_| Vec::new());
    for _ in 0..RUNS {
        for ((program, line), times) in programs.iter().zip(&mut times) {
            times.push(first_result(program(), line));
        }
    }
    let [pyspark, spark_shell, ours @ ..] = times.map(Sample::of);
    let rows = [
        ("Python result, warm", "pyspark", &pyspark, Some(0.6)),
        ("Scala result, warm", "spark-shell", &spark_shell, Some(0.7)),
        ("SQL result, warm", "pyspark", &pyspark, None),
        ("Python result, no archive", "pyspark", &pyspark, None),
        (
            "Scala result, no archive",
            "spark-shell",
            &spark_shell,
            None,
        ),
        ("SQL result, no archive", "pyspark", &pyspark, None),
    ];
    for ((what, peer, theirs, budget), ours) in rows.into_iter().zip(&ours) {
        let mut row = Row::of(format!("--local: launch to first {what}"), ours);
        row = row.beside(peer, theirs);
        if let Some(budget) = budget {
            row = row.budget(format!("{budget} ×"), ours.times(theirs) <= budget);
        }
        row.print();
    }
}

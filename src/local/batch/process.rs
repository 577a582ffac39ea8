//! Keeps a batch's process: starts it, takes in what it prints, ends it.
//!
//! The process is a small Python program, `driver/batch.py`, that launches Spark's JVM as its child.
//! It ends by itself when its standard input ends, so that nothing outlives a killed livysh.

use super::Batch;
use crate::local::conf;
use crate::local::driver::{Lines, Process, line_of, write_line, write_package};
use crate::local::runtime::Runtime;
use crate::local::wire::CreateBatch;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};

/// How long a batch may take to end by itself.
const END_PATIENCE: Duration = Duration::from_secs(5);
/// How long the rest of its output may take when its processes are gone.
const LOG_PATIENCE: Duration = Duration::from_secs(1);

/// Imports the package from the batch's directory.
const BOOTSTRAP: &str = "\
import sys
sys.path.insert(0, sys.argv.pop(1))
from livysh_driver.batch import main
main()
";

/// The one line that the process reads.
#[derive(Serialize)]
struct Settings<'a> {
    directory: &'a Path,
    java: &'a Path,
    java_major: u32,
    spark_home: &'a Path,
    conf: BTreeMap<String, String>,
    /// What stands behind the settings on spark-submit's command line.
    arguments: Vec<&'a str>,
}

impl Batch {
    pub(super) async fn live(
        self: &Arc<Batch>,
        runtime: &Runtime,
        file: &str,
        request: &CreateBatch,
        directory: &Path,
    ) {
        let code = match self.run(runtime, file, request, directory).await {
            Ok(code) => code,
            Err(error) => {
                let told = format!("the batch could not be started: {error}");
                self.lock().add_line(told);
                std::fs::remove_dir_all(directory).ok();
                None
            }
        };
        self.lock().end(code, Instant::now());
        self.over.send_replace(true);
    }

    async fn run(
        self: &Arc<Batch>,
        runtime: &Runtime,
        file: &str,
        request: &CreateBatch,
        directory: &Path,
    ) -> io::Result<Option<i32>> {
        std::fs::create_dir_all(directory)?;
        write_package(directory)?;
        let (mut child, mut lines) = start(runtime, directory)?;
        let input = child.stdin.take();
        let mut process = Process::of(child, directory);
        let mut input = input.ok_or_else(|| io::Error::other("the batch's pipe is missing"))?;
        let settings = Settings {
            directory,
            java: &runtime.java,
            java_major: runtime.java_major,
            spark_home: &runtime.spark_home,
            conf: conf::batch(&request.resources, directory),
            arguments: arguments(file, request),
        };
        // One that is gone already says why in its output.
        if let Ok(line) = line_of(&settings) {
            write_line(&mut input, &line).await.ok();
        }
        self.lock().run();
        let logger = self.clone();
        let mut logging = tokio::spawn(async move {
            while let Some(line) = lines.next().await {
                logger.lock().add_line(line);
            }
        });
        let mut asked = self.ask.subscribe();
        let code = tokio::select! {
            code = process.wait() => code,
            _ = asked.wait_for(|asked| *asked) => None,
        };
        drop(input);
        process.end(END_PATIENCE).await;
        // A process that has left the group may hold the pipe open.
        if tokio::time::timeout(LOG_PATIENCE, &mut logging)
            .await
            .is_err()
        {
            logging.abort();
        }
        Ok(code)
    }
}

/// Starts the process; both streams of its output are one.
fn start(runtime: &Runtime, directory: &Path) -> io::Result<(Child, Lines<Receiver>)> {
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(&runtime.python);
    command
        // Neither the user's settings nor files of the current directory are its business.
        .args(["-I", "-B", "-c", BOOTSTRAP])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .kill_on_drop(true);
    runtime.equip(command.as_std_mut());
    // Of the user's own interpreter for drivers it would not be told.
    command.env("PYSPARK_DRIVER_PYTHON", &runtime.python);
    let child = command.spawn()?;
    let output = Receiver::from_owned_fd(reader.into())?;
    Ok((child, Lines::of(output)))
}

/// The class, the file and what the file is given, as spark-submit takes them.
fn arguments<'a>(file: &'a str, request: &'a CreateBatch) -> Vec<&'a str> {
    let mut arguments = Vec::new();
    if let Some(class) = &request.class_name {
        arguments.extend(["--class", class]);
    }
    arguments.push(file);
    arguments.extend(request.args.iter().map(String::as_str));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_parts_sparks_arguments_from_its_own() {
        let request = CreateBatch {
            class_name: Some("a.Main".to_owned()),
            args: vec!["--conf".to_owned(), "b c".to_owned()],
            ..CreateBatch::default()
        };
        assert_eq!(
            arguments("/a.jar", &request),
            ["--class", "a.Main", "/a.jar", "--conf", "b c"]
        );
    }
}

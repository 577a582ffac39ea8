//! Every exchange that was recorded from Apache Livy 0.9.0, replayed against the strict server: the
//! same status, the headers that matter, the same body after one normalisation (`normal.rs`).
//!
//! Each recording is replayed as it is and once more with words and constants of its snippets changed
//! by a seed (`vary.rs`), so that no answer can be canned. Of the statements that were posted between
//! two recorded exchanges only the ids are known: others are posted in their place.
//!
//! What differs all the same, and why:
//!
//! 1. How far a statement or a batch had come when it was looked at before its end, and when Livy
//!    notes the end of one that never ran: a matter of time.
//! 2. `GET /version`: this server names itself.
//! 3. A Python error that Livy's own shell raises while it compiles (`await x`), and what that shell
//!    writes to standard error before it dies: both quote Livy's own source.
//! 4. Names offered for an empty prefix: those of the packages on the class path, where Livy adds its
//!    own, and of what unrecorded statements had defined.
//! 5. Where things are: a Java object's hash, and the line in a library's file, which moves with the
//!    library's version.

mod driver;
mod normal;
mod recording;
mod vary;

use crate::support::chance::seed;
use crate::support::spark::serve;
use driver::Replay;
use livysh::local::Server;
use std::path::Path;
use std::time::Duration;

/// Stands for Livy's 30 s, so that the tests need not wait for it; a Spark job must begin within it,
/// also on a slow machine.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

fn replay(server: &Server, seed: Option<u64>, recordings: &[&str]) {
    replay_with(server, seed, None, recordings);
}

fn replay_with(
    server: &Server,
    seed: Option<u64>,
    files: Option<(String, String)>,
    recordings: &[&str],
) {
    let mut replay = Replay::new(server, seed, files);
    for recording in recordings {
        replay.run(recording);
    }
    let wrong = &replay.wrong;
    assert!(
        wrong.is_empty(),
        "{} of {} exchanges differ (seed {seed:?}):\n{}",
        wrong.len(),
        replay.checked,
        wrong.join("\n")
    );
    assert!(replay.checked > 0);
}

const SESSIONS: [&str; 16] = [
    "01-version-root.json",
    "02-create-spark-starting.json",
    "03-scala-statements.json",
    "04-log.json",
    "05-completion.json",
    "06-pyspark-session-and-statements.json",
    "07-pyspark-desync.json",
    "08-shared-session.json",
    "09-cancel-scala-job.json",
    "10-cancel-python-job.json",
    "11-progress.json",
    "12-cancel-thread-sleep.json",
    "13-sql.json",
    "15-doas-names-lifecycle.json",
    "16-stop-delete-running.json",
    "17-bad-session.json",
];

fn strict() -> Server {
    serve(|options| {
        options.strict = true;
        options.cancel_timeout = CANCEL_TIMEOUT;
    })
}

#[test]
fn every_recorded_exchange_is_answered_as_apache_livy_answered_it() {
    replay(&strict(), None, &SESSIONS);
}

#[test]
fn the_same_holds_for_other_words_and_numbers() {
    replay(&strict(), Some(seed()), &SESSIONS);
}

#[test]
fn batches_are_answered_as_apache_livy_answered_them() {
    // As long as the recorded one was: places in a body count from its beginning.
    let allowed = tempfile::Builder::new()
        .prefix("b")
        .rand_bytes(7)
        .tempdir_in("/tmp")
        .unwrap();
    let forbidden = tempfile::tempdir().unwrap();
    let write = |name: &str, code: &str| {
        let session = "from pyspark.sql import SparkSession\n\
                       spark = SparkSession.builder.getOrCreate()\n";
        let code = code.replace("SPARK\n", session);
        std::fs::write(allowed.path().join(name), code).unwrap();
    };
    write(
        "ok.py",
        "import sys\nSPARK\nprint('args', sys.argv[1:], spark.range(5).count())\n",
    );
    write("bad.py", "import sys\nprint('bad batch')\nsys.exit(3)\n");
    write("long.py", "import time\ntime.sleep(300)\n");
    let path = |folder: &Path| folder.to_str().unwrap().to_owned();
    let started = || {
        serve(|options| {
            options.strict = true;
            options.allowed_folders = vec![allowed.path().to_owned()];
        })
    };
    let server = started();
    let files = (path(allowed.path()), path(forbidden.path()));
    replay_with(&server, None, Some(files.clone()), &["14-batches.json"]);
    server.stop();
    let server = started();
    replay_with(&server, Some(seed()), Some(files), &["14-batches.json"]);
}

#[test]
fn protection_against_forged_requests_is_as_recorded() {
    for seed in [None, Some(seed())] {
        let server = serve(|options| {
            options.strict = true;
            options.csrf_protection = true;
        });
        replay(&server, seed, &["18-csrf-on.json"]);
        server.stop();
    }
}

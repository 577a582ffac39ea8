//! `livysh batch`: on a server whose drivers are stubs, and once on a real Spark.

use crate::support::eventually;
use crate::support::http::get;
use crate::support::processes::{processes_with, send};
use crate::support::program::{Home, Ran};
use crate::support::scripted::{Answer, Scripted};
use crate::support::spark;
use crate::support::stub;
use livysh::local::Server;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server with a home beside it.
fn ground() -> (Server, Home) {
    let home = Home::new();
    (stub::serve(&home), home)
}

fn batch(home: &Home, url: &str, arguments: &[&str]) -> Ran {
    home.run(&[&["--url", url, "batch"], arguments].concat())
}

/// Submits a program; the name of the batch.
fn submit(home: &Home, url: &str, code: &str, options: &[&str]) -> (String, Ran) {
    let file = home.write("job.py", code);
    let file = [file.to_str().unwrap()];
    let ran = batch(home, url, &[&["submit"], options, &file].concat());
    (ran.out.trim_end().to_owned(), ran)
}

/// Runs until a file is there.
fn waiting(file: &Path) -> String {
    format!(
        "import os, time\nprint('began', flush=True)\nwhile not os.path.exists({file:?}): time.sleep(0.02)\nprint('done')\n"
    )
}

fn list(url: &str) -> Vec<Value> {
    let list = get(&format!("{url}/batches")).json();
    list["sessions"].as_array().unwrap().clone()
}

#[test]
fn a_batch_is_submitted_listed_shown_followed_and_stopped() {
    let (server, home) = ground();
    let url = &server.url();
    batch(&home, url, &[]).gave("ID  NAME  STATE  APPLICATION\n", 0);
    let go = home.path().join("go");
    let (name, ran) = submit(&home, url, &waiting(&go), &[]);
    assert!(name.starts_with("job-") && ran.code == 0, "{ran:?}");
    ran.said(&[&format!(
        "Follow it with:  livysh --url {url} batch log --follow {name}\n"
    )]);
    let listed = batch(&home, url, &["list"]);
    let row = listed.out.lines().nth(1).unwrap();
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words[..2], ["0", &name], "{listed:?}");
    assert!(["starting", "running"].contains(&words[2]), "{listed:?}");

    let mut following = home.command(&["--url", url, "batch", "log", "--follow", &name]);
    let following = following.spawn().unwrap();
    eventually("it has begun", || {
        batch(&home, url, &["log", "0"])
            .out
            .contains("began")
            .then_some(())
    });
    let shown = batch(&home, url, &["show", &name]);
    assert!(
        shown
            .out
            .starts_with(&format!("id            0\nname          {name}\n")),
        "{shown:?}"
    );
    std::fs::write(&go, "").unwrap();
    Ran::of(following.wait_with_output().unwrap()).gave("began\ndone\n", 0);

    let stopped = batch(&home, url, &["stop", &name]);
    stopped.gave("", 0);
    stopped.said(&[&format!("Batch {name} has ended and is off the list.\n")]);
    assert_eq!(list(url).len(), 0);
    for command in ["show", "log", "stop"] {
        let ran = batch(&home, url, &[command, &name]);
        ran.gave("", 3);
        ran.said(&[&format!("Session '{name}' not found.")]);
    }
}

#[test]
fn who_waits_ends_as_the_batch_does() {
    let (server, home) = ground();
    let url = &server.url();
    let go = home.path().join("go");
    let file = home.write("job.py", &waiting(&go));
    let file = file.to_str().unwrap();
    let arguments = [
        "--url", url, "batch", "submit", "--wait", "--name", "nightly", file,
    ];
    let mut child = home.command(&arguments).spawn().unwrap();
    // It ends only when it was seen to run.
    let told = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut told = told.map(Result::unwrap);
    assert!(told.any(|line| line == "batch 0 is running"));
    std::fs::write(&go, "").unwrap();
    assert!(told.any(|line| line == "batch 0 is success"));
    let ran = Ran::of(child.wait_with_output().unwrap());
    let name = ran.out.trim_end();
    assert!(name.starts_with("nightly-"), "{ran:?}");
    ran.gave(&format!("{name}\n"), 0);

    let (name, ran) = submit(&home, url, "raise ValueError('no data')\n", &["--wait"]);
    ran.gave(&format!("{name}\n"), 1);
    ran.said(&[
        &format!("livysh: batch {name} on {url} is dead\nthe end of its log:\n"),
        "  ValueError: no data\n",
    ]);
    let followed = batch(&home, url, &["log", &name, "--follow"]);
    assert!(
        followed.out.ends_with("ValueError: no data\n"),
        "{followed:?}"
    );
    assert_eq!(followed.code, 1);
    assert_eq!(batch(&home, url, &["log", &name]).code, 0);
}

#[test]
fn ctrl_c_leaves_the_batch_and_tells_the_way_back() {
    let (server, home) = ground();
    let url = &server.url();
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let file = home.write("job.py", &waiting(&home.path().join("never")));
        let before = list(url).len();
        let mut command = home.command(&[
            "--url",
            url,
            "batch",
            "submit",
            "--wait",
            file.to_str().unwrap(),
        ]);
        let child = command.spawn().unwrap();
        eventually("it runs", || {
            let all = list(url);
            let last = all.last()?;
            (all.len() > before && last["state"] == "running").then_some(())
        });
        send(child.id(), signal);
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, code, "{ran:?}");
        let last = list(url).pop().unwrap();
        assert_eq!(last["state"], "running");
        let name = last["name"].as_str().unwrap();
        ran.said(&[&format!(
            "Come back with:  livysh --url {url} batch {} {name}\n",
            match ran.out.is_empty() {
                // It came before the answer.
                true => "show",
                false => "log --follow",
            }
        )]);
    }
}

#[test]
fn a_batch_that_is_taken_away_is_not_said_to_have_succeeded() {
    let (server, home) = ground();
    let url = &server.url();
    let file = home.write("job.py", &waiting(&home.path().join("never")));
    let mut command = home.command(&[
        "--url",
        url,
        "batch",
        "submit",
        "--wait",
        file.to_str().unwrap(),
    ]);
    let child = command.spawn().unwrap();
    eventually("it runs", || {
        (list(url).first()?["state"] == "running").then_some(())
    });
    assert_eq!(batch(&home, url, &["stop", "0"]).code, 0);
    let ran = Ran::of(child.wait_with_output().unwrap());
    let name = ran.out.trim_end();
    // Its end may be seen before it is off the list.
    match ran.code {
        1 => ran.said(&[&format!("livysh: batch {name} on {url} is dead\n")]),
        code => {
            assert_eq!(code, 3, "{ran:?}");
            ran.said(&[&format!("livysh: batch {name} is not there any more")]);
        }
    }
}

#[test]
fn what_the_server_does_not_accept_leaves_nothing_behind() {
    let home = Home::new();
    let server = spark::serve(|options| {
        options.strict = true;
        options.allowed_folders = vec!["/nowhere".into()];
    });
    let url = &server.url();
    let (name, ran) = submit(&home, url, "", &[]);
    assert_eq!((name.as_str(), ran.code), ("", 3));
    ran.said(&["answered 400 Bad Request: Rejected, Reason: requirement failed: Local path "]);
    // Livy lists it for ever.
    assert_eq!(list(url), Vec::<Value>::new());
}

#[test]
fn options_become_fields_and_what_makes_no_sense_is_refused() {
    let home = Home::new();
    let url = "http://127.0.0.1:9";
    let shown = batch(
        &home,
        url,
        &[
            "submit",
            "--dry-run",
            "--class",
            "A",
            "--jars",
            "/a.jar,/b.jar",
            "--conf",
            "spark.x.password=p",
            "--num-executors",
            "3",
            "--packages",
            "a:b:1",
            "--master",
            "yarn",
            "hdfs:///jobs/tool.jar",
            "--class",
            "own",
        ],
    );
    assert_eq!(shown.code, 0, "{shown:?}");
    shown.said(&[
        "--master is passed over: the Livy server decides the master\n",
        &format!("POST {url}/batches\n"),
    ]);
    let mut request: Value = serde_json::from_str(&shown.out).unwrap();
    let name = request["name"].take();
    assert!(name.as_str().unwrap().starts_with("tool-"));
    let expected = json!({"file": "hdfs:///jobs/tool.jar", "args": ["--class", "own"],
        "className": "A", "name": null, "jars": ["/a.jar", "/b.jar"], "numExecutors": 3,
        "conf": {"spark.jars.packages": "a:b:1", "spark.x.password": "***"}});
    assert_eq!(request, expected);

    for (arguments, told) in [
        (
            vec!["--url", url, "batch", "submit", "job.py"],
            "needs a whole path or a scheme",
        ),
        (
            vec!["--url", url, "--conf", "a=b", "batch", "submit", "/j.py"],
            "stand behind submit",
        ),
        (
            vec!["--url", url, "--timeout", "9s", "batch", "submit", "/j.py"],
            "--timeout is for scripts",
        ),
        (
            vec!["--url", url, "--dry-run", "batch", "stop", "1"],
            "--dry-run is for what would be",
        ),
        (vec!["--local", "batch"], "--local ends with livysh"),
        (vec!["batch"], "no Livy server is named"),
    ] {
        let ran = home.run(&arguments);
        ran.gave("", 2);
        ran.said(&[told]);
    }
    batch(&home, url, &["list"]).gave("", 3);
}

/// A server with a batch that is running, whose states are then asked for: each is given once, and
/// the last for ever.
fn told(states: &'static [Option<&'static str>]) -> Scripted {
    let asked = AtomicUsize::new(0);
    Scripted::start(move |request| {
        let path = request.path.split('?').next().unwrap();
        if path.ends_with("/log") {
            return Answer::json("200 OK", json!({"id": 7, "log": ["a line"]}).to_string());
        }
        let number = asked.fetch_add(1, Ordering::Relaxed);
        match states[number.min(states.len() - 1)] {
            Some("gone") => Answer::page("404 Not Found", "<p>no /batches/7, no session</p>"),
            Some(state) => Answer::json("200 OK", json!({"id": 7, "state": state}).to_string()),
            None => Answer::cut(),
        }
    })
}

#[test]
fn who_follows_a_log_outlasts_a_cut_and_is_told_the_way_back() {
    let home = Home::new();
    let server = told(&[Some("running"), None, Some("running"), Some("success")]);
    batch(&home, &server.url, &["log", "7", "--follow"]).gave("a line\n", 0);

    let server = told(&[Some("running"), Some("gone")]);
    let ran = batch(&home, &server.url, &["log", "7", "--follow"]);
    ran.gave("a line\n", 3);
    let back = format!(
        "Batch 7 may go on; how it ends is not known.\nCome back with:  livysh --url {} batch log \
         --follow 7\n",
        server.url
    );
    ran.said(&["answered 404 Not Found: no /batches/7, no session\n", &back]);
}

#[test]
fn a_page_to_sign_on_stops_no_batch() {
    let home = Home::new();
    let server = Scripted::start(|_| Answer::page("200 OK", "<html><form>Sign on</form></html>"));
    let ran = batch(&home, &server.url, &["--retry-for", "1s", "stop", "7"]);
    ran.gave("", 3);
    ran.said(&["/batches/7 answered a web page, not what a Livy server answers\n"]);
}

#[test]
fn a_batch_runs_on_a_real_spark() {
    let (url, _) = spark::shared();
    let home = Home::new();
    let counts = "import sys\nfrom pyspark.sql import SparkSession\n\
        spark = SparkSession.builder.getOrCreate()\n\
        print('counted', spark.range(7).count(), spark.conf.get('spark.x'))\n\
        sys.exit(3)\n";
    let options = ["--wait", "--conf", "spark.x=y", "--driver-memory", "700m"];
    let (name, ran) = submit(&home, url, counts, &options);
    ran.gave(&format!("{name}\n"), 1);
    let log = batch(&home, url, &["log", &name]);
    assert!(log.out.contains("\ncounted 7 y\n"), "{log:?}");
    batch(&home, url, &["stop", &name]).gave("", 0);
}

/// By its class with its arguments; waited for, and stopped while it runs.
#[test]
fn a_jar_runs_by_its_class_and_is_stopped() {
    let (url, _) = spark::shared();
    let home = Home::new();
    let source = r#"object Job { def main(args: Array[String]): Unit = {
        println(args.mkString("job ", "|", ""))
        if (args.contains("stay")) Thread.sleep(3600000) } }"#;
    let jar = spark::jar(home.path(), "Job", source);
    let submit = |options: &[&str], last: &str| {
        let job = ["--class", "Job", jar.to_str().unwrap(), "--day", last];
        let ran = batch(&home, url, &[&["submit"], options, &job].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out.trim_end().to_owned()
    };
    let log = |name: &str| batch(&home, url, &["log", name]).out;
    let name = submit(&["--wait"], "one two");
    assert!(log(&name).contains("job --day|one two\n"), "{}", log(&name));
    batch(&home, url, &["stop", &name]).gave("", 0);

    let name = submit(&[], "stay");
    eventually("it runs", || {
        log(&name).contains("job --day|stay\n").then_some(())
    });
    let of_job = jar.to_str().unwrap();
    assert!(!processes_with(of_job).is_empty());
    batch(&home, url, &["stop", &name]).gave("", 0);
    assert!(processes_with(of_job).is_empty());
}

/// The server keeps two hundred lines; whoever follows gets the five times as many that pass by.
#[test]
fn a_log_is_followed_while_its_window_moves() {
    let (server, home) = ground();
    let code = format!(
        "import os, time\nfor part in range(10):\n    for line in range(100):\n        \
         print(part * 100 + line, flush=True)\n    \
         while not os.path.exists({:?} + str(part)): time.sleep(0.02)\n",
        home.path().join("go-")
    );
    let (name, _) = submit(&home, &server.url(), &code, &[]);
    let arguments = ["--url", &server.url(), "batch", "log", "--follow", &name];
    let mut following = home.command(&arguments).spawn().unwrap();
    let told = BufReader::new(following.stdout.take().unwrap());
    let mut seen = Vec::new();
    for line in told.lines() {
        let line: usize = line.unwrap().parse().unwrap();
        seen.push(line);
        if line % 100 == 99 {
            home.write(&format!("go-{}", line / 100), "");
        }
    }
    Ran::of(following.wait_with_output().unwrap()).gave("", 0);
    assert_eq!(seen, Vec::from_iter(0..1000));
}

#[test]
fn machines_get_one_document_as_the_server_sent_it() {
    let (server, home) = ground();
    let url = &server.url();
    let document = |ran: &Ran| -> Value { serde_json::from_str(&ran.out).unwrap() };
    assert_eq!(document(&batch(&home, url, &["-o", "json"])), json!([]));
    let (_, ran) = submit(&home, url, "print(1)\n", &["-o", "json", "--wait"]);
    assert_eq!(
        (document(&ran)["state"].as_str(), ran.code),
        (Some("success"), 0)
    );
    let sent = get(&format!("{url}/batches/0")).json();
    assert_eq!(
        document(&batch(&home, url, &["show", "0", "-o", "json"])),
        sent
    );
    assert_eq!(
        document(&batch(&home, url, &["list", "-o", "json"])),
        json!([sent])
    );
    let (_, ran) = submit(&home, url, "1/0\n", &["-o", "json", "--wait"]);
    assert_eq!(
        (document(&ran)["state"].as_str(), ran.code),
        (Some("dead"), 1)
    );
    let (_, ran) = submit(&home, url, "1\n", &["-o", "json"]);
    assert_eq!((document(&ran)["id"].as_i64(), ran.code), (Some(2), 0));
}

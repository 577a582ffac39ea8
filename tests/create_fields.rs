//! What a request for a session asks for takes effect in the driver and in tasks.

use crate::support::eventually;
use crate::support::http::{get, post, request};
use crate::support::spark::{jar, serve, wait_until_idle};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const CLASS: &str =
    "package livyshtest\nclass Greeter extends Serializable { def greet = \"hello from a jar\" }\n";

fn text(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn archive(folder: &Path) -> String {
    let inner = folder.join("inner.txt");
    std::fs::write(&inner, "from an archive").unwrap();
    let path = folder.join("things.tgz");
    let mut tar = Command::new("tar");
    tar.arg("-C")
        .arg(folder)
        .arg("-czf")
        .arg(&path)
        .arg("inner.txt");
    assert!(tar.status().unwrap().success());
    path.to_str().unwrap().to_owned()
}

#[test]
fn settings_jars_modules_files_and_archives_are_there_in_driver_and_tasks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = serve(|_| {});
    let sessions = format!("{}/sessions", server.url());
    let asked = json!({
        "kind": "pyspark",
        "jars": [jar(folder, "Greeter", CLASS)],
        "pyFiles": [text(folder, "helper.py", "def help():\n    return 'helped'\n")],
        "files": [text(folder, "data.txt", "from a file")],
        "archives": [format!("{}#things", archive(folder))],
        "driverMemory": "900m",
        "driverCores": 1,
        "executorMemory": "512m",
        "executorCores": 1,
        "numExecutors": 3,
        "queue": "root.q",
        "name": "fields",
        "conf": {"spark.sql.shuffle.partitions": "3"},
    });
    let made = post(&sessions, &asked.to_string());
    assert_eq!(made.status, 201, "{made:?}");
    for key in [
        "queue",
        "numExecutors",
        "jars",
        "driverMemory",
        "conf",
        "archives",
    ] {
        assert_eq!(made.json()[key], asked[key], "{key} is echoed");
    }
    let id = made.json()["id"].to_string();
    wait_until_idle(&server.url(), &id);
    let run = |kind: &str, code: &str| -> Value {
        let body = json!({"code": code, "kind": kind}).to_string();
        let statement = post(&format!("{sessions}/{id}/statements"), &body).json();
        let url = format!("{sessions}/{id}/statements/{}", statement["id"]);
        eventually("the statement is over", || {
            let statement = get(&url).json();
            (statement["state"] == "available").then(|| statement["output"].clone())
        })
    };
    let python = |code: &str, expected: &str| {
        let output = run("pyspark", code);
        assert_eq!(output["data"]["text/plain"], expected, "{code}: {output}");
    };
    for (key, value) in [
        ("spark.driver.memory", "900m"),
        ("spark.driver.cores", "1"),
        ("spark.executor.memory", "512m"),
        ("spark.executor.cores", "1"),
        ("spark.executor.instances", "3"),
        ("spark.app.name", "fields"),
        ("spark.sql.shuffle.partitions", "3"),
    ] {
        python(&format!("sc.getConf().get('{key}')"), &format!("'{value}'"));
    }
    python(
        "sc._jvm.java.lang.Runtime.getRuntime().maxMemory() < 1000 * 2**20",
        "True",
    );
    python("import helper; helper.help()", "'helped'");
    python(
        "sc.parallelize([1], 1).map(lambda _: __import__('helper').help()).collect()",
        "['helped']",
    );
    let read = "from pyspark import SparkFiles\ndef read(name):\n    return open(SparkFiles.get(name)).read()\n";
    for (name, content) in [
        ("data.txt", "from a file"),
        ("things/inner.txt", "from an archive"),
    ] {
        python(&format!("{read}read('{name}')"), &format!("'{content}'"));
        python(
            &format!("{read}sc.parallelize([1], 1).map(lambda _: read('{name}')).collect()"),
            &format!("['{content}']"),
        );
    }
    for code in [
        "new livyshtest.Greeter().greet",
        "sc.parallelize(1 to 1).map(_ => new livyshtest.Greeter().greet).first",
    ] {
        let output = run("spark", code);
        let text = output["data"]["text/plain"].as_str().unwrap_or("");
        assert!(
            text.ends_with(": String = hello from a jar\n"),
            "{code}: {output}"
        );
    }
    let gone = request("DELETE", &format!("{sessions}/{id}"), &[], "");
    assert_eq!(gone.status, 200);
}

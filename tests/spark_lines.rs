//! The other line of Spark, 4 with Scala 2.13: the same statements work on it as on 3.5.

use crate::support::eventually;
use crate::support::http::{get, post};
use crate::support::program::{Home, Ran, cache};
use crate::support::spark::{runtime_of, wait_until_idle};
use livysh::local::{Options, Server};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::OnceLock;

/// One session for all tests here; they keep apart by the names they define.
fn shared() -> &'static str {
    static SERVER: OnceLock<(Server, String)> = OnceLock::new();
    let (_, url) = SERVER.get_or_init(|| {
        let options = Options::new(cache().join("livysh"));
        let server = Server::start(&options, runtime_of(Some("4"))).unwrap();
        let url = server.url();
        let made = post(&format!("{url}/sessions"), r#"{"kind":"spark"}"#);
        assert_eq!(made.status, 201, "{made:?}");
        wait_until_idle(&url, "0");
        (server, url)
    });
    url
}

fn run(language: &str, code: &str) -> Ran {
    Home::new().run(&["--url", shared(), "-s", "0", "-l", language, "-e", code])
}

/// Sends a statement as it is, without the client's splitting; gives its URL.
fn start(kind: &str, code: &str) -> String {
    let statements = format!("{}/sessions/0/statements", shared());
    let body = json!({"code": code, "kind": kind}).to_string();
    let id = post(&statements, &body).json()["id"].to_string();
    format!("{statements}/{id}")
}

/// The output of such a statement.
fn submit(kind: &str, code: &str) -> Value {
    let statement = start(kind, code);
    eventually("the statement is available", || {
        let now = get(&statement).json();
        (now["state"] == "available").then(|| now["output"].clone())
    })
}

#[test]
fn it_is_spark_4_with_scala_2_13_and_ansi_sql() {
    let ran = run("python", "print(sc.version)");
    assert!(ran.out.starts_with("4.") && ran.code == 0, "{ran:?}");
    let ran = run("scala", "println(util.Properties.versionNumberString)");
    assert!(ran.out.starts_with("2.13.") && ran.code == 0, "{ran:?}");
    run("sql", "select cast('1' as int) + 1 as two").gave("+---+\n|two|\n+---+\n|  2|\n+---+\n", 0);
    let ran = run("sql", "select cast('x' as int)");
    ran.gave("", 1);
    ran.said(&["CAST_INVALID_INPUT"]);
}

#[test]
fn each_language_echoes() {
    run("scala", "val fourX = 20").gave("val fourX: Int = 20\n", 0);
    let ran = run("scala", "1 + 1");
    assert!(ran.out.starts_with("val res"), "{ran:?}");
    assert!(ran.out.ends_with(": Int = 2\n"), "{ran:?}");
    run("python", "four_x = 20\nfour_x + 1").gave("21\n", 0);
    run("sql", "select 1 as a").gave("+-+\n|a|\n+-+\n|1|\n+-+\n", 0);
}

#[test]
fn definitions_of_many_lines_run_as_a_block() {
    let script = "object FourPair {\n  def sum(a: Int, b: Int) = {\n    a\n      .max(0) + b\n  }\n}\n\
                  if (FourPair.sum(1, 2) == 3) println(\"three\")\nelse println(\"other\")";
    run("scala", script).gave("object FourPair\nthree\n", 0);
    run(
        "python",
        "def four_twice(a):\n    return a * 2\n\nfour_twice(21)",
    )
    .gave("42\n", 0);
}

#[test]
fn a_case_class_is_usable_where_it_was_defined() {
    let script = "case class FourPoint(x: Int, y: Int)\n\
                  spark.range(3).map(i => FourPoint(i.toInt, 1)).map(_.x).reduce(_ + _)";
    let ran = run("scala", script);
    assert!(ran.out.starts_with("class FourPoint\nval res"), "{ran:?}");
    assert!(ran.out.ends_with(": Int = 3\n"), "{ran:?}");
    let output = submit(
        "spark",
        "case class FourName(s: String)\nspark.range(2).map(i => FourName(\"n\" + i)).map(_.s).collect().toList",
    );
    let echo = output["data"]["text/plain"].as_str().unwrap();
    assert!(
        echo.ends_with(": List[String] = List(n0, n1)\n"),
        "{output}"
    );
    let ran = run(
        "scala",
        "sc.parallelize(1 to 2).map(FourPoint(_, 0)).collect().toList",
    );
    assert!(
        ran.out
            .ends_with(": List[FourPoint] = List(FourPoint(1,0), FourPoint(2,0))\n"),
        "{ran:?}"
    );
}

#[test]
fn scalas_errors_begin_with_what_is_wrong() {
    let ran = run("scala", "fourNothing");
    ran.gave("", 1);
    ran.said(&["-e:1: error: not found: value fourNothing\n    fourNothing\n    ^\n"]);
    let output = submit("spark", "fourNothing");
    assert_eq!(
        output["evalue"],
        "<console>:1: error: not found: value fourNothing"
    );
    assert_eq!(
        output["traceback"],
        serde_json::json!(["       fourNothing\n", "       ^\n"])
    );
    // The class is compiled as a block of its own; lines are counted through all the same.
    let output = submit(
        "spark",
        "case class FourKey(n: Int)\nval fourA: Int = \"x\"\nfourNothing",
    );
    let lines = output["traceback"].as_array().unwrap().iter();
    let rest: String = lines.map(|line| line.as_str().unwrap()).collect();
    assert_eq!(output["evalue"], "<console>:2: error: type mismatch;");
    assert_eq!(
        rest,
        " found   : String(\"x\")\n required: Int\n       val fourA: Int = \"x\"\n                        ^\n\
         <console>:3: error: not found: value fourNothing\n       fourNothing\n       ^\n"
    );
    let ran = run("scala", "println(\"before\")\n1 / 0");
    ran.gave("before\n", 1);
    ran.said(&["-e:2: java.lang.ArithmeticException: / by zero\n    1 / 0\n"]);
}

#[test]
fn scalas_exceptions_stand_at_their_line() {
    let ran = run("scala", "val fourD = {\n  val t = 1\n  t / 0\n}");
    ran.said(&["-e:3: java.lang.ArithmeticException: / by zero\n    t / 0\n"]);
    // On an executor, in a function of another statement.
    let script = "def fourE(n: Int) =\n  n / 0\n\nsc.parallelize(1 to 2).map(fourE).collect()";
    let ran = run("scala", script);
    ran.said(&[
        "-e:2: java.lang.ArithmeticException: / by zero\n    n / 0\n",
        "at fourE(-e:2)\n",
        ", on an executor",
    ]);
}

#[test]
fn errors_of_python_and_sql_are_told_once() {
    let ran = run("python", "\n1/0");
    ran.gave("", 1);
    ran.said(&["ZeroDivisionError: division by zero"]);
    // PySpark 4 logs these a second time, as JSON with the Java stack.
    let ran = run("python", "spark.range(1).select('nope')");
    ran.gave("", 1);
    ran.said(&["AnalysisException: [UNRESOLVED_COLUMN"]);
    let ran = run("sql", "select 1/0");
    ran.gave("", 1);
    ran.said(&["DIVIDE_BY_ZERO", "select 1/0"]);
    assert!(!ran.err.contains("\tat "), "{ran:?}");
}

#[test]
fn one_spark_session_serves_all_languages() {
    run(
        "python",
        "spark.range(5).createOrReplaceTempView('four_five')",
    )
    .gave("", 0);
    run("sql", "select sum(id) as s from four_five").gave("+--+\n| s|\n+--+\n|10|\n+--+\n", 0);
    let ran = run("scala", "spark.table(\"four_five\").count()");
    assert!(ran.out.ends_with(": Long = 5\n"), "{ran:?}");
    run(
        "python",
        "sc.parallelize(range(10)).map(lambda i: i * 2).sum()",
    )
    .gave("90\n", 0);
}

#[test]
fn code_can_be_cancelled() {
    for (kind, code) in [
        ("pyspark", "import time; time.sleep(99)"),
        ("spark", "Thread.sleep(99000)"),
    ] {
        let statement = start(kind, code);
        let state = || get(&statement).json()["state"].clone();
        eventually("it runs", || (state() == "running").then_some(()));
        post(&format!("{statement}/cancel"), "{}");
        eventually("it is cancelled", || (state() == "cancelled").then_some(()));
    }
    run("python", "'goes on'").gave("'goes on'\n", 0);
}

#[test]
fn names_are_completed() {
    for (kind, code, name) in [
        ("spark", "List(1).ma", "map"),
        ("pyspark", "spark.ran", "range"),
    ] {
        let body = json!({"code": code, "kind": kind, "cursor": code.len()}).to_string();
        // While a statement of another test runs there is no answer for Scala.
        eventually(name, || {
            let answer = post(&format!("{}/sessions/0/completion", shared()), &body).json();
            let names = answer["candidates"].as_array().unwrap();
            names.contains(&json!(name)).then_some(())
        });
    }
}

#[test]
fn a_spark_that_is_not_there_is_refused_at_once() {
    let home = Home::new();
    let ran = home.run(&["--local", "--spark", "3.4", "-e", "1"]);
    ran.gave("", 2);
    ran.said(&["Spark 3.4 is not supported; --spark takes 3.5, 4"]);
    // A program that answers as an old interpreter does.
    let python = home.write(
        "python3.10",
        "#!/bin/sh\necho '{\"version\": \"3.10.2\", \"minor\": 10}'\n",
    );
    make_executable(&python);
    let python = python.to_str().unwrap();
    let ran = home.run(&["--local", "--spark", "4", "--python", python, "-e", "1"]);
    ran.gave("", 3);
    ran.said(&[
        "is Python 3.10.2: PySpark 4 needs Python 3.11 or newer",
        "hint: ",
    ]);
}

fn make_executable(path: &PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

//! What code and the system may do to a session: it goes on, or it is dead with the reason. It never
//! hangs, and no other session notices.

use crate::support::processes::{memory_of, send};
use crate::support::session::{Place, Session};
use crate::support::spark::serve;
use livysh::local::Server;
use nix::sys::signal::Signal;
use std::time::{Duration, Instant};

/// Less than a statement gets by default, so that the tests need less memory.
const MOST_OUTPUT: usize = 20 << 20;

fn server() -> Server {
    serve(|options| options.most_output = MOST_OUTPUT)
}

fn start(server: &Server) -> Session {
    Session::start(&server.url(), "pyspark")
}

#[test]
fn a_session_whose_process_ends_is_dead_with_the_reason_and_the_others_go_on() {
    let server = server();
    let sessions = [(); 5].map(|()| start(&server));
    sessions.iter().for_each(Session::wait_until_up);
    let [other, java, driver, left, stopped] = &sessions;
    other.text("pyspark", "answer = 42");
    let places = [java, driver, left, stopped].map(Session::place);
    let kill = |session: &Session, of: fn(&Place) -> u32, place: &Place| {
        // With Spark's Python workers, which are in no group of ours.
        let squares = "sc.parallelize([1, 2]).map(lambda n: n * n).collect()";
        assert_eq!(session.text("pyspark", squares), "[1, 4]");
        session.begin("pyspark", "import time; time.sleep(600)");
        send(of(place), Signal::SIGKILL);
    };
    let goes_on = || assert_eq!(other.text("pyspark", "answer"), "42");

    kill(java, |place| place.java, &places[0]);
    java.is_dead("Spark's Java process was killed by signal 9");
    goes_on();
    kill(driver, |place| place.driver, &places[1]);
    driver.is_dead("the driver was killed by signal 9");
    goes_on();
    left.submit("pyspark", "import os; os._exit(3)");
    left.is_dead("the driver ended with exit code 3");
    goes_on();
    stopped.submit("pyspark", "spark.stop()");
    stopped.is_dead("the SparkContext was stopped");
    goes_on();
    places.iter().for_each(Place::is_empty);
}

#[test]
fn whatever_python_does_to_its_own_output_the_session_goes_on() {
    let server = server();
    let session = start(&server);
    session.wait_until_up();
    let gives = |code: &str, expected: &str| {
        assert_eq!(session.text("pyspark", code), expected, "{code}");
        assert_eq!(session.text("pyspark", "1 + 1"), "2", "after {code}");
    };
    gives("import os, sys, subprocess, ctypes, multiprocessing", "");
    gives(
        r#"count = os.write(1, b"a\xff\x00\x1b[1mb")"#,
        "a\u{fffd}\0\u{1b}[1mb",
    );
    gives(
        r#"code = os.system("printf 'a\\377\\000\\033[1mb'")"#,
        "a\u{fffd}\0\u{1b}[1mb",
    );
    gives(
        r#"child = subprocess.run(["printf", "a\\377b"])"#,
        "a\u{fffd}b",
    );
    gives(
        r#"
libc = ctypes.CDLL(None)
_ = libc.puts(b"a\xffb") + libc.fflush(None)"#,
        "a\u{fffd}b",
    );
    // In the order in which it was written, whoever wrote it.
    gives(
        r#"
code = os.system("echo 1")
print(2)
sc._jvm.java.lang.System.out.println("3")
print(4)"#,
        "1\n2\n3\n4",
    );
    // A child that writes without end keeps no statement from its own.
    session.text("pyspark", "child = subprocess.Popen(['yes'])\nprint('on')");
    session.text("pyspark", "code = child.kill() or child.wait()");
    // Half a character does not wait for a statement that could end it.
    gives(r#"count = os.write(1, b"\xc3")"#, "\u{fffd}");
    gives(r"print('\ud800')", "?");
    // The child runs on to the statement's end, where it must not speak for its parent.
    gives(
        r#"
child = os.fork()
if child == 0:
    print("the child")
else:
    print("its end:", os.waitpid(child, 0)[1])"#,
        "the child\nits end: 0",
    );
    gives(
        r#"
context = multiprocessing.get_context("fork")
process = context.Process(target=print, args=("a process",))
process.start()
process.join()"#,
        "a process",
    );
    gives("sys.stdout.close()", "");
    gives("print('on', flush=True)", "on");
    gives("os.close(0); os.close(1); os.close(2)", "");
    gives("code = os.system('echo on; echo log >&2; cat')", "on");
    gives("spark.range(7).count()", "7");
    let began = Instant::now();
    gives("sc._jvm.java.lang.System.out.close()", "");
    gives("code = os.system('echo on')", "on");
    gives("spark.range(7).count()", "7");
    // Nothing waits for what that stream will never bring.
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn huge_results_arrive_cut_visibly_or_whole() {
    let server = server();
    let session = start(&server);
    session.wait_until_up();
    let is_cut = |kind: &str, code: &str| {
        let text = session.text(kind, code);
        let mark = &text[MOST_OUTPUT..];
        assert!(mark.len() < 100, "{kind}: {} bytes", text.len());
        assert!(mark.contains("more characters were dropped"), "{mark}");
    };
    is_cut("pyspark", "for _ in range(100): print('x' * (1 << 20))");
    is_cut("pyspark", "'x' * (100 << 20)");
    is_cut(
        "pyspark",
        r#"import os; code = os.system(r"head -c 104857600 /dev/zero | tr '\0' x")"#,
    );
    is_cut("spark", r#"for (_ <- 1 to 100) println("x" * (1 << 20))"#);
    let output = session.run("sql", "select repeat('x', 20000) from range(1000)");
    let rows = output["data"]["application/json"]["data"].as_array();
    let rows = rows.unwrap_or_else(|| panic!("{output}"));
    let whole = |row: &serde_json::Value| row[0].as_str().unwrap().len() == 20_000;
    assert!(rows.len() == 1000 && rows.iter().all(whole));
    assert_eq!(session.text("pyspark", "1 + 1"), "2");
}

#[test]
fn a_java_without_memory_or_that_exits_is_no_hang() {
    let server = server();
    let mut session = start(&server);
    session.wait_until_up();
    session.submit(
        "spark",
        "{ val kept = scala.collection.mutable.ArrayBuffer[Array[Byte]]()\n\
         while (true) kept += new Array[Byte](1 << 20) }",
    );
    session.submit("pyspark", "1 + 1");
    let ended = crate::support::eventually("an end", || {
        let state = session.state();
        ["idle", "dead"].contains(&state.as_str()).then_some(state)
    });
    if ended == "dead" {
        // What Spark exits with when its threads meet that error.
        session.is_dead("Spark's Java process ended with exit code 52");
        session = start(&server);
        session.wait_until_up();
    }
    let place = session.place();
    assert!(session.text("spark", "1 + 1").ends_with(": Int = 2\n"));
    session.submit("spark", "System.exit(4)");
    session.is_dead("Spark's Java process ended with exit code 4");
    place.is_empty();
}

#[test]
fn two_thousand_statements_leave_the_driver_as_it_was() {
    let server = server();
    let session = start(&server);
    session.wait_until_up();
    let driver = session.place().driver;
    let mut before = 0;
    for batch in 0..40 {
        let numbers = batch * 50..(batch + 1) * 50;
        let statements: Vec<_> = numbers
            .clone()
            .map(|number| ("pyspark", format!("{number} * 3")))
            .collect();
        for (number, output) in numbers.zip(session.run_all(&statements)) {
            let expected = (number * 3).to_string();
            assert_eq!(output["data"]["text/plain"], expected, "{output}");
        }
        if batch == 0 {
            before = memory_of(driver);
        }
    }
    let after = memory_of(driver);
    assert!(
        after < before + before * 3 / 10,
        "{before} KiB, then {after} KiB"
    );
}

//! Where errors are said to be: scripts that fail, on a server that behaves as Apache Livy does and
//! on our own, which knows more.

mod cases;
mod told;

use crate::support::program::Home;
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared, strict};
use cases::{Case, PYTHON, SCALA};

/// Runs each script in the session and looks at what is said of it.
fn all_stand(url: &str, session: &str, cases: &[Case], extension: &str, of_livy: bool) {
    let home = Home::new();
    home.write("helper09.py", "def boom(x):\n    y = x\n    return y / 0\n");
    for (number, case) in cases.iter().enumerate() {
        let name = format!("e{:02}.{extension}", number + 1);
        let text = case.text.replace("HOME", home.path().to_str().unwrap());
        home.write(&name, &text);
        let ran = home.run(&["--url", url, "-s", session, &name]);
        let place = if of_livy { case.livy } else { case.ours };
        let expected = format!("{name}:{place}: {}", case.headline);
        let first = ran.err.find(&format!("{name}:")).unwrap_or(0);
        assert!(
            ran.code == 1 && ran.err[first..].starts_with(&expected),
            "not “{expected}”: {ran:?}"
        );
        assert!(ran.err.contains(case.below), "no “{}”: {ran:?}", case.below);
    }
}

/// A session that behaves as those of Apache Livy.
fn livys_session(server: &str) -> Session {
    let session = Session::start(server, "spark");
    session.wait_until_up();
    session
}

#[test]
fn scripts_fail_at_the_right_line_on_livy() {
    let url = strict();
    let session = livys_session(&url);
    all_stand(&url, session.number(), &SCALA, "scala", true);
    all_stand(&url, session.number(), &PYTHON, "py", true);
    // A function that another file has defined.
    let home = Home::new();
    home.write("a16.py", "x = 1\ndef f16(n):\n    return n / 0\n");
    home.write("b16.py", "y = 1\n\n\n\nf16(y)\n");
    let ran = home.run(&[
        "--url",
        &url,
        "-s",
        session.number(),
        "-f",
        "a16.py",
        "-f",
        "b16.py",
    ]);
    ran.said(&[
        "a16.py:3: ZeroDivisionError: division by zero\n    return n / 0\n",
        "  File \"b16.py\", line 5, in <module>\n  File \"a16.py\", line 3, in f16\n",
    ]);
    session.delete();
}

#[test]
fn scala_fails_at_the_exact_line_on_our_own_server() {
    if !is_ours() {
        return; // Apache Livy tells no lines of what runs.
    }
    let (url, session) = shared();
    all_stand(url, session, &SCALA, "scala", false);
    // A function that another file has defined.
    let home = Home::new();
    home.write("a16.scala", "val x16 = 1\n\ndef f16(n: Int) =\n  n / 0\n");
    home.write("b16.scala", "val y16 = 1\n\n\n\nf16(y16)\n");
    let ran = home.run(&[
        "--url",
        url,
        "-s",
        session,
        "-f",
        "a16.scala",
        "-f",
        "b16.scala",
    ]);
    ran.said(&[
        "a16.scala:4: java.lang.ArithmeticException: / by zero\n    n / 0\n",
        "  at f16(a16.scala:4)\n  at .<init>(b16.scala:5)\n",
    ]);
}

#[test]
fn python_fails_at_the_exact_line_on_our_own_server() {
    if !is_ours() {
        return; // Apache Livy leaves out a statement's own frame.
    }
    let (url, session) = shared();
    all_stand(url, session, &PYTHON, "py", false);
}

#[test]
fn queries_fail_at_the_right_line() {
    let (url, session) = shared();
    let home = Home::new();
    let run = |text: &str| {
        home.write("q.sql", text);
        home.run(&["--url", url, "-s", session, "q.sql"])
    };
    let ran = run("select 1 as a;\n\nselect *\n  from nowhere_at_all\n");
    ran.said(&[
        "q.sql:4: [TABLE_OR_VIEW_NOT_FOUND]",
        "    from nowhere_at_all\n         ^\n",
    ]);
    let ran = run("select 1 as a; select\n  1 +* 2\n");
    ran.said(&["q.sql:2: [PARSE_SYNTAX_ERROR]", "    1 +* 2\n"]);
    let ran = run("select\n  assert_true(false)\n");
    ran.said(&["q.sql:1-2: ", "'false' is not true!", ", on an executor"]);
}

#[test]
fn what_scala_printed_before_it_failed_is_no_error() {
    let url = strict();
    let session = livys_session(&url);
    let home = Home::new();
    let code = "println(\"one\"); println(\"two\"); sys.error(\"three\")";
    let ran = home.run(&["--url", &url, "-s", session.number(), "-e", code]);
    ran.gave("one\ntwo\n", 1);
    ran.said(&["-e:1: java.lang.RuntimeException: three\n"]);
    session.delete();
}

#[test]
fn at_a_prompt_lines_are_those_of_the_block() {
    let url = strict();
    let session = livys_session(&url);
    let home = Home::new();
    let arguments = ["--url", &url, "-s", session.number(), "-l", "scala"];
    let mut screen = Screen::start(&home, &arguments);
    screen.wait_for("Spark session available as 'spark'.");
    screen.wait_for_prompt("scala>");
    screen.paste("val p01 = List(1, 2)\n  .map(_ + 1)\nval q01 = p01\n  .map(_.foo01)");
    screen.wait_for(".map(_.foo01)");
    screen.line("");
    screen.wait_for(
        "<console>:4: error: value foo01 is not a member of Int\n         .map(_.foo01)\n                ^\n",
    );
    screen.wait_for_prompt("scala>");
    screen.line("sc.parallelize(1 to 2).map(_ / 0).collect()");
    screen.wait_for("java.lang.ArithmeticException: / by zero\n");
    screen.wait_for("frames of Spark and the JVM (:trace shows them)");
    screen.wait_for_prompt("scala>");
    assert!(
        !screen.text().contains("at org.apache.spark"),
        "{}",
        screen.text()
    );
    screen.line(":trace");
    screen.wait_for("  at org.apache.spark.");
    screen.line(":lang python");
    screen.wait_for_prompt(">>>");
    screen.paste("x = 1\ndef f01(n):\n    return n / 0\n\ny = 2\nf01(y)");
    screen.wait_for("f01(y)");
    screen.line("");
    screen
        .wait_for("Traceback (most recent call last):\n  File \"<stdin>\", line 6, in <module>\n");
    screen.wait_for("  File \"<stdin>\", line 3, in f01\n    return n / 0\n");
    screen.wait_for("ZeroDivisionError: division by zero\n>>>");
    session.delete();
}

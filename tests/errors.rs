//! Where errors are said to be: scripts that fail, on a server that behaves as Apache Livy does and
//! on our own, which knows more.

use crate::support::program::{Home, Ran};
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared, strict};

/// A script that fails.
struct Case {
    text: &'static str,
    /// Where, by what Livy tells.
    livy: &'static str,
    /// Where, by what our own server tells without `--strict`.
    ours: &'static str,
    headline: &'static str,
    /// What must stand below it on both.
    below: &'static str,
}

const SCALA: [Case; 15] = [
    Case {
        text: "val e01 = 1\n\nnowhere01 + e01\n",
        livy: "3",
        ours: "3",
        headline: "error: not found: value nowhere01",
        below: "    nowhere01 + e01\n    ^\n",
    },
    Case {
        text: "val e02 = 1; val f02: Int = \"a\"\n",
        livy: "1",
        ours: "1",
        headline: "error: type mismatch;",
        below: " required: Int\n    val e02 = 1; val f02: Int = \"a\"\n                                ^\n",
    },
    Case {
        text: "// Syntax.\nprintln(\"before\")\nval e03 = )\n",
        livy: "3",
        ours: "3",
        headline: "error: illegal start of simple expression",
        below: "    val e03 = )\n              ^\n",
    },
    // A chain over several lines, with comments.
    Case {
        text: "val e04 = List(1, 2) // some\n  .map(_ + 1) // more\n  // and\n\n  .map(_.foo04)\n  .sum\n",
        livy: "5",
        ours: "5",
        headline: "error: value foo04 is not a member of Int",
        below: "    .map(_.foo04)\n           ^\n",
    },
    // Two lines with the same words: each error at its own.
    Case {
        text: "val e05 = {\n  nowhere05\n  1\n  nowhere05\n}\n",
        livy: "2",
        ours: "2",
        headline: "error: not found: value nowhere05",
        below: ":4: error: not found: value nowhere05",
    },
    Case {
        text: "def e06(x: Any) = x match {\n  case l: List[Int] =>\n    l.foo06\n}\n",
        livy: "3",
        ours: "3",
        headline: "error: value foo06 is not a member of List[Int]",
        below: ":2: warning: non-variable type argument Int",
    },
    Case {
        text: "class E07 {\n  def f: Int = 1\n}\nobject E07 {\n  val g: Strin = \"\"\n}\n",
        livy: "5",
        ours: "5",
        headline: "error: not found: type Strin",
        below: "    val g: Strin = \"\"\n           ^\n",
    },
    Case {
        text: "val e08 = 3\n\nval f08 = {\n  val t = e08\n  t / 0\n}\n",
        livy: "3-6",
        ours: "5",
        headline: "java.lang.ArithmeticException: / by zero",
        below: "frames of Spark and the JVM",
    },
    Case {
        text: "def e09(x: Int): Int = {\n  val z = 3\n  x / (z - 3)\n}\nval f09 = 1\ne09(f09)\n",
        livy: "6",
        ours: "3",
        headline: "java.lang.ArithmeticException: / by zero",
        below: "  at e09(",
    },
    // In a closure, on an executor.
    Case {
        text: "val e10 = sc.parallelize(1 to 4)\ne10\n  .map { i =>\n    val k = i\n    10 / (k - 3)\n  }\n  .collect()\n",
        livy: "2-7",
        ours: "5",
        headline: "java.lang.ArithmeticException: / by zero",
        below: ", on an executor",
    },
    Case {
        text: "import org.apache.spark.sql.functions.udf\nval e11 = udf { (x: Long) =>\n  10 / (x - 1)\n}\nspark.range(3).select(e11($\"id\")).collect()\n",
        livy: "5",
        ours: "3",
        headline: "java.lang.ArithmeticException: / by zero",
        below: ", on an executor",
    },
    Case {
        text: "print(\"half \"); println(\"line12\"); throw new IllegalStateException(\"outer\", new RuntimeException(\"inner\"))\n",
        livy: "1",
        ours: "1",
        headline: "java.lang.IllegalStateException: outer",
        below: "Caused by: java.lang.RuntimeException: inner\n",
    },
    Case {
        text: "val e13 = 1\nspark.sql(\"\"\"select nope\n  from range(3)\"\"\")\n",
        livy: "2-3",
        ours: "2",
        headline: "org.apache.spark.sql.catalyst.ExtendedAnalysisException: [UNRESOLVED_COLUMN",
        below: "frames of Spark and the JVM",
    },
    Case {
        text: "class E14 {\n  def m(x: Int) = x / 0\n}\nobject F14 {\n  def n() = new E14().m(1)\n}\nF14.n()\n",
        livy: "7",
        ours: "2",
        headline: "java.lang.ArithmeticException: / by zero",
        below: "  at E14.m(",
    },
    Case {
        text: "val e15 = 1\n\nval f15 = List(1,\n  e15\n",
        livy: "3-4",
        ours: "3-4",
        headline: "the statement is incomplete",
        below: "the server said: incomplete statement",
    },
];

const PYTHON: [Case; 16] = [
    Case {
        text: "e01 = 1\n\nnowhere01\n",
        livy: "3",
        ours: "3",
        headline: "NameError: name 'nowhere01' is not defined",
        below: "    nowhere01\n",
    },
    Case {
        text: "e02 = 1\nf02 = (e02 +\n       1) + 'a'\n",
        livy: "2-3",
        ours: "2",
        headline: "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        below: "",
    },
    Case {
        text: "e03 = 1\n\nf03 = e03 +\n",
        livy: "3",
        ours: "3",
        headline: "SyntaxError: invalid syntax",
        below: "    f03 = e03 +\n               ^\n",
    },
    Case {
        text: "def e04(a):\n    if a:\n        b = a b\n    return a\n",
        livy: "3",
        ours: "3",
        headline: "SyntaxError: invalid syntax",
        below: "    b = a b\n",
    },
    Case {
        text: "def e05(x):\n    z = 3\n    return x / (z - 3)\n\nf05 = 1\ne05(f05)\n",
        livy: "3",
        ours: "3",
        headline: "ZeroDivisionError: division by zero",
        below: "py\", line 6, in <module>\n",
    },
    // In a function, on an executor; called over several lines.
    Case {
        text: "def e06(i):\n    return 10 / (i - 3)\n\nf06 = sc.parallelize(range(4))\n(f06\n    .map(e06)\n    .collect())\n",
        livy: "2",
        ours: "2",
        headline: "ZeroDivisionError: division by zero",
        below: ", on an executor",
    },
    Case {
        text: "e07 = sc.parallelize(range(4))\ne07.map(lambda i:\n        10 / (i - 3)).collect()\n",
        livy: "3",
        ours: "3",
        headline: "ZeroDivisionError: division by zero",
        below: ", in <lambda>\n",
    },
    Case {
        text: "from pyspark.sql.functions import udf\n\n@udf('int')\ndef e08(x):\n    return 1 // x\n\nspark.range(3).select(e08('id')).collect()\n",
        livy: "5",
        ours: "5",
        headline: "ZeroDivisionError: integer division or modulo by zero",
        below: ", on an executor",
    },
    // In an imported file.
    Case {
        text: "import sys\nsys.path.insert(0, 'HOME')\nimport helper09\nhelper09.boom(1)\n",
        livy: "4",
        ours: "4",
        headline: "ZeroDivisionError: division by zero",
        below: "/helper09.py\", line 3, in boom\n    return y / 0\n",
    },
    Case {
        text: "spark.sql('select nope10 from range(3)')\n",
        livy: "1",
        ours: "1",
        headline: "AnalysisException: [UNRESOLVED_COLUMN",
        below: "frames of PySpark and Livy",
    },
    Case {
        text: "class E11:\n    def pay(self, n):\n        raise ValueError('a\\nb')\n\nfor n in (1, 2):\n    E11().pay(n)\n",
        livy: "3",
        ours: "3",
        headline: "ValueError: a",
        below: "b\n    raise ValueError('a\\nb')\n",
    },
    Case {
        text: "e12 = 1\nsc._jvm.java.util.ArrayList().get(3)\n",
        livy: "2",
        ours: "2",
        headline: "java.lang.IndexOutOfBoundsException: Index 3 out of bounds for length 0",
        below: "frames of PySpark, Spark and the JVM",
    },
    Case {
        text: "try:\n    1/0\nexcept Exception as e13:\n    raise RuntimeError('second') from e13\n",
        livy: "1-4",
        ours: "4",
        headline: "RuntimeError: second",
        below: "",
    },
    Case {
        text: "e14 = [1, 2]\ne14[\n  7]\n",
        livy: "2-3",
        ours: "2",
        headline: "IndexError: list index out of range",
        below: "",
    },
    Case {
        text: "await e15\n",
        livy: "1",
        ours: "1",
        headline: "SyntaxError: 'await' outside function",
        below: "    await e15\n",
    },
    Case {
        text: "for e16 in range(3):\n# c\nprint(e16)\n",
        livy: "3",
        ours: "3",
        headline: "IndentationError: expected an indented block",
        below: "    print(e16)\n    ^\n",
    },
];

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

fn id(session: &Session) -> &str {
    session.url.rsplit('/').next().unwrap()
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
    all_stand(&url, id(&session), &SCALA, "scala", true);
    all_stand(&url, id(&session), &PYTHON, "py", true);
    // A function that another file has defined.
    let home = Home::new();
    home.write("a16.py", "x = 1\ndef f16(n):\n    return n / 0\n");
    home.write("b16.py", "y = 1\n\n\n\nf16(y)\n");
    let ran = home.run(&[
        "--url",
        &url,
        "-s",
        id(&session),
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
    let ran = home.run(&["--url", &url, "-s", id(&session), "-e", code]);
    ran.gave("one\ntwo\n", 1);
    ran.said(&["-e:1: java.lang.RuntimeException: three\n"]);
    session.delete();
}

#[test]
fn at_a_prompt_lines_are_those_of_the_block() {
    let url = strict();
    let session = livys_session(&url);
    let home = Home::new();
    let arguments = ["--url", &url, "-s", id(&session), "-l", "scala"];
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

#[test]
fn python_taken_for_scala_is_told_once() {
    let url = strict();
    let home = Home::new();
    let text = "import os\ndef f(x):\n    return x\nfrom os import path\n";
    let ran = home.run_with_stdin(&["--url", &url, "--keep-going"], text);
    assert_eq!(ran.code, 1, "{ran:?}");
    let told = ran
        .err
        .matches("hint: this looks like Python: add -l python\n")
        .count();
    assert_eq!(told, 1, "{ran:?}");
    // Who has chosen is not asked.
    let session = livys_session(&url);
    let arguments = [
        "--url",
        &url,
        "-s",
        id(&session),
        "-l",
        "scala",
        "--keep-going",
    ];
    let ran = home.run_with_stdin(&arguments, text);
    assert!(ran.code == 1 && !ran.err.contains("looks like"), "{ran:?}");
    session.delete();
}

/// Runs code in a session and tells of it, also where it failed.
fn run(url: &str, session: &Session, language: &str, code: &str) -> Ran {
    let home = Home::new();
    home.run_with_stdin(
        &[
            "--url",
            url,
            "-s",
            id(session),
            "-l",
            language,
            "--keep-going",
        ],
        code,
    )
}

#[test]
fn a_python_out_of_step_is_told_also_later() {
    let url = strict();
    let session = livys_session(&url);
    let ran = run(
        &url,
        &session,
        "python",
        "1\nimport os; os.system('echo hi')\n6 * 7\n",
    );
    assert_eq!(ran.code, 1, "{ran:?}");
    ran.said(&[
        "<stdin>:2: this session's Python is out of step: ",
        "hint: every later statement of Python here will seem to succeed",
        "This session's Python is out of step: what it answers is not the result",
    ]);
    assert!(!ran.out.contains("42"), "{ran:?}");
    session.delete();
}

#[test]
fn a_python_that_has_ended_is_told() {
    let url = strict();
    let session = livys_session(&url);
    let ran = run(&url, &session, "python", "import os\nos._exit(3)\n1\n");
    ran.said(&[
        "<stdin>:2: this session's Python interpreter has ended\n",
        "<stdin>:3: this session's Python interpreter has ended\n",
        "hint: Scala and SQL may go on in this session; for Python start a new one\n",
    ]);
    assert_eq!(ran.code, 1, "{ran:?}");
    session.delete();
}

#[test]
fn a_stopped_context_is_told() {
    let url = strict();
    let session = livys_session(&url);
    let ran = run(
        &url,
        &session,
        "python",
        "spark.stop()\nspark.range(3).count()\n",
    );
    ran.said(&["<stdin>:2: this session's SparkContext is stopped\n"]);
    let ran = run(&url, &session, "scala", "sc.parallelize(1 to 3).count()\n");
    ran.said(&[
        "<stdin>:1: this session's SparkContext is stopped\n",
        "the server said: java.lang.IllegalStateException: Cannot call methods on a stopped",
        "hint: nothing of Spark runs in this session any more",
    ]);
    session.delete();
}

#[test]
fn a_magic_that_failed_with_status_ok_is_an_error() {
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "python"];
    let ran = home.run_with_stdin(&arguments, "m01 = 1\n%json m01_unknown\n");
    ran.gave("", 1);
    ran.said(&[
        "<stdin>:2: the magic's name is not defined\n",
        "the server said: KeyError: 'm01_unknown'\n",
        "hint: a magic shows a variable: %json NAME\n",
    ]);
}

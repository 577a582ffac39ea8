//! What is said beside an error: what the server's words mean, and what to do.

use super::livys_session;
use crate::support::program::{Home, Ran};
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared, strict};

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
        session.number(),
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
            session.number(),
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

const FUTURE: &str = "from __future__ import annotations\n\nclass Tree28:\n    \
    def child(self) -> Tree28:\n        return self\n\nprint(Tree28().child() is not None)\n";

#[test]
fn an_annotation_that_livy_evaluates_is_told() {
    let url = strict();
    let session = livys_session(&url);
    let ran = run(&url, &session, "python", FUTURE);
    assert_eq!(ran.code, 1, "{ran:?}");
    ran.said(&[
        "<stdin>:4: NameError: name 'Tree28' is not defined\n",
        "hint: this server compiles each statement by itself",
    ]);
    session.delete();
}

#[test]
fn our_own_server_keeps_what_was_imported_from_the_future() {
    if !is_ours() {
        return;
    }
    let (url, session) = shared();
    let home = Home::new();
    let arguments = ["--url", url, "-s", session, "-l", "python"];
    home.run_with_stdin(&arguments, FUTURE).gave("True\n", 0);
}

#[test]
fn warnings_of_python_name_the_file() {
    let (url, session) = shared();
    let home = Home::new();
    let text = "import warnings\n\nif 1 is 2:\n    pass\n\ndef f29():\n    \
                warnings.warn('old')\n\nf29()\n";
    home.write("w29.py", text);
    let ran = home.run(&["--url", url, "-s", session, "w29.py"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for told in [
        "w29.py:3: SyntaxWarning: \"is\" with",
        "w29.py:7: UserWarning: old\n",
    ] {
        assert!(ran.out.contains(told), "no “{told}”: {ran:?}");
    }
}

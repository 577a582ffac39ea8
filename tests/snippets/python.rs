//! The snippets of `python.py` print what pyspark printed for them (`python.expected`, which
//! `generate_python.py` makes), as one script, on a server that behaves as Apache Livy does and on our
//! own. What is compared is what `normal.py` makes of either.

use crate::support::program::{Home, Ran};
use crate::support::session::Session;
use crate::support::spark::{is_ours, runtime, shared, strict};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const SNIPPETS: &str = include_str!("python.py");
const EXPECTED: &str = include_str!("python.expected");
const MARK: &str = "# %% ";

/// What Apache Livy itself makes different.
const EXCEPTIONS: [&str; 1] = [
    // `write` of Livy's `sys.stdout` does not tell how much was written.
    "what a write gives",
];

/// A script of this folder, run by the Python that the tests' Spark belongs to.
fn script(name: &str, arguments: &[&str]) -> Ran {
    let runtime = runtime();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snippets");
    let mut command = Command::new(&runtime.python);
    runtime.equip(&mut command);
    // One that is on the path has no folder.
    if let Some(home) = runtime.java.parent().and_then(Path::parent) {
        command.env("JAVA_HOME", home);
    }
    command.arg("-B").arg(folder.join(name)).args(arguments);
    Ran::of(command.output().unwrap())
}

/// The text after each mark, by its name.
fn sections(text: &str) -> BTreeMap<&str, &str> {
    let parts = text.split(MARK).skip(1);
    let named: BTreeMap<_, _> = parts.filter_map(|part| part.split_once('\n')).collect();
    assert_eq!(
        named.len(),
        text.matches(MARK).count(),
        "a name stands twice"
    );
    named
}

/// All snippets in one script.
fn printed_by_livysh(server: &str, session: &str) -> String {
    let mut text = String::new();
    for line in SNIPPETS.lines() {
        match line.starts_with(MARK) {
            true => text.push_str(&format!("print({line:?})\n")),
            false => text.push_str(&format!("{line}\n")),
        }
    }
    // What livysh says at its end belongs to no snippet.
    text.push_str(&format!("print('{MARK}end')\n"));
    let home = Home::new();
    let file = home.write("snippets.py", &text);
    let arguments = ["-u", server, "-s", session, "--keep-going", "snippets.py"];
    let ran = home.run(&arguments);
    assert_eq!(ran.code, 1, "{ran:?}");
    let files = [
        file,
        home.write("out", &ran.out),
        home.write("err", &ran.err),
    ];
    let ran = script(
        "normal.py",
        &files.each_ref().map(|file| file.to_str().unwrap()),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.out
}

fn compare(server: &str, session: &str, exceptions: &[&str]) {
    let expected = sections(EXPECTED);
    assert!(expected.len() >= 150 && exceptions.len() <= 5);
    let printed = printed_by_livysh(server, session);
    let mut printed = sections(&printed);
    printed.remove("end");
    assert_eq!(printed.len(), expected.len());
    let mut wrong = String::new();
    for (name, expected) in expected {
        // One that is no exception any more is to be struck off.
        if (printed[name] == expected) == exceptions.contains(&name) {
            wrong.push_str(&format!("{name}\n=> {}\nnot {expected}\n", printed[name]));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// In a session of its own: the snippets use all names that there are.
fn in_a_session(server: &str, exceptions: &[&str]) {
    let session = Session::start(server, "pyspark");
    session.wait_until_up();
    let id = session.number();
    compare(server, id, exceptions);
    session.delete();
}

#[test]
fn python_on_livy_prints_what_pyspark_prints() {
    in_a_session(&strict(), &EXCEPTIONS);
}

#[test]
fn python_on_our_own_server_prints_what_pyspark_prints() {
    if is_ours() {
        in_a_session(shared().0, &[]);
    }
}

#[test]
fn pyspark_prints_what_is_expected_of_it() {
    let ran = script("generate_python.py", &["--print"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out == EXPECTED, "{}", ran.out);
}

//! Each snippet of `scala.txt` prints what spark-shell printed for it (`scala.expected`, which
//! `generate_scala.py` makes), through Livy's line-fed compiler and through our own.

use super::{by_number, lines};
use crate::support::program::Home;
use crate::support::session::Session;
use crate::support::spark::{shared, strict};
use livysh::lang::{Feeding, Language, Snippet, to_send};

const SNIPPETS: &str = include_str!("scala.txt");
const EXPECTED: &str = include_str!("scala.expected");

struct Case {
    code: &'static str,
    /// The shell got it line by line, not through `:paste`.
    is_typed: bool,
    expected: Vec<String>,
}

fn cases() -> Vec<Case> {
    let expected = by_number(EXPECTED, "//---");
    let mut cases = Vec::new();
    let mut is_typed = false;
    let mut rest = SNIPPETS;
    for expected in expected {
        let (code, after) = rest.split_once("//---").unwrap_or((rest, ""));
        cases.push(Case {
            code,
            is_typed,
            expected,
        });
        let (mark, next) = after.split_once('\n').unwrap_or_default();
        is_typed = mark.trim() == "typed";
        rest = next;
    }
    assert!(rest.is_empty() && cases.len() >= 150);
    cases
}

fn compare(cases: &[Case], printed: impl Fn(usize, &Case) -> Option<Vec<String>>) {
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        if let Some(printed) = printed(number, case)
            && printed != case.expected
        {
            wrong.push(format!(
                "{number}: {}\n=> {printed:#?}\nnot {:#?}",
                case.code, case.expected
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// As a script, statement by statement.
fn as_script(server: &str) {
    // One of its own: other tests define the same names.
    let session = Session::start(server, "spark");
    session.wait_until_up();
    let session = session.url.rsplit('/').next().unwrap_or_default();
    let cases = cases();
    let mut script = String::new();
    for (number, case) in cases.iter().enumerate() {
        script.push_str(&format!(";println(\"@@BEGIN {number}@@\");\n{}", case.code));
    }
    let home = Home::new();
    let file = home.write("snippets.scala", &script);
    let arguments = ["-u", server, "-s", session, "--keep-going"];
    let ran = home.run(&[&arguments[..], &[file.to_str().unwrap()]].concat());
    let printed = by_number(&ran.out, "@@BEGIN ");
    assert_eq!(printed.len(), cases.len());
    compare(&cases, |number, _| Some(printed[number].clone()));
}

#[test]
fn a_script_on_a_line_fed_compiler_prints_what_the_shell_prints() {
    as_script(&strict());
}

#[test]
fn a_script_on_a_compiler_of_blocks_prints_what_the_shell_prints() {
    as_script(shared().0);
}

/// A whole snippet as one statement, as `:paste` sends it.
#[test]
fn a_pasted_block_is_one_unit_for_a_line_fed_compiler() {
    let session = Session::start(&strict(), "spark");
    session.wait_until_up();
    let cases = cases();
    // Later ones use names of the earlier ones, so that all run.
    let outputs: Vec<Vec<String>> = cases
        .iter()
        .map(|case| as_block(&session, case.code))
        .collect();
    compare(&cases, |number, case| {
        (!case.is_typed).then(|| outputs[number].clone())
    });
}

fn as_block(session: &Session, code: &str) -> Vec<String> {
    let snippet = Snippet {
        language: Language::Scala,
        code: code.trim().to_owned(),
        first_line: 1,
        first_column: 0,
    };
    let output = session.run("spark", &to_send(&snippet, Feeding::ByLine));
    match output["status"] == "ok" {
        true => lines(output["data"]["text/plain"].as_str().unwrap_or_default()),
        false => vec![output.to_string().chars().take(500).collect()],
    }
}

//! Every prefix of every statement of real files, judged as CPython's `codeop` and the parser of
//! Spark's own Scala interpreter judge it; and how such files split.
//!
//! `LIVYSH_REAL_CODE` is the number of files of each language, where it shall be another; the rates
//! are printed.
#![allow(clippy::print_stdout)]

mod corpus;
mod fuzz;
mod judge;
mod oracle;

use crate::support::spark::runtime_of;
use judge::{Report, Tree};
use livysh::lang::Language;
use oracle::Oracle;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn number_of_files(default: usize) -> usize {
    std::env::var("LIVYSH_REAL_CODE").map_or(default, |number| number.parse().unwrap())
}

fn program(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_code");
    folder.join(name)
}

/// Of CPython's library and of PySpark.
fn python_files(number: usize) -> Vec<String> {
    let mut ask = Command::new("python3");
    ask.args([
        "-c",
        "import sysconfig; print(sysconfig.get_path('stdlib'))",
    ]);
    let library = String::from_utf8(ask.output().unwrap().stdout).unwrap();
    let mut files = corpus::files(Path::new(library.trim()), "py", number / 2);
    let spark = runtime_of(Some("3.5")).spark_home;
    files.extend(corpus::files(&spark, "py", number / 2));
    files
}

#[test]
fn python_continues_where_codeop_says_so() {
    let files = python_files(number_of_files(160));
    let report = python(&files);
    println!("Python: {report}");
    assert!(report.files >= 100);
    assert_eq!(report.traps, 0, "{report}");
    assert!(report.right() >= 0.999, "{report}");
    assert_eq!(report.wrong_splits, 0, "{report}");
}

fn python(files: &[String]) -> Report {
    let mut oracle = Oracle::start(Command::new("python3").arg(program("oracle.py")));
    let mut report = Report::default();
    let mut scripts = Vec::new();
    let answers = oracle.ask('t', files.iter().map(String::as_str));
    for (script, trees) in files.iter().zip(answers) {
        // Such as a file of tests that is wrong on purpose.
        if trees == "error" {
            continue;
        }
        let lines: Vec<usize> = [0]
            .into_iter()
            .chain(script.match_indices('\n').map(|(index, _)| index + 1))
            .collect();
        let trees: Vec<Tree> = trees
            .split_terminator('\t')
            .map(|tree| {
                let parts: Vec<&str> = tree.split(' ').collect();
                let number = |index: usize| parts[index].parse::<usize>().unwrap();
                Tree {
                    defines: false,
                    line: number(0),
                    start: lines[number(0)] + number(1),
                    end: lines[number(2)] + number(3),
                }
            })
            .collect();
        report.files += 1;
        report.judge_split(Language::Python, script, &trees);
        scripts.push(script.clone());
    }
    report.judge_prefixes(Language::Python, &scripts, &mut oracle);
    report
}

#[test]
fn scala_continues_where_sparks_parser_says_so() {
    let sources = corpus::scala_sources();
    assert!(sources.exists(), "the sources are missing: run tests/run");
    let report = scala(&corpus::files(&sources, "scala", number_of_files(150)));
    println!("Scala: {report}");
    assert!(report.files >= 100);
    assert_eq!(report.traps, 0, "{report}");
    assert!(report.right() >= 0.997, "{report}");
    assert_eq!(report.wrong_splits, 0, "{report}");
}

fn scala(files: &[String]) -> Report {
    let runtime = runtime_of(Some("3.5"));
    let mut command = Command::new(&runtime.java);
    command
        .args(["-XX:+UseSerialGC", "-cp"])
        .arg(runtime.spark_home.join("jars/*"))
        .args(["scala.tools.nsc.MainGenericRunner", "-nc", "-usejavacp"])
        .arg(program("oracle.scala"));
    let mut oracle = Oracle::start(&mut command);
    let mut report = Report::default();
    let files: Vec<String> = files
        .iter()
        .filter_map(|file| corpus::without_package(file))
        .collect();
    let mut scripts: Vec<String> = Vec::new();
    let bodies = oracle.ask('b', files.iter().map(String::as_str));
    for (file, bodies) in files.iter().zip(bodies) {
        scripts.push(file.clone());
        let places = Places::of(file);
        for body in bodies.split_terminator('\t') {
            let (start, end) = body.split_once(' ').unwrap();
            let (mut start, end) = (places.byte(start), places.byte(end));
            // Outer brackets are no part of their tree.
            while file[..start].ends_with([' ', '(']) {
                start -= 1;
            }
            scripts.push(file[start..end].to_owned());
        }
    }
    let mut seen = HashSet::new();
    scripts.retain(|script| seen.insert(script.clone()));
    let answers = oracle.ask('t', scripts.iter().map(String::as_str));
    let mut parsed = Vec::new();
    for (script, answer) in scripts.into_iter().zip(answers) {
        let mut parts = answer.split('\t');
        let verdict = parts.next().unwrap();
        if verdict == "e" {
            continue;
        }
        if verdict == "c" {
            let places = Places::of(&script);
            let trees: Vec<Tree> = parts
                .map(|tree| {
                    let parts: Vec<&str> = tree.split(' ').collect();
                    let start = places.byte(parts[1]);
                    Tree {
                        defines: parts[0] == "defines",
                        line: start,
                        start,
                        end: places.byte(parts[2]),
                    }
                })
                .collect();
            report.judge_split(Language::Scala, &script, &trees);
        }
        parsed.push(script);
    }
    report.files = files.len();
    report.judge_prefixes(Language::Scala, &parsed, &mut oracle);
    report
}

/// The compiler counts UTF-16 units.
struct Places(Vec<usize>);

impl Places {
    fn of(text: &str) -> Places {
        let units = text
            .char_indices()
            .flat_map(|(index, c)| std::iter::repeat_n(index, c.len_utf16()));
        Places(units.chain([text.len()]).collect())
    }

    fn byte(&self, unit: &str) -> usize {
        self.0[unit.parse::<usize>().unwrap()]
    }
}

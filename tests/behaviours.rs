//! The table of what a demanding user expects: each row names tests that there are, none twice.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

const TABLE: &str = include_str!("behaviours.md");
const ROWS: usize = 60;

/// How a row is shown.
enum Shown {
    By(Vec<String>),
    NotYet,
    /// It cannot be; why.
    Never,
}

fn rows() -> Vec<(usize, Shown)> {
    let rows = TABLE.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let number = cells[0].parse().ok()?;
        let [_, behaviour, shown] = cells[..] else {
            panic!("a row has three cells: {line}");
        };
        assert!(!behaviour.is_empty(), "{line}");
        let shown = match shown {
            "open" => Shown::NotYet,
            why if why.starts_with("cannot: ") => Shown::Never,
            tests => Shown::By(
                tests
                    .split(", ")
                    .map(|test| {
                        let name = test
                            .strip_prefix('`')
                            .and_then(|test| test.strip_suffix('`'));
                        name.unwrap_or_else(|| panic!("no test: {test}")).to_owned()
                    })
                    .collect(),
            ),
        };
        Some((number, shown))
    });
    rows.collect()
}

/// The names of all tests beside this one, as `cargo test -- --list` has them.
fn tests() -> BTreeSet<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_hidden = path.file_name().unwrap().to_str().unwrap().starts_with('.');
            match path.is_dir() {
                true if !is_hidden => walk(&path, found),
                false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
                _ => {}
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut names = BTreeSet::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        let module = path.to_str().unwrap().replace('/', "::");
        let module = module.trim_end_matches("::mod").to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let mut is_test = false;
        for line in text.lines() {
            match line.strip_prefix("fn ") {
                Some(rest) if is_test => {
                    let name = rest.split('(').next().unwrap();
                    names.insert(format!("{module}::{name}"));
                    is_test = false;
                }
                _ if line == "#[test]" => is_test = true,
                _ => is_test &= line.starts_with("#["),
            }
        }
    }
    names
}

#[test]
fn each_row_is_shown_by_tests_of_its_own() {
    let rows = rows();
    let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=ROWS).collect::<Vec<_>>());
    let tests = tests();
    assert!(
        tests.contains(
            concat!(module_path!(), "::each_row_is_shown_by_tests_of_its_own")
                .trim_start_matches("all::")
        )
    );
    let mut cited = BTreeSet::new();
    let (mut open, mut never) = (Vec::new(), Vec::new());
    for (number, shown) in rows {
        match shown {
            Shown::NotYet => open.push(number),
            Shown::Never => never.push(number),
            Shown::By(names) => {
                for name in names {
                    assert!(
                        tests.contains(&name),
                        "row {number}: there is no test {name}"
                    );
                    assert!(
                        cited.insert(name.clone()),
                        "row {number}: {name} stands twice"
                    );
                }
            }
        }
    }
    let shown = ROWS - open.len() - never.len();
    let told = format!("{shown} of {ROWS} are shown; open: {open:?}; cannot be: {never:?}\n");
    std::io::stdout().write_all(told.as_bytes()).unwrap();
}

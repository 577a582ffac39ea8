//! Real code, cut, repeated and mixed at random.
//!
//! `LIVYSH_FUZZ_CASES` is the number of cases, where it shall be another.

use super::{corpus, python_files};
use livysh::lang::{self, Completeness, Language};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use std::sync::LazyLock;

/// So much of a file is taken at once.
const PIECE: usize = 1_500;

static FILES: LazyLock<[Vec<String>; 3]> = LazyLock::new(|| {
    let scala = corpus::files(&corpus::scala_sources(), "scala", 120);
    let sql = [
        "select a, 'b;' from t where c in (1, 2); -- d;\n",
        "create table `a;b` (c int) /* ; */;\ninsert into t values (1, \"x\");\n",
    ];
    [scala, python_files(120), sql.map(str::to_owned).to_vec()]
});

/// What texts are broken with.
const SPLINTERS: [&str; 44] = [
    "\"",
    "\"\"\"",
    "'",
    "'''",
    "`",
    "${",
    "$",
    "s\"",
    "f'",
    "f\"\"\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "/*",
    "*/",
    "//",
    "#",
    ";",
    "\n",
    "\n\n",
    "\r\n",
    "\\",
    "\\\n",
    "\t",
    "    ",
    ".",
    "=",
    "=>",
    "@",
    "<a>",
    "</a>",
    "<a b=\"{\"/>",
    "<!--",
    " <",
    "é",
    "🦀",
    "else",
    "case",
    "class A",
    "try:",
    "while",
];

#[derive(Debug, Clone)]
enum Change {
    Cut(Index, Index),
    Repeat(Index, Index),
    Insert(Index, &'static str),
    /// A piece of another file of any language.
    Graft(Index, Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        (place(), place()).prop_map(|(a, b)| Change::Cut(a, b)),
        (place(), place()).prop_map(|(a, b)| Change::Repeat(a, b)),
        (place(), prop::sample::select(SPLINTERS.to_vec()))
            .prop_map(|(a, splinter)| Change::Insert(a, splinter)),
        (place(), place(), place(), place())
            .prop_map(|(a, language, file, b)| Change::Graft(a, language, file, b)),
    ]
}

fn place(text: &str, index: &Index) -> usize {
    text.floor_char_boundary(index.index(text.len() + 1))
}

fn piece(language: &Index, file: &Index, start: &Index) -> String {
    let files = &FILES[language.index(FILES.len())];
    let text = &files[file.index(files.len())];
    let start = place(text, start);
    let end = text.floor_char_boundary((start + PIECE).min(text.len()));
    text[start..end].to_owned()
}

impl Change {
    fn apply(&self, text: &mut String) {
        let span = |a: &Index, b: &Index| {
            let (a, b) = (place(text, a), place(text, b));
            // Small ones leave more to look at.
            let end = text.floor_char_boundary(a.max(b).min(a.min(b) + 80));
            a.min(b)..end.max(a.min(b))
        };
        match self {
            Change::Cut(a, b) => text.replace_range(span(a, b), ""),
            Change::Repeat(a, b) => {
                let again = text[span(a, b)].repeat(3);
                text.insert_str(place(text, a), &again);
            }
            Change::Insert(at, splinter) => text.insert_str(place(text, at), splinter),
            Change::Graft(at, language, file, start) => {
                text.insert_str(place(text, at), &piece(language, file, start));
            }
        }
    }
}

fn broken_code() -> impl Strategy<Value = String> {
    let place = any::<Index>;
    let changes = prop::collection::vec(change(), 0..8);
    (place(), place(), place(), changes).prop_map(|(language, file, start, changes)| {
        let mut text = piece(&language, &file, &start);
        for change in changes {
            change.apply(&mut text);
        }
        text
    })
}

/// Statements and what stands between them are the source again; nothing between them would be a
/// statement, and a statement is one by itself.
fn check(language: Language, text: &str) -> Result<(), TestCaseError> {
    let whole = lang::completeness(language, text);
    let mut position = 0;
    for range in lang::statement_ranges(language, text) {
        prop_assert!(range.start >= position && range.end > range.start);
        let between = &text[position..range.start];
        let found = lang::statement_ranges(language, between);
        prop_assert!(found.is_empty(), "{language}: {between:?} between");
        let statement = &text[range.clone()];
        if whole != Completeness::Invalid {
            let again = lang::statement_ranges(language, statement);
            let is_one = again.len() == 1 && again[0].len() == statement.len();
            prop_assert!(is_one, "{language}: {statement:?} splits again");
        }
        position = range.end;
    }
    let rest = lang::statement_ranges(language, &text[position..]);
    prop_assert!(
        rest.is_empty(),
        "{language}: {:?} after all",
        &text[position..]
    );
    Ok(())
}

/// A run of the suite looks at the same cases each time; with `LIVYSH_FUZZ_CASES` it searches.
fn config() -> ProptestConfig {
    match std::env::var("LIVYSH_FUZZ_CASES") {
        Ok(cases) => ProptestConfig::with_cases(cases.parse().unwrap()),
        Err(_) => ProptestConfig {
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::with_cases(400)
        },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn broken_code_splits_and_joins(text in broken_code()) {
        for language in Language::ALL {
            check(language, &text)?;
        }
    }
}

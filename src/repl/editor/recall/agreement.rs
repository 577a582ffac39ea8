//! What a file holds and how it is searched are the same here as with rustyline's own history.

use super::*;
use crate::repl::history::Loaded;
use proptest::prelude::*;
use rustyline::Config;
use rustyline::history::FileHistory;

/// Rustyline's history of a file, and the one here.
fn both(text: &str, most: usize) -> (FileHistory, Recall) {
    let config = Config::builder()
        .max_history_size(most)
        .unwrap()
        .history_ignore_dups(true)
        .unwrap()
        .build();
    let mut theirs = FileHistory::with_config(&config);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history");
    std::fs::write(&path, text).unwrap();
    theirs.load(&path).unwrap();
    let loaded = Loaded::of(text.into(), most);
    assert_eq!(loaded.lost, 0);
    (theirs, Recall::new(loaded.entries, Arc::default()))
}

fn assert_same(theirs: &FileHistory, ours: &Recall) {
    let all: Vec<_> = ours.held.iter().collect();
    assert_eq!(all, theirs.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(
        (ours.len(), ours.is_empty()),
        (theirs.len(), theirs.is_empty())
    );
    for index in 0..=theirs.len() {
        for direction in [SearchDirection::Forward, SearchDirection::Reverse] {
            let expected = theirs.get(index, direction).unwrap();
            assert_eq!(ours.get(index, direction).unwrap(), expected);
            for term in ["", "a", "b", "\n", "\\", "aa", "\u{e9}"] {
                let expected = theirs.search(term, index, direction).unwrap();
                assert_eq!(ours.containing(term, index, direction), expected);
            }
        }
    }
}

#[test]
fn files_of_all_kinds_hold_the_same() {
    for header in ["", "#V2\n", "#V2\r\n"] {
        for body in [
            "",
            "\n",
            "a",
            "a\n",
            "a\r\nb\r\n",
            "a\r\nb\r",
            "a\n\n\r\nb\n",
            "a\na\n\na\nb\na",
            "a\\nb\n\\\\n\na\\\\\\nb",
            "\u{e9}\\n\u{65e5}\n",
            "#V2\n",
            "#V2",
        ] {
            let (theirs, ours) = both(&format!("{header}{body}"), 10);
            assert_same(&theirs, &ours);
        }
    }
    let (theirs, ours) = both("#V2", 10);
    assert_same(&theirs, &ours);
}

#[test]
fn a_file_of_more_than_are_kept_holds_the_same() {
    let lines = (0..history::MOST + 5).map(|number| format!("{number}\n\n{number}\n"));
    let text = "#V2\n".to_owned() + &lines.collect::<String>();
    let (theirs, ours) = both(&text, history::MOST);
    assert_eq!(ours.len(), history::MOST);
    let all: Vec<_> = ours.held.iter().collect();
    assert_eq!(all, theirs.iter().map(String::as_str).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn any_file_holds_the_same(
        header in prop::sample::select(vec!["", "#V2\n", "#V2\r\n"]),
        // A backslash that escapes nothing has rustyline take a whole line as it is, which nothing writes.
        lines in prop::collection::vec("([ab\u{e9} #]|\\\\n|\\\\\\\\){0,3}\r{0,2}", 0..12),
        end in "\r?\n?",
        added in prop::collection::vec("[ab\n\\\\]{0,2}", 0..5),
        most in 1usize..8,
    ) {
        let text = format!("{header}{}{end}", lines.join("\n"));
        let (mut theirs, mut ours) = both(&text, most);
        assert_same(&theirs, &ours);
        for entry in added {
            prop_assert_eq!(ours.add(&entry).unwrap(), theirs.add(&entry).unwrap());
            assert_same(&theirs, &ours);
        }
    }
}

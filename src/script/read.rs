//! What is to be run, read before anything is started.

use crate::config::Input;
use crate::lang::{self, Language};
use crate::shell::error_lines;
use crate::term::Out;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A script, before it is known in which language it is.
#[derive(Debug)]
pub struct Script {
    pub(super) name: String,
    /// None for code of the command line and standard input.
    pub(super) path: Option<PathBuf>,
    pub(super) text: Text,
    pub(super) language: Option<Language>,
}

impl Script {
    /// As it is named in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// By its file's extension, else by its `#!` line.
    pub fn language(&self) -> Option<Language> {
        self.language
    }

    /// Whether it has a line of this number; standard input may have any.
    pub fn has_line(&self, number: usize) -> bool {
        match &self.text {
            Text::Whole(text) => number <= text.lines().count(),
            Text::Arriving => true,
        }
    }
}

#[derive(Debug)]
pub(super) enum Text {
    Whole(Arc<str>),
    /// Standard input: it is run as it comes.
    Arriving,
}

/// A script that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct Unreadable {
    name: String,
    reason: String,
}

/// Whether every file is there.
pub fn check(inputs: &[Input]) -> Result<(), Unreadable> {
    for input in inputs {
        if let Input::File(path) = input {
            std::fs::File::open(path).map_err(|error| Unreadable {
                name: path.display().to_string(),
                reason: reason(&error),
            })?;
        }
    }
    Ok(())
}

/// Reads every file before anything is started, so that a wrong name costs no session.
pub fn read(inputs: &[Input]) -> Result<Vec<Script>, Unreadable> {
    inputs.iter().map(read_one).collect()
}

fn read_one(input: &Input) -> Result<Script, Unreadable> {
    match input {
        Input::Code(code) => Ok(Script {
            name: "-e".to_owned(),
            path: None,
            text: Text::Whole(code.as_str().into()),
            language: None,
        }),
        Input::File(path) => {
            let name = path.display().to_string();
            let bytes = std::fs::read(path).map_err(|error| Unreadable {
                name: name.clone(),
                reason: reason(&error),
            })?;
            let script = decode(name, bytes, Language::from_path(path))?;
            Ok(Script {
                path: Some(path.clone()),
                ..script
            })
        }
        Input::Stdin => Ok(Script {
            name: "<stdin>".to_owned(),
            path: None,
            text: Text::Arriving,
            language: None,
        }),
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    }
}

fn decode(name: String, bytes: Vec<u8>, language: Option<Language>) -> Result<Script, Unreadable> {
    let text = lang::decoded(bytes).map_err(|bad| Unreadable {
        name: name.clone(),
        reason: bad.to_string(),
    })?;
    Ok(Script {
        language: language.or_else(|| lang::language_of_first_line(&text)),
        text: Text::Whole(lang::without_first_line(&text).into()),
        path: None,
        name,
    })
}

/// Tells that a script cannot be read.
pub fn tell_unreadable(out: &Out, unreadable: &Unreadable) {
    let is_file = Path::new(&unreadable.name).extension().is_some();
    let hint = is_file.then_some("check the name and the path");
    for line in error_lines(&unreadable.to_string(), hint) {
        out.note(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_dropped_and_bad_bytes_are_named() {
        let good = decode("f".to_owned(), b"\xef\xbb\xbfx = 1".to_vec(), None).unwrap();
        assert!(matches!(good.text, Text::Whole(text) if &*text == "x = 1"));
        let bad = decode("f.py".to_owned(), b"x = 1\ny = '\xff'".to_vec(), None).unwrap_err();
        assert_eq!(bad.to_string(), "f.py: byte 11, on line 2, is not UTF-8");
    }

    #[test]
    fn a_missing_file_is_told() {
        let missing = read(&[Input::File("nothere.scala".into())]).unwrap_err();
        assert_eq!(missing.to_string(), "nothere.scala: there is no such file");
    }
}

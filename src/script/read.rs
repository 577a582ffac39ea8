//! What is to be run, read before anything is started.

use crate::config::Input;
use crate::lang::{self, Language, Source};
use crate::shell::error_lines;
use crate::term::Out;
use std::io::Read;
use std::path::Path;

/// A script that was read, before it is known in which language it is.
#[derive(Debug)]
pub struct Script {
    pub(super) source: Source,
    pub(super) language: Option<Language>,
}

impl Script {
    /// By its file's extension, else by its `#!` line.
    pub fn language(&self) -> Option<Language> {
        self.language
    }
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

/// Reads every input before anything is started, so that a wrong name costs no session.
pub fn read(inputs: &[Input]) -> Result<Vec<Script>, Unreadable> {
    inputs.iter().map(read_one).collect()
}

fn read_one(input: &Input) -> Result<Script, Unreadable> {
    match input {
        Input::Code(code) => Ok(Script {
            source: Source {
                name: Some("-e".to_owned()),
                text: code.as_str().into(),
            },
            language: None,
        }),
        Input::File(path) => {
            let name = path.display().to_string();
            let bytes = std::fs::read(path).map_err(|error| Unreadable {
                name: name.clone(),
                reason: reason(&error),
            })?;
            decode(name, bytes, Language::from_path(path))
        }
        Input::Stdin => {
            let name = "<stdin>".to_owned();
            let mut bytes = Vec::new();
            let mut stdin = std::io::stdin().lock();
            stdin.read_to_end(&mut bytes).map_err(|error| Unreadable {
                name: name.clone(),
                reason: reason(&error),
            })?;
            decode(name, bytes, None)
        }
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    }
}

fn decode(name: String, bytes: Vec<u8>, language: Option<Language>) -> Result<Script, Unreadable> {
    let text = lang::decoded(bytes).map_err(|reason| Unreadable {
        name: name.clone(),
        reason,
    })?;
    Ok(Script {
        language: language.or_else(|| lang::language_of_first_line(&text)),
        source: Source {
            name: Some(name),
            text: lang::without_first_line(&text).into(),
        },
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
        assert_eq!(&*good.source.text, "x = 1");
        let bad = decode("f.py".to_owned(), b"x = 1\ny = '\xff'".to_vec(), None).unwrap_err();
        assert_eq!(bad.to_string(), "f.py: byte 11, on line 2, is not UTF-8");
    }

    #[test]
    fn a_missing_file_is_told() {
        let missing = read(&[Input::File("nothere.scala".into())]).unwrap_err();
        assert_eq!(missing.to_string(), "nothere.scala: there is no such file");
    }
}

//! The piped front end: split, run each, stop at the first error or go on, exit code.

use crate::config::Input;
use crate::exit::Exit;
use crate::lang::{self, Language, Source};
use crate::render::{FailureText, Line, Role, sanitize};
use crate::shell::{Interrupts, Link, Run, Verdict, error_lines, hint_line};
use crate::term::Out;
use std::io::Read;
use std::path::Path;

/// A script that was read, before it is known in which language it is.
#[derive(Debug)]
pub struct Script {
    source: Source,
    language: Option<Language>,
}

impl Script {
    /// By its file's extension.
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

pub struct Options {
    /// By `-l`: it holds for all sources.
    pub language: Option<Language>,
    /// For a source that names no language, where the session has none of its own.
    pub fallback: Language,
    pub keep_going: bool,
    pub max_rows: Option<u64>,
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
                text: code.clone(),
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
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..valid]
            .iter()
            .filter(|b| **b == b'\n')
            .count();
        Unreadable {
            name: name.clone(),
            reason: format!("byte {valid}, on line {line}, is not UTF-8"),
        }
    })?;
    // A byte-order mark is no code.
    let text = text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text);
    Ok(Script {
        source: Source {
            name: Some(name),
            text,
        },
        language,
    })
}

/// Runs the sources one after another in the session.
pub fn run(link: &mut Link, out: &Out, scripts: &[Script], options: &Options) -> Exit {
    let run = Run {
        out,
        interrupts: Interrupts::Script,
        max_rows: options.max_rows,
    };
    let mut failures = 0usize;
    for (number, script) in scripts.iter().enumerate() {
        let source = &script.source;
        let language = match options.language.or(script.language) {
            Some(language) => language,
            None => match link.language(out, options.fallback) {
                Ok(language) => language,
                Err(exit) => return exit,
            },
        };
        if let Some(refusal) = lang::refusal(language, &source.text) {
            tell_at(out, source, refusal.line, &sanitize(&refusal.message));
            failures += 1;
            match options.keep_going {
                true => continue,
                false => return Exit::CodeFailed,
            }
        }
        let mut snippets = lang::split(language, &source.text).into_iter().peekable();
        while let Some(snippet) = snippets.next() {
            match run.snippet(link, &snippet, source) {
                Verdict::Ok => continue,
                Verdict::Failed(failure) => tell_failure(out, &failure),
                Verdict::Incomplete => {}
                Verdict::Cancelled => {
                    let what = "the statement was cancelled";
                    tell_at(out, source, snippet.first_line, what);
                }
                Verdict::LeftRunning(_) => return Exit::Interrupted,
                Verdict::Lost(error) => return Exit::from(&*error),
                Verdict::SessionOver => return link.exit(),
                Verdict::End(exit) => return exit,
                Verdict::OutputClosed { succeeded } => {
                    let is_last = snippets.peek().is_none() && number + 1 == scripts.len();
                    return match succeeded && is_last && failures == 0 {
                        true => Exit::Ok,
                        false => Exit::OutputClosed,
                    };
                }
            }
            failures += 1;
            if !options.keep_going {
                return Exit::CodeFailed;
            }
        }
    }
    if failures > 0 {
        out.note(&Line::plain(format!(
            "{failures} statement{} failed",
            if failures == 1 { "" } else { "s" }
        )));
        return Exit::CodeFailed;
    }
    Exit::Ok
}

fn tell_at(out: &Out, source: &Source, line: usize, what: &str) {
    let name = sanitize(source.name.as_deref().unwrap_or_default());
    let place = format!("{name}:{line}: ");
    out.note(&Line::of(Role::Strong, place).then(Role::Error, what));
}

fn tell_failure(out: &Out, failure: &FailureText) {
    let hints = failure.hints.iter().map(|hint| hint_line(hint));
    for line in failure.for_script().into_iter().chain(hints) {
        out.note(&line);
    }
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
        assert_eq!(good.source.text, "x = 1");
        let bad = decode("f.py".to_owned(), b"x = 1\ny = '\xff'".to_vec(), None).unwrap_err();
        assert_eq!(bad.to_string(), "f.py: byte 11, on line 2, is not UTF-8");
    }

    #[test]
    fn a_missing_file_is_told() {
        let missing = read(&[Input::File("nothere.scala".into())]).unwrap_err();
        assert_eq!(missing.to_string(), "nothere.scala: there is no such file");
    }
}

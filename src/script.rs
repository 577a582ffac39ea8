//! The piped front end: split, run each, stop at the first error or go on, exit code.

use crate::commands::{self, Answer, Command, Desk, Following, Unit, Units};
use crate::config::Input;
use crate::exit::Exit;
use crate::lang::{self, Language, Source};
use crate::render::{FailureText, Line, Role, sanitize};
use crate::shell::{Verdict, error_lines, hint_line};
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
        source: Source {
            name: Some(name),
            text: text.into(),
        },
        language,
    })
}

/// How the scripts have ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    pub exit: Exit,
    /// By `:quit`: no prompt is wanted after that.
    pub has_quit: bool,
}

impl From<Exit> for Ended {
    fn from(exit: Exit) -> Ended {
        Ended {
            exit,
            has_quit: false,
        }
    }
}

/// Runs the sources one after another in the session.
pub fn run(desk: &mut Desk<'_>, scripts: &[Script], options: &Options) -> Ended {
    let out = desk.out;
    let mut failures = 0usize;
    let mut has_quit = false;
    'scripts: for (number, script) in scripts.iter().enumerate() {
        let language = match options.language.or(script.language) {
            Some(language) => language,
            None => match desk.link.language(out, options.fallback) {
                Ok(language) => language,
                Err(exit) => return exit.into(),
            },
        };
        let mut units = Units::of(language, &script.source.text);
        let language = units.language;
        let source = Source {
            name: script.source.name.clone(),
            text: units.text.as_str().into(),
        };
        desk.tell_replayed(&units);
        while let Some(unit) = units.next() {
            let is_code = matches!(unit, Unit::Code(_));
            let (line, answer) = match unit {
                Unit::Input(code) => {
                    desk.say_input(language, &code);
                    continue;
                }
                Unit::Code(snippet) => (snippet.first_line, desk.run_all(vec![snippet], &source)),
                Unit::Refused { told, number } => {
                    (number, Answer::Refused(sanitize(&told).into_owned()))
                }
                Unit::Command { line, number } => match commands::parse(&line) {
                    Some(Ok(Command::Quit)) => {
                        has_quit = true;
                        break 'scripts;
                    }
                    Some(Ok(Command::Shared(command))) => {
                        let following = Following {
                            place: Some((&source, number)),
                            next_line: &mut || units.raw_line(),
                        };
                        (number, desk.carry_out(command, language, following))
                    }
                    Some(Ok(Command::Prompt(_))) | None => {
                        let told = format!("{} is for the prompt", sanitize(line.trim()));
                        (number, Answer::Refused(told))
                    }
                    Some(Err(told)) => (number, Answer::Refused(told)),
                },
            };
            let stopped = match answer {
                Answer::Done => continue,
                Answer::Refused(told) => {
                    tell_at(out, &source, line, told.trim());
                    failures += 1;
                    match options.keep_going {
                        true => continue,
                        false => return Exit::CodeFailed.into(),
                    }
                }
                Answer::Stopped(stopped) => stopped,
            };
            match stopped.verdict {
                Verdict::Ok => continue,
                Verdict::Failed(failure) => tell_failure(out, &failure),
                Verdict::Incomplete => {}
                // Of a command only Ctrl-C ends the wait.
                Verdict::Cancelled if !is_code => return Exit::Interrupted.into(),
                Verdict::Cancelled => {
                    let (source, line) = match stopped.source.name {
                        Some(_) => (&stopped.source, stopped.snippet.first_line),
                        None => (&source, line),
                    };
                    tell_at(out, source, line, "the statement was cancelled");
                }
                Verdict::LeftRunning(_) => return Exit::Interrupted.into(),
                Verdict::Lost(error) => return Exit::from(&*error).into(),
                Verdict::SessionOver => return desk.link.exit().into(),
                Verdict::End(exit) => return exit.into(),
                Verdict::OutputClosed { succeeded } => {
                    // A command may have had more to send.
                    let is_last = is_code && units.is_over() && number + 1 == scripts.len();
                    return match succeeded && is_last && failures == 0 {
                        true => Exit::Ok.into(),
                        false => Exit::OutputClosed.into(),
                    };
                }
            }
            failures += 1;
            if !options.keep_going {
                return Exit::CodeFailed.into();
            }
        }
    }
    let exit = match failures {
        0 => Exit::Ok,
        _ => {
            out.note(&Line::plain(format!(
                "{failures} statement{} failed",
                if failures == 1 { "" } else { "s" }
            )));
            Exit::CodeFailed
        }
    };
    Ended { exit, has_quit }
}

fn tell_at(out: &Out, source: &Source, line: usize, told: &str) {
    let name = sanitize(source.name.as_deref().unwrap_or_default());
    let place = Line::of(Role::Strong, format!("{name}:{line}: "));
    out.note(&place.then(Role::Error, told));
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

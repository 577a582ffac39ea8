//! The piped front end: split, run each, stop at the first error or go on, exit code.
//!
//! | file         | its duty                                          |
//! |--------------|---------------------------------------------------|
//! | `read.rs`    | reads what is to be run                           |
//! | `policy.rs`  | whether a script goes on after what went wrong    |

mod policy;
mod read;

pub use read::{Script, check, read, tell_unreadable};

use crate::commands::{Answer, Desk, Halt, Halted, Left, Walk};
use crate::exit::Exit;
use crate::lang::{self, Language};
use crate::render::Line;
use crate::shell::error_lines;
use policy::Policy;

pub struct Options {
    /// By `-l`: it holds for all sources.
    pub language: Option<Language>,
    /// For a source that names no language, where the session has none of its own.
    pub fallback: Language,
    pub keep_going: bool,
    /// What follows FILE, which is the last source; none where no FILE is named.
    pub arguments: Option<Vec<String>>,
    /// The line of FILE to begin at.
    pub from: Option<usize>,
}

/// Where a script has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedAt {
    pub name: String,
    pub line: usize,
}

/// How the scripts have ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub exit: Exit,
    /// By `:quit` or `sys.exit`: no prompt is wanted after that.
    pub has_quit: bool,
    /// The statement that failed, where that has ended them.
    pub stopped_at: Option<StoppedAt>,
}

impl From<Exit> for Ended {
    fn from(exit: Exit) -> Ended {
        Ended {
            exit,
            has_quit: matches!(exit, Exit::Script(_)),
            stopped_at: None,
        }
    }
}

/// Runs the sources one after another in the session.
pub fn run(desk: &mut Desk<'_>, scripts: &[Script], options: &Options) -> Ended {
    let mut policy = Policy::new(options.keep_going);
    let mut has_quit = false;
    for (index, script) in scripts.iter().enumerate() {
        let language = match options.language.or(script.language) {
            Some(language) => language,
            None => match desk.link.language(desk.out, options.fallback) {
                Ok(language) => language,
                Err(exit) => return exit.into(),
            },
        };
        let is_last = index + 1 == scripts.len();
        let mut from = 1;
        if is_last && let Some(arguments) = &options.arguments {
            from = options.from.unwrap_or(1);
            match set_arguments(desk, language, script, arguments) {
                Answer::Done => {}
                answer => {
                    let halt = Halt {
                        what: Halted::Command,
                        line: 1,
                        is_last: false,
                        answer,
                    };
                    let decided = policy.after(desk, &script.source, halt, is_last);
                    let exit = decided.break_value().unwrap_or(Exit::CodeFailed);
                    return exit.into();
                }
            }
        }
        let source = &script.source;
        let walk = Walk::new(source.name.clone(), language, &source.text, false).from(from);
        match desk.walk(walk, |desk, source, halt| {
            policy.after(desk, source, halt, is_last)
        }) {
            Left::AtItsEnd => {}
            Left::ByQuit => {
                has_quit = true;
                break;
            }
            Left::Broken(exit) => {
                return Ended {
                    stopped_at: policy.stopped_at(),
                    ..exit.into()
                };
            }
        }
    }
    let exit = match policy.failures() {
        0 => Exit::Ok,
        failures => {
            desk.out.note(&Line::plain(format!(
                "{failures} statement{} failed",
                if failures == 1 { "" } else { "s" }
            )));
            Exit::CodeFailed
        }
    };
    Ended {
        exit,
        has_quit,
        stopped_at: None,
    }
}

/// Gives a script its arguments; in SQL and R there must be none.
fn set_arguments(
    desk: &mut Desk<'_>,
    language: Language,
    script: &Script,
    arguments: &[String],
) -> Answer {
    let name = script.source.name.as_deref().unwrap_or_default();
    // A name that the script does not use need not be there.
    let is_used =
        language != Language::Scala || !arguments.is_empty() || script.source.text.contains("args");
    match lang::setting_arguments(language, name, arguments) {
        Some(code) if is_used => desk.prepare(language, &code),
        None if !arguments.is_empty() => {
            for line in error_lines(&format!("{language} takes no arguments"), None) {
                desk.out.note(&line);
            }
            Answer::ended(Exit::Usage)
        }
        Some(_) | None => Answer::Done,
    }
}

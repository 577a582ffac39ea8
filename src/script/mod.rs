//! The piped front end: split, run each, stop at the first error or go on, exit code.
//!
//! | file        | its duty                                          |
//! |-------------|---------------------------------------------------|
//! | `read.rs`   | reads what is to be run                           |
//! | `policy.rs` | whether a script goes on after what went wrong    |

mod policy;
mod read;

pub use read::{Script, check, read, tell_unreadable};

use crate::commands::{Desk, Left, Walk};
use crate::exit::Exit;
use crate::lang::Language;
use crate::render::Line;
use policy::Policy;

pub struct Options {
    /// By `-l`: it holds for all sources.
    pub language: Option<Language>,
    /// For a source that names no language, where the session has none of its own.
    pub fallback: Language,
    pub keep_going: bool,
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
        let source = &script.source;
        let walk = Walk::new(source.name.clone(), language, &source.text, false);
        match desk.walk(walk, |desk, source, halt| {
            policy.after(desk, source, halt, is_last)
        }) {
            Left::AtItsEnd => {}
            Left::ByQuit => {
                has_quit = true;
                break;
            }
            Left::Broken(exit) => return exit.into(),
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
    Ended { exit, has_quit }
}

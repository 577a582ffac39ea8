//! The piped front end: split, run each, stop at the first error or go on, exit code.
//!
//! | file           | its duty                                          |
//! |----------------|---------------------------------------------------|
//! | `read.rs`      | reads what is to be run                           |
//! | `arguments.rs` | a script's own arguments                          |
//! | `incoming.rs`  | standard input as text, while it arrives          |
//! | `arriving.rs`  | runs standard input as it arrives                 |
//! | `policy.rs`    | whether a script goes on after what went wrong    |

mod arguments;
mod arriving;
mod incoming;
mod policy;
mod read;

pub use read::{Script, Unreadable, check, read, tell_unreadable};

use crate::commands::{Desk, Left, Shows, Walk};
use crate::engine::Early;
use crate::exit::Exit;
use crate::lang::{Language, Source};
use arriving::Choice;
use policy::Policy;
use read::Text;
use std::ops::ControlFlow;
use std::path::PathBuf;

pub struct Options {
    /// By `-l`: it holds for all sources.
    pub language: Option<Language>,
    /// For a source that names no language, where the session has none of its own.
    pub fallback: Language,
    pub keep_going: bool,
    /// What follows FILE, which is the last source; none where no FILE is named.
    pub arguments: Option<Vec<String>>,
    /// Whether statements are shown among their results.
    pub echo: bool,
    /// The line of FILE to begin at.
    pub from: Option<usize>,
}

impl Options {
    fn early(&self) -> Early {
        match self.keep_going {
            true => Early::Meanwhile,
            false => Early::AfterSuccess,
        }
    }

    fn shows(&self) -> Shows {
        match self.echo {
            true => Shows::Output,
            false => Shows::Nothing,
        }
    }
}

/// Where a script has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedAt {
    /// None for code of the command line and standard input.
    pub file: Option<PathBuf>,
    pub line: usize,
}

/// How the scripts have ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub exit: Exit,
    /// By `:quit` or `sys.exit`: no prompt is wanted after that.
    pub has_quit: bool,
    /// The statement that has ended them, where one did: by an error, or by its time.
    pub stopped_at: Option<StoppedAt>,
}

impl Ended {
    /// Whether an error of the code has ended them, or is why they end badly.
    pub fn has_failed(&self) -> bool {
        self.stopped_at.is_some() || self.exit == Exit::CodeFailed
    }
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
    let mut policy = Policy::new(options);
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
            if let ControlFlow::Break(broken) =
                arguments::set(desk, language, script, arguments, &mut policy)
            {
                return broken.exit.into();
            }
        }
        let left = match &script.text {
            Text::Whole(text) => {
                let source = Source::new(Some(script.name.clone()), text.clone());
                let walk = Walk::new(source, language, options.shows())
                    .from(from)
                    .sending_early(options.early());
                desk.walk(walk, |desk, source, halt| {
                    policy.after(desk, source, halt, is_last)
                })
            }
            Text::Arriving => {
                let choice = match options.language {
                    Some(language) => Choice::Made(language),
                    None => Choice::Else(language),
                };
                arriving::run(desk, &mut policy, script, choice, options, is_last)
            }
        };
        match left {
            Left::AtItsEnd => {}
            Left::ByQuit => return policy.ended(desk.out, true),
            Left::Broken(broken) => {
                let file = script.path.clone();
                return Ended {
                    stopped_at: broken.line.map(|line| StoppedAt { file, line }),
                    ..broken.exit.into()
                };
            }
        }
    }
    policy.ended(desk.out, false)
}

//! The colon commands of the prompt and of scripts.
//!
//! | file             | its duty                                                      |
//! |------------------|---------------------------------------------------------------|
//! | `table.rs`       | names, arguments, help                                        |
//! | `help.rs`        | `:help`                                                       |
//! | `parse.rs`       | from a line to a command                                      |
//! | `steps.rs`       | a text as code and commands, transcripts included             |
//! | `walk.rs`        | goes through such a text                                      |
//! | `hidden.rs`      | code of ours, whose output is not shown                       |
//! | `stream.rs`      | a text that is run while it still arrives                     |
//! | `inputs.rs`      | what has run well: `:replay`, and `:save` as a script         |
//! | `save.rs`        | `:save`                                                       |
//! | `paste.rs`       | `:paste`                                                      |
//! | `load.rs`        | `:load`, and transcripts                                      |
//! | `inspect/`       | `x?`, `:schema`, `:type`, `:kind`                             |
//! | `show.rs`        | `:show`                                                       |
//! | `require.rs`     | `:require`                                                    |
//! | `results.rs`     | `:format`, `:once`, `:timing`                                 |
//! | `doctor.rs`      | `:doctor`                                                     |
//! | `completions.rs` | `:completions`                                                |
//! | `transfer/`      | `:download` and `:upload`                                     |
//! | `exit.rs`        | code that asks for the end                                    |
//! | `local.rs`       | what runs on this machine: `:sh`, an editor                   |
//! | `startup.rs`     | the user's `startup.scala` and `startup.py`                   |
//! | `prompt.rs`      | the prompts                                                   |
//! | `takes.rs`       | what the commands take                                        |

mod completions;
mod doctor;
mod exit;
mod help;
mod hidden;
mod inputs;
mod inspect;
mod load;
mod local;
mod parse;
mod paste;
mod prompt;
mod require;
mod results;
mod save;
mod show;
mod startup;
mod steps;
mod stream;
mod table;
mod takes;
mod transfer;
mod walk;

pub use doctor::Doctor;
pub use inspect::{Asked, asked};
pub use local::{Edited, edit, edit_file, names_program};
pub use parse::{Again, Command, Paste, Prompt, Shared, is_command, may_command, parse};
pub use paste::{PasteMode, ends_paste};
pub use prompt::{continuation, first, prompted};
pub use startup::Startup;
pub use stream::Stream;
pub use takes::{TOPICS, Takes, Taking, taking_of, takings};
pub use walk::{Halt, Halted, Left, Shows, Walk};

use crate::exit::Exit;
use crate::lang::{self, Language, Snippet, Source};
use crate::livy::{Id, LivyError};
use crate::render::{Line, sanitize};
use crate::shell::{
    Echoes, Interrupts, Link, Manner, Next, NoAnswer, Outlet, Run, Verdict, error_lines,
};
use crate::term::Out;
use inputs::Inputs;
use std::collections::HashSet;
use std::path::PathBuf;
use steps::{Step, Steps};

/// What the commands work with.
pub struct Desk<'a> {
    pub link: &'a mut Link,
    pub out: &'a Out,
    pub interrupts: Interrupts,
    pub manner: Manner,
    pub echoes: Echoes,
    pub startup: Startup,
    /// Looks at the way to the server.
    pub doctor: Option<Doctor>,
    /// Where the next result goes.
    pub outlet: Option<Outlet>,
    /// Where pictures are kept that are not drawn.
    pub pictures: Option<PathBuf>,
    inputs: Inputs,
    /// Files that `:save` has written.
    saved: HashSet<PathBuf>,
    /// Whether a statement was shown among the results.
    has_echoed: bool,
    /// How many files load each other.
    depth: usize,
}

/// What follows a command where it is written.
pub struct Following<'a> {
    /// The text, and the number of the command's line in it; none at a prompt.
    pub place: Option<(&'a Source, usize)>,
    /// Gives the next line as it is written; none where the text ends.
    pub next_line: &'a mut dyn FnMut() -> Option<String>,
}

/// How a command, or code, has ended.
#[derive(Debug)]
pub enum Answer {
    Done,
    /// It could not be done; why.
    Refused(String),
    /// A statement did not end well; nothing of its own error is told yet.
    Stopped(Box<Stopped>),
}

/// The statement at which it stopped.
#[derive(Debug)]
pub struct Stopped {
    pub verdict: Verdict,
    pub snippet: Snippet,
    pub source: Source,
}

impl<'a> Desk<'a> {
    pub fn new(
        link: &'a mut Link,
        out: &'a Out,
        interrupts: Interrupts,
        manner: Manner,
    ) -> Desk<'a> {
        Desk {
            link,
            out,
            interrupts,
            manner,
            echoes: Echoes::default(),
            startup: Startup::default(),
            doctor: None,
            outlet: None,
            pictures: None,
            inputs: Inputs::default(),
            saved: HashSet::new(),
            has_echoed: false,
            depth: 0,
        }
    }

    /// Carries out a command that scripts have, too.
    pub fn carry_out(
        &mut self,
        command: Shared,
        language: Language,
        following: Following<'_>,
    ) -> Answer {
        match command {
            Shared::Completions(text) => self.completions(language, &text),
            Shared::Doctor => self.doctor(),
            Shared::Download(wanted) => self.download(language, &wanted),
            Shared::Format(wanted) => self.format(wanted),
            Shared::Help(None) => self.print(&help::summary()),
            Shared::Help(Some(name)) => match help::of_command(&name) {
                Ok(text) => self.print(&text),
                Err(told) => Answer::Refused(told),
            },
            Shared::Inspect(Asked { name, is_deep }) => self.inspect(language, &name, is_deep),
            Shared::Kind(wanted) => self.kind_of(language, &wanted),
            Shared::Load { path, verbose } => self.load(language, &path, verbose),
            Shared::Once(outlet) => self.once(outlet),
            Shared::Paste(paste) => self.paste(language, paste, following),
            Shared::Replay => self.replay(),
            Shared::Require(path) => self.require(language, &path),
            Shared::Reset => Answer::Refused(self.about_reset()),
            Shared::Save(wanted) => self.save(language, &wanted),
            Shared::Schema(name) => self.schema_of(language, &name),
            Shared::Show(wanted) => self.show(language, &wanted),
            Shared::Shell(command_line) => self.shell(&command_line),
            Shared::Silent => {
                let is_silent = !self.echoes.are_silent.get();
                self.echoes.are_silent.set(is_silent);
                let state = if is_silent { "off" } else { "on" };
                self.say(&format!("Result printing is {state}."));
                Answer::Done
            }
            Shared::Timing(wanted) => self.timing(wanted),
            Shared::Type {
                expression,
                verbose,
            } => self.type_of(language, &expression, verbose),
            Shared::Upload { path, name } => self.upload(language, &path, name),
        }
    }

    /// Runs statements of a source one after another, until one does not end well. What succeeds can
    /// be replayed and saved.
    pub fn run_all(&mut self, snippets: Vec<Snippet>, source: &Source) -> Answer {
        let mut answer = Answer::Done;
        for snippet in snippets {
            match self.run_one(snippet, source, None) {
                Answer::Done => {}
                // The code has succeeded: what follows runs, too.
                Answer::Stopped(stopped)
                    if matches!(stopped.verdict, Verdict::NotWritten)
                        && self.interrupts == Interrupts::Prompt =>
                {
                    answer = Answer::Stopped(stopped);
                }
                halted => return halted,
            }
        }
        answer
    }

    /// The same for one statement; `next` may be sent early.
    fn run_one(&mut self, snippet: Snippet, source: &Source, next: Option<Next<'_>>) -> Answer {
        let verdict = self.run(&snippet, source, next);
        if matches!(
            verdict,
            Verdict::Ok | Verdict::Incomplete | Verdict::NotWritten
        ) {
            self.inputs.add(snippet.clone(), source);
        }
        match verdict {
            Verdict::Ok => Answer::Done,
            // Whoever sits there has been told that more rows may be missing.
            Verdict::Incomplete if self.interrupts == Interrupts::Prompt => Answer::Done,
            verdict => Answer::Stopped(Box::new(Stopped {
                verdict,
                snippet,
                source: source.clone(),
            })),
        }
    }

    fn run(&mut self, snippet: &Snippet, source: &Source, next: Option<Next<'_>>) -> Verdict {
        if let Some(verdict) = self.start_up(snippet.language) {
            return verdict;
        }
        if let Some(ending) = lang::ending(snippet, source, &self.link.past) {
            return self.exit(ending, source);
        }
        let outlet = self.outlet.take();
        let (run, link) = self.running(self.interrupts, outlet.as_ref());
        run.snippet(link, snippet, source, next)
    }

    /// Waits for a statement that the server has already, and shows what it gave.
    pub fn resume(&mut self, id: Id, language: Language) -> Answer {
        let outlet = self.outlet.take();
        let (run, link) = self.running(Interrupts::Watch, outlet.as_ref());
        match run.resume(link, id, language) {
            Verdict::Ok => Answer::Done,
            verdict => Answer::Stopped(Box::new(Stopped::hidden(verdict, language))),
        }
    }

    fn running<'b>(
        &'b mut self,
        interrupts: Interrupts,
        outlet: Option<&'b Outlet>,
    ) -> (Run<'b>, &'b mut Link) {
        let run = Run {
            out: self.out,
            interrupts,
            manner: self.manner,
            echoes: &self.echoes,
            outlet,
            pictures: self.pictures.as_deref(),
        };
        (run, self.link)
    }

    /// A message of a shell's own.
    fn say(&self, text: &str) {
        if !self.out.is_quiet {
            self.out.note(&Line::plain(text));
        }
    }

    /// What was asked for.
    fn print(&self, text: &str) -> Answer {
        match self.out.data(&sanitize(text)) {
            Ok(()) => Answer::Done,
            Err(_) => self.unread(),
        }
    }

    /// Nobody reads what was asked for.
    fn unread(&self) -> Answer {
        let verdict = Verdict::OutputClosed { succeeded: true };
        Answer::Stopped(Box::new(Stopped::hidden(verdict, Language::Scala)))
    }

    /// Why a question has no answer: what the server does not do is said in the command's words.
    pub fn unanswered(&self, none: NoAnswer, refusal: impl FnOnce(&LivyError) -> String) -> Answer {
        let verdict = match none {
            NoAnswer::Failed(error) if error.is_refusal() => {
                return Answer::Refused(refusal(&error));
            }
            NoAnswer::Failed(error) => {
                for line in error_lines(&error.to_string(), error.hint().as_deref()) {
                    self.out.note(&line);
                }
                Verdict::Lost { error, left: None }
            }
            NoAnswer::Interrupted => Verdict::Cancelled,
            NoAnswer::SessionOver => Verdict::SessionOver,
            NoAnswer::End(exit) => Verdict::End(exit),
        };
        Answer::Stopped(Box::new(Stopped::hidden(verdict, Language::Scala)))
    }

    fn about_reset(&self) -> String {
        let what = "A Livy session cannot forget: what was defined stays until the session ends.";
        match self.link.about.is_ours {
            true => format!("{what}\n:restart ends this one and makes a new one like it."),
            false => {
                format!("{what}\nThis one was there before livysh; without -s a new one is made.")
            }
        }
    }
}

impl Answer {
    /// The program is to end.
    pub fn ended(exit: Exit) -> Answer {
        let stopped = Stopped::hidden(Verdict::End(exit), Language::Scala);
        Answer::Stopped(Box::new(stopped))
    }
}

impl Stopped {
    /// At code of ours, which has no place in a source.
    fn hidden(verdict: Verdict, language: Language) -> Stopped {
        Stopped {
            verdict,
            snippet: Snippet {
                language,
                code: String::new(),
                first_line: 1,
                first_column: 0,
            },
            source: Source::new(None, ""),
        }
    }
}

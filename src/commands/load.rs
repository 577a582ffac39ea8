//! `:load`: a file's statements one after another. Transcripts run the same way.

use super::{Answer, Desk, Halt, Halted, Left, Shows, Walk, paste, prompted};
use crate::lang::{Language, Snippet, Source};
use crate::render::Line;
use std::ops::ControlFlow;
use std::path::Path;

/// A file that loads itself would never end.
const DEEPEST: usize = 20;

impl Desk<'_> {
    pub(super) fn load(&mut self, language: Language, path: &Path, verbose: bool) -> Answer {
        let text = match paste::read(path) {
            Ok(text) => text,
            Err(told) => return Answer::Refused(told),
        };
        let name = path.display().to_string();
        self.say(&format!("Loading {name}..."));
        let language = Language::from_path(path).unwrap_or(language);
        self.run_text(Some(name), language, &text, verbose)
    }

    /// Runs a text with its commands, or the inputs of the transcript that it is.
    pub fn run_text(
        &mut self,
        name: Option<String>,
        language: Language,
        text: &str,
        verbose: bool,
    ) -> Answer {
        if self.depth == DEEPEST {
            return Answer::Refused(format!("{DEEPEST} files load each other"));
        }
        self.depth += 1;
        let shows = match verbose {
            true => Shows::Notes,
            false => Shows::Nothing,
        };
        let walk = Walk::new(Source::new(name, text), language, shows);
        let is_transcript = walk.is_transcript();
        let left = self.walk(walk, |desk, source, halt| {
            desk.after(halt, source, is_transcript)
        });
        self.depth -= 1;
        match left {
            // Leaving is for whoever loads it.
            Left::AtItsEnd | Left::ByQuit => Answer::Done,
            Left::Broken(answer) => answer,
        }
    }

    /// The first error ends a file; after the error of a copied input the next one comes, as in the
    /// shell that it was copied from.
    fn after(&self, halt: Halt, source: &Source, is_transcript: bool) -> ControlFlow<Answer> {
        match halt.answer {
            Answer::Done => ControlFlow::Continue(()),
            Answer::Refused(told) => ControlFlow::Break(Answer::Refused(match halt.what {
                Halted::NotRun => at(source, halt.line, &told),
                Halted::Statement | Halted::Command => told,
            })),
            Answer::Stopped(stopped) => match stopped.verdict.failure() {
                Some(failure) if is_transcript && halt.what == Halted::Statement => {
                    self.out.failure(&failure.for_prompt()).ok();
                    ControlFlow::Continue(())
                }
                Some(_) | None => ControlFlow::Break(Answer::Stopped(stopped)),
            },
        }
    }

    /// Shows a statement among the results, as a shell's dialogue does.
    pub(super) fn print_input(&mut self, snippet: &Snippet) -> Answer {
        // spark-shell leaves a line between a result and the next prompt.
        let is_first = !std::mem::replace(&mut self.has_echoed, true);
        let gap = match snippet.language {
            Language::Scala if !is_first => "\n",
            Language::Scala | Language::Python | Language::Sql | Language::R => "",
        };
        self.print(&format!(
            "{gap}{}\n",
            prompted(snippet.language, &snippet.code)
        ))
    }

    /// Shows an input with its prompt.
    pub fn say_input(&self, language: Language, code: &str) {
        let shown = format!("\n{}", prompted(language, code));
        self.out.note(&Line::plain(shown));
    }
}

fn at(source: &Source, number: usize, told: &str) -> String {
    match &source.name {
        Some(name) => format!("{name}:{number}: {told}"),
        None => told.to_owned(),
    }
}

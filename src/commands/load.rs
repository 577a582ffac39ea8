//! `:load`: a file's statements one after another. Transcripts run the same way.

use super::{Answer, Command, Desk, Following, Stopped, Unit, Units, parse, paste, prompted};
use crate::lang::{Language, Source};
use crate::render::Line;
use crate::shell::Verdict;
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
        let answer = self.run_units(name, language, text, verbose);
        self.depth -= 1;
        answer
    }

    fn run_units(
        &mut self,
        name: Option<String>,
        language: Language,
        text: &str,
        verbose: bool,
    ) -> Answer {
        let mut units = Units::of(language, text);
        let language = units.language;
        let source = Source {
            name,
            text: units.text.as_str().into(),
        };
        let is_transcript = units.replayed.is_some();
        self.tell_replayed(&units);
        while let Some(unit) = units.next() {
            let answer = match unit {
                Unit::Input(code) => {
                    self.say_input(language, &code);
                    Answer::Done
                }
                Unit::Code(snippet) => {
                    if verbose && !is_transcript {
                        self.say_input(language, &snippet.code);
                    }
                    match self.run_all(vec![snippet], &source) {
                        // As the shell that it was copied from did.
                        Answer::Stopped(stopped) if is_transcript => self.go_on(stopped),
                        other => other,
                    }
                }
                Unit::Refused { told, number } => Answer::Refused(at(&source, number, &told)),
                Unit::Command { line, number } => match parse(&line) {
                    Some(Ok(Command::Shared(command))) => {
                        let following = Following {
                            place: Some((&source, number)),
                            next_line: &mut || units.raw_line(),
                        };
                        self.carry_out(command, language, following)
                    }
                    // Leaving is for whoever loads it.
                    Some(Ok(Command::Quit)) => return Answer::Done,
                    Some(Ok(Command::Prompt(_))) if is_transcript => Answer::Done,
                    Some(Ok(Command::Prompt(_))) | None => {
                        let told = format!("{line} is for the prompt");
                        Answer::Refused(at(&source, number, &told))
                    }
                    Some(Err(told)) => Answer::Refused(at(&source, number, &told)),
                },
            };
            match answer {
                Answer::Done => {}
                other => return other,
            }
        }
        Answer::Done
    }

    /// Tells that a text is a transcript.
    pub fn tell_replayed(&self, units: &Units) {
        if let Some(count) = units.replayed {
            self.say(&format!("// Replaying {count} commands from transcript.\n"));
        }
    }

    /// Shows an input with its prompt.
    pub fn say_input(&self, language: Language, code: &str) {
        let shown = format!("\n{}", prompted(language, code));
        self.out.note(&Line::plain(shown));
    }

    /// After the error of a copied input the next one comes.
    fn go_on(&self, stopped: Box<Stopped>) -> Answer {
        match &stopped.verdict {
            Verdict::Failed(failure) => {
                self.out.failure(&failure.for_prompt()).ok();
                Answer::Done
            }
            Verdict::Ok
            | Verdict::Incomplete
            | Verdict::Cancelled
            | Verdict::LeftRunning(_)
            | Verdict::Lost(_)
            | Verdict::SessionOver
            | Verdict::End(_)
            | Verdict::OutputClosed { .. } => Answer::Stopped(stopped),
        }
    }
}

fn at(source: &Source, number: usize, told: &str) -> String {
    match &source.name {
        Some(name) => format!("{name}:{number}: {told}"),
        None => told.to_owned(),
    }
}

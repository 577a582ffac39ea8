//! Goes through a text: its statements and its commands, one after another. Whether the next one
//! comes after one that did not end well is for whoever wants the text run.

use super::{Answer, Command, Desk, Following, PasteMode, Step, Steps, parse};
use crate::engine::Early;
use crate::lang::{Language, Source};
use crate::shell::Next;
use std::ops::ControlFlow;

/// A text that is to be gone through.
pub struct Walk {
    steps: Steps,
    source: Source,
    shows: Shows,
    /// What ends before this line is passed over.
    from: usize,
    /// When a statement may be sent before the result of the one before it is shown; none: never, as whoever wants
    /// the text run may decide otherwise.
    early: Option<Early>,
}

/// Whether each statement is shown, with its prompt, before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Nothing,
    /// Beside the results.
    Notes,
    /// Among the results, so that they make a transcript.
    Output,
}

/// What did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halted {
    Statement,
    Command,
    /// A line or a part that was not even begun.
    NotRun,
}

/// A step that did not end well.
pub struct Halt {
    pub what: Halted,
    /// Where it stands in the text.
    pub line: usize,
    /// Whether nothing follows it.
    pub is_last: bool,
    pub answer: Answer,
}

/// How a text was left.
pub enum Left<B> {
    AtItsEnd,
    ByQuit,
    /// As was decided.
    Broken(B),
}

/// How one step went.
enum Stepped {
    Went(Halted, Answer),
    Quit,
}

impl Walk {
    /// A text in its language, or the inputs of the transcript that it is.
    pub fn new(mut source: Source, language: Language, shows: Shows) -> Walk {
        let steps = Steps::of(language, &source.text, source.first_line);
        if steps.replayed.is_some() {
            source.text = steps.text.as_str().into();
        }
        Walk {
            steps,
            source,
            shows,
            from: 1,
            early: None,
        }
    }

    /// Begins at the step that stands on a line.
    pub fn from(self, line: usize) -> Walk {
        Walk { from: line, ..self }
    }

    /// The same where statements may be sent early.
    pub fn sending_early(self, early: Early) -> Walk {
        Walk {
            early: Some(early),
            ..self
        }
    }

    /// The statement that may be sent early.
    fn next_statement(&self, language: Language) -> Option<Next<'_>> {
        let early = self.early?;
        match self.steps.peek() {
            Some(Step::Code(snippet)) if snippet.language == language => {
                Some(Next { snippet, early })
            }
            _ => None,
        }
    }

    /// Whether a step ends before the line to begin at; with it goes the block that it takes.
    fn passes_over(&mut self, step: &Step) -> bool {
        if self.from <= 1 {
            return false;
        }
        let mode = match step {
            Step::Command { line, .. } => PasteMode::of(line),
            Step::Code(_) | Step::Refused { .. } | Step::Input(_) => None,
        };
        let lines = mode.map_or(0, |mode| self.steps.lines_of(&mode));
        let ends_before = step.last_line() + lines < self.from;
        if ends_before {
            for _ in 0..lines {
                self.steps.raw_line();
            }
        }
        ends_before
    }

    pub fn is_transcript(&self) -> bool {
        self.steps.replayed.is_some()
    }
}

impl Desk<'_> {
    /// Runs a text's steps; `decide` says whether the next one comes after one that halted.
    pub fn walk<B>(
        &mut self,
        mut walk: Walk,
        mut decide: impl FnMut(&mut Self, &Source, Halt) -> ControlFlow<B>,
    ) -> Left<B> {
        if let Some(count) = walk.steps.replayed {
            self.say(&format!("// Replaying {count} commands from transcript.\n"));
        }
        while let Some(step) = walk.steps.next() {
            let line = step.line();
            if walk.passes_over(&step) {
                continue;
            }
            let (what, answer) = match self.step(&mut walk, step) {
                Stepped::Went(_, Answer::Done) => continue,
                Stepped::Went(what, answer) => (what, answer),
                Stepped::Quit => return Left::ByQuit,
            };
            let in_haste = match &answer {
                Answer::Stopped(stopped) => stopped.verdict.is_in_haste(),
                Answer::Done | Answer::Refused(_) => false,
            };
            let halt = Halt {
                what,
                line,
                is_last: walk.steps.is_over(),
                answer,
            };
            if let ControlFlow::Break(end) = decide(self, &walk.source, halt) {
                self.link.take_back_early(self.out, in_haste);
                return Left::Broken(end);
            }
        }
        Left::AtItsEnd
    }

    fn step(&mut self, walk: &mut Walk, step: Step) -> Stepped {
        let language = walk.steps.language;
        match step {
            Step::Input(code) => {
                self.say_input(language, &code);
                Stepped::Went(Halted::NotRun, Answer::Done)
            }
            Step::Code(snippet) => {
                match walk.shows {
                    Shows::Notes if !walk.is_transcript() => {
                        self.say_input(language, &snippet.code);
                    }
                    Shows::Output => {
                        if let Answer::Stopped(stopped) = self.print_input(&snippet) {
                            return Stepped::Went(Halted::NotRun, Answer::Stopped(stopped));
                        }
                    }
                    Shows::Nothing | Shows::Notes => {}
                }
                let next = walk.next_statement(snippet.language);
                let answer = self.run_one(snippet, &walk.source, next);
                Stepped::Went(Halted::Statement, answer)
            }
            Step::Refused { told, .. } => Stepped::Went(Halted::NotRun, Answer::Refused(told)),
            Step::Command { line, number } => self.command_line(walk, &line, number),
        }
    }

    fn command_line(&mut self, walk: &mut Walk, line: &str, number: usize) -> Stepped {
        let language = walk.steps.language;
        match parse(line) {
            Some(Ok(Command::Quit)) => Stepped::Quit,
            Some(Ok(Command::Shared(command))) => {
                let steps = &mut walk.steps;
                let following = Following {
                    place: Some((&walk.source, number)),
                    next_line: &mut || steps.raw_line(),
                };
                let answer = self.carry_out(command, language, following);
                Stepped::Went(Halted::Command, answer)
            }
            // Whoever copied a dialogue did not choose its commands.
            Some(Ok(Command::Prompt(_))) if walk.is_transcript() => {
                self.say(&format!("{} is for the prompt: left out.", line.trim()));
                Stepped::Went(Halted::NotRun, Answer::Done)
            }
            Some(Ok(Command::Prompt(_))) | None => {
                let told = format!("{} is for the prompt", line.trim());
                Stepped::Went(Halted::NotRun, Answer::Refused(told))
            }
            Some(Err(told)) => Stepped::Went(Halted::NotRun, Answer::Refused(told)),
        }
    }
}

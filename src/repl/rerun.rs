//! `:rerun`: inputs of the history once more, by their numbers.

use super::Repl;
use super::own::last_code;
use crate::commands::{Answer, Command, Paste, Shared, may_command};
use crate::exit::Exit;
use crate::lang;
use crate::render::one_line;

impl Repl<'_> {
    /// Those from a number to another, or the last one, until one does not end well.
    pub(super) fn rerun(&mut self, wanted: Option<(usize, usize)>) -> Option<Exit> {
        let inputs = match self.inputs(wanted) {
            Ok(inputs) => inputs,
            Err(told) => {
                self.say(&told);
                return None;
            }
        };
        for input in inputs {
            self.desk.say_input(self.language, &input);
            let answer = self.run_again(&input);
            if !matches!(answer, Answer::Done) {
                return self.conclude(answer);
            }
        }
        None
    }

    fn inputs(&self, wanted: Option<(usize, usize)>) -> Result<Vec<String>, String> {
        let mut entries = self.editor.entries();
        let Some((first, last)) = wanted else {
            let input = last_code(entries).ok_or("Nothing has been typed yet.")?;
            return Ok(vec![input]);
        };
        let known = |wanted| entries.iter().any(|(number, _)| *number == wanted);
        if let Some(missing) = [first, last].into_iter().find(|number| !known(*number)) {
            return Err(format!("There is no input {missing}; :history shows them."));
        }
        entries.retain(|(number, _)| (first..=last).contains(number));
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    /// An input as it was typed: a command, code, or a text of both.
    fn run_again(&mut self, input: &str) -> Answer {
        let language = self.language;
        if !input.contains('\n')
            && let Some(command) = self.command_on(input)
        {
            return match command {
                // What was typed behind it is not known.
                Ok(Command::Shared(Shared::Paste(Paste::Lines { .. })))
                | Ok(Command::Prompt(_) | Command::Quit) => {
                    let told = format!("{input} is for the prompt: left out.");
                    self.say(&one_line(&told));
                    Answer::Done
                }
                Ok(Command::Shared(command)) => self.answer_to_command(command),
                Err(told) => Answer::Refused(told),
            };
        }
        let holds_commands = input.lines().any(|line| may_command(language, line));
        match holds_commands || lang::transcript(input).is_some() {
            true => self.work(|desk| desk.run_text(None, language, input, false)),
            false => self.answer_to(input),
        }
    }
}

//! A text as what is to be done: statements, and colon commands at its top level. A
//! transcript is read as the inputs it holds.

use super::parse::{is_command, may_command};
use super::paste::PasteMode;
use crate::lang::{self, Completeness, Language, Reading, Refusal, Snippet};
use std::collections::VecDeque;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Code(Snippet),
    Command {
        line: String,
        number: usize,
    },
    /// A part that cannot be run at all; why.
    Refused {
        told: String,
        number: usize,
    },
    /// What was typed at a prompt that was copied; its statements follow.
    Input(String),
}

impl Step {
    /// The line of the text on which it begins; an input's statements tell theirs.
    pub fn line(&self) -> usize {
        match self {
            Step::Code(snippet) => snippet.first_line,
            Step::Command { number, .. } | Step::Refused { number, .. } => *number,
            Step::Input(_) => 0,
        }
    }
}

impl Step {
    /// The line of the text on which it ends; an input's statements tell theirs.
    pub fn last_line(&self) -> usize {
        match self {
            Step::Code(snippet) => snippet.last_line(),
            Step::Command { .. } | Step::Refused { .. } | Step::Input(_) => self.line(),
        }
    }
}

pub struct Steps {
    pub language: Language,
    /// The text in which the statements stand.
    pub text: String,
    /// How many inputs a transcript has.
    pub replayed: Option<usize>,
    /// From the end of the text: the next is the last.
    lines: Vec<String>,
    /// The number of the next line, from 1.
    number: usize,
    /// Of a transcript, each with what was pasted at it, from its end.
    inputs: VecDeque<(lang::Typed, Vec<String>)>,
    pending: VecDeque<Step>,
}

impl Steps {
    /// The steps of a text whose first line has this number.
    pub fn of(language: Language, text: &str, first_line: usize) -> Steps {
        let transcript = lang::transcript(text);
        let mut steps = Steps {
            language,
            text: text.to_owned(),
            replayed: None,
            lines: Vec::new(),
            number: first_line,
            inputs: VecDeque::new(),
            pending: VecDeque::new(),
        };
        match transcript {
            Some(transcript) => {
                steps.language = transcript.language;
                steps.replayed = Some(transcript.inputs.len());
                steps.take_transcript(transcript, text);
            }
            None => {
                let reading = lang::read(language, text);
                // In cells a line that begins with a colon is no command.
                let has_cells = reading.as_ref().is_ok_and(Reading::has_cells);
                let holds_commands = text.lines().any(|line| may_command(language, line));
                match holds_commands && !has_cells {
                    true => steps.lines = text.lines().rev().map(str::to_owned).collect(),
                    false => steps.pending = steps_of(reading, first_line - 1),
                }
            }
        }
        steps
    }

    /// Whether nothing is left.
    pub fn is_over(&mut self) -> bool {
        self.fill();
        self.pending.is_empty()
    }

    /// What comes next, where it is known without the next lines.
    pub fn peek(&self) -> Option<&Step> {
        self.pending.front()
    }

    /// The next line as it is written; what pasted code is read from.
    pub fn raw_line(&mut self) -> Option<String> {
        let line = self.lines.pop()?;
        self.number += 1;
        Some(line)
    }

    /// How many lines come next that belong to a block, with the one that ends it.
    pub fn lines_of(&self, mode: &PasteMode) -> usize {
        let mut lines = self.lines.iter().rev();
        let end = lines.position(|line| mode.ends_at(line));
        end.map_or(self.lines.len(), |end| end + 1)
    }

    /// What was pasted into a copied dialogue stands in its text, too.
    fn take_transcript(&mut self, transcript: lang::Transcript, text: &str) {
        let typed = transcript.text();
        let mut lines: Vec<&str> = typed.lines().collect();
        for input in transcript.inputs {
            let mut block = Vec::new();
            for (index, line) in pasted_at(&input, text) {
                lines.resize(lines.len().max(index + 1), "");
                lines[index] = line;
                block.push(line.to_owned());
            }
            block.reverse();
            self.inputs.push_back((input, block));
        }
        self.text = lines.iter().flat_map(|line| [line, "\n"]).collect();
    }

    fn fill(&mut self) {
        while self.pending.is_empty() {
            if let Some((input, pasted)) = self.inputs.pop_front() {
                self.lines = pasted;
                self.take_input(input);
            } else if self.replayed.is_some() || !self.take_lines() {
                return;
            }
        }
    }

    fn take_input(&mut self, input: lang::Typed) {
        let before = input.first_line - 1;
        let is_command = is_command(&input.code);
        let statements = match is_command {
            true => VecDeque::from([Step::Command {
                line: input.code.clone(),
                number: input.first_line,
            }]),
            false => code(self.language, &input.code, before),
        };
        self.pending.push_back(Step::Input(input.code));
        self.pending.extend(statements);
    }

    /// Takes the lines up to the next command, or that; false where there is none.
    fn take_lines(&mut self) -> bool {
        let (before, mut segment) = (self.number - 1, String::new());
        // What was found to be over is not read again.
        let mut over = 0;
        while let Some(line) = self.lines.last() {
            if may_command(self.language, line) {
                over += lang::settled(self.language, &segment[over..]);
                let open = lang::completeness(self.language, &segment[over..]);
                if !matches!(open, Completeness::Incomplete { .. }) {
                    break;
                }
            }
            segment.push_str(&self.raw_line().unwrap_or_default());
            segment.push('\n');
        }
        self.pending = code(self.language, &segment, before);
        if !self.pending.is_empty() {
            return true;
        }
        let number = self.number;
        match self.raw_line() {
            Some(line) => {
                self.pending.push_back(Step::Command { line, number });
                true
            }
            None => false,
        }
    }
}

impl Iterator for Steps {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        self.fill();
        self.pending.pop_front()
    }
}

/// The lines that a copied dialogue shows of the block that was pasted at an input, each with its
/// index in the text: up to the one that tells its end. The one that tells its beginning is a comment.
fn pasted_at<'a>(input: &lang::Typed, text: &'a str) -> Vec<(usize, &'a str)> {
    if PasteMode::of(&input.code).is_none() {
        return Vec::new();
    }
    let after = text.lines().enumerate().skip(input.first_line);
    let is_end = |(_, line): &(usize, &str)| line.starts_with("// Exiting paste mode");
    match after.clone().any(|line| is_end(&line)) {
        true => after.take_while(|line| !is_end(line)).collect(),
        false => Vec::new(),
    }
}

/// The statements of a text that stands so many lines further down.
fn code(language: Language, text: &str, before: usize) -> VecDeque<Step> {
    steps_of(lang::read(language, text), before)
}

fn steps_of(reading: Result<Reading<'_>, Refusal>, before: usize) -> VecDeque<Step> {
    let moved = |snippet: Snippet| {
        Step::Code(Snippet {
            first_line: snippet.first_line + before,
            ..snippet
        })
    };
    match reading {
        Ok(reading) => reading.snippets().into_iter().map(moved).collect(),
        Err(refusal) => VecDeque::from([Step::Refused {
            told: refusal.message,
            number: refusal.line + before,
        }]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(language: Language, text: &str) -> Vec<String> {
        Steps::of(language, text, 1).map(shown).collect()
    }

    fn shown(step: Step) -> String {
        match step {
            Step::Code(snippet) => format!("{} {}", snippet.first_line, snippet.code),
            Step::Command { line, number } => format!("{number} command {line}"),
            Step::Refused { told, number } => format!("{number} refused {told}"),
            Step::Input(code) => format!("input {code}"),
        }
    }

    #[test]
    fn commands_stand_at_the_top_level_of_scala() {
        let text = "val a = 1\n:silent\n\nval s = \"\"\"\n:load x\n\"\"\"\ndef f(x: Int)\n  : Int = x\n\
                    :quit\n";
        assert_eq!(
            told(Language::Scala, text),
            [
                "1 val a = 1",
                "2 command :silent",
                "4 val s = \"\"\"\n:load x\n\"\"\"",
                "7 def f(x: Int)\n  : Int = x",
                "9 command :quit",
            ]
        );
    }

    #[test]
    fn commands_stand_at_the_top_level_of_python() {
        let text = "a = 1\n:quit\n'''\n:quit\n'''\na[\n:load\n]\nfor b in a:\n    c\n:silent\nif a:\n\
                    :help\n    b\n:nope\n:type: x\n    :quit\n";
        assert_eq!(
            told(Language::Python, text),
            [
                "1 a = 1",
                "2 command :quit",
                "3 '''\n:quit\n'''",
                "6 a[\n:load\n]",
                "9 for b in a:\n    c",
                "11 command :silent",
                "12 if a:",
                "13 :help\n    b",
                "15 :nope",
                "16 :type: x\n    :quit",
            ]
        );
    }

    #[test]
    fn commands_stand_between_the_statements_of_sql() {
        let text = "select 1;\n:quit\nselect ':\n:quit\n', /*\n:quit\n*/ a from b where c =\n:kind;\n\
                    select 2\n:save x\nselect (\n:load\n)\n";
        assert_eq!(
            told(Language::Sql, text),
            [
                "1 select 1",
                "2 command :quit",
                "3 select ':\n:quit\n', /*\n:quit\n*/ a from b where c =\n:kind",
                "9 select 2",
                "10 command :save x",
                "11 select (\n:load\n)",
            ]
        );
        assert_eq!(told(Language::R, "a\n:quit"), ["1 a", "2 :quit"]);
    }

    #[test]
    fn a_text_with_cells_has_no_commands() {
        let text = "%%python\nx = \"\"\"\n:key: value\n\"\"\"\n%%sql\nselect 1";
        assert_eq!(
            told(Language::Scala, text),
            ["2 x = \"\"\"\n:key: value\n\"\"\"", "6 select 1"]
        );
    }

    #[test]
    fn pasted_lines_are_read_from_the_text() {
        let mut steps = Steps::of(Language::Scala, ":paste < E\nval a = 1\nE\na", 1);
        steps.next().unwrap();
        let mode = PasteMode::of(":paste < E").unwrap();
        assert_eq!(steps.lines_of(&mode), 2);
        assert_eq!(steps.raw_line().as_deref(), Some("val a = 1"));
        assert_eq!(steps.raw_line().as_deref(), Some("E"));
        assert_eq!(steps.next().map(shown).as_deref(), Some("4 a"));
        assert!(steps.is_over() && steps.raw_line().is_none());
    }

    #[test]
    fn what_was_pasted_into_a_dialogue_is_read_from_it() {
        let text = "scala> :paste\n// Entering paste mode (ctrl-D to finish)\n\nval a = 1\n\n\
                    // Exiting paste mode, now interpreting.\n\na: Int = 1\n\nscala> :paste < E\nb\n\
                    E\n\n// Exiting paste mode, now interpreting.\nscala> a\nres1: Int = 1\n\
                    scala> :paste\n";
        let mut steps = Steps::of(Language::Scala, text, 1);
        let mut lines = Vec::new();
        while let Some(step) = steps.next() {
            lines.push(shown(step));
            lines.extend(std::iter::from_fn(|| steps.raw_line()));
        }
        let expected = [
            "input :paste",
            "// Entering paste mode (ctrl-D to finish)",
            "",
            "val a = 1",
            "",
            "1 command :paste",
            "input :paste < E",
            "b",
            "E",
            "",
            "10 command :paste < E",
            "input a",
            "15 a",
            "input :paste",
            "17 command :paste",
        ];
        assert_eq!(lines, expected);
        let text: Vec<&str> = steps.text.lines().collect();
        assert_eq!((text[3], text[7], text[10]), ("val a = 1", "", "b"));
    }

    #[test]
    fn a_transcript_is_its_inputs() {
        let text = ">>> x = 1\n>>> x\n1\n";
        let mut steps = Steps::of(Language::Scala, text, 1);
        assert_eq!(
            (steps.language, steps.replayed),
            (Language::Python, Some(2))
        );
        let all: Vec<String> = steps.by_ref().map(shown).collect();
        assert_eq!(all, ["input x = 1", "1 x = 1", "input x", "2 x"]);
        assert_eq!(steps.text, "x = 1\nx\n");
    }
}

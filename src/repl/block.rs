//! Reads lines until they are a whole block.

use super::Repl;
use super::editor::Read;
use crate::commands::{self, Command, Shared, may_command};
use crate::exit::Exit;
use crate::lang::{self, Completeness, Language};
use crate::render::Line;
use crate::shell::hint_line;

/// A block that was read.
pub(super) enum Block {
    Code(String),
    Command(Result<Command, String>),
    /// To be edited in the user's editor before it runs.
    Edit(String),
    /// Code and commands, or a transcript.
    Text(String),
    /// Nothing to run: an empty line, Ctrl-C, or a block that was abandoned.
    Nothing,
    End,
    /// The terminal is gone.
    HungUp,
}

impl Block {
    /// Whether it is something to do, and not only an end.
    pub(super) fn is_work(&self) -> bool {
        match self {
            Block::Code(_) | Block::Text(_) => true,
            Block::Command(command) => !matches!(command, Ok(Command::Quit)),
            Block::Edit(_) | Block::Nothing | Block::End | Block::HungUp => false,
        }
    }
}

impl Repl<'_> {
    pub(super) fn read_block(&mut self) -> Block {
        let mut block = String::new();
        // What stands in the line, left and right of the cursor.
        let mut initial = (std::mem::take(&mut self.kept_text), String::new());
        let mut blank_lines = 0;
        let mut is_reopened = false;
        loop {
            let (left, right) = std::mem::take(&mut initial);
            let read = self.editor.read(self.language, &block, (&left, &right));
            let (line, is_forced) = match read {
                Read::Line(line) => (line, false),
                Read::Submit(line) => (line, true),
                Read::Edit(line) => return Block::Edit(joined(block, &line)),
                Read::Reopen(line) => {
                    if let Some(rows) = self.editor.rows_of_block() {
                        self.out.take_back(rows);
                    }
                    initial = (std::mem::take(&mut block), format!("\n{line}"));
                    is_reopened = true;
                    continue;
                }
                Read::Cleared => return Block::Nothing,
                Read::End => return Block::End,
                Read::HungUp => return Block::HungUp,
            };
            // Several lines at once were pasted, or recalled from the history.
            let is_paste = line.contains('\n') && !is_reopened;
            if block.is_empty() {
                if line.trim().is_empty() {
                    return Block::Nothing;
                }
                if let Some(block) = self.special(&line, is_paste) {
                    return block;
                }
            }
            let is_command = !is_paste && line.trim_start().starts_with(':');
            if is_command
                && self.waits_for_sqls_end(&block)
                && matches!(self.command_on(&line), Some(Ok(_)))
            {
                let told = "End the SQL first, with ; or an empty line; Ctrl-C drops it.";
                self.out.note(&Line::plain(told));
                continue;
            }
            blank_lines = if line.trim().is_empty() {
                blank_lines + 1
            } else {
                0
            };
            block = joined(block, if line.trim().is_empty() { "" } else { &line });
            is_reopened = false;
            if is_forced {
                break;
            }
            match self.completeness(&block, is_paste) {
                Completeness::Incomplete { .. } if blank_lines >= 2 => {
                    let words = "You typed two blank lines.  Starting a new command.";
                    self.out.note(&Line::plain(words));
                    return Block::Nothing;
                }
                Completeness::Incomplete { indent } => {
                    let is_as_it_is = is_paste || blank_lines > 0 || self.editor.has_more();
                    let indent = if is_as_it_is { 0 } else { indent };
                    initial.0 = " ".repeat(indent);
                }
                // Lines that nobody types are not waited for.
                Completeness::Complete if self.waits_for_sqls_end(&block) => {
                    self.tell_how_sql_ends();
                }
                Completeness::Complete | Completeness::Invalid => break,
            }
        }
        let block = block.trim_end().to_owned();
        self.editor.remember(self.language, &block);
        Block::Code(block)
    }

    fn waits_for_sqls_end(&self, block: &str) -> bool {
        self.out.terminals.input && lang::awaits_end(self.language, block)
    }

    /// Told once, where a line that could be a statement's last is not taken for it.
    fn tell_how_sql_ends(&mut self) {
        if std::mem::replace(&mut self.knows_sqls_end, true) || self.out.is_quiet {
            return;
        }
        if let Some(printer) = &self.printer {
            printer.was_passed_by();
        }
        let hint = hint_line("SQL ends with ; or an empty line.");
        self.out.note_between_lines(&hint);
    }

    /// What a first line is that does not begin a block of code.
    fn special(&mut self, line: &str, is_paste: bool) -> Option<Block> {
        let is_transcript = lang::transcript(line).is_some();
        if is_paste {
            let holds_commands = line.lines().any(|line| may_command(self.language, line));
            if is_transcript || holds_commands {
                self.editor.remember(self.language, line.trim_end());
                return Some(Block::Text(line.to_owned()));
            }
            return None;
        }
        if is_transcript {
            return Some(self.transcript(line));
        }
        let command = self.command_on(line)?;
        self.editor.remember(self.language, line.trim_end());
        Some(Block::Command(command))
    }

    /// The command on a line; none where it is code.
    pub(super) fn command_on(&self, line: &str) -> Option<Result<Command, String>> {
        let may_negate = matches!(self.language, Language::Scala | Language::R);
        if let Some(rest) = line.trim_start().strip_prefix('!')
            && may_negate
            && !commands::names_program(rest)
        {
            return None;
        }
        if let Some(asked) = commands::asked(self.language, line) {
            let command = |asked| Command::Shared(Shared::Inspect(asked));
            return Some(asked.map(command));
        }
        commands::parse(line)
    }

    /// A line of a transcript came alone: whoever pastes line by line says when it is over.
    fn transcript(&mut self, first: &str) -> Block {
        let words = "\n// Detected repl transcript. Paste more, or ctrl-D to finish.\n\n";
        self.out.note(&Line::plain(words));
        match self.collect(commands::ends_paste) {
            Ok(rest) => Block::Text(format!("{first}\n{rest}")),
            Err(Some(Exit::HungUp)) => Block::HungUp,
            Err(_) => Block::Nothing,
        }
    }

    /// Reads lines as they are until one is the end, or Ctrl-D. Without it: Ctrl-C, or the code to
    /// end with.
    pub(super) fn collect(
        &mut self,
        is_end: impl Fn(&str) -> bool,
    ) -> Result<String, Option<Exit>> {
        if let Some(signal) = self.stand_prompt(true) {
            return Err(Some(signal.into()));
        }
        let collected = self.collect_lines(is_end);
        match self.stand_prompt(false) {
            Some(signal) => Err(Some(signal.into())),
            None => collected,
        }
    }

    fn collect_lines(&mut self, is_end: impl Fn(&str) -> bool) -> Result<String, Option<Exit>> {
        let mut block = String::new();
        loop {
            match self.editor.read_raw() {
                // Several at once, where they were pasted.
                Read::Line(lines)
                | Read::Submit(lines)
                | Read::Edit(lines)
                | Read::Reopen(lines) => {
                    for line in lines.split('\n') {
                        if is_end(line) {
                            return Ok(block);
                        }
                        block.push_str(line);
                        block.push('\n');
                    }
                }
                Read::End => return Ok(block),
                Read::Cleared => return Err(None),
                Read::HungUp => return Err(Some(Exit::HungUp)),
            }
        }
    }

    fn completeness(&self, block: &str, is_paste: bool) -> Completeness {
        match lang::completeness(self.language, block) {
            // What was pasted whole needs no blank line to end it.
            Completeness::Incomplete { .. } if is_paste => {
                lang::completeness(self.language, &format!("{block}\n"))
            }
            completeness => completeness,
        }
    }
}

/// A block and its next line.
fn joined(mut block: String, line: &str) -> String {
    if !block.is_empty() {
        block.push('\n');
    }
    block.push_str(line);
    block
}

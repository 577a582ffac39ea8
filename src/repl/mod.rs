//! The interactive front end: read a block, hand it over, take the terminal back.

mod commands;
mod editor;
mod history;
mod prompt;

use crate::engine::Id;
use crate::exit::Exit;
use crate::lang::{self, Completeness, Language, Source};
use crate::render::{self, Line, one_line};
use crate::shell::{Interrupts, Link, Run, Verdict, hint_line};
use crate::term::{Out, Painter, Quiet};
use commands::Command;
use editor::{LineEditor, Printer, Read};
use std::path::PathBuf;

pub struct Options {
    pub language: Language,
    /// Where histories are kept.
    pub state_folder: Option<PathBuf>,
    pub max_rows: Option<u64>,
    /// Whether a session of ours stays when the user leaves.
    pub keep: bool,
}

/// A block that was read.
enum Block {
    Code(String),
    Command(Result<Command, commands::NoCommand>),
    /// Nothing to run: an empty line, Ctrl-C, or a block that was abandoned.
    Nothing,
    End,
    /// The terminal is gone.
    HungUp,
}

struct Repl<'a> {
    link: &'a mut Link,
    out: &'a Out,
    editor: LineEditor,
    printer: Option<Printer>,
    language: Language,
    max_rows: Option<u64>,
    keep: bool,
    /// The statement that nobody waits for any more.
    left_running: Option<Id>,
}

/// Runs the prompt until the user leaves. The exit code is 0 unless there never was a session.
pub fn run(link: &mut Link, out: &Out, options: Options) -> Exit {
    let painter = Painter::default();
    let editor = LineEditor::new(options.language, painter.clone(), options.state_folder, out);
    let (editor, printer) = match editor {
        Ok(made) => made,
        Err(reason) => {
            out.note(&Line::error(format!(
                "livysh: no prompt can be shown: {reason}"
            )));
            return Exit::Server;
        }
    };
    if out.colours.0 {
        painter.warm(options.language);
    }
    let mut repl = Repl {
        link,
        out,
        editor,
        printer,
        language: options.language,
        max_rows: options.max_rows,
        keep: options.keep,
        left_running: None,
    };
    repl.run()
}

impl Repl<'_> {
    fn run(&mut self) -> Exit {
        let mut is_first = true;
        loop {
            // As spark-shell does: a blank line before each prompt.
            if self.language == Language::Scala && !std::mem::take(&mut is_first) {
                self.out.data("\n").ok();
            }
            self.stand_prompt(true);
            let block = self.read_block();
            self.stand_prompt(false);
            if let Some(signal) = self.link.catch_up(self.out) {
                return signal.into();
            }
            match block {
                Block::Nothing => {}
                Block::HungUp => return Exit::HungUp,
                Block::End => {
                    // spark-shell shows what Ctrl-D stands for.
                    if self.language == Language::Scala {
                        self.out.data(":quit\n").ok();
                    }
                    break;
                }
                Block::Command(Ok(Command::Quit)) => break,
                Block::Command(Ok(command)) => self.command(command),
                Block::Command(Err(no_command)) => self.out.note(&Line::plain(no_command.0)),
                Block::Code(code) => {
                    if let Some(exit) = self.run_block(&code) {
                        return exit;
                    }
                }
            }
            if self.link.facts.over.is_some() {
                return self.link.exit();
            }
        }
        match &self.link.facts.over {
            Some(_) => self.link.exit(),
            None => Exit::Ok,
        }
    }

    /// While the prompt stands, messages are printed above it.
    fn stand_prompt(&mut self, stands: bool) {
        let above = match stands {
            true => self.printer.as_ref().map(Printer::above),
            false => None,
        };
        let told_above = above.is_some();
        // What has come since the last look belongs before the prompt.
        if stands {
            self.link.catch_up(self.out);
        }
        self.out.set_above(above);
        self.link.set_prompt(stands, told_above.then_some(self.out));
        if told_above {
            self.link.catch_up(self.out);
        }
    }

    /// Reads lines until they are a whole block.
    fn read_block(&mut self) -> Block {
        let mut block = String::new();
        let mut indent = 0;
        let mut blank_lines = 0;
        loop {
            let line = match self.editor.read(self.language, &block, indent) {
                Read::Line(line) => line,
                Read::Cleared => return Block::Nothing,
                Read::End => return Block::End,
                Read::HungUp => return Block::HungUp,
            };
            if block.is_empty() {
                if line.trim().is_empty() {
                    return Block::Nothing;
                }
                if let Some(command) = commands::parse(&line) {
                    self.editor.remember(self.language, line.trim());
                    return Block::Command(command);
                }
            }
            // Several lines at once were pasted, or recalled from the history.
            let is_paste = line.contains('\n');
            blank_lines = if line.trim().is_empty() {
                blank_lines + 1
            } else {
                0
            };
            if !block.is_empty() {
                block.push('\n');
            }
            block.push_str(if line.trim().is_empty() { "" } else { &line });
            match self.completeness(&block, is_paste) {
                Completeness::Incomplete { .. } if blank_lines >= 2 => {
                    let words = "You typed two blank lines.  Starting a new command.";
                    self.out.note(&Line::plain(words));
                    return Block::Nothing;
                }
                Completeness::Incomplete { indent: next } => {
                    indent = if is_paste || blank_lines > 0 { 0 } else { next };
                }
                Completeness::Complete | Completeness::Invalid => break,
            }
        }
        let block = block.trim_end().to_owned();
        self.editor.remember(self.language, &block);
        Block::Code(block)
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

    /// Runs the block's statements until one fails; the code to end with where nothing can follow.
    fn run_block(&mut self, block: &str) -> Option<Exit> {
        let run = Run {
            out: self.out,
            interrupts: Interrupts::Prompt,
            max_rows: self.max_rows,
        };
        let _quiet = Quiet::begin();
        let source = Source {
            name: None,
            text: block.to_owned(),
        };
        if let Some(refusal) = lang::refusal(self.language, block) {
            self.out.note(&Line::plain(one_line(&refusal.message)));
            return None;
        }
        for snippet in lang::split(self.language, block) {
            match run.snippet(self.link, &snippet, &source) {
                Verdict::Ok | Verdict::Incomplete => continue,
                Verdict::Failed(failure) => {
                    if self.out.failure(&failure.for_prompt()).is_err() {
                        return Some(Exit::OutputClosed);
                    }
                    for hint in &failure.hints {
                        self.out.note(&hint_line(hint));
                    }
                }
                Verdict::Cancelled => self.out.note(&Line::plain("Cancelled.")),
                Verdict::LeftRunning(id) => self.left_running(id),
                Verdict::Lost(_) => {}
                Verdict::SessionOver => return Some(self.link.exit()),
                Verdict::End(exit) => return Some(exit),
                Verdict::OutputClosed { .. } => return Some(Exit::OutputClosed),
            }
            break;
        }
        None
    }

    fn left_running(&mut self, id: Option<Id>) {
        let what = match &id {
            Some(id) => format!("Statement {id} goes on in the session; :cancel cancels it."),
            None => "The statement is on its way to the session.".to_owned(),
        };
        self.out.note(&Line::plain(one_line(&what)));
        self.left_running = id;
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Help => {
                self.out.data(&commands::help()).ok();
            }
            Command::Quit => {}
            Command::Lang(language) => {
                self.language = language;
                self.editor.set_language(language, self.out);
            }
            Command::Session => self.out.note(&Line::plain(self.session_text())),
            Command::Cancel(number) => self.cancel(number),
            Command::Trace => match &self.link.last_failure {
                Some(failure) => {
                    let whole = render::whole(failure);
                    self.out.failure(&[Line::error(whole)]).ok();
                }
                None => self.out.note(&Line::plain("No statement has failed.")),
            },
        }
    }

    fn cancel(&mut self, number: Option<String>) {
        let id = match number {
            Some(text) => Some(text.parse().map_or(Id::Text(text), Id::Number)),
            None => self.left_running.take(),
        };
        match id {
            Some(_) if self.link.facts.session.is_none() => {
                self.out.note(&Line::plain("The session is not open yet."));
            }
            Some(id) => {
                let told = format!("Asking the server to cancel statement {id}.");
                self.out.note(&Line::plain(one_line(&told)));
                self.link.engine.cancel_by_id(id);
            }
            None => self
                .out
                .note(&Line::plain("No statement was left running.")),
        }
    }

    fn session_text(&self) -> String {
        let facts = &self.link.facts;
        let root = &self.link.root;
        let Some(session) = &facts.session else {
            return format!("the session on {root} is not open yet");
        };
        let state = match facts.is_ready {
            true => "ready".to_owned(),
            false => session.state.to_string(),
        };
        let mut text = one_line(&format!("session {} on {root}: {state}", session.id)).into_owned();
        let parts = [
            ("name", &session.name),
            ("kind", &session.kind),
            ("application id", &session.app_id),
            ("owner", &session.owner),
            ("Spark UI", &session.app_info.spark_ui_url),
        ];
        for (label, value) in parts {
            if let Some(value) = value {
                text.push_str(&format!("\n  {label}: {}", one_line(value)));
            }
        }
        text.push_str(match self.link.is_ours {
            true if self.keep => "\n  made by livysh: it is kept when you leave, as was asked for",
            true => "\n  made by livysh: it is ended when you leave",
            false => "\n  it was there before: it stays when you leave",
        });
        text
    }
}

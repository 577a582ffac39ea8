//! The line editor. The only file that knows rustyline.

use super::{credential, history};
use crate::commands;
use crate::lang::Language;
use crate::render::Line;
use crate::term::{Above, Out, PROMPT_COLOUR, Painter};
use rustyline::config::{BellStyle, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::history::{FileHistory, History};
use rustyline::{
    Cmd, Completer, ConditionalEventHandler, Config, Editor, Event, EventContext, EventHandler,
    ExternalPrinter, Helper, Hinter, KeyCode, KeyEvent, Modifiers, Movement, RepeatCount,
    Validator,
};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

const MOST_HISTORY: usize = 10_000;
/// What an opening bracket adds to the next line in Scala; Python's brackets close well there too.
const BRACKET_INDENT: usize = 2;

/// What the user did with a line.
#[derive(Debug)]
pub(super) enum Read {
    Line(String),
    /// Ctrl-C
    Cleared,
    /// Ctrl-D on an empty line, or the end of an input that is no terminal.
    End,
    /// The terminal is gone.
    HungUp,
}

#[derive(Helper, Completer, Hinter, Validator)]
struct Colours {
    painter: Painter,
    enabled: bool,
    language: Cell<Language>,
    /// The lines of the block before the one that is edited.
    before: RefCell<String>,
    rows: Cell<usize>,
}

impl Highlighter for Colours {
    fn highlight<'l>(&self, line: &'l str, _position: usize) -> Cow<'l, str> {
        if !self.enabled {
            return Cow::Borrowed(line);
        }
        let painted = self
            .painter
            .paint(self.language.get(), &self.before.borrow(), line);
        painted.map_or(Cow::Borrowed(line), Cow::Owned)
    }

    fn highlight_char(&self, line: &str, _position: usize, kind: CmdKind) -> bool {
        // A buffer taller than the screen would be redrawn into the scrollback at each key.
        let fits = line.bytes().filter(|byte| *byte == b'\n').count() + 1 < self.rows.get();
        self.enabled && fits && kind != CmdKind::MoveCursor
    }
}

/// A closing bracket as the first key of a line goes back under the line that opened it.
struct Dedent(char);

impl ConditionalEventHandler for Dedent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let line = context.line();
        let at_end = context.pos() == line.len();
        if line.is_empty() || !at_end || !line.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let indent = " ".repeat(line.len().saturating_sub(BRACKET_INDENT));
        Some(Cmd::Replace(
            Movement::WholeLine,
            Some(format!("{indent}{}", self.0)),
        ))
    }
}

pub(super) struct LineEditor {
    editor: Editor<Colours, FileHistory>,
    /// Where histories are kept; none where nothing is to be kept.
    folder: Option<PathBuf>,
    colours: bool,
    on_terminal: bool,
    /// How many entries a full history has lost since it was loaded.
    forgotten: usize,
}

impl LineEditor {
    /// `out` gets a way to print above the prompt.
    pub(super) fn new(
        language: Language,
        painter: Painter,
        folder: Option<PathBuf>,
        out: &Out,
    ) -> Result<(LineEditor, Option<Printer>), String> {
        let words = |error: ReadlineError| error.to_string();
        let config = Config::builder()
            .max_history_size(MOST_HISTORY)
            .map_err(words)?
            .history_ignore_dups(true)
            .map_err(words)?
            .completion_type(CompletionType::List)
            .bell_style(BellStyle::None)
            .auto_add_history(false)
            .build();
        let mut editor = Editor::with_config(config).map_err(words)?;
        editor.set_helper(Some(Colours {
            painter,
            enabled: out.colours.0,
            language: Cell::new(language),
            before: RefCell::default(),
            rows: Cell::new(usize::MAX),
        }));
        for bracket in ['}', ')', ']'] {
            editor.bind_sequence(
                KeyEvent(KeyCode::Char(bracket), Modifiers::NONE),
                EventHandler::Conditional(Box::new(Dedent(bracket))),
            );
        }
        // Off a terminal there is nothing to print above.
        let printer = editor.create_external_printer().ok().map(Printer::start);
        let mut editor = LineEditor {
            editor,
            folder,
            colours: out.colours.0,
            on_terminal: out.terminals.input,
            forgotten: 0,
        };
        editor.load_history(language, out);
        Ok((editor, printer))
    }

    /// Switches language and history.
    pub(super) fn set_language(&mut self, language: Language, out: &Out) {
        if let Some(colours) = self.editor.helper() {
            colours.language.set(language);
        }
        self.editor.clear_history().ok();
        self.forgotten = 0;
        self.load_history(language, out);
    }

    /// Reads one line of a block; `before` are its lines so far, `indent` what the line begins with.
    pub(super) fn read(&mut self, language: Language, before: &str, indent: usize) -> Read {
        let rows = self
            .editor
            .dimensions()
            .map_or(usize::MAX, |(_, rows)| rows as usize);
        if let Some(colours) = self.editor.helper() {
            colours.before.replace(before.to_owned());
            colours.rows.set(rows);
        }
        let raw = match before.is_empty() {
            true => commands::first(language),
            false => commands::continuation(language),
        };
        let styled = match self.colours && before.is_empty() {
            true => format!("{PROMPT_COLOUR}{raw}\x1b[0m"),
            false => raw.to_owned(),
        };
        self.read_line(raw, &styled, &" ".repeat(indent))
    }

    /// Reads a line of what is pasted: without a prompt, whatever it holds.
    pub(super) fn read_raw(&mut self) -> Read {
        self.read_line("", "", "")
    }

    fn read_line(&mut self, raw: &str, styled: &str, indent: &str) -> Read {
        loop {
            let prompt = (raw, styled);
            return match self.editor.readline_with_initial(&prompt, (indent, "")) {
                Ok(line) => Read::Line(line),
                Err(ReadlineError::Interrupted) => Read::Cleared,
                // Bytes that are no text were typed: the line is lost, the shell is not.
                Err(ReadlineError::Io(error))
                    if error.kind() == std::io::ErrorKind::InvalidData =>
                {
                    continue;
                }
                Err(ReadlineError::Signal(_)) => continue,
                Err(ReadlineError::Eof) if std::io::stdin().is_terminal() => Read::End,
                // Reading ends too when the terminal's window is closed.
                Err(_) => match self.on_terminal {
                    true => Read::HungUp,
                    false => Read::End,
                },
            };
        }
    }

    /// Keeps a block in the history, at once: none that begins with a blank, as in other shells, or
    /// that looks as if it held a credential.
    pub(super) fn remember(&mut self, language: Language, block: &str) {
        if block.starts_with(' ') || credential::looks_like_one(block) {
            return;
        }
        let was_full = self.editor.history().len() == MOST_HISTORY;
        let added = self.editor.add_history_entry(block).unwrap_or(false);
        self.forgotten += usize::from(added && was_full);
        if let Some(path) = self.path(language).filter(|_| added) {
            // A history that cannot be written is no reason to disturb.
            self.editor.append_history(&path).ok();
        }
    }

    /// What the history holds, the oldest first, each with the number that it keeps.
    pub(super) fn entries(&self) -> Vec<(usize, String)> {
        let history = self.editor.history().iter().map(ToOwned::to_owned);
        (self.forgotten + 1..).zip(history).collect()
    }

    fn path(&self, language: Language) -> Option<PathBuf> {
        Some(history::path(self.folder.as_deref()?, language))
    }

    /// Loads the language's history; a broken file is set aside.
    fn load_history(&mut self, language: Language, out: &Out) {
        let Some(path) = self.path(language) else {
            return;
        };
        if history::prepare(&path).is_err() {
            self.folder = None;
            return;
        }
        if self.try_load(&path).is_err() {
            self.editor.clear_history().ok();
            if let Ok(aside) = history::set_aside(&path) {
                let told = format!(
                    "the history could not be read; it is now {}",
                    aside.display()
                );
                out.note(&Line::plain(told));
                history::prepare(&path).ok();
            }
        }
    }

    fn try_load(&mut self, path: &Path) -> rustyline::Result<()> {
        // rustyline stops without an error at the first byte that is no text.
        let text = std::fs::read(path)?;
        if std::str::from_utf8(&text).is_err() {
            return Err(ReadlineError::Io(std::io::ErrorKind::InvalidData.into()));
        }
        match text.is_empty() {
            true => Ok(()),
            false => self.editor.history_mut().load(path),
        }
    }
}

/// Prints above the prompt, from a thread of its own: the editor takes one message at a time, and
/// none while the user searches.
pub(super) struct Printer {
    messages: std::sync::mpsc::Sender<String>,
}

impl Printer {
    fn start(mut printer: impl ExternalPrinter + Send + 'static) -> Printer {
        let (messages, received) = std::sync::mpsc::channel::<String>();
        std::thread::spawn(move || {
            for message in received {
                if printer.print(message).is_err() {
                    return;
                }
            }
        });
        Printer { messages }
    }

    pub(super) fn above(&self) -> Above {
        let messages = self.messages.clone();
        Box::new(move |text| {
            messages.send(text).ok();
        })
    }
}

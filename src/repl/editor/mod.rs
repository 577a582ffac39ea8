//! The line editor. The only room that knows rustyline.
//!
//! | file        | its duty                                                |
//! |-------------|---------------------------------------------------------|
//! | `keys.rs`   | what keys do                                            |
//! | `ahead.rs`  | what was typed before the prompt stood                  |
//! | `helper.rs` | colours, brackets and suggestions                       |
//! | `narrow.rs` | where a suggestion is looked for                        |
//! | `tab.rs`    | what Tab does                                           |
//! | `recall.rs` | the history as Up and Down go through it                |
//! | `state.rs`  | what these three share                                  |
//! | `printer.rs`| prints above the prompt                                 |
//! | `layout.rs` | where on the screen a text stands                        |
//! | `rows.rs`   | how many rows of the screen a block takes               |
//! | `view.rs`   | what is drawn of a buffer taller than the screen        |

mod ahead;
mod helper;
mod keys;
mod layout;
mod narrow;
mod printer;
mod recall;
mod rows;
mod state;
mod tab;
mod view;

pub(super) use printer::Printer;

use super::complete::Completer;
use super::history::{self, Held, Outcome, Row, Runs};
use super::{Looks, credential};
use crate::commands;
use crate::lang::Language;
use crate::render::{Line, one_line};
use crate::term::{Lent, Out, PROMPT_COLOUR, PROMPT_MARKS, Painter};
use ahead::Ahead;
use helper::Helper;
use recall::Recall;
use rows::Rows;
use rustyline::config::{BellStyle, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::{ColorMode, Config, EditMode, Editor};
use state::{State, Wish};
use std::borrow::Cow;
use std::cell::{Cell, RefCell, RefMut};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use view::View;

/// What the user did with a line.
#[derive(Debug)]
pub(super) enum Read {
    Line(String),
    /// To be run as it is, complete or not.
    Submit(String),
    /// To be edited in an editor.
    Edit(String),
    /// The block that it belongs to is to be edited as a whole.
    Reopen(String),
    /// Ctrl-C
    Cleared,
    /// Ctrl-D on an empty line, or the end of an input that is no terminal.
    End,
    /// The terminal is gone.
    HungUp,
}

/// What stands in a line before a key is pressed, left and right of the cursor.
pub(super) type Initial<'a> = (&'a str, &'a str);

pub(super) struct LineEditor {
    editor: Editor<Helper, Recall>,
    state: Arc<State>,
    completer: Rc<RefCell<Completer>>,
    /// What the block takes of the screen.
    rows: Rows,
    ahead: Ahead,
    /// Where histories are kept; none where nothing is to be kept.
    folder: Option<PathBuf>,
    colours: bool,
    /// Whether the terminal is told where a prompt begins and ends.
    marks: bool,
    on_terminal: bool,
    /// Whether that is one that draws no line anew, where lines are not edited.
    is_plain: bool,
    /// How many entries a full history has lost since it was loaded.
    forgotten: usize,
    /// When entries ran, and how they ended.
    runs: Runs,
}

impl LineEditor {
    /// `out` gets a way to print above the prompt.
    pub(super) fn new(
        language: Language,
        painter: Painter,
        folder: Option<PathBuf>,
        profile: Option<String>,
        looks: &Looks,
        out: &Out,
    ) -> Result<(LineEditor, Option<Printer>), String> {
        let words = |error: ReadlineError| error.to_string();
        let config = Config::builder()
            .completion_type(CompletionType::List)
            // Which press lists is decided with what is known by then.
            .completion_show_all_if_ambiguous(true)
            .bell_style(BellStyle::None)
            .auto_add_history(false)
            .edit_mode(match looks.is_vi {
                true => EditMode::Vi,
                false => EditMode::Emacs,
            })
            // Whether there are colours is the helper's; without it a tall block is drawn in whole.
            .color_mode(ColorMode::Forced)
            .build();
        let state = Arc::<State>::default();
        let completer = Rc::new(RefCell::new(Completer::new()));
        let recall = Recall::new(Held::new(history::MOST), state.clone());
        let mut editor = Editor::with_history(config, recall).map_err(words)?;
        editor.set_helper(Some(Helper {
            painter,
            lines: RefCell::default(),
            enabled: out.colours.0,
            suggests: looks.suggests,
            language: Cell::new(language),
            before: RefCell::default(),
            narrowing: RefCell::default(),
            prompt_width: Cell::new(0),
            prompt: RefCell::default(),
            view: View::default(),
            layout: RefCell::default(),
            is_handed_over: Cell::new(false),
            pair: Cell::new(None),
            completer: completer.clone(),
            state: state.clone(),
        }));
        keys::bind(&mut editor, &state);
        // Off a terminal there is nothing to print above.
        let printer = editor.create_external_printer().ok().map(Printer::start);
        let printed = printer.as_ref().map(Printer::count).unwrap_or_default();
        let mut editor = LineEditor {
            editor,
            state,
            completer,
            rows: Rows::new(printed),
            ahead: Ahead::default(),
            folder,
            colours: out.colours.0,
            marks: out.has_signs(),
            on_terminal: out.terminals.input,
            is_plain: out.terminals.input && out.terminals.output && printer.is_none(),
            forgotten: 0,
            runs: Runs::new(profile),
        };
        editor.load_history(language, out);
        Ok((editor, printer))
    }

    /// What knows what Tab could mean.
    pub(super) fn completer(&self) -> RefMut<'_, Completer> {
        self.completer.borrow_mut()
    }

    /// Switches language and history.
    pub(super) fn set_language(&mut self, language: Language, out: &Out) {
        if let Some(helper) = self.editor.helper() {
            helper.language.set(language);
        }
        self.editor.clear_history().ok();
        self.forgotten = 0;
        self.load_history(language, out);
    }

    /// Reads one line of a block; `before` are its lines so far, `initial` what the line begins with.
    pub(super) fn read(&mut self, language: Language, before: &str, initial: Initial<'_>) -> Read {
        let raw = match before.is_empty() {
            true => commands::first(language),
            false => commands::continuation(language),
        };
        let size = self.editor.dimensions();
        let size = size.map_or((usize::MAX, usize::MAX), |(columns, rows)| {
            (columns.into(), rows.into())
        });
        if before.is_empty() {
            self.rows.begin(size);
            self.ahead.look();
        }
        if let Some(helper) = self.editor.helper() {
            helper.before.replace(before.to_owned());
            helper.narrowing.borrow_mut().begin();
            helper.prompt_width.set(raw.len());
        }
        let mut styled = match self.colours && before.is_empty() {
            true => format!("{PROMPT_COLOUR}{raw}\x1b[0m"),
            false => raw.to_owned(),
        };
        if self.marks && self.colours && before.is_empty() {
            styled = format!("{}{styled}{}", PROMPT_MARKS.0, PROMPT_MARKS.1);
        }
        self.state.begin(!before.is_empty());
        self.state.set_indent(tab::indent(language));
        self.state.set_as_it_is(self.ahead.is_any());
        let read = self.read_line(raw, &styled, initial);
        let (Read::Line(line) | Read::Reopen(line)) = &read else {
            self.ahead.forget();
            return read;
        };
        let typed = line.len().saturating_sub(initial.0.len());
        self.ahead.took(typed, line.contains('\n'));
        self.rows.add(raw.len(), line, size);
        read
    }

    /// Whether the next line was typed already, as it is to be.
    pub(super) fn has_more(&mut self) -> bool {
        self.ahead.is_any()
    }

    /// How many rows up the block began, where all of it is still on the screen as it was typed.
    pub(super) fn rows_of_block(&self) -> Option<usize> {
        self.rows.count()
    }

    /// Reads a line of what is pasted: without a prompt, whatever it holds.
    pub(super) fn read_raw(&mut self) -> Read {
        self.state.begin(false);
        self.state.set_indent(tab::AS_IT_IS);
        let read = self.read_line("", "", ("", ""));
        match &read {
            Read::Line(line) => self.ahead.took(line.len(), line.contains('\n')),
            _ => self.ahead.forget(),
        }
        read
    }

    fn read_line(&mut self, raw: &str, styled: &str, initial: Initial<'_>) -> Read {
        if let Some(helper) = self.editor.helper() {
            helper.view.begin();
            helper.is_handed_over.set(false);
        }
        // There the terminal itself edits the line, as it does for programs without an editor.
        let _lent = self.is_plain.then(Lent::begin);
        loop {
            let prompt = (raw, styled);
            return match self.editor.readline_with_initial(&prompt, initial) {
                Ok(line) => match self.state.wished() {
                    None => Read::Line(line),
                    Some(Wish::Clear) => Read::Cleared,
                    Some(Wish::Edit) => Read::Edit(line),
                    Some(Wish::Reopen) => Read::Reopen(line),
                    Some(Wish::Submit) => Read::Submit(line),
                },
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
    /// that looks as if it held a credential. It counts as running until `ended`.
    pub(super) fn remember(&mut self, language: Language, block: &str) {
        if block.starts_with(' ') || credential::looks_like_one(block) {
            return;
        }
        let was_full = self.editor.history().held.is_full();
        let added = self.editor.add_history_entry(block).unwrap_or(false);
        self.forgotten += usize::from(added && was_full);
        if let Some(path) = self.path(language).filter(|_| added) {
            // A history that cannot be written is no reason to disturb.
            history::append(&path, block).ok();
        }
        self.runs.begin(block, !added);
    }

    /// What was kept since the last time has ended so.
    pub(super) fn ended(&mut self, outcome: Outcome) {
        self.runs.end(outcome);
    }

    /// What the history holds, the oldest first, each with the number that it keeps.
    pub(super) fn entries(&self) -> Vec<(usize, String)> {
        let history = self.editor.history().held.iter().map(Cow::into_owned);
        (self.forgotten + 1..).zip(history).collect()
    }

    /// The last entries of which this is true, as `:history` shows them.
    pub(super) fn table(&self, count: usize, is_wanted: impl Fn(&str) -> bool) -> String {
        let entries: Vec<Cow<'_, str>> = self.editor.history().held.iter().collect();
        let runs = self.runs.of(entries.iter().map(Cow::as_ref));
        let numbered = (self.forgotten + 1..).zip(&entries).zip(&runs);
        let mut rows: Vec<Row<'_>> = numbered
            .filter(|((_, text), _)| is_wanted(text))
            .map(|((number, text), run)| Row {
                number,
                text,
                run: run.as_ref(),
            })
            .collect();
        rows.drain(..rows.len().saturating_sub(count));
        history::table(&rows)
    }

    fn path(&self, language: Language) -> Option<PathBuf> {
        Some(history::path(self.folder.as_deref()?, language))
    }

    /// Loads the language's history; of a broken file a copy is set aside.
    fn load_history(&mut self, language: Language, out: &Out) {
        let path = self.path(language);
        self.runs.open(path.as_deref());
        let Some(path) = path else {
            return;
        };
        if history::prepare(&path).is_err() {
            self.folder = None;
            self.runs.open(None);
            return;
        }
        match history::load(&path) {
            Ok(loaded) if loaded.lost == 0 => self.editor.history_mut().held = loaded.entries,
            Ok(_) => self.load_broken(&path, out),
            Err(error) => {
                let told = format!("the history cannot be read: {}: {error}", path.display());
                out.note(&Line::plain(one_line(&told).into_owned()));
            }
        }
    }

    /// What can be read of a broken file is loaded, and what has become of the rest is told.
    fn load_broken(&mut self, path: &Path, out: &Out) {
        let told = match history::set_aside(path) {
            Ok(None) => None,
            Ok(Some(aside)) => {
                let lines = match aside.lost {
                    1 => "1 line".to_owned(),
                    lost => format!("{lost} lines"),
                };
                let copy = aside.copy.display();
                Some(format!(
                    "{lines} of the history could not be read; all of it is in {copy}"
                ))
            }
            Err(error) => Some(format!(
                "not all of the history in {} could be read; it stays as it is: {error}",
                path.display()
            )),
        };
        if let Some(told) = told {
            out.note(&Line::plain(one_line(&told).into_owned()));
        }
        if let Ok(loaded) = history::load(path) {
            self.editor.history_mut().held = loaded.entries;
        }
    }
}

//! The interactive front end: read a block, hand it over, take the terminal back.
//!
//! | file            | its duty                                            |
//! |-----------------|-----------------------------------------------------|
//! | `block.rs`      | reads lines until they are a whole block            |
//! | `complete/`     | what could stand at the cursor                      |
//! | `conclude.rs`   | tells how work has ended                            |
//! | `credential.rs` | what no history keeps                               |
//! | `editor/`       | the line editor                                     |
//! | `greeting.rs`   | what the prompt is greeted with                     |
//! | `history/`      | what was typed, and what became of it               |
//! | `own.rs`        | the commands that only a prompt has                 |
//! | `place.rs`      | those that go to another session, or leave this one |
//! | `rerun.rs`      | `:rerun`                                            |
//! | `log.rs`        | the session's log, and what comes to it             |
//! | `facts.rs`      | what is known of the session                        |
//! | `session.rs`    | those about the session's statements                |
//! | `ui.rs`         | `:ui`                                               |

mod block;
mod complete;
mod conclude;
mod credential;
mod editor;
mod facts;
mod greeting;
mod history;
mod log;
mod own;
mod place;
mod rerun;
mod session;
mod ui;

use crate::commands::{Answer, Command, Desk, Following, Paste, PasteMode, Shared};
use crate::engine::Id;
use crate::exit::Exit;
use crate::lang::{self, Language, Source};
use crate::render::{Line, one_line};
use crate::shell::{self, Interrupts, Left as LeftStatement, Link, Over, Signal, Wanted};
use crate::term::{Mark, Out, Painter, Quiet, Theme, Themes};
use block::Block;
use editor::{LineEditor, Printer};
use history::Outcome;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub struct Options {
    pub language: Language,
    /// Where histories are kept.
    pub state_folder: Option<PathBuf>,
    /// The profile that is used, which they tell.
    pub profile: Option<String>,
    pub looks: Looks,
    /// Whether a session of ours stays when the user leaves.
    pub keep: bool,
    /// Whether what was left in the session is shown, and waited for.
    pub comes_back: bool,
    /// The user's editor, as a command.
    pub editor: String,
    /// Opens what is wanted later.
    pub open: Opens,
}

/// How the prompt looks and is edited.
pub struct Looks {
    pub theme: Theme,
    pub themes: Themes,
    /// Whether keys are those of vi.
    pub is_vi: bool,
    /// Whether what was typed before is suggested.
    pub suggests: bool,
    /// Whether the terminal's window is called after the server.
    pub title: bool,
    /// After work that took longer the terminal's bell rings.
    pub bell_after: Option<Duration>,
}

type Opens = Box<dyn Fn(Wanted<'_>) -> Result<Link, String>>;

/// How the prompt was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub exit: Exit,
    /// Whether the session is to stay, whoever made it.
    pub session_stays: bool,
}

impl From<Exit> for Left {
    fn from(exit: Exit) -> Left {
        Left {
            exit,
            session_stays: false,
        }
    }
}

struct Repl<'a> {
    desk: Desk<'a>,
    out: &'a Out,
    editor: LineEditor,
    printer: Option<Printer>,
    /// What is typed while no line is edited waits unseen.
    quiet: Quiet,
    language: Language,
    keep: bool,
    editor_command: String,
    painter: Painter,
    themes: Themes,
    bell_after: Option<Duration>,
    /// What stands at the next prompt as if it had been typed.
    kept_text: String,
    open: Opens,
    /// The statement that nobody waits for any more.
    left_running: Option<Id>,
    /// The one of which was told that it ends with the session.
    warned_of: Option<LeftStatement>,
    /// Whether the session took the place of another.
    has_restarted: bool,
    /// Whether the user has left with `:detach`.
    is_detached: bool,
    /// Whether the window is called after the server.
    has_title: bool,
    /// Whether it was told what ends a statement of SQL.
    knows_sqls_end: bool,
    /// How what was typed last has ended.
    outcome: Outcome,
}

/// Runs the prompt until the user leaves. The exit code is 0 unless there never was a session.
///
/// The desk may have run scripts before.
pub fn run(mut desk: Desk<'_>, options: Options) -> Left {
    let out = desk.out;
    desk.interrupts = Interrupts::Prompt;
    desk.link.lift_limits();
    let painter = Painter::new(out.depth);
    let looks = &options.looks;
    let folder = options.state_folder.as_deref();
    let is_new = folder.is_some_and(|folder| !history::is_any(folder));
    let editor = LineEditor::new(
        options.language,
        painter.clone(),
        options.state_folder,
        options.profile,
        looks,
        out,
    );
    let (editor, printer) = match editor {
        Ok(made) => made,
        Err(reason) => {
            out.note(&Line::error(format!(
                "livysh: no prompt can be shown: {reason}"
            )));
            return Exit::Server.into();
        }
    };
    if out.terminals.input && !out.is_quiet {
        for line in greeting::greeting(options.language, is_new) {
            out.note(&line);
        }
    }
    if out.colours.0 {
        painter.warm(options.language);
        out.paint_echoes(painter.clone());
    }
    if looks.theme != Theme::default()
        && let Err(reason) = painter.choose(&looks.theme)
    {
        out.note(&Line::plain(own::broken(&looks.theme, &reason)));
    }
    let mut repl = Repl {
        desk,
        out,
        editor,
        printer,
        quiet: Quiet::begin(out.has_signs() && out.terminals.input),
        language: options.language,
        keep: options.keep,
        editor_command: options.editor,
        painter,
        themes: options.looks.themes,
        bell_after: options.looks.bell_after,
        kept_text: String::new(),
        open: options.open,
        left_running: None,
        warned_of: None,
        has_restarted: false,
        is_detached: false,
        has_title: options.looks.title,
        knows_sqls_end: false,
        outcome: Outcome::Ok,
    };
    if options.comes_back
        && let Some(exit) = repl.come_back()
    {
        return exit.into();
    }
    let exit = repl.run();
    repl.out.end_title();
    Left {
        exit,
        session_stays: repl.is_detached,
    }
}

impl Repl<'_> {
    fn run(&mut self) -> Exit {
        let mut is_first = true;
        loop {
            // As spark-shell does: a blank line before each prompt.
            if self.language == Language::Scala && !std::mem::take(&mut is_first) {
                self.out.data("\n").ok();
            }
            if let Some(signal) = self.stand_prompt(true) {
                return signal.into();
            }
            self.name_window("");
            self.outcome = Outcome::Ok;
            self.prepare_completion();
            let block = self.read_block();
            self.stand_prompt(false);
            if block.is_work() {
                self.out.mark(Mark::Output);
            }
            let is_interrupted = match self.desk.link.signal_meanwhile(self.out) {
                None => false,
                // Pressed since the line was handed over.
                Some(Signal::Interrupt) => block.is_work(),
                Some(signal) => return signal.into(),
            };
            let exit = match block {
                _ if is_interrupted => {
                    self.outcome = Outcome::Cancelled;
                    self.out
                        .note(&Line::plain("Cancelled before anything was sent."));
                    None
                }
                Block::Nothing => None,
                Block::HungUp => return Exit::HungUp,
                Block::End => {
                    // spark-shell shows what Ctrl-D stands for.
                    if self.language == Language::Scala {
                        self.out.data(":quit\n").ok();
                    }
                    if self.may_quit() {
                        break;
                    }
                    None
                }
                Block::Command(Ok(Command::Quit)) if self.may_quit() => break,
                Block::Command(Ok(Command::Quit)) => None,
                Block::Command(Ok(Command::Prompt(command))) => self.own(command),
                Block::Command(Ok(Command::Shared(Shared::Paste(Paste::Lines {
                    until,
                    margin,
                })))) => self.paste(&PasteMode::new(until, margin)),
                Block::Command(Ok(Command::Shared(command))) => self.carry_out(command),
                Block::Command(Err(told)) => {
                    self.outcome = Outcome::Failed;
                    self.out.note(&Line::plain(told));
                    None
                }
                Block::Code(code) => self.run_block(&code),
                Block::Edit(text) => self.edit_typed(&text),
                Block::Text(text) => {
                    let language = self.language;
                    self.working(|desk| desk.run_text(None, language, &text, false))
                }
            };
            self.out.mark(Mark::End {
                has_failed: self.outcome != Outcome::Ok,
            });
            self.editor.ended(self.outcome);
            if let Some(exit) = exit {
                return exit;
            }
            if self.desk.link.facts.over.is_some() && !self.waits_for_restart() {
                return self.desk.link.exit();
            }
        }
        self.editor.ended(self.outcome);
        match &self.desk.link.facts.over {
            Some(_) => self.desk.link.exit(),
            None => Exit::Ok,
        }
    }

    /// What Tab is to know at the next prompt.
    fn prepare_completion(&self) {
        let link = &self.desk.link;
        let mut sessions = vec![shell::LAST.to_owned()];
        if let Some(session) = &link.facts.session {
            sessions.extend(session.name.clone());
            sessions.push(session.id.to_string());
        }
        let facts = complete::Facts {
            themes: self.themes.clone(),
            sessions,
        };
        let mut completer = self.editor.completer();
        completer.prepare(&link.past, link.engine.downgrade(), facts);
    }

    /// Whether there is no session where there was one, or was to be one in its place: for whoever
    /// sits there that is no reason to leave.
    fn waits_for_restart(&self) -> bool {
        let had_one = match &self.desk.link.facts.over {
            None => return false,
            Some(Over::NotOpened(_)) => self.has_restarted,
            Some(Over::Died | Over::LostSight(_)) => true,
        };
        had_one && self.out.terminals.input
    }

    /// Calls the terminal's window after the server, and what is done there.
    fn name_window(&self, what: &str) {
        if self.has_title {
            let root = &self.desk.link.about.root;
            self.out.title(&format!("livysh {root}{what}"));
        }
    }

    /// While the prompt stands, messages are printed above it. A signal that came while nobody waited
    /// ends the program.
    fn stand_prompt(&mut self, stands: bool) -> Option<Signal> {
        let above = match stands {
            true => self.printer.as_ref().map(Printer::above),
            false => None,
        };
        let told_above = above.is_some();
        // What has come since the last look belongs before the prompt.
        let mut signal = None;
        if stands {
            signal = self.desk.link.catch_up(self.out);
        }
        self.out.set_above(above);
        self.desk
            .link
            .set_prompt(stands, told_above.then_some(self.out));
        if told_above {
            signal = signal.or(self.desk.link.catch_up(self.out));
            self.desk.link.tell_step(self.out);
        }
        signal
    }

    /// Runs the block's statements until one fails; the code to end with where nothing can follow.
    fn run_block(&mut self, block: &str) -> Option<Exit> {
        let answer = self.answer_to(block);
        self.conclude(answer)
    }

    fn answer_to(&mut self, block: &str) -> Answer {
        let language = self.language;
        let mut text = block.to_owned();
        // A line that begins with a dot goes on with the last value.
        if language == Language::Scala
            && is_invocation(block)
            && let Some(value) = self.desk.echoes.last_value.borrow().as_ref()
        {
            text.insert_str(0, value);
        }
        let snippets = match lang::read(language, &text) {
            Ok(reading) => reading.snippets(),
            Err(refusal) => return Answer::Refused(one_line(&refusal.message).into_owned()),
        };
        let source = Source::new(None, text);
        self.work(|desk| desk.run_all(snippets, &source))
    }

    fn carry_out(&mut self, command: Shared) -> Option<Exit> {
        // What only looks does not wait behind what runs.
        if matches!(
            command,
            Shared::Inspect(_) | Shared::Schema(_) | Shared::Type { .. }
        ) {
            match self.still_runs() {
                Ok(None) => {}
                Ok(Some(id)) => {
                    let told = format!("Statement {id} still runs; :wait {id} waits for it.");
                    self.out.note(&Line::plain(one_line(&told)));
                    return None;
                }
                Err(exit) => return exit,
            }
        }
        let answer = self.answer_to_command(command);
        self.conclude(answer)
    }

    fn answer_to_command(&mut self, command: Shared) -> Answer {
        let language = self.language;
        let runs_code = command_runs_code(&command);
        let work = |desk: &mut Desk<'_>| {
            let following = Following {
                place: None,
                next_line: &mut || None,
            };
            desk.carry_out(command, language, following)
        };
        match runs_code {
            true => self.work(work),
            // What has the terminal for itself, or needs no session.
            false => work(&mut self.desk),
        }
    }

    /// Collects a block until its end, and runs it as one.
    fn paste(&mut self, mode: &PasteMode) -> Option<Exit> {
        self.out.note(&Line::plain(mode.greeting()));
        let block = match self.collect(|line| mode.ends_at(line)) {
            Ok(block) => block,
            Err(exit) => return exit,
        };
        self.editor.remember(self.language, block.trim_end());
        let language = self.language;
        self.working(|desk| desk.paste_block(language, mode, &block, None))
    }

    /// Lets the desk run code, while the keys wait.
    fn working(&mut self, work: impl FnOnce(&mut Desk<'_>) -> Answer) -> Option<Exit> {
        let answer = self.work(work);
        self.conclude(answer)
    }

    /// The same, where it is not told yet how it has ended.
    fn work(&mut self, work: impl FnOnce(&mut Desk<'_>) -> Answer) -> Answer {
        let began = Instant::now();
        self.name_window(": running");
        self.quiet.renew();
        let answer = work(&mut self.desk);
        if self
            .bell_after
            .is_some_and(|after| began.elapsed() >= after)
        {
            self.out.ring();
        }
        answer
    }
}

/// Whether a line is applied to the last value: as the Scala shell decides it, but for
/// that it does not take blanks before the dot.
fn is_invocation(line: &str) -> bool {
    let rest = line.trim_start().strip_prefix('.').unwrap_or("");
    !rest.is_empty() && !rest.starts_with(['.', '/'])
}

/// Whether a command sends statements, or asks the server for long.
fn command_runs_code(command: &Shared) -> bool {
    match command {
        Shared::Doctor
        | Shared::Inspect(_)
        | Shared::Kind(_)
        | Shared::Load { .. }
        | Shared::Paste(_)
        | Shared::Replay
        | Shared::Require(_)
        | Shared::Completions(_)
        | Shared::Schema(_)
        | Shared::Show(_)
        | Shared::Download(_)
        | Shared::Type { .. }
        | Shared::Upload { .. } => true,
        Shared::Format(_)
        | Shared::Help(_)
        | Shared::Once(_)
        | Shared::Reset
        | Shared::Save(_)
        | Shared::Shell(_)
        | Shared::Silent
        | Shared::Timing(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_begins_with_a_dot_is_an_invocation() {
        assert!(is_invocation(".toString") && is_invocation(". length"));
        assert!(is_invocation("  .map(_ + 1)"));
        assert!(!is_invocation(".") && !is_invocation("..") && !is_invocation("./x"));
        assert!(!is_invocation("x.y"));
    }
}

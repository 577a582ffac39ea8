//! The terminal. The only place that writes to it: data to standard output, everything else to
//! standard error or above a standing prompt.

mod ask;
mod colour;
mod highlight;
mod image;
mod input;
mod pager;
mod painter;
mod pastes;
mod progress;
mod signs;
mod theme;

pub use colour::{Colour, Depth, PROMPT as PROMPT_COLOUR, Surroundings};
pub use highlight::{Lines, Painted};
pub use image::{Images, Png, Way};
pub use input::{Lent, Quiet, SavedMode, abandon_prompt, edits_line, suspend, waiting};
pub use pager::pager;
pub use painter::Painter;
pub use signs::{Mark, PROMPT_MARKS};
pub use theme::{DEFAULT_THEME, Theme, Themes};

use crate::render::{Line, Role, Screen, one_line, sanitize};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use progress::ProgressLine;
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What standard input, output and error are connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminals {
    pub input: bool,
    pub output: bool,
    pub error: bool,
}

impl Terminals {
    pub fn detect() -> Terminals {
        Terminals {
            input: io::stdin().is_terminal(),
            output: io::stdout().is_terminal(),
            error: io::stderr().is_terminal(),
        }
    }
}

/// Scala cuts what it shows of a value before this; what was printed may be huge, and is not painted.
const LONGEST_ECHO: usize = 32 << 10;

const USUAL_WIDTH: usize = 80;
/// What is over sooner needs no clock.
const BEFORE_CLOCK: Duration = Duration::from_secs(1);

/// A step that is waited for.
struct Phase {
    step: String,
    detail: String,
    clock: Option<Duration>,
}

impl Phase {
    fn text(&self) -> String {
        match self.clock {
            None => format!("{}{}", self.step, self.detail),
            Some(lasted) => format!("{} {}{}", clock(lasted), self.step, self.detail),
        }
    }
}

/// Minutes and seconds.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Prints a text above a standing prompt.
pub type Above = Box<dyn FnMut(String) + Send>;

/// A handle on the terminal; its clones share one state.
#[derive(Clone)]
pub struct Out {
    inner: Arc<Mutex<Inner>>,
    pub terminals: Terminals,
    /// Whether standard output and standard error take colours.
    pub colours: (bool, bool),
    /// How many colours the terminal has.
    pub depth: Depth,
    /// Whether the terminal takes what is no text, such as links.
    signs: bool,
    /// Whether nothing is told of what goes on.
    pub is_quiet: bool,
    /// What shows results that are longer than the screen.
    pub pager: Option<String>,
    /// What becomes of pictures.
    pub images: Way,
    /// Counts the beginnings and the ends of writes to a pipe or file.
    writes: Arc<AtomicU64>,
}

/// A write to a pipe or file, from its beginning to its end.
struct Writing<'a>(&'a AtomicU64);

impl Writing<'_> {
    fn begin(count: &AtomicU64) -> Writing<'_> {
        count.fetch_add(1, Ordering::Relaxed);
        Writing(count)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Inner {
    above: Option<Above>,
    progress: ProgressLine,
    /// Who paints what is echoed.
    echoes: Option<Painter>,
    /// Off a terminal, a phase is told once.
    told: String,
    /// The phase that is redrawn: its step, what changes within it, and how long it has lasted.
    phase: Option<Phase>,
}

impl Inner {
    fn write_note(&mut self, text: &str) {
        let mut stderr = io::stderr().lock();
        self.progress.erase(&mut stderr).ok();
        stderr.write_all(text.as_bytes()).ok();
        stderr.flush().ok();
    }
}

impl Out {
    pub fn new(terminals: Terminals, colour: Colour, surroundings: Surroundings) -> Out {
        let takes = |is_terminal: bool| surroundings.takes(colour, is_terminal);
        let colours = (takes(terminals.output), takes(terminals.error));
        // A dumb terminal cannot redraw a line.
        let error = terminals.error && !surroundings.is_dumb;
        Out {
            inner: Arc::new(Mutex::new(Inner {
                above: None,
                progress: ProgressLine::default(),
                echoes: None,
                told: String::new(),
                phase: None,
            })),
            terminals: Terminals { error, ..terminals },
            colours,
            depth: surroundings.depth,
            signs: surroundings.has_signs,
            is_quiet: false,
            pager: None,
            images: Way::Saved,
            writes: Arc::default(),
        }
    }

    /// Writes a result. The only error is that nobody reads any more, or that the disk is full.
    pub fn data(&self, text: &str) -> io::Result<()> {
        // A pipe whose reader waits may keep it for ever; a terminal takes it.
        let _writing = (!self.terminals.output).then(|| Writing::begin(&self.writes));
        self.lock().progress.erase(&mut io::stderr()).ok();
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// The write that goes on, where one does: two answers that are the same tell that it stands.
    pub fn write_under_way(&self) -> Option<u64> {
        let count = self.writes.load(Ordering::Relaxed);
        (count % 2 == 1).then_some(count)
    }

    /// Writes a message to people. Nothing can be done where that fails.
    pub fn note(&self, line: &Line) {
        let text = self.noted(line);
        let mut inner = self.lock();
        match &mut inner.above {
            Some(above) => above(text),
            None => inner.write_note(&text),
        }
    }

    /// The same where perhaps nobody reads: what is not taken at once is not told.
    pub fn note_if_taken(&self, line: &Line) {
        let text = self.noted(line);
        let stderr = io::stderr();
        let mut room = [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)];
        let is_taken = poll(&mut room, PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
        // Who holds it may be stuck.
        if is_taken && let Ok(mut inner) = self.inner.try_lock() {
            inner.write_note(&text);
        }
    }

    /// The same where a prompt is about to stand, and none does: it comes before that.
    pub fn note_between_lines(&self, line: &Line) {
        let text = self.noted(line);
        self.lock().write_note(&text);
    }

    fn noted(&self, line: &Line) -> String {
        let mut text = styled(line, self.colours.1, self.signs && self.terminals.error);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// From now on what is echoed of values is painted.
    pub fn paint_echoes(&self, painter: Painter) {
        self.lock().echoes = Some(painter);
    }

    /// What Scala echoes, in colours where a prompt has them: each line that is one.
    pub fn painted_echo<'t>(&self, text: &'t str, is_echo: impl Fn(&str) -> bool) -> Cow<'t, str> {
        let painter = match self.lock().echoes.clone() {
            Some(painter) if self.terminals.output && text.len() <= LONGEST_ECHO => painter,
            Some(_) | None => return Cow::Borrowed(text),
        };
        let lines = text.split_inclusive('\n').map(|line| match is_echo(line) {
            true => painter
                .paint_echo(line)
                .map_or(Cow::Borrowed(line), Cow::Owned),
            false => Cow::Borrowed(line),
        });
        Cow::Owned(lines.collect())
    }

    /// Erases so many rows above the cursor, which goes to the first of them.
    pub fn take_back(&self, rows: usize) {
        let mut stdout = io::stdout().lock();
        write!(stdout, "\x1b[{rows}A\r\x1b[J").ok();
        stdout.flush().ok();
    }

    /// A result's error at a prompt: it belongs to the dialogue, so it goes where results go.
    pub fn failure(&self, lines: &[Line]) -> io::Result<()> {
        self.lines(lines)
    }

    /// Writes a result of lines that have colours.
    pub fn lines(&self, lines: &[Line]) -> io::Result<()> {
        self.data(&self.styled("", lines))
    }

    /// A result of text and of lines that have colours, as it is written.
    pub fn styled<'a>(&self, text: &'a str, lines: &[Line]) -> Cow<'a, str> {
        if lines.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut text = text.to_owned();
        for line in lines {
            text.push_str(&styled(line, self.colours.0, self.has_signs()));
            text.push('\n');
        }
        Cow::Owned(text)
    }

    /// How much of a result can be seen; `None` where it is not shown on a terminal, or that does not say.
    pub fn screen(&self) -> Option<Screen> {
        let (columns, rows) = self.terminals.output.then(size).flatten()?;
        let screen = Screen {
            width: columns.into(),
            height: rows.into(),
        };
        (screen.width > 0 && screen.height > 0).then_some(screen)
    }

    /// Tells a step of the start: redrawn in place on a terminal with `detail`, above a standing
    /// prompt or off a terminal a line for each new `step`.
    pub fn phase(&self, step: &str, detail: &str) {
        if self.is_quiet {
            return;
        }
        let redraws = {
            let mut inner = self.lock();
            let redraws = self.terminals.error && inner.above.is_none();
            if !redraws {
                if inner.told == step {
                    return;
                }
                inner.told = step.to_owned();
            }
            redraws
        };
        if !redraws {
            return self.note(&Line::faint(step));
        }
        let phase = {
            let mut inner = self.lock();
            let clock = inner.phase.take().and_then(|phase| phase.clock);
            let (step, detail) = (step.to_owned(), detail.to_owned());
            inner
                .phase
                .insert(Phase {
                    step,
                    detail,
                    clock,
                })
                .text()
        };
        self.progress(&phase);
    }

    /// How long the phases have lasted by now, where they are redrawn: the one that stands there, else this
    /// one, with what changes within it.
    pub fn tick(&self, (step, detail): (&str, &str), lasted: Duration) {
        if !self.redraws() {
            return;
        }
        let text = {
            let mut inner = self.lock();
            let phase = inner.phase.get_or_insert_with(|| Phase {
                step: step.to_owned(),
                detail: detail.to_owned(),
                clock: None,
            });
            phase.clock = Some(lasted).filter(|lasted| *lasted >= BEFORE_CLOCK);
            phase.text()
        };
        self.progress(&text);
    }

    /// Tells off a terminal what goes on; nothing where that is not wanted.
    pub fn tell_step(&self, text: &str) {
        if !self.is_quiet {
            self.note(&Line::faint(text));
        }
    }

    /// The end of the steps that were told; nothing where none were, or where a prompt shows it.
    pub fn end_phases(&self, text: &str) {
        let was_told = !self.lock().told.is_empty();
        if was_told && !self.terminals.error {
            self.phase(text, "");
        }
    }

    /// Whether a line can be redrawn, and is wanted.
    pub fn redraws(&self) -> bool {
        self.terminals.error && !self.is_quiet
    }

    /// Draws a line that the next thing written erases; nothing where lines cannot be redrawn.
    pub fn progress(&self, text: &str) {
        let mut inner = self.lock();
        if !self.is_quiet && self.terminals.error && inner.above.is_none() {
            let width = columns();
            inner
                .progress
                .draw(&mut io::stderr().lock(), &one_line(text), width)
                .ok();
        }
    }

    pub fn end_progress(&self) {
        let mut inner = self.lock();
        inner.phase = None;
        inner.progress.erase(&mut io::stderr().lock()).ok();
    }

    /// Rings the terminal's bell.
    pub fn ring(&self) {
        if self.terminals.error {
            io::stderr().lock().write_all(b"\x07").ok();
        }
    }

    /// Where messages go while a prompt stands, and `None` when it does not any more.
    pub fn set_above(&self, above: Option<Above>) {
        let mut inner = self.lock();
        // Until the prompt is drawn, a message comes where the cursor is.
        inner.progress.erase(&mut io::stderr()).ok();
        inner.above = above;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The columns and rows of the terminal.
pub fn size() -> Option<(u16, u16)> {
    // Where there is no terminal, its `size` would start two programs to ask.
    let window = crossterm::terminal::window_size().ok()?;
    Some((window.columns, window.rows))
}

/// How wide the terminal is; as usual, where it does not say.
pub fn columns() -> usize {
    let columns = size().map_or(0, |(columns, _)| usize::from(columns));
    if columns == 0 { USUAL_WIDTH } else { columns }
}

fn styled(line: &Line, colours: bool, links: bool) -> String {
    let mut text = String::new();
    for span in &line.0 {
        if span.role == Role::Link {
            signs::push_link(&mut text, &span.text, links);
            continue;
        }
        // Whoever made the line: nothing that a terminal obeys passes here.
        let shown = sanitize(&span.text);
        let start = if colours {
            colour::of_role(span.role)
        } else {
            ""
        };
        match start {
            "" => text.push_str(&shown),
            _ => {
                // A terminal keeps a colour to the line's end; the newline stays outside.
                let body = shown.trim_end_matches('\n');
                text.push_str(start);
                text.push_str(body);
                text.push_str(colour::RESET);
                text.push_str(&shown[body.len()..]);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_end_before_the_newline() {
        let line = Line::error("bad\n").then(Role::Plain, "x");
        assert_eq!(styled(&line, true, false), "\x1b[31mbad\x1b[0m\nx");
        assert_eq!(styled(&line, false, false), "bad\nx");
    }
}

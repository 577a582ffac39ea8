//! A pseudo-terminal with a screen, on which the program runs as in a user's window.

use super::program::{BINARY, Home, foreign_variables};
use super::{PATIENCE, within};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

pub struct Screen {
    parser: Arc<Mutex<vt100::Parser>>,
    /// All bytes that were written to the terminal.
    raw: Arc<Mutex<Vec<u8>>>,
    /// Reads until nobody has the terminal any more.
    reader: JoinHandle<()>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    /// The terminal's modes before the program ran.
    modes_before: String,
}

impl Screen {
    pub fn start(home: &Home, arguments: &[&str]) -> Screen {
        Screen::sized(home, arguments, 60, 100)
    }

    pub fn sized(home: &Home, arguments: &[&str], rows: u16, columns: u16) -> Screen {
        Screen::run(home, BINARY, arguments, rows, columns)
    }

    /// Another program on such a screen.
    pub fn run(home: &Home, program: &str, arguments: &[&str], rows: u16, columns: u16) -> Screen {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for name in foreign_variables() {
            command.env_remove(name);
        }
        for (name, value) in home.environment() {
            command.env(name, value);
        }
        command.cwd(home.path());
        let modes_before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        // The program alone holds that side now: when it ends, there is nothing more to read.
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let parser = Arc::new(Mutex::new(vt100::Parser::new(
            cells(rows),
            cells(columns),
            2_000,
        )));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let (screen, bytes) = (parser.clone(), raw.clone());
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                screen.lock().unwrap().process(&buffer[..count]);
                bytes.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Screen {
            parser,
            raw,
            reader,
            writer,
            child,
            master: pair.master,
            modes_before,
        }
    }

    /// The window gets other measures.
    pub fn resize(&self, rows: u16, columns: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let mut parser = self.parser.lock().unwrap();
        parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size).unwrap();
    }

    /// Types as a keyboard does.
    pub fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn line(&mut self, text: &str) {
        self.send(&format!("{text}\r"));
    }

    /// Pastes as a terminal does that was asked to mark pastes.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace('\n', "\r");
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// The screen's text, without blank lines at its end.
    pub fn text(&self) -> String {
        let parser = self.parser.lock().unwrap();
        parser.screen().contents().trim_end().to_owned()
    }

    /// The screen's rows as they stand there, without blanks at their ends.
    pub fn rows(&self) -> Vec<String> {
        let parser = self.parser.lock().unwrap();
        let (_, columns) = parser.screen().size();
        let rows = parser.screen().rows(0, columns.get());
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    /// Where a text stands last, as row and column.
    #[track_caller]
    pub fn place_of(&self, text: &str) -> (u16, u16) {
        let found = self.find(text);
        found.unwrap_or_else(|| panic!("no “{text}” on the screen:\n{}", self.text()))
    }

    /// The same where it may be missing, as while a line is drawn.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        let rows = self.rows();
        let (row, line) = rows
            .iter()
            .enumerate()
            .rfind(|(_, row)| row.contains(text))?;
        let before = line.rfind(text).map_or("", |at| &line[..at]);
        let column = before.chars().count();
        Some((row.try_into().unwrap(), column.try_into().unwrap()))
    }

    /// How the first character of a text looks, where it stands last.
    #[track_caller]
    pub fn cell_of(&self, text: &str) -> vt100::Cell {
        let (row, column) = self.place_of(text);
        self.cell(row, column)
    }

    pub fn cell(&self, row: u16, column: u16) -> vt100::Cell {
        let parser = self.parser.lock().unwrap();
        parser.screen().cell(row, column).unwrap().clone()
    }

    /// In columns.
    pub fn width(&self) -> u16 {
        let (_, columns) = self.parser.lock().unwrap().screen().size();
        columns.get()
    }

    /// Row and column.
    pub fn cursor(&self) -> (u16, u16) {
        self.parser.lock().unwrap().screen().cursor_position()
    }

    /// Waits until what is asked for is so.
    #[track_caller]
    pub fn wait_until(&self, what: &str, check: impl FnMut() -> bool) {
        within_showing(PATIENCE, what, || self.text(), check);
    }

    pub fn raw(&self) -> Vec<u8> {
        self.raw.lock().unwrap().clone()
    }

    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_for_within(PATIENCE, text);
    }

    #[track_caller]
    pub fn wait_for_within(&self, limit: Duration, text: &str) {
        let screen = || self.text();
        within_showing(limit, text, screen, || screen().contains(text));
    }

    /// Waits until a prompt stands on the last line, with nothing behind it.
    #[track_caller]
    pub fn wait_for_prompt(&self, prompt: &str) {
        self.wait_for_a_prompt(&[prompt]);
    }

    /// The same for one of several; which one it is.
    #[track_caller]
    pub fn wait_for_a_prompt<'a>(&self, prompts: &[&'a str]) -> &'a str {
        let mut found = None;
        let what = prompts.join(" or ");
        within_showing(
            PATIENCE,
            &what,
            || self.text(),
            || {
                let text = self.text();
                let last = text.lines().next_back().unwrap_or_default().trim_end();
                found = prompts
                    .iter()
                    .find(|prompt| prompt.trim_end() == last)
                    .copied();
                found.is_some()
            },
        );
        found.unwrap()
    }

    /// Waits until the program has ended and all that it wrote is here; gives its exit code.
    pub fn wait_for_exit(&mut self) -> u32 {
        let code = within(PATIENCE, "the program ends", || {
            self.child
                .try_wait()
                .unwrap()
                .map(|status| status.exit_code())
        });
        within(PATIENCE, "nothing holds the terminal any more", || {
            self.reader.is_finished().then_some(())
        });
        code
    }

    /// Whether the terminal echoes what is typed, as it did before the program ran.
    pub fn echoes(&self) -> bool {
        let modes = self.master.get_termios().unwrap();
        // The flags are of another version of nix; their bits are the system's.
        modes.local_flags.bits() & nix::sys::termios::LocalFlags::ECHO.bits() != 0
    }

    /// Whether a statement has the terminal: keys are not echoed, and Ctrl-C is a signal. While a
    /// line is edited it is a key.
    pub fn is_working(&self) -> bool {
        let flags = self.master.get_termios().unwrap().local_flags.bits();
        flags & nix::sys::termios::LocalFlags::ECHO.bits() == 0
            && flags & nix::sys::termios::LocalFlags::ISIG.bits() != 0
    }

    /// Whether Ctrl-C makes a signal.
    pub fn makes_signals(&self) -> bool {
        let flags = self.master.get_termios().unwrap().local_flags.bits();
        flags & nix::sys::termios::LocalFlags::ISIG.bits() != 0
    }

    /// All of the terminal's modes, to be compared.
    pub fn modes(&self) -> String {
        modes(self.master.as_ref())
    }

    #[track_caller]
    pub fn is_as_before(&self) {
        assert_eq!(self.modes(), self.modes_before, "{}", self.text());
    }

    /// Whether the program has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Whether the terminal was asked to mark what is pasted.
    pub fn marks_pastes(&self) -> bool {
        self.parser.lock().unwrap().screen().bracketed_paste()
    }

    pub fn is_on_alternate_screen(&self) -> bool {
        self.parser.lock().unwrap().screen().alternate_screen()
    }

    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[track_caller]
fn within_showing(
    limit: Duration,
    what: &str,
    screen: impl Fn() -> String,
    mut check: impl FnMut() -> bool,
) {
    let deadline = std::time::Instant::now() + limit;
    while !check() {
        let late = std::time::Instant::now() >= deadline;
        assert!(
            !late,
            "“{what}” did not come within {limit:?}; the screen:\n{}",
            screen()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

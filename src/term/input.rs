//! The terminal's input modes while no prompt stands.

use super::pastes::{self, Unmarked};
use super::signs::take_title;
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{InputFlags, LocalFlags, SetArg, SpecialCharacterIndices, Termios};
use nix::sys::termios::{tcgetattr, tcsetattr};
use nix::unistd::Pid;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The mode that standard input has, to be put back at any end.
#[derive(Clone)]
pub struct SavedMode(Option<Arc<Mutex<Termios>>>);

impl SavedMode {
    /// Remembers the mode; nothing where standard input is no terminal.
    pub fn now() -> SavedMode {
        let mode = tcgetattr(io::stdin()).ok();
        SavedMode(mode.map(|mode| Arc::new(Mutex::new(mode))))
    }

    pub fn restore(&self) {
        if let Some(mode) = &self.0 {
            let mode = mode.lock().unwrap_or_else(PoisonError::into_inner);
            // Setting a mode would stop a program that runs in the background.
            if tcgetattr(io::stdin()).is_ok_and(|now| now == *mode) {
                return;
            }
            tcsetattr(io::stdin(), SetArg::TCSADRAIN, &mode).ok();
        }
    }
}

/// Takes back what the line editor has set in the terminal, from under a standing prompt.
pub fn abandon_prompt() {
    // A pipe that does not take what is written keeps the lock.
    if io::stdout().is_terminal() {
        let mut stdout = io::stdout().lock();
        let title = take_title();
        stdout
            .write_all(format!("{title}\x1b[?2004l\r\n").as_bytes())
            .ok();
        stdout.flush().ok();
    }
}

/// Whether a line is edited, so that Ctrl-C is a key and no signal. Off a terminal it always may be.
pub fn edits_line() -> bool {
    tcgetattr(io::stdin()).map_or(true, |mode| !mode.local_flags.contains(LocalFlags::ISIG))
}

/// How many bytes were typed that nobody has read.
pub fn waiting() -> usize {
    let count = rustix::io::ioctl_fionread(io::stdin()).unwrap_or(0);
    count.try_into().unwrap_or(0)
}

/// While it lives, another program has the terminal as a shell gives it.
pub struct Lent {
    before: Option<Termios>,
    _unmarked: Unmarked,
}

impl Lent {
    pub fn begin() -> Lent {
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut lent = before.clone();
            lent.local_flags |= LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG;
            lent.input_flags |= InputFlags::ICRNL;
            if lent != *before {
                tcsetattr(io::stdin(), SetArg::TCSADRAIN, &lent).ok();
            }
        }
        Lent {
            before,
            _unmarked: Unmarked::begin(),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(before) = &self.before
            && tcgetattr(io::stdin()).is_ok_and(|now| now != *before)
        {
            tcsetattr(io::stdin(), SetArg::TCSADRAIN, before).ok();
        }
    }
}

/// The mode that the user's shell has given.
static GIVEN: Mutex<Option<Termios>> = Mutex::new(None);

/// Stops the program, as Ctrl-Z does, from under a line that is edited: the shell gets the terminal as it
/// gave it, and not all of them put it in order themselves. Comes back when the shell goes on with it.
pub fn suspend() {
    let given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let edited = tcgetattr(io::stdin()).ok();
    if let Some(given) = &given {
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, given).ok();
    }
    {
        let _unmarked = Unmarked::begin();
        // All that was started with it, as the terminal itself would.
        kill(Pid::from_raw(0), Signal::SIGTSTP).ok();
    }
    if let Some(edited) = &edited {
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, edited).ok();
    }
}

/// While it lives, keys are not echoed and wait in the terminal's queue as they were typed; Ctrl-C
/// still makes a signal. It lives as long as there are prompts: a key between work and the next prompt
/// is one of that prompt's.
pub struct Quiet {
    before: Option<Termios>,
    marks_pastes: bool,
}

impl Quiet {
    /// `marks_pastes` where the terminal may be asked to mark what is pasted meanwhile.
    pub fn begin(marks_pastes: bool) -> Quiet {
        let quiet = Quiet {
            before: tcgetattr(io::stdin()).ok(),
            marks_pastes,
        };
        let given = quiet.before.clone();
        *GIVEN.lock().unwrap_or_else(PoisonError::into_inner) = given;
        quiet.renew();
        quiet
    }

    /// The shell of whoever stopped the program and went on gives the terminal back as it likes it.
    pub fn renew(&self) {
        if self.marks_pastes {
            pastes::mark();
        }
        let Ok(now) = tcgetattr(io::stdin()) else {
            return;
        };
        let mut quiet = now.clone();
        // Lines are not edited here: what is typed ahead must arrive at the prompt whole, and
        // a line longer than the kernel's buffer would be cut.
        quiet.local_flags &= !(LocalFlags::ECHO | LocalFlags::ICANON);
        quiet.local_flags |= LocalFlags::ISIG;
        quiet.input_flags &= !InputFlags::ICRNL;
        quiet.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
        quiet.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
        if quiet != now {
            tcsetattr(io::stdin(), SetArg::TCSADRAIN, &quiet).ok();
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        pastes::end_marks();
        if let Some(before) = &self.before {
            tcsetattr(io::stdin(), SetArg::TCSADRAIN, before).ok();
        }
    }
}

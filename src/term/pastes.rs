//! What is pasted while no line is edited comes with marks around it, as where one is (mode 2004), so that
//! the next prompt takes it as a whole.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

const ON: &str = "\x1b[?2004h";
const OFF: &str = "\x1b[?2004l";

/// Whether the terminal is to mark them. The line editor asks for it by itself, and takes that back after
/// each line.
static ARE_MARKED: AtomicBool = AtomicBool::new(false);

/// From now on they are marked.
pub(super) fn mark() {
    ARE_MARKED.store(true, Ordering::Relaxed);
    write(ON);
}

/// And not any more.
pub(super) fn end_marks() {
    if ARE_MARKED.swap(false, Ordering::Relaxed) {
        write(OFF);
    }
}

/// While it lives, another program has the terminal, which may not know the marks.
pub(super) struct Unmarked(bool);

impl Unmarked {
    pub(super) fn begin() -> Unmarked {
        let were_marked = ARE_MARKED.load(Ordering::Relaxed);
        if were_marked {
            write(OFF);
        }
        Unmarked(were_marked)
    }
}

impl Drop for Unmarked {
    fn drop(&mut self) {
        if self.0 {
            write(ON);
        }
    }
}

fn write(sequence: &str) {
    let mut stdout = io::stdout().lock();
    stdout.write_all(sequence.as_bytes()).ok();
    stdout.flush().ok();
}

//! What a terminal is told beside its text: where a prompt, an input and an output begin (OSC 133), what
//! its window is called (OSC 2), where a link goes (OSC 8).
//!
//! Terminals that do not know these pass over them; those that would print them are left alone.

use super::Out;
use crate::render::{one_line, sanitize};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Around a prompt: it begins, and what is typed begins.
pub const PROMPT_MARKS: (&str, &str) = ("\x1b]133;A\x1b\\", "\x1b]133;B\x1b\\");

/// Asks the terminal to remember its window's name, and to take that again.
const KEEP_TITLE: &str = "\x1b[22;0t";
const OLD_TITLE: &str = "\x1b[23;0t";

/// Whether the window has a name of ours, which goes with this program.
static IS_NAMED: AtomicBool = AtomicBool::new(false);

/// Whether a terminal of this name takes sequences that it does not know without showing them.
pub(super) fn takes_signs(variable: impl Fn(&str) -> Option<String>) -> bool {
    let terminal = variable("TERM").unwrap_or_default();
    let prints_them = ["", "dumb", "linux", "cons25"].contains(&terminal.as_str());
    !prints_them && !terminal.starts_with("eterm") && variable("INSIDE_EMACS").is_none()
}

/// What happens to the text that stands between two prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// What follows is the output of what was typed.
    Output,
    /// It has ended.
    End { has_failed: bool },
}

impl Out {
    /// Whether standard output is a terminal that takes signs.
    pub fn has_signs(&self) -> bool {
        self.signs && self.terminals.output
    }

    pub fn mark(&self, mark: Mark) {
        let sign = match mark {
            Mark::Output => "C",
            Mark::End { has_failed: false } => "D;0",
            Mark::End { has_failed: true } => "D;1",
        };
        self.sign(&format!("\x1b]133;{sign}\x1b\\"));
    }

    /// Names the terminal's window; the name that it had comes back with `end_title`.
    pub fn title(&self, name: &str) {
        if !self.has_signs() {
            return;
        }
        if !IS_NAMED.swap(true, Ordering::Relaxed) {
            self.sign(KEEP_TITLE);
        }
        self.sign(&format!("\x1b]2;{}\x1b\\", one_line(name)));
    }

    pub fn end_title(&self) {
        self.sign(take_title());
    }

    fn sign(&self, sign: &str) {
        if self.has_signs() && !sign.is_empty() {
            let mut stdout = io::stdout().lock();
            stdout.write_all(sign.as_bytes()).ok();
            stdout.flush().ok();
        }
    }
}

/// What gives the window its name back, where it has one of ours.
pub(super) fn take_title() -> &'static str {
    match IS_NAMED.swap(false, Ordering::Relaxed) {
        true => OLD_TITLE,
        false => "",
    }
}

/// Adds a text that is an address, which can be opened where it stands.
pub(super) fn push_link(text: &mut String, address: &str, is_link: bool) {
    let shown = sanitize(address);
    let is_address = shown.starts_with("http://") || shown.starts_with("https://");
    let is_plain = shown.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    match is_link && is_address && is_plain {
        true => {
            text.push_str(&format!("\x1b]8;;{shown}\x1b\\{shown}\x1b]8;;\x1b\\"));
        }
        false => text.push_str(&shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_that_would_print_signs_get_none() {
        let of = |variables: &[(&str, &str)]| {
            takes_signs(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(of(&[("TERM", "xterm-256color")]));
        assert!(of(&[("TERM", "screen")]));
        assert!(!of(&[]));
        assert!(!of(&[("TERM", "linux")]));
        assert!(!of(&[("TERM", "eterm-color")]));
        assert!(!of(&[("TERM", "xterm"), ("INSIDE_EMACS", "30.1,comint")]));
    }

    #[test]
    fn only_an_address_becomes_a_link() {
        let of = |address: &str, is_link| {
            let mut text = String::new();
            push_link(&mut text, address, is_link);
            text
        };
        let linked = of("http://h:4040/a", true);
        assert_eq!(
            linked,
            "\x1b]8;;http://h:4040/a\x1b\\http://h:4040/a\x1b]8;;\x1b\\"
        );
        assert_eq!(of("http://h:4040", false), "http://h:4040");
        assert_eq!(of("file:///etc", true), "file:///etc");
        let hostile = of("http://h/\x1b]8;;http://other\x1b\\", true);
        assert_eq!(hostile, of("http://h/", true));
    }
}

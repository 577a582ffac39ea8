//! Asks who sits at the terminal, before a prompt stands: a line, or one that is not to be seen.

use super::Out;
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use std::io::{self, Read, Write};

const CTRL_C: u8 = 3;
const CTRL_D: u8 = 4;
const BACKSPACE: u8 = 8;
const CTRL_U: u8 = 21;
const DELETE: u8 = 127;

/// While it lives, keys arrive one by one and are not shown; also Ctrl-C is a key, so that nothing ends
/// the program while the terminal is so.
struct Unseen {
    before: Termios,
}

impl Unseen {
    fn begin() -> Option<Unseen> {
        let before = tcgetattr(io::stdin()).ok()?;
        let mut unseen = before.clone();
        unseen.local_flags &= !(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &unseen).ok()?;
        Some(Unseen { before })
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &self.before).ok();
    }
}

impl Out {
    /// The answer; `None` where nobody sits there, or whoever does gives none.
    pub fn ask(&self, question: &str, is_secret: bool) -> Option<String> {
        if !self.terminals.input {
            return None;
        }
        self.end_progress();
        let mut stderr = io::stderr();
        stderr.write_all(question.as_bytes()).ok()?;
        stderr.flush().ok()?;
        match is_secret {
            true => {
                let answer = {
                    let _unseen = Unseen::begin()?;
                    typed(&mut io::stdin().lock())
                };
                stderr.write_all(b"\n").ok();
                answer
            }
            false => {
                let mut line = String::new();
                let length = io::stdin().read_line(&mut line).ok()?;
                (length > 0).then(|| line.trim().to_owned())
            }
        }
    }
}

/// A line, key by key; none after Ctrl-C or Ctrl-D.
fn typed(keys: &mut impl Read) -> Option<String> {
    let mut line = Vec::new();
    let mut key = [0];
    loop {
        if keys.read(&mut key).ok()? == 0 {
            return None;
        }
        match key[0] {
            b'\r' | b'\n' => return String::from_utf8(line).ok(),
            CTRL_C => return None,
            CTRL_D if line.is_empty() => return None,
            CTRL_U => line.clear(),
            BACKSPACE | DELETE => {
                // The whole character.
                while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            byte => line.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_a_line() {
        let line = |keys: &str| typed(&mut keys.as_bytes());
        assert_eq!(line("hunter2\rx").as_deref(), Some("hunter2"));
        assert_eq!(line("aé\u{7f}\u{8}b\n").as_deref(), Some("b"));
        assert_eq!(line("wrong\u{15}right\n").as_deref(), Some("right"));
        assert_eq!(line("half\u{3}\n"), None);
        assert_eq!(line("\u{4}"), None);
        assert_eq!(line("cut"), None);
    }
}

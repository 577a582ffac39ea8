//! A program on a pseudo-terminal, and when what it writes came.

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);
pub const USUAL_ROWS: u16 = 40;

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    shown: Receiver<(Instant, Vec<u8>)>,
    /// What was written since it was last waited for.
    seen: Vec<u8>,
    /// Just before the program was started.
    pub started: Instant,
}

impl Terminal {
    /// Of 100 columns.
    pub fn run(mut command: CommandBuilder, rows: u16) -> Terminal {
        command.env("TERM", "xterm-256color");
        let size = PtySize {
            rows,
            cols: 100,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (told, shown) = channel();
        std::thread::spawn(move || {
            let _master = pair.master;
            let mut buffer = [0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                told.send((Instant::now(), buffer[..count].to_vec())).ok();
            }
        });
        Terminal {
            child,
            keys,
            shown,
            seen: Vec::new(),
            started,
        }
    }

    pub fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the program has written this; gives when that came.
    pub fn until(&mut self, words: &str) -> Instant {
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok((at, bytes)) = self.shown.recv_timeout(left) else {
                let text = String::from_utf8_lossy(&self.seen).into_owned();
                let end: String = text.chars().rev().take(400).collect();
                let end: String = end.chars().rev().collect();
                panic!("no {words:?}; the end is {end:?}");
            };
            self.seen.extend_from_slice(&bytes);
            if String::from_utf8_lossy(&self.seen).contains(words) {
                self.seen.clear();
                return at;
            }
        }
    }

    /// When the last was written before a silence.
    pub fn painted(&mut self, silence: Duration) -> Instant {
        let (mut last, _) = self.shown.recv_timeout(LIMIT).expect("something is shown");
        while let Ok((at, _)) = self.shown.recv_timeout(silence) {
            last = at;
        }
        last
    }

    /// Waits until it has written nothing for so long.
    pub fn is_silent_for(&mut self, silence: Duration) {
        while self.shown.recv_timeout(silence).is_ok() {}
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// livysh in session 0 of a server.
pub fn livysh(url: &str, home: &str, language: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_livysh"));
    command.args(["--url", url, "-s", "0", "-l", language]);
    at_home(&mut command, home);
    command
}

/// Of the user's own nothing counts, and nothing is changed.
pub fn at_home(command: &mut CommandBuilder, home: &str) {
    command.env("HOME", home);
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env_remove(name);
    }
}

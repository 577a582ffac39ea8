//! Where a result goes in place of standard output: a file, or a program, such as the one that shows long
//! texts by the page.

use super::{Link, Signal, WholeFile, path_of};
use crate::render::{Format, Picture};
use crate::term::{Lent, Out};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// How often it is looked whether a program has ended; most are quick.
const SHORTEST_TICK: Duration = Duration::from_millis(1);
const LONGEST_TICK: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlet {
    File(PathBuf),
    /// A command line, which reads it.
    Program(String),
}

/// What became of a text.
pub(super) enum Fed {
    Taken,
    /// It may have been taken in part; why not whole.
    Failed(String),
    /// Nobody has taken anything; why.
    NotRun(String),
    /// This program is to end.
    Ends(Signal),
}

impl Outlet {
    /// `> FILE`, `FILE`, or `| COMMAND`.
    pub fn parse(text: &str) -> Option<Outlet> {
        let text = text.trim();
        if let Some(command_line) = text.strip_prefix('|') {
            let command_line = command_line.trim();
            return (!command_line.is_empty()).then(|| Outlet::Program(command_line.to_owned()));
        }
        let path = text.strip_prefix('>').unwrap_or(text).trim();
        let quoted = path
            .strip_prefix('"')
            .and_then(|path| path.strip_suffix('"'));
        let path = quoted.unwrap_or(path);
        (!path.is_empty()).then(|| Outlet::File(path_of(path)))
    }

    /// The format that a file's name asks for, where nothing else does.
    pub(super) fn format(&self, wanted: Format) -> Format {
        let Outlet::File(path) = self else {
            return wanted;
        };
        let by_name = path.extension().and_then(|name| match name.to_str()? {
            "csv" => Some(Format::Csv),
            "tsv" => Some(Format::Tsv),
            "json" => Some(Format::Json),
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            "md" => Some(Format::Markdown),
            _ => None,
        });
        match wanted {
            Format::Text => by_name.unwrap_or(wanted),
            _ => wanted,
        }
    }

    /// Whether a picture is what it takes of a result that has one beside text.
    pub(super) fn is_for_pictures(&self) -> bool {
        match self {
            Outlet::File(path) => {
                let ending = path.extension().and_then(|ending| ending.to_str());
                ending.is_some_and(Picture::is_ending)
            }
            Outlet::Program(_) => false,
        }
    }

    pub(super) fn feed(&self, bytes: &[u8], link: &mut Link, out: &Out) -> Fed {
        match self {
            Outlet::File(path) => match WholeFile::write(path, bytes) {
                Ok(_) => Fed::Taken,
                Err(error) => Fed::Failed(format!("{} cannot be written: {error}", path.display())),
            },
            Outlet::Program(command_line) => feed_program(command_line, bytes, link, out),
        }
    }
}

/// A program may end before it has read all, as a pager does.
fn feed_program(command_line: &str, bytes: &[u8], link: &mut Link, out: &Out) -> Fed {
    let mut command = Command::new("sh");
    command.args(["-c", command_line]).stdin(Stdio::piped());
    // As git has it: what fits needs no key, colours pass, and it stays on the screen.
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let ended = {
        let _lent = Lent::begin();
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Fed::NotRun(format!("sh cannot be run: {error}")),
        };
        let input = child.stdin.take();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(mut input) = input {
                    input.write_all(bytes).ok();
                }
            });
            link.attend(child)
        })
    };
    let status = match ended {
        Ok(status) => status,
        Err(signal) => return Fed::Ends(signal),
    };
    // A Ctrl-C that was the program's has come here, too.
    if let Some(signal) = link.catch_up(out) {
        return Fed::Ends(signal);
    }
    match status {
        Ok(status) if status.success() => Fed::Taken,
        // So a shell tells that there is no such program, or that it cannot be run.
        Ok(status) if matches!(status.code(), Some(126 | 127)) => {
            Fed::NotRun(format!("`{command_line}` cannot be run"))
        }
        Ok(status) => Fed::Failed(format!("`{command_line}` ended with {status}")),
        Err(error) => Fed::Failed(format!("`{command_line}` cannot be waited for: {error}")),
    }
}

impl Link {
    /// Waits for a program's end; a signal that ends this program ends that one, and comes back.
    pub fn attend(&mut self, mut child: Child) -> Result<io::Result<ExitStatus>, Signal> {
        let mut tick = SHORTEST_TICK;
        loop {
            if let Some(status) = child.try_wait().transpose() {
                return Ok(status);
            }
            if let Some(signal) = self.ending_signal(tick) {
                if let Ok(process) = child.id().try_into() {
                    nix::sys::signal::kill(
                        nix::unistd::Pid::from_raw(process),
                        nix::sys::signal::Signal::SIGTERM,
                    )
                    .ok();
                }
                return Err(signal);
            }
            tick = LONGEST_TICK.min(tick * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlet_is_a_file_or_a_program() {
        let file = |path: &str| Some(Outlet::File(path.into()));
        assert_eq!(Outlet::parse(" my file.csv "), file("my file.csv"));
        assert_eq!(Outlet::parse("> \"a b\""), file("a b"));
        let program = Some(Outlet::Program("head -1 | wc".to_owned()));
        assert_eq!(Outlet::parse("| head -1 | wc"), program);
        assert_eq!(Outlet::parse("|"), None);
        assert_eq!(Outlet::parse(">"), None);
    }

    #[test]
    fn a_name_tells_the_format_where_none_was_asked_for() {
        let of = |name: &str| Outlet::File(name.into());
        assert_eq!(of("a.csv").format(Format::Text), Format::Csv);
        assert_eq!(of("a.csv").format(Format::Json), Format::Json);
        assert_eq!(of("a.txt").format(Format::Text), Format::Text);
        let program = Outlet::Program("a.csv".to_owned());
        assert_eq!(program.format(Format::Text), Format::Text);
        assert!(of("a.PNG").is_for_pictures() && !of("png").is_for_pictures());
    }
}

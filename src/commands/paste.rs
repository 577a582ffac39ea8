//! `:paste`: a block that is run as one unit.

use super::parse::{Command, Paste, Shared, parse};
use super::{Answer, Desk, Following};
use crate::lang::{self, Completeness, Language, Refusal, Snippet, Source};
use crate::render::Trap;
use crate::shell::Verdict;
use std::io;
use std::path::Path;

/// What ends pasted code in an input that is no terminal: the sign that Ctrl-D makes.
const END_OF_TRANSMISSION: &str = "\u{4}";

/// How the lines of a block are taken.
#[derive(Debug, Clone)]
pub struct PasteMode {
    until: Option<String>,
    margin: Option<char>,
}

impl PasteMode {
    pub fn new(until: Option<String>, margin: Option<char>) -> PasteMode {
        PasteMode { until, margin }
    }

    /// How a command takes the lines that follow it, where it does.
    pub fn of(line: &str) -> Option<PasteMode> {
        match parse(line) {
            Some(Ok(Command::Shared(Shared::Paste(Paste::Lines { until, margin })))) => {
                Some(PasteMode { until, margin })
            }
            _ => None,
        }
    }

    /// What is said before the first line.
    pub fn greeting(&self) -> String {
        let end = self.until.as_deref().unwrap_or("ctrl-D");
        format!("// Entering paste mode ({end} to finish)\n\n")
    }

    /// Whether a line is the end.
    pub fn ends_at(&self, line: &str) -> bool {
        self.until.as_deref() == Some(line) || ends_paste(line)
    }
}

impl Desk<'_> {
    pub(super) fn paste(
        &mut self,
        language: Language,
        paste: Paste,
        following: Following<'_>,
    ) -> Answer {
        match paste {
            Paste::File(path) => self.paste_file(language, &path),
            Paste::Lines { until, margin } => {
                let mode = PasteMode::new(until, margin);
                self.say(&mode.greeting());
                let mut block = String::new();
                while let Some(line) = (following.next_line)() {
                    if mode.ends_at(&line) {
                        break;
                    }
                    block.push_str(&line);
                    block.push('\n');
                }
                self.paste_block(language, &mode, &block, following.place)
            }
        }
    }

    /// Runs a block that was collected; `place` is the text that it stands in, below that line.
    pub fn paste_block(
        &mut self,
        language: Language,
        mode: &PasteMode,
        block: &str,
        place: Option<(&Source, usize)>,
    ) -> Answer {
        let block = without_margin(block, mode.margin);
        if block.trim().is_empty() {
            self.say("\n// Nothing pasted, nothing gained.\n\n");
            return Answer::Done;
        }
        self.say("\n// Exiting paste mode, now interpreting.\n\n");
        self.paste_text(language, "<pastie>".to_owned(), block, place)
    }

    fn paste_file(&mut self, language: Language, path: &Path) -> Answer {
        let name = path.display().to_string();
        let text = match read(path) {
            Ok(text) => text,
            Err(told) => return Answer::Refused(told),
        };
        if text.trim().is_empty() {
            return Answer::Refused(format!("File contains no code: {name}"));
        }
        self.say(&format!("Pasting file {name}..."));
        let language = Language::from_path(path).unwrap_or(language);
        self.paste_text(language, name, text, None)
    }

    fn paste_text(
        &mut self,
        language: Language,
        name: String,
        text: String,
        place: Option<(&Source, usize)>,
    ) -> Answer {
        // A server that is fed line by line would run its beginning.
        let is_open = matches!(
            lang::completeness(language, &text),
            Completeness::Incomplete { .. }
        );
        if language == Language::Scala && is_open {
            return Answer::Refused("The pasted code is incomplete!".to_owned());
        }
        let mut snippets = match pasted(language, &text) {
            Ok(snippets) => snippets,
            Err(refusal) => return Answer::Refused(refusal.message),
        };
        let source = match place {
            Some((source, line)) => {
                for snippet in &mut snippets {
                    snippet.first_line += line;
                }
                source.clone()
            }
            None => Source::new(Some(name), text),
        };
        match self.run_all(snippets, &source) {
            Answer::Stopped(stopped) if is_incomplete(&stopped.verdict) => {
                Answer::Refused("The pasted code is incomplete!".to_owned())
            }
            other => other,
        }
    }
}

/// Whether a line ends what has no end of its own.
pub fn ends_paste(line: &str) -> bool {
    line == END_OF_TRANSMISSION
}

/// The statements of a block. A margin that its lines of Python share is taken off by the splitter,
/// which leaves strings alone.
fn pasted(language: Language, text: &str) -> Result<Vec<Snippet>, Refusal> {
    match language {
        Language::Scala => Ok(vec![whole(text)]),
        Language::Python | Language::Sql | Language::R => {
            lang::read(language, text).map(|reading| reading.snippets())
        }
    }
}

/// One statement of the whole text; its first blank lines are no part of it.
fn whole(text: &str) -> Snippet {
    let code = text.trim_end();
    let start = code.len() - code.trim_start().len();
    let start = code[..start].rfind('\n').map_or(0, |newline| newline + 1);
    Snippet {
        language: Language::Scala,
        code: code[start..].to_owned(),
        first_line: 1 + code[..start].matches('\n').count(),
        first_column: 0,
    }
}

/// What Livy says of code that has no end of its own.
fn is_incomplete(verdict: &Verdict) -> bool {
    let failure = verdict.failure();
    failure.is_some_and(|failure| failure.trap == Some(Trap::IncompleteStatement))
}

/// The lines without what stands before the margin; a margin of `-` is all indentation.
fn without_margin(block: &str, margin: Option<char>) -> String {
    let Some(margin) = margin else {
        return block.to_owned();
    };
    let lines = block.lines().map(|line| match margin {
        '-' => line.trim(),
        _ => line.trim_start().strip_prefix(margin).unwrap_or(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A file's text, or the Scala shell's words where there is none.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let name = path.display();
    code_of(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("warning: File `{name}' does not exist."),
        _ => format!("warning: File `{name}' cannot be read: {error}."),
    })
}

/// The code that a file holds.
pub(super) fn code_of(path: &Path) -> io::Result<String> {
    let bytes = std::fs::read(path)?;
    lang::decoded(bytes).map_err(|bad| io::Error::new(io::ErrorKind::InvalidData, bad.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_taken_off() {
        let block = "  |val a = 1\n  |  .toString\nb\n";
        let expected = "val a = 1\n  .toString\nb";
        assert_eq!(without_margin(block, Some('|')), expected);
        assert_eq!(without_margin("  a\n  b\n", Some('-')), "a\nb");
        assert_eq!(without_margin(block, None), block);
    }

    #[test]
    fn strings_keep_their_lines() {
        let codes = |language, text| -> Vec<String> {
            let snippets = pasted(language, text).unwrap();
            snippets.into_iter().map(|snippet| snippet.code).collect()
        };
        assert_eq!(
            codes(
                Language::Python,
                "  if x:\n    s = '''\n      a\n  b'''\n  s\n"
            ),
            ["if x:\n  s = '''\n      a\n  b'''", "s"]
        );
        assert_eq!(
            codes(Language::Sql, "  select '\n    a'"),
            ["select '\n    a'"]
        );
        let refused = pasted(Language::Python, "1\n%%bogus\n2\n").unwrap_err();
        assert!(refused.message.contains("bogus"), "{}", refused.message);
    }

    #[test]
    fn a_file_is_read_without_its_mark() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        std::fs::write(&path, b"\xef\xbb\xbfx = 1\n").unwrap();
        assert_eq!(read(&path).as_deref(), Ok("x = 1\n"));
        std::fs::write(&path, b"\xff").unwrap();
        let told = read(&path).unwrap_err();
        assert!(
            told.ends_with("cannot be read: byte 0, on line 1, is not UTF-8."),
            "{told}"
        );
        let missing = read(&folder.path().join("b.py")).unwrap_err();
        assert!(missing.ends_with("does not exist."), "{missing}");
    }

    #[test]
    fn a_block_keeps_its_lines() {
        let snippet = whole("\n\n  val a = 1\nval b = 2\n\n");
        assert_eq!(snippet.code, "  val a = 1\nval b = 2");
        assert_eq!(snippet.first_line, 3);
    }
}

//! A history's text in the line editor's own format: behind a header a line for each entry, in which
//! line feeds and backslashes are escaped. Files of before the header have entries as they are.

use memchr::{memchr, memchr_iter, memrchr};
use std::borrow::Cow;

pub(super) const HEADER: &str = "#V2\n";

/// What a file holds, but for lines that are no text.
#[derive(Debug, Default)]
pub(in crate::repl) struct Text {
    text: String,
    /// Where the first line begins that is no header.
    first: usize,
}

impl Text {
    /// The lines that are text, and how many are not.
    pub(super) fn of(bytes: Vec<u8>) -> (Text, usize) {
        let first = header(&bytes);
        let mut lost = 0;
        let text = String::from_utf8(bytes).unwrap_or_else(|broken| {
            let mut sound = String::new();
            for line in broken.as_bytes().split_inclusive(|byte| *byte == b'\n') {
                match str::from_utf8(line) {
                    Ok(line) => sound.push_str(line),
                    Err(_) => lost += 1,
                }
            }
            sound
        });
        (Text { text, first }, lost)
    }

    /// The lines that are not empty, the newest first, each with where it begins.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut end = Some(self.text.len());
        std::iter::from_fn(move || {
            loop {
                let until = end?;
                let before = memrchr(b'\n', &self.text.as_bytes()[self.first..until]);
                let start = before.map_or(self.first, |at| self.first + at + 1);
                end = before.map(|at| self.first + at);
                let line = self.without_return(start, until);
                if !line.is_empty() {
                    return Some((start, line));
                }
            }
        })
    }

    /// The entry whose line begins there.
    pub(super) fn entry_at(&self, start: usize) -> Cow<'_, str> {
        let length = memchr(b'\n', &self.text.as_bytes()[start..]);
        let end = length.map_or(self.text.len(), |length| start + length);
        self.entry(self.without_return(start, end))
    }

    /// The entry that a line is.
    pub(super) fn entry<'a>(&self, line: &'a str) -> Cow<'a, str> {
        match self.has_escapes(line) {
            true => Cow::Owned(unescaped(line)),
            false => Cow::Borrowed(line),
        }
    }

    /// Whether two lines are one entry.
    pub(super) fn is_same(&self, one: &str, other: &str) -> bool {
        // Those that differ are one only where both escape something, one of them in a way of its own.
        one == other
            || (self.has_escapes(one)
                && self.has_escapes(other)
                && unescaped(one) == unescaped(other))
    }

    fn has_escapes(&self, line: &str) -> bool {
        let has_header = self.first > 0;
        has_header && line.contains('\\')
    }

    /// A line up to its line feed, without the carriage return that other systems have before one.
    fn without_return(&self, start: usize, end: usize) -> &str {
        let line = &self.text[start..end];
        match end < self.text.len() {
            true => line.strip_suffix('\r').unwrap_or(line),
            false => line,
        }
    }
}

/// How long the header is; nothing where there is none.
fn header(text: &[u8]) -> usize {
    let end = memchr(b'\n', text);
    match &text[..end.map_or(text.len(), |end| end + 1)] {
        header @ (b"#V2" | b"#V2\n" | b"#V2\r\n") => header.len(),
        _ => 0,
    }
}

/// How many lines were written to their ends.
pub(super) fn count(text: &[u8]) -> usize {
    memchr_iter(b'\n', text).count()
}

/// An entry as a line of a file.
pub(super) fn line(entry: &str) -> String {
    entry.replace('\\', "\\\\").replace('\n', "\\n") + "\n"
}

/// A line of a file as the entry that it was. A backslash that escapes nothing stands for itself.
fn unescaped(line: &str) -> String {
    let mut entry = String::with_capacity(line.len());
    let mut rest = line;
    // A key looks at thousands of entries.
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        entry.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (stands_for, length) = match behind.as_bytes().first() {
            Some(b'n') => ('\n', 1),
            Some(b'\\') => ('\\', 1),
            Some(_) | None => ('\\', 0),
        };
        entry.push(stands_for);
        rest = &behind[length..];
    }
    entry.push_str(rest);
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<String> {
        let (text, lost) = Text::of(text.into());
        assert_eq!(lost, 0);
        let lines = text.newest_first();
        lines
            .map(|(start, _)| text.entry_at(start).into())
            .collect()
    }

    #[test]
    fn a_header_is_no_entry() {
        for header in ["", "#V2", "#V2\n", "#V2\r\n", "#V2\n\n\r\n"] {
            assert_eq!(entries(header), [""; 0], "{header:?}");
        }
        assert_eq!(entries("#V2\n#V2\n"), ["#V2"]);
        assert_eq!(entries("#V2x\n#V2\n"), ["#V2", "#V2x"]);
        assert_eq!(entries("\n#V2\n"), ["#V2"]);
    }

    #[test]
    fn an_entry_comes_back_as_it_was() {
        for entry in [
            "a",
            "a\nb",
            "\\n",
            "\\",
            "\\\\\n\\\u{e9}",
            " ",
            "a\rb",
            "#V2",
        ] {
            assert_eq!(entries(&format!("{HEADER}{}", line(entry))), [entry]);
        }
    }

    #[test]
    fn a_backslash_that_escapes_nothing_stands_for_itself() {
        assert_eq!(entries("#V2\na\\nb\\q\\"), ["a\nb\\q\\"]);
        assert_eq!(entries("a\\nb\\\\\n"), ["a\\nb\\\\"]);
    }

    #[test]
    fn lines_are_the_same_entry_however_they_are_escaped() {
        let (text, _) = Text::of(b"#V2\n".into());
        assert!(text.is_same("a\\q", "a\\\\q"));
        assert!(!text.is_same("a\\n", "a\\\\n"));
        let (text, _) = Text::of(b"a\n".into());
        assert!(!text.is_same("a\\q", "a\\\\q"));
    }
}

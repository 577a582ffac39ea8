//! One line on standard error that is redrawn in place and erased, never more.

use std::io::{self, Write};
use unicode_width::UnicodeWidthChar;

#[derive(Debug, Default)]
pub(super) struct ProgressLine {
    shown: bool,
}

impl ProgressLine {
    /// Draws `text` in place of what was shown, cut to the terminal's width.
    pub(super) fn draw(&mut self, to: &mut impl Write, text: &str, width: usize) -> io::Result<()> {
        let text = cut(text, width.saturating_sub(1));
        write!(to, "\r\x1b[K\x1b[2m{text}\x1b[0m")?;
        self.shown = true;
        to.flush()
    }

    pub(super) fn erase(&mut self, to: &mut impl Write) -> io::Result<()> {
        if std::mem::take(&mut self.shown) {
            write!(to, "\r\x1b[K")?;
            to.flush()?;
        }
        Ok(())
    }
}

/// As much of the text as fits into so many columns.
fn cut(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (position, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[..position];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_cut_to_the_width_and_erased_once() {
        let mut line = ProgressLine::default();
        let mut written = Vec::new();
        line.erase(&mut written).unwrap();
        assert!(written.is_empty());
        line.draw(&mut written, "日本語 is wide", 6).unwrap();
        assert!(String::from_utf8_lossy(&written).contains("日本\x1b[0m"));
        written.clear();
        line.erase(&mut written).unwrap();
        line.erase(&mut written).unwrap();
        assert_eq!(written, b"\r\x1b[K");
    }
}

//! One line on standard error that is redrawn in place and erased, never more.

use std::io::{self, Write};
use unicode_width::UnicodeWidthChar;

/// The cursor goes back to the line's beginning: where a terminal that becomes narrower wraps the line
/// anew, it goes with it, and all of the line stands behind it.
const TO_ITS_END: &str = "\r\x1b[J";

#[derive(Debug, Default)]
pub(super) struct ProgressLine {
    /// What stands there, and the width that it was cut for.
    shown: Option<(String, usize)>,
}

impl ProgressLine {
    /// Draws `text` in place of what was shown, cut to the terminal's width.
    pub(super) fn draw(&mut self, to: &mut impl Write, text: &str, width: usize) -> io::Result<()> {
        let text = cut(text, width.saturating_sub(1));
        let is_shown = |(shown, at): &(String, usize)| shown == text && *at == width;
        if self.shown.as_ref().is_some_and(is_shown) {
            return Ok(());
        }
        // At once, so that it does not flicker.
        to.write_all(format!("{TO_ITS_END}\x1b[2m{text}\x1b[0m\r").as_bytes())?;
        self.shown = Some((text.to_owned(), width));
        to.flush()
    }

    pub(super) fn erase(&mut self, to: &mut impl Write) -> io::Result<()> {
        if self.shown.take().is_some() {
            to.write_all(TO_ITS_END.as_bytes())?;
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
        assert_eq!(written, b"\r\x1b[J");
    }

    #[test]
    fn it_is_drawn_anew_where_it_or_the_width_is_another() {
        let mut line = ProgressLine::default();
        let mut written = Vec::new();
        let mut draws = |text: &str, width| {
            line.draw(&mut written, text, width).unwrap();
            !std::mem::take(&mut written).is_empty()
        };
        assert!(draws("one", 80) && !draws("one", 80));
        assert!(draws("two", 80) && draws("two", 40));
    }
}

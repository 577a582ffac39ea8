//! What is drawn of a buffer that is taller than the screen.
//!
//! rustyline draws all of a buffer and then goes up from its end to the cursor, where a terminal stops at
//! the screen's first row. So a part of the buffer is drawn that has the cursor where that leads: its end
//! while the cursor is there, else the rows from the cursor's on.

use super::layout::{Layout, Place};
use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

const RESET: &str = "\x1b[0m";

/// The screen, and what stands before the buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'p> {
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// As it is drawn.
    pub(super) prompt: &'p str,
    pub(super) prompt_width: usize,
}

/// A buffer that is drawn.
pub(super) trait Buffer<'t> {
    fn text(&self) -> &'t str;
    fn layout(&self) -> &Layout;
    /// In colours.
    fn whole(&self) -> Cow<'t, str>;
    /// These lines of it in colours.
    fn lines(&self, lines: Range<usize>) -> Cow<'t, str>;
}

/// What was drawn of a line until now.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The buffer as it went over the screen in whole, so that the terminal's scrollback has it; none while
    /// it fits.
    whole: RefCell<Option<String>>,
}

impl View {
    /// A new line begins.
    pub(super) fn begin(&self) {
        self.whole.take();
    }

    /// What of a buffer is drawn behind the prompt. What is handed over is drawn in whole once.
    pub(super) fn drawn<'t>(
        &self,
        buffer: &impl Buffer<'t>,
        position: usize,
        frame: Frame<'_>,
        is_handed_over: bool,
    ) -> Cow<'t, str> {
        let (text, layout) = (buffer.text(), buffer.layout());
        let end = layout.end();
        if end.row < frame.rows {
            self.begin();
            return buffer.whole();
        }
        let mut drawn = String::new();
        let mut whole = self.whole.borrow_mut();
        let is_due = match whole.as_deref() {
            None => true,
            Some(before) => is_handed_over && before != text,
        };
        let rows = frame.window(layout.place(position), end, text);
        if is_due {
            *whole = Some(text.to_owned());
            drawn.push_str(&buffer.whole());
            drawn.push_str(&format!("{RESET}\x1b[{}A\r\x1b[J", frame.rows));
        }
        match rows.start {
            0 if is_due => drawn.push_str(frame.prompt),
            0 => {}
            _ => drawn.push_str("\r\x1b[K"),
        }
        drawn.push_str(&frame.cut(buffer, rows));
        Cow::Owned(drawn)
    }
}

impl Frame<'_> {
    /// The rows that are drawn.
    fn window(&self, cursor: Place, end: Place, text: &str) -> Range<usize> {
        if end.row - cursor.row < self.rows {
            return end.row + 1 - self.rows..end.row + 1;
        }
        // rustyline goes on to the next row itself behind a full one.
        let goes_on = end.column == 0 && !text.ends_with('\n');
        cursor.row..cursor.row + self.rows - usize::from(goes_on)
    }

    /// These rows of a buffer. Its colours do not go on from line to line.
    fn cut<'t>(&self, buffer: &impl Buffer<'t>, rows: Range<usize>) -> String {
        let mut cut = String::new();
        let lines = buffer.layout().lines_on(&rows);
        let painted = buffer.lines(lines.clone());
        for (number, painted) in lines.zip(painted.split('\n')) {
            let (_, begin) = buffer.layout().line(number);
            if begin.row > rows.start {
                cut.push_str("\r\n");
            }
            self.cut_line(&mut cut, begin, painted, &rows);
        }
        cut
    }

    /// What of a painted line, which begins there, is on these rows.
    fn cut_line(&self, cut: &mut String, begin: Place, painted: &str, rows: &Range<usize>) {
        let mut place = begin;
        // The colour that the first row begins with.
        let mut colour = String::new();
        let mut characters = painted.chars();
        while let Some(c) = characters.next() {
            if c == '\x1b' {
                let mut sequence = String::from(c);
                sequence.extend(characters.by_ref().take_while(|c| *c != 'm'));
                sequence.push('m');
                if place.row >= rows.start {
                    cut.push_str(&sequence);
                } else if sequence == RESET {
                    colour.clear();
                } else {
                    colour.push_str(&sequence);
                }
                continue;
            }
            let before = place.row;
            place.put(c, self.columns);
            if place.row >= rows.end {
                cut.push_str(RESET);
                return;
            }
            if place.row < rows.start {
                continue;
            }
            if before < rows.start {
                cut.push_str(&std::mem::take(&mut colour));
            } else if before < place.row {
                cut.push_str("\r\n");
            }
            cut.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Margins;
    use super::*;

    const FRAME: Frame<'static> = Frame {
        columns: 10,
        rows: 3,
        prompt: "> ",
        prompt_width: 2,
    };
    /// A text that is painted so.
    struct Text<'t>(&'t str, &'t str, Layout);

    impl<'t> Text<'t> {
        fn new(text: &'t str, painted: &'t str) -> Text<'t> {
            let mut layout = Layout::default();
            let margins = Margins {
                columns: FRAME.columns,
                prompt: FRAME.prompt_width,
            };
            layout.renew(margins, text);
            Text(text, painted, layout)
        }
    }

    impl<'t> Buffer<'t> for Text<'t> {
        fn text(&self) -> &'t str {
            self.0
        }

        fn layout(&self) -> &Layout {
            &self.2
        }

        fn whole(&self) -> Cow<'t, str> {
            Cow::Borrowed(self.1)
        }

        fn lines(&self, lines: Range<usize>) -> Cow<'t, str> {
            let count = lines.len();
            let lines: Vec<&str> = self.1.split('\n').skip(lines.start).take(count).collect();
            Cow::Owned(lines.join("\n"))
        }
    }

    /// What is drawn of a text that has no colours.
    fn plain<'t>(
        view: &View,
        text: &'t str,
        position: usize,
        is_handed_over: bool,
    ) -> Cow<'t, str> {
        view.drawn(&Text::new(text, text), position, FRAME, is_handed_over)
    }

    const FIVE: &str = "a\nb\nc\nd\ne";

    /// What is drawn of a text that was drawn before, with the cursor there.
    fn moved(text: &str, position: usize) -> String {
        let view = View::default();
        plain(&view, text, text.len(), false);
        plain(&view, text, position, false).into_owned()
    }

    #[test]
    fn what_fits_is_drawn_as_it_is() {
        let view = View::default();
        assert_eq!(plain(&view, "a\nb\nc", 5, false), "a\nb\nc");
    }

    #[test]
    fn the_end_is_drawn_while_the_cursor_is_there_and_else_what_follows_it() {
        assert_eq!(moved(FIVE, FIVE.len()), "\r\x1b[Kc\r\nd\r\ne");
        assert_eq!(moved(FIVE, 4), "\r\x1b[Kc\r\nd\r\ne");
        assert_eq!(moved(FIVE, 2), "\r\x1b[Kb\r\nc\r\nd");
        assert_eq!(moved(FIVE, 0), "a\r\nb\r\nc");
    }

    #[test]
    fn rows_are_cut_where_the_terminal_wraps() {
        let long = "0123456789abcdefghij\nx\ny\nz";
        // The prompt and eight characters, ten, two, and three lines.
        assert_eq!(moved(long, 9), "\r\x1b[K89abcdefgh\r\nij\r\nx");
        // A row that is full goes on behind it; then rustyline goes on itself.
        let full = "a\nb\nc\nd\n0123456789";
        assert_eq!(moved(full, full.len()), "\r\x1b[Kd\r\n0123456789");
        assert_eq!(moved(full, 0), "a\r\nb");
        assert_eq!(moved("a\n\u{65e5}\n\n\tx\n", 8), "\r\x1b[K\r\n\tx\r\n");
    }

    #[test]
    fn colours_go_on_over_a_cut() {
        let painted = "a\n\x1b[1m01234567\x1b[0m\x1b[34m89abcd\x1b[0m\nd";
        let text = "a\n0123456789abcd\nd";
        let cut = |rows| FRAME.cut(&Text::new(text, painted), rows);
        assert_eq!(cut(2..4), "\x1b[34mabcd\x1b[0m\r\nd");
        assert_eq!(cut(0..2), "a\r\n\x1b[1m01234567\x1b[0m\x1b[34m89\x1b[0m");
    }

    #[test]
    fn what_is_handed_over_is_drawn_in_whole_once() {
        let view = View::default();
        let drawn = |text: &'static str, is_handed_over| plain(&view, text, 0, is_handed_over);
        let first = format!("{FIVE}\x1b[0m\x1b[3A\r\x1b[J> a\r\nb\r\nc");
        assert_eq!(drawn(FIVE, false), first);
        assert_eq!(drawn(FIVE, true), "a\r\nb\r\nc");
        assert!(drawn("A\nb\nc\nd\ne", true).starts_with("A\nb\nc\nd\ne"));
        view.begin();
        assert_eq!(drawn(FIVE, false), first);
    }
}

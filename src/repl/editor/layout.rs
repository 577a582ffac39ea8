//! Where on the screen a text stands, as rustyline counts it: a full row goes on with what follows.

use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// As rustyline has it.
const TAB: usize = 8;

/// Where on endless rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) row: usize,
    pub(super) column: usize,
}

impl Place {
    /// Puts a character there.
    pub(super) fn put(&mut self, c: char, columns: usize) {
        let width = match c {
            '\n' => {
                self.row += 1;
                self.column = 0;
                return;
            }
            '\t' => TAB - self.column % TAB,
            _ => c.width().unwrap_or(0),
        };
        self.column += width;
        if self.column > columns {
            self.row += 1;
            self.column = width;
        }
    }

    /// Puts a text there that has one line.
    fn put_line(&mut self, line: &str, columns: usize) {
        let is_plain = |byte: &u8| (b' '..=b'~').contains(byte);
        let fits = self.column + line.len() <= columns;
        // Nearly all lines of code, and each key goes through all of a block.
        if fits
            && line
                .as_bytes()
                .iter()
                .filter(|byte| !is_plain(byte))
                .count()
                == 0
        {
            self.column += line.len();
        } else {
            line.chars().for_each(|c| self.put(c, columns));
        }
    }

    /// Where the cursor is then.
    fn cursor(mut self, columns: usize) -> Place {
        if self.column == columns {
            self.put('\n', columns);
        }
        self
    }
}

/// How wide the screen is, and what stands before the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Margins {
    pub(super) columns: usize,
    pub(super) prompt: usize,
}

impl Margins {
    fn begin(self) -> Place {
        let columns = self.columns.max(1);
        Place {
            row: self.prompt / columns,
            column: self.prompt % columns,
        }
    }
}

/// The place of a text, and of each of its lines.
#[derive(Debug, Default)]
pub(super) struct Layout {
    of: Option<Margins>,
    text: String,
    /// Where each line begins in the text, and on the screen.
    lines: Vec<(usize, Place)>,
    /// Behind its last character.
    last: Place,
}

impl Layout {
    /// That of another text, or the same. The lines at its beginning that are the same stay as they are: a
    /// key at the end of a long block costs its last line.
    pub(super) fn renew(&mut self, margins: Margins, text: &str) {
        if self.of == Some(margins) && self.text == text {
            return;
        }
        if self.of == Some(margins) {
            let same = same_bytes(&self.text, text);
            let kept = self.lines.partition_point(|(begin, _)| *begin <= same);
            self.lines.truncate(kept);
        } else {
            self.of = Some(margins);
            self.lines = vec![(0, margins.begin())];
        }
        text.clone_into(&mut self.text);
        let (mut offset, mut place) = self.lines.pop().unwrap_or_default();
        for line in text[offset..].split('\n') {
            self.lines.push((offset, place));
            place.put_line(line, margins.columns);
            self.last = place;
            place.put('\n', margins.columns);
            offset += line.len() + 1;
        }
    }

    fn columns(&self) -> usize {
        self.of.map_or(0, |margins| margins.columns)
    }

    /// Where the cursor is behind the text.
    pub(super) fn end(&self) -> Place {
        self.last.cursor(self.columns())
    }

    /// Where the cursor is at a place of the text.
    pub(super) fn place(&self, position: usize) -> Place {
        let following = self.lines.partition_point(|(begin, _)| *begin <= position);
        let Some((begin, place)) = self.lines[..following].last() else {
            return Place::default();
        };
        let mut place = *place;
        place.put_line(&self.text[*begin..position], self.columns());
        place.cursor(self.columns())
    }

    /// Where a line begins, in the text and on the screen.
    pub(super) fn line(&self, number: usize) -> (usize, Place) {
        self.lines.get(number).copied().unwrap_or_default()
    }

    /// The lines of which something is on these rows.
    pub(super) fn lines_on(&self, rows: &Range<usize>) -> Range<usize> {
        let end = self
            .lines
            .partition_point(|(_, begin)| begin.row < rows.end);
        if self.last.row < rows.start {
            return end..end;
        }
        // A line ends on the row before that where the next one begins.
        let following = self.lines.get(1..).unwrap_or_default();
        let start = following.partition_point(|(_, begin)| begin.row <= rows.start);
        start..end
    }
}

/// So many bytes at least are the same at the beginning of both.
fn same_bytes(one: &str, other: &str) -> usize {
    const STEP: usize = 64;
    let steps = one
        .as_bytes()
        .chunks(STEP)
        .zip(other.as_bytes().chunks(STEP));
    let same = STEP * steps.take_while(|(one, other)| one == other).count();
    same.min(one.len()).min(other.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGINS: Margins = Margins {
        columns: 10,
        prompt: 2,
    };

    fn layout(text: &str) -> Layout {
        let mut layout = Layout::default();
        layout.renew(MARGINS, "another\none\n");
        layout.renew(MARGINS, text);
        // Whatever was there before.
        for other in ["", "0", "0123456789\n\nx", "\n\n\n\n", text] {
            let mut renewed = Layout::default();
            renewed.renew(MARGINS, other);
            renewed.renew(MARGINS, text);
            assert_eq!(renewed.lines, layout.lines, "{other:?} {text:?}");
            assert_eq!(renewed.last, layout.last, "{other:?} {text:?}");
        }
        layout
    }

    #[test]
    fn a_place_is_where_the_characters_before_it_end() {
        for text in [
            "",
            "\n",
            "01234567",
            "01234567\n\na\tb",
            "\u{65e5}\u{65e5}\u{65e5}\u{65e5}\u{65e5}\u{65e5}\n0123456789",
            "0123456789abcdefghijk\n\n",
        ] {
            let layout = layout(text);
            for position in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let mut place = MARGINS.begin();
                text[..position].chars().for_each(|c| place.put(c, 10));
                let wanted = place.cursor(10);
                assert_eq!(layout.place(position), wanted, "{text:?} {position}");
            }
            assert_eq!(layout.end(), layout.place(text.len()), "{text:?}");
        }
    }

    #[test]
    fn lines_are_found_by_their_rows() {
        // On rows 0 and 1, 2, 3 and 4, 5.
        let layout = layout("0123456789\n\nabcdefghijk\nx");
        for (rows, lines) in [
            (0..1, 0..1),
            (1..2, 0..1),
            (1..3, 0..2),
            (2..4, 1..3),
            (4..6, 2..4),
            (5..6, 3..4),
        ] {
            assert_eq!(layout.lines_on(&rows), lines, "{rows:?}");
        }
        assert_eq!(layout.lines_on(&(6..7)), 4..4);
    }
}

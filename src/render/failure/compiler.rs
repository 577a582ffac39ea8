//! What the Scala compiler says: `<console>:27: error: what`, the line, a caret under the place.
//!
//! Its line numbers count what the interpreter put before the code, too; so the place is found by
//! the line's words and the caret.

use crate::lang::{Feeding, Snippet, scala_words};
use std::collections::BTreeSet;

/// By how much the compiler moves a line to the right.
const INDENT: usize = 7;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) is_error: bool,
    pub(super) text: String,
    /// The other lines of the message.
    pub(super) more: Vec<String>,
    /// As the compiler counts.
    number: usize,
    code: String,
    /// The caret's character in `code`, from 0.
    caret: Option<usize>,
}

/// The messages of a text, and the lines that are of none.
pub(super) fn messages(text: &str) -> (Vec<Message>, Vec<&str>) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut messages, mut others) = (Vec::new(), Vec::new());
    let mut index = 0;
    while index < lines.len() {
        let Some((number, is_error, text)) = heading(lines[index]) else {
            others.push(lines[index]);
            index += 1;
            continue;
        };
        let rest = &lines[index + 1..];
        let next = rest.iter().position(|line| heading(line).is_some());
        let rest = &rest[..next.unwrap_or(rest.len())];
        let caret = rest.iter().position(|line| line.trim() == "^");
        let (more, code, used) = match caret {
            Some(caret @ 1..) => (&rest[..caret - 1], rest[caret - 1], caret + 1),
            // A message without a place has one line.
            Some(0) | None => (&rest[..0], "", 0),
        };
        messages.push(Message {
            is_error,
            text: text.to_owned(),
            more: more.iter().map(|line| (*line).to_owned()).collect(),
            number,
            code: code.get(INDENT..).unwrap_or(code.trim_start()).to_owned(),
            caret: caret.filter(|at| *at > 0).map(|at| column(rest[at], code)),
        });
        index += 1 + used;
    }
    (messages, others)
}

/// `<console>:27: error: what`
fn heading(line: &str) -> Option<(usize, bool, &str)> {
    let (number, rest) = line.strip_prefix("<console>:")?.split_once(": ")?;
    let number = number.parse().ok()?;
    match rest.split_once(": ")? {
        ("error", text) => Some((number, true, text)),
        ("warning", text) => Some((number, false, text)),
        _ => None,
    }
}

/// The character above a caret. The compiler counts a tab of the line as blanks to the next eighth
/// column.
fn column(caret: &str, code: &str) -> usize {
    let shown = caret.chars().count() - 1;
    let indent = code.chars().take(INDENT).take_while(|c| *c == ' ').count();
    let wanted = shown.saturating_sub(indent);
    let mut at = 0;
    for (index, c) in code.chars().skip(indent).enumerate() {
        if at >= wanted {
            return index;
        }
        at += if c == '\t' { 8 - at % 8 } else { 1 };
    }
    code.chars().count() - indent + wanted.saturating_sub(at)
}

/// Where a message is: the line of the snippet, from 0, and the character in it.
pub(super) struct Spot {
    pub(super) line: usize,
    pub(super) column: usize,
    /// Other lines have the same words, and nothing tells which is meant.
    pub(super) is_unsure: bool,
}

/// Finds messages in a snippet. Of several lines with the same words one is known only where each
/// of them has a message.
pub(super) struct Finder<'a> {
    lines: Vec<Vec<(usize, &'a str)>>,
    texts: Vec<&'a str>,
    /// Of all messages: the compiler's number of the line, and the line's words.
    messages: Vec<(usize, Vec<(usize, &'a str)>)>,
    feeding: Feeding,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        snippet: &'a Snippet,
        messages: &'a [Message],
        feeding: Feeding,
    ) -> Finder<'a> {
        let said = |message: &'a Message| (message.number, scala_words(&message.code));
        let texts: Vec<&str> = snippet.code.lines().collect();
        Finder {
            lines: texts.iter().map(|line| scala_words(line)).collect(),
            texts,
            messages: messages.iter().map(said).collect(),
            feeding,
        }
    }

    pub(super) fn find(&self, message: &Message) -> Option<Spot> {
        let caret = message.caret?;
        let shown = scala_words(&message.code);
        if shown.is_empty() {
            return None;
        }
        let same = |line: &usize| words_of(&self.lines[*line]).eq(words_of(&shown));
        let candidates: Vec<usize> = (0..self.lines.len()).filter(same).collect();
        // Errors of syntax are counted from the first line of what was compiled; Scala 2.13 counts
        // all so.
        let by_number = message
            .number
            .checked_sub(1)
            .filter(|line| self.feeding == Feeding::Whole && candidates.contains(line));
        let known = by_number.or_else(|| self.by_order(message.number, &shown, &candidates));
        let line = known.or(candidates.first().copied())?;
        Some(Spot {
            line,
            column: self.column(line, &shown, &message.code, caret),
            is_unsure: known.is_none(),
        })
    }

    /// Which of the lines with the same words the compiler's number means, where it numbers as many
    /// as there are. Several messages may be of one line.
    fn by_order(
        &self,
        number: usize,
        shown: &[(usize, &str)],
        candidates: &[usize],
    ) -> Option<usize> {
        if let [only] = candidates {
            return Some(*only);
        }
        let same = |words: &[(usize, &str)]| words_of(words).eq(words_of(shown));
        let of_same = self.messages.iter().filter(|(_, words)| same(words));
        let numbers: BTreeSet<usize> = of_same.map(|(number, _)| *number).collect();
        if numbers.len() != candidates.len() {
            return None;
        }
        let index = numbers.iter().position(|one| *one == number)?;
        Some(candidates[index])
    }

    /// The place of the caret by the word it stands under: comments and blanks may differ.
    fn column(&self, line: usize, shown: &[(usize, &str)], code: &str, caret: usize) -> usize {
        let caret = byte_of(code, caret);
        let index = shown
            .iter()
            .rposition(|(start, _)| *start <= caret)
            .unwrap_or(0);
        let (from, to) = (shown[index].0, self.lines[line][index].0);
        let text = self.texts[line];
        let byte = (to + caret.saturating_sub(from)).min(text.len());
        text[..floor(text, byte)].chars().count()
    }
}

fn words_of<'a>(words: &'a [(usize, &'a str)]) -> impl Iterator<Item = &'a str> {
    words.iter().map(|(_, word)| *word)
}

fn byte_of(text: &str, column: usize) -> usize {
    let found = text.char_indices().nth(column);
    found.map_or(text.len(), |(byte, _)| byte)
}

fn floor(text: &str, mut byte: usize) -> usize {
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;

    fn spots(code: &str, text: &str, feeding: Feeding) -> Vec<Option<(usize, usize)>> {
        let snippet = Snippet {
            language: Language::Scala,
            code: code.to_owned(),
            first_line: 1,
            first_column: 0,
        };
        let (messages, _) = messages(text);
        let finder = Finder::new(&snippet, &messages, feeding);
        let spots = messages.iter().map(|message| finder.find(message));
        spots
            .map(|spot| spot.filter(|spot| !spot.is_unsure))
            .map(|spot| spot.map(|spot| (spot.line, spot.column)))
            .collect()
    }

    #[test]
    fn a_message_has_a_text_a_line_and_a_caret() {
        let text = "<console>:22: error: type mismatch;\n found   : String(\"a\")\n \
            required: Int\n       val x: Int = \"a\"\n                    ^\n\
            <console>:12: warning: odd\nrest\n";
        let (messages, others) = messages(text);
        assert_eq!(messages[0].text, "type mismatch;");
        assert_eq!(
            messages[0].more,
            [" found   : String(\"a\")", " required: Int"]
        );
        assert_eq!(
            (messages[0].code.as_str(), messages[0].caret),
            ("val x: Int = \"a\"", Some(13))
        );
        assert!(!messages[1].is_error);
        assert_eq!(others, ["rest"]);
    }

    #[test]
    fn a_line_is_found_by_its_words() {
        let code = "val x = xs // c\n    .map(f) // d\n    .foo(1 /* e */ + y)";
        let joined = "<console>:29: error: value foo is not\n       */  .foo(1 + y)\n               ^\n\
            <console>:30: error: not found: y\n       */  .foo(1 + y)\n                    ^\n";
        assert_eq!(
            spots(code, joined, Feeding::ByLine),
            [Some((2, 8)), Some((2, 21))]
        );
        let opened = "<console>:27: error: not found: xs\n       val x = xs /*\n               ^\n";
        assert_eq!(spots(code, opened, Feeding::ByLine), [Some((0, 8))]);
        let tabs = "\tval q = 1;\tfoo";
        let text = format!(
            "<console>:27: error: foo\n       {tabs}\n{}^\n",
            " ".repeat(31)
        );
        assert_eq!(spots(tabs, &text, Feeding::ByLine), [Some((0, 12))]);
        let foreign = "<console>:27: error: not found: xs\n       val z = xs\n               ^\n";
        assert_eq!(spots(code, foreign, Feeding::ByLine), [None]);
    }

    #[test]
    fn equal_lines_are_taken_in_order_where_each_has_a_message() {
        let code = "foo\n1\nfoo";
        let text =
            |number: usize| format!("<console>:{number}: error: not found\n       foo\n       ^\n");
        let both = text(23) + &text(25);
        assert_eq!(
            spots(code, &both, Feeding::ByLine),
            [Some((0, 0)), Some((2, 0))]
        );
        // Two messages of one line do not tell which.
        let one = text(23) + &text(23);
        assert_eq!(spots(code, &one, Feeding::ByLine), [None, None]);
        assert_eq!(spots(code, &text(23), Feeding::ByLine), [None]);
        assert_eq!(spots(code, &text(23), Feeding::Whole), [None]);
        assert_eq!(spots(code, &text(3), Feeding::Whole), [Some((2, 0))]);
    }
}

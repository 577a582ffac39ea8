//! A text that is run while it still arrives: each part as soon as no further text can change it.

use super::parse::may_command;
use super::paste::PasteMode;
use crate::lang::{self, Completeness, Language, Source};

pub struct Stream {
    name: Option<String>,
    language: Language,
    held: String,
    /// The number of the first line of what is held.
    line: usize,
    /// How much was held when nothing of it could be run: half as much again is waited for where
    /// more is there at once, so that a long statement is not read again for each piece of it.
    looked_at: usize,
    is_over: bool,
}

impl Stream {
    pub fn new(name: Option<String>, language: Language) -> Stream {
        Stream {
            name,
            language,
            held: String::new(),
            line: 1,
            looked_at: 0,
            is_over: false,
        }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// Takes in what has arrived.
    pub fn push(&mut self, text: &str) {
        self.held.push_str(text);
    }

    /// Nothing more will come.
    pub fn end(&mut self) {
        self.is_over = true;
    }

    /// Whether what is held has nothing to run.
    pub fn is_blank(&self) -> bool {
        lang::split(self.language, &self.held).is_empty()
    }

    /// The next part that can be run; `None` where more must come, or nothing will. `in_haste` is
    /// where nothing more is there at once.
    pub fn take(&mut self, in_haste: bool) -> Option<Source> {
        let end = match self.is_over {
            true => self.held.len(),
            false if !in_haste && self.held.len() < self.looked_at + self.looked_at / 2 => 0,
            false => self.settled(),
        };
        if end == 0 {
            self.looked_at = self.held.len();
            return None;
        }
        self.looked_at = 0;
        let rest = self.held.split_off(end);
        let text = std::mem::replace(&mut self.held, rest);
        let first_line = self.line;
        self.line += text.matches('\n').count();
        Some(Source {
            first_line,
            ..Source::new(self.name.clone(), text)
        })
    }

    /// A command's line ends what stands before it; in cells there are none.
    fn settled(&self) -> usize {
        if lang::may_hold_cells(&self.held) {
            return lang::settled(self.language, &self.held);
        }
        let mut end = 0;
        for line in self
            .held
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            let before = &self.held[..end];
            end += line.len();
            if may_command(self.language, line)
                && !matches!(
                    lang::completeness(self.language, before),
                    Completeness::Incomplete { .. }
                )
            {
                let begins = end - line.len();
                return match PasteMode::of(line).map(|mode| self.block_end(end, &mode)) {
                    None => end,
                    Some(Some(end)) => end,
                    // What stands before it need not wait for its block.
                    Some(None) => begins,
                };
            }
        }
        lang::settled(self.language, &self.held)
    }

    /// Where a block ends that begins there, once its end has arrived.
    fn block_end(&self, mut at: usize, mode: &PasteMode) -> Option<usize> {
        for line in self.held[at..].split_inclusive('\n') {
            at += line.len();
            if let Some(line) = line.strip_suffix('\n')
                && mode.ends_at(line.strip_suffix('\r').unwrap_or(line))
            {
                return Some(at);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_with_their_lines() {
        let mut stream = Stream::new(Some("<stdin>".to_owned()), Language::Python);
        let mut take = |text: &str| {
            stream.push(text);
            let part = stream.take(true)?;
            Some((part.first_line, part.text.to_string()))
        };
        assert_eq!(take("x = 1\n"), Some((1, "x = 1\n".to_owned())));
        assert_eq!(take("for a in b:\n"), None);
        assert_eq!(take("    c\n"), None);
        assert_eq!(take("d\n"), Some((2, "for a in b:\n    c\nd\n".to_owned())));
        assert_eq!(take("e"), None);
        stream.end();
        let last = stream.take(true).unwrap();
        assert_eq!((last.first_line, &*last.text), (5, "e"));
        assert!(stream.is_blank());
    }

    #[test]
    fn a_command_ends_what_stands_before_it_in_every_language() {
        for (language, first, rest) in [
            (Language::Python, "for a in b:\n    c\n:quit\n", "d\n"),
            (Language::Sql, "select 1\n:quit\n", "select 2;"),
        ] {
            let mut stream = Stream::new(None, language);
            stream.push(first);
            assert_eq!(&*stream.take(true).unwrap().text, first);
            stream.push(rest);
            assert_eq!(&*stream.take(true).unwrap().text, rest);
        }
        let mut stream = Stream::new(None, Language::Python);
        stream.push("'''\n:quit\n");
        assert!(stream.take(true).is_none());
        let mut stream = Stream::new(None, Language::Sql);
        stream.push("%%python\nx = 1\n:quit\n");
        assert!(stream.take(true).is_none());
    }

    #[test]
    fn a_command_of_scala_ends_what_stands_before_it() {
        let mut stream = Stream::new(None, Language::Scala);
        stream.push("val a = 1\n:silent\na\n");
        assert_eq!(&*stream.take(true).unwrap().text, "val a = 1\n:silent\n");
        assert!(stream.take(true).is_none());
        stream.push(":paste\na\n");
        assert_eq!(&*stream.take(true).unwrap().text, "a\n");
        assert!(stream.take(true).is_none());
        stream.end();
        let rest = stream.take(true).unwrap();
        assert_eq!((rest.first_line, &*rest.text), (4, ":paste\na\n"));
    }

    #[test]
    fn a_block_comes_once_its_end_is_there() {
        let mut stream = Stream::new(None, Language::Scala);
        stream.push(":paste < E\nval a = 1\n");
        assert!(stream.take(true).is_none());
        stream.push("a\nE\nb\n");
        let block = ":paste < E\nval a = 1\na\nE\n";
        assert_eq!(&*stream.take(true).unwrap().text, block);
        assert!(stream.take(true).is_none());
    }
}

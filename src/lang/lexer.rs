//! What all scanners share: a cursor that skips comments and quoted text, and a bracket stack.

/// A position in a text that only moves forward.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) position: usize,
}

/// How a quote is written inside quoted text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    Backslash,
    /// Twice, as in SQL.
    Doubled,
    /// Not at all.
    Never,
}

/// Whether something that began has also ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    Yes,
    /// The line ended first.
    AtLineEnd,
    /// The text ended first.
    AtEnd,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, position: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    /// The next byte: what scanners look for is ASCII, which is no part of another character.
    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    pub(super) fn peek(&self) -> Option<char> {
        match self.byte()? {
            byte if byte.is_ascii() => Some(char::from(byte)),
            _ => self.rest().chars().next(),
        }
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.position += next.len_utf8();
        Some(next)
    }

    pub(super) fn starts_with(&self, prefix: &str) -> bool {
        self.text.as_bytes()[self.position..].starts_with(prefix.as_bytes())
    }

    /// Moves past `prefix` where the rest begins with it.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let found = self.starts_with(prefix);
        if found {
            self.position += prefix.len();
        }
        found
    }

    pub(super) fn eat_while(&mut self, accepted: impl Fn(char) -> bool) -> &'a str {
        let start = self.position;
        while self.peek().is_some_and(&accepted) {
            self.next();
        }
        &self.text[start..self.position]
    }

    /// To the next byte that is asked for, all of which are ASCII, or to the end.
    pub(super) fn skip_to(&mut self, wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.position..];
        let found = rest.iter().position(|byte| wanted(*byte));
        self.position += found.unwrap_or(rest.len());
        found.map(|offset| rest[offset])
    }

    /// To the end of the line, before its newline.
    pub(super) fn skip_line(&mut self) {
        let rest = self.rest();
        self.position += rest.find('\n').unwrap_or(rest.len());
    }

    /// A block comment whose opening was eaten.
    pub(super) fn skip_block_comment(&mut self, nested: bool) -> Ended {
        let mut depth = 1;
        while depth > 0 {
            if self.skip_to(|byte| matches!(byte, b'*' | b'/')).is_none() {
                return Ended::AtEnd;
            } else if self.eat("*/") {
                depth -= 1;
            } else if nested && self.eat("/*") {
                depth += 1;
            } else {
                self.position += 1;
            }
        }
        Ended::Yes
    }

    /// Quoted text whose opening was eaten, up to and with `quote`.
    pub(super) fn skip_quoted(&mut self, quote: &str, escape: Escape, many_lines: bool) -> Ended {
        let first = quote.as_bytes()[0];
        loop {
            match self.skip_to(|byte| byte == first || matches!(byte, b'\\' | b'\n')) {
                None => return Ended::AtEnd,
                Some(b'\n') if !many_lines => return Ended::AtLineEnd,
                Some(b'\\') if escape == Escape::Backslash => {
                    self.next();
                    self.next();
                }
                Some(_) if self.eat(quote) => {
                    if escape != Escape::Doubled || !self.eat(quote) {
                        return Ended::Yes;
                    }
                }
                Some(_) => self.position += 1,
            }
        }
    }
}

/// Open brackets, innermost last.
pub(super) struct Brackets<T = ()> {
    open: Vec<(char, T)>,
}

impl<T> Brackets<T> {
    pub(super) fn new() -> Brackets<T> {
        Brackets { open: Vec::new() }
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn push(&mut self, bracket: char, what: T) {
        self.open.push((bracket, what));
    }

    /// Forgets what is open.
    pub(super) fn clear(&mut self) {
        self.open.clear();
    }

    /// What the matching bracket was opened with; an error where none matches.
    pub(super) fn close(&mut self, bracket: char) -> Result<T, ()> {
        let opening = match bracket {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        match self.open.pop() {
            Some((open, what)) if open == opening => Ok(what),
            Some(other) => {
                self.open.push(other);
                Err(())
            }
            None => Err(()),
        }
    }
}

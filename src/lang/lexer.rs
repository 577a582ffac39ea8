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

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.position += next.len_utf8();
        Some(next)
    }

    pub(super) fn starts_with(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix)
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

    /// To the end of the line, before its newline.
    pub(super) fn skip_line(&mut self) {
        let rest = self.rest();
        self.position += rest.find('\n').unwrap_or(rest.len());
    }

    /// A block comment whose opening was eaten.
    pub(super) fn skip_block_comment(&mut self, nested: bool) -> Ended {
        let mut depth = 1;
        while depth > 0 {
            if self.eat("*/") {
                depth -= 1;
            } else if nested && self.eat("/*") {
                depth += 1;
            } else if self.next().is_none() {
                return Ended::AtEnd;
            }
        }
        Ended::Yes
    }

    /// Quoted text whose opening was eaten, up to and with `quote`.
    pub(super) fn skip_quoted(&mut self, quote: &str, escape: Escape, many_lines: bool) -> Ended {
        loop {
            if escape == Escape::Doubled && self.starts_with(quote) {
                self.position += quote.len();
                if !self.eat(quote) {
                    return Ended::Yes;
                }
                continue;
            }
            if self.eat(quote) {
                return Ended::Yes;
            }
            match self.peek() {
                None => return Ended::AtEnd,
                Some('\n') if !many_lines => return Ended::AtLineEnd,
                Some('\\') if escape == Escape::Backslash => {
                    self.next();
                    self.next();
                }
                Some(_) => {
                    self.next();
                }
            }
        }
    }
}

/// Open brackets, innermost last.
#[derive(Default)]
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

    pub(super) fn innermost(&mut self) -> Option<&mut T> {
        self.open.last_mut().map(|(_, what)| what)
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

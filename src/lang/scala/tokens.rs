//! Scala's tokens; comments are passed over.

use super::literals::{interpolated_string, number, plain_string, quote};
use super::xml;
use crate::lang::lexer::{Cursor, Ended, Escape};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Literal,
    Operator,
    Open,
    Close,
    Comma,
    Dot,
    Semicolon,
    Newline,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != Kind::Literal
    }
}

pub(super) struct Scan<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token<'a>>,
    /// A string, comment or interpolation that has not ended.
    pub(super) ended: Ended,
}

pub(super) fn scan(code: &str) -> Scan<'_> {
    let mut lexer = Lexer::new(code);
    // Room for as many as code usually has: growing would copy them again and again.
    let mut tokens = Vec::with_capacity(code.len() / 4);
    tokens.extend(lexer.by_ref());
    Scan {
        text: code,
        tokens,
        ended: lexer.ended,
    }
}

/// The tokens one by one: to look at them needs no room for all of them.
pub(super) struct Lexer<'a> {
    cursor: Cursor<'a>,
    pub(super) ended: Ended,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(code: &'a str) -> Lexer<'a> {
        Lexer {
            cursor: Cursor::new(code),
            ended: Ended::Yes,
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        next_token(&mut self.cursor, &mut self.ended, 0)
    }
}

/// What stands between two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Inline,
    Newline,
    /// At least one line that holds nothing, not even a comment.
    Blank,
}

/// Tokens without newlines, each with what stands before it.
pub(super) struct Gaps<'a, T> {
    text: &'a str,
    tokens: T,
}

impl<'a, T: Iterator<Item = Token<'a>>> Gaps<'a, T> {
    pub(super) fn of(text: &'a str, tokens: T) -> Gaps<'a, T> {
        Gaps { text, tokens }
    }
}

impl<'a, T: Iterator<Item = Token<'a>>> Iterator for Gaps<'a, T> {
    type Item = (Gap, Token<'a>);

    fn next(&mut self) -> Option<(Gap, Token<'a>)> {
        let mut gap = Gap::Inline;
        let mut line_end = 0;
        loop {
            let token = self.tokens.next()?;
            if token.kind != Kind::Newline {
                return Some((gap, token));
            }
            gap = match gap {
                Gap::Inline => Gap::Newline,
                _ if self.text[line_end..token.start].trim().is_empty() => Gap::Blank,
                gap => gap,
            };
            line_end = token.end();
        }
    }
}

/// The next token; comments and blanks are passed over. What ends the text too early is noted.
pub(super) fn next_token<'a>(
    cursor: &mut Cursor<'a>,
    ended: &mut Ended,
    level: usize,
) -> Option<Token<'a>> {
    loop {
        let start = cursor.position;
        match cursor.byte()? {
            b' ' | b'\t' | b'\r' | b'\x0c' => cursor.position += 1,
            b'\n' => {
                cursor.position += 1;
                return Some(token(cursor, start, Kind::Newline));
            }
            b'/' if cursor.eat("//") => cursor.skip_line(),
            b'/' if cursor.eat("/*") => note(ended, cursor.skip_block_comment(true)),
            byte if !byte.is_ascii() && cursor.peek().is_some_and(char::is_whitespace) => {
                cursor.next();
            }
            byte => {
                let kind = significant(cursor, byte, ended, level);
                return Some(token(cursor, start, kind));
            }
        }
    }
}

fn token<'a>(cursor: &Cursor<'a>, start: usize, kind: Kind) -> Token<'a> {
    let text = &cursor.text[start..cursor.position];
    Token { kind, text, start }
}

/// A broken string is the worst: nothing that follows mends it.
fn note(ended: &mut Ended, now: Ended) {
    if *ended != Ended::AtLineEnd && now != Ended::Yes {
        *ended = now;
    }
}

/// Moves past one token that is neither blank nor comment.
fn significant(cursor: &mut Cursor<'_>, byte: u8, ended: &mut Ended, level: usize) -> Kind {
    let single = match byte {
        b'(' | b'[' | b'{' => Kind::Open,
        b')' | b']' | b'}' => Kind::Close,
        b',' => Kind::Comma,
        b';' => Kind::Semicolon,
        b'.' => Kind::Dot,
        b'"' => {
            note(ended, plain_string(cursor));
            return Kind::Literal;
        }
        b'`' => {
            cursor.position += 1;
            note(ended, cursor.skip_quoted("`", Escape::Never, false));
            return Kind::Word;
        }
        b'\'' => return quote(cursor),
        b'0'..=b'9' => {
            number(cursor);
            return Kind::Literal;
        }
        b'<' if xml::begins(cursor) => {
            note(ended, xml::skip(cursor, level));
            return Kind::Literal;
        }
        _ => return name(cursor, ended, level),
    };
    cursor.position += 1;
    single
}

/// A name of letters or of signs, or an interpolated string, which begins with one.
fn name(cursor: &mut Cursor<'_>, ended: &mut Ended, level: usize) -> Kind {
    let start = cursor.position;
    skip_word(cursor);
    if cursor.position == start {
        cursor.next();
        skip_signs(cursor);
        return Kind::Operator;
    }
    if cursor.byte() == Some(b'"') {
        note(ended, interpolated_string(cursor, level));
        return Kind::Literal;
    }
    // `value_=` and the like are one name.
    if cursor.position - start > 1 && cursor.text.as_bytes()[cursor.position - 1] == b'_' {
        skip_signs(cursor);
    }
    Kind::Word
}

fn skip_word(cursor: &mut Cursor<'_>) {
    loop {
        cursor.skip_to(|byte| !is_word_byte(byte));
        match cursor.byte() {
            Some(byte) if !byte.is_ascii() => {
                if !cursor.peek().is_some_and(char::is_alphanumeric) {
                    return;
                }
                cursor.next();
            }
            _ => return,
        }
    }
}

fn skip_signs(cursor: &mut Cursor<'_>) {
    while let Some(byte) = cursor.byte()
        && is_sign(byte)
        && !(byte == b'/' && (cursor.starts_with("//") || cursor.starts_with("/*")))
    {
        cursor.position += 1;
    }
}

pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

pub(super) fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn is_sign(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'#'
            | b'%'
            | b'&'
            | b'*'
            | b'+'
            | b'-'
            | b'/'
            | b':'
            | b'<'
            | b'='
            | b'>'
            | b'?'
            | b'@'
            | b'\\'
            | b'^'
            | b'|'
            | b'~'
    )
}

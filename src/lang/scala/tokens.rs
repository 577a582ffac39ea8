//! Scala's tokens; comments are passed over.

use crate::lang::lexer::{Cursor, Ended, Escape};

/// Interpolations inside interpolations, deeper than anybody writes them.
const DEEPEST_INTERPOLATION: usize = 40;

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

#[derive(Debug, Clone)]
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
    pub(super) tokens: Vec<Token<'a>>,
    /// A string, comment or interpolation that has not ended.
    pub(super) ended: Ended,
}

pub(super) fn scan(code: &str) -> Scan<'_> {
    let mut cursor = Cursor::new(code);
    let mut tokens = Vec::new();
    let mut ended = Ended::Yes;
    while let Some(token) = next_token(&mut cursor, &mut ended, 0) {
        tokens.push(token);
    }
    Scan { tokens, ended }
}

/// The next token; comments and blanks are passed over. What ends the text too early is noted.
pub(super) fn next_token<'a>(
    cursor: &mut Cursor<'a>,
    ended: &mut Ended,
    level: usize,
) -> Option<Token<'a>> {
    loop {
        let start = cursor.position;
        let c = cursor.peek()?;
        if c == '\n' {
            cursor.next();
            return Some(token(cursor, start, Kind::Newline));
        }
        if c.is_whitespace() {
            cursor.next();
        } else if cursor.eat("//") {
            cursor.skip_line();
        } else if cursor.eat("/*") {
            note(ended, cursor.skip_block_comment(true));
        } else {
            let kind = significant(cursor, c, ended, level);
            return Some(token(cursor, start, kind));
        }
    }
}

fn token<'a>(cursor: &Cursor<'a>, start: usize, kind: Kind) -> Token<'a> {
    let text = &cursor.text[start..cursor.position];
    Token { kind, text, start }
}

fn note(ended: &mut Ended, now: Ended) {
    if now != Ended::Yes {
        *ended = now;
    }
}

/// Moves past one token that is neither blank nor comment.
fn significant(cursor: &mut Cursor<'_>, c: char, ended: &mut Ended, level: usize) -> Kind {
    match c {
        '(' | '[' | '{' => {
            cursor.next();
            Kind::Open
        }
        ')' | ']' | '}' => {
            cursor.next();
            Kind::Close
        }
        ',' => {
            cursor.next();
            Kind::Comma
        }
        ';' => {
            cursor.next();
            Kind::Semicolon
        }
        '.' => {
            cursor.next();
            Kind::Dot
        }
        '"' => {
            note(ended, plain_string(cursor));
            Kind::Literal
        }
        '`' => {
            cursor.next();
            note(ended, cursor.skip_quoted("`", Escape::Never, false));
            Kind::Word
        }
        '\'' => quote(cursor),
        _ if c.is_ascii_digit() => {
            number(cursor);
            Kind::Literal
        }
        _ if is_word_start(c) => {
            cursor.eat_while(is_word_part);
            if cursor.peek() == Some('"') {
                note(ended, interpolated_string(cursor, level));
                return Kind::Literal;
            }
            Kind::Word
        }
        _ => {
            cursor.next();
            while cursor.peek().is_some_and(is_operator_part)
                && !cursor.starts_with("//")
                && !cursor.starts_with("/*")
            {
                cursor.next();
            }
            Kind::Operator
        }
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn is_operator_part(c: char) -> bool {
    "!#%&*+-/:<=>?@\\^|~".contains(c)
}

fn number(cursor: &mut Cursor<'_>) {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let digits = cursor.eat_while(is_digit);
    let mut rest = cursor.rest().chars();
    let (sign, after) = (rest.next(), rest.next());
    let exponent = digits.ends_with(['e', 'E']) && !digits.starts_with("0x");
    let continues = match sign {
        Some('.') => after.is_some_and(|c| c.is_ascii_digit()),
        Some('+' | '-') => exponent && after.is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    };
    if continues {
        cursor.next();
        number(cursor);
    }
}

/// A character literal or a symbol.
fn quote(cursor: &mut Cursor<'_>) -> Kind {
    cursor.next();
    let mut rest = cursor.rest().chars();
    match (rest.next(), rest.next()) {
        (Some('\\'), Some(escaped)) => {
            cursor.next();
            cursor.next();
            if escaped == 'u' {
                cursor.eat_while(|c| c.is_ascii_hexdigit());
            }
            cursor.eat("'");
        }
        (Some(c), Some('\'')) if c != '\n' => {
            cursor.next();
            cursor.next();
        }
        _ => {
            cursor.eat_while(is_word_part);
        }
    }
    Kind::Literal
}

fn plain_string(cursor: &mut Cursor<'_>) -> Ended {
    if cursor.eat("\"\"\"") {
        let ended = cursor.skip_quoted("\"\"\"", Escape::Never, true);
        // Quotes before the closing three belong to the string.
        cursor.eat_while(|c| c == '"');
        return ended;
    }
    cursor.next();
    match cursor.skip_quoted("\"", Escape::Backslash, false) {
        Ended::AtEnd => Ended::AtLineEnd,
        ended => ended,
    }
}

/// A string after its interpolator's name, with code in `${…}`.
fn interpolated_string(cursor: &mut Cursor<'_>, level: usize) -> Ended {
    if level >= DEEPEST_INTERPOLATION {
        return plain_string(cursor);
    }
    let many_lines = cursor.eat("\"\"\"");
    let quote = if many_lines { "\"\"\"" } else { "\"" };
    if !many_lines {
        cursor.next();
    }
    loop {
        if cursor.eat(quote) {
            if many_lines {
                cursor.eat_while(|c| c == '"');
            }
            return Ended::Yes;
        }
        if cursor.eat("$$") {
            continue;
        }
        if cursor.eat("${") {
            if interpolated_code(cursor, level + 1) != Ended::Yes {
                return Ended::AtEnd;
            }
            continue;
        }
        match cursor.next() {
            None => {
                return if many_lines {
                    Ended::AtEnd
                } else {
                    Ended::AtLineEnd
                };
            }
            Some('\n') if !many_lines => return Ended::AtLineEnd,
            Some('\\') if !many_lines => {
                if cursor.peek() != Some('\n') {
                    cursor.next();
                }
            }
            Some(_) => {}
        }
    }
}

/// Code after `${`, up to and with its closing brace.
fn interpolated_code(cursor: &mut Cursor<'_>, level: usize) -> Ended {
    let mut depth = 1;
    let mut ended = Ended::Yes;
    while depth > 0 {
        match next_token(cursor, &mut ended, level) {
            Some(token) if token.is("{") => depth += 1,
            Some(token) if token.is("}") => depth -= 1,
            Some(_) => {}
            None => return Ended::AtEnd,
        }
    }
    ended
}

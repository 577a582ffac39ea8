//! Scala 2: tokens, then the words and signs at line ends.
//!
//! Not looked at: XML literals, and the indentation syntax of Scala 3.

use super::lexer::{Brackets, Cursor, Ended, Escape};
use super::{Completeness, indent_of, last_line};
use std::ops::Range;

const INDENT: usize = 2;
/// Interpolations inside interpolations, deeper than anybody writes them.
const DEEPEST_INTERPOLATION: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
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
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != Kind::Literal
    }
}

struct Scan<'a> {
    tokens: Vec<Token<'a>>,
    /// A string, comment or interpolation that has not ended.
    ended: Ended,
}

fn scan(code: &str) -> Scan<'_> {
    let mut cursor = Cursor::new(code);
    let mut tokens = Vec::new();
    let mut ended = Ended::Yes;
    while let Some(token) = next_token(&mut cursor, &mut ended, 0) {
        tokens.push(token);
    }
    Scan { tokens, ended }
}

/// The next token; comments and blanks are passed over. What ends the text too early is noted.
fn next_token<'a>(cursor: &mut Cursor<'a>, ended: &mut Ended, level: usize) -> Option<Token<'a>> {
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
            None => return if many_lines { Ended::AtEnd } else { Ended::AtLineEnd },
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

const DEMANDING: [&str; 32] = [
    "abstract", "case", "catch", "class", "def", "do", "else", "extends", "final", "finally",
    "for", "forSome", "if", "implicit", "import", "lazy", "match", "new", "object", "override",
    "package", "private", "protected", "sealed", "throw", "trait", "try", "type", "val", "var",
    "while", "with",
];
const DEMANDING_SIGNS: [&str; 9] = ["=", "=>", "<-", "<:", ">:", ":", "@", "#", "<%"];
const MODIFIERS: [&str; 9] = [
    "abstract", "case", "final", "implicit", "lazy", "override", "private", "protected", "sealed",
];
/// A line that begins so continues the one before.
const CONTINUING: [&str; 8] = [
    "else", "catch", "finally", "yield", "extends", "with", "match", "forSome",
];

/// A bracket's purpose, and what waits inside it.
#[derive(Default, Clone, Copy)]
struct Frame {
    /// It holds the condition of `if`, `while` or `for`: something must follow it.
    is_header: bool,
    /// `do` blocks whose `while` has not come.
    pending_do: usize,
}

/// The state after each token of a statement.
struct Walk {
    brackets: Brackets<Frame>,
    outermost: Frame,
    mismatched: bool,
    /// The next bracket opens a header.
    header_next: bool,
    /// The last token closed a header.
    header_closed: bool,
    /// An annotation is being read: its name, then its arguments.
    annotation: bool,
    /// `def`, `val` or `var` at the top, without its `=` or body yet.
    declaration: Option<&'static str>,
    /// `class`, `trait` or `object` at the top, without its body yet.
    class_header: bool,
    at_start: bool,
    last: Option<(Kind, String)>,
    /// Whether the token before the last one could end an operand.
    operand_before: bool,
    after_dot: bool,
}

impl Walk {
    fn new() -> Walk {
        Walk {
            brackets: Brackets::new(),
            outermost: Frame::default(),
            mismatched: false,
            header_next: false,
            header_closed: false,
            annotation: false,
            declaration: None,
            class_header: false,
            at_start: true,
            last: None,
            operand_before: false,
            after_dot: false,
        }
    }

    fn depth(&self) -> usize {
        self.brackets.depth()
    }

    fn frame(&mut self) -> &mut Frame {
        match self.brackets.innermost() {
            Some(frame) => frame,
            None => &mut self.outermost,
        }
    }

    fn step(&mut self, token: &Token<'_>) {
        let at_top = self.depth() == 0;
        let last_ended_operand = self.last.as_ref().is_some_and(|(kind, text)| {
            matches!(kind, Kind::Literal | Kind::Close)
                || (*kind == Kind::Word && !DEMANDING.contains(&text.as_str()))
        });
        self.operand_before = last_ended_operand;
        self.header_closed = false;
        match token.kind {
            Kind::Open => {
                let is_header = std::mem::take(&mut self.header_next);
                if at_top && token.text == "{" {
                    if self.declaration == Some("def") {
                        self.declaration = None;
                    }
                    self.class_header = false;
                }
                let bracket = token.text.chars().next().unwrap_or('(');
                self.brackets.push(
                    bracket,
                    Frame {
                        is_header,
                        pending_do: 0,
                    },
                );
            }
            Kind::Close => {
                let bracket = token.text.chars().next().unwrap_or(')');
                match self.brackets.close(bracket) {
                    Ok(frame) => self.header_closed = frame.is_header,
                    Err(()) => self.mismatched = true,
                }
            }
            Kind::Word => self.word(token.text, at_top),
            Kind::Operator => {
                if at_top && token.text == "=" {
                    self.declaration = None;
                }
                if token.text == "@" {
                    self.annotation = true;
                }
            }
            Kind::Literal | Kind::Comma | Kind::Dot | Kind::Semicolon | Kind::Newline => {}
        }
        let is_part_of_annotation = token.text == "@"
            || token.kind == Kind::Dot
            || (token.kind == Kind::Word
                && self.last.as_ref().is_some_and(|(_, text)| text == "@" || text == "."))
            || token.kind == Kind::Open
            || token.kind == Kind::Close
            || self.depth() > 0;
        if !is_part_of_annotation {
            self.annotation = false;
        }
        self.at_start = self.at_start
            && (MODIFIERS.contains(&token.text) || self.annotation || token.text == "]");
        self.after_dot = token.kind == Kind::Dot;
        self.last = Some((token.kind, token.text.to_owned()));
    }

    fn word(&mut self, word: &str, at_top: bool) {
        if self.after_dot {
            return;
        }
        match word {
            "if" | "for" => self.header_next = true,
            "while" => {
                let frame = self.frame();
                if frame.pending_do > 0 {
                    frame.pending_do -= 1;
                } else {
                    self.header_next = true;
                }
            }
            "do" => self.frame().pending_do += 1,
            "def" if at_top && self.at_start => self.declaration = Some("def"),
            "val" if at_top && self.at_start => self.declaration = Some("val"),
            "var" if at_top && self.at_start => self.declaration = Some("var"),
            "class" | "trait" | "object" if at_top && self.at_start => self.class_header = true,
            _ => {}
        }
    }

    /// Whether what was read so far cannot be the end.
    fn demands_more(&self) -> bool {
        if self.depth() > 0 || self.header_closed || self.annotation || self.outermost.pending_do > 0
        {
            return true;
        }
        let Some((kind, text)) = &self.last else {
            return false;
        };
        match kind {
            Kind::Word => {
                (text == "yield" || DEMANDING.contains(&text.as_str()))
                    || self.declaration.is_some()
            }
            Kind::Operator => DEMANDING_SIGNS.contains(&text.as_str()),
            Kind::Comma | Kind::Dot => true,
            Kind::Close => self.declaration.is_some(),
            Kind::Literal | Kind::Open | Kind::Semicolon | Kind::Newline => false,
        }
    }

    /// Whether the last token is an operator with an operand before it: a line that follows is its
    /// other operand.
    fn ends_in_infix_operator(&self) -> bool {
        matches!(self.last, Some((Kind::Operator, _))) && self.operand_before
    }

    /// Whether a token at the beginning of a line continues the statement.
    fn continues_with(&self, token: &Token<'_>) -> bool {
        match token.kind {
            Kind::Dot | Kind::Close => true,
            Kind::Word => {
                CONTINUING.contains(&token.text)
                    || (token.text == "while" && self.outermost.pending_do > 0)
            }
            Kind::Operator => matches!(token.text, "=>" | "="),
            Kind::Open => token.text == "{" && (self.class_header || self.declaration.is_some()),
            Kind::Literal | Kind::Comma | Kind::Semicolon | Kind::Newline => false,
        }
    }
}

pub(super) fn completeness(code: &str) -> Completeness {
    let scan = scan(code);
    match scan.ended {
        Ended::AtEnd => return Completeness::Incomplete { indent: 0 },
        Ended::AtLineEnd => return Completeness::Invalid,
        Ended::Yes => {}
    }
    let mut walk = Walk::new();
    for token in &scan.tokens {
        if token.kind == Kind::Semicolon && walk.depth() == 0 {
            walk = Walk::new();
        } else if token.kind != Kind::Newline {
            // A new statement begins where the splitter would begin one.
            if walk.depth() == 0 && begins_line(&scan.tokens, token) && !walk_continues(&walk, token)
            {
                walk = Walk::new();
            }
            walk.step(token);
        }
        if walk.mismatched {
            return Completeness::Invalid;
        }
    }
    if !walk.demands_more() {
        return Completeness::Complete;
    }
    let line = last_line(code);
    let opens = scan
        .tokens
        .iter()
        .rfind(|token| token.kind != Kind::Newline)
        .is_some_and(|token| !matches!(token.kind, Kind::Close | Kind::Comma | Kind::Literal))
        && line_opens(line, walk.depth() == 0);
    let indent = indent_of(line) + if opens { INDENT } else { 0 };
    Completeness::Incomplete { indent }
}

fn begins_line(tokens: &[Token<'_>], token: &Token<'_>) -> bool {
    let index = tokens.partition_point(|other| other.start < token.start);
    index > 0 && tokens[index - 1].kind == Kind::Newline
}

fn walk_continues(walk: &Walk, token: &Token<'_>) -> bool {
    walk.demands_more() || walk.ends_in_infix_operator() || walk.continues_with(token)
}

/// Whether the line's end asks for an indented next one.
fn line_opens(line: &str, at_top: bool) -> bool {
    let line = line.trim_end();
    at_top || line.ends_with(['{', '(', '[']) || line.ends_with("=>") || line.ends_with('=')
}

pub(super) fn statement_ranges(source: &str) -> Vec<Range<usize>> {
    let scan = scan(source);
    let mut statements: Vec<Range<usize>> = Vec::new();
    let mut walk = Walk::new();
    let mut inside = false;
    let mut new_line = false;
    for token in &scan.tokens {
        let at_top = walk.depth() == 0;
        match token.kind {
            Kind::Newline => {
                new_line = true;
                continue;
            }
            Kind::Semicolon if at_top => {
                // `if (a) b; else c` is one statement; `else` then finds the last one again.
                inside = false;
                new_line = false;
                continue;
            }
            _ => {}
        }
        if inside && at_top && new_line && !walk_continues(&walk, token) {
            inside = false;
        }
        new_line = false;
        let is_else = token.is("else") && !inside && !statements.is_empty();
        if inside || is_else {
            if let Some(last) = statements.last_mut() {
                last.end = token.end();
            }
            inside = true;
        } else {
            walk = Walk::new();
            statements.push(token.start..token.end());
            inside = true;
        }
        walk.step(token);
    }
    merge_companions(source, statements)
}

/// A class and the object of its name must reach the compiler together.
fn merge_companions(source: &str, statements: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<(Range<usize>, Option<(bool, &str)>)> = Vec::new();
    for range in statements {
        let defined = defined_class(&source[range.clone()]);
        if let (Some((last, before)), Some((is_object, name))) = (merged.last_mut(), defined)
            && let Some((was_object, same)) = *before
            && same == name
            && was_object != is_object
        {
            last.end = range.end;
            *before = None;
            continue;
        }
        merged.push((range, defined));
    }
    merged.into_iter().map(|(range, _)| range).collect()
}

/// Whether a statement defines an object, and the name of what it defines.
fn defined_class(code: &str) -> Option<(bool, &str)> {
    let mut cursor = Cursor::new(code);
    let mut ended = Ended::Yes;
    let mut depth = 0usize;
    let mut annotation = false;
    loop {
        let token = next_token(&mut cursor, &mut ended, 0)?;
        match token.kind {
            Kind::Newline | Kind::Dot => {}
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            Kind::Operator if token.text == "@" => annotation = true,
            Kind::Word if annotation => annotation = false,
            Kind::Word if MODIFIERS.contains(&token.text) => {}
            Kind::Word if ["class", "trait", "object"].contains(&token.text) => {
                let name = next_token(&mut cursor, &mut ended, 0)?;
                return Some((token.text == "object", name.text));
            }
            _ => return None,
        }
    }
}

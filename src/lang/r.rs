//! R: a statement ends at a line's end or at `;` as soon as it could end there.
//!
//! So `}` newline `else` is an error at top level, as in R's own shell.

use super::lexer::{Brackets, Cursor, Ended, Escape};
use super::{Completeness, indent_of, last_line};
use std::ops::Range;

const INDENT: usize = 2;
/// After these more must come.
const DEMANDING: [&str; 7] = ["else", "for", "function", "if", "in", "repeat", "while"];
/// What follows their brackets is their body.
const HEADERS: [&str; 5] = ["for", "function", "if", "while", "\\"];
const OPERATORS: &str = "+-*/^<>=!&|~?:$@\\";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A part of a statement; `true`: what it belongs to goes on after it.
    Part(bool),
    /// A newline or a semicolon outside brackets, where a statement can end.
    End,
}

struct Token {
    kind: Kind,
    range: Range<usize>,
}

struct Scan {
    tokens: Vec<Token>,
    depth: usize,
    /// How the last string ended.
    ended: Ended,
    /// A bracket that matches none, or an operator that has no end.
    broken: bool,
}

fn scan(code: &str) -> Scan {
    let mut cursor = Cursor::new(code);
    let mut found = Scan {
        tokens: Vec::new(),
        depth: 0,
        ended: Ended::Yes,
        broken: false,
    };
    // What a bracket was opened by.
    let mut brackets: Brackets<bool> = Brackets::new();
    let mut demands = false;
    let mut after_header = false;
    while let Some(c) = cursor.peek() {
        let start = cursor.position;
        if c == '#' {
            cursor.skip_line();
            continue;
        }
        if let Some(ended) = quoted(&mut cursor) {
            found.ended = ended;
            demands = false;
        } else if c.is_alphanumeric() || c == '.' || c == '_' {
            let word = cursor.eat_while(|c| c.is_alphanumeric() || c == '.' || c == '_');
            let is_name = found.names_what_follows(code);
            demands = !is_name && DEMANDING.contains(&word);
            after_header = !is_name && HEADERS.contains(&word);
            found.push(start..cursor.position, Kind::Part(demands));
            continue;
        } else {
            cursor.next();
            match c {
                '\n' | ';' if brackets.depth() == 0 => {
                    let goes_on = c == '\n' && demands;
                    if !goes_on {
                        found.push(start..cursor.position, Kind::End);
                        (demands, after_header) = (false, false);
                    }
                    continue;
                }
                _ if c.is_whitespace() => continue,
                '(' | '[' | '{' => {
                    brackets.push(c, c == '(' && after_header);
                    demands = false;
                }
                ')' | ']' | '}' => match brackets.close(c) {
                    Ok(is_header) => demands = is_header,
                    Err(()) => (demands, found.broken) = (false, true),
                },
                '%' => {
                    cursor.eat_while(|c| c != '%' && c != '\n');
                    demands = cursor.eat("%");
                    found.broken |= !demands;
                }
                _ => demands = OPERATORS.contains(c),
            }
        }
        after_header = c == '\\';
        found.push(start..cursor.position, Kind::Part(demands));
    }
    found.depth = brackets.depth();
    found
}

/// All brackets outside literals and comments, each with its place.
pub(super) fn brackets(code: &str) -> Vec<(usize, char)> {
    let tokens = scan(code).tokens.into_iter();
    let first = tokens.filter_map(|token| {
        let first = code[token.range.clone()].chars().next()?;
        Some((token.range.start, first))
    });
    first.filter(|(_, c)| "()[]{}".contains(*c)).collect()
}

impl Scan {
    fn push(&mut self, range: Range<usize>, kind: Kind) {
        self.tokens.push(Token { kind, range });
    }

    /// Whether a word after the last token is a name, whatever it is: `x$repeat`, `pkg::function`.
    fn names_what_follows(&self, code: &str) -> bool {
        self.tokens
            .last()
            .is_some_and(|last| match &code[last.range.clone()] {
                "$" | "@" => true,
                ":" => code[..last.range.end].ends_with("::"),
                _ => false,
            })
    }
}

/// A string, a raw string or a name in backticks, if the cursor stands on one.
fn quoted(cursor: &mut Cursor<'_>) -> Option<Ended> {
    for quote in ["'", "\"", "`"] {
        if cursor.eat(quote) {
            return Some(cursor.skip_quoted(quote, Escape::Backslash, true));
        }
    }
    // r"---(…)---"
    let before = cursor.text[..cursor.position].chars().next_back();
    let rest = cursor.rest();
    if !rest.starts_with(['r', 'R']) || before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let quote = rest[1..].chars().next().filter(|c| "'\"".contains(*c))?;
    let dashes = rest[2..].len() - rest[2..].trim_start_matches('-').len();
    let closing = match rest[2 + dashes..].chars().next()? {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    cursor.position += 3 + dashes;
    let end = format!("{closing}{}{quote}", "-".repeat(dashes));
    Some(cursor.skip_quoted(&end, Escape::Never, true))
}

pub(super) fn completeness(code: &str) -> Completeness {
    let scan = scan(code);
    if scan.ended != Ended::Yes {
        return Completeness::Incomplete { indent: 0 };
    }
    if scan.broken {
        return Completeness::Invalid;
    }
    let demands = scan
        .tokens
        .last()
        .is_some_and(|last| last.kind == Kind::Part(true));
    if scan.depth == 0 && !demands {
        return Completeness::Complete;
    }
    let line = last_line(code).trim_end();
    let opens = line.ends_with(['(', '[', '{']) || demands;
    Completeness::Incomplete {
        indent: indent_of(line) + if opens { INDENT } else { 0 },
    }
}

pub(super) fn statement_ranges(source: &str) -> Vec<Range<usize>> {
    let mut statements: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    for token in scan(source).tokens {
        match (token.kind, statements.last_mut()) {
            (Kind::End, _) => inside = false,
            (Kind::Part(_), Some(last)) if inside => last.end = token.range.end,
            (Kind::Part(_), _) => {
                statements.push(token.range);
                inside = true;
            }
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_with_its_statement() {
        assert_eq!(statement_ranges("\\;(a)\nb").len(), 3);
    }

    #[test]
    fn a_name_of_a_part_is_no_keyword() {
        for code in [
            "x$repeat",
            "x$function",
            "l$if",
            "x$ if",
            "x@for",
            "p::while",
            "p:::else",
            "x$if(a)",
        ] {
            assert_eq!(completeness(code), Completeness::Complete, "{code}");
            let two = format!("{code}\ny");
            assert_eq!(statement_ranges(&two).len(), 2, "{code}");
        }
        for code in [
            "repeat",
            "x:function(a)",
            "x $",
            "f(x) # $\nif (a)",
            "'$'; if",
        ] {
            let answer = completeness(code);
            assert!(matches!(answer, Completeness::Incomplete { .. }), "{code}");
        }
    }
}

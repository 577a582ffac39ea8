//! SQL: statements end at `;` outside quotes and comments.

mod compound;

use super::lexer::{Brackets, Cursor, Ended, Escape};
use super::{Completeness, indent_of, last_line};
use compound::Compound;
use std::ops::Range;

/// Words after which a statement cannot end.
const DEMANDING: [&str; 26] = [
    "select", "from", "where", "and", "or", "not", "on", "join", "by", "as", "in", "like",
    "between", "having", "union", "all", "with", "when", "then", "else", "case", "values", "into",
    "set", "using", "over",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Semicolon,
    Other,
}

struct Token<'a> {
    kind: Kind,
    range: Range<usize>,
    text: &'a str,
}

struct Scan<'a> {
    tokens: Vec<Token<'a>>,
    depth: usize,
    ended: Ended,
    mismatched: bool,
}

fn scan(code: &str) -> Scan<'_> {
    let mut cursor = Cursor::new(code);
    let mut tokens = Vec::new();
    let mut brackets: Brackets = Brackets::new();
    let (mut ended, mut mismatched) = (Ended::Yes, false);
    while let Some(c) = cursor.peek() {
        let start = cursor.position;
        let mut kind = Kind::Other;
        if c.is_whitespace() {
            cursor.next();
            continue;
        } else if cursor.starts_with("--") {
            cursor.skip_line();
            continue;
        } else if cursor.eat("/*") {
            ended = cursor.skip_block_comment(true);
            continue;
        }
        cursor.next();
        match c {
            '\'' => ended = cursor.skip_quoted("'", Escape::Backslash, true),
            '"' => ended = cursor.skip_quoted("\"", Escape::Backslash, true),
            'r' | 'R' if cursor.eat("'") => ended = cursor.skip_quoted("'", Escape::Never, true),
            'r' | 'R' if cursor.eat("\"") => ended = cursor.skip_quoted("\"", Escape::Never, true),
            '`' => ended = cursor.skip_quoted("`", Escape::Doubled, true),
            '(' => brackets.push('(', ()),
            ')' => mismatched |= brackets.close(')').is_err(),
            ';' => kind = Kind::Semicolon,
            _ if c.is_alphanumeric() || c == '_' => {
                cursor.eat_while(|c| c.is_alphanumeric() || c == '_');
                kind = Kind::Word;
            }
            _ => {}
        }
        let range = start..cursor.position;
        let text = &code[range.clone()];
        tokens.push(Token { kind, range, text });
    }
    Scan {
        tokens,
        depth: brackets.depth(),
        ended,
        mismatched,
    }
}

/// All brackets outside literals and comments, each with its place.
pub(super) fn brackets(code: &str) -> Vec<(usize, char)> {
    let tokens = scan(code).tokens.into_iter();
    let first = tokens.filter_map(|token| Some((token.range.start, token.text.chars().next()?)));
    first.filter(|(_, c)| "()[]{}".contains(*c)).collect()
}

pub(super) fn completeness(code: &str) -> Completeness {
    let scan = scan(code);
    if scan.ended != Ended::Yes {
        return Completeness::Incomplete { indent: 0 };
    }
    if scan.mismatched {
        return Completeness::Invalid;
    }
    let Some(last) = scan.tokens.last() else {
        return Completeness::Complete;
    };
    let demands = match last.kind {
        Kind::Word => {
            // `select a.from` and the like: a name after a dot is no keyword.
            let named = scan.tokens.len() > 1 && scan.tokens[scan.tokens.len() - 2].text == ".";
            // `set` alone lists the settings.
            let alone = scan.tokens.len() == 1 && last.text.eq_ignore_ascii_case("set");
            !named && !alone && DEMANDING.contains(&last.text.to_ascii_lowercase().as_str())
        }
        Kind::Semicolon => false,
        Kind::Other => matches!(last.text, "," | "." | "=" | "<" | ">" | "+" | "/" | "|"),
    };
    if statements(&scan.tokens).1 {
        let indent = indent_of(last_line(code));
        return Completeness::Incomplete { indent };
    }
    // A semicolon ends the statement, whatever is open: the server shall say what is wrong.
    if last.kind != Kind::Semicolon && (scan.depth > 0 || demands) {
        let indent = indent_of(last_line(code));
        return Completeness::Incomplete { indent };
    }
    Completeness::Complete
}

/// Whether neither `;` nor an empty line ends it. A text without a statement has none to end.
pub(super) fn awaits_end(code: &str) -> bool {
    let tokens = scan(code).tokens;
    let is_ended = tokens
        .last()
        .is_none_or(|last| last.kind == Kind::Semicolon);
    let last = code.rsplit('\n').next().unwrap_or_default();
    !is_ended && !last.trim().is_empty()
}

pub(super) fn statement_ranges(source: &str) -> Vec<Range<usize>> {
    statements(&scan(source).tokens).0
}

/// The statements' places, and whether the last one is compound and not at its end.
fn statements(tokens: &[Token<'_>]) -> (Vec<Range<usize>>, bool) {
    let mut statements: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    let mut compound: Option<Compound> = None;
    let mut is_open = false;
    for token in tokens {
        if !inside && token.text.eq_ignore_ascii_case("begin") {
            compound = Some(Compound::default());
        }
        is_open = compound.as_mut().is_some_and(|one| one.takes(token.text));
        if token.kind == Kind::Semicolon && !is_open {
            inside = false;
            compound = None;
        } else if !inside {
            statements.push(token.range.clone());
            inside = true;
        } else if let Some(last) = statements.last_mut() {
            last.end = token.range.end;
        }
    }
    (statements, is_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(source: &str) -> Vec<&str> {
        let ranges = statement_ranges(source);
        ranges.into_iter().map(|range| &source[range]).collect()
    }

    #[test]
    fn a_statement_ends_with_a_semicolon_or_an_empty_line() {
        for (code, awaits) in [
            ("select 1", true),
            ("select 1;", false),
            ("select 1; -- two", false),
            ("select 1; select 2", true),
            ("select 1 -- ;", true),
            ("select ';'", true),
            ("select 1 /* ; */", true),
            ("delete from t\nwhere x = 1", true),
            ("delete from t\n\nwhere x = 1", true),
            ("select 1\n", false),
            ("select 1\n  ", false),
            ("begin select 1; end", true),
            ("begin select 1; end;", false),
            ("-- a comment", false),
            ("", false),
        ] {
            assert_eq!(awaits_end(code), awaits, "{code}");
        }
    }

    #[test]
    fn a_raw_string_takes_no_backslash() {
        assert_eq!(
            codes(r"select r'a\'; select 2; select 'x'"),
            [r"select r'a\'", "select 2", "select 'x'"]
        );
        assert_eq!(
            codes(r#"select R"a\"; select 2"#),
            [r#"select R"a\""#, "select 2"]
        );
        for one in [r"select 'a\'; select 2; select '", r"select bar'a\';'"] {
            assert_eq!(codes(one), [one]);
        }
        assert_eq!(completeness(r"select r'\'"), Completeness::Complete);
    }
}

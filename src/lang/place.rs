//! What a place in a text is, and the names that stand in its code: for whoever completes names. It looks
//! at literals and comments, and at nothing else.

use super::Language;
use super::lexer::{Cursor, Ended, Escape};
use std::ops::Range;

/// What stands at the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Code,
    Comment,
    /// In a literal whose text begins there.
    Literal {
        start: usize,
    },
}

/// A name in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    pub text: &'a str,
    /// Its first byte.
    pub start: usize,
    /// Whether it stands behind a dot.
    pub is_member: bool,
}

pub fn place_at_end(language: Language, text: &str) -> Place {
    scan(language, text, |_| {})
}

/// The names of its code, in their order; words of the language are among them.
pub fn names(language: Language, text: &str) -> Vec<Name<'_>> {
    let mut found = Vec::new();
    scan(language, text, |code| names_in(text, code, &mut found));
    found
}

/// Whether a character can be part of a name.
pub fn is_name_part(language: Language, c: char) -> bool {
    let is_sign = match language {
        Language::Scala => c == '$',
        Language::R => c == '.',
        Language::Python | Language::Sql => false,
    };
    c.is_alphanumeric() || c == '_' || is_sign
}

fn names_in<'a>(text: &'a str, code: Range<usize>, found: &mut Vec<Name<'a>>) {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut cursor = Cursor::new(&text[..code.end]);
    cursor.position = code.start;
    while let Some(c) = cursor.peek() {
        if !is_part(c) {
            cursor.next();
            continue;
        }
        let start = cursor.position;
        let name = cursor.eat_while(is_part);
        if !c.is_numeric() {
            found.push(Name {
                text: name,
                start,
                is_member: text[..start].trim_end().ends_with('.'),
            });
        }
    }
}

/// Goes through the text; tells what of it is code.
fn scan(language: Language, text: &str, mut code: impl FnMut(Range<usize>)) -> Place {
    let mut cursor = Cursor::new(text);
    let mut from = 0;
    while cursor.peek().is_some() {
        let before = cursor.position;
        let Some(opened) = Opened::at(language, &mut cursor) else {
            cursor.next();
            continue;
        };
        code(from..before);
        let start = cursor.position;
        let ended = opened.skip(&mut cursor);
        from = cursor.position;
        let place = match opened {
            Opened::Line | Opened::Block { .. } => Place::Comment,
            Opened::Quoted { .. } => Place::Literal { start },
        };
        // A comment up to the end of its line ends where the line does.
        let is_open = match opened {
            Opened::Line => cursor.peek().is_none(),
            Opened::Block { .. } | Opened::Quoted { .. } => ended == Ended::AtEnd,
        };
        if is_open {
            return place;
        }
    }
    code(from..text.len());
    Place::Code
}

/// What begins that is no code.
#[derive(Clone, Copy)]
enum Opened {
    /// A comment to the end of the line.
    Line,
    Block {
        nested: bool,
    },
    Quoted {
        quote: &'static str,
        escape: Escape,
        many_lines: bool,
    },
}

impl Opened {
    /// Eats what it begins with.
    fn at(language: Language, cursor: &mut Cursor<'_>) -> Option<Opened> {
        let quoted = |quote, escape, many_lines| Opened::Quoted {
            quote,
            escape,
            many_lines,
        };
        let comment = match language {
            Language::Scala => "//",
            Language::Python | Language::R => "#",
            Language::Sql => "--",
        };
        if cursor.eat(comment) {
            return Some(Opened::Line);
        }
        let has_blocks = matches!(language, Language::Scala | Language::Sql);
        if has_blocks && cursor.eat("/*") {
            let nested = language == Language::Scala;
            return Some(Opened::Block { nested });
        }
        if language == Language::Scala && skip_character(cursor) {
            return None;
        }
        let triple = match language {
            Language::Scala => ["\"\"\""].as_slice(),
            Language::Python => ["\"\"\"", "'''"].as_slice(),
            Language::Sql | Language::R => [].as_slice(),
        };
        let escape = match language {
            Language::Scala => Escape::Never,
            Language::Python | Language::Sql | Language::R => Escape::Backslash,
        };
        if let Some(quote) = triple.iter().find(|quote| cursor.eat(quote)) {
            return Some(quoted(quote, escape, true));
        }
        if cursor.eat("\"") {
            let many_lines = matches!(language, Language::Sql | Language::R);
            return Some(quoted("\"", Escape::Backslash, many_lines));
        }
        let has_single = language != Language::Scala;
        if has_single && cursor.eat("'") {
            let many_lines = language != Language::Python;
            return Some(quoted("'", Escape::Backslash, many_lines));
        }
        None
    }

    fn skip(self, cursor: &mut Cursor<'_>) -> Ended {
        match self {
            Opened::Line => {
                cursor.skip_line();
                Ended::AtLineEnd
            }
            Opened::Block { nested } => cursor.skip_block_comment(nested),
            Opened::Quoted {
                quote,
                escape,
                many_lines,
            } => cursor.skip_quoted(quote, escape, many_lines),
        }
    }
}

/// Moves to the end of a character of Scala such as `'"'`; a sign like `'a` is none.
fn skip_character(cursor: &mut Cursor<'_>) -> bool {
    let mut ahead = cursor.clone();
    if !ahead.eat("'") {
        return false;
    }
    if ahead.eat("\\") {
        ahead.next();
        ahead.eat_while(|c| c.is_ascii_hexdigit());
    } else {
        ahead.next();
    }
    // What follows it is eaten by whoever goes on.
    if !ahead.starts_with("'") {
        return false;
    }
    *cursor = ahead;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_code_a_comment_or_a_literal() {
        use Language::{Python, R, Scala, Sql};
        for (language, text, place) in [
            (Scala, "val x = ", Place::Code),
            (Scala, "f(\"a", Place::Literal { start: 3 }),
            (Scala, "f(\"a\\\"", Place::Literal { start: 3 }),
            (Scala, "f(\"a\") + ", Place::Code),
            (Scala, "s\"\"\"a\nb", Place::Literal { start: 4 }),
            (Scala, "'\"' + ", Place::Code),
            (Scala, "'\\u0041' + 'a + ", Place::Code),
            (Scala, "x // a", Place::Comment),
            (Scala, "x // a\n", Place::Code),
            (Scala, "/* a /* b */ ", Place::Comment),
            (Python, "x = 'a", Place::Literal { start: 5 }),
            (Python, "x = '''a\n'", Place::Literal { start: 7 }),
            (Python, "x = 'a'  # b", Place::Comment),
            (Python, "x = 'it\ny = ", Place::Code),
            (Sql, "select 'a", Place::Literal { start: 8 }),
            (Sql, "select 'a' from ", Place::Code),
            (Sql, "-- x", Place::Comment),
            (R, "f('a\nb", Place::Literal { start: 3 }),
        ] {
            assert_eq!(place_at_end(language, text), place, "{text:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_code() {
        let found = names(
            Language::Python,
            "rows = spark.range(10) # no\nprint('no', rows.count())",
        );
        let words: Vec<(&str, bool)> = found.iter().map(|one| (one.text, one.is_member)).collect();
        let expected = [
            ("rows", false),
            ("spark", false),
            ("range", true),
            ("print", false),
            ("rows", false),
            ("count", true),
        ];
        assert_eq!(words, expected);
    }
}

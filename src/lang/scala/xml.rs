//! XML literals: elements with text, attributes and code in braces.

use super::keywords::Keyword;
use super::literals::{DEEPEST_INTERPOLATION, braced_code};
use super::tokens::is_word_byte;
use crate::lang::lexer::{Cursor, Ended, Escape};

/// Markup that holds no elements: how it begins and how it ends.
const RAW: [(&str, &str); 4] = [
    ("<!--", "-->"),
    ("<![CDATA[", "]]>"),
    ("<?", "?>"),
    ("<xml:unparsed", "</xml:unparsed>"),
];

/// Whether the sign at the cursor opens markup, as the compiler tells it from a comparison: by the
/// characters on both of its sides. After a name or a number on the same line the compiler would
/// only find an error.
pub(super) fn begins(cursor: &Cursor<'_>) -> bool {
    let mut rest = cursor.rest().chars().skip(1);
    if !rest
        .next()
        .is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '!' | '?'))
    {
        return false;
    }
    let before = &cursor.text[..cursor.position];
    match before.chars().next_back() {
        // The last two begin a statement here: the end of another one, and of a comment.
        None | Some('{' | '(' | '>' | ';' | '/') => true,
        Some(c) if c.is_whitespace() => {
            let before = before.as_bytes();
            let line = before.trim_ascii_end();
            let word = line.iter().rev().take_while(|byte| is_word_byte(**byte));
            let word = &line[line.len() - word.count()..];
            let word = str::from_utf8(word).unwrap_or_default();
            let new_line = before[line.len()..].contains(&b'\n');
            new_line || word.is_empty() || Keyword::of(word).is_some_and(|word| !word.can_end())
        }
        Some(_) => false,
    }
}

/// Moves past elements that stand beside each other; the cursor stands on the first one.
pub(super) fn skip(cursor: &mut Cursor<'_>, level: usize) -> Ended {
    if level >= DEEPEST_INTERPOLATION {
        cursor.position += 1;
        return Ended::Yes;
    }
    loop {
        match element(cursor, level + 1) {
            Ended::Yes => {}
            ended => return ended,
        }
        let mut ahead = cursor.clone();
        ahead.eat_while(char::is_whitespace);
        if ahead.byte() != Some(b'<') {
            return Ended::Yes;
        }
        *cursor = ahead;
    }
}

/// An element with all that it holds.
fn element(cursor: &mut Cursor<'_>, level: usize) -> Ended {
    let mut depth = 0usize;
    loop {
        let raw = RAW.iter().find(|(begin, _)| cursor.eat(begin));
        let ended = if let Some((_, end)) = raw {
            cursor.skip_quoted(end, Escape::Never, true)
        } else if cursor.eat("</") {
            depth = depth.saturating_sub(1);
            cursor.skip_quoted(">", Escape::Never, true)
        } else {
            depth += 1;
            tag(cursor, &mut depth, level)
        };
        if ended != Ended::Yes || depth == 0 {
            return ended;
        }
        match content(cursor, level) {
            Ended::Yes => {}
            ended => return ended,
        }
    }
}

/// An opening tag; one that closes itself takes its depth back.
fn tag(cursor: &mut Cursor<'_>, depth: &mut usize, level: usize) -> Ended {
    cursor.position += 1;
    loop {
        let wanted = |byte| matches!(byte, b'"' | b'\'' | b'{' | b'/' | b'>');
        let Some(byte) = cursor.skip_to(wanted) else {
            return Ended::AtEnd;
        };
        if cursor.eat("/>") {
            *depth -= 1;
            return Ended::Yes;
        }
        cursor.position += 1;
        let ended = match byte {
            b'>' => return Ended::Yes,
            b'"' => cursor.skip_quoted("\"", Escape::Never, true),
            b'\'' => cursor.skip_quoted("'", Escape::Never, true),
            b'{' => braced_code(cursor, level),
            _ => Ended::Yes,
        };
        if ended != Ended::Yes {
            return ended;
        }
    }
}

/// Text and code, up to the next markup.
fn content(cursor: &mut Cursor<'_>, level: usize) -> Ended {
    loop {
        match cursor.skip_to(|byte| matches!(byte, b'<' | b'{')) {
            None => return Ended::AtEnd,
            Some(b'<') => return Ended::Yes,
            Some(_) if cursor.eat("{{") => {}
            Some(_) => {
                cursor.position += 1;
                match braced_code(cursor, level) {
                    Ended::Yes => {}
                    ended => return ended,
                }
            }
        }
    }
}

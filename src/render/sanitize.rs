//! Nothing remote reaches a terminal unfiltered.
//!
//! Kept are text, newlines, tabs and colours (`ESC [ digits m`). Dropped is everything else that a
//! terminal would obey: other escape sequences, control characters, the C1 controls, and the
//! characters that turn the direction of text. By hand, because no crate keeps colours and tabs
//! and passes clean text at memory speed.

use std::borrow::Cow;

const ESCAPE: char = '\u{1b}';
const RESET: &str = "\u{1b}[0m";

/// A text as it may be shown; clean text is passed through.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut coloured = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            ESCAPE => {
                let length = escape_length(after);
                if is_colour(&after[..length]) {
                    clean.push(ESCAPE);
                    clean.push_str(&after[..length]);
                    coloured = true;
                }
                &after[length..]
            }
            // A line that was redrawn in place shows its last state.
            '\r' => {
                if !after.starts_with('\n') && !after.is_empty() {
                    let line = clean.rfind('\n').map_or(0, |newline| newline + 1);
                    clean.truncate(line);
                }
                after
            }
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => &after[string_length(after)..],
            '\u{9b}' => &after[csi_length(after)..],
            '\n' | '\t' => {
                clean.push(c);
                after
            }
            _ => {
                if !is_live(c) {
                    clean.push(c);
                }
                after
            }
        };
    }
    if coloured {
        clean.push_str(RESET);
    }
    Cow::Owned(clean)
}

/// A remote text on one line: control characters shown as escapes, colours dropped.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let has_breaks = text.bytes().any(|byte| byte == b'\n' || byte == b'\t');
    if !has_breaks && is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            _ if is_live(c) => line.extend(c.escape_unicode()),
            _ => line.push(c),
        }
    }
    Cow::Owned(line)
}

/// Whether no byte of the text could begin something live; false may be a false alarm.
fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    // One pass over the bytes: multi-byte live characters begin with C2 or E2.
    let suspicious =
        |byte: u8| (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f || byte == 0xc2;
    if !bytes
        .iter()
        .any(|&byte| suspicious(byte) || byte == 0xe2 || byte == 0xd8)
    {
        return true;
    }
    !text.chars().any(is_live)
}

/// What a terminal obeys instead of showing it; newlines and tabs are not meant.
fn is_live(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // Marks, embeddings, overrides and isolates of the text's direction.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        _ => false,
    }
}

fn is_colour(sequence: &str) -> bool {
    sequence
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix('m'))
        .is_some_and(|inner| {
            inner
                .chars()
                .all(|c| c.is_ascii_digit() || c == ';' || c == ':')
        })
}

/// Length of an escape sequence after its ESC.
fn escape_length(after: &str) -> usize {
    match after.chars().next() {
        Some('[') => 1 + csi_length(&after[1..]),
        Some(']' | 'P' | 'X' | '^' | '_') => 1 + string_length(&after[1..]),
        // Two or three characters: charset switches and the like.
        Some(' '..='/') => {
            let intermediate = after
                .bytes()
                .take_while(|b| (0x20..0x30).contains(b))
                .count();
            let last = after[intermediate..].chars().next();
            intermediate
                + last
                    .filter(char::is_ascii_graphic)
                    .map_or(0, char::len_utf8)
        }
        Some(c) if c.is_ascii_graphic() => 1,
        _ => 0,
    }
}

/// Parameters, intermediates and the final byte; one that is broken off ends before what breaks it.
fn csi_length(after: &str) -> usize {
    let parameters = after
        .bytes()
        .take_while(|b| (0x20..0x40).contains(b))
        .count();
    let is_final = after[parameters..]
        .bytes()
        .next()
        .is_some_and(|b| (0x40..0x7f).contains(&b));
    parameters + usize::from(is_final)
}

/// A string up to its terminator, or to the end of its line: an endless one must not swallow all.
fn string_length(after: &str) -> usize {
    let mut previous = ' ';
    for (position, c) in after.char_indices() {
        match c {
            '\n' => return position,
            '\u{7}' | '\u{9c}' => return position + c.len_utf8(),
            '\\' if previous == ESCAPE => return position + 1,
            _ => previous = c,
        }
    }
    after.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a hostile result may try, and what is left of it.
    const ATTACKS: [(&str, &str); 26] = [
        ("\u{1b}]0;owned\u{7}x", "x"),
        ("\u{1b}]0;owned\u{1b}\\x", "x"),
        ("\u{1b}]52;c;ZXZpbA==\u{7}x", "x"),
        (
            "\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\",
            "link",
        ),
        ("\u{1b}P1$r0m\u{1b}\\x", "x"),
        ("\u{1b}_Gf=100;AAAA\u{1b}\\x", "x"),
        ("\u{1b}^private\u{1b}\\x", "x"),
        ("a\u{1b}[2Jb", "ab"),
        ("a\u{1b}[1;1Hb", "ab"),
        ("a\u{1b}[10Ab", "ab"),
        ("a\u{1b}[?1049hb", "ab"),
        ("a\u{1b}[6nb", "ab"),
        ("a\u{1b}[cb", "ab"),
        ("a\u{1b}cb", "ab"),
        ("a\u{1b}(0b", "ab"),
        ("a\u{1b}7b\u{1b}8", "ab"),
        ("a\u{9b}2Jb", "ab"),
        ("a\u{9d}0;t\u{9c}b", "ab"),
        ("a\u{90}q\u{9c}b", "ab"),
        ("a\u{0}b\u{8}c\u{7}", "abc"),
        ("a\u{e}b\u{f}c", "abc"),
        ("a\u{7f}b\u{85}c", "abc"),
        ("a\u{202e}b\u{2066}c\u{200f}", "abc"),
        ("a\u{1b}]0;never closed\nb", "a\nb"),
        ("a\u{1b}", "a"),
        ("a\u{1b}[31", "a"),
    ];

    #[test]
    fn attacks_leave_only_their_text() {
        for (attack, left) in ATTACKS {
            assert_eq!(sanitize(attack), left, "{attack:?}");
        }
    }

    #[test]
    fn text_tabs_newlines_and_colours_are_kept() {
        for text in [
            "plain",
            "a\tb\nc",
            "naïve — “日本” 🦀 ½ ©",
            "+---+\n|  1|\n",
        ] {
            assert!(matches!(sanitize(text), Cow::Borrowed(_)), "{text}");
        }
        assert_eq!(sanitize("\u{1b}[1;31mred"), "\u{1b}[1;31mred\u{1b}[0m");
    }

    #[test]
    fn carriage_returns_end_or_redraw_a_line() {
        assert_eq!(sanitize("a\r\nb\r\n"), "a\nb\n");
        assert_eq!(sanitize("x\n10%\r20%\r30%\ny"), "x\n30%\ny");
        assert_eq!(sanitize("done\r"), "done");
    }

    #[test]
    fn a_line_shows_controls_as_escapes() {
        assert_eq!(one_line("a\nb\t\u{1b}[2J"), "a\\nb\\t\\u{1b}[2J");
    }

    proptest! {
        #[test]
        fn nothing_live_comes_out(text in "(?s)([\u{0}-\u{ff}\u{2000}-\u{2070}]|\u{1b}[\\[\\]P(]?[0-9;]*[a-zA-Z]?){0,40}") {
            let clean = sanitize(&text);
            let mut rest: &str = &clean;
            while let Some(position) = rest.find(is_live) {
                let after = &rest[position..];
                prop_assert!(after.starts_with("\u{1b}["), "{clean:?}");
                let end = after.find('m').expect("a colour ends in m");
                prop_assert!(is_colour(&after[1..=end]), "{clean:?}");
                rest = &after[end..];
            }
            prop_assert!(!one_line(&text).chars().any(|c| is_live(c) || c == '\n'));
        }
    }
}

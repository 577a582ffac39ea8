//! Which bracket belongs to which, outside literals and comments.

use super::{Language, python, r, scala, sql};

/// The bracket at a place, or just before it, and the one that it belongs to; the first of the text
/// comes first.
pub fn bracket_pair(language: Language, text: &str, position: usize) -> Option<(usize, usize)> {
    let is_bracket = |at: &usize| {
        let byte = text.as_bytes().get(*at);
        byte.is_some_and(|byte| b"()[]{}".contains(byte))
    };
    let before = position.checked_sub(1);
    let near: Vec<usize> = [Some(position), before].into_iter().flatten().collect();
    // Nearly always there is none, and the text need not be read.
    near.iter().find(|at| is_bracket(at))?;
    let pairs = pairs(brackets(language, text));
    near.iter().find_map(|at| {
        let pair = pairs.iter().find(|(open, close)| open == at || close == at);
        pair.copied()
    })
}

/// Whether each bracket belongs to another, outside literals and comments.
pub fn are_paired(language: Language, text: &str) -> bool {
    let brackets = brackets(language, text);
    2 * pairs(brackets.clone()).len() == brackets.len()
}

fn brackets(language: Language, text: &str) -> Vec<(usize, char)> {
    match language {
        Language::Scala => scala::brackets(text),
        Language::Python => python::brackets(text),
        Language::Sql => sql::brackets(text),
        Language::R => r::brackets(text),
    }
}

/// Those that match; one that matches none is passed over.
fn pairs(brackets: Vec<(usize, char)>) -> Vec<(usize, usize)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut found = Vec::new();
    for (at, bracket) in brackets {
        let opening = match bracket {
            ')' => '(',
            ']' => '[',
            '}' => '{',
            _ => {
                open.push((at, bracket));
                continue;
            }
        };
        if open.last().is_some_and(|(_, last)| *last == opening)
            && let Some((start, _)) = open.pop()
        {
            found.push((start, at));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_literals_and_comments_belong_to_none() {
        for (language, text) in [
            (Language::Scala, "f(\")\", ')') /* ( */ // )"),
            (Language::Python, "f(')', \"\"\"(\"\"\", x) # )"),
            (Language::Sql, "f(')' /* ) */, `(`) -- )"),
            (Language::R, "f(')', \"(\", x) # )"),
        ] {
            let close = text
                .find([',', '/'])
                .map(|_| text.rfind(") ").unwrap())
                .unwrap();
            assert_eq!(bracket_pair(language, text, 1), Some((1, close)), "{text}");
            assert_eq!(
                bracket_pair(language, text, close + 1),
                Some((1, close)),
                "{text}"
            );
            assert_eq!(bracket_pair(language, text, 0), None);
            assert_eq!(bracket_pair(language, text, text.len()), None, "{text}");
        }
    }

    #[test]
    fn a_bracket_without_another_is_known() {
        for text in ["f(x)[0]", "{ \")\" }", "1 /* ) */", ""] {
            assert!(are_paired(Language::Scala, text), "{text}");
        }
        for text in ["1); println(\"x\"", "f(x", "(]", ")("] {
            assert!(!are_paired(Language::Scala, text), "{text}");
        }
    }

    #[test]
    fn the_bracket_under_the_cursor_goes_before_the_one_behind_it() {
        assert_eq!(bracket_pair(Language::Scala, "(){}", 2), Some((2, 3)));
        assert_eq!(bracket_pair(Language::Scala, "(){}", 4), Some((2, 3)));
        assert_eq!(bracket_pair(Language::Scala, "(x", 0), None);
        assert_eq!(bracket_pair(Language::Python, "[(]", 2), None);
        assert_eq!(bracket_pair(Language::R, "{\n  f(x)\n}", 0), Some((0, 9)));
        assert_eq!(bracket_pair(Language::Scala, "é(\"日\")", 2), Some((2, 8)));
    }
}

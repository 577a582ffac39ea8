//! One line of Scala by its words, so that it can be found again where comments and blanks differ.

use super::tokens::scan;

/// The words of a line, each with its first byte. The end of a comment that began on a line before
/// is passed over, with the semicolon that may follow it, as is a comment that goes on: so are lines
/// joined for a compiler that is fed line by line.
pub(in crate::lang) fn words(line: &str) -> Vec<(usize, &str)> {
    let begin = match line.trim_start().strip_prefix("*/") {
        Some(rest) => line.len() - rest.strip_prefix(';').unwrap_or(rest).len(),
        None => 0,
    };
    let tokens = scan(&line[begin..]).tokens;
    tokens
        .iter()
        .map(|token| (begin + token.start, token.text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn comments_are_no_words() {
        assert_eq!(
            words("  a + /* b */ c // d"),
            [(2, "a"), (4, "+"), (14, "c")]
        );
        assert_eq!(
            words("*/.map(f) /*"),
            [(2, "."), (3, "map"), (6, "("), (7, "f"), (8, ")")]
        );
        assert_eq!(words("*/; object B"), [(4, "object"), (11, "B")]);
        assert_eq!(words("// nothing"), []);
    }
}

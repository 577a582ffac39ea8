//! What a statement defines: its keyword, behind annotations and modifiers.

use super::keywords::is_modifier;
use super::tokens::{Kind, Lexer, Token};
use std::iter::Peekable;

/// The first word of a statement that is no modifier, and what follows it; both are empty where
/// there is none. `private[x]` and `@deprecated("…")` are passed over.
pub(in crate::lang) fn definition(code: &str) -> (&str, &str) {
    let mut tokens = Lexer::new(code)
        .filter(|token| token.kind != Kind::Newline)
        .peekable();
    while let Some(token) = tokens.next() {
        if token.is("@") {
            skip_annotation(&mut tokens);
        } else if is_modifier(token.text) {
            skip_brackets(&mut tokens, "[");
        } else {
            return (token.text, &code[token.end()..]);
        }
    }
    ("", "")
}

/// `a.b[C](d)`, whose sign was read.
fn skip_annotation<'a>(tokens: &mut Peekable<impl Iterator<Item = Token<'a>>>) {
    tokens.next();
    while tokens.next_if(|token| token.kind == Kind::Dot).is_some() {
        tokens.next();
    }
    skip_brackets(tokens, "[");
    while skip_brackets(tokens, "(") {}
}

/// Moves past what this bracket encloses, if it comes next.
fn skip_brackets<'a>(
    tokens: &mut Peekable<impl Iterator<Item = Token<'a>>>,
    bracket: &str,
) -> bool {
    if !tokens.peek().is_some_and(|token| token.is(bracket)) {
        return false;
    }
    let mut depth = 0usize;
    for token in tokens {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::definition;

    #[test]
    fn modifiers_and_annotations_are_passed_over() {
        for (code, word, rest) in [
            ("val a = 1", "val", " a = 1"),
            ("private[x] val a = 1", "val", " a = 1"),
            ("@tailrec def f", "def", " f"),
            (
                "@a.b[C](d)(\")\")\n  // e\n  protected [this] lazy val g",
                "val",
                " g",
            ),
            ("final case class A", "class", " A"),
            ("a(1)", "a", "(1)"),
            ("private", "", ""),
            ("@a(", "", ""),
            ("", "", ""),
        ] {
            assert_eq!(definition(code), (word, rest), "{code}");
        }
    }
}

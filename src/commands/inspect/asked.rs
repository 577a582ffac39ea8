//! `x?` and `x??`, before or behind a name, told from code.

use crate::commands::transfer::is_variable;
use crate::lang::Language;

/// What is asked of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub name: String,
    /// With its source.
    pub is_deep: bool,
}

/// What a line asks, or why it is not told; none where the line is code.
pub fn asked(language: Language, line: &str) -> Option<Result<Asked, String>> {
    let line = line.trim();
    let marks = |found: usize| (1..=2).contains(&found);
    let behind = line.trim_end_matches('?');
    let before = line.trim_start_matches('?');
    let (rest, count) = match (line.len() - behind.len(), line.len() - before.len()) {
        (count, 0) if marks(count) => (behind, count),
        // R has help of its own there.
        (0, count) if marks(count) && language == Language::Python => (before, count),
        _ => return None,
    };
    // In Scala a blank would make it an operator.
    let rest = match language {
        Language::Python => rest.trim(),
        Language::Scala | Language::Sql | Language::R => rest,
    };
    if is_variable(rest) {
        return Some(Ok(Asked {
            name: rest.to_owned(),
            is_deep: count == 2,
        }));
    }
    is_call(language, rest).then(|| {
        Err(format!(
            "Only a name, or a member of one, is looked at: {rest} would run code. Give it a name first."
        ))
    })
}

/// Whether it can only be meant as an expression to be looked at: no code of the language ends so.
fn is_call(language: Language, text: &str) -> bool {
    let is_name = |c: char| c.is_alphabetic() || c == '_';
    let is_closed = text.ends_with([')', ']']);
    let is_quoted = text.contains(['"', '\'', '#', '`']) || text.contains("//");
    language == Language::Python && text.starts_with(is_name) && is_closed && !is_quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(language: Language, line: &str) -> Option<(String, bool)> {
        let asked = asked(language, line)?.ok()?;
        Some((asked.name, asked.is_deep))
    }

    #[test]
    fn a_mark_asks_about_a_name() {
        let python = |line| of(Language::Python, line);
        let told = |name: &str, is_deep| Some((name.to_owned(), is_deep));
        assert_eq!(python("df?"), told("df", false));
        assert_eq!(python(" a.b.c?? "), told("a.b.c", true));
        assert_eq!(python("?df"), told("df", false));
        assert_eq!(python("??df"), told("df", true));
        assert_eq!(python("? df"), python("df ?"));
        assert_eq!(of(Language::Scala, "df?"), told("df", false));
        assert_eq!(of(Language::Scala, "größe??"), told("größe", true));
        for code in [
            "?",
            "??",
            "a???",
            "?a?",
            "x = 'what?",
            "# really?",
            "a b?",
            "1?",
        ] {
            assert_eq!(asked(Language::Python, code), None, "{code}");
        }
        for (language, code) in [
            (Language::R, "?mean"),
            (Language::Scala, "?x"),
            (Language::Scala, "x ?"),
            (Language::Scala, "val x = f(y)?"),
            (Language::Scala, "x match { case _ => ???"),
            (Language::Scala, "def todo = ???"),
            (Language::Sql, "select 'why?"),
        ] {
            assert_eq!(asked(language, code), None, "{code}");
        }
    }

    #[test]
    fn what_would_run_code_is_refused() {
        for code in ["f()?", "df.count()??", "rows[0]?"] {
            let told = asked(Language::Python, code).unwrap().unwrap_err();
            assert!(told.contains("would run code"), "{told}");
        }
    }
}

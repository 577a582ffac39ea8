//! The prompts, as spark-shell and pyspark have them.

use crate::lang::Language;

pub fn first(language: Language) -> &'static str {
    match language {
        Language::Scala => "scala> ",
        Language::Python => ">>> ",
        Language::Sql => "sql> ",
        Language::R => "> ",
    }
}

/// For the lines after the first; of the same width.
pub fn continuation(language: Language) -> &'static str {
    match language {
        Language::Scala => "     | ",
        Language::Python => "... ",
        Language::Sql => "   > ",
        Language::R => "+ ",
    }
}

/// An input as it stands on the screen where it was typed.
pub fn prompted(language: Language, code: &str) -> String {
    let separator = format!("\n{}", continuation(language));
    let lines: Vec<&str> = code.lines().collect();
    format!("{}{}", first(language), lines.join(&separator))
}

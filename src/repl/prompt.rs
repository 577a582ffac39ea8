//! The prompts, as spark-shell and pyspark have them.

use crate::lang::Language;

pub(super) fn first(language: Language) -> &'static str {
    match language {
        Language::Scala => "scala> ",
        Language::Python => ">>> ",
        Language::Sql => "sql> ",
        Language::R => "> ",
    }
}

/// For the lines after the first; of the same width.
pub(super) fn continuation(language: Language) -> &'static str {
    match language {
        Language::Scala => "     | ",
        Language::Python => "... ",
        Language::Sql => "   > ",
        Language::R => "+ ",
    }
}

//! `#!`, the line by which a script names its program.

use super::Language;

/// The language that a script's `#!` line names: with `-l`, or by its program.
pub fn language_of_first_line(text: &str) -> Option<Language> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let named = words
        .iter()
        .enumerate()
        .find_map(|(index, word)| match *word {
            "-l" | "--lang" => words.get(index + 1).copied(),
            word => word
                .strip_prefix("--lang=")
                .or_else(|| word.strip_prefix("-l")),
        });
    if let Some(language) = named.and_then(Language::from_name) {
        return Some(language);
    }
    words
        .iter()
        .find_map(|word| match word.rsplit('/').next().unwrap_or(word) {
            "scala" | "spark-shell" => Some(Language::Scala),
            "spark-sql" => Some(Language::Sql),
            "Rscript" | "sparkR" => Some(Language::R),
            program if program.starts_with("python") || program == "pyspark" => {
                Some(Language::Python)
            }
            _ => None,
        })
}

/// A script without its `#!` line, which is no code; its other lines stay where they were.
pub fn without_first_line(text: &str) -> &str {
    match text.starts_with("#!") {
        true => &text[text.find('\n').unwrap_or(text.len())..],
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_a_language() {
        for (line, language) in [
            (
                "#!/usr/bin/env -S livysh -p prod -l python",
                Some(Language::Python),
            ),
            ("#!/usr/bin/env -S livysh --lang=sql", Some(Language::Sql)),
            ("#!/usr/bin/env python3", Some(Language::Python)),
            ("#!/usr/local/bin/livysh -lscala", Some(Language::Scala)),
            ("#!/usr/bin/env spark-shell", Some(Language::Scala)),
            ("#!/usr/bin/env -S livysh -p prod", None),
            ("# -l python", None),
            ("", None),
        ] {
            assert_eq!(
                language_of_first_line(&format!("{line}\nx")),
                language,
                "{line}"
            );
        }
    }

    #[test]
    fn lines_stay_where_they_were() {
        assert_eq!(without_first_line("#!/bin/x\nval a = 1"), "\nval a = 1");
        assert_eq!(without_first_line("#!/bin/x"), "");
        assert_eq!(without_first_line("val a = 1"), "val a = 1");
    }
}

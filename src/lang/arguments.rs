//! A script's own arguments, as its language gives them to it.

use super::Language;

/// Code that sets them: `sys.argv` in Python, with the script's name first, and `args` in Scala.
/// `None` where the language has no place for them.
pub fn setting_arguments(language: Language, script: &str, arguments: &[String]) -> Option<String> {
    let all = arguments.iter().map(String::as_str);
    match language {
        Language::Python => {
            let all = std::iter::once(script).chain(all);
            let list: Vec<String> = all.map(python_literal).collect();
            Some(format!("__import__('sys').argv = [{}]", list.join(", ")))
        }
        Language::Scala => {
            let list: Vec<String> = all.map(scala_literal).collect();
            Some(format!(
                "val args: Array[String] = Array({})",
                list.join(", ")
            ))
        }
        Language::Sql | Language::R => None,
    }
}

fn python_literal(text: &str) -> String {
    literal(text, |c| format!("\\U{:08x}", u32::from(c)))
}

fn scala_literal(text: &str) -> String {
    literal(text, |c| {
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter();
        units.map(|unit| format!("\\u{unit:04x}")).collect()
    })
}

/// In quotes, with everything but plain characters escaped.
fn literal(text: &str, escaped: impl Fn(char) -> String) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        let is_plain = (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\');
        match c {
            // Scala 2.12 reads `\u0022` as the quote itself, so these two keep their short form.
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            _ if is_plain => quoted.push(c),
            _ => quoted.push_str(&escaped(c)),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_they_hold_they_stay_one_argument() {
        let arguments = ["a b", "\"\\$x\n", "é😀", ""].map(str::to_owned);
        assert_eq!(
            setting_arguments(Language::Python, "job.py", &arguments).unwrap(),
            "__import__('sys').argv = [\"job.py\", \"a b\", \"\\\"\\\\$x\\n\", \
             \"\\U000000e9\\U0001f600\", \"\"]"
        );
        assert_eq!(
            setting_arguments(Language::Scala, "job.scala", &arguments).unwrap(),
            "val args: Array[String] = Array(\"a b\", \"\\\"\\\\$x\\n\", \
             \"\\u00e9\\ud83d\\ude00\", \"\")"
        );
        assert_eq!(setting_arguments(Language::Sql, "a.sql", &arguments), None);
    }
}

//! What a statement of Scala had printed before it failed.

use super::compiler::messages;
use super::java;
use crate::lang::Language;
use crate::livy::Failure;

/// Livy gives all that a statement wrote as its error: what the code had printed before it failed
/// becomes the failure's printed text.
pub fn untangle(failure: Failure, language: Language) -> Failure {
    if language != Language::Scala || failure.printed.is_some() {
        return failure;
    }
    let text = format!(
        "{}\n{}",
        failure.evalue.trim_end(),
        failure.traceback.concat()
    );
    let lines: Vec<&str> = text.lines().collect();
    let Some(header) = exception_line(&lines) else {
        return failure;
    };
    let before = lines[..header].join("\n");
    let (_, others) = messages(&before);
    let of_code = |line: &&str| !line.starts_with("warning: ");
    let printed: Vec<&str> = others.into_iter().filter(of_code).collect();
    if printed.is_empty() {
        return failure;
    }
    // What the compiler said is told with the error.
    let mut left = printed.iter().peekable();
    let kept = lines[..header].iter();
    let kept = kept.filter(|line| left.next_if(|next| next == line).is_none());
    let kept = lines[header + 1..].iter().chain(kept);
    Failure {
        ename: failure.ename,
        evalue: lines[header].to_owned(),
        traceback: kept.map(|line| format!("{line}\n")).collect(),
        printed: Some(printed.join("\n") + "\n"),
    }
}

/// The first line of the exception that a text ends in: the last one before the frames that looks
/// like one.
fn exception_line(lines: &[&str]) -> Option<usize> {
    let frames = lines.iter().position(|line| java::is_of_trace(line))?;
    let ends_so = |line: &&str| {
        let class = line
            .split(": ")
            .next()
            .unwrap_or(line)
            .trim_end_matches(':');
        let endings = [
            "Exception",
            "Error",
            "Throwable",
            "Failure",
            "Fault",
            "Control",
        ];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '$');
        class.chars().all(is_name) && endings.iter().any(|ending| class.ends_with(ending))
    };
    let is_class = |line: &&str| {
        let class = line.split(": ").next().unwrap_or(line);
        class.contains('.') && !class.contains(' ')
    };
    let before = &lines[..frames];
    let found = before.iter().rposition(ends_so);
    found.or_else(|| before.iter().rposition(is_class))
}

#[cfg(test)]
mod tests {
    use super::super::testing::error;
    use super::*;

    #[test]
    fn printed_text_is_told_apart() {
        let evalue = "before";
        let trace = ["java.lang.RuntimeException: boom\n", "  ... 51 elided\n"];
        let failure = untangle(error("Error", evalue, &trace), Language::Scala);
        assert_eq!(failure.printed.as_deref(), Some("before\n"));
        assert_eq!(failure.evalue, "java.lang.RuntimeException: boom");
        let alone = error(
            "Error",
            "java.lang.RuntimeException: boom",
            &["  ... 51 elided\n"],
        );
        assert_eq!(untangle(alone.clone(), Language::Scala), alone);
        let compiled = error(
            "Error",
            "<console>:22: error: type mismatch;",
            &["       x\n", "       ^\n"],
        );
        assert_eq!(untangle(compiled.clone(), Language::Scala), compiled);
    }
}

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

/// The first line of the exception that a text ends in. It stands above the last frames, those of
/// which the interpreter left some out; what it has printed before, or its own message, may look
/// like an exception as well.
fn exception_line(lines: &[&str]) -> Option<usize> {
    let is_elided = |line: &&str| java::is_of_trace(line) && line.trim_end().ends_with(" elided");
    let elided = lines.iter().rposition(is_elided);
    let last = elided.or_else(|| lines.iter().rposition(|line| java::is_of_trace(line)))?;
    let mut end = last + 1;
    loop {
        let is_other = |line: &&str| !java::is_of_trace(line);
        let block_end = lines[..end].iter().rposition(is_other)? + 1;
        let above = &lines[..block_end];
        let start = above.iter().rposition(|line| java::is_of_trace(line));
        let start = start.map_or(0, |frame| frame + 1);
        let block = &above[start..];
        let found = (!goes_on(block)).then(|| exception_in(block)).flatten();
        if let Some(index) = found {
            return Some(start + index);
        }
        end = start;
    }
}

/// Whether lines between frames belong to the exception above them.
fn goes_on(block: &[&str]) -> bool {
    let first = block.iter().find(|line| !line.trim().is_empty());
    let heads = ["Caused by: ", "Suppressed: ", "Driver stacktrace:"];
    first.is_some_and(|line| {
        let line = line.trim_start();
        heads.iter().any(|head| line.starts_with(head))
    })
}

/// The line of a block that an exception begins at: the first with the whole name of one, since
/// what follows may be its message; else the last that might be one.
fn exception_in(block: &[&str]) -> Option<usize> {
    let is_whole = |line: &&str| ends_so(line) && is_qualified(line);
    let found = block.iter().position(is_whole);
    let found = found.or_else(|| block.iter().rposition(|line| ends_so(line)));
    found.or_else(|| block.iter().rposition(|line| is_qualified(line)))
}

/// What stands before the message of an exception.
fn class_of(line: &str) -> &str {
    let class = line.split(": ").next().unwrap_or(line);
    class.trim_end().trim_end_matches(':')
}

/// Whether a line names a class as exceptions are called.
fn ends_so(line: &str) -> bool {
    let endings = [
        "Exception",
        "Error",
        "Throwable",
        "Failure",
        "Fault",
        "Control",
    ];
    let class = class_of(line);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '$');
    class.chars().all(is_name) && endings.iter().any(|ending| class.ends_with(ending))
}

/// Whether a line begins with the name of a class in a package.
fn is_qualified(line: &str) -> bool {
    let class = class_of(line);
    class.contains('.') && !class.contains(' ')
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

    fn told(evalue: &str, trace: &[&str]) -> (String, Vec<String>, Option<String>) {
        let failure = untangle(error("Error", evalue, trace), Language::Scala);
        (failure.evalue, failure.traceback, failure.printed)
    }

    #[test]
    fn a_part_of_a_message_is_no_exception() {
        let headline = "java.lang.RuntimeException: Validation failed:";
        let trace = ["Error: column a is missing\n", "  ... 51 elided\n"];
        assert_eq!(
            told(headline, &trace),
            (headline.to_owned(), trace.map(str::to_owned).into(), None)
        );
        let after = [&[headline, "\n"].concat(), trace[0], trace[1]];
        assert_eq!(
            told("checking", &after),
            (
                headline.to_owned(),
                trace.map(str::to_owned).into(),
                Some("checking\n".to_owned())
            )
        );
    }

    #[test]
    fn a_printed_stack_trace_is_not_the_failure() {
        let first = "java.lang.RuntimeException: first\n\tat f(<console>:3)\n\
            Caused by: java.lang.Exception: inner\n\t... 3 more";
        let second = "java.lang.IllegalStateException: second";
        let trace = [second, "\n", "  at g(<console>:5)\n", "  ... 51 elided\n"];
        let kept = ["  at g(<console>:5)\n", "  ... 51 elided\n"].map(str::to_owned);
        assert_eq!(
            told(first, &trace),
            (second.to_owned(), kept.into(), Some(format!("{first}\n")))
        );
    }

    #[test]
    fn the_failure_of_a_job_begins_above_its_own_frames() {
        let headline = "org.apache.spark.SparkException: Job aborted";
        let trace = [
            headline,
            "\n\tat a.B.c(D.java:1)\n",
            "Caused by: java.lang.Exception: x\n\t... 3 more\n",
            "\nDriver stacktrace:\n  at a.B.c(D.java:1)\n  ... 51 elided\n",
            "Caused by: java.lang.Exception: x\n  ... 3 more\n",
        ];
        let (evalue, _, printed) = told("before", &trace);
        assert_eq!(evalue, headline);
        assert_eq!(printed.as_deref(), Some("before\n"));
    }
}

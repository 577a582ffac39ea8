//! Errors of SQL: the message says line and position in the query.

use super::place::{Located, line_of};
use super::{FailureText, Origin, Piece, java, named};
use crate::livy::Failure;

pub(super) fn failure(failure: &Failure, origin: Origin<'_>) -> FailureText {
    let text = failure.evalue.trim();
    let reduced = java::reduce(java::through_py4j(text).unwrap_or(text));
    let spot =
        position(text).filter(|(line, _)| (1..=origin.snippet.code.lines().count()).contains(line));
    let at = match spot {
        Some((line, column)) => {
            let (snippet, source) = (origin.snippet, origin.source);
            let first = if line == 1 { snippet.first_column } else { 0 };
            let line = snippet.first_line + line - 1;
            // No further to the right than the line's end.
            let width = line_of(source, line).map_or(0, |text| text.chars().count());
            let column = column.saturating_add(first).min(width);
            Located::at(source, line, Some(column))
        }
        None => Located::of_statement(origin),
    };
    let headline = named(&failure.ename, reduced.headline);
    // The picture of the query shows what the excerpt does.
    let picture = |line: &&&str| at.excerpt.is_none() || !line.starts_with("== SQL");
    let message = reduced
        .message
        .iter()
        .take_while(picture)
        .filter(|line| !line.trim().is_empty())
        .map(|line| (*line).to_owned());
    let trace = reduced.trace.iter().copied();
    let mut details = java::causes(trace, reduced.headline, reduced.dropped);
    details.extend(reduced.note.map(Piece::faint));
    let mut typed = vec![Piece::error(headline.as_str())];
    typed.extend(reduced.message.iter().map(|line| Piece::error(*line)));
    typed.extend(details.clone());
    let message = message.collect();
    FailureText {
        typed,
        ..FailureText::of(at, headline, message, details)
    }
}

/// Line (from 1) and column (from 0) of the query: `(line 2, pos 7)`, `; line 2 pos 7`, or
/// `== SQL (line 2, position 8) ==` of Spark 4.
fn position(text: &str) -> Option<(usize, usize)> {
    for (index, _) in text.match_indices("line ") {
        let Some((line, rest)) = number(&text[index + 5..]) else {
            continue;
        };
        let rest = rest.trim_start_matches(',');
        for (word, first) in [(" pos ", 0), (" position ", 1)] {
            if let Some((column, _)) = rest.strip_prefix(word).and_then(number) {
                return Some((line, column.saturating_sub(first)));
            }
        }
    }
    None
}

fn number(text: &str) -> Option<(usize, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{error, told};
    use crate::lang::{Feeding, Language};

    fn script(text: &str, evalue: &str) -> Vec<String> {
        let failure = error("Error", evalue, &["org.apache.spark.X.y(X.scala:1)"]);
        let text = told(
            Language::Sql,
            Some("a.sql"),
            text,
            Feeding::ByLine,
            &failure,
        );
        super::super::testing::texts(&text.for_script())
    }

    #[test]
    fn a_parse_error_stands_at_its_line() {
        let evalue = "\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'where'.(line 3, pos 2)\n\n\
            == SQL ==\nselect 1\n  from\n  where x\n--^^^\n";
        assert_eq!(
            script("select 2;\n\nselect 1\n  from\n  where x", evalue),
            [
                "a.sql:5: [PARSE_SYNTAX_ERROR] Syntax error at or near 'where'.(line 3, pos 2)",
                "    where x",
                "    ^",
            ]
        );
    }

    #[test]
    fn an_unknown_name_stands_at_its_line() {
        let evalue = "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `nope` cannot be resolved.; \
            line 1 pos 7;\n'Project ['nope]\n+- Range (0, 3, step=1, splits=None)\n";
        assert_eq!(
            script("select 1; select nope\nfrom range(3)", evalue)[1..],
            [
                "'Project ['nope]",
                "+- Range (0, 3, step=1, splits=None)",
                "    select 1; select nope",
                "                     ^",
            ]
        );
    }

    #[test]
    fn numbers_of_the_server_may_be_any() {
        let most = usize::MAX;
        let shown = |line, column| script("select x", &format!("odd; line {line} pos {column};"));
        assert_eq!(shown(1, most)[1..], ["    select x", "            ^"]);
        assert!(shown(0, 1)[0].starts_with("a.sql:1: odd"));
        assert!(shown(most, 1)[0].starts_with("a.sql:1: odd"));
    }

    #[test]
    fn a_failed_job_stands_at_the_statement() {
        let evalue = "Job aborted due to stage failure: Task 0 in stage 3.0 failed 1 times, most \
            recent failure: Lost task 0.0 in stage 3.0 (TID 6) (localhost executor driver): \
            java.lang.RuntimeException: odd!\n\tat org.apache.spark.X.y(Unknown Source)\n\
            Caused by: a.Root: why\n\t... 3 more\n\nDriver stacktrace:";
        assert_eq!(
            script("select\n  assert_true(false)", evalue),
            [
                "a.sql:1-2: java.lang.RuntimeException: odd!",
                "Caused by: a.Root: why",
                "... 2 frames of Spark and the JVM",
                "it failed in task 0.0 of stage 3.0, on an executor",
            ]
        );
    }
}

//! `:show`: the first rows of a DataFrame, or of a table in SQL, as results of SQL are shown. Spark makes the texts
//! and takes no more rows than are asked for; no name is left in the session.

use super::inspect::{is_table, quoted, reason, whole};
use super::parse::Show;
use super::transfer::is_variable;
use super::{Answer, Desk, Stopped};
use crate::lang::{Language, Snippet, Source};
use crate::livy::{Failure, Output};
use crate::render::{Line, ROWS_MARK, one_line, with_rows};
use crate::shell::Verdict;
use serde_json::{Map, Value};

const LOOK: &str = include_str!("show.py");

impl Desk<'_> {
    pub(super) fn show(&mut self, language: Language, wanted: &Show) -> Answer {
        let (name, rows) = (wanted.name.as_str(), wanted.rows);
        let is_name = match language {
            Language::Sql => is_table(name),
            Language::Scala | Language::Python | Language::R => is_variable(name),
        };
        if !is_name {
            let told = one_line(name).into_owned();
            return Answer::Refused(format!(
                ":show takes a name, or a member of one: {told} would run code. Give it a name first."
            ));
        }
        let Some((code, typed)) = codes(language, name, rows) else {
            return Answer::Refused(format!(
                ":show is for Scala, Python and SQL; in R showDF({name}) shows it"
            ));
        };
        let typed = Snippet {
            language,
            code: typed,
            first_line: 1,
            first_column: 0,
        };
        let stopped = |verdict| Answer::Stopped(Box::new(Stopped::hidden(verdict, language)));
        if let Some(verdict) = self.start_up(language) {
            return stopped(verdict);
        }
        let outlet = self.outlet.take();
        let (run, link) = self.running(self.interrupts, outlet.as_ref());
        let source = Source::new(None, typed.code.as_str());
        let place = format!("{} ", one_line(name));
        let (output, took) = match run.in_place_of(link, &typed, &source, &code, &place) {
            Ok(ran) => ran,
            Err(verdict) => return stopped(*verdict),
        };
        let answer = match output {
            Some(Output::Ok(data)) => match refused(&data) {
                Some(told) => Answer::Refused(told),
                None => {
                    let verdict = run.show(link, language, &data);
                    if language == Language::Sql && has_as_many(&data, rows) {
                        let told = format!("the first {rows} rows; there may be more");
                        self.out.note(&Line::faint(told));
                    }
                    if matches!(
                        verdict,
                        Verdict::Ok | Verdict::Incomplete | Verdict::NotWritten
                    ) {
                        self.inputs.add(typed, &source);
                    }
                    match verdict {
                        Verdict::Ok => Answer::Done,
                        // So many were asked for.
                        Verdict::Incomplete if has_as_many(&data, rows) => Answer::Done,
                        verdict => stopped(verdict),
                    }
                }
            },
            Some(Output::Error(failure)) => match in_one_line(language, name, &failure) {
                Some(told) => Answer::Refused(told),
                // As that of any statement of the user's; the rest is a trace.
                None => match run.fails(link, failure, &typed, &source) {
                    Verdict::Failed(text) => {
                        let headline = one_line(&text.headline);
                        Answer::Refused(format!(
                            "{name} cannot be shown: {headline} (:trace shows all)"
                        ))
                    }
                    verdict => stopped(verdict),
                },
            },
            None => Answer::Done,
        };
        if let Some(took) = took {
            self.out.note(&took);
        }
        answer
    }
}

/// What is sent, and what it is recorded as; none where a language has no such code.
fn codes(language: Language, name: &str, rows: u64) -> Option<(String, String)> {
    match language {
        Language::Scala => Some((in_scala(name, rows), format!("{name}.show({rows}, false)"))),
        Language::Python => Some((
            in_python(name, rows),
            format!("{name}.show({rows}, truncate=False)"),
        )),
        Language::Sql => {
            let code = format!("SELECT * FROM {name} LIMIT {rows}");
            Some((code.clone(), code))
        }
        Language::R => None,
    }
}

fn in_python(name: &str, rows: u64) -> String {
    format!(
        "__import__('builtins').exec({}, {{'get': lambda: {name}, 'name': '{name}', 'most': {rows}}})",
        quoted(LOOK)
    )
}

/// On one line, as Livy compiles each by itself; an expression would take the next `res`.
fn in_scala(name: &str, rows: u64) -> String {
    let most = rows + 1;
    format!(
        "val _ = {{ \
         val livysh$frame: _root_.org.apache.spark.sql.Dataset[_] = {name}; \
         val livysh$schema = livysh$frame.schema; \
         val livysh$count = livysh$schema.fields.length; \
         val livysh$texts = livysh$schema.fields.toList.zipWithIndex.map {{ livysh$one => \
         if (livysh$one._1.dataType == _root_.org.apache.spark.sql.types.BinaryType) \
         \"concat('[', rtrim(regexp_replace(hex(c\" + livysh$one._2 + \"), '..', '$0 ')), ']')\" \
         else \"cast(c\" + livysh$one._2 + \" as string)\" }}; \
         val livysh$rows = if (livysh$count == 0) new _root_.scala.Array[_root_.scala.Array[_root_.java.lang.String]](0) else \
         livysh$frame.toDF(_root_.scala.List.range(0, livysh$count).map(\"c\" + _): _*)\
         .selectExpr(livysh$texts: _*).limit({most}).collect()\
         .map(livysh$row => _root_.scala.Array.tabulate(livysh$count)(livysh$row.getString(_))); \
         val livysh$json = new _root_.com.fasterxml.jackson.databind.ObjectMapper; \
         _root_.scala.Predef.print(\"\\n{ROWS_MARK}{{\\\"schema\\\":\" + livysh$schema.json + \
         \",\\\"data\\\":\" + livysh$json.writeValueAsString(livysh$rows.take({rows})) + \
         \",\\\"more\\\":\" + (livysh$rows.length > {rows}) + \"}}\\n\") }}"
    )
}

/// Why the session tells no rows.
fn refused(data: &Map<String, Value>) -> Option<String> {
    let text = data.get("text/plain")?.as_str()?.trim_end();
    let last = text.lines().next_back()?;
    let told: Value = serde_json::from_str(last.strip_prefix(ROWS_MARK)?).ok()?;
    Some(one_line(told.get("error")?.as_str()?).into_owned())
}

/// What a compiler or an analyser says of a name; none where the failure is that of a job.
fn in_one_line(language: Language, name: &str, failure: &Failure) -> Option<String> {
    let text = whole(failure);
    match language {
        Language::Scala if !text.lines().any(is_compilers) => None,
        Language::Scala if text.contains("error: type mismatch") => {
            Some(format!("{name} is no DataFrame or Dataset"))
        }
        Language::Scala => Some(reason(failure)),
        Language::Sql => {
            let first = failure.evalue.trim().lines().next()?;
            (!first.starts_with("Job aborted")).then(|| one_line(first).into_owned())
        }
        Language::Python | Language::R => None,
    }
}

/// Whether a line of a failure is the compiler's, and not of a job's message.
fn is_compilers(line: &str) -> bool {
    let place = line.split_once("error: ").map(|(place, _)| place.trim());
    place.is_some_and(|place| place.is_empty() || place.starts_with("<console>"))
}

/// Whether there may be more rows than these.
fn has_as_many(data: &Map<String, Value>, rows: u64) -> bool {
    let data = with_rows(data);
    let told = data
        .get("application/json")
        .and_then(|rows| rows.get("data"));
    told.and_then(Value::as_array)
        .is_some_and(|told| told.len() as u64 == rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_statement_stands_on_one_line() {
        for code in [in_scala("a.b", 20), in_python("a.b", 20)] {
            assert!(!code.contains('\n') && code.contains("a.b"), "{code}");
        }
        assert!(in_scala("x", 20).contains(".limit(21)"));
    }

    #[test]
    fn what_the_compiler_says_is_no_failure_of_a_job() {
        let of = |language, evalue: &str| {
            let failure = Failure {
                evalue: evalue.to_owned(),
                ..Failure::default()
            };
            in_one_line(language, "f", &failure)
        };
        let no_frame = Some("f is no DataFrame or Dataset".to_owned());
        let compilers = "<console>:23: error: type mismatch;\n found   : Int";
        assert_eq!(of(Language::Scala, compilers), no_frame);
        let jobs = "org.apache.spark.SparkException: a UDF said: syntax error: type mismatch";
        assert_eq!(of(Language::Scala, jobs), None);
        let analysers = "[TABLE_OR_VIEW_NOT_FOUND] The table cannot be found";
        assert_eq!(of(Language::Sql, analysers).as_deref(), Some(analysers));
        assert_eq!(
            of(Language::Sql, "Job aborted due to stage failure: Task 0"),
            None
        );
        assert_eq!(of(Language::Sql, ""), None);
    }

    #[test]
    fn what_is_no_frame_is_told() {
        let error = json!({"error": "f is a list\u{1b}[2J"});
        let data = json!({"text/plain": format!("x\n{ROWS_MARK}{error}")});
        let told = refused(data.as_object().unwrap());
        assert_eq!(told.as_deref(), Some("f is a list\\u{1b}[2J"));
        assert_eq!(
            refused(json!({"text/plain": ""}).as_object().unwrap()),
            None
        );
    }
}

//! Answers of a server that mean something else than they say: what it is, and what to do.

use crate::lang::{Language, Snippet};
use crate::livy::Failure;

/// What a trap does to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// What a child process wrote came between Livy and its Python: every later answer of Python
    /// belongs to an earlier statement.
    PythonOutOfStep,
    PythonDied,
    ContextStopped,
    /// A magic on a name that is not there; Livy answers it with status ok.
    MagicWithoutName,
    /// A magic on what has no form as a table or as JSON, such as a DataFrame.
    MagicOnNoTable,
    IncompleteStatement,
    NoR,
    NoInterpreter,
}

/// The trap that an answer comes from.
pub fn trap(failure: &Failure, snippet: &Snippet) -> Option<Trap> {
    let (ename, evalue) = (failure.ename.trim(), failure.evalue.trim());
    let is_python = snippet.language == Language::Python;
    let is_magic = snippet.code.starts_with('%');
    let out_of_step = ename.ends_with("jackson.core.JsonParseException")
        || ename == "org.json4s.MappingException"
        || ename == "org.json4s.package$MappingException";
    // The whole of it may stand in the traceback, where Scala printed before it failed.
    let stopped: [&str; 5] = [
        "stopped SparkContext",
        "SparkContext has been shutdown",
        "SparkContext was shut down",
        "No active SparkContext",
        "LiveListenerBus is stopped",
    ];
    let says = |text: &str| {
        evalue.contains(text) || failure.traceback.iter().any(|line| line.contains(text))
    };
    let is_stopped = stopped.iter().any(|text| says(text))
        || (is_python
            && ename == "AttributeError"
            && evalue == "'NoneType' object has no attribute 'sc'"
            && is_in_pyspark(failure));
    match evalue {
        _ if is_python && out_of_step => Some(Trap::PythonOutOfStep),
        _ if evalue.starts_with("Interpreter died:") => Some(Trap::PythonDied),
        _ if is_stopped => Some(Trap::ContextStopped),
        _ if is_magic && (ename == "KeyError" || ename == "NameError") => {
            Some(Trap::MagicWithoutName)
        }
        _ if makes_data(&snippet.code) && has_no_form(ename, evalue) => Some(Trap::MagicOnNoTable),
        "incomplete statement" => Some(Trap::IncompleteStatement),
        "Fail to start interpreter" if snippet.language == Language::R => Some(Trap::NoR),
        "Fail to start interpreter" => Some(Trap::NoInterpreter),
        _ => None,
    }
}

/// Whether code is a magic that makes data of a value.
fn makes_data(code: &str) -> bool {
    matches!(code.split_whitespace().next(), Some("%json" | "%table"))
}

/// Whether a magic could not make data of a value: in the words of Livy's Scala, its Python and its session.
fn has_no_form(ename: &str, evalue: &str) -> bool {
    matches!(ename, "ValueError" | "TypeError" | "Exception")
        || ename.starts_with("Internal Error")
        || evalue.ends_with("is not JSON serializable")
}

/// Whether PySpark was running: the user's own code may have a `None`, too.
fn is_in_pyspark(failure: &Failure) -> bool {
    let is_frame = |line: &str| {
        let file = line.trim_start().strip_prefix("File \"");
        let file = file.and_then(|rest| rest.split('"').next());
        file.is_some_and(|file| file.contains("pyspark/"))
    };
    let mut lines = failure.traceback.iter().flat_map(|text| text.lines());
    lines.any(is_frame)
}

impl Trap {
    /// What it is, in place of the server's words.
    pub fn what(self) -> &'static str {
        match self {
            Trap::PythonOutOfStep => {
                "this session's Python is out of step: something wrote to standard output past \
                 Python (os.system, a subprocess, a library in C)"
            }
            Trap::PythonDied => "this session's Python interpreter has ended",
            Trap::ContextStopped => "this session's SparkContext is stopped",
            Trap::IncompleteStatement => {
                "the statement is incomplete: a bracket, a string or a comment is not closed"
            }
            Trap::MagicWithoutName => "the magic's name is not defined",
            Trap::MagicOnNoTable => "the magic's value has no form as a table or as JSON",
            Trap::NoR => "the server cannot start an interpreter of R",
            Trap::NoInterpreter => "the server cannot start an interpreter of this language",
        }
    }

    /// What to do.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Trap::PythonOutOfStep => Some(
                "every later statement of Python here will seem to succeed and print nothing: \
                 start a new session, and take a child's output by subprocess.run(…, \
                 capture_output=True)",
            ),
            Trap::PythonDied => {
                Some("Scala and SQL may go on in this session; for Python start a new one")
            }
            Trap::ContextStopped => Some(
                "nothing of Spark runs in this session any more: start a new one, and leave out \
                 sc.stop() and spark.stop(), Livy ends them itself",
            ),
            Trap::MagicWithoutName => Some("a magic shows a variable: %json NAME"),
            Trap::MagicOnNoTable => Some(":show NAME lays out the rows of a DataFrame"),
            Trap::IncompleteStatement => None,
            Trap::NoR => Some(
                "R must be installed beside the server's Spark; --local and `livysh serve` have \
                 none",
            ),
            Trap::NoInterpreter => {
                Some("for Python check spark.pyspark.python and PYSPARK_PYTHON on the server")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::error;
    use super::*;

    fn of(language: Language, code: &str, ename: &str, evalue: &str) -> Option<Trap> {
        let snippet = Snippet {
            language,
            code: code.to_owned(),
            first_line: 1,
            first_column: 0,
        };
        trap(&error(ename, evalue, &[]), &snippet)
    }

    #[test]
    fn livys_answers_are_known() {
        let python = |code, ename, evalue| of(Language::Python, code, ename, evalue);
        let unrecognised = "Unrecognized token 'hi': was expecting (JSON String, Number, Array, \
            Object or token 'null', 'true' or 'false')\n at [Source: (String)\"hi\"; line: 1]";
        let json = "com.fasterxml.jackson.core.JsonParseException";
        let system = "import os; os.system('echo hi')";
        assert_eq!(
            python(system, json, unrecognised),
            Some(Trap::PythonOutOfStep)
        );
        assert_eq!(of(Language::Scala, "x", json, unrecognised), None);
        assert_eq!(
            python("1", "Error", "Interpreter died:\n"),
            Some(Trap::PythonDied)
        );
        let stopped =
            "java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext.";
        assert_eq!(
            of(Language::Scala, "sc", "Error", stopped),
            Some(Trap::ContextStopped)
        );
        assert_eq!(
            python("%json x", "KeyError", "'x'"),
            Some(Trap::MagicWithoutName)
        );
        let frame = "Object of type DataFrame is not JSON serializable";
        for (ename, evalue) in [
            ("TypeError", frame),
            ("TypeError", "table rows have different types"),
            ("ValueError", "Failed to convert value into a JSON value"),
            ("Internal Error: org.json4s.MappingException", "x"),
        ] {
            let of = |code| of(Language::Scala, code, ename, evalue);
            assert_eq!(of("%table x"), Some(Trap::MagicOnNoTable), "{evalue}");
            assert_eq!(of("x"), None, "{evalue}");
        }
        assert_eq!(python("d['x']", "KeyError", "'x'"), None);
        let incomplete = of(Language::Scala, "f(", "Error", "incomplete statement");
        assert_eq!(incomplete, Some(Trap::IncompleteStatement));
    }

    #[test]
    fn a_none_of_the_users_is_no_stopped_context() {
        let snippet = Snippet {
            language: Language::Python,
            code: "x.sc".to_owned(),
            first_line: 1,
            first_column: 0,
        };
        let said = "'NoneType' object has no attribute 'sc'";
        let of = |frame: &str| {
            let head = "Traceback (most recent call last):\n";
            let failure = error("AttributeError", said, &[head, frame]);
            trap(&failure, &snippet)
        };
        let pyspark = "  File \"/x/pyspark.zip/pyspark/sql/x.py\", line 1, in y\n    self.sc\n";
        assert_eq!(of(pyspark), Some(Trap::ContextStopped));
        let own = "  File \"<stdin>\", line 1, in f\n    x.sc # pyspark/\n";
        assert_eq!(of(own), None);
    }
}

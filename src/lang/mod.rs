//! What a snippet is: languages, whether a text is complete, and how a script splits. Pure text.
//!
//! The scanners are written by hand on purpose: measured on real code they answer "does it
//! continue?" better than a grammar, sixty times faster, and add no megabytes. They look at
//! strings, comments, brackets and the words at line ends, no further. When in doubt a text counts
//! as complete: the server then reports the real error, while a wrong "incomplete" would trap
//! whoever types.

mod echo;
mod guess;
mod lexer;
mod past;
mod python;
mod scala;
mod send;
mod sql;
mod transcript;

pub use echo::{echo_start, last_value, without_echo, without_indentation};
pub use guess::looks_like_python;
pub use past::{Input, Past, Ran};
pub use send::{Feeding, lines_before, to_send};
pub use transcript::{Transcript, Typed, transcript};

use std::fmt;
use std::ops::Range;
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Scala,
    Python,
    Sql,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Scala, Language::Python, Language::Sql];

    /// By the names that people and Livy use.
    pub fn from_name(name: &str) -> Option<Language> {
        match name.to_ascii_lowercase().as_str() {
            "scala" | "spark" => Some(Language::Scala),
            "python" | "pyspark" | "py" | "python3" | "pyspark3" => Some(Language::Python),
            "sql" => Some(Language::Sql),
            _ => None,
        }
    }

    /// By a file's extension.
    pub fn from_path(path: &Path) -> Option<Language> {
        match path.extension()?.to_str()? {
            "scala" | "sc" => Some(Language::Scala),
            "py" => Some(Language::Python),
            "sql" | "hql" => Some(Language::Sql),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Language::Scala => "scala",
            Language::Python => "python",
            Language::Sql => "sql",
        }
    }

    /// The kind by which Livy knows it.
    pub fn kind(self) -> &'static str {
        match self {
            Language::Scala => "spark",
            Language::Python => "pyspark",
            Language::Sql => "sql",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a text can be run as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// More must come; the next line is best indented by so many columns.
    Incomplete {
        indent: usize,
    },
    /// No further line can mend it: the server shall say what is wrong.
    Invalid,
}

/// A text that people know by its name: a file, standard input, or a block typed at a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As it is named in messages; none at a prompt.
    pub name: Option<String>,
    pub text: String,
}

/// One statement of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    pub language: Language,
    /// As it was written.
    pub code: String,
    /// The line of the source on which it begins, from 1.
    pub first_line: usize,
    /// Characters before it on that line.
    pub first_column: usize,
}

impl Snippet {
    /// The line of the source on which it ends.
    pub fn last_line(&self) -> usize {
        self.first_line + newlines(&self.code)
    }
}

pub fn completeness(language: Language, code: &str) -> Completeness {
    match language {
        Language::Scala => scala::completeness(code),
        Language::Python => python::completeness(code),
        Language::Sql => sql::completeness(code),
    }
}

/// The statements of a script in their order; blank lines and comments between them are dropped.
pub fn split(language: Language, source: &str) -> Vec<Snippet> {
    let (mut line, mut column) = (1, 0);
    let mut position = 0;
    statement_ranges(language, source)
        .into_iter()
        .map(|range| {
            let passed = &source[position..range.start];
            match passed.rfind('\n') {
                None => column += passed.chars().count(),
                Some(at) => column = passed[at + 1..].chars().count(),
            }
            line += newlines(passed);
            position = range.start;
            Snippet {
                language,
                first_line: line,
                first_column: column,
                code: source[range].to_owned(),
            }
        })
        .collect()
}

/// The words of one line of Scala, each with its first byte; comments and blanks are none.
pub fn scala_words(line: &str) -> Vec<(usize, &str)> {
    scala::words(line)
}

/// Where the statements stand in the source: in order, apart from each other.
pub fn statement_ranges(language: Language, source: &str) -> Vec<Range<usize>> {
    match language {
        Language::Scala => scala::statement_ranges(source),
        Language::Python => python::statement_ranges(source),
        Language::Sql => sql::statement_ranges(source),
    }
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// Columns of white space at a line's start; a tab counts as one, as it is typed as one.
fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The last line that is not blank.
fn last_line(code: &str) -> &str {
    code.lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
}

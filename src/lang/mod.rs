//! What a snippet is: languages, whether a text is complete, and how a script splits. Pure text.
//!
//! The scanners are written by hand on purpose: measured on real code they answer "does it
//! continue?" better than a grammar, sixty times faster, and add no megabytes. They look at
//! strings, comments, brackets and the words at line ends, no further. When in doubt a text counts
//! as complete: the server then reports the real error, while a wrong "incomplete" would trap
//! whoever types.
//!
//! | file         | duty                                                                         |
//! |--------------|------------------------------------------------------------------------------|
//! | `arguments`  | a script's own arguments, as its language gives them to it                    |
//! | `block`      | statements that were typed as one, with their comments                       |
//! | `cell`       | the parts of a text that are in languages of their own (`%%sql`)             |
//! | `echo`       | what of Scala's output is the interpreter's echo                             |
//! | `ending`     | statements that end a script                                                 |
//! | `first_line` | `#!`, the line by which a script names its program                           |
//! | `guess`      | whether code looks like Python, where Scala was asked for                    |
//! | `lexer`      | what all scanners share: a cursor and a stack of brackets                    |
//! | `pairs`      | which bracket belongs to which                                               |
//! | `past`       | what a session was given, by which an error finds its source                 |
//! | `place`      | what a place in a text is, and the names in its code                         |
//! | `python`     | Python: logical lines, blocks, margins, the function that a line lies in     |
//! | `r`          | R: brackets and line ends                                                    |
//! | `read`       | a source as its statements, or why it is not run                             |
//! | `scala`      | Scala: tokens, line ends, units, and the same program for a line-fed compiler |
//! | `send`       | what is sent for a snippet                                                   |
//! | `settled`    | how much of a text that still arrives can be run already                     |
//! | `sql`        | SQL: semicolons, quotes, compound statements                                 |
//! | `text`       | a file's bytes as code                                                       |
//! | `transcript` | a copied session as the code that was typed in it                            |

mod arguments;
mod block;
mod cell;
mod echo;
mod ending;
mod first_line;
mod guess;
mod lexer;
mod pairs;
mod past;
mod place;
mod python;
mod r;
mod read;
mod scala;
mod send;
mod settled;
mod signature;
mod sql;
mod text;
mod transcript;

pub use arguments::setting_arguments;
pub use block::{Block, Joining, blocks};
pub use cell::{Refusal, may_hold_cells};
pub use echo::Echo;
pub use ending::{Ending, ending, may_exit, number as exit_number};
pub use first_line::{language_of_first_line, without_first_line};
pub use guess::looks_like_python;
pub use pairs::{are_paired, bracket_pair};
pub use past::{Input, Past, Ran};
pub use place::{Name, Place, is_name_part, names, place_at_end};
pub use read::{Reading, read, split};
pub use send::{Feeding, lines_before, to_send, without_echo};
pub use settled::settled;
pub use signature::Signature;
pub use text::{BadByte, decoded};
pub use transcript::{Transcript, Typed, transcript};

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Scala,
    Python,
    Sql,
    R,
}

impl Language {
    pub const ALL: [Language; 4] = [
        Language::Scala,
        Language::Python,
        Language::Sql,
        Language::R,
    ];

    /// By the names that people and Livy use.
    pub fn from_name(name: &str) -> Option<Language> {
        match name.to_ascii_lowercase().as_str() {
            "scala" | "spark" => Some(Language::Scala),
            "python" | "pyspark" | "py" | "python3" | "pyspark3" => Some(Language::Python),
            "sql" => Some(Language::Sql),
            "r" | "sparkr" => Some(Language::R),
            _ => None,
        }
    }

    /// By a file's extension.
    pub fn from_path(path: &Path) -> Option<Language> {
        match path.extension()?.to_str()? {
            "scala" | "sc" => Some(Language::Scala),
            "py" => Some(Language::Python),
            "sql" | "hql" => Some(Language::Sql),
            "r" | "R" => Some(Language::R),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Language::Scala => "scala",
            Language::Python => "python",
            Language::Sql => "sql",
            Language::R => "r",
        }
    }

    /// The kind by which Livy knows it.
    pub fn kind(self) -> &'static str {
        match self {
            Language::Scala => "spark",
            Language::Python => "pyspark",
            Language::Sql => "sql",
            Language::R => "sparkr",
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
    /// Shared by all who keep the source: a copy costs nothing, however long it is.
    pub text: Arc<str>,
    /// The number of the text's first line: more than 1 where it is a part of something longer.
    pub first_line: usize,
}

impl Source {
    pub fn new(name: Option<String>, text: impl Into<Arc<str>>) -> Source {
        Source {
            name,
            text: text.into(),
            first_line: 1,
        }
    }

    /// A line by its number.
    pub fn line(&self, number: usize) -> Option<&str> {
        self.text.lines().nth(number.checked_sub(self.first_line)?)
    }

    /// Whether both are the same reading of the same text, which costs no look at it.
    pub fn is(&self, other: &Source) -> bool {
        Arc::ptr_eq(&self.text, &other.text) && self.name == other.name
    }
}

/// One statement of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// That of its cell, where it stands in one.
    pub language: Language,
    /// As it was written; a margin that all lines of Python share is taken away.
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
    cell::completeness(code).unwrap_or_else(|| completeness_in(language, code))
}

/// Of a text without cells.
fn completeness_in(language: Language, code: &str) -> Completeness {
    match language {
        Language::Scala => scala::completeness(code),
        Language::Python => python::completeness_at_margin(code),
        Language::Sql => sql::completeness(code),
        Language::R => r::completeness(code),
    }
}

/// Whether a text is to be followed by a sign of its end where lines are typed one by one: SQL, whose
/// statements can go on after a line that could be their last, ends with `;` or an empty line.
pub fn awaits_end(language: Language, code: &str) -> bool {
    match language {
        Language::Sql => cell::completeness(code).is_none() && sql::awaits_end(code),
        Language::Scala | Language::Python | Language::R => false,
    }
}

/// What must have run once in a session before the snippet runs there.
pub fn prerequisite(snippet: &Snippet) -> Option<Snippet> {
    match snippet.language {
        Language::Python => python::naming(snippet),
        Language::Scala | Language::Sql | Language::R => None,
    }
}

/// The words of one line of Scala, each with its first byte; comments and blanks are none.
pub fn scala_words(line: &str) -> Vec<(usize, &str)> {
    scala::words(line)
}

/// Where the statements of a text without cells stand: in order, apart from each other.
pub fn statement_ranges(language: Language, source: &str) -> Vec<Range<usize>> {
    statements(language, source).0
}

/// The same, and what their lines begin with that is not theirs.
fn statements(language: Language, source: &str) -> (Vec<Range<usize>>, &str) {
    match language {
        Language::Scala => (scala::statement_ranges(source), ""),
        Language::Python => python::statements(source),
        Language::Sql => (sql::statement_ranges(source), ""),
        Language::R => (r::statement_ranges(source), ""),
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

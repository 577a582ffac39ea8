//! What is being completed: the word before the cursor, and what it is part of. Pure text.

use super::table::Statement;
use crate::commands::{Takes, names_program, taking_of};
use crate::lang::{self, Language, Place};

/// The word before the cursor, and what it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Context<'a> {
    pub(super) word: &'a str,
    pub(super) subject: Subject<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    /// A colon and the beginning of a command.
    Command,
    /// An argument of a command.
    Argument(Takes),
    /// A percent sign and what Livy makes of it.
    Magic,
    /// A program of this machine.
    Program,
    /// A file in a command line of this machine.
    ShellFile,
    Code(Code<'a>),
    Sql(Sql),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Code<'a> {
    /// The code before the word, with the lines of the block.
    pub(super) before: String,
    pub(super) receiver: Receiver<'a>,
}

/// What stands before the dot before the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receiver<'a> {
    None,
    /// Names with dots between them.
    Path(&'a str),
    /// Something else, as a call.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sql {
    pub(super) statement: Statement,
    /// The name before the dot before the word.
    pub(super) qualifier: Option<String>,
    /// Whether it stands in a string of another language.
    pub(super) is_quoted: bool,
}

/// `before` are the block's lines so far, `typed` is what stands before the cursor and `after` what
/// stands behind it.
pub(super) fn context<'a>(
    language: Language,
    before: &str,
    typed: &'a str,
    after: &str,
) -> Context<'a> {
    let is_first = before.is_empty() && !typed.contains('\n');
    if is_first && let Some(context) = special(language, typed) {
        return context;
    }
    code(language, before, typed, after)
}

/// Of a line that begins no code.
fn special(language: Language, typed: &str) -> Option<Context<'_>> {
    let trimmed = typed.trim_start();
    if let Some(rest) = trimmed.strip_prefix(':') {
        return command(language, rest);
    }
    if let Some(rest) = trimmed.strip_prefix('!') {
        let may_negate = matches!(language, Language::Scala | Language::R);
        return (!may_negate || names_program(rest)).then(|| shell(rest));
    }
    let is_magic = trimmed.starts_with('%') && !trimmed.contains(char::is_whitespace);
    is_magic.then_some(Context {
        word: trimmed,
        subject: Subject::Magic,
    })
}

fn command(language: Language, rest: &str) -> Option<Context<'_>> {
    let Some((name, mut rest)) = rest.split_once(char::is_whitespace) else {
        let is_name = rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '?');
        return is_name.then_some(Context {
            word: rest,
            subject: Subject::Command,
        });
    };
    let nothing = Context {
        word: "",
        subject: Subject::Nothing,
    };
    let Some(taking) = taking_of(name) else {
        return Some(nothing);
    };
    for (index, takes) in taking.arguments.iter().enumerate() {
        rest = rest.trim_start();
        while let Some((option, after)) = rest.split_once(char::is_whitespace)
            && option.starts_with('-')
        {
            rest = after.trim_start();
        }
        let is_last = index + 1 == taking.arguments.len();
        match takes {
            Takes::Code => return Some(code(language, "", rest, "")),
            Takes::Shell => return Some(shell(rest)),
            Takes::File if is_last => {
                return Some(Context {
                    // Behind what tells that a file comes.
                    word: rest.trim_start_matches(['>', '<', ' ']),
                    subject: Subject::Argument(Takes::File),
                });
            }
            _ => match rest.split_once(char::is_whitespace) {
                None => {
                    return Some(Context {
                        word: rest,
                        subject: Subject::Argument(*takes),
                    });
                }
                Some((_, after)) => rest = after,
            },
        }
    }
    Some(nothing)
}

/// A command line of this machine: its program, then files.
fn shell(rest: &str) -> Context<'_> {
    let mut start = 0;
    let mut is_escaped = false;
    for (at, c) in rest.char_indices() {
        let ends = matches!(
            c,
            ' ' | '\t' | '|' | '&' | ';' | '<' | '>' | '(' | '"' | '\'' | '='
        );
        if ends && !is_escaped {
            start = at + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    let word = &rest[start..];
    let is_program = rest[..start].trim().is_empty() && !word.contains('/');
    Context {
        word,
        subject: match is_program {
            true => Subject::Program,
            false => Subject::ShellFile,
        },
    }
}

fn code<'a>(language: Language, before: &str, typed: &'a str, after: &str) -> Context<'a> {
    let mut text = String::with_capacity(before.len() + typed.len() + 1);
    text.push_str(before);
    if !before.is_empty() {
        text.push('\n');
    }
    let offset = text.len();
    text.push_str(typed);
    let nothing = Context {
        word: "",
        subject: Subject::Nothing,
    };
    match lang::place_at_end(language, &text) {
        Place::Comment => nothing,
        Place::Literal { start } => match language {
            Language::Scala | Language::Python if is_sql_call(&text[..start]) => {
                // The word ends where the typed text does.
                let word = name_at_end(Language::Sql, &typed[start.saturating_sub(offset)..]);
                let end = after.find(['"', '\'']).unwrap_or(after.len());
                sql(&text[start..], word, &after[..end], true)
            }
            Language::Scala | Language::Python | Language::Sql | Language::R => nothing,
        },
        Place::Code => {
            let word = name_at_end(language, typed);
            if language == Language::Sql {
                return sql(&text, word, after, false);
            }
            let before = &text[..text.len() - word.len()];
            let receiver = receiver(language, &typed[..typed.len() - word.len()], before);
            let is_number = word.starts_with(|c: char| c.is_numeric());
            let is_behind_number = receiver == Receiver::Path("");
            if is_number || is_behind_number {
                return nothing;
            }
            let before = before.to_owned();
            Context {
                word,
                subject: Subject::Code(Code { before, receiver }),
            }
        }
    }
}

fn name_at_end(language: Language, text: &str) -> &str {
    let is_part = |c: char| lang::is_name_part(language, c);
    &text[text.trim_end_matches(is_part).len()..]
}

/// What stands before the word; an empty path is the beginning of a number.
fn receiver<'a>(language: Language, typed: &'a str, whole: &str) -> Receiver<'a> {
    let is_spaced = language == Language::Scala;
    let behind_dot = match is_spaced {
        true => whole.trim_end().ends_with('.'),
        false => whole.ends_with('.'),
    };
    if language == Language::R || !behind_dot {
        return Receiver::None;
    }
    let Some(left) = typed.strip_suffix('.') else {
        return Receiver::Other;
    };
    let is_part = |c: char| lang::is_name_part(language, c) || c == '.';
    let path = &left[left.trim_end_matches(is_part).len()..];
    let has_whole_names = path
        .split('.')
        .all(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_numeric()));
    let stands_alone = !left[..left.len() - path.len()].ends_with([')', ']', '}', '"', '\'']);
    match (has_whole_names, stands_alone) {
        (true, true) => Receiver::Path(path),
        _ if !path.is_empty() && path.chars().all(char::is_numeric) => Receiver::Path(""),
        _ => Receiver::Other,
    }
}

/// Whether a literal that begins behind this text is given to `sql`.
fn is_sql_call(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'']);
    let text = text.trim_end_matches(['s', 'f', 'r', 'F', 'R', 'b', 'u']);
    let Some(call) = text.trim_end().strip_suffix('(') else {
        return false;
    };
    name_at_end(Language::Python, call) == "sql"
}

fn sql<'a>(text: &str, word: &'a str, after: &str, is_quoted: bool) -> Context<'a> {
    // A string of SQL's own within one of another language, or a comment.
    let is_code = lang::place_at_end(Language::Sql, text) == Place::Code;
    let is_number = word.starts_with(|c: char| c.is_numeric());
    let before = &text[..text.len() - word.len()];
    let last = before.rfind(';').map_or(before, |end| &before[end + 1..]);
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '`');
    let (rest, qualifier) = match last.strip_suffix('.') {
        None => (last, None),
        Some(left) => {
            let (rest, name) = left.split_at(left.trim_end_matches(is_part).len());
            (rest, Some(name.replace('`', "")))
        }
    };
    let begins_number = |name: &String| name.starts_with(|c: char| c.is_numeric());
    if !is_code || is_number || qualifier.as_ref().is_some_and(begins_number) {
        return Context {
            word: "",
            subject: Subject::Nothing,
        };
    }
    let after = after.split(';').next().unwrap_or_default();
    Context {
        word,
        subject: Subject::Sql(Sql {
            statement: Statement::read(&format!("{rest} {after}")),
            qualifier,
            is_quoted,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{Python, Scala, Sql as SqlLanguage};

    fn argument(takes: Takes) -> Subject<'static> {
        Subject::Argument(takes)
    }

    #[test]
    fn a_command_and_its_arguments_are_told_apart() {
        for (typed, word, subject) in [
            (":", "", Subject::Command),
            (":wa", "wa", Subject::Command),
            (":h?", "h?", Subject::Command),
            (":lang ", "", argument(Takes::Language)),
            (":la py", "", Subject::Nothing),
            (":lang py", "py", argument(Takes::Language)),
            (":lang python s", "", Subject::Nothing),
            (":load my fi", "my fi", argument(Takes::File)),
            (":load -v ~/a", "~/a", argument(Takes::File)),
            (":download fl", "fl", argument(Takes::Value)),
            (":download flights o", "o", argument(Takes::File)),
            (":upload a", "a", argument(Takes::File)),
            (":upload a.csv n", "n", argument(Takes::Value)),
            (":last c", "c", argument(Takes::Format)),
            (":last csv > o", "o", argument(Takes::File)),
            (":timing o", "o", argument(Takes::OnOff)),
            (":quit x", "", Subject::Nothing),
            (":nope x", "", Subject::Nothing),
            (":sh cat a", "a", Subject::ShellFile),
            (":sh ca", "ca", Subject::Program),
            ("%js", "%js", Subject::Magic),
        ] {
            let found = context(Scala, "", typed, "");
            assert_eq!((found.word, found.subject), (word, subject), "{typed}");
        }
    }

    #[test]
    fn a_command_line_has_a_program_and_files() {
        for (typed, word, subject) in [
            ("!ls sr", "sr", Subject::ShellFile),
            ("!ls my\\ fi", "my\\ fi", Subject::ShellFile),
            ("!ls \"a", "a", Subject::ShellFile),
            ("!ls >o", "o", Subject::ShellFile),
            ("!l", "l", Subject::Program),
            ("!./x", "./x", Subject::ShellFile),
        ] {
            let found = context(Python, "", typed, "");
            assert_eq!((found.word, found.subject), (word, subject), "{typed}");
        }
        // The negation of a value.
        let found = context(Scala, "", "!isE", "");
        assert!(matches!(found.subject, Subject::Code(_)), "{found:?}");
    }

    #[test]
    fn a_word_of_code_has_what_stands_before_it() {
        for (language, before, typed, word, receiver) in [
            (Scala, "", "sc.par", "par", Receiver::Path("sc")),
            (Scala, "df", "  .wh", "wh", Receiver::Other),
            (Scala, "df.", "  wh", "wh", Receiver::Other),
            (Scala, "", "f(x).m", "m", Receiver::Other),
            (Scala, "", "\"a\".len", "len", Receiver::Other),
            (Scala, "", "val x = Lis", "Lis", Receiver::None),
            (Python, "", "a.b.c", "c", Receiver::Path("a.b")),
            (Python, "", "f(a.b", "b", Receiver::Path("a")),
            (Python, "", "a[0].b", "b", Receiver::Other),
            (Python, "", "f().g.b", "b", Receiver::Other),
            (Python, "def f():", "    ret", "ret", Receiver::None),
            (Python, "", "_x.", "", Receiver::Path("_x")),
        ] {
            let found = context(language, before, typed, "");
            assert_eq!(found.word, word, "{typed}");
            let Subject::Code(code) = found.subject else {
                panic!("{typed}: {:?}", found.subject);
            };
            assert_eq!(code.receiver, receiver, "{typed}");
            let whole = [before, typed].join(if before.is_empty() { "" } else { "\n" });
            assert_eq!(code.before + word, whole);
        }
        for (language, typed) in [
            (Scala, "val s = \"ab"),
            (Scala, "x // co"),
            (Python, "x = 1.5"),
            (Python, "x = 12"),
            (Python, "# co"),
            (Scala, "1."),
            (SqlLanguage, "select 'ab"),
            (SqlLanguage, "select 1."),
            (SqlLanguage, "select 12"),
            (SqlLanguage, "select a -- fr"),
            (Scala, "spark.sql(\"select 'a"),
            (Python, "spark.sql('''select a /* b"),
        ] {
            let found = context(language, "", typed, "");
            assert_eq!(found.subject, Subject::Nothing, "{typed}");
        }
    }

    #[test]
    fn sql_is_also_what_stands_in_a_call_of_sql() {
        for (language, before, typed, word, is_quoted) in [
            (SqlLanguage, "select a", "from fl", "fl", false),
            (Scala, "", "spark.sql(\"select a from fl", "fl", true),
            (Scala, "spark.sql(\"\"\"", "select a from fl", "fl", true),
            (Python, "", "spark.sql(f'select ", "", true),
        ] {
            let found = context(language, before, typed, "");
            assert_eq!(found.word, word, "{typed}");
            let Subject::Sql(sql) = found.subject else {
                panic!("{typed}: {:?}", found.subject);
            };
            assert_eq!((sql.is_quoted, sql.qualifier), (is_quoted, None));
        }
        let found = context(
            SqlLanguage,
            "",
            "select f.de",
            " from flights f; select 1 from u",
        );
        let Subject::Sql(sql) = found.subject else {
            panic!();
        };
        assert_eq!(sql.statement.table("f"), Some("flights"));
        assert_eq!(sql.statement.tables().count(), 1);
        let found = context(SqlLanguage, "", "select 1; select `my_db`.t.co", "");
        let Subject::Sql(sql) = found.subject else {
            panic!();
        };
        assert_eq!(sql.qualifier.as_deref(), Some("my_db.t"));
    }
}

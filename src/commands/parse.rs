//! From a line to a command.

use super::inspect::Asked;
use super::save::{self, Save};
use super::table::{self, Entry, Name};
use crate::lang::Language;
use crate::render::{Format, Records};
use crate::shell::{Outlet, path_of};
use std::path::PathBuf;

/// A command with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Quit,
    /// For whoever sits at a prompt.
    Prompt(Prompt),
    /// For scripts as well.
    Shared(Shared),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// To a session by its id or name, or to the one that was used last.
    Attach(String),
    /// A statement that was left running, or the last one of these.
    Cancel(Option<String>),
    /// To leave livysh, and the session as it is.
    Detach,
    /// The last result once more, in a way of its own.
    Last(Again),
    Log {
        /// So many of its last lines.
        lines: i64,
        /// Whether what comes is printed, too.
        follows: bool,
    },
    Statements,
    Wait(Option<String>),
    /// An input's number, a file, or nothing for the last input.
    Edit(String),
    /// So many of the last inputs that hold all of these words.
    History {
        count: usize,
        words: Vec<String>,
    },
    Lang(Language),
    /// Inputs from a number to another; none for the last one.
    Rerun(Option<(usize, usize)>),
    Restart,
    Search(String),
    Session,
    /// By its name, or all of them.
    Theme(String),
    /// Whether it is to be opened.
    Ui(bool),
    /// The last error, whole.
    Trace,
    /// Whether rows are shown as records from now on.
    Vertical(Records),
}

/// How a result is shown once more, where that is not as before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Again {
    pub format: Option<Format>,
    pub records: Option<Records>,
    pub outlet: Option<Outlet>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    Completions(String),
    Doctor,
    Download(Download),
    /// How rows are written from now on; none where that is asked for.
    Format(Option<Format>),
    /// On one command, or on all.
    Help(Option<String>),
    /// What a value is, asked at a prompt.
    Inspect(Asked),
    Kind(String),
    Load {
        path: PathBuf,
        verbose: bool,
    },
    /// Where the next result goes.
    Once(Outlet),
    Paste(Paste),
    Replay,
    Require(String),
    Reset,
    Save(Save),
    /// The columns of a DataFrame or a table.
    Schema(String),
    Show(Show),
    Shell(String),
    Silent,
    /// Whether it is told how long each statement took; the other way where that is not said.
    Timing(Option<bool>),
    Type {
        expression: String,
        verbose: bool,
    },
    Upload {
        path: PathBuf,
        name: Option<String>,
    },
}

/// What is written where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// A variable; in SQL a table or a view.
    pub name: String,
    pub path: PathBuf,
    /// So many rows at most.
    pub rows: Option<u64>,
}

/// Whose first rows are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Show {
    /// A variable; in SQL a table or a view.
    pub name: String,
    pub rows: u64,
}

/// Where pasted code comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paste {
    File(PathBuf),
    /// The lines up to one that is `until`, or to the end.
    Lines {
        until: Option<String>,
        margin: Option<char>,
    },
}

const SHOWN_INPUTS: usize = 20;
/// So many rows are shown where no number is given, as Spark's `show` does.
const SHOWN_ROWS: u64 = 20;
/// All of them are in one answer; :download has more.
const MOST_ROWS: u64 = 10_000;
/// So many lines of the log are printed where no number is given.
const LOG_LINES: i64 = 100;

/// Whether a line can be a command: a colon and a name.
pub fn is_command(line: &str) -> bool {
    let rest = line.strip_prefix(':');
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether a line of a text in a language can be a command. In Scala no code begins so; in Python and
/// SQL a slice, a field list or a parameter does, so that there the command must be one that is known.
pub fn may_command(language: Language, line: &str) -> bool {
    match language {
        Language::Scala => is_command(line),
        Language::Python | Language::Sql => is_command(line) && is_known(line),
        Language::R => false,
    }
}

fn is_known(line: &str) -> bool {
    let rest = line.trim_end().strip_prefix(':').unwrap_or_default();
    let name = rest.split(char::is_whitespace).next().unwrap_or_default();
    table::find(name).is_ok()
}

/// The command on a line, or `None` where the line is none; what is wrong with it, in the Scala
/// shell's words.
pub fn parse(line: &str) -> Option<Result<Command, String>> {
    let line = line.trim();
    if let Some(command_line) = line.strip_prefix('!') {
        let command_line = command_line.trim().to_owned();
        return Some(Ok(Command::Shared(Shared::Shell(command_line))));
    }
    let rest = line.strip_prefix(':')?;
    let (name, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some(table::find(name).and_then(|entry| command(entry, argument.trim())))
}

fn command(entry: &'static Entry, argument: &str) -> Result<Command, String> {
    let given = || (!argument.is_empty()).then(|| argument.to_owned());
    let shared = |command| Ok(Command::Shared(command));
    let prompt = |command| Ok(Command::Prompt(command));
    match entry.which {
        Name::Quit => Ok(Command::Quit),
        Name::Attach => match argument.split_once(char::is_whitespace) {
            None if !argument.is_empty() => prompt(Prompt::Attach(argument.to_owned())),
            Some(_) | None => Err(format!("usage: {}", entry.usage())),
        },
        Name::Cancel => prompt(Prompt::Cancel(given())),
        Name::Detach => prompt(Prompt::Detach),
        Name::Edit => prompt(Prompt::Edit(argument.to_owned())),
        Name::History => prompt(history(argument)),
        Name::Lang => Language::from_name(argument)
            .map(|language| Command::Prompt(Prompt::Lang(language)))
            .ok_or_else(|| format!("{}  (LANG is scala, python, sql or r)", entry.usage())),
        Name::Last => match again(argument) {
            Some(again) => prompt(Prompt::Last(again)),
            None => Err(format!("usage: {}", entry.usage())),
        },
        Name::Vertical => match vertical(argument) {
            Some(wanted) => prompt(wanted),
            None => Err(format!("usage: {}", entry.usage())),
        },
        Name::Format => match (argument, Format::from_name(argument)) {
            ("", _) => shared(Shared::Format(None)),
            (_, Some(format)) => shared(Shared::Format(Some(format))),
            (_, None) => {
                let all = Format::ALL.map(Format::name).join(", ");
                Err(format!("{}  (FORMAT is {all})", entry.usage()))
            }
        },
        Name::Once => match Outlet::parse(argument) {
            Some(outlet) => shared(Shared::Once(outlet)),
            None => Err(format!("usage: {}", entry.usage())),
        },
        Name::Log => match log(argument) {
            Some(wanted) => prompt(wanted),
            None => Err(format!("usage: {}", entry.usage())),
        },
        Name::Statements => prompt(Prompt::Statements),
        Name::Wait => prompt(Prompt::Wait(given())),
        Name::Restart => prompt(Prompt::Restart),
        Name::Search => prompt(Prompt::Search(argument.to_owned())),
        Name::Session => prompt(Prompt::Session),
        Name::Theme => prompt(Prompt::Theme(argument.to_owned())),
        Name::Timing => match argument {
            "" => shared(Shared::Timing(None)),
            "on" => shared(Shared::Timing(Some(true))),
            "off" => shared(Shared::Timing(Some(false))),
            _ => Err(format!("usage: {}", entry.usage())),
        },
        Name::Trace => prompt(Prompt::Trace),
        Name::Ui => match argument {
            "" => prompt(Prompt::Ui(false)),
            "open" => prompt(Prompt::Ui(true)),
            _ => Err(format!("usage: {}", entry.usage())),
        },
        Name::Completions => shared(Shared::Completions(argument.to_owned())),
        Name::Doctor => shared(Shared::Doctor),
        Name::Download => match download(argument) {
            Some(wanted) => shared(Shared::Download(wanted)),
            None => Err(format!("usage: {}", entry.usage())),
        },
        Name::Help => shared(Shared::Help(given())),
        Name::Kind => match option("-v", argument) {
            (_, "") => Err(":kind [-v] <type>".to_owned()),
            (_, wanted) => shared(Shared::Kind(wanted.to_owned())),
        },
        Name::Load => match option("-v", argument) {
            (_, "") => Err("usage: :load -v file".to_owned()),
            (verbose, path) => shared(Shared::Load {
                path: path_of(path),
                verbose,
            }),
        },
        Name::Paste => paste(argument),
        Name::Replay => shared(Shared::Replay),
        Name::Rerun => match rerun(argument) {
            Some(wanted) => prompt(Prompt::Rerun(wanted)),
            None => Err(format!("usage: {}", entry.usage())),
        },
        Name::Require => match argument {
            "" => Err("Cannot load ''".to_owned()),
            path => shared(Shared::Require(path.to_owned())),
        },
        Name::Reset => shared(Shared::Reset),
        Name::Save => match save::wanted(argument) {
            None => Err("File name is required.".to_owned()),
            Some(wanted) => shared(Shared::Save(wanted)),
        },
        Name::Schema => match argument {
            "" => Err(format!("usage: {}", entry.usage())),
            name => shared(Shared::Schema(name.to_owned())),
        },
        Name::Show => match show(argument) {
            Some(wanted) => shared(Shared::Show(wanted)),
            None => Err(format!(
                "usage: {}  (ROWS is 1 to {MOST_ROWS})",
                entry.usage()
            )),
        },
        Name::Shell => shared(Shared::Shell(argument.to_owned())),
        Name::Silent => shared(Shared::Silent),
        Name::Type => match option("-v", argument) {
            (_, "") => Err(":type [-v] <expression>. see also :help kind".to_owned()),
            (verbose, expression) => shared(Shared::Type {
                expression: expression.to_owned(),
                verbose,
            }),
        },
        Name::Upload => match upload(argument) {
            Some((path, name)) => shared(Shared::Upload {
                path: path_of(path),
                name: name.map(str::to_owned),
            }),
            None => Err(format!("usage: {}", entry.usage())),
        },
        Name::NotOverLivy => Err(entry.reason()),
    }
}

/// Whether an option stands first, and the rest.
fn option<'a>(option: &str, argument: &'a str) -> (bool, &'a str) {
    match argument.split_once(char::is_whitespace) {
        Some((first, rest)) if first == option => (true, rest.trim_start()),
        None if argument == option => (true, ""),
        Some(_) | None => (false, argument),
    }
}

/// A name, which may have blanks in quotes, and how many rows.
fn show(argument: &str) -> Option<Show> {
    let is_count = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let (name, rows) = match argument.rsplit_once(char::is_whitespace) {
        Some((name, rows)) if is_count(rows) => (name.trim_end(), rows.parse().ok()?),
        Some(_) | None => (argument, SHOWN_ROWS),
    };
    let is_wanted = !name.is_empty() && (1..=MOST_ROWS).contains(&rows);
    is_wanted.then(|| Show {
        name: name.to_owned(),
        rows,
    })
}

/// The numbers of the first and the last of them; none for the last input.
fn rerun(argument: &str) -> Option<Option<(usize, usize)>> {
    if argument.is_empty() {
        return Some(None);
    }
    let (first, last) = argument.split_once('-').unwrap_or((argument, argument));
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some(Some((first, last)))
}

/// How many, and words; words alone find all that hold them.
fn history(argument: &str) -> Prompt {
    let mut words = argument.split_whitespace().peekable();
    let count = words.peek().and_then(|word| word.parse().ok());
    words.next_if(|_| count.is_some());
    let words: Vec<String> = words.map(str::to_owned).collect();
    let all = match words.is_empty() {
        true => SHOWN_INPUTS,
        false => usize::MAX,
    };
    Prompt::History {
        count: count.unwrap_or(all),
        words,
    }
}

/// How many lines, and whether it goes on, in either order.
fn log(argument: &str) -> Option<Prompt> {
    let (mut lines, mut follows) = (None, false);
    for word in argument.split_whitespace() {
        match word {
            "-f" | "--follow" | "follow" => follows = true,
            count => {
                let count = count.parse().ok().filter(|count| *count > 0)?;
                if lines.replace(count).is_some() {
                    return None;
                }
            }
        }
    }
    Some(Prompt::Log {
        lines: lines.unwrap_or(LOG_LINES),
        follows,
    })
}

/// A format, and where it goes; each may be left out.
fn again(argument: &str) -> Option<Again> {
    let start = argument.find(['>', '|']).unwrap_or(argument.len());
    let (format, outlet) = argument.split_at(start);
    let format = format.trim();
    Some(Again {
        format: match format {
            "" => None,
            name => Some(Format::from_name(name)?),
        },
        records: None,
        outlet: match outlet {
            "" => None,
            outlet => Some(Outlet::parse(outlet)?),
        },
    })
}

/// Alone it is about the last result.
fn vertical(argument: &str) -> Option<Prompt> {
    Some(match argument {
        "" => Prompt::Last(Again {
            records: Some(Records::Always),
            ..Again::default()
        }),
        "on" => Prompt::Vertical(Records::Always),
        "off" => Prompt::Vertical(Records::Never),
        "auto" => Prompt::Vertical(Records::Auto),
        _ => return None,
    })
}

/// A name first, then a path that may hold blanks, then how many rows.
fn download(argument: &str) -> Option<Download> {
    let (name, rest) = argument.split_once(char::is_whitespace)?;
    let (path, rows) = match rest.rsplit_once("--rows") {
        Some((path, count)) if path.ends_with(char::is_whitespace) => {
            (path, Some(count.trim().parse().ok()?))
        }
        Some(_) | None => (rest, None),
    };
    let path = path.trim();
    // As `:upload` takes it.
    let quoted = path
        .strip_prefix('"')
        .and_then(|path| path.strip_suffix('"'));
    let path = quoted.unwrap_or(path);
    let is_whole = !path.is_empty() && !path.starts_with("--") && !name.starts_with('-');
    is_whole.then(|| Download {
        name: name.to_owned(),
        path: path_of(path),
        rows,
    })
}

/// A path, in quotes where it holds blanks, then a name.
fn upload(argument: &str) -> Option<(&str, Option<&str>)> {
    let (path, rest) = match argument.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => argument
            .split_once(char::is_whitespace)
            .unwrap_or((argument, "")),
    };
    let name = rest.trim();
    let is_whole = !path.is_empty() && !name.contains(char::is_whitespace);
    is_whole.then_some((path, (!name.is_empty()).then_some(name)))
}

fn paste(argument: &str) -> Result<Command, String> {
    let mut words = argument.split_whitespace().peekable();
    if let Some(raw) = words.next_if(|word| *word == "-raw" || *word == "-java") {
        return Err(format!(
            ":paste {raw} does not work over Livy: a statement is no source file of its own; \
             :paste takes everything but packages"
        ));
    }
    let here = words
        .next_if(|word| word.starts_with('<'))
        .map(|word| word.chars().nth(1));
    let what = words.next();
    if words.next().is_some() {
        return Err("usage: :paste file | < EOF".to_owned());
    }
    Ok(Command::Shared(Shared::Paste(match (here, what) {
        (None, Some(path)) => Paste::File(path_of(path)),
        (here, until) => Paste::Lines {
            until: until.map(str::to_owned),
            margin: here.flatten(),
        },
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(line: &str) -> Shared {
        match parse(line) {
            Some(Ok(Command::Shared(command))) => command,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn refused(line: &str) -> String {
        parse(line).unwrap().unwrap_err()
    }

    #[test]
    fn a_command_is_a_colon_and_a_name() {
        assert!(is_command(":paste") && is_command(":h? x"));
        assert!(!is_command(": Int = 3") && !is_command("::") && !is_command(" :paste"));
        assert_eq!(parse("x :q"), None);
        assert_eq!(parse("  :q now "), Some(Ok(Command::Quit)));
        assert_eq!(shared("!ls -l"), Shared::Shell("ls -l".to_owned()));
        assert_eq!(shared(":sh ls -l"), Shared::Shell("ls -l".to_owned()));
    }

    #[test]
    fn pasted_code_may_come_from_three_places() {
        let lines = |until: Option<&str>, margin| {
            Shared::Paste(Paste::Lines {
                until: until.map(str::to_owned),
                margin,
            })
        };
        assert_eq!(shared(":paste"), lines(None, None));
        assert_eq!(shared(":paste <"), lines(None, None));
        assert_eq!(shared(":paste < EOF"), lines(Some("EOF"), None));
        assert_eq!(shared(":paste <| END"), lines(Some("END"), Some('|')));
        assert_eq!(shared(":paste <~ EOF"), lines(Some("EOF"), Some('~')));
        let file = Shared::Paste(Paste::File("a.scala".into()));
        assert_eq!(shared(":paste a.scala"), file);
    }

    #[test]
    fn options_stand_first() {
        let load = |path: &str, verbose| Shared::Load {
            path: path.into(),
            verbose,
        };
        assert_eq!(shared(":load -v a b.scala"), load("a b.scala", true));
        assert_eq!(shared(":load a.scala"), load("a.scala", false));
        let expression = "x - v".to_owned();
        let typed = Shared::Type {
            expression,
            verbose: false,
        };
        assert_eq!(shared(":type x - v"), typed);
    }

    #[test]
    fn names_files_and_rows_are_told_apart() {
        let wanted = |name: &str, path: &str, rows| {
            Shared::Download(Download {
                name: name.to_owned(),
                path: path.into(),
                rows,
            })
        };
        assert_eq!(shared(":download a b.csv"), wanted("a", "b.csv", None));
        assert_eq!(
            shared(":download a \"my b.csv\" --rows 12"),
            wanted("a", "my b.csv", Some(12))
        );
        assert_eq!(
            shared(":download a  my b.csv --rows 12"),
            wanted("a", "my b.csv", Some(12))
        );
        for line in [
            ":download",
            ":download a",
            ":download a b.csv --rows",
            ":download a b.csv --rows x",
            ":download a --rows 3",
        ] {
            let told = "usage: :download NAME FILE [--rows N]";
            assert_eq!(refused(line), told, "{line}");
        }
        let given = |path: &str, name: Option<&str>| Shared::Upload {
            path: path.into(),
            name: name.map(str::to_owned),
        };
        assert_eq!(shared(":upload a.csv"), given("a.csv", None));
        assert_eq!(shared(":upload a.csv b"), given("a.csv", Some("b")));
        assert_eq!(
            shared(":upload \"my a.csv\" b"),
            given("my a.csv", Some("b"))
        );
        for line in [
            ":upload",
            ":upload a.csv b c",
            ":upload \"a.csv",
            ":upload \"\"",
        ] {
            assert_eq!(refused(line), "usage: :upload FILE [NAME]", "{line}");
        }
    }

    #[test]
    fn a_log_is_printed_or_followed() {
        for (line, lines, follows) in [
            (":log", 100, false),
            (":log 7", 7, false),
            (":log -f", 100, true),
            (":log -f 7", 7, true),
            (":log 7 --follow", 7, true),
            (":log follow", 100, true),
        ] {
            let wanted = Prompt::Log { lines, follows };
            assert_eq!(parse(line), Some(Ok(Command::Prompt(wanted))), "{line}");
        }
        for line in [":log 0", ":log -1", ":log x", ":log 1 2"] {
            assert_eq!(refused(line), "usage: :log [-f] [N]", "{line}");
        }
    }

    #[test]
    fn inputs_are_run_again_by_their_numbers() {
        for (line, wanted) in [
            (":rerun", None),
            (":rerun 7", Some((7, 7))),
            (":rer 3-5", Some((3, 5))),
            (":rerun 3 - 5", Some((3, 5))),
        ] {
            let command = Command::Prompt(Prompt::Rerun(wanted));
            assert_eq!(parse(line), Some(Ok(command)), "{line}");
        }
        for line in [
            ":rerun 5-3",
            ":rerun x",
            ":rerun -1",
            ":rerun 1-",
            ":rerun 1 2",
        ] {
            assert_eq!(refused(line), "usage: :rerun [N|FIRST-LAST]", "{line}");
        }
    }

    #[test]
    fn one_session_is_attached_to() {
        let attach = Prompt::Attach("etl".to_owned());
        assert_eq!(parse(":att etl"), Some(Ok(Command::Prompt(attach))));
        for line in [":attach", ":attach a b"] {
            assert_eq!(refused(line), "usage: :attach ID|NAME|last", "{line}");
        }
    }

    #[test]
    fn in_python_and_sql_a_command_is_one_that_is_known() {
        for language in [Language::Python, Language::Sql] {
            for line in [":quit", ":q\n", ":download a b.csv", ":h? x", ":warnings"] {
                assert!(may_command(language, line), "{line}");
            }
            for line in [":5]", ":nope", ":quit)", " :quit", ":type: x", ":"] {
                assert!(!may_command(language, line), "{line}");
            }
        }
        assert!(may_command(Language::Scala, ":nope"));
        assert!(!may_command(Language::R, ":quit"));
    }

    /// The words of the Scala 2.12 shell, as Spark 3.5 prints them.
    #[test]
    fn what_is_missing_is_told_in_the_shells_words() {
        for (line, told) in [
            (":load", "usage: :load -v file"),
            (":load -v", "usage: :load -v file"),
            (":save", "File name is required."),
            (":require", "Cannot load ''"),
            (":type", ":type [-v] <expression>. see also :help kind"),
            (":kind", ":kind [-v] <type>"),
        ] {
            assert_eq!(refused(line), told);
        }
        for line in [
            ":imports",
            ":implicits -v",
            ":javap Foo",
            ":power",
            ":phase typer",
            ":settings -feature",
            ":warnings",
            ":line 3",
            ":paste -raw",
            ":paste -java A.java",
        ] {
            let told = refused(line);
            assert!(told.contains("does not work over Livy: "), "{told}");
            assert!(!told.contains('\n'), "{told}");
        }
        assert!(refused(":lang cobol").contains("scala, python, sql or r"));
    }
}

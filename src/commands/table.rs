//! The colon commands: one table of their names, arguments and help. The words are those of the
//! Scala 2.12 shell that Spark 3.5 ships.

/// Which command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Attach,
    Cancel,
    Completions,
    Detach,
    Doctor,
    Download,
    Edit,
    Format,
    Help,
    History,
    Search,
    Kind,
    Lang,
    Last,
    Load,
    Log,
    Once,
    Paste,
    Quit,
    Replay,
    Require,
    Rerun,
    Reset,
    Restart,
    Save,
    Schema,
    Session,
    Shell,
    Show,
    Silent,
    Statements,
    Theme,
    Timing,
    Trace,
    Type,
    Ui,
    Upload,
    Vertical,
    Wait,
    /// One of spark-shell's that cannot work; its help says why.
    NotOverLivy,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: &'static str,
    pub which: Name,
    arguments: &'static str,
    pub(super) help: &'static str,
    /// What `:help NAME` adds; for what cannot work, the reason.
    pub(super) more: &'static str,
    /// Whether spark-shell has no such command.
    is_ours: bool,
}

impl Entry {
    pub fn usage(&self) -> String {
        let usage = format!(":{} {}", self.name, self.arguments);
        usage.trim_end().to_owned()
    }

    /// Why it cannot work, in one line.
    pub fn reason(&self) -> String {
        format!(":{} does not work over Livy: {}", self.name, self.more)
    }
}

const fn entry(
    which: Name,
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    more: &'static str,
) -> Entry {
    Entry {
        name,
        which,
        arguments,
        help,
        more,
        is_ours: matches!(
            which,
            Name::Attach
                | Name::Cancel
                | Name::Detach
                | Name::Doctor
                | Name::Download
                | Name::Format
                | Name::Lang
                | Name::Last
                | Name::Log
                | Name::Once
                | Name::Rerun
                | Name::Restart
                | Name::Schema
                | Name::Session
                | Name::Show
                | Name::Statements
                | Name::Theme
                | Name::Timing
                | Name::Trace
                | Name::Ui
                | Name::Upload
                | Name::Vertical
                | Name::Wait
        ),
    }
}

const fn not_over_livy(name: &'static str, reason: &'static str) -> Entry {
    entry(Name::NotOverLivy, name, "", "", reason)
}

pub(super) static TABLE: [Entry; 47] = [
    entry(
        Name::Attach,
        "attach",
        "ID|NAME|last",
        "leave this session and go on in another of the server",
        "The other must be there and ready before this one is left: where that fails, nothing changes. \
         A\nsession that livysh made is ended then, unless --keep; one that was there before stays. \
         last is the\none that was used last before this one.",
    ),
    entry(
        Name::Cancel,
        "cancel",
        "[N]",
        "cancel statement N, or the last one that was left running",
        "",
    ),
    entry(
        Name::Completions,
        "completions",
        "<string>",
        "output completions for the given string",
        "The server is asked, which completes Scala; Apache Livy completes no Python.",
    ),
    entry(
        Name::Detach,
        "detach",
        "",
        "leave livysh; the session stays, and how to come back is told",
        "What runs in the session goes on. :quit ends a session that livysh made.",
    ),
    entry(
        Name::Doctor,
        "doctor",
        "",
        "look at the way to the server, step by step, and at the session",
        "The first line that says failed is what is broken; what to do stands below it. No secret is in \
         it.\nCtrl-C ends it.",
    ),
    entry(
        Name::Download,
        "download",
        "NAME FILE [--rows N]",
        "write a DataFrame to a file of this machine",
        "NAME is a variable; in SQL a table or a view. FILE ends in .csv, .ndjson or .jsonl, and appears when \
         it\nis complete. Values are as Spark writes them to JSON; in CSV a null stands bare and an empty \
         string\nin quotes, arrays, structs and maps are JSON. The rows come partition by partition.",
    ),
    entry(
        Name::Edit,
        "edit",
        "[N|FILE]",
        "edit the last input, that of number N or a file, then run it",
        "The editor is $VISUAL, else $EDITOR. :history shows the numbers. Nothing runs where the \
         editor\nends with an error or the text is empty.",
    ),
    entry(
        Name::Format,
        "format",
        "[FORMAT]",
        "how rows are written from now on",
        "text is for people: fitted to the screen. table, vertical, csv, tsv, json, ndjson, markdown and raw \
         hide\nnothing. It is --format.",
    ),
    entry(
        Name::Help,
        "help",
        "[command]",
        "print this summary or command-specific help",
        "",
    ),
    entry(
        Name::History,
        "history",
        "[num] [WORD...]",
        "show the history (optional num is commands to show), or what of it holds all words",
        "Each language has a history of its own; the last 20 inputs are shown where nothing is said. Beside \
         each\nstands how long ago it ran, whether it failed, was cancelled or has an end that is not known, \
         and the\nprofile where several are there.",
    ),
    entry(Name::Search, "h?", "<string>", "search the history", ""),
    not_over_livy(
        "imports",
        "only the compiler in the session knows what is imported",
    ),
    not_over_livy(
        "implicits",
        "only the compiler in the session knows the implicits in scope",
    ),
    not_over_livy("javap", "the class files are in the session, out of reach"),
    entry(
        Name::Lang,
        "lang",
        "LANG",
        "go on in scala, python, sql or r, in the same session",
        "All languages of a session share sc, spark and temporary views. A server older than Livy \
         0.5 has\none language for each session.",
    ),
    not_over_livy(
        "line",
        "it would place text in the editor's history; :h? finds it, Up brings it back, :edit edits it",
    ),
    entry(
        Name::Load,
        "load",
        "[-v] <path>",
        "interpret lines in a file",
        "The file's statements run one after another; the first error ends it and is told with its \
         line of\nthe file. -v shows each one. The extension decides the language.",
    ),
    entry(
        Name::Once,
        "once",
        "FILE | '|' COMMAND",
        "the next result goes into a file, or to a program",
        "Nothing of it is hidden or cut. The name of a file may tell the format: .csv, .tsv, .json, .ndjson, \
         .md.\nA picture is written as it is.",
    ),
    entry(
        Name::Paste,
        "paste",
        "[path] | < EOF",
        "enter paste mode or paste a file",
        "A block of Scala is compiled as one unit: what it defines may refer to what comes later. \
         Ctrl-D\nends it, or the word behind <; <| and <~ take a margin of that sign off, <- all \
         indentation.\n-raw and -java compile a source file of its own, which no statement can.",
    ),
    not_over_livy("phase", "it belongs to the compiler's power mode"),
    not_over_livy("power", "the power mode works on the compiler itself"),
    entry(
        Name::Quit,
        "quit",
        "",
        "exit the interpreter",
        "A session that livysh made is ended, :detach leaves it; one that was there before stays.",
    ),
    entry(
        Name::Replay,
        "replay",
        "",
        "replay all previous commands",
        "What has succeeded since the start is sent again, into the same session; :restart gives a \
         new one.",
    ),
    entry(
        Name::Require,
        "require",
        "<path>",
        "add a jar or a Python file to the session",
        "A .jar, or a .py, .zip or .egg. A file of this machine is sent to the server; a URI, such \
         as\nhdfs://host/a.jar or file:/a.jar, the server reads itself. What Python has loaded it keeps.",
    ),
    entry(
        Name::Rerun,
        "rerun",
        "[N|FIRST-LAST]",
        "run the last input again, that of number N, or several",
        "The numbers are those that :history shows. Each input is shown before it runs; the first error ends \
         it.\nCommands of the prompt among them are left out.",
    ),
    entry(
        Name::Reset,
        "reset",
        "",
        "tell how to forget all session entries",
        "",
    ),
    entry(
        Name::Restart,
        "restart",
        "",
        "end this session and make a new one like it",
        "It has nothing of the old one; :replay runs what has succeeded again. Where none comes up, \
         :restart\ntries again. Ctrl-C does not wait for the old one's end. In the place of a session that \
         has died it\nmakes a new one, also where livysh had not made that.",
    ),
    entry(
        Name::Save,
        "save",
        "[-f] [--script|--markdown|--notebook] <path>",
        "save replayable session to a file, or all of it as a document",
        "A script has the inputs that have succeeded, to be run again with :load, or by livysh FILE. A path that \
         ends\nin .md becomes a transcript, with pictures in files beside it, one in .ipynb a notebook of \
         Jupyter's: inputs\nand what they gave, also what the server still has from before and of others. A file that was \
         there before is\nreplaced only with -f.",
    ),
    entry(
        Name::Schema,
        "schema",
        "NAME",
        "show the columns of a DataFrame, or of a table in SQL",
        "No job runs for it. At a prompt NAME? tells the type and the columns, too, and in Python a value's \
         text,\nlength, signature and documentation; NAME?? its source.",
    ),
    entry(
        Name::Session,
        "session",
        "",
        "tell which session this is, and its state",
        "",
    ),
    entry(
        Name::Shell,
        "sh",
        "<command line>",
        "run a shell command, on this machine",
        "!<command line> does the same where it names a program. It runs here, not where the driver runs.",
    ),
    entry(
        Name::Show,
        "show",
        "NAME [ROWS]",
        "show the first rows of a DataFrame, or of a table in SQL",
        "They are laid out as results of SQL are: fitted to the screen, with types under names. A job runs for it, \
         which\ntakes ROWS rows, 20 where that is not said and 10000 at most; :download writes more into a file. \
         Times\nare those of the session's time zone, arrays, maps and structs as df.show() has them.",
    ),
    not_over_livy(
        "settings",
        "the options of a session's compiler are set when it starts",
    ),
    entry(
        Name::Silent,
        "silent",
        "",
        "disable/enable automatic printing of results",
        "What code prints itself, tables of SQL and errors are shown all the same.",
    ),
    entry(
        Name::Statements,
        "statements",
        "",
        "show the session's last statements, also those of other clients",
        "",
    ),
    entry(
        Name::Last,
        "last",
        "[FORMAT] [> FILE | '|' COMMAND]",
        "print the result of the last statement once more",
        "It does not run again. :last csv > out.csv writes its rows into a file, :last | wc gives them to a \
         program,\n:last > plot.png keeps a picture.",
    ),
    entry(
        Name::Log,
        "log",
        "[-f] [N]",
        "print the last N lines of the session's log, or 100; -f goes on with it",
        "What executors print, and what is written to standard error, stands only there; of a cluster's \
         executors\nit stands in their own logs, which the Spark UI shows. Ctrl-C ends -f. Livy keeps the \
         last 200 lines of\neither stream.",
    ),
    entry(
        Name::Theme,
        "theme",
        "[NAME]",
        "show the themes of code, or take another one",
        "Files themes/NAME.tmTheme beside config.toml are themes, too, and theme = \"NAME\" in it keeps one.",
    ),
    entry(
        Name::Timing,
        "timing",
        "[on|off]",
        "tell how long each statement took",
        "First the time that it was waited for, then how long it ran by the server's clock.",
    ),
    entry(
        Name::Trace,
        "trace",
        "",
        "print the last error whole, as the server sent it",
        "",
    ),
    entry(
        Name::Type,
        "type",
        "[-v] <expr>",
        "display the type of an expression without evaluating it",
        "",
    ),
    entry(
        Name::Kind,
        "kind",
        "[-v] <type>",
        "display the kind of a type. see also :help kind",
        "For types, and for constructors that take one or two types.",
    ),
    entry(
        Name::Ui,
        "ui",
        "[open]",
        "tell where Spark's web UI is, or open it in a browser",
        "The browser is $BROWSER, else the desktop's own.",
    ),
    entry(
        Name::Upload,
        "upload",
        "FILE [NAME]",
        "make a DataFrame and a temporary view of a small file of this machine",
        "FILE ends in .csv (its first line names the columns), .ndjson, .jsonl or .json, and has 10 MB at \
         most.\nNAME is that of the file where none is given. Spark infers the types, as spark.read does; in \
         SQL\nthere is the view alone.",
    ),
    entry(
        Name::Vertical,
        "vertical",
        "[on|off|auto]",
        "show the last rows as records, or those to come",
        "auto, which holds until it is set, shows a record after another where a grid would leave columns \
         out and\nall records fit on the screen.",
    ),
    entry(
        Name::Wait,
        "wait",
        "[N]",
        "wait for statement N, or the last one that was left running, and print its result",
        "",
    ),
    not_over_livy(
        "warnings",
        "the compiler in the session keeps its warnings to itself",
    ),
];

/// By its name or any prefix of it that no other command shares. A prefix that only one of
/// spark-shell's own commands has means that one.
pub fn find(name: &str) -> Result<&'static Entry, String> {
    let matching: Vec<&Entry> = TABLE
        .iter()
        .filter(|entry| !name.is_empty() && entry.name.starts_with(name))
        .collect();
    if let Some(exact) = matching.iter().find(|entry| entry.name == name) {
        return Ok(exact);
    }
    let mut known = matching.iter().filter(|entry| !entry.is_ours);
    let only_known = match (known.next(), known.next()) {
        (Some(one), None) if one.which != Name::NotOverLivy => Some(one),
        _ => None,
    };
    match (matching.as_slice(), only_known) {
        ([entry], _) => Ok(entry),
        (_, Some(entry)) => Ok(entry),
        ([], None) => Err(format!("No such command ':{name}'.  Type :help for help.")),
        (several, None) => {
            let names: Vec<String> = several.iter().map(|e| format!(":{}", e.name)).collect();
            let names = names.join(" or ");
            Err(format!(":{name} is ambiguous: did you mean {names}?"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(prefix: &str) -> &'static str {
        find(prefix).unwrap().name
    }

    #[test]
    fn unique_prefixes_are_enough() {
        for (prefix, command) in [
            ("q", "quit"),
            ("he", "help"),
            ("h?", "h?"),
            ("pas", "paste"),
            ("sess", "session"),
            ("rest", "restart"),
            // Only one of spark-shell's own begins so.
            ("c", "completions"),
            ("t", "type"),
            ("res", "reset"),
            ("rer", "rerun"),
        ] {
            assert_eq!(name(prefix), command, "{prefix}");
        }
    }

    #[test]
    fn the_rest_is_told_in_the_scala_shells_words() {
        for (prefix, told) in [
            ("nope", "No such command ':nope'.  Type :help for help."),
            ("", "No such command ':'.  Type :help for help."),
            ("i", ":i is ambiguous: did you mean :imports or :implicits?"),
            (
                "h",
                ":h is ambiguous: did you mean :help or :history or :h??",
            ),
        ] {
            assert_eq!(find(prefix).unwrap_err(), told);
        }
    }
}

//! Colon commands: one table for their names, arguments and help.

use crate::lang::Language;

/// What a command asks the loop to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Quit,
    Lang(Language),
    Session,
    /// A statement that was left running, or the last one of these.
    Cancel(Option<String>),
    /// The last error, whole.
    Trace,
}

/// A line that begins with a colon and is no command; the text says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoCommand(pub(super) String);

struct Entry {
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
}

const TABLE: [Entry; 6] = [
    Entry {
        name: "cancel",
        arguments: "[N]",
        help: "cancel statement N, or the last one that was left running",
    },
    Entry {
        name: "help",
        arguments: "",
        help: "print this summary",
    },
    Entry {
        name: "lang",
        arguments: "LANG",
        help: "go on in scala, python, sql or r, in the same session",
    },
    Entry {
        name: "quit",
        arguments: "",
        help: "leave; a session that livysh made is ended",
    },
    Entry {
        name: "session",
        arguments: "",
        help: "tell which session this is, and its state",
    },
    Entry {
        name: "trace",
        arguments: "",
        help: "print the last error whole, as the server sent it",
    },
];

/// The command on a line, or `None` where the line is none.
pub(super) fn parse(line: &str) -> Option<Result<Command, NoCommand>> {
    let rest = line.trim().strip_prefix(':')?;
    let (name, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some(find(name).and_then(|entry| command(entry, argument.trim())))
}

/// By its name or any prefix of it that no other command shares.
fn find(name: &str) -> Result<&'static Entry, NoCommand> {
    let matching: Vec<&Entry> = TABLE
        .iter()
        .filter(|entry| !name.is_empty() && entry.name.starts_with(name))
        .collect();
    let exact = matching.iter().find(|entry| entry.name == name);
    match (exact, matching.as_slice()) {
        (Some(entry), _) | (None, [entry]) => Ok(entry),
        (None, []) => Err(NoCommand(format!(
            "No such command '{name}'.  Type :help for help."
        ))),
        (None, several) => {
            let names: Vec<String> = several.iter().map(|e| format!(":{}", e.name)).collect();
            let names = names.join(" or ");
            Err(NoCommand(format!(
                "{name} is ambiguous: did you mean {names}?"
            )))
        }
    }
}

fn command(entry: &Entry, argument: &str) -> Result<Command, NoCommand> {
    let usage = || {
        NoCommand(format!(
            ":{} {}  {}",
            entry.name, entry.arguments, entry.help
        ))
    };
    match entry.name {
        "cancel" => Ok(Command::Cancel(
            (!argument.is_empty()).then(|| argument.to_owned()),
        )),
        "lang" => Language::from_name(argument)
            .map(Command::Lang)
            .ok_or_else(usage),
        _ if !argument.is_empty() => Err(usage()),
        "help" => Ok(Command::Help),
        "quit" => Ok(Command::Quit),
        "trace" => Ok(Command::Trace),
        _ => Ok(Command::Session),
    }
}

pub(super) fn help() -> String {
    let mut text = String::from("All commands can be abbreviated, e.g., :he instead of :help.\n");
    for entry in &TABLE {
        let usage = format!(":{} {}", entry.name, entry.arguments);
        text.push_str(&format!("{:<16} {}\n", usage.trim_end(), entry.help));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(line: &str) -> String {
        parse(line).unwrap().unwrap_err().0
    }

    #[test]
    fn unique_prefixes_are_enough() {
        assert_eq!(parse(":q"), Some(Ok(Command::Quit)));
        assert_eq!(parse("  :he "), Some(Ok(Command::Help)));
        assert_eq!(parse(":lang py"), Some(Ok(Command::Lang(Language::Python))));
        assert_eq!(
            parse(":cancel 3"),
            Some(Ok(Command::Cancel(Some("3".to_owned()))))
        );
        assert_eq!(parse("x :q"), None);
    }

    #[test]
    fn the_rest_is_told_in_the_scala_shells_words() {
        assert_eq!(
            error(":nope"),
            "No such command 'nope'.  Type :help for help."
        );
        assert_eq!(error(":"), "No such command ''.  Type :help for help.");
        assert!(error(":lang cobol").contains("scala, python, sql or r"));
        assert!(error(":quit now").starts_with(":quit"));
    }

    #[test]
    fn help_names_every_command() {
        let help = help();
        assert!(
            TABLE
                .iter()
                .all(|entry| help.contains(&format!(":{}", entry.name)))
        );
    }
}

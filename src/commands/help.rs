//! `:help`, from the table.

use super::table::{Entry, Name, TABLE, find};

/// What a line is edited with, beside what every shell has.
const KEYS: &str = "
Tab             complete; once more lists what there is; at the beginning of a line indent
Up, Down        in a block its lines; else the history by what stands before the cursor
Up              in a line that continues a block: edits the block as a whole
Ctrl-P, Ctrl-N  the history one by one
Ctrl-R, Ctrl-S  search it; Ctrl-G gives back what was typed
Right, End      take what is suggested in grey; Ctrl-Right a word of it
Enter           run, where the block is complete; in its midst a new line
                SQL is complete with ; at its end, or after an empty line
Alt-Enter       a new line; Ctrl-O does the same
Ctrl-X Enter    run it as it is, complete or not
Ctrl-X Ctrl-E   edit it in $VISUAL or $EDITOR, and run it
Ctrl-W, Ctrl-U  kill a word, or all before the cursor; Ctrl-K all behind it
Ctrl-Y, Alt-Y   put back what was killed, then what was killed before it
Ctrl-_          undo
Ctrl-L, Ctrl-Z  clear the screen, suspend livysh
Ctrl-C, Ctrl-D  forget the line, leave
edit_mode = \"vi\" in config.toml takes the keys of vi.
";

/// The commands by what they are for, so that all of them fit on a screen.
const GROUPS: [(&str, &[Name]); 6] = [
    (
        "run",
        &[
            Name::Paste,
            Name::Load,
            Name::Edit,
            Name::Rerun,
            Name::Replay,
            Name::Require,
            Name::Shell,
        ],
    ),
    ("recall", &[Name::History, Name::Search, Name::Save]),
    (
        "look",
        &[
            Name::Type,
            Name::Kind,
            Name::Schema,
            Name::Completions,
            Name::Trace,
        ],
    ),
    (
        "results",
        &[
            Name::Last,
            Name::Once,
            Name::Format,
            Name::Vertical,
            Name::Silent,
            Name::Timing,
            Name::Show,
            Name::Download,
            Name::Upload,
        ],
    ),
    (
        "session",
        &[
            Name::Session,
            Name::Statements,
            Name::Wait,
            Name::Cancel,
            Name::Log,
            Name::Ui,
            Name::Doctor,
            Name::Restart,
            Name::Reset,
            Name::Attach,
            Name::Detach,
            Name::Quit,
        ],
    ),
    ("here", &[Name::Lang, Name::Theme, Name::Help]),
];
const WIDTH: usize = 79;
const TITLE: usize = 9;
const FIRST: &str = "All commands can be abbreviated, e.g., :he instead of :help.\n";
const LAST: &str = "\
A line .method applies to the last result, NAME? tells what a value is, !command
runs a shell command. :help NAME tells more of one, :help all a line of each,
:help keys the keys: Tab completes, Ctrl-R searches, Ctrl-C cancels.
";

/// All commands by what they are for: no more than a screen.
pub fn summary() -> String {
    let mut text = String::from(FIRST);
    for (title, names) in &GROUPS {
        let of_group = |name: &Name| TABLE.iter().find(|entry| entry.which == *name);
        let usages = names.iter().filter_map(of_group).map(Entry::usage);
        push_wrapped(&mut text, title, usages);
    }
    text.push_str(LAST);
    let others = others().map(Entry::usage);
    push_wrapped(&mut text, "not over Livy (:help tells why):", others);
    text
}

/// A title, and behind it the words, as many on a line as have room.
fn push_wrapped(text: &mut String, title: &str, words: impl Iterator<Item = String>) {
    let mut line = format!("{title:<TITLE$}");
    for word in words {
        if line.len() + 2 + word.len() > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(TITLE);
        }
        if line.len() > TITLE {
            line.push_str("  ");
        }
        line.push_str(&word);
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// A line of each command, as spark-shell has it.
fn all() -> String {
    let works = |entry: &&Entry| entry.which != Name::NotOverLivy;
    let lines = TABLE.iter().filter(works);
    let lines = lines.map(|entry| format!("{:<24} {}\n", entry.usage(), entry.help));
    let others: Vec<String> = others().map(Entry::usage).collect();
    let others = format!("Not over Livy (:help tells why): {}\n", others.join(" "));
    std::iter::once(FIRST.to_owned())
        .chain(lines)
        .chain([others])
        .collect()
}

/// Those of spark-shell that cannot work.
fn others() -> impl Iterator<Item = &'static Entry> {
    TABLE
        .iter()
        .filter(|entry| entry.which == Name::NotOverLivy)
}

/// What is told of one command.
pub fn of_command(name: &str) -> Result<String, String> {
    let name = name.strip_prefix(':').unwrap_or(name);
    match name {
        "all" => return Ok(all()),
        "keys" => return Ok(KEYS.to_owned()),
        _ => {}
    }
    let entry = find(name).map_err(|told| told.replace("':", "'"))?;
    if entry.which == Name::NotOverLivy {
        return Ok(format!("\n{}\n", entry.reason()));
    }
    let mut text = format!("\n{}\n{}\n", entry.usage(), entry.help);
    if !entry.more.is_empty() {
        text.push_str(entry.more);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_such_command_is_told_in_the_shells_words() {
        assert_eq!(
            of_command("nope").unwrap_err(),
            "No such command 'nope'.  Type :help for help."
        );
    }

    #[test]
    fn help_names_every_command_and_why_some_cannot_work() {
        for help in [summary(), all()] {
            for entry in &TABLE {
                let name = format!(":{}", entry.name);
                assert!(help.contains(&name), "{name}");
                assert!(of_command(entry.name).unwrap().contains(entry.more));
                let is_told = entry.which != Name::NotOverLivy || !entry.more.is_empty();
                assert!(is_told, "{name}");
            }
        }
    }

    #[test]
    fn the_summary_fits_on_a_screen() {
        let help = summary();
        assert!(help.lines().count() < 24, "{help}");
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert_eq!(help.matches(":help [command]").count(), 1, "{help}");
    }
}

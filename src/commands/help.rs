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

/// The whole summary.
pub fn summary() -> String {
    let mut text = String::from("All commands can be abbreviated, e.g., :he instead of :help.\n");
    let works = |entry: &&Entry| entry.which != Name::NotOverLivy;
    for entry in TABLE.iter().filter(works) {
        text.push_str(&format!("{:<24} {}\n", entry.usage(), entry.help));
    }
    let others: Vec<String> = TABLE
        .iter()
        .filter(|entry| !works(entry))
        .map(Entry::usage)
        .collect();
    text.push_str(":help keys tells the keys that edit a line.\n");
    text.push_str("A line .method applies to the last result; !command runs a shell command.\n");
    text.push_str(&format!(
        "Not over Livy (:help tells why): {}\n",
        others.join(" ")
    ));
    text
}

/// What is told of one command.
pub fn of_command(name: &str) -> Result<String, String> {
    let name = name.strip_prefix(':').unwrap_or(name);
    if name == "keys" {
        return Ok(KEYS.to_owned());
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
        let help = summary();
        for entry in &TABLE {
            assert!(help.contains(&format!(":{}", entry.name)), "{}", entry.name);
            assert!(of_command(entry.name).unwrap().contains(entry.more));
            let is_told = entry.which != Name::NotOverLivy || !entry.more.is_empty();
            assert!(is_told, "{}", entry.name);
        }
    }
}

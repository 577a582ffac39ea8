//! The words of the command line before they are parsed: where the script stands, after which
//! everything is the script's own, and a URL that stands alone.

use clap::{Arg, Command};
use std::ffi::OsString;

/// Gives a URL that stands alone its option, and marks off the script with what follows it.
pub(super) fn prepared(
    command: &Command,
    words: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let mut words = words.into_iter();
    let mut prepared: Vec<OsString> = words.next().into_iter().collect();
    let mut has_url = false;
    let mut command = command;
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        if text == "--" {
            prepared.push(word);
            break;
        }
        if text.len() > 1 && text.starts_with('-') {
            let takes_next = takes_next_word(command, text);
            has_url |= is_url_option(text);
            prepared.push(word);
            if takes_next {
                prepared.extend(words.next());
            }
            continue;
        }
        if !has_url && is_url(text) {
            has_url = true;
            prepared.push("--url".into());
            prepared.push(word);
            continue;
        }
        match command.find_subcommand(text) {
            Some(inner) => {
                command = inner;
                // A URL that stands alone there is a file's, or nothing.
                has_url |= inner.get_name() != "doctor";
                prepared.push(word);
            }
            None if takes_script(command) => {
                prepared.extend(["--".into(), word]);
                break;
            }
            None => prepared.push(word),
        }
    }
    prepared.extend(words);
    prepared
}

fn takes_script(command: &Command) -> bool {
    command.get_positionals().any(Arg::is_trailing_var_arg_set)
}

fn is_url(word: &str) -> bool {
    word.starts_with("http://") || word.starts_with("https://")
}

fn is_url_option(word: &str) -> bool {
    word == "--url" || word.starts_with("--url=") || word.starts_with("-u")
}

/// Whether an option has its value in the word that follows.
fn takes_next_word(command: &Command, word: &str) -> bool {
    if let Some(long) = word.strip_prefix("--") {
        let named = |arg: &&Arg| arg.get_long() == Some(long);
        return command.get_arguments().find(named).is_some_and(takes_value);
    }
    // Of several letters the first that takes a value has the rest of the word, or the next one.
    let mut letters = word[1..].chars().peekable();
    while let Some(letter) = letters.next() {
        let named = |arg: &&Arg| {
            let others = arg.get_all_short_aliases().unwrap_or_default();
            arg.get_short() == Some(letter) || others.contains(&letter)
        };
        if command.get_arguments().find(named).is_some_and(takes_value) {
            return letters.peek().is_none();
        }
    }
    false
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

//! The commands that only a prompt has.

use super::Repl;
use crate::commands::{Command, Edited, Prompt, edit, edit_file, is_command};
use crate::exit::Exit;
use crate::lang::Language;
use crate::render::{self, Line, one_line};
use crate::shell::path_of;
use crate::term::Theme;
use std::path::Path;

impl Repl<'_> {
    /// The code to end with, where nothing can follow.
    pub(super) fn own(&mut self, command: Prompt) -> Option<Exit> {
        match command {
            Prompt::Attach(name) => return self.attach(&name),
            Prompt::Cancel(number) => self.cancel(number),
            Prompt::Detach => return self.detach(),
            Prompt::Edit(what) => return self.edit(&what),
            Prompt::History { count, words } => self.show_history(count, &words),
            Prompt::Search(text) => self.search_history(&text),
            Prompt::Lang(language) => self.speak(language),
            Prompt::Rerun(wanted) => return self.rerun(wanted),
            Prompt::Last(again) => return self.again(again),
            Prompt::Vertical(records) => self.desk.manner.records = records,
            Prompt::Log { lines, follows } => return self.log(lines, follows),
            Prompt::Statements => return self.statements(),
            Prompt::Wait(number) => return self.wait(number),
            Prompt::Restart => return self.restart(),
            Prompt::Session => self.say(&self.session_text()),
            Prompt::Theme(name) => self.theme(&name),
            Prompt::Ui(opens) => self.ui(opens),
            Prompt::Trace => match &self.desk.link.last_failure {
                Some(failure) => {
                    let whole = render::whole(failure);
                    self.out.failure(&[Line::error(whole)]).ok();
                }
                None => self.say("No statement has failed."),
            },
        }
        None
    }

    pub(super) fn say(&self, text: &str) {
        self.out.note(&Line::plain(text));
    }

    pub(super) fn speak(&mut self, language: Language) {
        self.language = language;
        self.editor.set_language(language, self.out);
    }

    /// The last inputs that hold all of these words, however they are written. Who looks for words does
    /// not look for the looking.
    fn show_history(&self, count: usize, words: &[String]) {
        let wanted: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let is_itself = |entry: &str| !words.is_empty() && searches(entry, words);
        let shown = self.editor.table(count, |entry| {
            let lower = entry.to_lowercase();
            wanted.iter().all(|word| lower.contains(word)) && !is_itself(entry)
        });
        self.out.data(&render::sanitize(&shown)).ok();
    }

    /// Those that hold a text, as the Scala shell shows them.
    fn search_history(&self, text: &str) {
        let entries = self.editor.entries();
        let found: String = entries
            .iter()
            .filter(|(_, entry)| entry.contains(text))
            .map(|(number, entry)| {
                let number = format!("{number} ");
                let indent = format!("\n{}", " ".repeat(number.len()));
                format!("{number}{}\n", entry.replace('\n', &indent))
            })
            .collect();
        self.out.data(&render::sanitize(&found)).ok();
    }

    /// `:theme`: another one, or all of them.
    fn theme(&self, name: &str) {
        if name.is_empty() {
            return self.show_themes();
        }
        match self.themes.find(name) {
            Err(hint) => self.say(&format!("There is no theme “{}”: {hint}", one_line(name))),
            Ok(theme) => {
                if let Err(reason) = self.painter.choose(&theme) {
                    self.say(&broken(&theme, &reason));
                }
            }
        }
    }

    /// Each theme with a few lines of code in its colours.
    fn show_themes(&self) {
        let mut text = String::new();
        for theme in self.themes.all() {
            text.push_str(&one_line(&format!("{}  ({})", theme.name, theme.about)));
            text.push('\n');
            let shown = match self.out.colours.0 {
                true => self.painter.preview(&theme, self.language),
                false => Ok(String::new()),
            };
            let shown = shown.unwrap_or_else(|reason| one_line(&reason).into_owned());
            text.extend(shown.lines().map(|line| format!("    {line}\n")));
        }
        self.out.data(&text).ok();
        match self.out.colours.0 {
            true => self.say(
                ":theme NAME takes one for this run; theme = \"NAME\" in config.toml keeps it.",
            ),
            false => self.say("Colours are off: --color always shows them."),
        }
    }

    fn edit(&mut self, what: &str) -> Option<Exit> {
        let entries = self.editor.entries();
        let text = match what.parse::<usize>() {
            Ok(wanted) => match entries.iter().find(|(number, _)| *number == wanted) {
                Some((_, entry)) => entry.clone(),
                None => {
                    self.say(&format!("There is no input {wanted}; :history shows them."));
                    return None;
                }
            },
            Err(_) if what.is_empty() => last_code(entries).unwrap_or_default(),
            Err(_) => return self.edit_file(&path_of(what)),
        };
        match edit(&self.editor_command, self.language, &text) {
            Edited::Text(text) => self.run_edited(&text),
            Edited::Nothing(told) | Edited::Kept(told) => {
                self.say(&told);
                None
            }
        }
    }

    /// Ctrl-X Ctrl-E: what is not changed stands at the prompt again.
    pub(super) fn edit_typed(&mut self, text: &str) -> Option<Exit> {
        match edit(&self.editor_command, self.language, text) {
            Edited::Text(text) => self.run_edited(&text),
            Edited::Nothing(told) => {
                self.say(&told);
                None
            }
            Edited::Kept(told) => {
                self.say(&told);
                self.kept_text = text.to_owned();
                None
            }
        }
    }

    fn run_edited(&mut self, text: &str) -> Option<Exit> {
        self.desk.say_input(self.language, text);
        self.editor.remember(self.language, text);
        self.run_block(text)
    }

    fn edit_file(&mut self, path: &Path) -> Option<Exit> {
        if let Err(told) = edit_file(&self.editor_command, path) {
            self.say(&told);
            return None;
        }
        let command = crate::commands::Shared::Load {
            path: path.to_owned(),
            verbose: false,
        };
        self.carry_out(command)
    }
}

/// Whether an input has asked the history for these words.
fn searches(entry: &str, wanted: &[String]) -> bool {
    match crate::commands::parse(entry) {
        Some(Ok(Command::Prompt(Prompt::History { words, .. }))) => words == wanted,
        _ => false,
    }
}

/// The last input that is no command.
pub(super) fn last_code(entries: Vec<(usize, String)>) -> Option<String> {
    let is_code = |entry: &String| !is_command(entry) && !entry.starts_with('!');
    let mut codes = entries.into_iter().map(|(_, entry)| entry).filter(is_code);
    codes.next_back()
}

/// That a theme's file is none.
pub(super) fn broken(theme: &Theme, reason: &str) -> String {
    let told = format!(
        "The theme {} cannot be read ({}): {reason}",
        theme.name, theme.about
    );
    one_line(&told).into_owned()
}

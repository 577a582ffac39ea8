//! What runs on this machine: `:sh`, and the user's editor.

use super::{Answer, Desk};
use crate::exit::Exit;
use crate::lang::Language;
use crate::shell::Interrupts;
use crate::term::Lent;
use nix::sys::signal::Signal;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

impl Desk<'_> {
    /// Runs a command line with this program's own terminal.
    pub(super) fn shell(&mut self, command_line: &str) -> Answer {
        if command_line.is_empty() {
            return Answer::Done;
        }
        let mut command = Command::new("sh");
        command.args(["-c", command_line]);
        if !self.out.terminals.input {
            // It is the script.
            command.stdin(Stdio::null());
        }
        let status = {
            let _lent = Lent::begin();
            match command.spawn() {
                Ok(child) => match self.link.attend(child) {
                    Ok(status) => status,
                    Err(signal) => return Answer::ended(signal.into()),
                },
                Err(error) => Err(error),
            }
        };
        // A Ctrl-C that was the child's has come here, too.
        if let Some(signal) = self.link.catch_up(self.out) {
            return Answer::ended(signal.into());
        }
        match status {
            Ok(status) if status.success() => Answer::Done,
            Ok(status)
                if status.signal() == Some(Signal::SIGINT as i32)
                    && self.interrupts == Interrupts::Script =>
            {
                Answer::ended(Exit::Interrupted)
            }
            Ok(status) => Answer::Refused(format!("`{command_line}` ended with {status}")),
            Err(error) => Answer::Refused(format!("sh cannot be run: {error}")),
        }
    }
}

/// What came of editing.
#[derive(Debug, PartialEq, Eq)]
pub enum Edited {
    Text(String),
    /// Nothing is to be run; why.
    Nothing(String),
    /// Nor was anything taken back: the text stands as it was.
    Kept(String),
}

/// Lets the user edit a text in an editor, such as `vi` or `code -w`; the file is the user's alone.
pub fn edit(editor: &str, language: Language, text: &str) -> Edited {
    let (path, file) = match temporary(language) {
        Ok(made) => made,
        Err(error) => return Edited::Kept(format!("a file to edit cannot be made: {error}")),
    };
    let edited = edit_text(editor, &path, file, text);
    std::fs::remove_file(&path).ok();
    edited
}

/// Whether a line after `!` runs a program of this machine: in Scala and R it may as well be the
/// negation of a value.
pub fn names_program(command_line: &str) -> bool {
    let name = command_line.split_whitespace().next().unwrap_or_default();
    if ["", "true", "false"].contains(&name) {
        return false;
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    name.contains('/') || std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
}

fn edit_text(editor: &str, path: &Path, mut file: std::fs::File, text: &str) -> Edited {
    if let Err(error) = file.write_all(text.as_bytes()) {
        return Edited::Kept(format!("a file to edit cannot be written: {error}"));
    }
    drop(file);
    if let Err(told) = edit_file(editor, path) {
        return Edited::Kept(told);
    }
    match std::fs::read_to_string(path) {
        Ok(now) if now.trim().is_empty() => {
            Edited::Nothing("The text is empty: nothing runs.".to_owned())
        }
        // Saved as it was, it was only looked at.
        Ok(now) if now.trim_end() == text.trim_end() => {
            Edited::Kept("The text is unchanged: nothing runs.".to_owned())
        }
        Ok(now) => Edited::Text(now.trim_end().to_owned()),
        Err(error) => Edited::Kept(format!("what was edited cannot be read: {error}")),
    }
}

/// Opens a file in an editor and waits for its end.
pub fn edit_file(editor: &str, path: &Path) -> Result<(), String> {
    let _lent = Lent::begin();
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(path)
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("The editor ended with {status}: nothing runs.")),
        Err(error) => Err(format!("the editor cannot be run: {error}")),
    }
}

/// A new file that nobody else can read, whose name no other program has taken.
fn temporary(language: Language) -> io::Result<(PathBuf, std::fs::File)> {
    let suffix = match language {
        Language::Scala => "scala",
        Language::Python => "py",
        Language::Sql => "sql",
        Language::R => "R",
    };
    let process = std::process::id();
    let mut number = 0;
    loop {
        let name = format!("livysh-{process}-{number}.{suffix}");
        let path = std::env::temp_dir().join(name);
        let made = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            made => return made.map(|file| (path, file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_to_edit_is_new_and_named_after_its_language() {
        for (language, end) in [
            (Language::Scala, ".scala"),
            (Language::Python, ".py"),
            (Language::Sql, ".sql"),
            (Language::R, ".R"),
        ] {
            let (one, _) = temporary(language).unwrap();
            let (other, _) = temporary(language).unwrap();
            assert_ne!(one, other);
            for path in [one, other] {
                let name = path.file_name().unwrap().to_str().unwrap();
                assert!(name.starts_with("livysh-") && name.ends_with(end), "{name}");
                std::fs::remove_file(path).unwrap();
            }
        }
        let Edited::Text(path) = edit("echo \"$1\" >", Language::Sql, "x") else {
            panic!("nothing was edited");
        };
        assert!(
            path.ends_with(".sql") && !Path::new(&path).exists(),
            "{path}"
        );
    }

    #[test]
    fn an_editor_that_fails_runs_nothing() {
        let told = edit("false #", Language::Scala, "old");
        assert!(
            matches!(&told, Edited::Kept(why) if why.contains("exit status: 1")),
            "{told:?}"
        );
        assert!(matches!(
            edit(": >", Language::Scala, "old"),
            Edited::Nothing(_)
        ));
        let text = |text: &str| Edited::Text(text.to_owned());
        let unchanged = edit("true #", Language::Scala, "old");
        assert!(matches!(&unchanged, Edited::Kept(why) if why.contains("unchanged")));
        assert_eq!(
            edit("echo new >>", Language::Scala, "old\n"),
            text("old\nnew")
        );
        let mode = "stat -c '%a %n' \"$1\" | sed 's/ .*[.]/ /' > \"$1.seen\"; mv \"$1.seen\" \"$1\"; true #";
        assert_eq!(edit(mode, Language::Python, "x"), text("600 py"));
    }
}

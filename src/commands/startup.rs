//! The user's `startup.scala` and `startup.py`: hidden statements, run before the first input of
//! their language in a session that is ours.

use super::{Desk, paste};
use crate::lang::{self, Language};
use crate::livy::Output;
use crate::render::{Line, Role, one_line};
use crate::shell::Verdict;
use std::path::PathBuf;

/// Which startup files are still to be run.
#[derive(Debug, Default)]
pub struct Startup {
    /// Where they are; none where nothing is to be run.
    folder: Option<PathBuf>,
    run: Vec<Language>,
}

impl Startup {
    pub fn new(folder: Option<PathBuf>) -> Startup {
        Startup {
            folder,
            run: Vec::new(),
        }
    }

    /// A new session knows nothing of them.
    pub fn again(&mut self) {
        self.run.clear();
    }

    /// The file that is due before an input of this language.
    fn due(&mut self, language: Language) -> Option<PathBuf> {
        if self.run.contains(&language) {
            return None;
        }
        self.run.push(language);
        let name = match language {
            Language::Scala => "startup.scala",
            Language::Python => "startup.py",
            Language::Sql | Language::R => return None,
        };
        let path = self.folder.as_ref()?.join(name);
        path.exists().then_some(path)
    }
}

impl Desk<'_> {
    /// Runs what is due; an error of the file is told, and ends no more than the file. How it
    /// stopped, where nothing can follow.
    pub(super) fn start_up(&mut self, language: Language) -> Option<Verdict> {
        if !self.link.is_ours {
            return None;
        }
        let path = self.startup.due(language)?;
        let name = path.display().to_string();
        let text = match paste::code_of(&path) {
            Ok(text) => text,
            Err(error) => {
                self.say(&format!("{name}: {error}"));
                return None;
            }
        };
        let snippets = match lang::read(language, &text) {
            Ok(reading) => reading.snippets(),
            Err(refusal) => {
                let told = format!("{name}:{}: {}", refusal.line, refusal.message);
                self.say(one_line(&told).as_ref());
                return None;
            }
        };
        for snippet in snippets {
            match self.hidden(snippet.language, &snippet.code) {
                Ok(Some(Output::Error(failure))) => {
                    let place = format!("{name}:{}: ", snippet.first_line);
                    let words = format!("{}: {}", failure.ename, failure.evalue.trim());
                    let words = one_line(&words).into_owned();
                    self.out
                        .note(&Line::of(Role::Strong, place).then(Role::Error, words));
                    return None;
                }
                Ok(Some(Output::Ok(_)) | None) => {}
                Err(stopped) => return Some(stopped.verdict),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_due_once_for_each_session() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("startup.py"), "x = 1").unwrap();
        let mut startup = Startup::new(Some(folder.path().to_owned()));
        assert_eq!(startup.due(Language::Scala), None);
        assert!(startup.due(Language::Python).is_some());
        assert_eq!(startup.due(Language::Python), None);
        startup.again();
        assert!(startup.due(Language::Python).is_some());
        assert_eq!(Startup::new(None).due(Language::Python), None);
    }
}

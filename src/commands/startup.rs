//! What a session that is ours is given before its first input: files of this machine that the command
//! line names, then the user's `startup.scala` and `startup.py`, hidden statements before the first
//! input of their language.

use super::Answer;
use super::hidden::Gave;
use super::{Desk, Step, Steps, Stopped, paste};
use crate::lang::{Language, Snippet};
use crate::livy::LivyError;
use crate::render::{Line, Role, one_line};
use crate::shell::{Verdict, error_lines};
use std::path::PathBuf;

/// Which startup files are still to be run.
#[derive(Debug, Default)]
pub struct Startup {
    /// Where they are; none where nothing is to be run.
    folder: Option<PathBuf>,
    run: Vec<Language>,
    /// Jars and Python files for each session.
    files: Vec<String>,
    has_files: bool,
}

impl Startup {
    pub fn new(folder: Option<PathBuf>) -> Startup {
        Startup {
            folder,
            ..Startup::default()
        }
    }

    /// With files that a session is given by `:require`.
    pub fn with_files(self, files: Vec<String>) -> Startup {
        Startup { files, ..self }
    }

    /// A new session knows nothing of them.
    pub fn again(&mut self) {
        self.run.clear();
        self.has_files = false;
    }

    /// Nothing of this language's file has run.
    fn put_back(&mut self, language: Language) {
        self.run.retain(|run| *run != language);
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
        if !self.link.about.is_ours {
            return None;
        }
        if let Some(stopped) = self.bring(language) {
            return Some(stopped);
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
        for step in Steps::of(language, &text, 1) {
            let line = step.line();
            let told = match step {
                Step::Input(_) => continue,
                Step::Code(snippet) => match self.startup_code(&snippet) {
                    Ok(Gave::Text(_)) => continue,
                    Ok(Gave::Failed(failure)) => {
                        format!("{}: {}", failure.ename, failure.evalue.trim())
                    }
                    Err(stopped) => {
                        // Ctrl-C while the session starts is for what was typed.
                        if !self.link.facts.is_ready {
                            self.startup.put_back(language);
                        }
                        return Some(stopped.verdict);
                    }
                },
                Step::Refused { told, .. } => told,
                Step::Command { line, .. } => {
                    format!("a startup file has no commands: {}", line.trim())
                }
            };
            let place = Line::of(Role::Strong, format!("{name}:{line}: "));
            self.out.note(&place.then(Role::Error, one_line(&told)));
            return None;
        }
        None
    }
}

impl Desk<'_> {
    fn startup_code(&mut self, snippet: &Snippet) -> Result<Gave, Box<Stopped>> {
        self.link.past.note_exits(snippet);
        self.hidden(snippet.language, &snippet.code)
    }

    /// Gives the session its files. Code that may need them does not run without; it is told why, once.
    fn bring(&mut self, language: Language) -> Option<Verdict> {
        if std::mem::replace(&mut self.startup.has_files, true) {
            return None;
        }
        for file in self.startup.files.clone() {
            match self.require(language, &file) {
                Answer::Done => {}
                Answer::Refused(reason) => {
                    for line in error_lines(&reason, None) {
                        self.out.note(&line);
                    }
                    let hint = String::new();
                    let error = Box::new(LivyError::Unsent { reason, hint });
                    return Some(Verdict::Lost { error, left: None });
                }
                Answer::Stopped(stopped) => {
                    if !self.link.facts.is_ready {
                        self.startup.has_files = false;
                    }
                    return Some(stopped.verdict);
                }
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
        startup.put_back(Language::Scala);
        assert_eq!(startup.due(Language::Python), None);
        startup.put_back(Language::Python);
        assert!(startup.due(Language::Python).is_some());
        startup.again();
        assert!(startup.due(Language::Python).is_some());
        assert_eq!(Startup::new(None).due(Language::Python), None);
    }
}

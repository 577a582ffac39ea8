//! `:require`: a jar or a Python file for a session that runs.
//!
//! A server may take a file and yet not show it to the code: Apache Livy 0.9 gives a jar to the
//! running code but not to the compiler, and a Python file not to a session's Python (both tried).
//! So Python is asked whether it sees the file, and given it through a statement where not; of a jar
//! the limit is told.

use super::{Answer, Desk};
use crate::engine::{FileKind, Question};
use crate::lang::Language;
use crate::livy::Output;
use crate::shell::NoAnswer;
use std::path::Path;

/// What can be sent as the text of a statement.
const LARGEST_IN_STATEMENT: usize = 8 << 20;

/// A file that is to be added.
struct File<'a> {
    /// As it was named.
    named: &'a str,
    /// The last part of its path.
    name: String,
    /// Its bytes, where it is one of this machine.
    bytes: Option<Vec<u8>>,
}

impl Desk<'_> {
    pub(super) fn require(&mut self, language: Language, named: &str) -> Answer {
        let what = match kind_of(named) {
            Some(what) => what,
            None => {
                return Answer::Refused(format!(
                    "Cannot load '{named}': it is no .jar, .py, .zip or .egg"
                ));
            }
        };
        let path = named.strip_prefix("file://").unwrap_or(named);
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let is_here = path != named || !named.contains("://");
        let bytes = match is_here.then(|| std::fs::read(Path::new(path))) {
            None => None,
            Some(Ok(bytes)) => Some(bytes),
            Some(Err(_)) => return Answer::Refused(format!("Cannot load '{named}'")),
        };
        let file = File { named, name, bytes };
        match what {
            FileKind::Jar => self.require_jar(language, file),
            FileKind::Python => self.require_python(file),
        }
    }

    fn require_jar(&mut self, language: Language, mut file: File<'_>) -> Answer {
        let question = file.question(FileKind::Jar);
        match self.link.ask(self.out, question) {
            Ok(answer) => {
                self.added(file.named);
                if language == Language::Scala && !answer.dialect.compiles_whole {
                    self.say(
                        "Apache Livy gives it to the running code. Where the compiler does not \
                         find its classes, the\nsession needs it from its start: the setting \
                         spark.jars.",
                    );
                }
                Answer::Done
            }
            Err(NoAnswer::Failed(error)) => Answer::Refused(refusal(file.named, &error)),
            Err(none) => self.unanswered(none),
        }
    }

    fn require_python(&mut self, mut file: File<'_>) -> Answer {
        // The statement that may be needed holds the bytes, too.
        let bytes = file.bytes.clone();
        let question = file.question(FileKind::Python);
        let refused = match self.link.ask(self.out, question) {
            Ok(_) => None,
            Err(NoAnswer::Failed(error)) => Some(refusal(file.named, &error)),
            Err(none) => return self.unanswered(none),
        };
        if refused.is_none() {
            match self.python(&sees(&file.name)) {
                Ok(told) if told.trim() == "True" => return self.added(file.named),
                Ok(_) => {}
                Err(answer) => return answer,
            }
        }
        let code = match bytes {
            Some(bytes) if bytes.len() > LARGEST_IN_STATEMENT => {
                let why = refused.unwrap_or_else(|| unseen(file.named));
                return Answer::Refused(why);
            }
            Some(bytes) => carries(&file.name, &bytes),
            None => format!("sc.addPyFile({})", quoted(file.named)),
        };
        match self.python(&format!("{code}\n{}", sees(&file.name))) {
            Ok(told) if told.trim() == "True" => self.added(file.named),
            Ok(told) => {
                let why = refused.unwrap_or_else(|| unseen(file.named));
                Answer::Refused(match told.trim() {
                    "" | "False" => why,
                    said => format!("{why}\n{said}"),
                })
            }
            Err(answer) => answer,
        }
    }

    /// What hidden code of Python printed, or its error.
    fn python(&mut self, code: &str) -> Result<String, Answer> {
        match self.hidden(Language::Python, code) {
            Ok(Some(Output::Ok(data))) => {
                let text = data.get("text/plain").and_then(|text| text.as_str());
                Ok(text.unwrap_or_default().to_owned())
            }
            Ok(Some(Output::Error(failure))) => {
                Ok(format!("{}: {}", failure.ename, failure.evalue.trim()))
            }
            Ok(None) => Ok(String::new()),
            Err(stopped) => Err(Answer::Stopped(stopped)),
        }
    }

    fn added(&self, named: &str) -> Answer {
        self.say(&format!("Added '{named}' to classpath."));
        Answer::Done
    }
}

impl File<'_> {
    fn question(&mut self, what: FileKind) -> Question {
        match self.bytes.take() {
            Some(bytes) => Question::Upload {
                what,
                name: self.name.clone(),
                bytes,
            },
            None => Question::Add {
                what,
                uri: self.named.to_owned(),
            },
        }
    }
}

fn kind_of(named: &str) -> Option<FileKind> {
    match named.rsplit('.').next()? {
        "jar" => Some(FileKind::Jar),
        "py" | "zip" | "egg" => Some(FileKind::Python),
        _ => None,
    }
}

fn refusal(named: &str, error: &crate::livy::LivyError) -> String {
    match error.status() {
        Some(404) => format!("Cannot load '{named}': this server takes no files for a session"),
        _ => format!("Cannot load '{named}': {error}"),
    }
}

fn unseen(named: &str) -> String {
    format!("Cannot load '{named}': the server took it, but Python does not see it")
}

/// Code that prints whether Python finds a file; nothing of it is left.
fn sees(name: &str) -> String {
    let test = match name.strip_suffix(".py") {
        Some(module) => format!(
            "__import__('importlib.util').util.find_spec({}) is not None",
            quoted(module)
        ),
        None => format!(
            "any(p.endswith({}) for p in __import__('sys').path)",
            quoted(&format!("/{name}"))
        ),
    };
    format!("print({test})")
}

/// Code that writes a file where the driver runs and adds it; nothing of it is left.
fn carries(name: &str, bytes: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!(
        "(lambda path: (open(path, 'wb').write(__import__('base64').b64decode('{text}')), \
         sc.addPyFile(path)))(__import__('os').path.join(__import__('tempfile').mkdtemp(), {}))",
        quoted(name)
    )
}

/// A text as Python writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\\' | '\'' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_decides() {
        assert_eq!(kind_of("/a/b.jar"), Some(FileKind::Jar));
        for name in ["a.py", "hdfs://h/a.zip", "b.egg"] {
            assert_eq!(kind_of(name), Some(FileKind::Python));
        }
        assert_eq!(kind_of("a.txt"), None);
    }

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quoted("a'b\\c\nd"), "'a\\'b\\\\c\\nd'");
    }
}

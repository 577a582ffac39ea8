//! `:require`: a jar or a Python file for a session that runs.
//!
//! A server may take a file and yet not show it to the code: Apache Livy 0.9 gives a jar to the
//! running code but not to the compiler, and a Python file not to a session's Python (both tried).
//! So Python is asked whether it sees the file, and given it through a statement where not; of a jar
//! the limit is told.

use super::hidden::Gave;
use super::{Answer, Desk};
use crate::engine::{FileKind, Question};
use crate::lang::Language;
use crate::shell::{NoAnswer, path_of};

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

/// What Python says of a file.
enum Seen {
    Found,
    /// It has loaded a module of that name, and looks no further.
    Loaded,
    /// It does not find it; what else it said.
    Not(String),
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
        let name = named.rsplit('/').next().unwrap_or(named).to_owned();
        let bytes = match is_uri(named) {
            true => None,
            false => match std::fs::read(path_of(named)) {
                Ok(bytes) => Some(bytes),
                Err(_) => return Answer::Refused(format!("Cannot load '{named}'")),
            },
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
            Err(none) => self.unanswered(none, |error| refusal(file.named, error)),
        }
    }

    fn require_python(&mut self, mut file: File<'_>) -> Answer {
        match self.seen(&sees(&file.name)) {
            Ok(Seen::Loaded) => {
                self.say(&format!(
                    "Nothing changes: Python has loaded '{}' before and keeps it as it was; a new \
                     session loads it anew.",
                    file.name
                ));
                return Answer::Done;
            }
            Ok(Seen::Found | Seen::Not(_)) => {}
            Err(answer) => return answer,
        }
        // The statement that may be needed holds the bytes, too.
        let bytes = file.bytes.clone();
        let question = file.question(FileKind::Python);
        let refused = match self.link.ask(self.out, question) {
            Ok(_) => None,
            Err(NoAnswer::Failed(error)) if error.is_refusal() => Some(refusal(file.named, &error)),
            Err(none) => return self.unanswered(none, |error| refusal(file.named, error)),
        };
        if refused.is_none() {
            match self.seen(&sees(&file.name)) {
                Ok(Seen::Found | Seen::Loaded) => return self.added(file.named),
                Ok(Seen::Not(_)) => {}
                Err(answer) => return answer,
            }
        }
        let why = refused.unwrap_or_else(|| {
            let named = file.named;
            format!("Cannot load '{named}': the server took it, but Python does not see it")
        });
        let code = match bytes {
            Some(bytes) if bytes.len() > LARGEST_IN_STATEMENT => return Answer::Refused(why),
            Some(bytes) => carries(&file.name, &bytes),
            None => format!("sc.addPyFile({})", quoted(file.named)),
        };
        match self.seen(&format!("{code}\n{}", sees(&file.name))) {
            Ok(Seen::Not(said)) if said.is_empty() => Answer::Refused(why),
            Ok(Seen::Not(said)) => Answer::Refused(format!("{why}\n{said}")),
            Ok(Seen::Found | Seen::Loaded) => self.added(file.named),
            Err(answer) => answer,
        }
    }

    /// What hidden code says of a file.
    fn seen(&mut self, code: &str) -> Result<Seen, Answer> {
        Ok(match self.hidden_text(Language::Python, code)? {
            Gave::Text(told) => match told.trim() {
                "True" => Seen::Found,
                "loaded" => Seen::Loaded,
                "False" => Seen::Not(String::new()),
                said => Seen::Not(said.to_owned()),
            },
            Gave::Failed(failure) => {
                Seen::Not(format!("{}: {}", failure.ename, failure.evalue.trim()))
            }
        })
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

/// Whether the server is to read it itself: `hdfs://host/a.jar`, `file:/a.jar`, `local:/a.jar`.
fn is_uri(named: &str) -> bool {
    let Some((scheme, _)) = named.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Code that prints whether Python finds a file, or has loaded it before; it defines no name.
fn sees(name: &str) -> String {
    let test = match name.strip_suffix(".py") {
        Some(module) => {
            let module = quoted(module);
            format!(
                "'loaded' if {module} in __import__('sys').modules else \
                 __import__('importlib.util').util.find_spec({module}) is not None"
            )
        }
        None => format!(
            "any(p.endswith({}) for p in __import__('sys').path)",
            quoted(&format!("/{name}"))
        ),
    };
    format!("print({test})")
}

/// Code that writes a file where the driver runs and adds it. It defines no name; the file stays in a
/// folder of its own, from which Spark gives it to the executors.
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
    fn a_scheme_makes_a_uri() {
        for named in [
            "hdfs://h/a.jar",
            "file:/a.jar",
            "local:/a.py",
            "s3a:b/c.zip",
        ] {
            assert!(is_uri(named), "{named}");
        }
        for named in ["a.jar", "/a/b.jar", "./a:b.jar", "é:a.jar", "1:a.jar"] {
            assert!(!is_uri(named), "{named}");
        }
    }

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quoted("a'b\\c\nd"), "'a\\'b\\\\c\\nd'");
    }
}

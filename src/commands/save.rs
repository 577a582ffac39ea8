//! `:save`: the session as a script, as a transcript in Markdown, or as a notebook of Jupyter's.

use super::inputs::counted;
use super::{Answer, Desk};
use crate::engine::{Question, Statement};
use crate::lang::{Language, Signature, looks_like_python};
use crate::livy::{Output, StatementState};
use crate::render::one_line;
use crate::render::transcript::{Cell, Given, Picture, markdown, notebook};
use crate::shell::{Ledger, NoAnswer, WholeFile, path_of, write_fresh};
use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

/// What a session is saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What has succeeded, to be run again.
    Script,
    Markdown,
    Notebook,
}

impl Form {
    /// An option that asks for it.
    pub(super) fn from_option(option: &str) -> Option<Form> {
        match option {
            "--script" => Some(Form::Script),
            "--markdown" => Some(Form::Markdown),
            "--notebook" => Some(Form::Notebook),
            _ => None,
        }
    }

    /// As a file's name tells it.
    pub(super) fn of(path: &Path) -> Form {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("md" | "markdown") => Form::Markdown,
            Some("ipynb") => Form::Notebook,
            Some(_) | None => Form::Script,
        }
    }
}

impl Desk<'_> {
    pub(super) fn save(&mut self, language: Language, path: &Path, form: Form) -> Answer {
        match form {
            Form::Script => self.save_script(language, path),
            Form::Markdown | Form::Notebook => self.save_document(language, path, form),
        }
    }

    fn save_document(&mut self, language: Language, path: &Path, form: Form) -> Answer {
        let statements = match self.statements() {
            Ok(statements) => statements,
            Err(answer) => return answer,
        };
        let kind = self.session_language().unwrap_or(language);
        let cells = cells(&self.link.ledger, statements, kind);
        if cells.is_empty() {
            return Answer::Refused("Nothing has run in this session yet.".to_owned());
        }
        let count = counted(cells.len(), "cell");
        if form == Form::Notebook {
            let text = notebook(language, &cells);
            return self.put(path, &text, &count);
        }
        let mut beside = Beside::new(path);
        let text = markdown(&self.title(), &cells, &mut |picture| beside.keep(&picture));
        if let Some(told) = beside.failed.take() {
            beside.take_back();
            return Answer::Refused(told);
        }
        let count = match beside.count {
            0 => count,
            pictures => format!("{count} with {} beside", counted(pictures, "picture")),
        };
        let answer = self.put(path, &text, &count);
        // Nobody knows of them then.
        if matches!(answer, Answer::Refused(_)) {
            beside.take_back();
        }
        answer
    }

    /// Writes a text, and tells what is where.
    pub(super) fn put(&self, path: &Path, text: &str, what: &str) -> Answer {
        match WholeFile::write(path, text.as_bytes()) {
            Ok(replaces) => {
                let place = match replaces {
                    true => ", in the place of what it held before",
                    false => "",
                };
                let size = counted(text.len(), "byte");
                let told = format!("{what}, {size}, in {}{place}.", path.display());
                self.say(&one_line(&told));
                Answer::Done
            }
            Err(error) => Answer::Refused(unwritable(path, &error)),
        }
    }

    /// What the server still has of the session; none where it cannot be asked. What has run here is
    /// known all the same.
    fn statements(&mut self) -> Result<Option<Vec<Statement>>, Answer> {
        // In a session of ours that has not started nothing has run.
        let is_new = self.link.about.is_ours && !self.link.facts.is_ready;
        if self.link.facts.over.is_some() || is_new {
            return Ok(None);
        }
        match self.link.ask(self.out, Question::Statements) {
            Ok(answer) => Ok(Some(answer.statements)),
            Err(NoAnswer::Failed(error)) => {
                let told = format!("What else has run in the session is not known: {error}");
                self.say(&one_line(&told));
                Ok(None)
            }
            Err(NoAnswer::SessionOver) => Ok(None),
            Err(none) => Err(self.unanswered(none, |error| error.to_string())),
        }
    }

    fn session_language(&self) -> Option<Language> {
        let session = self.link.facts.session.as_ref()?;
        Language::from_name(session.kind.as_deref()?)
    }

    /// The session by its number and the application's.
    fn title(&self) -> String {
        let Some(session) = &self.link.facts.session else {
            return "A session".to_owned();
        };
        match &session.app_id {
            Some(app_id) => format!("Session {} ({app_id})", session.id),
            None => format!("Session {}", session.id),
        }
    }
}

/// The pictures beside a transcript. Whatever has their names before keeps them.
struct Beside<'a> {
    path: &'a Path,
    /// The next number of a name.
    next: usize,
    count: usize,
    made: Vec<PathBuf>,
    /// Why one could not be written.
    failed: Option<String>,
}

impl Beside<'_> {
    fn new(path: &Path) -> Beside<'_> {
        Beside {
            path,
            next: 1,
            count: 0,
            made: Vec::new(),
            failed: None,
        }
    }

    /// Writes it, and returns its name.
    fn keep(&mut self, picture: &Picture) -> String {
        if self.failed.is_some() {
            return String::new();
        }
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let name = |number: usize| format!("{stem}-{number}.{}", picture.ending);
        let paths = (self.next..).map(|number| self.path.with_file_name(name(number)));
        match write_fresh(paths, &picture.bytes, 0o666) {
            Ok(kept) => {
                let number = self.next + kept.place;
                self.next = number + 1;
                self.count += 1;
                self.made.extend(kept.is_made.then_some(kept.path));
                name(number)
            }
            Err(error) => {
                let path = self.path.with_file_name(name(self.next));
                self.failed = Some(unwritable(&path, &error));
                String::new()
            }
        }
    }

    fn take_back(&self) {
        for path in &self.made {
            std::fs::remove_file(path).ok();
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    one_line(&format!("{}: {error}", path.display())).into_owned()
}

/// What has run here as it was typed, among what the server knows of others and of before; `kind` is the
/// language of code that does not tell its own.
fn cells(ledger: &Ledger, statements: Option<Vec<Statement>>, kind: Language) -> Vec<Cell> {
    let is_listed = statements.is_some();
    let numbers = ledger.ran().filter_map(|ran| ran.number.as_deref());
    let own: HashSet<&str> = numbers.collect();
    let mut listed: VecDeque<(String, Statement)> = statements
        .unwrap_or_default()
        .into_iter()
        .map(|statement| (statement.id.to_string(), statement))
        .collect();
    let mut cells = Vec::new();
    let add_others = |cells: &mut Vec<Cell>, others: &mut dyn Iterator<Item = Listed>| {
        let others = others.filter(|(number, _)| !own.contains(number.as_str()));
        cells.extend(others.filter_map(|(_, statement)| cell(statement, kind)));
    };
    for ran in ledger.ran() {
        let is_there = |(number, _): &Listed| Some(number.as_str()) == ran.number.as_deref();
        let mut given = ran.given.clone();
        match listed.iter().position(is_there) {
            Some(place) => {
                add_others(&mut cells, &mut listed.drain(..place));
                let found = listed.pop_front();
                given = given.or_else(|| found.map(|(_, statement)| given_by(statement)));
            }
            // It stands among the others, or never came.
            None if ran.number.is_none() && is_listed => continue,
            None => {}
        }
        cells.push(Cell {
            language: ran.snippet.language,
            code: ran.snippet.code.clone(),
            given: given.unwrap_or(Given::Lost),
            row_limit: ran.row_limit,
        });
    }
    add_others(&mut cells, &mut listed.into_iter());
    cells
}

/// A statement of the server's, behind its number.
type Listed = (String, Statement);

/// One that somebody else has run, or that ran before; none for what nobody typed.
fn cell(statement: Statement, kind: Language) -> Option<Cell> {
    let sent = statement.code.clone().unwrap_or_default();
    let code = match Signature::in_code(&sent) {
        Some(signature) if signature.is_hidden() => return None,
        // Empty lines before it are ours, too.
        Some(_) => Signature::unsigned(&sent).trim_start_matches('\n'),
        None => sent.as_str(),
    };
    let given = given_by(statement);
    let is_sql = match &given {
        Given::Output(Some(Output::Ok(data))) => {
            data.contains_key("application/json") && !code.trim_start().starts_with('%')
        }
        Given::Output(_) | Given::Cancelled(_) | Given::Running | Given::Lost => false,
    };
    // Livy does not tell the language, which need not be the session's.
    let is_python =
        kind == Language::Scala && (looks_like_python(code) || has_python_trace(&given));
    let language = match (is_sql, is_python) {
        (true, _) => Language::Sql,
        (false, true) => Language::Python,
        (false, false) => kind,
    };
    Some(Cell {
        language,
        code: code.to_owned(),
        given,
        row_limit: None,
    })
}

fn has_python_trace(given: &Given) -> bool {
    let failure = match given {
        Given::Output(Some(Output::Error(failure))) => failure,
        Given::Output(_) | Given::Cancelled(_) | Given::Running | Given::Lost => return false,
    };
    let first = failure.traceback.first();
    first.is_some_and(|line| line.starts_with("Traceback (most recent call last)"))
}

fn given_by(statement: Statement) -> Given {
    let is_cancelled = statement.state == StatementState::Cancelled;
    match (is_cancelled, statement.state.is_final()) {
        (true, _) => Given::Cancelled(statement.output),
        (false, true) => Given::Output(statement.output),
        (false, false) => Given::Running,
    }
}

/// A path, and the form that an option before it or its name asks for.
pub(super) fn wanted(argument: &str) -> Option<(PathBuf, Form)> {
    let (first, rest) = argument
        .split_once(char::is_whitespace)
        .unwrap_or((argument, ""));
    let (path, form) = match Form::from_option(first) {
        Some(form) => (rest.trim(), form),
        None => (argument, Form::of(Path::new(argument))),
    };
    (!path.is_empty()).then(|| (path_of(path), form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_option_or_the_name_tells_the_form() {
        for (argument, path, form) in [
            ("a.md", "a.md", Form::Markdown),
            ("a b.ipynb", "a b.ipynb", Form::Notebook),
            ("--notebook a.md", "a.md", Form::Notebook),
            ("--script x.ipynb", "x.ipynb", Form::Script),
            ("x", "x", Form::Script),
        ] {
            assert_eq!(wanted(argument), Some((PathBuf::from(path), form)));
        }
        assert_eq!(wanted("--markdown"), None);
        assert_eq!(wanted(""), None);
    }

    #[test]
    fn pictures_leave_what_is_beside_and_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let theirs = folder.path().join("plot-1.png");
        std::fs::write(&theirs, "theirs").unwrap();
        let path = folder.path().join("plot.md");
        let picture = |text: &str| Picture {
            ending: "png",
            bytes: text.as_bytes().to_vec(),
        };
        let mut first = Beside::new(&path);
        assert_eq!(first.keep(&picture("a")), "plot-2.png");
        assert_eq!(first.keep(&picture("a")), "plot-3.png");
        // Saved again, they are the same files; those of before are not taken back.
        let mut again = Beside::new(&path);
        assert_eq!(again.keep(&picture("a")), "plot-2.png");
        assert_eq!(again.keep(&picture("b")), "plot-4.png");
        again.take_back();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
        assert_eq!(std::fs::read(&theirs).unwrap(), b"theirs");
    }

    #[test]
    fn what_others_have_run_comes_without_marks() {
        let signed = |code: &str, is_hidden| Signature::of_bits(5, is_hidden).sign(code);
        let ok = json!({"status": "ok", "data": {"text/plain": "1"}});
        let rows = json!({"status": "ok", "data": {"application/json": {"schema": {}}}});
        let trace = ["Traceback (most recent call last):\n", "NameError: z\n"];
        let failed = json!({"status": "error", "ename": "NameError", "traceback": trace});
        let statements = json!([
            {"id": 0, "code": signed("\n\nx\n", false), "state": "available", "output": ok},
            {"id": 1, "code": signed("secret", true), "state": "available", "output": ok},
            {"id": 2, "code": "import numpy as np", "state": "running", "output": null},
            {"id": 3, "code": "select 1", "state": "available", "output": rows},
            {"id": 4, "code": "y", "state": "cancelled", "output": null},
            {"id": 5, "code": "z", "state": "available", "output": failed},
        ]);
        let statements = serde_json::from_value(statements).unwrap();
        let cells = cells(&Ledger::default(), Some(statements), Language::Scala);
        let told: Vec<_> = cells
            .iter()
            .map(|cell| (cell.language, cell.code.as_str()))
            .collect();
        let expected = [
            (Language::Scala, "x\n"),
            (Language::Python, "import numpy as np"),
            (Language::Sql, "select 1"),
            (Language::Scala, "y"),
            (Language::Python, "z"),
        ];
        assert_eq!(told, expected);
        assert_eq!(cells[1].given, Given::Running);
        assert_eq!(cells[3].given, Given::Cancelled(None));
    }
}

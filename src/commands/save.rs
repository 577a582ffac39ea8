//! `:save`: the session as a script, as a transcript in Markdown, or as a notebook of Jupyter's.

use super::inputs::counted;
use super::{Answer, Desk};
use crate::engine::{Question, Statement};
use crate::lang::{Block, Joining, Language, Signature, blocks, looks_like_python};
use crate::livy::{Output, StatementState};
use crate::render::transcript::{self, Cell, Given, Picture, markdown, notebook};
use crate::render::{one_line, with_rows};
use crate::shell::{Ledger, NoAnswer, Ran, WholeFile, path_of, write_fresh};
use std::borrow::Cow;
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

    fn option(self) -> &'static str {
        match self {
            Form::Script => "--script",
            Form::Markdown => "--markdown",
            Form::Notebook => "--notebook",
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

/// What is to be saved where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    pub path: PathBuf,
    pub form: Form,
    /// Whether a file that is there may go.
    pub replaces: bool,
}

impl Desk<'_> {
    /// A file that no `:save` of this run has written is replaced only where that is asked for, in scripts
    /// as at a prompt.
    pub(super) fn save(&mut self, language: Language, wanted: &Save) -> Answer {
        let path = &*wanted.path;
        let is_ours = |path: PathBuf| self.saved.contains(&path);
        if !wanted.replaces && path.is_file() && !path.canonicalize().is_ok_and(is_ours) {
            let name = path.display();
            let form = match wanted.form == Form::of(path) {
                true => String::new(),
                false => format!("{} ", wanted.form.option()),
            };
            let told = format!("{name} is there already: :save -f {form}{name} replaces it");
            return Answer::Refused(one_line(&told).into_owned());
        }
        let answer = match wanted.form {
            Form::Script => self.save_script(language, path),
            Form::Markdown | Form::Notebook => self.save_document(language, path, wanted.form),
        };
        if matches!(answer, Answer::Done) {
            self.saved.extend(path.canonicalize());
        }
        answer
    }

    fn save_document(&mut self, language: Language, path: &Path, form: Form) -> Answer {
        let statements = match self.statements() {
            Ok(statements) => statements,
            Err(answer) => return answer,
        };
        let kind = self.session_language().unwrap_or(language);
        let is_over = self.link.facts.over.is_some();
        let cells = cells(&self.link.ledger, statements, kind, form, is_over);
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
fn cells(
    ledger: &Ledger,
    statements: Option<Vec<Statement>>,
    kind: Language,
    form: Form,
    is_over: bool,
) -> Vec<Cell> {
    let is_listed = statements.is_some();
    let numbers = ledger.ran().filter_map(|ran| ran.number.as_deref());
    let own: HashSet<&str> = numbers.collect();
    let mut listed: VecDeque<(String, Statement)> = statements
        .unwrap_or_default()
        .into_iter()
        .map(|statement| (statement.id.to_string(), statement))
        .collect();
    // One without a number stands among the others, or never came.
    let ran: Vec<&Ran> = ledger
        .ran()
        .filter(|ran| ran.number.is_some() || ran.given.is_some() || !is_listed)
        .collect();
    let all: Vec<_> = ran
        .iter()
        .map(|ran| (&ran.snippet, ran.source.as_ref()))
        .collect();
    let mut cells = Vec::new();
    let add_others = |cells: &mut Vec<Cell>, others: &mut dyn Iterator<Item = Listed>| {
        let others = others.filter(|(number, _)| !own.contains(number.as_str()));
        cells.extend(others.filter_map(|(_, statement)| cell(statement, kind)));
    };
    // A kernel takes one query at a time.
    let joining = |language| match (form, language) {
        (Form::Notebook, Language::Sql) => Joining::Single,
        _ => Joining::AsTyped,
    };
    let mut rest = ran.into_iter();
    for block in blocks(&all, joining) {
        let language = all[all.len() - rest.len()].0.language;
        let mut given_by_each = Vec::new();
        for ran in rest.by_ref().take(block.count) {
            let is_there = |(number, _): &Listed| Some(number.as_str()) == ran.number.as_deref();
            let mut given = ran.given.clone();
            if let Some(place) = listed.iter().position(is_there) {
                add_others(&mut cells, &mut listed.drain(..place));
                let found = listed.pop_front();
                given = given.or_else(|| found.map(|(_, statement)| given_by(statement)));
            }
            // The server, which could not be asked, may tell otherwise.
            let unknown = match ran.is_left_running && !is_listed && !is_over {
                true => Given::Running,
                false => Given::Lost,
            };
            given_by_each.push(transcript::Ran {
                code: ran.snippet.code.clone(),
                given: given.unwrap_or(unknown),
                row_limit: ran.row_limit,
            });
        }
        cells.push(Cell {
            language,
            code: text_of(&block, language, form),
            ran: given_by_each,
        });
    }
    add_others(&mut cells, &mut listed.into_iter());
    cells
}

/// A block as it is shown; a query of a notebook goes without the semicolon that ends it.
fn text_of(block: &Block, language: Language, form: Form) -> String {
    match (form, language) {
        (Form::Notebook, Language::Sql) => {
            let tail = block.tail.trim_start();
            format!(
                "{}{}",
                block.code,
                tail.strip_prefix(';').unwrap_or(&block.tail)
            )
        }
        _ => block.text(),
    }
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
    let ran = transcript::Ran {
        code: code.to_owned(),
        given,
        row_limit: None,
    };
    Some(Cell {
        language,
        code: code.to_owned(),
        ran: vec![ran],
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
    let mut output = statement.output;
    if let Some(Output::Ok(data)) = &mut output
        && let Cow::Owned(told) = with_rows(data)
    {
        *data = told;
    }
    match (is_cancelled, statement.state.is_final()) {
        (true, _) => Given::Cancelled(output),
        (false, true) => Given::Output(output),
        (false, false) => Given::Running,
    }
}

/// A path, and what options before it or its name ask for.
pub(super) fn wanted(argument: &str) -> Option<Save> {
    let mut path = argument;
    let (mut form, mut replaces) = (None, false);
    loop {
        let (first, rest) = path.split_once(char::is_whitespace).unwrap_or((path, ""));
        match Form::from_option(first) {
            Some(named) => form = Some(named),
            None if first == "-f" => replaces = true,
            None => break,
        }
        path = rest.trim();
    }
    (!path.is_empty()).then(|| Save {
        path: path_of(path),
        form: form.unwrap_or_else(|| Form::of(Path::new(path))),
        replaces,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Outcome;
    use crate::lang::{Source, split};
    use crate::livy::Id;
    use serde_json::json;

    #[test]
    fn an_option_or_the_name_tells_the_form() {
        for (argument, path, form, replaces) in [
            ("a.md", "a.md", Form::Markdown, false),
            ("-f a b.ipynb", "a b.ipynb", Form::Notebook, true),
            ("--notebook a.md", "a.md", Form::Notebook, false),
            ("-f --script x.ipynb", "x.ipynb", Form::Script, true),
            ("--script -f x.ipynb", "x.ipynb", Form::Script, true),
            ("x", "x", Form::Script, false),
        ] {
            let path = PathBuf::from(path);
            let expected = Save {
                path,
                form,
                replaces,
            };
            assert_eq!(wanted(argument), Some(expected));
        }
        assert_eq!(wanted("-f"), None);
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
    fn what_the_server_has_of_show_is_rows() {
        let rows = json!({"schema": {"fields": [{"name": "n", "type": "long"}]}, "more": false,
            "data": [["1"]]});
        let statement: Statement = serde_json::from_value(json!({"id": 0, "state": "available",
            "output": {"status": "ok", "data": {"text/plain": format!("livysh:rows {rows}")}}}))
        .unwrap();
        let Given::Output(Some(Output::Ok(data))) = given_by(statement) else {
            panic!("no output");
        };
        assert_eq!(data["application/json"]["data"], json!([[1]]));
        assert_eq!(data.get("text/plain"), None);
    }

    #[test]
    fn what_was_left_runs_unless_the_server_or_the_end_says_otherwise() {
        let text = "# a\nx\ny";
        let source = Source::new(None, text);
        let mut ledger = Ledger::default();
        for (number, snippet) in (0..).zip(split(Language::Python, text)) {
            let id = Id::Number(number);
            let outcome = Outcome::LeftRunning {
                id: Some(id.clone()),
            };
            ledger.note(Some(&id), (&snippet, &source), Some(&outcome), None);
        }
        let ended = json!([{"id": 0, "code": "x", "state": "available", "output": null}]);
        let ended: Vec<Statement> = serde_json::from_value(ended).unwrap();
        for (listed, is_over, expected) in [
            (None, false, [Given::Running, Given::Running]),
            (None, true, [Given::Lost, Given::Lost]),
            (Some(ended), false, [Given::Output(None), Given::Lost]),
        ] {
            let cells = cells(&ledger, listed, Language::Python, Form::Markdown, is_over);
            assert_eq!((cells.len(), cells[0].code.as_str()), (1, text));
            let given: Vec<_> = cells[0].ran.iter().map(|ran| ran.given.clone()).collect();
            assert_eq!(given, expected);
        }
    }

    #[test]
    fn a_notebook_has_a_cell_for_each_query() {
        let text = "-- a\nselect 1; -- b\nselect 2";
        let source = Source::new(None, text);
        let mut ledger = Ledger::default();
        for snippet in &split(Language::Sql, text) {
            let outcome = Outcome::Finished(None);
            ledger.note(None, (snippet, &source), Some(&outcome), None);
        }
        let codes = |form| -> Vec<String> {
            let cells = cells(&ledger, None, Language::Sql, form, false);
            cells.into_iter().map(|cell| cell.code).collect()
        };
        assert_eq!(codes(Form::Markdown), [text]);
        assert_eq!(codes(Form::Notebook), ["-- a\nselect 1 -- b", "select 2"]);
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
        let ledger = Ledger::default();
        let kind = Language::Scala;
        let cells = cells(&ledger, Some(statements), kind, Form::Markdown, false);
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
        assert_eq!(cells[1].ran[0].given, Given::Running);
        assert_eq!(cells[3].ran[0].given, Given::Cancelled(None));
    }
}

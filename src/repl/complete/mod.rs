//! Completion: what could stand at the cursor when Tab is pressed. It never keeps anybody from typing:
//! the session is asked on the network thread and waited for 50 ms at most.
//!
//! | file          | its duty                                                        |
//! |---------------|-----------------------------------------------------------------|
//! | `context.rs`  | what is being completed                                         |
//! | `table.rs`    | the tables that a statement of SQL names                        |
//! | `matching.rs` | which names a word means                                        |
//! | `words.rs`    | the words of each language                                      |
//! | `seen.rs`     | names seen in the session                                       |
//! | `files.rs`    | files and programs of this machine                              |
//! | `remote.rs`   | what the session knows                                          |
//! | `python.rs`   | names of Python, where the server tells none                    |
//! | `tables.rs`   | tables and columns                                              |

mod context;
mod files;
mod matching;
mod python;
mod remote;
mod seen;
mod table;
mod tables;
mod words;

pub(super) use matching::Candidate;

use crate::commands::{TOPICS, Takes, takings};
use crate::engine::WeakEngine;
use crate::lang::{self, Language, Past};
use crate::render::{Format, one_line};
use crate::term::Themes;
use context::{Code, Context, Receiver, Sql, Subject, context};
use matching::{common_beginning, select, select_by_case};
use remote::{Key, Remote};
use seen::Seen;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// So long the session is waited for.
const PATIENCE: Duration = Duration::from_millis(50);
/// So many are listed at most.
const MOST: usize = 500;
/// So many of the last statements are known by their numbers.
const STATEMENTS: usize = 20;

/// What is known of the session beside its names.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) themes: Themes,
    /// Names and numbers of sessions.
    pub(super) sessions: Vec<String>,
}

#[derive(Default)]
pub(super) struct Completer {
    seen: Seen,
    remote: Remote,
    facts: Facts,
    statements: Vec<String>,
    home: Option<PathBuf>,
    /// What stood before the cursor when Tab was pressed last: the second press lists.
    pressed_at: Option<String>,
}

impl Completer {
    pub(super) fn new() -> Completer {
        Completer {
            home: std::env::var_os("HOME").map(PathBuf::from),
            ..Completer::default()
        }
    }

    /// Before a prompt: what has run since the last one is taken in.
    pub(super) fn prepare(&mut self, past: &Past, engine: WeakEngine, facts: Facts) {
        self.facts = facts;
        self.pressed_at = None;
        self.remote.set_engine(engine);
        let newer = past.since(past.count().min(self.seen.inputs()));
        let mut texts = newer.map(|input| &*input.source.text);
        let may_change = texts.any(tables::may_change);
        if self.seen.learn(past) {
            self.remote.has_run(may_change);
            let inputs = past.since(past.count().saturating_sub(STATEMENTS));
            let ran = inputs.flat_map(|input| &input.ran);
            self.statements = ran.filter_map(|ran| ran.number.clone()).collect();
            self.statements.reverse();
        }
    }

    /// The session is another.
    pub(super) fn begin_anew(&mut self) {
        self.seen = Seen::default();
        self.statements.clear();
        self.remote.begin_anew();
    }

    /// What Tab does between what is typed and what comes after: where the word begins, and what takes
    /// its place. One candidate is put there, several are listed.
    pub(super) fn press(
        &mut self,
        language: Language,
        before: &str,
        (typed, after): (&str, &str),
    ) -> (usize, Vec<Candidate>) {
        let context = context(language, before, typed, after);
        let start = typed.len() - context.word.len();
        let is_second = self.pressed_at.take().as_deref() == Some(typed);
        let mut found = self.candidates(language, &context);
        // What others have named is not obeyed by the terminal.
        found.retain(|one| !one.text.chars().any(char::is_control));
        for one in &mut found {
            one.shown = one_line(&one.shown).into_owned();
        }
        if let [only] = found.as_slice() {
            let is_there = only.text == context.word;
            return (start, if is_there { Vec::new() } else { found });
        }
        if found.is_empty() {
            // What comes late is listed by one more press.
            self.pressed_at = Some(typed.to_owned());
            return (start, found);
        }
        let common = common_beginning(&found);
        if common.chars().count() > context.word.chars().count() {
            self.pressed_at = Some(format!("{}{common}", &typed[..start]));
            return (start, vec![Candidate::plain(common)]);
        }
        self.pressed_at = Some(typed.to_owned());
        match is_second {
            true => (start, capped(found, context.word)),
            false => (start, Vec::new()),
        }
    }

    fn candidates(&mut self, language: Language, context: &Context<'_>) -> Vec<Candidate> {
        let word = context.word;
        let all = match &context.subject {
            Subject::Nothing => return Vec::new(),
            Subject::Command => commands(),
            Subject::Argument(Takes::Value) if language == Language::Sql => {
                let deadline = Instant::now() + PATIENCE;
                let known = self.remote.names(&Key::Tables(None), deadline);
                let known = known.unwrap_or_default();
                let tables = known.iter().map(|name| tables::candidate(name, "table"));
                tables.flatten().collect()
            }
            Subject::Argument(takes) => return self.arguments(*takes, word),
            Subject::Magic => plain(words::magics(language).iter().copied()),
            Subject::Program => {
                let path = std::env::var_os("PATH");
                files::programs(word, path.as_deref())
            }
            Subject::ShellFile => files::shell_files(word, self.home.as_deref()),
            Subject::Code(code) => return self.of_code(language, code, word),
            Subject::Sql(sql) => return select_in_any_case(word, self.of_sql(sql, word)),
        };
        select(word, all)
    }

    fn arguments(&self, takes: Takes, word: &str) -> Vec<Candidate> {
        let all = match takes {
            Takes::Nothing | Takes::Code | Takes::Shell => Vec::new(),
            Takes::File => files::files(word, self.home.as_deref()),
            Takes::Format => plain(Format::ALL.map(Format::name)),
            Takes::Language => plain(Language::ALL.map(Language::name)),
            Takes::OnOff => plain(["off", "on"]),
            Takes::OnOffAuto => plain(["auto", "off", "on"]),
            Takes::Session => plain(self.facts.sessions.iter().cloned()),
            Takes::Statement => plain(self.statements.iter().cloned()),
            Takes::Theme => {
                let themes = self.facts.themes.all().into_iter();
                plain(themes.map(|theme| theme.name))
            }
            Takes::Topic => {
                let mut topics: Vec<&str> = takings().map(|taking| taking.name).collect();
                topics.extend(TOPICS);
                topics.sort_unstable();
                plain(topics)
            }
            Takes::Value => plain(self.seen.names(false)),
        };
        select(word, all)
    }

    fn of_code(&self, language: Language, code: &Code<'_>, word: &str) -> Vec<Candidate> {
        let is_bare = code.receiver == Receiver::None;
        let deadline = Instant::now() + PATIENCE;
        let key = match is_bare && word.is_empty() {
            true => None,
            false => key(language, code, word),
        };
        let answer = key
            .as_ref()
            .and_then(|key| self.remote.names(key, deadline));
        // What stands behind a value is the session's to say, however late: another value's members
        // are guessed only where it never will.
        let is_told = |key: &Key| answer.is_some() || self.remote.can_tell(key);
        if !is_bare && !key.as_ref().is_some_and(is_told) {
            return select_by_case(word, plain(self.seen.names(true)));
        }
        let mut names = answer.unwrap_or_default();
        let is_wanted = |name: &String| {
            let is_name = name.chars().all(|c| lang::is_name_part(language, c));
            is_name && (!hides(name) || hides(word))
        };
        names.retain(is_wanted);
        names.sort_unstable();
        let mut all = match is_bare {
            true => plain(self.seen.names(false)),
            false => Vec::new(),
        };
        all.extend(plain(names));
        if is_bare {
            all.extend(plain(words::keywords(language)));
        }
        select(word, all)
    }

    fn of_sql(&self, sql: &Sql, word: &str) -> Vec<Candidate> {
        let deadline = Instant::now() + PATIENCE;
        let names = |key: Key| self.remote.names(&key, deadline).unwrap_or_default();
        let of_kind = |names: Vec<String>, kind: &str| -> Vec<Candidate> {
            let found = names
                .iter()
                .filter_map(|name| tables::candidate(name, kind));
            found.collect()
        };
        if let Some(qualifier) = &sql.qualifier {
            return match sql.statement.table(qualifier) {
                // Its columns are nobody's to tell.
                Some(table) if sql.statement.is_query(table) => Vec::new(),
                None if sql.statement.is_query(qualifier) => Vec::new(),
                Some(table) => of_kind(names(Key::Columns(table.to_owned())), "column"),
                None => of_kind(names(Key::Tables(Some(qualifier.clone()))), "table"),
            };
        }
        let known = names(Key::Tables(None));
        let mut all = Vec::new();
        for table in sql.statement.tables() {
            // Only of what is a table: its name may still be typed.
            let last = table.rsplit('.').next().unwrap_or(table);
            let is_table = |known: &String| known.eq_ignore_ascii_case(last);
            let is_query = sql.statement.is_query(table);
            if !is_query && (table.contains('.') || known.iter().any(is_table)) {
                all.extend(of_kind(names(Key::Columns(table.to_owned())), "column"));
            }
        }
        let queries = sql.statement.queries();
        all.extend(of_kind(queries.cloned().collect(), "query"));
        all.extend(of_kind(known, "table"));
        let is_upper = !word.is_empty() && !word.chars().any(char::is_lowercase);
        let keyword = |known: &str| match is_upper {
            true => known.to_uppercase(),
            false => known.to_owned(),
        };
        all.extend(plain(words::keywords(Language::Sql).map(keyword)));
        all
    }
}

/// What to ask the session for.
fn key(language: Language, code: &Code<'_>, word: &str) -> Option<Key> {
    let before = code.before.clone();
    match (language, code.receiver) {
        (Language::Scala, Receiver::None) => Some(Key::Code {
            language,
            before,
            word: word.to_owned(),
        }),
        // All members at once: humps and longer words find theirs among them.
        (Language::Scala, _) | (Language::Python, Receiver::Other) => Some(Key::Code {
            language,
            before,
            word: String::new(),
        }),
        (Language::Python, Receiver::None | Receiver::Path(_)) => Some(Key::Python {
            before,
            path: match code.receiver {
                Receiver::Path(path) => path.to_owned(),
                Receiver::None | Receiver::Other => String::new(),
            },
            hidden: hides(word),
            word: word.to_owned(),
        }),
        (Language::Sql | Language::R, _) => None,
    }
}

/// Whether a name is for those who ask for it.
fn hides(name: &str) -> bool {
    name.starts_with(['_', '$'])
}

fn plain<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Vec<Candidate> {
    names.into_iter().map(Candidate::plain).collect()
}

fn commands() -> Vec<Candidate> {
    let mut found: Vec<Candidate> = takings()
        .map(|taking| Candidate {
            text: match taking.arguments.is_empty() {
                true => taking.name.to_owned(),
                false => format!("{} ", taking.name),
            },
            shown: format!(":{}", taking.name),
        })
        .collect();
    found.sort_by(|a, b| a.text.cmp(&b.text));
    found
}

fn select_in_any_case(word: &str, all: Vec<Candidate>) -> Vec<Candidate> {
    let begins = |one: &Candidate| {
        let name = one.text.trim_start_matches('`').to_lowercase();
        name.starts_with(&word.to_lowercase())
    };
    let (found, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(begins);
    match found.is_empty() {
        true => select(word, rest),
        false => select("", found),
    }
}

/// With how many more there are.
fn capped(mut found: Vec<Candidate>, word: &str) -> Vec<Candidate> {
    let more = found.len().saturating_sub(MOST);
    if more > 0 {
        found.truncate(MOST);
        found.push(Candidate {
            text: word.to_owned(),
            shown: format!("… {more} more"),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_first_press_is_listed_by_the_second() {
        let folder = tempfile::tempdir().unwrap();
        let typed = format!(":load {}/rows", folder.path().display());
        let mut completer = Completer::default();
        let mut press = || completer.press(Language::Scala, "", (&typed, "")).1.len();
        assert_eq!(press(), 0);
        for name in ["rows1", "rows2"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(press(), 2);
    }
}

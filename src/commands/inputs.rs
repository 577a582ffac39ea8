//! What has run well since the start, so that it can be replayed and saved.

use super::{Answer, Desk};
use crate::lang::{Joining, Language, Snippet, Source, blocks};
use crate::render::Line;
use std::collections::VecDeque;
use std::path::Path;

/// The most text that is kept; the oldest inputs go first.
const MOST_TEXT: usize = 16 << 20;

#[derive(Debug, Default)]
pub struct Inputs {
    done: VecDeque<Done>,
    /// The bytes of their code.
    held: usize,
    /// How many are not kept any more.
    forgotten: usize,
    /// While they are replayed, nothing is added.
    is_replaying: bool,
}

#[derive(Debug)]
struct Done {
    snippet: Snippet,
    /// Where it stands, with its comments.
    source: Option<Source>,
    /// What it takes.
    size: usize,
}

impl Inputs {
    pub(super) fn add(&mut self, snippet: Snippet, source: &Source) {
        if self.is_replaying {
            return;
        }
        let source = source.for_blocks();
        let last = self.done.back().and_then(|done| done.source.as_ref());
        let is_same = |source: &&Source| last.is_some_and(|last| last.is(source));
        let new_source = source.as_ref().filter(|source| !is_same(source));
        let size = snippet.code.len()
            + size_of::<Done>()
            + new_source.map_or(0, |source| source.text.len());
        self.held += size;
        self.done.push_back(Done {
            snippet,
            source,
            size,
        });
        while self.held > MOST_TEXT
            && let Some(oldest) = self.done.pop_front()
        {
            self.held -= oldest.size;
            self.forgotten += 1;
        }
    }

    /// The last statement of Python that defines a function or a class of this name.
    pub(super) fn defining(&self, name: &str) -> Option<&str> {
        let of_python = |snippet: &&Snippet| snippet.language == Language::Python;
        let snippets = self.done.iter().map(|done| &done.snippet);
        let defines = |code: &str| {
            code.lines().any(|line| {
                let line = line.strip_prefix("async ").unwrap_or(line);
                let named = line.strip_prefix("def ").or(line.strip_prefix("class "));
                let rest = named.and_then(|rest| rest.trim_start().strip_prefix(name));
                rest.is_some_and(|rest| rest.trim_start().starts_with(['(', ':', '[']))
            })
        };
        let mut codes = snippets.rev().filter(of_python);
        let found = codes.find(|snippet| defines(&snippet.code));
        found.map(|snippet| snippet.code.as_str())
    }

    /// What is to be said of those that are missing.
    fn missing(&self) -> Option<String> {
        let most = MOST_TEXT >> 20;
        (self.forgotten > 0).then(|| {
            format!(
                "The first {} inputs are left out: only the last {most} MB are kept.",
                self.forgotten
            )
        })
    }

    /// Those of a language as a text that runs, with their comments, and how many there are in others.
    fn script(&self, language: Language) -> (String, usize) {
        let is_in = |done: &&Done| done.snippet.language == language;
        let all: Vec<_> = self
            .done
            .iter()
            .map(|done| (&done.snippet, done.source.as_ref()))
            .collect();
        let mut text = String::new();
        let mut next = 0;
        for block in blocks(&all, |_| Joining::AsTyped) {
            let first = all[next].0;
            let opens = all[next].0.code.starts_with('{');
            next += block.count;
            if first.language != language {
                continue;
            }
            // After a blank line a block of Scala is no argument of what stands before it.
            if language == Language::Scala && opens {
                text.push('\n');
            }
            let is_ended = block.tail.trim_start().starts_with(';');
            let end = match language {
                Language::Sql if !is_ended => ";",
                Language::Sql | Language::Scala | Language::Python | Language::R => "",
            };
            text.push_str(&format!("{}{end}{}\n", block.code.trim_end(), block.tail));
        }
        let others = self.done.iter().filter(|one| !is_in(one)).count();
        (text, others)
    }
}

impl Desk<'_> {
    /// How many inputs `:replay` would run.
    pub fn replayable(&self) -> usize {
        self.inputs.done.len()
    }

    pub(super) fn save_script(&mut self, language: Language, path: &Path) -> Answer {
        let language = Language::from_path(path).unwrap_or(language);
        let (text, others) = self.inputs.script(language);
        if text.is_empty() {
            return Answer::Refused("No replay commands in session".to_owned());
        }
        let count = counted(self.inputs.done.len() - others, "input");
        match self.put(path, &text, &count) {
            Answer::Done => {}
            other => return other,
        }
        if let Some(told) = self.inputs.missing() {
            self.say(&told);
        }
        if others > 0 {
            self.say(&format!(
                "{others} input{} of another language than {language} {} left out.",
                if others == 1 { "" } else { "s" },
                if others == 1 { "is" } else { "are" }
            ));
        }
        Answer::Done
    }

    pub(super) fn replay(&mut self) -> Answer {
        if self.inputs.done.is_empty() {
            return Answer::Refused("Nothing to replay.".to_owned());
        }
        if let Some(told) = self.inputs.missing() {
            self.say(&told);
        }
        let all = std::mem::take(&mut self.inputs.done);
        self.inputs.is_replaying = true;
        let answer = self.replay_all(&all);
        self.inputs.is_replaying = false;
        self.inputs.done = all;
        answer
    }

    fn replay_all(&mut self, all: &VecDeque<Done>) -> Answer {
        for Done { snippet, .. } in all {
            self.say(&format!("Replaying: {}", snippet.code));
            let source = Source::new(None, snippet.code.as_str());
            let here = Snippet {
                first_line: 1,
                first_column: 0,
                ..snippet.clone()
            };
            match self.run_all(vec![here], &source) {
                Answer::Done => self.out.note(&Line::plain("\n")),
                other => return other,
            }
        }
        Answer::Done
    }
}

/// So many things of a name.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::split;

    #[test]
    fn a_script_has_one_language() {
        let mut inputs = Inputs::default();
        for (language, code) in [
            (Language::Sql, "select 1"),
            (Language::Python, "x = 1\n"),
            (Language::Sql, "select 2"),
        ] {
            let snippet = Snippet {
                language,
                code: code.to_owned(),
                first_line: 9,
                first_column: 0,
            };
            inputs.add(snippet, &Source::new(None, "else"));
        }
        assert_eq!(inputs.script(Language::Sql).0, "select 1;\nselect 2;\n");
        assert_eq!(inputs.script(Language::Python), ("x = 1\n".to_owned(), 2));
    }

    #[test]
    fn a_script_has_the_comments_of_what_has_succeeded() {
        for (language, text, succeeded, expected) in [
            (
                Language::Sql,
                "-- a\nselect 1; -- b\nselect 2",
                2,
                "-- a\nselect 1; -- b\nselect 2;\n",
            ),
            (
                Language::Python,
                "# a\nx = 1\n# b\n1 / 0\n",
                1,
                "# a\nx = 1\n",
            ),
            (Language::Scala, "// a\n{ 1 }", 1, "\n// a\n{ 1 }\n"),
        ] {
            let source = Source::new(None, text);
            let mut inputs = Inputs::default();
            for snippet in split(language, text).into_iter().take(succeeded) {
                inputs.add(snippet, &source);
            }
            assert_eq!(inputs.script(language).0, expected);
        }
    }

    #[test]
    fn the_oldest_inputs_go_when_there_are_too_many() {
        let mut inputs = Inputs::default();
        let mut add = |code: String| {
            let source = Source::new(None, code.as_str());
            let snippet = Snippet {
                language: Language::Python,
                code,
                first_line: 1,
                first_column: 0,
            };
            inputs.add(snippet, &source);
        };
        add("first".to_owned());
        add("x".repeat(MOST_TEXT - 1000));
        add("y".repeat(1000));
        assert_eq!((inputs.done.len(), inputs.forgotten), (1, 2));
        assert_eq!(inputs.held, inputs.done[0].size);
        assert!(inputs.missing().unwrap().starts_with("The first 2 inputs"));
    }
}

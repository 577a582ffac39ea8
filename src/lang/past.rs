//! What a session was given: an error may come from a function that an earlier input defined.

use super::{Language, Snippet, Source, ending, lines_before, python};
use std::collections::{BTreeSet, VecDeque};
use std::ops::RangeInclusive;

/// The most inputs and the most text that are kept; the oldest go first.
const MOST_INPUTS: usize = 500;
const MOST_TEXT: usize = 4 << 20;

/// The inputs of a session, oldest first.
#[derive(Debug, Default)]
pub struct Past {
    inputs: VecDeque<Input>,
    /// How many there have been.
    count: usize,
    /// Names that end a script elsewhere, and mean something else here.
    own: BTreeSet<&'static str>,
    /// Whether one of them may end a script when it is called.
    may_exit: bool,
}

#[derive(Debug)]
pub struct Input {
    pub source: Source,
    pub ran: Vec<Ran>,
}

/// A statement of an input that was run.
#[derive(Debug)]
pub struct Ran {
    pub language: Language,
    /// Its number on the server, where that is known.
    pub number: Option<String>,
    /// Of the source, from 1.
    pub lines: RangeInclusive<usize>,
    /// Characters before it on its first line.
    first_column: usize,
    /// What is to be added to the server's line numbers.
    pub offset: usize,
}

impl Past {
    /// Takes in that a statement was run, and its number on the server.
    pub fn note(&mut self, source: &Source, snippet: &Snippet, number: Option<String>) {
        self.note_exits(snippet);
        if self
            .inputs
            .back()
            .is_none_or(|last| !last.source.is(source))
        {
            let is_own = |name: &&&str| ending::binds(&source.text, name);
            self.own.extend(ending::BARE.iter().filter(is_own));
            let (source, ran) = (source.clone(), Vec::new());
            self.inputs.push_back(Input { source, ran });
            self.count += 1;
            self.forget();
        }
        if let Some(input) = self.inputs.back_mut() {
            input.ran.push(Ran {
                language: snippet.language,
                number,
                lines: snippet.first_line..=snippet.last_line(),
                first_column: snippet.first_column,
                offset: snippet.first_line - 1 - lines_before(snippet, source),
            });
        }
    }

    /// Takes in what code that is no input may have defined.
    pub fn note_exits(&mut self, snippet: &Snippet) {
        self.may_exit |= ending::may_exit(snippet);
    }

    /// Whether what was defined may end a script.
    pub fn may_exit(&self) -> bool {
        self.may_exit
    }

    /// The number on the server of the last statement that was run, where that is known.
    pub fn last_number(&self) -> Option<&str> {
        let ran = self.inputs.back()?.ran.last()?;
        ran.number.as_deref()
    }

    /// How many inputs there have been.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Those since there were so many, oldest first, as far as they are kept.
    pub fn since(&self, count: usize) -> impl Iterator<Item = &Input> {
        let newer = self.count.saturating_sub(count).min(self.inputs.len());
        self.inputs.range(self.inputs.len() - newer..)
    }

    /// Whether an input may have given such a name a meaning of the user's own.
    pub(super) fn has_own(&self, name: &str) -> bool {
        self.own.contains(name)
    }

    fn forget(&mut self) {
        let text = |input: &Input| input.source.text.len();
        let mut held: usize = self.inputs.iter().map(text).sum();
        while self.inputs.len() > MOST_INPUTS || (held > MOST_TEXT && self.inputs.len() > 1) {
            held -= self.inputs.pop_front().as_ref().map_or(0, text);
        }
    }

    /// The source, and the line in it, that Python means by a line in a function or class of this
    /// name: the latest that has one there.
    pub fn python_line(&self, line: usize, name: &str) -> Option<(&Source, usize)> {
        self.inputs.iter().rev().find_map(|input| {
            let line = input.python_line(line, name)?;
            Some((&input.source, line))
        })
    }

    /// The statements of Python in which a line of the server's may be, with the line in the source;
    /// where no function is known there may be several.
    pub fn python_places(&self, line: usize) -> impl Iterator<Item = (&Source, &Ran, usize)> {
        self.inputs.iter().flat_map(move |input| {
            let ran = input.ran.iter();
            let of_python = ran.filter(|ran| ran.language == Language::Python);
            of_python.filter_map(move |ran| {
                let line = line.checked_add(ran.offset)?;
                let is_there = ran.lines.contains(&line);
                is_there.then_some((&input.source, ran, line))
            })
        })
    }

    /// Whether a source of which Python was run has such a line.
    pub fn python_contains(&self, is_it: impl Fn(&str) -> bool) -> bool {
        let is_python = |ran: &Ran| ran.language == Language::Python;
        let inputs = self.inputs.iter();
        let mut of_python = inputs.filter(|input| input.ran.iter().any(is_python));
        of_python.any(|input| input.source.text.lines().any(&is_it))
    }

    /// A statement by its number on the server.
    pub fn statement(&self, number: &str) -> Option<(&Source, &Ran)> {
        self.inputs.iter().rev().find_map(|input| {
            let is_it = |ran: &&Ran| ran.number.as_deref() == Some(number);
            Some((&input.source, input.ran.iter().rev().find(is_it)?))
        })
    }
}

impl Input {
    fn python_line(&self, line: usize, name: &str) -> Option<usize> {
        let ran = self.ran.iter().rev();
        let of_python = ran.filter(|ran| ran.language == Language::Python);
        of_python
            .filter_map(|ran| Some((ran, line.checked_add(ran.offset)?)))
            .find(|(ran, line)| {
                let first = *ran.lines.start();
                ran.lines.contains(line)
                    && python::holds(ran.text(&self.source), *line + 1 - first, name)
            })
            .map(|(_, line)| line)
    }
}

impl Ran {
    /// The statement in its source, to the end of its last line. Only this is looked into: what it
    /// defines stands in it, and the source may be long.
    fn text<'a>(&self, source: &'a Source) -> &'a str {
        let before = self.lines.start() - source.first_line;
        let source = &*source.text;
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        let mut starts = std::iter::once(0).chain(ends).skip(before);
        let line = starts.next().unwrap_or(source.len());
        let last = self.lines.end() - self.lines.start();
        let end = starts.nth(last).unwrap_or(source.len());
        let text = &source[line..end];
        let column = text.char_indices().nth(self.first_column);
        &text[column.map_or(text.len(), |(byte, _)| byte)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::split;

    fn source(name: Option<&str>, text: &str) -> Source {
        Source::new(name.map(str::to_owned), text)
    }

    fn run(past: &mut Past, source: &Source, language: Language) {
        for (index, snippet) in split(language, &source.text).iter().enumerate() {
            past.note(source, snippet, Some(index.to_string()));
        }
    }

    #[test]
    fn a_function_is_found_in_the_latest_input_that_has_it_there() {
        let a = source(Some("a.py"), "x = 1\ndef f():\n    return 1 / 0\n");
        let b = source(Some("b.py"), "y = 1\n\n\n\ndef g():\n    f()\n");
        let typed = source(None, "z = 1\n\ndef h():\n    return 1 / 0\n");
        let mut past = Past::default();
        for input in [&a, &b, &typed] {
            run(&mut past, input, Language::Python);
        }
        assert_eq!(past.python_line(3, "f"), Some((&a, 3)));
        assert_eq!(past.python_line(6, "g"), Some((&b, 6)));
        // At a prompt each statement is counted from its own first line.
        assert_eq!(past.python_line(2, "h"), Some((&typed, 4)));
        assert_eq!(past.python_line(3, "g"), None);
        assert_eq!(past.python_line(usize::MAX, "h"), None);
    }

    #[test]
    fn only_the_statement_itself_is_looked_into() {
        let text = "s = '''\n'''; y = 1\n\nclass A:\n    def m(self):\n        return 1 / 0\n";
        let a = source(Some("a.py"), text);
        let mut past = Past::default();
        run(&mut past, &a, Language::Python);
        assert_eq!(past.python_line(6, "m"), Some((&a, 6)));
        assert_eq!(past.python_line(2, "<module>"), Some((&a, 2)));
        assert_eq!(past.python_line(6, "A"), None);
        let indented = source(
            Some("b.py"),
            "    x = 1\n    def f():\n        return 1 / 0",
        );
        run(&mut past, &indented, Language::Python);
        assert_eq!(past.python_line(3, "f"), Some((&indented, 3)));
    }

    #[test]
    fn a_statement_is_found_by_its_number() {
        let a = source(Some("a.scala"), "val x = 1\nval y =\n  2\n");
        let mut past = Past::default();
        run(&mut past, &a, Language::Scala);
        let (found, ran) = past.statement("1").unwrap();
        assert_eq!((found, ran.lines.clone(), ran.offset), (&a, 2..=3, 1));
        assert!(past.statement("2").is_none());
    }

    #[test]
    fn the_oldest_inputs_are_forgotten() {
        let mut past = Past::default();
        for number in 0..600 {
            let text = format!("def f{number}():\n    pass\n");
            run(&mut past, &source(None, &text), Language::Python);
        }
        assert_eq!(past.python_line(2, "f0"), None);
        assert!(past.python_line(2, "f599").is_some());
    }
}

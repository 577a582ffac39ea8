//! What was typed as one: statements that stand together in their source, with the comments between and
//! around them. What has not run is never among it.

use super::{Language, Snippet, Source, python, statement_ranges};
use std::ops::Range;

/// A source that is longer is not kept for its comments.
const LONGEST_SOURCE: usize = 1 << 20;

/// Statements that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// How many they are.
    pub count: usize,
    /// As they were typed, with the comments before them.
    pub code: String,
    /// What stands behind the last of them: a semicolon, a comment.
    pub tail: String,
}

impl Block {
    pub fn text(&self) -> String {
        format!("{}{}", self.code, self.tail)
    }
}

impl Source {
    /// A copy for whoever makes blocks later; none of a source that is too long to be kept.
    pub fn for_blocks(&self) -> Option<Source> {
        (self.text.len() <= LONGEST_SOURCE).then(|| self.clone())
    }
}

/// What of a source makes a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// What was typed or pasted as one; of a file what no blank line parts.
    AsTyped,
    /// Each statement.
    Single,
}

/// The blocks of statements in the order in which they ran; `joining` decides for each language.
pub fn blocks(
    statements: &[(&Snippet, Option<&Source>)],
    joining: impl Fn(Language) -> Joining,
) -> Vec<Block> {
    let places = places(statements);
    let mut blocks = Vec::new();
    let mut first = 0;
    while first < statements.len() {
        let mut last = first;
        while joining(statements[first].0.language) == Joining::AsTyped
            && joins(statements, &places, last)
        {
            last += 1;
        }
        blocks.push(block(statements, &places, first, last));
        first = last + 1;
    }
    blocks
}

type Statement<'a> = (&'a Snippet, Option<&'a Source>);

/// Where each stands in its source; none where that does not hold it as it is.
fn places(statements: &[Statement<'_>]) -> Vec<Option<Range<usize>>> {
    let mut known: Option<(&Source, Vec<usize>)> = None;
    let mut places = Vec::new();
    for (snippet, source) in statements {
        let Some(source) = source else {
            places.push(None);
            continue;
        };
        let starts = match &known {
            Some((same, starts)) if same.is(source) => starts,
            Some(_) | None => {
                let ends = source.text.match_indices('\n').map(|(at, _)| at + 1);
                let starts = std::iter::once(0).chain(ends).collect();
                &known.insert((source, starts)).1
            }
        };
        places.push(place(snippet, source, starts));
    }
    places
}

/// A statement's place in a source whose lines begin there.
fn place(snippet: &Snippet, source: &Source, starts: &[usize]) -> Option<Range<usize>> {
    let first = snippet.first_line.checked_sub(source.first_line)?;
    let line = |number: usize| {
        let rest = source.text.get(*starts.get(number)?..)?;
        rest.split('\n').next()
    };
    let column = line(first)?.char_indices().nth(snippet.first_column);
    let start = starts[first] + column.map_or(line(first)?.len(), |(byte, _)| byte);
    let mut end = start;
    for (index, code) in snippet.code.split('\n').enumerate() {
        let begins = match index {
            0 => start,
            // A margin may have been taken away.
            _ => {
                let here = line(first + index)?;
                let at = here.find(code)?;
                let is_margin = here[..at].trim().is_empty();
                is_margin.then(|| starts[first + index] + at)?
            }
        };
        end = begins + code.len();
        if source.text.get(begins..end) != Some(code) {
            return None;
        }
    }
    Some(start..end)
}

/// Whether a statement and the next one are of one block.
fn joins(statements: &[Statement<'_>], places: &[Option<Range<usize>>], index: usize) -> bool {
    let Some(next) = statements.get(index + 1) else {
        return false;
    };
    let Some(gap) = gap(statements, places, index) else {
        return false;
    };
    let language = statements[index].0.language;
    let is_file = next.1.is_some_and(|source| source.name.is_some());
    let mut between = gap.split('\n').skip(1).collect::<Vec<_>>();
    between.pop();
    let is_parted = is_file && between.iter().any(|line| line.trim().is_empty());
    next.0.language == language && !is_parted && is_bare(language, gap)
}

/// What stands between a statement and the next one, where both are of one source.
fn gap<'a>(
    statements: &[Statement<'a>],
    places: &[Option<Range<usize>>],
    index: usize,
) -> Option<&'a str> {
    let (source, next) = (statements[index].1?, statements.get(index + 1)?.1?);
    let (place, after) = (places[index].as_ref()?, places[index + 1].as_ref()?);
    if !source.is(next) || source.first_line != next.first_line {
        return None;
    }
    source.text.get(place.end..after.start)
}

/// A text without the margin that was taken away before it was sent.
fn without_margin(language: Language, text: &str, margin: &str) -> String {
    match language {
        Language::Python => python::without_margin(text, margin),
        Language::Scala | Language::Sql | Language::R => text.to_owned(),
    }
}

fn block(
    statements: &[Statement<'_>],
    places: &[Option<Range<usize>>],
    first: usize,
    last: usize,
) -> Block {
    let snippet = statements[first].0;
    let (Some(source), Some(from), Some(to)) = (statements[first].1, &places[first], &places[last])
    else {
        return Block {
            count: 1,
            code: snippet.code.clone(),
            tail: String::new(),
        };
    };
    let text = &*source.text;
    let language = snippet.language;
    let gap_before = first
        .checked_sub(1)
        .and_then(|before| gap(statements, places, before));
    let lead = match gap_before {
        Some(gap) => behind_first_line(language, gap),
        None => comments_at_end(language, &text[..from.start]),
    };
    let after = gap(statements, places, last).unwrap_or(&text[to.end..]);
    let begins = from.start - lead.len();
    let margin = margin(text, from.start);
    let code = &text[begins..to.end];
    let code = without_margin(language, code.strip_prefix(margin).unwrap_or(code), margin);
    let is_last = gap(statements, places, last).is_none();
    let tail = match is_last && is_bare(language, after) {
        true => without_margin(language, after, margin),
        false => rest_of_line(language, after).to_owned(),
    };
    Block {
        count: last + 1 - first,
        code,
        tail: tail.trim_end().to_owned(),
    }
}

/// Whether a text has nothing but comments and what ends a statement.
fn is_bare(language: Language, text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t', ';']);
    statement_ranges(language, text).is_empty()
}

/// What stands behind a statement on its last line, where that is no code.
fn rest_of_line(language: Language, after: &str) -> &str {
    let line = after.split('\n').next().unwrap_or_default();
    match is_bare(language, line) {
        true => line,
        false => "",
    }
}

/// The comments before a statement that has another one before it, whose line is not its own.
fn behind_first_line(language: Language, gap: &str) -> &str {
    match gap.split_once('\n') {
        Some((_, lines)) => comments_at_end(language, lines),
        None => "",
    }
}

/// The whole lines at the end of a text that hold no code, where a comment is among them.
fn comments_at_end(language: Language, text: &str) -> &str {
    let mut lead = text;
    let code = statement_ranges(language, text)
        .last()
        .map(|range| range.end);
    if let Some(end) = code {
        lead = match text[end..].find('\n') {
            Some(at) => &text[end + at + 1..],
            None => "",
        };
    }
    if lead.trim().is_empty() {
        return "";
    }
    // Without the blank lines before it.
    let at = lead.len() - lead.trim_start().len();
    &lead[lead[..at].rfind('\n').map_or(0, |at| at + 1)..]
}

/// The blanks before a statement on its line, where nothing else is.
fn margin(text: &str, start: usize) -> &str {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line..start];
    match before.trim().is_empty() {
        true => before,
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::split;

    /// The texts of the blocks when so many statements have run.
    fn texts(name: Option<&str>, language: Language, text: &str, ran: usize) -> Vec<String> {
        let source = Source::new(name.map(str::to_owned), text);
        let snippets = split(language, text);
        let statements: Vec<_> = snippets.iter().map(|one| (one, Some(&source))).collect();
        let statements = &statements[..ran.min(statements.len())];
        let blocks = blocks(statements, |_| Joining::AsTyped);
        let count: usize = blocks.iter().map(|block| block.count).sum();
        assert_eq!(count, statements.len());
        blocks.iter().map(Block::text).collect()
    }

    #[test]
    fn what_was_typed_as_one_is_one_with_its_comments() {
        use Language::{Python, R, Scala, Sql};
        for (language, text) in [
            (Python, "# a\nx = 1  # b\n\n# c\ny = 2; z = 3\nz\n# d"),
            (Scala, "// a\nval x = 1 // b\n\n/* c\n */\nx + 1\n// d"),
            (Sql, "-- a\nselect 1; -- b\n\nselect 2; -- c"),
            (R, "# a\nx <- 1\n# b\nx"),
            (Python, "def f():\n    # a\n    return 1\n\n# b\nf()"),
        ] {
            assert_eq!(texts(None, language, text, 9), [text]);
        }
        let indented = "    # a\n    x = '''\n  b'''\n\n    if x:\n        x\n";
        let found = texts(None, Language::Python, indented, 9);
        assert_eq!(found, ["# a\nx = '''\n  b'''\n\nif x:\n    x"]);
    }

    #[test]
    fn what_has_not_run_is_left_out() {
        let text = "# a\nx = 1\n# b\ny = 1 / 0  # c\n# d\nz = 3\n# e";
        let found = texts(None, Language::Python, text, 2);
        assert_eq!(found, ["# a\nx = 1\n# b\ny = 1 / 0  # c"]);
        assert_eq!(texts(None, Language::Python, "x; y; z", 2), ["x; y"]);
        assert_eq!(
            texts(None, Language::Sql, "select 1; select 2", 1),
            ["select 1"]
        );
        // One in the middle has not run.
        let text = "a = 1 # 1\nexit()\n# 2\nb = 2";
        let source = Source::new(None, text);
        let snippets = split(Language::Python, text);
        let statements = [(&snippets[0], Some(&source)), (&snippets[2], Some(&source))];
        let found = blocks(&statements, |_| Joining::AsTyped);
        let found: Vec<String> = found.iter().map(Block::text).collect();
        assert_eq!(found, ["a = 1 # 1", "# 2\nb = 2"]);
    }

    #[test]
    fn a_file_is_parted_by_its_blank_lines() {
        let text = "# a file\n\nimport os\nimport sys\n\n# one\nx = 1\n# two\nx\n\n# end\n";
        assert_eq!(
            texts(Some("a.py"), Language::Python, text, 9),
            [
                "# a file\n\nimport os\nimport sys",
                "# one\nx = 1\n# two\nx\n\n# end"
            ]
        );
    }

    #[test]
    fn cells_and_commands_part_what_is_around_them() {
        let text = "// a\n1\n%%sql\n-- b\nselect 1;\n%%scala\n// c\n2\n";
        let found = texts(None, Language::Scala, text, 9);
        assert_eq!(found, ["// a\n1", "-- b\nselect 1;", "// c\n2"]);
    }

    #[test]
    fn a_statement_that_is_not_in_its_source_stands_alone() {
        let source = Source::new(None, "scala> 1\n2");
        let mut snippets = split(Language::Scala, "1\n2");
        let statements: Vec<_> = snippets.iter().map(|one| (one, Some(&source))).collect();
        let found = blocks(&statements, |_| Joining::AsTyped);
        assert_eq!(
            found.iter().map(Block::text).collect::<Vec<_>>(),
            ["1", "2"]
        );
        snippets[1].first_line = 7;
        let statements: Vec<_> = snippets.iter().map(|one| (one, Some(&source))).collect();
        assert_eq!(blocks(&statements, |_| Joining::AsTyped).len(), 2);
        let statements: Vec<_> = snippets.iter().map(|one| (one, None)).collect();
        assert_eq!(blocks(&statements, |_| Joining::AsTyped).len(), 2);
    }
}

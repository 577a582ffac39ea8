//! Where an error is: a file and a line, or the lines of a whole statement; and that line's text.

use super::Origin;
use crate::lang::Source;
use std::fmt;
use unicode_width::UnicodeWidthStr;

/// Lines of a source, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As the source is named; none at a prompt.
    pub name: Option<String>,
    pub first_line: usize,
    /// The same as the first, where one line is meant.
    pub last_line: usize,
}

impl Place {
    /// The statement as a whole: where the server does not say more.
    pub(super) fn of_statement(origin: Origin<'_>) -> Place {
        Place {
            name: origin.source.name.clone(),
            first_line: origin.snippet.first_line,
            last_line: origin.snippet.last_line(),
        }
    }

    pub(super) fn at(source: &Source, line: usize) -> Place {
        Place {
            name: source.name.clone(),
            first_line: line,
            last_line: line,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("<stdin>");
        match self.first_line == self.last_line {
            true => write!(f, "{name}:{}", self.first_line),
            false => write!(f, "{name}:{}-{}", self.first_line, self.last_line),
        }
    }
}

/// A line of a source, and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// Blanks and marks, in the columns of a terminal.
    pub(super) marks: Option<String>,
}

impl Excerpt {
    /// A line of the source, with a caret under the character of that number, from 0.
    pub(super) fn of(source: &Source, line: usize, column: Option<usize>) -> Option<Excerpt> {
        let text = line_of(source, line)?.trim_end();
        let caret = |column: usize| {
            let before: String = text.chars().take(column).collect();
            // A tab is as wide as the terminal makes it: what stands under it must be one, too.
            let blank = |part: &str| " ".repeat(UnicodeWidthStr::width(part));
            let parts: Vec<String> = before.split('\t').map(blank).collect();
            let beyond = column.saturating_sub(text.chars().count());
            format!("{}{}^", parts.join("\t"), " ".repeat(beyond))
        };
        Some(Excerpt {
            text: text.into(),
            marks: column.map(caret),
        })
        .filter(|excerpt| !excerpt.text.trim().is_empty())
    }

    /// A line with a caret under its first word.
    pub(super) fn of_start(source: &Source, line: usize) -> Option<Excerpt> {
        let text = line_of(source, line)?;
        let column = text.chars().take_while(|c| c.is_whitespace()).count();
        Excerpt::of(source, line, Some(column))
    }

    /// With its own indentation replaced by this one.
    pub(super) fn lines(&self, indent: &str) -> impl Iterator<Item = String> {
        let text = self.text.trim_start();
        let own = self.text.len() - text.len();
        let marks = self.marks.as_ref().map(|marks| {
            let marks: String = marks.chars().skip(own).collect();
            format!("{indent}{marks}")
        });
        [Some(format!("{indent}{text}")), marks]
            .into_iter()
            .flatten()
    }

    /// As it is, further to the right.
    pub(super) fn moved_lines(&self, indent: &str) -> impl Iterator<Item = String> {
        let marks = self.marks.as_ref().map(|marks| format!("{indent}{marks}"));
        [Some(format!("{indent}{}", self.text)), marks]
            .into_iter()
            .flatten()
    }
}

/// A place, and the line that is shown for it.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub(super) place: Place,
    pub(super) excerpt: Option<Excerpt>,
}

impl Located {
    /// At a line of a source; where a character is known a caret stands under it.
    pub(super) fn at(source: &Source, line: usize, column: Option<usize>) -> Located {
        Located {
            place: Place::at(source, line),
            excerpt: Excerpt::of(source, line, column),
        }
    }

    /// At the statement as a whole: its line is shown where it has only one.
    pub(super) fn of_statement(origin: Origin<'_>) -> Located {
        let place = Place::of_statement(origin);
        let is_one = place.first_line == place.last_line;
        let line = is_one.then_some(place.first_line);
        Located {
            excerpt: line.and_then(|line| Excerpt::of(origin.source, line, None)),
            place,
        }
    }
}

pub(super) fn line_of(source: &Source, line: usize) -> Option<&str> {
    source.line(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(Some("a.scala".to_owned()), text)
    }

    #[test]
    fn carets_stand_under_their_character() {
        let shown = |text: &str, column| {
            let excerpt = Excerpt::of(&source(text), 1, Some(column)).unwrap();
            excerpt.lines("    ").collect::<Vec<_>>()
        };
        assert_eq!(shown("a + foo", 4), ["    a + foo", "        ^"]);
        assert_eq!(shown("  a + foo", 6), ["    a + foo", "        ^"]);
        assert_eq!(shown("日本 + foo", 5), ["    日本 + foo", "           ^"]);
        assert_eq!(shown("a\t+ foo", 4), ["    a\t+ foo", "     \t  ^"]);
        assert_eq!(shown("a", 3), ["    a", "       ^"]);
    }

    #[test]
    fn places_are_one_line_or_several() {
        assert_eq!(Place::at(&source(""), 3).to_string(), "a.scala:3");
        let several = Place {
            last_line: 7,
            ..Place::at(&source(""), 3)
        };
        assert_eq!(several.to_string(), "a.scala:3-7");
    }
}

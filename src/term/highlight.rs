//! Code in colours by syntect, line by line, each line parsed once.
//!
//! The first Scala line costs some 45 ms (its expressions are compiled then) and a whole buffer of
//! 1,000 lines 100 ms, so the definitions are loaded and warmed on a thread of their own, and the
//! states after each line are kept: a key costs the line it changes.

use super::theme;
use crate::lang::Language;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use syntect::highlighting::{HighlightIterator, HighlightState, Highlighter, Theme};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

/// Longer lines cost more than they are worth.
const LONGEST_LINE: usize = 4096;

struct Definitions {
    syntaxes: SyntaxSet,
    theme: Theme,
}

/// Colours code once its definitions are warm; before that it answers nothing.
#[derive(Clone, Default)]
pub struct Painter {
    definitions: Arc<OnceLock<Definitions>>,
    lines: Arc<Mutex<Lines>>,
}

/// The lines that were painted last, from the first on.
#[derive(Default)]
struct Lines {
    language: Option<Language>,
    kept: Vec<KeptLine>,
}

struct KeptLine {
    text: String,
    painted: String,
    after: (ParseState, HighlightState),
}

impl Painter {
    /// Loads the definitions and warms a language, away from the caller's thread.
    pub fn warm(&self, language: Language) {
        let painter = self.clone();
        // Without a thread there are no colours, and nothing else is lost.
        std::thread::Builder::new()
            .name("colours".to_owned())
            .spawn(move || {
                let definitions = Definitions {
                    syntaxes: SyntaxSet::load_defaults_newlines(),
                    theme: theme::default_theme(),
                };
                let sample = match language {
                    Language::Scala => "val x: Int = 1 // c\ncase class A(s: String) { \"a\" }\n",
                    Language::Python => "import os\ndef f(x): return \"a\" # c\n",
                    Language::Sql => "select 'a', 1 from t -- c\n",
                    Language::R => "f <- function(x) x + 1 # c\n",
                };
                // The expressions that this compiles are shared with everyone who paints later.
                paint_lines(&definitions, language, sample, &mut Vec::new());
                painter.definitions.set(definitions).ok();
            })
            .ok();
    }

    /// `text` in colours, as it looks after `before`; `None` while the definitions are not warm.
    pub fn paint(&self, language: Language, before: &str, text: &str) -> Option<String> {
        let definitions = self.definitions.get()?;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.language != Some(language) {
            lines.language = Some(language);
            lines.kept.clear();
        }
        let skipped = before.lines().count();
        let whole = if before.is_empty() || before.ends_with('\n') {
            format!("{before}{text}")
        } else {
            format!("{before}\n{text}")
        };
        paint_lines(definitions, language, &whole, &mut lines.kept);
        let painted: Vec<&str> = lines
            .kept
            .iter()
            .skip(skipped)
            .map(|line| line.painted.as_str())
            .collect();
        Some(painted.concat())
    }
}

/// Brings the kept lines up to date with `text`; lines whose text and state before are unchanged
/// stay as they are.
fn paint_lines(
    definitions: &Definitions,
    language: Language,
    text: &str,
    kept: &mut Vec<KeptLine>,
) {
    let highlighter = Highlighter::new(&definitions.theme);
    let syntax = syntax_of(&definitions.syntaxes, language);
    let mut state = (
        ParseState::new(syntax),
        HighlightState::new(&highlighter, ScopeStack::new()),
    );
    let mut unchanged_before = true;
    let mut count = 0;
    for line in text.split_inclusive('\n') {
        if let Some(old) = kept.get(count)
            && unchanged_before
            && old.text == line
        {
            state = old.after.clone();
            count += 1;
            continue;
        }
        let painted = paint_line(definitions, &highlighter, &mut state, line);
        let new = KeptLine {
            text: line.to_owned(),
            painted,
            after: state.clone(),
        };
        match kept.get_mut(count) {
            // Where the states agree again, what follows is still right.
            Some(old) => {
                unchanged_before = old.after == new.after;
                *old = new;
            }
            None => kept.push(new),
        }
        count += 1;
    }
    kept.truncate(count);
}

fn paint_line(
    definitions: &Definitions,
    highlighter: &Highlighter<'_>,
    (parse, highlight): &mut (ParseState, HighlightState),
    line: &str,
) -> String {
    if line.len() > LONGEST_LINE {
        return line.to_owned();
    }
    let Ok(operations) = parse.parse_line(line, &definitions.syntaxes) else {
        return line.to_owned();
    };
    let mut painted = String::with_capacity(line.len() * 2);
    for (style, piece) in HighlightIterator::new(highlight, &operations, line, highlighter) {
        match piece.strip_suffix('\n') {
            Some(piece) => {
                if !piece.is_empty() {
                    theme::push_styled(&mut painted, style, piece);
                }
                painted.push('\n');
            }
            None => theme::push_styled(&mut painted, style, piece),
        }
    }
    painted
}

fn syntax_of(syntaxes: &SyntaxSet, language: Language) -> &SyntaxReference {
    let name = match language {
        Language::Scala => "Scala",
        Language::Python => "Python",
        Language::Sql => "SQL",
        Language::R => "R",
    };
    syntaxes
        .find_syntax_by_name(name)
        .unwrap_or_else(|| syntaxes.find_syntax_plain_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warm(language: Language) -> Painter {
        let painter = Painter::default();
        painter.warm(language);
        while painter.definitions.get().is_none() {
            std::thread::yield_now();
        }
        painter
    }

    /// The text without its colours.
    fn bare(painted: &str) -> String {
        let mut text = String::new();
        let mut rest = painted;
        while let Some(start) = rest.find('\x1b') {
            text.push_str(&rest[..start]);
            rest = &rest[start..];
            rest = &rest[rest.find('m').map_or(rest.len(), |end| end + 1)..];
        }
        text + rest
    }

    #[test]
    fn colours_never_change_the_text() {
        for (language, code) in [
            (
                Language::Scala,
                "val s = s\"a ${x + 1}\" // é\n\n  def f = 'c'",
            ),
            (Language::Python, "def f(x):\n    return f'{x!r}' # 日本\n"),
            (Language::Sql, "select 'a' as b from t where x = 1 -- c"),
            (Language::R, "f <- function(x) paste('a', x) # c"),
        ] {
            let painted = warm(language).paint(language, "", code).unwrap();
            assert_eq!(bare(&painted), code);
            assert!(painted.contains("\x1b["), "{painted:?}");
        }
    }

    #[test]
    fn a_line_is_painted_as_what_stands_before_it_demands() {
        let painter = warm(Language::Scala);
        let alone = painter.paint(Language::Scala, "", "val x = 1").unwrap();
        let inside = painter
            .paint(Language::Scala, "val s = \"\"\"", "val x = 1")
            .unwrap();
        assert_ne!(alone, inside);
        assert_eq!(
            painter.paint(Language::Scala, "", "val x = 1").unwrap(),
            alone
        );
    }

    #[test]
    fn an_edit_in_the_middle_gives_what_painting_anew_gives() {
        let painter = warm(Language::Python);
        let old = "a = 1\nb = '''\nc = 2\n'''\nd = 3\n".repeat(20);
        let new = old.replacen("a = 1", "a = '''", 1);
        painter.paint(Language::Python, "", &old).unwrap();
        let edited = painter.paint(Language::Python, "", &new).unwrap();
        assert_eq!(
            edited,
            warm(Language::Python)
                .paint(Language::Python, "", &new)
                .unwrap()
        );
    }

    #[test]
    fn nothing_is_painted_before_the_definitions_are_warm() {
        assert_eq!(
            Painter::default().paint(Language::Scala, "", "val x = 1"),
            None
        );
    }
}

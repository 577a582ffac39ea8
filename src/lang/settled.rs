//! A text that still arrives: how much of it can be run already.

use super::{Completeness, Language, cell, completeness_in, python, r, scala, sql, transcript};

/// To which byte of a text, which ends with a line, more of it can change nothing: its statements up to there are those of
/// the whole. A transcript, and what holds cells or a margin, is read as a whole.
pub fn settled(language: Language, text: &str) -> usize {
    let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else {
        return 0;
    };
    let has_margin = language == Language::Python && first.starts_with([' ', '\t']);
    if has_margin || transcript(first).is_some() || cell::may_hold_cells(text) {
        return 0;
    }
    let ranges = match language {
        Language::Scala => return scala::settled(text),
        Language::Python => python::statements(text).0,
        Language::Sql => sql::statement_ranges(text),
        Language::R => r::statement_ranges(text),
    };
    let Some(last) = ranges.last() else {
        return 0;
    };
    let (code, after) = (&text[last.clone()], &text[last.end..]);
    let is_over = match language {
        Language::Sql => after.trim_start().starts_with(';'),
        Language::Python => after.contains('\n') && !python::is_compound(code),
        Language::R => after.contains('\n'),
        Language::Scala => false,
    };
    let is_settled = is_over && completeness_in(language, code) == Completeness::Complete;
    let settled = ranges.len() - usize::from(!is_settled);
    let Some(last) = settled.checked_sub(1) else {
        return 0;
    };
    let end = ranges[last].end;
    let mark = if language == Language::Sql { ';' } else { '\n' };
    let after = &text[end..ranges.get(settled).map_or(text.len(), |next| next.start)];
    end + after.find(mark).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::split;

    fn runs(language: Language, text: &str) -> &str {
        text[..settled(language, text)].trim_end()
    }

    #[test]
    fn a_statement_runs_once_nothing_can_change_it() {
        use Language::{Python, R, Scala, Sql};
        for (language, text, expected) in [
            (Python, "x = 1\n", "x = 1"),
            (Python, "x = 1", ""),
            (Python, "x = 1\ny", "x = 1"),
            (Python, "x = [1,\n", ""),
            (Python, "x = 1 + \\\n", ""),
            (Python, "s = \"\"\"\na\n", ""),
            (Python, "for x in y:\n    a\n\n", ""),
            (Python, "for x in y:\n    a\nb\n", "for x in y:\n    a\nb"),
            (Python, "if x:\n    a\nelse:\n", ""),
            (Python, "@f\n", ""),
            (Python, "    x = 1\n", ""),
            (Python, ">>> x = 1\n", ""),
            (Python, "%%sql\nselect 1\n", ""),
            (Scala, "val a = 1\n", ""),
            (Scala, "val a = 1;\n", "val a = 1;"),
            (Scala, "val a = 1\na\n", "val a = 1"),
            (Scala, "a\n  .b\nc\n", "a\n  .b"),
            (Scala, "class A\nval b = 1\n", ""),
            (Scala, "a\nclass A\nval b = 1\n", "a"),
            (Scala, "class A\nval b = 1\nb\nc", "class A\nval b = 1\nb"),
            (Scala, "val a = 1\nval b = 2\n", "val a = 1"),
            (Scala, "a; /* b", ""),
            (Sql, "select 1;\nselect", "select 1;"),
            (Sql, "select 1\n", ""),
            (Sql, "select ';\n", ""),
            (R, "x <- 1\ny <-\n", "x <- 1"),
            (Scala, "", ""),
        ] {
            assert_eq!(runs(language, text), expected, "{text}");
        }
    }

    const SCALA: &str = "import a.b
val x = f(1)
  .g
x
case class A(b: Int)

// c
object A {
  def c = 1
}
if (x) {
  1
}
else {
  2
}
println(x); x
val s = \"\"\"
a

\"\"\"
s.length
";
    const PYTHON: &str = "import a
x = 1; x
if x:
    y

    z
elif b:
    c
@d
def f(
  a):
    return '''

'''

f(1)
x \\
  + 1
";
    const SQL: &str = "select 1; -- a;\nselect ';'; /* ; */ select 2";

    /// However many lines of a text arrive at once, its statements are those of the whole.
    #[test]
    fn in_pieces_it_is_the_same() {
        for (language, text) in [
            (Language::Scala, SCALA),
            (Language::Python, PYTHON),
            (Language::Sql, SQL),
        ] {
            let codes = |text: &str| split(language, text).into_iter().map(|one| one.code);
            let whole: Vec<String> = codes(text).collect();
            let (mut held, mut pieces) = (String::new(), Vec::new());
            for line in text.split_inclusive('\n') {
                held.push_str(line);
                let end = settled(language, &held);
                let rest = held.split_off(end);
                pieces.extend(codes(&held));
                held = rest;
            }
            assert!(pieces.len() + 2 >= whole.len(), "{pieces:?}");
            pieces.extend(codes(&held));
            assert_eq!(pieces, whole);
        }
    }
}

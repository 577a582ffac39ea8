//! Who colours code, and how the first colours never delay a key.
//!
//! The first Scala line costs some 45 ms, for its expressions are compiled then: a language is warmed
//! on a thread of its own, and until that is done its code stays as it is.

use super::colour::Depth;
use super::highlight::{Definitions, Lines, Painted, paint_alone};
use super::theme::Theme;
use crate::lang::Language;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use syntect::highlighting::Theme as Colours;
use syntect::parsing::SyntaxSet;

/// Colours code once its language is warm; before that it answers nothing.
#[derive(Clone, Default)]
pub struct Painter {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    depth: Depth,
    syntaxes: OnceLock<SyntaxSet>,
    /// The default is loaded with the first language.
    colours: Mutex<Option<Arc<Colours>>>,
    warmth: [AtomicU8; 4],
}

const COLD: u8 = 0;
const WARMING: u8 = 1;
const WARM: u8 = 2;

impl Painter {
    /// With the default theme, for a terminal of this depth.
    pub fn new(depth: Depth) -> Painter {
        let shared = Shared {
            depth,
            ..Shared::default()
        };
        Painter {
            shared: Arc::new(shared),
        }
    }

    /// Takes another theme; where its file is broken the old one stays, and why comes back.
    pub fn choose(&self, theme: &Theme) -> Result<(), String> {
        let colours = Arc::new(theme.load(self.shared.depth)?);
        *lock(&self.shared.colours) = Some(colours);
        Ok(())
    }

    /// Warms a language away from the caller's thread, unless that was begun.
    pub fn warm(&self, language: Language) {
        let warmth = &self.shared.warmth[language as usize];
        let begin = warmth.compare_exchange(COLD, WARMING, Ordering::AcqRel, Ordering::Acquire);
        if begin.is_err() {
            return;
        }
        let painter = self.clone();
        // Without a thread there are no colours, and nothing else is lost.
        std::thread::Builder::new()
            .name("colours".to_owned())
            .spawn(move || {
                // The expressions that this compiles are shared with everyone who paints later.
                painter.alone(language, usual(language));
                painter.shared.warmth[language as usize].store(WARM, Ordering::Release);
            })
            .ok();
    }

    /// `text` in colours, as it looks after `before`; `None` while its language is not warm. What was painted
    /// last is kept in `lines`.
    pub fn paint<'l>(
        &self,
        lines: &'l mut Lines,
        language: Language,
        before: &str,
        text: &str,
    ) -> Option<Painted<'l>> {
        let syntaxes = self.warm_syntaxes(language)?;
        Some(lines.paint(syntaxes, self.colours(), language, before, text))
    }

    /// A line that stands alone; `None` while its language is not warm.
    pub fn paint_line(&self, language: Language, line: &str) -> Option<String> {
        self.warm_syntaxes(language)?;
        Some(self.alone(language, line))
    }

    /// A line that Scala echoes of a value: `res0: Long = 10`, which is Scala behind `val`.
    pub(super) fn paint_echo(&self, line: &str) -> Option<String> {
        const KEYWORD: &str = "val ";
        let is_whole = line.starts_with(KEYWORD);
        let code = format!("{}{line}", if is_whole { "" } else { KEYWORD });
        let painted = self.paint_line(Language::Scala, &code)?;
        match is_whole {
            true => Some(painted),
            false => Some(without_word(&painted, KEYWORD.len())),
        }
    }

    /// What a few lines of a language look like in a theme, whether or not it is warm; why it cannot be
    /// read where it is broken.
    pub fn preview(&self, theme: &Theme, language: Language) -> Result<String, String> {
        let definitions = Definitions {
            syntaxes: self.syntaxes(),
            theme: &theme.load(self.shared.depth)?,
        };
        Ok(paint_alone(definitions, language, sample(language)))
    }

    fn alone(&self, language: Language, text: &str) -> String {
        let definitions = Definitions {
            syntaxes: self.syntaxes(),
            theme: &self.colours(),
        };
        paint_alone(definitions, language, text)
    }

    fn warm_syntaxes(&self, language: Language) -> Option<&SyntaxSet> {
        match self.shared.warmth[language as usize].load(Ordering::Acquire) {
            WARM => self.shared.syntaxes.get(),
            _ => {
                self.warm(language);
                None
            }
        }
    }

    fn syntaxes(&self) -> &SyntaxSet {
        let load = SyntaxSet::load_defaults_newlines;
        self.shared.syntaxes.get_or_init(load)
    }

    fn colours(&self) -> Arc<Colours> {
        let mut colours = lock(&self.shared.colours);
        let loaded = colours.get_or_insert_with(|| {
            // It is part of the program and loaded by a test; without it, code is shown uncoloured.
            Arc::new(Theme::default().load(self.shared.depth).unwrap_or_default())
        });
        loaded.clone()
    }
}

/// What is painted, without its first characters.
fn without_word(painted: &str, length: usize) -> String {
    let mut text = String::new();
    let mut left = length;
    let mut characters = painted.chars();
    while let Some(c) = characters.next() {
        match c {
            '\x1b' => {
                text.push(c);
                text.extend(characters.by_ref().take_while(|c| *c != 'm'));
                text.push('m');
            }
            _ if left > 0 => left -= 1,
            _ => text.push(c),
        }
    }
    text
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A few lines that show a theme's colours.
fn sample(language: Language) -> &'static str {
    match language {
        Language::Scala => {
            "// the late ones\ncase class Flight(id: Int, dest: String)\n\
             val late = flights.filter(_.delay > 15).map(f => s\"${f.dest}: late\\n\")\n"
        }
        Language::Python => {
            "# the late ones\ndef late(flights, least=15):\n    \
             return flights.where(col(\"delay\") > least).select(f\"{prefix}_id\", 'dest')\n"
        }
        Language::Sql => {
            "-- the late ones\nSELECT dest, count(*) AS late FROM flights\n\
             WHERE delay > 15 AND dest IS NOT NULL GROUP BY dest ORDER BY 'late'\n"
        }
        Language::R => {
            "# the late ones\nlate <- function(flights, least = 15) {\n  \
             filter(flights, flights$delay > least & !is.na(\"dest\"))\n}\n"
        }
    }
}

/// What is usually typed, so that nearly all expressions of a language are compiled.
fn usual(language: Language) -> &'static str {
    match language {
        Language::Scala => {
            "import org.apache.spark.sql.functions.{col => c, _}\n@deprecated(\"x\") sealed trait T[+A] \
             extends B with C\ncase class P(id: Int, name: String = \"a\\n\") { override def f = s\"$id ${x + 1}\" }\n\
             object O { private lazy val y: Map[String, Long] = Map(\"a\" -> 1L, 'b' -> 0x1f) /* c */ }\n\
             def f[A <: B](x: A, g: A => Int)(implicit o: Ord[A]): Option[A] = try { Some(x) } catch { case e: \
             Exception if e == null => None } finally ()\nfor { i <- 1 to 10; if i % 2 == 0 } yield \
             i * 1.5e3\nx match { case P(a, _) :: Nil => true case \"\"\"t\"\"\" => 'sym }\n\
             df.groupBy($\"a\").agg(sum(\"b\").as(\"c\")).show(false) // d\nvar z = new T[Int] {}; if (z != 1) while (true) return else throw e\n"
        }
        Language::Python => {
            "from a.b import c as d, e\nimport os\n@dec(x=1)\nclass A(B, metaclass=C):\n    \"\"\"doc\"\"\"\n    \
             async def f(self, *args: int, **kw) -> Dict[str, Any]:\n        with open('a\\n', r\"b\") as g: \
             yield f\"{x!r:>{w}} {{}}\"\n        return [i ** 2 for i in range(10) if not i % 2 and i is None or True]\n\
             try:\n    x = lambda y: y if y else -1.5e3 + 0x1f + 1j\nexcept (E, F) as e:\n    raise G(\"x\") from e\n\
             finally:\n    del x, d['k']\nprint(b'x', u\"y\", '%s' % z, df.select(\"a\").where(col('b') >= 2)) # c\n\
             while x := f(): pass\nelif_ = {'a': {1, 2}, **m}\nassert x != y, \"m\"\n"
        }
        Language::Sql => {
            "-- c\nwith t as (select a, count(distinct b) as n, 'x''y', 1.5, \"q\" from `d`.e f left join g on f.id = g.id \
             where h between 1 and 2 and i like '%z' or j is not null group by a having n > 1 order by n desc limit 10)\n\
             create table u (id int, name varchar(10) not null, d decimal(10, 2)); insert into u values (1, null);\n\
             /* m */ drop table if exists u; update u set a = case when x then 1 else 2 end; delete from u; alter table u add c date\n"
        }
        Language::R => {
            "library(SparkR)\nf <- function(x, n = 1L, ...) { if (is.null(x) && n != 2) x$a[[1]] else stop(\"e\\n\") }\n\
             for (i in 1:10) { y <- c(TRUE, NA, 1.5e3, 'b') %in% z; next }\nwhile (FALSE) repeat break # c\n\
             df |> filter(df$a > 1) -> g; h = sapply(x, function(v) v^2); `odd name` <- NULL\n"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(painter: &Painter, language: Language, before: &str, text: &str) -> String {
        painter
            .paint(&mut Lines::default(), language, before, text)
            .unwrap()
            .all()
    }

    fn warm(language: Language) -> Painter {
        let painter = Painter::default();
        painter.warm(language);
        while painter.warm_syntaxes(language).is_none() {
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
            let painted = paint(&warm(language), language, "", code);
            assert_eq!(bare(&painted), code);
            assert!(painted.contains("\x1b["), "{painted:?}");
        }
    }

    #[test]
    fn a_line_is_painted_as_what_stands_before_it_demands() {
        let painter = warm(Language::Scala);
        let alone = paint(&painter, Language::Scala, "", "val x = 1");
        let inside = paint(&painter, Language::Scala, "val s = \"\"\"", "val x = 1");
        assert_ne!(alone, inside);
        assert_eq!(paint(&painter, Language::Scala, "", "val x = 1"), alone);
    }

    #[test]
    fn an_edit_in_the_middle_gives_what_painting_anew_gives() {
        let painter = warm(Language::Python);
        let old = "a = 1\nb = '''\nc = 2\n'''\nd = 3\n".repeat(20);
        let new = old.replacen("a = 1", "a = '''", 1);
        let lines = &mut Lines::default();
        painter.paint(lines, Language::Python, "", &old).unwrap();
        let edited = painter.paint(lines, Language::Python, "", &new).unwrap();
        let edited = edited.all();
        let anew = paint(&warm(Language::Python), Language::Python, "", &new);
        assert_eq!(edited, anew);
    }

    #[test]
    fn lines_that_come_and_go_give_what_painting_anew_gives() {
        let painter = warm(Language::Python);
        let lines = &mut Lines::default();
        let block = "a = 1\nb = '''\nc = 2\n'''\nd = 3\n";
        let texts = [
            format!("{block}{block}"),
            format!("{block}\n{block}"),
            format!("x = '''\n{block}{block}"),
            format!("{block}{block}"),
            format!("{block}e = 5\n{block}{block}"),
            block.to_owned(),
            block[6..].to_owned(),
            String::new(),
            format!("{block}{block}"),
            "a = 1\na = 1\n".to_owned(),
            "a = 1\na = 1\na = 1".to_owned(),
        ];
        for text in &texts {
            for before in ["", "f = 1", "f = 1\n"] {
                let painted = painter.paint(lines, Language::Python, before, text);
                let painted = painted.unwrap().all();
                let anew = paint(&painter, Language::Python, before, text);
                assert_eq!(painted, anew, "{before:?} {text:?}");
                assert_eq!(&bare(&painted), text);
            }
        }
    }

    #[test]
    fn lines_are_taken_out_of_what_is_painted() {
        let painter = warm(Language::Scala);
        let lines = &mut Lines::default();
        let painted = painter.paint(lines, Language::Scala, "\"\"\"", "a\n\"\"\"\nval c = 1");
        let painted = painted.unwrap();
        assert_eq!(bare(&painted.lines(1..3)), "\"\"\"\nval c = 1");
        assert_eq!(painted.lines(0..2) + &painted.lines(2..9), painted.all());
        assert_eq!(painted.lines(5..9), "");
    }

    #[test]
    fn nothing_is_painted_before_its_language_is_warm() {
        let painter = Painter::default();
        let lines = &mut Lines::default();
        assert!(
            painter
                .paint(lines, Language::Scala, "", "val x = 1")
                .is_none()
        );
    }

    #[test]
    fn another_theme_paints_anew() {
        let painter = warm(Language::Scala);
        let lines = &mut Lines::default();
        let mut paint = || {
            painter
                .paint(lines, Language::Scala, "", "val x = \"a\"")
                .unwrap()
                .all()
        };
        let before = paint();
        let ember = crate::term::Themes::default().find("ember").unwrap();
        painter.choose(&ember).unwrap();
        let after = paint();
        assert_ne!(before, after);
        assert_eq!(bare(&before), bare(&after));
        assert_eq!(
            painter.paint_line(Language::Scala, "val x = \"a\""),
            Some(after)
        );
    }

    #[test]
    fn a_line_that_is_too_long_stays_plain() {
        let painter = warm(Language::Python);
        let long = format!("x = '{}'", "a".repeat(5_000));
        let text = format!("y = 1\n{long}\nz = 2");
        let painted = paint(&painter, Language::Python, "", &text);
        assert!(painted.contains(&format!("\n{long}\n")));
        assert!(painted.starts_with("y \x1b") || painted.contains("\x1b["));
    }

    #[test]
    fn a_preview_shows_the_samples_text_in_each_theme() {
        let painter = Painter::default();
        for theme in crate::term::Themes::default().all() {
            for language in [
                Language::Scala,
                Language::Python,
                Language::Sql,
                Language::R,
            ] {
                let shown = painter.preview(&theme, language).unwrap();
                assert_eq!(bare(&shown), sample(language));
                assert!(shown.contains("\x1b["), "{}: {shown}", theme.name);
            }
        }
    }
}

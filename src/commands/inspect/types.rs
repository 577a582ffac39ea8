//! `:type` and `:kind`: what the compiler in the session says of a probe.
//!
//! The probe is a method: its body is typed, but not evaluated; for a constructor of types it is a
//! value made of the type alone. What closes it stands on a line of its own, out of a comment's reach.
//! Its name stays in the session, and is one that nobody types.

use super::{python, reason, whole};
use crate::commands::hidden::Gave;
use crate::commands::transfer::is_variable;
use crate::commands::{Answer, Desk};
use crate::lang::{self, Language};
use crate::livy::Failure;
use crate::render::one_line;

const PROBE: &str = "livysh$probe";

impl Desk<'_> {
    pub(in crate::commands) fn type_of(
        &mut self,
        language: Language,
        expression: &str,
        verbose: bool,
    ) -> Answer {
        // A name's value has its type without running anything.
        if language == Language::Python && is_variable(expression) {
            return match self.look(expression, false) {
                Ok(told) => self.print(&format!("{}\n", one_line(python::type_of(&told)))),
                Err(answer) => answer,
            };
        }
        if let Some(refusal) = only_scala(language, "type") {
            return refusal;
        }
        if let Some(refusal) = unpaired(expression) {
            return refusal;
        }
        let told = match self.probed_type(expression) {
            Ok(Ok(told)) => told,
            Ok(Err(failure)) => {
                let head = head();
                return Answer::Refused(without_probe(&failure, &head));
            }
            Err(answer) => return answer,
        };
        match verbose {
            false => self.print(&format!("{told}\n")),
            true => {
                let about = "the internal structure does not leave the compiler in the session";
                self.print(&format!("// Type signature\n{told}\n\n// {about}\n"))
            }
        }
    }

    /// An expression's type, or what the compiler says of it.
    fn probed_type(&mut self, expression: &str) -> Result<Result<String, Failure>, Answer> {
        let code = format!("{}{expression}\n)", head());
        match self.hidden_text(Language::Scala, &code)? {
            Gave::Failed(failure) => Ok(Err(failure)),
            Gave::Text(text) => match found_type(&text) {
                Some(told) => Ok(Ok(told)),
                None => {
                    let told = "The session did not tell the type.";
                    Err(Answer::Refused(told.to_owned()))
                }
            },
        }
    }

    /// A name's type; of a method that of the function it makes.
    pub(super) fn scala_type(&mut self, name: &str) -> Result<String, Answer> {
        let told = match self.probed_type(name)? {
            Err(failure) if whole(&failure).contains("missing argument list") => {
                let of_function = self.probed_type(&format!("{name} _"))?;
                of_function.map_err(|_| failure)
            }
            told => told,
        };
        told.map_err(|failure| Answer::Refused(reason(&failure)))
    }

    pub(in crate::commands) fn kind_of(&mut self, language: Language, wanted: &str) -> Answer {
        if let Some(refusal) = only_scala(language, "kind") {
            return refusal;
        }
        if let Some(refusal) = unpaired(wanted) {
            return refusal;
        }
        // What a value can have as its type takes no type any more.
        let value = format!("def {PROBE}: ({wanted}) = null.asInstanceOf[{wanted}]");
        match self.hidden_text(Language::Scala, &value) {
            Ok(Gave::Text(_)) => return self.print(&format!("{wanted}'s kind is A\n")),
            Ok(Gave::Failed(failure)) if failure.evalue.contains("not found: type") => {
                return Answer::Refused(format!("<console>: error: type {wanted} was not found"));
            }
            Ok(Gave::Failed(_)) => {}
            Err(answer) => return answer,
        }
        for holes in ["_", "_, _"] {
            let code = format!(
                "val {PROBE} = (scala.reflect.runtime.universe.typeOf[{wanted}[{holes}]].typeConstructor\
                 .typeParams.map(_.asType).map(p => (if (p.isCovariant) \"+\" else if \
                 (p.isContravariant) \"-\" else \"=\") + p.typeParams.size).mkString(\" \"))"
            );
            match self.hidden_text(Language::Scala, &code) {
                Ok(Gave::Text(text)) => {
                    if let Some(kind) = text
                        .split_once(" = ")
                        .and_then(|(_, told)| constructor_kind(told))
                    {
                        return self.print(&format!("{wanted}'s kind is {kind}\n"));
                    }
                }
                Ok(Gave::Failed(_)) => {}
                Err(answer) => return answer,
            }
        }
        Answer::Refused(format!(
            ":kind does not work over Livy for {wanted}: only types, and constructors of one or \
             two types, can be asked for"
        ))
    }
}

/// What stands before the probe's body.
fn head() -> String {
    format!("def {PROBE} = (")
}

/// What would leave the probe's brackets would run.
fn unpaired(text: &str) -> Option<Answer> {
    (!lang::are_paired(Language::Scala, text)).then(|| {
        let told = "The brackets do not belong to each other: nothing was sent.";
        Answer::Refused(told.to_owned())
    })
}

fn only_scala(language: Language, name: &str) -> Option<Answer> {
    match language {
        Language::Scala => None,
        Language::Python => Some(Answer::Refused(format!(
            ":{name} is Scala's; in Python type(…) tells it, and evaluates what it is given"
        ))),
        Language::Sql => Some(Answer::Refused(format!(
            ":{name} is Scala's; in SQL DESCRIBE QUERY … tells the types of a query"
        ))),
        Language::R => Some(Answer::Refused(format!(
            ":{name} is Scala's; in R class(…) tells it, and evaluates what it is given"
        ))),
    }
}

/// What stands behind the probe's name in its echo.
fn found_type(text: &str) -> Option<String> {
    let start = text.find(&format!("{PROBE}: "))?;
    let told = &text[start + PROBE.len() + 2..];
    Some(told.trim_end().to_owned())
}

/// The compiler's words as if the expression had stood alone.
fn without_probe(failure: &Failure, head: &str) -> String {
    let mut lines = vec![failure.evalue.trim_end().to_owned()];
    let mut shift = 0;
    for line in failure.traceback.iter().flat_map(|text| text.lines()) {
        if let Some(at) = line.find(head) {
            let expression = &line[at + head.len()..];
            lines.push(format!("{}{expression}", &line[..at]));
            shift = head.len();
        } else if line.trim() == "^" {
            let column = line.len().saturating_sub(1 + shift);
            lines.push(format!("{}^", " ".repeat(column)));
        } else {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n")
}

/// `F[+A]` from a sign and a number of parameters for each parameter; none where one takes types
/// itself.
fn constructor_kind(text: &str) -> Option<String> {
    let letters = ["A", "B"];
    let mut parameters = Vec::new();
    for (letter, told) in letters.iter().zip(text.split_whitespace()) {
        let (sign, own) = told.split_at_checked(1)?;
        if own != "0" {
            return None;
        }
        let sign = if sign == "=" { "" } else { sign };
        parameters.push(format!("{sign}{letter}"));
    }
    (!parameters.is_empty()).then(|| format!("F[{}]", parameters.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_from_the_echo() {
        let text = "warning: one feature warning\nlivysh$probe: Map[String,Int]\n";
        assert_eq!(found_type(text).as_deref(), Some("Map[String,Int]"));
        assert_eq!(found_type("x: Int"), None);
    }

    #[test]
    fn an_error_hides_the_probe() {
        let failure = Failure {
            evalue: "<console>:23: error: not found: value nope1".to_owned(),
            traceback: vec![
                "       def livysh$probe = (f(nope1)\n".to_owned(),
                format!("{}^\n", " ".repeat(7 + 22)),
            ],
            ..Failure::default()
        };
        assert_eq!(
            without_probe(&failure, "def livysh$probe = ("),
            "<console>:23: error: not found: value nope1\n       f(nope1)\n         ^"
        );
    }

    #[test]
    fn kinds_are_written_as_scala_writes_them() {
        assert_eq!(constructor_kind("+0\n").as_deref(), Some("F[+A]"));
        assert_eq!(constructor_kind("=0 +0").as_deref(), Some("F[A,+B]"));
        assert_eq!(constructor_kind("=1"), None);
        assert_eq!(constructor_kind(""), None);
    }
}

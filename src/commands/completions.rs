//! `:completions`, in the words that editors read.

use super::{Answer, Desk};
use crate::engine::Question;
use crate::lang::Language;
use crate::livy::LivyError;
use crate::render::one_line;

impl Desk<'_> {
    pub(super) fn completions(&mut self, language: Language, text: &str) -> Answer {
        let question = Question::Complete {
            code: text.to_owned(),
            kind: language.kind(),
        };
        match self.link.ask(self.out, question) {
            Ok(answer) => self.print(&lines(text, &answer.candidates)),
            Err(none) => self.unanswered(none, refusal),
        }
    }
}

const NO_COMPLETION: &str = "This server completes no code.";

fn refusal(error: &LivyError) -> String {
    match error {
        LivyError::Unsent { .. } => NO_COMPLETION.to_owned(),
        _ if error.is_no_call() => NO_COMPLETION.to_owned(),
        _ => format!("The server does not complete it: {error}"),
    }
}

/// Each candidate with what stands before it.
fn lines(text: &str, candidates: &[String]) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let before = text.trim_end_matches(is_part);
    let line = |name: &String| format!("[completions] {before}{}\n", one_line(name));
    candidates.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_stands_behind_what_was_typed() {
        let names = ["map", "max"].map(str::to_owned);
        assert_eq!(
            lines("List(1).ma", &names),
            "[completions] List(1).map\n[completions] List(1).max\n"
        );
        assert_eq!(lines("Lis", &["List".to_owned()]), "[completions] List\n");
    }
}

//! A script's own arguments: a hidden statement before its first.

use super::policy::{Broken, Policy};
use super::read::{Script, Text};
use crate::commands::{Answer, Desk, Halt, Halted};
use crate::exit::Exit;
use crate::lang::{self, Language, Source};
use crate::shell::error_lines;
use std::ops::ControlFlow;

/// Gives a script its arguments; in SQL and R there must be none.
pub(super) fn set(
    desk: &mut Desk<'_>,
    language: Language,
    script: &Script,
    arguments: &[String],
    policy: &mut Policy,
) -> ControlFlow<Broken> {
    // A name that the script does not use need not be there.
    let is_used = !arguments.is_empty()
        || match (language, &script.text) {
            (Language::Scala, Text::Whole(text)) => text.contains("args"),
            (Language::Scala, Text::Arriving) => false,
            (Language::Python | Language::Sql | Language::R, _) => true,
        };
    let name = match script.text {
        Text::Whole(_) => script.name.as_str(),
        // As Python itself has it.
        Text::Arriving => "-",
    };
    let answer = match lang::setting_arguments(language, name, arguments) {
        Some(code) if is_used => desk.prepare(language, &code),
        None if !arguments.is_empty() => {
            for line in error_lines(&format!("{language} takes no arguments"), None) {
                desk.out.note(&line);
            }
            return ControlFlow::Break(Exit::Usage.into());
        }
        Some(_) | None => return ControlFlow::Continue(()),
    };
    if matches!(answer, Answer::Done) {
        return ControlFlow::Continue(());
    }
    let halt = Halt {
        what: Halted::Command,
        line: 1,
        is_last: false,
        answer,
    };
    let source = Source::new(Some(script.name.clone()), "");
    // Without its arguments a script would do something else: it does not go on.
    let decided = policy.after(desk, &source, halt, false);
    let broken = decided.break_value();
    ControlFlow::Break(broken.unwrap_or(Exit::CodeFailed.into()))
}

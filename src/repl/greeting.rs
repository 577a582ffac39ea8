//! What a prompt is greeted with: a line that says what this is, and one for whoever is new.

use crate::lang::Language;
use crate::render::{Line, Role};

pub(super) fn greeting(language: Language, is_new: bool) -> Vec<Line> {
    let version = env!("CARGO_PKG_VERSION");
    let name = match language {
        Language::Scala => "Scala",
        Language::Python => "Python",
        Language::Sql => "SQL",
        Language::R => "R",
    };
    let here = Line::of(Role::Strong, format!("livysh {version}"))
        .then(Role::Plain, format!(" for {name}; "))
        .then(
            Role::Faint,
            ":lang goes on in another language, :help tells more",
        );
    let hint = "hint: Tab completes, Up recalls, Ctrl-C cancels a statement, Ctrl-D leaves";
    match is_new {
        true => vec![here, Line::plain(hint)],
        false => vec![here],
    }
}

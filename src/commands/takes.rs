//! What the commands take, for whoever completes them.

use super::table::{Entry, Name, TABLE, find};

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// Code of the language; all that follows.
    Code,
    /// A file of this machine; all that follows.
    File,
    Format,
    Language,
    OnOff,
    OnOffAuto,
    Session,
    /// The number of a statement.
    Statement,
    Theme,
    /// What `:help` tells of.
    Topic,
    /// A name that the session knows.
    Value,
    /// A command line; all that follows.
    Shell,
}

/// A command as it is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taking {
    pub name: &'static str,
    /// Of each argument.
    pub arguments: &'static [Takes],
}

/// All that work.
pub fn takings() -> impl Iterator<Item = Taking> {
    let works = |entry: &&Entry| entry.which != Name::NotOverLivy;
    TABLE.iter().filter(works).map(taking)
}

/// That of a command by its name or a beginning that means it.
pub fn taking_of(name: &str) -> Option<Taking> {
    find(name).ok().map(taking)
}

/// What `:help` tells of beside the commands.
pub const TOPICS: [&str; 2] = ["all", "keys"];

fn taking(entry: &Entry) -> Taking {
    Taking {
        name: entry.name,
        arguments: arguments(entry.which),
    }
}

fn arguments(which: Name) -> &'static [Takes] {
    match which {
        Name::Attach => &[Takes::Session],
        Name::Cancel | Name::Wait => &[Takes::Statement],
        Name::Completions | Name::Kind | Name::Type => &[Takes::Code],
        Name::Download => &[Takes::Value, Takes::File],
        Name::Upload => &[Takes::File, Takes::Value],
        Name::Edit | Name::Load | Name::Once | Name::Paste | Name::Require | Name::Save => {
            &[Takes::File]
        }
        Name::Format => &[Takes::Format],
        Name::Last => &[Takes::Format, Takes::File],
        Name::Help => &[Takes::Topic],
        Name::Lang => &[Takes::Language],
        Name::Shell => &[Takes::Shell],
        Name::Schema => &[Takes::Value],
        Name::Show => &[Takes::Value, Takes::Nothing],
        Name::Theme => &[Takes::Theme],
        Name::Timing => &[Takes::OnOff],
        Name::Vertical => &[Takes::OnOffAuto],
        // Numbers and texts of the user's own.
        Name::History | Name::Log | Name::Rerun | Name::Search => &[Takes::Nothing],
        Name::Detach
        | Name::Doctor
        | Name::NotOverLivy
        | Name::Quit
        | Name::Replay
        | Name::Reset
        | Name::Restart
        | Name::Session
        | Name::Silent
        | Name::Statements
        | Name::Trace
        | Name::Ui => &[],
    }
}

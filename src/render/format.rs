//! The forms in which rows can be written.

/// How rows are written; everything else is text whatever was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// As for people: today a grid.
    #[default]
    Text,
    /// A grid in the form of Spark's `show()`.
    Table,
    /// A record after another, a line for each column.
    Vertical,
    Csv,
    Tsv,
    /// One array of objects.
    Json,
    /// An object on each line.
    Ndjson,
    Markdown,
    /// What the server sent, as JSON.
    Raw,
}

impl Format {
    pub const ALL: [Format; 9] = [
        Format::Text,
        Format::Table,
        Format::Vertical,
        Format::Csv,
        Format::Tsv,
        Format::Json,
        Format::Ndjson,
        Format::Markdown,
        Format::Raw,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Table => "table",
            Format::Vertical => "vertical",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Markdown => "markdown",
            Format::Raw => "raw",
        }
    }

    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}

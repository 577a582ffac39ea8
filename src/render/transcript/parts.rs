//! An output as its parts, whatever document they are for.

use super::Ran;
use crate::lang::{Echo, Language};
use crate::livy::{Failure, Output};
use crate::render::output::SQL_ROWS;
use crate::render::rows::Rows;
use crate::render::{Picture, PictureForm, sanitize, told, untangle, whole};
use serde_json::Value;

const TEXT: &str = "text/plain";
const JSON: &str = "application/json";
const TABLE: &str = "application/vnd.livy.table.v1+json";
const HTML: &str = "text/html";

pub(super) enum Part<'a> {
    /// What was printed.
    Printed(&'a str),
    /// The value of an expression, or what was defined.
    Echo(&'a str),
    /// With what is to be said of rows that may not be all of them.
    Rows(Rows<'a>, Option<String>),
    Json(&'a Value),
    Html(&'a str),
    Picture(Image<'a>),
    /// Something of another media type.
    Other(&'a str, &'a Value),
}

pub(super) struct Image<'a> {
    pub(super) kind: &'a str,
    pub(super) picture: Picture,
}

/// Those of what a statement gave that ended well, in an order to be read in.
pub(super) fn parts(language: Language, ran: &Ran) -> Vec<Part<'_>> {
    let Some(Output::Ok(data)) = ran.given.output() else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    if let Some(Value::String(text)) = data.get(TEXT) {
        // Livy gives what was printed and a value as one text; Scala's values can be told.
        let echo = match language {
            Language::Scala => Echo::of(&ran.code).start(text),
            Language::Python | Language::Sql | Language::R => text.len(),
        };
        let (printed, echo) = text.split_at(echo);
        parts.extend((!printed.trim().is_empty()).then_some(Part::Printed(printed)));
        parts.extend((!echo.trim().is_empty()).then_some(Part::Echo(echo)));
    }
    for (kind, value) in data {
        let text = value.as_str();
        parts.extend(match (kind.as_str(), text) {
            (TEXT, Some(_)) => None,
            (JSON, _) => Some(match Rows::of_sql(value) {
                Some(rows) => {
                    let note = match told::note(value, &rows) {
                        Some(note) => Some(note).filter(|note| !note.is_empty()),
                        None => cut(&rows, ran.row_limit),
                    };
                    Part::Rows(rows, note)
                }
                None => Part::Json(value),
            }),
            (TABLE, _) => Some(match Rows::of_livy(value) {
                Some(rows) => Part::Rows(rows, None),
                None => Part::Json(value),
            }),
            (HTML, Some(text)) => Some(Part::Html(text)),
            (kind, Some(text)) if kind.starts_with("image/") => Some(match image(kind, text) {
                Some(image) => Part::Picture(image),
                None => Part::Other(kind, value),
            }),
            (kind, _) => Some(Part::Other(kind, value)),
        });
    }
    // A statement that defines a view has no columns.
    parts.retain(|part| !matches!(part, Part::Rows(rows, _) if rows.columns.is_empty()));
    parts
}

/// None where it is not what it is said to be, or of a type that documents do not show.
fn image<'a>(kind: &'a str, text: &'a str) -> Option<Image<'a>> {
    let picture = Picture::of(kind, text);
    let is_shown = match picture.form {
        PictureForm::Broken(_) => false,
        PictureForm::Png { .. } | PictureForm::Other => Picture::is_ending(picture.ending()),
    };
    is_shown.then_some(Image { kind, picture })
}

/// What is to be said of rows that may not be all of them.
fn cut(rows: &Rows<'_>, row_limit: Option<u64>) -> Option<String> {
    let count = rows.count() as u64;
    if count == 0 || count != row_limit.unwrap_or(SQL_ROWS) {
        return None;
    }
    Some(match row_limit {
        Some(_) => format!("{count} rows: no more were asked for, there may be others"),
        None => format!("{count} rows: the server gives no more, there may be others"),
    })
}

/// The error that a statement gave, and what it had printed before.
pub(super) fn failure(language: Language, ran: &Ran) -> Option<Failure> {
    match ran.given.output()? {
        Output::Error(failure) => Some(untangle(failure.clone(), language)),
        Output::Ok(_) => None,
    }
}

/// All that is said of an error, without colours.
pub(super) fn told(failure: &Failure) -> String {
    plain(&whole(failure))
}

/// A text without anything that a terminal would obey, colours among it.
pub(super) fn plain(text: &str) -> String {
    let text = sanitize(text);
    let mut pieces = text.split('\u{1b}');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // What is left of escapes is `[ digits m`.
        plain.push_str(piece.split_once('m').map_or(piece, |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_left_out() {
        assert_eq!(plain("a\u{1b}[31mred\u{1b}[0m m\u{1b}[2J"), "ared m");
        assert_eq!(plain("m"), "m");
    }
}

//! A statement with its output, which some services give in parts.
//!
//! Parts are put together where that cannot go wrong: of a text alone that is ASCII, where bytes, characters
//! and UTF-16 units are the same. Whatever else may have been cut is asked for once more, whole.

use crate::livy::{Client, Id, LivyError, Output, Statement};
use serde_json::Value;

const TEXT: &str = "text/plain";
/// A server that gives a part without end would be asked without end.
const MOST_PARTS: u64 = 10_000;

/// A statement as it is now. The output of one that is over comes whole.
pub async fn statement(client: &Client, session: &Id, number: &Id) -> Result<Statement, LivyError> {
    let Some(size) = client.service().limits.output.filter(|size| *size > 0) else {
        return client.statement(session, number).await;
    };
    let first = client.statement_part(session, number, 0, size).await?;
    match known_to_be(&first, size) {
        Extent::Whole => Ok(first),
        Extent::Part => match in_parts(client, session, number, first, size).await? {
            Some(whole) => Ok(whole),
            None => client.statement(session, number).await,
        },
        Extent::Unknown => client.statement(session, number).await,
    }
}

/// What has come of an output.
#[derive(Debug, PartialEq, Eq)]
enum Extent {
    Whole,
    /// The first bytes of a text.
    Part,
    Unknown,
}

fn known_to_be(statement: &Statement, size: u64) -> Extent {
    if !statement.state.is_final() || statement.output.is_none() {
        return Extent::Whole;
    }
    match text_of(statement) {
        Some(text) if !text.is_ascii() => Extent::Unknown,
        Some(text) if text.len() as u64 == size => Extent::Part,
        // What is longer than was asked for is whole: the service knows of no parts.
        Some(_) => Extent::Whole,
        None => Extent::Unknown,
    }
}

/// None where what comes is no text of the same kind.
async fn in_parts(
    client: &Client,
    session: &Id,
    number: &Id,
    first: Statement,
    size: u64,
) -> Result<Option<Statement>, LivyError> {
    let mut whole = text_of(&first).unwrap_or_default().to_owned();
    for _ in 1..MOST_PARTS {
        let from = whole.len() as u64;
        let next = client.statement_part(session, number, from, size).await?;
        let more = match text_of(&next) {
            Some(text) if text.is_ascii() && text.len() as u64 <= size => text,
            Some(_) | None => return Ok(None),
        };
        whole.push_str(more);
        if (more.len() as u64) < size {
            let mut statement = first;
            if let Some(Output::Ok(data)) = &mut statement.output {
                data.insert(TEXT.to_owned(), Value::String(whole));
            }
            return Ok(Some(statement));
        }
    }
    Ok(None)
}

/// Its output, where that is a text alone.
fn text_of(statement: &Statement) -> Option<&str> {
    match &statement.output {
        Some(Output::Ok(data)) if data.len() == 1 => data.get(TEXT)?.as_str(),
        Some(Output::Ok(_) | Output::Error(_)) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_part_of_plain_ascii_is_put_together() {
        let extent = |output: Value| {
            let statement = json!({ "id": 1, "state": "available", "output": output });
            known_to_be(&serde_json::from_value(statement).unwrap(), 4)
        };
        let text = |text: &str| extent(json!({ "status": "ok", "data": { TEXT: text } }));
        assert_eq!(text("abc"), Extent::Whole);
        assert_eq!(text("abcd"), Extent::Part);
        assert_eq!(text("abcde"), Extent::Whole);
        // Half a character may have been cut off, or characters may have been counted.
        assert_eq!(text("abé"), Extent::Unknown);
        assert_eq!(text("é"), Extent::Unknown);
        let json = extent(json!({ "status": "ok", "data": { "application/json": {} } }));
        assert_eq!(json, Extent::Unknown);
        let failed = extent(json!({ "status": "error", "ename": "E", "evalue": "" }));
        assert_eq!(failed, Extent::Unknown);
        assert_eq!(extent(Value::Null), Extent::Whole);
    }
}

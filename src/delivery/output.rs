//! A statement with its output, which some services give in parts.

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
    let part = async |from| client.statement_part(session, number, from, size).await;
    let mut whole = part(0).await?;
    if !whole.state.is_final() {
        return Ok(whole);
    }
    let Some(text) = text_of(&mut whole) else {
        return Ok(whole);
    };
    let mut from = text.len() as u64;
    // What is longer than was asked for is whole: the service knows of no parts.
    let mut is_more = from == size;
    for _ in 1..MOST_PARTS {
        if !is_more {
            break;
        }
        let mut next = part(from).await?;
        let more = text_of(&mut next).map(std::mem::take).unwrap_or_default();
        from += more.len() as u64;
        is_more = more.len() as u64 == size;
        if let Some(text) = text_of(&mut whole) {
            text.push_str(&more);
        }
    }
    Ok(whole)
}

/// Its output, where that is a text alone.
fn text_of(statement: &mut Statement) -> Option<&mut String> {
    match &mut statement.output {
        Some(Output::Ok(data)) if data.len() == 1 => match data.get_mut(TEXT) {
            Some(Value::String(text)) => Some(text),
            Some(_) | None => None,
        },
        Some(Output::Ok(_) | Output::Error(_)) | None => None,
    }
}

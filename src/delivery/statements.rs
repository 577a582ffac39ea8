//! Where a statement is found whose answer was lost.

use super::once::Sought;
use crate::livy::{Client, Id, LivyError, Statement};

/// More statements than these are not there after the last one that is known: other clients'.
const MOST_LOOKED_AT: i64 = 1_000;

/// What a statement of the session is to the one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    Ours,
    Other,
    /// The server tells too little of it.
    Unsure,
}

/// The first statement after a known one that is ours. Where none is found so, or none is known, the
/// list of all that are retained is looked through, newest first: others may have pushed the numbers
/// out.
pub async fn find_statement(
    client: &Client,
    session: &Id,
    after: Option<&Id>,
    compare: impl Fn(&Statement) -> Match,
) -> Result<Sought<Statement>, LivyError> {
    let mut is_sure = true;
    if let Some(Id::Number(after)) = after {
        for number in after + 1..after + MOST_LOOKED_AT {
            match client.statement(session, &Id::Number(number)).await {
                Ok(statement) => match compare(&statement) {
                    Match::Ours => return Ok(Sought::Found(statement)),
                    Match::Other => {}
                    Match::Unsure => is_sure = false,
                },
                Err(error) if error.is_no_statement() => break,
                Err(error) => return Err(error),
            }
        }
    }
    let list = client.statements(session).await?;
    for statement in list.statements.into_iter().rev() {
        match compare(&statement) {
            Match::Ours => return Ok(Sought::Found(statement)),
            Match::Other => {}
            Match::Unsure => is_sure &= after.is_some(),
        }
    }
    Ok(match is_sure {
        true => Sought::Absent,
        false => Sought::Unsure,
    })
}
